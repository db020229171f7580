//! `STARTS WITH`, `ENDS WITH`, `CONTAINS`, `=~`.

use std::cell::RefCell;
use std::sync::Arc;

use regex::Regex;

use crate::function::{FunctionError, NoRegex};
use crate::value::Value;

/// Null unless both are strings, as `ENDS WITH` and `CONTAINS` too.
pub(crate) fn starts_with(left: &Value, right: &Value) -> Option<bool> {
    both_texts(left, right, |text, part| text.starts_with(part))
}

pub(crate) fn ends_with(left: &Value, right: &Value) -> Option<bool> {
    both_texts(left, right, |text, part| text.ends_with(part))
}

pub(crate) fn contains(left: &Value, right: &Value) -> Option<bool> {
    both_texts(left, right, |text, part| text.contains(part))
}

/// `text =~ pattern`: whether the pattern matches the whole string. For a pattern known before the first row, keep
/// the result of [`compile_regex`].
pub(crate) fn regex_match(text: &Value, pattern: &Value) -> Result<Option<bool>, FunctionError> {
    let (Value::String(text), Value::String(pattern)) = (text, pattern) else { return Ok(None) };
    with_regex(pattern, |regex| Some(regex.is_match(text)))
}

/// The longest pattern: to read one takes hundreds of times its length.
const MAX_PATTERN_BYTES: usize = 256 << 10;

/// A pattern that matches whole strings, in linear time.
pub(crate) fn compile_regex(pattern: &str) -> Result<Regex, FunctionError> {
    let refused = |error: regex::Error| FunctionError::unreadable("=~", NoRegex::new(pattern, &error.to_string()));
    if pattern.len() > MAX_PATTERN_BYTES {
        return Err(FunctionError::Limit {
            limit: format!("the length of a pattern, {} KiB, is", MAX_PATTERN_BYTES >> 10),
        });
    }
    // First by itself: a pattern such as `a)|(b` must not close the group that is put around it.
    Regex::new(pattern).map_err(refused)?;
    Regex::new(&whole(pattern)).map_err(refused)
}

/// The pattern of the whole string.
pub(super) fn whole(pattern: &str) -> String {
    format!(r"\A(?:{pattern})\z")
}

fn both_texts(left: &Value, right: &Value, holds: fn(&str, &str) -> bool) -> Option<bool> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Some(holds(left, right)),
        _ => None,
    }
}

thread_local! {
    /// The pattern of the row before, which is most often that of this row; compiling one takes microseconds.
    static LAST_REGEX: RefCell<Option<(Arc<str>, Regex)>> = const { RefCell::new(None) };
}

fn with_regex<T>(pattern: &Arc<str>, then: impl FnOnce(&Regex) -> T) -> Result<T, FunctionError> {
    LAST_REGEX.with_borrow_mut(|last| match last {
        Some((known, regex)) if known == pattern => Ok(then(regex)),
        _ => {
            let (_, regex) = last.insert((Arc::clone(pattern), compile_regex(pattern)?));
            Ok(then(regex))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::testing::check_error;

    #[test]
    fn a_pattern_matches_the_whole_string() {
        let matches = |text: &str, pattern: &str| regex_match(&text.into(), &pattern.into()).unwrap();
        assert_eq!(matches("Andres", "And.*"), Some(true));
        assert_eq!(matches("Andres", "And"), Some(false));
        assert_eq!(matches("b", "a|b"), Some(true));
        assert_eq!(matches("ANDRES", "(?i)and.*"), Some(true));
        assert_eq!(regex_match(&Value::from(1), &Value::from("1")).unwrap(), None);
        assert_eq!(regex_match(&Value::Null, &Value::from("1")).unwrap(), None);
    }

    #[test]
    fn a_pattern_that_is_none_is_an_error() {
        check_error(regex_match(&"a".into(), &"(".into()), "ArgumentError InvalidArgumentValue");
        check_error(regex_match(&"b".into(), &"a)|(b".into()), "ArgumentError InvalidArgumentValue");
    }

    #[test]
    fn anything_but_strings_makes_them_unknown() {
        let operands = [Value::from(1), Value::from(vec!["a"]), Value::Null, Value::from(true)];
        for operand in &operands {
            assert_eq!(starts_with(operand, &Value::from("a")), None);
            assert_eq!(ends_with(&Value::from("a"), operand), None);
            assert_eq!(contains(operand, operand), None);
        }
        assert_eq!(contains(&Value::from("abc"), &Value::from("")), Some(true));
    }
}
