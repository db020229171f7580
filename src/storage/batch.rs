//! Steps for many nodes at once, along plain relationships: one look-up of a page for neighbours that lie together,
//! and columns that are filled slice by slice.
//!
//! Nodes are mostly far from each other, so that each look at one waits for memory: for its page, for where its runs are
//! told, and for these. Some nodes are taken together, and what all of them wait for next is touched before anything is
//! decided by it: so the waits overlap, where else each decision that was foretold wrongly would wait alone.

use std::hint::black_box;
use std::ops::Range;

use super::adjacency::{Adjacency, AdjacencyPage};
use super::run::{Run, Runs};
use super::{Direction, End, Graph, Neighbour, NodeSlot};
use crate::catalog::TypeId;

/// Nodes that are looked at together.
pub(super) const TOGETHER: usize = 32;

/// So few entries are appended one by one.
const SHORT: usize = 4;

/// What a batch of steps appends to: three columns of one length.
#[derive(Debug)]
pub(crate) struct Expansion<'c> {
    /// Which of the sources each step starts from.
    pub source_indexes: &'c mut Vec<u32>,
    pub neighbours: &'c mut Vec<u32>,
    pub rels: &'c mut Vec<u32>,
}

/// Where a batch of steps goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ExpandCursor {
    source: usize,
    /// Runs of the source that are done, and where to go on in the next one.
    run: usize,
    offset: usize,
    last: Option<Neighbour>,
}

impl Graph {
    /// Appends all steps from `sources`; `u32::MAX` has none.
    #[cfg_attr(not(test), expect(dead_code, reason = "for operators that take all steps at once"))]
    pub(crate) fn expand_batch(
        &self,
        mut columns: Expansion<'_>,
        sources: &[u32],
        direction: Direction,
        rel_type: Option<TypeId>,
    ) {
        let mut pages = Pages::new(self.neighbourhood.plain(direction));
        for (index, &source) in (0..).zip(sources) {
            for run in pages.runs(source, rel_type) {
                run.for_each_slice(|entries| columns.push(index, entries));
            }
        }
    }

    /// Appends about `limit` steps from `cursor` on (more by less than one leaf of a hub), moves the cursor, and
    /// returns false at the end.
    pub(crate) fn expand_some(
        &self,
        mut columns: Expansion<'_>,
        sources: &[u32],
        direction: Direction,
        rel_type: Option<TypeId>,
        cursor: &mut ExpandCursor,
        limit: usize,
    ) -> bool {
        let adjacency = self.neighbourhood.plain(direction);
        let mut ahead = Ahead { adjacency, rel_type, sources: 0..0, pages: [None; TOGETHER] };
        let end = columns.rels.len() + limit;
        while cursor.source < sources.len() {
            let index = u32::try_from(cursor.source).expect("a batch is short");
            for run in ahead.runs(sources, cursor.source).skip(cursor.run) {
                if !columns.push_until(end, index, run, cursor) {
                    return true;
                }
                *cursor = ExpandCursor { source: cursor.source, run: cursor.run + 1, ..ExpandCursor::default() };
            }
            *cursor = ExpandCursor { source: cursor.source + 1, ..ExpandCursor::default() };
        }
        false
    }

    /// Appends the number of steps from each of `sources`; 0 for `u32::MAX`.
    pub(crate) fn degrees(
        &self,
        sources: &[u32],
        direction: Direction,
        rel_type: Option<TypeId>,
        degrees: &mut Vec<u32>,
    ) {
        let adjacency = self.neighbourhood.plain(direction);
        for_each_degree(adjacency, sources, rel_type, |degree| {
            degrees.push(u32::try_from(degree).expect("fewer than 2^32 relationships"));
        });
    }

    /// Appends the number of self-loops at each of `nodes`; 0 for `u32::MAX`.
    pub(crate) fn loops(&self, nodes: &[u32], rel_type: Option<TypeId>, loops: &mut Vec<u32>) {
        let mut pages = Pages::new(self.neighbourhood.plain(Direction::Out));
        for &node in nodes {
            let end = End::node(NodeSlot(node));
            let runs = pages.runs(node, rel_type);
            let count: usize = runs
                .map(|run| match run {
                    // Runs in a page lie side by side: reading all of them is quicker than a search in each.
                    Run::Packed(entries) => entries.iter().filter(|entry| entry.end == end).count(),
                    Run::Hub(tree) => {
                        tree.from(|entry| entry.end < end).flatten().take_while(|entry| entry.end == end).count()
                    }
                })
                .sum();
            loops.push(u32::try_from(count).expect("fewer than 2^32 relationships"));
        }
    }

    /// The number of steps from all of `sources` together.
    #[cfg_attr(not(test), expect(dead_code, reason = "for counts that need no row of their own"))]
    pub(crate) fn degree_sum(&self, sources: &[u32], direction: Direction, rel_type: Option<TypeId>) -> u64 {
        let mut sum = 0;
        for_each_degree(self.neighbourhood.plain(direction), sources, rel_type, |degree| sum += degree as u64);
        sum
    }
}

impl Expansion<'_> {
    #[inline]
    fn push(&mut self, source_index: u32, entries: &[Neighbour]) {
        if entries.len() <= SHORT {
            for entry in entries {
                self.source_indexes.push(source_index);
                self.neighbours.push(entry.end.raw());
                self.rels.push(entry.rel.0);
            }
            return;
        }
        self.source_indexes.resize(self.source_indexes.len() + entries.len(), source_index);
        self.neighbours.extend(entries.iter().map(|entry| entry.end.raw()));
        self.rels.extend(entries.iter().map(|entry| entry.rel.0));
    }

    /// Appends a run from `cursor` on; false if the columns are full before its end.
    fn push_until(&mut self, end: usize, source_index: u32, run: Run<'_>, cursor: &mut ExpandCursor) -> bool {
        match run {
            Run::Packed(entries) => {
                let rest = &entries[cursor.offset..];
                let len = rest.len().min(end.saturating_sub(self.rels.len()));
                self.push(source_index, &rest[..len]);
                cursor.offset += len;
                len == rest.len()
            }
            Run::Hub(tree) => {
                let last = cursor.last;
                for leaf in tree.from(|entry| last.is_some_and(|last| *entry <= last)) {
                    if self.rels.len() >= end {
                        return false;
                    }
                    self.push(source_index, leaf);
                    cursor.last = leaf.last().copied();
                }
                true
            }
        }
    }
}

/// Calls `take` with the degree of each source, in order.
fn for_each_degree(adjacency: &Adjacency, sources: &[u32], rel_type: Option<TypeId>, mut take: impl FnMut(usize)) {
    for sources in sources.chunks(TOGETHER) {
        for (page, &source) in pages_of(adjacency, sources).iter().zip(sources) {
            take(page.map_or(0, |page| page.degree(source, rel_type)));
        }
    }
}

/// The pages of sources, found some sources ahead.
struct Ahead<'g> {
    adjacency: &'g Adjacency,
    rel_type: Option<TypeId>,
    /// Which sources `pages` are of.
    sources: Range<usize>,
    pages: [Option<&'g AdjacencyPage>; TOGETHER],
}

impl<'g> Ahead<'g> {
    #[inline]
    fn runs(&mut self, sources: &[u32], index: usize) -> Runs<'g> {
        if !self.sources.contains(&index) {
            self.find(index, &sources[index..sources.len().min(index + TOGETHER)]);
        }
        runs_in(self.pages[index - self.sources.start], sources[index], self.rel_type)
    }

    fn find(&mut self, first: usize, sources: &[u32]) {
        self.sources = first..first + sources.len();
        self.pages = pages_of(self.adjacency, sources);
        let mut read = 0;
        for (page, &source) in self.pages.iter().zip(sources) {
            read ^= runs_in(*page, source, self.rel_type).touch();
        }
        black_box(read);
    }
}

/// The runs of an owner whose page this is.
#[inline]
fn runs_in(page: Option<&AdjacencyPage>, owner: u32, rel_type: Option<TypeId>) -> Runs<'_> {
    match (page, rel_type) {
        (None, _) => Runs::EMPTY,
        (Some(page), None) => page.runs(owner),
        (Some(page), Some(rel_type)) => Runs::one(page.run(owner, rel_type)),
    }
}

/// The page of each of at most [`TOGETHER`] nodes, and none beyond them; what is looked at next has been touched.
#[inline]
pub(super) fn pages_of<'g>(adjacency: &'g Adjacency, nodes: &[u32]) -> [Option<&'g AdjacencyPage>; TOGETHER] {
    let mut pages = [None; TOGETHER];
    adjacency.pages_of(nodes, &mut pages);
    let mut read = 0;
    for (page, &node) in pages.iter().zip(nodes) {
        if let Some(page) = page {
            read ^= page.touch(node);
        }
    }
    black_box(read);
    pages
}

/// The pages of an adjacency, the last one at hand.
pub(super) struct Pages<'g> {
    adjacency: &'g Adjacency,
    at: usize,
    page: Option<&'g AdjacencyPage>,
}

impl<'g> Pages<'g> {
    pub(super) fn new(adjacency: &'g Adjacency) -> Self {
        Self { adjacency, at: usize::MAX, page: None }
    }

    #[inline]
    pub(super) fn get(&mut self, owner: u32) -> Option<&'g AdjacencyPage> {
        let at = Adjacency::page_number(owner);
        if at != self.at {
            self.at = at;
            self.page = self.adjacency.page(owner);
        }
        self.page
    }

    #[inline]
    fn runs(&mut self, owner: u32, rel_type: Option<TypeId>) -> Runs<'g> {
        runs_in(self.get(owner), owner, rel_type)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::two_types_and_a_hub;
    use super::super::{End, Family, NodeSlot};
    use super::*;

    type Columns = (Vec<u32>, Vec<u32>, Vec<u32>);

    fn expansion(columns: &mut Columns) -> Expansion<'_> {
        Expansion { source_indexes: &mut columns.0, neighbours: &mut columns.1, rels: &mut columns.2 }
    }

    #[test]
    fn a_batch_of_steps_is_the_same_as_one_by_one() {
        let graph = two_types_and_a_hub();
        let sources = [3, 7, u32::MAX, 7, 299, 8];
        for direction in Direction::BOTH {
            for rel_type in [None, Some(TypeId(0)), Some(TypeId(1)), Some(TypeId(2))] {
                let mut expected = Columns::default();
                let mut degrees = Vec::new();
                for (index, &source) in (0..).zip(&sources) {
                    let from = End::node(NodeSlot(source & 0x7fff_ffff));
                    let steps = graph.neighbours(from, direction, rel_type, Family::Plain);
                    let before = expected.0.len();
                    for step in steps.filter(|_| source != u32::MAX) {
                        expected.0.push(index);
                        expected.1.push(step.end.as_node().unwrap().0);
                        expected.2.push(step.rel.0);
                    }
                    degrees.push(u32::try_from(expected.0.len() - before).unwrap());
                }
                let mut all = Columns::default();
                graph.expand_batch(expansion(&mut all), &sources, direction, rel_type);
                assert_eq!(all, expected);
                let mut found = Vec::new();
                graph.degrees(&sources, direction, rel_type, &mut found);
                assert_eq!(found, degrees);
                assert_eq!(graph.degree_sum(&sources, direction, rel_type), expected.0.len() as u64);
                let (mut some, mut cursor) = (Columns::default(), ExpandCursor::default());
                loop {
                    let before = some.0.len();
                    let more = graph.expand_some(expansion(&mut some), &sources, direction, rel_type, &mut cursor, 100);
                    assert!(some.0.len() - before < 100 + 512);
                    if !more {
                        break;
                    }
                }
                assert_eq!(some, expected);
            }
        }
    }
}
