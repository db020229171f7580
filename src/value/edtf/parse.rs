//! Text to EDTF value.

use std::sync::Arc;

use super::days::{OPEN_END, OPEN_START};
use super::{Days, Edtf, EdtfError, Parsed, Precision};
use crate::value::Date;

const MAX_YEAR: i64 = 999_999;

/// What a source says of its own date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Qualifier {
    None,
    Uncertain,
    Approximate,
    Both,
}

/// One date: the smallest part that has days of its own.
#[derive(Clone, Copy)]
struct Single {
    days: Days,
    precision: Precision,
    qualifier: Qualifier,
}

pub(super) fn parse(text: &str) -> Result<Edtf, EdtfError> {
    let text = text.trim();
    let parsed = if text.is_empty() {
        return Err(EdtfError::Empty);
    } else if text.starts_with('{') {
        return Err(EdtfError::AllOfSet { text: text.to_owned() });
    } else if text.starts_with('[') {
        set(text)?
    } else if text.contains('/') {
        interval(text)?
    } else {
        let single = single(text)?;
        Parsed {
            text: text.into(),
            days: single.days,
            precision: single.precision,
            qualifier: single.qualifier,
            is_day_interval: false,
        }
    };
    Ok(Edtf(Arc::new(parsed)))
}

/// The text of a day, if its year has four digits.
pub(super) fn day_text(date: Date) -> Option<String> {
    let (year, month, day) = date.ymd();
    match year {
        0..=9999 => Some(format!("{year:04}-{month:02}-{day:02}")),
        -9999..0 => Some(format!("-{:04}-{month:02}-{day:02}", -year)),
        _ => None,
    }
}

/// `start/end`, where either may be `..` (open) or nothing (unknown).
fn interval(text: &str) -> Result<Parsed, EdtfError> {
    let (start_text, end_text) = text.split_once('/').ok_or_else(|| malformed(text))?;
    if end_text.contains('/') {
        return Err(malformed(text));
    }
    let start = interval_end(start_text)?;
    let end = interval_end(end_text)?;
    let ends: Vec<Single> = [start, end].into_iter().flatten().collect();
    if ends.is_empty() {
        return Err(EdtfError::NoDate { text: text.to_owned() });
    }
    let days = Days {
        earliest: start.map_or(OPEN_START, |start| start.days.earliest),
        latest: end.map_or(OPEN_END, |end| end.days.latest),
    };
    let is_day = |end: &Single| end.precision == Precision::Day && end.qualifier == Qualifier::None;
    Ok(Parsed {
        text: text.into(),
        days: forwards(days, text)?,
        precision: Precision::Interval,
        qualifier: Qualifier::of_all(&ends),
        is_day_interval: ends.len() == 2 && ends.iter().all(is_day),
    })
}

fn interval_end(text: &str) -> Result<Option<Single>, EdtfError> {
    if text.is_empty() || text == ".." { Ok(None) } else { single(text).map(Some) }
}

/// `[member, member..member, ..member, member..]`: one of these, it is not known which.
fn set(text: &str) -> Result<Parsed, EdtfError> {
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).ok_or_else(|| malformed(text))?;
    if inside.trim().is_empty() || inside.trim() == ".." {
        return Err(EdtfError::NoDate { text: text.to_owned() });
    }
    let mut dates = Vec::new();
    let ranges = set_members(inside, &mut dates)?;
    let earliest = ranges.iter().map(|range| range.earliest).min().unwrap_or(OPEN_START);
    let latest = ranges.iter().map(|range| range.latest).max().unwrap_or(OPEN_END);
    let days = Days { earliest, latest };
    let canonical = format!("[{}]", inside.split(',').map(str::trim).collect::<Vec<_>>().join(","));
    let qualifier = Qualifier::of_all(&dates);
    // A set that leaves one day says that day, so it is written as one: texts tell values apart.
    if let (Qualifier::None, Some(day)) = (qualifier, only_day(days)) {
        return Ok(Parsed { text: day.into(), days, precision: Precision::Day, qualifier, is_day_interval: false });
    }
    Ok(Parsed { text: canonical.into(), days, precision: Precision::Set, qualifier, is_day_interval: false })
}

/// The days of each member of a set that was read before.
pub(super) fn ranges_of_set(text: &str) -> Vec<Days> {
    set_members(text.trim_matches(['[', ']']), &mut Vec::new()).expect("a set that was read is one")
}

fn set_members(inside: &str, dates: &mut Vec<Single>) -> Result<Vec<Days>, EdtfError> {
    let members: Vec<&str> = inside.split(',').map(str::trim).collect();
    let last = members.len() - 1;
    let ranges = members.iter().enumerate();
    ranges.map(|(index, member)| set_member(member, index == 0, index == last, dates)).collect()
}

fn only_day(days: Days) -> Option<String> {
    if days.earliest == days.latest { day_text(Date { epoch_days: days.earliest }) } else { None }
}

fn set_member(text: &str, is_first: bool, is_last: bool, dates: &mut Vec<Single>) -> Result<Days, EdtfError> {
    let Some((start, end)) = text.split_once("..") else {
        let date = single(text)?;
        dates.push(date);
        return Ok(date.days);
    };
    if start.is_empty() && !is_first || end.is_empty() && !is_last || start.is_empty() && end.is_empty() {
        return Err(malformed(text));
    }
    let mut days = Days { earliest: OPEN_START, latest: OPEN_END };
    if !start.is_empty() {
        let date = single(start)?;
        days.earliest = date.days.earliest;
        dates.push(date);
    }
    if !end.is_empty() {
        let date = single(end)?;
        days.latest = date.days.latest;
        dates.push(date);
    }
    forwards(days, text)
}

fn forwards(days: Days, text: &str) -> Result<Days, EdtfError> {
    if days.earliest <= days.latest { Ok(days) } else { Err(EdtfError::Backwards { text: text.to_owned() }) }
}

/// A date with its qualifier.
fn single(text: &str) -> Result<Single, EdtfError> {
    let (plain, qualifier) = Qualifier::split(text);
    if plain.contains(['?', '~', '%']) {
        return Err(EdtfError::QualifierInside { text: text.to_owned() });
    }
    if has_time_of_day(plain) {
        return Err(EdtfError::TimeOfDay { text: text.to_owned() });
    }
    let (days, precision) = if plain.starts_with('Y') { long_year(plain)? } else { date(plain)? };
    Ok(Single { days, precision, qualifier })
}

fn has_time_of_day(text: &str) -> bool {
    text.split_once(['T', 't', ' ']).is_some_and(|(day, _)| date(day).is_ok())
}

/// `Y12345`, `Y-12345`
fn long_year(text: &str) -> Result<(Days, Precision), EdtfError> {
    let number = &text[1..];
    let digits = number.strip_prefix('-').unwrap_or(number);
    if digits.len() < 5 || digits.starts_with('0') || !is_digits(digits) {
        return Err(malformed(text));
    }
    let out_of_range = || EdtfError::YearOutOfRange { text: text.to_owned() };
    let year: i64 = number.parse().map_err(|_| out_of_range())?;
    if year.abs() > MAX_YEAR {
        return Err(out_of_range());
    }
    Ok((years(year, year), Precision::Year))
}

/// `2021`, `2021-12`, `2021-12-10`, `2021-21`, with unspecified digits.
fn date(text: &str) -> Result<(Days, Precision), EdtfError> {
    let (is_negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut parts = rest.split('-');
    let year = parts.next().unwrap_or_default();
    let (month, day) = (parts.next(), parts.next());
    let well_formed = year.len() == 4 && [month, day].iter().flatten().all(|part| part.len() == 2);
    if !well_formed || parts.next().is_some() || !rest.bytes().all(|b| b.is_ascii_digit() || b"-X".contains(&b)) {
        return Err(malformed(text));
    }
    if is_negative && year == "0000" {
        return Err(malformed(text));
    }
    let unspecified = || EdtfError::UnspecifiedDigits { text: text.to_owned() };
    let Some(month) = month else { return unspecified_year(year, is_negative).ok_or_else(unspecified) };
    let year: i64 = year.parse().map_err(|_| unspecified())?;
    let year = if is_negative { -year } else { year };
    match (month, day) {
        ("XX", None | Some("XX")) => Ok((years(year, year), Precision::Year)),
        (month, day) => in_year(text, year, month.parse().map_err(|_| unspecified())?, day),
    }
}

/// A year, or ten or a hundred of them.
fn unspecified_year(digits: &str, is_negative: bool) -> Option<(Days, Precision)> {
    let known = digits.trim_end_matches('X');
    let (span, precision) = match digits.len() - known.len() {
        0 => (1, Precision::Year),
        1 => (10, Precision::Decade),
        2 => (100, Precision::Century),
        _ => return None,
    };
    let first = known.parse::<i64>().ok()? * span;
    let last = first + span - 1;
    Some((if is_negative { years(-last, -first) } else { years(first, last) }, precision))
}

fn in_year(text: &str, year: i64, month: u8, day: Option<&str>) -> Result<(Days, Precision), EdtfError> {
    let no_such_month = || EdtfError::NoSuchMonth { text: text.to_owned(), number: month };
    match day {
        None if (21..=24).contains(&month) => Ok((season(year, month), Precision::Season)),
        None | Some("XX") => Ok((days_of_month(year, month).ok_or_else(no_such_month)?, Precision::Month)),
        Some(day) => {
            let number = day.parse().map_err(|_| EdtfError::UnspecifiedDigits { text: text.to_owned() })?;
            days_of_month(year, month).ok_or_else(no_such_month)?;
            let date = Date::from_ymd(year, month, number);
            let date = date.ok_or_else(|| EdtfError::NoSuchDay { text: text.to_owned(), number })?;
            Ok((Days::one(date), Precision::Day))
        }
    }
}

/// The year, for winter to the end of the next February: seasons differ from one hemisphere to the other.
fn season(year: i64, code: u8) -> Days {
    let whole = years(year, year);
    match days_of_month(year + 1, 2) {
        Some(february) if code == 24 => Days { latest: february.latest, ..whole },
        _ => whole,
    }
}

fn years(first: i64, last: i64) -> Days {
    let start = Date::from_ymd(first, 1, 1).expect("every year in range has a first of January");
    let end = Date::from_ymd(last, 12, 31).expect("every year in range has a last of December");
    Days { earliest: start.epoch_days, latest: end.epoch_days }
}

pub(super) fn days_of_month(year: i64, month: u8) -> Option<Days> {
    let start = Date::from_ymd(year, month, 1)?;
    let end = (28..=31).rev().find_map(|day| Date::from_ymd(year, month, day))?;
    Some(Days { earliest: start.epoch_days, latest: end.epoch_days })
}

fn malformed(text: &str) -> EdtfError {
    EdtfError::Malformed { text: text.to_owned() }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Qualifier {
    /// A text without its qualifier, and the qualifier.
    fn split(text: &str) -> (&str, Self) {
        let qualifier = match text.as_bytes().last() {
            Some(b'?') => Qualifier::Uncertain,
            Some(b'~') => Qualifier::Approximate,
            Some(b'%') => Qualifier::Both,
            _ => return (text, Qualifier::None),
        };
        (&text[..text.len() - 1], qualifier)
    }

    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Qualifier::None, other) => other,
            (this, Qualifier::None) => this,
            (this, other) if this == other => this,
            _ => Qualifier::Both,
        }
    }

    fn of_all(dates: &[Single]) -> Self {
        dates.iter().fold(Qualifier::None, |all, date| all.and(date.qualifier))
    }

    pub(super) fn mark(self) -> &'static str {
        match self {
            Qualifier::None => "",
            Qualifier::Uncertain => "?",
            Qualifier::Approximate => "~",
            Qualifier::Both => "%",
        }
    }
}
