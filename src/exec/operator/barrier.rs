//! Barrier: all input is consumed before the first row goes on; what follows reads the graph as it is then.
//! Order kept; holds all rows.

use std::collections::VecDeque;

use super::delete::flush_deleted;
use super::{Input, Scope, Source};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::context::{Context, Segment};
use crate::physical::Operator;

pub(super) struct Barrier {
    input: Input,
    below: Segment,
    above: Segment,
    held: Option<VecDeque<Batch>>,
}

impl Barrier {
    pub(super) fn new(operator: &Operator, scope: Scope, ctx: &Context) -> Self {
        let below = ctx.new_segment();
        let input = Input::of(operator, Scope { segment: below, ..scope }, ctx);
        Self { input, below, above: scope.segment, held: None }
    }

    fn fill(&mut self, ctx: &Context) -> Result<VecDeque<Batch>, ExecError> {
        let mut held = VecDeque::new();
        while let Some(batch) = self.input.next(ctx)? {
            ctx.budget.bytes(batch.size_bytes())?;
            let len = batch.len;
            held.push_back(Batch::new(batch.carry(&self.input.carry), len));
        }
        flush_deleted(ctx)?;
        ctx.refresh(self.below);
        ctx.refresh(self.above);
        Ok(held)
    }
}

impl Source for Barrier {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        if self.held.is_none() {
            self.held = Some(self.fill(ctx)?);
        }
        Ok(self.held.as_mut().and_then(VecDeque::pop_front))
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
        self.held = None;
        ctx.refresh(self.below);
    }
}
