//! What the iterators of a view give.

use std::vec;

use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::super::run::Neighbours;
use super::super::{Direction, NodeSlot, RelSlot, ScanCursor};
use super::{GraphView, node_index};

/// A relationship of a view, with its ends; its weight is its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeReference {
    pub(super) source: NodeIndex,
    pub(super) target: NodeIndex,
    pub(super) edge: EdgeIndex,
}

/// A node of a view; its weight is its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeReference(pub(super) NodeIndex);

/// The relationships at a node of a [`GraphView`].
#[derive(Debug)]
pub struct Edges<'g> {
    view: GraphView<'g>,
    node: NodeIndex,
    direction: Direction,
    steps: Option<Neighbours<'g>>,
}

/// The neighbours of a node of a [`GraphView`].
#[derive(Debug)]
pub struct Neighbors<'g>(pub(super) Edges<'g>);

/// The nodes of a [`GraphView`].
#[derive(Debug)]
pub struct NodeIdentifiers<'g>(Slots<'g>);

/// The nodes of a [`GraphView`], as references.
#[derive(Debug)]
pub struct NodeReferences<'g>(NodeIdentifiers<'g>);

/// The relationships of a [`GraphView`].
#[derive(Debug)]
pub struct EdgeReferences<'g> {
    view: GraphView<'g>,
    slots: Slots<'g>,
}

impl EdgeRef for EdgeReference {
    type NodeId = NodeIndex;
    type EdgeId = EdgeIndex;
    type Weight = EdgeIndex;

    fn source(&self) -> NodeIndex {
        self.source
    }

    fn target(&self) -> NodeIndex {
        self.target
    }

    fn weight(&self) -> &EdgeIndex {
        &self.edge
    }

    fn id(&self) -> EdgeIndex {
        self.edge
    }
}

impl<'g> Edges<'g> {
    pub(super) fn new(
        view: GraphView<'g>,
        node: NodeIndex,
        direction: Direction,
        steps: Option<Neighbours<'g>>,
    ) -> Self {
        Self { view, node, direction, steps }
    }
}

impl Iterator for Edges<'_> {
    type Item = EdgeReference;

    #[inline]
    fn next(&mut self) -> Option<EdgeReference> {
        let view = self.view;
        loop {
            let step = self.steps.as_mut()?.next()?;
            let Some(neighbour) = step.end.as_node().filter(|node| view.shows_neighbour(*node)) else { continue };
            if !view.part_has_rel(step.rel) {
                continue;
            }
            let (neighbour, edge) = (node_index(neighbour), EdgeIndex::from(step.rel.0));
            return Some(match self.direction {
                Direction::Out => EdgeReference { source: self.node, target: neighbour, edge },
                Direction::In => EdgeReference { source: neighbour, target: self.node, edge },
            });
        }
    }
}

impl Iterator for Neighbors<'_> {
    type Item = NodeIndex;

    #[inline]
    fn next(&mut self) -> Option<NodeIndex> {
        let edge = self.0.next()?;
        Some(if self.0.direction == Direction::Out { edge.target } else { edge.source })
    }
}

impl<'g> NodeIdentifiers<'g> {
    pub(super) fn new(view: GraphView<'g>) -> Self {
        Self(Slots::of_nodes(view))
    }
}

impl Iterator for NodeIdentifiers<'_> {
    type Item = NodeIndex;

    fn next(&mut self) -> Option<NodeIndex> {
        let view = self.0.view;
        self.0.by_ref().map(NodeSlot).find(|node| view.part_has_node(*node)).map(node_index)
    }
}

impl<'g> NodeReferences<'g> {
    pub(super) fn new(view: GraphView<'g>) -> Self {
        Self(NodeIdentifiers::new(view))
    }
}

impl Iterator for NodeReferences<'_> {
    type Item = NodeReference;

    fn next(&mut self) -> Option<NodeReference> {
        self.0.next().map(NodeReference)
    }
}

impl<'g> EdgeReferences<'g> {
    pub(super) fn new(view: GraphView<'g>) -> Self {
        Self { view, slots: Slots::of_edges(view) }
    }
}

impl Iterator for EdgeReferences<'_> {
    type Item = EdgeReference;

    fn next(&mut self) -> Option<EdgeReference> {
        let view = self.view;
        loop {
            let slot = self.slots.next()?;
            if !view.part_has_rel(RelSlot(slot)) {
                continue;
            }
            let rel = view.graph.rel(RelSlot(slot));
            let (Some(start), Some(end)) = (rel.start.as_node(), rel.end.as_node()) else { continue };
            if view.shows_neighbour(start) && view.shows_neighbour(end) {
                let edge = EdgeIndex::from(slot);
                return Some(EdgeReference { source: node_index(start), target: node_index(end), edge });
            }
        }
    }
}

/// The slots of a scan, a page's worth at a time.
#[derive(Debug)]
struct Slots<'g> {
    view: GraphView<'g>,
    /// Of relationships rather than nodes.
    of_edges: bool,
    cursor: ScanCursor,
    ready: vec::IntoIter<u32>,
    is_done: bool,
}

impl<'g> Slots<'g> {
    fn of_nodes(view: GraphView<'g>) -> Self {
        Self { view, of_edges: false, cursor: ScanCursor(0), ready: Vec::new().into_iter(), is_done: view.empty_nodes }
    }

    fn of_edges(view: GraphView<'g>) -> Self {
        Self { of_edges: true, is_done: view.shows_no_edges(), ..Self::of_nodes(view) }
    }

    fn refill(&mut self) {
        let (view, mut slots) = (self.view, Vec::new());
        let more = if self.of_edges {
            view.graph.scan_rels(view.rel_type, view.family, &mut self.cursor, 1_024, &mut slots)
        } else {
            view.graph.scan_nodes(view.label, &mut self.cursor, 1_024, &mut slots)
        };
        self.is_done = !more;
        self.ready = slots.into_iter();
    }
}

impl Iterator for Slots<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if let Some(slot) = self.ready.next() {
            return Some(slot);
        }
        if !self.is_done {
            self.refill();
        }
        self.ready.next()
    }
}
