//! All relationships: their pages, the pages of each type, and exact counts.

use std::sync::Arc;

use super::bitmap::{SlotSet, place, slot};
use super::column::Dictionaries;
use super::paged::PageTree;
use super::record::{OpenPage, Placement, RelPage};
use super::snapshot::{Bytes, Damage, Limits, Reader, SnapshotFile, SnapshotWriter, Source, Stored, check, lost};
use super::{DiskError, Family, Rel, StorageError};
use crate::catalog::{KeyId, LabelId, Side, TypeId};
use crate::value::{ElementId, Value};

#[derive(Clone, Debug, Default)]
pub(super) struct Rels {
    pages: PageTree<RelPage>,
    counts: [u64; 3],
    types: PageTree<TypeStore>,
    placement: Placement,
    pub dictionaries: Dictionaries,
    /// The snapshot that it was opened from.
    file: Option<Arc<SnapshotFile>>,
}

/// Asserted relationships of one type between nodes, by the slots of these.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawn<'d> {
    pub rel_type: TypeId,
    pub starts: &'d [u32],
    pub ends: &'d [u32],
}

/// What is kept of one relationship type.
#[derive(Clone, Debug, Default)]
struct TypeStore {
    open: OpenPage,
    counts: [u64; 3],
    /// The pages where relationships of this type may be; other types may share them.
    pages: SlotSet,
    /// Sorted by side and label.
    ends: Vec<EndCount>,
}

/// How many plain relationships have an end with a label.
pub(super) type EndCount = ((Side, LabelId), u64);

/// What is counted of one relationship type.
#[derive(Debug)]
pub(super) struct TypeCounts<'g> {
    pub rel_type: TypeId,
    pub counts: [u64; 3],
    pub pages: &'g SlotSet,
    pub ends: &'g [EndCount],
    pub open: &'g OpenPage,
}

impl Rels {
    /// All pages, by their numbers.
    pub(super) fn pages(&self) -> &PageTree<RelPage> {
        &self.pages
    }

    /// What is counted of each type that ever had relationships.
    pub(super) fn by_type(&self) -> impl Iterator<Item = TypeCounts<'_>> {
        self.types.iter().map(|(rel_type, TypeStore { open, counts, pages, ends })| {
            let rel_type = TypeId(u32::try_from(rel_type).expect("a type"));
            TypeCounts { rel_type, counts: *counts, pages, ends, open }
        })
    }

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

    /// Appends the slots of the next page from `from` on that are below `end`, and moves it; false at the end.
    pub(super) fn collect_page(
        &self,
        rel_type: Option<TypeId>,
        family: Family,
        from: &mut u32,
        end: u32,
        slots: &mut Vec<u32>,
    ) -> bool {
        if *from >= end {
            return false;
        }
        let (first, offset) = place(*from);
        let next = self.next_page(rel_type, first).filter(|(index, _)| slot(*index, 0) < end);
        let Some((index, page)) = next else { return false };
        let mut found = page.family(family).clone();
        found.keep(if index == first { offset } else { 0 }, (end - slot(index, 0)) as usize);
        if let Some(rel_type) = rel_type {
            found.retain(|one| page.is_of_type(one, rel_type));
        }
        found.append_to(slot(index, 0), slots);
        *from = end.min(slot(index + 1, 0));
        true
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
        self.recount(rel.rel_type, |store| store.count(family, labels, 1));
        self.counts[family as usize] += 1;
        Ok(slot)
    }

    /// Adds relationships whose ids follow each other, and appends their slots. Whoever calls counts their ends.
    pub(super) fn extend(
        &mut self,
        first_id: ElementId,
        drawn: Drawn<'_>,
        commit: u32,
        slots: &mut Vec<u32>,
    ) -> Result<(), StorageError> {
        let store = self.types.get_or_insert_with(drawn.rel_type.0 as usize, TypeStore::default);
        let (mut done, count) = (0, drawn.starts.len());
        while done < count {
            let (first, some) = self.placement.place_some(&mut store.open, count - done)?;
            let (index, _) = place(first);
            store.pages.insert(u32::try_from(index).expect("pages are fewer than slots"));
            let rows = done..done + some;
            let part = Drawn { starts: &drawn.starts[rows.clone()], ends: &drawn.ends[rows], ..drawn };
            let id = ElementId(first_id.0 + done as u64);
            self.pages.get_or_insert_with(index, RelPage::new).extend(id, part, commit);
            slots.extend((first..).take(some));
            done += some;
        }
        store.counts[Family::Plain as usize] += count as u64;
        self.counts[Family::Plain as usize] += count as u64;
        Ok(())
    }

    /// Shows the relationships of a family, by their slots.
    pub(super) fn for_each(&self, family: Family, mut visit: impl FnMut(u32, Rel)) {
        for (index, page) in self.pages.iter() {
            for offset in page.family(family).ones() {
                if let Some(rel) = page.rel(offset) {
                    visit(slot(index, offset), rel);
                }
            }
        }
    }

    /// Takes a relationship out of its family: it is deleted, or about to enter another one.
    pub(super) fn leave(&mut self, slot: u32, rel: Rel, labels: [&[LabelId]; 2]) {
        let family = rel.family();
        if let Some((page, offset, _)) = self.page_mut(slot) {
            page.family_mut(family).remove(offset);
        }
        self.recount(rel.rel_type, |store| store.count(family, labels, -1));
        self.counts[family as usize] -= 1;
    }

    /// Puts a relationship that has left its family where its state says.
    pub(super) fn enter(&mut self, slot: u32, rel: Rel, labels: [&[LabelId]; 2]) {
        let family = rel.family();
        if let Some((page, offset, _)) = self.page_mut(slot) {
            page.set_asserted(offset, rel.asserted);
            page.family_mut(family).insert(offset);
        }
        self.recount(rel.rel_type, |store| store.count(family, labels, 1));
        self.counts[family as usize] += 1;
    }

    /// Counts `by` more plain relationships whose end on `side` has `label`.
    pub(super) fn count_end(&mut self, rel_type: TypeId, side: Side, label: LabelId, by: i64) {
        if by != 0 {
            self.recount(rel_type, |store| store.count_end(side, label, by));
        }
    }

    fn recount(&mut self, rel_type: TypeId, count: impl FnOnce(&mut TypeStore) -> Option<()>) {
        let store = self.types.get_or_insert_with(rel_type.0 as usize, TypeStore::default);
        if count(store).is_none() {
            lost(self.file.as_ref(), "what is uncounted was counted");
        }
    }
}

impl TypeStore {
    /// Counts a relationship, or with -1 takes it back; `None` if it was not counted.
    fn count(&mut self, family: Family, [start, end]: [&[LabelId]; 2], by: i64) -> Option<()> {
        let count = &mut self.counts[family as usize];
        *count = count.checked_add_signed(by)?;
        if family != Family::Plain {
            return Some(());
        }
        let starts = start.iter().map(|label| (Side::Start, *label));
        let mut sides = starts.chain(end.iter().map(|label| (Side::End, *label)));
        sides.try_for_each(|(side, label)| self.count_end(side, label, by))
    }

    fn count_end(&mut self, side: Side, label: LabelId, by: i64) -> Option<()> {
        let place = match self.ends.binary_search_by_key(&(side, label), |entry| entry.0) {
            Ok(place) => place,
            Err(place) => {
                self.ends.insert(place, ((side, label), 0));
                place
            }
        };
        let count = &mut self.ends[place].1;
        *count = count.checked_add_signed(by)?;
        if *count == 0 {
            self.ends.remove(place);
        }
        Some(())
    }
}

impl Rels {
    pub(super) fn placement(&self) -> &Placement {
        &self.placement
    }

    /// What lies in pages, with the counts that they agree with; see [`Rels::load`].
    pub(super) fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.numbers(self.counts.into_iter());
        bytes.count(self.types.iter().count());
        for (rel_type, store) in self.types.iter() {
            bytes.count(rel_type);
            store.store(bytes, out)?;
        }
        self.pages.store(bytes, out)
    }

    /// ```text
    /// counts    of the three families (numbers)
    /// types     how many, and for each: its number, where its next relationship goes, its counts, the pages where it may
    ///           be, and how many plain relationships have a label at an end (labels of starts, of ends, counts of both)
    /// pages     where they lie
    /// ```
    pub(super) fn load(
        bytes: &mut Reader,
        from: &mut Source,
        placement: Placement,
        dictionaries: Dictionaries,
    ) -> Result<Self, Damage> {
        let counts = load_counts(bytes)?;
        let (mut types, mut least) = (PageTree::default(), 0);
        for _ in 0..bytes.count_of_rest()? {
            let rel_type: u32 = bytes.whole()?;
            check(rel_type >= least && rel_type < from.limits()?.types, "types are out of order")?;
            least = rel_type + 1;
            types.set(rel_type as usize, TypeStore::load(bytes, from)?);
        }
        let (pages, file) = (PageTree::load(bytes, from, 0)?, Some(Arc::clone(from.file())));
        let rels = Self { pages, counts, types, placement, dictionaries, file };
        rels.check_counts()?;
        Ok(rels)
    }

    fn check_counts(&self) -> Result<(), Damage> {
        let mut sums = [0_u64; 3];
        for (_, store) in self.types.iter() {
            sums.iter_mut().zip(store.counts).for_each(|(sum, count)| *sum = sum.saturating_add(count));
        }
        check(sums == self.counts, "the types have another number of relationships")
    }
}

fn load_counts(bytes: &mut Reader) -> Result<[u64; 3], Damage> {
    let counts: Vec<u64> = bytes.exactly(3)?;
    check(counts.iter().all(|count| *count < 1 << 31), "there are too many relationships")?;
    counts.try_into().map_err(|_| Damage("a count is missing"))
}

impl Stored for TypeStore {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        self.open.store(bytes, out)?;
        bytes.numbers(self.counts.into_iter());
        self.pages.store(bytes, out)?;
        for side in [Side::Start, Side::End] {
            bytes.numbers(self.ends.iter().filter(|entry| entry.0.0 == side).map(|entry| u64::from(entry.0.1.0)));
        }
        bytes.numbers(self.ends.iter().map(|entry| entry.1));
        Ok(())
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let (open, counts, pages) = (OpenPage::load(bytes, from)?, load_counts(bytes)?, SlotSet::load(bytes, from)?);
        let ends = load_ends(bytes, from.limits()?)?;
        check(ends.iter().all(|entry| (1..=counts[0]).contains(&entry.1)), "a label has too many relationships")?;
        Ok(Self { open, counts, pages, ends })
    }
}

fn load_ends(bytes: &mut Reader, limits: &Limits) -> Result<Vec<EndCount>, Damage> {
    let mut ends = Vec::new();
    for side in [Side::Start, Side::End] {
        let labels: Vec<u32> = bytes.numbers(limits.labels as usize)?;
        check(labels.iter().all(|label| *label < limits.labels), "a label is missing")?;
        ends.extend(labels.into_iter().map(|label| (side, LabelId(label))));
    }
    check(ends.is_sorted_by(|one, next| one < next), "labels are out of order")?;
    let counts: Vec<u64> = bytes.exactly(ends.len())?;
    Ok(ends.into_iter().zip(counts).collect())
}
