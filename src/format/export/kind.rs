//! What a value is, for formats whose columns and keys have one type each, and how it is written as a text.

use serde_json::Value as Json;

use super::super::decode::typed_value;
use super::super::{AsJson, value_from_json};
use crate::Value;

/// The type of a column: of one value, or of lists of such.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Kind {
    pub scalar: Scalar,
    pub is_list: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scalar {
    Boolean,
    Integer,
    Float,
    String,
    Date,
    LocalTime,
    Time,
    LocalDateTime,
    DateTime,
    Duration,
    Edtf,
    /// Whatever it is, in the encoding of JSON Lines.
    Json,
}

const NAMES: [(&str, Scalar); 12] = [
    ("boolean", Scalar::Boolean),
    ("int", Scalar::Integer),
    ("float", Scalar::Float),
    ("string", Scalar::String),
    ("date", Scalar::Date),
    ("localtime", Scalar::LocalTime),
    ("time", Scalar::Time),
    ("localdatetime", Scalar::LocalDateTime),
    ("datetime", Scalar::DateTime),
    ("duration", Scalar::Duration),
    ("edtf", Scalar::Edtf),
    ("json", Scalar::Json),
];

impl Scalar {
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Boolean(_) => Scalar::Boolean,
            Value::Integer(_) => Scalar::Integer,
            Value::Float(_) => Scalar::Float,
            Value::String(_) => Scalar::String,
            Value::Date(_) => Scalar::Date,
            Value::LocalTime(_) => Scalar::LocalTime,
            Value::Time(_) => Scalar::Time,
            Value::LocalDateTime(_) => Scalar::LocalDateTime,
            Value::DateTime(_) => Scalar::DateTime,
            Value::Duration(_) => Scalar::Duration,
            Value::Edtf(_) => Scalar::Edtf,
            Value::Null | Value::List(_) | Value::Map(_) | Value::Node(_) | Value::Relationship(_) | Value::Path(_) => {
                Scalar::Json
            }
        }
    }

    pub(crate) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, scalar)| *scalar == self).map_or("json", |(name, _)| name)
    }

    pub(super) fn text(self, value: &Value) -> String {
        match value {
            Value::Float(number) if number.is_nan() => "NaN".to_owned(),
            Value::Float(number) if number.is_infinite() => if *number > 0.0 { "INF" } else { "-INF" }.to_owned(),
            Value::Float(_) => json(value),
            _ if self == Scalar::Json => json(value),
            value => value.to_string(),
        }
    }

    fn value(self, text: &str) -> Option<Value> {
        match self {
            Scalar::String => Some(Value::from(text)),
            Scalar::Boolean => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" => Some(Value::Boolean(true)),
                "false" | "0" => Some(Value::Boolean(false)),
                _ => None,
            },
            Scalar::Integer => text.trim().parse().ok().map(Value::Integer),
            Scalar::Float => float(text.trim()).map(Value::Float),
            Scalar::Json => value_from_json(&super::super::json_from_str(text).ok()?).ok(),
            Scalar::Date
            | Scalar::LocalTime
            | Scalar::Time
            | Scalar::LocalDateTime
            | Scalar::DateTime
            | Scalar::Duration
            | Scalar::Edtf => typed_value(self.name(), text.trim()),
        }
    }
}

/// `INF` may be meant; digits never are.
fn float(text: &str) -> Option<f64> {
    let is_told = |number: &f64| !number.is_infinite() || !text.bytes().any(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(is_told)
}

fn json(value: &Value) -> String {
    serde_json::to_string(&AsJson(value)).unwrap_or_default()
}

impl Kind {
    pub(crate) const JSON: Self = Self::one(Scalar::Json);
    pub(crate) const STRING: Self = Self::one(Scalar::String);

    pub(crate) const fn one(scalar: Scalar) -> Self {
        Self { scalar, is_list: false }
    }

    /// A list whose items are all of one kind has that; the others are JSON.
    pub(super) fn of(value: &Value) -> Self {
        let Value::List(items) = value else { return Self::one(Scalar::of(value)) };
        let mut kinds = items.iter().map(Scalar::of);
        match kinds.next() {
            Some(scalar) if scalar != Scalar::Json && kinds.all(|kind| kind == scalar) => {
                Self { scalar, is_list: true }
            }
            _ => Self::JSON,
        }
    }

    /// `date`, `string[]`.
    pub(crate) fn name(self) -> String {
        self.scalar.name().to_owned() + if self.is_list { "[]" } else { "" }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        let (name, is_list) = name.strip_suffix("[]").map_or((name, false), |item| (item, true));
        let scalar = NAMES.iter().find(|(known, _)| *known == name)?.1;
        Some(Self { scalar, is_list })
    }

    /// A value that is of this kind; a list as JSON, with what JSON has no form for as texts.
    pub(super) fn text(self, value: &Value) -> String {
        match (self.is_list, value) {
            (true, Value::List(items)) => {
                let item = |item: &Value| {
                    let is_json = match item {
                        Value::Boolean(_) | Value::Integer(_) => true,
                        Value::Float(number) => number.is_finite(),
                        _ => false,
                    };
                    if is_json { json(item) } else { json(&Value::from(self.scalar.text(item))) }
                };
                format!("[{}]", items.iter().map(item).collect::<Vec<_>>().join(","))
            }
            _ => self.scalar.text(value),
        }
    }

    /// What [`text`](Kind::text) has written.
    pub(crate) fn value(self, text: &str) -> Option<Value> {
        if !self.is_list {
            return self.scalar.value(text);
        }
        let Json::Array(items) = super::super::json_from_str(text).ok()? else { return None };
        let item = |item: &Json| match item {
            Json::String(text) => self.scalar.value(text),
            other => self.scalar.value(&other.to_string()),
        };
        items.iter().map(item).collect::<Option<Vec<_>>>().map(Value::from)
    }

    /// The texts of the items of a list with a delimiter between them, unless that stands in one of them, or all of it is no
    /// text that can be told from none.
    pub(super) fn joined(self, value: &Value, delimiter: char) -> Option<String> {
        let Value::List(items) = value else { return Some(self.scalar.text(value)) };
        let texts: Vec<String> = items.iter().map(|item| self.scalar.text(item)).collect();
        let is_told = !texts.iter().any(|text| text.contains(delimiter)) && texts.iter().any(|text| !text.is_empty());
        is_told.then(|| texts.join(&delimiter.to_string()))
    }

    pub(crate) fn split(self, text: &str, delimiter: char) -> Option<Value> {
        if !self.is_list {
            return self.scalar.value(text);
        }
        text.split(delimiter).map(|item| self.scalar.value(item)).collect::<Option<Vec<_>>>().map(Value::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let floats = Value::from(vec![0.5, f64::INFINITY, -0.0]);
        let mixed = Value::from(vec![Value::from(1), Value::from("a")]);
        let values =
            [Value::from(true), Value::from(-7), Value::from("a;b"), Value::from(1e300), floats, mixed.clone()];
        for value in values {
            let kind = Kind::of(&value);
            let (text, name) = (kind.text(&value), kind.name());
            let again = Kind::named(&name).unwrap().value(&text).unwrap();
            assert_eq!(format!("{again:?}"), format!("{value:?}"), "{name} {text}");
        }
        assert_eq!((Kind::of(&mixed), Kind::of(&Value::from(Vec::<Value>::new()))), (Kind::JSON, Kind::JSON));
        assert_eq!(Kind::of(&Value::from(vec!["a;b"])).joined(&Value::from(vec!["a;b"]), ';'), None);
    }
}
