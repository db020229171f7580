//! `NodeScan`: for each input row each node, or each with a label, that fits all conditions, in the order of their
//! places. Order kept; holds one input batch.
//!
//! Where conditions are asked, or nodes are only counted, the graph is taken page by page; otherwise slot by slot, so
//! that a query that wants few rows gets few.

use super::fan::Fan;
use super::{Input, Scope, Wanted, row_number};
use crate::catalog::LabelId;
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment, View};
use crate::exec::eval::{constant, lens};
use crate::exec::host::Env;
use crate::physical::{Condition, LabelRef, Operator, Within};
use crate::storage::{self, Lens, Look, Odd, ScanCursor, Stretch};

/// The first batch is small, so that a query that wants one row does little; each further one is four times as large.
const FIRST_ROWS: usize = 128;

pub(super) struct NodeScan {
    input: Input,
    label: Option<LabelRef>,
    conditions: Vec<Condition>,
    within: Option<Within>,
    /// Whether the nodes are wanted and not only their number.
    gives_nodes: bool,
    segment: Segment,
    wanted: Wanted,
    batch_rows: usize,
}

/// The input batch that is scanned for.
pub(super) struct Current {
    rows: Batch,
    row: usize,
    cursor: ScanCursor,
    what: What,
}

/// Label and conditions as the graph knows them.
struct What {
    label: Option<LabelId>,
    conditions: Vec<storage::Condition>,
    within: Option<(Lens, Look)>,
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
        within: Option<&Within>,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            label,
            conditions: conditions.to_vec(),
            within: within.cloned(),
            gives_nodes: operator.layout.len() > operator.carry.len(),
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
            batch_rows: FIRST_ROWS,
        }
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
        let env = Env::new(ctx, &graph);
        let mut conditions = Vec::with_capacity(self.conditions.len());
        for condition in &self.conditions {
            let Some(key) = ctx.key(condition.key) else { return Ok(None) };
            let operand = constant(&env, &condition.operand)?;
            conditions.push(storage::Condition { key, comparison: condition.comparison, operand });
        }
        let within = self.within.as_ref().map(|within| lens::given(&env, within)).transpose()?;
        Ok(Some(What { label, conditions, within }))
    }

    /// Scans on for the current input row; false at the end of the graph.
    fn scan(&self, ctx: &Context, graph: &View, current: &mut Current, found: &mut Found) -> Result<bool, ExecError> {
        let What { label, conditions, within } = &current.what;
        if self.gives_nodes && conditions.is_empty() && within.is_none() {
            let room = self.batch_rows - found.len;
            let more = graph.scan_nodes(*label, &mut current.cursor, room, &mut found.slots);
            found.len = found.slots.len();
            return Ok(more);
        }
        let mut odd = Odd::default();
        let within = within.as_ref().map(|(lens, look)| (lens, *look));
        let stretch = graph.scan_node_page(*label, conditions, within, &mut odd, &mut current.cursor);
        let Some(stretch) = stretch else { return Ok(false) };
        if within.is_some() {
            lens::warn_of(&Env::new(ctx, graph), odd);
        }
        ctx.budget.steps(Stretch::MAX_LEN)?;
        found.len += stretch.len();
        if self.gives_nodes {
            stretch.append_to(&mut found.slots);
        }
        Ok(true)
    }
}

impl Fan for NodeScan {
    type Current = Current;

    fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    fn begin(&mut self, ctx: &Context, rows: Batch) -> Result<Current, ExecError> {
        let (row, what) = match self.what(ctx)? {
            Some(what) => (0, what),
            // Nothing is scanned for: all rows are done.
            None => (rows.len, What { label: None, conditions: Vec::new(), within: None }),
        };
        Ok(Current { rows, row, cursor: ScanCursor::default(), what })
    }

    fn more(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
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
        if found.len > 0 {
            self.batch_rows = (self.batch_rows * 4).min(BATCH_ROWS);
        }
        let mut columns = current.rows.gather(&self.input.carry, &found.rows);
        if self.gives_nodes {
            columns.push(Column::Nodes(found.slots));
        }
        Ok(Batch::new(columns, found.len))
    }

    fn is_done(current: &Current) -> bool {
        current.row >= current.rows.len
    }

    fn forget(&mut self, _: &Context, _: Option<Current>) {
        self.batch_rows = FIRST_ROWS;
    }
}
