//! Values from JSON, by the encoding of the JSON Lines interface.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::parse::refuse_unknown;
use crate::{Date, DateTime, Duration, Edtf, LocalDateTime, LocalTime, Name, Time, Value};

/// JSON that stands for no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DecodeError {
    message: String,
}

/// The value that a piece of JSON stands for. Where it comes as text, [`json_from_str`](super::json_from_str) reads it
/// without loss.
///
/// # Example: a date, and what is none
///
/// ```
/// use averment::format::value_from_json;
/// # fn main() -> Result<(), averment::format::DecodeError> {
/// let date = value_from_json(&serde_json::json!({"$type": "edtf", "value": "2021-12?"}))?;
/// assert_eq!(date.type_name(), "EDTF");
/// assert!(value_from_json(&serde_json::json!({"$type": "date", "value": "soon"})).is_err());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// An integer that does not fit 64 bits, an unknown `$type`, text that is no value of its `$type`, and elements of a
/// graph, which cannot be given from outside.
pub fn value_from_json(json: &Json) -> Result<Value, DecodeError> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Boolean(*flag),
        Json::Number(number) => decode_number(number)?,
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::List(items.iter().map(value_from_json).collect::<Result<Vec<_>, _>>()?.into()),
        Json::Object(object) => match object.get("$type") {
            Some(Json::String(name)) => decode_typed(name, object)?,
            Some(_) => return Err(fault("`$type` must be a string")),
            None => decode_map(object)?,
        },
    })
}

fn decode_number(number: &serde_json::Number) -> Result<Value, DecodeError> {
    if let Some(integer) = number.as_i64() {
        return Ok(Value::Integer(integer));
    }
    if number.is_f64() {
        return number.as_f64().map(Value::Float).ok_or_else(|| fault(format!("{number} is no 64-bit float")));
    }
    Err(fault(format!("{number} does not fit a 64-bit integer")))
}

fn decode_map(object: &serde_json::Map<String, Json>) -> Result<Value, DecodeError> {
    let entries = object
        .iter()
        .map(|(key, value)| Ok((Name::from(key.as_str()), value_from_json(value)?)))
        .collect::<Result<BTreeMap<_, _>, DecodeError>>()?;
    Ok(Value::Map(entries.into()))
}

fn decode_typed(name: &str, object: &serde_json::Map<String, Json>) -> Result<Value, DecodeError> {
    if matches!(name, "node" | "relationship" | "path") {
        return Err(fault(format!("a {name} cannot be given as a parameter; give its id")));
    }
    refuse_unknown(object, &format!("a value of `$type` {name}"), &["$type", "value"]).map_err(fault)?;
    let value = object.get("value");
    if name == "map" {
        let Some(Json::Object(object)) = value else { return Err(fault("`$type` map needs an object as `value`")) };
        return decode_map(object);
    }
    let Some(parse) = parser(name) else { return Err(fault(format!("unknown `$type` `{name}`"))) };
    let Some(Json::String(text)) = value else {
        return Err(fault(format!("`$type` {name} needs a string as `value`")));
    };
    parse(text).ok_or_else(|| fault(format!("`{text}` is no {name}")))
}

/// The value of a type that a text is, as it is written for JSON.
pub(super) fn typed_value(name: &str, text: &str) -> Option<Value> {
    parser(name).and_then(|parse| parse(text))
}

fn parser(name: &str) -> Option<fn(&str) -> Option<Value>> {
    Some(match name {
        "float" => float,
        "date" => |text| Date::parse(text).map(Value::Date),
        "localtime" => |text| LocalTime::parse(text).map(Value::LocalTime),
        "time" => |text| Time::parse(text).map(Value::Time),
        "localdatetime" => |text| LocalDateTime::parse(text).map(Value::LocalDateTime),
        "datetime" => |text| DateTime::parse(text).map(Value::DateTime),
        "duration" => |text| Duration::parse(text).map(Value::Duration),
        "edtf" => |text| Edtf::parse(text).ok().map(Value::Edtf),
        _ => return None,
    })
}

/// What JSON has no number for.
fn float(text: &str) -> Option<Value> {
    match text {
        "NaN" => Some(Value::Float(f64::NAN)),
        "Infinity" => Some(Value::Float(f64::INFINITY)),
        "-Infinity" => Some(Value::Float(f64::NEG_INFINITY)),
        _ => None,
    }
}

pub(super) fn fault(message: impl Into<String>) -> DecodeError {
    DecodeError { message: message.into() }
}
