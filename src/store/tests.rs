//! Whole databases on disks that crash, fail and rot: what was acknowledged is there, and what is there is right.

#![expect(clippy::print_stdout, reason = "a test says what it did")]

mod backup;
mod beside;
mod crash;
mod damage;
mod dump;
mod failing;
mod hooked;
mod log;
mod reading;
mod script;
mod threads;
mod vacuum;
mod workload;

use std::sync::Arc;

use super::{create_on, open_on};
use crate::database::Database;
use crate::format::write_graph;
use crate::options::Options;
use crate::storage::{DiskError, Durability, Keep, MemoryDisk};
use crate::transaction::ReadTransaction;

/// A snapshot, a log, and how many commits are kept.
const FILES: usize = 3;

/// All of a graph as text, ids and commits included.
fn text_of(read: &ReadTransaction) -> String {
    let mut bytes = Vec::new();
    write_graph(read, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn options(durability: Durability) -> Options {
    Options::default().durability(durability).keep_commits(Keep::All)
}

/// Opens what lies on a disk in memory.
fn opened(disk: &MemoryDisk) -> Result<Database, DiskError> {
    open_on(Arc::new(disk.clone()), options(Durability::Synced))
}

/// A number that a long check sets.
fn set(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |text| text.parse().expect("a number"))
}
