//! `NodeScan`: for each input row each node, or each with a label, that fits all conditions, in the order of their
//! places. Order kept; holds one input batch.
//!
//! Where conditions are asked, or nodes are only counted, the graph is taken page by page; otherwise slot by slot, so
//! that a query that wants few rows gets few. Where only the first nodes by some properties are wanted, the store finds
//! them before one is given; they are held. Where several threads share a scan (`Gather`), each is given parts of the
//! graph, one after the other.

mod values;

use super::fan::Fan;
use super::rows::row_count;
use super::{Input, Scope, Wanted, row_number};
use crate::catalog::LabelId;
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment, View};
use crate::exec::eval::{constant, lens};
use crate::exec::host::Env;
use crate::physical::{Condition, FirstNodes, KeyRef, LabelRef, Operator, Within};
use crate::storage::{self, FirstOf, Lens, Look, Odd, ScanCursor, Stretch};

pub(super) use values::CountValues;

/// The first batch is small, so that a query that wants one row does little; each further one is four times as large.
const FIRST_ROWS: usize = 128;

/// If more are wanted, it is left to the sort to find the first ones.
const MOST_FIRST: usize = 1 << 14;

pub(super) struct NodeScan {
    input: Input,
    label: Option<LabelRef>,
    conditions: Vec<Condition>,
    within: Option<Within>,
    first: Option<FirstNodes>,
    /// Whether the nodes are wanted and not only their number.
    gives_nodes: bool,
    segment: Segment,
    wanted: Wanted,
    batch_rows: usize,
    id: usize,
}

/// The input batch that is scanned for.
pub(super) struct Current {
    rows: Batch,
    row: usize,
    cursor: ScanCursor,
    /// Where to end, if only a part of the graph is scanned.
    end: Option<u32>,
    what: What,
    /// The first nodes, once they are found; of these, the cursor counts those that were given.
    first: Option<Vec<u32>>,
}

/// Label and conditions as the graph knows them.
#[derive(Default)]
struct What {
    label: Option<LabelId>,
    conditions: Vec<storage::Condition>,
    within: Option<(Lens, Look)>,
    first: Option<FirstOf>,
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
        first: Option<&FirstNodes>,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            label,
            conditions: conditions.to_vec(),
            within: within.cloned(),
            first: first.cloned(),
            gives_nodes: operator.layout.len() > operator.carry.len(),
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
            batch_rows: FIRST_ROWS,
            id: operator.id,
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
            conditions.push(storage::Condition::new(key, condition.asked, operand));
        }
        let within = self.within.as_ref().map(|within| lens::given(&env, within)).transpose()?;
        let first = match &self.first {
            Some(first) if self.gives_nodes => self.first_of(ctx, first)?,
            _ => None,
        };
        Ok(Some(What { label, conditions, within, first }))
    }

    /// `None` if these are better left to the sort.
    fn first_of(&self, ctx: &Context, first: &FirstNodes) -> Result<Option<FirstOf>, ExecError> {
        let count = usize::try_from(row_count(ctx, &first.limit, self.segment, "LIMIT")?).unwrap_or(usize::MAX);
        // Of a key that the graph does not know, all values are null.
        let known = |(key, descending): &(KeyRef, bool)| Some((ctx.key(*key)?, *descending));
        let keys: Vec<_> = first.keys.iter().filter_map(known).collect();
        Ok((count <= MOST_FIRST && !keys.is_empty()).then_some(FirstOf { keys, count, ties: first.ties }))
    }

    /// Gives on of the first nodes; false if there are no more.
    fn give_first(&self, current: &mut Current, found: &mut Found) -> bool {
        let nodes = current.first.as_deref().unwrap_or_default();
        let given = current.cursor.0 as usize;
        let end = nodes.len().min(given + self.batch_rows - found.len);
        found.slots.extend_from_slice(&nodes[given..end]);
        found.len = found.slots.len();
        current.cursor = ScanCursor(row_number(end));
        end < nodes.len()
    }

    /// Scans on for the current input row; false at the end of the graph.
    fn scan(&self, ctx: &Context, graph: &View, current: &mut Current, found: &mut Found) -> Result<bool, ExecError> {
        let What { label, first, .. } = &current.what;
        if let Some(first) = first {
            if current.first.is_none() {
                current.first = Some(find_first(ctx, graph, &current.what, first)?);
            }
            return Ok(self.give_first(current, found));
        }
        if self.gives_nodes && current.is_plain() {
            let room = self.batch_rows - found.len;
            let more = graph.scan_nodes(*label, &mut current.cursor, room, &mut found.slots);
            found.len = found.slots.len();
            return Ok(more);
        }
        let Some(stretch) = current.stretch(ctx, graph)? else { return Ok(false) };
        found.len += stretch.len();
        if self.gives_nodes {
            stretch.append_to(&mut found.slots);
        }
        Ok(true)
    }
}

impl Current {
    /// Whether all nodes with the label are given.
    fn is_plain(&self) -> bool {
        self.what.conditions.is_empty() && self.what.within.is_none() && self.end.is_none()
    }

    /// The next nodes that fit; `None` at the end of the graph.
    fn stretch(&mut self, ctx: &Context, graph: &View) -> Result<Option<Stretch>, ExecError> {
        let What { label, conditions, within, .. } = &self.what;
        let mut odd = Odd::default();
        let within = within.as_ref().map(|(lens, look)| (lens, *look));
        let stretch = match self.end {
            None => graph.scan_node_page(*label, conditions, within, &mut odd, &mut self.cursor),
            Some(end) => graph.scan_node_part(*label, conditions, within, &mut odd, &mut self.cursor, end),
        };
        if within.is_some() {
            lens::warn_of(&Env::new(ctx, graph), odd);
        }
        ctx.budget.steps(Stretch::MAX_LEN)?;
        Ok(stretch)
    }

    /// Goes on to the next input row.
    fn turn_over(&mut self, ctx: &Context) -> Result<(), ExecError> {
        self.row += 1;
        self.cursor = ScanCursor::default();
        ctx.budget.step()
    }
}

/// The first nodes, in the order of their places.
fn find_first(ctx: &Context, graph: &View, what: &What, first: &FirstOf) -> Result<Vec<u32>, ExecError> {
    let mut odd = Odd::default();
    let within = what.within.as_ref().map(|(lens, look)| (lens, *look));
    let mut search = graph.first_nodes(what.label, first);
    while search.look(&what.conditions, within, &mut odd) {
        ctx.budget.steps(search.take_steps().saturating_add(Stretch::MAX_LEN))?;
    }
    if within.is_some() {
        lens::warn_of(&Env::new(ctx, graph), odd);
    }
    let found = search.finish();
    ctx.budget.bytes(size_of_val(&found[..]))?;
    Ok(found)
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
            None => (rows.len, What::default()),
        };
        let part = ctx.part_of(self.id);
        let cursor = ScanCursor(part.as_ref().map_or(0, |part| part.slots.start));
        Ok(Current { rows, row, cursor, end: part.map(|part| part.slots.end), what, first: None })
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
                current.turn_over(ctx)?;
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
