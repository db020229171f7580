//! All relationships: their records, the sets of slots by family and type, and exact counts.

use super::bitmap::{SlotSet, place};
use super::column::Column;
use super::paged::PageTree;
use super::record::{OpenPage, Placement, RelPage};
use super::{Family, Rel, StorageError};
use crate::catalog::{LabelId, Side, TypeId};
use crate::value::ElementId;

#[derive(Clone, Debug, Default)]
pub(super) struct Rels {
    pages: PageTree<RelPage>,
    families: [SlotSet; 3],
    types: PageTree<TypeStore>,
    placement: Placement,
    pub columns: PageTree<Column>,
}

/// What is kept of one relationship type.
#[derive(Clone, Debug, Default)]
struct TypeStore {
    open: OpenPage,
    families: [SlotSet; 3],
    /// How many plain relationships have an end with a label, sorted by side and label.
    ends: Vec<((Side, LabelId), u64)>,
}

impl Rels {
    pub(super) fn page(&self, slot: u32) -> Option<(&RelPage, usize)> {
        let (page, offset) = place(slot);
        Some((self.pages.get(page)?, offset))
    }

    pub(super) fn page_mut(&mut self, slot: u32) -> Option<(&mut RelPage, usize)> {
        let (page, offset) = place(slot);
        Some((self.pages.get_mut(page)?, offset))
    }

    #[inline]
    pub(super) fn rel(&self, slot: u32) -> Option<Rel> {
        let (page, offset) = self.page(slot)?;
        page.rel(offset)
    }

    pub(super) fn contains(&self, slot: u32) -> bool {
        self.families.iter().any(|family| family.contains(slot))
    }

    pub(super) fn bound(&self) -> usize {
        self.placement.bound()
    }

    /// All relationships of a family, or those of one type.
    pub(super) fn slots(&self, rel_type: Option<TypeId>, family: Family) -> Option<&SlotSet> {
        match rel_type {
            None => Some(&self.families[family as usize]),
            Some(rel_type) => Some(&self.types.get(rel_type.0 as usize)?.families[family as usize]),
        }
    }

    pub(super) fn count(&self, rel_type: Option<TypeId>, family: Family) -> u64 {
        self.slots(rel_type, family).map_or(0, SlotSet::len)
    }

    pub(super) fn count_with(&self, rel_type: TypeId, side: Side, label: LabelId) -> u64 {
        let Some(store) = self.types.get(rel_type.0 as usize) else { return 0 };
        let place = store.ends.binary_search_by_key(&(side, label), |entry| entry.0);
        place.map_or(0, |place| store.ends[place].1)
    }

    pub(super) fn add(&mut self, id: ElementId, rel: Rel, commit: u32) -> Result<u32, StorageError> {
        let store = self.types.get_or_insert_with(rel.rel_type.0 as usize, TypeStore::default);
        let slot = self.placement.place(&mut store.open)?;
        self.pages.get_or_insert_with(place(slot).0, RelPage::new).push(id, rel, commit);
        Ok(slot)
    }

    pub(super) fn enter(&mut self, slot: u32, rel: Rel) {
        let family = rel.family() as usize;
        self.families[family].insert(slot);
        self.type_mut(rel.rel_type).families[family].insert(slot);
    }

    pub(super) fn leave(&mut self, slot: u32, rel: Rel) {
        let family = rel.family() as usize;
        self.families[family].remove(slot);
        self.type_mut(rel.rel_type).families[family].remove(slot);
    }

    /// Counts `by` more plain relationships whose end on `side` has all of `labels`.
    pub(super) fn count_end(&mut self, rel_type: TypeId, side: Side, labels: &[LabelId], by: i64) {
        if labels.is_empty() || by == 0 {
            return;
        }
        let ends = &mut self.type_mut(rel_type).ends;
        for &label in labels {
            let place = match ends.binary_search_by_key(&(side, label), |entry| entry.0) {
                Ok(place) => place,
                Err(place) => {
                    ends.insert(place, ((side, label), 0));
                    place
                }
            };
            ends[place].1 = ends[place].1.checked_add_signed(by).expect("what is uncounted was counted");
            if ends[place].1 == 0 {
                ends.remove(place);
            }
        }
    }

    fn type_mut(&mut self, rel_type: TypeId) -> &mut TypeStore {
        self.types.get_or_insert_with(rel_type.0 as usize, TypeStore::default)
    }
}
