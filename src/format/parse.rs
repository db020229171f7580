//! Text as JSON, without loss: what `serde_json` would pass over is a fault.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value as Json};

use super::DecodeError;
use super::decode::fault;
use crate::editing::nearest;

/// What a text says as JSON.
///
/// Unlike `serde_json::from_str`, which keeps the last of two members with one name, this takes neither.
///
/// ```
/// use averment::format::json_from_str;
/// assert!(json_from_str(r#"{"a": 1, "b": 2}"#).is_ok());
/// let doubled = json_from_str(r#"{"a": 1, "a": 2}"#).unwrap_err();
/// assert_eq!(doubled.to_string(), "the member `a` is there twice, at column 12");
/// ```
///
/// # Errors
///
/// Text that is no JSON, and a member that is there twice.
pub fn json_from_str(text: &str) -> Result<Json, DecodeError> {
    let Whole(json) = serde_json::from_str(text).map_err(|error| fault(message(&error, text)))?;
    Ok(json)
}

/// What is wrong and where; the line only where there are several.
fn message(error: &serde_json::Error, text: &str) -> String {
    let (line, column, said) = (error.line(), error.column(), error.to_string());
    let said = said.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&said);
    if text.trim_end().contains('\n') {
        format!("{said}, at line {line}, column {column}")
    } else {
        format!("{said}, at column {column}")
    }
}

/// Refuses a member that means nothing here, and would be lost.
pub(super) fn refuse_unknown(object: &Map<String, Json>, what: &str, known: &[&str]) -> Result<(), String> {
    let Some(unknown) = object.keys().find(|key| !known.contains(&key.as_str())) else { return Ok(()) };
    Err(match nearest(unknown, known.iter().copied()) {
        Some(near) => format!("{what} has no member `{unknown}`; did you mean `{near}`?"),
        None => format!("{what} has no member `{unknown}`; it has `{}`", known.join("`, `")),
    })
}

/// JSON in which no member is there twice.
struct Whole(Json);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor).map(Whole)
    }
}

struct WholeVisitor;

impl<'de> Visitor<'de> for WholeVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::from(number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Json, E> {
        Number::from_f64(number).map(Json::Number).ok_or_else(|| E::custom("a number is finite"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(Whole(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            match object.entry(name) {
                Entry::Occupied(twice) => {
                    return Err(de::Error::custom(format!("the member `{}` is there twice", twice.key())));
                }
                Entry::Vacant(free) => _ = free.insert(members.next_value::<Whole>()?.0),
            }
        }
        Ok(Json::Object(object))
    }
}
