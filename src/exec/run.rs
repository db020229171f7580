//! Runs a whole statement: one that reads, row by row; one that writes, to its end.

use std::fmt;
use std::sync::Arc;

use super::batch::Batch;
use super::budget::Held;
use super::commit::Commits;
use super::context::{Context, Parameters, View};
use super::counters::Counters;
use super::operator::{Input, Scope, finish_deleting};
use super::program::{Machine, Program};
use super::{ExecError, Limits, output, schema};
use crate::physical::{Operator, PlanBody};
use crate::storage::{Graph, Writer};
use crate::value::Value;

/// A reading statement on its way: it owns the root that it reads and makes rows as they are asked for.
pub(crate) struct Reading {
    program: Arc<Program>,
    ctx: Context<'static>,
    source: Input,
    graph: View,
    batch: Batch,
    row: usize,
    /// Rows that were handed out and are kept.
    kept: Held,
    done: bool,
}

/// What a reading statement has to say when there are no more rows.
pub(crate) struct Ended {
    /// The plan with its rows and times, if the run was profiled.
    pub profile: Option<String>,
    /// What has turned out to be odd; each warning once.
    pub warnings: Vec<(&'static str, String)>,
}

impl Reading {
    /// Begins to run `program` on `graph`; nothing is read yet.
    ///
    /// # Errors
    ///
    /// [`ExecError::ParameterMissing`] if a parameter of the plan is not among `parameters`.
    pub(crate) fn start(
        program: Arc<Program>,
        graph: Arc<Graph>,
        parameters: Parameters,
        limits: &Limits,
        profile: bool,
    ) -> Result<Self, ExecError> {
        let Machine { state, source } = program.begin(profile);
        let ctx = Context::reading(state, graph, parameters, limits, profile)?;
        Ok(Self::of(program, ctx, source))
    }

    /// The same by these threads, whatever the limits say.
    #[cfg(test)]
    pub(crate) fn start_with(
        threads: super::threads::Threads,
        plan: Arc<crate::physical::PhysicalPlan>,
        graph: Arc<Graph>,
        limits: &Limits,
        profile: bool,
    ) -> Result<Self, ExecError> {
        let program = Arc::new(Program::new(plan));
        let Machine { state, source } = program.begin(profile);
        let mut ctx = Context::reading(state, graph, Parameters::new(), limits, profile)?;
        ctx.use_threads(threads);
        Ok(Self::of(program, ctx, source))
    }

    fn of(program: Arc<Program>, ctx: Context<'static>, source: Option<Input>) -> Self {
        let PlanBody::Rows(root) = &ctx.plan.root else { unreachable!("a change of the schema writes") };
        let source = source.unwrap_or_else(|| compile_root(root, &ctx));
        let graph = ctx.snapshot();
        Self { program, ctx, source, graph, batch: Batch::default(), row: 0, kept: Held::default(), done: false }
    }

    /// The next row of the answer, its elements filled; `None` at the end. A statement that returns nothing has no row.
    pub(crate) fn next_row(&mut self) -> Result<Option<Vec<Value>>, ExecError> {
        while self.row >= self.batch.len {
            if self.done {
                return Ok(None);
            }
            match self.source.next(&self.ctx) {
                Ok(Some(batch)) if !self.ctx.plan.columns.is_empty() => {
                    self.batch = batch;
                    self.row = 0;
                }
                Ok(Some(_)) => {}
                Ok(None) => self.done = true,
                Err(error) => {
                    self.done = true;
                    return Err(error);
                }
            }
        }
        self.row += 1;
        output::row(&self.ctx, &self.graph, &self.batch, self.row - 1).map(Some)
    }

    /// Counts a row that the caller keeps for as long as the statement runs.
    pub(crate) fn keep(&mut self, row: &[Value]) -> Result<(), ExecError> {
        self.kept.add(&self.ctx.budget, row_bytes(row))
    }

    /// How many rows it has looked at.
    pub(crate) fn rows_used(&self) -> u64 {
        self.ctx.budget.rows_used()
    }

    /// Ends the run behind its last row.
    pub(crate) fn end(self) -> Ended {
        let Self { program, ctx, source, .. } = self;
        let profile = ctx.profile.as_ref().map(|profile| profile.show(&ctx.plan));
        let warnings = ctx.take_warnings();
        program.take_back(ctx, source);
        Ended { profile, warnings }
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("done", &self.done).finish_non_exhaustive()
    }
}

/// What a writing statement has to say.
#[derive(Debug)]
pub(crate) struct Answer {
    /// In the order of the plan's columns; elements show the state at the end of the statement.
    pub rows: Vec<Vec<Value>>,
    pub counters: Counters,
    /// Code and message.
    pub warnings: Vec<(&'static str, String)>,
    pub profile: Option<String>,
}

/// Runs `program` to its end. If it fails, the caller puts back what `writer` was; what `commits` has made visible stays.
///
/// # Errors
///
/// Whatever the statement meets; what it had written is still in `writer`.
pub(crate) fn write(
    program: &Program,
    writer: &mut Writer,
    commits: Option<&dyn Commits>,
    parameters: Parameters,
    limits: &Limits,
    profile: bool,
) -> Result<Answer, ExecError> {
    let plan = program.plan();
    let Machine { state, source } = program.begin(profile);
    let ctx = Context::writing(state, writer, commits, parameters, limits, profile)?;
    let mut batches = Vec::new();
    let mut held = Held::default();
    let source = match &plan.root {
        PlanBody::Schema(change) => {
            schema::apply(&ctx, change)?;
            None
        }
        PlanBody::Rows(root) => {
            let mut source = source.unwrap_or_else(|| compile_root(root, &ctx));
            while let Some(batch) = source.next(&ctx)? {
                if !plan.columns.is_empty() {
                    held.add(&ctx.budget, batch.size_bytes())?;
                    batches.push(batch);
                }
            }
            Some(source)
        }
    };
    finish_deleting(&ctx)?;
    ctx.write(Writer::check_statement)?;
    let answer = Answer {
        rows: rows_of(&ctx, &batches, &mut held)?,
        counters: ctx.counters.take(),
        warnings: ctx.take_warnings(),
        profile: ctx.profile.as_ref().map(|profile| profile.show(plan)),
    };
    if let Some(source) = source {
        program.take_back(ctx, source);
    }
    Ok(answer)
}

/// The rows of all batches, as the graph is in the end.
fn rows_of(ctx: &Context, batches: &[Batch], held: &mut Held) -> Result<Vec<Vec<Value>>, ExecError> {
    if batches.is_empty() {
        return Ok(Vec::new());
    }
    let graph = ctx.snapshot();
    let mut rows = Vec::with_capacity(batches.iter().map(|batch| batch.len).sum());
    for batch in batches {
        ctx.budget.steps(batch.len)?;
        for row in 0..batch.len {
            let row = output::row(ctx, &graph, batch, row)?;
            held.add(&ctx.budget, row_bytes(&row))?;
            rows.push(row);
        }
    }
    Ok(rows)
}

/// About how many bytes a row takes that is handed out.
fn row_bytes(row: &[Value]) -> usize {
    size_of::<Vec<Value>>() + size_of_val(row) + row.iter().map(Value::payload_bytes).sum::<usize>()
}

/// The outermost plan: its argument is one row without columns.
fn compile_root(root: &Operator, ctx: &Context) -> Input {
    let scope = Scope::new(ctx.new_argument(Batch::unit()), ctx.new_segment());
    Input::whole(root, scope, ctx)
}
