//! Gather: the rows of its input, of which several threads may make some at a time. Order kept; holds what others have
//! made before its turn.

mod crew;
mod morsels;
mod queue;

pub(super) use crew::{Crew, Work};
pub(super) use morsels::Morsels;

use super::{Input, Scope, Source};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::physical::Operator;

pub(super) struct Gather(Crew<Section>);

impl Gather {
    pub(super) fn new(operator: &Operator, morsels: Morsels, scope: Scope, ctx: &Context) -> Self {
        Self(Crew::new(operator, morsels, scope, ctx))
    }
}

impl Source for Gather {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        self.0.next(ctx)
    }

    fn rewind(&mut self, ctx: &Context) {
        self.0.rewind(ctx);
    }
}

/// A section of a plan, run for one part of a scan after the other.
struct Section(Input);

impl Work for Section {
    type Item = Batch;

    fn new(operator: &Operator, scope: Scope, ctx: &Context) -> Self {
        Self(Input::whole(&operator.inputs[0], scope, ctx))
    }

    fn begin(&mut self, ctx: &Context) {
        self.0.rewind(ctx);
    }

    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        self.0.next(ctx)
    }

    fn size_bytes(batch: &Batch) -> usize {
        batch.size_bytes()
    }
}
