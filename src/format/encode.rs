//! Values as JSON, by the encoding of the JSON Lines interface.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value as Json, json};

use crate::{Element, Name, Node, Path, Relationship, Value};

/// The value as JSON.
///
/// Integers stay integers, other floats than finite ones and whatever JSON has no form for become objects with a
/// `$type`; nothing is lost, and [`value_from_json`](super::value_from_json) reads it back (elements excepted, which
/// are read as nothing but the graph's own).
///
/// ```
/// use averment::{Value, format::value_to_json};
/// assert_eq!(value_to_json(&Value::from(1.0)).to_string(), "1.0");
/// assert_eq!(value_to_json(&Value::from(f64::NAN)).to_string(), r#"{"$type":"float","value":"NaN"}"#);
/// ```
pub fn value_to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(flag) => Json::Bool(*flag),
        Value::Integer(number) => json!(number),
        Value::Float(number) => float(*number),
        Value::String(text) => json!(&**text),
        Value::List(items) => items.iter().map(value_to_json).collect(),
        Value::Map(entries) => map(entries),
        Value::Date(date) => typed("date", date),
        Value::LocalTime(time) => typed("localtime", time),
        Value::Time(time) => typed("time", time),
        Value::LocalDateTime(time) => typed("localdatetime", time),
        Value::DateTime(time) => typed("datetime", time),
        Value::Duration(duration) => typed("duration", duration),
        Value::Edtf(edtf) => typed("edtf", edtf),
        Value::Node(node) => node_to_json(node),
        Value::Relationship(rel) => rel_to_json(rel),
        Value::Path(path) => path_to_json(path),
    }
}

fn typed(name: &str, value: &impl ToString) -> Json {
    json!({ "$type": name, "value": value.to_string() })
}

fn float(number: f64) -> Json {
    if let Some(number) = Number::from_f64(number) {
        return Json::Number(number);
    }
    let text = if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    json!({ "$type": "float", "value": text })
}

/// A map with a key that begins with `$` is wrapped, so it is not taken for a typed value.
fn map(entries: &BTreeMap<Name, Value>) -> Json {
    let plain = properties(entries);
    if entries.keys().any(|key| key.starts_with('$')) {
        return json!({ "$type": "map", "value": plain });
    }
    Json::Object(plain)
}

fn properties(entries: &BTreeMap<Name, Value>) -> Map<String, Json> {
    entries.iter().map(|(key, value)| (key.to_string(), value_to_json(value))).collect()
}

fn node_to_json(node: &Node) -> Json {
    let labels: Vec<&str> = node.labels().iter().map(Name::as_str).collect();
    json!({ "$type": "node", "id": node.id().0, "labels": labels, "properties": properties(node.properties()) })
}

fn rel_to_json(rel: &Relationship) -> Json {
    let mut object = json!({
        "$type": "relationship",
        "id": rel.id().0,
        "type": rel.rel_type(),
        "start": rel.start().map(|id| id.0),
        "end": rel.end().map(|id| id.0),
        "properties": properties(rel.properties()),
    });
    if !rel.is_asserted() {
        object["state"] = json!("quoted");
    }
    object
}

fn path_to_json(path: &Path) -> Json {
    let elements: Vec<Json> = path.elements.iter().map(element_to_json).collect();
    let rels: Vec<Json> = path.relationships.iter().map(rel_to_json).collect();
    json!({ "$type": "path", "nodes": elements, "relationships": rels })
}

fn element_to_json(element: &Element) -> Json {
    match element {
        Element::Node(node) => node_to_json(node),
        Element::Relationship(rel) => rel_to_json(rel),
    }
}
