//! Arguments as the types that a body needs, with the error for those that are of another one.

use super::FunctionError;
use super::operator::as_float;
use crate::value::{List, Value};

pub(super) fn text<'a>(function: &'static str, value: &'a Value) -> Result<&'a str, FunctionError> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(FunctionError::wrong_type(function, "a STRING", other)),
    }
}

pub(super) fn integer(function: &'static str, value: &Value) -> Result<i64, FunctionError> {
    match value {
        Value::Integer(number) => Ok(*number),
        other => Err(FunctionError::wrong_type(function, "an INTEGER", other)),
    }
}

/// An integer that counts something.
pub(super) fn count(function: &'static str, what: &str, value: &Value) -> Result<usize, FunctionError> {
    let number = integer(function, value)?;
    usize::try_from(number)
        .map_err(|_| FunctionError::Range { function, message: format!("the {what} cannot be {number}") })
}

pub(super) fn float(function: &'static str, value: &Value) -> Result<f64, FunctionError> {
    as_float(value).ok_or_else(|| FunctionError::wrong_type(function, "a number", value))
}

pub(super) fn list<'a>(function: &'static str, value: &'a Value) -> Result<&'a List, FunctionError> {
    match value {
        Value::List(items) => Ok(items),
        other => Err(FunctionError::wrong_type(function, "a LIST", other)),
    }
}
