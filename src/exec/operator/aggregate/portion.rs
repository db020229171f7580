//! What a thread makes of the rows of a morsel for an aggregate: a portion of the answer, to be added to those before it.
//!
//! Counts are added up, and of extremes the portion has the best: whatever of the rows is added at once, the outcome is the
//! same. Of other aggregates this does not hold (a sum of floats hangs on the order in which they are added, what is
//! collected is a list), so the portion has their arguments, computed and in the order of rows. Of what is wanted once, each
//! is there once.

use std::borrow::Cow;

use super::state::{Call, Rows, State, new_rows};
use super::{Grouping, Groups, size_with};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::Context;
use crate::exec::eval::Frame;
use crate::exec::host::Env;
use crate::exec::operator::gather::Work;
use crate::exec::operator::table::Table;
use crate::exec::operator::{Input, Scope, row_number};
use crate::physical::Operator;

/// Groups and rows of one portion, about: so much is kept until its turn comes.
const MOST_ROWS: usize = 1 << 14;

/// Their bytes, about: what is kept is counted while the rows hold it too, and so as half of what it is.
const MOST_BYTES: usize = 1 << 20;

/// A portion of the answer: its groups, and what each aggregate has of them.
pub(super) struct Portion {
    /// Of each group, in the order of first sight.
    pub keys: Vec<Column>,
    pub len: usize,
    pub parts: Vec<Part>,
}

pub(super) enum Part {
    /// For each group.
    Counts(Vec<i64>),
    Rows(Vec<Kept>),
}

/// The arguments of an aggregate in some rows, with the group of each.
pub(super) struct Kept {
    arguments: Vec<Column>,
    len: usize,
    numbers: Option<Vec<u32>>,
}

impl Portion {
    /// How many rows have to be looked at.
    pub(super) fn row_count(&self) -> usize {
        self.len + self.parts.iter().map(Part::row_count).sum::<usize>()
    }

    fn size_bytes(&self) -> usize {
        self.keys.iter().map(Column::size_bytes).sum::<usize>() + self.parts.iter().map(Part::size_bytes).sum::<usize>()
    }
}

impl Part {
    fn row_count(&self) -> usize {
        match self {
            Part::Counts(_) => 0,
            Part::Rows(all) => all.iter().map(|kept| kept.len).sum(),
        }
    }

    fn size_bytes(&self) -> usize {
        match self {
            Part::Counts(counts) => size_of_val(&counts[..]),
            Part::Rows(all) => all.iter().map(Kept::size_bytes).sum(),
        }
    }
}

impl Kept {
    fn size_bytes(&self) -> usize {
        let numbers = self.numbers.as_ref().map_or(0, |numbers| size_of_val(&numbers[..]));
        self.arguments.iter().map(Column::size_bytes).sum::<usize>() + numbers
    }

    /// As rows of groups that have these numbers by now.
    pub(super) fn show<R>(mut self, groups: Option<&[u32]>, show: impl FnOnce(&Rows) -> R) -> R {
        if let (Some(numbers), Some(groups)) = (&mut self.numbers, groups) {
            for number in numbers {
                *number = groups[*number as usize];
            }
        }
        show(&Rows {
            arguments: self.arguments.iter().map(Cow::Borrowed).collect(),
            weights: None,
            len: self.len,
            numbers: self.numbers.as_deref(),
        })
    }
}

/// What an aggregate has of a portion so far.
enum Draft {
    /// What can be added to another state.
    State(State),
    Rows {
        rows: Vec<Kept>,
        seen: Option<Table>,
        bytes: usize,
        len: usize,
    },
}

impl Draft {
    fn new(call: &Call, is_grouped: bool) -> Self {
        let merges = call.aggregate.as_ref().is_none_or(|aggregate| aggregate.merges);
        if merges && !call.distinct {
            return Draft::State(State::new(call, is_grouped));
        }
        Draft::Rows { rows: Vec::new(), seen: call.distinct.then(|| call.new_seen(is_grouped)), bytes: 0, len: 0 }
    }

    fn add(&mut self, env: &Env, rows: Rows, group_count: usize) -> Result<(), ExecError> {
        match self {
            Draft::State(state) => {
                state.grow(group_count);
                state.add(env, &rows)
            }
            Draft::Rows { rows: all, seen, bytes, len } => {
                let kept = match seen {
                    None => Kept {
                        arguments: rows.arguments.into_iter().map(Cow::into_owned).collect(),
                        len: rows.len,
                        numbers: rows.numbers.map(<[u32]>::to_vec),
                    },
                    Some(seen) => only(&new_rows(env, seen, &rows)?, &rows),
                };
                *bytes += kept.size_bytes();
                *len += kept.len;
                all.push(kept);
                Ok(())
            }
        }
    }

    fn finish(self, ctx: &Context) -> Result<Part, ExecError> {
        Ok(match self {
            Draft::State(State::Counts(counts)) => Part::Counts(counts),
            Draft::State(state) => {
                let best = state.finish(ctx)?;
                let (len, numbers) = (best.len(), (0..row_number(best.len())).collect());
                Part::Rows(vec![Kept { arguments: vec![best], len, numbers: Some(numbers) }])
            }
            Draft::Rows { rows, .. } => Part::Rows(rows),
        })
    }

    fn size_bytes(&self) -> usize {
        match self {
            Draft::State(state) => state.size_bytes(),
            Draft::Rows { seen, bytes, .. } => seen.as_ref().map_or(0, Table::size_bytes) + bytes,
        }
    }

    fn row_count(&self) -> usize {
        match self {
            Draft::State(_) => 0,
            Draft::Rows { len, .. } => *len,
        }
    }
}

/// Some of the rows.
fn only(wanted: &[usize], rows: &Rows) -> Kept {
    let wanted: Vec<u32> = wanted.iter().map(|row| row_number(*row)).collect();
    Kept {
        arguments: rows.arguments.iter().map(|column| column.gather(&wanted)).collect(),
        len: wanted.len(),
        numbers: rows.numbers.map(|numbers| wanted.iter().map(|row| numbers[*row as usize]).collect()),
    }
}

/// The portions of a morsel.
pub(super) struct Portions {
    input: Input,
    grouping: Grouping,
    is_done: bool,
    held: Held,
}

impl Portions {
    fn add(&self, ctx: &Context, groups: &mut Groups, drafts: &mut [Draft], batch: &Batch) -> Result<(), ExecError> {
        ctx.budget.steps(batch.len)?;
        let graph = ctx.view(self.grouping.segment);
        let env = Env::new(ctx, &graph);
        let numbers = self.grouping.group(&env, batch, groups)?;
        let frame = Frame::of(&batch.columns, batch.len);
        for (draft, call) in drafts.iter_mut().zip(&self.grouping.calls) {
            draft.add(&env, call.rows(&env, batch, &frame, numbers.as_deref())?, groups.len)?;
        }
        Ok(())
    }
}

impl Work for Portions {
    type Item = Portion;

    fn new(operator: &Operator, scope: Scope, ctx: &Context) -> Self {
        let gather = &operator.inputs[0];
        Self {
            input: Input::whole(&gather.inputs[0], scope, ctx),
            grouping: Grouping::of(operator, scope),
            is_done: false,
            held: Held::default(),
        }
    }

    fn begin(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
        self.held.clear(&ctx.budget);
        self.is_done = false;
    }

    fn next(&mut self, ctx: &Context) -> Result<Option<Portion>, ExecError> {
        let mut groups = self.grouping.groups();
        groups.len = usize::from(self.grouping.is_one());
        let mut drafts: Vec<Draft> =
            self.grouping.calls.iter().map(|call| Draft::new(call, !self.grouping.is_one())).collect();
        let (mut any, mut drafted) = (false, 0);
        while !self.is_done
            && drafted < MOST_BYTES
            && groups.len + drafts.iter().map(Draft::row_count).sum::<usize>() < MOST_ROWS
        {
            let Some(batch) = self.input.next(ctx)? else {
                self.is_done = true;
                break;
            };
            any = true;
            let growth = groups.table.growth_bytes(batch.len);
            self.add(ctx, &mut groups, &mut drafts, &batch)?;
            drafted = drafts.iter().map(Draft::size_bytes).sum::<usize>();
            self.held.set(&ctx.budget, size_with(&groups, &[], 0) + drafted + growth)?;
        }
        self.held.clear(&ctx.budget);
        if !any {
            return Ok(None);
        }
        let (keys, len) =
            (if self.grouping.is_one() { Vec::new() } else { groups.table.into_columns(ctx) }, groups.len);
        let parts = drafts.into_iter().map(|draft| draft.finish(ctx)).collect::<Result<_, _>>()?;
        Ok(Some(Portion { keys, len, parts }))
    }

    fn size_bytes(portion: &Portion) -> usize {
        portion.size_bytes()
    }
}
