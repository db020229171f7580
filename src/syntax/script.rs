//! Several statements in one text, parted by `;`.

use super::lex::{TokenKind, tokens};
use crate::text::Span;

/// Where each statement of `text` stands, without its `;` and without blanks and comments around it. A comment
/// that never ends belongs to a statement, which it makes faulty: what it was to hide is not known.
///
/// ```
/// use averment::editing::statements;
/// let script = "CREATE (:A); RETURN ';'";
/// let texts: Vec<&str> = statements(script).into_iter().map(|span| span.of(script)).collect();
/// assert_eq!(texts, ["CREATE (:A)", "RETURN ';'"]);
/// ```
pub fn statements(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut current: Option<Span> = None;
    for token in tokens(text) {
        if token.kind == TokenKind::Comment && token.is_closed {
            continue;
        }
        if token.span.of(text) == ";" {
            found.extend(current.take());
        } else {
            current = Some(current.map_or(token.span, |span| span.to(token.span)));
        }
    }
    found.extend(current);
    found
}

/// Whether `text` ends where a statement may end: behind a `;`, with nothing left open.
///
/// A text of blanks and comments is complete too: there is nothing to wait for.
///
/// # Example: whether a prompt waits for more
///
/// ```
/// use averment::editing::is_complete;
/// assert!(is_complete("RETURN 1;"));
/// assert!(!is_complete("RETURN 'a;"));
/// assert!(!is_complete("MATCH (n) // and then;"));
/// ```
pub fn is_complete(text: &str) -> bool {
    let mut is_ended = true;
    for token in tokens(text) {
        if !token.is_closed {
            return false;
        }
        if token.kind != TokenKind::Comment {
            is_ended = token.span.of(text) == ";";
        }
    }
    is_ended
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = statements(text).into_iter().map(|span| span.of(text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_semicolon_in_a_string_a_name_or_a_comment_parts_nothing() {
        check("RETURN ';' ; // a;b\n RETURN `;` /* ; */ ;; RETURN 3", &["RETURN ';'", "RETURN `;`", "RETURN 3"]);
        check(" // nothing\n", &[]);
    }

    #[test]
    fn a_comment_that_never_ends_is_no_end() {
        check("RETURN 1; RETURN 2 /* RETURN 3;", &["RETURN 1", "RETURN 2 /* RETURN 3;"]);
        check("RETURN 1; /* RETURN 3;", &["RETURN 1", "/* RETURN 3;"]);
    }

    #[test]
    fn a_statement_is_complete_behind_its_semicolon() {
        assert!(is_complete("RETURN 1; // done"));
        assert!(is_complete(" // nothing"));
        assert!(!is_complete("RETURN 1"));
        assert!(!is_complete("RETURN ';"));
        assert!(!is_complete("RETURN 1; /* more"));
    }
}
