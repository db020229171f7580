//! Cuts text into words, as far as that goes without knowing the language.
//!
//! This is not the grammar: it never decides what a text means. It tells where strings and comments end, which is
//! enough to find the `;` between statements, to see how deep brackets nest before anything recurses over them, and
//! to name the word at which an error stands.

use crate::text::Span;

/// What a piece of text is, told by its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// From `//` to the end of the line, or between `/*` and `*/`.
    Comment,
    /// A keyword or a name.
    Word,
    /// A name between backticks.
    EscapedName,
    /// `$x`.
    Parameter,
    /// Digits, with whatever clings to them.
    Number,
    /// Between quotes of either sort.
    String,
    /// One character of any other sort.
    Mark,
}

/// A piece of text that is not blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
    /// False of a string, comment or escaped name that runs to the end of the text without ending.
    pub is_closed: bool,
}

/// The tokens of `text`, in order. Together with the blanks between them they are the whole text.
///
/// ```
/// use averment::editing::{TokenKind, tokens};
/// let kinds: Vec<_> = tokens("RETURN 'a' // done").map(|token| token.kind).collect();
/// assert_eq!(kinds, [TokenKind::Word, TokenKind::String, TokenKind::Comment]);
/// ```
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, offset: 0 }
}

/// An iterator over the tokens of a text: see [`tokens`].
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    text: &'a str,
    offset: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = self.text[self.offset..].trim_start_matches(is_blank);
        let start = self.text.len() - rest.len();
        let (kind, length, is_closed) = first(rest)?;
        self.offset = start + length;
        Some(Token { kind, span: Span::new(start, self.offset), is_closed })
    }
}

/// Blank in the sense of the grammar, which counts some control characters.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1C}'..='\u{1F}' | '\u{180E}' | '\u{FEFF}')
}

/// The kind and the length in bytes of the token that `rest` begins with, and whether it is closed.
fn first(rest: &str) -> Option<(TokenKind, usize, bool)> {
    let character = rest.chars().next()?;
    let width = character.len_utf8();
    Some(match character {
        '/' if rest.starts_with("//") => (TokenKind::Comment, rest.find(['\n', '\r']).unwrap_or(rest.len()), true),
        '/' if rest.starts_with("/*") => match rest[2..].find("*/") {
            Some(length) => (TokenKind::Comment, length + 4, true),
            None => (TokenKind::Comment, rest.len(), false),
        },
        '\'' | '"' => {
            let (length, is_closed) = string(rest, character);
            (TokenKind::String, length, is_closed)
        }
        '`' => match rest[1..].find('`') {
            Some(length) => (TokenKind::EscapedName, length + 2, true),
            None => (TokenKind::EscapedName, rest.len(), false),
        },
        '$' => match first(&rest[1..]) {
            Some((TokenKind::Word | TokenKind::Number | TokenKind::EscapedName, length, is_closed)) => {
                (TokenKind::Parameter, length + 1, is_closed)
            }
            _ => (TokenKind::Mark, width, true),
        },
        '0'..='9' => (TokenKind::Number, number(rest), true),
        _ if is_word(character) => (TokenKind::Word, word(rest), true),
        _ => (TokenKind::Mark, width, true),
    })
}

fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric() || is_combining(character)
}

/// Whether a character takes a place of its own where it is shown.
pub(super) fn is_visible(character: char) -> bool {
    unicode_width::UnicodeWidthChar::width(character).is_some_and(|width| width > 0)
}

/// Marks that stand on the letter before them, in the scripts where names are written with them.
fn is_combining(character: char) -> bool {
    !character.is_ascii() && !is_visible(character) && !is_blank(character)
}

fn word(rest: &str) -> usize {
    rest.find(|character| !is_word(character)).unwrap_or(rest.len())
}

/// Digits, letters, and a dot that a digit follows.
fn number(rest: &str) -> usize {
    let length = word(rest);
    let tail = &rest[length..];
    let has_fraction = tail.starts_with('.') && tail[1..].starts_with(|character: char| character.is_ascii_digit());
    if has_fraction { length + 1 + word(&tail[1..]) } else { length }
}

fn string(rest: &str, quote: char) -> (usize, bool) {
    let mut is_escaped = false;
    for (offset, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            _ if byte == quote as u8 => return (offset + 1, true),
            _ => {}
        }
    }
    (rest.len(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = tokens(text).map(|token| token.span.of(text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn tokens_and_blanks_are_the_whole_text() {
        check(
            "MATCH (n {k: 'a;\\'b'}) // c; d\nRETURN 1.5, n.`x;y`, $p /* ; */;",
            &[
                "MATCH", "(", "n", "{", "k", ":", "'a;\\'b'", "}", ")", "// c; d", "RETURN", "1.5", ",", "n", ".",
                "`x;y`", ",", "$p", "/* ; */", ";",
            ],
        );
    }

    #[test]
    fn ranges_and_names_in_other_scripts_are_kept_together() {
        check("[1..3] имя के", &["[", "1", ".", ".", "3", "]", "имя", "के"]);
    }

    #[test]
    fn what_is_never_closed_runs_to_the_end() {
        for text in ["'abc", "\"a\\\"", "`abc", "/* abc"] {
            let last = tokens(text).last().expect("there is a token");
            assert!(!last.is_closed);
            assert_eq!(last.span.end as usize, text.len());
        }
    }
}
