//! `+`, `-`, `*`, `/`, `%`, `^`, `||`, `IN`, `STARTS WITH`, `ENDS WITH`, `CONTAINS`, `=~` over columns.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::compare::both;
use super::{Cells, Frame, eval, typed};
use crate::exec::ExecError;
use crate::exec::column::Column;
use crate::exec::host::Env;
use crate::expr::Operator;
use crate::function::{FunctionError, operator as values};
use crate::physical::Scalar;
use crate::value::{List, Value};

pub(super) fn operate(
    env: &Env,
    operator: Operator,
    left: &Scalar,
    right: &Scalar,
    frame: &Frame,
) -> Result<Column, ExecError> {
    let left = eval(env, left, frame)?;
    let right = eval(env, right, frame)?;
    match operator {
        Operator::Add | Operator::Subtract | Operator::Multiply => {
            if let Some(column) = calculate_typed(operator, &left, &right)? {
                return Ok(column);
            }
            calculate(env, operator, &left, &right, frame.len())
        }
        Operator::Divide | Operator::Modulo | Operator::Power | Operator::Concatenate => {
            calculate(env, operator, &left, &right, frame.len())
        }
        Operator::In => is_in(env, &left, &right, frame.len()),
        Operator::StartsWith => texts(env, values::starts_with, &left, &right, frame.len()),
        Operator::EndsWith => texts(env, values::ends_with, &left, &right, frame.len()),
        Operator::Contains => texts(env, values::contains, &left, &right, frame.len()),
        Operator::Matches => matches(env, &left, &right, frame.len()),
    }
}

pub(super) fn negate(env: &Env, term: &Scalar, frame: &Frame) -> Result<Column, ExecError> {
    let column = eval(env, term, frame)?;
    let cells = Cells::of(&column, env.ctx);
    let results = (0..frame.len()).map(|row| values::negate(cells.get(row))).collect::<Result<_, _>>()?;
    Ok(typed(results))
}

fn calculate(env: &Env, operator: Operator, left: &Column, right: &Column, len: usize) -> Result<Column, ExecError> {
    let (left, right) = (Cells::of(left, env.ctx), Cells::of(right, env.ctx));
    let mut results = Vec::with_capacity(len);
    for row in 0..len {
        env.ctx.budget.step()?;
        results.push(calculate_values(env, operator, left.get(row), right.get(row))?);
    }
    Ok(typed(results))
}

fn calculate_values(env: &Env, operator: Operator, left: &Value, right: &Value) -> Result<Value, ExecError> {
    let result = match operator {
        Operator::Add => return env.ctx.budget.value(values::add(env, left, right)?),
        Operator::Concatenate => return env.ctx.budget.value(values::concatenate(env, left, right)?),
        Operator::Subtract => values::subtract(left, right),
        Operator::Multiply => values::multiply(left, right),
        Operator::Divide => values::divide(left, right),
        Operator::Modulo => values::modulo(left, right),
        Operator::Power => values::power(left, right),
        Operator::In | Operator::StartsWith | Operator::EndsWith | Operator::Contains | Operator::Matches => {
            unreachable!("these do not calculate")
        }
    };
    Ok(result?)
}

/// Whole and floating numbers without making values of them; `None` if the columns are not of one numeric type.
fn calculate_typed(operator: Operator, left: &Column, right: &Column) -> Result<Option<Column>, FunctionError> {
    let whole: fn(i64, i64) -> Option<i64> = match operator {
        Operator::Add => i64::checked_add,
        Operator::Subtract => i64::checked_sub,
        _ => i64::checked_mul,
    };
    let float: fn(f64, f64) -> f64 = match operator {
        Operator::Add => |left, right| left + right,
        Operator::Subtract => |left, right| left - right,
        _ => |left, right| left * right,
    };
    let overflow = || FunctionError::Overflow {
        operation: match operator {
            Operator::Add => "+",
            Operator::Subtract => "-",
            _ => "*",
        },
    };
    let calculate = |left: i64, right: i64| whole(left, right).ok_or_else(overflow);
    Ok(Some(match (left, right) {
        (Column::Integers(left, mask), Column::Constant(Value::Integer(right), _)) => {
            let results = map_present(left, mask, |left| calculate(left, *right))?;
            Column::Integers(results, mask.clone())
        }
        (Column::Constant(Value::Integer(left), _), Column::Integers(right, mask)) => {
            let results = map_present(right, mask, |right| calculate(*left, right))?;
            Column::Integers(results, mask.clone())
        }
        (Column::Integers(left, mine), Column::Integers(right, theirs)) => {
            let mask = both(mine, theirs);
            let there = |row: usize| mask.is_empty() || mask[row];
            let pairs = left.iter().zip(right).enumerate();
            let results = pairs
                .map(|(row, (left, right))| if there(row) { calculate(*left, *right) } else { Ok(0) })
                .collect::<Result<_, _>>()?;
            Column::Integers(results, mask)
        }
        (Column::Floats(left, mask), Column::Constant(Value::Float(right), _)) => {
            Column::Floats(left.iter().map(|left| float(*left, *right)).collect(), mask.clone())
        }
        (Column::Constant(Value::Float(left), _), Column::Floats(right, mask)) => {
            Column::Floats(right.iter().map(|right| float(*left, *right)).collect(), mask.clone())
        }
        (Column::Floats(left, mine), Column::Floats(right, theirs)) => {
            let results = left.iter().zip(right).map(|(left, right)| float(*left, *right)).collect();
            Column::Floats(results, both(mine, theirs))
        }
        _ => return Ok(None),
    }))
}

fn map_present(
    numbers: &[i64],
    mask: &[bool],
    calculate: impl Fn(i64) -> Result<i64, FunctionError>,
) -> Result<Vec<i64>, FunctionError> {
    let there = |row: usize| mask.is_empty() || mask[row];
    numbers.iter().enumerate().map(|(row, number)| if there(row) { calculate(*number) } else { Ok(0) }).collect()
}

fn texts(
    env: &Env,
    test: fn(&Value, &Value) -> Option<bool>,
    left: &Column,
    right: &Column,
    len: usize,
) -> Result<Column, ExecError> {
    if let (Column::Texts(codes), Column::Constant(part, _)) = (left, right) {
        return super::texts::ask(env, codes, |text| test(text, part));
    }
    let (left, right) = (Cells::of(left, env.ctx), Cells::of(right, env.ctx));
    let holds = (0..len).map(|row| {
        env.ctx.budget.steps(1 + left.get(row).walk_steps())?;
        Ok(test(left.get(row), right.get(row)))
    });
    Ok(Column::booleans(holds.collect::<Result<Vec<_>, ExecError>>()?))
}

fn matches(env: &Env, left: &Column, right: &Column, len: usize) -> Result<Column, ExecError> {
    let (left, right) = (Cells::of(left, env.ctx), Cells::of(right, env.ctx));
    let mut results = Vec::with_capacity(len);
    for row in 0..len {
        env.ctx.budget.steps(1 + left.get(row).walk_steps())?;
        results.push(match (left.get(row), right.get(row)) {
            (Value::String(text), Value::String(pattern)) => Some(matches_text(env, text, pattern)?),
            (text, pattern) => values::regex_match(text, pattern)?,
        });
    }
    Ok(Column::booleans(results))
}

fn matches_text(env: &Env, text: &str, pattern: &Arc<str>) -> Result<bool, ExecError> {
    let mut patterns = env.ctx.patterns.borrow_mut();
    if patterns.known(pattern).is_none() {
        // It may take as long as thousands of rows.
        env.ctx.budget.check()?;
        patterns.keep(pattern)?;
    }
    Ok(patterns.known(pattern).is_some_and(|regex| regex.is_match(text)))
}

fn is_in(env: &Env, left: &Column, right: &Column, len: usize) -> Result<Column, ExecError> {
    if let Column::Constant(Value::List(list), _) = right
        && let Some(column) = is_in_known(env, left, list, len)
    {
        return Ok(column);
    }
    let (left, right) = (Cells::of(left, env.ctx), Cells::of(right, env.ctx));
    let mut results = Vec::with_capacity(len);
    for row in 0..len {
        if let Value::List(list) = right.get(row) {
            env.ctx.budget.steps(list.len())?;
        }
        results.push(values::in_list(left.get(row), right.get(row))?);
    }
    Ok(Column::booleans(results))
}

/// Lists shorter than this are searched from end to end.
const HASHED_LIST: usize = 8;

/// A long list of plain texts, or of integers, is hashed once. A row of another type is for the general way.
fn is_in_known(env: &Env, left: &Column, list: &List, len: usize) -> Option<Column> {
    if list.len() < HASHED_LIST || len < 2 {
        return None;
    }
    let cells = Cells::of(left, env.ctx);
    if list.iter().all(|item| matches!(item, Value::String(_))) {
        let known: FxHashSet<&str> =
            list.iter().filter_map(|item| if let Value::String(text) = item { Some(&**text) } else { None }).collect();
        let found = |row| match cells.get(row) {
            Value::String(text) => Some(Some(known.contains(&**text))),
            Value::Null => Some(None),
            _ => None,
        };
        return (0..len).map(found).collect::<Option<Vec<_>>>().map(Column::booleans);
    }
    if list.iter().all(|item| matches!(item, Value::Integer(_))) {
        let known: FxHashSet<i64> = list
            .iter()
            .filter_map(|item| if let Value::Integer(number) = item { Some(*number) } else { None })
            .collect();
        let found = |row| match cells.get(row) {
            Value::Integer(number) => Some(Some(known.contains(number))),
            Value::Null => Some(None),
            _ => None,
        };
        return (0..len).map(found).collect::<Option<Vec<_>>>().map(Column::booleans);
    }
    None
}
