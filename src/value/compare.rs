//! The three relations between two values: equality, equivalence, order.

use std::cmp::Ordering;
use std::hash::Hasher;

use super::Value;

/// Equality as `=` has it: `None` is unknown (null inside, overlapping EDTF dates).
pub(crate) fn equal(left: &Value, right: &Value) -> Option<bool> {
    todo!()
}

/// Comparison as `<`, `<=`, `>`, `>=` have it; `None` if the values are not comparable or the answer is unknown.
pub(crate) fn less(left: &Value, right: &Value) -> Option<bool> {
    todo!()
}

/// As [`less`], or equal.
pub(crate) fn less_or_equal(left: &Value, right: &Value) -> Option<bool> {
    todo!()
}

/// Equivalence as DISTINCT, grouping, UNION and uniqueness have it: null is equivalent to null, NaN to NaN.
pub(crate) fn equivalent(left: &Value, right: &Value) -> bool {
    todo!()
}

/// Feeds `value` to `state` so that equivalent values hash alike.
pub(crate) fn hash(value: &Value, state: &mut impl Hasher) {
    todo!()
}

/// The total order of `ORDER BY`, `min` and `max`, ascending: it agrees with equivalence.
pub(crate) fn order(left: &Value, right: &Value) -> Ordering {
    todo!()
}
