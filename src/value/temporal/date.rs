//! A day: calendar, week, quarter and ordinal forms, its text, and steps by days and months.

use std::fmt;

use super::civil::{self, MAX_YEAR, MIN_YEAR};
use super::scan::Scanner;

/// A day of the proleptic Gregorian calendar.
///
/// # Example: by week, and by days
///
/// ```
/// use averment::Date;
/// let date = Date::parse("2015-W30-2").expect("a day of a week");
/// assert_eq!((date.to_string().as_str(), date.ymd()), ("2015-07-21", (2015, 7, 21)));
/// assert_eq!(Date::from_epoch_days(date.epoch_days()), Some(date));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1970-01-01.
    pub(crate) epoch_days: i64,
}

impl Date {
    /// The first day that can be told, -999999999-01-01.
    pub const MIN: Date = Date { epoch_days: -365_243_219_162 };
    /// The last day that can be told, +999999999-12-31.
    pub const MAX: Date = Date { epoch_days: 365_241_780_471 };

    /// A day of a month; `None` if there is no such day.
    pub fn from_ymd(year: i64, month: u8, day: u8) -> Option<Date> {
        Date::from_calendar(year, i64::from(month), i64::from(day))
    }

    /// The day so many days after 1970-01-01; `None` outside the years from -999,999,999 to 999,999,999.
    pub fn from_epoch_days(epoch_days: i64) -> Option<Date> {
        let date = Date { epoch_days };
        (Date::MIN <= date && date <= Date::MAX).then_some(date)
    }

    /// Year, month and day.
    pub fn ymd(self) -> (i64, u8, u8) {
        let (year, month, day) = civil::from_epoch_days(self.epoch_days);
        (year, narrow(month), narrow(day))
    }

    /// Days since 1970-01-01.
    pub fn epoch_days(self) -> i64 {
        self.epoch_days
    }

    /// Reads a date in any of its ISO 8601 forms: `2015-07-21`, `20150721`, `2015-07`, `2015`, `2015-W30-2`,
    /// `2015-Q2-60`, `2015-202`; years of more than four digits need a sign.
    pub fn parse(text: &str) -> Option<Date> {
        let mut scanner = Scanner::new(text);
        let date = Date::scan(&mut scanner)?;
        scanner.at_end().then_some(date)
    }

    pub(super) fn from_calendar(year: i64, month: i64, day: i64) -> Option<Date> {
        if !is_year(year) || !(1..=12).contains(&month) || !(1..=civil::days_in_month(year, month)).contains(&day) {
            return None;
        }
        Some(Date { epoch_days: civil::to_epoch_days(year, month, day) })
    }

    /// A day of an ISO week; Monday is 1.
    pub(super) fn from_week(week_year: i64, week: i64, weekday: i64) -> Option<Date> {
        if !is_year(week_year) || !(1..=7).contains(&weekday) || !(1..=civil::weeks_in_year(week_year)).contains(&week)
        {
            return None;
        }
        Date::from_epoch_days(civil::first_week_start(week_year) + (week - 1) * 7 + weekday - 1)
    }

    pub(super) fn from_quarter(year: i64, quarter: i64, day_of_quarter: i64) -> Option<Date> {
        if !(1..=4).contains(&quarter) || day_of_quarter < 1 {
            return None;
        }
        let first = Date::from_calendar(year, quarter * 3 - 2, 1)?;
        let date = Date::from_epoch_days(first.epoch_days.checked_add(day_of_quarter - 1)?)?;
        (date.year() == year && date.quarter() == quarter).then_some(date)
    }

    pub(super) fn from_ordinal(year: i64, ordinal_day: i64) -> Option<Date> {
        if !is_year(year) || !(1..=civil::days_in_year(year)).contains(&ordinal_day) {
            return None;
        }
        Date::from_epoch_days(civil::to_epoch_days(year, 1, 1) + ordinal_day - 1)
    }

    pub(super) fn scan(scanner: &mut Scanner<'_>) -> Option<Date> {
        let (year, is_signed) = match scanner.take_sign() {
            Some(negative) => {
                let year = scanner.all_digits(1, 9)?;
                (if negative { -year } else { year }, true)
            }
            None => (scanner.digits(4)?, false),
        };
        if scanner.take(b'-') {
            scan_extended(scanner, year)
        } else if is_signed {
            Date::from_calendar(year, 1, 1)
        } else {
            scan_basic(scanner, year)
        }
    }

    pub(super) fn year(self) -> i64 {
        self.calendar().0
    }

    pub(super) fn calendar(self) -> (i64, i64, i64) {
        civil::from_epoch_days(self.epoch_days)
    }

    pub(super) fn quarter(self) -> i64 {
        (self.calendar().1 - 1) / 3 + 1
    }

    pub(super) fn day_of_quarter(self) -> i64 {
        let (year, month, _) = self.calendar();
        self.epoch_days - civil::to_epoch_days(year, (month - 1) / 3 * 3 + 1, 1) + 1
    }

    pub(super) fn ordinal_day(self) -> i64 {
        self.epoch_days - civil::to_epoch_days(self.year(), 1, 1) + 1
    }

    pub(super) fn weekday(self) -> i64 {
        civil::weekday(self.epoch_days)
    }

    /// The year that the day's week belongs to, and the week.
    pub(super) fn week(self) -> (i64, i64) {
        // The Thursday of a week is in the year that the week belongs to.
        let (week_year, _, _) = civil::from_epoch_days(self.epoch_days + 4 - self.weekday());
        (week_year, (self.epoch_days - civil::first_week_start(week_year)) / 7 + 1)
    }

    pub(crate) fn plus_days(self, days: i64) -> Option<Date> {
        Date::from_epoch_days(self.epoch_days.checked_add(days)?)
    }

    /// The same day of another month, or that month's last day if it is shorter.
    pub(crate) fn plus_months(self, months: i64) -> Option<Date> {
        let (year, month, day) = self.calendar();
        let months = (year * 12 + month - 1).checked_add(months)?;
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        Date::from_calendar(year, month, day.min(civil::days_in_month(year, month)))
    }
}

fn is_year(year: i64) -> bool {
    (MIN_YEAR..=MAX_YEAR).contains(&year)
}

fn narrow(number: i64) -> u8 {
    u8::try_from(number).expect("months and days are below 32")
}

/// What follows `2015-`.
fn scan_extended(scanner: &mut Scanner<'_>, year: i64) -> Option<Date> {
    if scanner.take(b'W') {
        let week = scanner.all_digits(1, 2)?;
        let weekday = if scanner.take(b'-') { scanner.all_digits(1, 1)? } else { 1 };
        return Date::from_week(year, week, weekday);
    }
    if scanner.take(b'Q') {
        let quarter = scanner.all_digits(1, 1)?;
        let day = if scanner.take(b'-') { scanner.all_digits(1, 2)? } else { 1 };
        return Date::from_quarter(year, quarter, day);
    }
    if scanner.digit_count() == 3 {
        return Date::from_ordinal(year, scanner.digits(3)?);
    }
    let month = scanner.all_digits(1, 2)?;
    let day = if scanner.take(b'-') { scanner.all_digits(1, 2)? } else { 1 };
    Date::from_calendar(year, month, day)
}

/// What follows `2015` where no hyphen does.
fn scan_basic(scanner: &mut Scanner<'_>, year: i64) -> Option<Date> {
    if scanner.take(b'W') {
        let week = scanner.digits(2)?;
        let weekday = scanner.digits(1).unwrap_or(1);
        return Date::from_week(year, week, weekday);
    }
    if scanner.take(b'Q') {
        let quarter = scanner.digits(1)?;
        let day = scanner.digits(2).unwrap_or(1);
        return Date::from_quarter(year, quarter, day);
    }
    match scanner.digit_count() {
        0 => Date::from_calendar(year, 1, 1),
        2 => Date::from_calendar(year, scanner.digits(2)?, 1),
        3 => Date::from_ordinal(year, scanner.digits(3)?),
        4 => Date::from_calendar(year, scanner.digits(2)?, scanner.digits(2)?),
        _ => None,
    }
}

impl fmt::Display for Date {
    /// `2015-07-21`; a year beyond 9999 has its sign, one before 0 a minus.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        match year {
            0..=9999 => write!(f, "{year:04}")?,
            10_000.. => write!(f, "+{year}")?,
            _ => write!(f, "-{:04}", year.unsigned_abs())?,
        }
        write!(f, "-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Date::parse(text).map(|date| date.to_string()).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn every_iso_form_is_read() {
        check("2015-07-21", "2015-07-21");
        check("20150721", "2015-07-21");
        check("2015-07", "2015-07-01");
        check("201507", "2015-07-01");
        check("2015-W30-2", "2015-07-21");
        check("2015W302", "2015-07-21");
        check("2015-W30", "2015-07-20");
        check("2015W30", "2015-07-20");
        check("2015-Q2-60", "2015-05-30");
        check("2015Q260", "2015-05-30");
        check("2015-Q2", "2015-04-01");
        check("2015-202", "2015-07-21");
        check("2015202", "2015-07-21");
        check("2015", "2015-01-01");
        check("-0001-12-31", "-0001-12-31");
        check("+999999999-12-31", "+999999999-12-31");
        check("-999999999-01-01", "-999999999-01-01");
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "2015-02-29",
            "2015-13-01",
            "2015-00-01",
            "2015-366",
            "2015-W54-1",
            "2015-W53-8",
            "2015-Q5",
            "2015-Q1-91",
            "",
            "15",
            "2015-",
            "2015-07-21T",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_first_and_the_last_day_are_where_the_calendar_puts_them() {
        assert_eq!(Date::from_ymd(-999_999_999, 1, 1), Some(Date::MIN));
        assert_eq!(Date::from_ymd(999_999_999, 12, 31), Some(Date::MAX));
        assert_eq!(Date::MAX.plus_days(1), None);
        assert_eq!(Date::MIN.plus_months(-1), None);
    }

    #[test]
    fn weeks_follow_their_thursday() {
        assert_eq!(Date::from_week(1818, 53, 1).map(|date| date.to_string()).as_deref(), Some("1818-12-28"));
        assert_eq!(Date::from_ymd(1984, 1, 1).map(Date::week), Some((1983, 52)));
    }

    proptest! {
        #[test]
        fn printing_then_parsing_gives_the_date_back(days in Date::MIN.epoch_days..=Date::MAX.epoch_days) {
            let date = Date { epoch_days: days };
            prop_assert_eq!(Date::parse(&date.to_string()), Some(date));
            let (year, month, day) = date.ymd();
            prop_assert_eq!(Date::from_ymd(year, month, day), Some(date));
            prop_assert_eq!(Date::from_ordinal(year, date.ordinal_day()), Some(date));
            prop_assert_eq!(Date::from_quarter(year, date.quarter(), date.day_of_quarter()), Some(date));
            let (week_year, week) = date.week();
            if week_year.abs() <= MAX_YEAR {
                prop_assert_eq!(Date::from_week(week_year, week, date.weekday()), Some(date));
            }
        }

        #[test]
        fn a_step_and_its_opposite_cancel(days in -1_000_000_i64..1_000_000, step in any::<i64>()) {
            let date = Date { epoch_days: days };
            if let Some(later) = date.plus_days(step) {
                prop_assert_eq!(later.plus_days(-step), Some(date));
            }
            let _ = date.plus_months(step);
        }

        #[test]
        fn no_text_makes_parsing_panic(text in "[-+0-9WQTwq:.]{0,16}|.*") {
            let _ = Date::parse(&text);
        }
    }
}
