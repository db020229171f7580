//! What operators and accessors do with temporal values, and the temporal functions.
//!
//! The three hooks at the top are called by [`operator`](super::operator) with any values and answer `None` for
//! those that are none of their business; the table of temporal functions follows.

use super::{Function, FunctionError};
use crate::value::Value;

/// An arithmetic operator, as temporal values see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// `left op right` if either is temporal: a point or a duration plus or minus a duration, a duration times or by a
/// number. `None`: not a temporal operation (the caller reports the types).
pub(super) fn temporal_arithmetic(
    _op: Arithmetic,
    _left: &Value,
    _right: &Value,
) -> Option<Result<Value, FunctionError>> {
    None
}

/// `-value` of a duration.
pub(super) fn temporal_negation(_value: &Value) -> Option<Result<Value, FunctionError>> {
    None
}

/// `value.key` of a temporal value (`d.year`, `t.offset`), null for a key that it does not have; `None` if the
/// value is not temporal.
pub(super) fn temporal_property(_value: &Value, _key: &str) -> Option<Value> {
    None
}

/// Functions that make, truncate and measure temporal values.
pub(super) const FUNCTIONS: &[Function] = &[];
