//! Aggregate: a row for each group, in the order of first sight; without keys, a row for each outer row even if it
//! has none. Holds the groups. Counts are kept as numbers; other aggregates have an accumulator per group.

use std::borrow::Cow;
use std::sync::Arc;

use super::table::Table;
use super::{Input, Scope, Source};
use crate::catalog::{Side, Statistics, TypeId};
use crate::exec::ExecError;
use crate::exec::batch::{Batch, Pieces};
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::{ArgumentId, Context, Segment};
use crate::exec::eval::{Cells, Frame, eval, evaluate, typed};
use crate::exec::host::Env;
use crate::function::{Accumulator, Aggregate, FunctionError};
use crate::physical::{AggregateCall, ColumnKind, LabelRef, Operator, Scalar, StoredCount};
use crate::storage::Graph;
use crate::value::Value;

pub(super) struct Aggregation {
    input: Input,
    partition: Option<usize>,
    keys: Vec<(Scalar, ColumnKind)>,
    calls: Vec<Call>,
    /// Only without keys.
    stored: Option<StoredCount>,
    /// Whether the ordinal goes on.
    carries_ordinal: bool,
    argument: ArgumentId,
    segment: Segment,
    made: Option<Pieces>,
    held: Held,
}

/// One aggregate of the operator.
struct Call {
    aggregate: Option<Arc<Aggregate>>,
    distinct: bool,
    arguments: Vec<Scalar>,
    weights: Vec<usize>,
    /// The kinds of the arguments: those of columns are known.
    kinds: Vec<ColumnKind>,
}

impl Aggregation {
    pub(super) fn new(
        operator: &Operator,
        partition: Option<usize>,
        keys: &[(Scalar, ColumnKind)],
        calls: &[AggregateCall],
        stored: Option<&StoredCount>,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        let input = Input::of(operator, scope, ctx);
        let calls = calls.iter().map(|call| Call {
            aggregate: call.aggregate.clone(),
            distinct: call.distinct,
            arguments: call.arguments.clone(),
            weights: call.weights.clone(),
            kinds: call.arguments.iter().map(|argument| kind_of(argument, &operator.inputs[0])).collect(),
        });
        Self {
            carries_ordinal: !input.carry.is_empty(),
            input,
            partition,
            keys: keys.to_vec(),
            calls: calls.collect(),
            stored: stored.cloned(),
            argument: scope.argument,
            segment: scope.segment,
            made: None,
            held: Held::default(),
        }
    }

    fn run(&mut self, ctx: &Context) -> Result<Batch, ExecError> {
        let mut kinds: Vec<ColumnKind> = self.partition.map(|_| ColumnKind::Ordinal).into_iter().collect();
        kinds.extend(self.keys.iter().map(|(_, kind)| *kind));
        let mut groups = Groups { table: Table::new(kinds), len: 0 };
        let is_grouped = !self.keys.is_empty() || self.partition.is_some();
        let mut states: Vec<State> = self.calls.iter().map(|call| State::new(call, is_grouped)).collect();
        if self.keys.is_empty() {
            let outer = if self.partition.is_some() { ctx.argument(self.argument).len } else { 1 };
            groups.prepare(outer, self.partition.is_some(), ctx)?;
            for state in &mut states {
                state.grow(groups.len);
            }
        }
        if let Some(count) = self.stored_count(ctx) {
            for state in &mut states {
                state.know(count);
            }
            return self.finish(ctx, groups, states);
        }
        while let Some(batch) = self.input.next(ctx)? {
            ctx.budget.steps(batch.len)?;
            let graph = ctx.view(self.segment);
            let env = Env::new(ctx, &graph);
            self.held.set(&ctx.budget, size_with(&groups, &states, batch.len))?;
            let numbers = self.group(&env, &batch, &mut groups)?;
            for (state, call) in states.iter_mut().zip(&self.calls) {
                state.grow(groups.len);
                state.add(&env, call, &batch, numbers.as_deref())?;
            }
            self.held.set(&ctx.budget, size_with(&groups, &states, 0))?;
        }
        self.finish(ctx, groups, states)
    }

    /// The number of rows, if the store knows it.
    fn stored_count(&self, ctx: &Context) -> Option<i64> {
        let stored = self.stored.as_ref().filter(|_| self.partition.is_none())?;
        let view = ctx.view(self.segment);
        stored_count(stored, ctx, &view).filter(|_| !view.lacks_any()).and_then(|count| i64::try_from(count).ok())
    }

    /// The number of each row's group; `None`: all are of the only one.
    fn group(&self, env: &Env, batch: &Batch, groups: &mut Groups) -> Result<Option<Vec<u32>>, ExecError> {
        if self.keys.is_empty() && self.partition.is_none() {
            return Ok(None);
        }
        let frame = Frame::of(&batch.columns, batch.len);
        let mut keys = Vec::with_capacity(self.keys.len());
        for (key, kind) in &self.keys {
            keys.push(evaluate(env, key, &frame)?.into_kind(*kind, env.ctx));
        }
        let partition = self.partition.map(|column| &batch.columns[column]);
        let columns: Vec<&Column> = partition.into_iter().chain(&keys).collect();
        let numbers = groups.table.numbers(&columns, batch.len, env.ctx, &env.ctx.budget)?;
        groups.len = groups.table.len();
        Ok(Some(numbers))
    }

    fn finish(&self, ctx: &Context, groups: Groups, states: Vec<State>) -> Result<Batch, ExecError> {
        let len = groups.len;
        ctx.budget.rows(len)?;
        let mut columns = if len > 0 && (self.partition.is_some() || !self.keys.is_empty()) {
            groups.table.into_columns(ctx)
        } else {
            Vec::new()
        };
        if self.partition.is_some() && !self.carries_ordinal && !columns.is_empty() {
            columns.remove(0);
        }
        for state in states {
            columns.push(state.finish(ctx)?);
        }
        Ok(Batch { columns, len })
    }
}

impl Source for Aggregation {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        if self.made.is_none() {
            let rows = self.run(ctx)?;
            self.made = Some(Pieces::new(rows));
        }
        Ok(self.made.as_mut().and_then(Pieces::next))
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
        self.made = None;
        self.held.clear(&ctx.budget);
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

/// About what the state of an aggregate takes, besides the values that it keeps.
const BYTES_PER_STATE: usize = 48;

/// What an accumulator that keeps values has room for beyond the first of them.
const BYTES_BEFORE_THE_FIRST: usize = 4 * size_of::<Value>();

/// About how many bytes are held, or may be while so many rows are added.
fn size_with(groups: &Groups, states: &[State], rows: usize) -> usize {
    let tables = std::iter::once(&groups.table).chain(states.iter().filter_map(State::seen));
    let growth: usize = tables.map(|table| table.growth_bytes(rows)).sum();
    groups.size_bytes(states.len()) + states.iter().map(State::size_bytes).sum::<usize>() + growth
}

struct Groups {
    table: Table,
    len: usize,
}

impl Groups {
    /// The groups that are there without any row: one for each outer row.
    fn prepare(&mut self, outer: usize, partitioned: bool, ctx: &Context) -> Result<(), ExecError> {
        if partitioned {
            let ordinals = Column::Ordinals((0..super::row_number(outer)).collect());
            self.table.numbers(&[&ordinals], outer, ctx, &ctx.budget)?;
        }
        self.len = outer;
        Ok(())
    }

    /// With so many aggregates, each of which has a state per group.
    fn size_bytes(&self, aggregate_count: usize) -> usize {
        self.table.size_bytes() + self.len * aggregate_count * BYTES_PER_STATE
    }
}

/// What one aggregate has of each group.
enum State {
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
    fn new(call: &Call, is_grouped: bool) -> Self {
        let seen = || {
            let mut kinds: Vec<ColumnKind> = is_grouped.then_some(ColumnKind::Ordinal).into_iter().collect();
            kinds.extend(&call.kinds);
            Table::new(kinds)
        };
        match &call.aggregate {
            None => State::Counts(Vec::new()),
            Some(aggregate) if aggregate.name == "count" && call.distinct => {
                State::DistinctCounts { counts: Vec::new(), seen: seen() }
            }
            Some(aggregate) if aggregate.name == "count" => State::Counts(Vec::new()),
            Some(aggregate) => State::Accumulators {
                start: aggregate.start,
                each: Vec::new(),
                seen: call.distinct.then(seen),
                keeps: aggregate.keeps,
                kept_bytes: 0,
            },
        }
    }

    /// About how many bytes are kept besides a state per group.
    fn size_bytes(&self) -> usize {
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
    fn seen(&self) -> Option<&Table> {
        match self {
            State::Counts(_) => None,
            State::DistinctCounts { seen, .. } => Some(seen),
            State::Accumulators { seen, .. } => seen.as_ref(),
        }
    }

    fn grow(&mut self, len: usize) {
        match self {
            State::Counts(counts) | State::DistinctCounts { counts, .. } => counts.resize(len, 0),
            State::Accumulators { start, each, .. } => each.resize_with(len, *start),
        }
    }

    /// The count of rows that nobody has looked at.
    fn know(&mut self, count: i64) {
        match self {
            State::Counts(counts) => counts[0] = count,
            State::Accumulators { .. } | State::DistinctCounts { .. } => unreachable!("only rows are counted so"),
        }
    }

    fn add(&mut self, env: &Env, call: &Call, batch: &Batch, numbers: Option<&[u32]>) -> Result<(), ExecError> {
        let frame = Frame::of(&batch.columns, batch.len);
        let arguments =
            call.arguments.iter().map(|argument| eval(env, argument, &frame)).collect::<Result<Vec<_>, _>>()?;
        let group = |row: usize| numbers.map_or(0, |numbers| numbers[row] as usize);
        match self {
            State::Counts(counts) if call.aggregate.is_none() => match (&call.weights[..], numbers) {
                ([], None) => counts[0] += i64::try_from(batch.len).unwrap_or(i64::MAX),
                ([], Some(numbers)) => numbers.iter().for_each(|number| counts[*number as usize] += 1),
                (weights, _) => add_weights(counts, &product(weights, batch)?, group)?,
            },
            State::Counts(counts) => {
                let there = |row: &usize| planted!("count counts null") || !arguments[0].is_null(*row);
                (0..batch.len).filter(there).for_each(|row| counts[group(row)] += 1);
            }
            State::DistinctCounts { counts, seen } => {
                for row in new_rows(env, seen, &arguments, batch.len, numbers)? {
                    counts[group(row)] += 1;
                }
            }
            State::Accumulators { each, seen: None, keeps, kept_bytes, .. }
                if are_numbers(&arguments) && !planted!("aggregates take null") =>
            {
                let mut sink = Sink { each, keeps: *keeps, kept_bytes };
                match &*arguments[0] {
                    Column::Integers(values, present) => {
                        sink.add(values, present, numbers, |state, values, there| state.add_integers(values, there))?;
                    }
                    Column::Floats(values, present) => {
                        sink.add(values, present, numbers, |state, values, there| state.add_floats(values, there))?;
                    }
                    _ => unreachable!("these are numbers"),
                }
            }
            State::Accumulators { each, seen, keeps, kept_bytes, .. } => {
                let rows: Box<dyn Iterator<Item = usize>> = match seen {
                    Some(seen) => Box::new(new_rows(env, seen, &arguments, batch.len, numbers)?.into_iter()),
                    None => Box::new(
                        (0..batch.len).filter(|row| planted!("aggregates take null") || !arguments[0].is_null(*row)),
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

    fn finish(self, ctx: &Context) -> Result<Column, ExecError> {
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
    for (row, weight) in weights.iter().enumerate() {
        let count = &mut counts[group(row)];
        *count = count.checked_add(*weight).ok_or(FunctionError::Overflow { operation: "count" })?;
    }
    Ok(())
}

/// How many rows each one stands for.
fn product<'b>(weights: &[usize], batch: &'b Batch) -> Result<Cow<'b, [i64]>, ExecError> {
    let column = |weight: usize| match &batch.columns[weight] {
        Column::Integers(numbers, _) => &numbers[..],
        _ => unreachable!("a column of counts holds integers"),
    };
    let mut product = Cow::Borrowed(column(weights[0]));
    for weight in &weights[1..] {
        for (product, number) in product.to_mut().iter_mut().zip(column(*weight)) {
            *product = product.checked_mul(*number).ok_or(FunctionError::Overflow { operation: "count" })?;
        }
    }
    Ok(product)
}

/// What the counts of the graph say, if they do.
fn stored_count(stored: &StoredCount, ctx: &Context, graph: &Graph) -> Option<u64> {
    match stored {
        StoredCount::Nodes(None) => Some(graph.node_count()),
        StoredCount::Nodes(Some(label)) => Some(ctx.label(*label).map_or(0, |label| graph.label_count(label))),
        StoredCount::Rels { types, start, end } => {
            let counts =
                ctx.type_ids(types).into_iter().map(|rel_type| rels_between(rel_type, *start, *end, ctx, graph));
            counts.sum()
        }
    }
}

/// How many relationships of a type begin and end at labels: counts are kept for either end, so for both they say it only
/// where all have one of the two.
fn rels_between(
    rel_type: Option<TypeId>,
    start: Option<LabelRef>,
    end: Option<LabelRef>,
    ctx: &Context,
    graph: &Graph,
) -> Option<u64> {
    let Some(rel_type) = rel_type else {
        return (start.is_none() && end.is_none()).then(|| graph.rel_count(None));
    };
    let all = graph.rel_count(Some(rel_type));
    let with = |side: Side, label: Option<LabelRef>| match label {
        None => all,
        Some(label) => ctx.label(label).map_or(0, |label| graph.rel_count_with(rel_type, side, label)),
    };
    let (starts, ends) = (with(Side::Start, start), with(Side::End, end));
    (starts.max(ends) == all || starts.min(ends) == 0).then(|| starts.min(ends))
}

/// The rows whose group, if there are several, and arguments were not seen before, without those whose first argument is null.
fn new_rows(
    env: &Env,
    seen: &mut Table,
    arguments: &[Cow<Column>],
    len: usize,
    numbers: Option<&[u32]>,
) -> Result<Vec<usize>, ExecError> {
    let groups = numbers.map(|numbers| Column::Ordinals(numbers.to_vec()));
    let known = seen.len();
    let columns: Vec<&Column> = groups.iter().chain(arguments.iter().map(Cow::as_ref)).collect();
    let found = seen.numbers(&columns, len, env.ctx, &env.ctx.budget)?;
    let mut next = known;
    let mut rows = Vec::new();
    for (row, number) in found.into_iter().enumerate() {
        if number as usize == next {
            next += 1;
            if !arguments[0].is_null(row) {
                rows.push(row);
            }
        }
    }
    Ok(rows)
}
