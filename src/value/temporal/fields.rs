//! What a map says of a date, a time or both: `{year: 1984, week: 10, hour: 12, timezone: '+01:00'}`.
//!
//! A date is told in one of four ways: by month, week, quarter or day of the year. Parts that are not told come from
//! another value (`{date: d, day: 28}`) or are the first there are; but a part may not be told when a greater one is
//! neither told nor taken from a value.

use super::TemporalError;
use super::civil;
use super::date::Date;
use super::parts::{Kind, Parts};
use super::time::LocalTime;
use super::zone::Zone;
use crate::value::{Map, Value};

/// A map, read but not yet made into a value.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub date: DateFields,
    pub time: TimeFields,
    pub zone: Option<Zone>,
    pub epoch_seconds: Option<i64>,
    pub epoch_millis: Option<i64>,
    /// The values that `date`, `time` and `datetime` name.
    pub date_source: Option<Parts>,
    pub time_source: Option<Parts>,
    pub datetime_source: Option<Parts>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct DateFields {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    week: Option<i64>,
    day_of_week: Option<i64>,
    quarter: Option<i64>,
    day_of_quarter: Option<i64>,
    ordinal_day: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TimeFields {
    hour: Option<i64>,
    minute: Option<i64>,
    second: Option<i64>,
    millisecond: Option<i64>,
    microsecond: Option<i64>,
    nanosecond: Option<i64>,
}

impl Fields {
    /// Reads a map; what is no part of a `kind` is refused. Keys are taken in any case.
    pub(super) fn read(kind: Kind, map: &Map) -> Result<Fields, TemporalError> {
        let mut fields = Fields::default();
        for (key, value) in map.iter() {
            let unknown = || TemporalError::UnknownKey { kind: kind.name(), key: key.to_string() };
            fields.read_entry(kind, &key.to_ascii_lowercase(), value, unknown)?;
        }
        Ok(fields)
    }

    fn read_entry(
        &mut self,
        kind: Kind,
        key: &str,
        value: &Value,
        unknown: impl Fn() -> TemporalError,
    ) -> Result<(), TemporalError> {
        let (is_known, name, field) = match key {
            "date" if kind.has_date() => return set_source("date", &mut self.date_source, value),
            "time" if kind.has_time() => return set_source("time", &mut self.time_source, value),
            "datetime" if kind.has_date() && kind.has_time() => {
                return set_source("datetime", &mut self.datetime_source, value);
            }
            "timezone" if kind.has_zone() => return set_zone(&mut self.zone, value),
            "epochseconds" => (kind == Kind::DateTime, "epochSeconds", &mut self.epoch_seconds),
            "epochmillis" => (kind == Kind::DateTime, "epochMillis", &mut self.epoch_millis),
            "year" => (kind.has_date(), "year", &mut self.date.year),
            "month" => (kind.has_date(), "month", &mut self.date.month),
            "day" => (kind.has_date(), "day", &mut self.date.day),
            "week" => (kind.has_date(), "week", &mut self.date.week),
            "dayofweek" => (kind.has_date(), "dayOfWeek", &mut self.date.day_of_week),
            "quarter" => (kind.has_date(), "quarter", &mut self.date.quarter),
            "dayofquarter" => (kind.has_date(), "dayOfQuarter", &mut self.date.day_of_quarter),
            "ordinalday" => (kind.has_date(), "ordinalDay", &mut self.date.ordinal_day),
            "hour" => (kind.has_time(), "hour", &mut self.time.hour),
            "minute" => (kind.has_time(), "minute", &mut self.time.minute),
            "second" => (kind.has_time(), "second", &mut self.time.second),
            "millisecond" => (kind.has_time(), "millisecond", &mut self.time.millisecond),
            "microsecond" => (kind.has_time(), "microsecond", &mut self.time.microsecond),
            "nanosecond" => (kind.has_time(), "nanosecond", &mut self.time.nanosecond),
            _ => return Err(unknown()),
        };
        if is_known { set_integer(name, field, value) } else { Err(unknown()) }
    }

    /// The value that the date comes from.
    pub(super) fn date_base(&self) -> Option<&Parts> {
        self.date_source.as_ref().or(self.datetime_source.as_ref())
    }

    /// The value that the time comes from.
    pub(super) fn time_base(&self) -> Option<&Parts> {
        self.time_source.as_ref().or(self.datetime_source.as_ref())
    }

    pub(super) fn has_sources(&self) -> bool {
        self.date_base().is_some() || self.time_base().is_some()
    }
}

fn set_integer(key: &'static str, field: &mut Option<i64>, value: &Value) -> Result<(), TemporalError> {
    let Value::Integer(number) = value else {
        return Err(TemporalError::Type { key, expected: "an integer", found: value.type_name() });
    };
    if field.replace(*number).is_some() { Err(TemporalError::RepeatedKey { key }) } else { Ok(()) }
}

fn set_source(key: &'static str, field: &mut Option<Parts>, value: &Value) -> Result<(), TemporalError> {
    let parts = Parts::of(value).filter(|parts| match key {
        "date" => parts.date.is_some(),
        "time" => parts.time.is_some(),
        _ => parts.local().is_some(),
    });
    let Some(parts) = parts else {
        let expected = "a value that has one";
        return Err(TemporalError::Type { key, expected, found: value.type_name() });
    };
    if field.replace(parts).is_some() { Err(TemporalError::RepeatedKey { key }) } else { Ok(()) }
}

fn set_zone(field: &mut Option<Zone>, value: &Value) -> Result<(), TemporalError> {
    let zone = read_zone(value)?;
    if field.replace(zone).is_some() { Err(TemporalError::RepeatedKey { key: "timezone" }) } else { Ok(()) }
}

/// Reads a time zone from a value that should be a string.
pub(super) fn read_zone(value: &Value) -> Result<Zone, TemporalError> {
    let Value::String(text) = value else {
        let found = value.type_name();
        return Err(TemporalError::Type { key: "timezone", expected: "a string", found });
    };
    Zone::parse(text).ok_or_else(|| TemporalError::UnknownZone { text: text.to_string() })
}

/// The way in which a date is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Calendar,
    Week,
    Quarter,
    Ordinal,
}

impl DateFields {
    pub(super) fn is_empty(&self) -> bool {
        *self == DateFields::default()
    }

    /// The date; parts that are not told are those of `base`, or the first.
    pub(super) fn date(&self, kind: Kind, base: Option<Date>) -> Result<Date, TemporalError> {
        if let (Some(base), true) = (base, self.is_empty()) {
            return Ok(base);
        }
        match self.form()? {
            Form::Calendar => self.calendar_date(kind, base),
            Form::Week => self.week_date(base),
            Form::Quarter => self.quarter_date(base),
            Form::Ordinal => self.ordinal_date(base),
        }
    }

    fn form(&self) -> Result<Form, TemporalError> {
        let told = [
            ("month", self.month, Form::Calendar),
            ("day", self.day, Form::Calendar),
            ("week", self.week, Form::Week),
            ("dayOfWeek", self.day_of_week, Form::Week),
            ("quarter", self.quarter, Form::Quarter),
            ("dayOfQuarter", self.day_of_quarter, Form::Quarter),
            ("ordinalDay", self.ordinal_day, Form::Ordinal),
        ];
        let mut told = told.into_iter().filter(|(_, value, _)| value.is_some());
        let Some((key, _, form)) = told.next() else { return Ok(Form::Calendar) };
        match told.find(|(_, _, other)| *other != form) {
            Some((other, _, _)) => Err(TemporalError::Conflict { key, other }),
            None => Ok(form),
        }
    }

    fn calendar_date(&self, kind: Kind, base: Option<Date>) -> Result<Date, TemporalError> {
        let calendar = base.map(Date::calendar);
        let Some(year) = self.year.or(calendar.map(|(year, _, _)| year)) else {
            return Err(match self.month.or(self.day) {
                Some(_) => TemporalError::Missing { key: "month", needed: "year" },
                None => TemporalError::Incomplete { kind: kind.name(), needed: "year" },
            });
        };
        check_year(year)?;
        if self.day.is_some() && self.month.is_none() && calendar.is_none() {
            return Err(TemporalError::Missing { key: "day", needed: "month" });
        }
        let month = in_range("month", self.month.or(calendar.map(|(_, month, _)| month)).unwrap_or(1), 1, 12)?;
        let day_of_base = calendar.map(|(_, _, day)| day.min(civil::days_in_month(year, month)));
        let day = in_range("day", self.day.or(day_of_base).unwrap_or(1), 1, 31)?;
        Date::from_calendar(year, month, day).ok_or_else(|| no_such_day(format!("{year:04}-{month:02}-{day:02}")))
    }

    fn week_date(&self, base: Option<Date>) -> Result<Date, TemporalError> {
        let week_of_base = base.map(Date::week);
        let year = self
            .year
            .or(week_of_base.map(|(year, _)| year))
            .ok_or(TemporalError::Missing { key: "week", needed: "year" })?;
        check_year(year)?;
        let week = match (self.week, week_of_base) {
            (Some(week), _) => in_range("week", week, 1, 53)?,
            (None, Some((_, week))) => week.min(civil::weeks_in_year(year)),
            (None, None) => return Err(TemporalError::Missing { key: "dayOfWeek", needed: "week" }),
        };
        let weekday = in_range("dayOfWeek", self.day_of_week.or(base.map(Date::weekday)).unwrap_or(1), 1, 7)?;
        Date::from_week(year, week, weekday).ok_or_else(|| no_such_day(format!("{year:04}-W{week:02}-{weekday}")))
    }

    fn quarter_date(&self, base: Option<Date>) -> Result<Date, TemporalError> {
        let year =
            self.year.or(base.map(Date::year)).ok_or(TemporalError::Missing { key: "quarter", needed: "year" })?;
        check_year(year)?;
        let quarter = self
            .quarter
            .or(base.map(Date::quarter))
            .ok_or(TemporalError::Missing { key: "dayOfQuarter", needed: "quarter" })?;
        let quarter = in_range("quarter", quarter, 1, 4)?;
        let found = match (self.day_of_quarter, base) {
            (Some(day), _) => Date::from_quarter(year, quarter, in_range("dayOfQuarter", day, 1, 92)?),
            // The quarter of the base may have been longer, by two days at most.
            (None, Some(base)) => {
                let day = base.day_of_quarter();
                (0..3).find_map(|shorter| Date::from_quarter(year, quarter, day - shorter))
            }
            (None, None) => Date::from_quarter(year, quarter, 1),
        };
        found.ok_or_else(|| no_such_day(format!("{year:04}-Q{quarter}-{}", self.day_of_quarter.unwrap_or(1))))
    }

    fn ordinal_date(&self, base: Option<Date>) -> Result<Date, TemporalError> {
        let year =
            self.year.or(base.map(Date::year)).ok_or(TemporalError::Missing { key: "ordinalDay", needed: "year" })?;
        check_year(year)?;
        let day = in_range("ordinalDay", self.ordinal_day.unwrap_or(1), 1, 366)?;
        Date::from_ordinal(year, day).ok_or_else(|| no_such_day(format!("{year:04}-{day:03}")))
    }
}

fn no_such_day(text: String) -> TemporalError {
    TemporalError::NoSuchDay { text }
}

fn check_year(year: i64) -> Result<(), TemporalError> {
    in_range("year", year, civil::MIN_YEAR, civil::MAX_YEAR).map(|_| ())
}

fn in_range(key: &'static str, value: i64, min: i64, max: i64) -> Result<i64, TemporalError> {
    if (min..=max).contains(&value) { Ok(value) } else { Err(TemporalError::Range { key, value }) }
}

impl TimeFields {
    pub(super) fn is_empty(&self) -> bool {
        *self == TimeFields::default()
    }

    /// The time; parts that are not told are those of `base`, or zero.
    pub(super) fn time(&self, base: Option<LocalTime>) -> Result<LocalTime, TemporalError> {
        if base.is_none() {
            self.check_complete()?;
        }
        let base = base.unwrap_or(LocalTime::MIDNIGHT);
        let hour = in_range("hour", self.hour.unwrap_or(base.hour()), 0, 23)?;
        let minute = in_range("minute", self.minute.unwrap_or(base.minute()), 0, 59)?;
        let second = in_range("second", self.second.unwrap_or(base.second()), 0, 59)?;
        let nanosecond = self.fraction()?.unwrap_or(base.nanosecond());
        Ok(LocalTime::from_parts(hour, minute, second, nanosecond).expect("each part is in its range"))
    }

    /// As [`time`](Self::time) for a base cut to whole `unit_nanos`: smaller parts are added to what was kept.
    pub(super) fn time_within(&self, base: LocalTime, unit_nanos: i64) -> Result<LocalTime, TemporalError> {
        let time = self.time(Some(base))?;
        match self.fraction()? {
            Some(fraction) if self.millisecond.is_none() && fraction < unit_nanos => {
                let kept = base.nanosecond() / unit_nanos * unit_nanos;
                Ok(LocalTime { nanos: time.nanos + kept })
            }
            _ => Ok(time),
        }
    }

    fn check_complete(&self) -> Result<(), TemporalError> {
        let has_fraction = self.millisecond.or(self.microsecond).or(self.nanosecond).is_some();
        if self.minute.is_some() && self.hour.is_none() {
            Err(TemporalError::Missing { key: "minute", needed: "hour" })
        } else if self.second.is_some() && self.minute.is_none() {
            Err(TemporalError::Missing { key: "second", needed: "minute" })
        } else if has_fraction && self.second.is_none() {
            Err(TemporalError::Missing { key: "nanosecond", needed: "second" })
        } else {
            Ok(())
        }
    }

    /// The nanoseconds of the second, if any part of them is told. Beside a greater part, a smaller one stays below it.
    pub(super) fn fraction(&self) -> Result<Option<i64>, TemporalError> {
        if self.millisecond.is_none() && self.microsecond.is_none() && self.nanosecond.is_none() {
            return Ok(None);
        }
        let max_micros = if self.millisecond.is_some() { 999 } else { 999_999 };
        let max_nanos = match (self.millisecond, self.microsecond) {
            (_, Some(_)) => 999,
            (Some(_), None) => 999_999,
            (None, None) => 999_999_999,
        };
        let millis = in_range("millisecond", self.millisecond.unwrap_or(0), 0, 999)?;
        let micros = in_range("microsecond", self.microsecond.unwrap_or(0), 0, max_micros)?;
        let nanos = in_range("nanosecond", self.nanosecond.unwrap_or(0), 0, max_nanos)?;
        Ok(Some(millis * 1_000_000 + micros * 1_000 + nanos))
    }

    /// Whether anything but a fraction of a second is told.
    pub(super) fn has_whole_parts(&self) -> bool {
        self.hour.or(self.minute).or(self.second).is_some()
    }
}
