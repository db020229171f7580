//! Rust values as values of the language.

use std::sync::Arc;

use super::{
    Date, DateTime, Duration, Edtf, Element, List, LocalDateTime, LocalTime, Map, Name, Node, Path, Relationship, Time,
    Value,
};

macro_rules! from {
    ($($source:ty => $value:ident => $result:expr;)*) => {
        $(impl From<$source> for Value {
            fn from($value: $source) -> Value {
                $result
            }
        })*
    };
}

from! {
    bool => value => Value::Boolean(value);
    i8 => value => Value::Integer(value.into());
    i16 => value => Value::Integer(value.into());
    i32 => value => Value::Integer(value.into());
    i64 => value => Value::Integer(value);
    u8 => value => Value::Integer(value.into());
    u16 => value => Value::Integer(value.into());
    u32 => value => Value::Integer(value.into());
    f32 => value => Value::Float(value.into());
    f64 => value => Value::Float(value);
    &str => value => Value::String(value.into());
    String => value => Value::String(value.into());
    Arc<str> => value => Value::String(value);
    Name => value => Value::String(value.to_shared());
    List => value => Value::List(value);
    Map => value => Value::Map(value);
    Date => value => Value::Date(value);
    LocalTime => value => Value::LocalTime(value);
    Time => value => Value::Time(value);
    LocalDateTime => value => Value::LocalDateTime(value);
    DateTime => value => Value::DateTime(value);
    Duration => value => Value::Duration(value);
    Edtf => value => Value::Edtf(value);
    Node => value => Value::Node(value);
    Relationship => value => Value::Relationship(value);
    Element => value => match value {
        Element::Node(node) => Value::Node(node),
        Element::Relationship(rel) => Value::Relationship(rel),
    };
    Path => value => Value::Path(Arc::new(value));
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Value {
        Value::List(values.into_iter().map(Into::into).collect())
    }
}

impl<K: Into<Name>, V: Into<Value>> FromIterator<(K, V)> for Value {
    /// A map; of two entries with the same key the later one stays.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Value {
        Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_vectors_become_nulls_and_lists() {
        assert_eq!(Value::from(vec![Some(1), None]).to_string(), "[1, null]");
        assert_eq!([("a", 1), ("b", 2)].into_iter().collect::<Value>().to_string(), "{a: 1, b: 2}");
    }
}
