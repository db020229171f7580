//! ORDER BY with LIMIT keeps only the first rows while it sorts, and a scan below it gives no others where it can tell.

use super::conditions::deletes;
use crate::catalog::Statistics;
use crate::expr::{Expr, ExprKind, VarId};
use crate::plan::{FirstNodes, LogicalPlan, LogicalStatement, Sort, Step};
use crate::value::{Name, Value};

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

/// A scan below a sort with a limit, whose first keys are properties of what is scanned, gives the nodes that the sort may
/// keep. The sort stays, since these come in no order. Between the two stand only projections that cannot fail: what
/// they are of the other nodes, nobody will know.
pub(super) fn first_in_scans(statement: &mut LogicalStatement, _: &dyn Statistics) {
    if !deletes(statement) {
        statement.walk_mut(&mut |plan| tell_scans(plan));
    }
}

fn tell_scans(plan: &mut LogicalPlan) {
    for at in 0..plan.steps.len() {
        let (before, behind) = plan.steps.split_at_mut(at + 1);
        if let [.., Step::NodeScan(scan)] = before {
            scan.first = first_nodes(scan.var, behind);
        }
    }
}

fn first_nodes(var: VarId, behind: &[Step]) -> Option<FirstNodes> {
    let projections: Vec<&[(VarId, Expr)]> = behind.iter().map_while(projected).collect();
    let Step::Sort(Sort { keys, limit: Some(limit) }) = behind.get(projections.len())? else { return None };
    let items: Vec<&(VarId, Expr)> = projections.into_iter().flatten().collect();
    if !items.iter().enumerate().all(|(at, (_, item))| is_harmless(item, var, &items[..at])) {
        return None;
    }
    let property = |expr: &Expr| property_behind(expr, var, &items).cloned();
    let known: Vec<(Name, bool)> = keys.iter().map_while(|key| Some((property(&key.expr)?, key.descending))).collect();
    let ties = known.len() < keys.len();
    (!known.is_empty()).then(|| FirstNodes { keys: known, limit: limit.clone(), ties })
}

fn projected(step: &Step) -> Option<&[(VarId, Expr)]> {
    if let Step::Project(items) = step { Some(items) } else { None }
}

fn is_harmless(item: &Expr, var: VarId, before: &[&(VarId, Expr)]) -> bool {
    let is_plain = matches!(item.kind, ExprKind::Variable(_) | ExprKind::Literal(_) | ExprKind::Parameter(_));
    is_plain || property_behind(item, var, before).is_some()
}

/// The property of `var` that an expression behind these projected items is.
fn property_behind<'e>(expr: &'e Expr, var: VarId, items: &[&'e (VarId, Expr)]) -> Option<&'e Name> {
    match &expr.kind {
        ExprKind::Variable(of) => {
            let (at, item) = item_of(*of, items)?;
            property_behind(item, var, &items[..at])
        }
        ExprKind::Property(base, key) => is_behind(base, var, items).then_some(key),
        _ => None,
    }
}

/// Whether an expression behind these projected items is `var`.
fn is_behind(expr: &Expr, var: VarId, items: &[&(VarId, Expr)]) -> bool {
    let ExprKind::Variable(of) = expr.kind else { return false };
    match item_of(of, items) {
        Some((at, item)) => is_behind(item, var, &items[..at]),
        None => of == var,
    }
}

fn item_of<'e>(var: VarId, items: &[&'e (VarId, Expr)]) -> Option<(usize, &'e Expr)> {
    let at = items.iter().rposition(|(made, _)| *made == var)?;
    Some((at, &items[at].1))
}
