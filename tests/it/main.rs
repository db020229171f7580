//! The integration tests, in one binary.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may fail where it stands, and say what it did")]

#[cfg(feature = "cli")]
mod algorithms;
mod budgets;
mod cases;
#[cfg(feature = "cli")]
mod cli;
mod clocked_view;
mod commits;
mod conformance;
mod copies;
mod counters;
mod differential;
mod durable;
#[cfg(feature = "cli")]
mod exports;
mod fixtures;
mod folder;
mod fuzzed;
mod golden;
mod half_hour;
mod hostile;
#[cfg(all(feature = "cli", unix))]
mod import;
mod in_transactions;
mod killed;
mod language;
mod large;
mod load_csv;
#[cfg(all(feature = "cli", unix))]
mod log;
mod lookup;
mod lookup_index;
mod names;
#[cfg(feature = "cli")]
mod output;
mod peak;
#[cfg(feature = "cli")]
mod piped;
#[cfg(feature = "cli")]
mod program;
mod quoted;
mod read_only;
mod readme;
mod reference;
#[cfg(all(feature = "cli", unix))]
mod repl;
mod routes;
#[cfg(feature = "cli")]
mod sanctions;
mod settings;
mod snapshots;
mod surroundings;
mod tidy;
mod transactions;
mod view;
mod why;
mod why_not;
