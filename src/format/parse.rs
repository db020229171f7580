//! Text as JSON, without loss: what `serde_json` would pass over is a fault.

use std::{fmt, iter};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value as Json};

use super::DecodeError;
use super::decode::fault;
use crate::editing::nearest;

/// How deep a text may be nested: deeper than a graph keeps lists, and little to a stack.
const MAX_DEPTH: usize = 160;

/// What a text says as JSON.
///
/// Unlike `serde_json::from_str`, which keeps the last of two members with one name and makes a float of an integer of
/// more than 64 bits, this takes neither.
///
/// ```
/// use averment::format::json_from_str;
/// assert!(json_from_str(r#"{"a": 1, "b": 1e300}"#).is_ok());
/// let doubled = json_from_str(r#"{"a": 1, "a": 2}"#).unwrap_err();
/// assert_eq!(doubled.to_string(), "the member `a` is there twice, at column 12");
/// let large = json_from_str("[18446744073709551616]").unwrap_err();
/// assert_eq!(large.to_string(), "18446744073709551616 does not fit a 64-bit integer");
/// ```
///
/// # Errors
///
/// Text that is no JSON, a member that is there twice, and an integer that does not fit.
pub fn json_from_str(text: &str) -> Result<Json, DecodeError> {
    let mut parser = serde_json::Deserializer::from_str(text);
    // Ours is deeper: a property may hold lists as deep as a graph keeps them.
    parser.disable_recursion_limit();
    let parsed = Whole { depth: MAX_DEPTH }.deserialize(&mut parser);
    let json = parsed.and_then(|json| parser.end().map(|()| json)).map_err(|error| fault(message(&error, text)))?;
    match integers(text).find(|integer| integer.parse::<i64>().is_err() && integer.parse::<u64>().is_err()) {
        Some(integer) => Err(fault(format!("{integer} does not fit a 64-bit integer"))),
        None => Ok(json),
    }
}

/// The integers in a text that is JSON: numbers without a point or exponent.
fn integers(text: &str) -> impl Iterator<Item = &str> {
    let numbers =
        outside_strings(text).flat_map(|piece| piece.split([',', ':', '[', ']', '{', '}', ' ', '\t', '\r', '\n']));
    numbers
        .filter(|word| word.starts_with(|first: char| first == '-' || first.is_ascii_digit()))
        .filter(|number| !number.contains(['.', 'e', 'E']))
}

/// The pieces between the strings of a text that is JSON.
fn outside_strings(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    iter::from_fn(move || {
        let (piece, string) = rest.split_once('"').unwrap_or((rest, ""));
        rest = behind_string(string);
        (!piece.is_empty() || !string.is_empty()).then_some(piece)
    })
}

/// What stands behind a string whose opening quote is cut off.
fn behind_string(text: &str) -> &str {
    let mut is_escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.map_or("", |end| &text[end + 1..])
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

/// JSON in which no member is there twice, nested at most so deep.
#[derive(Clone, Copy)]
struct Whole {
    depth: usize,
}

impl Whole {
    /// What is within.
    fn inner<E: de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1);
        depth.map(|depth| Self { depth }).ok_or_else(|| E::custom(format!("nested more than {MAX_DEPTH} deep")))
    }
}

impl<'de> DeserializeSeed<'de> for Whole {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Whole {
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
        let (inner, mut list) = (self.inner()?, Vec::new());
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let (inner, mut object) = (self.inner()?, Map::new());
        while let Some(name) = members.next_key::<String>()? {
            match object.entry(name) {
                Entry::Occupied(twice) => {
                    return Err(de::Error::custom(format!("the member `{}` is there twice", twice.key())));
                }
                Entry::Vacant(free) => _ = free.insert(members.next_value_seed(inner)?),
            }
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_that_does_not_fit_is_found_wherever_it_stands() {
        for text in
            ["18446744073709551616", "{\"a\": [1, {\"b\":-9223372036854775809}]}", "[\"\\\\\",100000000000000000000]"]
        {
            let fault = json_from_str(text).unwrap_err().to_string();
            assert!(fault.ends_with(" does not fit a 64-bit integer"), "{text}: {fault}");
        }
        for text in [
            "18446744073709551615",
            "-9223372036854775808",
            "[\"18446744073709551616\", \"\\\"100000000000000000000\", 1e30]",
        ] {
            assert_eq!(json_from_str(text).unwrap(), serde_json::from_str::<Json>(text).unwrap());
        }
    }
}
