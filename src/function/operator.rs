//! The operators of the language as functions of values.

#![expect(unused, reason = "signatures that the executor is written against")]

use super::{FunctionError, Host};
use crate::value::Value;

/// `left + right`: numbers, strings, lists (also with one item), temporal values.
pub(crate) fn add(host: &dyn Host, left: &Value, right: &Value) -> Result<Value, FunctionError> {
    todo!()
}

pub(crate) fn subtract(left: &Value, right: &Value) -> Result<Value, FunctionError> {
    todo!()
}

pub(crate) fn multiply(left: &Value, right: &Value) -> Result<Value, FunctionError> {
    todo!()
}

pub(crate) fn divide(left: &Value, right: &Value) -> Result<Value, FunctionError> {
    todo!()
}

pub(crate) fn modulo(left: &Value, right: &Value) -> Result<Value, FunctionError> {
    todo!()
}

/// `left ^ right`: always a float.
pub(crate) fn power(left: &Value, right: &Value) -> Result<Value, FunctionError> {
    todo!()
}

/// `-value`
pub(crate) fn negate(value: &Value) -> Result<Value, FunctionError> {
    todo!()
}

/// What a value says as an operand of `AND`, `OR`, `XOR`, `NOT`, or as a predicate; `None` is unknown.
pub(crate) fn truth(value: &Value) -> Result<Option<bool>, FunctionError> {
    todo!()
}

pub(crate) fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    todo!()
}

pub(crate) fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    todo!()
}

pub(crate) fn xor(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    todo!()
}

pub(crate) fn not(value: Option<bool>) -> Option<bool> {
    todo!()
}

/// Null unless both are strings, as `ENDS WITH` and `CONTAINS` too.
pub(crate) fn starts_with(left: &Value, right: &Value) -> Option<bool> {
    todo!()
}

pub(crate) fn ends_with(left: &Value, right: &Value) -> Option<bool> {
    todo!()
}

pub(crate) fn contains(left: &Value, right: &Value) -> Option<bool> {
    todo!()
}

/// `text =~ pattern`: whether the pattern matches the whole string. For a pattern known before the first row, keep
/// the result of [`compile_regex`].
pub(crate) fn regex_match(text: &Value, pattern: &Value) -> Result<Option<bool>, FunctionError> {
    todo!()
}

/// A pattern that matches whole strings, in linear time.
pub(crate) fn compile_regex(pattern: &str) -> Result<regex::Regex, FunctionError> {
    todo!()
}

/// `item IN list`
pub(crate) fn in_list(item: &Value, list: &Value) -> Result<Option<bool>, FunctionError> {
    todo!()
}

/// `base[index]` for a list or a map; the caller does elements.
pub(crate) fn index(base: &Value, index: &Value) -> Result<Value, FunctionError> {
    todo!()
}

/// `list[from..to]`; a bound that is left out is `None`, one that is null makes the result null.
pub(crate) fn slice(list: &Value, from: Option<&Value>, to: Option<&Value>) -> Result<Value, FunctionError> {
    todo!()
}

/// `value.key` for a map or a temporal value; the caller does elements.
pub(crate) fn property(value: &Value, key: &str) -> Result<Value, FunctionError> {
    todo!()
}
