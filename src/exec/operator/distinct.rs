//! Distinct: the first of equivalent rows. Order kept; holds each distinct key.

use super::table::Table;
use super::{Input, Scope, Source, row_number};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::Context;
use crate::physical::{ColumnKind, Operator};

pub(super) struct Distinct {
    input: Input,
    columns: Vec<usize>,
    kinds: Vec<ColumnKind>,
    table: Table,
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
            kinds,
            held: Held::default(),
        }
    }
}

impl Source for Distinct {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        while let Some(batch) = self.input.next(ctx)? {
            ctx.budget.steps(batch.len)?;
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
        self.held.clear(&ctx.budget);
    }
}
