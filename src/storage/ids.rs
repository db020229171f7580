//! From ids to places and back.
//!
//! Nodes and relationships draw their ids from one counter, so one table leads from an id to an end. Ids that follow
//! each other at slots that follow each other are a run and cost nothing on either side.

use std::sync::Arc;

use super::End;
use super::bitmap::PAGE_SLOTS;
use super::paged::{PageTree, copy_with_room, reserve_sparingly};
use crate::value::ElementId;

/// The ids of a page of slots, which are given in order and stay.
#[derive(Clone, Debug)]
pub(super) enum SlotIds {
    Run {
        base: u64,
        len: usize,
    },
    /// Distances from the first id.
    Near {
        base: u64,
        distances: Vec<u32>,
    },
    Far(Vec<u64>),
}

impl SlotIds {
    pub(super) const fn new() -> Self {
        SlotIds::Run { base: 0, len: 0 }
    }

    pub(super) fn get(&self, offset: usize) -> Option<u64> {
        match self {
            SlotIds::Run { base, len } => (offset < *len).then(|| base + offset as u64),
            SlotIds::Near { base, distances } => distances.get(offset).map(|&distance| base + u64::from(distance)),
            SlotIds::Far(ids) => ids.get(offset).copied(),
        }
    }

    pub(super) fn push(&mut self, id: u64) {
        match self {
            SlotIds::Run { base, len } => {
                if *len == 0 {
                    *base = id;
                }
                if id == *base + *len as u64 {
                    *len += 1;
                    return;
                }
            }
            SlotIds::Near { base, distances } => {
                if let Some(distance) = id.checked_sub(*base).and_then(|distance| u32::try_from(distance).ok()) {
                    reserve_sparingly(distances);
                    distances.push(distance);
                    return;
                }
            }
            SlotIds::Far(ids) => {
                ids.push(id);
                return;
            }
        }
        self.widen();
        self.push(id);
    }

    fn widen(&mut self) {
        *self = match self {
            SlotIds::Run { base, len } => {
                let len = u32::try_from(*len).expect("a page has 1,024 slots");
                SlotIds::Near { base: *base, distances: (0..len).collect() }
            }
            SlotIds::Near { base, distances } => {
                SlotIds::Far(distances.iter().map(|&distance| *base + u64::from(distance)).collect())
            }
            SlotIds::Far(ids) => SlotIds::Far(std::mem::take(ids)),
        };
    }
}

/// The end of each id; ids that were deleted, or never given, have none. The page of the newest ids is at hand.
#[derive(Clone, Debug)]
pub(super) struct IdTable {
    pages: PageTree<IdPage>,
    last: Arc<IdPage>,
    last_page: usize,
}

const NOWHERE: u32 = u32::MAX;

#[derive(Debug)]
enum IdPage {
    /// `len` ids from `first` on stand for the ends from `base` on.
    Run {
        first: usize,
        base: u32,
        len: usize,
    },
    Each(Vec<u32>),
}

impl IdTable {
    pub(super) fn new() -> Self {
        Self { pages: PageTree::default(), last: Arc::new(IdPage::EMPTY), last_page: 0 }
    }

    #[inline]
    pub(super) fn get(&self, id: ElementId) -> Option<End> {
        let (page, offset) = place(id)?;
        let page = if page == self.last_page { &self.last } else { self.pages.get(page)? };
        let raw = match page {
            IdPage::Run { first, base, len } => {
                let distance = offset.checked_sub(*first).filter(|distance| distance < len)?;
                base + narrow(distance)
            }
            IdPage::Each(raws) => *raws.get(offset)?,
        };
        (raw != NOWHERE).then(|| End::from_raw(raw))
    }

    pub(super) fn insert(&mut self, id: ElementId, end: End) {
        let Some((page, offset)) = place(id) else { return };
        match self.page_mut(page) {
            IdPage::Run { first, base, len } if *len == 0 => (*first, *base, *len) = (offset, end.raw(), 1),
            IdPage::Run { first, base, len } if offset == *first + *len && end.raw() == *base + narrow(*len) => {
                *len += 1;
            }
            page => page.set(offset, end.raw()),
        }
    }

    pub(super) fn remove(&mut self, id: ElementId) {
        if self.get(id).is_some()
            && let Some((page, offset)) = place(id)
        {
            self.page_mut(page).set(offset, NOWHERE);
        }
    }

    fn page_mut(&mut self, page: usize) -> &mut IdPage {
        if page > self.last_page {
            let full = std::mem::replace(&mut self.last, Arc::new(IdPage::EMPTY));
            self.pages.put(self.last_page, full);
            self.last_page = page;
        }
        if page == self.last_page {
            return Arc::make_mut(&mut self.last);
        }
        self.pages.get_or_insert_with(page, || IdPage::EMPTY)
    }
}

impl IdPage {
    const EMPTY: Self = IdPage::Run { first: 0, base: 0, len: 0 };

    fn set(&mut self, offset: usize, raw: u32) {
        if let IdPage::Run { first, base, len } = *self {
            let mut raws = vec![NOWHERE; first + len];
            for (place, raw) in raws[first..].iter_mut().zip(base..) {
                *place = raw;
            }
            *self = IdPage::Each(raws);
        }
        let IdPage::Each(raws) = self else { return };
        if raws.len() <= offset {
            raws.resize(offset + 1, NOWHERE);
        }
        raws[offset] = raw;
    }
}

impl Clone for IdPage {
    fn clone(&self) -> Self {
        match self {
            &IdPage::Run { first, base, len } => IdPage::Run { first, base, len },
            IdPage::Each(raws) => IdPage::Each(copy_with_room(raws)),
        }
    }
}

fn place(id: ElementId) -> Option<(usize, usize)> {
    let id = usize::try_from(id.0).ok()?;
    Some((id / PAGE_SLOTS, id % PAGE_SLOTS))
}

fn narrow(distance: usize) -> u32 {
    u32::try_from(distance).expect("a page has 1,024 ids")
}

#[cfg(test)]
mod tests {
    use super::super::{NodeSlot, RelSlot};
    use super::*;

    #[test]
    fn slot_ids_come_back_whatever_their_form() {
        for ids in [vec![5, 6, 7, 8], vec![5, 9, 10], vec![5, 6, 3], vec![5, 7, 5 + (1 << 40), 6]] {
            let mut page = SlotIds::new();
            for &id in &ids {
                page.push(id);
            }
            let found: Vec<_> = (0..ids.len()).filter_map(|offset| page.get(offset)).collect();
            assert_eq!(found, ids);
            assert_eq!(page.get(ids.len()), None);
        }
    }

    #[test]
    fn an_id_leads_to_its_end_until_it_is_removed() {
        let mut table = IdTable::new();
        for id in 0..3_000 {
            table.insert(ElementId(id), End::node(NodeSlot(u32::try_from(id).unwrap() + 100)));
        }
        table.insert(ElementId(1 << 50), End::rel(RelSlot(4)));
        let snapshot = table.clone();
        table.remove(ElementId(1_500));
        assert_eq!(table.get(ElementId(1_499)), Some(End::node(NodeSlot(1_599))));
        assert_eq!(table.get(ElementId(1_500)), None);
        assert_eq!(snapshot.get(ElementId(1_500)), Some(End::node(NodeSlot(1_600))));
        assert_eq!(table.get(ElementId(1 << 50)), Some(End::rel(RelSlot(4))));
        assert_eq!(table.get(ElementId(u64::MAX)), None);
    }
}
