//! Dates as lists print them, as EDTF: `circa 07 Jul 1966` is `1966-07-07~`, `1960 to 1965` is `[1960..1965]`.

use crate::{Edtf, Value};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Years of two digits below this are of this century.
const FIRST_OF_LAST_CENTURY: u32 = 70;

/// All of `text` as a date; `None` where it is none that is known here.
pub(super) fn read(text: &str) -> Option<Edtf> {
    let text = text.trim().trim_end_matches('.');
    if let Some(about) = text.strip_prefix("circa ").or_else(|| text.strip_prefix("approximately ")) {
        return Edtf::parse(&circa(about)?).ok();
    }
    if let Some((from, to)) = range(text) {
        return Edtf::parse(&format!("[{}..{}]", plain(from)?, plain(to)?)).ok();
    }
    Edtf::parse(&plain(text)?).ok()
}

/// An approximate range has no mark of its own as a whole: each end has one.
fn circa(text: &str) -> Option<String> {
    match range(text) {
        Some((from, to)) => Some(format!("[{}~..{}~]", plain(from)?, plain(to)?)),
        None => plain(text).map(|date| date + "~"),
    }
}

fn range(text: &str) -> Option<(&str, &str)> {
    if let Some((from, to)) = text.strip_prefix("between ").and_then(|rest| rest.split_once(" and ")) {
        return Some((from, to));
    }
    text.split_once(" to ").or_else(|| text.split_once('-').filter(|(from, to)| is_year(from) && is_year(to)))
}

/// The first date that stands in a text: of a day, else of a month.
pub(super) fn find(text: &str) -> Option<Edtf> {
    let words: Vec<&str> = text.split([' ', '(', ')', '_', '/', ';', '.']).filter(|word| !word.is_empty()).collect();
    let of = |count: usize| {
        let mut parts = words.windows(count).map(|words| words.join(" "));
        parts.find_map(|part| plain(&part).filter(|date| date.len() > 4))
    };
    let found = of(3).or_else(|| of(1)).or_else(|| of(2)).or_else(|| with_name_of_file(text))?;
    Edtf::parse(&found).ok()
}

/// `sdn-20190115.csv`, or with the time of day behind it; `entities-2025-01-01.json`, `entities-2025-01.json`.
fn with_name_of_file(text: &str) -> Option<String> {
    let numbers = text.split(|letter: char| !letter.is_ascii_digit());
    let mut days = numbers.filter(|number| matches!(number.len(), 8 | 14));
    let found = days.find_map(|day| dated(&day[..4], day[4..6].parse().ok()?, day[6..8].parse().ok()?));
    let dashed: Vec<&str> = text.split(|letter: char| !letter.is_ascii_digit() && letter != '-').collect();
    let with_so_many_numbers = |count: usize| {
        dashed.iter().find_map(|part| {
            let numbers: Vec<&str> = part.split('-').collect();
            numbers.windows(count).find_map(|numbers| iso(&numbers.join("-")))
        })
    };
    let month = || with_so_many_numbers(2).filter(|month| month.starts_with("19") || month.starts_with("20"));
    found.or_else(|| with_so_many_numbers(3)).or_else(month)
}

/// One date without any qualifier, as ISO 8601 writes it.
fn plain(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(['.', ',']);
    if text.contains('/') {
        return with_slashes(text);
    }
    if is_year(text) {
        return Some(text.to_owned());
    }
    if let Some(date) = iso(text) {
        return Some(date);
    }
    let words: Vec<&str> =
        text.split([' ', ',']).map(|word| word.trim_end_matches('.')).filter(|word| !word.is_empty()).collect();
    match words[..] {
        [month, year] if is_year(year) => Some(format!("{year}-{:02}", month_of(month)?)),
        [first, second, year] if is_year(year) => {
            let (day, month) = match month_of(first) {
                Some(month) => (second, month),
                None => (first, month_of(second)?),
            };
            dated(year, month, day.parse().ok()?)
        }
        _ => None,
    }
}

/// A prefix of a point in time, with no more of it than the day.
fn iso(text: &str) -> Option<String> {
    let date = text.split('T').next()?;
    let (year, rest) = date.split_once('-')?;
    match rest.split_once('-') {
        Some((month, day)) if is_year(year) && day.len() == 2 => dated(year, month.parse().ok()?, day.parse().ok()?),
        None if is_year(year) && rest.len() == 2 => {
            let month: u32 = rest.parse().ok()?;
            (1..=12).contains(&month).then(|| format!("{year}-{month:02}"))
        }
        _ => None,
    }
}

/// `10/9/19`, the month first.
fn with_slashes(text: &str) -> Option<String> {
    let mut parts = text.split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let year = match year.len() {
        2 => {
            let of_century: u32 = year.parse().ok()?;
            format!("{}{year}", if of_century < FIRST_OF_LAST_CENTURY { "20" } else { "19" })
        }
        _ => year.to_owned(),
    };
    if parts.next().is_some() || !is_year(&year) {
        return None;
    }
    dated(&year, month.parse().ok()?, day.parse().ok()?)
}

fn dated(year: &str, month: u32, day: u32) -> Option<String> {
    let date = format!("{year}-{month:02}-{day:02}");
    Edtf::parse(&date).is_ok().then_some(date)
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|letter| letter.is_ascii_digit())
}

/// By its whole name or the first three letters of it.
fn month_of(word: &str) -> Option<u32> {
    let word = word.to_ascii_lowercase();
    let word = if word == "sept" { "sep" } else { &word };
    let index = MONTHS.iter().position(|month| *month == word || month[..3] == *word)?;
    u32::try_from(index + 1).ok()
}

/// The one that certainly has come first, or of two that may have come last on the same day the one that is less vague.
pub(super) fn earlier(known: &Edtf, other: &Edtf) -> Edtf {
    match (known.latest(), other.latest()) {
        (Some(known_end), Some(other_end)) if other_end < known_end => other.clone(),
        (known_end, other_end) if known_end == other_end && other.earliest() > known.earliest() => other.clone(),
        _ => known.clone(),
    }
}

/// As [`earlier`], the other way round.
pub(super) fn later(known: &Edtf, other: &Edtf) -> Edtf {
    match (known.latest(), other.latest()) {
        (Some(known_end), Some(other_end)) if other_end > known_end => other.clone(),
        _ => known.clone(),
    }
}

/// `[..2019-01-15]`: sure from that day on, which is no date of a source's own.
pub(super) fn is_until(date: &Value) -> bool {
    matches!(date, Value::Edtf(date) if date.text().starts_with("[.."))
}

/// Some day until then, and not behind it.
pub(super) fn until(date: &Edtf) -> Option<Edtf> {
    let last = date.latest().and_then(Edtf::from_date)?;
    Edtf::parse(&format!("[..{}]", last.text())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(read(text).as_ref().map(Edtf::text), expected, "{text}");
    }

    #[test]
    fn a_date_is_read_however_it_is_printed() {
        check("12 Aug 1953", Some("1953-08-12"));
        check("Aug 1953", Some("1953-08"));
        check("1953", Some("1953"));
        check("circa 1953", Some("1953~"));
        check("circa 07 Jul 1966", Some("1966-07-07~"));
        check("circa 1961-1963", Some("[1961~..1963~]"));
        check("1960 to 1965", Some("[1960..1965]"));
        check("01 Jan 1960 to 31 Dec 1962", Some("[1960-01-01..1962-12-31]"));
        check("Mar 1970 to Apr 1970", Some("[1970-03..1970-04]"));
        check("10/9/19", Some("2019-10-09"));
        check("4/15/1999", Some("1999-04-15"));
        check("June 10, 2026", Some("2026-06-10"));
        check("2025-12-19T00:00:00", Some("2025-12-19"));
        check("1001-01-01", Some("1001-01-01"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "unknown", "31 Feb 1960", "1965 to 1960", "Foo 1960", "13/13/19", "circa", "2019-1-1x"] {
            check(text, None);
        }
    }

    #[test]
    fn a_date_is_found_in_a_text() {
        let found = |text| find(text).map(|date| date.text().to_owned());
        assert_eq!(found("BIS export of April 14, 2026").as_deref(), Some("2026-04-14"));
        assert_eq!(found("eCFR text as downloaded July 2026").as_deref(), Some("2026-07"));
        assert_eq!(found("lists/sdn_2019-01/sdn.csv.gz").as_deref(), Some("2019-01"));
        assert_eq!(found("sdn-20190115.csv").as_deref(), Some("2019-01-15"));
        assert_eq!(found("sdn_2019-01-15.csv").as_deref(), Some("2019-01-15"));
        assert_eq!(found("entities-2025-01-01.ftm.json").as_deref(), Some("2025-01-01"));
        assert_eq!(found("20250101063000-abc/entities.delta.json").as_deref(), Some("2025-01-01"));
        assert_eq!(found("reg-2021-02.ftm.json").as_deref(), Some("2021-02"));
        assert_eq!(found("list2-2021-02-03.ftm.json").as_deref(), Some("2021-02-03"));
        assert_eq!(found("list-2-2021-02.json").as_deref(), Some("2021-02"));
        assert_eq!(found("un-1267-01.json"), None);
        assert_eq!(found("FY24 list, version 2"), None);
    }
}
