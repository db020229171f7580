//! The components of temporal values: `d.year`, `t.offset`, `duration.minutesOfHour`.

use super::date::Date;
use super::datetime::DateTime;
use super::duration::Duration;
use super::error::TemporalError;
use super::time::LocalTime;
use super::zone::OffsetText;
use crate::value::Value;

/// The component of a temporal value with this name; `None` if it has none, or is not temporal.
///
/// # Errors
///
/// [`TemporalError::Overflow`] for a number of small units that is too large for an integer.
pub(crate) fn component(value: &Value, key: &str) -> Result<Option<Value>, TemporalError> {
    let Some(units) = in_small_units(value, key) else { return Ok(plain_component(value, key)) };
    let units = i64::try_from(units).map_err(|_| TemporalError::Overflow { kind: "64-bit integer" })?;
    Ok(Some(Value::Integer(units)))
}

/// What may be more than an integer holds: all of a value in units smaller than a second.
fn in_small_units(value: &Value, key: &str) -> Option<i128> {
    match (value, key) {
        (Value::DateTime(datetime), "epochMillis") => Some(datetime.epoch_nanos().div_euclid(1_000_000)),
        (Value::Duration(duration), "milliseconds") => Some(units_of(duration, 1_000)),
        (Value::Duration(duration), "microseconds") => Some(units_of(duration, 1_000_000)),
        (Value::Duration(duration), "nanoseconds") => Some(units_of(duration, 1_000_000_000)),
        _ => None,
    }
}

fn units_of(duration: &Duration, per_second: i64) -> i128 {
    let fraction = i64::from(duration.nanosecond()) / (1_000_000_000 / per_second);
    i128::from(duration.seconds()) * i128::from(per_second) + i128::from(fraction)
}

fn plain_component(value: &Value, key: &str) -> Option<Value> {
    match value {
        Value::Date(date) => of_date(*date, key),
        Value::LocalTime(time) => of_time(*time, key),
        Value::Time(time) => {
            of_time(time.local, key).or_else(|| of_offset(time.offset_seconds, key)).or_else(|| match key {
                "timezone" => Some(text(&OffsetText(time.offset_seconds).to_string())),
                _ => None,
            })
        }
        Value::LocalDateTime(local) => of_date(local.date, key).or_else(|| of_time(local.time, key)),
        Value::DateTime(datetime) => of_datetime(datetime, key),
        Value::Duration(duration) => of_duration(duration, key),
        _ => None,
    }
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}

fn of_date(date: Date, key: &str) -> Option<Value> {
    let (year, month, day) = date.calendar();
    Some(Value::Integer(match key {
        "year" => year,
        "quarter" => date.quarter(),
        "month" => month,
        "week" => date.week().1,
        "weekYear" => date.week().0,
        "dayOfQuarter" | "quarterDay" => date.day_of_quarter(),
        "day" => day,
        "ordinalDay" => date.ordinal_day(),
        "dayOfWeek" | "weekDay" => date.weekday(),
        _ => return None,
    }))
}

fn of_time(time: LocalTime, key: &str) -> Option<Value> {
    Some(Value::Integer(match key {
        "hour" => time.hour(),
        "minute" => time.minute(),
        "second" => time.second(),
        "millisecond" => time.nanosecond() / 1_000_000,
        "microsecond" => time.nanosecond() / 1_000,
        "nanosecond" => time.nanosecond(),
        _ => return None,
    }))
}

fn of_offset(offset_seconds: i32, key: &str) -> Option<Value> {
    Some(match key {
        "offset" => text(&OffsetText(offset_seconds).to_string()),
        "offsetMinutes" => Value::Integer(i64::from(offset_seconds / 60)),
        "offsetSeconds" => Value::Integer(i64::from(offset_seconds)),
        _ => return None,
    })
}

fn of_datetime(datetime: &DateTime, key: &str) -> Option<Value> {
    let local = datetime.local();
    let of_local = of_date(local.date, key).or_else(|| of_time(local.time, key));
    of_local.or_else(|| of_offset(datetime.offset_seconds(), key)).or_else(|| {
        Some(match key {
            "timezone" => match datetime.zone_name() {
                Some(name) => text(name),
                None => text(&OffsetText(datetime.offset_seconds()).to_string()),
            },
            "epochSeconds" => Value::Integer(datetime.epoch_seconds()),
            _ => return None,
        })
    })
}

/// A part of a duration in all (`minutes`) or beside the greater parts of its group (`minutesOfHour`).
fn of_duration(duration: &Duration, key: &str) -> Option<Value> {
    let (months, days, seconds) = (duration.months(), duration.days(), duration.seconds());
    let nanosecond = i64::from(duration.nanosecond());
    Some(Value::Integer(match key {
        "years" => months / 12,
        "quarters" => months / 3,
        "months" => months,
        "weeks" => days / 7,
        "days" => days,
        "hours" => seconds / 3600,
        "minutes" => seconds / 60,
        "seconds" => seconds,
        "quartersOfYear" => months / 3 % 4,
        "monthsOfYear" => months % 12,
        "monthsOfQuarter" => months % 3,
        "daysOfWeek" => days % 7,
        "minutesOfHour" => seconds / 60 % 60,
        "secondsOfMinute" => seconds % 60,
        "millisecondsOfSecond" => nanosecond / 1_000_000,
        "microsecondsOfSecond" => nanosecond / 1_000,
        "nanosecondsOfSecond" => nanosecond,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{any_duration, any_point};
    use super::*;

    #[track_caller]
    fn check(value: &Value, expected: &[(&str, &str)]) {
        for (key, text) in expected {
            assert_eq!(component(value, key).unwrap().map(|part| part.to_string()).as_deref(), Some(*text), "{key}");
        }
    }

    #[test]
    fn a_point_in_time_has_the_parts_of_its_date_its_time_and_its_zone() {
        let datetime = DateTime::parse("1984-11-11T12:31:14.645876123[Europe/Stockholm]").expect("a point in time");
        let parts = [
            ("year", "1984"),
            ("quarter", "4"),
            ("month", "11"),
            ("week", "45"),
            ("weekYear", "1984"),
            ("day", "11"),
            ("ordinalDay", "316"),
            ("dayOfWeek", "7"),
            ("weekDay", "7"),
            ("dayOfQuarter", "42"),
            ("hour", "12"),
            ("minute", "31"),
            ("second", "14"),
            ("millisecond", "645"),
            ("microsecond", "645876"),
            ("nanosecond", "645876123"),
            ("timezone", "Europe/Stockholm"),
            ("offset", "+01:00"),
            ("offsetMinutes", "60"),
            ("offsetSeconds", "3600"),
            ("epochSeconds", "469020674"),
            ("epochMillis", "469020674645"),
        ];
        check(&Value::DateTime(datetime), &parts);
    }

    #[test]
    fn a_duration_has_each_part_in_all_and_beside_the_greater_ones() {
        let duration = Duration::parse("P1Y4M10DT1H1M1.111111111S").expect("a duration");
        let parts = [
            ("years", "1"),
            ("quarters", "5"),
            ("months", "16"),
            ("weeks", "1"),
            ("days", "10"),
            ("hours", "1"),
            ("minutes", "61"),
            ("seconds", "3661"),
            ("milliseconds", "3661111"),
            ("microseconds", "3661111111"),
            ("nanoseconds", "3661111111111"),
            ("quartersOfYear", "1"),
            ("monthsOfQuarter", "1"),
            ("monthsOfYear", "4"),
            ("daysOfWeek", "3"),
            ("minutesOfHour", "1"),
            ("secondsOfMinute", "1"),
            ("millisecondsOfSecond", "111"),
            ("microsecondsOfSecond", "111111"),
            ("nanosecondsOfSecond", "111111111"),
        ];
        check(&Value::Duration(duration), &parts);
    }

    #[test]
    fn the_seconds_of_a_negative_duration_are_rounded_down() {
        let duration = Value::Duration(Duration::parse("PT-23H-59M-59.9S").expect("a duration"));
        check(&duration, &[("seconds", "-86400"), ("nanosecondsOfSecond", "100000000"), ("milliseconds", "-86399900")]);
    }

    #[test]
    fn a_value_has_only_its_own_components() {
        let date = Value::Date(Date { epoch_days: 0 });
        assert!(
            component(&date, "hour").unwrap().is_none() && component(&Value::Integer(1), "year").unwrap().is_none()
        );
    }

    proptest! {
        #[test]
        fn no_value_makes_taking_it_apart_panic(point in any_point(), duration in any_duration()) {
            for key in ["week", "weekYear", "dayOfQuarter", "ordinalDay", "epochMillis", "offset", "nanosecond"] {
                let _ = component(&point, key);
            }
            let duration = Value::Duration(duration);
            for key in ["milliseconds", "microseconds", "nanoseconds", "quartersOfYear", "daysOfWeek"] {
                let _ = component(&duration, key);
            }
        }
    }
}
