//! `NodeLookup`: for each input row the nodes (with a label) whose properties have the values sought, without an index.
//! Of the nodes that it gives, some may have others: a filter behind it asks again. Order kept; holds one input batch
//! and a table of all nodes that can be found.
//!
//! A table costs as much as many scans, so the first rows of the statement have a scan each. It is kept when the plan
//! begins anew, so an inner plan that is run for each row builds one table.

use std::sync::Arc;

use super::fan::Fan;
use super::lookup_table::{LookupTable, What};
use super::{Input, Scope, Wanted, row_number};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::exec::eval::{Frame, evaluate};
use crate::exec::host::Env;
use crate::physical::{KeyRef, LabelRef, Operator, Scalar};
use crate::storage::{Condition, Graph, ScanCursor, Stretch};
use crate::value::{Comparison, Value};

/// So many rows have a scan each: with more of them, a table is cheaper.
const MAX_SCANS: usize = 4;

pub(super) struct NodeLookup {
    input: Input,
    label: Option<LabelRef>,
    keys: Vec<(KeyRef, Scalar)>,
    segment: Segment,
    wanted: Wanted,
    /// Rows that were given a scan.
    scan_count: usize,
    table: Option<LookupTable>,
}

/// The input batch that is looked up for.
pub(super) struct Current {
    rows: Batch,
    /// For each key, the value that each row seeks.
    values: Vec<Vec<Value>>,
    what: What,
    row: usize,
    /// The place from which on the nodes for the row are still to be given.
    from: u32,
}

impl Current {
    /// What the row in hand seeks.
    fn sought(&self) -> impl Iterator<Item = &Value> {
        self.values.iter().map(|values| &values[self.row])
    }

    fn go_on(&mut self) {
        self.row += 1;
        self.from = 0;
    }
}

impl NodeLookup {
    pub(super) fn new(
        operator: &Operator,
        label: Option<LabelRef>,
        keys: &[(KeyRef, Scalar)],
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            label,
            keys: keys.to_vec(),
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
            scan_count: 0,
            table: None,
        }
    }

    /// `None` if the graph lacks the label or a key: no node has them.
    fn what(&self, ctx: &Context) -> Option<What> {
        let label = match self.label {
            None => None,
            Some(label) => Some(ctx.label(label)?),
        };
        let keys = self.keys.iter().map(|(key, _)| ctx.key(*key)).collect::<Option<_>>()?;
        Some(What { label, keys })
    }

    fn values(&self, ctx: &Context, graph: &Arc<Graph>, rows: &Batch) -> Result<Vec<Vec<Value>>, ExecError> {
        let env = Env { ctx, graph };
        let frame = Frame::of(&rows.columns, rows.len);
        self.keys.iter().map(|(_, value)| Ok(evaluate(&env, value, &frame)?.into_values(ctx))).collect()
    }

    /// Makes the table as soon as scans for `row_count` more rows would cost as much.
    fn prepare(&mut self, ctx: &Context, graph: &Graph, what: &What, row_count: usize) -> Result<(), ExecError> {
        if self.table.is_none() {
            self.scan_count += row_count;
            if self.scan_count > MAX_SCANS {
                self.table = Some(LookupTable::build(ctx, graph, what.clone())?);
            }
        }
        Ok(())
    }

    /// Appends nodes for the row in hand, about as many as `room` says; false if there are no more.
    fn find(
        &mut self,
        ctx: &Context,
        graph: &Graph,
        current: &mut Current,
        room: usize,
        found: &mut Vec<u32>,
    ) -> Result<bool, ExecError> {
        let mut from = current.from;
        let more = match &mut self.table {
            Some(table) => table.find(graph, current.sought(), &mut from, room, found),
            None => scan(ctx, graph, current, &mut from, room, found)?,
        };
        current.from = from;
        Ok(more)
    }
}

/// The same without a table: the graph is asked page by page.
fn scan(
    ctx: &Context,
    graph: &Graph,
    current: &Current,
    from: &mut u32,
    room: usize,
    found: &mut Vec<u32>,
) -> Result<bool, ExecError> {
    if current.sought().any(Value::is_null) {
        return Ok(false);
    }
    let keys = current.what.keys.iter().zip(current.sought());
    let condition =
        |(key, value): (&_, &Value)| Condition { key: *key, comparison: Comparison::Same, operand: value.clone() };
    let conditions: Vec<Condition> = keys.map(condition).collect();
    let mut cursor = ScanCursor(*from);
    let enough = found.len() + room;
    while found.len() < enough {
        let Some(stretch) = graph.scan_node_page(current.what.label, &conditions, &mut cursor) else {
            return Ok(false);
        };
        ctx.budget.steps(Stretch::MAX_LEN)?;
        stretch.append_to(found);
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
        let Some(what) = self.what(ctx) else {
            // Nothing is looked up: all rows are done.
            let row = rows.len;
            return Ok(Current { rows, values: Vec::new(), what: What::default(), row, from: 0 });
        };
        let graph = ctx.view(self.segment);
        let values = self.values(ctx, &graph, &rows)?;
        self.prepare(ctx, &graph, &what, rows.len)?;
        Ok(Current { rows, values, what, row: 0, from: 0 })
    }

    fn more(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let graph = ctx.view(self.segment);
        if let Some(table) = &mut self.table {
            table.follow(ctx, &graph)?;
        }
        let batch_rows = self.wanted.batch_rows(ctx);
        let (mut rows, mut slots) = (Vec::new(), Vec::new());
        while slots.len() < batch_rows && current.row < current.rows.len {
            let room = batch_rows - slots.len();
            let more = !self.wanted.is_done(ctx, &current.rows, current.row)
                && self.find(ctx, &graph, current, room, &mut slots)?;
            rows.resize(slots.len(), row_number(current.row));
            if !more {
                current.go_on();
                ctx.budget.step()?;
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
