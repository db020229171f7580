//! WITH and RETURN.

use super::Branch;
use crate::expr::{Expr, ExprKind, VarId};
use crate::plan::{Aggregate, Sort, Step};
use crate::semantic::bound::Projection;

/// Aggregation, items, DISTINCT, ORDER BY, SKIP, LIMIT, WHERE, in this order.
///
/// Sorting comes after the items but sees the columns before them too; columns that are not projected are not cut
/// off here: no later clause names them.
pub(super) fn project(clause: Projection, branch: &mut Branch) {
    if let Some(aggregation) = clause.aggregation {
        branch.push(Step::Aggregate(Aggregate {
            keys: aggregation.keys,
            calls: aggregation.calls,
            weights: Vec::new(),
            stored: None,
        }));
    }
    let columns: Vec<VarId> = clause.items.iter().map(|(var, _)| *var).collect();
    let items: Vec<(VarId, Expr)> = clause.items.into_iter().filter(|(var, expr)| !is_variable(expr, *var)).collect();
    if !items.is_empty() {
        branch.push(Step::Project(items));
    }
    if clause.distinct {
        branch.push(Step::Distinct(columns.clone()));
    }
    if !clause.order_by.is_empty() {
        branch.push(Step::Sort(Sort { keys: clause.order_by, limit: None }));
    }
    if let Some(count) = clause.skip {
        branch.push(Step::Skip(count));
    }
    if let Some(count) = clause.limit {
        branch.push(Step::Limit(count));
    }
    branch.filter(clause.predicate);
    branch.scope = columns.into_iter().collect();
}

fn is_variable(expr: &Expr, var: VarId) -> bool {
    matches!(expr.kind, ExprKind::Variable(id) if id == var)
}
