//! Project: a column for each expression. Order kept; holds nothing.

use std::sync::Arc;

use super::{Input, Scope, Source};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::context::{Context, Segment};
use crate::exec::eval::{Frame, evaluate};
use crate::exec::host::Env;
use crate::physical::{ColumnKind, Operator, Scalar};

pub(super) struct Project {
    input: Input,
    items: Arc<[(Scalar, ColumnKind)]>,
    segment: Segment,
}

impl Project {
    pub(super) fn new(operator: &Operator, items: &Arc<[(Scalar, ColumnKind)]>, scope: Scope, ctx: &Context) -> Self {
        Self { input: Input::of(operator, scope, ctx), items: Arc::clone(items), segment: scope.segment }
    }
}

impl Source for Project {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        ctx.budget.steps(batch.len)?;
        let graph = ctx.view(self.segment);
        let env = Env::new(ctx, &graph);
        let frame = Frame::of(&batch.columns, batch.len);
        let mut made = Vec::with_capacity(self.items.len());
        for (scalar, kind) in &*self.items {
            made.push(evaluate(&env, scalar, &frame)?.into_kind(*kind, ctx));
        }
        let len = batch.len;
        if self.input.carry.is_empty() {
            return Ok(Some(Batch::new(made, len)));
        }
        let mut columns = batch.carry(&self.input.carry);
        columns.extend(made);
        Ok(Some(Batch::new(columns, len)))
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}
