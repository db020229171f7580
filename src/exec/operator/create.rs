//! Create: new elements for each row. Order kept; holds one batch.

use std::sync::Arc;

use super::cite;
use super::draw::{Nulls, make, prepare};
use super::travel::end_column;
use super::{Input, Scope, Source};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::exec::eval::Frame;
use crate::physical::{Cite, ColumnKind, Draw, Operator};
use crate::storage::End;

pub(super) struct Create {
    input: Input,
    draws: Arc<[Draw]>,
    cite: Option<Cite>,
}

impl Create {
    pub(super) fn new(
        operator: &Operator,
        draws: &Arc<[Draw]>,
        cite: Option<&Cite>,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        Self { input: Input::of(operator, scope, ctx), draws: Arc::clone(draws), cite: cite.cloned() }
    }
}

impl Source for Create {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        let prepared = prepare(ctx, &self.draws, &Frame::of(&batch.columns, batch.len), Nulls::LeftOut)?;
        let mut made: Vec<Vec<End>> = vec![Vec::with_capacity(batch.len); self.draws.len()];
        let mut drawn = Vec::with_capacity(self.draws.len());
        for row in 0..batch.len {
            drawn.clear();
            make(ctx, &prepared, &batch, row, row, &mut drawn)?;
            if let Some(cite) = &self.cite {
                cite::cite(ctx, cite, &batch, row, &drawn, true)?;
            }
            for (made, end) in made.iter_mut().zip(&drawn) {
                made.push(*end);
            }
        }
        ctx.budget.rows(batch.len)?;
        let len = batch.len;
        let mut columns = batch.carry(&self.input.carry);
        for (draw, ends) in self.draws.iter().zip(made) {
            let kind = match draw {
                Draw::Node { .. } => ColumnKind::Node,
                Draw::Rel { .. } => ColumnKind::Rel,
            };
            columns.push(end_column(ends, kind));
        }
        Ok(Some(Batch::new(columns, len)))
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}
