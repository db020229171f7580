//! Counts without making what is counted.

use rustc_hash::FxHashSet;

use crate::catalog::Statistics;
use crate::expr::{Comparison, Expr, ExprKind, VarId, Variables};
use crate::plan::{
    Aggregate, CountExpand, Direction, ElementKind, Expand, HopBefore, Imports, LogicalPlan, LogicalStatement,
    NodeScan, States, Step,
};
use crate::value::Type;

/// `count(x)` of what a pattern surely bound counts rows.
pub(super) fn rows(statement: &mut LogicalStatement, _: &dyn Statistics) {
    statement.walk_mut(&mut |plan| {
        let mut found: FxHashSet<VarId> = FxHashSet::default();
        for step in &mut plan.steps {
            if let Step::Aggregate(aggregate) = step {
                for (_, call) in &mut aggregate.calls {
                    let counts = call.aggregate.as_ref().is_some_and(|aggregate| aggregate.name == "count");
                    if counts
                        && !call.distinct
                        && matches!(&call.arguments[..], [argument] if is_one_of(argument, &found))
                    {
                        call.aggregate = None;
                        call.arguments.clear();
                    }
                }
                found.clear();
            }
            match step {
                Step::NodeScan(_)
                | Step::NodeSeek(_)
                | Step::NodeLookup(_)
                | Step::NodeById(_)
                | Step::RelScan(_)
                | Step::RelSeek(_)
                | Step::RelById(_)
                | Step::Expand(_)
                | Step::RelEnds(_) => found.extend(step.binds()),
                Step::VarExpand(step) => {
                    found.insert(step.to.var);
                }
                _ => {}
            }
        }
    });
}

fn is_one_of(expr: &Expr, vars: &FxHashSet<VarId>) -> bool {
    matches!(expr.kind, ExprKind::Variable(var) if vars.contains(&var))
}

/// Counts the relationships of the last hop by the degree of its near end, less the arrows bound already that it
/// could take again.
pub(super) fn last_hop(statement: &mut LogicalStatement, _: &dyn Statistics) {
    let imports = Imports::of(&statement.subqueries);
    let mut variables = std::mem::take(&mut statement.variables);
    statement.walk_mut(&mut |plan| count_last_hop(plan, &imports, &mut variables));
    statement.variables = variables;
}

fn count_last_hop(plan: &mut LogicalPlan, imports: &Imports, variables: &mut Variables) {
    for at in (1..plan.steps.len()).rev() {
        let (before, rest) = plan.steps.split_at_mut(at);
        let ([earlier @ .., Step::Expand(hop)], Some(Step::Aggregate(aggregate))) = (&*before, rest.first_mut()) else {
            continue;
        };
        let bound = |var: VarId| plan.imports.contains(&var) || earlier.iter().any(|step| step.binds().contains(&var));
        if !can_count(hop, aggregate, imports, variables) || bound(hop.to.var) {
            continue;
        }
        let count = variables.add(None, Type::Integer);
        aggregate.weight = Some(count);
        let hop = CountExpand {
            from: hop.from,
            count,
            direction: hop.direction,
            types: hop.types.clone(),
            not_again: if planted!("the last hop is counted with taken arrows") {
                Vec::new()
            } else {
                hop.distinct_from.clone()
            },
            before: None,
        };
        let is_grouped = !aggregate.keys.is_empty();
        plan.steps[at - 1] = Step::CountExpand(hop);
        if is_grouped {
            // Where there is no last hop there is no group.
            let (count, none) = (Expr::variable(count), Expr::literal(0));
            let some = ExprKind::Compare(Comparison::Greater, Box::new(count), Box::new(none));
            plan.steps.insert(at, Step::Filter(Expr::made(some)));
        }
    }
}

/// Counts two hops at the node where they meet: as many as arrows on one side times those on the other, less the pairs
/// of an arrow with itself. The node is scanned instead of the first arrow.
pub(super) fn two_hops(statement: &mut LogicalStatement, _: &dyn Statistics) {
    statement.walk_mut(&mut |plan| {
        for at in (2..plan.steps.len()).rev() {
            if let Some(hop) = both_hops(&plan.imports, &plan.steps[..=at]) {
                let scan = NodeScan::all(hop.from.var, None);
                plan.steps.splice(at - 3..at, [Step::NodeScan(scan), Step::CountExpand(hop)]);
                return;
            }
        }
    });
}

/// The count of pairs that stands for the last three steps before an aggregate without keys.
fn both_hops(imports: &[VarId], steps: &[Step]) -> Option<CountExpand> {
    let [earlier @ .., first, second, Step::CountExpand(hop), Step::Aggregate(aggregate)] = steps else { return None };
    let (rel, before) = first_hop(first, second, hop.from.var)?;
    let is_bound = imports.contains(&hop.from.var) || earlier.iter().any(|step| step.binds().contains(&hop.from.var));
    let distinct = hop.not_again == [rel];
    let fits = aggregate.keys.is_empty()
        && aggregate.weight == Some(hop.count)
        && hop.before.is_none()
        && hop.direction != Direction::Either
        && (hop.not_again.is_empty() || (distinct && hop.types == before.types))
        && !is_bound;
    fits.then(|| CountExpand { not_again: Vec::new(), before: Some(HopBefore { distinct, ..before }), ..hop.clone() })
}

/// The relationship that two steps find, and how it is seen from `center`; nothing else may be asked of it.
fn first_hop(first: &Step, second: &Step, center: VarId) -> Option<(VarId, HopBefore)> {
    match (first, second) {
        (Step::RelScan(scan), Step::RelEnds(ends)) => {
            let plain = scan.between_nodes
                && scan.states == States::Asserted
                && ends.states == States::Asserted
                && ends.rel == scan.var
                && ends.direction == Direction::Right
                && ends.distinct_from.is_empty()
                && (ends.types.is_empty() || ends.types == scan.types)
                && ends.start.var != ends.end.var;
            let direction = if ends.end.var == center { Direction::Left } else { Direction::Right };
            let touches = ends.end.var == center || ends.start.var == center;
            (plain && touches).then(|| (scan.var, HopBefore { direction, types: scan.types.clone(), distinct: false }))
        }
        (Step::NodeScan(scan), Step::Expand(expand)) => {
            let plain = scan.label.is_none()
                && scan.conditions.is_empty()
                && expand.from.var == scan.var
                && expand.to.var == center
                && expand.to.var != scan.var
                && expand.states == States::Asserted
                && expand.distinct_from.is_empty();
            let direction = match expand.direction {
                Direction::Right => Direction::Left,
                Direction::Left => Direction::Right,
                Direction::Either => return None,
            };
            plain.then(|| (expand.rel, HopBefore { direction, types: expand.types.clone(), distinct: false }))
        }
        _ => None,
    }
}

fn can_count(hop: &Expand, aggregate: &Aggregate, imports: &Imports, variables: &Variables) -> bool {
    let keys = aggregate.keys.iter().flat_map(|(_, key)| imports.of_expr(key));
    let plain =
        hop.states == States::Asserted && hop.from.kind == ElementKind::Node && hop.to.kind == ElementKind::Node;
    plain
        && !aggregate.calls.is_empty()
        && aggregate.weight.is_none()
        && aggregate.calls.iter().all(|(_, call)| call.aggregate.is_none())
        && keys.into_iter().all(|var| var != hop.rel && var != hop.to.var)
        && hop.distinct_from.iter().all(|var| variables.get(*var).var_type == Type::Relationship)
}
