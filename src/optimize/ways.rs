//! Conditions on all relationships, or all nodes, of a way are applied while the way is searched.

use rustc_hash::FxHashSet;

use super::terms::{is_true, lets_filters_pass};
use crate::catalog::Statistics;
use crate::expr::{Expr, VarId};
use crate::plan::path_predicate::{PathPredicate, PathVariables, narrowed};
use crate::plan::{Chance, Imports, LogicalStatement, PathPiece, Step, VarExpand};

/// Looks at the filters behind each expansion, up to the first step that they could not have passed.
pub(super) fn prune(statement: &mut LogicalStatement, _: &dyn Statistics) {
    let (imports, chance) = (Imports::of(&statement.subqueries), Chance::of(&statement.subqueries));
    statement.walk_mut(&mut |plan| {
        let mut known: FxHashSet<VarId> = plan.imports.iter().copied().collect();
        for at in 0..plan.steps.len() {
            let (before, behind) = plan.steps.split_at_mut(at + 1);
            if let Some(Step::VarExpand(step)) = before.last_mut() {
                absorb_filters(step, behind, &known, (&imports, &chance));
            }
            known.extend(plan.steps[at].binds());
        }
        plan.steps.retain(|step| !matches!(step, Step::Filter(predicate) if is_true(predicate)));
    });
}

fn absorb_filters(
    step: &mut VarExpand,
    behind: &mut [Step],
    known: &FxHashSet<VarId>,
    (imports, chance): (&Imports, &Chance),
) {
    let way = PathVariables { rels: step.rels, path: behind.iter().find_map(|other| path_of(other, step.rels)) };
    for filter in behind.iter_mut().take_while(|other| lets_filters_pass(other)) {
        let Step::Filter(predicate) = filter else { continue };
        let terms = std::mem::replace(predicate, Expr::literal(true)).into_conjuncts();
        let rest = |term: &Expr| chance.decides_value(term) || !absorb(term, way, step, known, imports);
        let rest: Vec<Expr> = terms.into_iter().filter(rest).collect();
        *predicate = Expr::all(rest);
    }
}

/// The path that consists of this way alone.
fn path_of(step: &Step, rels: VarId) -> Option<VarId> {
    let Step::BuildPath(path) = step else { return None };
    match path.pieces[..] {
        [PathPiece::Element(_), PathPiece::Rels(var), PathPiece::Element(_)] if var == rels => Some(path.var),
        _ => None,
    }
}

/// Whether the search now sees to it that `term` holds.
fn absorb(term: &Expr, way: PathVariables, step: &mut VarExpand, known: &FxHashSet<VarId>, imports: &Imports) -> bool {
    let sayable =
        |local: VarId, expr: &Expr| imports.of_expr(expr).into_iter().all(|var| var == local || known.contains(&var));
    match way.classify(term, imports) {
        PathPredicate::EachRel(local, expr) if sayable(local, &expr) => {
            step.rules.rels.push((local, expr));
            true
        }
        PathPredicate::EachNode(local, expr) if sayable(local, &expr) => {
            step.rules.nodes.push((local, expr));
            true
        }
        PathPredicate::Length { min, max } => {
            let (min, max) = narrowed((step.min, step.max), min, max);
            let is_possible = max.is_none_or(|max| min <= max);
            if is_possible {
                (step.min, step.max) = (min, max);
            }
            is_possible
        }
        PathPredicate::EachRel(..)
        | PathPredicate::EachNode(..)
        | PathPredicate::EachInner(..)
        | PathPredicate::Elsewhere
        | PathPredicate::Whole(_) => false,
    }
}
