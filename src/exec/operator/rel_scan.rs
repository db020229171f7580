//! `RelScan`: for each input row each relationship of some types and states. Order kept; holds one input batch.
//! Where several threads share a scan (`Gather`), each is given parts of it, one after the other.

use super::fan::Fan;
use super::{Input, Scope, row_number};
use crate::catalog::TypeId;
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::physical::{Operator, States, Types};
use crate::storage::{Family, Graph, RelSlot, ScanCursor};

pub(super) struct RelScan {
    input: Input,
    types: Types,
    families: &'static [Family],
    between_nodes: bool,
    segment: Segment,
    id: usize,
}

/// The input batch that is scanned for.
pub(super) struct Current {
    batch: Batch,
    row: usize,
    /// Which pair of type and family is being scanned.
    part: usize,
    cursor: ScanCursor,
    /// Where to end, if only a part of a pair is scanned.
    end: Option<u32>,
}

/// The families that are scanned.
fn families(states: States, between_nodes: bool) -> &'static [Family] {
    match (states, between_nodes) {
        (States::Asserted, true) => &[Family::Plain],
        (States::Asserted, false) => &[Family::Plain, Family::About],
        (States::Both, true) => &[Family::Plain, Family::Quoted],
        (States::Both, false) => &[Family::Plain, Family::About, Family::Quoted],
    }
}

/// What is scanned one behind the other.
fn pairs(types: &[Option<TypeId>], families: &'static [Family]) -> impl Iterator<Item = (Option<TypeId>, Family)> {
    types.iter().flat_map(|rel_type| families.iter().map(move |family| (*rel_type, *family)))
}

/// How many scans of all slots one behind the other a scan is.
pub(super) fn run_count(types: &Types, states: States, between_nodes: bool, ctx: &Context) -> usize {
    pairs(&ctx.type_ids(types), families(states, between_nodes)).count()
}

impl RelScan {
    pub(super) fn new(
        operator: &Operator,
        types: &Types,
        states: States,
        between_nodes: bool,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            types: types.clone(),
            families: families(states, between_nodes),
            between_nodes,
            segment: scope.segment,
            id: operator.id,
        }
    }

    /// One scan; false at its end.
    fn scan(
        &self,
        graph: &Graph,
        part: (Option<TypeId>, Family),
        (cursor, end): (&mut ScanCursor, Option<u32>),
        slots: &mut Vec<u32>,
    ) -> bool {
        let before = slots.len();
        let more = match end {
            None => graph.scan_rels(part.0, part.1, cursor, BATCH_ROWS - before, slots),
            Some(end) => graph.scan_rel_part(part.0, part.1, cursor, end, slots),
        };
        if self.between_nodes && part.1 == Family::Quoted {
            let between_nodes = |slot: u32| {
                let rel = graph.rel(RelSlot(slot));
                rel.start.as_node().is_some() && rel.end.as_node().is_some()
            };
            let kept: Vec<u32> = slots.drain(before..).filter(|&slot| between_nodes(slot)).collect();
            slots.extend(kept);
        }
        more
    }
}

impl Fan for RelScan {
    type Current = Current;

    fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    fn begin(&mut self, ctx: &Context, batch: Batch) -> Result<Current, ExecError> {
        let part = ctx.part_of(self.id);
        let cursor = ScanCursor(part.as_ref().map_or(0, |part| part.slots.start));
        Ok(Current {
            batch,
            row: 0,
            part: part.as_ref().map_or(0, |part| part.run),
            cursor,
            end: part.map(|part| part.slots.end),
        })
    }

    fn more(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let graph = ctx.view(self.segment);
        let parts: Vec<(Option<TypeId>, Family)> = pairs(&ctx.type_ids(&self.types), self.families).collect();
        let mut slots = Vec::with_capacity(BATCH_ROWS);
        let mut rows: Vec<u32> = Vec::new();
        while slots.len() < BATCH_ROWS && current.row < current.batch.len {
            ctx.budget.step()?;
            let more = match parts.get(current.part) {
                Some(&part) => self.scan(&graph, part, (&mut current.cursor, current.end), &mut slots),
                None => false,
            };
            rows.resize(slots.len(), row_number(current.row));
            if !more {
                current.cursor = ScanCursor::default();
                current.part += 1;
            }
            if current.part >= parts.len() || (!more && current.end.is_some()) {
                current.part = 0;
                current.row += 1;
            }
        }
        let len = slots.len();
        let mut columns = current.batch.gather(&self.input.carry, &rows);
        columns.push(Column::Rels(slots));
        Ok(Batch::new(columns, len))
    }

    fn is_done(current: &Current) -> bool {
        current.row >= current.batch.len
    }
}
