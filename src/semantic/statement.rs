//! The entry: one statement, bound.

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
    binder.preamble(statement);
    let body = match &statement.body {
        ast::Body::Query(query) => BoundBody::Query(binder.query(query, QueryPlace::Statement)),
        ast::Body::Schema(command) => {
            binder.writes = true;
            BoundBody::Schema(schema::change(command))
        }
        ast::Body::Show(show) => BoundBody::Query(binder.show(show)),
    };
    binder.finish(mode(statement.mode), body)
}

fn mode(mode: ast::Mode) -> Mode {
    match mode {
        ast::Mode::Run => Mode::Run,
        ast::Mode::Explain => Mode::Explain,
        ast::Mode::Profile => Mode::Profile,
    }
}
