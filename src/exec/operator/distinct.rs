//! Distinct: the first of equivalent rows. Order kept; holds each distinct key, of nodes alone a bit for each that the
//! graph has.

use super::table::Table;
use super::visited::Visited;
use super::{Input, Scope, Source, row_number};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::budget::Held;
use crate::exec::column::{Column, NULL_SLOT};
use crate::exec::context::Context;
use crate::physical::{ColumnKind, Operator};

pub(super) struct Distinct {
    input: Input,
    columns: Vec<usize>,
    kinds: Vec<ColumnKind>,
    table: Table,
    /// The nodes so far, and whether there was a null, where the key is one node.
    nodes: Option<(Visited, bool)>,
    held: Held,
}

impl Distinct {
    pub(super) fn new(
        operator: &Operator,
        partition: Option<usize>,
        columns: &[usize],
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        let columns: Vec<usize> = partition.into_iter().chain(columns.iter().copied()).collect();
        let kinds: Vec<ColumnKind> = columns.iter().map(|&column| operator.inputs[0].layout[column]).collect();
        Self {
            input: Input::of(operator, scope, ctx),
            columns,
            table: Table::new(kinds.clone()),
            nodes: (kinds == [ColumnKind::Node]).then(Default::default),
            kinds,
            held: Held::default(),
        }
    }
}

impl Source for Distinct {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        while let Some(batch) = self.input.next(ctx)? {
            ctx.budget.steps(batch.len)?;
            let rows = match &mut self.nodes {
                Some((visited, null)) => {
                    let rows = new_nodes(&batch.columns[self.columns[0]], visited, null);
                    self.held.set(&ctx.budget, visited.size_bytes())?;
                    rows
                }
                None => self.new_keys(&batch, ctx)?,
            };
            if rows.is_empty() {
                continue;
            }
            let len = rows.len();
            return Ok(Some(Batch::new(batch.gather(&self.input.carry, &rows), len)));
        }
        Ok(None)
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
        self.table = Table::new(self.kinds.clone());
        self.nodes = self.nodes.take().map(|_| Default::default());
        self.held.clear(&ctx.budget);
    }
}

impl Distinct {
    /// The rows whose key has not been there.
    fn new_keys(&mut self, batch: &Batch, ctx: &Context) -> Result<Vec<u32>, ExecError> {
        let known = self.table.len();
        self.held.set(&ctx.budget, self.table.size_bytes() + self.table.growth_bytes(batch.len))?;
        let columns: Vec<&Column> = self.columns.iter().map(|&column| &batch.columns[column]).collect();
        let numbers = self.table.numbers(&columns, batch.len, ctx, &ctx.budget)?;
        self.held.set(&ctx.budget, self.table.size_bytes())?;
        let mut next = known;
        let mut rows = Vec::new();
        for (row, number) in numbers.into_iter().enumerate() {
            // Numbers are given in the order of first sight: a new key has the next one.
            if number as usize == next {
                next += 1;
                rows.push(row_number(row));
            } else if planted!("DISTINCT keeps every null") && columns.iter().any(|column| column.is_null(row)) {
                rows.push(row_number(row));
            }
        }
        Ok(rows)
    }
}

/// The rows whose node has not been there.
fn new_nodes(column: &Column, visited: &mut Visited, null: &mut bool) -> Vec<u32> {
    let Column::Nodes(slots) = column else { unreachable!("a column of nodes holds nodes") };
    // How many nodes there are is not asked: the bits grow with what comes.
    visited.widen(0);
    let mut rows = Vec::with_capacity(slots.len());
    for (row, &slot) in slots.iter().enumerate() {
        let is_new = if slot == NULL_SLOT {
            !std::mem::replace(null, true) || planted!("DISTINCT keeps every null")
        } else {
            visited.insert(slot)
        };
        if is_new {
            rows.push(row_number(row));
        }
    }
    rows
}
