//! What passes ask of filters.

use crate::expr::{Expr, ExprKind, VarId};
use crate::plan::{Apply, ApplyKind, Imports, Step};
use crate::value::Value;

/// A step that drops rows and does nothing else.
pub(super) fn is_filter(step: &Step) -> bool {
    matches!(step, Step::Filter(_) | Step::Apply(Apply { kind: ApplyKind::Exists { .. }, .. }))
}

/// Whether the filter runs a plan for each row.
pub(super) fn is_costly(step: &Step) -> bool {
    match step {
        Step::Filter(predicate) => !predicate.subqueries().is_empty(),
        _ => true,
    }
}

/// Whether rows may be filtered before this step as well as behind it, as long as it does not bind what the filter
/// looks at.
pub(super) fn lets_filters_pass(step: &Step) -> bool {
    match step {
        Step::NodeScan(_)
        | Step::NodeSeek(_)
        | Step::NodeLookup(_)
        | Step::NodeById(_)
        | Step::RelScan(_)
        | Step::RelSeek(_)
        | Step::RelById(_)
        | Step::Expand(_)
        | Step::RelEnds(_)
        | Step::VarExpand(_)
        | Step::ShortestPath(_)
        | Step::Route(_)
        | Step::CountValues(_)
        | Step::CountExpand(_)
        | Step::Intersect(_)
        | Step::BuildPath(_)
        | Step::Filter(_)
        | Step::Project(_)
        | Step::Unwind(_)
        | Step::HashJoin(_) => true,
        Step::Sort(sort) => sort.limit.is_none(),
        Step::Apply(_) => !step.writes(),
        Step::Limit(_) if planted!("filters pass LIMIT") => true,
        Step::Empty
        | Step::Aggregate(_)
        | Step::Distinct(_)
        | Step::Skip(_)
        | Step::Limit(_)
        | Step::Union(_)
        | Step::InTransactions(_)
        | Step::Call(_)
        | Step::Barrier
        | Step::Create(_)
        | Step::Merge(_)
        | Step::Set(_)
        | Step::Delete(_)
        | Step::SetState(_)
        | Step::Foreach(_) => false,
    }
}

/// The variables that a filter looks at.
pub(super) fn looked_at(step: &Step, imports: &Imports) -> Vec<VarId> {
    imports.of_step(step)
}

/// As [`Expr::into_conjuncts`], in the same order.
pub(super) fn conjuncts(predicate: &Expr) -> Vec<&Expr> {
    match &predicate.kind {
        ExprKind::And(terms) => terms.iter().flat_map(conjuncts).collect(),
        _ if is_true(predicate) => Vec::new(),
        _ => vec![predicate],
    }
}

pub(super) fn is_true(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Value::Boolean(true)))
}

/// More conjuncts than these stay together: each would be a step to look at.
const MAX_TERMS: usize = 64;

/// The conjuncts that are worth their own steps.
pub(super) fn taken_apart(predicate: Expr) -> Vec<Expr> {
    if conjuncts(&predicate).len() > MAX_TERMS { vec![predicate] } else { predicate.into_conjuncts() }
}
