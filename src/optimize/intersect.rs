//! Nodes that several bound nodes lead to are found where runs of neighbours meet.
//!
//! An expansion to a new node and the ones that follow only to check it against further bound nodes are one step, which
//! never makes the rows in between: for a triangle, its paths of two hops. What is asked of the new node alone is asked
//! inside the step.

use rustc_hash::FxHashSet;

use super::terms::{is_costly, taken_apart};
use crate::catalog::Statistics;
use crate::expr::{Expr, VarId, Variables};
use crate::plan::{
    Aggregate, Arrow, ElementKind, Expand, Imports, Intersect, LogicalPlan, LogicalStatement, States, Step,
};
use crate::value::Type;

pub(super) fn of_expansions(statement: &mut LogicalStatement, _: &dyn Statistics) {
    let imports = Imports::of(&statement.subqueries);
    statement.walk_mut(&mut |plan| intersect(plan, &imports));
}

/// Where only the number of ways to meet is wanted, the step counts them.
pub(super) fn counted(statement: &mut LogicalStatement, _: &dyn Statistics) {
    let imports = Imports::of(&statement.subqueries);
    let mut variables = std::mem::take(&mut statement.variables);
    statement.walk_mut(&mut |plan| count(plan, &imports, &mut variables));
    statement.variables = variables;
}

fn intersect(plan: &mut LogicalPlan, imports: &Imports) {
    let mut bound: FxHashSet<VarId> = plan.imports.iter().copied().collect();
    let mut out = Vec::with_capacity(plan.steps.len());
    let mut rest = std::mem::take(&mut plan.steps).into_iter().peekable();
    while let Some(step) = rest.next() {
        let Step::Expand(first) = &step else {
            if step.narrows() {
                bound = plan.imports.iter().copied().collect();
            }
            bound.extend(step.binds());
            out.push(step);
            continue;
        };
        let mut meeting = Meeting::at(first, &bound);
        let mut passed = Vec::new();
        while let Some(next) = rest.next_if(|next| meeting.as_ref().is_some_and(|meeting| meeting.takes(next, &bound)))
        {
            match (next, &mut meeting) {
                (Step::Expand(closing), Some(meeting)) => meeting.close(&closing),
                (filter, _) => passed.push(filter),
            }
        }
        bound.extend(step.binds());
        match meeting.filter(|meeting| meeting.0.arrows.len() > 1) {
            Some(meeting) => {
                bound.extend(meeting.0.own());
                meeting.finish(passed, imports, &mut out);
            }
            None => out.extend([step].into_iter().chain(passed)),
        }
    }
    plan.steps = out;
}

/// The steps that become one.
struct Meeting(Intersect);

impl Meeting {
    fn at(first: &Expand, bound: &FxHashSet<VarId>) -> Option<Self> {
        let is_new = !bound.contains(&first.to.var) && bound.contains(&first.from.var);
        (is_plain(first) && is_new && !bound.contains(&first.rel)).then(|| {
            Self(Intersect { to: first.to.var, arrows: vec![Arrow::of(first)], conditions: Vec::new(), count: None })
        })
    }

    /// Whether the step is one more arrow to the new node, or a filter that may as well be asked behind the arrows.
    fn takes(&self, step: &Step, bound: &FxHashSet<VarId>) -> bool {
        match step {
            Step::Expand(expand) => {
                let other = if expand.to.var == self.0.to { expand.from.var } else { expand.to.var };
                let touches = expand.to.var == self.0.to || expand.from.var == self.0.to;
                let own = self.0.own();
                let known = |var: &VarId| bound.contains(var) || own.contains(var);
                is_plain(expand)
                    && touches
                    && bound.contains(&other)
                    && !known(&expand.rel)
                    && expand.distinct_from.iter().all(known)
            }
            Step::Filter(predicate) => !is_costly(step) && !predicate.is_volatile(),
            _ => false,
        }
    }

    fn close(&mut self, expand: &Expand) {
        self.0.arrows.push(if expand.to.var == self.0.to { Arrow::of(expand) } else { Arrow::of(&expand.turned()) });
    }

    fn finish(mut self, filters: Vec<Step>, imports: &Imports, out: &mut Vec<Step>) {
        let mut others = Vec::new();
        for filter in filters {
            let Step::Filter(predicate) = filter else { continue };
            let (own, other): (Vec<Expr>, Vec<Expr>) =
                taken_apart(predicate).into_iter().partition(|term| imports.of_expr(term) == [self.0.to]);
            self.0.conditions.extend(own);
            others.extend(other.into_iter().map(Step::Filter));
        }
        out.push(Step::Intersect(self.0));
        out.extend(others);
    }
}

fn is_plain(expand: &Expand) -> bool {
    expand.states == States::Asserted
        && expand.from.kind == ElementKind::Node
        && expand.to.kind == ElementKind::Node
        && expand.from.var != expand.to.var
}

fn count(plan: &mut LogicalPlan, imports: &Imports, variables: &mut Variables) {
    for at in 1..plan.steps.len() {
        let (before, rest) = plan.steps.split_at_mut(at);
        let (Some(Step::Intersect(step)), Some(Step::Aggregate(aggregate))) = (before.last_mut(), rest.first_mut())
        else {
            continue;
        };
        if step.count.is_none() && counts_rows(aggregate, imports, &step.own()) {
            let count = variables.add(None, Type::Integer);
            step.count = Some(count);
            aggregate.weights.push(count);
        }
    }
}

/// Whether all that is wanted of a row is that it is there, besides what is bound before `own`.
fn counts_rows(aggregate: &Aggregate, imports: &Imports, own: &[VarId]) -> bool {
    let keys = aggregate.keys.iter().flat_map(|(_, key)| imports.of_expr(key));
    aggregate.weights.is_empty()
        && !aggregate.calls.is_empty()
        && aggregate.calls.iter().all(|(_, call)| call.aggregate.is_none())
        && keys.into_iter().all(|var| !own.contains(&var))
}
