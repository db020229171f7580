//! Where sorted runs of neighbours meet: one run leads, and in the others each of its neighbours is sought from where
//! the one before was found.

use super::batch::{TOGETHER, pages_of};
use super::run::{NeighbourTree, Run};
use super::{Direction, End, Graph, Neighbour};
use crate::catalog::TypeId;

impl Graph {
    /// Gives the run of each node by plain relationships of one type; an empty one for `u32::MAX`. That of nodes one behind the
    /// other that are the same is looked up once.
    #[inline]
    pub(crate) fn each_run<'g>(
        &'g self,
        nodes: &[u32],
        direction: Direction,
        rel_type: TypeId,
        mut take: impl FnMut(Run<'g>),
    ) {
        let adjacency = self.neighbourhood.plain(direction);
        for nodes in nodes.chunks(TOGETHER) {
            let mut last = (u32::MAX, Run::EMPTY);
            for (page, &node) in pages_of(adjacency, nodes).iter().zip(nodes) {
                if node != last.0 {
                    last = (node, page.map_or(Run::EMPTY, |page| page.run(node, rel_type)));
                }
                take(last.1);
            }
        }
    }

    /// The runs of a node by plain relationships of any type, each of one type.
    pub(crate) fn runs_by_type(&self, node: u32, direction: Direction) -> impl Iterator<Item = Run<'_>> {
        self.neighbourhood.plain(direction).typed_runs(node).map(|(_, run)| run)
    }
}

impl Run<'_> {
    /// The first and the last neighbour; of a tree, what none lies before or behind.
    #[inline]
    pub(crate) fn bounds(self) -> (End, End) {
        let (lowest, highest) = (End::from_raw(0), End::from_raw(u32::MAX));
        match self {
            Run::Packed(entries) => match (entries.first(), entries.last()) {
                (Some(first), Some(last)) => (first.end, last.end),
                _ => (highest, lowest),
            },
            Run::Hub(_) => (lowest, highest),
        }
    }
}

/// A place in a run of one type, which only moves on.
pub(crate) struct Seeker<'g> {
    /// What comes next.
    slice: &'g [Neighbour],
    /// Where to look for what comes behind it.
    tree: Option<&'g NeighbourTree>,
}

impl<'g> Seeker<'g> {
    #[inline]
    pub(crate) fn new(run: Run<'g>) -> Self {
        match run {
            Run::Packed(slice) => Self { slice, tree: None },
            Run::Hub(tree) => Self { slice: &[], tree: Some(tree) },
        }
    }

    /// Gives the relationships to `end`, slice by slice, until `take` fails. `end` must not lie before an end that was asked
    /// for earlier.
    #[inline]
    pub(crate) fn each_to<E>(
        &mut self,
        end: End,
        mut take: impl FnMut(&'g [Neighbour]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.slice.last().is_none_or(|last| last.end <= end) && self.tree.is_some() {
            return self.each_in_tree(end, take);
        }
        self.slice = from_end(self.slice, end);
        match self.slice.iter().take_while(|entry| entry.end == end).count() {
            0 => Ok(()),
            count => take(&self.slice[..count]),
        }
    }

    /// The same where leaves have to be looked for: those of `end` may go on in the next one.
    fn each_in_tree<E>(&mut self, end: End, mut take: impl FnMut(&'g [Neighbour]) -> Result<(), E>) -> Result<(), E> {
        let Some(tree) = self.tree else { return Ok(()) };
        for leaf in tree.from(|entry| entry.end < end) {
            let count = leaf.iter().take_while(|entry| entry.end == end).count();
            take(&leaf[..count])?;
            self.slice = &leaf[count..];
            if !self.slice.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// The entries from `end` on, by steps that double: near ones are found soonest.
#[inline]
pub(crate) fn from_end(entries: &[Neighbour], end: End) -> &[Neighbour] {
    let mut bound = 1;
    while entries.get(bound - 1).is_some_and(|entry| entry.end < end) {
        bound *= 2;
    }
    let low = bound / 2;
    let high = bound.min(entries.len());
    let within = entries.get(low..high).unwrap_or(&[]);
    &entries[low.min(entries.len()) + within.partition_point(|entry| entry.end < end)..]
}

#[cfg(test)]
mod tests {
    use super::super::{Commit, Family, NodeSlot, Writer};
    use super::*;
    use crate::value::Name;

    /// A hub and an ordinary node with parallel relationships, each to a part of many nodes.
    fn sample() -> Graph {
        let mut writer = Writer::new(Graph::new(), Commit { number: 1, micros: 0 });
        let rel_type = writer.rel_type(&Name::from("A"));
        let nodes: Vec<End> = (0..4_000).map(|_| End::node(writer.create_node(&[]).unwrap())).collect();
        for step in 0..4_000 {
            for _ in 0..if step % 700 == 699 { 600 } else { step % 3 } {
                writer.create_rel(rel_type, nodes[0], nodes[step], true).unwrap();
            }
            if step % 17 < 2 {
                writer.create_rel(rel_type, nodes[1], nodes[step], true).unwrap();
                writer.create_rel(rel_type, nodes[1], nodes[step], true).unwrap();
            }
        }
        writer.finish().0
    }

    #[test]
    fn what_is_sought_is_found_in_slices_and_in_trees() {
        let graph = sample();
        let mut runs = Vec::new();
        graph.each_run(&[0, 1, u32::MAX, 2], Direction::Out, TypeId(0), |run| runs.push(run));
        assert!(matches!(runs[..], [Run::Hub(_), Run::Packed(_), Run::Packed([]), Run::Packed([])]));
        for stride in [1, 2, 19, 350, 1_999] {
            for (owner, run) in (0..).zip(&runs[..2]) {
                let mut seeker = Seeker::new(*run);
                for to in (0..4_000).step_by(stride) {
                    let (from, to) = (End::node(NodeSlot(owner)), End::node(NodeSlot(to)));
                    let expected: Vec<u32> = graph
                        .neighbours(from, Direction::Out, None, Family::Plain)
                        .filter(|found| found.end == to)
                        .map(|found| found.rel.0)
                        .collect();
                    let mut found = Vec::new();
                    let all = seeker.each_to(to, |entries| {
                        found.extend(entries.iter().map(|entry| entry.rel.0));
                        Ok::<(), ()>(())
                    });
                    assert_eq!((found, all), (expected, Ok(())));
                }
            }
        }
    }

    #[test]
    fn runs_of_any_type_are_runs_of_each() {
        let graph = sample();
        let whole: usize = graph.runs_by_type(1, Direction::Out).map(Run::len).sum();
        assert_eq!(whole, graph.degree(End::node(NodeSlot(1)), Direction::Out, None, Family::Plain));
        assert_eq!(graph.runs_by_type(u32::MAX, Direction::Out).count(), 0);
    }
}
