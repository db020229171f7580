//! The operators of the language as functions of values.
//!
//! Comparison is not here but in [`compare`](crate::value::compare). An operator that is given null answers null;
//! one that is not defined for the types that it is given is an error, never null, except where openCypher says
//! so (`STARTS WITH` and its like). What depends on the graph, properties of elements above all, is the caller's.

mod access;
mod arithmetic;
mod logic;
mod patterns;
mod text;

pub(crate) use access::{in_list, index, property, slice};
pub(crate) use arithmetic::{add, as_float, concatenate, divide, modulo, multiply, negate, power, subtract};
pub(crate) use logic::{and, not, or, truth, xor};
pub(crate) use patterns::Patterns;
pub(crate) use text::{contains, ends_with, regex_match, starts_with};
