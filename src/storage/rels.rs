//! All relationships: their pages, the pages of each type, and exact counts.

use super::bitmap::{SlotSet, place, slot};
use super::column::Dictionaries;
use super::paged::PageTree;
use super::record::{OpenPage, Placement, RelPage};
use super::{Family, Rel, StorageError};
use crate::catalog::{KeyId, LabelId, Side, TypeId};
use crate::value::{ElementId, Value};

#[derive(Clone, Debug, Default)]
pub(super) struct Rels {
    pages: PageTree<RelPage>,
    counts: [u64; 3],
    types: PageTree<TypeStore>,
    placement: Placement,
    pub dictionaries: Dictionaries,
}

/// What is kept of one relationship type.
#[derive(Clone, Debug, Default)]
struct TypeStore {
    open: OpenPage,
    counts: [u64; 3],
    /// The pages where relationships of this type may be; other types may share them.
    pages: SlotSet,
    /// How many plain relationships have an end with a label, sorted by side and label.
    ends: Vec<((Side, LabelId), u64)>,
}

impl Rels {
    #[inline]
    pub(super) fn page_at(&self, page: usize) -> Option<&RelPage> {
        self.pages.get(page)
    }

    /// The first value of this key that is found.
    pub(super) fn sample(&self, key: KeyId) -> Option<Value> {
        self.pages.iter().find_map(|(_, page)| page.columns.first(key, &self.dictionaries))
    }

    #[inline]
    pub(super) fn page(&self, slot: u32) -> Option<(&RelPage, usize)> {
        let (page, offset) = place(slot);
        Some((self.pages.get(page)?, offset))
    }

    /// The page of a relationship, with the dictionaries that its properties may need.
    pub(super) fn page_mut(&mut self, slot: u32) -> Option<(&mut RelPage, usize, &mut Dictionaries)> {
        let (page, offset) = place(slot);
        Some((self.pages.get_mut(page)?, offset, &mut self.dictionaries))
    }

    #[inline]
    pub(super) fn rel(&self, slot: u32) -> Option<Rel> {
        let (page, offset) = self.page(slot)?;
        page.rel(offset)
    }

    pub(super) fn contains(&self, slot: u32) -> bool {
        self.page(slot).is_some_and(|(page, offset)| page.contains(offset))
    }

    /// Appends at most `limit` relationships from `*from` on and moves it; false at the end.
    pub(super) fn collect(
        &self,
        rel_type: Option<TypeId>,
        family: Family,
        from: &mut u32,
        limit: usize,
        slots: &mut Vec<u32>,
    ) -> bool {
        let end = slots.len().saturating_add(limit);
        loop {
            let (first, offset) = place(*from);
            let Some((index, page)) = self.next_page(rel_type, first) else { return false };
            let offset = if index == first { offset } else { 0 };
            let base = slot(index, 0);
            if rel_type.is_none() {
                if let Some(next) = page.family(family).collect(offset, base, end - slots.len(), slots) {
                    *from = slot(index, next);
                    return true;
                }
                *from = base + slot(1, 0);
                continue;
            }
            for one in page.family(family).ones_from(offset) {
                if rel_type.is_some_and(|rel_type| !page.is_of_type(one, rel_type)) {
                    continue;
                }
                let one = slot(index, one);
                if slots.len() == end {
                    *from = one;
                    return true;
                }
                slots.push(one);
            }
            *from = base + slot(1, 0);
        }
    }

    fn next_page(&self, rel_type: Option<TypeId>, from: usize) -> Option<(usize, &RelPage)> {
        let Some(rel_type) = rel_type else { return self.pages.next(from) };
        let from = u32::try_from(from).ok()?;
        let page = self.types.get(rel_type.0 as usize)?.pages.next(from)? as usize;
        Some((page, self.pages.get(page)?))
    }

    pub(super) fn bound(&self) -> usize {
        self.placement.bound()
    }

    pub(super) fn count(&self, rel_type: Option<TypeId>, family: Family) -> u64 {
        match rel_type {
            None => self.counts[family as usize],
            Some(rel_type) => self.types.get(rel_type.0 as usize).map_or(0, |store| store.counts[family as usize]),
        }
    }

    pub(super) fn count_with(&self, rel_type: TypeId, side: Side, label: LabelId) -> u64 {
        let Some(store) = self.types.get(rel_type.0 as usize) else { return 0 };
        let place = store.ends.binary_search_by_key(&(side, label), |entry| entry.0);
        place.map_or(0, |place| store.ends[place].1)
    }

    /// Adds a relationship, whose ends have these labels.
    pub(super) fn add(
        &mut self,
        id: ElementId,
        rel: Rel,
        commit: u32,
        labels: [&[LabelId]; 2],
    ) -> Result<u32, StorageError> {
        let store = self.types.get_or_insert_with(rel.rel_type.0 as usize, TypeStore::default);
        let slot = self.placement.place(&mut store.open)?;
        let (index, offset) = place(slot);
        store.pages.insert(u32::try_from(index).expect("pages are fewer than slots"));
        let page = self.pages.get_or_insert_with(index, RelPage::new);
        page.push(id, rel, commit);
        let family = rel.family();
        page.family_mut(family).insert(offset);
        store.count(family, labels, 1);
        self.counts[family as usize] += 1;
        Ok(slot)
    }

    /// Takes a relationship out of its family: it is deleted, or about to enter another one.
    pub(super) fn leave(&mut self, slot: u32, rel: Rel, labels: [&[LabelId]; 2]) {
        let family = rel.family();
        if let Some((page, offset, _)) = self.page_mut(slot) {
            page.family_mut(family).remove(offset);
        }
        self.type_mut(rel.rel_type).count(family, labels, -1);
        self.counts[family as usize] -= 1;
    }

    /// Puts a relationship that has left its family where its state says.
    pub(super) fn enter(&mut self, slot: u32, rel: Rel, labels: [&[LabelId]; 2]) {
        let family = rel.family();
        if let Some((page, offset, _)) = self.page_mut(slot) {
            page.set_asserted(offset, rel.asserted);
            page.family_mut(family).insert(offset);
        }
        self.type_mut(rel.rel_type).count(family, labels, 1);
        self.counts[family as usize] += 1;
    }

    /// Counts `by` more plain relationships whose end on `side` has `label`.
    pub(super) fn count_end(&mut self, rel_type: TypeId, side: Side, label: LabelId, by: i64) {
        if by != 0 {
            self.type_mut(rel_type).count_end(side, label, by);
        }
    }

    fn type_mut(&mut self, rel_type: TypeId) -> &mut TypeStore {
        self.types.get_or_insert_with(rel_type.0 as usize, TypeStore::default)
    }
}

impl TypeStore {
    /// Counts a relationship, or with -1 takes it back.
    fn count(&mut self, family: Family, [start, end]: [&[LabelId]; 2], by: i64) {
        let count = &mut self.counts[family as usize];
        *count = count.checked_add_signed(by).expect("what is uncounted was counted");
        if family != Family::Plain {
            return;
        }
        for &label in start {
            self.count_end(Side::Start, label, by);
        }
        for &label in end {
            self.count_end(Side::End, label, by);
        }
    }

    fn count_end(&mut self, side: Side, label: LabelId, by: i64) {
        let place = match self.ends.binary_search_by_key(&(side, label), |entry| entry.0) {
            Ok(place) => place,
            Err(place) => {
                self.ends.insert(place, ((side, label), 0));
                place
            }
        };
        let count = &mut self.ends[place].1;
        *count = count.checked_add_signed(by).expect("what is uncounted was counted");
        if *count == 0 {
            self.ends.remove(place);
        }
    }
}
