//! Averment: an embedded knowledge-graph store that accepts openCypher.

mod catalog;
mod function;
mod storage;
mod syntax;
mod text;
mod value;
