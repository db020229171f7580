//! Comprehensions, quantifiers and reductions: what stands inside is evaluated over batches of items.

use super::logic::to_row;
use super::{Cells, Frame, evaluate, truths, typed};
use crate::exec::ExecError;
use crate::exec::batch::BATCH_ROWS;
use crate::exec::column::Column;
use crate::exec::host::Env;
use crate::expr::Quantifier;
use crate::function::FunctionError;
use crate::physical::Scalar;
use crate::value::{List, Value};

pub(super) fn comprehension(
    env: &Env,
    local: usize,
    list: &Scalar,
    predicate: Option<&Scalar>,
    map: Option<&Scalar>,
    frame: &Frame,
) -> Result<Column, ExecError> {
    let lists = lists(env, list, frame)?;
    let mut made: Vec<Vec<Value>> = vec![Vec::new(); frame.len()];
    in_batches(
        env,
        &lists,
        local,
        frame,
        |_| true,
        |items, rows, values| {
            let kept: Option<Vec<bool>> = match predicate {
                None => None,
                Some(predicate) => {
                    let truths = truths(env, predicate, items)?;
                    Some(truths.into_iter().map(|truth| truth == Some(true)).collect())
                }
            };
            let Some(map) = map else {
                env.ctx.budget.bytes(size_of_val(values))?;
                for (index, (&row, value)) in rows.iter().zip(values).enumerate() {
                    if kept.as_ref().is_none_or(|kept| kept[index]) {
                        made[row as usize].push(value.clone());
                    }
                }
                return Ok(());
            };
            let places: Vec<u32> = (0..to_row(rows.len()))
                .filter(|&index| kept.as_ref().is_none_or(|kept| kept[index as usize]))
                .collect();
            let mapped = evaluate(env, map, &items.narrow(&places))?;
            let temporal_bytes: usize = match &mapped {
                Column::Values(values) => values.iter().map(Value::temporal_bytes).sum(),
                _ => 0,
            };
            env.ctx.budget.bytes(places.len() * size_of::<Value>() + temporal_bytes)?;
            for (index, &place) in places.iter().enumerate() {
                made[rows[place as usize] as usize].push(mapped.value(index, env.ctx));
            }
            Ok(())
        },
    )?;
    let results = lists.into_iter().zip(made).map(|(list, items)| match list {
        None => Ok(Value::Null),
        Some(_) => env.ctx.budget.value(Value::List(items.into())),
    });
    Ok(Column::Values(results.collect::<Result<_, _>>()?))
}

/// How the items of one row have answered.
#[derive(Clone, Copy, Default)]
struct Tally {
    yes: u64,
    no: u64,
    unknown: u64,
}

impl Tally {
    /// Whether the items still to come may change the answer.
    fn is_open(self, kind: Quantifier) -> bool {
        match kind {
            Quantifier::All => self.no == 0,
            Quantifier::Any | Quantifier::None => self.yes == 0,
            Quantifier::Single => self.yes < 2,
        }
    }

    fn result(self, kind: Quantifier) -> Option<bool> {
        if !self.is_open(kind) {
            return Some(kind == Quantifier::Any);
        }
        if self.unknown > 0 {
            return None;
        }
        Some(match kind {
            Quantifier::All | Quantifier::None => true,
            Quantifier::Any => false,
            Quantifier::Single => self.yes == 1,
        })
    }
}

pub(super) fn quantifier(
    env: &Env,
    kind: Quantifier,
    local: usize,
    list: &Scalar,
    predicate: &Scalar,
    frame: &Frame,
) -> Result<Column, ExecError> {
    let lists = lists(env, list, frame)?;
    let tallies = std::cell::RefCell::new(vec![Tally::default(); frame.len()]);
    let open = |row: usize| tallies.borrow()[row].is_open(kind);
    in_batches(env, &lists, local, frame, open, |items, rows, _| {
        let truths = truths(env, predicate, items)?;
        let mut tallies = tallies.borrow_mut();
        for (&row, truth) in rows.iter().zip(truths) {
            let tally = &mut tallies[row as usize];
            match truth {
                Some(true) => tally.yes += 1,
                Some(false) => tally.no += 1,
                None => tally.unknown += 1,
            }
        }
        Ok(())
    })?;
    let tallies = tallies.into_inner();
    Ok(Column::booleans(lists.iter().zip(tallies).map(|(list, tally)| list.as_ref().and_then(|_| tally.result(kind)))))
}

/// `(accumulator, initial)` and `(local, list)`: the number of each variable and what it comes from.
pub(super) fn reduce(
    env: &Env,
    (accumulator, initial): (usize, &Scalar),
    (local, list): (usize, &Scalar),
    step: &Scalar,
    frame: &Frame,
) -> Result<Column, ExecError> {
    let lists = lists(env, list, frame)?;
    let mut states = evaluate(env, initial, frame)?.into_values(env.ctx);
    let longest = lists.iter().flatten().map(|list| list.len()).max().unwrap_or(0);
    let mut rows: Vec<u32> = (0..to_row(frame.len())).filter(|&row| lists[row as usize].is_some()).collect();
    let made_before = env.ctx.budget.made();
    for index in 0..longest {
        env.ctx.budget.step()?;
        let made = env.ctx.budget.made();
        rows.retain(|&row| lists[row as usize].as_ref().is_some_and(|list| index < list.len()));
        let mut narrow = frame.narrow(&rows);
        let before = rows.iter().map(|&row| std::mem::take(&mut states[row as usize])).collect();
        let item = |row: &u32| lists[*row as usize].as_ref().map_or(Value::Null, |list| list[index].clone());
        // The lower number first: a local variable forgets those inside it.
        let mut locals = [(accumulator, typed(before)), (local, typed(rows.iter().map(item).collect()))];
        locals.sort_by_key(|(number, _)| *number);
        for (number, column) in locals {
            narrow.set_local(number, column);
        }
        let after = evaluate(env, step, &narrow)?;
        for (index, &row) in rows.iter().enumerate() {
            states[row as usize] = after.value(index, env.ctx);
        }
        // What this step has made is alive; the states before it are gone, where it has made others.
        let made_now = env.ctx.budget.made() - made;
        if made_now > 0 {
            env.ctx.budget.settle(made_before + made_now);
        }
    }
    let results = lists.iter().zip(states).map(|(list, state)| list.as_ref().map_or(Value::Null, |_| state));
    Ok(typed(results.collect()))
}

/// The list of each row; `None` for null.
fn lists(env: &Env, list: &Scalar, frame: &Frame) -> Result<Vec<Option<List>>, ExecError> {
    let column = evaluate(env, list, frame)?;
    let cells = Cells::of(&column, env.ctx);
    (0..frame.len())
        .map(|row| match cells.get(row) {
            Value::Null => Ok(None),
            Value::List(list) => Ok(Some(list.clone())),
            other => Err(FunctionError::Type {
                function: "a list expression",
                expected: "a LIST",
                found: other.type_name().to_owned(),
            }
            .into()),
        })
        .collect()
}

/// Hands the items of all lists to `take` in batches: the frame of the batch with the item as local variable, the row
/// that each item belongs to, and the items. Rows that are no longer `open` are passed over.
fn in_batches(
    env: &Env,
    lists: &[Option<List>],
    local: usize,
    frame: &Frame,
    open: impl Fn(usize) -> bool,
    mut take: impl FnMut(&Frame, &[u32], &[Value]) -> Result<(), ExecError>,
) -> Result<(), ExecError> {
    let mut rows = Vec::new();
    let mut values = Vec::new();
    let mut flush = |rows: &mut Vec<u32>, values: &mut Vec<Value>| {
        env.ctx.budget.steps(rows.len())?;
        let mut items = frame.narrow(rows);
        items.set_local(local, typed(values.clone()));
        take(&items, rows, values)?;
        rows.clear();
        values.clear();
        Ok::<_, ExecError>(())
    };
    for (row, list) in lists.iter().enumerate() {
        let Some(list) = list else { continue };
        for item in list.iter() {
            rows.push(to_row(row));
            values.push(item.clone());
            if rows.len() == BATCH_ROWS {
                flush(&mut rows, &mut values)?;
                if !open(row) {
                    break;
                }
            }
        }
    }
    if !rows.is_empty() {
        flush(&mut rows, &mut values)?;
    }
    Ok(())
}
