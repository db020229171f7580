//! Built-in procedures, and the registry that a new database begins with.
//!
//! `algo.*` are algorithms over the whole graph; `names.*` finds nodes by what they are called; `provenance.*` looks at who says what; `db.*` and `show.*` are tables about the database itself; SHOW is a call of the latter, and
//! LOAD CSV of `load.csv`.

mod algo;
mod commits;
mod conflicts;
mod csv;
mod database;
mod dates;
mod dispute;
mod drawn;
mod known;
mod load_csv;
mod names;
mod options;
mod schema;
mod seen;
mod show;
mod single_source;
mod transactions;

use std::sync::Arc;

pub(crate) use transactions::{Access, OpenTransaction, OpenTransactions, RunningStatement};

use crate::function::Registry;
use crate::storage::{FileAccess, History};

pub(crate) use show::list;

/// All that can be called in a new database, whose open transactions and kept commits are these and whose statements may
/// read such files.
pub(crate) fn registry(open: &Arc<OpenTransactions>, history: &Arc<History>, files: &FileAccess) -> Registry {
    let mut registry = Registry::builtin();
    database::register(&mut registry);
    schema::register(&mut registry);
    conflicts::register(&mut registry);
    single_source::register(&mut registry);
    algo::register(&mut registry);
    names::register(&mut registry);
    show::register(&mut registry);
    show_those_of(&mut registry, open, history);
    load_csv::register(&mut registry, files);
    list(&mut registry);
    registry
}

/// Makes a registry, which may have been another database's, show these open transactions and kept commits.
pub(crate) fn show_those_of(registry: &mut Registry, open: &Arc<OpenTransactions>, history: &Arc<History>) {
    transactions::register(registry, open);
    commits::register(registry, history);
}
