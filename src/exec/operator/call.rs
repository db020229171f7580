//! Call: a row for each row of a procedure, called for each input row. Order kept; holds one input batch.

use std::sync::Arc;

use super::fan::Fan;
use super::{Input, Scope, row_number};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment, View};
use crate::exec::eval::lens::{self, Stretch};
use crate::exec::eval::{Frame, evaluate, typed};
use crate::exec::host::Env;
use crate::expr::Lens;
use crate::function::{FunctionError, Procedure, ProcedureRows};
use crate::physical::{self, ColumnKind, Operator, Scalar};
use crate::storage::Part;
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
    /// The part of the graph that is in hand.
    held: Held,
}

/// Rows of so many bytes are a batch, few as they may be.
const BATCH_BYTES: usize = 16 << 20;

/// A batch on its way.
pub(super) struct Current {
    batch: Batch,
    arguments: Vec<Column>,
    /// What the rows are held against; none: all of the graph is seen.
    lenses: Vec<Stretch>,
    part: Option<Clocked>,
    row: usize,
    /// What the call for the current row has yet to give.
    answer: Option<ProcedureRows>,
}

/// What calls see of a root, kept for those that see the same.
struct Clocked {
    root: View,
    part: Part,
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
            held: Held::default(),
        }
    }

    fn call(&mut self, env: &Env, current: &mut Current) -> Result<ProcedureRows, ExecError> {
        self.look_through(env, current)?;
        let given = current.arguments.iter().map(|column| column.value(current.row, env.ctx));
        let inputs = &self.procedure.inputs;
        let arguments: Vec<Value> = given.zip(inputs).map(|(value, input)| as_type(value, &input.value_type)).collect();
        for (argument, input) in arguments.iter().zip(inputs) {
            input.check(argument).map_err(|message| {
                let class = ErrorClass::new(ErrorKind::Type, "InvalidArgumentType");
                FunctionError::said_by(&self.procedure.name, class, &message)
            })?;
        }
        let Some(Clocked { part, .. }) = &current.part else { return Ok((self.procedure.body)(env, &arguments)?) };
        let env = Env { part: Some(part), ..Env::new(env.ctx, env.graph) };
        let answer = (self.procedure.body)(&env, &arguments);
        if part.is_cut_short() {
            env.ctx.budget.check()?;
            return Err(FunctionError::Cancelled.into());
        }
        lens::warn_of(&env, part.odd());
        Ok(answer?)
    }

    /// Has at hand what the call for the current row is to see.
    fn look_through(&mut self, env: &Env, current: &mut Current) -> Result<(), ExecError> {
        let Env { ctx, graph: root, .. } = env;
        let passed = current.lenses.partition_point(|stretch| stretch.rows.1 <= current.row);
        let Some(Stretch { lens, .. }) = current.lenses.get(passed) else { return Ok(()) };
        if current.part.as_ref().is_none_or(|kept| !kept.root.is(root) || kept.part.lens() != lens) {
            let part = Part::new(root, *lens, ctx.budget.alarm());
            self.held.set(&ctx.budget, part.max_bytes())?;
            current.part = Some(Clocked { root: (*root).clone(), part });
        }
        Ok(())
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
        let lenses = if self.lens.is_empty() { Vec::new() } else { lens::stretches(&env, &self.lens, &frame)? };
        Ok(Current { batch, arguments, lenses, part: None, row: 0, answer: None })
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
                        found.push(ctx.budget.value(row.get(output).cloned().unwrap_or_default())?);
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

    fn forget(&mut self, ctx: &Context, _current: Option<Current>) {
        self.held.clear(&ctx.budget);
    }
}
