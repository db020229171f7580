//! Literals: numbers and strings that look right and may still have no value.

use crate::syntax::SyntaxError;
use crate::text::Span;

/// The value of a number, or the one magnitude that is a number only behind a minus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Integer(i64),
    /// 9223372036854775808.
    BeyondInteger,
    Float(f64),
}

/// The value of the number that `text` writes at `span`.
pub(super) fn number(text: &str, span: Span) -> Result<Number, SyntaxError> {
    let is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let is_digit = |letter: char| letter.is_digit(if is_hexadecimal { 16 } else { 10 });
    if !text.split('_').skip(1).all(|rest| rest.starts_with(is_digit)) {
        return Err(not_a_number(text, span));
    }
    let digits = text.replace('_', "");
    let radix = match digits.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => return decimal(text, &digits, span),
    };
    let digits = &digits[2..];
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(not_a_number(text, span));
    }
    integer(text, digits, radix, span)
}

fn decimal(text: &str, digits: &str, span: Span) -> Result<Number, SyntaxError> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let is_padded = digits.len() > 1 && digits.starts_with('0');
        return if is_padded { Err(padded(text, span)) } else { integer(text, digits, 10, span) };
    }
    let is_plain = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    match digits.parse::<f64>() {
        Ok(value) if is_plain && value.is_finite() => Ok(Number::Float(value)),
        Ok(_) if is_plain => Err(SyntaxError::Literal {
            detail: "FloatingPointOverflow",
            message: format!("`{}` is larger than any floating point number", shortened(text)),
            span,
        }),
        _ => Err(not_a_number(text, span)),
    }
}

fn integer(text: &str, digits: &str, radix: u32, span: Span) -> Result<Number, SyntaxError> {
    match i128::from_str_radix(digits, radix).map(i64::try_from) {
        Ok(Ok(value)) => Ok(Number::Integer(value)),
        Ok(Err(_)) if i128::from_str_radix(digits, radix) == Ok(1 << 63) => Ok(Number::BeyondInteger),
        _ => Err(too_large(text, span)),
    }
}

/// An integer that does not fit into 64 bits.
pub(super) fn too_large(text: &str, span: Span) -> SyntaxError {
    SyntaxError::Literal {
        detail: "IntegerOverflow",
        message: format!("`{}` does not fit into a 64-bit integer", shortened(text)),
        span,
    }
}

fn not_a_number(text: &str, span: Span) -> SyntaxError {
    SyntaxError::Literal {
        detail: "InvalidNumberLiteral",
        message: format!("`{}` is not a number", shortened(text)),
        span,
    }
}

fn padded(text: &str, span: Span) -> SyntaxError {
    let day = if text.len() == 2 { ", and a day is written `date('2021-01-31')`" } else { "" };
    SyntaxError::Literal {
        detail: "InvalidNumberLiteral",
        message: format!("`{}` begins with a zero; an octal number begins with `0o`{day}", shortened(text)),
        span,
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// The text that a quoted string stands for; `start` is where its opening quote stands.
pub(super) fn string(quoted: &str, start: usize) -> Result<String, SyntaxError> {
    let body = &quoted[1..quoted.len() - 1];
    let mut value = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        let offset = start + 1 + (body.len() - rest.len()) + at;
        let (character, after) = escape(&rest[at + 1..], offset)?;
        value.push(character);
        rest = after;
    }
    value.push_str(rest);
    Ok(value)
}

/// The character that the escape at the start of `text` stands for, and what follows it. The backslash before it
/// stands at `offset`.
fn escape(text: &str, offset: usize) -> Result<(char, &str), SyntaxError> {
    let letter = text.chars().next().expect("the grammar demands a character after a backslash");
    let rest = &text[letter.len_utf8()..];
    let character = match letter {
        '\\' | '\'' | '"' | '`' | '/' => letter,
        'b' | 'B' => '\u{8}',
        'f' | 'F' => '\u{C}',
        'n' | 'N' => '\n',
        'r' | 'R' => '\r',
        't' | 'T' => '\t',
        'u' => return unicode(rest, 4, offset),
        'U' => return unicode(rest, 8, offset),
        _ => {
            return Err(SyntaxError::Unexpected {
                expected: "an escape such as `\\n`, `\\'` or `\\u00e9`".to_owned(),
                found: format!("`\\{letter}`"),
                span: Span::new(offset, offset + 1 + letter.len_utf8()),
                help: Some(format!("write `\\\\{letter}` for a backslash before the letter")),
            });
        }
    };
    Ok((character, rest))
}

/// The character of `length` hexadecimal digits, or of two such escapes that are a surrogate pair.
fn unicode(text: &str, length: usize, offset: usize) -> Result<(char, &str), SyntaxError> {
    let (code, rest) = code_unit(text, length).ok_or_else(|| bad_unicode(text, length, offset))?;
    if let Some(character) = char::from_u32(code) {
        return Ok((character, rest));
    }
    let low = rest.strip_prefix("\\u").and_then(|rest| code_unit(rest, 4));
    match low {
        Some((low @ 0xDC00..=0xDFFF, rest)) if (0xD800..0xDC00).contains(&code) => {
            let code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            let character = char::from_u32(code).expect("a surrogate pair is a character");
            Ok((character, rest))
        }
        _ => Err(bad_unicode(text, length, offset)),
    }
}

fn code_unit(text: &str, length: usize) -> Option<(u32, &str)> {
    let digits = text.get(..length)?;
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = u32::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal)?;
    Some((code, &text[length..]))
}

fn bad_unicode(text: &str, length: usize, offset: usize) -> SyntaxError {
    let digit_count = text.bytes().take(length).take_while(u8::is_ascii_hexdigit).count();
    SyntaxError::Literal {
        detail: "InvalidUnicodeLiteral",
        message: "`\\u` takes four hexadecimal digits that are a character, `\\U` eight".to_owned(),
        span: Span::new(offset, offset + 2 + digit_count),
    }
}
