//! Built-in procedures, and the registry that a new database begins with.
//!
//! `db.*` and `show.*` are tables about the database itself; SHOW is a call of the latter, and
//! LOAD CSV of `load.csv`.

mod csv;
mod database;
mod drawn;
mod load_csv;
mod schema;
mod show;
mod transactions;

use std::sync::Arc;

pub(crate) use transactions::{Access, OpenTransaction, OpenTransactions};

use crate::function::Registry;
use crate::storage::FileAccess;

pub(crate) use show::list;

/// All that can be called in a new database, whose open transactions are these and whose statements may read such files.
pub(crate) fn registry(open: &Arc<OpenTransactions>, files: &FileAccess) -> Registry {
    let mut registry = Registry::builtin();
    database::register(&mut registry);
    schema::register(&mut registry);
    show::register(&mut registry);
    transactions::register(&mut registry, open);
    load_csv::register(&mut registry, files);
    list(&mut registry);
    registry
}

/// Makes a registry that was another database's show these open transactions.
pub(crate) fn show_transactions_of(registry: &mut Registry, open: &Arc<OpenTransactions>) {
    transactions::register(registry, open);
}
