//! Times of day, with and without an offset: their text, their parts, and steps that wrap at midnight.

use std::cmp::Ordering;
use std::fmt;

use super::scan::Scanner;
use super::zone;

pub(super) const NANOS_PER_SECOND: i64 = 1_000_000_000;
pub(super) const NANOS_PER_MINUTE: i64 = 60 * NANOS_PER_SECOND;
pub(super) const NANOS_PER_HOUR: i64 = 60 * NANOS_PER_MINUTE;
pub(super) const NANOS_PER_DAY: i64 = 24 * NANOS_PER_HOUR;

/// A time of day without an offset.
///
/// # Example: parts and text
///
/// ```
/// use averment::LocalTime;
/// let time = LocalTime::from_hms_nano(21, 40, 32, 142_000_000).expect("a time of day");
/// assert_eq!(LocalTime::parse("214032.142"), Some(time));
/// assert_eq!(time.to_string(), "21:40:32.142");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    /// Nanoseconds since midnight.
    pub(crate) nanos: i64,
}

impl LocalTime {
    /// The start of the day.
    pub const MIDNIGHT: LocalTime = LocalTime { nanos: 0 };

    /// A time of day; `None` unless each part is in its range (hours 0 to 23, no leap second).
    pub fn from_hms_nano(hour: u8, minute: u8, second: u8, nanosecond: u32) -> Option<LocalTime> {
        LocalTime::from_parts(i64::from(hour), i64::from(minute), i64::from(second), i64::from(nanosecond))
    }

    /// The time so many nanoseconds after midnight; `None` outside the day.
    pub fn from_nanos(nanos: i64) -> Option<LocalTime> {
        (0..NANOS_PER_DAY).contains(&nanos).then_some(LocalTime { nanos })
    }

    /// Nanoseconds since midnight.
    pub fn nanos(self) -> i64 {
        self.nanos
    }

    /// Reads a time in any of its ISO 8601 forms: `21:40:32.142`, `214032.142`, `21:40`, `2140`, `21`.
    pub fn parse(text: &str) -> Option<LocalTime> {
        let mut scanner = Scanner::new(text);
        let time = LocalTime::scan(&mut scanner)?;
        scanner.at_end().then_some(time)
    }

    pub(super) fn from_parts(hour: i64, minute: i64, second: i64, nanosecond: i64) -> Option<LocalTime> {
        let is_time = (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && (0..NANOS_PER_SECOND).contains(&nanosecond);
        let nanos = || hour * NANOS_PER_HOUR + minute * NANOS_PER_MINUTE + second * NANOS_PER_SECOND + nanosecond;
        is_time.then(|| LocalTime { nanos: nanos() })
    }

    pub(super) fn scan(scanner: &mut Scanner<'_>) -> Option<LocalTime> {
        match scanner.digit_count() {
            1 | 2 => scan_extended(scanner),
            4 => LocalTime::from_parts(scanner.digits(2)?, scanner.digits(2)?, 0, 0),
            6 => {
                let (hour, minute, second) = (scanner.digits(2)?, scanner.digits(2)?, scanner.digits(2)?);
                LocalTime::from_parts(hour, minute, second, scanner.fraction()?)
            }
            _ => None,
        }
    }

    pub(super) fn hour(self) -> i64 {
        self.nanos / NANOS_PER_HOUR
    }

    pub(super) fn minute(self) -> i64 {
        self.nanos / NANOS_PER_MINUTE % 60
    }

    pub(super) fn second(self) -> i64 {
        self.nanos / NANOS_PER_SECOND % 60
    }

    /// Nanoseconds of the second.
    pub(super) fn nanosecond(self) -> i64 {
        self.nanos % NANOS_PER_SECOND
    }

    /// A step that wraps at midnight.
    pub(super) fn plus_nanos(self, nanos: i128) -> LocalTime {
        let nanos = (i128::from(self.nanos) + nanos % i128::from(NANOS_PER_DAY)).rem_euclid(i128::from(NANOS_PER_DAY));
        LocalTime { nanos: i64::try_from(nanos).expect("a remainder by the nanoseconds of a day") }
    }
}

fn scan_extended(scanner: &mut Scanner<'_>) -> Option<LocalTime> {
    let hour = scanner.all_digits(1, 2)?;
    if !scanner.take(b':') {
        return LocalTime::from_parts(hour, 0, 0, 0);
    }
    let minute = scanner.all_digits(1, 2)?;
    if !scanner.take(b':') {
        return LocalTime::from_parts(hour, minute, 0, 0);
    }
    let second = scanner.all_digits(1, 2)?;
    LocalTime::from_parts(hour, minute, second, scanner.fraction()?)
}

/// Writes a fraction of a second with its point and no trailing zeros; nothing if it is zero.
pub(super) fn write_fraction(f: &mut fmt::Formatter<'_>, nanosecond: u64) -> fmt::Result {
    if nanosecond == 0 {
        return Ok(());
    }
    let digits = format!("{nanosecond:09}");
    write!(f, ".{}", digits.trim_end_matches('0'))
}

impl fmt::Display for LocalTime {
    /// `21:40`, `21:40:32`, `21:40:32.142`: no longer than it must be.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour(), self.minute())?;
        if self.nanos % NANOS_PER_MINUTE == 0 {
            return Ok(());
        }
        write!(f, ":{:02}", self.second())?;
        write_fraction(f, self.nanosecond().unsigned_abs())
    }
}

/// A time of day with an offset.
///
/// Two times are equal if both parts are; the order is that of the instants on one day, then of the offsets.
///
/// # Example: the same instant, another time
///
/// ```
/// use averment::Time;
/// let (here, there) = (Time::parse("12:00+01:00").expect("a time"), Time::parse("11:00Z").expect("a time"));
/// assert_ne!(here, there);
/// assert_eq!((here.offset_seconds(), here.local().to_string().as_str()), (3_600, "12:00"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Time {
    pub(crate) local: LocalTime,
    /// Seconds east of UTC.
    pub(crate) offset_seconds: i32,
}

impl Time {
    /// A time of day at an offset; `None` if the offset is beyond 18 hours.
    pub fn new(local: LocalTime, offset_seconds: i32) -> Option<Time> {
        zone::is_offset(offset_seconds).then_some(Time { local, offset_seconds })
    }

    /// The time of day that a clock at this offset shows.
    pub fn local(self) -> LocalTime {
        self.local
    }

    /// Seconds east of UTC.
    pub fn offset_seconds(self) -> i32 {
        self.offset_seconds
    }

    /// Reads a time with its offset, `21:40:32.142+01:00`, `2140-02`, `21:40Z`; without one it is UTC.
    pub fn parse(text: &str) -> Option<Time> {
        let mut scanner = Scanner::new(text);
        let local = LocalTime::scan(&mut scanner)?;
        let offset_seconds = if scanner.at_end() { 0 } else { zone::scan_offset(&mut scanner)? };
        scanner.at_end().then_some(Time { local, offset_seconds })
    }

    /// The same instant at another offset; the time wraps at midnight.
    pub(super) fn at_offset(self, offset_seconds: i32) -> Time {
        let shift = i128::from(offset_seconds - self.offset_seconds) * i128::from(NANOS_PER_SECOND);
        Time { local: self.local.plus_nanos(shift), offset_seconds }
    }

    fn utc_nanos(self) -> i64 {
        self.local.nanos - i64::from(self.offset_seconds) * NANOS_PER_SECOND
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.utc_nanos(), self.offset_seconds).cmp(&(other.utc_nanos(), other.offset_seconds))
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.local.fmt(f)?;
        zone::write_offset(f, self.offset_seconds)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Time::parse(text).map(|time| time.to_string()).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn every_iso_form_is_read() {
        check("21:40:32.142+0100", "21:40:32.142+01:00");
        check("214032.142Z", "21:40:32.142Z");
        check("2140-00:00", "21:40Z");
        check("2140-02", "21:40-02:00");
        check("22+18:00", "22:00+18:00");
        check("12:34:56+02:05:59", "12:34:56+02:05:59");
        check("9:5:3,5", "09:05:03.5Z");
        check("12:34:56-020507", "12:34:56-02:05:07");
    }

    #[test]
    fn times_that_do_not_exist_are_refused() {
        for text in [
            "24:00",
            "12:60",
            "12:00:60",
            "123",
            "12:",
            "12:00.5",
            "1200.5",
            "12:00:00.",
            "12:00:00.0000000001",
            "12+19:00",
            "12+18:01",
            "+01:00",
            "12:00z1",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_ordered_by_their_instant_and_equal_only_at_one_offset() {
        let time = |text| Time::parse(text).expect("a time");
        assert!(time("10:00+01:00") < time("09:35:14Z"));
        assert!(time("10:00+01:00") > time("09:00Z"));
        assert_ne!(time("10:00+01:00"), time("09:00Z"));
    }

    proptest! {
        #[test]
        fn printing_then_parsing_gives_the_time_back(nanos in 0..NANOS_PER_DAY, offset in -64_800..=64_800_i32) {
            for nanos in [nanos, nanos / NANOS_PER_SECOND * NANOS_PER_SECOND, nanos / NANOS_PER_MINUTE * NANOS_PER_MINUTE] {
                let local = LocalTime { nanos };
                prop_assert_eq!(LocalTime::parse(&local.to_string()), Some(local));
                let time = Time { local, offset_seconds: offset };
                prop_assert_eq!(Time::parse(&time.to_string()), Some(time));
            }
        }

        #[test]
        fn a_step_and_its_opposite_cancel(nanos in 0..NANOS_PER_DAY, step in any::<i64>()) {
            let time = LocalTime { nanos };
            prop_assert_eq!(time.plus_nanos(i128::from(step)).plus_nanos(-i128::from(step)), time);
        }

        #[test]
        fn no_text_makes_parsing_panic(text in "[-+0-9:.,Zz]{0,16}|.*") {
            let _ = (LocalTime::parse(&text), Time::parse(&text));
        }
    }
}
