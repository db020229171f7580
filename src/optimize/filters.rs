//! Asks each condition as soon as its variables are bound.

use rustc_hash::FxHashMap;

use super::terms::{is_costly, is_filter, lets_filters_pass, looked_at, taken_apart};
use crate::catalog::Statistics;
use crate::expr::{Expr, VarId};
use crate::plan::{Chance, Imports, LogicalPlan, LogicalStatement, Step};

/// Takes conjunctions apart and moves each conjunct, and each test for existence, forward; those that run plans come
/// behind those that do not. Nothing moves across aggregation, DISTINCT, SKIP, LIMIT or a write.
pub(super) fn push(statement: &mut LogicalStatement, _: &dyn Statistics) {
    let (imports, chance) = (Imports::of(&statement.subqueries), Chance::of(&statement.subqueries));
    statement.walk_mut(&mut |plan| {
        split(plan);
        push_kind(plan, &imports, |step| !is_costly(step) && !chance.decides(step));
        push_kind(plan, &imports, |step| is_costly(step) && !chance.decides(step));
    });
}

/// Makes one filter of neighbours.
pub(super) fn join(statement: &mut LogicalStatement, _: &dyn Statistics) {
    statement.walk_mut(&mut |plan| {
        let mut out: Vec<Step> = Vec::with_capacity(plan.steps.len());
        let mut terms: Vec<Expr> = Vec::new();
        for step in std::mem::take(&mut plan.steps) {
            match step {
                Step::Filter(predicate) => terms.push(predicate),
                step => {
                    flush(&mut out, &mut terms);
                    out.push(step);
                }
            }
        }
        flush(&mut out, &mut terms);
        plan.steps = out;
    });
}

fn flush(out: &mut Vec<Step>, terms: &mut Vec<Expr>) {
    if !terms.is_empty() {
        out.push(Step::Filter(Expr::all(std::mem::take(terms))));
    }
}

fn split(plan: &mut LogicalPlan) {
    let mut out = Vec::with_capacity(plan.steps.len());
    for step in std::mem::take(&mut plan.steps) {
        match step {
            Step::Filter(predicate) => out.extend(taken_apart(predicate).into_iter().map(Step::Filter)),
            step => out.push(step),
        }
    }
    plan.steps = out;
}

fn push_kind(plan: &mut LogicalPlan, imports: &Imports, is_kind: impl Fn(&Step) -> bool) {
    let mut out: Vec<Step> = Vec::with_capacity(plan.steps.len());
    for step in std::mem::take(&mut plan.steps) {
        if !is_filter(&step) || !is_kind(&step) {
            out.push(step);
            continue;
        }
        let place = earliest(&out, &looked_at(&step, imports));
        out.insert(place, step);
    }
    plan.steps = out;
}

/// Behind the steps that bind `vars`, and behind the filters that are there already.
fn earliest(steps: &[Step], vars: &[VarId]) -> usize {
    let mut place = steps.iter().rposition(|step| !lets_filters_pass(step)).map_or(0, |index| index + 1);
    let mut binders: FxHashMap<VarId, usize> = FxHashMap::default();
    for (index, step) in steps.iter().enumerate().skip(place) {
        for var in step.binds() {
            binders.entry(var).or_insert(index);
        }
    }
    let bound_before: Vec<VarId> = steps[..place].iter().flat_map(Step::binds).collect();
    for var in vars.iter().filter(|var| !bound_before.contains(var)) {
        place = place.max(binders.get(var).map_or(0, |index| index + 1));
    }
    while steps.get(place).is_some_and(is_filter) {
        place += 1;
    }
    place
}
