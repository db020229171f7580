//! Union: the rows of one input after those of the other. Order within each kept; holds nothing.
//!
//! Where an input writes, each reads a snapshot of its own: the later one begins when the earlier one is done.

use super::{Scope, Source, compile, writes};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::context::{Context, Segment};
use crate::physical::Operator;

pub(super) struct Union {
    inputs: Vec<Box<dyn Source>>,
    carry: Vec<usize>,
    current: usize,
    segments: Vec<Segment>,
}

impl Union {
    pub(super) fn new(operator: &Operator, scope: Scope, ctx: &Context) -> Self {
        let mut segments = Vec::new();
        let mut inputs = Vec::with_capacity(operator.inputs.len());
        let writes = writes(operator);
        for input in &operator.inputs {
            let mut scope = scope;
            if writes {
                scope.segment = ctx.new_segment();
                segments.push(scope.segment);
            }
            inputs.push(compile(input, scope, ctx));
        }
        Self { inputs, carry: operator.carry.clone(), current: 0, segments }
    }
}

impl Source for Union {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        while let Some(input) = self.inputs.get_mut(self.current) {
            if let Some(batch) = input.next(ctx)? {
                let len = batch.len;
                return Ok(Some(Batch::new(batch.carry(&self.carry), len)));
            }
            self.current += 1;
        }
        Ok(None)
    }

    fn rewind(&mut self, ctx: &Context) {
        for input in &mut self.inputs {
            input.rewind(ctx);
        }
        for segment in &self.segments {
            ctx.refresh(*segment);
        }
        self.current = 0;
    }
}
