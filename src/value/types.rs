//! Static types, as the binder infers them and functions declare them.

use std::fmt;
use std::str::FromStr;

use super::Value;

/// What is known of a value before the query runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Type {
    /// Nothing is known.
    Any,
    Null,
    Boolean,
    Integer,
    Float,
    /// An integer or a float.
    Number,
    String,
    List(Box<Type>),
    Map,
    Date,
    LocalTime,
    Time,
    LocalDateTime,
    DateTime,
    Duration,
    Edtf,
    Node,
    Relationship,
    /// A node or a relationship.
    Element,
    Path,
}

impl FromStr for Type {
    type Err = String;

    /// A type by its name, in any case: `STRING`, `LIST<INTEGER>`, `LIST` (of anything).
    fn from_str(text: &str) -> Result<Self, String> {
        let upper = text.trim().to_uppercase();
        Ok(match upper.as_str() {
            "ANY" => Type::Any,
            "BOOLEAN" => Type::Boolean,
            "INTEGER" => Type::Integer,
            "FLOAT" => Type::Float,
            "NUMBER" => Type::Number,
            "STRING" => Type::String,
            "LIST" => Type::list_of(Type::Any),
            "MAP" => Type::Map,
            "DATE" => Type::Date,
            "LOCAL TIME" => Type::LocalTime,
            "ZONED TIME" | "TIME" => Type::Time,
            "LOCAL DATETIME" => Type::LocalDateTime,
            "ZONED DATETIME" | "DATETIME" => Type::DateTime,
            "DURATION" => Type::Duration,
            "EDTF" => Type::Edtf,
            "NODE" => Type::Node,
            "RELATIONSHIP" => Type::Relationship,
            "PATH" => Type::Path,
            _ => match upper.strip_prefix("LIST<").and_then(|item| item.strip_suffix('>')) {
                Some(item) if !item.contains('<') => Type::list_of(item.trim_end_matches('?').parse()?),
                _ => return Err(format!("unknown type `{}`", text.trim())),
            },
        })
    }
}

impl Type {
    pub(crate) fn list_of(item: Type) -> Self {
        Type::List(Box::new(item))
    }

    pub(crate) const fn is_temporal(&self) -> bool {
        matches!(
            self,
            Type::Date
                | Type::LocalTime
                | Type::Time
                | Type::LocalDateTime
                | Type::DateTime
                | Type::Duration
                | Type::Edtf
        )
    }

    /// Whether a value of this static type may turn out to be one of `other`.
    pub(crate) fn may_be(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Any | Type::Null, _)
            | (_, Type::Any)
            | (Type::Number, Type::Integer | Type::Float)
            | (Type::Integer | Type::Float, Type::Number)
            | (Type::Element, Type::Node | Type::Relationship)
            | (Type::Node | Type::Relationship, Type::Element) => true,
            (Type::List(mine), Type::List(theirs)) => mine.may_be(theirs),
            (mine, theirs) => mine == theirs,
        }
    }

    /// Whether `value` is of this type; null is of each.
    pub(crate) fn admits(&self, value: &Value) -> bool {
        match (self, value) {
            (Type::Any, _)
            | (_, Value::Null)
            | (Type::Boolean, Value::Boolean(_))
            | (Type::Integer | Type::Number, Value::Integer(_))
            | (Type::Float | Type::Number, Value::Float(_))
            | (Type::String, Value::String(_))
            | (Type::Map, Value::Map(_))
            | (Type::Date, Value::Date(_))
            | (Type::LocalTime, Value::LocalTime(_))
            | (Type::Time, Value::Time(_))
            | (Type::LocalDateTime, Value::LocalDateTime(_))
            | (Type::DateTime, Value::DateTime(_))
            | (Type::Duration, Value::Duration(_))
            | (Type::Edtf, Value::Edtf(_))
            | (Type::Node | Type::Element, Value::Node(_))
            | (Type::Relationship | Type::Element, Value::Relationship(_))
            | (Type::Path, Value::Path(_)) => true,
            (Type::List(item), Value::List(items)) => {
                **item == Type::Any || items.iter().all(|value| item.admits(value))
            }
            _ => false,
        }
    }

    /// The narrowest type that holds the values of both.
    pub(crate) fn join(self, other: Type) -> Type {
        match (self, other) {
            (mine, theirs) if mine == theirs => mine,
            (Type::Null, other) | (other, Type::Null) => other,
            (Type::Integer | Type::Float | Type::Number, Type::Integer | Type::Float | Type::Number) => Type::Number,
            (Type::Node | Type::Relationship | Type::Element, Type::Node | Type::Relationship | Type::Element) => {
                Type::Element
            }
            (Type::List(mine), Type::List(theirs)) => Type::list_of(mine.join(*theirs)),
            _ => Type::Any,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Any => "ANY",
            Type::Null => "NULL",
            Type::Boolean => "BOOLEAN",
            Type::Integer => "INTEGER",
            Type::Float => "FLOAT",
            Type::Number => "NUMBER",
            Type::String => "STRING",
            Type::List(item) => return write!(f, "LIST<{item}>"),
            Type::Map => "MAP",
            Type::Date => "DATE",
            Type::LocalTime => "LOCAL TIME",
            Type::Time => "ZONED TIME",
            Type::LocalDateTime => "LOCAL DATETIME",
            Type::DateTime => "ZONED DATETIME",
            Type::Duration => "DURATION",
            Type::Edtf => "EDTF",
            Type::Node => "NODE",
            Type::Relationship => "RELATIONSHIP",
            Type::Element => "NODE or RELATIONSHIP",
            Type::Path => "PATH",
        })
    }
}
