//! Functions of many rows.

use std::fmt;

use super::{Accepts, FunctionError, ResultType};
use crate::value::Value;

/// The state of one aggregate in one group.
pub(crate) trait Accumulator: Send {
    /// Takes the arguments of one row; nulls in the first argument have been left out already.
    fn add(&mut self, arguments: &[Value]) -> Result<(), FunctionError>;

    fn finish(self: Box<Self>) -> Result<Value, FunctionError>;
}

/// A function of many rows. `DISTINCT` is the caller's business, and so is `count(*)`.
#[derive(Clone)]
pub(crate) struct Aggregate {
    pub name: &'static str,
    pub parameters: &'static [Accepts],
    pub result: ResultType,
    pub summary: &'static str,
    pub start: fn() -> Box<dyn Accumulator>,
}

impl fmt::Debug for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aggregate").field("name", &self.name).finish_non_exhaustive()
    }
}
