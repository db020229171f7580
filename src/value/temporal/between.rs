//! The time from one point to another: `duration.between`, `inMonths`, `inDays`, `inSeconds`.
//!
//! What one point does not tell is taken from the other: a day, an offset or zone. Months and days are counted on the
//! clocks of the first point's zone, seconds on the time line; between points of which one has no day only seconds
//! are left.

use super::TemporalError;
use super::date::Date;
use super::datetime::{DateTime, LocalDateTime};
use super::duration::Duration;
use super::parts::Parts;
use super::time::LocalTime;
use super::zone::Zone;
use crate::value::Value;

/// What a difference is told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Months, then days, then seconds.
    All,
    /// Whole months only.
    Months,
    /// Whole days only.
    Days,
    /// Seconds only.
    Seconds,
}

const OUT_OF_RANGE: TemporalError = TemporalError::Overflow { kind: "datetime" };

/// The time from `from` to `to`.
pub(crate) fn between(measure: Measure, from: &Value, to: &Value) -> Result<Duration, TemporalError> {
    let parts = |value| Parts::of(value).ok_or(TemporalError::Source { kind: "duration", found: value.type_name() });
    let (from, to) = (parts(from)?, parts(to)?);
    let have_days = from.date.is_some() && to.date.is_some();
    let (start, end) = (point(&from, &to)?, point(&to, &from)?);
    // On the clocks of the first point's zone.
    let end = end.at_zone(start.zone()).ok_or(OUT_OF_RANGE)?;
    match measure {
        Measure::Seconds => seconds(&start, &end, 0, 0),
        Measure::All if !have_days => seconds(&start, &end, 0, 0),
        _ if !have_days => Ok(Duration::zero()),
        Measure::Months => Ok(whole(months_between(start.local(), end.local()), 0)),
        Measure::Days => Ok(whole(0, days_between(start.local(), end.local()))),
        Measure::All => all(&start, &end),
    }
}

/// The point that `parts` tells, filled up from the other.
fn point(parts: &Parts, other: &Parts) -> Result<DateTime, TemporalError> {
    let date = parts.date.or(other.date).unwrap_or(Date { epoch_days: 0 });
    let time = parts.time.unwrap_or(LocalTime::MIDNIGHT);
    let (zone, preferred) = match (&parts.zone, &other.zone) {
        (Some(zone), _) => (zone.clone(), parts.offset_seconds),
        (None, Some(zone)) => (zone.clone(), other.offset_seconds),
        (None, None) => (Zone::UTC, None),
    };
    DateTime::resolve(LocalDateTime { date, time }, zone, preferred).ok_or(OUT_OF_RANGE)
}

fn whole(months: i64, days: i64) -> Duration {
    Duration::new(months, days, 0, 0).expect("no seconds to carry over")
}

fn all(start: &DateTime, end: &DateTime) -> Result<Duration, TemporalError> {
    let months = months_between(start.local(), end.local());
    let after_months = start.local().plus_months_and_days(months, 0).ok_or(OUT_OF_RANGE)?;
    let days = days_between(after_months, end.local());
    let difference = step(start, end, months, days)?;
    // Where clocks were changed, whole days on the clock can lead past the end; one day less does not.
    let overshoots = difference.nanos().signum() * i128::from(days.signum()) < 0;
    if overshoots { step(start, end, months, days - days.signum()) } else { Ok(difference) }
}

/// The difference, given its months and days.
fn step(start: &DateTime, end: &DateTime, months: i64, days: i64) -> Result<Duration, TemporalError> {
    let local = start.local().plus_months_and_days(months, days).ok_or(OUT_OF_RANGE)?;
    let middle = DateTime::resolve(local, start.zone(), Some(start.offset_seconds())).ok_or(OUT_OF_RANGE)?;
    seconds(&middle, end, months, days)
}

fn seconds(start: &DateTime, end: &DateTime, months: i64, days: i64) -> Result<Duration, TemporalError> {
    let nanos = end.epoch_nanos() - start.epoch_nanos();
    Duration::from_total(months, days, nanos).ok_or(TemporalError::Overflow { kind: "duration" })
}

/// The day up to which whole days count: `end`'s own if its time of day is reached, or the one before (after, going back).
fn last_whole_day(start: LocalDateTime, end: LocalDateTime) -> i64 {
    let is_short_of_a_day = end.date > start.date && end.time < start.time;
    let is_short_going_back = end.date < start.date && end.time > start.time;
    end.date.epoch_days - i64::from(is_short_of_a_day) + i64::from(is_short_going_back)
}

fn days_between(start: LocalDateTime, end: LocalDateTime) -> i64 {
    last_whole_day(start, end) - start.date.epoch_days
}

fn months_between(start: LocalDateTime, end: LocalDateTime) -> i64 {
    let (year, month, day) = start.date.calendar();
    let (end_year, end_month, end_day) = Date { epoch_days: last_whole_day(start, end) }.calendar();
    // As digits to the base 32, so that a month counts once its day is reached.
    let packed = |year: i64, month: i64, day: i64| (year * 12 + month) * 32 + day;
    (packed(end_year, end_month, end_day) - packed(year, month, day)) / 32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{any_datetime, any_local, any_point};
    use super::super::{Time, add};
    use super::*;

    fn point(text: &str) -> Value {
        let date = || Date::parse(text).map(Value::Date);
        let local_time = || LocalTime::parse(text).map(Value::LocalTime);
        let time = || Time::parse(text).map(Value::Time);
        let local = || LocalDateTime::parse(text).map(Value::LocalDateTime);
        let datetime = || DateTime::parse(text).map(Value::DateTime);
        date().or_else(local_time).or_else(time).or_else(local).or_else(datetime).expect("a point")
    }

    #[track_caller]
    fn check(measure: Measure, from: &str, to: &str, expected: &str) {
        let found = between(measure, &point(from), &point(to)).expect("a duration");
        assert_eq!(found.to_string(), expected, "from {from} to {to}");
    }

    #[test]
    fn months_come_first_then_days_then_seconds() {
        check(Measure::All, "2020-01-31", "2020-03-01", "P1M1D");
        check(Measure::All, "2020-01-15T12:00", "2021-02-16T11:59", "P1Y1MT23H59M");
        check(Measure::All, "2021-02-16T11:59", "2020-01-15T12:00", "P-1Y-1MT-23H-59M");
        check(Measure::Months, "2020-01-31", "2020-02-29", "PT0S");
        check(Measure::Days, "2020-01-31T12:00", "2020-02-29", "P28D");
    }

    #[test]
    fn what_one_point_does_not_tell_is_taken_from_the_other() {
        check(Measure::All, "14:30", "2020-01-01T16:00", "PT1H30M");
        check(Measure::All, "14:30Z", "16:30+01:00", "PT1H");
        check(Measure::All, "14:30", "16:30+01:00", "PT2H");
        check(Measure::Months, "2020-01-01", "16:30", "PT0S");
        check(Measure::All, "2020-01-01", "2020-01-01T00:00+05:00", "PT0S");
    }

    #[test]
    fn days_are_counted_on_the_clock_and_seconds_on_the_time_line() {
        check(Measure::Seconds, "2017-10-29T00:00[Europe/Stockholm]", "2017-10-29T04:00", "PT5H");
        check(Measure::Seconds, "2017-10-29T00:00[Europe/Stockholm]", "2017-10-30", "PT25H");
        check(Measure::All, "2017-10-29T00:00[Europe/Stockholm]", "2017-10-30", "P1D");
        check(Measure::Days, "2017-10-28T12:00[Europe/Stockholm]", "2017-10-29T11:30[Europe/Stockholm]", "PT0S");
    }

    proptest! {
        #[test]
        fn going_the_time_between_leads_to_the_end(from in any_local(), to in any_local()) {
            let (from, to) = (Value::LocalDateTime(from), Value::LocalDateTime(to));
            for measure in [Measure::All, Measure::Seconds] {
                let way = Value::Duration(between(measure, &from, &to).expect("in range"));
                let Some(Ok(Value::LocalDateTime(end))) = add(&from, &way) else { panic!("{from:?} + {way:?}") };
                prop_assert_eq!(Value::LocalDateTime(end).to_string(), to.to_string());
            }
        }

        #[test]
        fn going_the_seconds_between_leads_to_the_end(from in any_datetime(), to in any_datetime()) {
            let Some(to) = to.at_zone(from.zone()) else { return Ok(()) };
            let (from, end) = (Value::DateTime(from), Value::DateTime(to.clone()));
            let way = Value::Duration(between(Measure::Seconds, &from, &end).expect("in range"));
            let Some(Ok(Value::DateTime(reached))) = add(&from, &way) else { panic!("{from:?} + {way:?}") };
            prop_assert_eq!(reached, to);
        }

        #[test]
        fn no_part_of_a_difference_goes_against_the_others(from in any_datetime(), to in any_datetime()) {
            let Ok(way) = between(Measure::All, &Value::DateTime(from), &Value::DateTime(to)) else { return Ok(()) };
            let signs = [way.months().signum(), way.days().signum(), i64::try_from(way.nanos().signum()).expect("a sign")];
            prop_assert!(!(signs.contains(&1) && signs.contains(&-1)), "{}", way);
        }

        #[test]
        fn no_points_make_measuring_panic(from in any_point(), to in any_point()) {
            for measure in [Measure::All, Measure::Months, Measure::Days, Measure::Seconds] {
                let _ = between(measure, &from, &to);
            }
        }
    }
}
