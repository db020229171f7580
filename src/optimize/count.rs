//! Counts without making what is counted.

use rustc_hash::FxHashSet;

use super::reach::all_exprs;
use crate::catalog::Statistics;
use crate::expr::{Comparison, Expr, ExprKind, LabelExpr, SubqueryKind, VarId, Variables};
use crate::plan::{
    Aggregate, CountExpand, Direction, ElementKind, End, Expand, HopBefore, Imports, LogicalPlan, LogicalStatement,
    NodeScan, SeenFrom, States, Step, TakenArrow,
};
use crate::value::{Name, Type};

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
    for id in only_counted(statement) {
        let subquery = &mut statement.subqueries[id];
        subquery.weight = count_rows_of(&mut subquery.plan, &mut variables);
    }
    statement.variables = variables;
}

/// The subqueries of which nothing but the number of rows is asked.
fn only_counted(statement: &mut LogicalStatement) -> Vec<usize> {
    let (mut counted, mut others) = (FxHashSet::default(), FxHashSet::default());
    statement.walk_mut(&mut |plan| {
        for expr in plan.steps.iter().flat_map(all_exprs) {
            expr.walk(&mut |part| match &part.kind {
                ExprKind::Subquery(SubqueryKind::Count, id) => drop(counted.insert(id.0 as usize)),
                ExprKind::Subquery(_, id) => drop(others.insert(id.0 as usize)),
                _ => {}
            });
        }
    });
    let mut counted: Vec<usize> = counted.difference(&others).copied().collect();
    counted.sort_unstable();
    counted
}

/// The rows of a plan that ends with a hop, by degree; what counts them then.
fn count_rows_of(plan: &mut LogicalPlan, variables: &mut Variables) -> Option<VarId> {
    let (earlier, hop, label) = hop_at_end(&plan.steps)?;
    let bound = |var: VarId| plan.imports.contains(&var) || earlier.iter().any(|step| step.binds().contains(&var));
    if !is_countable(hop, variables) || bound(hop.to.var) || bound(hop.rel) {
        return None;
    }
    let count = variables.add(None, Type::Integer);
    let counting = counting_hop(earlier, hop, label, count);
    let first = earlier.len();
    plan.steps.truncate(first);
    plan.steps.push(Step::CountExpand(counting));
    Some(count)
}

fn count_last_hop(plan: &mut LogicalPlan, imports: &Imports, variables: &mut Variables) {
    for at in (1..plan.steps.len()).rev() {
        let (before, rest) = plan.steps.split_at_mut(at);
        let (Some((earlier, hop, label)), Some(Step::Aggregate(aggregate))) = (hop_at_end(before), rest.first_mut())
        else {
            continue;
        };
        let bound = |var: VarId| plan.imports.contains(&var) || earlier.iter().any(|step| step.binds().contains(&var));
        if !can_count(hop, aggregate, imports, variables) || bound(hop.to.var) {
            continue;
        }
        let count = variables.add(None, Type::Integer);
        aggregate.weights.push(count);
        let first = earlier.len();
        let mut counting = vec![Step::CountExpand(counting_hop(earlier, hop, label, count))];
        if !aggregate.keys.is_empty() {
            // Where there is no last hop there is no group.
            let (count, none) = (Expr::variable(count), Expr::literal(0));
            let some = ExprKind::Compare(Comparison::Greater, Box::new(count), Box::new(none));
            counting.push(Step::Filter(Expr::made(some)));
        }
        plan.steps.splice(first..at, counting);
    }
}

/// What counts a hop behind what comes earlier.
fn counting_hop(earlier: &[Step], hop: &Expand, label: Option<Name>, count: VarId) -> CountExpand {
    let taken: &[VarId] = if planted!("the last hop is counted with taken arrows") { &[] } else { &hop.distinct_from };
    CountExpand {
        from: hop.from,
        count,
        direction: hop.direction,
        types: hop.types.clone(),
        label,
        not_again: taken.iter().map(|rel| taken_arrow(*rel, hop, earlier)).collect(),
        before: None,
    }
}

/// The hop that these steps end with, what comes before it, and the one label that is asked of its far end.
fn hop_at_end(steps: &[Step]) -> Option<(&[Step], &Expand, Option<Name>)> {
    match steps {
        [earlier @ .., Step::Expand(hop)] => Some((earlier, hop, None)),
        [earlier @ .., Step::Expand(hop), Step::Filter(predicate)] => {
            let ExprKind::HasLabels(base, LabelExpr::Name(label)) = &predicate.kind else { return None };
            matches!(base.kind, ExprKind::Variable(var) if var == hop.to.var)
                .then(|| (earlier, hop, Some(label.clone())))
        }
        _ => None,
    }
}

/// Whether the hop comes upon an arrow bound before is told by the nodes of both, if the hop would take it for its type
/// and it is known which way it points.
fn taken_arrow(rel: VarId, hop: &Expand, earlier: &[Step]) -> TakenArrow {
    let seen = earlier.iter().find_map(|step| found_between(step, rel, earlier)).and_then(|found| {
        let (out, back) = (SeenFrom { near: found.from, far: found.to }, SeenFrom { near: found.to, far: found.from });
        let is_covered = hop.types.is_empty()
            || (!found.types.is_empty() && found.types.iter().all(|name| hop.types.contains(name)));
        match (found.direction, hop.direction) {
            _ if !is_covered => None,
            (_, Direction::Either) => Some(vec![out, back]),
            (Direction::Either, _) => None,
            (found, hop) if found == hop => Some(vec![out]),
            _ => Some(vec![back]),
        }
    });
    TakenArrow { rel, seen }
}

/// How a step has found an asserted relationship between nodes.
struct Found<'s> {
    from: VarId,
    to: VarId,
    direction: Direction,
    types: &'s [Name],
}

fn found_between<'s>(step: &'s Step, rel: VarId, steps: &'s [Step]) -> Option<Found<'s>> {
    let is_node = |end: End| end.kind == ElementKind::Node;
    match step {
        Step::Expand(step) if step.rel == rel && step.states == States::Asserted => {
            let found = Found { from: step.from.var, to: step.to.var, direction: step.direction, types: &step.types };
            (is_node(step.from) && is_node(step.to)).then_some(found)
        }
        Step::RelEnds(ends) if ends.rel == rel => {
            let scanned = steps.iter().find_map(|step| match step {
                Step::RelScan(scan) if scan.var == rel && scan.between_nodes => Some(&scan.types[..]),
                _ => None,
            });
            let (from, to) = (ends.start.var, ends.end.var);
            let is_plain = ends.states == States::Asserted && is_node(ends.start) && is_node(ends.end);
            scanned.filter(|_| is_plain).map(|types| Found { from, to, direction: ends.direction, types })
        }
        _ => None,
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
    let distinct = hop.not_again.iter().map(|arrow| arrow.rel).eq([rel]);
    let fits = aggregate.keys.is_empty()
        && aggregate.weights == [hop.count]
        && hop.before.is_none()
        && hop.label.is_none()
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
    is_countable(hop, variables)
        && !aggregate.calls.is_empty()
        && aggregate.weights.is_empty()
        && aggregate.calls.iter().all(|(_, call)| call.aggregate.is_none())
        && keys.into_iter().all(|var| var != hop.rel && var != hop.to.var)
}

/// Whether degrees tell how many relationships a hop finds.
fn is_countable(hop: &Expand, variables: &Variables) -> bool {
    hop.states == States::Asserted
        && hop.from.kind == ElementKind::Node
        && hop.to.kind == ElementKind::Node
        && hop.distinct_from.iter().all(|var| variables.get(*var).var_type == Type::Relationship)
}
