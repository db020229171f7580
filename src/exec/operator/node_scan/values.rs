//! `CountValues`: for each input row the values of a property that the nodes of a scan have, in the order of first sight, each
//! with the number of nodes. A value comes again where what was counted was handed on; the aggregate behind adds up.

use super::{Current, NodeScan};
use crate::catalog::KeyId;
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::Column;
use crate::exec::context::{Context, View};
use crate::exec::eval::from_vector;
use crate::exec::operator::fan::Fan;
use crate::exec::operator::{Input, row_number};
use crate::physical::KeyRef;
use crate::storage::{CodeCounts, Stretch};
use crate::value::Value;

pub(in crate::exec::operator) struct CountValues {
    scan: NodeScan,
    key: KeyRef,
}

/// The input batch that is scanned for.
pub(in crate::exec::operator) struct Counting {
    scanned: Current,
    /// `None` if the graph does not know it: all values are null.
    key: Option<KeyId>,
    /// What was counted and not handed on; `None` if values are read one by one.
    counts: Option<CodeCounts>,
    /// Nodes whose values are to be read one by one, behind what was counted before them.
    waiting: Option<Stretch>,
}

impl CountValues {
    pub(in crate::exec::operator) fn new(scan: NodeScan, key: KeyRef) -> Self {
        Self { scan, key }
    }

    /// Rows for the input row in hand.
    fn rows(&self, current: &Current, value: Column, count: Vec<i64>) -> Batch {
        let len = count.len();
        let carry = &self.scan.input.carry;
        let rows = if carry.is_empty() { Vec::new() } else { vec![row_number(current.row); len] };
        let mut columns = current.rows.gather(carry, &rows);
        columns.push(value);
        columns.push(Column::Integers(count, Vec::new()));
        Batch::new(columns, len)
    }
}

impl Counting {
    /// Counts on until there is something to hand on: at the end of the graph, or before values that are not counted.
    fn count(&mut self, ctx: &Context, graph: &View) -> Result<Option<(Column, Vec<i64>)>, ExecError> {
        while self.waiting.is_none() {
            let Some(stretch) = self.scanned.stretch(ctx, graph)? else { return Ok(self.counted()) };
            if stretch.is_empty() {
                continue;
            }
            let is_counted = match (&mut self.counts, self.key) {
                (Some(counts), Some(key)) => graph.count_codes(&stretch, key, counts),
                _ => false,
            };
            if !is_counted {
                self.waiting = Some(stretch);
                return Ok(self.counted());
            }
        }
        Ok(self.waiting.take().map(|stretch| self.one_by_one(graph, &stretch)))
    }

    fn counted(&mut self) -> Option<(Column, Vec<i64>)> {
        let (codes, counts) = self.counts.as_mut()?.take();
        (!counts.is_empty()).then(|| (Column::Texts(codes), counts))
    }

    fn one_by_one(&self, graph: &View, stretch: &Stretch) -> (Column, Vec<i64>) {
        let len = stretch.len();
        let Some(key) = self.key else { return (Column::Constant(Value::Null, 1), vec![i64::from(row_number(len))]) };
        let mut slots = Vec::with_capacity(len);
        stretch.append_to(&mut slots);
        (from_vector(graph.gather_node_property(&slots, key)), vec![1; len])
    }
}

impl Fan for CountValues {
    type Current = Counting;

    fn input(&mut self) -> &mut Input {
        self.scan.input()
    }

    fn begin(&mut self, ctx: &Context, rows: Batch) -> Result<Counting, ExecError> {
        let key = ctx.key(self.key);
        let graph = ctx.view(self.scan.segment);
        let counts = key.and_then(|key| graph.code_counts(key));
        Ok(Counting { scanned: self.scan.begin(ctx, rows)?, key, counts, waiting: None })
    }

    fn more(&mut self, ctx: &Context, current: &mut Counting) -> Result<Batch, ExecError> {
        let graph = ctx.view(self.scan.segment);
        while !Self::is_done(current) {
            let is_wanted = !self.scan.wanted.is_done(ctx, &current.scanned.rows, current.scanned.row);
            let counted = if is_wanted { current.count(ctx, &graph)? } else { None };
            match counted {
                Some((value, count)) => return Ok(self.rows(&current.scanned, value, count)),
                None if current.waiting.is_some() => {}
                None => current.scanned.turn_over(ctx)?,
            }
        }
        Ok(Batch::new(Vec::new(), 0))
    }

    fn is_done(current: &Counting) -> bool {
        NodeScan::is_done(&current.scanned)
    }
}
