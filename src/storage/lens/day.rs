//! Days as numbers of four bytes, and the ranges that times given by sources mean.

use super::{KnownAt, ValidAt};
use crate::value::compare::days_of;
use crate::value::{Date, DateTime, Value};

/// No bound below, and none above. Days beyond what four bytes hold (some five million years) count as the outermost.
pub(super) const OPEN_START: i32 = i32::MIN;
pub(super) const OPEN_END: i32 = i32::MAX;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// The days that a time may mean; both bounds are among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DayRange {
    pub earliest: i32,
    pub latest: i32,
}

/// One bound of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Earliest,
    Latest,
}

impl DayRange {
    /// What a value of a type that is no time means.
    pub(super) const UNKNOWN: Self = Self { earliest: OPEN_START, latest: OPEN_END };

    pub(super) fn one(day: i32) -> Self {
        Self { earliest: day, latest: day }
    }

    /// `None` for a value of a type that is no time.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let days = match value {
            Value::DateTime(moment) => return Some(Self::one(clamped(moment.utc_date().epoch_days()))),
            // Which day a time without a zone is on, nobody can tell.
            Value::LocalDateTime(_) => return None,
            value => days_of(value)?,
        };
        let earliest = if days.earliest().is_none() { OPEN_START } else { clamped(days.earliest) };
        let latest = if days.latest().is_none() { OPEN_END } else { clamped(days.latest) };
        Some(Self { earliest, latest })
    }

    pub(super) fn at(self, bound: Bound) -> i32 {
        match bound {
            Bound::Earliest => self.earliest,
            Bound::Latest => self.latest,
        }
    }

    /// The earlier one, for each bound by itself.
    pub(super) fn earlier(self, other: Self) -> Self {
        Self { earliest: self.earliest.min(other.earliest), latest: self.latest.min(other.latest) }
    }
}

/// The day in UTC of a moment.
pub(super) fn day_of_micros(micros: i64) -> i32 {
    clamped(micros.div_euclid(MICROS_PER_DAY))
}

fn clamped(days: i64) -> i32 {
    let days = days.clamp(i64::from(OPEN_START) + 1, i64::from(OPEN_END) - 1);
    i32::try_from(days).expect("within four bytes")
}

impl ValidAt {
    /// Of a `date`, a `datetime` (its day in UTC) or an EDTF single day; `None` for anything else.
    pub(crate) fn of(operand: &Value, possibly: bool) -> Option<Self> {
        let date = match operand {
            Value::DateTime(moment) => moment.utc_date(),
            other => single_day(other)?,
        };
        Some(Self { day: clamped(date.epoch_days()), possibly })
    }
}

impl KnownAt {
    /// Of a `date`, a `datetime` (the moment itself) or an EDTF single day; `None` for anything else.
    pub(crate) fn of(operand: &Value, possibly: bool) -> Option<Self> {
        if let Value::DateTime(moment) = operand {
            let day = clamped(moment.utc_date().epoch_days());
            return Some(Self { day, micros: Some(micros_of(moment)), possibly });
        }
        Some(Self { day: clamped(single_day(operand)?.epoch_days()), micros: None, possibly })
    }

    /// Which bound of what is asked counts.
    pub(super) fn bound(&self) -> Bound {
        if self.possibly { Bound::Earliest } else { Bound::Latest }
    }

    /// Whether what was recorded then is known.
    pub(super) fn admits_recorded(&self, micros: i64) -> bool {
        self.micros.map_or_else(|| day_of_micros(micros) <= self.day, |moment| micros <= moment)
    }
}

fn single_day(value: &Value) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        Value::Edtf(edtf) => edtf.as_day(),
        _ => None,
    }
}

/// Whole microseconds; recorded times have no finer ones.
fn micros_of(moment: &DateTime) -> i64 {
    let micros = moment.epoch_seconds().saturating_mul(MICROS_PER_SECOND);
    micros.saturating_add(i64::from(moment.nanosecond() / 1_000))
}
