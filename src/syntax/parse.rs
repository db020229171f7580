//! One statement: text to tree.

use super::{SyntaxError, ast, grammar, limit, message, tree};

/// The syntax tree of the one statement in `text`; a `;` may follow it.
///
/// Spans count bytes of `text`.
pub(crate) fn parse(text: &str) -> Result<ast::Statement, SyntaxError> {
    limit::check(text)?;
    match grammar::statement(text) {
        Ok(statement) => tree::statement(text, statement),
        Err(error) => Err(message::unexpected(text, &error)),
    }
}
