//! `RelEnds`: the ends of a bound relationship, bound or checked, in both orientations where there is no direction.
//! Order kept; holds nothing.

use smallvec::{SmallVec, smallvec};

use super::travel::{Taken, end_column, is_kind};
use super::{Input, Scope, Source, row_number};
use crate::catalog::TypeId;
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::context::{Context, Segment, View};
use crate::physical::{ColumnKind, Direction, Op, Operator, States, Target, Types};
use crate::storage::End;

pub(super) struct RelEnds {
    input: Input,
    rel: usize,
    direction: Direction,
    types: Types,
    states: States,
    start: Side,
    end: Side,
    distinct_from: Vec<usize>,
    segment: Segment,
}

/// One end of the relationship.
#[derive(Clone, Copy)]
struct Side {
    target: Target,
    kind: ColumnKind,
}

impl RelEnds {
    pub(super) fn new(operator: &Operator, scope: Scope, ctx: &Context) -> Self {
        let Op::RelEnds { rel, direction, types, states, start, end, distinct_from } = &operator.op else {
            unreachable!("compiled for this operator only")
        };
        let layout = &operator.inputs[0].layout;
        let side = |target: Target| Side { target, kind: target.kind(layout) };
        Self {
            input: Input::of(operator, scope, ctx),
            rel: *rel,
            direction: *direction,
            types: types.clone(),
            states: *states,
            start: side(*start),
            end: side(*end),
            distinct_from: distinct_from.clone(),
            segment: scope.segment,
        }
    }

    /// The pairs of ends that the relationship has, as the pattern is written.
    fn orientations(
        &self,
        ctx: &Context,
        view: &View,
        types: &[Option<TypeId>],
        rel: End,
    ) -> SmallVec<[(End, End); 2]> {
        let Some(slot) = rel.as_rel() else { return SmallVec::new() };
        if ctx.gone_from(view, rel).is_some() {
            return SmallVec::new();
        }
        let record = view.rel(slot);
        if !types.iter().any(|wanted| wanted.is_none_or(|wanted| wanted == record.rel_type)) {
            return SmallVec::new();
        }
        if self.states == States::Asserted && !record.asserted {
            return SmallVec::new();
        }
        match self.direction {
            Direction::Out => smallvec![(record.start, record.end)],
            Direction::In => smallvec![(record.end, record.start)],
            Direction::Either if record.start == record.end => smallvec![(record.start, record.end)],
            Direction::Either => smallvec![(record.start, record.end), (record.end, record.start)],
        }
    }
}

impl Source for RelEnds {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        while let Some(batch) = self.input.next(ctx)? {
            let graph = ctx.view(self.segment);
            let types = ctx.type_ids(&self.types);
            let taken = Taken::of(&batch, &self.distinct_from, ctx);
            let (mut rows, mut starts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
            for row in 0..batch.len {
                ctx.budget.step()?;
                let Some(rel) = batch.columns[self.rel].end(row, ctx) else { continue };
                if rel.as_rel().is_some_and(|slot| taken.has(row, slot.0)) {
                    continue;
                }
                let fits = |side: Side, found: End| {
                    is_kind(found, side.kind)
                        && match side.target {
                            Target::Bound(column) => batch.columns[column].end(row, ctx) == Some(found),
                            Target::New(_) | Target::Ignored(_) => true,
                        }
                };
                for (start, end) in self.orientations(ctx, &graph, &types, rel) {
                    if fits(self.start, start) && fits(self.end, end) {
                        rows.push(row_number(row));
                        starts.push(start);
                        ends.push(end);
                    }
                }
            }
            if rows.is_empty() {
                continue;
            }
            ctx.budget.rows(rows.len())?;
            let mut columns = batch.gather(&self.input.carry, &rows);
            for (side, found) in [(self.start, starts), (self.end, ends)] {
                if let Target::New(kind) = side.target {
                    columns.push(end_column(found, kind));
                }
            }
            return Ok(Some(Batch::new(columns, rows.len())));
        }
        Ok(None)
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}
