//! The one writer: a working root, and the changes that led to it.

use super::{Change, Commit, End, Graph, NodeSlot, RelSlot, StorageError};
use crate::catalog::{ConstraintKind, IndexId, KeyId, LabelId, Owner, TypeId};
use crate::value::{Name, Value};

/// A working root with the changes since the root that it began with.
#[derive(Debug)]
pub(crate) struct Writer {
    graph: Graph,
    changes: Vec<Change>,
}

/// Where a statement began.
#[derive(Debug)]
pub(crate) struct Savepoint {
    graph: Graph,
    change_count: usize,
}

#[expect(unused, reason = "signatures that the layers above are written against")]
impl Writer {
    /// Starts from `root`; everything written carries `commit`.
    pub(crate) fn new(root: Graph, commit: Commit) -> Self {
        todo!()
    }
    pub(crate) fn graph(&self) -> &Graph {
        todo!()
    }
    pub(crate) fn savepoint(&self) -> Savepoint {
        todo!()
    }
    pub(crate) fn roll_back_to(&mut self, savepoint: Savepoint) {
        todo!()
    }
    /// The new root and what led to it.
    pub(crate) fn finish(self) -> (Graph, Vec<Change>) {
        todo!()
    }

    pub(crate) fn label(&mut self, name: &Name) -> LabelId {
        todo!()
    }
    pub(crate) fn rel_type(&mut self, name: &Name) -> TypeId {
        todo!()
    }
    pub(crate) fn key(&mut self, name: &Name) -> KeyId {
        todo!()
    }

    pub(crate) fn create_node(&mut self, labels: &[LabelId]) -> Result<NodeSlot, StorageError> {
        todo!()
    }
    pub(crate) fn create_rel(
        &mut self,
        rel_type: TypeId,
        start: End,
        end: End,
        asserted: bool,
    ) -> Result<RelSlot, StorageError> {
        todo!()
    }
    /// Deletes a node or relationship that nothing touches any more ([`StorageError::StillAttached`] otherwise).
    pub(crate) fn delete(&mut self, element: End) -> Result<(), StorageError> {
        todo!()
    }
    /// True if the label was not there.
    pub(crate) fn add_label(&mut self, node: NodeSlot, label: LabelId) -> Result<bool, StorageError> {
        todo!()
    }
    pub(crate) fn remove_label(&mut self, node: NodeSlot, label: LabelId) -> Result<bool, StorageError> {
        todo!()
    }
    /// Null removes the property. True if that changed anything.
    pub(crate) fn set_property(&mut self, element: End, key: KeyId, value: &Value) -> Result<bool, StorageError> {
        todo!()
    }
    /// ASSERT or RETRACT. True if that changed anything.
    pub(crate) fn set_state(&mut self, rel: RelSlot, asserted: bool) -> Result<bool, StorageError> {
        todo!()
    }

    /// Constraints are checked for what the statement touched (uniqueness at once, existence here).
    pub(crate) fn check_statement(&mut self) -> Result<(), StorageError> {
        todo!()
    }

    pub(crate) fn create_index(&mut self, name: Name, owner: Owner, keys: Vec<KeyId>) -> Result<IndexId, StorageError> {
        todo!()
    }
    pub(crate) fn drop_index(&mut self, id: IndexId) -> Result<(), StorageError> {
        todo!()
    }
    pub(crate) fn create_constraint(
        &mut self,
        name: Name,
        owner: Owner,
        keys: Vec<KeyId>,
        kind: ConstraintKind,
    ) -> Result<(), StorageError> {
        todo!()
    }
    pub(crate) fn drop_constraint(&mut self, name: &Name) -> Result<(), StorageError> {
        todo!()
    }
}
