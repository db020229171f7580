//! Makes temporal values from texts, maps and other temporal values.

use super::TemporalError;
use super::date::Date;
use super::datetime::{DateTime, LocalDateTime, instant_of};
use super::decimal::Decimal;
use super::duration::{Amounts, Duration};
use super::fields::{Fields, read_zone};
use super::parts::{Kind, Parts};
use super::time::{LocalTime, Time};
use super::zone::Zone;
use crate::value::{Map, Value};

/// Makes a value of `kind` from a text, a map or another value.
///
/// A time of day in a named zone needs a day to know its offset: where nothing else tells one, it is that of `now`.
pub(crate) fn make(kind: Kind, source: &Value, now: &dyn Fn() -> DateTime) -> Result<Value, TemporalError> {
    match source {
        Value::String(text) => {
            parse(kind, text).ok_or_else(|| TemporalError::Text { kind: kind.name(), text: text.to_string() })
        }
        Value::Map(map) => match only_zone(map) {
            Some(zone) => at(kind, &now(), Some(zone)),
            None => from_fields(kind, &Fields::read(kind, map)?, now),
        },
        _ => from_value(kind, source),
    }
}

/// The point `now` as a value of `kind`, as the clocks of the time zone that `zone` names show it (default: UTC).
pub(crate) fn at(kind: Kind, now: &DateTime, zone: Option<&Value>) -> Result<Value, TemporalError> {
    let zone = match zone {
        Some(zone) => read_zone(zone)?,
        None => Zone::UTC,
    };
    let shown = now.at_zone(zone).ok_or(TemporalError::Overflow { kind: kind.name() })?;
    from_value(kind, &Value::DateTime(shown))
}

/// `{timezone: …}` alone asks for the time there.
fn only_zone(map: &Map) -> Option<&Value> {
    let (key, zone) = map.first_key_value()?;
    (map.len() == 1 && key.eq_ignore_ascii_case("timezone")).then_some(zone)
}

fn parse(kind: Kind, text: &str) -> Option<Value> {
    Some(match kind {
        Kind::Date => Value::Date(Date::parse(text)?),
        Kind::LocalTime => Value::LocalTime(LocalTime::parse(text)?),
        Kind::Time => Value::Time(Time::parse(text)?),
        Kind::LocalDateTime => Value::LocalDateTime(LocalDateTime::parse(text)?),
        Kind::DateTime => Value::DateTime(DateTime::parse(text)?),
    })
}

/// Takes from a value what a `kind` has; no offset is UTC, no time of day beside a date is midnight.
fn from_value(kind: Kind, source: &Value) -> Result<Value, TemporalError> {
    let wrong = || TemporalError::Source { kind: kind.name(), found: source.type_name() };
    let parts = Parts::of(source).ok_or_else(wrong)?;
    let time_of_day = || parts.time.ok_or_else(wrong);
    let local = || {
        let date = parts.date.ok_or_else(wrong)?;
        Ok(LocalDateTime { date, time: parts.time.unwrap_or(LocalTime::MIDNIGHT) })
    };
    Ok(match (kind, source) {
        (Kind::DateTime, Value::DateTime(_)) => source.clone(),
        (Kind::Date, _) => Value::Date(parts.date.ok_or_else(wrong)?),
        (Kind::LocalTime, _) => Value::LocalTime(time_of_day()?),
        (Kind::Time, _) => {
            Value::Time(Time { local: time_of_day()?, offset_seconds: parts.offset_seconds.unwrap_or(0) })
        }
        (Kind::LocalDateTime, _) => Value::LocalDateTime(local()?),
        (Kind::DateTime, _) => Value::DateTime(resolve(local()?, Zone::UTC, None)?),
    })
}

fn resolve(local: LocalDateTime, zone: Zone, preferred: Option<i32>) -> Result<DateTime, TemporalError> {
    DateTime::resolve(local, zone, preferred).ok_or(TemporalError::Overflow { kind: "datetime" })
}

fn from_fields(kind: Kind, fields: &Fields, now: &dyn Fn() -> DateTime) -> Result<Value, TemporalError> {
    if fields.datetime_source.is_some() && fields.date_source.is_some() {
        return Err(TemporalError::Conflict { key: "datetime", other: "date" });
    }
    if fields.datetime_source.is_some() && fields.time_source.is_some() {
        return Err(TemporalError::Conflict { key: "datetime", other: "time" });
    }
    if fields.epoch_seconds.is_some() || fields.epoch_millis.is_some() {
        return from_epoch(fields).map(Value::DateTime);
    }
    let date = || fields.date.date(kind, fields.date_base().and_then(|base| base.date));
    let time = || fields.time.time(fields.time_base().and_then(|base| base.time));
    if !kind.has_date() && fields.time.is_empty() && fields.time_base().is_none() {
        return Err(TemporalError::Incomplete { kind: kind.name(), needed: "hour" });
    }
    Ok(match kind {
        Kind::Date => Value::Date(date()?),
        Kind::LocalTime => Value::LocalTime(time()?),
        Kind::Time => Value::Time(time_from_fields(fields, now)?),
        Kind::LocalDateTime => Value::LocalDateTime(LocalDateTime { date: date()?, time: time()? }),
        Kind::DateTime => Value::DateTime(datetime_from_fields(fields)?),
    })
}

/// `{epochSeconds: …}` or `{epochMillis: …}`, with a fraction of a second and a time zone at most.
fn from_epoch(fields: &Fields) -> Result<DateTime, TemporalError> {
    let key = if fields.epoch_seconds.is_some() { "epochSeconds" } else { "epochMillis" };
    if fields.epoch_seconds.is_some() && fields.epoch_millis.is_some() {
        return Err(TemporalError::Conflict { key, other: "epochMillis" });
    }
    if fields.has_sources() {
        return Err(TemporalError::Conflict { key, other: "datetime" });
    }
    if !fields.date.is_empty() {
        return Err(TemporalError::Conflict { key, other: "year" });
    }
    if fields.time.has_whole_parts() {
        return Err(TemporalError::Conflict { key, other: "hour" });
    }
    let fraction = fields.time.fraction()?.unwrap_or(0);
    let instant = match (fields.epoch_seconds, fields.epoch_millis) {
        (Some(seconds), _) => instant_of(seconds, fraction),
        (None, millis) => Some(i128::from(millis.unwrap_or(0)) * 1_000_000 + i128::from(fraction)),
    };
    let zone = fields.zone.clone().unwrap_or(Zone::UTC);
    instant
        .and_then(|instant| DateTime::from_instant(instant, zone))
        .ok_or(TemporalError::Overflow { kind: "datetime" })
}

/// `datetime.fromepoch(seconds, nanoseconds)`.
pub(crate) fn from_epoch_seconds(seconds: i64, nanoseconds: i64) -> Result<DateTime, TemporalError> {
    // Whole seconds among the nanoseconds are carried over.
    let instant = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
    DateTime::from_instant(instant, Zone::UTC).ok_or(TemporalError::Overflow { kind: "datetime" })
}

/// `datetime.fromepochmillis(milliseconds)`.
pub(crate) fn from_epoch_millis(millis: i64) -> Result<DateTime, TemporalError> {
    let instant = i128::from(millis) * 1_000_000;
    DateTime::from_instant(instant, Zone::UTC).ok_or(TemporalError::Overflow { kind: "datetime" })
}

/// A time that has an offset is moved to a zone that is told; one that has none is put there.
fn time_from_fields(fields: &Fields, now: &dyn Fn() -> DateTime) -> Result<Time, TemporalError> {
    let base = fields.time_base().cloned().unwrap_or_default();
    let offset_seconds = match &fields.zone {
        Some(zone) => offset_of_day(zone, &base, now)?,
        None => base.offset_seconds.unwrap_or(0),
    };
    let local = base.time.map(|local| match base.offset_seconds {
        Some(offset) => Time { local, offset_seconds: offset }.at_offset(offset_seconds).local,
        None => local,
    });
    Ok(Time { local: fields.time.time(local)?, offset_seconds })
}

/// The offset of a zone at the point that `base` is, or on the day of `now`.
fn offset_of_day(zone: &Zone, base: &Parts, now: &dyn Fn() -> DateTime) -> Result<i32, TemporalError> {
    match (base.local(), &base.zone) {
        (Some(local), Some(from)) => {
            let point = resolve(local, from.clone(), base.offset_seconds)?;
            Ok(zone.offset_at(point.epoch_seconds()))
        }
        (Some(local), None) => Ok(resolve(local, zone.clone(), None)?.offset_seconds()),
        (None, _) => match zone {
            Zone::Offset(offset) => Ok(*offset),
            Zone::Region(_) => Ok(zone.offset_at(now().epoch_seconds())),
        },
    }
}

/// The zone is that of the time's source unless one is told; then a point in time taken from there is moved, and what
/// the map says of it is applied after.
fn datetime_from_fields(fields: &Fields) -> Result<DateTime, TemporalError> {
    let mut date = fields.date.date(Kind::DateTime, fields.date_base().and_then(|base| base.date))?;
    let base = fields.time_base().cloned().unwrap_or_default();
    let mut base_time = base.time;
    let mut preferred = base.offset_seconds;
    if let (Some(time), Some(from), Some(to)) = (base.time, &base.zone, &fields.zone) {
        let moved = resolve(LocalDateTime { date, time }, from.clone(), base.offset_seconds)?
            .at_zone(to.clone())
            .ok_or(TemporalError::Overflow { kind: "datetime" })?;
        if fields.date.is_empty() {
            date = moved.local().date;
        }
        base_time = Some(moved.local().time);
        preferred = Some(moved.offset_seconds());
    }
    let time = fields.time.time(base_time)?;
    let zone = fields.zone.clone().or(base.zone).unwrap_or(Zone::UTC);
    resolve(LocalDateTime { date, time }, zone, preferred)
}

/// Makes a duration from a text, a map of amounts, or another duration.
pub(crate) fn make_duration(source: &Value) -> Result<Duration, TemporalError> {
    match source {
        Value::Duration(duration) => Ok(duration.clone()),
        Value::String(text) => {
            Duration::parse(text).ok_or_else(|| TemporalError::Text { kind: "duration", text: text.to_string() })
        }
        Value::Map(map) => duration_from_map(map),
        _ => Err(TemporalError::Source { kind: "duration", found: source.type_name() }),
    }
}

fn duration_from_map(map: &Map) -> Result<Duration, TemporalError> {
    let overflow = || TemporalError::Overflow { kind: "duration" };
    if map.is_empty() {
        return Err(TemporalError::Incomplete { kind: "duration", needed: "days" });
    }
    let mut amounts = Amounts::default();
    for (key, value) in map.iter() {
        let (name, sum, factor, divisor) = match &*key.to_ascii_lowercase() {
            "years" => ("years", &mut amounts.months, 12, 1),
            "quarters" => ("quarters", &mut amounts.months, 3, 1),
            "months" => ("months", &mut amounts.months, 1, 1),
            "weeks" => ("weeks", &mut amounts.days, 7, 1),
            "days" => ("days", &mut amounts.days, 1, 1),
            "hours" => ("hours", &mut amounts.seconds, 3600, 1),
            "minutes" => ("minutes", &mut amounts.seconds, 60, 1),
            "seconds" => ("seconds", &mut amounts.seconds, 1, 1),
            "milliseconds" => ("milliseconds", &mut amounts.seconds, 1, 1_000),
            "microseconds" => ("microseconds", &mut amounts.seconds, 1, 1_000_000),
            "nanoseconds" => ("nanoseconds", &mut amounts.seconds, 1, 1_000_000_000),
            _ => return Err(TemporalError::UnknownKey { kind: "duration", key: key.to_string() }),
        };
        let amount = match value {
            Value::Integer(number) => Decimal::from_integer(*number),
            Value::Float(number) => Decimal::from_float(*number).ok_or_else(overflow)?,
            _ => {
                let found = value.type_name();
                return Err(TemporalError::Type { key: name, expected: "a number", found });
            }
        };
        let amount = amount.times_integer(factor).ok_or_else(overflow)?.over_integer(divisor);
        *sum = sum.checked_add(amount).ok_or_else(overflow)?;
    }
    amounts.sum().ok_or_else(overflow)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::testing::any_point;
    use super::*;
    use crate::value::Name;

    const KINDS: [Kind; 5] = [Kind::Date, Kind::LocalTime, Kind::Time, Kind::LocalDateTime, Kind::DateTime];
    const KEYS: [&str; 20] = [
        "year",
        "month",
        "day",
        "week",
        "dayOfWeek",
        "quarter",
        "dayOfQuarter",
        "ordinalDay",
        "hour",
        "minute",
        "second",
        "millisecond",
        "microsecond",
        "nanosecond",
        "timezone",
        "date",
        "time",
        "datetime",
        "epochSeconds",
        "epochMillis",
    ];

    fn now() -> DateTime {
        DateTime::from_epoch(1_000_000_000, 0).expect("a point in time")
    }

    fn text(text: &str) -> Value {
        Value::String(text.into())
    }

    fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
        entries.into_iter().collect()
    }

    fn numbers<const N: usize>(entries: [(&str, i64); N]) -> Value {
        map(entries.map(|(key, value)| (key, Value::Integer(value))))
    }

    #[track_caller]
    fn check(kind: Kind, source: &Value, expected: &str) {
        let found = make(kind, source, &now).map(|value| value.to_string());
        assert_eq!(found.as_deref(), Ok(expected), "{source}");
    }

    #[track_caller]
    fn check_error(kind: Kind, source: &Value, expected: &str) {
        let found = make(kind, source, &now).map(|value| value.to_string()).map_err(|error| error.to_string());
        assert_eq!(found, Err(expected.to_owned()), "{source}");
    }

    #[test]
    fn a_date_is_told_by_month_week_quarter_or_day_of_the_year() {
        check(Kind::Date, &numbers([("year", 1984), ("month", 10)]), "1984-10-01");
        check(Kind::Date, &numbers([("year", 1817), ("week", 1), ("dayOfWeek", 2)]), "1816-12-31");
        check(Kind::Date, &numbers([("year", 1984), ("quarter", 3), ("dayOfQuarter", 45)]), "1984-08-14");
        check(Kind::Date, &numbers([("year", 1984), ("ordinalDay", 202)]), "1984-07-20");
        check(Kind::Date, &numbers([("YEAR", 1984)]), "1984-01-01");
    }

    #[test]
    fn a_part_that_is_not_told_comes_from_the_source_and_fits_itself_in() {
        let date = make(Kind::Date, &text("1984-12-31"), &now).expect("a date");
        let with = |key, number| map([("date", date.clone()), (key, Value::Integer(number))]);
        check(Kind::Date, &with("month", 2), "1984-02-29");
        check(Kind::Date, &with("quarter", 1), "1984-03-31");
        check(Kind::Date, &with("year", 1983), "1983-12-31");
        check(Kind::Date, &with("week", 2), "1985-01-07");
        check_error(Kind::Date, &with("day", 32), "`day` cannot be 32");
    }

    #[test]
    fn a_point_in_time_is_moved_to_a_zone_and_a_local_one_is_put_there() {
        let zoned = make(Kind::DateTime, &text("1984-10-11T12:00[Europe/Stockholm]"), &now).expect("a point");
        let local = make(Kind::LocalDateTime, &text("1984-10-11T12:00"), &now).expect("a point");
        let at = |point: &Value, key| map([(key, point.clone()), ("timezone", text("+05:00"))]);
        check(Kind::DateTime, &at(&zoned, "datetime"), "1984-10-11T16:00+05:00");
        check(Kind::DateTime, &at(&local, "datetime"), "1984-10-11T12:00+05:00");
        check(Kind::Time, &at(&zoned, "time"), "16:00+05:00");
        check(Kind::Time, &at(&local, "time"), "12:00+05:00");
    }

    #[test]
    fn a_zone_alone_asks_for_the_time_there() {
        let there = map([("timezone", text("Asia/Tokyo"))]);
        check(Kind::DateTime, &there, "2001-09-09T10:46:40+09:00[Asia/Tokyo]");
        check(Kind::Date, &there, "2001-09-09");
        check(Kind::Time, &map([("hour", Value::Integer(12)), ("timezone", text("America/New_York"))]), "12:00-04:00");
    }

    #[test]
    fn seconds_since_1970_take_a_fraction_and_a_zone_only() {
        check(Kind::DateTime, &numbers([("epochSeconds", 1), ("nanosecond", 42)]), "1970-01-01T00:00:01.000000042Z");
        check(Kind::DateTime, &numbers([("epochMillis", -1)]), "1969-12-31T23:59:59.999Z");
        let mixed = numbers([("epochMillis", 1), ("year", 2000)]);
        check_error(Kind::DateTime, &mixed, "`epochMillis` and `year` cannot be given together");
    }

    #[test]
    fn what_makes_no_value_is_said() {
        check_error(
            Kind::Date,
            &text("1984-13-01"),
            "`1984-13-01` is not a date; it is written year-month-day, as `2021-12-31`",
        );
        check_error(Kind::Date, &numbers([]), "a date needs `year`");
        check_error(
            Kind::Date,
            &numbers([("year", 1984), ("month", 2), ("day", 30)]),
            "there is no such day: 1984-02-30",
        );
        check_error(Kind::Date, &numbers([("year", 1984), ("day", 3)]), "`day` needs `month` as well");
        check_error(Kind::Date, &numbers([("year", 1984), ("hour", 3)]), "`hour` is not a part of a date");
        check_error(
            Kind::Date,
            &numbers([("year", 1984), ("month", 3), ("week", 3)]),
            "`month` and `week` cannot be given together",
        );
        check_error(Kind::LocalTime, &numbers([("hour", 12), ("second", 3)]), "`second` needs `minute` as well");
        check_error(Kind::Date, &map([("year", Value::Float(1984.0))]), "`year` must be an integer, found FLOAT");
        check_error(Kind::DateTime, &map([("timezone", text("Mars"))]), "`Mars` is not a time zone");
        check_error(Kind::Time, &Value::Date(Date { epoch_days: 0 }), "a time cannot be made from a DATE");
    }

    #[test]
    fn fractions_of_a_duration_are_decimal() {
        let duration = |entries: &[(&str, f64)]| {
            let map: Map = entries.iter().map(|(key, value)| (Name::from(*key), Value::Float(*value))).collect();
            make_duration(&Value::Map(map)).map(|duration| duration.to_string())
        };
        assert_eq!(duration(&[("months", 0.75)]).as_deref(), Ok("P22DT19H51M49.5S"));
        assert_eq!(duration(&[("hours", 0.1)]).as_deref(), Ok("PT6M"));
        assert_eq!(duration(&[("seconds", 2.0), ("milliseconds", -1.0)]).as_deref(), Ok("PT1.999S"));
        assert_eq!(duration(&[("milliseconds", 9e17)]).as_deref(), Ok("PT250000000000H"));
        assert_eq!(duration(&[("days", 1e300)]), Err(TemporalError::Overflow { kind: "duration" }));
        assert_eq!(duration(&[("days", f64::NAN)]), Err(TemporalError::Overflow { kind: "duration" }));
    }

    fn any_entry() -> impl Strategy<Value = Value> {
        prop_oneof![
            (0..100_i64).prop_map(Value::Integer),
            any::<i64>().prop_map(Value::Integer),
            any::<f64>().prop_map(Value::Float),
            prop::sample::select(&["+18:00", "Europe/Stockholm", "x"][..]).prop_map(text),
            any_point(),
        ]
    }

    proptest! {
        #[test]
        fn a_value_and_its_text_make_the_same(point in any_point()) {
            for kind in KINDS {
                let Ok(value) = make(kind, &point, &now) else { continue };
                let again = make(kind, &text(&value.to_string()), &now);
                prop_assert_eq!(again.map(|value| value.to_string()), Ok(value.to_string()));
            }
        }

        #[test]
        fn no_map_makes_making_panic(
            entries in prop::collection::btree_map(prop::sample::select(&KEYS[..]), any_entry(), 0..6),
            kind in prop::sample::select(&KINDS[..]),
        ) {
            let map: BTreeMap<Name, Value> = entries.into_iter().map(|(key, value)| (Name::from(key), value)).collect();
            let _ = make(kind, &Value::Map(map.into()), &now);
        }

        #[test]
        fn no_amount_makes_a_duration_panic(key in "years|quarters|months|weeks|days|hours|nanoseconds", amount in any_entry()) {
            let map = Map::from_iter([(Name::from(key), amount)]);
            let _ = make_duration(&Value::Map(map));
        }
    }
}
