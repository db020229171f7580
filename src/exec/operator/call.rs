//! Call: a row for each row of a procedure, called for each input row. Order kept; holds one input batch.

use std::ops::Range;
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
use crate::function::{Answer, FunctionError, Procedure, Table, Vector};
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
    /// What the body of the call in hand has counted: it may be kept until the last row is taken.
    answer: Held,
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
    answer: Option<Open>,
}

/// An answer, and how many rows of it were taken.
struct Open {
    answer: Answer,
    taken: usize,
}

/// The batch that is being made: of rows one by one, or of pieces of tables, and not of both.
struct Made {
    /// Of the input, for each row.
    rows: Vec<u32>,
    values: Vec<Vec<Value>>,
    columns: Vec<Column>,
    len_bytes: usize,
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
            answer: Held::default(),
        }
    }

    /// Calls the procedure for the current row, and holds what its answer may keep.
    fn open(&mut self, env: &Env, current: &mut Current) -> Result<Open, ExecError> {
        let budget = &env.ctx.budget;
        let made = budget.made();
        let answer = self.call(env, current)?;
        let counted = budget.made() - made;
        budget.settle(made);
        self.answer.set(budget, usize::try_from(counted).unwrap_or(usize::MAX))?;
        Ok(Open { answer, taken: 0 })
    }

    fn call(&mut self, env: &Env, current: &mut Current) -> Result<Answer, ExecError> {
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
        let env = Env { outputs: Some(&self.outputs), ..Env::new(env.ctx, env.graph) };
        let Some(Clocked { part, .. }) = &current.part else { return Ok((self.procedure.body)(&env, &arguments)?) };
        let env = Env { part: Some(part), ..env };
        let answer = (self.procedure.body)(&env, &arguments);
        if part.is_cut_short() {
            env.ctx.budget.check()?;
            return Err(FunctionError::Cancelled.into());
        }
        lens::warn_of(&env, part.odd());
        Ok(answer?)
    }

    /// Takes rows of an answer, as many as fit; false if there are no more.
    fn take(&self, ctx: &Context, open: &mut Open, input: usize, made: &mut Made) -> Result<bool, ExecError> {
        match &mut open.answer {
            // A procedure without outputs lets each row pass once.
            Answer::Rows(rows) if self.procedure.outputs.is_empty() => {
                rows.try_for_each(|row| row.map(drop))?;
                made.rows.push(row_number(input));
                Ok(false)
            }
            Answer::Rows(rows) => {
                while !made.is_full() {
                    ctx.budget.step()?;
                    let Some(row) = rows.next() else { return Ok(false) };
                    made.push(ctx, input, &row?, &self.outputs)?;
                }
                Ok(true)
            }
            Answer::Table(table) => {
                let end = table.len().min(open.taken + BATCH_ROWS - made.rows.len());
                made.append(ctx, input, table, open.taken..end, &self.outputs)?;
                open.taken = end;
                Ok(end < table.len())
            }
        }
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
        let mut made = Made::new(self.outputs.len());
        while current.row < current.batch.len && !made.is_full() {
            ctx.budget.step()?;
            let mut open = match current.answer.take() {
                Some(open) => open,
                None => self.open(&env, current)?,
            };
            if !made.takes(&open.answer) {
                current.answer = Some(open);
                break;
            }
            if self.take(ctx, &mut open, current.row, &mut made)? {
                current.answer = Some(open);
            } else {
                self.answer.clear(&ctx.budget);
                current.row += 1;
            }
        }
        let mut columns = current.batch.gather(&self.input.carry, &made.rows);
        let len = made.rows.len();
        columns.extend(made.into_columns().zip(&self.kinds).map(|(column, kind)| column.into_kind(*kind, ctx)));
        Ok(Batch::new(columns, len))
    }

    fn is_done(current: &Current) -> bool {
        current.row >= current.batch.len
    }

    fn forget(&mut self, ctx: &Context, _current: Option<Current>) {
        self.held.clear(&ctx.budget);
        self.answer.clear(&ctx.budget);
    }
}

impl Made {
    fn new(width: usize) -> Self {
        Self { rows: Vec::new(), values: vec![Vec::new(); width], columns: Vec::new(), len_bytes: 0 }
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= BATCH_ROWS || self.len_bytes >= BATCH_BYTES
    }

    /// Whether rows of this answer can stand behind those that are there.
    fn takes(&self, answer: &Answer) -> bool {
        match answer {
            Answer::Rows(_) => self.columns.is_empty(),
            Answer::Table(_) => self.values.iter().all(Vec::is_empty),
        }
    }

    fn push(&mut self, ctx: &Context, input: usize, row: &[Value], outputs: &[usize]) -> Result<(), ExecError> {
        let row_bytes = size_of_val(row) + row.iter().map(Value::payload_bytes).sum::<usize>();
        ctx.budget.bytes(row_bytes)?;
        self.len_bytes += row_bytes;
        self.rows.push(row_number(input));
        for (values, &output) in self.values.iter_mut().zip(outputs) {
            values.push(ctx.budget.value(row.get(output).cloned().unwrap_or_default())?);
        }
        Ok(())
    }

    /// Adds rows of a table.
    fn append(
        &mut self,
        ctx: &Context,
        input: usize,
        table: &Table,
        rows: Range<usize>,
        outputs: &[usize],
    ) -> Result<(), ExecError> {
        ctx.budget.bytes(rows.len() * outputs.len() * size_of::<i64>())?;
        self.rows.resize(self.rows.len() + rows.len(), row_number(input));
        let pieces = outputs.iter().map(|output| piece(table.column(*output), rows.clone()));
        if self.columns.is_empty() {
            self.columns = pieces.collect();
        } else {
            self.columns.iter_mut().zip(pieces).for_each(|(column, piece)| column.append(piece, ctx));
        }
        Ok(())
    }

    fn into_columns(self) -> impl Iterator<Item = Column> {
        let is_of_tables = !self.columns.is_empty();
        let values = if is_of_tables { Vec::new() } else { self.values };
        self.columns.into_iter().chain(values.into_iter().map(typed))
    }
}

fn piece(vector: &Vector, rows: Range<usize>) -> Column {
    match vector {
        Vector::Nodes(slots) => Column::Nodes(slots[rows].to_vec()),
        Vector::Integers(numbers) => Column::Integers(numbers[rows].to_vec(), Vec::new()),
        Vector::Floats(numbers) => Column::Floats(numbers[rows].to_vec(), Vec::new()),
    }
}
