//! `RelScan`: for each input row each relationship of some types and states. Order kept; holds one input batch.

use super::{Input, Scope, Source, row_number};
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
    current: Option<Batch>,
    row: usize,
    /// Which pair of type and family is being scanned.
    part: usize,
    cursor: ScanCursor,
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
            families: match (states, between_nodes) {
                (States::Asserted, true) => &[Family::Plain],
                (States::Asserted, false) => &[Family::Plain, Family::About],
                (States::Both, true) => &[Family::Plain, Family::Quoted],
                (States::Both, false) => &[Family::Plain, Family::About, Family::Quoted],
            },
            between_nodes,
            segment: scope.segment,
            current: None,
            row: 0,
            part: 0,
            cursor: ScanCursor::default(),
        }
    }

    /// One scan; false at its end.
    fn scan(&mut self, graph: &Graph, part: (Option<TypeId>, Family), slots: &mut Vec<u32>) -> bool {
        let before = slots.len();
        let more = graph.scan_rels(part.0, part.1, &mut self.cursor, BATCH_ROWS - before, slots);
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

impl Source for RelScan {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        loop {
            if self.current.is_none() {
                self.current = self.input.next(ctx)?;
                (self.row, self.part, self.cursor) = (0, 0, ScanCursor::default());
            }
            let Some(current) = self.current.take() else { return Ok(None) };
            let graph = ctx.view(self.segment);
            let parts: Vec<(Option<TypeId>, Family)> = ctx
                .type_ids(&self.types)
                .into_iter()
                .flat_map(|rel_type| self.families.iter().map(move |family| (rel_type, *family)))
                .collect();
            let mut slots = Vec::with_capacity(BATCH_ROWS);
            let mut rows: Vec<u32> = Vec::new();
            while slots.len() < BATCH_ROWS && self.row < current.len {
                ctx.budget.step()?;
                let more = match parts.get(self.part) {
                    Some(&part) => self.scan(&graph, part, &mut slots),
                    None => false,
                };
                rows.resize(slots.len(), row_number(self.row));
                if !more {
                    self.cursor = ScanCursor::default();
                    self.part += 1;
                }
                if self.part >= parts.len() {
                    self.part = 0;
                    self.row += 1;
                }
            }
            let mut columns = current.gather(&self.input.carry, &rows);
            if self.row < current.len {
                self.current = Some(current);
            }
            if slots.is_empty() {
                continue;
            }
            ctx.budget.rows(slots.len())?;
            let len = slots.len();
            columns.push(Column::Rels(slots));
            return Ok(Some(Batch::new(columns, len)));
        }
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
        self.current = None;
    }
}
