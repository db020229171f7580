//! The functions, aggregates and procedures that a query can call: their signatures and bodies.
//!
//! A function is a row in a table beside its body. What it may ask of the graph, the clock and chance comes through
//! [`Host`], so this layer knows values only.

#![expect(clippy::unnecessary_wraps, reason = "all bodies of a table have the same type")]

mod aggregate;
mod arguments;
mod clock;
mod collection;
mod conversion;
mod decimal;
mod edtf;
mod element;
mod error;
pub(crate) mod foreign;
mod host;
mod label;
pub(crate) mod lens;
mod list;
mod math;
mod names;
pub(crate) mod operator;
mod procedure;
mod registry;
mod scalar;
mod signature;
mod source;
mod string;
mod synonym;
mod temporal;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod witness;

pub(crate) use aggregate::{Accumulator, Aggregate, COLLECT};
pub(crate) use clock::{AS_KNOWN_AT, AS_SOURCE_COUNT, AS_VALID_AT};
pub(crate) use error::{FunctionError, NoRegex};
pub(crate) use host::{Cited, Host};
pub(crate) use label::{HAS_ALL, HAS_ANY, label_names, type_name};
pub(crate) use procedure::{Answer, Field, Procedure, Table, Vector};
pub(crate) use registry::Registry;
pub(crate) use scalar::{Arity, Function, Implementation, NullRule};
pub(crate) use signature::{Accepts, ResultType};
