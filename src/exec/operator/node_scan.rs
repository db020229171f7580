//! `NodeScan`: for each input row each node, or each with a label, that fits all conditions, in the order of their
//! places. Order kept; holds one input batch.
//!
//! Where conditions are asked, or nodes are only counted, the graph is taken page by page; otherwise slot by slot, so
//! that a query that wants few rows gets few.

use super::{Input, Scope, Source, Wanted, row_number};
use crate::catalog::LabelId;
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::exec::eval::constant;
use crate::exec::host::Env;
use crate::physical::{Condition, LabelRef, Operator};
use crate::storage::{self, Graph, ScanCursor, Stretch};

/// The first batch is small, so that a query that wants one row does little; each further one is four times as large.
const FIRST_ROWS: usize = 128;

pub(super) struct NodeScan {
    input: Input,
    label: Option<LabelRef>,
    conditions: Vec<Condition>,
    /// Whether the nodes are wanted and not only their number.
    gives_nodes: bool,
    segment: Segment,
    wanted: Wanted,
    current: Option<Current>,
    batch_rows: usize,
}

/// The input batch that is scanned for.
struct Current {
    rows: Batch,
    row: usize,
    cursor: ScanCursor,
    what: What,
}

/// Label and conditions as the graph knows them.
struct What {
    label: Option<LabelId>,
    conditions: Vec<storage::Condition>,
}

/// The rows of a batch to be.
struct Found {
    slots: Vec<u32>,
    len: usize,
    /// The input row of each, if one is asked for.
    rows: Vec<u32>,
}

impl NodeScan {
    pub(super) fn new(
        operator: &Operator,
        label: Option<LabelRef>,
        conditions: &[Condition],
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            label,
            conditions: conditions.to_vec(),
            gives_nodes: operator.layout.len() > operator.carry.len(),
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
            current: None,
            batch_rows: FIRST_ROWS,
        }
    }

    /// The next input batch for which there is something to scan.
    fn advance(&mut self, ctx: &Context) -> Result<Option<Current>, ExecError> {
        while let Some(rows) = self.input.next(ctx)? {
            if let Some(what) = self.what(ctx)? {
                return Ok(Some(Current { rows, row: 0, cursor: ScanCursor::default(), what }));
            }
        }
        Ok(None)
    }

    /// `None` if the graph lacks the label or a key: no node fits.
    fn what(&self, ctx: &Context) -> Result<Option<What>, ExecError> {
        let label = match self.label {
            None => None,
            Some(label) => match ctx.label(label) {
                None => return Ok(None),
                known => known,
            },
        };
        let graph = ctx.view(self.segment);
        let env = Env { ctx, graph: &graph };
        let mut conditions = Vec::with_capacity(self.conditions.len());
        for condition in &self.conditions {
            let Some(key) = ctx.key(condition.key) else { return Ok(None) };
            let operand = constant(&env, &condition.operand)?;
            conditions.push(storage::Condition { key, comparison: condition.comparison, operand });
        }
        Ok(Some(What { label, conditions }))
    }

    /// Scans on for the current input row; false at the end of the graph.
    fn scan(&self, ctx: &Context, graph: &Graph, current: &mut Current, found: &mut Found) -> Result<bool, ExecError> {
        let What { label, conditions } = &current.what;
        if self.gives_nodes && conditions.is_empty() {
            let room = self.batch_rows - found.len;
            let more = graph.scan_nodes(*label, &mut current.cursor, room, &mut found.slots);
            found.len = found.slots.len();
            return Ok(more);
        }
        let Some(stretch) = graph.scan_node_page(*label, conditions, &mut current.cursor) else { return Ok(false) };
        ctx.budget.steps(Stretch::MAX_LEN)?;
        found.len += stretch.len();
        if self.gives_nodes {
            stretch.append_to(&mut found.slots);
        }
        Ok(true)
    }

    /// The next rows for what is left of the current input batch; there may be none.
    fn batch(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let graph = ctx.view(self.segment);
        let capacity = if self.gives_nodes { self.batch_rows } else { 0 };
        let mut found = Found { slots: Vec::with_capacity(capacity), len: 0, rows: Vec::new() };
        while found.len < self.batch_rows && current.row < current.rows.len {
            let more =
                !self.wanted.is_done(ctx, &current.rows, current.row) && self.scan(ctx, &graph, current, &mut found)?;
            if !self.input.carry.is_empty() {
                found.rows.resize(found.len, row_number(current.row));
            }
            if !more {
                current.row += 1;
                current.cursor = ScanCursor::default();
                ctx.budget.step()?;
            }
        }
        ctx.budget.rows(found.len)?;
        let mut columns = current.rows.gather(&self.input.carry, &found.rows);
        if self.gives_nodes {
            columns.push(Column::Nodes(found.slots));
        }
        Ok(Batch::new(columns, found.len))
    }
}

impl Source for NodeScan {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        loop {
            let current = match self.current.take() {
                Some(current) => Some(current),
                None => self.advance(ctx)?,
            };
            let Some(mut current) = current else { return Ok(None) };
            let batch = self.batch(ctx, &mut current)?;
            if current.row < current.rows.len {
                self.current = Some(current);
            }
            if batch.len > 0 {
                self.batch_rows = (self.batch_rows * 4).min(BATCH_ROWS);
                return Ok(Some(batch));
            }
        }
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
        self.current = None;
        self.batch_rows = FIRST_ROWS;
    }
}
