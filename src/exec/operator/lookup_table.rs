//! Which nodes have which values: what a lookup keeps from when it has built it to the end of the statement.
//!
//! The table holds hashes and no values, so what it gives may be more than what was sought. While the statement writes,
//! the table follows the list of changes: a node that was given a value is entered, one that has lost its value is
//! dropped when it is met.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::hash_join::hash;
use crate::catalog::{KeyId, LabelId};
use crate::exec::ExecError;
use crate::exec::batch::BATCH_ROWS;
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::Context;
use crate::exec::eval::Cells;
use crate::storage::{Change, Graph, NodeSlot, ScanCursor};
use crate::value::{ElementId, Value};

/// The nodes of one hash, in the order of their places.
type Slots = SmallVec<[u32; 2]>;

/// What is looked up: nodes (with the label) by the values of these keys.
#[derive(Clone, Debug, Default)]
pub(super) struct What {
    pub label: Option<LabelId>,
    pub keys: Vec<KeyId>,
}

pub(super) struct LookupTable {
    what: What,
    slots: FxHashMap<u64, Slots>,
    entry_count: usize,
    /// How many changes led to the root that the table speaks of.
    change_count: u64,
    /// Whether a node may have lost the values that it was entered with.
    is_doubtful: bool,
    held: Held,
}

impl LookupTable {
    pub(super) fn build(ctx: &Context, graph: &Graph, what: What) -> Result<Self, ExecError> {
        let mut table = Self {
            what,
            slots: FxHashMap::default(),
            entry_count: 0,
            change_count: graph.change_count(),
            is_doubtful: false,
            held: Held::default(),
        };
        let mut cursor = ScanCursor::default();
        let mut more = true;
        while more {
            let mut slots = Vec::with_capacity(BATCH_ROWS);
            more = graph.scan_nodes(table.what.label, &mut cursor, BATCH_ROWS, &mut slots);
            ctx.budget.steps(slots.len())?;
            table.enter_all(ctx, graph, &slots);
            table.hold(ctx)?;
        }
        Ok(table)
    }

    fn enter_all(&mut self, ctx: &Context, graph: &Graph, slots: &[u32]) {
        let columns: Vec<Column> =
            self.what.keys.iter().map(|key| graph.gather_node_property(slots, *key).into()).collect();
        let cells: Vec<Cells> = columns.iter().map(|column| Cells::of(column, ctx)).collect();
        for (row, slot) in slots.iter().enumerate() {
            if let Some(hash) = hash(cells.iter().map(|cells| cells.get(row))) {
                self.enter(hash, *slot);
            }
        }
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
        let bytes = self.slots.capacity() * size_of::<(u64, Slots)>() + self.entry_count * size_of::<u32>();
        self.held.set(&ctx.budget, bytes)
    }

    /// Makes the table speak of `graph`, which is the root that it spoke of or a later one.
    pub(super) fn follow(&mut self, ctx: &Context, graph: &Graph) -> Result<(), ExecError> {
        let change_count = graph.change_count();
        if change_count < self.change_count {
            return self.begin_anew(ctx, graph);
        }
        let mut changed = Vec::new();
        ctx.each_change(self.change_count, change_count, |change| changed.extend(self.what.changed_by(change)));
        self.change_count = change_count;
        if changed.is_empty() {
            return Ok(());
        }
        self.is_doubtful = true;
        for slot in changed.into_iter().filter_map(|id| graph.node_slot(id)) {
            if let Some(hash) = self.what.hash_of(graph, slot) {
                self.enter(hash, slot.0);
            }
        }
        self.hold(ctx)
    }

    fn begin_anew(&mut self, ctx: &Context, graph: &Graph) -> Result<(), ExecError> {
        self.held.clear(&ctx.budget);
        *self = Self::build(ctx, graph, self.what.clone())?;
        Ok(())
    }

    /// Appends at most `limit` of the nodes with these values, from the place `from` on, and moves it; false at the end.
    /// `graph` is what the table speaks of.
    pub(super) fn find<'v>(
        &mut self,
        graph: &Graph,
        values: impl Iterator<Item = &'v Value>,
        from: &mut u32,
        limit: usize,
        found: &mut Vec<u32>,
    ) -> bool {
        let Some(hash) = hash(values) else { return false };
        let Some(slots) = self.slots.get_mut(&hash) else { return false };
        let begin = slots.partition_point(|slot| *slot < *from);
        let end = slots.len().min(begin.saturating_add(limit));
        let mut kept = begin;
        for at in begin..end {
            let slot = slots[at];
            if !self.is_doubtful || self.what.hash_of(graph, NodeSlot(slot)) == Some(hash) {
                slots[kept] = slot;
                kept += 1;
                found.push(slot);
            }
        }
        slots.drain(kept..end);
        self.entry_count -= end - kept;
        let next = slots.get(kept).copied();
        *from = next.unwrap_or(*from);
        next.is_some()
    }
}

impl What {
    /// The hash of the values by which a node is found, if it is one that is looked up.
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
            | Change::DropConstraint { .. } => None,
        }
    }
}
