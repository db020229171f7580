//! `AND`, `OR`, `XOR`, `NOT`, `CASE`: three-valued, and a later operand only for the rows that are still open.

use super::{Frame, eval, evaluate};
use crate::exec::ExecError;
use crate::exec::column::Column;
use crate::exec::host::Env;
use crate::function::operator;
use crate::physical::Scalar;
use crate::value::Value;

/// The rows for which a predicate is true.
pub(in crate::exec) fn selected(env: &Env, predicate: &Scalar, frame: &Frame) -> Result<Vec<u32>, ExecError> {
    if let Scalar::And(terms) = predicate {
        let states = conjunction(env, terms, frame)?;
        return Ok(rows_of(states.len(), |row| states[row] == Some(true)));
    }
    let column = eval(env, predicate, frame)?;
    Ok(match &*column {
        Column::Booleans(values, present) if present.is_empty() => rows_of(values.len(), |row| values[row]),
        Column::Booleans(values, present) => rows_of(values.len(), |row| values[row] & present[row]),
        other => {
            let truths = truths_in(env, predicate, other)?;
            rows_of(truths.len(), |row| truths[row] == Some(true))
        }
    })
}

/// How many rows a predicate is true for.
pub(in crate::exec) fn count_selected(env: &Env, predicate: &Scalar, frame: &Frame) -> Result<usize, ExecError> {
    let column = eval(env, predicate, frame)?;
    Ok(match &*column {
        Column::Booleans(values, present) if present.is_empty() => values.iter().filter(|value| **value).count(),
        Column::Booleans(values, present) => {
            values.iter().zip(present).filter(|(value, there)| **value && **there).count()
        }
        other => truths_in(env, predicate, other)?.into_iter().filter(|truth| *truth == Some(true)).count(),
    })
}

/// The rows that are wanted. Without a branch in the loop: which rows are wanted is hard to foretell.
fn rows_of(len: usize, wanted: impl Fn(usize) -> bool) -> Vec<u32> {
    let mut rows = vec![0; len];
    let mut count = 0;
    for (number, row) in (0..len).zip(0..to_row(len)) {
        rows[count] = row;
        count += usize::from(wanted(number));
    }
    rows.truncate(count);
    rows
}

/// What `predicate` says of each row.
pub(in crate::exec) fn truths(env: &Env, predicate: &Scalar, frame: &Frame) -> Result<Vec<Option<bool>>, ExecError> {
    truths_in(env, predicate, &*eval(env, predicate, frame)?)
}

/// What each row of `column`, the value of `predicate`, says.
fn truths_in(env: &Env, predicate: &Scalar, column: &Column) -> Result<Vec<Option<bool>>, ExecError> {
    let mut truths = Vec::with_capacity(column.len());
    each_truth(env, predicate, column, |truth| truths.push(truth))?;
    Ok(truths)
}

/// Tells `take` what each row of `column`, the value of `predicate`, says.
fn each_truth(
    env: &Env,
    predicate: &Scalar,
    column: &Column,
    mut take: impl FnMut(Option<bool>),
) -> Result<(), ExecError> {
    let told = match column {
        Column::Booleans(values, present) if present.is_empty() => {
            for &value in values {
                take(Some(value));
            }
            Ok(())
        }
        Column::Booleans(values, present) => {
            for (&value, &there) in values.iter().zip(present) {
                take(there.then_some(value));
            }
            Ok(())
        }
        Column::Constant(value, len) => operator::truth(value).map(|truth| (0..*len).for_each(|_| take(truth))),
        Column::Values(values) => values.iter().try_for_each(|value| operator::truth(value).map(&mut take)),
        other => (0..other.len()).try_for_each(|row| operator::truth(&other.value(row, env.ctx)).map(&mut take)),
    };
    told.map_err(|error| ExecError::from(error).at(predicate.range()))
}

pub(super) fn and(env: &Env, terms: &[Scalar], frame: &Frame) -> Result<Column, ExecError> {
    conjunction(env, terms, frame).map(Column::booleans)
}

pub(super) fn or(env: &Env, terms: &[Scalar], frame: &Frame) -> Result<Column, ExecError> {
    decide(env, terms, frame, Some(false), operator::or, Some(true)).map(Column::booleans)
}

fn conjunction(env: &Env, terms: &[Scalar], frame: &Frame) -> Result<Vec<Option<bool>>, ExecError> {
    decide(env, terms, frame, Some(true), operator::and, Some(false))
}

/// Folds the terms with `join`; a row that has come to `decided` is not looked at again.
fn decide(
    env: &Env,
    terms: &[Scalar],
    frame: &Frame,
    start: Option<bool>,
    join: fn(Option<bool>, Option<bool>) -> Option<bool>,
    decided: Option<bool>,
) -> Result<Vec<Option<bool>>, ExecError> {
    let mut states = vec![start; frame.len()];
    for term in terms.iter().filter(|_| frame.len() > 0) {
        if !states.contains(&decided) {
            let mut all = states.iter_mut();
            each_truth(env, term, &*eval(env, term, frame)?, |truth| {
                if let Some(state) = all.next() {
                    *state = join(*state, truth);
                }
            })?;
            continue;
        }
        let open: Vec<u32> = (0..to_row(frame.len())).filter(|&row| states[row as usize] != decided).collect();
        if open.is_empty() {
            break;
        }
        let some = frame.narrow(&open);
        let mut rows = open.iter();
        each_truth(env, term, &*eval(env, term, &some)?, |truth| {
            if let Some(&row) = rows.next() {
                states[row as usize] = join(states[row as usize], truth);
            }
        })?;
    }
    Ok(states)
}

pub(super) fn xor(env: &Env, terms: &[Scalar], frame: &Frame) -> Result<Column, ExecError> {
    let mut states = vec![Some(false); frame.len()];
    for term in terms {
        let found = truths(env, term, frame)?;
        for (state, truth) in states.iter_mut().zip(found) {
            *state = operator::xor(*state, truth);
        }
    }
    Ok(Column::booleans(states))
}

pub(super) fn not(env: &Env, term: &Scalar, frame: &Frame) -> Result<Column, ExecError> {
    let column = eval(env, term, frame)?;
    if let Column::Booleans(values, present) = &*column {
        let present = if planted!("NOT makes null true") { Vec::new() } else { present.clone() };
        return Ok(Column::Booleans(values.iter().map(|value| !value).collect(), present));
    }
    Ok(Column::booleans(truths_in(env, term, &column)?.into_iter().map(operator::not)))
}

pub(super) fn case(
    env: &Env,
    branches: &[(Scalar, Scalar)],
    otherwise: Option<&Scalar>,
    frame: &Frame,
) -> Result<Column, ExecError> {
    let mut open: Vec<u32> = (0..to_row(frame.len())).collect();
    // The results of the branches one behind the other, and whose row each is.
    let mut results = Column::Constant(Value::Null, 0);
    let mut places: Vec<u32> = Vec::with_capacity(frame.len());
    for (when, then) in branches {
        if open.is_empty() {
            break;
        }
        let mut taken = Vec::new();
        let mut left = Vec::new();
        for (&row, truth) in open.iter().zip(truths(env, when, &frame.narrow(&open))?) {
            if truth == Some(true) { taken.push(row) } else { left.push(row) }
        }
        if !taken.is_empty() {
            results.append(evaluate(env, then, &frame.narrow(&taken))?, env.ctx);
            places.extend(taken);
        }
        open = left;
    }
    if !open.is_empty() {
        let rest = match otherwise {
            Some(otherwise) => evaluate(env, otherwise, &frame.narrow(&open))?,
            None => Column::Constant(Value::Null, open.len()),
        };
        results.append(rest, env.ctx);
        places.extend(open);
    }
    let mut order = vec![0; frame.len()];
    for (result, &place) in (0..).zip(&places) {
        order[place as usize] = result;
    }
    Ok(results.gather(&order))
}

/// A number of rows as the number of a row: a batch has far fewer than 2^32.
pub(super) fn to_row(len: usize) -> u32 {
    u32::try_from(len).expect("a batch has fewer than 2^32 rows")
}
