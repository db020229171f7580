//! What is wrong with a text that should be an EDTF date.

/// Why a text is not a date of Extended Date/Time Format as this crate takes it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EdtfError {
    /// There is nothing to read.
    #[error("the text of an EDTF date is empty")]
    Empty,
    /// Not of the form at all.
    #[error(
        "`{text}` is not an EDTF date: expected a date (`2021-12-10`, `2021-12`, `2021`), an interval \
         (`2017-03/..`) or a set (`[..2017-03]`)"
    )]
    Malformed {
        /// The part that could not be read.
        text: String,
    },
    /// A point in time.
    #[error("`{text}` has a time of day: keep it as a `datetime`")]
    TimeOfDay {
        /// The part with the time.
        text: String,
    },
    /// `{...}`, which says several days at once.
    #[error("`{text}` says that all of its dates hold; only one-of sets (`[...]`) are supported")]
    AllOfSet {
        /// The set.
        text: String,
    },
    /// A qualifier before the end.
    #[error("`{text}`: a qualifier (`?`, `~`, `%`) stands at the end and holds for the whole date")]
    QualifierInside {
        /// The date.
        text: String,
    },
    /// `X` where level 1 has none.
    #[error(
        "`{text}`: unspecified digits (`X`) may replace the last one or two of the year (`201X`, `20XX`), the \
         whole day, or the whole month and day"
    )]
    UnspecifiedDigits {
        /// The date.
        text: String,
    },
    /// No such month or season.
    #[error(
        "`{text}`: {number} is neither a month (01 to 12) nor a season (21 spring, 22 summer, 23 autumn, 24 winter)"
    )]
    NoSuchMonth {
        /// The date.
        text: String,
        /// What stood where the month stands.
        number: u8,
    },
    /// No such day in that month.
    #[error("`{text}`: this month has no day {number}")]
    NoSuchDay {
        /// The date.
        text: String,
        /// What stood where the day stands.
        number: u8,
    },
    /// Too far away.
    #[error("`{text}`: years reach from -999,999 to 999,999")]
    YearOutOfRange {
        /// The date.
        text: String,
    },
    /// A day, where only whole years can be written.
    #[error("a day of the year {year} cannot be written: only the whole of a year that has not four digits can")]
    DayOfLongYear {
        /// The year.
        year: i64,
    },
    /// An interval or range that ends before it starts.
    #[error("`{text}` ends before it starts")]
    Backwards {
        /// The interval or range.
        text: String,
    },
    /// An interval or set without any date.
    #[error("`{text}` names no date")]
    NoDate {
        /// The interval or set.
        text: String,
    },
}
