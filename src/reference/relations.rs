//! Equality, comparison and order of values, as openCypher defines them.
//!
//! Equality and comparison are three-valued. Order is total, and what it does not tell apart is equivalent.

use std::cmp::Ordering;

use crate::value::{Date, Value};

/// `left = right`.
pub(super) fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::List(left), Value::List(right)) if left.len() != right.len() => Some(false),
        (Value::List(left), Value::List(right)) => all(left.iter().zip(right.iter())),
        (Value::Map(left), Value::Map(right)) if !left.keys().eq(right.keys()) => Some(false),
        (Value::Map(left), Value::Map(right)) => all(left.values().zip(right.values())),
        _ if is_nan(left) || is_nan(right) => Some(false),
        _ => Some(order(left, right).is_eq()),
    }
}

fn all<'v>(pairs: impl Iterator<Item = (&'v Value, &'v Value)>) -> Option<bool> {
    let truths: Vec<Option<bool>> = pairs.map(|(left, right)| equal(left, right)).collect();
    if truths.contains(&Some(false)) {
        return Some(false);
    }
    if truths.contains(&None) { None } else { Some(true) }
}

/// `left < right`.
pub(super) fn less(left: &Value, right: &Value) -> Option<bool> {
    compared(left, right, Ordering::is_lt)
}

/// `left <= right`.
pub(super) fn less_or_equal(left: &Value, right: &Value) -> Option<bool> {
    compared(left, right, Ordering::is_le)
}

/// Unknown for values that do not compare; never for NaN, which is neither less, equal nor greater.
fn compared(left: &Value, right: &Value, holds: fn(Ordering) -> bool) -> Option<bool> {
    match (left, right) {
        (Value::Integer(_) | Value::Float(_), Value::Integer(_) | Value::Float(_)) => {
            Some(!is_nan(left) && !is_nan(right) && holds(order(left, right)))
        }
        (Value::String(_), Value::String(_))
        | (Value::Boolean(_), Value::Boolean(_))
        | (Value::Date(_), Value::Date(_)) => Some(holds(order(left, right))),
        (Value::List(lefts), Value::List(rights)) => {
            for (left, right) in lefts.iter().zip(rights.iter()) {
                if !equal(left, right)? {
                    return less(left, right);
                }
            }
            Some(holds(lefts.len().cmp(&rights.len())))
        }
        _ => None,
    }
}

/// Whether DISTINCT and grouping tell them apart.
pub(super) fn equivalent(left: &Value, right: &Value) -> bool {
    order(left, right).is_eq()
}

/// ORDER BY, ascending.
pub(super) fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Boolean(left), Value::Boolean(right)) => left.cmp(right),
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        (Value::String(left), Value::String(right)) => left.as_bytes().cmp(right.as_bytes()),
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        (Value::Date(_) | Value::Edtf(_), Value::Date(_) | Value::Edtf(_)) => days(left).cmp(&days(right)),
        (Value::DateTime(left), Value::DateTime(right)) => {
            (left.epoch_seconds(), left.nanosecond()).cmp(&(right.epoch_seconds(), right.nanosecond()))
        }
        (Value::Node(left), Value::Node(right)) => left.id().cmp(&right.id()),
        (Value::Relationship(left), Value::Relationship(right)) => left.id().cmp(&right.id()),
        (Value::Path(left), Value::Path(right)) => {
            left.elements.cmp(&right.elements).then_with(|| left.relationships.cmp(&right.relationships))
        }
        (Value::List(left), Value::List(right)) => items(left.iter(), right.iter(), order),
        (Value::Map(left), Value::Map(right)) => {
            items(left.iter(), right.iter(), |left, right| left.0.cmp(right.0).then_with(|| order(left.1, right.1)))
        }
        _ => rank(left).cmp(&rank(right)).then_with(|| {
            let (left, right) = (number(left).unwrap_or(0.0), number(right).unwrap_or(0.0));
            left.partial_cmp(&right).unwrap_or(Ordering::Equal)
        }),
    }
}

/// The first difference, else the shorter one first.
fn items<T>(
    mut left: impl Iterator<Item = T>,
    mut right: impl Iterator<Item = T>,
    order: fn(T, T) -> Ordering,
) -> Ordering {
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(left), Some(right)) => match order(left, right) {
                Ordering::Equal => {}
                different => return different,
            },
        }
    }
}

/// The first and the last day that a date may mean, an open start before all and an open end behind, and its text.
fn days(value: &Value) -> (i64, i64, String) {
    let (first, last) = match value {
        Value::Date(day) => (Some(*day), Some(*day)),
        Value::Edtf(edtf) => (edtf.earliest(), edtf.latest()),
        _ => (None, None),
    };
    let first = first.map_or(i64::MIN, Date::epoch_days);
    (first, last.map_or(i64::MAX, Date::epoch_days), value.to_string())
}

/// Where the types stand: maps first, null last.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Map(_) => 0,
        Value::Node(_) => 1,
        Value::Relationship(_) => 2,
        Value::List(_) => 3,
        Value::Path(_) => 4,
        Value::DateTime(_) => 5,
        Value::LocalDateTime(_)
        | Value::Date(_)
        | Value::Edtf(_)
        | Value::Time(_)
        | Value::LocalTime(_)
        | Value::Duration(_) => 6,
        Value::String(_) => 7,
        Value::Boolean(_) => 8,
        Value::Integer(_) | Value::Float(_) if is_nan(value) => 10,
        Value::Integer(_) | Value::Float(_) => 9,
        Value::Null => 11,
    }
}

fn is_nan(value: &Value) -> bool {
    matches!(value, Value::Float(float) if float.is_nan())
}

/// A number as a float: generated integers beside floats are small.
#[expect(clippy::cast_precision_loss, reason = "exact for small integers")]
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(integer) => Some(*integer as f64),
        Value::Float(float) => Some(*float),
        _ => None,
    }
}
