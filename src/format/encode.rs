//! Values as JSON, by the encoding of the JSON Lines interface.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value as Json;

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
    serde_json::to_value(AsJson(value)).unwrap_or_else(|fault| unreachable!("every value has a form in JSON: {fault}"))
}

/// A value that is serialized as [`value_to_json`] writes it, piece by piece: a long list takes no memory for a second form.
///
/// ```
/// use averment::{Value, format::AsJson};
/// assert_eq!(serde_json::to_string(&AsJson(&Value::from(vec![1.0, 0.5])))?, "[1.0,0.5]");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AsJson<'v>(pub &'v Value);

impl Serialize for AsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Boolean(flag) => serializer.serialize_bool(*flag),
            Value::Integer(number) => serializer.serialize_i64(*number),
            Value::Float(number) => float(*number, serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::List(items) => serializer.collect_seq(items.iter().map(AsJson)),
            Value::Map(entries) => map(entries, serializer),
            Value::Date(date) => typed("date", date, serializer),
            Value::LocalTime(time) => typed("localtime", time, serializer),
            Value::Time(time) => typed("time", time, serializer),
            Value::LocalDateTime(time) => typed("localdatetime", time, serializer),
            Value::DateTime(time) => typed("datetime", time, serializer),
            Value::Duration(duration) => typed("duration", duration, serializer),
            Value::Edtf(edtf) => typed("edtf", edtf, serializer),
            Value::Node(node) => NodeAsJson(node).serialize(serializer),
            Value::Relationship(rel) => RelationshipAsJson(rel).serialize(serializer),
            Value::Path(path) => path_as_json(path, serializer),
        }
    }
}

fn typed<S: Serializer>(name: &str, value: &impl ToString, serializer: S) -> Result<S::Ok, S::Error> {
    object(serializer, |object| {
        object.serialize_entry("$type", name)?;
        object.serialize_entry("value", &value.to_string())
    })
}

fn float<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.is_finite() {
        return serializer.serialize_f64(number);
    }
    let text = if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    typed("float", &text, serializer)
}

/// A map with a key that begins with `$` is wrapped, so it is not taken for a typed value.
fn map<S: Serializer>(entries: &BTreeMap<Name, Value>, serializer: S) -> Result<S::Ok, S::Error> {
    if !entries.keys().any(|key| key.starts_with('$')) {
        return Entries(entries).serialize(serializer);
    }
    object(serializer, |object| {
        object.serialize_entry("$type", "map")?;
        object.serialize_entry("value", &Entries(entries))
    })
}

/// The entries of a map, or the properties of an element.
struct Entries<'v>(&'v BTreeMap<Name, Value>);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key.as_str(), AsJson(value))))
    }
}

struct NodeAsJson<'v>(&'v Node);

impl Serialize for NodeAsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let labels: Vec<&str> = self.0.labels().iter().map(Name::as_str).collect();
        object(serializer, |object| {
            object.serialize_entry("$type", "node")?;
            object.serialize_entry("id", &self.0.id().0)?;
            object.serialize_entry("labels", &labels)?;
            object.serialize_entry("properties", &Entries(self.0.properties()))
        })
    }
}

struct RelationshipAsJson<'v>(&'v Relationship);

impl Serialize for RelationshipAsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rel = self.0;
        object(serializer, |object| {
            object.serialize_entry("$type", "relationship")?;
            object.serialize_entry("end", &rel.end().map(|id| id.0))?;
            object.serialize_entry("id", &rel.id().0)?;
            object.serialize_entry("properties", &Entries(rel.properties()))?;
            object.serialize_entry("start", &rel.start().map(|id| id.0))?;
            if !rel.is_asserted() {
                object.serialize_entry("state", "quoted")?;
            }
            object.serialize_entry("type", rel.rel_type())
        })
    }
}

fn path_as_json<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    let rels: Vec<_> = path.relationships.iter().map(RelationshipAsJson).collect();
    object(serializer, |object| {
        object.serialize_entry("$type", "path")?;
        object.serialize_entry("nodes", &path.elements.iter().map(ElementAsJson).collect::<Vec<_>>())?;
        object.serialize_entry("relationships", &rels)
    })
}

struct ElementAsJson<'v>(&'v Element);

impl Serialize for ElementAsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Element::Node(node) => NodeAsJson(node).serialize(serializer),
            Element::Relationship(rel) => RelationshipAsJson(rel).serialize(serializer),
        }
    }
}

fn object<S: Serializer>(
    serializer: S,
    fill: impl FnOnce(&mut S::SerializeMap) -> Result<(), S::Error>,
) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_map(None)?;
    fill(&mut object)?;
    object.end()
}
