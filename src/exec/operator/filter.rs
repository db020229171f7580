//! Filter: the rows for which a predicate is true. Order kept; holds nothing.

use std::sync::Arc;

use super::implied::Terms;
use super::{Input, Scope, Source};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::context::{Context, Segment};
use crate::exec::eval::{Frame, count_selected, selected};
use crate::exec::host::Env;
use crate::physical::{Operator, Scalar};

pub(super) struct Filter {
    input: Input,
    predicate: Arc<Scalar>,
    /// The same in terms, if some of them may be implied by how nodes were reached.
    terms: Option<Terms>,
    segment: Segment,
}

impl Filter {
    pub(super) fn new(operator: &Operator, predicate: &Arc<Scalar>, scope: Scope, ctx: &Context) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            predicate: Arc::clone(predicate),
            terms: Terms::of(predicate, &operator.inputs[0]),
            segment: scope.segment,
        }
    }
}

impl Source for Filter {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        while let Some(batch) = self.input.next(ctx)? {
            ctx.budget.steps(batch.len)?;
            let graph = ctx.view(self.segment);
            let open = match &mut self.terms {
                None => Some(&*self.predicate),
                Some(terms) => terms.open(ctx, &graph),
            };
            let Some(predicate) = open else {
                let len = batch.len;
                return Ok(Some(Batch::new(batch.carry(&self.input.carry), len)));
            };
            let env = Env::new(ctx, &graph);
            let frame = Frame::of(&batch.columns, batch.len);
            if self.input.carry.is_empty() {
                let len = count_selected(&env, predicate, &frame)?;
                if len > 0 {
                    return Ok(Some(Batch::new(Vec::new(), len)));
                }
                continue;
            }
            let rows = selected(&env, predicate, &frame)?;
            if rows.is_empty() {
                continue;
            }
            let len = rows.len();
            let columns =
                if len == batch.len { batch.carry(&self.input.carry) } else { batch.gather(&self.input.carry, &rows) };
            return Ok(Some(Batch::new(columns, len)));
        }
        Ok(None)
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}
