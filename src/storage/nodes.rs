//! All nodes: their records, their label sets, and the set of slots of each label.

use super::StorageError;
use super::bitmap::{SlotSet, place};
use super::column::Column;
use super::labels::LabelSets;
use super::paged::PageTree;
use super::record::{NodePage, Placement};
use crate::catalog::LabelId;
use crate::value::ElementId;

#[derive(Clone, Debug)]
pub(super) struct Nodes {
    pages: PageTree<NodePage>,
    all: SlotSet,
    labels: PageTree<SlotSet>,
    sets: LabelSets,
    placement: Placement,
    pub columns: PageTree<Column>,
}

impl Nodes {
    pub(super) fn new() -> Self {
        Self {
            pages: PageTree::default(),
            all: SlotSet::default(),
            labels: PageTree::default(),
            sets: LabelSets::new(),
            placement: Placement::default(),
            columns: PageTree::default(),
        }
    }

    pub(super) fn page(&self, slot: u32) -> Option<(&NodePage, usize)> {
        let (page, offset) = place(slot);
        Some((self.pages.get(page)?, offset))
    }

    pub(super) fn page_mut(&mut self, slot: u32) -> Option<(&mut NodePage, usize)> {
        let (page, offset) = place(slot);
        Some((self.pages.get_mut(page)?, offset))
    }

    pub(super) fn contains(&self, slot: u32) -> bool {
        self.all.contains(slot)
    }

    pub(super) fn bound(&self) -> usize {
        self.placement.bound()
    }

    /// All nodes, or those with one label.
    pub(super) fn slots(&self, label: Option<LabelId>) -> Option<&SlotSet> {
        match label {
            None => Some(&self.all),
            Some(label) => self.labels.get(label.0 as usize),
        }
    }

    #[inline]
    pub(super) fn labels(&self, slot: u32) -> &[LabelId] {
        let set = self.page(slot).and_then(|(page, offset)| page.sets.get(offset));
        set.map_or(&[], |set| self.sets.get(set))
    }

    #[inline]
    pub(super) fn has_label(&self, slot: u32, label: LabelId) -> bool {
        self.labels.get(label.0 as usize).is_some_and(|slots| slots.contains(slot))
    }

    pub(super) fn add(&mut self, id: ElementId, labels: &[LabelId], commit: u32) -> Result<u32, StorageError> {
        let number = self.sets.number(labels);
        let set = self.sets.get_mut(number);
        let slot = self.placement.place(&mut set.open)?;
        self.pages.get_or_insert_with(place(slot).0, NodePage::new).push(id, number, commit);
        self.all.insert(slot);
        for &label in self.sets.get(number) {
            self.labels.get_or_insert_with(label.0 as usize, SlotSet::default).insert(slot);
        }
        Ok(slot)
    }

    pub(super) fn remove(&mut self, slot: u32) {
        self.all.remove(slot);
        for label in self.labels(slot).to_vec() {
            self.drop_label(slot, label);
        }
    }

    pub(super) fn add_label(&mut self, slot: u32, label: LabelId) {
        let mut labels = self.labels(slot).to_vec();
        labels.push(label);
        self.set_labels(slot, &labels);
        self.labels.get_or_insert_with(label.0 as usize, SlotSet::default).insert(slot);
    }

    pub(super) fn remove_label(&mut self, slot: u32, label: LabelId) {
        let labels: Vec<LabelId> = self.labels(slot).iter().copied().filter(|&other| other != label).collect();
        self.set_labels(slot, &labels);
        self.drop_label(slot, label);
    }

    fn drop_label(&mut self, slot: u32, label: LabelId) {
        if let Some(slots) = self.labels.get_mut(label.0 as usize) {
            slots.remove(slot);
        }
    }

    fn set_labels(&mut self, slot: u32, labels: &[LabelId]) {
        let set = self.sets.number(labels);
        if let Some((page, offset)) = self.page_mut(slot) {
            page.sets.set(offset, set);
        }
    }
}
