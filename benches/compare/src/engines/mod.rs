//! The stores that are measured, one file for each.

mod averment;
mod sqlite;

use crate::engine::{Engine, Failure};

/// All of them, in the order of their turns.
pub(crate) const ALL: &[&dyn Engine] = &[&averment::Averment, &sqlite::Sqlite];

pub(crate) fn named(name: &str) -> Result<&'static dyn Engine, Failure> {
    let found = ALL.iter().find(|engine| engine.name() == name);
    found.copied().ok_or_else(|| format!("there is no engine `{name}`").into())
}

/// What is measured with, for the head of the report.
pub(crate) fn versions() -> String {
    format!("SQLite {}", rusqlite::version())
}
