//! Runs a physical plan over a graph: batches of rows in, rows of values out.
//!
//! A reading statement is a [`Reading`], which makes rows as they are asked for and owns the root that it reads. A
//! writing one is run to its end by [`write`]. Nothing here knows the text of the query or how the plan was found; the
//! clock and chance come from [`context`] alone, and every loop counts against one [`budget`]. A statement that reads may be
//! run by several [`threads`], none of which shows in its answer.

mod batch;
mod budget;
mod column;
mod commit;
mod context;
mod counters;
mod deleted;
mod error;
mod eval;
mod host;
mod operator;
mod output;
mod profile;
mod program;
mod room;
mod run;
mod schema;
#[cfg(test)]
mod tests;
mod threads;

pub use budget::{CancelToken, Limits};
pub(crate) use budget::{Patience, SharedLimits};
pub(crate) use commit::Commits;
pub(crate) use context::{Parameters, now_micros};
pub use counters::Counters;
pub(crate) use error::ExecError;
pub(crate) use host::element;
pub(crate) use program::Program;
pub(crate) use run::{Answer, Reading, write};
#[cfg(test)]
pub(crate) use threads::Threads;
