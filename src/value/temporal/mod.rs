//! Dates, times, points in time and durations.
//!
//! Days are counted in the proleptic Gregorian calendar, years from -999,999,999 to 999,999,999. This module turns
//! texts, maps and other temporal values into temporal values, takes them apart, compares them and reckons with them;
//! the clock is none of its business: whoever wants to know the time passes it in.

mod arithmetic;
mod between;
mod civil;
mod component;
mod date;
mod datetime;
mod decimal;
mod duration;
mod duration_text;
mod error;
mod fields;
mod make;
mod parts;
mod scan;
#[cfg(test)]
mod testing;
mod time;
mod truncate;
mod zone;

pub(crate) use arithmetic::{add, divide, multiply, negate, subtract};
pub(crate) use between::{Measure, between};
pub(crate) use component::component;
pub use date::Date;
pub use datetime::{DateTime, LocalDateTime};
pub use duration::Duration;
pub(crate) use error::TemporalError;
pub(crate) use make::{at, from_epoch_millis, from_epoch_seconds, make, make_duration};
pub(crate) use parts::Kind;
pub use time::{LocalTime, Time};
pub(crate) use truncate::truncate;
