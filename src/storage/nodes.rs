//! All nodes: their pages, their label sets, and the set of slots of each label.

use super::bitmap::{Bitmap, SlotSet, place, slot};
use super::column::Dictionaries;
use super::labels::LabelSets;
use super::paged::PageTree;
use super::record::{NodePage, Placement};
use super::snapshot::{Bytes, Damage, Reader, SnapshotWriter, Source, Stored, check};
use super::{DiskError, StorageError};
use crate::catalog::{KeyId, LabelId};
use crate::value::{ElementId, Value};

#[derive(Clone, Debug)]
pub(super) struct Nodes {
    pages: PageTree<NodePage>,
    count: u64,
    labels: PageTree<SlotSet>,
    sets: LabelSets,
    placement: Placement,
    pub dictionaries: Dictionaries,
}

impl Nodes {
    pub(super) fn new() -> Self {
        Self {
            pages: PageTree::default(),
            count: 0,
            labels: PageTree::default(),
            sets: LabelSets::new(),
            placement: Placement::default(),
            dictionaries: Dictionaries::default(),
        }
    }

    /// The first value of this key that is found.
    pub(super) fn sample(&self, key: KeyId) -> Option<Value> {
        self.pages.iter().find_map(|(_, page)| page.columns.first(key, &self.dictionaries))
    }

    /// All pages, by their numbers.
    pub(super) fn pages(&self) -> &PageTree<NodePage> {
        &self.pages
    }

    /// The nodes of each label that has any.
    pub(super) fn by_label(&self) -> impl Iterator<Item = (LabelId, &SlotSet)> {
        self.labels.iter().map(|(label, slots)| (LabelId(u32::try_from(label).expect("a label")), slots))
    }

    #[inline]
    pub(super) fn page_at(&self, page: usize) -> Option<&NodePage> {
        self.pages.get(page)
    }

    #[inline]
    pub(super) fn page(&self, slot: u32) -> Option<(&NodePage, usize)> {
        let (page, offset) = place(slot);
        Some((self.pages.get(page)?, offset))
    }

    /// The page of a node, with the dictionaries that its properties may need.
    pub(super) fn page_mut(&mut self, slot: u32) -> Option<(&mut NodePage, usize, &mut Dictionaries)> {
        let (page, offset) = place(slot);
        Some((self.pages.get_mut(page)?, offset, &mut self.dictionaries))
    }

    pub(super) fn contains(&self, slot: u32) -> bool {
        self.page(slot).is_some_and(|(page, offset)| page.present.get(offset))
    }

    pub(super) fn bound(&self) -> usize {
        self.placement.bound()
    }

    pub(super) fn count(&self, label: Option<LabelId>) -> u64 {
        match label {
            None => self.count,
            Some(label) => self.with_label(label).map_or(0, SlotSet::len),
        }
    }

    pub(super) fn with_label(&self, label: LabelId) -> Option<&SlotSet> {
        self.labels.get(label.0 as usize)
    }

    /// Appends at most `limit` nodes from `*from` on and moves it; false at the end.
    pub(super) fn collect(&self, label: Option<LabelId>, from: &mut u32, limit: usize, slots: &mut Vec<u32>) -> bool {
        if let Some(label) = label {
            return self.with_label(label).is_some_and(|set| set.collect(from, limit, slots));
        }
        let end = slots.len().saturating_add(limit);
        loop {
            let (first, offset) = place(*from);
            let Some((index, page)) = self.pages.next(first) else { return false };
            let offset = if index == first { offset } else { 0 };
            if let Some(next) = page.present.collect(offset, slot(index, 0), end - slots.len(), slots) {
                *from = slot(index, next);
                return true;
            }
            *from = slot(index + 1, 0);
        }
    }

    /// The first page from `from` on that has nodes (with the label), by its number, and which nodes these are.
    pub(super) fn page_from(&self, label: Option<LabelId>, from: usize) -> Option<(usize, &NodePage, &Bitmap)> {
        match label {
            None => self.pages.next(from).map(|(index, page)| (index, page, &page.present)),
            Some(label) => {
                let (index, nodes) = self.with_label(label)?.page_from(from)?;
                Some((index, self.page_at(index)?, nodes))
            }
        }
    }

    #[inline]
    pub(super) fn labels(&self, slot: u32) -> &[LabelId] {
        let set = self.page(slot).and_then(|(page, offset)| page.sets.get(offset));
        set.map_or(&[], |set| self.sets.get(set))
    }

    #[inline]
    /// Of each node whether it has the label; one look-up of a page for nodes that follow each other there.
    pub(super) fn have_label(&self, slots: &[u32], label: LabelId) -> Vec<bool> {
        let Some(set) = self.labels.get(label.0 as usize) else { return vec![false; slots.len()] };
        let (mut number, mut bits) = (usize::MAX, None);
        let has = |&slot: &u32| {
            let (next, offset) = place(slot);
            if next != number {
                (number, bits) = (next, set.pages().get(next));
            }
            bits.is_some_and(|bits| bits.get(offset))
        };
        slots.iter().map(has).collect()
    }

    pub(super) fn has_label(&self, slot: u32, label: LabelId) -> bool {
        self.labels.get(label.0 as usize).is_some_and(|slots| slots.contains(slot))
    }

    pub(super) fn add(&mut self, id: ElementId, labels: &[LabelId], commit: u32) -> Result<u32, StorageError> {
        let number = self.sets.number(labels);
        let set = self.sets.get_mut(number);
        let slot = self.placement.place(&mut set.open)?;
        self.pages.get_or_insert_with(place(slot).0, NodePage::new).push(id, number, commit);
        self.count += 1;
        for &label in self.sets.get(number) {
            self.labels.get_or_insert_with(label.0 as usize, SlotSet::default).insert(slot);
        }
        Ok(slot)
    }

    /// Adds nodes with the same labels, whose ids follow each other, and appends their slots.
    pub(super) fn extend(
        &mut self,
        first_id: ElementId,
        count: usize,
        labels: &[LabelId],
        commit: u32,
        slots: &mut Vec<u32>,
    ) -> Result<(), StorageError> {
        let number = self.sets.number(labels);
        let (mut id, mut left) = (first_id, count);
        while left > 0 {
            let (first, some) = self.placement.place_some(&mut self.sets.get_mut(number).open, left)?;
            self.pages.get_or_insert_with(place(first).0, NodePage::new).extend(id, some, number, commit);
            for &label in self.sets.get(number) {
                self.labels.get_or_insert_with(label.0 as usize, SlotSet::default).insert_new(first, some);
            }
            slots.extend((first..).take(some));
            (id, left) = (ElementId(id.0 + some as u64), left - some);
        }
        self.count += count as u64;
        Ok(())
    }

    pub(super) fn remove(&mut self, slot: u32) {
        if let Some((page, offset, _)) = self.page_mut(slot) {
            page.present.remove(offset);
            page.columns.clear(offset);
            self.count = self.count.saturating_sub(1);
        }
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
        if let Some((page, offset, _)) = self.page_mut(slot) {
            page.sets.set(offset, set);
        }
    }
}

impl Nodes {
    /// What lies in pages, with the counts that they agree with; see [`Nodes::load`].
    pub(super) fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.number(self.count);
        bytes.count(self.labels.iter().count());
        for (label, slots) in self.labels.iter() {
            bytes.count(label);
            slots.store(bytes, out)?;
        }
        self.pages.store(bytes, out)
    }

    /// ```text
    /// count     of nodes
    /// labels    how many, and for each: its number, and the slots of its nodes
    /// pages     where they lie
    /// ```
    pub(super) fn load(
        bytes: &mut Reader,
        from: &mut Source,
        sets: LabelSets,
        placement: Placement,
        dictionaries: Dictionaries,
    ) -> Result<Self, Damage> {
        let count = bytes.number()?;
        check(count <= placement.bound() as u64, "there are too many nodes")?;
        let (mut labels, mut least) = (PageTree::default(), 0);
        for _ in 0..bytes.count_of_rest()? {
            let label: u32 = bytes.whole()?;
            check(label >= least && label < from.limits()?.labels, "labels are out of order")?;
            least = label + 1;
            let slots = SlotSet::load(bytes, from)?;
            check(slots.len() <= count, "a label has too many nodes")?;
            labels.set(label as usize, slots);
        }
        Ok(Self { pages: PageTree::load(bytes, from, 0)?, count, labels, sets, placement, dictionaries })
    }

    pub(super) fn sets(&self) -> &LabelSets {
        &self.sets
    }

    pub(super) fn placement(&self) -> &Placement {
        &self.placement
    }
}
