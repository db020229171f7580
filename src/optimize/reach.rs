//! Reachability in the place of trails, where nobody can tell the difference.

use rustc_hash::FxHashSet;

use super::seen::Seen;
use crate::catalog::Statistics;
use crate::expr::{Expr, ExprKind, SubqueryKind};
use crate::function::witness::WITNESSES;
use crate::plan::{
    Aggregate, ApplyKind, Chance, Intersect, LogicalBody, LogicalPlan, LogicalStatement, Step, VarExpand,
};

/// Each far end once, if: at least 0 or 1 relationships are wanted; what is asked on the way is asked of one hop; the
/// list of relationships is not looked at; no other arrow of the pattern could be one of them; and whatever takes the
/// rows ignores how often each comes.
pub(super) fn instead_of_trails(statement: &mut LogicalStatement, _: &dyn Statistics) {
    let (seen, chance) = (Seen::of(statement), Chance::of(&statement.subqueries));
    let counted = counted_subqueries(statement);
    for (index, subquery) in statement.subqueries.iter_mut().enumerate() {
        rewrite(&mut subquery.plan, !counted.contains(&index), (&seen, &chance));
    }
    if let LogicalBody::Query(query) = &mut statement.body {
        rewrite(&mut query.plan, false, (&seen, &chance));
    }
}

/// Subqueries of which more than their having rows is asked.
fn counted_subqueries(statement: &mut LogicalStatement) -> FxHashSet<usize> {
    let mut counted = FxHashSet::default();
    statement.walk_mut(&mut |plan| {
        for expr in plan.steps.iter().flat_map(all_exprs) {
            expr.walk(&mut |part| {
                if let ExprKind::Subquery(kind, id) = &part.kind
                    && *kind != SubqueryKind::Exists
                {
                    counted.insert(id.0 as usize);
                }
            });
        }
    });
    counted
}

/// The expressions of a step, those of the right side of a join too.
pub(super) fn all_exprs(step: &Step) -> Vec<&Expr> {
    let mut exprs = step.exprs();
    if let Step::HashJoin(join) = step {
        exprs.extend(join.keys.iter().map(|(_, right)| right));
    }
    exprs
}

/// `ignored`: what takes the rows of the plan ignores how often each comes.
fn rewrite(plan: &mut LogicalPlan, ignored: bool, known: (&Seen, &Chance)) {
    let mut ignored = ignored;
    for step in plan.steps.iter_mut().rev() {
        match step {
            Step::VarExpand(way) if ignored && can_reach(way, known.0) => way.reach_only = true,
            Step::Apply(apply) => {
                let inner_ignored = match apply.kind {
                    ApplyKind::Inner(_) | ApplyKind::Optional(_) => ignored,
                    ApplyKind::Exists { .. } => true,
                    ApplyKind::Effects => false,
                };
                rewrite(&mut apply.inner, inner_ignored, known);
            }
            Step::Union(union) => union.branches.iter_mut().for_each(|(branch, _)| rewrite(branch, ignored, known)),
            Step::HashJoin(join) => rewrite(&mut join.right, ignored, known),
            Step::InTransactions(step) => rewrite(&mut step.inner, false, known),
            Step::Merge(merge) => rewrite(&mut merge.inner, false, known),
            Step::Foreach(foreach) => rewrite(&mut foreach.body, false, known),
            _ => {}
        }
        ignored = before(step, ignored, known.1);
    }
}

fn can_reach(way: &VarExpand, seen: &Seen) -> bool {
    (way.min <= 1 || planted!("reachability takes any least length"))
        && !seen.looked_at.contains(&way.rels)
        && !seen.distinct.contains(&way.rels)
}

/// Whether rows may come before `step` more or less often, if they may behind it.
fn before(step: &Step, ignored: bool, chance: &Chance) -> bool {
    match step {
        Step::Distinct(_) => true,
        Step::Aggregate(aggregate) => ignores_multiplicity(aggregate) && !chance.decides(step),
        Step::Sort(sort) => ignored && sort.limit.is_none(),
        Step::Apply(_) => ignored && !step.writes() && !chance.decides(step),
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
        | Step::Intersect(Intersect { count: None, .. })
        | Step::BuildPath(_)
        | Step::Empty
        | Step::Filter(_)
        | Step::Project(_)
        | Step::Unwind(_)
        | Step::HashJoin(_) => ignored && !chance.decides(step),
        Step::CountExpand(_)
        | Step::CountValues(_)
        | Step::Intersect(_)
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

fn ignores_multiplicity(aggregate: &Aggregate) -> bool {
    // Of several ways to the same, one is witness enough.
    let ignores = |name: &str| matches!(name, "min" | "max") || name == WITNESSES.name;
    let calls = aggregate.calls.iter().map(|(_, call)| call);
    aggregate.weights.is_empty()
        && calls.into_iter().all(|call| call.distinct || call.aggregate.as_ref().is_some_and(|of| ignores(of.name)))
}
