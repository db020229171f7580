//! What is kept of every node and relationship beside its properties and its neighbours.
//!
//! Slots of a page are given in order and never twice, so a record is appended and what cannot change stays even
//! after its element is deleted: whether it is still there is told by the sets of slots.

mod stored;

use smallvec::SmallVec;

use super::bitmap::{Bitmap, PAGE_SLOTS};
use super::column::LyingColumns;
use super::ids::SlotIds;
use super::lens::PageClocks;
use super::paged::copy_with_room;
use super::rels::Drawn;
use super::{End, Family, Rel, StorageError};
use crate::catalog::TypeId;
use crate::value::ElementId;

/// Label sets and types with fewer elements than this share pages.
const RARE: u32 = 64;

const MAX_PAGES: usize = (1 << 31) / PAGE_SLOTS - 1;

/// Hands out slots: elements of a kind lie together.
#[derive(Clone, Debug, Default)]
pub(super) struct Placement {
    page_count: usize,
    shared: OpenPage,
}

/// The page where the next element of a label set or type goes.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenPage {
    placed: u32,
    next: Option<u32>,
}

impl Placement {
    pub(super) fn place(&mut self, own: &mut OpenPage) -> Result<u32, StorageError> {
        let slot = if own.placed < RARE {
            let slot = Self::take(&mut self.page_count, &mut self.shared)?;
            own.placed += 1;
            slot
        } else {
            Self::take(&mut self.page_count, own)?
        };
        Ok(slot)
    }

    /// The same for up to `most` elements that lie side by side on one page: where the first lies, and how many there are.
    pub(super) fn place_some(&mut self, own: &mut OpenPage, most: usize) -> Result<(u32, usize), StorageError> {
        let is_rare = own.placed < RARE;
        let first = self.place(own)?;
        if is_rare {
            return Ok((first, 1));
        }
        let count = most.min(PAGE_SLOTS - first as usize % PAGE_SLOTS);
        let next = first as usize + count;
        own.next = u32::try_from(next).ok().filter(|_| !next.is_multiple_of(PAGE_SLOTS));
        Ok((first, count))
    }

    pub(super) fn page_count(&self) -> usize {
        self.page_count
    }

    /// The page that rare kinds share.
    pub(super) fn shared(&self) -> &OpenPage {
        &self.shared
    }

    /// One more than the highest slot that was ever given, rounded up to whole pages.
    pub(super) fn bound(&self) -> usize {
        self.page_count * PAGE_SLOTS
    }

    fn take(page_count: &mut usize, page: &mut OpenPage) -> Result<u32, StorageError> {
        let slot = match page.next {
            Some(slot) => slot,
            None if *page_count < MAX_PAGES => {
                *page_count += 1;
                super::bitmap::slot(*page_count - 1, 0)
            }
            None => return Err(StorageError::Full { what: "no slots are left" }),
        };
        let filled = (slot as usize + 1).is_multiple_of(PAGE_SLOTS);
        page.next = (!filled).then_some(slot + 1);
        Ok(slot)
    }
}

impl OpenPage {
    /// The slot that is given next, if it is on a page that was begun.
    pub(super) fn next(&self) -> Option<u32> {
        self.next
    }
}

/// A page of nodes.
#[derive(Clone, Debug)]
pub(super) struct NodePage {
    ids: SlotIds,
    /// The nodes that are there.
    pub present: Bitmap,
    /// The number of each node's label set.
    pub sets: Codes,
    recorded: Recorded,
    pub clocks: PageClocks,
    pub columns: LyingColumns,
}

impl NodePage {
    pub(super) fn new() -> Self {
        Self {
            ids: SlotIds::new(),
            present: Bitmap::default(),
            sets: Codes::new(),
            recorded: Recorded::new(),
            clocks: PageClocks::default(),
            columns: LyingColumns::default(),
        }
    }

    pub(super) fn push(&mut self, id: ElementId, set: u32, commit: u32) {
        let offset = self.sets.len();
        self.recorded.push(offset, commit);
        self.ids.push(id.0);
        self.present.insert(offset);
        self.sets.push(set);
    }

    /// Appends so many nodes of one set, with ids that follow each other.
    pub(super) fn extend(&mut self, first_id: ElementId, count: usize, set: u32, commit: u32) {
        let offset = self.sets.len();
        self.recorded.push(offset, commit);
        self.ids.extend(first_id.0, count);
        self.present.insert_all(offset..offset + count);
        self.sets.extend(set, count);
    }

    /// How many of its slots were given.
    pub(super) fn len(&self) -> usize {
        self.sets.len()
    }

    pub(super) fn id(&self, offset: usize) -> Option<ElementId> {
        self.ids.get(offset).map(ElementId)
    }

    pub(super) fn commit(&self, offset: usize) -> Option<u32> {
        self.recorded.get(offset)
    }

    pub(super) fn recorded(&self) -> &Recorded {
        &self.recorded
    }
}

/// A page of relationships.
#[derive(Debug)]
pub(super) struct RelPage {
    ids: SlotIds,
    /// The relationships of each family that are there.
    families: [Bitmap; 3],
    types: Codes,
    starts: Vec<u32>,
    ends: Vec<u32>,
    /// Kept when a relationship is deleted, as the rest of its record is.
    quoted: Option<Box<Bitmap>>,
    recorded: Recorded,
    pub clocks: PageClocks,
    pub columns: LyingColumns,
}

impl RelPage {
    pub(super) fn new() -> Self {
        Self {
            ids: SlotIds::new(),
            families: Default::default(),
            types: Codes::new(),
            starts: Vec::new(),
            ends: Vec::new(),
            quoted: None,
            recorded: Recorded::new(),
            clocks: PageClocks::default(),
            columns: LyingColumns::default(),
        }
    }

    pub(super) fn push(&mut self, id: ElementId, rel: Rel, commit: u32) {
        let offset = self.starts.len();
        self.recorded.push(offset, commit);
        self.ids.push(id.0);
        self.types.push(rel.rel_type.0);
        self.starts.push(rel.start.raw());
        self.ends.push(rel.end.raw());
        self.set_asserted(offset, rel.asserted);
    }

    /// Appends asserted relationships of one type between nodes, with ids that follow each other.
    pub(super) fn extend(&mut self, first_id: ElementId, drawn: Drawn<'_>, commit: u32) {
        let (offset, count) = (self.starts.len(), drawn.starts.len());
        self.recorded.push(offset, commit);
        self.ids.extend(first_id.0, count);
        self.types.extend(drawn.rel_type.0, count);
        self.starts.reserve_exact(count);
        self.starts.extend_from_slice(drawn.starts);
        self.ends.reserve_exact(count);
        self.ends.extend_from_slice(drawn.ends);
        self.family_mut(Family::Plain).insert_all(offset..offset + count);
    }

    /// The relationships of one family that are there.
    pub(super) fn family(&self, family: Family) -> &Bitmap {
        &self.families[family as usize]
    }

    pub(super) fn family_mut(&mut self, family: Family) -> &mut Bitmap {
        &mut self.families[family as usize]
    }

    /// The relationships that are there.
    pub(super) fn present(&self) -> Bitmap {
        let mut present = Bitmap::default();
        self.families.iter().for_each(|family| present.unite(family));
        present
    }

    pub(super) fn contains(&self, offset: usize) -> bool {
        self.families.iter().any(|family| family.get(offset))
    }

    #[inline]
    pub(super) fn is_of_type(&self, offset: usize, rel_type: TypeId) -> bool {
        self.types.get(offset) == Some(rel_type.0)
    }

    pub(super) fn set_asserted(&mut self, offset: usize, asserted: bool) {
        if !asserted {
            self.quoted.get_or_insert_default().insert(offset);
        } else if let Some(quoted) = &mut self.quoted {
            quoted.remove(offset);
        }
    }

    pub(super) fn rel(&self, offset: usize) -> Option<Rel> {
        Some(Rel {
            rel_type: TypeId(self.types.get(offset)?),
            start: End::from_raw(*self.starts.get(offset)?),
            end: End::from_raw(*self.ends.get(offset)?),
            asserted: self.quoted.as_ref().is_none_or(|quoted| !quoted.get(offset)),
        })
    }

    /// How many of its slots were given.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn id(&self, offset: usize) -> Option<ElementId> {
        self.ids.get(offset).map(ElementId)
    }

    pub(super) fn commit(&self, offset: usize) -> Option<u32> {
        self.recorded.get(offset)
    }

    pub(super) fn recorded(&self) -> &Recorded {
        &self.recorded
    }
}

impl Clone for RelPage {
    fn clone(&self) -> Self {
        Self {
            ids: self.ids.clone(),
            families: self.families.clone(),
            types: self.types.clone(),
            starts: copy_with_room(&self.starts),
            ends: copy_with_room(&self.ends),
            quoted: self.quoted.clone(),
            recorded: self.recorded.clone(),
            clocks: self.clocks.clone(),
            columns: self.columns.clone(),
        }
    }
}

/// A number for each slot of a page; nothing but a count while they are all the same.
#[derive(Debug)]
pub(super) enum Codes {
    Same { code: u32, len: usize },
    Each(Vec<u32>),
}

impl Codes {
    pub(super) const fn new() -> Self {
        Codes::Same { code: 0, len: 0 }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Codes::Same { len, .. } => *len,
            Codes::Each(codes) => codes.len(),
        }
    }

    pub(super) fn get(&self, offset: usize) -> Option<u32> {
        match self {
            Codes::Same { code, len } => (offset < *len).then_some(*code),
            Codes::Each(codes) => codes.get(offset).copied(),
        }
    }

    pub(super) fn push(&mut self, new: u32) {
        match self {
            Codes::Same { code, len } if *len == 0 || *code == new => {
                *code = new;
                *len += 1;
            }
            Codes::Same { .. } => self.each().push(new),
            Codes::Each(codes) => codes.push(new),
        }
    }

    /// Appends a number so many times.
    fn extend(&mut self, new: u32, count: usize) {
        match self {
            Codes::Same { code, len } if *len == 0 || *code == new => (*code, *len) = (new, *len + count),
            Codes::Same { .. } | Codes::Each(_) => self.each().extend(std::iter::repeat_n(new, count)),
        }
    }

    pub(super) fn set(&mut self, offset: usize, new: u32) {
        if self.get(offset).is_some_and(|old| old != new) {
            self.each()[offset] = new;
        }
    }

    fn each(&mut self) -> &mut Vec<u32> {
        if let Codes::Same { code, len } = *self {
            *self = Codes::Each(vec![code; len]);
        }
        match self {
            Codes::Each(codes) => codes,
            Codes::Same { .. } => unreachable!("just replaced"),
        }
    }
}

impl Clone for Codes {
    /// Whoever copies a page is about to write to it.
    fn clone(&self) -> Self {
        match self {
            Codes::Same { code, len } => Codes::Same { code: *code, len: *len },
            Codes::Each(codes) => Codes::Each(copy_with_room(codes)),
        }
    }
}

/// In which commit each slot of a page was written first: slots are filled in the order of commits, so one entry
/// stands for all slots up to the next entry.
#[derive(Debug)]
pub(super) struct Recorded(SmallVec<[(u16, u32); 2]>);

impl Recorded {
    fn new() -> Self {
        Self(SmallVec::new())
    }

    fn push(&mut self, offset: usize, commit: u32) {
        if self.0.last().is_none_or(|last| last.1 != commit) {
            self.0.push((u16::try_from(offset).expect("a page has 1,024 slots"), commit));
        }
    }

    fn get(&self, offset: usize) -> Option<u32> {
        let later = self.0.partition_point(|entry| usize::from(entry.0) <= offset);
        Some(self.0[later.checked_sub(1)?].1)
    }

    /// The offsets of each commit; those of the last one reach to the end of the page.
    pub(super) fn stretches(&self) -> impl Iterator<Item = (std::ops::Range<usize>, u32)> {
        let ends = self.0.iter().skip(1).map(|entry| usize::from(entry.0)).chain([PAGE_SLOTS]);
        self.0.iter().zip(ends).map(|(entry, end)| (usize::from(entry.0)..end, entry.1))
    }
}

impl Clone for Recorded {
    /// Where each commit adds one element there are as many entries as slots: they are copied at once, and with room for
    /// one more.
    fn clone(&self) -> Self {
        let mut copy = SmallVec::with_capacity(self.0.len() + self.0.len() / 8 + 1);
        copy.extend_from_slice(&self.0);
        Self(copy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_kinds_share_pages_and_common_ones_have_their_own() {
        let mut placement = Placement::default();
        let (mut rare, mut common) = (OpenPage::default(), OpenPage::default());
        assert_eq!(placement.place(&mut rare).unwrap(), 0);
        for place in 0..RARE {
            assert_eq!(placement.place(&mut common).unwrap(), place + 1);
        }
        assert_eq!(placement.place(&mut common).unwrap(), 1_024);
        assert_eq!(placement.place(&mut rare).unwrap(), RARE + 1);
        for _ in 0..1_023 {
            placement.place(&mut common).unwrap();
        }
        assert_eq!(placement.place(&mut common).unwrap(), 2_048);
    }

    #[test]
    fn a_slot_knows_the_commit_that_filled_it() {
        let mut recorded = Recorded::new();
        for (offset, commit) in [(0, 4), (1, 4), (2, 5), (3, 9)] {
            recorded.push(offset, commit);
        }
        let found: Vec<_> = (0..4).filter_map(|offset| recorded.get(offset)).collect();
        assert_eq!(found, [4, 4, 5, 9]);
    }
}
