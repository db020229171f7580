//! The components of temporal values: `d.year`, `t.offset`, `duration.minutesOfHour`.

use super::date::Date;
use super::datetime::DateTime;
use super::duration::Duration;
use super::time::LocalTime;
use super::zone::OffsetText;
use crate::value::Value;

/// The component of a temporal value with this name; `None` if it has none, or is not temporal.
pub(crate) fn component(value: &Value, key: &str) -> Option<Value> {
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
            "epochMillis" => {
                // Years are bounded, so milliseconds keep within 2⁶³.
                Value::Integer(datetime.epoch_seconds() * 1_000 + i64::from(datetime.nanosecond()) / 1_000_000)
            }
            _ => return None,
        })
    })
}

/// A part of a duration in all (`minutes`) or beside the greater parts of its group (`minutesOfHour`). What does not
/// fit an integer is null.
fn of_duration(duration: &Duration, key: &str) -> Option<Value> {
    let (months, days, seconds) = (duration.months(), duration.days(), duration.seconds());
    let nanosecond = i64::from(duration.nanosecond());
    let in_all = |per_second: i64| {
        let units =
            i128::from(seconds) * i128::from(per_second) + i128::from(nanosecond / (1_000_000_000 / per_second));
        i64::try_from(units).map_or(Value::Null, Value::Integer)
    };
    Some(Value::Integer(match key {
        "milliseconds" => return Some(in_all(1_000)),
        "microseconds" => return Some(in_all(1_000_000)),
        "nanoseconds" => return Some(in_all(1_000_000_000)),
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
