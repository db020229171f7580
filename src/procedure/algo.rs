//! `algo.*`: algorithms over the whole graph, or over the nodes with some labels and the relationships of some types.
//!
//! They are given what a plain arrow finds: asserted relationships between nodes, under a clock those that pass. Nodes are
//! numbered 0, 1, 2 and so on ([`chosen`]), so that what an algorithm knows of them is a plain array, counted before it is
//! made; relationships are read from the pages where they lie. Whether to stop is asked with each page, and every few
//! thousand steps of whatever else is long.

mod chosen;
mod components;
mod pagerank;

use crate::function::Registry;

pub(super) fn register(registry: &mut Registry) {
    components::register(registry);
    pagerank::register(registry);
}
