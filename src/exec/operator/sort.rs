//! Sort: all rows in the order of some keys, for each outer row if there is one. Stable. Holds all rows, or with a
//! limit a few times as many as the limit.

use std::cmp::Ordering;

use super::rows::row_count;
use super::{Input, Scope, Source, row_number};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch, Pieces};
use crate::exec::budget::{Budget, Held};
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::exec::eval::{Frame, evaluate};
use crate::exec::host::Env;
use crate::physical::{Operator, Scalar, SortKey};
use crate::value::{Value, compare};

pub(super) struct Sort {
    input: Input,
    partition: Option<usize>,
    /// The expression, and whether the largest comes first.
    keys: Vec<(Scalar, bool)>,
    limit: Option<Scalar>,
    segment: Segment,
    made: Option<Pieces>,
    held: Held,
}

impl Sort {
    pub(super) fn new(
        operator: &Operator,
        partition: Option<usize>,
        keys: &[SortKey],
        limit: Option<&Scalar>,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            partition,
            keys: keys.iter().map(|key| (key.scalar.clone(), key.descending)).collect(),
            limit: limit.cloned(),
            segment: scope.segment,
            made: None,
            held: Held::default(),
        }
    }

    fn run(&mut self, ctx: &Context) -> Result<Batch, ExecError> {
        let limit = match &self.limit {
            Some(limit) => Some(row_count(ctx, limit, self.segment, "LIMIT")?),
            None => None,
        };
        // The columns that go on, then the partition, then the keys.
        let mut held = Batch::default();
        let mut counted = 0;
        while let Some(batch) = self.input.next(ctx)? {
            let graph = ctx.view(self.segment);
            let env = Env::new(ctx, &graph);
            let frame = Frame::of(&batch.columns, batch.len);
            let mut extra: Vec<Column> =
                self.partition.map(|column| batch.columns[column].clone()).into_iter().collect();
            for (key, _) in &self.keys {
                extra.push(evaluate(&env, key, &frame)?);
            }
            let len = batch.len;
            let mut columns = batch.carry(&self.input.carry);
            columns.extend(extra);
            let batch = Batch::new(columns, len);
            ctx.budget.steps(len)?;
            self.held.add(&ctx.budget, bytes_to_sort(&batch))?;
            held.append(batch, ctx);
            if held.len > 2 * counted {
                // What else held the values before is gone by now, so that their parts are larger.
                self.held.set(&ctx.budget, bytes_to_sort(&held))?;
                counted = held.len;
            }
            if let Some(limit) = limit {
                let kept = usize::try_from(limit).unwrap_or(usize::MAX);
                if held.len > kept.saturating_mul(2).saturating_add(4 * BATCH_ROWS) {
                    held = self.sorted(ctx, held, limit)?;
                    self.held.set(&ctx.budget, bytes_to_sort(&held))?;
                    counted = held.len;
                }
            }
        }
        let mut sorted = self.sorted(ctx, held, limit.unwrap_or(u64::MAX))?;
        sorted.columns.truncate(self.input.carry.len());
        Ok(sorted)
    }

    fn sorted(&self, ctx: &Context, held: Batch, limit: u64) -> Result<Batch, ExecError> {
        if held.len == 0 {
            return Ok(held);
        }
        let first = self.input.carry.len();
        let partitioned = usize::from(self.partition.is_some());
        let mut keys: Vec<Key> = Vec::new();
        for (place, column) in held.columns[first..].iter().enumerate() {
            let descending = place >= partitioned && self.keys[place - partitioned].1;
            keys.push(Key { cells: SortCells::of(column, ctx), descending });
        }
        let by_keys = |left: u32, right: u32| {
            keys.iter().map(|key| key.compare(left, right)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        let mut order: Vec<u32> = (0..row_number(held.len)).collect();
        sort(&mut order, by_keys, most_steps(&keys), &ctx.budget)?;
        match (limit, partitioned) {
            (u64::MAX, _) => {}
            (limit, 0) => order.truncate(usize::try_from(limit).unwrap_or(usize::MAX)),
            (limit, _) => {
                let (mut last, mut count) = (None, 0);
                order.retain(|&row| {
                    let same = last.is_some_and(|last| keys[0].compare(last, row).is_eq());
                    count = if same { count + 1 } else { 1 };
                    last = Some(row);
                    count <= limit
                });
            }
        }
        let columns: Vec<Column> = held.columns.iter().map(|column| column.gather(&order)).collect();
        Ok(Batch::new(columns, order.len()))
    }
}

impl Source for Sort {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        if self.made.is_none() {
            let rows = self.run(ctx)?;
            ctx.budget.rows(rows.len)?;
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

/// With the order of the rows, and a copy of it while they are merged.
fn bytes_to_sort(rows: &Batch) -> usize {
    rows.size_bytes() + rows.len * 2 * size_of::<u32>()
}

struct Key<'c> {
    cells: SortCells<'c>,
    descending: bool,
}

impl Key<'_> {
    fn compare(&self, left: u32, right: u32) -> Ordering {
        let order = self.cells.compare(left as usize, right as usize);
        if self.descending { order.reverse() } else { order }
    }
}

/// A key column in the form that compares fastest.
enum SortCells<'c> {
    Slots(&'c [u32]),
    Integers(&'c [i64]),
    Values(std::borrow::Cow<'c, [Value]>),
    Same,
}

impl<'c> SortCells<'c> {
    fn of(column: &'c Column, ctx: &Context) -> Self {
        match column {
            Column::Ordinals(slots) => SortCells::Slots(slots),
            Column::Integers(numbers, present) if present.is_empty() => SortCells::Integers(numbers),
            Column::Values(values) => SortCells::Values(values.into()),
            Column::Constant(..) => SortCells::Same,
            other => SortCells::Values((0..other.len()).map(|row| other.value(row, ctx)).collect()),
        }
    }

    fn compare(&self, left: usize, right: usize) -> Ordering {
        match self {
            SortCells::Slots(slots) => slots[left].cmp(&slots[right]),
            SortCells::Integers(numbers) => numbers[left].cmp(&numbers[right]),
            SortCells::Values(values) if planted!("ORDER BY puts null first") => {
                values[right].is_null().cmp(&values[left].is_null())
            }
            SortCells::Values(values) => compare::order(&values[left], &values[right]),
            SortCells::Same => Ordering::Equal,
        }
    }
}

/// About how many steps the longest comparison of two rows takes.
fn most_steps(keys: &[Key]) -> usize {
    let most = |key: &Key| match &key.cells {
        SortCells::Values(values) => values.iter().map(Value::walk_steps).max().unwrap_or(0),
        SortCells::Slots(_) | SortCells::Integers(_) | SortCells::Same => 0,
    };
    keys.iter().map(most).fold(1, usize::saturating_add)
}

/// Rows with short keys that are sorted in one go; between two of these the budget is looked at.
const RUN_ROWS: usize = 1 << 14;

/// A stable sort that can be stopped: sorted runs, then merged by twos. The longer a comparison takes, the fewer are made
/// between two looks at the budget.
fn sort(
    rows: &mut Vec<u32>,
    compare: impl Fn(u32, u32) -> Ordering,
    steps_per_comparison: usize,
    budget: &Budget,
) -> Result<(), ExecError> {
    let run_rows = (RUN_ROWS / steps_per_comparison).max(1);
    for run in rows.chunks_mut(run_rows) {
        budget.check()?;
        run.sort_by(|&left, &right| compare(left, right));
    }
    let mut width = run_rows;
    while width < rows.len() {
        let mut merged = Vec::with_capacity(rows.len());
        for pair in rows.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let (Some(&first), Some(&second)) = (left.first(), right.first()) {
                budget.steps(steps_per_comparison)?;
                if compare(second, first).is_lt() {
                    merged.push(second);
                    right = &right[1..];
                } else {
                    merged.push(first);
                    left = &left[1..];
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        *rows = merged;
        width *= 2;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::budget::Limits;

    #[test]
    fn a_sort_in_runs_is_stable_and_sorts() {
        let keys: Vec<u32> = (0..100_000_u32).map(|number| number.wrapping_mul(2_654_435_761) % 97).collect();
        let rows: Vec<u32> = (0..100_000).collect();
        let compare = |left: u32, right: u32| keys[left as usize].cmp(&keys[right as usize]);
        let mut expected = rows.clone();
        expected.sort_by_key(|&row| keys[row as usize]);
        for steps in [1, 1000, usize::MAX] {
            let mut sorted = rows.clone();
            sort(&mut sorted, compare, steps, &Budget::new(&Limits::default())).expect("no limits");
            assert_eq!(sorted, expected);
        }
    }
}
