//! Merge: row by row, what the inner plan finds or else what the draws make. Each row sees the ones before.
//! Order kept; holds one batch.

use super::apply::argument_rows;
use super::cite::cite;
use super::draw::{Nulls, inner_scope, make, prepare, warn_of_quoted_twins};
use super::set::set_row;
use super::travel::end_column;
use super::{Input, Scope, Source, row_number};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::Context;
use crate::exec::eval::Frame;
use crate::physical::{self, Cite, ColumnKind, Draw, Operator, SetItem};

pub(super) struct Merge {
    input: Input,
    inner: Input,
    scope: Scope,
    imports: Vec<usize>,
    draws: Vec<Draw>,
    bindings: Vec<(usize, usize)>,
    /// Of the new columns.
    kinds: Vec<ColumnKind>,
    on_create: Vec<SetItem>,
    on_match: Vec<SetItem>,
    cite: Option<Cite>,
    held: Held,
}

impl Merge {
    pub(super) fn new(operator: &Operator, spec: &physical::Merge, scope: Scope, ctx: &Context) -> Self {
        let inner = inner_scope(ctx);
        Self {
            input: Input::of(operator, scope, ctx),
            inner: Input::whole(&spec.inner, inner, ctx),
            scope: inner,
            imports: spec.imports.clone(),
            draws: spec.draws.clone(),
            bindings: spec.bindings.clone(),
            kinds: operator.layout[operator.carry.len()..].to_vec(),
            on_create: spec.on_create.clone(),
            on_match: spec.on_match.clone(),
            cite: spec.cite.clone(),
            held: Held::default(),
        }
    }

    /// What the inner plan finds for one row, as the new columns.
    fn find(&mut self, ctx: &Context, row: &Batch) -> Result<Option<Batch>, ExecError> {
        ctx.set_argument(self.scope.argument, argument_rows(row, &self.imports));
        self.inner.rewind(ctx);
        self.held.clear(&ctx.budget);
        let mut found = Batch::default();
        while let Some(batch) = self.inner.next(ctx)? {
            let columns = self.bindings.iter().map(|&(column, _)| batch.columns[column].clone()).collect();
            let batch = Batch::new(columns, batch.len);
            self.held.add(&ctx.budget, batch.size_bytes())?;
            found.append(batch, ctx);
        }
        // The snapshot is let go, so that writing need not copy what it shares.
        ctx.refresh(self.scope.segment);
        Ok((found.len > 0 && !planted!("MERGE makes what is there")).then_some(found))
    }

    fn merge_row(&mut self, ctx: &Context, batch: &Batch, row: usize) -> Result<Batch, ExecError> {
        let one = batch.slice(row, 1);
        let found = self.find(ctx, &one)?;
        let created = found.is_none();
        // Each match is a row, whether anything of it is looked at or not.
        let (len, new) = match found {
            Some(found) => (found.len, found.columns),
            None => (1, self.create(ctx, &one)?),
        };
        let mut columns = one.gather(&self.input.carry, &vec![0; len]);
        columns.extend(new);
        let rows = Batch::new(columns, len);
        let items =
            if created || planted!("a match does what ON CREATE says") { &self.on_create } else { &self.on_match };
        for row in 0..rows.len {
            set_row(ctx, items, &rows, row_number(row))?;
            if let Some(citation) = &self.cite {
                cite(ctx, citation, &rows, row, &[], created)?;
            }
        }
        Ok(rows)
    }

    fn create(&self, ctx: &Context, one: &Batch) -> Result<Vec<Column>, ExecError> {
        let prepared = prepare(ctx, &self.draws, &Frame::of(&one.columns, 1), Nulls::Refused)?;
        let mut made = Vec::with_capacity(self.draws.len());
        make(ctx, &prepared, one, 0, 0, &mut made)?;
        warn_of_quoted_twins(ctx, &self.draws, &made);
        let columns = self.bindings.iter().zip(&self.kinds);
        Ok(columns.map(|(&(_, draw), kind)| end_column(vec![made[draw]], *kind)).collect())
    }
}

impl Source for Merge {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        let mut rows = Batch::default();
        for row in 0..batch.len {
            ctx.budget.rows(1)?;
            let merged = self.merge_row(ctx, &batch, row)?;
            ctx.budget.bytes(merged.size_bytes())?;
            rows.append(merged, ctx);
        }
        Ok(Some(rows))
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}
