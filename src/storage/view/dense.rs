//! A selection of nodes numbered from 0 on, for algorithms that keep an array over all nodes.

use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::{
    Data, EdgeCount, EdgeRef, GetAdjacencyMatrix, GraphBase, GraphProp, IntoEdgeReferences, IntoEdges,
    IntoEdgesDirected, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, IntoNodeReferences,
    NodeCompactIndexable, NodeCount, NodeIndexable, Visitable,
};
use petgraph::{Directed, Direction as Way};
use rustc_hash::FxHashMap;

use super::edges::{EdgeReference, Edges, NodeReference};
use super::{GraphView, Visited};

/// Some nodes of a view, numbered without holes, and the relationships between them.
///
/// The table of numbers is made once; the relationships are read from the snapshot itself. petgraph's traits are
/// implemented for `&DenseView`. Edge indices are those of the [`GraphView`], and so is what happens at a damaged page.
///
/// # Example: components among some of the nodes
///
/// ```
/// use averment::Database;
/// use petgraph::visit::IntoNodeIdentifiers;
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// db.query("CREATE (:Company)-[:OWNS]->(:Company), (:Company), (:Person)-[:OWNS]->(:Person)", ())?;
/// let snapshot = db.read();
/// let companies = snapshot.view().with_label("Company");
/// let dense = companies.dense(companies.node_identifiers());
/// assert_eq!(petgraph::algo::connected_components(&dense), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct DenseView<'g> {
    view: GraphView<'g>,
    nodes: Vec<NodeIndex>,
    numbers: FxHashMap<NodeIndex, NodeIndex>,
}

impl<'g> DenseView<'g> {
    pub(super) fn new(view: GraphView<'g>, selection: impl IntoIterator<Item = NodeIndex>) -> Self {
        let (mut nodes, mut numbers) = (Vec::new(), FxHashMap::default());
        for node in selection {
            if view.shows(super::slot(node)) && !numbers.contains_key(&node) {
                numbers.insert(node, NodeIndex::new(nodes.len()));
                nodes.push(node);
            }
        }
        Self { view, nodes, numbers }
    }

    /// The view that this is a selection of.
    pub fn view(&self) -> GraphView<'g> {
        self.view
    }

    /// Where the node with this number is in the [`GraphView`].
    ///
    /// # Panics
    ///
    /// If there is no such number.
    pub fn original(&self, number: NodeIndex) -> NodeIndex {
        self.nodes[number.index()]
    }

    /// The number of a node of the [`GraphView`], if it was selected.
    pub fn number(&self, node: NodeIndex) -> Option<NodeIndex> {
        self.numbers.get(&node).copied()
    }

    fn edges_at(&self, node: NodeIndex, way: Way) -> DenseEdges<'_, 'g> {
        DenseEdges { dense: self, edges: self.view.edges_at(self.original(node), way) }
    }
}

/// The relationships at a node of a [`DenseView`].
#[derive(Debug)]
pub struct DenseEdges<'d, 'g> {
    dense: &'d DenseView<'g>,
    edges: Edges<'g>,
}

impl Iterator for DenseEdges<'_, '_> {
    type Item = EdgeReference;

    fn next(&mut self) -> Option<EdgeReference> {
        loop {
            let edge = self.edges.next()?;
            if let (Some(source), Some(target)) = (self.dense.number(edge.source), self.dense.number(edge.target)) {
                return Some(EdgeReference { source, target, edge: edge.edge });
            }
        }
    }
}

/// The neighbours of a node of a [`DenseView`].
#[derive(Debug)]
pub struct DenseNeighbors<'d, 'g> {
    edges: DenseEdges<'d, 'g>,
    way: Way,
}

impl Iterator for DenseNeighbors<'_, '_> {
    type Item = NodeIndex;

    fn next(&mut self) -> Option<NodeIndex> {
        let edge = self.edges.next()?;
        Some(if self.way == Way::Outgoing { edge.target() } else { edge.source() })
    }
}

/// The relationships of a [`DenseView`].
#[derive(Debug)]
pub struct DenseEdgeReferences<'d, 'g> {
    next: usize,
    edges: Option<DenseEdges<'d, 'g>>,
    dense: &'d DenseView<'g>,
}

impl Iterator for DenseEdgeReferences<'_, '_> {
    type Item = EdgeReference;

    fn next(&mut self) -> Option<EdgeReference> {
        loop {
            if let Some(edge) = self.edges.as_mut().and_then(Iterator::next) {
                return Some(edge);
            }
            if self.next == self.dense.nodes.len() {
                return None;
            }
            self.edges = Some(self.dense.edges_at(NodeIndex::new(self.next), Way::Outgoing));
            self.next += 1;
        }
    }
}

/// The numbers from 0 on.
#[derive(Clone, Debug)]
pub struct Numbers(std::ops::Range<usize>);

impl Iterator for Numbers {
    type Item = NodeIndex;

    fn next(&mut self) -> Option<NodeIndex> {
        self.0.next().map(NodeIndex::new)
    }
}

/// The numbers from 0 on, as references.
#[derive(Clone, Debug)]
pub struct NumberReferences(Numbers);

impl Iterator for NumberReferences {
    type Item = NodeReference;

    fn next(&mut self) -> Option<NodeReference> {
        self.0.next().map(NodeReference)
    }
}

impl GraphBase for DenseView<'_> {
    type NodeId = NodeIndex;
    type EdgeId = EdgeIndex;
}

impl Data for DenseView<'_> {
    type NodeWeight = NodeIndex;
    type EdgeWeight = EdgeIndex;
}

impl GraphProp for DenseView<'_> {
    type EdgeType = Directed;
}

impl NodeCount for DenseView<'_> {
    fn node_count(&self) -> usize {
        self.nodes.len()
    }
}

/// The relationships are counted one by one.
impl EdgeCount for DenseView<'_> {
    fn edge_count(&self) -> usize {
        self.edge_references().count()
    }
}

impl NodeIndexable for DenseView<'_> {
    fn node_bound(&self) -> usize {
        self.nodes.len()
    }

    fn to_index(&self, node: NodeIndex) -> usize {
        node.index()
    }

    fn from_index(&self, index: usize) -> NodeIndex {
        NodeIndex::new(index)
    }
}

impl NodeCompactIndexable for DenseView<'_> {}

impl Visitable for DenseView<'_> {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        Visited(vec![0; self.nodes.len().div_ceil(64)])
    }

    fn reset_map(&self, map: &mut Visited) {
        *map = self.visit_map();
    }
}

impl GetAdjacencyMatrix for DenseView<'_> {
    type AdjMatrix = ();

    fn adjacency_matrix(&self) {}

    fn is_adjacent(&self, (): &(), from: NodeIndex, to: NodeIndex) -> bool {
        self.view.is_adjacent(&(), self.original(from), self.original(to))
    }
}

impl IntoNodeIdentifiers for &DenseView<'_> {
    type NodeIdentifiers = Numbers;

    fn node_identifiers(self) -> Numbers {
        Numbers(0..self.nodes.len())
    }
}

impl IntoNodeReferences for &DenseView<'_> {
    type NodeRef = NodeReference;
    type NodeReferences = NumberReferences;

    fn node_references(self) -> NumberReferences {
        NumberReferences(self.node_identifiers())
    }
}

impl<'d, 'g> IntoNeighbors for &'d DenseView<'g> {
    type Neighbors = DenseNeighbors<'d, 'g>;

    fn neighbors(self, node: NodeIndex) -> DenseNeighbors<'d, 'g> {
        self.neighbors_directed(node, Way::Outgoing)
    }
}

impl<'d, 'g> IntoNeighborsDirected for &'d DenseView<'g> {
    type NeighborsDirected = DenseNeighbors<'d, 'g>;

    fn neighbors_directed(self, node: NodeIndex, way: Way) -> DenseNeighbors<'d, 'g> {
        DenseNeighbors { edges: self.edges_at(node, way), way }
    }
}

impl<'d, 'g> IntoEdgeReferences for &'d DenseView<'g> {
    type EdgeRef = EdgeReference;
    type EdgeReferences = DenseEdgeReferences<'d, 'g>;

    fn edge_references(self) -> DenseEdgeReferences<'d, 'g> {
        DenseEdgeReferences { next: 0, edges: None, dense: self }
    }
}

impl<'d, 'g> IntoEdges for &'d DenseView<'g> {
    type Edges = DenseEdges<'d, 'g>;

    fn edges(self, node: NodeIndex) -> DenseEdges<'d, 'g> {
        self.edges_at(node, Way::Outgoing)
    }
}

impl<'d, 'g> IntoEdgesDirected for &'d DenseView<'g> {
    type EdgesDirected = DenseEdges<'d, 'g>;

    fn edges_directed(self, node: NodeIndex, way: Way) -> DenseEdges<'d, 'g> {
        self.edges_at(node, way)
    }
}
