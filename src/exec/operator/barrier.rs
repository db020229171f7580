//! Barrier: all input is consumed before the first row goes on; what follows reads the graph as it is then.
//! Order kept; holds all rows.

use std::collections::VecDeque;

use super::delete::flush_deleted;
use super::{Input, Scope, Source};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::budget::Held;
use crate::exec::context::{Context, Segment};
use crate::physical::Operator;

pub(super) struct Barrier {
    input: Input,
    below: Segment,
    above: Segment,
    rows: Option<VecDeque<Batch>>,
    held: Held,
}

impl Barrier {
    pub(super) fn new(operator: &Operator, scope: Scope, ctx: &Context) -> Self {
        let below = ctx.new_segment();
        let input = Input::of(operator, Scope { segment: below, ..scope }, ctx);
        Self { input, below, above: scope.segment, rows: None, held: Held::default() }
    }

    fn fill(&mut self, ctx: &Context) -> Result<VecDeque<Batch>, ExecError> {
        let mut rows = VecDeque::new();
        while let Some(batch) = self.input.next(ctx)? {
            self.held.add(&ctx.budget, batch.size_bytes())?;
            let len = batch.len;
            rows.push_back(Batch::new(batch.carry(&self.input.carry), len));
        }
        flush_deleted(ctx)?;
        ctx.refresh(self.below);
        ctx.refresh(self.above);
        Ok(rows)
    }
}

impl Source for Barrier {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        if self.rows.is_none() {
            self.rows = Some(self.fill(ctx)?);
        }
        let batch = self.rows.as_mut().and_then(VecDeque::pop_front);
        if batch.is_none() {
            self.held.clear(&ctx.budget);
        }
        Ok(batch)
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
        self.rows = None;
        self.held.clear(&ctx.budget);
        ctx.refresh(self.below);
    }
}
