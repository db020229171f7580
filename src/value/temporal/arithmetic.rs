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
    Some(factor.and_then(|factor| duration(length.checked_mul(factor))))
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
    Some(divisor.and_then(|divisor| duration(length.checked_div(divisor))))
}

/// `-value`
pub(crate) fn negate(value: &Value) -> Answer {
    match value {
        Value::Duration(length) => Some(duration(length.checked_neg())),
        _ => None,
    }
}

/// A factor; `None` if `value` is not a number. One that is infinite or far too large is out of range.
fn number(value: &Value) -> Option<Result<Decimal, TemporalError>> {
    match value {
        Value::Integer(number) => Some(Ok(Decimal::from_integer(*number))),
        Value::Float(number) => Some(Decimal::from_float(*number).ok_or(TemporalError::Overflow { kind: "duration" })),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{any_duration, any_point};
    use super::*;

    fn length(text: &str) -> Value {
        Value::Duration(Duration::parse(text).expect("a duration"))
    }

    #[track_caller]
    fn check_plus(datetime: &str, duration: &str, expected: &str) {
        let datetime = Value::DateTime(DateTime::parse(datetime).expect("a point in time"));
        let sum = add(&datetime, &length(duration)).expect("temporal").expect("in range");
        assert_eq!(sum.to_string(), expected, "{datetime} + {duration}");
        let other_way = add(&length(duration), &datetime).expect("temporal").expect("in range");
        assert_eq!(other_way.to_string(), expected);
    }

    #[test]
    fn months_end_with_the_month() {
        check_plus("2020-01-31T12:00Z", "P1M", "2020-02-29T12:00Z");
        check_plus("2020-01-31T12:00Z", "P1M1D", "2020-03-01T12:00Z");
        check_plus("2020-03-31T12:00Z", "P-1Y-1M", "2019-02-28T12:00Z");
    }

    #[test]
    fn days_move_the_hands_of_the_clock_and_hours_the_time() {
        check_plus("2017-10-28T12:00[Europe/Stockholm]", "P1D", "2017-10-29T12:00+01:00[Europe/Stockholm]");
        check_plus("2017-10-28T12:00[Europe/Stockholm]", "PT24H", "2017-10-29T11:00+01:00[Europe/Stockholm]");
        check_plus("2017-03-25T02:30[Europe/Stockholm]", "P1D", "2017-03-26T03:30+02:00[Europe/Stockholm]");
        check_plus("2017-10-29T02:30+01:00[Europe/Stockholm]", "PT0S", "2017-10-29T02:30+01:00[Europe/Stockholm]");
    }

    #[test]
    fn a_duration_takes_any_number_but_zero_as_divisor() {
        let sum = |answer: Answer| answer.expect("temporal").map(|value| value.to_string());
        assert_eq!(sum(multiply(&Value::Integer(2), &length("P1M"))), Ok("P2M".to_owned()));
        assert_eq!(sum(multiply(&length("P1D"), &Value::Float(0.1))), Ok("PT2H24M".to_owned()));
        assert_eq!(sum(divide(&length("P1D"), &Value::Integer(0))), Err(TemporalError::DivisionByZero));
        assert_eq!(sum(divide(&length("P1D"), &Value::Float(-0.0))), Err(TemporalError::DivisionByZero));
        let overflow = Err(TemporalError::Overflow { kind: "duration" });
        assert_eq!(sum(multiply(&length("P1D"), &Value::Float(f64::NAN))), overflow);
        assert_eq!(sum(negate(&length("P-9223372036854775808D"))), overflow);
    }

    #[test]
    fn what_is_not_temporal_is_left_to_others() {
        let date = Value::Date(Date { epoch_days: 0 });
        assert!(add(&Value::Integer(1), &Value::Integer(2)).is_none());
        assert!(add(&date, &Value::Integer(2)).is_none() && subtract(&date, &date).is_none());
        assert!(subtract(&length("P1D"), &date).is_none() && divide(&Value::Integer(1), &length("P1D")).is_none());
    }

    proptest! {
        #[test]
        fn seconds_can_be_taken_back(point in any_point(), seconds in any::<i32>()) {
            let step = Value::Duration(Duration::new(0, 0, seconds.into(), 0).expect("in range"));
            if matches!(point, Value::Date(_)) {
                return Ok(());
            }
            if let Some(Ok(moved)) = add(&point, &step) {
                let back = subtract(&moved, &step).expect("temporal").expect("in range");
                prop_assert_eq!(back.to_string(), point.to_string());
            }
        }

        #[test]
        fn no_values_make_reckoning_panic(point in any_point(), a in any_duration(), b in any_duration(), factor in any::<f64>(), whole in any::<i64>()) {
            let (a, b) = (Value::Duration(a), Value::Duration(b));
            let _ = (add(&point, &a), subtract(&point, &a), add(&a, &b), subtract(&a, &b), negate(&a));
            for factor in [Value::Float(factor), Value::Float(factor % 7.0), Value::Integer(whole)] {
                let _ = (multiply(&a, &factor), divide(&a, &factor));
            }
        }
    }
}
