//! What an aggregate has of each group. Counts are kept as numbers; other aggregates have an accumulator per group.

use std::borrow::Cow;
use std::sync::Arc;

use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::Column;
use crate::exec::context::Context;
use crate::exec::eval::{Cells, Frame, eval, typed};
use crate::exec::host::Env;
use crate::exec::operator::table::Table;
use crate::function::{Accumulator, Aggregate, FunctionError};
use crate::physical::{AggregateCall, ColumnKind, Operator, Scalar};
use crate::value::Value;

/// What an accumulator that keeps values has room for beyond the first of them.
const BYTES_BEFORE_THE_FIRST: usize = 4 * size_of::<Value>();

/// One aggregate of the operator.
pub(super) struct Call {
    pub aggregate: Option<Arc<Aggregate>>,
    pub distinct: bool,
    arguments: Vec<Scalar>,
    weights: Vec<usize>,
    /// The kinds of the arguments: those of columns are known.
    kinds: Vec<ColumnKind>,
}

impl Call {
    /// Over the rows of `input`.
    pub(super) fn new(call: &AggregateCall, input: &Operator) -> Self {
        Self {
            aggregate: call.aggregate.clone(),
            distinct: call.distinct,
            arguments: call.arguments.clone(),
            weights: call.weights.clone(),
            kinds: call.arguments.iter().map(|argument| kind_of(argument, input)).collect(),
        }
    }

    /// What it is given of a batch, with the group of each row.
    pub(super) fn rows<'b>(
        &self,
        env: &Env,
        batch: &'b Batch,
        frame: &'b Frame,
        numbers: Option<&'b [u32]>,
    ) -> Result<Rows<'b>, ExecError> {
        let arguments = self.arguments.iter().map(|argument| eval(env, argument, frame));
        let arguments = arguments.collect::<Result<_, _>>()?;
        Ok(Rows { arguments, weights: product(&self.weights, batch)?, len: batch.len, numbers })
    }

    /// What tells which values of a group, if there are several, were there.
    pub(super) fn new_seen(&self, is_grouped: bool) -> Table {
        let mut kinds: Vec<ColumnKind> = is_grouped.then_some(ColumnKind::Ordinal).into_iter().collect();
        kinds.extend(&self.kinds);
        Table::new(kinds)
    }
}

/// The kind of an argument's column: slots are told apart faster than values.
fn kind_of(argument: &Scalar, input: &Operator) -> ColumnKind {
    match argument {
        Scalar::Column(column) => match input.layout[*column] {
            kind @ (ColumnKind::Node | ColumnKind::Rel) => kind,
            ColumnKind::Element | ColumnKind::Value | ColumnKind::Ordinal => ColumnKind::Value,
        },
        _ => ColumnKind::Value,
    }
}

/// Rows as an aggregate sees them.
pub(super) struct Rows<'b> {
    /// None for `count(*)`.
    pub arguments: Vec<Cow<'b, Column>>,
    /// For how many rows each stands; `None`: for itself.
    pub weights: Option<Cow<'b, [i64]>>,
    pub len: usize,
    /// The group of each; `None`: all are of the only one.
    pub numbers: Option<&'b [u32]>,
}

/// What one aggregate has of each group.
pub(super) enum State {
    Counts(Vec<i64>),
    Accumulators {
        start: fn() -> Box<dyn Accumulator>,
        each: Vec<Box<dyn Accumulator>>,
        seen: Option<Table>,
        /// Whether an accumulator grows with what it is given, and the bytes that they have come to.
        keeps: bool,
        kept_bytes: usize,
    },
    /// `count(DISTINCT x)`: a row is counted if its group and value are new.
    DistinctCounts {
        counts: Vec<i64>,
        seen: Table,
    },
}

impl State {
    pub(super) fn new(call: &Call, is_grouped: bool) -> Self {
        match &call.aggregate {
            None => State::Counts(Vec::new()),
            Some(aggregate) if aggregate.name == "count" && call.distinct => {
                State::DistinctCounts { counts: Vec::new(), seen: call.new_seen(is_grouped) }
            }
            Some(aggregate) if aggregate.name == "count" => State::Counts(Vec::new()),
            Some(aggregate) => State::Accumulators {
                start: aggregate.start,
                each: Vec::new(),
                seen: call.distinct.then(|| call.new_seen(is_grouped)),
                keeps: aggregate.keeps,
                kept_bytes: 0,
            },
        }
    }

    /// About how many bytes are kept besides a state per group.
    pub(super) fn size_bytes(&self) -> usize {
        match self {
            State::Counts(_) => 0,
            State::DistinctCounts { seen, .. } => seen.size_bytes(),
            State::Accumulators { seen, kept_bytes, keeps, each, .. } => {
                let first = if *keeps { each.len() * BYTES_BEFORE_THE_FIRST } else { 0 };
                seen.as_ref().map_or(0, Table::size_bytes) + first + kept_bytes
            }
        }
    }

    /// What was seen before, where only what is new counts.
    pub(super) fn seen(&self) -> Option<&Table> {
        match self {
            State::Counts(_) => None,
            State::DistinctCounts { seen, .. } => Some(seen),
            State::Accumulators { seen, .. } => seen.as_ref(),
        }
    }

    pub(super) fn grow(&mut self, len: usize) {
        match self {
            State::Counts(counts) | State::DistinctCounts { counts, .. } => counts.resize(len, 0),
            State::Accumulators { start, each, .. } => each.resize_with(len, *start),
        }
    }

    /// The count of rows that nobody has looked at.
    pub(super) fn know(&mut self, count: i64) {
        match self {
            State::Counts(counts) => counts[0] = count,
            State::Accumulators { .. } | State::DistinctCounts { .. } => unreachable!("only rows are counted so"),
        }
    }

    pub(super) fn add(&mut self, env: &Env, rows: &Rows) -> Result<(), ExecError> {
        let Rows { arguments, weights, len, numbers } = rows;
        let group = |row: usize| numbers.map_or(0, |numbers| numbers[row] as usize);
        match self {
            State::Counts(counts) if arguments.is_empty() => match weights {
                None if numbers.is_none() => counts[0] += i64::try_from(*len).unwrap_or(i64::MAX),
                None => numbers.iter().copied().flatten().for_each(|number| counts[*number as usize] += 1),
                Some(weights) => add_weights(counts, weights, group)?,
            },
            State::Counts(counts) => {
                let there = |row: &usize| planted!("count counts null") || !arguments[0].is_null(*row);
                (0..*len).filter(there).for_each(|row| counts[group(row)] += 1);
            }
            State::DistinctCounts { counts, seen } => {
                for row in new_rows(env, seen, rows)? {
                    counts[group(row)] += 1;
                }
            }
            State::Accumulators { each, seen: None, keeps, kept_bytes, .. }
                if are_numbers(arguments) && !planted!("aggregates take null") =>
            {
                let mut sink = Sink { each, keeps: *keeps, kept_bytes };
                match &*arguments[0] {
                    Column::Integers(values, present) => {
                        sink.add(values, present, *numbers, |state, values, there| state.add_integers(values, there))?;
                    }
                    Column::Floats(values, present) => {
                        sink.add(values, present, *numbers, |state, values, there| state.add_floats(values, there))?;
                    }
                    _ => unreachable!("these are numbers"),
                }
            }
            State::Accumulators { each, seen, keeps, kept_bytes, .. } => {
                let rows: Box<dyn Iterator<Item = usize>> = match seen {
                    Some(seen) => Box::new(new_rows(env, seen, rows)?.into_iter()),
                    None => Box::new(
                        (0..*len).filter(|row| planted!("aggregates take null") || !arguments[0].is_null(*row)),
                    ),
                };
                let cells: Vec<Cells> = arguments.iter().map(|column| Cells::of(column, env.ctx)).collect();
                let mut values = Vec::with_capacity(cells.len());
                for row in rows {
                    let accumulator = &mut each[group(row)];
                    let before = if *keeps { accumulator.kept_bytes() } else { 0 };
                    if let [cells] = &cells[..] {
                        let value = cells.get(row);
                        // An aggregate may compare it with the one that it has.
                        env.ctx.budget.steps(value.walk_steps())?;
                        accumulator.add(std::slice::from_ref(value))?;
                    } else {
                        values.clear();
                        values.extend(cells.iter().map(|cells| cells.get(row).clone()));
                        accumulator.add(&values)?;
                    }
                    if *keeps {
                        *kept_bytes = (*kept_bytes + accumulator.kept_bytes()).saturating_sub(before);
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds what was counted of other rows of these groups.
    pub(super) fn add_counts(&mut self, more: &[i64], numbers: Option<&[u32]>) -> Result<(), ExecError> {
        let State::Counts(counts) = self else { unreachable!("counts are added to counts") };
        let groups = numbers.map_or(&[0][..], |numbers| numbers);
        for (group, more) in groups.iter().zip(more) {
            add_count(&mut counts[*group as usize], *more)?;
        }
        Ok(())
    }

    pub(super) fn finish(self, ctx: &Context) -> Result<Column, ExecError> {
        Ok(match self {
            State::Counts(counts) | State::DistinctCounts { counts, .. } => Column::Integers(counts, Vec::new()),
            State::Accumulators { each, .. } => {
                let results = each.into_iter().map(|state| ctx.budget.value(state.finish()?));
                typed(results.collect::<Result<_, _>>()?)
            }
        })
    }
}

/// Whether there is one argument, a column of numbers of one type.
fn are_numbers(arguments: &[Cow<Column>]) -> bool {
    let [argument] = arguments else { return false };
    matches!(&**argument, Column::Integers(..) | Column::Floats(..))
}

/// Accumulators that take numbers without values being made of them.
struct Sink<'s> {
    each: &'s mut [Box<dyn Accumulator>],
    keeps: bool,
    kept_bytes: &'s mut usize,
}

impl Sink<'_> {
    /// With the group of each row, or all for the only one.
    fn add<T>(
        &mut self,
        values: &[T],
        present: &[bool],
        numbers: Option<&[u32]>,
        add: impl Fn(&mut dyn Accumulator, &[T], &[bool]) -> Result<(), FunctionError>,
    ) -> Result<(), ExecError> {
        let Some(numbers) = numbers else {
            return self.counted(0, |accumulator| add(accumulator, values, present));
        };
        let is_there = |row: usize| present.is_empty() || present[row];
        for (row, number) in numbers.iter().enumerate().filter(|(row, _)| is_there(*row)) {
            self.counted(*number as usize, |accumulator| add(accumulator, &values[row..=row], &[]))?;
        }
        Ok(())
    }

    fn counted(
        &mut self,
        group: usize,
        add: impl FnOnce(&mut dyn Accumulator) -> Result<(), FunctionError>,
    ) -> Result<(), ExecError> {
        let accumulator = &mut *self.each[group];
        let before = if self.keeps { accumulator.kept_bytes() } else { 0 };
        add(accumulator)?;
        if self.keeps {
            *self.kept_bytes = (*self.kept_bytes + accumulator.kept_bytes()).saturating_sub(before);
        }
        Ok(())
    }
}

fn add_weights(counts: &mut [i64], weights: &[i64], group: impl Fn(usize) -> usize) -> Result<(), ExecError> {
    weights.iter().enumerate().try_for_each(|(row, weight)| add_count(&mut counts[group(row)], *weight))
}

/// How many rows each one stands for.
fn product<'b>(weights: &[usize], batch: &'b Batch) -> Result<Option<Cow<'b, [i64]>>, ExecError> {
    let column = |weight: usize| match &batch.columns[weight] {
        Column::Integers(numbers, _) => &numbers[..],
        _ => unreachable!("a column of counts holds integers"),
    };
    let Some((first, others)) = weights.split_first() else { return Ok(None) };
    let mut product = Cow::Borrowed(column(*first));
    for weight in others {
        for (product, number) in product.to_mut().iter_mut().zip(column(*weight)) {
            *product = product.checked_mul(*number).ok_or(FunctionError::Overflow { operation: "count" })?;
        }
    }
    Ok(Some(product))
}

fn add_count(count: &mut i64, more: i64) -> Result<(), ExecError> {
    *count = count.checked_add(more).ok_or(FunctionError::Overflow { operation: "count" })?;
    Ok(())
}

/// The rows whose group, if there are several, and arguments were not seen before, without those whose first argument is null.
pub(super) fn new_rows(env: &Env, seen: &mut Table, rows: &Rows) -> Result<Vec<usize>, ExecError> {
    let Rows { arguments, len, numbers, .. } = rows;
    let groups = numbers.map(|numbers| Column::Ordinals(numbers.to_vec()));
    let known = seen.len();
    let columns: Vec<&Column> = groups.iter().chain(arguments.iter().map(Cow::as_ref)).collect();
    let found = seen.numbers(&columns, *len, env.ctx, &env.ctx.budget)?;
    let mut next = known;
    let mut new = Vec::new();
    for (row, number) in found.into_iter().enumerate() {
        if number as usize == next {
            next += 1;
            if !arguments[0].is_null(row) {
                new.push(row);
            }
        }
    }
    Ok(new)
}
