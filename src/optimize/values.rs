//! Nodes that are only grouped by a property and counted are counted in the scan, by their values.

use crate::catalog::Statistics;
use crate::expr::{Expr, ExprKind, VarId, Variables};
use crate::plan::{Aggregate, CountValues, LogicalPlan, LogicalStatement, Step};
use crate::value::{Name, Type};

pub(super) fn counted_in_scans(statement: &mut LogicalStatement, _: &dyn Statistics) {
    let mut variables = std::mem::take(&mut statement.variables);
    statement.walk_mut(&mut |plan| count_in_scan(plan, &mut variables));
    statement.variables = variables;
}

/// The aggregate stays: of a value there may be several rows, which stand for the nodes of a part of the graph each.
fn count_in_scan(plan: &mut LogicalPlan, variables: &mut Variables) {
    if plan.steps.iter().any(Step::writes) {
        return;
    }
    let [Step::NodeScan(scan), Step::Aggregate(aggregate), ..] = &mut plan.steps[..] else { return };
    if !aggregate.only_counts() || !aggregate.weights.is_empty() {
        return;
    }
    let Some(key) = only_property(aggregate, scan.var) else { return };
    let (value, count) = (variables.add(None, Type::Any), variables.add(None, Type::Integer));
    for (_, expr) in &mut aggregate.keys {
        replace(expr, scan.var, value);
    }
    aggregate.weights.push(count);
    plan.steps[0] = Step::CountValues(CountValues { scan: scan.clone(), key, value, count });
}

/// The property that is all that the keys ask of `var`, and all that they hang on of what changes from row to row.
fn only_property(aggregate: &Aggregate, var: VarId) -> Option<Name> {
    let mut asked: Vec<Name> = Vec::new();
    let mut uses = 0;
    for (_, expr) in &aggregate.keys {
        if expr.is_volatile() || !expr.subqueries().is_empty() {
            return None;
        }
        expr.walk(&mut |part| {
            uses += usize::from(is_variable(part, var));
            asked.extend(property_of(part, var).cloned());
        });
    }
    let is_all = uses == asked.len();
    asked.dedup();
    if let [_] = asked[..]
        && is_all
    {
        asked.pop()
    } else {
        None
    }
}

fn replace(expr: &mut Expr, var: VarId, value: VarId) {
    if property_of(expr, var).is_some() {
        *expr = Expr::variable(value);
        return;
    }
    expr.children_mut().into_iter().for_each(|child| replace(child, var, value));
}

fn property_of(expr: &Expr, var: VarId) -> Option<&Name> {
    match &expr.kind {
        ExprKind::Property(base, key) if is_variable(base, var) => Some(key),
        _ => None,
    }
}

fn is_variable(expr: &Expr, var: VarId) -> bool {
    matches!(expr.kind, ExprKind::Variable(of) if of == var)
}
