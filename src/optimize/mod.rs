//! Makes a right plan fast.
//!
//! Each pass takes a right plan and leaves a right plan, so any of them can be left out; tests run queries with and
//! without each. What passes know of the graph comes through [`Statistics`].

#[cfg(test)]
mod tests;

use crate::catalog::Statistics;
use crate::plan::LogicalStatement;

/// One rewriting of a whole statement.
struct Pass {
    name: &'static str,
    run: fn(&mut LogicalStatement, &dyn Statistics),
}

const PASSES: &[Pass] = &[];

/// Which passes run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PassSet(u32);

impl PassSet {
    pub(crate) const ALL: Self = Self(u32::MAX);
    pub(crate) const NONE: Self = Self(0);

    /// These passes but the one of this name.
    pub(crate) fn without(self, name: &str) -> Self {
        match PASSES.iter().position(|pass| pass.name == name) {
            Some(index) => Self(self.0 & !(1 << index)),
            None => self,
        }
    }

    /// The names of all passes, in the order in which they run.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        PASSES.iter().map(|pass| pass.name)
    }
}

/// The plan that the passes make of `statement`.
pub(crate) fn optimize(
    mut statement: LogicalStatement,
    statistics: &dyn Statistics,
    passes: PassSet,
) -> LogicalStatement {
    for (index, pass) in PASSES.iter().enumerate() {
        if passes.0 & (1 << index) != 0 {
            (pass.run)(&mut statement, statistics);
        }
    }
    statement
}
