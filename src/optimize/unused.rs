//! Drops what is computed and never looked at.

use rustc_hash::FxHashSet;

use super::seen::Seen;
use crate::catalog::Statistics;
use crate::expr::VarId;
use crate::plan::{
    ApplyKind, Direction, ElementKind, End, Imports, LogicalBody, LogicalPlan, LogicalStatement, Step, draw_var,
};

/// Paths and projected columns that no later step names, and columns that plans inside plans hand out in vain.
pub(super) fn drop_columns(statement: &mut LogicalStatement, _: &dyn Statistics) {
    let imports = Imports::of(&statement.subqueries);
    for subquery in &mut statement.subqueries {
        let needed = subquery.column.into_iter().chain(subquery.weight).collect();
        prune(&mut subquery.plan, needed, &imports);
    }
    if let LogicalBody::Query(query) = &mut statement.body {
        let needed = query.columns.iter().map(|(_, var)| *var).collect();
        prune(&mut query.plan, needed, &imports);
    }
}

/// The ends of scanned relationships that nobody names.
///
/// A scan of what lies between nodes gives relationships that have such ends, so nothing is left to check.
pub(super) fn drop_ends(statement: &mut LogicalStatement, _: &dyn Statistics) {
    let seen = Seen::of(statement);
    statement.walk_mut(&mut |plan| {
        for at in (1..plan.steps.len()).rev() {
            let (Step::RelScan(scan), Step::RelEnds(ends)) = (&plan.steps[at - 1], &plan.steps[at]) else { continue };
            let is_whole = scan.between_nodes && scan.var == ends.rel && scan.types == ends.types;
            let is_free = ends.direction == Direction::Right && ends.distinct_from.is_empty();
            let unseen = |end: End| seen.is_named_once(end.var) && end.kind == ElementKind::Node;
            if is_whole && is_free && ends.start != ends.end && unseen(ends.start) && unseen(ends.end) {
                plan.steps.remove(at);
            }
        }
    });
}

/// From the last step to the first; `live` is what is named behind a step.
fn prune(plan: &mut LogicalPlan, mut live: FxHashSet<VarId>, imports: &Imports) {
    let mut kept = Vec::with_capacity(plan.steps.len());
    for mut step in std::mem::take(&mut plan.steps).into_iter().rev() {
        match &mut step {
            Step::BuildPath(path) if !live.contains(&path.var) => continue,
            Step::Project(items) => {
                items.retain(|(var, _)| live.contains(var));
                if items.is_empty() {
                    continue;
                }
            }
            _ => prune_inner(&mut step, &live, imports),
        }
        live.extend(imports.of_step(&step));
        kept.push(step);
    }
    kept.reverse();
    plan.steps = kept;
}

fn prune_inner(step: &mut Step, live: &FxHashSet<VarId>, imports: &Imports) {
    match step {
        Step::Apply(apply) => {
            let needed = match &mut apply.kind {
                ApplyKind::Inner(take) | ApplyKind::Optional(take) => {
                    take.retain(|var| live.contains(var));
                    take.iter().copied().collect()
                }
                ApplyKind::Exists { .. } | ApplyKind::Effects => FxHashSet::default(),
            };
            prune_plan(&mut apply.inner, needed, imports);
        }
        Step::InTransactions(step) => {
            step.take.retain(|var| live.contains(var));
            let needed = step.take.iter().copied().collect();
            prune_plan(&mut step.inner, needed, imports);
        }
        Step::Union(union) => {
            for (plan, columns) in &mut union.branches {
                prune_plan(plan, columns.iter().copied().collect(), imports);
            }
        }
        Step::HashJoin(join) => {
            let keys = join.keys.iter().flat_map(|(_, right)| imports.of_expr(right));
            let needed = keys.chain(live.iter().copied()).collect();
            prune_plan(&mut join.right, needed, imports);
        }
        Step::Merge(merge) => {
            let needed = merge.draws.iter().map(draw_var).collect();
            prune_plan(&mut merge.inner, needed, imports);
        }
        Step::Foreach(foreach) => prune_plan(&mut foreach.body, FxHashSet::default(), imports),
        _ => {}
    }
}

/// What the plan does not need any more does not come in either.
fn prune_plan(plan: &mut LogicalPlan, needed: FxHashSet<VarId>, imports: &Imports) {
    let also: Vec<VarId> = needed.iter().copied().collect();
    prune(plan, needed, imports);
    let used = imports.of_steps(&plan.steps, &also);
    let binds: FxHashSet<VarId> = plan.steps.iter().flat_map(Step::binds).collect();
    plan.imports.retain(|var| used.contains(var) || binds.contains(var));
}
