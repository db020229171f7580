//! The three relations between two values: equality, equivalence, order.
//!
//! Equality and comparison are three-valued: `None` is unknown. Order is total over all values of all types, and
//! equivalence is what order calls equal, so grouping, `DISTINCT`, `ORDER BY` and indexes cannot disagree.
//! Whatever is equal is equivalent, so a join may hash; the reverse does not hold (null, NaN, an EDTF year).

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::edtf::Days;
use super::{List, Map, Value};

/// Equality as `=` has it: `None` is unknown (null inside, overlapping EDTF dates).
pub(crate) fn equal(left: &Value, right: &Value) -> Option<bool> {
    Some(match (left, right) {
        (Value::Null, _) | (_, Value::Null) => return None,
        (Value::Boolean(left), Value::Boolean(right)) => left == right,
        (Value::Integer(left), Value::Integer(right)) => left == right,
        (Value::Float(_) | Value::Integer(_), Value::Float(_) | Value::Integer(_)) => {
            compare_numbers(left, right) == Some(Ordering::Equal)
        }
        (Value::String(left), Value::String(right)) => left == right,
        (Value::List(left), Value::List(right)) => return lists_equal(left, right),
        (Value::Map(left), Value::Map(right)) => return maps_equal(left, right),
        (Value::Edtf(_), _) | (_, Value::Edtf(_)) => return days_equal(left, right),
        (Value::Node(left), Value::Node(right)) => left == right,
        (Value::Relationship(left), Value::Relationship(right)) => left == right,
        (Value::Path(left), Value::Path(right)) => left == right,
        (Value::Duration(left), Value::Duration(right)) => left == right,
        _ => order_points(left, right) == Some(Ordering::Equal),
    })
}

/// Comparison as `<`, `<=`, `>`, `>=` have it; `None` if the values are not comparable or the answer is unknown.
pub(crate) fn less(left: &Value, right: &Value) -> Option<bool> {
    if let (Value::List(left), Value::List(right)) = (left, right) {
        return lists_less(left, right, Ordering::is_lt);
    }
    if let Some((left, right)) = days_of_both(left, right) {
        return left.before(right);
    }
    compare_scalars(left, right, Ordering::is_lt)
}

/// As [`less`], or equal.
pub(crate) fn less_or_equal(left: &Value, right: &Value) -> Option<bool> {
    if let (Value::List(left), Value::List(right)) = (left, right) {
        return lists_less(left, right, Ordering::is_le);
    }
    if let Some((left, right)) = days_of_both(left, right) {
        return left.not_after(right);
    }
    compare_scalars(left, right, Ordering::is_le)
}

/// Equivalence as DISTINCT, grouping, UNION and uniqueness have it: null is equivalent to null, NaN to NaN.
pub(crate) fn equivalent(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => left == right,
        (Value::String(left), Value::String(right)) => left == right,
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| equivalent(left, right))
        }
        _ => order(left, right).is_eq(),
    }
}

/// Feeds `value` to `state` so that equivalent values hash alike.
pub(crate) fn hash(value: &Value, state: &mut impl Hasher) {
    rank(value).hash(state);
    match value {
        Value::Null => {}
        Value::Boolean(value) => value.hash(state),
        Value::Integer(value) => value.hash(state),
        Value::Float(value) => hash_float(*value, state),
        Value::String(value) => value.hash(state),
        Value::List(items) => {
            items.len().hash(state);
            items.iter().for_each(|item| hash(item, state));
        }
        Value::Map(map) => {
            map.len().hash(state);
            for (key, value) in map.iter() {
                key.hash(state);
                hash(value, state);
            }
        }
        Value::Date(date) => date.epoch_days.hash(state),
        // An unqualified day is equivalent to that date; of all others the bounds need not be told apart.
        Value::Edtf(edtf) => edtf.days().earliest.hash(state),
        Value::LocalTime(value) => value.hash(state),
        Value::Time(value) => value.hash(state),
        Value::LocalDateTime(value) => value.hash(state),
        Value::DateTime(value) => value.hash(state),
        Value::Duration(value) => value.hash(state),
        Value::Node(value) => value.hash(state),
        Value::Relationship(value) => value.hash(state),
        Value::Path(value) => value.hash(state),
    }
}

/// The total order of `ORDER BY`, `min` and `max`, ascending: it agrees with equivalence.
///
/// Across types: maps, nodes, relationships, lists, paths, temporal values, strings, booleans, numbers, NaN, null.
pub(crate) fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Boolean(left), Value::Boolean(right)) => left.cmp(right),
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        (Value::Float(_) | Value::Integer(_), Value::Float(_) | Value::Integer(_)) => order_numbers(left, right),
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::List(left), Value::List(right)) => order_lists(left, right),
        (Value::Map(left), Value::Map(right)) => order_maps(left, right),
        (Value::Node(left), Value::Node(right)) => left.cmp(right),
        (Value::Relationship(left), Value::Relationship(right)) => left.cmp(right),
        (Value::Path(left), Value::Path(right)) => left.cmp(right),
        (Value::Edtf(left), Value::Edtf(right)) => left.cmp(right),
        (Value::Edtf(left), Value::Date(right)) => left.cmp_date(*right),
        (Value::Date(left), Value::Edtf(right)) => right.cmp_date(*left).reverse(),
        (Value::Duration(left), Value::Duration(right)) => left.cmp(right),
        _ => order_points(left, right).unwrap_or_else(|| rank(left).cmp(&rank(right))),
    }
}

/// Where a type stands in the order of types. Types that can be equivalent share a rank.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Map(_) => 0,
        Value::Node(_) => 1,
        Value::Relationship(_) => 2,
        Value::List(_) => 3,
        Value::Path(_) => 4,
        Value::DateTime(_) => 5,
        Value::LocalDateTime(_) => 6,
        Value::Date(_) | Value::Edtf(_) => 7,
        Value::Time(_) => 8,
        Value::LocalTime(_) => 9,
        Value::Duration(_) => 10,
        Value::String(_) => 11,
        Value::Boolean(_) => 12,
        Value::Integer(_) | Value::Float(_) => 13,
        Value::Null => 14,
    }
}

/// Points in time of the same type.
fn order_points(left: &Value, right: &Value) -> Option<Ordering> {
    Some(match (left, right) {
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        (Value::LocalTime(left), Value::LocalTime(right)) => left.cmp(right),
        (Value::Time(left), Value::Time(right)) => left.cmp(right),
        (Value::LocalDateTime(left), Value::LocalDateTime(right)) => left.cmp(right),
        (Value::DateTime(left), Value::DateTime(right)) => left.cmp(right),
        _ => return None,
    })
}

/// `None`: not comparable. NaN is comparable with numbers, and neither less, equal nor greater.
fn compare_scalars(left: &Value, right: &Value, holds: fn(Ordering) -> bool) -> Option<bool> {
    let ordering = match (left, right) {
        (Value::Float(_) | Value::Integer(_), Value::Float(_) | Value::Integer(_)) => {
            return Some(compare_numbers(left, right).is_some_and(holds));
        }
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Boolean(left), Value::Boolean(right)) => left.cmp(right),
        _ => order_points(left, right)?,
    };
    Some(holds(ordering))
}

fn compare_numbers(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => Some(left.cmp(right)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(right),
        (Value::Integer(left), Value::Float(right)) => compare_integer_with_float(*left, *right),
        (Value::Float(left), Value::Integer(right)) => compare_integer_with_float(*right, *left).map(Ordering::reverse),
        _ => None,
    }
}

/// The first float above all integers, 2^63; its negative is the least integer.
const INTEGER_LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// Exact, also where the integer has no float of its own.
pub(crate) fn compare_integer_with_float(integer: i64, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    match truncate_exactly(float) {
        None if float > 0.0 => Some(Ordering::Less),
        None => Some(Ordering::Greater),
        Some(whole) => Some(integer.cmp(&whole).then_with(|| 0.0_f64.total_cmp(&(float.fract() + 0.0)))),
    }
}

/// The whole part as an integer, if it is one of 64 bits.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
pub(crate) fn truncate_exactly(float: f64) -> Option<i64> {
    (-INTEGER_LIMIT..INTEGER_LIMIT).contains(&float).then_some(float as i64)
}

fn order_numbers(left: &Value, right: &Value) -> Ordering {
    compare_numbers(left, right).unwrap_or_else(|| is_nan(left).cmp(&is_nan(right)))
}

fn is_nan(value: &Value) -> bool {
    matches!(value, Value::Float(float) if float.is_nan())
}

/// A whole float hashes as its integer does, all NaN alike.
fn hash_float(float: f64, state: &mut impl Hasher) {
    match truncate_exactly(float) {
        #[expect(clippy::float_cmp, reason = "whether nothing was cut off")]
        Some(whole) if float.trunc() == float => whole.hash(state),
        _ if float.is_nan() => f64::NAN.to_bits().hash(state),
        _ => float.to_bits().hash(state),
    }
}

/// False as soon as one pair differs for certain, whatever is unknown before it.
fn lists_equal(left: &List, right: &List) -> Option<bool> {
    if left.len() != right.len() {
        return Some(false);
    }
    all(left.iter().zip(right.iter()).map(|(left, right)| equal(left, right)))
}

fn maps_equal(left: &Map, right: &Map) -> Option<bool> {
    if left.len() != right.len() || !left.keys().eq(right.keys()) {
        return Some(false);
    }
    all(left.values().zip(right.values()).map(|(left, right)| equal(left, right)))
}

/// Three-valued conjunction.
fn all(terms: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for term in terms {
        match term {
            Some(true) => {}
            Some(false) => return Some(false),
            None => result = None,
        }
    }
    result
}

/// The first pair that is not equal decides; if there is none, the lengths do.
fn lists_less(left: &List, right: &List, lengths: fn(Ordering) -> bool) -> Option<bool> {
    for (left, right) in left.iter().zip(right.iter()) {
        if !equal(left, right)? {
            return less(left, right);
        }
    }
    Some(lengths(left.len().cmp(&right.len())))
}

fn order_lists(left: &List, right: &List) -> Ordering {
    let pairs = left.iter().zip(right.iter());
    first_difference(pairs.map(|(left, right)| order(left, right))).then(left.len().cmp(&right.len()))
}

fn order_maps(left: &Map, right: &Map) -> Ordering {
    let pairs = left.iter().zip(right.iter());
    first_difference(pairs.map(|(left, right)| left.0.cmp(right.0).then_with(|| order(left.1, right.1))))
        .then(left.len().cmp(&right.len()))
}

fn first_difference(orderings: impl IntoIterator<Item = Ordering>) -> Ordering {
    orderings.into_iter().find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

/// Equality of days. With a point in time it is never true: that is a moment of its day, not the day, and whatever
/// is equal must be equivalent.
fn days_equal(left: &Value, right: &Value) -> Option<bool> {
    let (Some(left_days), Some(right_days)) = (days_of(left), days_of(right)) else { return Some(false) };
    if left_days.is_apart_from(right_days) {
        return Some(false);
    }
    let known = match (left, right) {
        (Value::Edtf(left), Value::Edtf(right)) => left == right && (left.is_single_day() || left.is_day_interval()),
        (Value::Edtf(edtf), Value::Date(_)) | (Value::Date(_), Value::Edtf(edtf)) => edtf.is_single_day(),
        _ => false,
    };
    known.then_some(true)
}

/// The days of two values of which at least one is an EDTF date and the other one is or has a day.
fn days_of_both(left: &Value, right: &Value) -> Option<(Days, Days)> {
    if !matches!(left, Value::Edtf(_)) && !matches!(right, Value::Edtf(_)) {
        return None;
    }
    Some((days_of(left)?, days_of(right)?))
}

/// The days that a date may mean; a point in time counts as its own calendar day, and anything else has none.
pub(crate) fn days_of(value: &Value) -> Option<Days> {
    match value {
        Value::Edtf(edtf) => Some(edtf.days()),
        Value::Date(date) => Some(Days::one(*date)),
        Value::LocalDateTime(point) => Some(Days::one(point.date)),
        Value::DateTime(point) => Some(Days::one(point.local().date)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
