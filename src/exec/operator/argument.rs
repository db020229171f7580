//! Argument: the rows that a plan is run for. Order kept; holds nothing.

use super::{Scope, Source};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::context::{ArgumentId, Context};

pub(super) struct Argument {
    argument: ArgumentId,
    done: bool,
}

impl Argument {
    pub(super) fn new(scope: Scope) -> Self {
        Self::of(scope.argument)
    }

    pub(super) fn of(argument: ArgumentId) -> Self {
        Self { argument, done: false }
    }
}

impl Source for Argument {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let rows = ctx.argument(self.argument);
        Ok((rows.len > 0).then(|| (*rows).clone()))
    }

    fn rewind(&mut self, _: &Context) {
        self.done = false;
    }
}

/// No rows.
pub(super) struct Empty;

impl Source for Empty {
    fn next(&mut self, _: &Context) -> Result<Option<Batch>, ExecError> {
        Ok(None)
    }

    fn rewind(&mut self, _: &Context) {}
}
