//! Turns query text into a syntax tree.
//!
//! The grammar is `grammar/averment.pest`; nothing else defines syntax. The tree made here knows where each piece
//! stood in the text and nothing of parameters, catalogs or types: whether a name means anything is the binder's
//! business.
//!
//! The text goes through three hands: [`lex`] cuts it into words, which is enough to find where statements end and
//! how deep brackets nest; [`grammar`] holds it against the language; [`tree`] builds what it says.

pub(crate) mod ast;
mod error;
mod grammar;
mod habit;
mod keyword;
mod lex;
mod limit;
mod message;
mod parse;
mod script;
mod tree;

pub(crate) use error::SyntaxError;
pub use keyword::{KEYWORDS, is_keyword};
pub use lex::{Token, TokenKind, Tokens, tokens};
pub(crate) use parse::parse;
pub use script::{is_complete, statements};

#[cfg(test)]
mod tests;
