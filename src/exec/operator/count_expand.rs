//! `CountExpand`: how many relationships an Expand would give, by degree. Order kept; holds nothing.
//!
//! Counted are asserted relationships between nodes. What an arrow further left has taken is taken off again where
//! this step would come upon it.

use super::expand::ARROWS;
use super::travel::{Run, families, runs};
use super::{Input, Scope, Source};
use crate::catalog::TypeId;
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::{Column, NULL_SLOT};
use crate::exec::context::{Context, Segment};
use crate::physical::{ColumnKind, Direction, Op, Operator, Types};
use crate::storage::{End, Family, Graph, RelSlot};

pub(super) struct CountExpand {
    input: Input,
    from: usize,
    direction: Direction,
    types: Types,
    not_again: Vec<usize>,
    segment: Segment,
}

impl CountExpand {
    pub(super) fn new(operator: &Operator, scope: Scope, ctx: &Context) -> Self {
        let Op::CountExpand { from, direction, types, not_again } = &operator.op else {
            unreachable!("compiled for this operator only")
        };
        Self {
            input: Input::of(operator, scope, ctx),
            from: *from,
            direction: *direction,
            types: types.clone(),
            not_again: not_again.clone(),
            segment: scope.segment,
        }
    }

    /// How many of the relationships taken in this row the step would come upon.
    fn taken(&self, graph: &Graph, types: &[Option<TypeId>], batch: &Batch, row: usize, from: End) -> usize {
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

impl Source for CountExpand {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        let graph = ctx.view(self.segment);
        let types = ctx.type_ids(&self.types);
        let runs = runs(self.direction, &types, families(ColumnKind::Node, ColumnKind::Node, ARROWS));
        let from = &batch.columns[self.from];
        let mut counts = Vec::with_capacity(batch.len);
        if let (Column::Nodes(slots), [run], true) = (from, &runs[..], self.not_again.is_empty()) {
            let mut degrees = Vec::with_capacity(batch.len);
            graph.degrees(slots, run.direction, run.rel_type, &mut degrees);
            counts.extend(degrees.into_iter().map(i64::from));
        } else {
            for row in 0..batch.len {
                let count = match from.end(row, ctx) {
                    None => 0,
                    Some(from) => {
                        let all: usize = runs.iter().map(|run| degree(&graph, *run, from)).sum();
                        let count = all - self.taken(&graph, &types, &batch, row, from);
                        i64::try_from(count).expect("there are fewer than 2^32 relationships")
                    }
                };
                counts.push(count);
            }
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
