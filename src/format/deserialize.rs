//! Rows and values as Rust types of your own, by serde.
//!
//! A row is a struct or map by the names of its columns, or a tuple by their order; a value is what it is. Dates and
//! times are their text, nodes and relationships are their properties.

use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, forward_to_deserialize_any};

use crate::{Date, DateTime, Duration, Edtf, LocalDateTime, LocalTime, Name, Row, Time, Value};

/// A row or value that is no such type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DeserializeError {
    message: String,
}

impl de::Error for DeserializeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string() }
    }
}

/// The row as a `T`; most easily called as [`Row::deserialize`].
///
/// # Errors
///
/// What serde misses or finds of another type, with the name of the column.
pub fn row_as<T: DeserializeOwned>(row: &Row) -> Result<T, DeserializeError> {
    T::deserialize(RowDeserializer(row))
}

/// The value as a `T`.
///
/// ```
/// use averment::{Value, format::value_as};
/// # fn main() -> Result<(), averment::format::DeserializeError> {
/// let pairs: Vec<(String, u8)> = value_as(&Value::from(vec![Value::from(vec![Value::from("a"), Value::from(1)])]))?;
/// assert_eq!(pairs, [("a".to_owned(), 1)]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// What serde misses or finds of another type.
pub fn value_as<T: DeserializeOwned>(value: &Value) -> Result<T, DeserializeError> {
    T::deserialize(ValueDeserializer(value))
}

struct RowDeserializer<'r>(&'r Row);

impl<'r> RowDeserializer<'r> {
    fn cells(&self) -> impl Iterator<Item = Cell<'r>> + use<'r> {
        self.0.columns().iter().zip(self.0.values()).map(|(column, value)| Cell { column, value })
    }

    /// What a row of one column is by itself.
    fn only(&self) -> Result<ValueDeserializer<'r>, DeserializeError> {
        match self.0.values() {
            [value] => Ok(ValueDeserializer(value)),
            values => Err(de::Error::custom(format!("a row of {} columns is no single value", values.len()))),
        }
    }
}

macro_rules! of_the_only_column {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
            self.only()?.$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for RowDeserializer<'de> {
    type Error = DeserializeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let named = self.cells().map(|cell| (cell.column.as_str(), cell));
        visitor.visit_map(MapDeserializer::new(named))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        visitor.visit_seq(SeqDeserializer::new(self.cells()))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DeserializeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        self.only()?.deserialize_enum(name, variants, visitor)
    }

    of_the_only_column! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_option deserialize_unit
    }

    forward_to_deserialize_any! { i128 u128 unit_struct map struct identifier ignored_any }
}

/// A value that knows its column, for messages.
struct Cell<'r> {
    column: &'r Name,
    value: &'r Value,
}

impl<'r> IntoDeserializer<'r, DeserializeError> for Cell<'r> {
    type Deserializer = CellDeserializer<'r>;

    fn into_deserializer(self) -> CellDeserializer<'r> {
        CellDeserializer(self)
    }
}

struct CellDeserializer<'r>(Cell<'r>);

impl CellDeserializer<'_> {
    fn named(&self, error: &DeserializeError) -> DeserializeError {
        de::Error::custom(format!("column `{}`: {error}", self.0.column))
    }
}

macro_rules! of_the_value {
    ($($method:ident ( $($argument:ident : $type:ty),* );)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, DeserializeError> {
            ValueDeserializer(self.0.value).$method($($argument,)* visitor).map_err(|error| self.named(&error))
        }
    )*};
}

impl<'de> Deserializer<'de> for CellDeserializer<'de> {
    type Error = DeserializeError;

    of_the_value! {
        deserialize_any();
        deserialize_option();
        deserialize_newtype_struct(name: &'static str);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

struct ValueDeserializer<'v>(&'v Value);

impl<'v> IntoDeserializer<'v, DeserializeError> for ValueDeserializer<'v> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for ValueDeserializer<'de> {
    type Error = DeserializeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let map = |entries: &'de std::collections::BTreeMap<Name, Value>| {
            MapDeserializer::new(entries.iter().map(|(key, value)| (key.as_str(), ValueDeserializer(value))))
        };
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Boolean(flag) => visitor.visit_bool(*flag),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(SeqDeserializer::new(items.iter().map(ValueDeserializer))),
            Value::Map(entries) => visitor.visit_map(map(entries)),
            Value::Node(node) => visitor.visit_map(map(node.properties())),
            Value::Relationship(rel) => visitor.visit_map(map(rel.properties())),
            Value::Path(_) => Err(de::Error::custom("a path is no type of serde's; return its nodes or relationships")),
            other => visitor.visit_string(other.to_string()),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        match self.0 {
            Value::String(name) => visitor.visit_enum((**name).into_deserializer()),
            Value::Map(entries) if entries.len() == 1 => visitor.visit_enum(OneEntry(self.0)),
            other => Err(de::Error::custom(format!("{other} is no variant: a string, or a map with one entry, is"))),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// A map with one entry as a variant: its key names it, its value is what it holds.
struct OneEntry<'v>(&'v Value);

impl<'de> de::EnumAccess<'de> for OneEntry<'de> {
    type Error = DeserializeError;
    type Variant = Held<'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Held<'de>), DeserializeError> {
        let Value::Map(entries) = self.0 else { return Err(de::Error::custom("a variant is a map with one entry")) };
        let (name, value) = entries.iter().next().ok_or_else(|| de::Error::custom("a variant has a name"))?;
        Ok((seed.deserialize(name.as_str().into_deserializer())?, Held(value)))
    }
}

struct Held<'v>(&'v Value);

impl<'de> de::VariantAccess<'de> for Held<'de> {
    type Error = DeserializeError;

    fn unit_variant(self) -> Result<(), DeserializeError> {
        <()>::deserialize(ValueDeserializer(self.0))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, DeserializeError> {
        seed.deserialize(ValueDeserializer(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, DeserializeError> {
        ValueDeserializer(self.0).deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        ValueDeserializer(self.0).deserialize_struct("", fields, visitor)
    }
}

/// Dates and times are their canonical text, in whatever format serde writes.
macro_rules! as_text {
    ($($type:ident: $parse:expr;)*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let parse: fn(&str) -> Option<Self> = $parse;
                parse(&text).ok_or_else(|| {
                    de::Error::invalid_value(de::Unexpected::Str(&text), &concat!("the text of a ", stringify!($type)))
                })
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}

as_text! {
    Date: Date::parse;
    LocalTime: LocalTime::parse;
    Time: Time::parse;
    LocalDateTime: LocalDateTime::parse;
    DateTime: DateTime::parse;
    Duration: Duration::parse;
    Edtf: |text| Edtf::parse(text).ok();
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::Database;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Listing {
        company: String,
        since: Edtf,
        share: Option<f64>,
        tags: Vec<String>,
        kind: Kind,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Entity,
        Other(i64),
    }

    fn row(query: &str) -> Row {
        Database::in_memory().query(query, ()).unwrap().next().unwrap().unwrap()
    }

    fn listing(query: &str) -> Result<Listing, DeserializeError> {
        row_as(&row(query))
    }

    #[test]
    fn a_row_is_a_struct_by_the_names_of_its_columns() {
        let found = listing(
            "RETURN 'SenseTime' AS company, edtf('2019-10?') AS since, 50 AS share, ['a'] AS tags, 'entity' AS kind",
        );
        let expected = Listing {
            company: "SenseTime".to_owned(),
            since: Edtf::parse("2019-10?").unwrap(),
            share: Some(50.0),
            tags: vec!["a".to_owned()],
            kind: Kind::Entity,
        };
        assert_eq!(found, Ok(expected));
    }

    #[test]
    fn a_row_is_a_tuple_by_the_order_of_its_columns() {
        let text = "RETURN {other: 3} AS kind, null AS nothing, date('2020-01-02') AS day";
        let found: (Kind, Option<i8>, Date) = row_as(&row(text)).unwrap();
        assert_eq!(found, (Kind::Other(3), None, Date::parse("2020-01-02").unwrap()));
    }

    #[test]
    fn a_row_of_one_column_is_its_value() {
        assert_eq!(row_as::<i64>(&row("RETURN 3 AS x")), Ok(3));
        assert_eq!(row_as::<Option<String>>(&row("RETURN null AS x")), Ok(None));
        let node: BTreeMap<String, i64> = value_as(&row("CREATE (n:A {a: 1, b: 2}) RETURN n").values()[0]).unwrap();
        assert_eq!(node, BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
    }

    #[test]
    fn a_fault_names_its_column() {
        let fault =
            listing("RETURN 'x' AS company, 3 AS since, null AS share, [] AS tags, 'entity' AS kind").unwrap_err();
        assert!(fault.to_string().starts_with("column `since`: invalid type"), "{fault}");
        let fault = listing("RETURN 'x' AS company").unwrap_err();
        assert_eq!(fault.to_string(), "missing field `since`");
        let fault = row_as::<i64>(&row("RETURN 1 AS a, 2 AS b")).unwrap_err();
        assert_eq!(fault.to_string(), "a row of 2 columns is no single value");
    }
}
