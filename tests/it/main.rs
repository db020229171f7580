//! The integration tests, in one binary.

mod cases;
#[cfg(feature = "cli")]
mod cli;
mod conformance;
mod differential;
mod fixtures;
mod quoted;
mod reference;
#[cfg(all(feature = "cli", unix))]
mod repl;
mod snapshots;
mod tidy;
mod view;
