//! Dates, times, points in time and durations.
//!
//! Days are counted in the proleptic Gregorian calendar, years from -999,999,999 to 999,999,999.

mod civil;
mod date;
mod scan;

pub use date::Date;

/// A time of day without an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    /// Nanoseconds since midnight.
    pub(crate) nanos: i64,
}

/// A time of day with an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Time {
    pub(crate) local: LocalTime,
    /// Seconds east of UTC.
    pub(crate) offset_seconds: i32,
}

/// A day and a time of day without an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime {
    pub(crate) date: Date,
    pub(crate) time: LocalTime,
}

/// A point in time, with its offset or zone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    pub(crate) local: Box<LocalDateTime>,
}

/// A length of time in months, days and seconds, which have no common measure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Duration {
    pub(crate) months: i64,
}
