//! How long and how deep a statement may be.
//!
//! Every stage recurses over the tree. So its depth is bounded, and bounded before the first stage that recurses:
//! brackets and CASE are counted here in one pass over the text, before the grammar sees it; what nests without
//! brackets (`NOT NOT ...`, `a + b + ...`, `a.b.c...`) is counted while the tree is built.

use super::SyntaxError;
use super::habit;
use super::keyword::{follows_operand, is_keyword};
use super::lex::{Token, TokenKind, tokens};
use crate::text::Span;

/// The longest statement that is read, in bytes. Reading one takes up to 160 times its length of memory; larger
/// data come as parameters or by import.
pub(super) const LENGTH: usize = 8 << 20;

/// How deep brackets and CASE may nest in each other.
pub(super) const BRACKET_DEPTH: usize = 100;

/// How deep the tree of an expression may be.
pub(super) const TREE_DEPTH: usize = 200;

/// How deep queries, patterns in expressions, FOREACH and triples in brackets may nest in each other: a level costs
/// every stage many calls.
pub(super) const QUERY_DEPTH: usize = 16;

/// Refuses what is too long, nests too deep or holds something that is never closed.
pub(super) fn check(text: &str) -> Result<(), SyntaxError> {
    if text.len() > LENGTH {
        return Err(SyntaxError::TooLong { length: text.len(), limit: LENGTH });
    }
    let mut nesting = Nesting::default();
    let mut meaningful = tokens(text).filter(|token| token.kind != TokenKind::Comment || !token.is_closed).peekable();
    let mut is_empty = true;
    while let Some(token) = meaningful.next() {
        if !token.is_closed {
            return Err(never_closed(text, token));
        }
        is_empty &= token.span.of(text) == ";";
        nesting.enter(text, token, meaningful.peek().copied())?;
    }
    if is_empty { Err(SyntaxError::Empty) } else { Ok(()) }
}

pub(super) fn too_deep_a_query(span: Span) -> SyntaxError {
    SyntaxError::TooDeep { limit: QUERY_DEPTH, span }
}

pub(super) fn too_deep_a_tree(span: Span) -> SyntaxError {
    SyntaxError::TooDeep { limit: TREE_DEPTH, span }
}

/// The bracket that `text` opens and never closes, if there is one: the first that another one is closed in place of, or
/// the innermost.
pub(super) fn unclosed(text: &str) -> Option<Token> {
    let mut open: Vec<Token> = Vec::new();
    for token in tokens(text) {
        let opening = match token.span.of(text) {
            "(" | "[" | "{" => {
                open.push(token);
                continue;
            }
            ")" => "(",
            "]" => "[",
            "}" => "{",
            _ => continue,
        };
        if let Some(last) = open.pop_if(|last| last.span.of(text) != opening) {
            return Some(last);
        }
        open.pop();
    }
    open.pop()
}

fn never_closed(text: &str, token: Token) -> SyntaxError {
    let (what, mark) = match token.kind {
        TokenKind::Comment => ("comment", "*/"),
        TokenKind::String if token.span.of(text).starts_with('"') => ("string", "\""),
        TokenKind::String => ("string", "'"),
        _ => ("name", "`"),
    };
    let start = token.span.start as usize;
    let opening = if token.kind == TokenKind::Comment { 2 } else { 1 };
    SyntaxError::Unexpected {
        expected: format!("a closing {mark}"),
        found: "the end of the statement".to_owned(),
        span: Span::new(start, start + opening),
        help: Some(match (habit::quote_inside(text, start), curly_quote(&text[start..])) {
            (Some(advice), _) if token.kind == TokenKind::String => format!("this {what} is never closed; {advice}"),
            (_, Some(curly)) if token.kind == TokenKind::String => {
                format!("this {what} is never closed; `{curly}` does not close it")
            }
            _ => format!("this {what} is never closed"),
        }),
    }
}

/// A quote of a word processor.
fn curly_quote(text: &str) -> Option<char> {
    text.chars().find(|character| matches!(character, '\u{2018}'..='\u{201F}'))
}

/// What is open at a place in the text.
#[derive(Default)]
struct Nesting {
    open: Vec<Opening>,
    /// Whether an operand may have ended just before: only there does END end a CASE.
    after_operand: bool,
    after_dot: bool,
    /// Whether the word just before may be one that a type stands behind, in angles.
    after_type_word: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Opening {
    Bracket,
    Case,
    /// `LIST<`, or a comparison that looks alike.
    Angle,
}

impl Nesting {
    fn enter(&mut self, text: &str, token: Token, next: Option<Token>) -> Result<(), SyntaxError> {
        let word = token.span.of(text);
        if !may_be_in_type(token.kind, word) {
            self.close_angles();
        }
        match word {
            "(" | "[" | "{" => self.open.push(Opening::Bracket),
            ")" | "]" | "}" => self.close_bracket(),
            "<" if self.after_type_word => self.open.push(Opening::Angle),
            ">" => drop(self.open.pop_if(|opening| *opening == Opening::Angle)),
            _ if token.kind != TokenKind::Word || self.after_dot => {}
            _ if word.eq_ignore_ascii_case("CASE") && !ends_operand(text, next) => self.open.push(Opening::Case),
            _ if word.eq_ignore_ascii_case("END") => self.close_case(),
            _ => {}
        }
        if self.open.len() > BRACKET_DEPTH {
            return Err(SyntaxError::TooDeep { limit: BRACKET_DEPTH, span: token.span });
        }
        self.after_operand = match token.kind {
            TokenKind::Mark => matches!(word, ")" | "]" | "}"),
            TokenKind::Word => {
                self.after_dot || !is_keyword(word) || is_value(word) || word.eq_ignore_ascii_case("END")
            }
            _ => true,
        };
        self.after_dot = word == "." || word == ":";
        self.after_type_word = opens_type(word);
        Ok(())
    }

    /// Closes what was opened last, and a CASE left open inside.
    fn close_bracket(&mut self) {
        while self.open.pop_if(|opening| *opening == Opening::Case).is_some() {}
        self.open.pop();
    }

    /// What looked like the angles of a type was none.
    fn close_angles(&mut self) {
        while self.open.pop_if(|opening| *opening == Opening::Angle).is_some() {}
    }

    fn close_case(&mut self) {
        if self.after_operand {
            self.open.pop_if(|opening| *opening == Opening::Case);
        }
    }
}

/// Whether a type in angles may stand behind `word`.
fn opens_type(word: &str) -> bool {
    ["LIST", "ARRAY", "ANY", "VALUE"].iter().any(|opening| opening.eq_ignore_ascii_case(word))
}

/// Whether `word` may stand between the angles of a type.
fn may_be_in_type(kind: TokenKind, word: &str) -> bool {
    const KEYWORDS_OF_TYPES: [&str; 7] = ["ANY", "NODE", "NOT", "NULL", "PROPERTY", "RELATIONSHIP", "WITH"];
    match kind {
        TokenKind::Mark => matches!(word, "<" | ">" | "|" | "!"),
        TokenKind::Word => !is_keyword(word) || KEYWORDS_OF_TYPES.iter().any(|known| known.eq_ignore_ascii_case(word)),
        TokenKind::Comment => true,
        TokenKind::EscapedName | TokenKind::Parameter | TokenKind::Number | TokenKind::String => false,
    }
}

fn is_value(word: &str) -> bool {
    ["null", "true", "false", "normalized"].iter().any(|value| value.eq_ignore_ascii_case(word))
}

/// Whether `next` can only follow an operand, so that the word before it is a name.
fn ends_operand(text: &str, next: Option<Token>) -> bool {
    let Some(next) = next else { return true };
    let word = next.span.of(text);
    match next.kind {
        TokenKind::Mark => !matches!(word, "(" | "[" | "{" | "-" | "+" | "$"),
        TokenKind::Word => !word.eq_ignore_ascii_case("WHEN") && follows_operand(word),
        _ => false,
    }
}
