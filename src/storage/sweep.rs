//! All relationships between nodes, page by page: for algorithms that go over the whole graph.

use std::ops::Range;

use super::adjacency::{Adjacency, AdjacencyPage};
use super::bitmap::{PAGE_SLOTS, place};
use super::{Direction, Graph, Neighbour, NodeSlot};
use crate::catalog::TypeId;
use crate::value::ElementId;

/// Some relationship types.
#[derive(Clone, Debug, Default)]
pub(crate) struct TypeSet(Vec<bool>);

impl TypeSet {
    #[inline]
    pub(super) fn has(&self, rel_type: TypeId) -> bool {
        self.0.get(rel_type.0 as usize).is_some_and(|has| *has)
    }
}

impl FromIterator<TypeId> for TypeSet {
    fn from_iter<I: IntoIterator<Item = TypeId>>(types: I) -> Self {
        let mut set = Vec::new();
        for rel_type in types {
            let number = rel_type.0 as usize;
            set.resize(set.len().max(number + 1), false);
            set[number] = true;
        }
        Self(set)
    }
}

/// Nodes whose slots follow each other, with their plain relationships in one direction.
#[derive(Clone, Copy)]
pub(crate) struct SweptPage<'g> {
    first: u32,
    page: &'g AdjacencyPage,
}

impl<'g> SweptPage<'g> {
    /// Shows the neighbours of each node, in the order of slots and in one slice or several; by all types, or by those
    /// that are wanted.
    #[inline]
    pub(crate) fn each_slice(self, types: Option<&TypeSet>, mut show: impl FnMut(NodeSlot, &'g [Neighbour])) {
        self.page
            .each_slice(types, |place, slice| show(NodeSlot(self.first + u32::try_from(place).unwrap_or(0)), slice));
    }
}

impl Graph {
    /// The nodes with these slots, which begin and end with a page, that have plain relationships in a direction; page by
    /// page in the order of slots.
    pub(crate) fn sweep(&self, direction: Direction, slots: Range<u32>) -> impl Iterator<Item = SweptPage<'_>> {
        let pages = self.neighbourhood.plain(direction).pages();
        let mut next = Adjacency::page_number(slots.start);
        let found = std::iter::from_fn(move || {
            let (number, page) = pages.next(next)?;
            next = number + 1;
            Some(SweptPage { first: Adjacency::first_owner(number), page })
        });
        found.take_while(move |page| page.first < slots.end)
    }

    /// The slots of all nodes, cut between pages into about so many parts.
    pub(crate) fn node_parts(&self, count: usize) -> Vec<Range<u32>> {
        let pages = self.node_bound().div_ceil(PAGE_SLOTS);
        let slots = pages.div_ceil(count).max(1) * PAGE_SLOTS;
        let firsts = (0..self.node_bound()).step_by(slots);
        let slot = |slot: usize| u32::try_from(slot).unwrap_or(u32::MAX);
        firsts.map(|first| slot(first)..slot(first + slots)).collect()
    }

    /// The ids of nodes that are given in the order of slots.
    pub(crate) fn node_ids<'g>(&'g self, nodes: &'g [u32]) -> impl Iterator<Item = ElementId> + 'g {
        let pages = nodes.chunk_by(|left, right| left / PAGE_SLOTS_U32 == right / PAGE_SLOTS_U32);
        pages.flat_map(move |nodes| {
            let page = self.nodes.page_at(place(nodes[0]).0);
            nodes.iter().map(move |node| {
                let id = page.and_then(|page| page.id(place(*node).1));
                id.unwrap_or_else(|| self.node_id(NodeSlot(*node)))
            })
        })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a page has 1,024 slots")]
const PAGE_SLOTS_U32: u32 = PAGE_SLOTS as u32;
