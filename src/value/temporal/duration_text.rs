//! Reads durations: `P1Y2M3W4DT5H6M7.8S`, with signs and fractions anywhere, and the form of a date, `P2012-02-02T14:37:21`.

use super::decimal::Decimal;
use super::duration::{Amounts, Duration};

impl Duration {
    /// Reads a duration in any of its ISO 8601 forms; `None` if it is none, or out of range.
    pub fn parse(text: &str) -> Option<Duration> {
        let (is_negative, text) = split_sign(text);
        let text = text.strip_prefix(['P', 'p'])?;
        let duration = read_units(text).or_else(|| read_date_like(text))?;
        if is_negative { duration.checked_neg() } else { Some(duration) }
    }
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

/// The units of a date and of a time, in the order in which they may come, with the part they count towards and how
/// many of it they are.
const DATE_UNITS: &[(u8, Part, i64)] = &[
    (b'Y', Part::Months, 12),
    (b'Q', Part::Months, 3),
    (b'M', Part::Months, 1),
    (b'W', Part::Days, 7),
    (b'D', Part::Days, 1),
];
const TIME_UNITS: &[(u8, Part, i64)] =
    &[(b'H', Part::Seconds, 3600), (b'M', Part::Seconds, 60), (b'S', Part::Seconds, 1)];

#[derive(Clone, Copy, Debug)]
enum Part {
    Months,
    Days,
    Seconds,
}

/// What follows the `P` of `P1Y2M3DT4H`.
fn read_units(text: &str) -> Option<Duration> {
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    if time.is_some_and(str::is_empty) || (date.is_empty() && time.is_none()) {
        return None;
    }
    let mut amounts = Amounts::default();
    add_units(&mut amounts, date, DATE_UNITS)?;
    add_units(&mut amounts, time.unwrap_or(""), TIME_UNITS)?;
    amounts.sum()
}

fn add_units(amounts: &mut Amounts, text: &str, units: &[(u8, Part, i64)]) -> Option<()> {
    let (mut text, mut units) = (text, units.iter());
    while !text.is_empty() {
        let (number, rest) = read_number(text)?;
        let letter = rest.bytes().next()?;
        let (_, part, factor) = units.find(|(unit, _, _)| unit.eq_ignore_ascii_case(&letter))?;
        let sum = match part {
            Part::Months => &mut amounts.months,
            Part::Days => &mut amounts.days,
            Part::Seconds => &mut amounts.seconds,
        };
        *sum = sum.checked_add(number.times_integer(*factor)?)?;
        text = &rest[1..];
    }
    Some(())
}

/// A number with its sign and fraction, and what follows it.
fn read_number(text: &str) -> Option<(Decimal, &str)> {
    let (is_negative, text) = split_sign(text);
    let (whole, rest) = split_digits(text);
    let (fraction, rest) = match rest.strip_prefix(['.', ',']) {
        Some(rest) => split_digits(rest),
        None => ("", rest),
    };
    if whole.is_empty() || (fraction.is_empty() && rest.len() + whole.len() != text.len()) {
        return None;
    }
    let number = Decimal::from_digits(whole, fraction)?;
    Some((if is_negative { number.checked_neg()? } else { number }, rest))
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// What follows the `P` of `P2012-02-02T14:37:21.545` or `P20120202T143721.545`.
fn read_date_like(text: &str) -> Option<Duration> {
    let (date, time) = text.split_once(['T', 't']).unwrap_or((text, "00"));
    let [years, months, days] = read_groups(date, '-', 4)?;
    let (time, fraction) = time.split_once(['.', ',']).unwrap_or((time, ""));
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let [hours, minutes, seconds] = read_groups(time, ':', 2)?;
    if months > 12 || days > 31 || hours > 24 || minutes > 60 || seconds > 60 {
        return None;
    }
    let nanos = Decimal::from_digits("0", fraction)?.times_integer(1_000_000_000)?.split().0;
    let seconds = hours * 3600 + minutes * 60 + seconds;
    Duration::new(years * 12 + months, days, seconds, i64::try_from(nanos).ok()?)
}

/// Up to three numbers, the first of `first_len` digits and the others of two, all or none of them separated.
fn read_groups(text: &str, separator: char, first_len: usize) -> Option<[i64; 3]> {
    let separator_len = usize::from(text.contains(separator));
    let mut numbers = [0; 3];
    let mut rest = text;
    for (index, number) in numbers.iter_mut().enumerate() {
        if index > 0 {
            if rest.is_empty() {
                break;
            }
            rest = if separator_len == 1 { rest.strip_prefix(separator)? } else { rest };
        }
        let (digits, after) = rest.split_at_checked(if index == 0 { first_len } else { 2 })?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = digits.parse().ok()?;
        rest = after;
    }
    rest.is_empty().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Duration::parse(text).map(|duration| duration.to_string()).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn every_form_is_read() {
        check("P14DT16H12M", "P14DT16H12M");
        check("P5M1.5D", "P5M1DT12H");
        check("P0.75M", "P22DT19H51M49.5S");
        check("PT0.75M", "PT45S");
        check("P2.5W", "P17DT12H");
        check("P1Q", "P3M");
        check("P12Y5M14DT16H12M70S", "P12Y5M14DT16H13M10S");
        check("P2012-02-02T14:37:21.545", "P2012Y2M2DT14H37M21.545S");
        check("P20120202T143721.545", "P2012Y2M2DT14H37M21.545S");
        check("P2012-02", "P2012Y2M");
        check("-P1Y2M", "P-1Y-2M");
        check("PT-0.001S", "PT-0.001S");
        check("P-6M-15DT-17H-45M-3.500000002S", "P-6M-15DT-17H-45M-3.500000002S");
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "P1",
            "1Y",
            "P1YT",
            "P1D1Y",
            "P1H",
            "PT1Y",
            "P1.Y",
            "P.5Y",
            "PT1S1S",
            "P2012-13-01",
            "P99999999999999999999Y",
            "Pé",
            "P2012-02-02T14:37:21.é",
            "P--1Y",
        ] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_parsing_panic(text in "P[-+0-9:.,YQMWDTHMS]{0,24}|.*") {
            let _ = Duration::parse(&text);
        }
    }
}
