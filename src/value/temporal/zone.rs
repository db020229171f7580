//! Offsets from UTC and named time zones.
//!
//! The rules of named zones come from the IANA database, whose library ends at the years ±9999. Beyond, a zone keeps
//! its first offset before and its last rule after: a year there is looked up as the year with the same calendar
//! within the database's last 400.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::civil::DAYS_PER_400_YEARS;
use super::datetime::LocalDateTime;
use super::scan::Scanner;

const MAX_OFFSET_SECONDS: i32 = 18 * 3600;
const SECONDS_PER_400_YEARS: i64 = DAYS_PER_400_YEARS * 86_400;
/// The years that the database's library is asked about; a margin keeps offsets from leading out of its range.
const FIRST_ASKED_YEAR: i64 = -9990;
const LAST_ASKED_YEAR: i64 = 9990;
/// 9591-01-01T00:00:00Z and 400 years later.
const LAST_CYCLE_START: i64 = 240_495_523_200;
const LAST_CYCLE_END: i64 = LAST_CYCLE_START + SECONDS_PER_400_YEARS;
/// -9990-01-01T00:00:00Z.
const FIRST_ASKED_SECOND: i64 = -377_421_120_000;

pub(super) fn is_offset(seconds: i32) -> bool {
    (-MAX_OFFSET_SECONDS..=MAX_OFFSET_SECONDS).contains(&seconds)
}

/// Takes `Z`, `+01:00`, `+0100`, `+01`, `+01:00:30`: seconds east of UTC.
pub(super) fn scan_offset(scanner: &mut Scanner<'_>) -> Option<i32> {
    if scanner.take(b'Z') {
        return Some(0);
    }
    let is_west = scanner.take_sign()?;
    let count = scanner.digit_count();
    let (hours, minutes, seconds) = match count {
        1 | 2 => {
            let hours = scanner.digits(count)?;
            let minutes = if scanner.take(b':') { scanner.all_digits(2, 2)? } else { 0 };
            let seconds = if count == 2 && scanner.take(b':') { scanner.all_digits(2, 2)? } else { 0 };
            (hours, minutes, seconds)
        }
        4 => (scanner.digits(2)?, scanner.digits(2)?, 0),
        6 => (scanner.digits(2)?, scanner.digits(2)?, scanner.digits(2)?),
        _ => return None,
    };
    if minutes > 59 || seconds > 59 {
        return None;
    }
    let offset = i32::try_from(hours * 3600 + minutes * 60 + seconds).ok().filter(|offset| is_offset(*offset))?;
    Some(if is_west { -offset } else { offset })
}

/// Writes `Z`, `+01:00` or `+01:00:30`.
pub(super) fn write_offset(f: &mut fmt::Formatter<'_>, offset_seconds: i32) -> fmt::Result {
    if offset_seconds == 0 {
        return f.write_str("Z");
    }
    let sign = if offset_seconds < 0 { '-' } else { '+' };
    let seconds = offset_seconds.unsigned_abs();
    write!(f, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
    if seconds.is_multiple_of(60) { Ok(()) } else { write!(f, ":{:02}", seconds % 60) }
}

/// An offset as text: `Z`, `+01:00`.
pub(super) struct OffsetText(pub i32);

impl fmt::Display for OffsetText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_offset(f, self.0)
    }
}

/// Where a clock stands: at a fixed offset or in a named region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// Seconds east of UTC.
    Offset(i32),
    Region(Region),
}

impl Zone {
    pub(super) const UTC: Zone = Zone::Offset(0);

    /// Reads `Z`, `+01:00`, `Europe/Stockholm`.
    pub(super) fn parse(text: &str) -> Option<Zone> {
        let mut scanner = Scanner::new(text);
        match scan_offset(&mut scanner) {
            Some(offset) if scanner.at_end() => Some(Zone::Offset(offset)),
            _ => Region::named(text).map(Zone::Region),
        }
    }

    pub(super) fn offset_at(&self, epoch_seconds: i64) -> i32 {
        match self {
            Zone::Offset(offset) => *offset,
            Zone::Region(region) => region.offset_at(epoch_seconds),
        }
    }
}

/// A zone of the IANA database. Equal if the name is.
#[derive(Clone)]
pub(super) struct Region {
    rules: TimeZone,
}

impl Region {
    /// The zone with this name, in any case; `None` if the database has none.
    pub(super) fn named(name: &str) -> Option<Region> {
        let rules = TimeZone::get(name).ok()?;
        (!rules.is_unknown() && rules.iana_name().is_some()).then_some(Region { rules })
    }

    pub(super) fn name(&self) -> &str {
        self.rules.iana_name().expect("regions are looked up by their name")
    }

    fn offset_at(&self, epoch_seconds: i64) -> i32 {
        let asked = if epoch_seconds >= LAST_CYCLE_END {
            LAST_CYCLE_START + (epoch_seconds - LAST_CYCLE_START).rem_euclid(SECONDS_PER_400_YEARS)
        } else {
            epoch_seconds.max(FIRST_ASKED_SECOND)
        };
        let instant = Timestamp::from_second(asked).expect("within the years ±9990");
        self.rules.to_offset(instant).seconds()
    }

    /// The offsets that a clock in this zone can have when it shows `local`.
    pub(super) fn offsets_of(&self, local: LocalDateTime) -> LocalOffsets {
        let ambiguous = self.rules.to_ambiguous_timestamp(asked_local(local));
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } => LocalOffsets::One(offset.seconds()),
            AmbiguousOffset::Gap { before, after } => {
                LocalOffsets::Skipped { before: before.seconds(), after: after.seconds() }
            }
            AmbiguousOffset::Fold { before, after } => {
                LocalOffsets::Repeated { before: before.seconds(), after: after.seconds() }
            }
        }
    }
}

/// How a time on the clock of a zone stands to UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LocalOffsets {
    One(i32),
    /// The clock was put forward and never showed this time.
    Skipped {
        before: i32,
        after: i32,
    },
    /// The clock was put back and showed this time twice.
    Repeated {
        before: i32,
        after: i32,
    },
}

/// `local`, or its like in a year that the database's library can be asked about.
fn asked_local(local: LocalDateTime) -> civil::DateTime {
    let (year, month, day) = local.date.calendar();
    let asked_year = if year < FIRST_ASKED_YEAR {
        FIRST_ASKED_YEAR
    } else if year > LAST_ASKED_YEAR {
        LAST_ASKED_YEAR - 399 + (year - (LAST_ASKED_YEAR - 399)).rem_euclid(400)
    } else {
        year
    };
    // Only in the first asked year, which is not a leap year, the day may be missing; no zone had rules then.
    let day = day.min(super::civil::days_in_month(asked_year, month));
    let small = |number: i64| i8::try_from(number).expect("parts of a date and a time are below 60");
    let time = local.time;
    civil::DateTime::new(
        i16::try_from(asked_year).expect("within ±9990"),
        small(month),
        small(day),
        small(time.hour()),
        small(time.minute()),
        small(time.second()),
        i32::try_from(time.nanosecond()).expect("below a billion"),
    )
    .expect("a day that exists, within the years ±9990")
}

impl PartialEq for Region {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Region {}

impl Hash for Region {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl Ord for Region {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for Region {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::super::date::Date;
    use super::*;

    #[test]
    fn the_constants_are_where_the_calendar_puts_them() {
        let seconds = |year| Date::from_calendar(year, 1, 1).expect("a year").epoch_days * 86_400;
        assert_eq!(seconds(LAST_ASKED_YEAR - 399), LAST_CYCLE_START);
        assert_eq!(seconds(FIRST_ASKED_YEAR), FIRST_ASKED_SECOND);
    }

    #[test]
    fn the_farthest_offset_is_eighteen_hours_either_way() {
        assert!(is_offset(64_800) && is_offset(-64_800));
        assert!(!is_offset(64_801) && !is_offset(-64_801) && !is_offset(i32::MIN));
    }

    #[test]
    fn zones_are_offsets_or_names() {
        assert_eq!(Zone::parse("+01:00"), Some(Zone::Offset(3600)));
        assert_eq!(Zone::parse("Z"), Some(Zone::UTC));
        assert!(
            matches!(Zone::parse("europe/stockholm"), Some(Zone::Region(region)) if region.name() == "Europe/Stockholm")
        );
        for text in ["", "Europe", "Europe/Nowhere", "+25:00", "Etc/Unknown", "UTC+1"] {
            assert_eq!(Zone::parse(text), None, "{text}");
        }
    }

    #[test]
    fn far_years_follow_the_last_rule() {
        let stockholm = Region::named("Europe/Stockholm").expect("a zone");
        let at = |text: &str| stockholm.offset_at(Date::parse(text).expect("a date").epoch_days * 86_400);
        assert_eq!(at("+999999999-07-01"), 7200);
        assert_eq!(at("+999999999-01-01"), 3600);
        assert_eq!(at("+12021-07-01"), at("2021-07-01"));
        assert_eq!(at("-999999999-07-01"), at("1500-01-01"));
    }
}
