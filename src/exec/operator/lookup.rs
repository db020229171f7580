//! `NodeLookup`: for each input row the nodes whose properties are what is looked for, by a table of all values of those
//! properties. Order of rows kept, nodes in the order of their places; holds the table.
//!
//! The table stands in for an index that is not there. For the first few rows the nodes are looked through, so that a
//! query for one row makes no table. It serves all runs of an inner plan, and while the statement writes it is brought
//! up to date by the changes. What is found may only hash alike: the filter behind tells.

use super::fan::Fan;
use super::hash_join::hash;
use super::lookup_table::{LookupTable, What};
use super::{Input, Scope, Wanted, row_number};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::exec::eval::{Frame, evaluate};
use crate::exec::host::Env;
use crate::physical::{KeyRef, LabelRef, Operator, Sought};
use crate::storage::{Graph, ScanCursor};
use crate::value::Value;

/// So many rows are scanned for before a table is made: making one costs about as much as a few scans.
const SCANS: usize = 4;

pub(super) struct NodeLookup {
    input: Input,
    label: Option<LabelRef>,
    keys: Vec<KeyRef>,
    sought: Sought,
    segment: Segment,
    wanted: Wanted,
    scan_count: usize,
    table: Option<LookupTable>,
}

/// The input batch in hand.
pub(super) struct Current {
    rows: Batch,
    /// What each row looks for, key by key, or the list of it.
    sought: Vec<Vec<Value>>,
    row: usize,
    /// The place from which on the nodes for the row are still to be given.
    from: u32,
}

impl NodeLookup {
    pub(super) fn new(
        operator: &Operator,
        label: Option<LabelRef>,
        keys: &[KeyRef],
        sought: &Sought,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            label,
            keys: keys.to_vec(),
            sought: sought.clone(),
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
            scan_count: 0,
            table: None,
        }
    }

    /// `None` if the graph lacks the label or a key: no node fits.
    fn what(&self, ctx: &Context) -> Option<What> {
        let label = match self.label {
            None => None,
            Some(label) => Some(ctx.label(label)?),
        };
        let keys = self.keys.iter().map(|key| ctx.key(*key)).collect::<Option<_>>()?;
        Some(What { label, keys })
    }

    /// Appends nodes that may have the values of the row in hand, about as many as `room` says; false if there are no
    /// more.
    fn find(
        &mut self,
        ctx: &Context,
        graph: &Graph,
        what: &What,
        current: &mut Current,
        room: usize,
        found: &mut Vec<u32>,
    ) -> Result<bool, ExecError> {
        let hashes = self.hashes(current);
        if hashes.is_empty() {
            return Ok(false);
        }
        if self.table.is_none() && current.from == 0 {
            self.scan_count += 1;
            if self.scan_count > SCANS {
                self.table = Some(LookupTable::of(ctx, graph, what.clone())?);
            }
        }
        match &mut self.table {
            Some(table) => Ok(table.find(graph, &hashes, &mut current.from, room, found)),
            None => scan(ctx, graph, what, &hashes, &mut current.from, room, found),
        }
    }

    /// The hashes of what the row in hand looks for; null is equal to nothing.
    fn hashes(&self, current: &Current) -> Vec<u64> {
        let mut values = current.sought.iter().map(|values| &values[current.row]);
        match &self.sought {
            Sought::Values(_) => hash(values).into_iter().collect(),
            Sought::AnyOf(_) => match values.next() {
                Some(Value::List(items)) => items.iter().filter_map(|item| hash([item].into_iter())).collect(),
                _ => Vec::new(),
            },
        }
    }
}

/// The same without a table.
fn scan(
    ctx: &Context,
    graph: &Graph,
    what: &What,
    hashes: &[u64],
    from: &mut u32,
    room: usize,
    found: &mut Vec<u32>,
) -> Result<bool, ExecError> {
    let (mut cursor, mut slots) = (ScanCursor(*from), Vec::new());
    let enough = found.len() + room;
    while found.len() < enough {
        slots.clear();
        let more = graph.scan_nodes(what.label, &mut cursor, BATCH_ROWS, &mut slots);
        ctx.budget.steps(slots.len())?;
        let fits = |hash: Option<u64>| hash.is_some_and(|hash| hashes.contains(&hash));
        let nodes = slots.iter().zip(what.hashes(graph, &slots));
        found.extend(nodes.filter(|(_, hash)| fits(*hash)).map(|(slot, _)| *slot));
        if !more {
            return Ok(false);
        }
    }
    *from = cursor.0;
    Ok(true)
}

impl Fan for NodeLookup {
    type Current = Current;

    fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    fn begin(&mut self, ctx: &Context, rows: Batch) -> Result<Current, ExecError> {
        let graph = ctx.view(self.segment);
        let env = Env::new(ctx, &graph);
        let frame = Frame::of(&rows.columns, rows.len);
        let mut sought = Vec::new();
        for scalar in self.sought.scalars() {
            sought.push(evaluate(&env, scalar, &frame)?.into_values(ctx));
        }
        Ok(Current { rows, sought, row: 0, from: 0 })
    }

    fn more(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let graph = ctx.view(self.segment);
        if let Some(table) = &mut self.table {
            table.follow(ctx, &graph)?;
        }
        let what = self.what(ctx);
        let batch_rows = self.wanted.batch_rows(ctx);
        let (mut rows, mut slots) = (Vec::new(), Vec::new());
        while current.row < current.rows.len && slots.len() < batch_rows {
            ctx.budget.step()?;
            let room = batch_rows - slots.len();
            let more = match &what {
                Some(what) if !self.wanted.is_done(ctx, &current.rows, current.row) => {
                    self.find(ctx, &graph, what, current, room, &mut slots)?
                }
                _ => false,
            };
            rows.resize(slots.len(), row_number(current.row));
            if !more {
                (current.row, current.from) = (current.row + 1, 0);
            }
        }
        let len = slots.len();
        let mut columns = current.rows.gather(&self.input.carry, &rows);
        columns.push(Column::Nodes(slots));
        Ok(Batch::new(columns, len))
    }

    fn is_done(current: &Current) -> bool {
        current.row >= current.rows.len
    }
}
