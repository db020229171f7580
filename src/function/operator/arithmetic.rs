//! `+ - * / % ^ ||` and the minus sign.
//!
//! Integers stay integers and overflow is an error; a float on either side makes a float. `+` also joins strings and
//! lists, `||` these only. What temporal values do with these operators is asked of [`temporal`](crate::function::temporal).

use std::borrow::Cow;

use crate::function::temporal::{Arithmetic, temporal_arithmetic, temporal_negation};
use crate::function::{FunctionError, Host};
use crate::value::text_form::to_text;
use crate::value::{List, Value};

/// `left + right`: numbers, strings, lists (also with one item), temporal values.
pub(crate) fn add(host: &dyn Host, left: &Value, right: &Value) -> Result<Value, FunctionError> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::List(left), Value::List(right)) => join_lists(host, left, right),
        (Value::List(left), item) => join_lists(host, left, std::slice::from_ref(item)),
        (item, Value::List(right)) => join_lists(host, std::slice::from_ref(item), right),
        (Value::String(_), _) | (_, Value::String(_)) => join_texts(host, left, right),
        _ => numeric(Arithmetic::Add, left, right),
    }
}

/// `left || right`: two strings or two lists, and nothing else.
pub(crate) fn concatenate(host: &dyn Host, left: &Value, right: &Value) -> Result<Value, FunctionError> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::List(left), Value::List(right)) => join_lists(host, left, right),
        (Value::String(_), Value::String(_)) => join_texts(host, left, right),
        _ => Err(FunctionError::operands("||", left, right)),
    }
}

pub(crate) fn subtract(left: &Value, right: &Value) -> Result<Value, FunctionError> {
    numeric(Arithmetic::Subtract, left, right)
}

pub(crate) fn multiply(left: &Value, right: &Value) -> Result<Value, FunctionError> {
    numeric(Arithmetic::Multiply, left, right)
}

/// Of two integers the quotient is cut towards zero.
pub(crate) fn divide(left: &Value, right: &Value) -> Result<Value, FunctionError> {
    numeric(Arithmetic::Divide, left, right)
}

/// The remainder, with the sign of the dividend.
pub(crate) fn modulo(left: &Value, right: &Value) -> Result<Value, FunctionError> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::Integer(_), Value::Integer(0)) => Err(FunctionError::DivisionByZero),
        (Value::Integer(left), Value::Integer(right)) => Ok(Value::Integer(left.wrapping_rem(*right))),
        _ => match (as_float(left), as_float(right)) {
            (Some(left), Some(right)) => Ok(Value::Float(left % right)),
            _ => Err(FunctionError::operands("%", left, right)),
        },
    }
}

/// `left ^ right`: always a float.
pub(crate) fn power(left: &Value, right: &Value) -> Result<Value, FunctionError> {
    if left.is_null() || right.is_null() {
        return Ok(Value::Null);
    }
    match (as_float(left), as_float(right)) {
        (Some(left), Some(right)) => Ok(Value::Float(left.powf(right))),
        _ => Err(FunctionError::operands("^", left, right)),
    }
}

/// `-value`
pub(crate) fn negate(value: &Value) -> Result<Value, FunctionError> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Integer(value) => {
            value.checked_neg().map(Value::Integer).ok_or(FunctionError::Overflow { operation: "-" })
        }
        Value::Float(value) => Ok(Value::Float(-value)),
        other => temporal_negation(other)
            .unwrap_or_else(|| Err(FunctionError::Operands { operator: "-", operands: other.type_name().to_owned() })),
    }
}

/// A number as a float.
#[expect(clippy::cast_precision_loss, reason = "an integer beside a float is used as the nearest float")]
pub(crate) fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        _ => None,
    }
}

fn numeric(op: Arithmetic, left: &Value, right: &Value) -> Result<Value, FunctionError> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
        (Value::Integer(left), Value::Integer(right)) => integers(op, *left, *right).map(Value::Integer),
        _ => match (as_float(left), as_float(right)) {
            (Some(left), Some(right)) => Ok(Value::Float(floats(op, left, right))),
            _ => temporal_arithmetic(op, left, right)
                .unwrap_or_else(|| Err(FunctionError::operands(symbol(op), left, right))),
        },
    }
}

fn integers(op: Arithmetic, left: i64, right: i64) -> Result<i64, FunctionError> {
    let result = match op {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide if right == 0 => return Err(FunctionError::DivisionByZero),
        Arithmetic::Divide => left.checked_div(right),
    };
    result.ok_or(FunctionError::Overflow { operation: symbol(op) })
}

fn floats(op: Arithmetic, left: f64, right: f64) -> f64 {
    match op {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
        Arithmetic::Divide => left / right,
    }
}

fn symbol(op: Arithmetic) -> &'static str {
    match op {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Divide => "/",
    }
}

fn join_lists(host: &dyn Host, left: &[Value], right: &[Value]) -> Result<Value, FunctionError> {
    host.reserve((left.len() + right.len()) * size_of::<Value>())?;
    Ok(Value::List(List::from([left, right].concat())))
}

fn join_texts(host: &dyn Host, left: &Value, right: &Value) -> Result<Value, FunctionError> {
    let (Some(start), Some(end)) = (text_of(left), text_of(right)) else {
        return Err(FunctionError::operands("+", left, right));
    };
    // As it is made, and as it is shared.
    host.reserve(2 * (start.len() + end.len()))?;
    Ok(Value::from([&*start, &*end].concat()))
}

fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        other => to_text(other).map(Cow::Owned),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::function::testing::{TinyHost, check_error};

    fn sum(left: impl Into<Value>, right: impl Into<Value>) -> String {
        add(&TinyHost::default(), &left.into(), &right.into()).unwrap().to_string()
    }

    #[test]
    fn plus_joins_what_can_be_joined() {
        assert_eq!(sum(1, 2), "3");
        assert_eq!(sum(1, 2.5), "3.5");
        assert_eq!(sum("a", "b"), "ab");
        assert_eq!(sum("a", 1), "a1");
        assert_eq!(sum(1.0, "a"), "1.0a");
        assert_eq!(sum(vec![1], vec![2]), "[1, 2]");
        assert_eq!(sum(vec![1], 2), "[1, 2]");
        assert_eq!(sum("a", vec!["b"]), "['a', 'b']");
        assert_eq!(sum(vec![1], Value::Null), "null");
    }

    #[test]
    fn wrong_operands_are_type_errors() {
        check_error(add(&TinyHost::default(), &Value::from(1), &Value::from(true)), "TypeError InvalidArgumentType");
        check_error(subtract(&Value::from("a"), &Value::from("b")), "TypeError InvalidArgumentType");
        check_error(negate(&Value::from("a")), "TypeError InvalidArgumentType");
        check_error(power(&Value::from("a"), &Value::from(1)), "TypeError InvalidArgumentType");
    }

    #[test]
    fn integers_never_wrap() {
        let (least, most, minus_one) = (Value::from(i64::MIN), Value::from(i64::MAX), Value::from(-1));
        let overflow = "ArithmeticError NumberOutOfRange";
        check_error(add(&TinyHost::default(), &most, &Value::from(1)), overflow);
        check_error(subtract(&least, &Value::from(1)), overflow);
        check_error(multiply(&most, &Value::from(2)), overflow);
        check_error(divide(&least, &minus_one), overflow);
        check_error(negate(&least), overflow);
        assert_eq!(modulo(&least, &minus_one).unwrap().to_string(), "0");
    }

    #[test]
    fn division_by_zero_is_an_error_for_integers_only() {
        let (one, zero) = (Value::from(1), Value::from(0));
        check_error(divide(&one, &zero), "ArithmeticError DivisionByZero");
        check_error(modulo(&one, &zero), "ArithmeticError DivisionByZero");
        assert_eq!(divide(&one, &Value::from(0.0)).unwrap().to_string(), "Infinity");
        assert_eq!(divide(&Value::from(0.0), &Value::from(0.0)).unwrap().to_string(), "NaN");
        assert_eq!(divide(&Value::from(-7), &Value::from(2)).unwrap().to_string(), "-3");
        assert_eq!(power(&Value::from(2), &Value::from(3)).unwrap().to_string(), "8.0");
    }

    #[test]
    fn what_is_to_be_joined_is_reserved_first() {
        let host = TinyHost { budget: 17, ..TinyHost::default() };
        check_error(add(&host, &Value::from("12345"), &Value::from("6789")), "LimitExceeded LimitExceeded");
        check_error(add(&host, &Value::from(vec![1]), &Value::from(2)), "LimitExceeded LimitExceeded");
    }

    proptest! {
        #[test]
        fn quotient_and_remainder_make_up_the_dividend(left: i64, right in prop::num::i64::ANY.prop_filter("zero", |n| *n != 0)) {
            prop_assume!((left, right) != (i64::MIN, -1));
            let (quotient, remainder) = (divide(&left.into(), &right.into()).unwrap(), modulo(&left.into(), &right.into()).unwrap());
            let back = add(&TinyHost::default(), &multiply(&quotient, &right.into()).unwrap(), &remainder).unwrap();
            prop_assert!(crate::value::compare::equivalent(&back, &Value::from(left)));
        }
    }
}
