//! The entry: one statement, bound.

use std::sync::Arc;

use super::binder::Binder;
use super::bound::{BoundBody, BoundStatement, Mode};
use super::query::QueryPlace;
use super::{SemanticError, schema};
use crate::catalog::Statistics;
use crate::function::Registry;
use crate::syntax::ast;

/// Binds `statement`, which was parsed from `text`.
///
/// `statistics` are asked only for names and counts that warnings need; a statement binds over an empty graph too.
///
/// # Errors
///
/// Every problem found, in the order in which the binder came to them.
pub(crate) fn bind(
    statement: &ast::Statement,
    text: &str,
    statistics: &dyn Statistics,
    registry: &Registry,
) -> Result<BoundStatement, Vec<SemanticError>> {
    let mut binder = Binder::new(text, statistics, registry);
    let preamble = &statement.preamble;
    let asks_for_more = preamble.at_commit.is_some()
        || preamble.lens != ast::Lens::default()
        || preamble.why.as_ref().is_some_and(|why| why.kind != ast::WhyKind::Rows);
    if let Some(at) = preamble.span.filter(|_| asks_for_more) {
        binder.refuse("UnexpectedSyntax", at, "not answered yet");
    }
    let body = match &statement.body {
        ast::Body::Query(query) => BoundBody::Query(binder.query(query, QueryPlace::Statement)),
        ast::Body::Schema(command) => {
            binder.writes = true;
            BoundBody::Schema(schema::change(command))
        }
        ast::Body::Show(show) => BoundBody::Query(binder.show(show)),
    };
    let why = binder.asks_why(preamble, &body);
    let mut bound = binder.finish(mode(statement.mode), body)?;
    bound.why = why.then(|| Arc::from(text));
    Ok(bound)
}

fn mode(mode: ast::Mode) -> Mode {
    match mode {
        ast::Mode::Run => Mode::Run,
        ast::Mode::Explain => Mode::Explain,
        ast::Mode::Profile => Mode::Profile,
    }
}
