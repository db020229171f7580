//! ORDER BY with LIMIT keeps only the first rows while it sorts.

use crate::catalog::Statistics;
use crate::expr::{Expr, ExprKind, Operator};
use crate::plan::{LogicalStatement, Step};
use crate::value::Value;

/// The limit stays where it is: it also checks what it is given.
pub(super) fn keep_first(statement: &mut LogicalStatement, _: &dyn Statistics) {
    statement.walk_mut(&mut |plan| {
        for at in 0..plan.steps.len() {
            let limit = match &plan.steps[at..] {
                [Step::Sort(_), Step::Limit(limit), ..] => limit.clone(),
                [Step::Sort(_), Step::Skip(skip), Step::Limit(limit), ..] => sum(skip, limit),
                _ => continue,
            };
            if let Step::Sort(sort) = &mut plan.steps[at] {
                sort.limit = Some(limit);
            }
        }
    });
}

fn sum(skip: &Expr, limit: &Expr) -> Expr {
    if let (ExprKind::Literal(Value::Integer(skip)), ExprKind::Literal(Value::Integer(limit))) =
        (&skip.kind, &limit.kind)
        && let Some(sum) = skip.checked_add(*limit)
    {
        return Expr::literal(sum);
    }
    Expr::made(ExprKind::Operator(Operator::Add, Box::new(skip.clone()), Box::new(limit.clone())))
}
