//! Which nodes have which values: what a lookup keeps from when it has made it to the end of the statement.
//!
//! The table holds hashes and no values, so what it gives may be more than what was sought. While the statement writes,
//! the table follows the changes: a node that was given a value is entered, one that has lost it is dropped when it is
//! met. So it is never larger than what was looked up and written, and what is met once is not met again in vain.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::hash_join::hash;
use crate::catalog::{KeyId, LabelId};
use crate::exec::ExecError;
use crate::exec::batch::BATCH_ROWS;
use crate::exec::budget::Held;
use crate::exec::context::Context;
use crate::exec::room::map_bytes;
use crate::storage::{Change, Graph, NodeSlot, ScanCursor};
use crate::value::{ElementId, Value};

/// The nodes of one hash, in the order of their places.
type Slots = SmallVec<[u32; 2]>;

/// What is looked up: nodes (with the label) by the values of these keys.
#[derive(Clone, Debug)]
pub(super) struct What {
    pub label: Option<LabelId>,
    pub keys: Vec<KeyId>,
}

pub(super) struct LookupTable {
    what: What,
    slots: FxHashMap<u64, Slots>,
    entry_count: usize,
    /// The root that the table speaks of.
    revision: u64,
    /// Whether a node may have lost the values that it was entered with.
    is_doubtful: bool,
    held: Held,
}

impl LookupTable {
    pub(super) fn of(ctx: &Context, graph: &Graph, what: What) -> Result<Self, ExecError> {
        let mut table = Self {
            what,
            slots: FxHashMap::default(),
            entry_count: 0,
            revision: graph.revision(),
            is_doubtful: false,
            held: Held::default(),
        };
        let (mut cursor, mut slots, mut more) = (ScanCursor::default(), Vec::new(), true);
        while more {
            slots.clear();
            more = graph.scan_nodes(table.what.label, &mut cursor, BATCH_ROWS, &mut slots);
            ctx.budget.steps(slots.len())?;
            for (slot, hash) in slots.iter().zip(table.what.hashes(graph, &slots)) {
                if let Some(hash) = hash {
                    table.enter(hash, *slot);
                }
            }
            table.hold(ctx)?;
        }
        Ok(table)
    }

    fn enter(&mut self, hash: u64, slot: u32) {
        let slots = self.slots.entry(hash).or_default();
        let place = match slots.last() {
            Some(last) if *last >= slot => slots.binary_search(&slot),
            _ => Err(slots.len()),
        };
        if let Err(place) = place {
            slots.insert(place, slot);
            self.entry_count += 1;
        }
    }

    fn hold(&mut self, ctx: &Context) -> Result<(), ExecError> {
        let bytes = map_bytes(&self.slots) + self.entry_count * size_of::<u32>();
        self.held.set(&ctx.budget, bytes)
    }

    /// Makes the table speak of `graph`.
    pub(super) fn follow(&mut self, ctx: &Context, graph: &Graph) -> Result<(), ExecError> {
        let mut changed = Vec::new();
        let is_later = graph.revision() >= self.revision;
        let look = |change: &Change| changed.extend(self.what.changed_by(change));
        if !is_later || !ctx.changes_between(self.revision, graph.revision(), look) {
            self.held.clear(&ctx.budget);
            *self = Self::of(ctx, graph, self.what.clone())?;
            return Ok(());
        }
        self.revision = graph.revision();
        if changed.is_empty() {
            return Ok(());
        }
        self.is_doubtful = true;
        for node in changed.into_iter().filter_map(|id| graph.node_slot(id)) {
            if let Some(hash) = self.what.hash_of(graph, node) {
                self.enter(hash, node.0);
            }
        }
        self.hold(ctx)
    }

    /// Appends the first nodes with one of these hashes, at most `limit` of them, from the place `from` on, and moves
    /// it; false if there are no more. `graph` is what the table speaks of.
    pub(super) fn find(
        &mut self,
        graph: &Graph,
        hashes: &[u64],
        from: &mut u32,
        limit: usize,
        found: &mut Vec<u32>,
    ) -> bool {
        let mut new = Vec::new();
        for hash in hashes {
            self.find_one(graph, *hash, *from, limit, &mut new);
        }
        if hashes.len() > 1 {
            new.sort_unstable();
            new.dedup();
            new.truncate(limit);
        }
        found.extend(&new);
        let last = new.last().filter(|_| new.len() == limit);
        *from = last.map_or(*from, |last| last + 1);
        last.is_some()
    }

    fn find_one(&mut self, graph: &Graph, hash: u64, from: u32, limit: usize, found: &mut Vec<u32>) {
        let Some(slots) = self.slots.get_mut(&hash) else { return };
        let begin = slots.partition_point(|slot| *slot < from);
        let (mut kept, mut next) = (begin, begin);
        while next < slots.len() && kept - begin < limit {
            let slot = slots[next];
            if !self.is_doubtful || self.what.hash_of(graph, NodeSlot(slot)) == Some(hash) {
                slots[kept] = slot;
                kept += 1;
            }
            next += 1;
        }
        found.extend(&slots[begin..kept]);
        slots.drain(kept..next);
        self.entry_count -= next - kept;
    }
}

impl What {
    /// The hash of the values of each node; `None` if one of them is null.
    pub(super) fn hashes(&self, graph: &Graph, slots: &[u32]) -> Vec<Option<u64>> {
        let gathered = self.keys.iter().map(|key| graph.gather_node_property(slots, *key).into_values());
        let values: SmallVec<[Vec<Value>; 2]> = gathered.collect();
        (0..slots.len()).map(|row| hash(values.iter().map(|values| &values[row]))).collect()
    }

    /// The same of one node, if it is one that is looked up.
    fn hash_of(&self, graph: &Graph, node: NodeSlot) -> Option<u64> {
        if self.label.is_some_and(|label| !graph.has_label(node, label)) {
            return None;
        }
        let values: SmallVec<[Value; 2]> = self.keys.iter().map(|key| graph.node_property(node, *key)).collect();
        hash(values.iter())
    }

    /// The element that may be found by other values after the change.
    fn changed_by(&self, change: &Change) -> Option<ElementId> {
        match change {
            Change::SetProperty { element, key, .. } => self.keys.contains(key).then_some(*element),
            Change::AddLabel { node, label } | Change::RemoveLabel { node, label } => {
                (self.label == Some(*label)).then_some(*node)
            }
            Change::DeleteNode { id } => Some(*id),
            Change::Begin(_)
            | Change::Close(_)
            | Change::TakeOver(_)
            | Change::SkipIds { .. }
            | Change::DefineLabel { .. }
            | Change::DefineType { .. }
            | Change::DefineKey { .. }
            | Change::CreateNode { .. }
            | Change::CreateRel { .. }
            | Change::DeleteRel { .. }
            | Change::SetState { .. }
            | Change::CreateIndex(_)
            | Change::DropIndex { .. }
            | Change::CreateConstraint(_)
            | Change::DropConstraint { .. }
            | Change::CreateNameIndex(_)
            | Change::DropNameIndex { .. } => None,
        }
    }
}
