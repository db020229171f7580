//! Dates as sources give them: Extended Date/Time Format (ISO 8601-2), levels 0 and 1, and the one-of sets of level 2.
//!
//! A text becomes a value that keeps the text and knows the first and the last day that it may mean. Relations
//! between values speak of these days only; qualifiers say that the source is not sure and take nothing away.

mod days;
mod error;
mod intersection;
mod parse;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use super::{Date, SHARED_BYTES};
pub(crate) use days::{Days, Ranges};
pub use error::EdtfError;
pub(crate) use intersection::intersection;
use parse::Qualifier;

/// A date as a source gives it, kept as written, with the bounds of what it may mean.
///
/// # Example: some day of a month, as one source has it
///
/// ```
/// use averment::{Date, Edtf, Precision};
/// # fn main() -> Result<(), averment::EdtfError> {
/// let date = Edtf::parse("2021-12?")?;
/// assert_eq!((date.text(), date.precision(), date.is_certain()), ("2021-12?", Precision::Month, false));
/// assert_eq!(date.latest(), Date::from_ymd(2021, 12, 31));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Edtf(Arc<Parsed>);

/// The days follow from the text, so two values with the same text agree in everything.
struct Parsed {
    text: Box<str>,
    days: Days,
    precision: Precision,
    qualifier: Qualifier,
    is_day_interval: bool,
}

/// How finely a date is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Precision {
    /// One day.
    Day,
    /// Some day of a month.
    Month,
    /// A season of a year.
    Season,
    /// Some day of a year.
    Year,
    /// Some day of ten years.
    Decade,
    /// Some day of a hundred years.
    Century,
    /// From one date to another, the whole of it.
    Interval,
    /// One of several dates.
    Set,
}

impl Edtf {
    /// About how many bytes it takes besides itself, in parts where several hold it.
    pub(super) fn payload_bytes(&self) -> usize {
        (size_of::<Parsed>() + self.0.text.len() + 2 * SHARED_BYTES) / Arc::strong_count(&self.0)
    }

    /// Reads a date of EDTF levels 0 and 1, or a one-of set (`[2019,2021..]`).
    ///
    /// # Errors
    ///
    /// [`EdtfError`] says what about the text is not such a date.
    pub fn parse(text: &str) -> Result<Edtf, EdtfError> {
        parse::parse(text)
    }

    /// The value for one day; `None` outside the years from -9999 to 9999, which have no four digits.
    pub fn from_date(date: Date) -> Option<Edtf> {
        let text = parse::day_text(date)?;
        let parsed = Parsed {
            text: text.into(),
            days: Days::one(date),
            precision: Precision::Day,
            qualifier: Qualifier::None,
            is_day_interval: false,
        };
        Some(Edtf(Arc::new(parsed)))
    }

    /// The text as written, without superfluous spaces; a set of one day is written as that day.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The first day that is possible; `None` if the start is open or unknown.
    pub fn earliest(&self) -> Option<Date> {
        self.0.days.earliest()
    }

    /// The last day that is possible; `None` if the end is open or unknown.
    pub fn latest(&self) -> Option<Date> {
        self.0.days.latest()
    }

    /// How finely the date is given.
    pub fn precision(&self) -> Precision {
        self.0.precision
    }

    /// Whether no part is qualified as uncertain (`?`), approximate (`~`) or both (`%`).
    pub fn is_certain(&self) -> bool {
        self.0.qualifier == Qualifier::None
    }

    /// Whether this is one day without a qualifier, as a `date` is.
    pub fn is_single_day(&self) -> bool {
        self.precision() == Precision::Day && self.is_certain()
    }

    /// The day, if this is one without a qualifier.
    pub fn as_day(&self) -> Option<Date> {
        if self.is_single_day() { self.earliest() } else { None }
    }

    /// Whether this is an interval from one unqualified day to another.
    pub(crate) fn is_day_interval(&self) -> bool {
        self.0.is_day_interval
    }

    pub(crate) fn days(&self) -> Days {
        self.0.days
    }

    /// The days that it may mean, with the gaps that a set may have.
    pub(crate) fn ranges(&self) -> Ranges {
        Ranges::new(match self.precision() {
            Precision::Set => parse::ranges_of_set(self.text()),
            Precision::Day
            | Precision::Month
            | Precision::Season
            | Precision::Year
            | Precision::Decade
            | Precision::Century
            | Precision::Interval => vec![self.days()],
        })
    }

    /// The order of dates and EDTF dates as one class.
    pub(crate) fn cmp_date(&self, date: Date) -> Ordering {
        self.days().cmp(&Days::one(date)).then_with(|| match parse::day_text(date) {
            Some(text) => self.text().cmp(&text),
            None => Ordering::Greater,
        })
    }
}

impl Precision {
    /// The word that `precision(x)` gives.
    pub fn name(self) -> &'static str {
        match self {
            Precision::Day => "day",
            Precision::Month => "month",
            Precision::Season => "season",
            Precision::Year => "year",
            Precision::Decade => "decade",
            Precision::Century => "century",
            Precision::Interval => "interval",
            Precision::Set => "set",
        }
    }
}

impl FromStr for Edtf {
    type Err = EdtfError;

    fn from_str(text: &str) -> Result<Edtf, EdtfError> {
        Edtf::parse(text)
    }
}

impl fmt::Display for Edtf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Debug for Edtf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Edtf").field(&self.text()).finish()
    }
}

/// Two values are the same if the texts are, which is equivalence, not the equality of the language.
impl PartialEq for Edtf {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Edtf {}

impl Hash for Edtf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text().hash(state);
    }
}

/// By the earliest day, the latest day, and the text.
impl Ord for Edtf {
    fn cmp(&self, other: &Self) -> Ordering {
        self.days().cmp(&other.days()).then_with(|| self.text().cmp(other.text()))
    }
}

impl PartialOrd for Edtf {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests;
