//! Unwind: a row for each item of a list. Order kept; holds one input batch and its lists.
//!
//! A `range(...)` is counted through, not built.

use super::fan::Fan;
use super::{Input, Scope, Wanted, row_number};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::exec::eval::{Frame, evaluate, typed};
use crate::exec::host::Env;
use crate::physical::{Operator, Scalar};
use crate::value::{List, Value};

pub(super) struct Unwind {
    input: Input,
    list: Scalar,
    segment: Segment,
    wanted: Wanted,
    /// Of the lists of the rows in hand.
    held: Held,
}

/// A batch on its way.
pub(super) struct Current {
    batch: Batch,
    items: Items,
    row: usize,
    /// How many items of this row have been given.
    given: u64,
}

/// First, last, step.
type Range = (i64, i64, i64);

/// What is to be given for each row.
enum Items {
    Lists(Column),
    Ranges(Vec<Range>),
}

impl Items {
    fn size_bytes(&self) -> usize {
        match self {
            Items::Lists(column) => column.size_bytes(),
            Items::Ranges(ranges) => size_of_val(&ranges[..]),
        }
    }
}

impl Unwind {
    pub(super) fn new(operator: &Operator, list: &Scalar, scope: Scope, ctx: &Context) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            list: list.clone(),
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
            held: Held::default(),
        }
    }

    fn items(&self, env: &Env, batch: &Batch) -> Result<Items, ExecError> {
        let frame = Frame::of(&batch.columns, batch.len);
        if let Scalar::Call { function, arguments, .. } = &self.list
            && function.name == "range"
            && let Some(ranges) = ranges(env, arguments, &frame)?
        {
            return Ok(Items::Ranges(ranges));
        }
        Ok(Items::Lists(evaluate(env, &self.list, &frame)?))
    }
}

/// The bounds of each row's range; `None` if one is odd, which the function itself will say.
fn ranges(env: &Env, arguments: &[Scalar], frame: &Frame) -> Result<Option<Vec<Range>>, ExecError> {
    let columns = arguments.iter().map(|argument| evaluate(env, argument, frame)).collect::<Result<Vec<_>, _>>()?;
    let mut ranges = Vec::with_capacity(frame.len());
    for row in 0..frame.len() {
        let numbers: Option<Vec<i64>> = columns
            .iter()
            .map(|column| if let Value::Integer(number) = column.value(row, env.ctx) { Some(number) } else { None })
            .collect();
        match numbers.as_deref() {
            Some([first, last]) => ranges.push((*first, *last, 1)),
            Some([first, last, step]) if *step != 0 => ranges.push((*first, *last, *step)),
            _ => return Ok(None),
        }
    }
    Ok(Some(ranges))
}

impl Current {
    /// Gives items of the current row until there are `BATCH_ROWS`; true if the row has no more.
    fn take_list(&mut self, list: &List, rows: &mut Vec<u32>, values: &mut Vec<Value>) -> bool {
        let from = usize::try_from(self.given).expect("a list is shorter than memory");
        let to = list.len().min(from + BATCH_ROWS - rows.len());
        values.extend_from_slice(&list[from..to]);
        rows.resize(values.len(), row_number(self.row));
        self.given = to as u64;
        to == list.len()
    }

    fn give_lists(&mut self, ctx: &Context) -> (Vec<u32>, Column) {
        let (mut rows, mut values) = (Vec::new(), Vec::new());
        while self.row < self.batch.len && rows.len() < BATCH_ROWS {
            let Items::Lists(column) = &self.items else { break };
            let done = match column.value(self.row, ctx) {
                Value::Null => true,
                Value::List(list) => self.take_list(&list, &mut rows, &mut values),
                other => {
                    rows.push(row_number(self.row));
                    values.push(other);
                    true
                }
            };
            if done {
                self.row += 1;
                self.given = 0;
            }
        }
        (rows, typed(values))
    }

    fn give_ranges(&mut self) -> (Vec<u32>, Column) {
        let (mut rows, mut numbers): (Vec<u32>, Vec<i64>) = (Vec::new(), Vec::new());
        while self.row < self.batch.len && rows.len() < BATCH_ROWS {
            let Items::Ranges(ranges) = &self.items else { break };
            let (first, _, step) = ranges[self.row];
            let length = length(ranges[self.row]);
            let room = (BATCH_ROWS - rows.len()) as u128;
            let upto = length.min(u128::from(self.given) + room);
            let number = |index: u128| i128::from(first) + i128::from(step) * i128::try_from(index).unwrap_or(0);
            numbers.extend((u128::from(self.given)..upto).filter_map(|index| i64::try_from(number(index)).ok()));
            rows.resize(numbers.len(), row_number(self.row));
            self.given = u64::try_from(upto).unwrap_or(u64::MAX);
            if upto == length {
                self.row += 1;
                self.given = 0;
            }
        }
        (rows, Column::Integers(numbers, Vec::new()))
    }
}

/// How many numbers a range has.
fn length((first, last, step): Range) -> u128 {
    let distance = i128::from(last) - i128::from(first);
    let step = i128::from(step);
    if distance != 0 && (distance < 0) != (step < 0) {
        return 0;
    }
    u128::try_from(distance / step + 1).unwrap_or(0)
}

impl Fan for Unwind {
    type Current = Current;

    fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    fn begin(&mut self, ctx: &Context, batch: Batch) -> Result<Current, ExecError> {
        let graph = ctx.view(self.segment);
        let items = self.items(&Env::new(ctx, &graph), &batch)?;
        self.held.set(&ctx.budget, items.size_bytes())?;
        Ok(Current { batch, items, row: 0, given: 0 })
    }

    fn more(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        while current.row < current.batch.len && self.wanted.is_done(ctx, &current.batch, current.row) {
            (current.row, current.given) = (current.row + 1, 0);
        }
        let (rows, items) = match &current.items {
            Items::Lists(_) => current.give_lists(ctx),
            Items::Ranges(_) => current.give_ranges(),
        };
        let mut columns = current.batch.gather(&self.input.carry, &rows);
        columns.push(items);
        Ok(Batch::new(columns, rows.len()))
    }

    fn is_done(current: &Current) -> bool {
        current.row >= current.batch.len
    }

    fn forget(&mut self, ctx: &Context, _: Option<Current>) {
        self.held.clear(&ctx.budget);
    }
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn a_range_has_as_many_numbers_as_steps_fit() {
        assert_eq!(length((1, 3, 1)), 3);
        assert_eq!(length((3, 1, 1)), 0);
        assert_eq!(length((3, 1, -2)), 2);
        assert_eq!(length((5, 5, -1)), 1);
        assert_eq!(length((i64::MIN, i64::MAX, 1)), 1 << 64);
    }
}
