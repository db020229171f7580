//! The entry: one statement, bound.

use std::sync::Arc;

use super::binder::Binder;
use super::bound::{AtCommit, BoundBody, BoundStatement, CommitNumber, Mode};
use super::query::QueryPlace;
use super::{SemanticError, schema};
use crate::catalog::Statistics;
use crate::function::Registry;
use crate::syntax::ast;
use crate::text::Span;

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
    let at_commit = statement.preamble.at_commit.as_ref().and_then(|number| binder.at_commit(number));
    let body = match &statement.body {
        ast::Body::Query(query) => BoundBody::Query(binder.query(query, QueryPlace::Statement)),
        ast::Body::Schema(command) => {
            binder.writes = true;
            BoundBody::Schema(schema::change(command))
        }
        ast::Body::Show(show) => BoundBody::Query(binder.show(show)),
    };
    if let Some(at_commit) = &at_commit {
        binder.refuse_writes_of_the_past(at_commit.span);
    }
    let why = binder.asks_why(&statement.preamble, &body);
    let bound = binder.finish(mode(statement.mode), body)?;
    Ok(BoundStatement { at_commit, why: why.then(|| Arc::from(text)), ..bound })
}

impl Binder<'_> {
    fn at_commit(&mut self, number: &ast::Expr) -> Option<AtCommit> {
        let span = number.span;
        match &number.kind {
            ast::ExprKind::Integer(number) if *number >= 0 => {
                return Some(AtCommit { number: CommitNumber::Known(number.unsigned_abs()), span });
            }
            ast::ExprKind::Integer(_) | ast::ExprKind::Negate(_) => {
                self.refuse("NegativeIntegerArgument", span, "the number of a commit must not be negative");
            }
            ast::ExprKind::Parameter(name) => {
                self.parameter(name, span);
                return Some(AtCommit { number: CommitNumber::Parameter(name.clone()), span });
            }
            _ => self.refuse("InvalidArgumentType", span, "the number of a commit is an INTEGER or a parameter"),
        }
        None
    }

    fn refuse_writes_of_the_past(&mut self, span: Span) {
        if self.writes || self.commits {
            let help = "leave AT COMMIT out, or ask for what was so and write it in another statement";
            self.refuse_with_help("WriteAtCommit", span, "what was so at a commit can be read and not written", help);
        }
    }
}

fn mode(mode: ast::Mode) -> Mode {
    match mode {
        ast::Mode::Run => Mode::Run,
        ast::Mode::Explain => Mode::Explain,
        ast::Mode::Profile => Mode::Profile,
    }
}
