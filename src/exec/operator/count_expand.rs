//! `CountExpand`: how many relationships an Expand would give, by degree. Order kept; holds nothing.
//!
//! Counted are asserted relationships between nodes. What an arrow further left has taken is taken off again where
//! this step would come upon it. Directly behind the Expand of that arrow, the nodes alone tell whether it would: going
//! on in the same direction comes upon the arrow only if it is a self-loop, turning back always does.

use super::expand::{ARROWS, Expand, RelColumn};
use super::travel::{Run, families, runs};
use super::{Fanned, Input, Scope, Source, counted};
use crate::catalog::TypeId;
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::{Column, NULL_SLOT};
use crate::exec::context::{Context, Segment};
use crate::physical::{ColumnKind, Direction, HopBefore, Op, Operator, States, Target, Types};
use crate::storage::{End, Family, Graph, RelSlot};

pub(super) struct CountExpand {
    input: Input,
    from: usize,
    direction: Direction,
    types: Types,
    not_again: Vec<usize>,
    before: Option<HopBefore>,
    repeat: Repeat,
    segment: Segment,
}

/// When the step comes upon the one arrow that it must not take again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// It must be looked for among the arrows.
    Unknown,
    /// Where the arrow begins and ends at one node; this column has where it begins.
    Loops(usize),
    Always,
}

/// What is known from the plan alone, if the input is the Expand of the only arrow not to be taken again.
fn repeat(operator: &Operator) -> Repeat {
    let Op::CountExpand { from, direction, types, not_again, before: None } = &operator.op else {
        return Repeat::Unknown;
    };
    let input = &operator.inputs[0];
    let Op::Expand(first) = &input.op else { return Repeat::Unknown };
    let rel = input.carry.len();
    let follows = first.rel
        && first.states == States::Asserted
        && first.to == Target::New(ColumnKind::Node)
        && input.inputs[0].layout[first.from] == ColumnKind::Node
        && *not_again == [rel]
        && *from == rel + 1
        && !operator.carry.contains(&rel)
        && covers(types, &first.types);
    match (first.direction, direction) {
        _ if !follows => Repeat::Unknown,
        (Direction::Either, _) => Repeat::Unknown,
        (Direction::Out, Direction::Out) | (Direction::In, Direction::In) => Repeat::Loops(rel),
        (Direction::Out | Direction::In, _) => Repeat::Always,
    }
}

fn covers(types: &Types, others: &Types) -> bool {
    match (types, others) {
        (Types::Any, _) => true,
        (Types::OneOf(_), Types::Any) => false,
        (Types::OneOf(types), Types::OneOf(others)) => others.iter().all(|other| types.contains(other)),
    }
}

impl CountExpand {
    pub(super) fn new(operator: &Operator, scope: Scope, ctx: &Context) -> Self {
        let Op::CountExpand { from, direction, types, not_again, before } = &operator.op else {
            unreachable!("compiled for this operator only")
        };
        let repeat = repeat(operator);
        let input = match (&operator.inputs[0].op, repeat) {
            (Op::Expand(first), Repeat::Loops(_) | Repeat::Always) => {
                let first = Expand::with_rel(&operator.inputs[0], first, RelColumn::Begin, scope, ctx);
                let source = counted(&operator.inputs[0], Box::new(Fanned::new(first)), ctx);
                Input { source, carry: operator.carry.clone(), made_before: None }
            }
            _ => Input::of(operator, scope, ctx),
        };
        Self {
            input,
            repeat,
            from: *from,
            direction: *direction,
            types: types.clone(),
            not_again: not_again.clone(),
            before: before.clone(),
            segment: scope.segment,
        }
    }

    /// Takes off what the arrow before has taken, as far as the nodes tell.
    fn leave_out(&self, batch: &Batch, slots: &[u32], degrees: &mut [u32]) {
        match self.repeat {
            Repeat::Unknown => {}
            Repeat::Always => degrees.iter_mut().for_each(|degree| *degree -= 1),
            Repeat::Loops(begin) => {
                let Column::Nodes(begins) = &batch.columns[begin] else { return };
                for ((degree, slot), begin) in degrees.iter_mut().zip(slots).zip(begins) {
                    *degree -= u32::from(slot == begin);
                }
            }
        }
    }

    /// How many of the relationships taken in this row the step would come upon.
    fn taken(&self, graph: &Graph, types: &[Option<TypeId>], batch: &Batch, row: usize, from: End) -> usize {
        match self.repeat {
            Repeat::Always => return 1,
            Repeat::Loops(begin) => {
                return usize::from(matches!(&batch.columns[begin], Column::Nodes(begins)
                if from.as_node().is_some_and(|from| from.0 == begins[row])));
            }
            Repeat::Unknown => {}
        }
        let mut found: Vec<u32> = Vec::new();
        for &column in &self.not_again {
            let Column::Rels(slots) = &batch.columns[column] else { continue };
            let slot = slots[row];
            if slot == NULL_SLOT || found.contains(&slot) {
                continue;
            }
            let rel = graph.rel(RelSlot(slot));
            let touches = match self.direction {
                Direction::Out => rel.start == from,
                Direction::In => rel.end == from,
                Direction::Either => rel.start == from || rel.end == from,
            };
            let of_type = types.iter().any(|wanted| wanted.is_none_or(|wanted| wanted == rel.rel_type));
            if touches && of_type && rel.family() == Family::Plain {
                found.push(slot);
            }
        }
        found.len()
    }
}

impl CountExpand {
    /// Turns the count of the one arrow into that of pairs with the arrow before.
    ///
    /// A pair of an arrow with itself is left out: seen from both sides of the node it is a self-loop, seen from the
    /// same side it is every arrow.
    fn pair(&self, before: &HopBefore, ctx: &Context, graph: &Graph, slots: &[u32], counts: &mut [i64]) {
        let types = ctx.type_ids(&before.types);
        let runs = runs(before.direction, &types, families(ColumnKind::Node, ColumnKind::Node, ARROWS));
        let mut degrees = vec![0_i64; slots.len()];
        let mut some = Vec::with_capacity(slots.len());
        for run in &runs {
            some.clear();
            graph.degrees(slots, run.direction, run.rel_type, &mut some);
            degrees.iter_mut().zip(&some).for_each(|(degree, some)| *degree += i64::from(*some));
        }
        let mut own = vec![0; slots.len()];
        if before.distinct && before.direction == self.direction {
            own.copy_from_slice(counts);
        } else if before.distinct {
            for rel_type in &types {
                some.clear();
                graph.loops(slots, *rel_type, &mut some);
                own.iter_mut().zip(&some).for_each(|(own, some)| *own += i64::from(*some));
            }
        }
        for ((count, degree), own) in counts.iter_mut().zip(degrees).zip(own) {
            *count = *count * degree - own;
        }
    }
}

impl Source for CountExpand {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        let graph = ctx.view(self.segment);
        let types = ctx.type_ids(&self.types);
        let runs = runs(self.direction, &types, families(ColumnKind::Node, ColumnKind::Node, ARROWS));
        let from = &batch.columns[self.from];
        let direct = self.not_again.is_empty() || self.repeat != Repeat::Unknown;
        let mut counts: Vec<i64> = Vec::with_capacity(batch.len);
        if let (Column::Nodes(slots), [run], true) = (from, &runs[..], direct) {
            let mut degrees = Vec::with_capacity(batch.len);
            graph.degrees(slots, run.direction, run.rel_type, &mut degrees);
            self.leave_out(&batch, slots, &mut degrees);
            counts.extend(degrees.into_iter().map(i64::from));
        } else {
            for row in 0..batch.len {
                let count = match from.end(row, ctx) {
                    None => 0,
                    Some(from) => {
                        let all: usize = runs.iter().map(|run| degree(&graph, *run, from)).sum();
                        all - self.taken(&graph, &types, &batch, row, from)
                    }
                };
                counts.push(i64::try_from(count).expect("there are fewer than 2^32 relationships"));
            }
        }
        if let (Some(before), Column::Nodes(slots)) = (&self.before, from) {
            self.pair(before, ctx, &graph, slots, &mut counts);
        }
        ctx.budget.rows(batch.len)?;
        let len = batch.len;
        let mut columns = batch.carry(&self.input.carry);
        columns.push(Column::Integers(counts, Vec::new()));
        Ok(Some(Batch::new(columns, len)))
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}

/// The length of a run, self-loops once.
#[inline]
fn degree(graph: &Graph, run: Run, from: End) -> usize {
    let all = graph.degree(from, run.direction, run.rel_type, run.family);
    if !run.second {
        return all;
    }
    all - graph.between(from, run.direction, run.rel_type, run.family, from).count()
}
