//! Reckoning with temporal values: points plus durations, durations times numbers.
//!
//! A duration is added part by part: its months, on the calendar, then its days, then its seconds, on the time line.
//! A type that has no use for a part ignores it; to a date, seconds count as the whole days in them.

use super::TemporalError;
use super::date::Date;
use super::datetime::{DateTime, LocalDateTime};
use super::decimal::Decimal;
use super::duration::Duration;
use super::time::{NANOS_PER_DAY, Time};
use crate::value::Value;

/// The answer of an operator; `None` if it is none of its business.
type Answer = Option<Result<Value, TemporalError>>;

/// `left + right`
pub(crate) fn add(left: &Value, right: &Value) -> Answer {
    match (left, right) {
        (Value::Duration(left), Value::Duration(right)) => Some(duration(left.checked_add(right))),
        (point, Value::Duration(duration)) | (Value::Duration(duration), point) => plus(point, duration),
        _ => None,
    }
}

/// `left - right`
pub(crate) fn subtract(left: &Value, right: &Value) -> Answer {
    match (left, right) {
        (Value::Duration(left), Value::Duration(right)) => Some(duration(left.checked_sub(right))),
        (point, Value::Duration(duration)) => match duration.checked_neg() {
            Some(opposite) => plus(point, &opposite),
            None => Some(Err(TemporalError::Overflow { kind: "duration" })),
        },
        _ => None,
    }
}

/// `left * right`
pub(crate) fn multiply(left: &Value, right: &Value) -> Answer {
    let (length, factor) = match (left, right) {
        (Value::Duration(length), factor) | (factor, Value::Duration(length)) => (length, number(factor)?),
        _ => return None,
    };
    Some(duration(factor.and_then(|factor| length.checked_mul(factor))))
}

/// `left / right`
pub(crate) fn divide(left: &Value, right: &Value) -> Answer {
    let (Value::Duration(length), Some(divisor)) = (left, number(right)) else { return None };
    let is_zero = match right {
        Value::Integer(divisor) => *divisor == 0,
        Value::Float(divisor) => *divisor == 0.0,
        _ => false,
    };
    if is_zero {
        return Some(Err(TemporalError::DivisionByZero));
    }
    Some(duration(divisor.and_then(|divisor| length.checked_div(divisor))))
}

/// `-value`
pub(crate) fn negate(value: &Value) -> Answer {
    match value {
        Value::Duration(length) => Some(duration(length.checked_neg())),
        _ => None,
    }
}

/// A factor: `None` if `value` is not a number, `Some(None)` if it is one with no use here (infinite, far too large).
fn number(value: &Value) -> Option<Option<Decimal>> {
    match value {
        Value::Integer(number) => Some(Some(Decimal::from_integer(*number))),
        Value::Float(number) => Some(Decimal::from_float(*number)),
        _ => None,
    }
}

fn duration(result: Option<Duration>) -> Result<Value, TemporalError> {
    result.map(Value::Duration).ok_or(TemporalError::Overflow { kind: "duration" })
}

/// `point` moved by `duration`; `None` if it is no point.
fn plus(point: &Value, duration: &Duration) -> Answer {
    let (moved, kind) = match point {
        Value::Date(date) => (date_plus(*date, duration).map(Value::Date), "date"),
        Value::LocalTime(time) => (Some(Value::LocalTime(time.plus_nanos(duration.nanos()))), "localtime"),
        Value::Time(time) => {
            let local = time.local.plus_nanos(duration.nanos());
            (Some(Value::Time(Time { local, ..*time })), "time")
        }
        Value::LocalDateTime(local) => (local_plus(*local, duration).map(Value::LocalDateTime), "localdatetime"),
        Value::DateTime(datetime) => (datetime_plus(datetime, duration).map(Value::DateTime), "datetime"),
        _ => return None,
    };
    Some(moved.ok_or(TemporalError::Overflow { kind }))
}

fn date_plus(date: Date, duration: &Duration) -> Option<Date> {
    let days_of_seconds = i64::try_from(duration.nanos() / i128::from(NANOS_PER_DAY)).ok()?;
    date.plus_months(duration.months())?.plus_days(duration.days().checked_add(days_of_seconds)?)
}

fn local_plus(local: LocalDateTime, duration: &Duration) -> Option<LocalDateTime> {
    local.plus_months_and_days(duration.months(), duration.days())?.plus_nanos(duration.nanos())
}

/// Months and days move the clock's hands, so a day is from noon to noon also where clocks change in between.
fn datetime_plus(datetime: &DateTime, duration: &Duration) -> Option<DateTime> {
    let local = datetime.local().plus_months_and_days(duration.months(), duration.days())?;
    let moved = DateTime::resolve(local, datetime.zone(), Some(datetime.offset_seconds()))?;
    DateTime::from_instant(moved.epoch_nanos().checked_add(duration.nanos())?, datetime.zone())
}
