//! A stretch of query text.

/// A stretch of query text, in bytes.
///
/// # Example: what an error is about
///
/// ```
/// use averment::Database;
/// let text = "RETURN ж + x";
/// let error = Database::in_memory().query(text, ()).unwrap_err();
/// assert_eq!(error.span().map(|span| span.of(text)), Some("ж"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A place in query text as people count: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub line: u32,
    pub column: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let cut = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: cut(start), end: cut(end) }
    }

    /// The text that this span covers.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// The span from the start of this one to the end of `last`.
    pub(crate) fn to(self, last: Span) -> Span {
        Span { start: self.start, end: last.end }
    }
}

impl Position {
    /// The place of the byte at `offset` of `text`. An offset inside a character is taken as its start.
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let end = (0..=offset.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let before = &text[..end];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let count = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
        Self {
            line: count(before.bytes().filter(|byte| *byte == b'\n').count()),
            column: count(before[line_start..].chars().count()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_characters_not_bytes() {
        let text = "MATCH (я)\nRETURN ж";
        assert_eq!(Position::of(text, 0), Position { line: 1, column: 1 });
        assert_eq!(Position::of(text, text.find(')').unwrap()), Position { line: 1, column: 9 });
        assert_eq!(Position::of(text, text.find('ж').unwrap()), Position { line: 2, column: 8 });
        assert_eq!(Position::of(text, text.len()), Position { line: 2, column: 9 });
        assert_eq!(Position::of(text, 1000), Position { line: 2, column: 9 });
    }
}
