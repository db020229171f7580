//! Call: a row for each row of a procedure, called for each input row. Order kept; holds one input batch.

use std::sync::Arc;

use super::fan::Fan;
use super::{Input, Scope, row_number};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::exec::eval::{Frame, checked, evaluate, lens, typed};
use crate::exec::host::Env;
use crate::expr::Lens;
use crate::function::{FunctionError, Procedure, ProcedureRows};
use crate::physical::{self, ColumnKind, Operator, Scalar};
use crate::value::{ErrorClass, ErrorKind, Type, Value};

pub(super) struct Call {
    input: Input,
    procedure: Arc<Procedure>,
    arguments: Vec<Scalar>,
    outputs: Vec<usize>,
    lens: Lens<Scalar>,
    /// Of the new columns.
    kinds: Vec<ColumnKind>,
    segment: Segment,
}

/// Rows of so many bytes are a batch, few as they may be.
const BATCH_BYTES: usize = 16 << 20;

/// A batch on its way.
pub(super) struct Current {
    batch: Batch,
    arguments: Vec<Column>,
    row: usize,
    /// What the call for the current row has yet to give.
    answer: Option<ProcedureRows>,
}

impl Call {
    pub(super) fn new(operator: &Operator, spec: &physical::Call, scope: Scope, ctx: &Context) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            procedure: Arc::clone(&spec.procedure),
            arguments: spec.arguments.clone(),
            outputs: spec.outputs.clone(),
            lens: spec.lens.clone(),
            kinds: operator.layout[operator.carry.len()..].to_vec(),
            segment: scope.segment,
        }
    }

    fn call(&self, env: &Env, current: &Current) -> Result<ProcedureRows, ExecError> {
        let given = current.arguments.iter().map(|column| column.value(current.row, env.ctx));
        let inputs = &self.procedure.inputs;
        let arguments: Vec<Value> = given.zip(inputs).map(|(value, input)| as_type(value, &input.value_type)).collect();
        for (argument, input) in arguments.iter().zip(inputs) {
            input.check(argument).map_err(|message| {
                let class = ErrorClass::new(ErrorKind::Type, "InvalidArgumentType");
                FunctionError::said_by(&self.procedure.name, class, &message)
            })?;
        }
        let frame = Frame::row(&current.batch.columns, row_number(current.row));
        let env = Env { lens: lens::of_row(env, &self.lens, &frame)?, ..Env::new(env.ctx, env.graph) };
        Ok((self.procedure.body)(&env, &arguments)?)
    }
}

/// A whole number is taken where a float is wanted.
#[expect(clippy::cast_precision_loss, reason = "the language rounds so")]
fn as_type(value: Value, wanted: &Type) -> Value {
    match (value, wanted) {
        (Value::Integer(number), Type::Float) => Value::Float(number as f64),
        (value, _) => value,
    }
}

impl Fan for Call {
    type Current = Current;

    fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    fn begin(&mut self, ctx: &Context, batch: Batch) -> Result<Current, ExecError> {
        let graph = ctx.view(self.segment);
        let env = Env::new(ctx, &graph);
        let frame = Frame::of(&batch.columns, batch.len);
        let arguments = self.arguments.iter().map(|argument| evaluate(&env, argument, &frame));
        let arguments = arguments.collect::<Result<_, _>>()?;
        Ok(Current { batch, arguments, row: 0, answer: None })
    }

    fn more(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let graph = ctx.view(self.segment);
        let env = Env::new(ctx, &graph);
        let mut rows = Vec::new();
        let mut found: Vec<Vec<Value>> = vec![Vec::new(); self.outputs.len()];
        let mut len_bytes = 0;
        while current.row < current.batch.len && rows.len() < BATCH_ROWS && len_bytes < BATCH_BYTES {
            ctx.budget.step()?;
            let mut answer = match current.answer.take() {
                Some(answer) => answer,
                None => self.call(&env, current)?,
            };
            // A procedure without outputs lets each row pass once.
            if self.procedure.outputs.is_empty() {
                answer.by_ref().try_for_each(|row| row.map(drop))?;
                rows.push(row_number(current.row));
                current.row += 1;
                continue;
            }
            match answer.next() {
                None => current.row += 1,
                Some(row) => {
                    let row = row?;
                    let row_bytes = size_of_val(&row[..]) + row.iter().map(Value::payload_bytes).sum::<usize>();
                    ctx.budget.bytes(row_bytes)?;
                    len_bytes += row_bytes;
                    rows.push(row_number(current.row));
                    for (found, &output) in found.iter_mut().zip(&self.outputs) {
                        found.push(checked(row.get(output).cloned().unwrap_or_default())?);
                    }
                    current.answer = Some(answer);
                }
            }
        }
        let mut columns = current.batch.gather(&self.input.carry, &rows);
        let made = found.into_iter().zip(&self.kinds);
        columns.extend(made.map(|(values, kind)| typed(values).into_kind(*kind, ctx)));
        Ok(Batch::new(columns, rows.len()))
    }

    fn is_done(current: &Current) -> bool {
        current.row >= current.batch.len
    }
}
