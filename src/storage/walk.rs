//! The neighbours of many nodes of a search, along plain relationships.
//!
//! Nodes of a search lie far from each other, so some of them are taken together (see [`batch`](super::batch)).

use std::hint::black_box;
use std::ops::ControlFlow;

use smallvec::SmallVec;

use super::batch::{TOGETHER, pages_of};
use super::run::Run;
use super::{Direction, Graph, Neighbour};
use crate::catalog::TypeId;

/// Which relationships a search follows; without a type: all.
pub(crate) type Way = (Direction, Option<TypeId>);

/// So many neighbours of nodes from which searches begin are looked at before these.
const AROUND: usize = 4 * TOGETHER;

impl Graph {
    /// Shows the neighbours of each of `nodes`, in the order of nodes and for each of them of `ways`: the place of the
    /// node among `nodes`, and some or all of its neighbours. A self-loop is seen once in each direction.
    #[inline]
    pub(crate) fn walk<'g, B>(
        &'g self,
        nodes: &[u32],
        ways: &[Way],
        mut visit: impl FnMut(usize, &'g [Neighbour]) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut runs: SmallVec<[(usize, Run<'g>); 2 * TOGETHER]> = SmallVec::new();
        for first in (0..nodes.len()).step_by(TOGETHER) {
            runs.clear();
            let together = &nodes[first..nodes.len().min(first + TOGETHER)];
            self.find_runs(together, ways, |place, run| runs.push((first + place, run)));
            let mut read = 0;
            for (_, run) in &runs {
                read ^= run.touch();
            }
            black_box(read);
            for &(place, run) in &runs {
                match run {
                    Run::Packed(entries) => visit(place, entries)?,
                    Run::Hub(tree) => tree.leaves().try_for_each(|entries| visit(place, entries))?,
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Has read what searches from these nodes, one after the other, begin with: alone each of them would wait for it. That is
    /// the neighbours of each node, and the first of theirs.
    pub(crate) fn touch_around(&self, nodes: &[u32], ways: &[Way]) {
        let mut near: SmallVec<[u32; AROUND]> = SmallVec::new();
        let _: ControlFlow<()> = self.walk(nodes, ways, |_, entries| {
            let room = AROUND - near.len();
            near.extend(entries.iter().filter_map(|entry| entry.end.as_node()).map(|node| node.0).take(room));
            if near.len() < AROUND { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        for near in near.chunks(TOGETHER) {
            let mut read = 0;
            self.find_runs(near, ways, |_, run| read ^= run.touch());
            black_box(read);
        }
    }

    /// The runs of a few nodes, but for empty ones.
    #[inline]
    fn find_runs<'g>(&'g self, nodes: &[u32], ways: &[Way], mut take: impl FnMut(usize, Run<'g>)) {
        let mut pages = [[None; TOGETHER]; 2];
        for direction in Direction::BOTH {
            if ways.iter().any(|way| way.0 == direction) {
                pages[direction as usize] = pages_of(self.neighbourhood.plain(direction), nodes);
            }
        }
        for (place, &node) in nodes.iter().enumerate() {
            for &(direction, rel_type) in ways {
                let Some(page) = pages[direction as usize][place] else { continue };
                match rel_type {
                    Some(rel_type) => Some(page.run(node, rel_type))
                        .filter(|run| run.len() > 0)
                        .into_iter()
                        .for_each(|run| take(place, run)),
                    None => page.runs(node).filter(|run| run.len() > 0).for_each(|run| take(place, run)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::two_types_and_a_hub;
    use super::super::{End, Family, NodeSlot};
    use super::*;

    fn seen(graph: &Graph, nodes: &[u32], ways: &[Way]) -> Vec<(usize, Neighbour)> {
        let mut seen = Vec::new();
        let end = graph.walk(nodes, ways, |place, entries| {
            seen.extend(entries.iter().map(|entry| (place, *entry)));
            ControlFlow::<()>::Continue(())
        });
        assert!(end.is_continue());
        seen
    }

    #[test]
    fn a_walk_sees_what_is_seen_from_each_node() {
        let graph = two_types_and_a_hub();
        let nodes: Vec<u32> = (0..100).map(|step| step * 7 % 300).collect();
        let (out, back) = ((Direction::Out, Some(TypeId(1))), (Direction::In, Some(TypeId(0))));
        for ways in [&[out][..], &[out, back], &[(Direction::In, None)], &[(Direction::Out, Some(TypeId(9)))]] {
            let mut expected = Vec::new();
            for (place, &node) in nodes.iter().enumerate() {
                for &(direction, rel_type) in ways {
                    let from = End::node(NodeSlot(node));
                    let neighbours = graph.neighbours(from, direction, rel_type, Family::Plain);
                    expected.extend(neighbours.map(|neighbour| (place, neighbour)));
                }
            }
            assert_eq!(seen(&graph, &nodes, ways), expected);
        }
    }

    #[test]
    fn a_walk_ends_where_it_is_told_to() {
        let graph = two_types_and_a_hub();
        let way = [(Direction::Out, Some(TypeId(0)))];
        let end = graph.walk(&[3, 7, 9], &way, |place, _| {
            if place == 1 { ControlFlow::Break(place) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(end, ControlFlow::Break(1));
    }
}
