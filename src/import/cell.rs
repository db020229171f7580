//! The types that columns can have, and how a field becomes a value of one.

use crate::storage::{Cells, Column, Texts};
use crate::value::{Date, DateTime, Duration, Edtf, LocalDateTime, LocalTime, Time, Value};

use super::record::FieldText;

/// What each value of a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CellType {
    pub scalar: Scalar,
    pub is_list: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Text,
    Integer,
    Float,
    Boolean,
    Date,
    LocalTime,
    Time,
    LocalDateTime,
    DateTime,
    Duration,
    Edtf,
}

/// Names of types, in lower case: the first of each is its own, the others are what people write, too.
const NAMES: &[(&str, Scalar)] = &[
    ("string", Scalar::Text),
    ("char", Scalar::Text),
    ("int", Scalar::Integer),
    ("integer", Scalar::Integer),
    ("long", Scalar::Integer),
    ("short", Scalar::Integer),
    ("byte", Scalar::Integer),
    ("float", Scalar::Float),
    ("double", Scalar::Float),
    ("boolean", Scalar::Boolean),
    ("bool", Scalar::Boolean),
    ("date", Scalar::Date),
    ("localtime", Scalar::LocalTime),
    ("time", Scalar::Time),
    ("localdatetime", Scalar::LocalDateTime),
    ("datetime", Scalar::DateTime),
    ("duration", Scalar::Duration),
    ("edtf", Scalar::Edtf),
];

impl CellType {
    pub(super) const TEXT: Self = Self { scalar: Scalar::Text, is_list: false };

    pub(super) const fn one(scalar: Scalar) -> Self {
        Self { scalar, is_list: false }
    }

    /// A type by its name, in any case; with `[]` behind it, lists of that.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (name, is_list) = name.strip_suffix("[]").map_or((name, false), |item| (item, true));
        let found = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(Self { scalar: found.1, is_list })
    }

    /// All names, for who has written another one.
    pub(super) fn names() -> String {
        NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// What a value is called.
    pub(super) fn told(self) -> String {
        let name = NAMES.iter().find(|(_, scalar)| *scalar == self.scalar).map_or("", |(name, _)| *name);
        if self.is_list { format!("list of {name}") } else { name.to_owned() }
    }

    /// A column for a key with this number.
    pub(super) fn column(self, key: u32) -> Column {
        let cells = if self.is_list { Cells::Values(Vec::new()) } else { self.scalar.cells() };
        Column { key, present: Vec::new(), cells }
    }

    /// Appends a field to a column that this has made; false if it is no such value. A field without letters is none, but
    /// for a text in quotes.
    pub(super) fn append(self, column: &mut Column, field: FieldText<'_>, list_delimiter: char) -> bool {
        let text = field.text;
        let is_text = !self.is_list && self.scalar == Scalar::Text;
        let is_present = !text.is_empty() || (field.is_quoted && is_text);
        let is_value = match &mut column.cells {
            Cells::Texts(cells) => {
                cells.push(text);
                true
            }
            Cells::Integers(cells) => append(cells, is_present, || integer(text)),
            Cells::Floats(cells) => append(cells, is_present, || float(text)),
            Cells::Booleans(cells) => append(cells, is_present, || boolean(text)),
            Cells::Dates(cells) => {
                let date = if is_present { Date::parse(text.trim_ascii()) } else { Some(Date::MIN) };
                date.map(|date| cells.push(date)).is_some()
            }
            Cells::Values(cells) => append(cells, is_present, || self.value(text, list_delimiter)),
        };
        column.present.push(is_present);
        is_value
    }

    fn value(self, text: &str, list_delimiter: char) -> Option<Value> {
        if self.is_list {
            text.split(list_delimiter).map(|item| self.scalar.value(item)).collect::<Option<Vec<_>>>().map(Value::from)
        } else {
            self.scalar.value(text)
        }
    }
}

/// Appends a cell, or a filler where there is none; false if it is no value.
fn append<T: Default>(cells: &mut Vec<T>, is_present: bool, cell: impl FnOnce() -> Option<T>) -> bool {
    match if is_present { cell() } else { Some(T::default()) } {
        Some(cell) => {
            cells.push(cell);
            true
        }
        None => false,
    }
}

impl Scalar {
    fn cells(self) -> Cells {
        match self {
            Scalar::Text => Cells::Texts(Texts::default()),
            Scalar::Integer => Cells::Integers(Vec::new()),
            Scalar::Float => Cells::Floats(Vec::new()),
            Scalar::Boolean => Cells::Booleans(Vec::new()),
            Scalar::Date => Cells::Dates(Vec::new()),
            Scalar::LocalTime
            | Scalar::Time
            | Scalar::LocalDateTime
            | Scalar::DateTime
            | Scalar::Duration
            | Scalar::Edtf => Cells::Values(Vec::new()),
        }
    }

    fn value(self, text: &str) -> Option<Value> {
        let trimmed = text.trim_ascii();
        match self {
            Scalar::Text => Some(Value::from(text)),
            Scalar::Integer => integer(text).map(Value::Integer),
            Scalar::Float => float(text).map(Value::Float),
            Scalar::Boolean => boolean(text).map(Value::Boolean),
            Scalar::Date => Date::parse(trimmed).map(Value::Date),
            Scalar::LocalTime => LocalTime::parse(trimmed).map(Value::LocalTime),
            Scalar::Time => Time::parse(trimmed).map(Value::Time),
            Scalar::LocalDateTime => LocalDateTime::parse(trimmed).map(Value::LocalDateTime),
            Scalar::DateTime => DateTime::parse(trimmed).map(Value::DateTime),
            Scalar::Duration => Duration::parse(trimmed).map(Value::Duration),
            Scalar::Edtf => Edtf::parse(trimmed).ok().map(Value::Edtf),
        }
    }
}

fn integer(text: &str) -> Option<i64> {
    text.trim_ascii().parse().ok()
}

fn float(text: &str) -> Option<f64> {
    text.trim_ascii().parse().ok()
}

fn boolean(text: &str) -> Option<bool> {
    let text = text.trim_ascii();
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}
