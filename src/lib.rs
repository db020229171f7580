//! Averment: an embedded knowledge-graph store that accepts openCypher.

mod catalog;
mod exec;
mod expr;
mod function;
mod optimize;
mod physical;
mod plan;
mod semantic;
mod storage;
mod syntax;
mod text;
mod value;
