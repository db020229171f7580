//! Scans that compare while they read.

use super::access::property_of;
use super::terms::is_true;
use crate::catalog::Statistics;
use crate::expr::{Expr, ExprKind, VarId};
use crate::plan::{LogicalPlan, LogicalStatement, Step};

/// Moves the conjuncts right behind a scan that compare a property of what is scanned with a given value, look for a given
/// string in it, or hold what is scanned against given clocks, into the scan, which asks whole pages. Not where something is deleted: a filter refuses to look at what is gone.
pub(super) fn into_scans(statement: &mut LogicalStatement, _: &dyn Statistics) {
    if !deletes(statement) {
        statement.walk_mut(&mut |plan| ask_in_scans(plan));
    }
}

/// Whether something is deleted anywhere in the statement.
pub(super) fn deletes(statement: &mut LogicalStatement) -> bool {
    let mut deletes = false;
    statement.walk_mut(&mut |plan| deletes |= plan.steps.iter().any(|step| matches!(step, Step::Delete(_))));
    deletes
}

fn ask_in_scans(plan: &mut LogicalPlan) {
    for at in 1..plan.steps.len() {
        let (before, behind) = plan.steps.split_at_mut(at);
        if let ([.., Step::NodeScan(scan)], [Step::Filter(predicate), ..]) = (before, behind) {
            let terms = std::mem::replace(predicate, Expr::literal(true)).into_conjuncts();
            // A scan is made of one part of the graph.
            let mut clocks = 0;
            let (conditions, rest) = terms.into_iter().partition(|term| {
                clocks += usize::from(is_clock(term));
                is_condition(term, scan.var) && !(is_clock(term) && clocks > 1)
            });
            scan.conditions = conditions;
            *predicate = Expr::all(rest);
        }
    }
    plan.steps.retain(|step| !matches!(step, Step::Filter(predicate) if is_true(predicate)));
}

fn is_clock(term: &Expr) -> bool {
    matches!(term.kind, ExprKind::Passes { .. })
}

fn is_condition(term: &Expr, var: VarId) -> bool {
    match &term.kind {
        ExprKind::Compare(_, left, right) => {
            (property_of(left, var).is_some() && is_given(right))
                || (is_given(left) && property_of(right, var).is_some())
        }
        ExprKind::Operator(operator, left, right) => {
            operator.text_test().is_some() && property_of(left, var).is_some() && is_given(right)
        }
        ExprKind::Passes { element, lens, .. } => {
            matches!(element.kind, ExprKind::Variable(of) if of == var) && lens.operands().all(is_given)
        }
        _ => false,
    }
}

fn is_given(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(_) | ExprKind::Parameter(_) | ExprKind::Given(_))
}
