//! From ids to places and back.
//!
//! Nodes and relationships draw their ids from one counter, so one table leads from an id to an end. Ids that follow
//! each other at slots that follow each other are a run and cost nothing on either side.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use super::bitmap::{Bitmap, PAGE_SLOTS};
use super::paged::{PageTree, copy_with_room, reserve_sparingly};
use super::snapshot::{Bytes, Damage, Limits, Reader, SnapshotWriter, Source, Stored, check};
use super::{DiskError, End};
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

    /// Appends ids that follow each other.
    pub(super) fn extend(&mut self, first: u64, count: usize) {
        match self {
            SlotIds::Run { base, len } if *len == 0 => (*base, *len) = (first, count),
            SlotIds::Run { base, len } if first == *base + *len as u64 => *len += count,
            SlotIds::Run { .. } | SlotIds::Near { .. } | SlotIds::Far(_) => {
                (first..).take(count).for_each(|id| self.push(id));
            }
        }
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

/// ```text
/// form    one byte
/// 0       length, first id
/// 1       first id, distances from it (numbers)
/// 2       ids (numbers)
/// ```
impl SlotIds {
    pub(super) fn write(&self, bytes: &mut Bytes) {
        match self {
            SlotIds::Run { base, len } => {
                bytes.byte(0);
                bytes.count(*len);
                bytes.number(*base);
            }
            SlotIds::Near { base, distances } => {
                bytes.byte(1);
                bytes.number(*base);
                bytes.numbers_u32(distances.iter());
            }
            SlotIds::Far(ids) => {
                bytes.byte(2);
                bytes.numbers(ids.iter().copied());
            }
        }
    }

    /// The ids of `len` slots.
    pub(super) fn read(bytes: &mut Reader, len: usize) -> Result<Self, Damage> {
        let form = bytes.byte()?;
        let ids = match form {
            0 => {
                check(bytes.count(len)? == len, "ids are missing")?;
                SlotIds::Run { base: bytes.number()?, len }
            }
            1 => SlotIds::Near { base: bytes.number()?, distances: bytes.exactly(len)? },
            2 => SlotIds::Far(bytes.exactly(len)?),
            _ => return Err(Damage("ids have an unknown form")),
        };
        let highest = match &ids {
            SlotIds::Run { base, len } => base.checked_add(*len as u64),
            SlotIds::Near { base, distances } => base.checked_add(distances.iter().copied().max().unwrap_or(0).into()),
            SlotIds::Far(_) => Some(0),
        };
        check(highest.is_some(), "an id is too large")?;
        Ok(ids)
    }
}

/// Ids and where they lead.
pub(super) type Entries = Vec<(ElementId, End)>;

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

    /// The first id at `from` or behind it that has an end.
    pub(super) fn next(&self, from: ElementId) -> Option<(ElementId, End)> {
        let (mut page, mut offset) = place(from)?;
        while page < self.last_page {
            let Some((index, found)) = self.pages.next(page).filter(|(index, _)| *index < self.last_page) else {
                break;
            };
            let from = if index == page { offset } else { 0 };
            if let Some((offset, raw)) = found.next(from) {
                return Some((id(index, offset), End::from_raw(raw)));
            }
            (page, offset) = (index + 1, 0);
        }
        let from = match page.cmp(&self.last_page) {
            Ordering::Less => 0,
            Ordering::Equal => offset,
            Ordering::Greater => return None,
        };
        self.last.next(from).map(|(offset, raw)| (id(self.last_page, offset), End::from_raw(raw)))
    }

    /// All ids that lead somewhere.
    pub(super) fn entries(&self) -> impl Iterator<Item = (ElementId, End)> {
        let full = self.pages.iter().filter(|(number, _)| *number != self.last_page);
        full.chain([(self.last_page, &*self.last)]).flat_map(|(number, page)| page.entries(number))
    }

    /// Shows all pages with their numbers; of those that cannot be read, which these would be, and why.
    pub(super) fn visit(&self, visit: &mut dyn FnMut(Range<usize>, Result<Entries, DiskError>)) {
        self.pages.visit(&mut |numbers, page| {
            let number = numbers.start;
            if number != self.last_page {
                visit(numbers, page.map(|page| page.entries(number).collect()));
            }
        });
        visit(self.last_page..self.last_page + 1, Ok(self.last.entries(self.last_page).collect()));
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

/// The number of the newest page and that page, and where the others lie.
impl Stored for IdTable {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.count(self.last_page);
        self.last.store(bytes, out)?;
        self.pages.store(bytes, out)
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let last_page = bytes.whole()?;
        let last = Arc::new(IdPage::load(bytes, from)?);
        Ok(Self { pages: PageTree::load(bytes, from, 0)?, last, last_page })
    }
}

/// ```text
/// form    one byte
/// 0       the first id's offset, how many there are, the end of the first
/// 1       how many there are, those that have an end (a bitmap), the ends of these (numbers)
/// ```
impl Stored for IdPage {
    fn store(&self, bytes: &mut Bytes, _: &mut SnapshotWriter) -> Result<(), DiskError> {
        match self {
            IdPage::Run { first, base, len } => {
                bytes.byte(0);
                bytes.count(*first);
                bytes.count(*len);
                bytes.number(u64::from(*base));
            }
            IdPage::Each(raws) => {
                let mut present = Bitmap::default();
                let there = (0..).zip(raws).filter(|(_, raw)| **raw != NOWHERE);
                there.for_each(|(offset, _)| _ = present.insert(offset));
                bytes.byte(1);
                bytes.count(raws.len());
                present.write(bytes);
                bytes.numbers_u32(raws.iter().filter(|raw| **raw != NOWHERE));
            }
        }
        Ok(())
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        match bytes.byte()? {
            0 => Self::load_run(bytes, from.limits()?),
            1 => Self::load_each(bytes, from.limits()?),
            _ => Err(Damage("a page of ids has an unknown form")),
        }
    }

    fn is_whole(_: &[u8]) -> bool {
        true
    }
}

impl IdPage {
    fn load_run(bytes: &mut Reader, limits: &Limits) -> Result<Self, Damage> {
        let first = bytes.count(PAGE_SLOTS)?;
        let len = bytes.count(PAGE_SLOTS - first)?;
        let base = bytes.whole()?;
        if len > 0 {
            let last = u32::checked_add(base, narrow(len - 1)).ok_or(Damage("an end is too large"))?;
            let is_one_kind = End::from_raw(base).as_node().is_some() == End::from_raw(last).as_node().is_some();
            check(is_one_kind && limits.has_end(last), "an id leads nowhere")?;
        }
        Ok(IdPage::Run { first, base, len })
    }

    fn load_each(bytes: &mut Reader, limits: &Limits) -> Result<Self, Damage> {
        let len = bytes.count(PAGE_SLOTS)?;
        let present = Bitmap::read(bytes)?;
        check(present.is_below(len), "ids are missing")?;
        let ends: Vec<u32> = bytes.exactly(present.count())?;
        check(ends.iter().all(|end| limits.has_end(*end)), "an id leads nowhere")?;
        let mut raws = vec![NOWHERE; len];
        present.ones().zip(ends).for_each(|(offset, end)| raws[offset] = end);
        Ok(IdPage::Each(raws))
    }

    /// The first offset at `from` or behind it that has an end.
    fn next(&self, from: usize) -> Option<(usize, u32)> {
        match self {
            &IdPage::Run { first, base, len } => {
                let offset = from.max(first);
                (offset < first + len).then(|| (offset, base + narrow(offset - first)))
            }
            IdPage::Each(raws) => {
                let mut behind = raws.iter().copied().enumerate().skip(from);
                behind.find(|(_, raw)| *raw != NOWHERE)
            }
        }
    }

    const EMPTY: Self = IdPage::Run { first: 0, base: 0, len: 0 };

    /// The ids of the page with this number that lead somewhere.
    fn entries(&self, number: usize) -> impl Iterator<Item = (ElementId, End)> {
        let (first, count) = match self {
            IdPage::Run { first, len, .. } => (*first, *len),
            IdPage::Each(raws) => (0, raws.len()),
        };
        let raw = move |place: usize| match self {
            IdPage::Run { base, .. } => base + narrow(place),
            IdPage::Each(raws) => raws[place],
        };
        let all = (0..count).map(move |place| {
            (ElementId(number.wrapping_mul(PAGE_SLOTS).wrapping_add(first + place) as u64), raw(place))
        });
        all.filter(|(_, raw)| *raw != NOWHERE).map(|(id, raw)| (id, End::from_raw(raw)))
    }

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

fn id(page: usize, offset: usize) -> ElementId {
    ElementId((page * PAGE_SLOTS + offset) as u64)
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

    #[test]
    fn ids_that_have_an_end_are_found_in_order() {
        let removed = [0, 1, 1_023, 1_024, 5_000];
        for ids in [vec![], vec![0], vec![5, 6, 7], vec![1_022, 1_023, 1_024, 9_000], vec![3, 5_000, 1 << 40]] {
            let mut table = IdTable::new();
            for (slot, &id) in (0..).zip(&ids) {
                table.insert(ElementId(id), End::rel(RelSlot(slot)));
            }
            for id in removed {
                table.remove(ElementId(id));
            }
            let mut found = Vec::new();
            let mut from = ElementId(0);
            while let Some((id, end)) = table.next(from) {
                assert_eq!(table.get(id), Some(end));
                found.push(id.0);
                from = ElementId(id.0 + 1);
            }
            let expected: Vec<u64> = ids.into_iter().filter(|id| !removed.contains(id)).collect();
            assert_eq!(found, expected);
        }
    }
}
