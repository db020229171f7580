//! The types that columns can have, and how a field becomes a value of one.

use crate::storage::{Cells, Column, Texts};
use crate::value::{Date, DateTime, Duration, Edtf, LocalDateTime, LocalTime, Time, Value};

use super::record::FieldText;
use super::whole::{is_datetime, is_day, is_time, is_zoned_time};

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

    /// What is amiss with a text that is no such value, if it comes near to one: a clause behind it, or nothing.
    pub(super) fn hint(self, text: &str, list_delimiter: char) -> String {
        let mut items = text.split(|letter| self.is_list && letter == list_delimiter);
        let hint = items.find(|item| self.scalar.value(item).is_none()).and_then(|item| self.scalar.hint(item));
        hint.map_or_else(String::new, |hint| format!(": {hint}"))
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
                let date = if is_present { day(text) } else { Some(Date::MIN) };
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
            Scalar::Date => day(text).map(Value::Date),
            Scalar::LocalTime | Scalar::Time | Scalar::LocalDateTime | Scalar::DateTime => {
                self.time(trimmed).filter(|_| self.is_whole(trimmed))
            }
            Scalar::Duration => Duration::parse(trimmed).map(Value::Duration),
            Scalar::Edtf => Edtf::parse(trimmed).ok().map(Value::Edtf),
        }
    }

    /// A time, with what it does not tell filled up.
    fn time(self, text: &str) -> Option<Value> {
        match self {
            Scalar::LocalTime => LocalTime::parse(text).map(Value::LocalTime),
            Scalar::Time => Time::parse(text).map(Value::Time),
            Scalar::LocalDateTime => LocalDateTime::parse(text).map(Value::LocalDateTime),
            Scalar::DateTime => DateTime::parse(text).map(Value::DateTime),
            Scalar::Text
            | Scalar::Integer
            | Scalar::Float
            | Scalar::Boolean
            | Scalar::Date
            | Scalar::Duration
            | Scalar::Edtf => None,
        }
    }

    /// Whether nothing has to be filled up.
    fn is_whole(self, text: &str) -> bool {
        match self {
            Scalar::LocalTime => is_time(text),
            Scalar::Time => is_zoned_time(text),
            Scalar::LocalDateTime => is_datetime(text, is_time),
            Scalar::DateTime => is_datetime(text, is_zoned_time),
            Scalar::Date => is_day(text),
            Scalar::Text | Scalar::Integer | Scalar::Float | Scalar::Boolean | Scalar::Duration | Scalar::Edtf => true,
        }
    }

    /// What is amiss with a text that comes near to a value.
    fn hint(self, text: &str) -> Option<&'static str> {
        let text = text.trim_ascii();
        match self {
            Scalar::Float => text.parse::<f64>().is_ok().then_some("it is out of range"),
            Scalar::Date => Date::parse(text)
                .map(|_| "a date is a whole day, as `2021-12-10` is; a column of `edtf` keeps it as it is written"),
            Scalar::LocalTime => self.time(text).map(|_| "it has no minutes, as `10:30` has"),
            Scalar::Time => self.time(text).map(|_| "it has no minutes or no offset, as `10:30+01:00` has"),
            Scalar::LocalDateTime => {
                self.time(text).map(|_| "it has no whole day and minutes, as `2021-12-10T10:30` has")
            }
            Scalar::DateTime => {
                self.time(text).map(|_| "it has no whole day, minutes and offset, as `2021-12-10T10:30+01:00` has")
            }
            Scalar::Text | Scalar::Integer | Scalar::Boolean | Scalar::Duration | Scalar::Edtf => None,
        }
    }
}

fn integer(text: &str) -> Option<i64> {
    text.trim_ascii().parse().ok()
}

/// `Infinity` may be meant; digits never are.
fn float(text: &str) -> Option<f64> {
    let text = text.trim_ascii();
    let is_told = |float: &f64| !float.is_infinite() || !text.bytes().any(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(is_told)
}

fn day(text: &str) -> Option<Date> {
    Some(text.trim_ascii()).filter(|text| is_day(text)).and_then(Date::parse)
}

fn boolean(text: &str) -> Option<bool> {
    let text = text.trim_ascii();
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}
