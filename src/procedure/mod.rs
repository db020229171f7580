//! Built-in procedures, and the registry that a new database begins with.
//!
//! `db.*` and `show.*` are tables about the database itself; SHOW is a call of the latter.

mod database;
mod show;

use crate::function::Registry;

pub(crate) use show::list;

/// All that can be called in a new database.
pub(crate) fn registry() -> Registry {
    let mut registry = Registry::builtin();
    database::register(&mut registry);
    show::register(&mut registry);
    list(&mut registry);
    registry
}
