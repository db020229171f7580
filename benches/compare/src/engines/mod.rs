//! The stores that are measured, one file for each.

mod averment;
#[cfg(feature = "duckdb")]
mod duckdb;
mod sqlite;

use crate::engine::{Engine, Failure};

/// All of them, in the order of their turns.
pub(crate) const ALL: &[&dyn Engine] = &[
    &averment::Averment,
    &sqlite::Sqlite,
    #[cfg(feature = "duckdb")]
    &duckdb::DuckDb,
];

pub(crate) fn named(name: &str) -> Result<&'static dyn Engine, Failure> {
    let found = ALL.iter().find(|engine| engine.name() == name);
    found.copied().ok_or_else(|| format!("there is no engine `{name}`").into())
}

/// What is measured with, for the head of the report.
pub(crate) fn versions() -> String {
    let sqlite = format!("SQLite {}", rusqlite::version());
    #[cfg(feature = "duckdb")]
    let sqlite = format!("{sqlite}, {}", duckdb::version());
    sqlite
}
