//! The values of the query language and what can be said of two of them.
//!
//! Everything above speaks in [`Value`]. The three relations between values are three functions and are kept
//! apart: equality ([`compare::equal`], may be unknown), equivalence ([`compare::equivalent`], for `DISTINCT`
//! and grouping) and order ([`compare::order`], total, for `ORDER BY`). This layer knows no graph: a node here
//! is its id, and what the graph says of it is filled in when a row is handed out.

#[cfg(test)]
pub(crate) mod arbitrary;
pub(crate) mod class;
pub(crate) mod compare;
mod comparison;
mod convert;
pub(crate) mod edtf;
mod element;
mod extent;
mod list;
mod map;
mod name;
pub(crate) mod nearest;
mod normal_form;
mod predicate;
mod size;
pub(crate) mod temporal;
pub(crate) mod text_form;
mod types;
mod value_type;

use std::sync::Arc;

pub(crate) use class::ErrorClass;
pub use class::ErrorKind;
pub(crate) use comparison::{Asked, Comparison, TextTest};
pub use edtf::{Edtf, EdtfError, Precision};
pub use element::{Element, ElementId, Node, Path, Relationship};
pub(crate) use element::{NodeRecord, RelationshipRecord};
pub use list::List;
pub use map::Map;
pub use name::Name;
pub(crate) use normal_form::NormalForm;
pub(crate) use predicate::Predicate;
pub(crate) use size::{LIST_BYTES, SHARED_BYTES};
pub use temporal::{Date, DateTime, Duration, LocalDateTime, LocalTime, Time};
pub(crate) use types::Type;
pub(crate) use value_type::{Kind, ValueType};

/// A value of the query language.
///
/// Cloning is cheap: whatever is larger than a word is shared.
///
/// # Example: from Rust and from a query
///
/// ```
/// use averment::{Database, Value, params};
/// # fn main() -> Result<(), averment::Error> {
/// let sent = Value::from(vec![1, 2]);
/// let back: Value = Database::in_memory().query("RETURN $x + 3", params! { "x" => sent })?.single()?;
/// assert!(matches!(&back, Value::List(items) if items.len() == 3));
/// assert_eq!((back.type_name(), back.to_string().as_str()), ("LIST", "[1, 2, 3]"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Value {
    /// The missing or unknown value.
    #[default]
    Null,
    /// True or false.
    Boolean(bool),
    /// A 64-bit signed integer.
    Integer(i64),
    /// A 64-bit IEEE 754 number.
    Float(f64),
    /// Text.
    String(Arc<str>),
    /// A list of values.
    List(List),
    /// A map from keys to values.
    Map(Map),
    /// A day.
    Date(Date),
    /// A time of day without an offset.
    LocalTime(LocalTime),
    /// A time of day with an offset.
    Time(Time),
    /// A day and a time of day without an offset.
    LocalDateTime(LocalDateTime),
    /// A point in time, with its offset or zone.
    DateTime(DateTime),
    /// A length of time in months, days and seconds.
    Duration(Duration),
    /// A date as a source gives it (Extended Date/Time Format, ISO 8601-2).
    Edtf(Edtf),
    /// A node.
    Node(Node),
    /// A relationship, asserted or quoted.
    Relationship(Relationship),
    /// A path through the graph.
    Path(Arc<Path>),
}

impl Value {
    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// What of this cannot be in a property: a map or an element, in a list neither.
    pub(crate) fn unstorable(&self) -> Option<&'static str> {
        match self {
            Value::Map(_) => Some("a map"),
            Value::Node(_) => Some("a node"),
            Value::Relationship(_) => Some("a relationship"),
            Value::Path(_) => Some("a path"),
            Value::List(items) => items.iter().find_map(Value::unstorable),
            Value::Null
            | Value::Boolean(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Date(_)
            | Value::LocalTime(_)
            | Value::Time(_)
            | Value::LocalDateTime(_)
            | Value::DateTime(_)
            | Value::Duration(_)
            | Value::Edtf(_) => None,
        }
    }

    /// The type of the value, in the words of the language.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "NULL",
            Value::Boolean(_) => "BOOLEAN",
            Value::Integer(_) => "INTEGER",
            Value::Float(_) => "FLOAT",
            Value::String(_) => "STRING",
            Value::List(_) => "LIST",
            Value::Map(_) => "MAP",
            Value::Date(_) => "DATE",
            Value::LocalTime(_) => "LOCAL TIME",
            Value::Time(_) => "ZONED TIME",
            Value::LocalDateTime(_) => "LOCAL DATETIME",
            Value::DateTime(_) => "ZONED DATETIME",
            Value::Duration(_) => "DURATION",
            Value::Edtf(_) => "EDTF",
            Value::Node(_) => "NODE",
            Value::Relationship(_) => "RELATIONSHIP",
            Value::Path(_) => "PATH",
        }
    }
}
