//! Turns a logical plan into what the executor runs: columns by position, names by reference, expressions compiled.
//!
//! A row is a set of columns; each operator hands on the input columns that are still needed (`carry`) and appends
//! its own. Nothing here knows the graph: labels, types and keys are looked up in the tables of the plan, whose names
//! the executor resolves before the first row and again after a write has made new ones.

mod explain;
mod gather;
mod intersect;
mod lower;
mod operator;
pub(crate) mod route;
mod scalar;
mod visit;

pub(crate) use explain::{explain, explain_with, inner_plans};
pub(crate) use gather::{WORTH_IT, gather};
pub(crate) use intersect::{Arrow, Intersect};
pub(crate) use lower::lower;
pub(crate) use operator::*;
pub(crate) use scalar::*;
