//! Values of one type as values of another.
//!
//! A text that cannot be read gives null. A value of a type that cannot be converted is an error, in the variants
//! that end in `OrNull` null as well. Types are checked when the query runs, so any is taken here.

use super::arguments::list;
use super::{Accepts, Function, FunctionError, Host, ResultType};
use crate::value::compare::truncate_exactly;
use crate::value::text_form::to_text;
use crate::value::{Type, Value, ValueType};

const ANY: &[Accepts] = &[Accepts::ANY];
const BOOLEAN: ResultType = ResultType::Is(Type::Boolean);
const INTEGER: ResultType = ResultType::Is(Type::Integer);
const FLOAT: ResultType = ResultType::Is(Type::Float);
const TEXT: ResultType = ResultType::Is(Type::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("toBoolean", ANY, BOOLEAN, to_boolean, "a boolean from a text or an integer"),
    Function::new("toBooleanOrNull", ANY, BOOLEAN, to_boolean_or_null, "as toBoolean, null for other types"),
    Function::new(
        "toBooleanList",
        &[Accepts::LIST],
        ResultType::ListOf(Type::Boolean),
        to_boolean_list,
        "toBooleanOrNull of each item",
    ),
    Function::new("toInteger", ANY, INTEGER, to_integer, "an integer from a text, a float (cut) or a boolean"),
    Function::new("toIntegerOrNull", ANY, INTEGER, to_integer_or_null, "as toInteger, null for other types"),
    Function::new(
        "toIntegerList",
        &[Accepts::LIST],
        ResultType::ListOf(Type::Integer),
        to_integer_list,
        "toIntegerOrNull of each item",
    ),
    Function::new("toFloat", ANY, FLOAT, to_float, "a float from a text or an integer"),
    Function::new("toFloatOrNull", ANY, FLOAT, to_float_or_null, "as toFloat, null for other types"),
    Function::new(
        "toFloatList",
        &[Accepts::LIST],
        ResultType::ListOf(Type::Float),
        to_float_list,
        "toFloatOrNull of each item",
    ),
    Function::new("toString", ANY, TEXT, to_string, "the text of a number, boolean, date or time"),
    Function::new("toStringOrNull", ANY, TEXT, to_string_or_null, "as toString, null for other types"),
    Function::new(
        "toStringList",
        &[Accepts::LIST],
        ResultType::ListOf(Type::String),
        to_string_list,
        "toStringOrNull of each item",
    ),
    Function::new("valueType", ANY, TEXT, value_type, "the type of a value, as `INTEGER NOT NULL`").sees_nulls(),
];

fn to_boolean(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    boolean_of(&arguments[0]).ok_or_else(|| wrong("toBoolean", "a BOOLEAN, INTEGER or STRING", arguments))
}

fn to_boolean_or_null(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(boolean_of(&arguments[0]).unwrap_or_default())
}

fn to_boolean_list(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    each("toBooleanList", arguments, |item| boolean_of(item).unwrap_or_default())
}

fn to_integer(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match integer_of(&arguments[0]) {
        Conversion::Value(value) => Ok(value),
        Conversion::TooLarge => Err(FunctionError::Overflow { operation: "toInteger" }),
        Conversion::WrongType => Err(wrong("toInteger", "a number, BOOLEAN or STRING", arguments)),
    }
}

fn to_integer_or_null(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(integer_of(&arguments[0]).or_null())
}

fn to_integer_list(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    each("toIntegerList", arguments, |item| integer_of(item).or_null())
}

fn to_float(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    float_of(&arguments[0]).ok_or_else(|| wrong("toFloat", "a number or STRING", arguments))
}

fn to_float_or_null(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(float_of(&arguments[0]).unwrap_or_default())
}

fn to_float_list(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    each("toFloatList", arguments, |item| float_of(item).unwrap_or_default())
}

fn to_string(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        text @ Value::String(_) => Ok(text.clone()),
        other => {
            let text = to_text(other)
                .ok_or_else(|| wrong("toString", "a number, BOOLEAN, STRING or temporal value", arguments))?;
            host.reserve(text.len())?;
            Ok(text.into())
        }
    }
}

fn to_string_or_null(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(to_text(&arguments[0]).into())
}

fn to_string_list(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    host.reserve(size_of_val(&**list("toStringList", &arguments[0])?))?;
    let texts = list("toStringList", &arguments[0])?.iter().map(|item| {
        let text = Value::from(to_text(item));
        host.reserve(text.payload_bytes())?;
        Ok(text)
    });
    Ok(Value::List(texts.collect::<Result<_, FunctionError>>()?))
}

fn value_type(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(ValueType::of(&arguments[0]).to_string().into())
}

/// What a conversion comes to; a text that cannot be read is a null value.
enum Conversion {
    Value(Value),
    TooLarge,
    WrongType,
}

impl Conversion {
    fn or_null(self) -> Value {
        match self {
            Conversion::Value(value) => value,
            Conversion::TooLarge | Conversion::WrongType => Value::Null,
        }
    }
}

/// `None`: of a wrong type.
fn boolean_of(value: &Value) -> Option<Value> {
    match value {
        Value::Null | Value::Boolean(_) => Some(value.clone()),
        Value::Integer(number) => Some(Value::Boolean(*number != 0)),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(Value::Boolean(true)),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(Value::Boolean(false)),
        Value::String(_) => Some(Value::Null),
        _ => None,
    }
}

fn integer_of(value: &Value) -> Conversion {
    match value {
        Value::Null | Value::Integer(_) => Conversion::Value(value.clone()),
        Value::Boolean(value) => Conversion::Value(Value::Integer(i64::from(*value))),
        Value::Float(number) => cut(*number),
        Value::String(text) => match text.trim().parse::<i64>() {
            Ok(number) => Conversion::Value(Value::Integer(number)),
            Err(_) => parse_float(text).map_or(Conversion::Value(Value::Null), cut),
        },
        _ => Conversion::WrongType,
    }
}

fn cut(number: f64) -> Conversion {
    truncate_exactly(number).map_or(Conversion::TooLarge, |number| Conversion::Value(Value::Integer(number)))
}

/// `None`: of a wrong type.
#[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
fn float_of(value: &Value) -> Option<Value> {
    match value {
        Value::Null | Value::Float(_) => Some(value.clone()),
        Value::Integer(number) => Some(Value::Float(*number as f64)),
        Value::String(text) => Some(parse_float(text).into()),
        _ => None,
    }
}

/// The forms that a query may write, and those that `toString` gives; not `inf` and other words.
fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_word = matches!(text, "NaN" | "Infinity" | "-Infinity");
    let has_letters = text.chars().any(|letter| letter.is_alphabetic() && !matches!(letter, 'e' | 'E'));
    if has_letters && !is_word { None } else { text.parse().ok() }
}

fn each(function: &'static str, arguments: &[Value], convert: fn(&Value) -> Value) -> Result<Value, FunctionError> {
    Ok(Value::List(list(function, &arguments[0])?.iter().map(convert).collect()))
}

fn wrong(function: &'static str, expected: &'static str, arguments: &[Value]) -> FunctionError {
    FunctionError::wrong_type(function, expected, &arguments[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::testing::{call, check, check_error};
    use crate::value::{Edtf, ElementId, Node};

    fn no_values() -> Vec<Value> {
        let map = std::iter::empty::<(&str, Value)>().collect();
        vec![Vec::<Value>::new().into(), map, Node::bare(ElementId(1)).into()]
    }

    #[test]
    fn texts_that_cannot_be_read_are_null() {
        for function in ["toBoolean", "toInteger", "toFloat"] {
            check(function, &["tru".into()], "null");
            check(function, &["".into()], "null");
            check(function, &[Value::Null], "null");
        }
        check("toFloat", &["inf".into()], "null");
        check("toInteger", &["1.7.2".into()], "null");
    }

    #[test]
    fn types_that_cannot_be_converted_are_errors() {
        for value in no_values() {
            for function in ["toBoolean", "toInteger", "toFloat", "toString"] {
                check_error(call(function, std::slice::from_ref(&value)), "TypeError InvalidArgumentValue");
                check(&format!("{function}OrNull"), std::slice::from_ref(&value), "null");
            }
        }
        check_error(call("toBoolean", &[1.0.into()]), "TypeError InvalidArgumentValue");
        check_error(call("toFloat", &[true.into()]), "TypeError InvalidArgumentValue");
    }

    #[test]
    fn what_can_be_converted_is() {
        check("toBoolean", &[" TRUE ".into()], "true");
        check("toBoolean", &[0.into()], "false");
        check("toInteger", &["2.9".into()], "2");
        check("toInteger", &[(-2.9).into()], "-2");
        check("toInteger", &[true.into()], "1");
        check("toFloat", &[4.into()], "4.0");
        check("toFloat", &["-1e3".into()], "-1000.0");
        check("toString", &[1.0.into()], "1.0");
        check("toString", &[Edtf::parse("2021-12~").unwrap().into()], "2021-12~");
        check("toIntegerList", &[vec![Value::from("1"), Value::from("x"), 2.5.into()].into()], "[1, null, 2]");
    }

    #[test]
    fn a_float_beyond_the_integers_is_no_integer() {
        check_error(call("toInteger", &[1e19.into()]), "ArithmeticError NumberOutOfRange");
        check_error(call("toInteger", &["9223372036854775808".into()]), "ArithmeticError NumberOutOfRange");
        check("toIntegerOrNull", &[f64::NAN.into()], "null");
        check("toInteger", &["-9223372036854775808".into()], "-9223372036854775808");
    }

    #[test]
    fn a_type_says_whether_it_may_be_null() {
        check("valueType", &[Value::Null], "NULL");
        check("valueType", &[1.into()], "INTEGER NOT NULL");
        check("valueType", &[vec![1, 2].into()], "LIST<INTEGER NOT NULL> NOT NULL");
        check("valueType", &[vec![Value::from("a"), Value::Null, 1.into()].into()], "LIST<STRING | INTEGER> NOT NULL");
        check("valueType", &[vec![Value::Null].into()], "LIST<NULL> NOT NULL");
        check("valueType", &[Vec::<Value>::new().into()], "LIST<NOTHING> NOT NULL");
    }
}
