//! Union: the rows of one input after those of the other. Order within each kept; holds nothing.

use super::{Scope, Source, compile};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::physical::Operator;

pub(super) struct Union {
    inputs: Vec<Box<dyn Source>>,
    carry: Vec<usize>,
    current: usize,
}

impl Union {
    pub(super) fn new(operator: &Operator, scope: Scope, ctx: &Context) -> Self {
        Self {
            inputs: operator.inputs.iter().map(|input| compile(input, scope, ctx)).collect(),
            carry: operator.carry.clone(),
            current: 0,
        }
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
        self.inputs.iter_mut().for_each(|input| input.rewind(ctx));
        self.current = 0;
    }
}
