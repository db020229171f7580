//! The counts that the optimiser asks for. The store keeps them exactly and answers.

use super::{Catalog, IndexId, KeyId, LabelId, TypeId};
use crate::value::Value;

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

    /// Asserted relationships of which an end is a relationship.
    fn about_rel_count(&self, rel_type: TypeId) -> u64;

    /// Quoted relationships, whatever their ends.
    fn quoted_rel_count(&self, rel_type: TypeId) -> u64;

    /// Some value that an element has for this key, to tell what sort of values it holds.
    fn sample(&self, key: KeyId) -> Option<Value>;

    /// Entries of an index, and how many distinct keys they have (an estimate).
    fn index_size(&self, index: IndexId) -> (u64, u64);
}
