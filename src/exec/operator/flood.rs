//! A breadth-first search from one node along plain relationships, where nothing is asked on the way.
//!
//! While the frontier is small, nodes are found in the order of their relationships. A large one is a set of bits that
//! is read in the order of slots: then neighbours in memory follow each other on the next level, and in the columns of
//! whoever looks at what was found. Several threads may look around it, since what they find is sorted anyway.

use std::ops::ControlFlow;

use super::travel::Run;
use super::visited::Visited;
use crate::exec::ExecError;
use crate::exec::batch::BATCH_ROWS;
use crate::exec::budget::{Budget, Held};
use crate::function::FunctionError;
use crate::storage::{Graph, NodeSlot, Way, together};

/// Of so many nodes of the graph one is in a large frontier, or more are. The graphs of tests are small.
const LARGE: usize = if cfg!(test) { 4_096 } else { 256 };

/// A frontier of so many nodes is worth several threads. Those of tests are small.
const MANY: usize = if cfg!(test) { 64 } else { 4_096 };

/// Nodes of a frontier that a thread looks around at a time.
const PART: usize = MANY / 4;

#[derive(Default)]
pub(super) struct Flood {
    visited: Visited,
    frontier: Vec<u32>,
    has_found_only: bool,
    held: Held,
}

/// Where a search goes.
#[derive(Clone, Copy)]
pub(super) struct Course<'c> {
    pub graph: &'c Graph,
    pub budget: &'c Budget,
    pub ways: &'c [Way],
    pub start: u32,
    pub max: u64,
    /// The one node that is looked for, or all are.
    pub only: Option<u32>,
    pub threads: usize,
}

/// What a level has come upon beside nodes.
#[derive(Default)]
struct Sight {
    entries: usize,
    start_again: bool,
}

impl Flood {
    /// The nodes of the last search, the start first.
    pub(super) fn nodes(&self) -> &[u32] {
        self.visited.nodes()
    }

    /// Whether the last search, if it looked for one node other than the start, came to it: then it is the last one.
    pub(super) fn has_found_only(&self) -> bool {
        self.has_found_only
    }

    /// Finds all nodes that are not too far, or as many as it takes to find the only one; true if the start was come
    /// upon again.
    pub(super) fn run(&mut self, course: Course<'_>) -> Result<bool, ExecError> {
        self.visited.begin();
        self.visited.insert(course.start);
        self.has_found_only = false;
        let (mut from, mut depth, mut start_again) = (0, 0, false);
        while depth < course.max && from < self.nodes().len() {
            depth += 1;
            self.frontier.clear();
            self.frontier.extend_from_slice(&self.visited.nodes()[from..]);
            from = self.nodes().len();
            let bound = course.graph.node_bound();
            // What was found in earlier searches must not decide in which order nodes come.
            let is_large = self.visited.widen(bound)
                && self.visited.are_many()
                && self.frontier.len() > bound / LARGE
                && course.only.is_none();
            if is_large {
                self.visited.make_room(bound);
            }
            let are_together = is_large && course.threads > 1 && self.frontier.len() > MANY;
            if are_together {
                start_again |= self.mark_together(course)?;
            }
            let alone = if are_together { &[][..] } else { &self.frontier[..] };
            for nodes in alone.chunks(BATCH_ROWS) {
                let (sight, end) = if is_large {
                    let sight = mark(course.graph, course.ways, course.start, nodes, |node| self.visited.mark(node));
                    (sight, ControlFlow::Continue(()))
                } else {
                    insert(&mut self.visited, course, nodes)
                };
                start_again |= sight.start_again;
                course.budget.steps(nodes.len() + sight.entries)?;
                if end.is_break() {
                    self.has_found_only = true;
                    return Ok(start_again);
                }
            }
            if is_large {
                self.visited.sort_in();
            }
            self.held.set(course.budget, self.visited.size_bytes() + size_of_val(&self.frontier[..]))?;
        }
        Ok(start_again)
    }

    /// Marks what there is around the frontier; true if the start was come upon again.
    fn mark_together(&mut self, course: Course<'_>) -> Result<bool, ExecError> {
        let Course { graph, budget, ways, start, threads, .. } = course;
        let (visited, parts) = (&self.visited, self.frontier.chunks(PART).collect::<Vec<_>>());
        let look_around = |part: usize| mark(graph, ways, start, parts[part], |node| visited.mark_together(node));
        let seen = together(threads, parts.len(), &budget.alarm(), &look_around);
        budget.check()?;
        let seen = seen.ok_or(FunctionError::Cancelled)?;
        budget.steps(self.frontier.len() + seen.iter().map(|sight| sight.entries).sum::<usize>())?;
        Ok(seen.iter().any(|sight| sight.start_again))
    }

    /// Gives back to the budget what is held between batches; the memory itself is used by the next search.
    pub(super) fn settle(&mut self, budget: &Budget) {
        self.held.clear(budget);
    }
}

fn insert(visited: &mut Visited, course: Course<'_>, nodes: &[u32]) -> (Sight, ControlFlow<()>) {
    let mut sight = Sight::default();
    let end = course.graph.walk(nodes, course.ways, |_, entries| {
        sight.entries += entries.len();
        for entry in entries {
            let Some(NodeSlot(node)) = entry.end.as_node() else { continue };
            sight.start_again |= node == course.start;
            visited.insert(node);
            if course.only == Some(node) {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    });
    (sight, end)
}

/// Marks all that there is around some nodes.
fn mark(graph: &Graph, ways: &[Way], start: u32, nodes: &[u32], mut mark: impl FnMut(u32)) -> Sight {
    let mut sight = Sight::default();
    let _: ControlFlow<()> = graph.walk(nodes, ways, |_, entries| {
        sight.entries += entries.len();
        for entry in entries {
            let Some(NodeSlot(node)) = entry.end.as_node() else { continue };
            sight.start_again |= node == start;
            mark(node);
        }
        ControlFlow::Continue(())
    });
    sight
}

/// The same as the store says it. That a self-loop is seen in both directions does not matter to who looks for nodes.
pub(super) fn ways(runs: &[Run]) -> Vec<Way> {
    runs.iter().map(|run| (run.direction, run.rel_type)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::both_ends::{Between, BothEnds};
    use super::*;
    use crate::exec::budget::Limits;
    use crate::storage::{Commit, Direction, End, Family, RelSlot, Writer};
    use crate::value::Name;

    /// Few relationships at most nodes, many at one, and some nodes that nothing leads to; and the slots of the nodes.
    fn sample() -> (Graph, Vec<u32>) {
        let mut writer = Writer::new(Graph::new(), Commit { number: 1, micros: 0 });
        let types = [writer.rel_type(&Name::from("A")), writer.rel_type(&Name::from("B"))];
        let nodes: Vec<End> = (0..3_000).map(|_| End::node(writer.create_node(&[]).unwrap())).collect();
        for step in 0..4_500_usize {
            let from = if step % 50 == 0 { 7 } else { step * 7_919 % 2_900 };
            let rel_type = types[usize::from(step % 3 == 0)];
            writer.create_rel(rel_type, nodes[from], nodes[step * 104_729 % 2_900], true).unwrap();
        }
        (writer.finish().0, nodes.into_iter().filter_map(End::as_node).map(|node| node.0).collect())
    }

    fn budget() -> Budget {
        Budget::new(&Limits::default())
    }

    /// The nodes at each distance.
    fn levels(graph: &Graph, ways: &[Way], start: u32) -> Vec<Vec<u32>> {
        let mut found = vec![false; graph.node_bound()];
        found[start as usize] = true;
        let mut levels = vec![vec![start]];
        while !levels[levels.len() - 1].is_empty() {
            let mut next = Vec::new();
            for &node in &levels[levels.len() - 1] {
                for &(direction, rel_type) in ways {
                    let from = End::node(NodeSlot(node));
                    let ends = graph.neighbours(from, direction, rel_type, Family::Plain);
                    let nodes = ends.filter_map(|neighbour| neighbour.end.as_node()).map(|node| node.0);
                    next.extend(nodes.filter(|node| !std::mem::replace(&mut found[*node as usize], true)));
                }
            }
            levels.push(next);
        }
        levels
    }

    fn all_ways() -> [Vec<Way>; 3] {
        let [a, b] = [0, 1].map(|rel_type| Some(crate::catalog::TypeId(rel_type)));
        [
            vec![(Direction::Out, a)],
            vec![(Direction::Out, a), (Direction::Out, b), (Direction::In, a), (Direction::In, b)],
            vec![(Direction::In, None)],
        ]
    }

    #[test]
    fn a_flood_finds_what_is_near_enough() {
        let ((graph, slots), budget, mut flood) = (sample(), budget(), Flood::default());
        for ways in &all_ways() {
            for (start, max) in [(7, 1), (7, 3), (20, 20), (2_950, 5), (11, u64::MAX)] {
                let start = slots[start];
                let levels = levels(&graph, ways, start);
                let mut expected: Vec<u32> =
                    levels.iter().take(usize::try_from(max).unwrap().saturating_add(1)).flatten().copied().collect();
                let course = Course { graph: &graph, budget: &budget, ways, start, max, only: None, threads: 1 };
                flood.run(course).unwrap();
                let mut found = flood.nodes().to_vec();
                let again = flood.run(Course { threads: 3, ..course }).unwrap();
                assert_eq!(flood.nodes(), found, "several threads find them in the same order");
                assert_eq!(flood.run(course).unwrap(), again);
                expected.sort_unstable();
                found.sort_unstable();
                assert_eq!(found, expected);
                for only in [slots[21], slots[2_990], slots[500]] {
                    flood.run(Course { only: Some(only), ..course }).unwrap();
                    assert_eq!(flood.has_found_only(), expected.contains(&only));
                }
            }
        }
    }

    #[test]
    fn a_path_from_both_ends_is_as_short_as_can_be_and_leads_there() {
        let ((graph, slots), budget, mut both_ends) = (sample(), budget(), BothEnds::default());
        for forwards in &all_ways() {
            let backwards: Vec<Way> = forwards.iter().map(|way| (way.0.reversed(), way.1)).collect();
            for (from, to) in [(7, 20), (20, 7), (11, 2_899), (100, 101), (7, 2_950)] {
                let (from, to) = (slots[from], slots[to]);
                let distance = levels(&graph, forwards, from).iter().position(|level| level.contains(&to));
                for max in [3, 30] {
                    let between = Between { graph: &graph, budget: &budget, forwards, backwards: &backwards, max };
                    let path = both_ends.path(between, from, to).unwrap();
                    let near = distance.filter(|distance| *distance as u64 <= max);
                    assert_eq!(path.as_ref().map(Vec::len), near);
                    assert!(path.is_none_or(|path| leads(&graph, &path, from) == to));
                }
            }
        }
    }

    /// Where a path ends.
    fn leads(graph: &Graph, path: &[u32], from: u32) -> u32 {
        path.iter().fold(from, |at, rel| {
            let rel = graph.rel(RelSlot(*rel));
            let [start, end] = [rel.start, rel.end].map(|end| end.as_node().unwrap().0);
            assert!(start == at || end == at);
            if start == at { end } else { start }
        })
    }
}
