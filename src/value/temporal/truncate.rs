//! Cuts points in time to whole units: `datetime.truncate('week', d, {dayOfWeek: 2})`.

use super::TemporalError;
use super::civil;
use super::date::Date;
use super::datetime::{DateTime, LocalDateTime};
use super::fields::Fields;
use super::parts::{Kind, Parts};
use super::time::{LocalTime, NANOS_PER_DAY, NANOS_PER_HOUR, NANOS_PER_MINUTE, NANOS_PER_SECOND, Time};
use super::zone::Zone;
use crate::value::{Map, Value};

/// What a point can be cut to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// So many years.
    Years(i64),
    WeekYear,
    Quarter,
    Month,
    Week,
    Day,
    /// A part of a day of so many nanoseconds.
    Nanos(i64),
}

impl Unit {
    fn parse(text: &str) -> Option<Unit> {
        Some(match &*text.to_ascii_lowercase() {
            "millennium" => Unit::Years(1000),
            "century" => Unit::Years(100),
            "decade" => Unit::Years(10),
            "year" => Unit::Years(1),
            "weekyear" => Unit::WeekYear,
            "quarter" => Unit::Quarter,
            "month" => Unit::Month,
            "week" => Unit::Week,
            "day" => Unit::Day,
            "hour" => Unit::Nanos(NANOS_PER_HOUR),
            "minute" => Unit::Nanos(NANOS_PER_MINUTE),
            "second" => Unit::Nanos(NANOS_PER_SECOND),
            "millisecond" => Unit::Nanos(1_000_000),
            "microsecond" => Unit::Nanos(1_000),
            _ => return None,
        })
    }

    /// The first day of the unit that `date` is in; `None` if that is before the first day of all.
    fn first_day(self, date: Date) -> Option<Date> {
        let (year, month, _) = date.calendar();
        match self {
            Unit::Years(count) => Date::from_calendar(year - year.rem_euclid(count), 1, 1),
            Unit::WeekYear => Date::from_epoch_days(civil::first_week_start(date.week().0)),
            Unit::Quarter => Date::from_calendar(year, (month - 1) / 3 * 3 + 1, 1),
            Unit::Month => Date::from_calendar(year, month, 1),
            Unit::Week => date.plus_days(1 - date.weekday()),
            Unit::Day | Unit::Nanos(_) => Some(date),
        }
    }

    /// Nanoseconds of the unit, or of a day if it is longer.
    fn nanos(self) -> i64 {
        match self {
            Unit::Nanos(nanos) => nanos,
            _ => NANOS_PER_DAY,
        }
    }
}

/// `kind.truncate(unit, source, map)`: the start of the unit that `source` is in, as a `kind`, with what the map says of
/// its smaller parts. A time zone in the map replaces that of `source`; the clock goes on showing the same time.
pub(crate) fn truncate(kind: Kind, unit: &str, source: &Value, map: Option<&Map>) -> Result<Value, TemporalError> {
    let parts =
        Parts::of(source).ok_or_else(|| TemporalError::Source { kind: kind.name(), found: source.type_name() })?;
    let wrong_unit = || TemporalError::Unit { kind: kind.name(), text: unit.to_owned() };
    let unit = Unit::parse(unit).ok_or_else(wrong_unit)?;
    let is_time_unit = matches!(unit, Unit::Nanos(_));
    if (is_time_unit && !kind.has_time()) || (!is_time_unit && unit != Unit::Day && !kind.has_date()) {
        return Err(wrong_unit());
    }
    let fields = match map {
        Some(map) => Fields::read(kind, map)?,
        None => Fields::default(),
    };
    if fields.has_sources() {
        return Err(TemporalError::UnknownKey { kind: kind.name(), key: "date".to_owned() });
    }
    if fields.epoch_seconds.is_some() || fields.epoch_millis.is_some() {
        return Err(TemporalError::UnknownKey { kind: kind.name(), key: "epochSeconds".to_owned() });
    }
    Truncation { kind, unit, fields, parts, found: source.type_name() }.value()
}

struct Truncation {
    kind: Kind,
    unit: Unit,
    fields: Fields,
    parts: Parts,
    found: &'static str,
}

impl Truncation {
    fn value(&self) -> Result<Value, TemporalError> {
        Ok(match self.kind {
            Kind::Date => Value::Date(self.date()?),
            Kind::LocalTime => Value::LocalTime(self.time()?),
            Kind::Time => Value::Time(Time { local: self.time()?, offset_seconds: self.offset()? }),
            Kind::LocalDateTime => Value::LocalDateTime(self.local()?),
            Kind::DateTime => Value::DateTime(
                DateTime::resolve(self.local()?, self.zone(), self.parts.offset_seconds)
                    .ok_or_else(|| self.overflow())?,
            ),
        })
    }

    fn date(&self) -> Result<Date, TemporalError> {
        let date = self.parts.date.ok_or_else(|| self.wrong_source())?;
        let first = self.unit.first_day(date).ok_or_else(|| self.overflow())?;
        self.fields.date.date(self.kind, Some(first))
    }

    fn time(&self) -> Result<LocalTime, TemporalError> {
        let time = match (self.parts.time, self.unit) {
            (Some(time), _) => time,
            // A date has a midnight, but nothing that could be cut to an hour.
            (None, unit) if self.kind.has_date() && !matches!(unit, Unit::Nanos(_)) => LocalTime::MIDNIGHT,
            (None, _) => return Err(self.wrong_source()),
        };
        let unit_nanos = self.unit.nanos();
        let cut = LocalTime { nanos: time.nanos / unit_nanos * unit_nanos };
        self.fields.time.time_within(cut, unit_nanos.min(NANOS_PER_SECOND))
    }

    fn local(&self) -> Result<LocalDateTime, TemporalError> {
        Ok(LocalDateTime { date: self.date()?, time: self.time()? })
    }

    fn zone(&self) -> Zone {
        self.fields.zone.clone().or_else(|| self.parts.zone.clone()).unwrap_or(Zone::UTC)
    }

    fn offset(&self) -> Result<i32, TemporalError> {
        match (&self.fields.zone, self.parts.local()) {
            (None, _) => Ok(self.parts.offset_seconds.unwrap_or(0)),
            (Some(Zone::Offset(offset)), _) => Ok(*offset),
            (Some(zone), Some(local)) => {
                let datetime = DateTime::resolve(local, zone.clone(), None).ok_or_else(|| self.overflow())?;
                Ok(datetime.offset_seconds())
            }
            (Some(Zone::Region(region)), None) => Err(TemporalError::UnknownZone { text: region.name().to_owned() }),
        }
    }

    fn wrong_source(&self) -> TemporalError {
        TemporalError::Source { kind: self.kind.name(), found: self.found }
    }

    fn overflow(&self) -> TemporalError {
        TemporalError::Overflow { kind: self.kind.name() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{any_datetime, any_local, any_point};
    use super::*;
    use crate::value::Name;

    const UNITS: [&str; 14] = [
        "millennium",
        "century",
        "decade",
        "year",
        "weekYear",
        "quarter",
        "month",
        "week",
        "day",
        "hour",
        "minute",
        "second",
        "millisecond",
        "microsecond",
    ];
    const KINDS: [Kind; 5] = [Kind::Date, Kind::LocalTime, Kind::Time, Kind::LocalDateTime, Kind::DateTime];

    #[track_caller]
    fn check(unit: &str, map: &[(&str, i64)], expected: &str) {
        let local = LocalDateTime::parse("1984-10-11T12:31:14.645876123").expect("a point");
        let map: Map = map.iter().map(|(key, value)| (Name::from(*key), Value::Integer(*value))).collect();
        let found = truncate(Kind::LocalDateTime, unit, &Value::LocalDateTime(local), Some(&map)).expect("a point");
        assert_eq!(found.to_string(), expected, "{unit} {map:?}");
    }

    #[test]
    fn a_point_is_cut_to_the_start_of_its_unit() {
        check("millennium", &[], "1000-01-01T00:00");
        check("decade", &[], "1980-01-01T00:00");
        check("weekYear", &[], "1984-01-02T00:00");
        check("quarter", &[("day", 2)], "1984-10-02T00:00");
        check("week", &[("dayOfWeek", 2)], "1984-10-09T00:00");
        check("day", &[("nanosecond", 2)], "1984-10-11T00:00:00.000000002");
        check("minute", &[], "1984-10-11T12:31");
        check("millisecond", &[("nanosecond", 2)], "1984-10-11T12:31:14.645000002");
        check("microsecond", &[("nanosecond", 2)], "1984-10-11T12:31:14.645876002");
        check("millisecond", &[("millisecond", 2)], "1984-10-11T12:31:14.002");
    }

    proptest! {
        #[test]
        fn cutting_goes_back_and_cutting_again_changes_nothing(local in any_local(), unit in prop::sample::select(&UNITS[..])) {
            let cut = truncate(Kind::LocalDateTime, unit, &Value::LocalDateTime(local), None);
            let Ok(Value::LocalDateTime(cut)) = cut else { return Ok(()) };
            prop_assert!(cut <= local);
            let again = truncate(Kind::LocalDateTime, unit, &Value::LocalDateTime(cut), None);
            prop_assert!(matches!(again, Ok(Value::LocalDateTime(again)) if again == cut));
        }

        #[test]
        fn cutting_to_an_hour_keeps_which_of_two_equal_hours_it_is(datetime in any_datetime()) {
            let cut = truncate(Kind::DateTime, "microsecond", &Value::DateTime(datetime.clone()), None);
            let Ok(Value::DateTime(cut)) = cut else { return Ok(()) };
            prop_assert_eq!(cut.epoch_seconds(), datetime.epoch_seconds());
        }

        #[test]
        fn no_point_makes_cutting_panic(point in any_point(), unit in prop::sample::select(&UNITS[..]), key in "day|week|dayOfWeek|quarter|month|year|hour|nanosecond|timezone", number in any::<i64>()) {
            let map = Map::from_iter([(Name::from(key), Value::Integer(number % 400))]);
            for kind in KINDS {
                let _ = (truncate(kind, unit, &point, None), truncate(kind, unit, &point, Some(&map)));
            }
        }
    }
}
