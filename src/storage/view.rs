//! The graph as petgraph sees it: its traits on our pages, with no copy.
//!
//! petgraph speaks of indices: those of a [`GraphView`] are the places of nodes and relationships in one snapshot,
//! with holes where something was deleted. [`DenseView`] numbers a selection of nodes without holes.
//! [`GraphView::to_stable_graph`] makes a copy that is petgraph's own.

mod dense;
mod edges;

use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::stable_graph::StableDiGraph;
use petgraph::visit::{
    Data, EdgeCount, EdgeRef, GetAdjacencyMatrix, GraphBase, GraphProp, GraphRef, IntoEdgeReferences, IntoEdges,
    IntoEdgesDirected, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, IntoNodeReferences, NodeCount,
    NodeIndexable, NodeRef, VisitMap, Visitable,
};
use petgraph::{Directed, Direction as Way};
use rustc_hash::FxHashMap;

use super::{Direction, End, Family, Graph, NodeSlot, Part, RelSlot};
use crate::catalog::{LabelId, Statistics, TypeId};
use crate::value::{ElementId, Value};

pub use dense::DenseView;
use edges::{EdgeReference, EdgeReferences, Edges, Neighbors, NodeIdentifiers, NodeReference, NodeReferences};

/// A snapshot as a directed petgraph graph: its nodes and the asserted relationships between them.
///
/// What is only claimed, and what has a relationship as an end, is not in it. The view can be narrowed to the nodes
/// with a label and to the relationships of a type. It is a reference: copying it costs nothing, and petgraph's searches
/// run on it. Two kinds of algorithm want something else: those that number nodes from 0 on without holes (`page_rank`,
/// `floyd_warshall`, `connected_components`) a [`dense`](GraphView::dense) view, and those that read weights a
/// [copy](GraphView::to_stable_graph): here a weight is an index, and what a relationship weighs is asked of the view,
/// with [`GraphView::edge_property`].
///
/// # Damaged files
///
/// petgraph's traits return no errors. In a database in files a page is read when it is first asked for, and whoever comes
/// to one that is damaged or cannot be read *unwinds* out of the view, past the algorithm, as by a panic without a message: so
/// no algorithm goes on with a part of the truth. [`std::panic::catch_unwind`] stops that; a program that aborts on panics
/// ends. [`Database::check`](crate::Database::check) tells of damage before. An algorithm that is a procedure
/// ([`CustomProcedure`](crate::CustomProcedure), on [`Call::view`](crate::Call::view)) needs neither: the statement that calls
/// it gives the error.
///
/// # Example: who can be reached by ownership
///
/// ```
/// use averment::Database;
/// use petgraph::visit::{Bfs, Walker};
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// db.query("CREATE ({n: 'a'})-[:OWNS]->({n: 'b'})-[:OWNS]->({n: 'c'})-[:LIKES]->({n: 'd'})", ())?;
/// let id = db.query("MATCH (x {n: 'a'}) RETURN x", ())?.single::<averment::Node>()?.id();
/// let snapshot = db.read();
/// let view = snapshot.view().with_type("OWNS");
/// let start = view.index_of(id).expect("just found");
/// let reached: Vec<String> =
///     Bfs::new(view, start).iter(view).map(|node| view.node_property(node, "n").to_string()).collect();
/// assert_eq!(reached, ["a", "b", "c"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct GraphView<'g> {
    graph: &'g Graph,
    label: Option<LabelId>,
    rel_type: Option<TypeId>,
    /// Which relationships are edges: the asserted ones, or those that are only claimed.
    family: Family,
    /// All that there is to see, if that is not all of the graph.
    part: Option<&'g Part>,
    /// Narrowed to a label or type that this graph does not know.
    empty_nodes: bool,
    empty_edges: bool,
}

impl Graph {
    /// The graph as petgraph sees it.
    pub(crate) fn view(&self) -> GraphView<'_> {
        GraphView {
            graph: self,
            label: None,
            rel_type: None,
            family: Family::Plain,
            part: None,
            empty_nodes: false,
            empty_edges: false,
        }
    }

    /// A part of this graph, or all of it, as petgraph sees it.
    pub(crate) fn view_of<'g>(&'g self, part: Option<&'g Part>) -> GraphView<'g> {
        GraphView { part, ..self.view() }
    }
}

impl<'g> GraphView<'g> {
    /// The same view with only the nodes that have `label`, and the relationships between them. It takes the place of a
    /// label given before.
    #[must_use]
    pub fn with_label(mut self, label: &str) -> Self {
        self.label = self.graph.catalog().labels.get(label);
        self.empty_nodes = self.label.is_none();
        self
    }

    /// The same view with only the relationships of `rel_type`, which takes the place of one given before.
    #[must_use]
    pub fn with_type(mut self, rel_type: &str) -> Self {
        self.rel_type = self.graph.catalog().types.get(rel_type);
        self.empty_edges = self.rel_type.is_none();
        self
    }

    /// The same view with the relationships between nodes that are only claimed (quoted, not asserted) in place of the
    /// asserted ones.
    ///
    /// ```
    /// use averment::Database;
    /// use petgraph::visit::EdgeCount;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::from_script("CREATE (:Paper)-[:CLAIMS]->[(:A)-[:OWNS]->(:B)]")?;
    /// let snapshot = db.read();
    /// let stakes = snapshot.view().with_type("OWNS");
    /// assert_eq!((stakes.edge_count(), stakes.claimed().edge_count()), (0, 1));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn claimed(mut self) -> Self {
        self.family = Family::Quoted;
        self
    }

    fn shows_no_edges(self) -> bool {
        self.empty_nodes || self.empty_edges
    }

    /// Numbers `nodes` from 0 on, in the order given, each once, and shows them with the relationships between them.
    pub fn dense(self, nodes: impl IntoIterator<Item = NodeIndex>) -> DenseView<'g> {
        DenseView::new(self, nodes)
    }

    /// Where the node with this id is, if it is in the view.
    pub fn index_of(self, id: ElementId) -> Option<NodeIndex> {
        self.graph.node_slot(id).filter(|node| self.shows(*node)).map(node_index)
    }

    /// The id of a node, with the label of the view or not; `None` if there is no such node.
    pub fn node_id(self, node: NodeIndex) -> Option<ElementId> {
        let slot = slot(node);
        (self.graph.is_node(slot) && self.part_has_node(slot)).then(|| self.graph.node_id(slot))
    }

    /// The id of a relationship; `None` if there is no such relationship.
    pub fn edge_id(self, edge: EdgeIndex) -> Option<ElementId> {
        let slot = rel_slot(edge);
        (self.graph.is_rel(slot) && self.part_has_rel(slot)).then(|| self.graph.rel_id(slot))
    }

    /// A property of a node; null if it has none.
    pub fn node_property(self, node: NodeIndex, key: &str) -> Value {
        let (key, slot) = (self.graph.catalog().keys.get(key), slot(node));
        let key = key.filter(|_| self.part_has_node(slot));
        key.map_or(Value::Null, |key| self.graph.node_property(slot, key))
    }

    /// A property of a relationship; null if it has none. It serves as a weight:
    ///
    /// ```text
    /// dijkstra(view, start, None, |edge| match view.edge_property(edge.id(), "km") {
    ///     Value::Integer(km) => km,
    ///     _ => 1,
    /// })
    /// ```
    pub fn edge_property(self, edge: EdgeIndex, key: &str) -> Value {
        let (key, slot) = (self.graph.catalog().keys.get(key), rel_slot(edge));
        let key = key.filter(|_| self.part_has_rel(slot));
        key.map_or(Value::Null, |key| self.graph.rel_property(slot, key))
    }

    /// A property of many relationships, in their order: quicker than one after the other. Null where there is none.
    ///
    /// ```
    /// use averment::{Database, Value};
    /// use petgraph::visit::{EdgeRef, IntoEdgeReferences};
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::from_script("CREATE (a)-[:OWNS {share: 30}]->(b), (a)-[:OWNS]->(b)")?;
    /// let snapshot = db.read();
    /// let stakes = snapshot.view().with_type("OWNS");
    /// let edges: Vec<_> = stakes.edge_references().map(|stake| stake.id()).collect();
    /// assert!(matches!(stakes.edge_properties(&edges, "share")[..], [Value::Integer(30), Value::Null]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn edge_properties(self, edges: &[EdgeIndex], key: &str) -> Vec<Value> {
        let Some(key) = self.graph.catalog().keys.get(key) else { return vec![Value::Null; edges.len()] };
        let shown =
            edges.iter().map(|edge| rel_slot(*edge)).map(|rel| if self.part_has_rel(rel) { rel.0 } else { NULL });
        self.graph.gather_rel_property(&shown.collect::<Vec<_>>(), key).into_values()
    }

    /// A copy as petgraph's own graph. Its weights are ids, so its indices, which start from 0 without holes, lead back.
    ///
    /// Takes O(nodes + relationships).
    pub fn to_stable_graph(self) -> StableDiGraph<ElementId, ElementId> {
        let mut copy = StableDiGraph::default();
        let mut places = FxHashMap::default();
        for node in self.node_identifiers() {
            places.insert(node, copy.add_node(self.graph.node_id(slot(node))));
        }
        for edge in self.edge_references() {
            copy.add_edge(places[&edge.source()], places[&edge.target()], self.graph.rel_id(rel_slot(edge.id())));
        }
        copy
    }

    fn shows(self, node: NodeSlot) -> bool {
        let is_there = match self.label {
            None => !self.empty_nodes && self.graph.is_node(node),
            Some(label) => self.graph.has_label(node, label),
        };
        is_there && self.part_has_node(node)
    }

    #[inline]
    fn part_has_node(self, node: NodeSlot) -> bool {
        self.part.is_none_or(|part| part.shows_node(self.graph, node))
    }

    /// Then its ends are in the part as well.
    #[inline]
    fn part_has_rel(self, rel: RelSlot) -> bool {
        self.part.is_none_or(|part| part.shows_rel(self.graph, rel))
    }

    /// Whether a node that is there, and in the part, has the label.
    #[inline]
    fn shows_neighbour(self, node: NodeSlot) -> bool {
        self.label.is_none_or(|label| self.graph.has_label(node, label))
    }

    fn edges_at(self, node: NodeIndex, way: Way) -> Edges<'g> {
        let direction = match way {
            Way::Outgoing => Direction::Out,
            Way::Incoming => Direction::In,
        };
        if self.shows_no_edges() || !self.shows_neighbour(slot(node)) {
            return Edges::new(self, node, direction, None);
        }
        let steps = self.graph.neighbours(End::node(slot(node)), direction, self.rel_type, self.family);
        Edges::new(self, node, direction, Some(steps))
    }
}

impl std::fmt::Debug for GraphView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GraphView").field("nodes", &self.node_count()).field("edges", &self.edge_count()).finish()
    }
}

impl GraphBase for GraphView<'_> {
    type NodeId = NodeIndex;
    type EdgeId = EdgeIndex;
}

impl GraphRef for GraphView<'_> {}

impl Data for GraphView<'_> {
    type NodeWeight = NodeIndex;
    type EdgeWeight = EdgeIndex;
}

impl GraphProp for GraphView<'_> {
    type EdgeType = Directed;
}

/// Under a clock, the nodes are counted one by one.
impl NodeCount for GraphView<'_> {
    fn node_count(&self) -> usize {
        if self.part.is_some() {
            return self.node_identifiers().count();
        }
        let count = match self.label {
            _ if self.empty_nodes => 0,
            None => Statistics::node_count(self.graph),
            Some(label) => self.graph.label_count(label),
        };
        usize::try_from(count).expect("fewer than 2^31 nodes")
    }
}

/// Claimed ones, and those of a view that is narrowed to a label or under a clock, are counted one by one.
impl EdgeCount for GraphView<'_> {
    fn edge_count(&self) -> usize {
        if self.label.is_some() || self.part.is_some() || self.family != Family::Plain {
            return self.edge_references().count();
        }
        let count = if self.shows_no_edges() { 0 } else { self.graph.rel_count(self.rel_type) };
        usize::try_from(count).expect("fewer than 2^31 relationships")
    }
}

impl NodeIndexable for GraphView<'_> {
    fn node_bound(&self) -> usize {
        self.graph.node_bound()
    }

    fn to_index(&self, node: NodeIndex) -> usize {
        node.index()
    }

    fn from_index(&self, index: usize) -> NodeIndex {
        NodeIndex::new(index)
    }
}

impl<'g> IntoNodeIdentifiers for GraphView<'g> {
    type NodeIdentifiers = NodeIdentifiers<'g>;

    fn node_identifiers(self) -> NodeIdentifiers<'g> {
        NodeIdentifiers::new(self)
    }
}

impl<'g> IntoNodeReferences for GraphView<'g> {
    type NodeRef = NodeReference;
    type NodeReferences = NodeReferences<'g>;

    fn node_references(self) -> NodeReferences<'g> {
        NodeReferences::new(self)
    }
}

impl<'g> IntoNeighbors for GraphView<'g> {
    type Neighbors = Neighbors<'g>;

    fn neighbors(self, node: NodeIndex) -> Neighbors<'g> {
        Neighbors(self.edges_at(node, Way::Outgoing))
    }
}

impl<'g> IntoNeighborsDirected for GraphView<'g> {
    type NeighborsDirected = Neighbors<'g>;

    fn neighbors_directed(self, node: NodeIndex, way: Way) -> Neighbors<'g> {
        Neighbors(self.edges_at(node, way))
    }
}

impl<'g> IntoEdgeReferences for GraphView<'g> {
    type EdgeRef = EdgeReference;
    type EdgeReferences = EdgeReferences<'g>;

    fn edge_references(self) -> EdgeReferences<'g> {
        EdgeReferences::new(self)
    }
}

impl<'g> IntoEdges for GraphView<'g> {
    type Edges = Edges<'g>;

    fn edges(self, node: NodeIndex) -> Edges<'g> {
        self.edges_at(node, Way::Outgoing)
    }
}

impl<'g> IntoEdgesDirected for GraphView<'g> {
    type EdgesDirected = Edges<'g>;

    fn edges_directed(self, node: NodeIndex, way: Way) -> Edges<'g> {
        self.edges_at(node, way)
    }
}

/// A search in the sorted run; there is no matrix.
impl GetAdjacencyMatrix for GraphView<'_> {
    type AdjMatrix = ();

    fn adjacency_matrix(&self) {}

    fn is_adjacent(&self, (): &(), from: NodeIndex, to: NodeIndex) -> bool {
        if self.shows_no_edges() || !self.shows_neighbour(slot(from)) || !self.shows_neighbour(slot(to)) {
            return false;
        }
        let (from, to) = (End::node(slot(from)), End::node(slot(to)));
        self.graph.between(from, Direction::Out, self.rel_type, self.family, to).any(|step| self.part_has_rel(step.rel))
    }
}

impl Visitable for GraphView<'_> {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        Visited(vec![0; self.node_bound().div_ceil(64)])
    }

    fn reset_map(&self, map: &mut Visited) {
        *map = self.visit_map();
    }
}

/// A bit for each place of a node.
#[derive(Clone, Debug, Default)]
pub struct Visited(Vec<u64>);

impl VisitMap<NodeIndex> for Visited {
    fn visit(&mut self, node: NodeIndex) -> bool {
        let (word, bit) = (node.index() / 64, 1 << (node.index() % 64));
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        let was = self.0[word] & bit != 0;
        self.0[word] |= bit;
        !was
    }

    fn is_visited(&self, node: &NodeIndex) -> bool {
        self.0.get(node.index() / 64).is_some_and(|word| word & (1 << (node.index() % 64)) != 0)
    }

    fn unvisit(&mut self, node: NodeIndex) -> bool {
        let was = self.is_visited(&node);
        if let Some(word) = self.0.get_mut(node.index() / 64) {
            *word &= !(1 << (node.index() % 64));
        }
        was
    }
}

impl NodeRef for NodeReference {
    type NodeId = NodeIndex;
    type Weight = NodeIndex;

    fn id(&self) -> NodeIndex {
        self.0
    }

    fn weight(&self) -> &NodeIndex {
        &self.0
    }
}

/// What stands for no relationship where many are asked for.
const NULL: u32 = u32::MAX;

fn node_index(node: NodeSlot) -> NodeIndex {
    NodeIndex::from(node.0)
}

fn slot(node: NodeIndex) -> NodeSlot {
    NodeSlot(u32::try_from(node.index()).expect("indices are 32 bits wide"))
}

fn rel_slot(edge: EdgeIndex) -> RelSlot {
    RelSlot(u32::try_from(edge.index()).expect("indices are 32 bits wide"))
}

#[cfg(test)]
mod tests;
