//! `SetState`: ASSERT and RETRACT, row by row; null is passed over. Order kept; holds nothing.

use super::{Input, Scope, Source};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::value_end;
use crate::exec::context::Context;
use crate::exec::eval::{Frame, evaluate};
use crate::exec::host::Env;
use crate::function::FunctionError;
use crate::physical::{Operator, Scalar};
use crate::storage::End;
use crate::value::Value;

pub(super) struct SetState {
    input: Input,
    asserted: bool,
    targets: Vec<Scalar>,
}

impl SetState {
    pub(super) fn new(operator: &Operator, asserted: bool, targets: &[Scalar], scope: Scope, ctx: &Context) -> Self {
        Self { input: Input::of(operator, scope, ctx), asserted, targets: targets.to_vec() }
    }

    fn set(&self, ctx: &Context, target: &Value) -> Result<(), ExecError> {
        let id = match target {
            Value::Null => return Ok(()),
            Value::Relationship(rel) => rel.id(),
            other => {
                return Err(FunctionError::Type {
                    function: if self.asserted { "ASSERT" } else { "RETRACT" },
                    expected: "a RELATIONSHIP",
                    found: other.type_name().to_owned(),
                }
                .into());
            }
        };
        let rel = value_end(target, ctx).and_then(End::as_rel).filter(|rel| !ctx.deleted.has(End::rel(*rel)));
        let rel = rel.ok_or(FunctionError::Deleted { id: id.0 })?;
        if ctx.write(|writer| writer.set_state(rel, self.asserted))? {
            let mut counters = ctx.counters.borrow_mut();
            if self.asserted {
                counters.relationships_asserted += 1;
            } else {
                counters.relationships_retracted += 1;
            }
        }
        Ok(())
    }
}

impl Source for SetState {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        ctx.budget.rows(batch.len)?;
        for target in &self.targets {
            let graph = ctx.snapshot();
            let frame = Frame::of(&batch.columns, batch.len);
            let column = evaluate(&Env::new(ctx, &graph), target, &frame)?;
            drop(graph);
            for row in 0..batch.len {
                self.set(ctx, &column.value(row, ctx))?;
            }
        }
        let len = batch.len;
        Ok(Some(Batch::new(batch.carry(&self.input.carry), len)))
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}
