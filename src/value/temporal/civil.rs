//! The proleptic Gregorian calendar on plain integers: days since 1970-01-01 to year, month and day and back.
//!
//! Nothing here checks ranges except where it says so; callers keep years within ±999,999,999, where no product
//! comes near the ends of `i64`.

/// The first and last year.
pub(super) const MIN_YEAR: i64 = -999_999_999;
pub(super) const MAX_YEAR: i64 = 999_999_999;

/// After 400 years the calendar repeats, weekdays included.
pub(super) const DAYS_PER_400_YEARS: i64 = 146_097;

/// From 0000-03-01 to 1970-01-01: years are counted from March here, so that the leap day is the last of its year.
const DAYS_FROM_MARCH_0_TO_EPOCH: i64 = 719_468;

pub(super) fn is_leap_year(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(super) fn days_in_year(year: i64) -> i64 {
    if is_leap_year(year) { 366 } else { 365 }
}

/// The days of a month from 1 to 12.
pub(super) fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap_year(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a day that exists.
pub(super) fn to_epoch_days(year: i64, month: i64, day: i64) -> i64 {
    let march_year = if month <= 2 { year - 1 } else { year };
    let era = march_year.div_euclid(400);
    let year_of_era = march_year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_PER_400_YEARS + day_of_era - DAYS_FROM_MARCH_0_TO_EPOCH
}

/// Year, month and day of a number of days since 1970-01-01.
pub(super) fn from_epoch_days(epoch_days: i64) -> (i64, i64, i64) {
    let days = epoch_days + DAYS_FROM_MARCH_0_TO_EPOCH;
    let era = days.div_euclid(DAYS_PER_400_YEARS);
    let day_of_era = days.rem_euclid(DAYS_PER_400_YEARS);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Monday is 1, Sunday is 7 (ISO 8601).
pub(super) fn weekday(epoch_days: i64) -> i64 {
    (epoch_days + 3).rem_euclid(7) + 1
}

/// The Monday of the first ISO week of `week_year`: the week of January 4.
pub(super) fn first_week_start(week_year: i64) -> i64 {
    let january_4 = to_epoch_days(week_year, 1, 4);
    january_4 - (weekday(january_4) - 1)
}

/// 52 or 53.
pub(super) fn weeks_in_year(week_year: i64) -> i64 {
    (first_week_start(week_year + 1) - first_week_start(week_year)) / 7
}
