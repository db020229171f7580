//! The relationships at each owner (a node, or a relationship that others point at) in one direction and family.
//!
//! A page holds the runs of 128 owners, packed, sorted by (owner, type, neighbour, relationship):
//!
//! ```text
//! first     one number per owner: where its segments begin
//! segments  (type, start)*   one for each type that an owner has
//! entries   (neighbour, relationship)*
//! ```
//!
//! so the types of an owner are found without asking each type, all its neighbours lie together, and an insertion
//! moves a few kilobytes. A run that grows long leaves the page and becomes a tree of its own: its segment then has
//! no entries, which tells it from the others. A write at a hub copies one leaf and its path.

use super::paged::{PageTree, copy_with_room, reserve_sparingly};
use super::run::{Run, Runs};
use super::tree::{Tree, TreeKey};
use super::{End, Neighbour, RelSlot};
use crate::catalog::TypeId;

/// From this many entries on, a run is a tree of its own.
pub(super) const HUB: usize = 2_048;

/// In a page that has grown large, shorter runs leave too: from this many entries in the page,
const LARGE_PAGE: usize = 16_384;
/// runs from this length on.
const LARGE_PAGE_HUB: usize = 256;

/// A tree that shrinks to less than this comes back to its page.
const SMALL_HUB: usize = LARGE_PAGE_HUB / 2;

const OWNERS: usize = 128;

impl TreeKey for Neighbour {
    const LEAF: usize = 512;
}

/// One direction of one family.
#[derive(Clone, Debug, Default)]
pub(super) struct Adjacency {
    pages: PageTree<AdjacencyPage>,
}

#[derive(Debug)]
pub(super) struct AdjacencyPage {
    first: [u32; OWNERS + 1],
    segments: Vec<Segment>,
    entries: Vec<Neighbour>,
    /// Sorted by owner and type.
    hubs: Vec<Hub>,
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    rel_type: TypeId,
    start: u32,
}

#[derive(Clone, Debug)]
struct Hub {
    owner: usize,
    rel_type: TypeId,
    run: Tree<Neighbour>,
}

impl Adjacency {
    pub(super) fn insert(&mut self, owner: u32, rel_type: TypeId, entry: Neighbour) {
        let (page, owner) = place(owner);
        self.pages.get_or_insert_with(page, AdjacencyPage::new).insert(owner, rel_type, entry);
    }

    pub(super) fn remove(&mut self, owner: u32, rel_type: TypeId, entry: Neighbour) {
        let (index, owner) = place(owner);
        let Some(page) = self.pages.get_mut(index) else { return };
        page.remove(owner, rel_type, entry);
        if page.segments.is_empty() {
            self.pages.remove(index);
        }
    }

    /// Owners with the same number are in one page.
    #[inline]
    pub(super) fn page_number(owner: u32) -> usize {
        place(owner).0
    }

    /// The page where `owner` is, and its place there: for loops over owners that lie together.
    #[inline]
    pub(super) fn page(&self, owner: u32) -> Option<&AdjacencyPage> {
        self.pages.get(place(owner).0)
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
        Self { first: [0; OWNERS + 1], segments: Vec::new(), entries: Vec::new(), hubs: Vec::new() }
    }

    #[inline]
    pub(super) fn run(&self, owner: u32, rel_type: TypeId) -> Run<'_> {
        let owner = place(owner).1;
        match self.find(owner, rel_type) {
            Ok(segment) => self.segment(owner, segment),
            Err(_) => Run::EMPTY,
        }
    }

    #[inline]
    pub(super) fn runs(&self, owner: u32) -> Runs<'_> {
        let owner = place(owner).1;
        if self.hubs.is_empty() {
            return Runs::one(Run::Packed(&self.entries[self.packed(owner)]));
        }
        Runs::several(self, owner, self.first[owner] as usize..self.first[owner + 1] as usize)
    }

    pub(super) fn typed_runs(&self, owner: u32) -> impl Iterator<Item = (TypeId, Run<'_>)> {
        let owner = place(owner).1;
        let segments = self.first[owner] as usize..self.first[owner + 1] as usize;
        segments.map(move |index| (self.segments[index].rel_type, self.segment(owner, index)))
    }

    #[inline]
    pub(super) fn degree(&self, owner: u32, rel_type: Option<TypeId>) -> usize {
        if let Some(rel_type) = rel_type {
            return self.run(owner, rel_type).len();
        }
        let owner = place(owner).1;
        let hubs = if self.hubs.is_empty() {
            0
        } else {
            self.hubs.iter().filter(|hub| hub.owner == owner).map(|hub| hub.run.len()).sum()
        };
        self.packed(owner).len() + hubs
    }

    /// The run of one segment.
    pub(super) fn segment(&self, owner: usize, index: usize) -> Run<'_> {
        let entries = self.entries_of(index);
        if !entries.is_empty() {
            return Run::Packed(&self.entries[entries]);
        }
        let place = self.find_hub(owner, self.segments[index].rel_type).expect("a segment without entries is a hub");
        Run::Hub(&self.hubs[place].run)
    }

    fn insert(&mut self, owner: usize, rel_type: TypeId, entry: Neighbour) {
        let index = match self.find(owner, rel_type) {
            Ok(index) => index,
            Err(index) => {
                let start = self.start(index);
                reserve_sparingly(&mut self.segments);
                self.segments.insert(index, Segment { rel_type, start: to_u32(start) });
                self.first[owner + 1..].iter_mut().for_each(|first| *first += 1);
                self.insert_packed(index, start, entry);
                return;
            }
        };
        let entries = self.entries_of(index);
        if entries.is_empty() {
            let place = self.find_hub(owner, rel_type).expect("a segment without entries is a hub");
            self.hubs[place].run.insert(entry);
            return;
        }
        let Err(place) = self.entries[entries.clone()].binary_search(&entry) else { return };
        let len = entries.len() + 1;
        self.insert_packed(index, entries.start + place, entry);
        if len >= HUB || (len >= LARGE_PAGE_HUB && self.entries.len() >= LARGE_PAGE) {
            self.move_out(owner, index);
        }
    }

    fn insert_packed(&mut self, index: usize, place: usize, entry: Neighbour) {
        reserve_sparingly(&mut self.entries);
        self.entries.insert(place, entry);
        self.segments[index + 1..].iter_mut().for_each(|segment| segment.start += 1);
    }

    fn remove(&mut self, owner: usize, rel_type: TypeId, entry: Neighbour) {
        let Ok(index) = self.find(owner, rel_type) else { return };
        let entries = self.entries_of(index);
        if entries.is_empty() {
            self.remove_from_hub(owner, index, entry);
            return;
        }
        let Ok(place) = self.entries[entries.clone()].binary_search(&entry) else { return };
        self.entries.remove(entries.start + place);
        self.segments[index + 1..].iter_mut().for_each(|segment| segment.start -= 1);
        if entries.len() == 1 {
            self.segments.remove(index);
            self.first[owner + 1..].iter_mut().for_each(|first| *first -= 1);
        }
    }

    fn remove_from_hub(&mut self, owner: usize, index: usize, entry: Neighbour) {
        let place = self.find_hub(owner, self.segments[index].rel_type).expect("a segment without entries is a hub");
        let hub = &mut self.hubs[place].run;
        hub.remove(&entry);
        if hub.len() >= SMALL_HUB {
            return;
        }
        let hub = self.hubs.remove(place);
        let back: Vec<Neighbour> = hub.run.leaves().flatten().copied().collect();
        let start = self.start(index);
        self.entries.splice(start..start, back.iter().copied());
        self.segments[index + 1..].iter_mut().for_each(|segment| segment.start += to_u32(back.len()));
    }

    /// Makes a tree of a packed run.
    fn move_out(&mut self, owner: usize, index: usize) {
        let entries = self.entries_of(index);
        let rel_type = self.segments[index].rel_type;
        let run = Tree::from_sorted(&self.entries[entries.clone()]);
        let place = self.hubs.partition_point(|hub| (hub.owner, hub.rel_type) < (owner, rel_type));
        self.hubs.insert(place, Hub { owner, rel_type, run });
        self.segments[index + 1..].iter_mut().for_each(|segment| segment.start -= to_u32(entries.len()));
        self.entries.drain(entries);
        self.entries.shrink_to(self.entries.len() + self.entries.len() / 8);
    }

    /// Where the segment of `rel_type` is, or would be.
    #[inline]
    fn find(&self, owner: usize, rel_type: TypeId) -> Result<usize, usize> {
        let (low, high) = (self.first[owner] as usize, self.first[owner + 1] as usize);
        let segments = &self.segments[low..high];
        if segments.len() <= 8 {
            let place = segments.iter().position(|segment| segment.rel_type >= rel_type).unwrap_or(segments.len());
            let found = segments.get(place).is_some_and(|segment| segment.rel_type == rel_type);
            return if found { Ok(low + place) } else { Err(low + place) };
        }
        match segments.binary_search_by_key(&rel_type, |segment| segment.rel_type) {
            Ok(place) => Ok(low + place),
            Err(place) => Err(low + place),
        }
    }

    fn find_hub(&self, owner: usize, rel_type: TypeId) -> Option<usize> {
        self.hubs.binary_search_by_key(&(owner, rel_type), |hub| (hub.owner, hub.rel_type)).ok()
    }

    /// Where the entries of the segment at `index` begin.
    #[inline]
    fn start(&self, index: usize) -> usize {
        self.segments.get(index).map_or(self.entries.len(), |segment| segment.start as usize)
    }

    #[inline]
    fn entries_of(&self, index: usize) -> std::ops::Range<usize> {
        self.start(index)..self.start(index + 1)
    }

    /// All entries of `owner` that are not in trees.
    #[inline]
    fn packed(&self, owner: usize) -> std::ops::Range<usize> {
        self.start(self.first[owner] as usize)..self.start(self.first[owner + 1] as usize)
    }
}

impl Clone for AdjacencyPage {
    fn clone(&self) -> Self {
        Self {
            first: self.first,
            segments: copy_with_room(&self.segments),
            entries: copy_with_room(&self.entries),
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

#[inline]
const fn place(owner: u32) -> (usize, usize) {
    (owner as usize / OWNERS, owner as usize % OWNERS)
}

fn to_u32(count: usize) -> u32 {
    u32::try_from(count).expect("fewer than 2^32 relationships")
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
    fn a_long_run_becomes_a_tree_and_comes_back() {
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
    fn a_large_page_gives_up_its_longer_runs() {
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
