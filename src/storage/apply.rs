//! What each [`Change`] does to a graph: the one way by which a graph changes, for the writer and for a replay.
//!
//! A change is applied without a look at constraints: whoever makes changes has checked them. Slots are given in the
//! order of changes, so the same changes applied to the same root give the same graph.

use std::sync::Arc;

use super::graph::slot_of;
use super::index::{Index, IndexValues};
use super::lens::Vocabulary;
use super::nodes::Nodes;
use super::{Change, Commit, Direction, End, Family, Graph, LogEntry, NodeSlot, Rel, RelSlot, StorageError, Words};
use crate::catalog::{Catalog, IndexDef, IndexId, KeyId, LabelId, Named, Owner, Side};
use crate::value::{ElementId, Name, Value};

impl Graph {
    /// Everything that is applied from now on carries `commit`.
    pub(crate) fn begin(&mut self, commit: Commit) {
        self.commit = commit;
    }

    /// Applies one change.
    ///
    /// # Errors
    ///
    /// [`StorageError::Deleted`] if the change speaks of an element that is not there, [`StorageError::OutOfOrder`] if
    /// it was not made from this root, [`StorageError::Full`].
    pub(crate) fn apply(&mut self, change: &Change) -> Result<(), StorageError> {
        match change {
            Change::Begin(commit) => {
                self.begin(*commit);
                return Ok(());
            }
            Change::Close(words) => self.close(words),
            Change::TakeOver(entry) => self.log.take_over((**entry).clone())?,
            Change::SkipIds { next } => self.next_id = self.next_id.max(next.0),
            Change::DefineLabel { id, name } => self.define_name(name, |catalog| catalog.labels.intern(name) == *id)?,
            Change::DefineType { id, name } => self.define_name(name, |catalog| catalog.types.intern(name) == *id)?,
            Change::DefineKey { id, name } => self.define_name(name, |catalog| catalog.keys.intern(name) == *id)?,
            Change::CreateNode { id, labels } => self.create_node(*id, labels)?,
            &Change::CreateRel { id, rel_type, start, end, asserted } => {
                let rel = Rel { rel_type, start: self.known_end(start)?, end: self.known_end(end)?, asserted };
                self.create_rel(id, rel)?;
            }
            Change::DeleteNode { id } => {
                let node = self.known_node(*id)?;
                self.delete_node(*id, node);
            }
            Change::DeleteRel { id } => {
                let rel = self.known_rel(*id)?;
                self.delete_rel(*id, rel);
            }
            Change::AddLabel { node, label } => {
                let node = self.known_node(*node)?;
                self.add_label(node, *label);
            }
            Change::RemoveLabel { node, label } => {
                let node = self.known_node(*node)?;
                self.remove_label(node, *label);
            }
            Change::SetProperty { element, key, value } => {
                let element = self.known_end(*element)?;
                self.set_property(element, *key, value);
            }
            Change::SetState { rel, asserted } => {
                let rel = self.known_rel(*rel)?;
                self.set_state(rel, *asserted);
            }
            Change::CreateIndex(def) => self.create_index(def),
            Change::DropIndex { id } => self.drop_index(*id),
            Change::CreateConstraint(def) => self.define(|catalog| catalog.constraints.push((**def).clone())),
            Change::CreateNameIndex(def) => self.create_name_index(def),
            Change::DropNameIndex { id } => self.drop_name_index(*id),
            Change::DropConstraint { name } => {
                self.define(|catalog| catalog.constraints.retain(|constraint| constraint.name != *name));
            }
        }
        self.revision += 1;
        self.count_change(change);
        Ok(())
    }

    fn count_change(&mut self, change: &Change) {
        let is_write =
            !matches!(change, Change::Begin(_) | Change::Close(_) | Change::TakeOver(_) | Change::SkipIds { .. });
        let is_open = self.log.last().is_none_or(|last| last.commit.number < self.commit.number);
        self.open_changes += u64::from(is_write && is_open);
    }

    fn close(&mut self, words: &Words) {
        let changes = std::mem::take(&mut self.open_changes);
        self.log.push(LogEntry::new(self.commit, changes, words.clone()));
    }

    fn known_end(&self, id: ElementId) -> Result<End, StorageError> {
        self.ids.get(id).ok_or(StorageError::Deleted { id })
    }

    fn known_node(&self, id: ElementId) -> Result<NodeSlot, StorageError> {
        self.node_slot(id).ok_or(StorageError::Deleted { id })
    }

    fn known_rel(&self, id: ElementId) -> Result<RelSlot, StorageError> {
        self.rel_slot(id).ok_or(StorageError::Deleted { id })
    }

    /// Defines a name; `intern` tells whether it got the number that the change gives it.
    fn define_name(&mut self, name: &Name, intern: impl FnOnce(&mut Catalog) -> bool) -> Result<(), StorageError> {
        let mut is_in_order = false;
        self.define(|catalog| is_in_order = intern(catalog));
        if is_in_order { Ok(()) } else { Err(StorageError::OutOfOrder { name: name.clone() }) }
    }

    pub(super) fn define(&mut self, change: impl FnOnce(&mut Catalog)) {
        let catalog = Arc::make_mut(&mut self.catalog);
        change(catalog);
        catalog.renew();
        self.vocabulary = Vocabulary::of(catalog);
    }

    fn create_node(&mut self, id: ElementId, labels: &[LabelId]) -> Result<(), StorageError> {
        let commit = self.commit_place()?;
        let slot = self.nodes.add(id, labels, commit)?;
        self.give(id, End::node(NodeSlot(slot)));
        self.keep_new_node(NodeSlot(slot), labels);
        Ok(())
    }

    fn create_rel(&mut self, id: ElementId, rel: Rel) -> Result<(), StorageError> {
        let commit = self.commit_place()?;
        let slot = RelSlot(self.rels.add(id, rel, commit, labels_of_ends(&self.nodes, rel))?);
        self.neighbourhood.enter(slot, rel);
        self.give(id, End::rel(slot));
        self.keep_drawn(slot, rel);
        Ok(())
    }

    fn give(&mut self, id: ElementId, end: End) {
        self.ids.insert(id, end);
        self.next_id = self.next_id.max(id.0.saturating_add(1));
    }

    /// The place of the current commit in the log.
    pub(super) fn commit_place(&self) -> Result<u32, StorageError> {
        let place = self.log.find(self.commit.number).unwrap_or(self.log.len());
        u32::try_from(place).map_err(|_| StorageError::Full { what: "no commit numbers are left" })
    }

    fn delete_node(&mut self, id: ElementId, node: NodeSlot) {
        let element = End::node(node);
        self.unindex(element, |_| true);
        self.forget_names(element, |_| true);
        self.forget_days(element);
        self.nodes.remove(node.0);
        self.ids.remove(id);
    }

    fn delete_rel(&mut self, id: ElementId, slot: RelSlot) {
        let rel = self.rel(slot);
        self.unindex(End::rel(slot), |_| true);
        self.forget_names(End::rel(slot), |_| true);
        if let Some((page, offset, _)) = self.rels.page_mut(slot.0) {
            page.columns.clear(offset);
        }
        self.rels.leave(slot.0, rel, labels_of_ends(&self.nodes, rel));
        self.neighbourhood.leave(slot, rel);
        self.keep_deleted(slot, rel);
        self.ids.remove(id);
    }

    fn add_label(&mut self, node: NodeSlot, label: LabelId) {
        if self.has_label(node, label) {
            return;
        }
        self.nodes.add_label(node.0, label);
        self.count_label(node, label, 1);
        self.index_again(End::node(node), |def| def.owner == Owner::Label(label));
        self.keep_names(End::node(node), |def| def.of == Named::Label(label));
        self.keep_label(node, label);
    }

    fn remove_label(&mut self, node: NodeSlot, label: LabelId) {
        if !self.has_label(node, label) {
            return;
        }
        self.unindex(End::node(node), |def| def.owner == Owner::Label(label));
        self.forget_names(End::node(node), |def| def.of == Named::Label(label));
        self.nodes.remove_label(node.0, label);
        self.count_label(node, label, -1);
        self.keep_label(node, label);
    }

    /// Counts the plain relationships of a node under a label that it got (1) or lost (-1).
    fn count_label(&mut self, node: NodeSlot, label: LabelId, sign: i64) {
        for (side, direction) in [(Side::Start, Direction::Out), (Side::End, Direction::In)] {
            for (rel_type, run) in self.neighbourhood.plain(direction).typed_runs(node.0) {
                let degree = i64::try_from(run.len()).expect("fewer than 2^32 relationships");
                self.rels.count_end(rel_type, side, label, sign * degree);
            }
        }
    }

    fn set_property(&mut self, element: End, key: KeyId, value: &Value) {
        self.unindex(element, |def| def.keys.contains(&key));
        self.forget_names(element, |def| def.keys.contains(&key));
        if let Some(node) = element.as_node()
            && let Some((page, offset, dictionaries)) = self.nodes.page_mut(node.0)
        {
            page.columns.set(key, offset, value, dictionaries);
        } else if let Some(rel) = element.as_rel()
            && let Some((page, offset, dictionaries)) = self.rels.page_mut(rel.0)
        {
            page.columns.set(key, offset, value, dictionaries);
        }
        self.index_again(element, |def| def.keys.contains(&key));
        self.keep_names(element, |def| def.keys.contains(&key));
        self.keep_property(element, key);
    }

    fn set_state(&mut self, slot: RelSlot, asserted: bool) {
        let rel = self.rel(slot);
        if rel.asserted == asserted {
            return;
        }
        let labels = labels_of_ends(&self.nodes, rel);
        self.rels.leave(slot.0, rel, labels);
        self.neighbourhood.leave(slot, rel);
        let rel = Rel { asserted, ..rel };
        self.rels.enter(slot.0, rel, labels);
        self.neighbourhood.enter(slot, rel);
        self.keep_state(slot, rel);
    }

    fn create_index(&mut self, def: &IndexDef) {
        let entries = self.owned(def.owner).into_iter().filter_map(|element| {
            let values = self.index_values(element, &def.keys)?;
            Some((values, slot_of(element)))
        });
        let index = Index::build(entries);
        self.indexes.set(def.id.0 as usize, index);
        self.define(|catalog| catalog.indexes.push(def.clone()));
    }

    fn drop_index(&mut self, id: IndexId) {
        self.indexes.remove(id.0 as usize);
        self.define(|catalog| catalog.indexes.retain(|index| index.id != id));
    }

    /// All elements with a label or of a type, in both states.
    pub(super) fn owned(&self, owner: Owner) -> Vec<End> {
        let mut slots = Vec::new();
        match owner {
            Owner::Label(label) => {
                self.nodes.collect(Some(label), &mut 0, usize::MAX, &mut slots);
                slots.into_iter().map(|slot| End::node(NodeSlot(slot))).collect()
            }
            Owner::Type(rel_type) => {
                for family in Family::ALL {
                    self.rels.collect(Some(rel_type), family, &mut 0, usize::MAX, &mut slots);
                }
                slots.into_iter().map(|slot| End::rel(RelSlot(slot))).collect()
            }
        }
    }

    pub(super) fn belongs(&self, element: End, owner: Owner) -> bool {
        match owner {
            Owner::Label(label) => element.as_node().is_some_and(|node| self.has_label(node, label)),
            Owner::Type(rel_type) => element.as_rel().is_some_and(|rel| self.rel(rel).rel_type == rel_type),
        }
    }

    /// The values of `keys`, if the element has them all.
    pub(super) fn index_values(&self, element: End, keys: &[KeyId]) -> Option<IndexValues> {
        let value = |&key| Some(self.property(element, key)).filter(|value| !matches!(value, Value::Null));
        keys.iter().map(value).collect()
    }

    fn unindex(&mut self, element: End, which: impl Fn(&IndexDef) -> bool) {
        self.with_indexes(element, which, Index::remove);
    }

    fn index_again(&mut self, element: End, which: impl Fn(&IndexDef) -> bool) {
        self.with_indexes(element, which, Index::insert);
    }

    fn with_indexes(
        &mut self,
        element: End,
        which: impl Fn(&IndexDef) -> bool,
        edit: impl Fn(&mut Index, IndexValues, u32),
    ) {
        if self.catalog.indexes.is_empty() {
            return;
        }
        let catalog = Arc::clone(&self.catalog);
        for def in catalog.indexes.iter().filter(|def| which(def)) {
            if !self.belongs(element, def.owner) {
                continue;
            }
            let Some(values) = self.index_values(element, &def.keys) else { continue };
            if let Some(index) = self.indexes.get_mut(def.id.0 as usize) {
                edit(index, values, slot_of(element));
            }
        }
    }
}

/// The labels at the start and at the end of a relationship; ends that are relationships have none.
fn labels_of_ends(nodes: &Nodes, rel: Rel) -> [&[LabelId]; 2] {
    [rel.start, rel.end].map(|end| end.as_node().map_or(&[][..], |node| nodes.labels(node.0)))
}
