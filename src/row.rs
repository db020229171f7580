//! Rows of an answer, and how their values become Rust's.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::format::row_as;
use crate::from_row::FromRow;
use crate::value::{ErrorKind, Name, Value};
use crate::why::Why;

/// One row of an answer.
///
/// # Example: a column by name and by place
///
/// ```
/// use averment::Database;
/// # fn main() -> Result<(), averment::Error> {
/// let row = Database::in_memory().query("RETURN 'SenseTime' AS name, null AS place", ())?.next().expect("a row")?;
/// assert_eq!(row.get::<String>("name")?, "SenseTime");
/// assert_eq!(row.at::<Option<String>>(1)?, None);
/// assert!(row.get::<i64>("name").is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Row {
    columns: Arc<[Name]>,
    values: Vec<Value>,
}

impl Row {
    pub(crate) fn new(columns: Arc<[Name]>, values: Vec<Value>) -> Self {
        Self { columns, values }
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[Name] {
        &self.columns
    }

    /// The values, in the order of the columns.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The value in `column`, as `T`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Argument`] if there is no such column, [`ErrorKind::Type`] if the value is no `T`.
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T, Error> {
        let index = self.columns.iter().position(|name| name.as_str() == column).ok_or_else(|| {
            let names = self.columns.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            Error::plain(ErrorKind::Argument, "NoSuchColumn", format!("no column `{column}`; there are {names}"))
        })?;
        self.at(index)
    }

    /// What the row rests on, if the statement began with `WHY`: the column `why`.
    ///
    /// ```
    /// use averment::{Database, fixtures};
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// fixtures::load(&db, "2019-10-entity-list-28")?;
    /// let statement = "WHY MATCH (x:Action)-[t:TARGETS]->(:Company {name: 'Megvii'}) RETURN x.id";
    /// let row = db.query(statement, ())?.next().expect("a row")?;
    /// let why = row.why().expect("asked for");
    /// assert_eq!(why.elements().len(), 3);
    /// let targets = &why.elements()[1];
    /// assert_eq!(targets.citations[0].certainty(), Some("stated"));
    /// assert!(why.argument()[0].starts_with("because (:Action:Event"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn why(&self) -> Option<Why> {
        self.get(Why::COLUMN).ok()
    }

    /// The value at `index`, from 0, as `T`.
    ///
    /// # Errors
    ///
    /// As [`Row::get`].
    pub fn at<T: FromValue>(&self, index: usize) -> Result<T, Error> {
        let value = self.values.get(index).ok_or_else(|| {
            Error::plain(
                ErrorKind::Argument,
                "NoSuchColumn",
                format!("no column {index}; the row has {}", self.values.len()),
            )
        })?;
        T::from_value(value).ok_or_else(|| {
            let column = &self.columns[index];
            Error::plain(
                ErrorKind::Type,
                "InvalidValueType",
                format!("column `{column}` holds {value}, which is no {}", T::NAME),
            )
        })
    }

    /// The row as a tuple.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), averment::Error> {
    /// let row = Database::in_memory().query("RETURN 'a' AS name, 3 AS count", ())?.next().expect("a row")?;
    /// assert_eq!(row.to::<(String, i64)>()?, ("a".to_owned(), 3));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Argument`] if the row has another number of columns, [`ErrorKind::Type`] if a value is of another
    /// type.
    pub fn to<T: FromRow>(&self) -> Result<T, Error> {
        T::from_row(self)
    }

    /// The row as any type that serde can make: a struct or map by the names of the columns, a tuple by their order.
    ///
    /// Dates and times are their text, nodes and relationships are their properties.
    ///
    /// ```
    /// use averment::Database;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Company {
    ///     name: String,
    ///     founded: Option<i64>,
    /// }
    ///
    /// # fn main() -> Result<(), averment::Error> {
    /// let row = Database::in_memory().query("RETURN 'SenseTime' AS name, null AS founded", ())?.next().expect("a row")?;
    /// let company: Company = row.deserialize()?;
    /// assert_eq!((company.name.as_str(), company.founded), ("SenseTime", None));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] for what serde misses or finds of another type.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, Error> {
        row_as(self).map_err(|error| Error::plain(ErrorKind::Type, "InvalidValueType", error.to_string()))
    }

    /// The values by themselves.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }
}

/// A Rust type that a value can be turned into.
///
/// # Example: a type of your own
///
/// ```
/// use averment::{Database, FromValue, Value};
/// # fn main() -> Result<(), averment::Error> {
/// struct Share(f64);
/// impl FromValue for Share {
///     const NAME: &'static str = "share from 0 to 100";
///
///     fn from_value(value: &Value) -> Option<Self> {
///         f64::from_value(value).filter(|share| (0.0..=100.0).contains(share)).map(Share)
///     }
/// }
/// let db = Database::in_memory();
/// assert_eq!(db.query("RETURN 50.0", ())?.single::<Share>()?.0, 50.0);
/// assert!(db.query("RETURN 150.0", ())?.single::<Share>().is_err());
/// # Ok(())
/// # }
/// ```
pub trait FromValue: Sized {
    /// What error messages call the type.
    const NAME: &'static str;

    /// The value as this type; `None` if it is another type's.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! from_value {
    ($($type:ty, $name:literal, $pattern:pat => $result:expr;)*) => {$(
        impl FromValue for $type {
            const NAME: &'static str = $name;

            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    $pattern => $result,
                    _ => None,
                }
            }
        }
    )*};
}

from_value! {
    bool, "boolean", Value::Boolean(flag) => Some(*flag);
    i8, "8-bit integer", Value::Integer(number) => i8::try_from(*number).ok();
    i16, "16-bit integer", Value::Integer(number) => i16::try_from(*number).ok();
    i32, "32-bit integer", Value::Integer(number) => i32::try_from(*number).ok();
    i64, "integer", Value::Integer(number) => Some(*number);
    u8, "8-bit integer from 0", Value::Integer(number) => u8::try_from(*number).ok();
    u16, "16-bit integer from 0", Value::Integer(number) => u16::try_from(*number).ok();
    u32, "32-bit integer from 0", Value::Integer(number) => u32::try_from(*number).ok();
    u64, "integer from 0", Value::Integer(number) => u64::try_from(*number).ok();
    usize, "integer from 0", Value::Integer(number) => usize::try_from(*number).ok();
    String, "string", Value::String(text) => Some(text.to_string());
    Arc<str>, "string", Value::String(text) => Some(Arc::clone(text));
    crate::List, "list", Value::List(items) => Some(items.clone());
    crate::Map, "map", Value::Map(map) => Some(map.clone());
    crate::Node, "node", Value::Node(node) => Some(node.clone());
    crate::Relationship, "relationship", Value::Relationship(rel) => Some(rel.clone());
    Arc<crate::Path>, "path", Value::Path(path) => Some(Arc::clone(path));
    crate::Edtf, "EDTF date", Value::Edtf(edtf) => Some(edtf.clone());
    crate::Date, "date", Value::Date(date) => Some(*date);
    crate::LocalTime, "local time", Value::LocalTime(time) => Some(*time);
    crate::Time, "time", Value::Time(time) => Some(*time);
    crate::LocalDateTime, "local date and time", Value::LocalDateTime(time) => Some(*time);
    crate::DateTime, "date and time", Value::DateTime(time) => Some(time.clone());
    crate::Duration, "duration", Value::Duration(duration) => Some(duration.clone());
}

/// An integer is taken where a float has the very same value.
impl FromValue for f64 {
    const NAME: &'static str = "float";

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "what is lost is seen")]
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Float(number) => Some(*number),
            Value::Integer(number) => Some(*number as f64).filter(|float| *float as i64 == *number),
            _ => None,
        }
    }
}

impl FromValue for crate::Element {
    const NAME: &'static str = "node or relationship";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Node(node) => Some(crate::Element::Node(node.clone())),
            Value::Relationship(rel) => Some(crate::Element::Relationship(rel.clone())),
            _ => None,
        }
    }
}

impl FromValue for Value {
    const NAME: &'static str = "value";

    fn from_value(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

impl<T: FromValue> FromValue for Option<T> {
    const NAME: &'static str = T::NAME;

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            _ => T::from_value(value).map(Some),
        }
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    const NAME: &'static str = "list of the type asked for";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::List(items) => items.iter().map(T::from_value).collect(),
            _ => None,
        }
    }
}
