//! What operators share that make any number of rows for each row of their input: an input batch is kept until all its
//! rows are done, and rows are handed on whenever they are about a batch.

use super::{Input, Source};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::context::Context;

/// How many rows an operator makes for a row is its own business; when it is asked, [`Fanned`]'s.
pub(super) trait Fan: Send {
    /// An input batch, and how far it is done.
    type Current: Send;

    fn input(&mut self) -> &mut Input;

    /// Whether input can still give rows; asked before any is read.
    fn wants_input(&mut self, _ctx: &Context) -> Result<bool, ExecError> {
        Ok(true)
    }

    fn begin(&mut self, ctx: &Context, batch: Batch) -> Result<Self::Current, ExecError>;

    /// The next rows for the batch in hand, about as many as a batch has; there may be none.
    fn more(&mut self, ctx: &Context, current: &mut Self::Current) -> Result<Batch, ExecError>;

    fn is_done(current: &Self::Current) -> bool;

    /// Lets go what is held for the batch in hand, or beyond it.
    fn forget(&mut self, _ctx: &Context, _current: Option<Self::Current>) {}
}

/// A [`Fan`] as a source of rows.
pub(super) struct Fanned<F: Fan> {
    fan: F,
    current: Option<F::Current>,
}

impl<F: Fan> Fanned<F> {
    pub(super) fn new(fan: F) -> Self {
        Self { fan, current: None }
    }
}

impl<F: Fan> Source for Fanned<F> {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        while self.current.is_some() || self.fan.wants_input(ctx)? {
            let mut current = match self.current.take() {
                Some(current) => current,
                None => match self.fan.input().next(ctx)? {
                    Some(batch) => self.fan.begin(ctx, batch)?,
                    None => return Ok(None),
                },
            };
            let made = self.fan.more(ctx, &mut current).and_then(|made| ctx.budget.rows(made.len).map(|()| made));
            if made.is_err() || F::is_done(&current) {
                self.fan.forget(ctx, Some(current));
            } else {
                self.current = Some(current);
            }
            let made = made?;
            if made.len > 0 {
                return Ok(Some(made));
            }
        }
        Ok(None)
    }

    fn rewind(&mut self, ctx: &Context) {
        self.fan.input().rewind(ctx);
        let current = self.current.take();
        self.fan.forget(ctx, current);
    }
}
