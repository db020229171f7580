//! Averment: an embedded knowledge-graph store that accepts openCypher.

mod catalog;
mod function;
mod storage;
mod text;
mod value;
