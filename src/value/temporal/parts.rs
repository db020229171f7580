//! What a temporal value is made of, whichever type it has.

use super::date::Date;
use super::datetime::LocalDateTime;
use super::time::LocalTime;
use super::zone::Zone;
use crate::value::Value;

/// The types of temporal values that are points rather than lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Date,
    LocalTime,
    Time,
    LocalDateTime,
    DateTime,
}

impl Kind {
    /// The name of the function that makes it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Kind::Date => "date",
            Kind::LocalTime => "localtime",
            Kind::Time => "time",
            Kind::LocalDateTime => "localdatetime",
            Kind::DateTime => "datetime",
        }
    }

    pub(super) const fn has_date(self) -> bool {
        matches!(self, Kind::Date | Kind::LocalDateTime | Kind::DateTime)
    }

    pub(super) const fn has_time(self) -> bool {
        !matches!(self, Kind::Date)
    }

    pub(super) const fn has_zone(self) -> bool {
        matches!(self, Kind::Time | Kind::DateTime)
    }
}

/// The parts of a date, a time or both.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub date: Option<Date>,
    pub time: Option<LocalTime>,
    pub zone: Option<Zone>,
    /// The zone's offset at this point.
    pub offset_seconds: Option<i32>,
}

impl Parts {
    /// The parts of `value`; `None` if it is not a point.
    pub(super) fn of(value: &Value) -> Option<Parts> {
        let none = Parts::default();
        Some(match value {
            Value::Date(date) => Parts { date: Some(*date), ..none },
            Value::LocalTime(time) => Parts { time: Some(*time), ..none },
            Value::Time(time) => Parts {
                time: Some(time.local),
                zone: Some(Zone::Offset(time.offset_seconds)),
                offset_seconds: Some(time.offset_seconds),
                ..none
            },
            Value::LocalDateTime(local) => Parts { date: Some(local.date), time: Some(local.time), ..none },
            Value::DateTime(datetime) => Parts {
                date: Some(datetime.local().date),
                time: Some(datetime.local().time),
                zone: Some(datetime.zone()),
                offset_seconds: Some(datetime.offset_seconds()),
            },
            _ => return None,
        })
    }

    /// Day and time of day, if it has both.
    pub(super) fn local(&self) -> Option<LocalDateTime> {
        Some(LocalDateTime { date: self.date?, time: self.time? })
    }
}
