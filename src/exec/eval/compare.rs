//! `=`, `<>`, `<`, `<=`, `>`, `>=` over columns: typed loops for numbers and elements, values otherwise.

use super::{Cells, Frame, eval, texts};
use crate::exec::ExecError;
use crate::exec::column::{Column, NULL_SLOT};
use crate::exec::host::Env;
use crate::expr::Comparison;
use crate::physical::Scalar;
use crate::value::Value;

pub(super) fn compare(
    env: &Env,
    comparison: Comparison,
    left: &Scalar,
    right: &Scalar,
    frame: &Frame,
) -> Result<Column, ExecError> {
    let left = eval(env, left, frame)?;
    let right = eval(env, right, frame)?;
    if let Some(column) = compare_typed(comparison, &left, &right) {
        return Ok(column);
    }
    match (&*left, &*right) {
        (Column::Texts(codes), Column::Constant(value, _)) => {
            return texts::ask(env, codes, |text| comparison.holds(text, value));
        }
        (Column::Constant(value, _), Column::Texts(codes)) => {
            return texts::ask(env, codes, |text| comparison.holds(value, text));
        }
        _ => {}
    }
    let (left, right) = (Cells::of(&left, env.ctx), Cells::of(&right, env.ctx));
    let holds = (0..frame.len()).map(|row| {
        let (left, right) = (left.get(row), right.get(row));
        // The shorter of two decides how long it takes.
        env.ctx.budget.steps(1 + left.walk_steps().min(right.walk_steps()))?;
        Ok(comparison.holds(left, right))
    });
    Ok(Column::booleans(holds.collect::<Result<Vec<_>, ExecError>>()?))
}

fn compare_typed(comparison: Comparison, left: &Column, right: &Column) -> Option<Column> {
    Some(match (left, right) {
        (Column::Integers(left, mask), Column::Constant(Value::Integer(right), _)) => {
            Column::Booleans(integers_with_one(comparison, left, *right), mask.clone())
        }
        (Column::Integers(left, mine), Column::Integers(right, theirs)) => {
            Column::Booleans(integers(comparison, left, right), both(mine, theirs))
        }
        (Column::Floats(left, mask), Column::Constant(Value::Float(right), _)) => {
            Column::Booleans(floats_with_one(comparison, left, *right), mask.clone())
        }
        (Column::Floats(left, mine), Column::Floats(right, theirs)) => {
            let values = left.iter().zip(right).map(|(left, right)| float_holds(comparison, *left, *right)).collect();
            Column::Booleans(values, both(mine, theirs))
        }
        (Column::Nodes(left), Column::Nodes(right)) | (Column::Rels(left), Column::Rels(right)) => {
            return compare_slots(comparison, left, right);
        }
        (Column::Constant(Value::Null, len), _) | (_, Column::Constant(Value::Null, len)) => {
            Column::Constant(Value::Null, *len)
        }
        _ => return None,
    })
}

// One loop for each comparison, so that none decides anything inside.

fn integers_with_one(comparison: Comparison, left: &[i64], right: i64) -> Vec<bool> {
    let left = left.iter();
    match comparison {
        Comparison::Equal | Comparison::Same => left.map(|left| *left == right).collect(),
        Comparison::NotEqual => left.map(|left| *left != right).collect(),
        Comparison::Less => left.map(|left| *left < right).collect(),
        Comparison::LessOrEqual => left.map(|left| *left <= right).collect(),
        Comparison::Greater => left.map(|left| *left > right).collect(),
        Comparison::GreaterOrEqual => left.map(|left| *left >= right).collect(),
    }
}

fn integers(comparison: Comparison, left: &[i64], right: &[i64]) -> Vec<bool> {
    let pairs = left.iter().zip(right);
    match comparison {
        Comparison::Equal | Comparison::Same => pairs.map(|(left, right)| left == right).collect(),
        Comparison::NotEqual => pairs.map(|(left, right)| left != right).collect(),
        Comparison::Less => pairs.map(|(left, right)| left < right).collect(),
        Comparison::LessOrEqual => pairs.map(|(left, right)| left <= right).collect(),
        Comparison::Greater => pairs.map(|(left, right)| left > right).collect(),
        Comparison::GreaterOrEqual => pairs.map(|(left, right)| left >= right).collect(),
    }
}

fn floats_with_one(comparison: Comparison, left: &[f64], right: f64) -> Vec<bool> {
    left.iter().map(|left| float_holds(comparison, *left, right)).collect()
}

#[expect(clippy::float_cmp, reason = "this is the language's own `=`")]
fn float_holds(comparison: Comparison, left: f64, right: f64) -> bool {
    match comparison {
        Comparison::Equal => left == right,
        Comparison::Same => left == right || (left.is_nan() && right.is_nan()),
        Comparison::NotEqual => left != right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}

fn compare_slots(comparison: Comparison, left: &[u32], right: &[u32]) -> Option<Column> {
    let negate = match comparison {
        Comparison::Equal | Comparison::Same => false,
        Comparison::NotEqual => true,
        Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => return None,
    };
    Some(Column::booleans(
        left.iter()
            .zip(right)
            .map(|(&left, &right)| (left != NULL_SLOT && right != NULL_SLOT).then_some((left == right) != negate)),
    ))
}

/// Present where both are.
pub(super) fn both(mine: &[bool], theirs: &[bool]) -> Vec<bool> {
    match (mine.is_empty(), theirs.is_empty()) {
        (true, _) => theirs.to_vec(),
        (false, true) => mine.to_vec(),
        (false, false) => mine.iter().zip(theirs).map(|(mine, theirs)| *mine && *theirs).collect(),
    }
}
