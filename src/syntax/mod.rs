//! Turns query text into a syntax tree.
//!
//! The grammar is `grammar/averment.pest`; nothing else defines syntax. The tree made here knows where each piece
//! stood in the text and nothing of parameters, catalogs or types: whether a name means anything is the binder's
//! business.

pub(crate) mod ast;
mod error;

pub(crate) use error::SyntaxError;
