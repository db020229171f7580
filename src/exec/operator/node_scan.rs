//! `NodeScan`: for each input row each node, or each with a label, in the order of their places. Order kept; holds one
//! input batch.

use super::{Input, Scope, Source, Wanted, row_number};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::physical::{LabelRef, Operator};
use crate::storage::ScanCursor;

/// The first batch is small, so that a query that wants one row does little; each further one is four times as large.
const FIRST_ROWS: usize = 128;

pub(super) struct NodeScan {
    input: Input,
    label: Option<LabelRef>,
    segment: Segment,
    wanted: Wanted,
    current: Option<Batch>,
    row: usize,
    cursor: ScanCursor,
    batch_rows: usize,
}

impl NodeScan {
    pub(super) fn new(operator: &Operator, label: Option<LabelRef>, scope: Scope, ctx: &Context) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            label,
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
            current: None,
            row: 0,
            cursor: ScanCursor::default(),
            batch_rows: FIRST_ROWS,
        }
    }
}

impl Source for NodeScan {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        loop {
            if self.current.is_none() {
                self.current = self.input.next(ctx)?;
                self.row = 0;
                self.cursor = ScanCursor::default();
            }
            let Some(current) = &self.current else { return Ok(None) };
            let graph = ctx.view(self.segment);
            let label = match self.label {
                None => None,
                Some(label) => match ctx.label(label) {
                    // A label that the graph does not know: no node has it.
                    None => {
                        self.current = None;
                        continue;
                    }
                    known => known,
                },
            };
            let mut slots = Vec::with_capacity(self.batch_rows);
            let mut rows: Vec<u32> = Vec::new();
            while slots.len() < self.batch_rows && self.row < current.len {
                let room = self.batch_rows - slots.len();
                let more = !self.wanted.is_done(ctx, current, self.row)
                    && graph.scan_nodes(label, &mut self.cursor, room, &mut slots);
                if !self.input.carry.is_empty() {
                    rows.resize(slots.len(), row_number(self.row));
                }
                if !more {
                    self.row += 1;
                    self.cursor = ScanCursor::default();
                    ctx.budget.step()?;
                }
            }
            let mut columns = current.gather(&self.input.carry, &rows);
            if self.row >= current.len {
                self.current = None;
            }
            if slots.is_empty() {
                continue;
            }
            ctx.budget.rows(slots.len())?;
            self.batch_rows = (self.batch_rows * 4).min(BATCH_ROWS);
            let len = slots.len();
            columns.push(Column::Nodes(slots));
            return Ok(Some(Batch::new(columns, len)));
        }
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
        self.current = None;
        self.batch_rows = FIRST_ROWS;
    }
}
