//! In transactions: the inner plan over so many outer rows at a time, each time committed by itself. Order kept; holds a
//! batch of outer rows and all that the inner plan gives for it, which is known only when it has run to its end.
//!
//! The outer rows are read from the root as it is when the first of them is; the inner plan reads the newest. A batch
//! that fails is undone, and its rows go on with nulls; what ends the whole statement (a limit, a token) is no matter of
//! one batch.

use std::sync::Arc;

use super::apply::argument_rows;
use super::draw::inner_scope;
use super::rows::row_count;
use super::{Input, Scope, Source, ordinals, reads_what_it_writes, row_number};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::physical::{self, ColumnKind, OnError, Operator};
use crate::value::{ErrorKind, Value};

pub(super) struct InTransactions {
    input: Input,
    spec: Arc<physical::InTransactions>,
    inner: Input,
    inner_scope: Scope,
    /// Where inner rows have the ordinal.
    place: usize,
    /// Of the outer rows.
    segment: Segment,
    /// Of the inner columns that are taken.
    kinds: Vec<ColumnKind>,
    /// How many rows are a batch, once it is known.
    size: Option<usize>,
    /// Outer rows that were read, and how many of them are done.
    waiting: Batch,
    done: usize,
    /// Whether each row has to see what the ones before have written.
    reads_what_it_writes: bool,
    /// Whether a batch has failed and the rest is not to be run.
    is_broken: bool,
    /// The outer rows that wait.
    held: Held,
    /// What the inner plan has given for the batch in hand.
    held_inside: Held,
}

/// What became of a batch.
struct Outcome {
    is_started: bool,
    commit: Option<u64>,
    error: Option<String>,
}

impl InTransactions {
    pub(super) fn new(operator: &Operator, spec: &Arc<physical::InTransactions>, scope: Scope, ctx: &Context) -> Self {
        let inner_scope = inner_scope(ctx);
        let place = spec.inner.layout.iter().position(|kind| *kind == ColumnKind::Ordinal);
        Self {
            input: Input::of(operator, scope, ctx),
            inner: Input::whole(&spec.inner, inner_scope, ctx),
            inner_scope,
            place: place.unwrap_or(0),
            segment: scope.segment,
            kinds: spec.take.iter().map(|&column| spec.inner.layout[column]).collect(),
            size: None,
            waiting: Batch::default(),
            done: 0,
            reads_what_it_writes: reads_what_it_writes(&spec.inner),
            is_broken: false,
            held: Held::default(),
            held_inside: Held::default(),
            spec: Arc::clone(spec),
        }
    }

    fn size(&mut self, ctx: &Context) -> Result<usize, ExecError> {
        if let Some(size) = self.size {
            return Ok(size);
        }
        let count = row_count(ctx, &self.spec.rows, self.segment, "the number of rows of a transaction")?;
        if count == 0 {
            let (what, expected) = ("the number of rows of a transaction", "positive");
            return Err(ExecError::RowCount { what, expected, found: count.to_string() });
        }
        let size = usize::try_from(count).unwrap_or(usize::MAX);
        self.size = Some(size);
        Ok(size)
    }

    /// The next batch of outer rows.
    fn outer(&mut self, ctx: &Context, size: usize) -> Result<Option<Batch>, ExecError> {
        while self.waiting.len - self.done < size {
            let Some(batch) = self.input.next(ctx)? else { break };
            if self.done > 0 {
                self.waiting = self.waiting.slice(self.done, self.waiting.len - self.done);
                self.done = 0;
                self.held.set(&ctx.budget, self.waiting.size_bytes())?;
            }
            self.held.add(&ctx.budget, batch.size_bytes())?;
            self.waiting.append(batch, ctx);
        }
        let len = size.min(self.waiting.len - self.done);
        if len == 0 {
            return Ok(None);
        }
        let outer = self.waiting.slice(self.done, len);
        self.done += len;
        Ok(Some(outer))
    }

    /// All that the inner plan gives for the rows, and the number of the commit.
    fn run(&mut self, ctx: &Context, outer: &Batch) -> Result<(Batch, u64), ExecError> {
        let mut found = Batch::default();
        self.held_inside.clear(&ctx.budget);
        if self.reads_what_it_writes {
            for row in 0..outer.len {
                self.run_rows(ctx, &outer.slice(row, 1), row_number(row), &mut found)?;
            }
        } else {
            self.run_rows(ctx, outer, 0, &mut found)?;
        }
        ctx.refresh(self.inner_scope.segment);
        Ok((found, ctx.commit_batch()?))
    }

    /// Adds what the inner plan gives for these rows, of which the first has the number `first`.
    fn run_rows(&mut self, ctx: &Context, outer: &Batch, first: u32, found: &mut Batch) -> Result<(), ExecError> {
        ctx.set_argument(self.inner_scope.argument, argument_rows(outer, &self.spec.imports));
        ctx.refresh(self.inner_scope.segment);
        self.inner.rewind(ctx);
        while let Some(mut batch) = self.inner.next(ctx)? {
            if !self.spec.is_unit {
                let numbers = ordinals(&batch, self.place).iter().map(|number| first + number).collect();
                batch.columns[self.place] = Column::Ordinals(numbers);
                self.held_inside.add(&ctx.budget, batch.size_bytes())?;
                found.append(batch, ctx);
            }
        }
        Ok(())
    }

    /// What is kept by operators inside speaks of what is undone.
    fn begin_anew(&mut self, ctx: &Context) {
        self.inner.rewind(ctx);
        ctx.set_argument(self.inner_scope.argument, Batch::default());
        self.inner_scope = inner_scope(ctx);
        self.inner = Input::whole(&self.spec.inner, self.inner_scope, ctx);
    }

    /// The outer rows with what was found for each; one for which nothing was found goes on with nulls if `keeps_all`.
    fn rows(&self, ctx: &Context, outer: Batch, found: Option<Batch>, outcome: Outcome) -> Batch {
        let keeps_all = self.spec.is_optional || found.is_none();
        let (mut columns, len) = if self.spec.is_unit {
            let len = outer.len;
            (outer.carry(&self.input.carry), len)
        } else {
            let found = found.filter(|found| found.len > 0);
            let (outer_rows, picked) = self.pairs(&outer, found.as_ref(), keeps_all);
            let mut columns = outer.gather(&self.input.carry, &outer_rows);
            for (&column, &kind) in self.spec.take.iter().zip(&self.kinds) {
                columns.push(match &found {
                    None => Column::nulls(kind, outer_rows.len()),
                    Some(found) => {
                        let mut with_null = found.columns[column].clone();
                        with_null.append(Column::nulls(kind, 1), ctx);
                        with_null.gather(&picked)
                    }
                });
            }
            (columns, outer_rows.len())
        };
        if self.spec.reports {
            columns.push(Column::Constant(outcome.into_value(), len));
        }
        Batch::new(columns, len)
    }

    /// For each row made: the outer row, and the inner one or the row of nulls behind them.
    fn pairs(&self, outer: &Batch, found: Option<&Batch>, keeps_all: bool) -> (Vec<u32>, Vec<u32>) {
        let ordinals = found.map_or(&[][..], |found| ordinals(found, self.place));
        let nulls = row_number(ordinals.len());
        let mut order: Vec<u32> = (0..nulls).collect();
        order.sort_by_key(|&row| ordinals[row as usize]);
        let mut order = order.into_iter().peekable();
        let (mut outer_rows, mut picked) = (Vec::new(), Vec::new());
        for row in 0..row_number(outer.len) {
            let before = outer_rows.len();
            while let Some(inner) = order.next_if(|&inner| ordinals[inner as usize] == row) {
                outer_rows.push(row);
                picked.push(inner);
            }
            if keeps_all && outer_rows.len() == before {
                outer_rows.push(row);
                picked.push(nulls);
            }
        }
        (outer_rows, picked)
    }

    fn batch(&mut self, ctx: &Context, outer: Batch) -> Result<Batch, ExecError> {
        if self.is_broken {
            let outcome = Outcome { is_started: false, commit: None, error: None };
            return Ok(self.rows(ctx, outer, None, outcome));
        }
        let begun = ctx.begin_batch();
        match self.run(ctx, &outer) {
            Ok((found, commit)) => {
                let outcome = Outcome { is_started: true, commit: Some(commit), error: None };
                Ok(self.rows(ctx, outer, Some(found), outcome))
            }
            Err(error) if self.spec.on_error == OnError::Fail || ends_statement(&error) => Err(error),
            Err(error) => {
                ctx.roll_back_batch(begun);
                self.begin_anew(ctx);
                self.is_broken = self.spec.on_error == OnError::Break;
                let outcome = Outcome { is_started: true, commit: None, error: Some(error.to_string()) };
                Ok(self.rows(ctx, outer, None, outcome))
            }
        }
    }
}

fn ends_statement(error: &ExecError) -> bool {
    matches!(error.class().kind, ErrorKind::Limit | ErrorKind::Cancelled)
}

impl Outcome {
    fn into_value(self) -> Value {
        let text = |text: Option<String>| text.map_or(Value::Null, Value::from);
        let entries = [
            ("started", Value::Boolean(self.is_started)),
            ("committed", Value::Boolean(self.commit.is_some())),
            ("transactionId", text(self.commit.map(|number| number.to_string()))),
            ("errorMessage", text(self.error)),
        ];
        entries.into_iter().collect()
    }
}

impl Source for InTransactions {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let size = self.size(ctx)?;
        while let Some(outer) = self.outer(ctx, size)? {
            // What the outer rows have not read yet they read from here, and not from what batches have written.
            drop(ctx.view(self.segment));
            let rows = self.batch(ctx, outer)?;
            if rows.len > 0 {
                ctx.budget.rows(rows.len)?;
                return Ok(Some(rows));
            }
        }
        self.held.clear(&ctx.budget);
        self.held_inside.clear(&ctx.budget);
        Ok(None)
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
        self.held.clear(&ctx.budget);
        self.held_inside.clear(&ctx.budget);
        self.waiting = Batch::default();
        (self.done, self.is_broken) = (0, false);
    }
}
