//! Aggregate: a row for each group, in the order of first sight; without keys, a row for each outer row even if it
//! has none. Holds the groups. Where several threads make the rows, each makes [`portions`](portion) of the answer.

mod portion;
mod state;
mod stored;

use portion::{Part, Portion, Portions};
use state::{Call, State};

use super::gather::{Crew, Morsels};
use super::table::Table;
use super::{Input, Scope, Source};
use crate::exec::ExecError;
use crate::exec::batch::{Batch, Pieces};
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::{ArgumentId, Context, Segment};
use crate::exec::eval::{Frame, evaluate};
use crate::exec::host::Env;
use crate::physical::{ColumnKind, Op, Operator, Scalar, StoredCount};

pub(super) struct Aggregation {
    feed: Feed,
    grouping: Grouping,
    /// Only without keys.
    stored: Option<StoredCount>,
    /// Whether the ordinal goes on.
    carries_ordinal: bool,
    argument: ArgumentId,
    made: Option<Pieces>,
    held: Held,
}

enum Feed {
    Rows(Input),
    Portions(Box<Crew<Portions>>),
}

/// By what rows are grouped, and what is made of groups.
struct Grouping {
    partition: Option<usize>,
    keys: Vec<(Scalar, ColumnKind)>,
    calls: Vec<Call>,
    segment: Segment,
}

impl Grouping {
    fn of(operator: &Operator, scope: Scope) -> Self {
        let Op::Aggregate { partition, keys, calls, .. } = &operator.op else {
            unreachable!("compiled for this operator only")
        };
        Self {
            partition: *partition,
            keys: keys.clone(),
            calls: calls.iter().map(|call| Call::new(call, &operator.inputs[0])).collect(),
            segment: scope.segment,
        }
    }

    fn groups(&self) -> Groups {
        let mut kinds: Vec<ColumnKind> = self.partition.map(|_| ColumnKind::Ordinal).into_iter().collect();
        kinds.extend(self.keys.iter().map(|(_, kind)| *kind));
        Groups { table: Table::new(kinds), len: 0 }
    }

    /// Whether all rows are of one group.
    fn is_one(&self) -> bool {
        self.keys.is_empty() && self.partition.is_none()
    }

    /// The number of each row's group; `None`: all are of the only one.
    fn group(&self, env: &Env, batch: &Batch, groups: &mut Groups) -> Result<Option<Vec<u32>>, ExecError> {
        if self.is_one() {
            return Ok(None);
        }
        let frame = Frame::of(&batch.columns, batch.len);
        let mut keys = Vec::with_capacity(self.keys.len());
        for (key, kind) in &self.keys {
            keys.push(evaluate(env, key, &frame)?.into_kind(*kind, env.ctx));
        }
        let partition = self.partition.map(|column| &batch.columns[column]);
        let columns: Vec<&Column> = partition.into_iter().chain(&keys).collect();
        groups.number(&columns, batch.len, env.ctx).map(Some)
    }
}

fn stored_by(operator: &Operator) -> Option<&StoredCount> {
    match &operator.op {
        Op::Aggregate { stored, .. } => stored.as_ref(),
        _ => unreachable!("compiled for this operator only"),
    }
}

impl Aggregation {
    pub(super) fn new(operator: &Operator, scope: Scope, ctx: &Context) -> Self {
        let input = &operator.inputs[0];
        let morsels = match &input.op {
            Op::Gather { shared } => Morsels::of(input, *shared, ctx),
            _ => None,
        };
        Self {
            feed: match morsels {
                None => Feed::Rows(Input::of(operator, scope, ctx)),
                Some(morsels) => Feed::Portions(Box::new(Crew::new(operator, morsels, scope, ctx))),
            },
            grouping: Grouping::of(operator, scope),
            stored: stored_by(operator).cloned(),
            carries_ordinal: !operator.carry.is_empty(),
            argument: scope.argument,
            made: None,
            held: Held::default(),
        }
    }

    fn run(&mut self, ctx: &Context) -> Result<Batch, ExecError> {
        let known = self.stored_count(ctx);
        let Self { feed, grouping, held, .. } = self;
        let mut groups = grouping.groups();
        let is_grouped = !grouping.is_one();
        let mut states: Vec<State> = grouping.calls.iter().map(|call| State::new(call, is_grouped)).collect();
        if grouping.keys.is_empty() {
            let outer = if grouping.partition.is_some() { ctx.argument(self.argument).len } else { 1 };
            groups.prepare(outer, grouping.partition.is_some(), ctx)?;
            for state in &mut states {
                state.grow(groups.len);
            }
        }
        if let Some(count) = known {
            for state in &mut states {
                state.know(count);
            }
            return self.finish(ctx, groups, states);
        }
        match feed {
            Feed::Rows(input) => {
                while let Some(batch) = input.next(ctx)? {
                    held.set(&ctx.budget, size_with(&groups, &states, batch.len))?;
                    add_rows(ctx, grouping, &mut groups, &mut states, &batch)?;
                    held.set(&ctx.budget, size_with(&groups, &states, 0))?;
                }
            }
            Feed::Portions(crew) => {
                let made = ctx.budget.made();
                while let Some(portion) = crew.next(ctx)? {
                    held.set(&ctx.budget, size_with(&groups, &states, portion.row_count()))?;
                    add_portion(ctx, grouping, &mut groups, &mut states, portion)?;
                    held.set(&ctx.budget, size_with(&groups, &states, 0))?;
                    ctx.budget.settle(made);
                }
            }
        }
        self.finish(ctx, groups, states)
    }

    /// The number of rows, if the store knows it.
    fn stored_count(&self, ctx: &Context) -> Option<i64> {
        let stored = self.stored.as_ref().filter(|_| self.grouping.partition.is_none())?;
        let view = ctx.view(self.grouping.segment);
        let count = stored::count(stored, ctx, &view).filter(|_| !view.lacks_any());
        count.and_then(|count| i64::try_from(count).ok())
    }

    fn finish(&self, ctx: &Context, groups: Groups, states: Vec<State>) -> Result<Batch, ExecError> {
        let len = groups.len;
        ctx.budget.rows(len)?;
        let mut columns = if len > 0 && !self.grouping.is_one() { groups.table.into_columns(ctx) } else { Vec::new() };
        if self.grouping.partition.is_some() && !self.carries_ordinal && !columns.is_empty() {
            columns.remove(0);
        }
        for state in states {
            columns.push(state.finish(ctx)?);
        }
        Ok(Batch { columns, len })
    }
}

fn add_rows(
    ctx: &Context,
    grouping: &Grouping,
    groups: &mut Groups,
    states: &mut [State],
    batch: &Batch,
) -> Result<(), ExecError> {
    ctx.budget.steps(batch.len)?;
    let graph = ctx.view(grouping.segment);
    let env = Env::new(ctx, &graph);
    let numbers = grouping.group(&env, batch, groups)?;
    let frame = Frame::of(&batch.columns, batch.len);
    for (state, call) in states.iter_mut().zip(&grouping.calls) {
        state.grow(groups.len);
        state.add(&env, &call.rows(&env, batch, &frame, numbers.as_deref())?)?;
    }
    Ok(())
}

fn add_portion(
    ctx: &Context,
    grouping: &Grouping,
    groups: &mut Groups,
    states: &mut [State],
    portion: Portion,
) -> Result<(), ExecError> {
    ctx.budget.steps(portion.row_count())?;
    let graph = ctx.view(grouping.segment);
    let env = Env::new(ctx, &graph);
    let numbers = if grouping.is_one() {
        None
    } else {
        Some(groups.number(&portion.keys.iter().collect::<Vec<_>>(), portion.len, ctx)?)
    };
    for (state, part) in states.iter_mut().zip(portion.parts) {
        state.grow(groups.len);
        match part {
            Part::Counts(counts) => state.add_counts(&counts, numbers.as_deref())?,
            Part::Rows(all) => {
                all.into_iter().try_for_each(|kept| kept.show(numbers.as_deref(), |rows| state.add(&env, rows)))?;
            }
        }
    }
    Ok(())
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
        match &mut self.feed {
            Feed::Rows(input) => input.rewind(ctx),
            Feed::Portions(crew) => crew.rewind(ctx),
        }
        self.made = None;
        self.held.clear(&ctx.budget);
    }
}

/// About what the state of an aggregate takes, besides the values that it keeps.
const BYTES_PER_STATE: usize = 48;

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
    /// The number of the group of each row, by its keys.
    fn number(&mut self, keys: &[&Column], len: usize, ctx: &Context) -> Result<Vec<u32>, ExecError> {
        let numbers = self.table.numbers(keys, len, ctx, &ctx.budget)?;
        self.len = self.table.len();
        Ok(numbers)
    }

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
