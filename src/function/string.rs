//! Functions of text. Positions and lengths count code points.

use super::arguments::{count, text};
use super::{Accepts, Function, FunctionError, Host, ResultType};
use crate::value::{NormalForm, SHARED_BYTES, Type, Value};

const TEXT: ResultType = ResultType::Is(Type::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("toUpper", &[Accepts::STRING], TEXT, to_upper, "the text in upper case"),
    Function::new("toLower", &[Accepts::STRING], TEXT, to_lower, "the text in lower case"),
    Function::new("trim", &[Accepts::STRING], TEXT, trim, "the text without white space around it"),
    Function::new(
        "btrim",
        &[Accepts::STRING, Accepts::STRING],
        TEXT,
        trim,
        "the text without white space, or the letters given, around it",
    )
    .optional(1),
    Function::new(
        "ltrim",
        &[Accepts::STRING, Accepts::STRING],
        TEXT,
        trim_start,
        "the text without white space, or the letters given, before it",
    )
    .optional(1),
    Function::new(
        "rtrim",
        &[Accepts::STRING, Accepts::STRING],
        TEXT,
        trim_end,
        "the text without white space, or the letters given, after it",
    )
    .optional(1),
    Function::new(
        "normalize",
        &[Accepts::STRING, Accepts::STRING],
        TEXT,
        normalize,
        "the text in a normal form of Unicode: NFC, NFD, NFKC or NFKD",
    )
    .optional(1),
    Function::new("left", &[Accepts::STRING, Accepts::INTEGER], TEXT, left, "the first letters of a text"),
    Function::new("right", &[Accepts::STRING, Accepts::INTEGER], TEXT, right, "the last letters of a text"),
    Function::new(
        "substring",
        &[Accepts::STRING, Accepts::INTEGER, Accepts::INTEGER],
        TEXT,
        substring,
        "the part of a text from a position (counted from 0), to its end or of a length",
    )
    .optional(1),
    Function::new(
        "replace",
        &[Accepts::STRING, Accepts::STRING, Accepts::STRING],
        TEXT,
        replace,
        "the text with all occurrences of the second replaced by the third",
    ),
    Function::new(
        "split",
        &[Accepts::STRING, Accepts::STRING.or(Accepts::LIST)],
        ResultType::ListOf(Type::String),
        split,
        "the parts of a text between separators",
    ),
    Function::new(
        "char_length",
        &[Accepts::STRING],
        ResultType::Is(Type::Integer),
        char_length,
        "how many letters a text has",
    ),
];

fn to_upper(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let whole = text("toUpper", &arguments[0])?;
    host.reserve(len_bytes(whole, char::to_uppercase))?;
    Ok(whole.to_uppercase().into())
}

fn to_lower(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let whole = text("toLower", &arguments[0])?;
    host.reserve(len_bytes(whole, char::to_lowercase))?;
    Ok(whole.to_lowercase().into())
}

/// How long a text is with its letters changed: some become several.
fn len_bytes<L: Iterator<Item = char>>(whole: &str, changed: fn(char) -> L) -> usize {
    if whole.is_ascii() { whole.len() } else { whole.chars().flat_map(changed).map(char::len_utf8).sum() }
}

/// A copy of a part of a text.
pub(super) fn copied(host: &dyn Host, part: &str) -> Result<Value, FunctionError> {
    host.reserve(part.len())?;
    Ok(part.into())
}

fn trim(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let (whole, is_stripped) = trimmed("trim", arguments)?;
    copied(host, whole.trim_matches(is_stripped))
}

fn trim_start(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let (whole, is_stripped) = trimmed("ltrim", arguments)?;
    copied(host, whole.trim_start_matches(is_stripped))
}

fn trim_end(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let (whole, is_stripped) = trimmed("rtrim", arguments)?;
    copied(host, whole.trim_end_matches(is_stripped))
}

/// The text, and which letters go: white space unless others are given.
fn trimmed<'a>(
    function: &'static str,
    arguments: &'a [Value],
) -> Result<(&'a str, impl Fn(char) -> bool + Copy + 'a), FunctionError> {
    let letters = arguments.get(1).map(|letters| text(function, letters)).transpose()?;
    let is_stripped = move |letter: char| letters.map_or(letter.is_whitespace(), |letters| letters.contains(letter));
    Ok((text(function, &arguments[0])?, is_stripped))
}

fn normalize(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let whole = text("normalize", &arguments[0])?;
    let form = match arguments.get(1) {
        None => NormalForm::Nfc,
        Some(name) => form_of(text("normalize", name)?)?,
    };
    host.reserve(form.len_bytes(whole))?;
    Ok(form.of(whole).into())
}

fn form_of(name: &str) -> Result<NormalForm, FunctionError> {
    NormalForm::named(name)
        .ok_or_else(|| FunctionError::Argument { function: "normalize", message: format!("`{name}` is no form") })
}

fn left(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let length = count("left", "length", &arguments[1])?;
    copied(host, part(text("left", &arguments[0])?, 0, length))
}

fn right(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let whole = text("right", &arguments[0])?;
    let length = count("right", "length", &arguments[1])?;
    copied(host, part(whole, whole.chars().count().saturating_sub(length), length))
}

fn substring(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let start = count("substring", "start", &arguments[1])?;
    let length = arguments.get(2).map_or(Ok(usize::MAX), |length| count("substring", "length", length))?;
    copied(host, part(text("substring", &arguments[0])?, start, length))
}

fn part(whole: &str, start: usize, length: usize) -> &str {
    let rest = &whole[byte_offset(whole, start)..];
    &rest[..byte_offset(rest, length)]
}

/// Where the letter with this index begins, or the end of the text.
fn byte_offset(whole: &str, letter_index: usize) -> usize {
    whole.char_indices().nth(letter_index).map_or(whole.len(), |(offset, _)| offset)
}

fn replace(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let whole = text("replace", &arguments[0])?;
    let (searched, replacement) = (text("replace", &arguments[1])?, text("replace", &arguments[2])?);
    let growth = whole.matches(searched).count().saturating_mul(replacement.len());
    host.reserve(whole.len().saturating_add(growth))?;
    Ok(whole.replace(searched, replacement).into())
}

fn split(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let whole = text("split", &arguments[0])?;
    let separators: Vec<&str> = match &arguments[1] {
        Value::List(items) => items.iter().map(|item| text("split", item)).collect::<Result<_, _>>()?,
        separator => vec![text("split", separator)?],
    };
    host.reserve(whole.len().saturating_mul(size_of::<Value>()))?;
    let parts = split_at_any(host, whole, &separators)?;
    host.reserve(parts.len().saturating_mul(SHARED_BYTES))?;
    Ok(parts.into())
}

/// Between two looks at the time.
const COMPARED_PER_LOOK: usize = 1 << 16;

/// At each place the first separator that fits counts; an empty one fits between any two letters.
fn split_at_any<'a>(host: &dyn Host, whole: &'a str, separators: &[&str]) -> Result<Vec<&'a str>, FunctionError> {
    let mut parts = Vec::new();
    let (mut start, mut position, mut compared) = (0, 0, 0);
    while let Some(letter) = whole[position..].chars().next() {
        let rest = &whole[position..];
        compared += separators.len();
        if compared >= COMPARED_PER_LOOK {
            // Many separators in a long text take their time.
            host.reserve(0)?;
            compared = 0;
        }
        let found = separators.iter().find(|separator| rest.starts_with(**separator));
        match found {
            Some(separator) if !separator.is_empty() => {
                parts.push(&whole[start..position]);
                position += separator.len();
                start = position;
            }
            Some(_) if position > start => {
                parts.push(&whole[start..position]);
                start = position;
                position += letter.len_utf8();
            }
            _ => position += letter.len_utf8(),
        }
    }
    parts.push(&whole[start..]);
    Ok(parts)
}

fn char_length(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(length_of(text("char_length", &arguments[0])?))
}

/// How many letters a text has, as a value.
pub(super) fn length_of(text: &str) -> Value {
    count_value(text.chars().count())
}

/// A count as a value: none in memory exceeds 63 bits.
pub(super) fn count_value(count: usize) -> Value {
    Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::testing::{TinyHost, call, call_on, check, check_error};

    fn texts(values: &[&str]) -> Vec<Value> {
        values.iter().map(|value| Value::from(*value)).collect()
    }

    #[test]
    fn letters_change_case_and_lose_what_is_around_them() {
        check("toUpper", &texts(&["straße"]), "STRASSE");
        check("lower", &texts(&["ПРИВЕТ"]), "привет");
        check("trim", &texts(&["  a b\n"]), "a b");
        check("ltrim", &texts(&["  a "]), "a ");
        check("rtrim", &texts(&["xxay", "xy"]), "xxa");
        check("btrim", &texts(&["xxay", "xy"]), "a");
    }

    #[test]
    fn parts_are_counted_in_code_points() {
        let of = |function: &str, whole: &str, numbers: &[i64]| {
            let arguments: Vec<Value> =
                std::iter::once(whole.into()).chain(numbers.iter().map(|number| (*number).into())).collect();
            call(function, &arguments).unwrap().to_string()
        };
        assert_eq!(of("left", "Привет", &[3]), "При");
        assert_eq!(of("right", "Привет", &[3]), "вет");
        assert_eq!(of("right", "ab", &[3]), "ab");
        assert_eq!(of("substring", "0123456789", &[1]), "123456789");
        assert_eq!(of("substring", "hello", &[1, 3]), "ell");
        assert_eq!(of("substring", "hello", &[9, 3]), "");
        assert_eq!(of("char_length", "日本", &[]), "2");
    }

    #[test]
    fn a_negative_length_is_an_error() {
        check_error(call("left", &["a".into(), (-1).into()]), "ArgumentError NumberOutOfRange");
        check_error(call("substring", &["a".into(), (-1).into()]), "ArgumentError NumberOutOfRange");
        check_error(call("substring", &["a".into(), 0.into(), (-1).into()]), "ArgumentError NumberOutOfRange");
        check_error(call("left", &["a".into(), "b".into()]), "TypeError InvalidArgumentValue");
    }

    #[test]
    fn null_makes_null() {
        check("left", &[Value::Null, 1.into()], "null");
        check("replace", &["a".into(), Value::Null, "b".into()], "null");
    }

    #[test]
    fn a_text_is_split_at_its_separators() {
        check("split", &texts(&["one1two", "1"]), "['one', 'two']");
        check("split", &texts(&["a,,b,", ","]), "['a', '', 'b', '']");
        check("split", &texts(&["", ","]), "['']");
        check("split", &texts(&["äbc", ""]), "['ä', 'b', 'c']");
        check("split", &["a,b;c".into(), vec![",", ";"].into()], "['a', 'b', 'c']");
    }

    #[test]
    fn replacing_reserves_what_it_will_need() {
        check("replace", &texts(&["hello", "l", "w"]), "hewwo");
        check("replace", &texts(&["abc", "", "x"]), "xaxbxcx");
        let host = TinyHost { budget: 10, ..TinyHost::default() };
        check_error(call_on(&host, "replace", &texts(&["aaaa", "a", "bbbbb"])), "LimitExceeded LimitExceeded");
    }
}
