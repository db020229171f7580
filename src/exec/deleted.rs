//! What the statement has deleted: still known by name, no longer to be asked.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::room::entry_bytes;
use crate::storage::End;
use crate::value::{ElementId, NodeRecord, RelationshipRecord};

/// Elements that a DELETE has marked, with what the graph said of them.
#[derive(Debug, Default)]
pub(super) struct Deleted {
    any: Cell<bool>,
    inner: RefCell<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    nodes: FxHashMap<u32, ElementId>,
    rels: FxHashMap<u32, ElementId>,
    /// With the number of those marked before.
    records: FxHashMap<ElementId, (End, Record, usize)>,
    /// With all that touched them.
    detached: FxHashSet<ElementId>,
    /// Marked since the last try to take them from the graph.
    pending: Vec<End>,
    /// Marked, and something still touched them when they were tried.
    stuck: Vec<End>,
}

#[derive(Clone, Debug)]
pub(super) enum Record {
    Node(Arc<NodeRecord>),
    Rel(Arc<RelationshipRecord>),
}

impl Record {
    /// About how many bytes it takes.
    pub(super) fn size_bytes(&self) -> usize {
        match self {
            Record::Node(record) => record.size_bytes(),
            Record::Rel(record) => record.size_bytes(),
        }
    }

    /// With its places among what is deleted.
    pub(super) fn deleted_bytes(&self) -> usize {
        let places = entry_bytes::<u32, ElementId>() + entry_bytes::<ElementId, (End, Record, usize)>();
        self.size_bytes() + places + entry_bytes::<ElementId, ()>() + 2 * size_of::<End>()
    }
}

impl Deleted {
    /// Whether anything was deleted: lets the usual case pass quickly.
    pub(super) fn any(&self) -> bool {
        self.any.get()
    }

    pub(super) fn has(&self, element: End) -> bool {
        self.id(element).is_some()
    }

    /// Of one that it has.
    pub(super) fn id(&self, element: End) -> Option<ElementId> {
        match (element.as_node(), element.as_rel()) {
            (Some(node), _) => self.node(node.0),
            (None, rel) => self.rel(rel?.0),
        }
    }

    /// Whether it was among the first so many.
    pub(super) fn has_before(&self, id: ElementId, count: usize) -> bool {
        self.any() && self.inner.borrow().records.get(&id).is_some_and(|(.., number)| *number < count)
    }

    pub(super) fn count(&self) -> usize {
        if self.any() { self.inner.borrow().records.len() } else { 0 }
    }

    pub(super) fn has_id(&self, id: ElementId) -> bool {
        self.any() && self.inner.borrow().records.contains_key(&id)
    }

    pub(super) fn node(&self, slot: u32) -> Option<ElementId> {
        if self.any() { self.inner.borrow().nodes.get(&slot).copied() } else { None }
    }

    pub(super) fn rel(&self, slot: u32) -> Option<ElementId> {
        if self.any() { self.inner.borrow().rels.get(&slot).copied() } else { None }
    }

    pub(super) fn node_slot(&self, id: ElementId) -> Option<u32> {
        self.end(id).and_then(End::as_node).map(|node| node.0)
    }

    pub(super) fn rel_slot(&self, id: ElementId) -> Option<u32> {
        self.end(id).and_then(End::as_rel).map(|rel| rel.0)
    }

    fn end(&self, id: ElementId) -> Option<End> {
        if self.any() { self.inner.borrow().records.get(&id).map(|(end, ..)| *end) } else { None }
    }

    /// What the graph said of it.
    pub(super) fn record(&self, id: ElementId) -> Option<Record> {
        if self.any() { self.inner.borrow().records.get(&id).map(|(_, record, _)| record.clone()) } else { None }
    }

    /// Marks an element that is not marked yet.
    pub(super) fn mark(&self, element: End, id: ElementId, record: Record) {
        self.any.set(true);
        let mut inner = self.inner.borrow_mut();
        match (element.as_node(), element.as_rel()) {
            (Some(node), _) => inner.nodes.insert(node.0, id),
            (None, Some(rel)) => inner.rels.insert(rel.0, id),
            (None, None) => None,
        };
        let number = inner.records.len();
        inner.records.insert(id, (element, record, number));
        inner.pending.push(element);
    }

    /// Forgets what was marked behind the first so many: it is not deleted after all.
    pub(super) fn forget_since(&self, count: usize) {
        let inner = &mut *self.inner.borrow_mut();
        let back: Vec<ElementId> =
            inner.records.iter().filter(|(_, (.., number))| *number >= count).map(|(id, _)| *id).collect();
        for id in back {
            inner.records.remove(&id);
            inner.detached.remove(&id);
        }
        inner.nodes.retain(|_, id| inner.records.contains_key(id));
        inner.rels.retain(|_, id| inner.records.contains_key(id));
        inner.pending.clear();
        inner.stuck.clear();
    }

    /// Notes that all that touches the element goes too; true if that was not so before.
    pub(super) fn detach(&self, id: ElementId) -> bool {
        self.inner.borrow_mut().detached.insert(id)
    }

    /// What was marked since this was last called.
    pub(super) fn take_pending(&self) -> Vec<End> {
        if self.any() { std::mem::take(&mut self.inner.borrow_mut().pending) } else { Vec::new() }
    }

    /// An element that cannot go yet.
    pub(super) fn keep_stuck(&self, element: End) {
        self.inner.borrow_mut().stuck.push(element);
    }

    pub(super) fn take_stuck(&self) -> Vec<End> {
        std::mem::take(&mut self.inner.borrow_mut().stuck)
    }
}
