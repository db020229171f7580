//! EXISTS among the conjuncts of a filter becomes a join that keeps or drops rows.

use crate::catalog::Statistics;
use crate::expr::{Comparison, Expr, ExprKind, SubqueryId, SubqueryKind};
use crate::plan::{Apply, ApplyKind, LogicalStatement, Step};
use crate::value::Value;

/// The other conjuncts are asked first.
pub(super) fn from_exists(statement: &mut LogicalStatement, _: &dyn Statistics) {
    let plans: Vec<_> = statement.subqueries.iter().map(|subquery| subquery.plan.clone()).collect();
    statement.walk_mut(&mut |plan| {
        let mut out = Vec::with_capacity(plan.steps.len());
        for step in std::mem::take(&mut plan.steps) {
            let Step::Filter(predicate) = step else {
                out.push(step);
                continue;
            };
            let (exists, rest): (Vec<Expr>, Vec<Expr>) =
                predicate.into_conjuncts().into_iter().partition(|term| existence(term).is_some());
            if !rest.is_empty() {
                out.push(Step::Filter(Expr::all(rest)));
            }
            for (id, negated) in exists.iter().filter_map(existence) {
                let inner = plans[id.0 as usize].clone();
                out.push(Step::Apply(Apply { inner, kind: ApplyKind::Exists { negated } }));
            }
        }
        plan.steps = out;
    });
}

/// Which subquery must have rows, or must have none (`true`).
fn existence(expr: &Expr) -> Option<(SubqueryId, bool)> {
    match &expr.kind {
        ExprKind::Subquery(SubqueryKind::Exists, id) => Some((*id, false)),
        ExprKind::Not(operand) => existence(operand).map(|(id, negated)| (id, !negated)),
        ExprKind::Compare(comparison, left, right) => {
            let (ExprKind::Subquery(SubqueryKind::Count, id), ExprKind::Literal(Value::Integer(0))) =
                (&left.kind, &right.kind)
            else {
                return None;
            };
            match comparison {
                Comparison::Greater | Comparison::NotEqual => Some((*id, false)),
                Comparison::Equal | Comparison::LessOrEqual => Some((*id, true)),
                Comparison::Same | Comparison::Less | Comparison::GreaterOrEqual => None,
            }
        }
        _ => None,
    }
}
