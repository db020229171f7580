//! One root of the graph: everything that a reader can ask.

use std::sync::Arc;

use super::{Direction, End, Family, Neighbour, NodeSlot, Rel, RelSlot};
use crate::catalog::{Catalog, IndexId, KeyId, LabelId, Side, Statistics, TypeId};
use crate::value::{ElementId, Value};

/// When something was written: the number of the commit and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Commit {
    pub number: u64,
    /// Microseconds since 1970-01-01T00:00:00Z; never goes backwards.
    pub micros: i64,
}

/// One root. Cloning is cheap; a clone is a snapshot.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    catalog: Arc<Catalog>,
}

#[expect(unused, reason = "signatures that the layers above are written against")]
impl Graph {
    pub(crate) fn new() -> Self {
        todo!()
    }
    pub(crate) fn catalog(&self) -> &Catalog {
        todo!()
    }
    /// The last commit that this root holds.
    pub(crate) fn commit(&self) -> Commit {
        todo!()
    }

    // Ids. `None`: never was, or was deleted.
    pub(crate) fn node_slot(&self, id: ElementId) -> Option<NodeSlot> {
        todo!()
    }
    pub(crate) fn rel_slot(&self, id: ElementId) -> Option<RelSlot> {
        todo!()
    }
    pub(crate) fn node_id(&self, node: NodeSlot) -> ElementId {
        todo!()
    }
    pub(crate) fn rel_id(&self, rel: RelSlot) -> ElementId {
        todo!()
    }
    pub(crate) fn is_node(&self, node: NodeSlot) -> bool {
        todo!()
    }
    pub(crate) fn is_rel(&self, rel: RelSlot) -> bool {
        todo!()
    }

    // Elements.
    pub(crate) fn labels(&self, node: NodeSlot) -> &[LabelId] {
        todo!()
    }
    pub(crate) fn has_label(&self, node: NodeSlot, label: LabelId) -> bool {
        todo!()
    }
    pub(crate) fn rel(&self, rel: RelSlot) -> Rel {
        todo!()
    }
    pub(crate) fn node_commit(&self, node: NodeSlot) -> Commit {
        todo!()
    }
    pub(crate) fn rel_commit(&self, rel: RelSlot) -> Commit {
        todo!()
    }
    /// `Value::Null` if absent.
    pub(crate) fn node_property(&self, node: NodeSlot, key: KeyId) -> Value {
        todo!()
    }
    pub(crate) fn rel_property(&self, rel: RelSlot, key: KeyId) -> Value {
        todo!()
    }
    pub(crate) fn node_properties(&self, node: NodeSlot) -> Vec<(KeyId, Value)> {
        todo!()
    }
    pub(crate) fn rel_properties(&self, rel: RelSlot) -> Vec<(KeyId, Value)> {
        todo!()
    }

    // Batches. `u32::MAX` in `slots` is a null and gives a null.
    pub(crate) fn gather_node_property(&self, slots: &[u32], key: KeyId) -> PropertyVector {
        todo!()
    }
    pub(crate) fn gather_rel_property(&self, slots: &[u32], key: KeyId) -> PropertyVector {
        todo!()
    }

    // Scans. Each call appends at most `limit` slots from `cursor` on, moves the cursor, and returns false at the end.
    pub(crate) fn scan_nodes(
        &self,
        label: Option<LabelId>,
        cursor: &mut ScanCursor,
        limit: usize,
        slots: &mut Vec<u32>,
    ) -> bool {
        todo!()
    }
    pub(crate) fn scan_rels(
        &self,
        rel_type: Option<TypeId>,
        family: Family,
        cursor: &mut ScanCursor,
        limit: usize,
        slots: &mut Vec<u32>,
    ) -> bool {
        todo!()
    }

    // Adjacency. Without a type: all types, in the order of their ids. A self-loop is seen once in each direction.
    pub(crate) fn neighbours(
        &self,
        from: End,
        direction: Direction,
        rel_type: Option<TypeId>,
        family: Family,
    ) -> Neighbours<'_> {
        todo!()
    }
    pub(crate) fn degree(&self, from: End, direction: Direction, rel_type: Option<TypeId>, family: Family) -> usize {
        todo!()
    }
    /// The relationships between two elements, found by binary search in the shorter run.
    pub(crate) fn between(
        &self,
        from: End,
        direction: Direction,
        rel_type: Option<TypeId>,
        family: Family,
        to: End,
    ) -> Neighbours<'_> {
        todo!()
    }

    // Indexes: slots in index order, without duplicates.
    /// Elements whose indexed values are equivalent to `values`.
    pub(crate) fn index_seek(&self, index: IndexId, values: &[Value]) -> Vec<u32> {
        todo!()
    }
    /// Elements whose first indexed value lies within the bounds, in the order of values (an EDTF value as its order says).
    pub(crate) fn index_range(
        &self,
        index: IndexId,
        low: std::ops::Bound<&Value>,
        high: std::ops::Bound<&Value>,
    ) -> Vec<u32> {
        todo!()
    }
}

/// Where a scan goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ScanCursor(pub u32);

/// The neighbours of one element.
#[derive(Debug)]
pub(crate) struct Neighbours<'g>(std::marker::PhantomData<&'g ()>);

impl Iterator for Neighbours<'_> {
    type Item = Neighbour;

    fn next(&mut self) -> Option<Neighbour> {
        todo!()
    }
}

/// The values of one key for many elements, typed where the pages are.
#[derive(Clone, Debug)]
pub(crate) enum PropertyVector {
    Integers {
        values: Vec<i64>,
        /// One bit per value; empty: all are there.
        present: Vec<bool>,
    },
    Floats {
        values: Vec<f64>,
        present: Vec<bool>,
    },
    Values(Vec<Value>),
}

impl Statistics for Graph {
    fn catalog(&self) -> &Catalog {
        todo!()
    }
    fn node_count(&self) -> u64 {
        todo!()
    }
    fn label_count(&self, label: LabelId) -> u64 {
        todo!()
    }
    fn rel_count(&self, rel_type: Option<TypeId>) -> u64 {
        todo!()
    }
    fn rel_count_with(&self, rel_type: TypeId, side: Side, label: LabelId) -> u64 {
        todo!()
    }
    fn hidden_rel_count(&self, rel_type: TypeId) -> u64 {
        todo!()
    }
    fn index_size(&self, index: IndexId) -> (u64, u64) {
        todo!()
    }
}
