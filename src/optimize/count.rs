//! Counts without making what is counted.

use rustc_hash::FxHashSet;

use crate::catalog::Statistics;
use crate::expr::{Comparison, Expr, ExprKind, VarId, Variables};
use crate::plan::{Aggregate, CountExpand, ElementKind, Expand, Imports, LogicalPlan, LogicalStatement, States, Step};
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
            not_again: hop.distinct_from.clone(),
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
