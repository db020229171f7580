//! Lengths of time in months, days and seconds.
//!
//! The three have no common measure: a month is 28 to 31 days, and a day of 23 or 25 hours comes twice a year. Only
//! fractions cross over: a fraction of a month becomes days of the average month (30.436875 days), one of a day
//! becomes seconds.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::decimal::{Decimal, SCALE};
use super::time::{NANOS_PER_DAY, NANOS_PER_SECOND, write_fraction};
use crate::value::SHARED_BYTES;

/// 400 Gregorian years have 146,097 days and 4,800 months.
const NANOS_PER_AVERAGE_MONTH: i128 = 2_629_746 * NANOS_PER_SECOND as i128;
/// The average month is this many millionths of a day.
const MILLIONTHS_OF_A_DAY_PER_MONTH: i128 = 30_436_875;

/// A length of time in months, days and seconds, which have no common measure.
///
/// Two are equal if all three are: `P1D` is not `PT24H`. Cloning shares the value.
///
/// # Example: parts that have no common measure
///
/// ```
/// use averment::Duration;
/// let day = Duration::new(0, 1, 0, 0).expect("a duration");
/// let hours = Duration::new(0, 0, 86_400, 0).expect("a duration");
/// assert_ne!(day, hours);
/// assert_eq!((day.to_string().as_str(), hours.to_string().as_str()), ("P1D", "PT24H"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Duration {
    parts: Arc<Parts>,
}

#[derive(Debug, Default, PartialEq, Eq, Hash)]
struct Parts {
    months: i64,
    days: i64,
    /// Rounded down, so that `nanosecond` is never negative.
    seconds: i64,
    nanosecond: u32,
}

impl Duration {
    /// About how many bytes it takes besides itself, in parts where several hold it.
    pub(in crate::value) fn payload_bytes(&self) -> usize {
        (size_of::<Parts>() + SHARED_BYTES) / Arc::strong_count(&self.parts)
    }

    /// No time at all.
    pub fn zero() -> Duration {
        Duration { parts: Arc::default() }
    }

    /// So many months, days, seconds and nanoseconds, each of any sign; `None` if the seconds leave the range of `i64`
    /// when whole ones are carried over from the nanoseconds.
    pub fn new(months: i64, days: i64, seconds: i64, nanoseconds: i64) -> Option<Duration> {
        let nanos = i128::from(seconds) * i128::from(NANOS_PER_SECOND) + i128::from(nanoseconds);
        Duration::from_total(months, days, nanos)
    }

    /// As [`new`](Self::new), the seconds given in nanoseconds.
    pub(super) fn from_total(months: i64, days: i64, nanos: i128) -> Option<Duration> {
        let seconds = i64::try_from(nanos.div_euclid(i128::from(NANOS_PER_SECOND))).ok()?;
        let nanosecond = u32::try_from(nanos.rem_euclid(i128::from(NANOS_PER_SECOND))).ok()?;
        Some(Duration { parts: Arc::new(Parts { months, days, seconds, nanosecond }) })
    }

    /// Whole months, years included.
    pub fn months(&self) -> i64 {
        self.parts.months
    }

    /// Days beside the months.
    pub fn days(&self) -> i64 {
        self.parts.days
    }

    /// Seconds beside the months and days, rounded down.
    pub fn seconds(&self) -> i64 {
        self.parts.seconds
    }

    /// Nanoseconds since the last whole second: from 0 to 999,999,999, also in negative durations.
    pub fn nanosecond(&self) -> u32 {
        self.parts.nanosecond
    }

    /// The seconds and their fraction in nanoseconds.
    pub(super) fn nanos(&self) -> i128 {
        i128::from(self.parts.seconds) * i128::from(NANOS_PER_SECOND) + i128::from(self.parts.nanosecond)
    }

    pub(super) fn checked_neg(&self) -> Option<Duration> {
        Duration::from_total(self.months().checked_neg()?, self.days().checked_neg()?, -self.nanos())
    }

    pub(super) fn checked_add(&self, other: &Duration) -> Option<Duration> {
        let months = self.months().checked_add(other.months())?;
        Duration::from_total(months, self.days().checked_add(other.days())?, self.nanos() + other.nanos())
    }

    pub(super) fn checked_sub(&self, other: &Duration) -> Option<Duration> {
        let months = self.months().checked_sub(other.months())?;
        Duration::from_total(months, self.days().checked_sub(other.days())?, self.nanos() - other.nanos())
    }

    /// Each part times `factor`; fractions go to the smaller parts.
    pub(super) fn checked_mul(&self, factor: Decimal) -> Option<Duration> {
        self.scaled(|part| factor.times_integer(part))
    }

    /// Each part divided by `divisor`; fractions go to the smaller parts.
    pub(super) fn checked_div(&self, divisor: Decimal) -> Option<Duration> {
        self.scaled(|part| Decimal::integer_over(part, divisor))
    }

    fn scaled(&self, scale: impl Fn(i64) -> Option<Decimal>) -> Option<Duration> {
        let fraction = scale(i64::from(self.nanosecond()))?.over_integer(NANOS_PER_SECOND);
        let seconds = scale(self.seconds())?.checked_add(fraction)?;
        Amounts { months: scale(self.months())?, days: scale(self.days())?, seconds }.sum()
    }

    /// The order of `ORDER BY`: by length, a month counted as its average; what is equally long, by months, then days.
    pub(crate) fn order(&self, other: &Duration) -> Ordering {
        (self.average_nanos(), self.months(), self.days()).cmp(&(other.average_nanos(), other.months(), other.days()))
    }

    fn average_nanos(&self) -> i128 {
        i128::from(self.months()) * NANOS_PER_AVERAGE_MONTH
            + i128::from(self.days()) * i128::from(NANOS_PER_DAY)
            + self.nanos()
    }
}

impl Ord for Duration {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order(other)
    }
}

impl PartialOrd for Duration {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What a duration is summed up from, fractions included.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Amounts {
    pub months: Decimal,
    pub days: Decimal,
    pub seconds: Decimal,
}

impl Amounts {
    /// Passes fractions on to the next smaller part; what is below a nanosecond is dropped.
    pub(super) fn sum(self) -> Option<Duration> {
        let (months, month_fraction) = self.months.split();
        let days_of_fraction = month_fraction * MILLIONTHS_OF_A_DAY_PER_MONTH / 1_000_000;
        let (days, day_fraction) = self.days.checked_add(Decimal(days_of_fraction))?.split();
        let seconds = self.seconds.checked_add(Decimal(day_fraction * 86_400))?;
        let nanos = seconds.0 / (SCALE / i128::from(NANOS_PER_SECOND));
        Duration::from_total(i64::try_from(months).ok()?, i64::try_from(days).ok()?, nanos)
    }
}

impl fmt::Display for Duration {
    /// `P1Y2M3DT4H5M6.7S`: every part that is not zero, each with its own sign; `PT0S` if none is left.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self.parts == Parts::default() {
            return f.write_str("PT0S");
        }
        f.write_str("P")?;
        write_part(f, self.months() / 12, 'Y')?;
        write_part(f, self.months() % 12, 'M')?;
        write_part(f, self.days(), 'D')?;
        let nanos = self.nanos();
        if nanos == 0 {
            return Ok(());
        }
        let seconds = i64::try_from(nanos / i128::from(NANOS_PER_SECOND)).expect("seconds are kept in 64 bits");
        let nanosecond = nanos.unsigned_abs() % u128::from(NANOS_PER_SECOND.unsigned_abs());
        f.write_str("T")?;
        write_part(f, seconds / 3600, 'H')?;
        write_part(f, seconds / 60 % 60, 'M')?;
        if seconds % 60 != 0 || nanosecond != 0 {
            f.write_str(if nanos < 0 { "-" } else { "" })?;
            write!(f, "{}", (seconds % 60).unsigned_abs())?;
            write_fraction(f, u64::try_from(nanosecond).expect("below a billion"))?;
            f.write_str("S")?;
        }
        Ok(())
    }
}

fn write_part(f: &mut fmt::Formatter<'_>, amount: i64, letter: char) -> fmt::Result {
    if amount == 0 { Ok(()) } else { write!(f, "{amount}{letter}") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn duration(text: &str) -> Duration {
        Duration::parse(text).expect("a duration")
    }

    #[test]
    fn fractions_go_to_the_smaller_parts() {
        let half = Decimal(SCALE / 2);
        let long = duration("P12Y5M14DT16H13M10.000000001S");
        assert_eq!(long.checked_mul(half).expect("in range").to_string(), "P6Y2M22DT13H21M8S");
        assert_eq!(long.checked_div(half).expect("in range").to_string(), "P24Y10M28DT32H26M20.000000002S");
        let mixed = duration("P1M-14DT15H49M10S");
        assert_eq!(mixed.checked_mul(half).expect("in range").to_string(), "P8DT13H9M8S");
        assert_eq!(duration("PT1S").checked_div(Decimal(3 * SCALE)).expect("in range").to_string(), "PT0.333333333S");
    }

    #[test]
    fn signs_are_printed_part_by_part() {
        let text = |months, days, seconds, nanos| Duration::new(months, days, seconds, nanos).map(|d| d.to_string());
        assert_eq!(text(-6, -15, -63_903, -500_000_002).as_deref(), Some("P-6M-15DT-17H-45M-3.500000002S"));
        assert_eq!(text(0, 1, 0, -1_000_000).as_deref(), Some("P1DT-0.001S"));
        assert_eq!(text(0, 0, -60, 1_000_000).as_deref(), Some("PT-59.999S"));
        assert_eq!(text(0, 0, -60, -1_000_000).as_deref(), Some("PT-1M-0.001S"));
        assert_eq!(text(13, 0, 0, 0).as_deref(), Some("P1Y1M"));
        assert_eq!(text(0, 0, 0, 0).as_deref(), Some("PT0S"));
    }

    #[test]
    fn the_order_is_that_of_the_lengths() {
        let mut durations = ["P1M", "P30D", "P31D", "PT730H", "P-1D", "PT0S", "P1Y", "P365D"].map(duration);
        durations.sort();
        let texts: Vec<_> = durations.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["P-1D", "PT0S", "P30D", "PT730H", "P1M", "P31D", "P365D", "P1Y"]);
    }

    proptest! {
        #[test]
        fn printing_then_parsing_gives_the_duration_back(
            months in any::<i64>(), days in any::<i64>(), seconds in any::<i64>(), nanosecond in 0..NANOS_PER_SECOND,
        ) {
            for duration in [
                Duration::new(months, days, seconds, nanosecond),
                Duration::new(months % 20, days % 3, seconds % 4000, 0),
                Duration::new(0, 0, 0, nanosecond - NANOS_PER_SECOND),
            ] {
                let duration = duration.expect("in range");
                prop_assert_eq!(Duration::parse(&duration.to_string()), Some(duration));
            }
        }

        #[test]
        fn order_and_equality_agree(a in any::<[i16; 4]>(), b in any::<[i16; 4]>()) {
            let make = |[months, days, seconds, nanos]: [i16; 4]| {
                Duration::new(months.into(), days.into(), seconds.into(), nanos.into()).expect("in range")
            };
            let (a, b) = (make(a), make(b));
            prop_assert_eq!(a.cmp(&b) == Ordering::Equal, a == b);
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        }

        #[test]
        fn no_amount_makes_reckoning_panic(parts in any::<[i64; 4]>(), other in any::<[i64; 4]>(), factor in any::<f64>()) {
            let make = |[months, days, seconds, nanos]: [i64; 4]| Duration::new(months, days, seconds, nanos);
            let (Some(a), Some(b)) = (make(parts), make(other)) else { return Ok(()) };
            let _ = (a.checked_add(&b), a.checked_sub(&b), a.checked_neg(), a.cmp(&b));
            for factor in [factor, factor % 10.0, 1e-18, 0.0] {
                if let Some(factor) = Decimal::from_float(factor) {
                    let _ = (a.checked_mul(factor), a.checked_div(factor));
                }
            }
        }
    }
}
