//! Three-valued logic: `None` is unknown.

use crate::function::FunctionError;
use crate::value::Value;

/// What a value says as an operand of `AND`, `OR`, `XOR`, `NOT`, or as a predicate.
pub(crate) fn truth(value: &Value) -> Result<Option<bool>, FunctionError> {
    match value {
        Value::Null => Ok(None),
        Value::Boolean(value) => Ok(Some(*value)),
        other => Err(FunctionError::Condition { found: other.type_name() }),
    }
}

pub(crate) fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

pub(crate) fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

pub(crate) fn xor(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    Some(left? ^ right?)
}

pub(crate) fn not(value: Option<bool>) -> Option<bool> {
    value.map(|value| !value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Option<bool>; 3] = [Some(false), None, Some(true)];

    #[test]
    fn and_is_the_least_and_or_the_greatest_of_false_unknown_true() {
        for (i, left) in ALL.into_iter().enumerate() {
            for (j, right) in ALL.into_iter().enumerate() {
                assert_eq!(and(left, right), ALL[i.min(j)]);
                assert_eq!(or(left, right), ALL[i.max(j)]);
                assert_eq!(not(and(left, right)), or(not(left), not(right)));
            }
        }
    }

    #[test]
    fn xor_knows_nothing_if_either_side_is_unknown() {
        assert_eq!(xor(Some(true), Some(false)), Some(true));
        assert_eq!(xor(Some(true), Some(true)), Some(false));
        assert_eq!(xor(None, Some(true)), None);
    }

    #[test]
    fn only_booleans_and_null_are_conditions() {
        assert_eq!(truth(&Value::Null).unwrap(), None);
        assert_eq!(truth(&Value::from(true)).unwrap(), Some(true));
        assert_eq!(truth(&Value::from(1)).unwrap_err().class().detail, "InvalidArgumentType");
    }
}
