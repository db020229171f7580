//! Texts in XML: what is markup is escaped, and what XML has no letter for is replaced, and counted.

use std::fmt::Write as _;

use super::ExportReport;

const LOST: &str = "characters that XML cannot hold";

/// A text between tags, or between the quotes of an attribute.
pub(super) fn escaped(text: &str, report: &mut ExportReport) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // As they are, a reader makes spaces and line feeds of them.
            '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' => {
                write!(escaped, "&#{};", u32::from(letter)).expect("a text takes it");
            }
            letter if is_char(letter) => escaped.push(letter),
            _ => {
                escaped.push(char::REPLACEMENT_CHARACTER);
                report.lose(LOST);
            }
        }
    }
    escaped
}

/// The name of a key with this number: where letters of it are lost, others may be left with the same.
pub(super) fn key_name(name: &str, number: usize, report: &mut ExportReport) -> String {
    let escaped = escaped(name, report);
    if name.chars().all(|letter| is_char(letter) || matches!(letter, '\t' | '\n' | '\r')) {
        escaped
    } else {
        format!("{escaped} {number}")
    }
}

/// `Char` of XML 1.0.
fn is_char(letter: char) -> bool {
    letter >= ' ' && !matches!(letter, '\u{fffe}' | '\u{ffff}')
}
