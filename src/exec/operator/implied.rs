//! Labels that need no test, because every node that was reached in this way has them.
//!
//! Relationships are counted by type, side and label of the end. Where all relationships of a type end at nodes with a
//! label, whatever they lead to has it. The counts are those of the root that is read, so nothing hangs on when the plan
//! was made.

use smallvec::SmallVec;

use crate::exec::context::{Context, View};
use crate::physical::{ColumnKind, Direction, LabelTest, Op, Operator, Scalar, States, Target, Types};
use crate::storage;

/// The plain relationships that led to a node.
#[derive(Clone, Debug)]
pub(super) struct Reached {
    pub direction: Direction,
    pub types: Types,
}

impl Reached {
    /// Whether all that was reached so has the label that is asked for.
    pub(super) fn implies(&self, test: &LabelTest, ctx: &Context, view: &View) -> bool {
        let LabelTest::Name(label, _) = test else { return false };
        let Some(label) = ctx.label(*label) else { return false };
        let ways: &[storage::Direction] = match self.direction {
            Direction::Out => &[storage::Direction::Out],
            Direction::In => &[storage::Direction::In],
            Direction::Either => &[storage::Direction::Out, storage::Direction::In],
        };
        let all_have = |rel_type| ways.iter().all(|way| view.all_reached_have(*way, rel_type, label));
        !view.lacks_any() && ctx.type_ids(&self.types).into_iter().all(all_have)
    }
}

/// How the node in a column of the rows of `operator` was reached, by all that is known; nothing has changed since.
pub(super) fn reached(operator: &Operator, column: usize) -> Vec<Reached> {
    let first_new = operator.carry.len();
    if column < first_new {
        return match &operator.op {
            Op::Filter { .. }
            | Op::Expand(_)
            | Op::VarExpand(_)
            | Op::RelEnds { .. }
            | Op::CountExpand { .. }
            | Op::Intersect(_)
            | Op::Distinct { .. }
            | Op::Scatter { .. } => reached(&operator.inputs[0], operator.carry[column]),
            _ => Vec::new(),
        };
    }
    let new = column - first_new;
    match &operator.op {
        Op::Expand(step) => {
            let plain = step.states == States::Asserted && operator.inputs[0].layout[step.from] == ColumnKind::Node;
            let is_end = plain && new == usize::from(step.rel) && step.to == Target::New(ColumnKind::Node);
            is_end.then(|| Reached { direction: step.direction, types: step.types.clone() }).into_iter().collect()
        }
        Op::VarExpand(step) => {
            // Where it may be that no relationship leads there, nothing is known.
            let between_nodes = step.min > 0 && operator.inputs[0].layout[step.from] == ColumnKind::Node;
            let is_end = between_nodes && new == usize::from(step.rels) && step.to == Target::New(ColumnKind::Node);
            is_end.then(|| Reached { direction: step.direction, types: step.types.clone() }).into_iter().collect()
        }
        Op::RelEnds { direction, types, states: States::Asserted, start, end, .. } => {
            let layout = &operator.inputs[0].layout;
            let between_nodes = [start, end].iter().all(|end| end.kind(layout) == ColumnKind::Node);
            let is_start = new == 0 && matches!(start, Target::New(_));
            let seen = if is_start { super::travel::reversed(*direction) } else { *direction };
            between_nodes.then(|| Reached { direction: seen, types: types.clone() }).into_iter().collect()
        }
        Op::Intersect(step) if step.to && new == step.arrows.iter().filter(|arrow| arrow.rel).count() => {
            let all = step.arrows.iter();
            all.map(|arrow| Reached { direction: arrow.direction, types: arrow.types.clone() }).collect()
        }
        _ => Vec::new(),
    }
}

/// Of each term whether it is implied.
type Implied = SmallVec<[bool; 8]>;

/// The terms of a predicate, each with how the node that it asks a label of was reached.
pub(super) struct Terms {
    terms: Vec<(Scalar, Vec<Reached>)>,
    /// What is left to ask where these terms are implied.
    rest: Option<(Implied, Option<Scalar>)>,
}

impl Terms {
    /// Of a predicate over the rows of `input`; `None` if none of it can be implied.
    pub(super) fn of(predicate: &Scalar, input: &Operator) -> Option<Self> {
        let terms = match predicate {
            Scalar::And(terms) => &terms[..],
            term => std::slice::from_ref(term),
        };
        if terms.iter().all(|term| asked_of(term).is_none()) {
            return None;
        }
        let reached_by = |term: &Scalar| match asked_of(term) {
            Some((Scalar::Column(column), _)) => reached(input, *column),
            _ => Vec::new(),
        };
        let terms: Vec<_> = terms.iter().map(|term| (term.clone(), reached_by(term))).collect();
        let any = terms.iter().any(|(_, reached)| !reached.is_empty());
        any.then_some(Self { terms, rest: None })
    }

    /// What has to be asked in this view; `None`: nothing.
    pub(super) fn open(&mut self, ctx: &Context, view: &View) -> Option<&Scalar> {
        let implied: Implied = self.terms.iter().map(|(term, reached)| is_implied(term, reached, ctx, view)).collect();
        if self.rest.as_ref().is_none_or(|(of, _)| *of != implied) {
            let left = self.terms.iter().zip(&implied).filter(|(_, implied)| !**implied).map(|((term, _), _)| term);
            let mut left: Vec<Scalar> = left.cloned().collect();
            let rest = if left.len() > 1 { Some(Scalar::And(left)) } else { left.pop() };
            self.rest = Some((implied, rest));
        }
        self.rest.as_ref().and_then(|(_, rest)| rest.as_ref())
    }
}

/// Whether the node that `term` is about, reached so, is known to fit it.
pub(super) fn is_implied(term: &Scalar, reached: &[Reached], ctx: &Context, view: &View) -> bool {
    asked_of(term).is_some_and(|(_, test)| reached.iter().any(|reached| reached.implies(test, ctx, view)))
}

fn asked_of(term: &Scalar) -> Option<(&Scalar, &LabelTest)> {
    match term {
        Scalar::HasLabels { base, test, .. } => Some((base, test)),
        _ => None,
    }
}
