//! Where rows must wait: between a writing step and the next that reads the graph.

use crate::expr::{Expr, ExprKind, Variables};
use crate::plan::Step;
use crate::value::Type;

/// The steps with barriers between them.
///
/// A reading step works on the graph as it was when the reading began. So that it sees what earlier steps write, all
/// rows go through those first. LIMIT waits too: it stops asking for rows, and the writes of the rest must be done. Behind
/// steps that commit, what writes waits: else the next batch would commit half of its writes.
pub(super) fn insert(steps: Vec<Step>, variables: &Variables) -> Vec<Step> {
    let mut out = Vec::with_capacity(steps.len());
    let (mut written, mut committed) = (false, false);
    for step in steps {
        let waits = matches!(step, Step::Limit(_)) || reads(&step, variables) || (committed && step.writes());
        if written && waits && !planted!("nothing waits for what is written") {
            out.push(Step::Barrier);
            (written, committed) = (false, false);
        }
        written |= step.writes();
        committed |= matches!(step, Step::InTransactions(_));
        out.push(step);
    }
    out
}

fn reads(step: &Step, variables: &Variables) -> bool {
    step.finds() || step.exprs().into_iter().any(|expr| reads_graph(expr, variables))
}

/// Whether the value depends on what the graph says of an element. What cannot be told counts as read.
pub(crate) fn reads_graph(expr: &Expr, variables: &Variables) -> bool {
    let here = match &expr.kind {
        ExprKind::HasLabels(..) | ExprKind::Subquery(..) | ExprKind::MapProjection { .. } | ExprKind::Passes { .. } => {
            true
        }
        ExprKind::Property(base, _) | ExprKind::Index(base, _) => may_be_element(base, variables),
        ExprKind::Call(function, arguments) => {
            let takes = |index| function.parameter(index).may_take(&Type::Element);
            arguments.iter().enumerate().any(|(index, argument)| takes(index) && may_hold_element(argument, variables))
        }
        _ => false,
    };
    here || expr.children().into_iter().any(|child| reads_graph(child, variables))
}

fn may_be_element(expr: &Expr, variables: &Variables) -> bool {
    match &expr.kind {
        ExprKind::Variable(var) => variables.get(*var).var_type.may_be(&Type::Element),
        ExprKind::Literal(_)
        | ExprKind::Parameter(_)
        | ExprKind::Given(_)
        | ExprKind::Map(_)
        | ExprKind::List(_)
        | ExprKind::Operator(..) => false,
        _ => true,
    }
}

fn may_hold_element(expr: &Expr, variables: &Variables) -> bool {
    match &expr.kind {
        ExprKind::Variable(var) => match &variables.get(*var).var_type {
            Type::List(_) | Type::Map | Type::Path => true,
            found => found.may_be(&Type::Element),
        },
        ExprKind::Literal(_) | ExprKind::Parameter(_) | ExprKind::Given(_) => false,
        _ => true,
    }
}
