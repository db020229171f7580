//! In which order the elements of patterns are found.
//!
//! A stretch of steps that only find, filter and build paths says: all these things hold together. The order in which
//! it was written does not matter, so it is taken apart and put together anew: from the smallest start along what
//! multiplies rows least, with each filter as soon as it can be asked.

mod join;
mod parts;
mod planner;
mod start;

use rustc_hash::FxHashMap;

use super::seen::Seen;
use super::terms::is_filter;
use crate::catalog::Statistics;
use crate::expr::VarId;
use crate::plan::estimate::{Estimator, KnownLabels};
use crate::plan::{ApplyKind, Chance, Imports, LogicalPlan, LogicalStatement, Step};
use crate::value::Type;
use parts::Parts;
use planner::Planner;

/// What planners of one statement share.
struct Context<'a> {
    statistics: &'a dyn Statistics,
    imports: Imports,
    chance: Chance,
    labels: KnownLabels,
    /// For each list of relationships whose order somebody sees: a name for it while it is the wrong way round.
    spares: FxHashMap<VarId, VarId>,
}

/// A larger pattern is left in its order: to weigh every next step for every step takes too long.
const MAX_FINDERS: usize = 64;

/// Reorders every stretch of every plan.
pub(super) fn patterns(statement: &mut LogicalStatement, statistics: &dyn Statistics) {
    let seen = Seen::of(statement);
    let context = Context {
        statistics,
        imports: Imports::of(&statement.subqueries),
        chance: Chance::of(&statement.subqueries),
        labels: KnownLabels::of(statement),
        spares: spares(statement, &seen),
    };
    statement.walk_mut(&mut |plan| order(plan, &context));
}

fn spares(statement: &mut LogicalStatement, seen: &Seen) -> FxHashMap<VarId, VarId> {
    let mut lists = Vec::new();
    statement.walk_mut(&mut |plan| {
        let ways = plan.steps.iter().filter_map(|step| match step {
            Step::VarExpand(way) if seen.looked_at.contains(&way.rels) => Some(way.rels),
            _ => None,
        });
        lists.extend(ways);
    });
    let mut spare = |list| (list, statement.variables.add(None, Type::list_of(Type::Relationship)));
    lists.into_iter().map(&mut spare).collect()
}

fn order(plan: &mut LogicalPlan, context: &Context<'_>) {
    let mut estimator = Estimator::new(context.statistics, &context.labels, &plan.imports);
    let mut out: Vec<Step> = Vec::with_capacity(plan.steps.len());
    let mut stretch: Vec<Step> = Vec::new();
    for step in std::mem::take(&mut plan.steps) {
        if belongs(&step, &context.chance) {
            stretch.push(step);
            continue;
        }
        flush(&mut out, &mut stretch, &mut estimator, &plan.imports, context);
        estimator.step(&step);
        out.push(step);
    }
    flush(&mut out, &mut stretch, &mut estimator, &plan.imports, context);
    plan.steps = out;
}

fn flush<'a>(
    out: &mut Vec<Step>,
    stretch: &mut Vec<Step>,
    estimator: &mut Estimator<'a>,
    imports: &[VarId],
    context: &'a Context<'a>,
) {
    let written = std::mem::take(stretch);
    let finder_count = written.iter().filter(|step| !is_filter(step)).count();
    // What is joined from the side reads the graph as it was when the plan began.
    let may_join = !out.iter().any(|step| step.writes() || matches!(step, Step::Barrier));
    let ordered = if (1..=MAX_FINDERS).contains(&finder_count) {
        let parts = Parts::of(&written, context);
        Planner::new(context, estimator.clone(), imports, may_join).plan(parts)
    } else {
        None
    };
    for step in ordered.unwrap_or(written) {
        estimator.step(&step);
        out.push(step);
    }
}

fn belongs(step: &Step, chance: &Chance) -> bool {
    match step {
        Step::NodeScan(_)
        | Step::RelScan(_)
        | Step::Expand(_)
        | Step::RelEnds(_)
        | Step::ShortestPath(_)
        | Step::BuildPath(_) => true,
        // Another step could bind what a route finds between its ends.
        Step::Route(route) => route.legs.iter().all(|leg| leg.joint.is_none() && leg.single().is_none()),
        Step::VarExpand(step) => !step.reach_only,
        Step::Filter(_) => !chance.decides(step),
        Step::Apply(apply) => matches!(apply.kind, ApplyKind::Exists { .. }) && !chance.decides(step),
        _ => false,
    }
}
