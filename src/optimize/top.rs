//! ORDER BY with LIMIT keeps only the first rows while it sorts.

use crate::catalog::Statistics;
use crate::expr::{Expr, ExprKind};
use crate::plan::{LogicalStatement, Step};
use crate::value::Value;

/// The limit stays where it is: it also checks what it is given.
pub(super) fn keep_first(statement: &mut LogicalStatement, _: &dyn Statistics) {
    statement.walk_mut(&mut |plan| {
        for at in 0..plan.steps.len() {
            let limit = match &plan.steps[at..] {
                [Step::Sort(_), Step::Limit(limit), ..] => Some(limit.clone()),
                [Step::Sort(_), Step::Skip(skip), Step::Limit(limit), ..] => sum(skip, limit),
                _ => None,
            };
            if let (Step::Sort(sort), Some(limit)) = (&mut plan.steps[at], limit) {
                sort.limit = Some(limit);
            }
        }
    });
}

/// Known only of literals: adding up parameters could overflow where the query itself has an answer.
fn sum(skip: &Expr, limit: &Expr) -> Option<Expr> {
    let (ExprKind::Literal(Value::Integer(skip)), ExprKind::Literal(Value::Integer(limit))) = (&skip.kind, &limit.kind)
    else {
        return None;
    };
    skip.checked_add(*limit).map(Expr::literal)
}
