//! The relationships at each owner (a node, or a relationship that others point at) in one direction and family.
//!
//! A page holds the runs of 128 owners, packed, sorted by (owner, type, neighbour, relationship):
//!
//! ```text
//! owners    (start, first, head)*  one for each owner: where its entries and its segments begin, and the first of these
//! segments  (type, start)*   two bytes each, one for each type that an owner has; starts count from its owner's
//! entries   (neighbour, relationship)*
//! ```
//!
//! so the types of an owner are found without asking each type, all its neighbours lie together, and an insertion
//! moves a few kilobytes. An owner with very many entries leaves its page: it then has a tree for each of its types, in
//! pages by type, and a write there copies one leaf and its path.

mod build;
mod stored;

use super::paged::{PageTree, copy_with_room, reserve_sparingly};
use super::run::{Run, Runs};
use super::shortcut::Shortcut;
use super::sweep::TypeSet;
use super::tree::Tree;
use super::{End, Neighbour, RelSlot};
use crate::catalog::TypeId;

/// From this many entries on, an owner has trees of its own.
pub(super) const HUB: usize = 2_048;

/// In a page that has grown large, smaller owners leave too: from this many entries in the page,
const LARGE_PAGE: usize = 16_384;
/// owners with this many.
const LARGE_PAGE_HUB: usize = 256;

/// An owner that shrinks to less than this comes back to its page.
const SMALL_HUB: usize = LARGE_PAGE_HUB / 2;

const OWNERS: usize = 128;

/// Types have to stay below this: segments have two bytes for them, and one number means none.
pub(super) const MAX_TYPES: u32 = u16::MAX as u32;

/// One direction of one family.
#[derive(Clone, Debug, Default)]
pub(super) struct Adjacency {
    pages: PageTree<AdjacencyPage>,
    shortcut: Shortcut<AdjacencyPage>,
}

#[derive(Debug)]
pub(super) struct AdjacencyPage {
    owners: [Owner; OWNERS + 1],
    entries: Vec<Neighbour>,
    segments: Vec<Segment>,
    /// The owners that have left, sorted; they have no segments.
    hubs: Vec<(usize, Hub)>,
}

/// What most questions about an owner need, in one place: they wait for memory once.
#[derive(Clone, Copy, Debug)]
struct Owner {
    /// Where its entries begin. A page has fewer than 2^16: beyond [`LARGE_PAGE`] none comes to an owner with
    /// [`LARGE_PAGE_HUB`].
    start: u16,
    /// Where its segments begin.
    first: u16,
    /// A copy of its first segments.
    head: [Segment; HEAD],
}

/// How many segments are copied to their owner.
const HEAD: usize = 3;

impl Owner {
    const EMPTY: Self = Self { start: 0, first: 0, head: [Segment::NONE; HEAD] };
}

/// A type in the upper half, in the lower half where its entries begin, counted from its owner's. Segments of an owner
/// sort as numbers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Segment(u32);

impl Segment {
    const NONE: Self = Self(u32::MAX);

    #[inline]
    const fn new(rel_type: TypeId, start: u32) -> Self {
        Self(rel_type.0 << 16 | start)
    }

    #[inline]
    const fn rel_type(self) -> TypeId {
        TypeId(self.0 >> 16)
    }

    #[inline]
    const fn start(self) -> u32 {
        self.0 & 0xffff
    }

    const fn moved(self, by: i32) -> Self {
        Self(self.0.wrapping_add_signed(by))
    }
}

/// The runs of one owner with very many entries, by type; none is empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Hub {
    runs: PageTree<Tree<Neighbour>>,
    len: usize,
}

impl Adjacency {
    pub(super) fn insert(&mut self, owner: u32, rel_type: TypeId, entry: Neighbour) {
        let (page, owner) = place(owner);
        self.shortcut.forget();
        self.pages.get_or_insert_with(page, AdjacencyPage::new).insert(owner, rel_type, entry);
    }

    pub(super) fn remove(&mut self, owner: u32, rel_type: TypeId, entry: Neighbour) {
        let (index, owner) = place(owner);
        self.shortcut.forget();
        let Some(page) = self.pages.get_mut(index) else { return };
        page.remove(owner, rel_type, entry);
        if page.is_empty() {
            self.pages.remove(index);
        }
    }

    /// The owner with the place 0 in the page with this number.
    pub(super) fn first_owner(page: usize) -> u32 {
        to_u32(page * OWNERS)
    }

    /// All pages, by their numbers.
    pub(super) fn pages(&self) -> &PageTree<AdjacencyPage> {
        &self.pages
    }

    /// Owners with the same number are in one page.
    #[inline]
    pub(super) fn page_number(owner: u32) -> usize {
        place(owner).0
    }

    /// The page where `owner` is.
    #[inline]
    pub(super) fn page(&self, owner: u32) -> Option<&AdjacencyPage> {
        self.shortcut.get(&self.pages, place(owner).0)
    }

    /// The pages of some owners, in their order.
    #[inline]
    pub(super) fn pages_of<'a>(&'a self, owners: &[u32], pages: &mut [Option<&'a AdjacencyPage>]) {
        self.shortcut.expect(&self.pages, owners.len());
        self.shortcut.get_all(&self.pages, owners.iter().map(|owner| place(*owner).0), pages);
    }

    pub(super) fn has_shortcut(&self) -> bool {
        self.shortcut.is_there()
    }

    pub(super) fn forget_shortcut(&mut self) {
        self.shortcut.forget();
    }

    /// The neighbours of `owner` by relationships of one type.
    #[inline]
    pub(super) fn run(&self, owner: u32, rel_type: TypeId) -> Run<'_> {
        self.page(owner).map_or(Run::EMPTY, |page| page.run(owner, rel_type))
    }

    /// The neighbours of `owner` by all types, in the order of types.
    pub(super) fn runs(&self, owner: u32) -> Runs<'_> {
        self.page(owner).map_or(Runs::EMPTY, |page| page.runs(owner))
    }

    /// The same, each run with its type.
    pub(super) fn typed_runs(&self, owner: u32) -> impl Iterator<Item = (TypeId, Run<'_>)> {
        self.page(owner).into_iter().flat_map(move |page| page.typed_runs(owner))
    }

    #[inline]
    pub(super) fn degree(&self, owner: u32, rel_type: Option<TypeId>) -> usize {
        self.page(owner).map_or(0, |page| page.degree(owner, rel_type))
    }
}

impl AdjacencyPage {
    fn new() -> Self {
        Self { owners: [Owner::EMPTY; OWNERS + 1], entries: Vec::new(), segments: Vec::new(), hubs: Vec::new() }
    }

    #[inline]
    pub(super) fn run(&self, owner: u32, rel_type: TypeId) -> Run<'_> {
        let owner = place(owner).1;
        let entries = self.packed_run(owner, rel_type);
        // Most pages have no hubs, which is easier to foretell than that an owner has nothing of a type.
        if !self.hubs.is_empty()
            && let Some(hub) = self.hub(owner)
        {
            return hub.run(rel_type);
        }
        Run::Packed(&self.entries[entries])
    }

    /// Some number from where the runs of an owner are looked up: asking for it has that read, and nothing hangs on it. These are
    /// places far from each other, since an owner ends where the next one begins.
    #[inline]
    pub(super) fn touch(&self, owner: u32) -> usize {
        let owner = place(owner).1;
        let starts = self.owners[owner].start ^ self.owners[owner + 1].start;
        usize::from(starts) ^ self.entries.len() ^ self.hubs.len()
    }

    #[inline]
    pub(super) fn runs(&self, owner: u32) -> Runs<'_> {
        let owner = place(owner).1;
        match self.hub(owner) {
            None => Runs::one(Run::Packed(&self.entries[self.packed(owner)])),
            Some(hub) => Runs::of_hub(hub),
        }
    }

    pub(super) fn typed_runs(&self, owner: u32) -> impl Iterator<Item = (TypeId, Run<'_>)> {
        let owner = place(owner).1;
        let packed = self.segments_of(owner).map(move |index| {
            let run = Run::Packed(&self.entries[self.entries_of(owner, index)]);
            (self.segments[index].rel_type(), run)
        });
        let hub = self.hub(owner).into_iter().flat_map(|hub| hub.runs.iter());
        packed.chain(hub.map(|(rel_type, run)| (TypeId(to_u32(rel_type)), Run::Hub(run))))
    }

    #[inline]
    pub(super) fn degree(&self, owner: u32, rel_type: Option<TypeId>) -> usize {
        let owner = place(owner).1;
        let packed = match rel_type {
            Some(rel_type) => self.packed_run(owner, rel_type).len(),
            None => self.packed(owner).len(),
        };
        if self.hubs.is_empty() { packed } else { self.hub(owner).map_or(packed, |hub| hub.degree(rel_type)) }
    }

    /// The runs of all owners of the page with this number.
    pub(super) fn all_runs(&self, number: usize) -> impl Iterator<Item = (u32, TypeId, Run<'_>)> {
        let first = u32::try_from(number.saturating_mul(OWNERS)).ok();
        let owners = (0..to_u32(OWNERS)).filter_map(move |owner| first?.checked_add(owner));
        owners.flat_map(|owner| self.typed_runs(owner).map(move |(rel_type, run)| (owner, rel_type, run)))
    }

    /// Shows the entries of each owner of the page, by its place, in one slice or several; by all types, or by those that
    /// are wanted.
    #[inline]
    pub(super) fn each_slice<'p>(&'p self, types: Option<&TypeSet>, mut show: impl FnMut(usize, &'p [Neighbour])) {
        let mut hubs = self.hubs.iter().peekable();
        for owner in 0..OWNERS {
            let packed = self.packed(owner);
            if packed.is_empty() {
                if let Some((_, hub)) = hubs.next_if(|(hub, _)| *hub == owner) {
                    hub.each_slice(types, |slice| show(owner, slice));
                }
                continue;
            }
            let Some(types) = types else {
                show(owner, &self.entries[packed]);
                continue;
            };
            // Types that follow each other are one slice.
            let mut wanted = packed.start..packed.start;
            for index in self.segments_of(owner) {
                if types.has(self.segments[index].rel_type()) {
                    let entries = self.entries_of(owner, index);
                    if entries.start != wanted.end {
                        if !wanted.is_empty() {
                            show(owner, &self.entries[wanted]);
                        }
                        wanted = entries.start..entries.start;
                    }
                    wanted.end = entries.end;
                }
            }
            if !wanted.is_empty() {
                show(owner, &self.entries[wanted]);
            }
        }
    }

    /// The trees of owners that have left.
    pub(super) fn trees(&self) -> impl Iterator<Item = &Tree<Neighbour>> {
        self.hubs.iter().flat_map(|(_, hub)| hub.runs.iter().map(|(_, tree)| tree))
    }

    fn is_empty(&self) -> bool {
        self.segments.is_empty() && self.hubs.is_empty()
    }

    /// The trees of an owner that has left, which then has no segments.
    #[inline]
    fn hub(&self, owner: usize) -> Option<&Hub> {
        if !self.packed(owner).is_empty() || self.hubs.is_empty() {
            return None;
        }
        let place = self.hubs.binary_search_by_key(&owner, |hub| hub.0).ok()?;
        Some(&self.hubs[place].1)
    }

    fn insert(&mut self, owner: usize, rel_type: TypeId, entry: Neighbour) {
        if let Ok(place) = self.hubs.binary_search_by_key(&owner, |hub| hub.0) {
            self.hubs[place].1.insert(rel_type, entry);
            return;
        }
        let place = match self.find(owner, rel_type) {
            Ok(index) => {
                let entries = self.entries_of(owner, index);
                let Err(place) = self.entries[entries.clone()].binary_search(&entry) else { return };
                self.shift(owner, index + 1, 1);
                entries.start + place
            }
            Err(index) => {
                let place = self.start(owner, index);
                let start = to_u32(place) - u32::from(self.owners[owner].start);
                reserve_sparingly(&mut self.segments);
                self.segments.insert(index, Segment::new(rel_type, start));
                self.owners[owner + 1..].iter_mut().for_each(|owner| owner.first += 1);
                self.shift(owner, index + 1, 1);
                place
            }
        };
        reserve_sparingly(&mut self.entries);
        self.entries.insert(place, entry);
        let len = self.packed(owner).len();
        if len >= HUB || (len >= LARGE_PAGE_HUB && self.entries.len() >= LARGE_PAGE) {
            self.move_out(owner);
        }
    }

    fn remove(&mut self, owner: usize, rel_type: TypeId, entry: Neighbour) {
        if let Ok(place) = self.hubs.binary_search_by_key(&owner, |hub| hub.0) {
            let hub = &mut self.hubs[place].1;
            hub.remove(rel_type, entry);
            if hub.len < SMALL_HUB {
                self.move_in(place);
            }
            return;
        }
        let Ok(index) = self.find(owner, rel_type) else { return };
        let entries = self.entries_of(owner, index);
        let Ok(place) = self.entries[entries.clone()].binary_search(&entry) else { return };
        self.entries.remove(entries.start + place);
        self.shift(owner, index + 1, -1);
        if entries.len() == 1 {
            self.segments.remove(index);
            self.owners[owner + 1..].iter_mut().for_each(|owner| owner.first -= 1);
            self.note_head(owner);
        }
    }

    /// Moves what lies behind entries that came or went: the owner's segments from `index` on, and the owners after it.
    fn shift(&mut self, owner: usize, index: usize, by: i16) {
        let end = usize::from(self.owners[owner + 1].first);
        for segment in &mut self.segments[index..end] {
            *segment = segment.moved(by.into());
        }
        for owner in &mut self.owners[owner + 1..] {
            owner.start = owner.start.wrapping_add_signed(by);
        }
        self.note_head(owner);
    }

    /// Makes trees of the packed runs of an owner.
    fn move_out(&mut self, owner: usize) {
        let (segments, entries) = (self.segments_of(owner), self.packed(owner));
        let (segment_count, entry_count) = (to_u16(segments.len()), to_u16(entries.len()));
        let mut hub = Hub { len: entries.len(), ..Hub::default() };
        for index in segments.clone() {
            let run = Tree::from_sorted(&self.entries[self.entries_of(owner, index)]);
            hub.runs.set(self.segments[index].rel_type().0 as usize, run);
        }
        let place = self.hubs.partition_point(|hub| hub.0 < owner);
        self.hubs.insert(place, (owner, hub));
        self.segments.drain(segments);
        self.owners[owner + 1..].iter_mut().for_each(|owner| owner.first -= segment_count);
        self.entries.drain(entries);
        self.entries.shrink_to(self.entries.len() + self.entries.len() / 8);
        self.owners[owner + 1..].iter_mut().for_each(|owner| owner.start -= entry_count);
        self.note_head(owner);
    }

    /// Packs the runs of an owner again.
    fn move_in(&mut self, place: usize) {
        let (owner, hub) = self.hubs.remove(place);
        for (rel_type, run) in hub.runs.iter() {
            for &entry in run.leaves().flatten() {
                self.insert(owner, TypeId(to_u32(rel_type)), entry);
            }
        }
    }

    /// The entries of one type of an owner that has not left. Which segment it is, or whether there is one, is hard to foretell,
    /// so it is counted.
    #[inline]
    fn packed_run(&self, owner: usize, rel_type: TypeId) -> std::ops::Range<usize> {
        let (this, next) = (&self.owners[owner], &self.owners[owner + 1]);
        let count = usize::from(next.first - this.first);
        let sought = Segment::new(rel_type, 0);
        let [first, second, third] = this.head;
        let index =
            usize::from(first.0 < sought.0) + usize::from(second.0 < sought.0) + usize::from(third.0 < sought.0);
        if count > HEAD && index + 1 >= HEAD {
            return self.find(owner, rel_type).map_or(0..0, |segment| self.entries_of(owner, segment));
        }
        let known = [first, second, third, Segment::NONE, Segment::NONE];
        let (segment, behind) = (known[index], known[index + 1]);
        let start = usize::from(this.start) + segment.start() as usize;
        let end =
            if index + 1 < count { usize::from(this.start) + behind.start() as usize } else { usize::from(next.start) };
        if segment.rel_type() == rel_type { start..end } else { 0..0 }
    }

    /// Copies the first segments of an owner to where they are looked for first.
    fn note_head(&mut self, owner: usize) {
        let segments = &self.segments[self.segments_of(owner)];
        self.owners[owner].head = std::array::from_fn(|index| segments.get(index).copied().unwrap_or(Segment::NONE));
    }

    /// Where the segment of `rel_type` is, or would be.
    fn find(&self, owner: usize, rel_type: TypeId) -> Result<usize, usize> {
        let std::ops::Range { start: low, end: high } = self.segments_of(owner);
        let segments = &self.segments[low..high];
        let place = find_segment(segments, rel_type);
        let found = segments.get(place).is_some_and(|segment| segment.rel_type() == rel_type);
        if found { Ok(low + place) } else { Err(low + place) }
    }

    #[inline]
    fn segments_of(&self, owner: usize) -> std::ops::Range<usize> {
        usize::from(self.owners[owner].first)..usize::from(self.owners[owner + 1].first)
    }

    /// Where the entries of one segment of an owner begin; those of the segment behind its last one: at their end.
    #[inline]
    fn start(&self, owner: usize, index: usize) -> usize {
        if index < usize::from(self.owners[owner + 1].first) {
            usize::from(self.owners[owner].start) + self.segments[index].start() as usize
        } else {
            usize::from(self.owners[owner + 1].start)
        }
    }

    #[inline]
    fn entries_of(&self, owner: usize, index: usize) -> std::ops::Range<usize> {
        self.start(owner, index)..self.start(owner, index + 1)
    }

    /// All entries of an owner that has not left.
    #[inline]
    fn packed(&self, owner: usize) -> std::ops::Range<usize> {
        usize::from(self.owners[owner].start)..usize::from(self.owners[owner + 1].start)
    }
}

impl Hub {
    #[inline]
    fn run(&self, rel_type: TypeId) -> Run<'_> {
        self.runs.get(rel_type.0 as usize).map_or(Run::EMPTY, Run::Hub)
    }

    fn each_slice<'h>(&'h self, types: Option<&TypeSet>, mut show: impl FnMut(&'h [Neighbour])) {
        for (rel_type, run) in self.runs.iter() {
            if types.is_none_or(|types| types.has(TypeId(to_u32(rel_type)))) {
                run.leaves().for_each(&mut show);
            }
        }
    }

    fn degree(&self, rel_type: Option<TypeId>) -> usize {
        rel_type.map_or(self.len, |rel_type| self.run(rel_type).len())
    }

    /// The run of the first type from `from` on.
    pub(super) fn next(&self, from: usize) -> Option<(usize, Run<'_>)> {
        self.runs.next(from).map(|(rel_type, run)| (rel_type, Run::Hub(run)))
    }

    fn insert(&mut self, rel_type: TypeId, entry: Neighbour) {
        let run = self.runs.get_or_insert_with(rel_type.0 as usize, Tree::default);
        self.len += usize::from(run.insert(entry));
    }

    fn remove(&mut self, rel_type: TypeId, entry: Neighbour) {
        let Some(run) = self.runs.get_mut(rel_type.0 as usize) else { return };
        self.len -= usize::from(run.remove(&entry));
        if run.len() == 0 {
            self.runs.remove(rel_type.0 as usize);
        }
    }
}

impl Clone for AdjacencyPage {
    fn clone(&self) -> Self {
        Self {
            owners: self.owners,
            entries: copy_with_room(&self.entries),
            segments: copy_with_room(&self.segments),
            hubs: self.hubs.clone(),
        }
    }
}

impl Neighbour {
    /// The least neighbour at `end`.
    pub(super) const fn first_at(end: End) -> Self {
        Self { end, rel: RelSlot(0) }
    }
}

/// Where the segment of `rel_type` is, or would be. Few are counted without branches.
#[inline]
fn find_segment(segments: &[Segment], rel_type: TypeId) -> usize {
    let first = Segment::new(rel_type, 0);
    if segments.len() <= 16 {
        segments.iter().map(|segment| usize::from(*segment < first)).sum()
    } else {
        segments.partition_point(|segment| *segment < first)
    }
}

#[inline]
const fn place(owner: u32) -> (usize, usize) {
    (owner as usize / OWNERS, owner as usize % OWNERS)
}

fn to_u32(count: usize) -> u32 {
    u32::try_from(count).expect("fewer than 2^32 relationships")
}

fn to_u16(count: usize) -> u16 {
    u16::try_from(count).expect("fewer than 2^16 relationships in a page")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::NodeSlot;
    use super::*;

    type Model = BTreeMap<(u32, TypeId), BTreeSet<Neighbour>>;

    fn entry(end: u32, rel: u32) -> Neighbour {
        Neighbour { end: End::node(NodeSlot(end)), rel: RelSlot(rel) }
    }

    fn check(adjacency: &Adjacency, model: &Model, owners: u32) {
        check_runs(adjacency, model, owners);
        // Where many were asked for, pages are found in another way.
        adjacency.shortcut.expect(&adjacency.pages, 1 << 20);
        check_runs(adjacency, model, owners);
        let odd = (0..12).filter(|number| number % 2 == 1).map(TypeId).collect::<TypeSet>();
        check_sweep(adjacency, model, None);
        check_sweep(adjacency, model, Some(&odd));
    }

    fn check_runs(adjacency: &Adjacency, model: &Model, owners: u32) {
        for owner in 0..owners {
            let mut all = Vec::new();
            for (&(_, rel_type), expected) in model.range((owner, TypeId(0))..(owner + 1, TypeId(0))) {
                let found: Vec<_> = adjacency.run(owner, rel_type).iter().collect();
                assert_eq!(found, expected.iter().copied().collect::<Vec<_>>());
                assert_eq!(adjacency.degree(owner, Some(rel_type)), expected.len());
                all.extend(found);
            }
            assert_eq!(adjacency.runs(owner).flat_map(Run::iter).collect::<Vec<_>>(), all);
            assert_eq!(adjacency.degree(owner, None), all.len());
            let typed = adjacency.typed_runs(owner).map(|(_, run)| run.len()).sum::<usize>();
            assert_eq!(typed, all.len());
        }
    }

    fn check_sweep(adjacency: &Adjacency, model: &Model, types: Option<&TypeSet>) {
        let mut swept = Vec::new();
        for (number, page) in adjacency.pages().iter() {
            let first = Adjacency::first_owner(number);
            page.each_slice(types, |place, slice| {
                swept.extend(slice.iter().map(|entry| (first + to_u32(place), *entry)));
            });
        }
        let wanted = model.iter().filter(|((_, rel_type), _)| types.is_none_or(|types| types.has(*rel_type)));
        let expected: Vec<_> =
            wanted.flat_map(|((owner, _), run)| run.iter().map(move |entry| (*owner, *entry))).collect();
        assert_eq!(swept, expected);
    }

    proptest! {
        #[test]
        fn runs_are_sorted_sets(steps in prop::collection::vec((0..4_u8, 0..300_u32, 0..12_u32, 0..40_u32), 0..1_500)) {
            let (mut adjacency, mut model) = (Adjacency::default(), Model::new());
            for (step, owner, rel_type, end) in steps {
                let (rel_type, entry) = (TypeId(rel_type), entry(end, owner));
                if step > 0 {
                    adjacency.insert(owner, rel_type, entry);
                    model.entry((owner, rel_type)).or_default().insert(entry);
                } else {
                    adjacency.remove(owner, rel_type, entry);
                    if let Some(run) = model.get_mut(&(owner, rel_type)) {
                        run.remove(&entry);
                    }
                }
            }
            check(&adjacency, &model, 300);
        }
    }

    #[test]
    fn an_owner_with_very_many_leaves_its_page_and_comes_back() {
        let (mut adjacency, mut model) = (Adjacency::default(), Model::new());
        for (owner, rel_type) in [(3, 0), (3, 2), (4, 1), (200, 1)] {
            adjacency.insert(owner, TypeId(rel_type), entry(1, 1));
            model.entry((owner, TypeId(rel_type))).or_default().insert(entry(1, 1));
        }
        for rel in 0..5_000 {
            let entry = entry(rel * 7 % 1_000, rel);
            adjacency.insert(3, TypeId(1), entry);
            model.entry((3, TypeId(1))).or_default().insert(entry);
            if rel % 1_000 == 47 || rel == 2_048 {
                check(&adjacency, &model, 5);
            }
        }
        let snapshot = (adjacency.clone(), model.clone());
        for rel in 0..4_990 {
            let entry = entry(rel * 7 % 1_000, rel);
            adjacency.remove(3, TypeId(1), entry);
            model.get_mut(&(3, TypeId(1))).unwrap().remove(&entry);
        }
        check(&adjacency, &model, 201);
        check(&snapshot.0, &snapshot.1, 201);
    }

    #[test]
    fn a_large_page_gives_up_its_larger_owners() {
        let (mut adjacency, mut model) = (Adjacency::default(), Model::new());
        for rel in 0..40_000 {
            let (owner, entry) = (rel % 100, entry(rel % 977, rel));
            adjacency.insert(owner, TypeId(owner % 3), entry);
            model.entry((owner, TypeId(owner % 3))).or_default().insert(entry);
        }
        check(&adjacency, &model, 100);
        assert!(adjacency.page(0).unwrap().entries.len() <= LARGE_PAGE);
    }
}
