//! Dates, times, points in time and durations.
//!
//! Days are counted in the proleptic Gregorian calendar, years from -999,999,999 to 999,999,999. This module turns
//! texts, maps and other temporal values into temporal values, takes them apart, compares them and reckons with them;
//! the clock is none of its business: whoever wants to know the time passes it in.

mod civil;
mod date;
mod datetime;
mod decimal;
mod duration;
mod duration_text;
mod error;
mod scan;
mod time;
mod zone;

pub use date::Date;
pub use datetime::{DateTime, LocalDateTime};
pub use duration::Duration;
pub(crate) use error::TemporalError;
pub use time::{LocalTime, Time};
