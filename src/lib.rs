//! Averment: an embedded knowledge-graph store that accepts openCypher, for questions of who did what to whom, when,
//! and on whose word.
//!
//! ```
#![doc = include_str!("../examples/front_page.rs")]
//! ```
//!
//! # What is where
//!
//! * [`Database`] is where statements are run; [`ReadTransaction`] and [`WriteTransaction`] hold several together,
//!   [`Prepared`] is a statement made ready once.
//! * [`Rows`] and [`Row`] are answers, [`Value`] is what they hold, [`Params`] is what goes in.
//! * [`Database::create`] and [`Database::open`] keep a database in files, [`Database::open_read_only`] reads one
//!   beside its writer, [`Durability`] says when a commit is acknowledged.
//! * [`CommitInfo`] tells of a commit, [`Database::at_commit`] reads it again: [`Database::log`], [`Keep`].
//! * [`Citation`] and [`State`] tell on whose word: [`ReadTransaction::citations`].
//! * [`Error`] has a kind, a stable code, and a report with a caret for people.
//! * [`Limits`] and [`CancelToken`] keep a statement within its bounds; a [`Statement`] may bring its own.
//! * [`CustomFunction`] and [`CustomProcedure`] are what you add to the language: [`Database::register`].
//! * [`editing`] is for those who let people type statements.
//! * [`import`] makes graphs of files with comma-separated values, [`sanctions`] of lists of sanctioned parties.
//! * [`GraphView`] makes the live graph a [`petgraph`] graph.
//! * [`fixtures`] are graphs to try things on, [`testing`] compares answers with tables, [`format`](mod@format) is JSON
//!   and serde, and whole graphs for other programs and of them.
//!
//! # Transactions
//!
//! Commits are in one order, that of their numbers, and every answer is that of one of them: transactions are serializable.
//!
//! * *Who reads* sees the state of one commit, whole, however long it takes: a [`ReadTransaction`] that of the last one
//!   when it began, [`Database::at_commit`] and `AT COMMIT` an earlier one, a statement that is run alone the last one
//!   when it is run, until its last row. It waits for nobody and holds nobody up. Once
//!   [`commit`](WriteTransaction::commit) has come back, whoever begins to read in this process sees that commit.
//! * *Who writes* is alone: a [`WriteTransaction`], a script, or a statement that writes begins behind the last commit,
//!   sees that and what it has written itself, and the next one waits until it has ended. So no write is lost, and
//!   nothing that was read has changed when it is committed. With a database in files it may begin while the commit
//!   before it is still on its way to the disk; if that one fails, so does every one behind it.
//! * *All or nothing*: a statement that fails leaves no trace, and the transaction around it goes on; a script that
//!   fails, and a transaction that is dropped, leave none either. Only `CALL { ... } IN TRANSACTIONS` keeps the batches
//!   that it has committed. A transaction that has written nothing makes no commit.
//! * *What a commit promises*, when it has come back: in memory, that all see it. In files, with
//!   [`Durability::Synced`], that it is on the disk, and there after a crash of the program, of the system, or of the
//!   power; with [`Durability::Buffered`] that the system has it, so that it is there after a crash of the program,
//!   while a crash of the system may lose the last ones: those since the last [checkpoint](Database::checkpoint), at
//!   most. What is left is always the state of one commit, with all before it.
//! * *A commit that fails* is shown to nobody. If it could not be written, because the disk is full or a limit is reached,
//!   nothing of it is kept and the next one may succeed. If it was written and could not be synced, nobody knows whether the
//!   disk has it: it and all that waited for the same sync are refused (`database-stopped`), and so is every write from then
//!   on, while reading goes on. Opening the database again shows what the disk has kept: all that was acknowledged, and of
//!   the rest the first so many or none.
//! * *Other processes*: one at a time can [open](Database::open) a database to write it, which a lock of the system sees to
//!   that ends with the process; any number can [read it](Options::open_read_only) beside that one.
//!
//! # Damaged files
//!
//! A page or commit that is damaged is an error (`corruption`) of whatever comes to it, by file and byte, and the rest can be
//! asked; [`Database::check`] finds all of it, [`Database::salvage`] saves the rest. A [`GraphView`] has no way to return an
//! error: who comes to a damaged page by one unwinds, as by a panic, unless it is a procedure that does so (see there).
//!
//! # Relationships
//!
//! They are *asserted* (the graph says it) or *quoted* (somebody says it), and may have relationships as ends:
//! see the README for the language.

#[macro_use]
mod fault;

mod catalog;
mod check;
mod citation;
mod commits;
mod compile;
mod custom;
mod database;
pub mod editing;
mod elements;
mod error;
mod exec;
mod expr;
pub mod fixtures;
pub mod format;
mod from_row;
mod function;
pub mod import;
mod load;
mod names;
mod optimize;
mod options;
mod params;
mod physical;
mod plan;
mod prepared;
mod procedure;
mod read_only;
#[cfg(test)]
mod reference;
mod row;
mod rows;
mod salvage;
pub mod sanctions;
mod semantic;
mod statement;
mod storage;
mod store;
mod subgraph;
mod syntax;
mod table_procedure;
pub mod testing;
mod text;
mod transaction;
mod trials;
mod value;
mod why;
mod why_not;

pub use catalog::Provenance;
pub use check::{CheckReport, Damage, Progress};
pub use citation::{Citation, State};
pub use commits::{CommitInfo, CommitLog};
pub use custom::{BoxedError, Call, Clocked, Clocks, CustomFunction, CustomProcedure, Registration};
pub use database::Database;
pub use error::{Error, Phase};
pub use exec::{CancelToken, Counters, Limits};
pub use from_row::FromRow;
pub use options::Options;
pub use params::Params;
/// The petgraph of the views, so that a program has the same one.
pub use petgraph;
pub use prepared::Prepared;
pub use row::{FromValue, Row};
pub use rows::{Rows, Warning};
pub use salvage::{Lost, SalvageReport};
pub use statement::Statement;
pub use storage::{DenseView, Durability, GraphView, Keep};
pub use store::{LostTail, Vacuumed};
pub use table_procedure::TableProcedure;
pub use text::Span;
pub use transaction::{ReadTransaction, WriteTransaction};
pub use value::{
    Date, DateTime, Duration, Edtf, EdtfError, Element, ElementId, ErrorKind, List, LocalDateTime, LocalTime, Map,
    Name, Node, Path, Precision, Relationship, Time, Value,
};
pub use why::{Absent, Because, Passed, Why};

/// The examples of the README run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
