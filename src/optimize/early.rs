//! Rows that go on alike are counted before they go on.
//!
//! Of a pattern that is only counted, what is found behind a node does not hang on how the node was reached, once nothing
//! before it is named any more. So the rows that have reached the same nodes go on as one, with their number as a weight: a
//! chain of hops takes as many rows as there are nodes and relationships, not as there are ways.

use rustc_hash::FxHashSet;

use crate::catalog::Statistics;
use crate::expr::{Expr, VarId, Variables};
use crate::plan::estimate::{Estimator, KnownLabels};
use crate::plan::{Aggregate, AggregateCall, Chance, Imports, LogicalPlan, LogicalStatement, Step};
use crate::value::Type;

/// So many rows have to be expected for each that goes on: to group them has to be worth it.
const LEAST_ROWS: f64 = 3.0;

/// What passes share of a statement.
struct Context<'a> {
    statistics: &'a dyn Statistics,
    imports: Imports,
    chance: Chance,
    labels: KnownLabels,
}

pub(super) fn counts(statement: &mut LogicalStatement, statistics: &dyn Statistics) {
    let context = Context {
        statistics,
        imports: Imports::of(&statement.subqueries),
        chance: Chance::of(&statement.subqueries),
        labels: KnownLabels::of(statement),
    };
    let mut variables = std::mem::take(&mut statement.variables);
    statement.walk_mut(&mut |plan| count_early(plan, &context, &mut variables));
    statement.variables = variables;
}

fn count_early(plan: &mut LogicalPlan, context: &Context, variables: &mut Variables) {
    // A plan inside another one has few rows of each outer one.
    if !plan.imports.is_empty() || plan.steps.iter().any(Step::writes) {
        return;
    }
    let counting =
        plan.steps.iter().position(|step| matches!(step, Step::Aggregate(aggregate) if aggregate.only_counts()));
    let Some(end) = counting else { return };
    let steps = std::mem::take(&mut plan.steps);
    let first = steps[..end].iter().rposition(|step| !goes_on_alone(step, &context.chance)).map_or(0, |at| at + 1);
    let mut estimator = Estimator::new(context.statistics, &context.labels, &plan.imports);
    let mut bound: FxHashSet<VarId> = FxHashSet::default();
    let mut weight = None;
    for (at, step) in steps.iter().enumerate() {
        let behind_hop = at > first && at < end && !matches!(step, Step::Filter(_));
        if behind_hop && let Some(keys) = worth_grouping(&steps[at..=end], &bound, &estimator, context, variables) {
            let grouped = group(&keys, weight, variables);
            weight = grouped.calls.first().map(|(var, _)| *var);
            let grouped = Step::Aggregate(grouped);
            estimator.step(&grouped);
            bound = keys.into_iter().chain(weight).collect();
            plan.steps.push(grouped);
        }
        let mut step = step.clone();
        if let (Step::Aggregate(aggregate), true) = (&mut step, at == end) {
            aggregate.weights.extend(weight);
        }
        estimator.step(&step);
        bound.extend(step.binds());
        plan.steps.push(step);
    }
}

/// Whether what the step makes of a row hangs on nothing but this row.
fn goes_on_alone(step: &Step, chance: &Chance) -> bool {
    match step {
        Step::NodeScan(scan) => scan.first.is_none(),
        Step::Expand(_) | Step::CountExpand(_) | Step::Intersect(_) => true,
        Step::Filter(_) => !chance.decides(step),
        _ => false,
    }
}

/// The nodes by which rows are grouped before `rest`, which ends with the aggregate: all that is named of what is bound.
fn worth_grouping(
    rest: &[Step],
    bound: &FxHashSet<VarId>,
    estimator: &Estimator<'_>,
    context: &Context,
    variables: &Variables,
) -> Option<Vec<VarId>> {
    let multiplies = rest.iter().any(|step| matches!(step, Step::Expand(_) | Step::Intersect(_)));
    let mut keys = context.imports.of_steps(rest, &[]);
    // An end that is found elsewhere is one that is bound here.
    keys.extend(rest.iter().flat_map(Step::binds));
    keys.retain(|var| bound.contains(var));
    keys.sort_unstable();
    keys.dedup();
    let are_nodes = keys.iter().all(|var| variables.get(*var).var_type == Type::Node);
    let groups: f64 = keys.iter().map(|var| estimator.node_count(*var)).product();
    (multiplies && !keys.is_empty() && are_nodes && estimator.rows() >= LEAST_ROWS * groups).then_some(keys)
}

/// One row for each combination of nodes, with the number of rows that it stands for.
fn group(keys: &[VarId], weight: Option<VarId>, variables: &mut Variables) -> Aggregate {
    let count = variables.add(None, Type::Integer);
    let call = AggregateCall { aggregate: None, distinct: false, arguments: Vec::new() };
    Aggregate {
        keys: keys.iter().map(|var| (*var, Expr::variable(*var))).collect(),
        calls: vec![(count, call)],
        weights: weight.into_iter().collect(),
        stored: None,
    }
}
