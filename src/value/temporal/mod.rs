//! Dates, times, points in time and durations.
//!
//! Days are counted in the proleptic Gregorian calendar, years from -999,999,999 to 999,999,999. This module turns
//! texts, maps and other temporal values into temporal values, takes them apart, compares them and reckons with them;
//! the clock is none of its business: whoever wants to know the time passes it in.

mod civil;
mod date;
mod datetime;
mod error;
mod scan;
mod time;
mod zone;

pub use date::Date;
pub use datetime::{DateTime, LocalDateTime};
pub(crate) use error::TemporalError;
pub use time::{LocalTime, Time};

/// A length of time in months, days and seconds, which have no common measure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Duration {
    pub(crate) months: i64,
}
