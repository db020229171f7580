//! `IN`, `list[i]`, `list[i..j]`, `map.key`.

use crate::function::temporal::temporal_property;
use crate::function::{FunctionError, Host};
use crate::value::{List, Value, compare};

/// `item IN list`: true if an item is equal for certain, else unknown if one may be.
pub(crate) fn in_list(item: &Value, list: &Value) -> Result<Option<bool>, FunctionError> {
    let items = match list {
        Value::Null => return Ok(None),
        Value::List(items) => items,
        other => return Err(FunctionError::operands("IN", item, other)),
    };
    let mut result = Some(false);
    for candidate in items.iter() {
        match compare::equal(item, candidate) {
            Some(true) => return Ok(Some(true)),
            Some(false) => {}
            None if planted!("IN overlooks null") => {}
            None => result = None,
        }
    }
    Ok(result)
}

/// `base[index]` for a list or a map; the caller does elements. A negative index counts from the end.
pub(crate) fn index(base: &Value, index: &Value) -> Result<Value, FunctionError> {
    match (base, index) {
        (Value::Null, _) | (Value::List(_) | Value::Map(_), Value::Null) => Ok(Value::Null),
        (Value::List(items), Value::Integer(index)) => Ok(item_at(items, *index).cloned().unwrap_or_default()),
        (Value::List(_), other) => Err(FunctionError::ListIndex { found: other.type_name() }),
        (Value::Map(map), Value::String(key)) => Ok(map.get(&**key).cloned().unwrap_or_default()),
        (Value::Map(_), other) => Err(FunctionError::MapIndex { found: other.type_name() }),
        (other, Value::String(key)) => property(other, key),
        (other, _) => Err(FunctionError::Operands { operator: "[]", operands: other.type_name().to_owned() }),
    }
}

/// `list[from..to]`; a bound that is left out is `None`, one that is null makes the result null. Bounds beyond
/// the ends are cut.
pub(crate) fn slice(
    host: &dyn Host,
    list: &Value,
    from: Option<&Value>,
    to: Option<&Value>,
) -> Result<Value, FunctionError> {
    let items = match list {
        Value::Null => return Ok(Value::Null),
        Value::List(items) => items,
        other => {
            return Err(FunctionError::Operands { operator: "[..]", operands: other.type_name().to_owned() });
        }
    };
    let (Some(start), Some(end)) = (bound(items, from, 0)?, bound(items, to, items.len())?) else {
        return Ok(Value::Null);
    };
    let end = if planted!("a slice holds its end") { items.len().min(end + 1) } else { end };
    let part = items.get(start..end).unwrap_or_default();
    host.reserve(size_of_val(part))?;
    Ok(Value::List(part.iter().cloned().collect()))
}

/// `value.key` for a map or a temporal value; the caller does elements.
pub(crate) fn property(value: &Value, key: &str) -> Result<Value, FunctionError> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Map(map) => Ok(map.get(key).cloned().unwrap_or_default()),
        other => temporal_property(other, key)
            .unwrap_or_else(|| Err(FunctionError::NoProperties { found: other.type_name() })),
    }
}

fn item_at(items: &List, index: i64) -> Option<&Value> {
    let position = if index < 0 { i64::try_from(items.len()).ok()?.checked_add(index)? } else { index };
    items.get(usize::try_from(position).ok()?)
}

/// A bound as a position from 0 to the length; `None` if it is null.
fn bound(items: &List, bound: Option<&Value>, left_out: usize) -> Result<Option<usize>, FunctionError> {
    match bound {
        None => Ok(Some(left_out)),
        Some(Value::Null) => Ok(None),
        Some(Value::Integer(index)) => {
            let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
            let length = items.len();
            Ok(Some(if *index < 0 { length.saturating_sub(distance) } else { distance.min(length) }))
        }
        Some(other) => Err(FunctionError::ListIndex { found: other.type_name() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::testing::{TinyHost, check_error};

    fn list(items: &[i64]) -> Value {
        Value::from(items.to_vec())
    }

    #[test]
    fn an_item_is_counted_from_either_end() {
        let item = |position: i64| index(&list(&[1, 2, 3]), &position.into()).unwrap().to_string();
        assert_eq!((item(0), item(-1), item(3), item(-4)), ("1".into(), "3".into(), "null".into(), "null".into()));
        assert_eq!(item(i64::MIN), "null");
        assert_eq!(item(i64::MAX), "null");
    }

    #[test]
    fn lists_take_integers_and_maps_take_strings() {
        let map: Value = [("a", 1)].into_iter().collect();
        assert_eq!(index(&map, &"a".into()).unwrap().to_string(), "1");
        assert_eq!(index(&map, &"A".into()).unwrap().to_string(), "null");
        assert_eq!(index(&map, &Value::Null).unwrap().to_string(), "null");
        check_error(index(&map, &0.into()), "TypeError MapElementAccessByNonString");
        check_error(index(&list(&[1]), &1.5.into()), "TypeError ListElementAccessByNonInteger");
        check_error(index(&list(&[1]), &"a".into()), "TypeError ListElementAccessByNonInteger");
        check_error(index(&100.into(), &0.into()), "TypeError InvalidArgumentType");
        check_error(index(&"1".into(), &0.into()), "TypeError InvalidArgumentType");
        check_error(property(&1.into(), "a"), "TypeError InvalidArgumentType");
    }

    #[test]
    fn a_slice_is_cut_to_the_list() {
        let of = |from: Option<i64>, to: Option<i64>| {
            let (from, to) = (from.map(Value::from), to.map(Value::from));
            slice(&TinyHost::default(), &list(&[1, 2, 3]), from.as_ref(), to.as_ref()).unwrap().to_string()
        };
        assert_eq!(of(Some(1), None), "[2, 3]");
        assert_eq!(of(None, Some(2)), "[1, 2]");
        assert_eq!(of(Some(-2), Some(-1)), "[2]");
        assert_eq!(of(Some(3), Some(1)), "[]");
        assert_eq!(of(Some(-5), Some(5)), "[1, 2, 3]");
        assert_eq!(slice(&TinyHost::default(), &list(&[1]), Some(&Value::Null), None).unwrap().to_string(), "null");
        check_error(
            slice(&TinyHost::default(), &list(&[1]), Some(&"a".into()), None),
            "TypeError ListElementAccessByNonInteger",
        );
    }

    #[test]
    fn membership_is_unknown_if_it_hangs_on_a_null() {
        let with_null = Value::from(vec![Some(1), None, Some(3)]);
        assert_eq!(in_list(&3.into(), &with_null).unwrap(), Some(true));
        assert_eq!(in_list(&4.into(), &with_null).unwrap(), None);
        assert_eq!(in_list(&Value::Null, &list(&[])).unwrap(), Some(false));
        assert_eq!(in_list(&Value::Null, &list(&[1])).unwrap(), None);
        assert_eq!(in_list(&list(&[]), &list(&[])).unwrap(), Some(false));
        assert_eq!(in_list(&1.into(), &Value::Null).unwrap(), None);
        check_error(in_list(&1.into(), &1.into()), "TypeError InvalidArgumentType");
    }
}
