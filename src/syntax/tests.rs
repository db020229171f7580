//! What the parser accepts, what it refuses and how it says so.

mod accepted;
mod limits;
mod precedence;
mod rejected;

use super::{SyntaxError, ast, parse};

/// The tree of `text`, or its error as people read it.
fn parsed(text: &str) -> Result<ast::Statement, String> {
    parse(text).map_err(|error| reported(text, &error))
}

fn reported(text: &str, error: &SyntaxError) -> String {
    crate::text::report(error.class().detail, &error.to_string(), text, error.span(), error.help())
}
