//! The counts that the optimiser asks for. The store keeps them exactly and answers.

use super::{Catalog, IndexId, LabelId, TypeId};

/// An end of a relationship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Side {
    Start,
    End,
}

/// Exact counts of one root.
pub(crate) trait Statistics {
    fn catalog(&self) -> &Catalog;

    fn node_count(&self) -> u64;

    fn label_count(&self, label: LabelId) -> u64;

    /// Asserted relationships from node to node.
    fn rel_count(&self, rel_type: Option<TypeId>) -> u64;

    /// Asserted relationships from node to node whose end on `side` has `label`.
    fn rel_count_with(&self, rel_type: TypeId, side: Side, label: LabelId) -> u64;

    /// Relationships that a plain pattern does not see: quoted, or with a relationship as an end.
    fn hidden_rel_count(&self, rel_type: TypeId) -> u64;

    /// Entries of an index, and how many distinct keys they have (an estimate).
    fn index_size(&self, index: IndexId) -> (u64, u64);
}
