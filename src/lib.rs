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
//! * [`CommitInfo`] tells of a commit, [`Database::at_commit`] reads it again: [`Database::log`], [`Keep`].
//! * [`Citation`] and [`State`] tell on whose word: [`ReadTransaction::citations`].
//! * [`Error`] has a kind, a stable code, and a report with a caret for people.
//! * [`Limits`] and [`CancelToken`] keep a statement within its bounds; a [`Statement`] may bring its own.
//! * [`CustomFunction`] and [`CustomProcedure`] are what you add to the language: [`Database::register`].
//! * [`editing`] is for those who let people type statements.
//! * [`GraphView`] makes the live graph a [`petgraph`] graph.
//! * [`fixtures`] are graphs to try things on, [`testing`] compares answers with tables, [`format`](mod@format) is JSON
//!   and serde.
//!
//! Relationships are *asserted* (the graph says it) or *quoted* (somebody says it), and may have relationships as ends:
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
mod error;
mod exec;
mod expr;
pub mod fixtures;
pub mod format;
mod from_row;
mod function;
mod load;
mod optimize;
mod options;
mod params;
mod physical;
mod plan;
mod prepared;
mod procedure;
#[cfg(test)]
mod reference;
mod row;
mod rows;
mod salvage;
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
pub use custom::{BoxedError, Call, CustomFunction, CustomProcedure, Registration};
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
pub use store::LostTail;
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
