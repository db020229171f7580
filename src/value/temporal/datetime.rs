//! A day with a time of day: without an offset, or as a point in time with its offset or zone.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::date::Date;
use super::scan::Scanner;
use super::time::{LocalTime, NANOS_PER_DAY, NANOS_PER_SECOND};
use super::zone::{self, LocalOffsets, Region, Zone};
use crate::value::SHARED_BYTES;

const SECONDS_PER_DAY: i64 = 86_400;

/// A day and a time of day without an offset.
///
/// # Example: a day and a time
///
/// ```
/// use averment::LocalDateTime;
/// let local = LocalDateTime::parse("2019-10-07T09:30").expect("a day and a time");
/// assert_eq!((local.date().ymd(), local.time().to_string().as_str()), ((2019, 10, 7), "09:30"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime {
    pub(crate) date: Date,
    pub(crate) time: LocalTime,
}

impl LocalDateTime {
    /// A time on a day.
    pub fn new(date: Date, time: LocalTime) -> LocalDateTime {
        LocalDateTime { date, time }
    }

    /// The day.
    pub fn date(self) -> Date {
        self.date
    }

    /// The time of day.
    pub fn time(self) -> LocalTime {
        self.time
    }

    /// Reads a date and a time with a `T` between, each in any of its ISO 8601 forms; a date alone is its midnight.
    pub fn parse(text: &str) -> Option<LocalDateTime> {
        let mut scanner = Scanner::new(text);
        let local = LocalDateTime::scan(&mut scanner)?;
        scanner.at_end().then_some(local)
    }

    pub(super) fn scan(scanner: &mut Scanner<'_>) -> Option<LocalDateTime> {
        let date = Date::scan(scanner)?;
        let time = if scanner.take(b'T') { LocalTime::scan(scanner)? } else { LocalTime::MIDNIGHT };
        Some(LocalDateTime { date, time })
    }

    /// Seconds since 1970-01-01T00:00 on the same clock.
    pub(super) fn local_seconds(self) -> i64 {
        self.date.epoch_days * SECONDS_PER_DAY + self.time.nanos / NANOS_PER_SECOND
    }

    /// Nanoseconds since 1970-01-01T00:00 on the same clock.
    pub(super) fn local_nanos(self) -> i128 {
        i128::from(self.date.epoch_days) * i128::from(NANOS_PER_DAY) + i128::from(self.time.nanos)
    }

    pub(super) fn from_local_nanos(nanos: i128) -> Option<LocalDateTime> {
        let days = i64::try_from(nanos.div_euclid(i128::from(NANOS_PER_DAY))).ok()?;
        let nanos = i64::try_from(nanos.rem_euclid(i128::from(NANOS_PER_DAY))).ok()?;
        Some(LocalDateTime { date: Date::from_epoch_days(days)?, time: LocalTime { nanos } })
    }

    pub(super) fn plus_nanos(self, nanos: i128) -> Option<LocalDateTime> {
        LocalDateTime::from_local_nanos(self.local_nanos().checked_add(nanos)?)
    }

    pub(super) fn plus_months_and_days(self, months: i64, days: i64) -> Option<LocalDateTime> {
        Some(LocalDateTime { date: self.date.plus_months(months)?.plus_days(days)?, time: self.time })
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date, self.time)
    }
}

/// A point in time, with its offset or zone.
///
/// Two are equal if the instant, the offset and the zone are; the order is that of the instants, then of the offsets,
/// then of the zones' names. Cloning shares the value.
///
/// # Example: where the clock stands
///
/// ```
/// use averment::DateTime;
/// let point = DateTime::parse("2019-07-07T09:30[Europe/Stockholm]").expect("a point in time");
/// assert_eq!((point.offset_seconds(), point.zone_name()), (7_200, Some("Europe/Stockholm")));
/// assert_eq!(DateTime::from_epoch(point.epoch_seconds(), 0).expect("a point in time").to_string(), "2019-07-07T07:30Z");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    shown: Arc<Shown>,
}

/// What the clock on the spot shows. The offset is one of the region's for this time.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Shown {
    local: LocalDateTime,
    offset_seconds: i32,
    region: Option<Region>,
}

impl DateTime {
    /// About how many bytes it takes besides itself, in parts where several hold it.
    pub(in crate::value) fn payload_bytes(&self) -> usize {
        (size_of::<Shown>() + SHARED_BYTES) / Arc::strong_count(&self.shown)
    }

    /// The point in time so many seconds and nanoseconds after 1970-01-01T00:00Z, in UTC; `None` beyond the years
    /// ±999,999,999 or with a billion nanoseconds or more.
    pub fn from_epoch(seconds: i64, nanosecond: u32) -> Option<DateTime> {
        DateTime::from_instant(instant_of(seconds, i64::from(nanosecond))?, Zone::UTC)
    }

    /// A point in time from what a clock showed, its offset, and the name of its zone, as [`local`](Self::local),
    /// [`offset_seconds`](Self::offset_seconds) and [`zone_name`](Self::zone_name) give them back. `None` if the
    /// offset is beyond 18 hours or the zone unknown; whether the zone ever had this offset is not checked.
    pub fn from_parts(local: LocalDateTime, offset_seconds: i32, zone_name: Option<&str>) -> Option<DateTime> {
        let region = match zone_name {
            Some(name) => Some(Region::named(name)?),
            None => None,
        };
        zone::is_offset(offset_seconds).then(|| DateTime::from_shown(local, offset_seconds, region))
    }

    /// What a clock on the spot shows.
    pub fn local(&self) -> LocalDateTime {
        self.shown.local
    }

    /// Seconds east of UTC.
    pub fn offset_seconds(&self) -> i32 {
        self.shown.offset_seconds
    }

    /// The name of the time zone, if it has more than an offset.
    pub fn zone_name(&self) -> Option<&str> {
        self.shown.region.as_ref().map(Region::name)
    }

    /// Whole seconds since 1970-01-01T00:00Z.
    pub fn epoch_seconds(&self) -> i64 {
        self.shown.local.local_seconds() - i64::from(self.shown.offset_seconds)
    }

    /// Nanoseconds since the last whole second.
    #[expect(clippy::missing_panics_doc, reason = "a second has a billion nanoseconds")]
    pub fn nanosecond(&self) -> u32 {
        u32::try_from(self.shown.local.time.nanosecond()).expect("below a billion")
    }

    /// The day in UTC.
    pub fn utc_date(&self) -> Date {
        // Within a day of a date in range, so only the last and first day of all can be missed.
        Date::from_epoch_days(self.epoch_seconds().div_euclid(SECONDS_PER_DAY)).unwrap_or(self.shown.local.date)
    }

    /// Reads a date and a time as [`LocalDateTime::parse`] does, with an offset, a zone in brackets, or both; without
    /// either it is UTC. An offset that the zone does not have at that time is refused.
    pub fn parse(text: &str) -> Option<DateTime> {
        let mut scanner = Scanner::new(text);
        let local = LocalDateTime::scan(&mut scanner)?;
        let offset = match scanner.peek() {
            None | Some(b'[') => None,
            Some(_) => Some(zone::scan_offset(&mut scanner)?),
        };
        let region = if scanner.take(b'[') { Some(Region::named(scanner.until(b']')?)?) } else { None };
        if !scanner.at_end() {
            return None;
        }
        let Some(region) = region else {
            return DateTime::resolve(local, Zone::Offset(offset.unwrap_or(0)), None);
        };
        let datetime = DateTime::resolve(local, Zone::Region(region), offset)?;
        (offset.is_none_or(|offset| offset == datetime.offset_seconds())).then_some(datetime)
    }

    /// The point in time at which the clocks of `zone` show `local`. If they showed it twice, the one with the
    /// offset `preferred`, or else the earlier; if they skipped it, as much later as they were put forward.
    pub(super) fn resolve(local: LocalDateTime, zone: Zone, preferred: Option<i32>) -> Option<DateTime> {
        let region = match zone {
            Zone::Offset(offset) => return Some(DateTime::from_shown(local, offset, None)),
            Zone::Region(region) => region,
        };
        match region.offsets_of(local) {
            LocalOffsets::One(offset) => Some(DateTime::from_shown(local, offset, Some(region))),
            LocalOffsets::Repeated { before, after } => {
                let offset = if preferred == Some(after) { after } else { before };
                Some(DateTime::from_shown(local, offset, Some(region)))
            }
            LocalOffsets::Skipped { before, after } => {
                let local = local.plus_nanos(i128::from(after - before) * i128::from(NANOS_PER_SECOND))?;
                Some(DateTime::from_shown(local, after, Some(region)))
            }
        }
    }

    /// The point in time so many nanoseconds after 1970-01-01T00:00Z, as the clocks of `zone` show it.
    pub(super) fn from_instant(epoch_nanos: i128, zone: Zone) -> Option<DateTime> {
        let epoch_seconds = i64::try_from(epoch_nanos.div_euclid(i128::from(NANOS_PER_SECOND))).ok()?;
        let offset = zone.offset_at(epoch_seconds);
        let local = LocalDateTime::from_local_nanos(epoch_nanos + i128::from(offset) * i128::from(NANOS_PER_SECOND))?;
        let region = match zone {
            Zone::Offset(_) => None,
            Zone::Region(region) => Some(region),
        };
        Some(DateTime::from_shown(local, offset, region))
    }

    /// The same point in time as the clocks of `zone` show it.
    pub(super) fn at_zone(&self, zone: Zone) -> Option<DateTime> {
        DateTime::from_instant(self.epoch_nanos(), zone)
    }

    pub(super) fn zone(&self) -> Zone {
        match &self.shown.region {
            Some(region) => Zone::Region(region.clone()),
            None => Zone::Offset(self.shown.offset_seconds),
        }
    }

    /// Nanoseconds since 1970-01-01T00:00Z.
    pub(super) fn epoch_nanos(&self) -> i128 {
        self.shown.local.local_nanos() - i128::from(self.shown.offset_seconds) * i128::from(NANOS_PER_SECOND)
    }

    fn from_shown(local: LocalDateTime, offset_seconds: i32, region: Option<Region>) -> DateTime {
        DateTime { shown: Arc::new(Shown { local, offset_seconds, region }) }
    }

    fn order_key(&self) -> (i64, u32, i32, Option<&Region>) {
        (self.epoch_seconds(), self.nanosecond(), self.offset_seconds(), self.shown.region.as_ref())
    }
}

/// Nanoseconds since 1970-01-01T00:00Z; `None` unless `nanosecond` is a part of a second.
pub(super) fn instant_of(seconds: i64, nanosecond: i64) -> Option<i128> {
    let is_part = (0..NANOS_PER_SECOND).contains(&nanosecond);
    is_part.then(|| i128::from(seconds) * i128::from(NANOS_PER_SECOND) + i128::from(nanosecond))
}

impl Ord for DateTime {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order_key().cmp(&other.order_key())
    }
}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for DateTime {
    /// `2015-07-21T21:40:32.142+02:00[Europe/Stockholm]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown.local.fmt(f)?;
        zone::write_offset(f, self.shown.offset_seconds)?;
        match self.zone_name() {
            Some(name) => write!(f, "[{name}]"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(DateTime::parse(text).map(|datetime| datetime.to_string()).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn every_form_is_read() {
        check("2015-07-21T21:40:32.142+0100", "2015-07-21T21:40:32.142+01:00");
        check("2015-W30-2T214032.142Z", "2015-07-21T21:40:32.142Z");
        check("2015-202T21:40:32+01:00", "2015-07-21T21:40:32+01:00");
        check("2015T214032-0100", "2015-01-01T21:40:32-01:00");
        check("20150721T21:40-01:30", "2015-07-21T21:40-01:30");
        check("2015-W30T2140-02", "2015-07-20T21:40-02:00");
        check("2015202T21+18:00", "2015-07-21T21:00+18:00");
        check("2015-07-21", "2015-07-21T00:00Z");
        check("2015-07-21T21:40:32.142+02:00[Europe/Stockholm]", "2015-07-21T21:40:32.142+02:00[Europe/Stockholm]");
        check("2015-07-21T21:40:32.142+0845[Australia/Eucla]", "2015-07-21T21:40:32.142+08:45[Australia/Eucla]");
        check("2015-07-21T21:40:32.142-04[America/New_York]", "2015-07-21T21:40:32.142-04:00[America/New_York]");
        check("2015-07-21T21:40:32.142[Europe/London]", "2015-07-21T21:40:32.142+01:00[Europe/London]");
        check("2015-07-21T21:40Z[UTC]", "2015-07-21T21:40Z[UTC]");
    }

    #[test]
    fn a_repeated_hour_keeps_its_offset_and_a_skipped_one_moves_on() {
        check("2017-10-29T02:30[Europe/Stockholm]", "2017-10-29T02:30+02:00[Europe/Stockholm]");
        check("2017-10-29T02:30+01:00[Europe/Stockholm]", "2017-10-29T02:30+01:00[Europe/Stockholm]");
        check("2017-03-26T02:30[Europe/Stockholm]", "2017-03-26T03:30+02:00[Europe/Stockholm]");
        assert_eq!(DateTime::parse("2017-07-01T02:30+05:00[Europe/Stockholm]"), None);
    }

    #[test]
    fn old_offsets_are_exact_to_the_second() {
        check("1818-07-21T21:40:32.142[Europe/Stockholm]", "1818-07-21T21:40:32.142+00:53:28[Europe/Stockholm]");
    }

    #[test]
    fn a_point_in_time_fits_beside_a_tag() {
        assert!(size_of::<DateTime>() <= 16 && size_of::<LocalDateTime>() <= 16);
    }

    #[test]
    fn points_in_time_are_ordered_by_instant_and_equal_only_in_one_zone() {
        let datetime = |text| DateTime::parse(text).expect("a point in time");
        assert!(datetime("2015-01-01T12:00+05:00") < datetime("2015-01-01T08:00Z"));
        assert!(datetime("2015-01-01T12:00+01:00") > datetime("2015-01-01T11:00Z"));
        assert!(datetime("2015-01-01T12:00+01:00") < datetime("2015-01-01T12:00[Europe/Stockholm]"));
        assert_ne!(datetime("2015-01-01T12:00+01:00"), datetime("2015-01-01T11:00Z"));
    }

    proptest! {
        #[test]
        fn printing_then_parsing_gives_the_point_back(
            days in Date::MIN.epoch_days + 1..Date::MAX.epoch_days,
            near_days in -60_000_i64..40_000,
            nanos in 0..NANOS_PER_DAY,
            zone in prop::sample::select(&["Z", "+01:00", "-18:00", "Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Africa/Monrovia"][..]),
        ) {
            for days in [days, near_days] {
                let local = LocalDateTime { date: Date { epoch_days: days }, time: LocalTime { nanos } };
                prop_assert_eq!(LocalDateTime::parse(&local.to_string()), Some(local));
                let datetime = DateTime::resolve(local, Zone::parse(zone).expect("a zone"), None).expect("in range");
                prop_assert_eq!(DateTime::parse(&datetime.to_string()), Some(datetime.clone()));
                prop_assert_eq!(datetime.at_zone(datetime.zone()), Some(datetime.clone()));
                let parts = DateTime::from_parts(datetime.local(), datetime.offset_seconds(), datetime.zone_name());
                prop_assert_eq!(parts, Some(datetime));
            }
        }

        #[test]
        fn no_instant_makes_zones_panic(seconds in any::<i64>(), nanosecond in any::<u32>()) {
            let _ = DateTime::from_epoch(seconds, nanosecond);
            let zone = Zone::parse("Europe/Stockholm").expect("a zone");
            let _ = DateTime::from_instant(i128::from(seconds), zone.clone());
            let _ = DateTime::from_instant(i128::from(seconds) * i128::from(NANOS_PER_SECOND), zone);
        }

        #[test]
        fn no_text_makes_parsing_panic(text in "[-+0-9:.TZW\\[\\]/a-z]{0,24}|.*") {
            let _ = (LocalDateTime::parse(&text), DateTime::parse(&text));
        }
    }
}
