//! One shortest path between two nodes along plain relationships, where nothing is asked on the way.
//!
//! Two breadth-first searches, a level of the smaller frontier at a time, until one of them comes upon a node of the
//! other. Each keeps its nodes in the order in which it has found them, and beside each the relationship and the place
//! of the node that it was found from: the path is read off these.

use std::ops::ControlFlow;

use super::visited::Visited;
use crate::exec::ExecError;
use crate::exec::batch::BATCH_ROWS;
use crate::exec::budget::Budget;
use crate::storage::{Graph, Way};

/// Both searches; what they need is used again by the next ones.
#[derive(Default)]
pub(super) struct BothEnds {
    near: Half,
    far: Half,
}

/// Where they go.
#[derive(Clone, Copy)]
pub(super) struct Between<'b> {
    pub graph: &'b Graph,
    pub budget: &'b Budget,
    pub forwards: &'b [Way],
    pub backwards: &'b [Way],
    pub max: u64,
}

/// The search from one end.
#[derive(Default)]
struct Half {
    visited: Visited,
    /// How each node was found: by this relationship, from the node at this place. Nothing leads to the first.
    steps: Vec<(u32, u32)>,
    /// Where the last level begins.
    level: usize,
    depth: u64,
    frontier: Vec<u32>,
}

impl BothEnds {
    /// The relationships of a shortest path between two different nodes.
    pub(super) fn path(&mut self, between: Between<'_>, from: u32, to: u32) -> Result<Option<Vec<u32>>, ExecError> {
        let Self { near, far } = self;
        near.begin(from);
        far.begin(to);
        while near.depth + far.depth < between.max && !near.is_exhausted() && !far.is_exhausted() {
            let is_near = near.width() <= far.width();
            let met = if is_near {
                near.grow(between, between.forwards, far)?
            } else {
                far.grow(between, between.backwards, near)?
            };
            if let Some(node) = met {
                let path = near.way_to(node).into_iter().rev().chain(far.way_to(node));
                return Ok(Some(path.collect()));
            }
        }
        Ok(None)
    }
}

impl Half {
    fn begin(&mut self, start: u32) {
        self.visited.begin();
        self.visited.insert(start);
        self.steps.clear();
        self.steps.push((0, 0));
        (self.level, self.depth) = (0, 0);
    }

    /// How many nodes the next level starts from.
    fn width(&self) -> usize {
        self.visited.nodes().len() - self.level
    }

    fn is_exhausted(&self) -> bool {
        self.width() == 0
    }

    /// Finds the next level, or the first node of it that the other search has found too.
    fn grow(&mut self, between: Between<'_>, ways: &[Way], other: &Half) -> Result<Option<u32>, ExecError> {
        let Self { visited, steps, level, depth, frontier } = self;
        *depth += 1;
        frontier.clear();
        frontier.extend_from_slice(&visited.nodes()[*level..]);
        let first = std::mem::replace(level, visited.nodes().len());
        visited.widen(between.graph.node_bound());
        for (chunk, nodes) in frontier.chunks(BATCH_ROWS).enumerate() {
            let mut entry_count = 0;
            let met = between.graph.walk(nodes, ways, |place, entries| {
                entry_count += entries.len();
                let from = u32::try_from(first + chunk * BATCH_ROWS + place).expect("nodes have slots of 32 bits");
                for entry in entries {
                    let Some(node) = entry.end.as_node().filter(|node| visited.insert(node.0)) else { continue };
                    steps.push((entry.rel.0, from));
                    if other.visited.has(node.0) {
                        return ControlFlow::Break(node.0);
                    }
                }
                ControlFlow::Continue(())
            });
            between.budget.steps(nodes.len() + entry_count)?;
            if let ControlFlow::Break(node) = met {
                return Ok(Some(node));
            }
        }
        between.budget.bytes(self.width() * (size_of::<(u32, u32)>() + 2 * size_of::<u32>()))?;
        Ok(None)
    }

    /// The relationships from `node`, which is of the last level, back to the start.
    fn way_to(&self, node: u32) -> Vec<u32> {
        let nodes = self.visited.nodes();
        let mut place = nodes.iter().rposition(|other| *other == node).expect("both searches have found the node");
        let mut way = Vec::new();
        while place != 0 {
            let (rel, from) = self.steps[place];
            way.push(rel);
            place = from as usize;
        }
        way
    }
}
