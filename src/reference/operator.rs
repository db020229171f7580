//! Arithmetic, membership, texts, items and slices of values.

use super::relations::{equal, number};
use super::{Outcome, failed};
use crate::syntax::ast::BinaryOp;
use crate::value::text_form::to_text;
use crate::value::{List, Value};

/// `left op right`.
pub(super) fn binary(op: BinaryOp, left: &Value, right: &Value) -> Outcome<Value> {
    match op {
        BinaryOp::In => in_list(left, right),
        BinaryOp::StartsWith => Ok(texts(left, right, |left, right| left.starts_with(right))),
        BinaryOp::EndsWith => Ok(texts(left, right, |left, right| left.ends_with(right))),
        BinaryOp::Contains => Ok(texts(left, right, |left, right| left.contains(right))),
        _ if left.is_null() || right.is_null() => Ok(Value::Null),
        BinaryOp::Add => add(left, right),
        BinaryOp::Concatenate => match (left, right) {
            (Value::List(_), Value::List(_)) | (Value::String(_), Value::String(_)) => add(left, right),
            _ => failed("joined what is neither two texts nor two lists"),
        },
        BinaryOp::Subtract => numeric(left, right, i64::checked_sub, |left, right| left - right),
        BinaryOp::Multiply => numeric(left, right, i64::checked_mul, |left, right| left * right),
        BinaryOp::Divide => numeric(left, right, i64::checked_div, |left, right| left / right),
        BinaryOp::Modulo => numeric(left, right, i64::checked_rem, |left, right| left % right),
        BinaryOp::Power => match (number(left), number(right)) {
            (Some(left), Some(right)) => Ok(Value::Float(left.powf(right))),
            _ => failed("a power of what is no number"),
        },
        BinaryOp::Matches => failed("the reference knows no regular expressions"),
    }
}

pub(super) fn negated(value: &Value) -> Outcome<Value> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Float(float) => Ok(Value::Float(-float)),
        other => numeric(&Value::Integer(0), other, i64::checked_sub, |left, right| left - right),
    }
}

fn add(left: &Value, right: &Value) -> Outcome<Value> {
    let joined = |left: &[Value], right: &[Value]| Ok(Value::List(List::from([left, right].concat())));
    match (left, right) {
        (Value::List(left), Value::List(right)) => joined(left, right),
        (Value::List(left), item) => joined(left, std::slice::from_ref(item)),
        (item, Value::List(right)) => joined(std::slice::from_ref(item), right),
        (Value::String(_), _) | (_, Value::String(_)) => match (to_text(left), to_text(right)) {
            (Some(left), Some(right)) => Ok(Value::from(left + &right)),
            _ => failed("a text and what is none"),
        },
        _ => numeric(left, right, i64::checked_add, |left, right| left + right),
    }
}

fn numeric(
    left: &Value,
    right: &Value,
    integers: fn(i64, i64) -> Option<i64>,
    floats: fn(f64, f64) -> f64,
) -> Outcome<Value> {
    if let (Value::Integer(left), Value::Integer(right)) = (left, right) {
        return integers(*left, *right).map_or_else(|| failed("no such integer"), |result| Ok(Value::Integer(result)));
    }
    match (number(left), number(right)) {
        (Some(left), Some(right)) => Ok(Value::Float(floats(left, right))),
        _ => failed("arithmetic with what is no number"),
    }
}

/// Unknown if no item is equal for certain and one may be.
fn in_list(item: &Value, list: &Value) -> Outcome<Value> {
    let items = match list {
        Value::Null => return Ok(Value::Null),
        Value::List(items) => items,
        _ => return failed("IN what is no list"),
    };
    let truths: Vec<Option<bool>> = items.iter().map(|other| equal(item, other)).collect();
    if truths.contains(&Some(true)) {
        return Ok(Value::from(true));
    }
    Ok(if truths.contains(&None) { Value::Null } else { Value::from(false) })
}

fn texts(left: &Value, right: &Value, holds: fn(&str, &str) -> bool) -> Value {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Value::from(holds(left, right)),
        _ => Value::Null,
    }
}

/// `base[index]` of a list.
pub(super) fn item(items: &List, index: i64) -> Value {
    let place = if index < 0 { index + length(items) } else { index };
    usize::try_from(place).ok().and_then(|place| items.get(place)).cloned().unwrap_or_default()
}

/// `list[from..to]`.
pub(super) fn slice(list: &Value, from: Option<&Value>, to: Option<&Value>) -> Outcome<Value> {
    let items = match list {
        Value::Null => return Ok(Value::Null),
        Value::List(items) => items,
        _ => return failed("a slice of what is no list"),
    };
    let bound = |bound: Option<&Value>, left_out: i64| match bound {
        None => Ok(Some(left_out)),
        Some(Value::Null) => Ok(None),
        Some(Value::Integer(place)) if *place < 0 => Ok(Some((place + length(items)).max(0))),
        Some(Value::Integer(place)) => Ok(Some(*place)),
        Some(_) => failed("a slice by what is no integer"),
    };
    let (Some(from), Some(to)) = (bound(from, 0)?, bound(to, length(items))?) else { return Ok(Value::Null) };
    let inside = (0..).zip(items.iter()).filter(|(place, _)| (from..to).contains(place));
    Ok(Value::List(inside.map(|(_, item)| item.clone()).collect()))
}

fn length(items: &List) -> i64 {
    i64::try_from(items.len()).expect("a short list")
}
