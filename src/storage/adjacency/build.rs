//! Builds one direction of all plain relationships at once: they are counted by their owners, put in the order of these, and
//! sorted owner by owner.

use super::super::paged::PageTree;
use super::super::rels::Rels;
use super::super::shortcut::Shortcut;
use super::super::tree::Tree;
use super::super::{Direction, End, Family, Neighbour, NodeSlot, RelSlot};
use super::{Adjacency, AdjacencyPage, HUB, Hub, LARGE_PAGE, LARGE_PAGE_HUB, OWNERS, Owner, Segment, to_u16, to_u32};
use crate::catalog::TypeId;

/// An entry with its type, by which it is sorted first.
type Typed = (TypeId, Neighbour);

impl Adjacency {
    /// Of graphs with relationships between nodes only, whose slots are below `bound`.
    pub(in super::super) fn build(rels: &Rels, direction: Direction, bound: usize) -> Self {
        let mut starts = starts(rels, direction, bound);
        let mut entries = scattered(rels, direction, &mut starts);
        // Each start has moved on to the end of its owner.
        let (mut pages, mut from) = (PageTree::default(), 0);
        for (number, ends) in starts.chunks(OWNERS).enumerate() {
            let end = ends.last().copied().unwrap_or(from);
            if end > from {
                let page = AdjacencyPage::build(&mut entries, from, ends);
                pages.set(number, page);
            }
            from = end;
        }
        Self { pages, shortcut: Shortcut::default() }
    }
}

/// Where the entries of each owner begin.
fn starts(rels: &Rels, direction: Direction, bound: usize) -> Vec<u32> {
    let mut starts = vec![0_u32; bound];
    rels.for_each(Family::Plain, |_, rel| starts[owner(rel.start, rel.end, direction).0 as usize] += 1);
    let mut sum = 0;
    for start in &mut starts {
        sum += std::mem::replace(start, sum);
    }
    starts
}

fn scattered(rels: &Rels, direction: Direction, starts: &mut [u32]) -> Vec<Typed> {
    let nothing = Neighbour { end: End::node(NodeSlot(0)), rel: RelSlot(0) };
    let count = usize::try_from(rels.count(None, Family::Plain)).expect("fewer than 2^31 relationships");
    let mut entries = vec![(TypeId(0), nothing); count];
    rels.for_each(Family::Plain, |slot, rel| {
        let end = if direction == Direction::Out { rel.end } else { rel.start };
        let place = &mut starts[owner(rel.start, rel.end, direction).0 as usize];
        entries[*place as usize] = (rel.rel_type, Neighbour { end, rel: RelSlot(slot) });
        *place += 1;
    });
    entries
}

fn owner(start: End, end: End, direction: Direction) -> NodeSlot {
    let owner = if direction == Direction::Out { start } else { end };
    owner.as_node().expect("plain relationships are between nodes")
}

impl AdjacencyPage {
    /// Of entries from `from` on, those of each owner up to its end.
    fn build(entries: &mut [Typed], from: u32, ends: &[u32]) -> Self {
        let mut page = Self::new();
        let hubs = hubs(from, ends);
        let kept: usize =
            lens(from, ends).enumerate().filter(|(owner, _)| !hubs.contains(owner)).map(|(_, len)| len).sum();
        page.entries.reserve_exact(kept);
        let mut start = from;
        for owner in 0..OWNERS {
            let end = ends.get(owner).copied().unwrap_or(start);
            let entries = &mut entries[start as usize..end as usize];
            start = end;
            entries.sort_unstable();
            page.owners[owner].start = to_u16(page.entries.len());
            page.owners[owner].first = to_u16(page.segments.len());
            if hubs.contains(&owner) {
                page.hubs.push((owner, Hub::build(entries)));
            } else {
                page.append(entries);
            }
        }
        page.owners[OWNERS] =
            Owner { start: to_u16(page.entries.len()), first: to_u16(page.segments.len()), ..Owner::EMPTY };
        page.segments.shrink_to_fit();
        (0..OWNERS).for_each(|owner| page.note_head(owner));
        page
    }

    /// Appends the entries of the next owner.
    fn append(&mut self, entries: &[Typed]) {
        let mut start = 0;
        for run in entries.chunk_by(|one, next| one.0 == next.0) {
            self.segments.push(Segment::new(run[0].0, to_u32(start)));
            self.entries.extend(run.iter().map(|entry| entry.1));
            start += run.len();
        }
    }
}

/// How many entries each owner has.
fn lens(from: u32, ends: &[u32]) -> impl Iterator<Item = usize> {
    let starts = std::iter::once(from).chain(ends.iter().copied());
    starts.zip(ends).map(|(start, end)| (end - start) as usize)
}

/// The owners that have trees of their own: those with very many entries, and, of a page that is large without them, the
/// largest until it is not.
fn hubs(from: u32, ends: &[u32]) -> Vec<usize> {
    let mut owners: Vec<(usize, usize)> =
        lens(from, ends).enumerate().filter(|(_, len)| *len >= LARGE_PAGE_HUB).collect();
    owners.sort_unstable_by_key(|(_, len)| std::cmp::Reverse(*len));
    let mut len: usize = lens(from, ends).sum();
    let mut hubs = Vec::new();
    for (owner, own_len) in owners {
        if own_len >= HUB || len >= LARGE_PAGE {
            len -= own_len;
            hubs.push(owner);
        }
    }
    hubs.sort_unstable();
    hubs
}

impl Hub {
    fn build(entries: &[Typed]) -> Self {
        let mut hub = Hub { len: entries.len(), ..Hub::default() };
        for run in entries.chunk_by(|one, next| one.0 == next.0) {
            let neighbours: Vec<Neighbour> = run.iter().map(|entry| entry.1).collect();
            hub.runs.set(run[0].0.0 as usize, Tree::from_sorted(&neighbours));
        }
        hub
    }
}
