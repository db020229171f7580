//! An answer as petgraph's own graph.

use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::error::Error;
use crate::rows::Rows;
use crate::value::{Element, ElementId, Node, Relationship, Value};

impl Rows {
    /// The nodes and relationships of all rows, those in lists, maps and paths among them, as petgraph's own graph.
    ///
    /// Each element is there once. An end that the answer does not hold is added, with its id and nothing else. A
    /// relationship that has a relationship for an end is left out, because petgraph has no form for it; a quoted one
    /// is there if the answer holds it: see [`Relationship::is_asserted`].
    ///
    /// ```
    /// use averment::Database;
    /// use petgraph::algo::toposort;
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::from_script("CREATE (:A {n: 1})-[:OWNS]->(:A {n: 2})-[:OWNS]->(:B)-[:OWNS]->(:A {n: 3})")?;
    /// let owned = db.query("MATCH p = (:A)-[:OWNS*]->(:A) RETURN p", ())?.to_stable_graph()?;
    /// assert_eq!((owned.node_count(), owned.edge_count()), (4, 3));
    /// let order = toposort(&owned, None).expect("nobody owns itself");
    /// assert_eq!(owned[order[3]].properties()["n"].to_string(), "3");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What the statement meets while it runs.
    pub fn to_stable_graph(self) -> Result<StableDiGraph<Node, Relationship>, Error> {
        let mut subgraph = Subgraph::default();
        for row in self {
            row?.values().iter().for_each(|value| subgraph.add(value));
        }
        Ok(subgraph.finish())
    }
}

#[derive(Default)]
struct Subgraph {
    graph: StableDiGraph<Node, Relationship>,
    nodes: FxHashMap<ElementId, NodeIndex>,
    seen: FxHashSet<ElementId>,
    rels: Vec<Relationship>,
}

impl Subgraph {
    fn add(&mut self, value: &Value) {
        match value {
            Value::Node(node) => self.add_node(node),
            Value::Relationship(rel) => self.add_rel(rel),
            Value::Path(path) => {
                for element in &path.elements {
                    match element {
                        Element::Node(node) => self.add_node(node),
                        Element::Relationship(rel) => self.add_rel(rel),
                    }
                }
                path.relationships.iter().for_each(|rel| self.add_rel(rel));
            }
            Value::List(items) => items.iter().for_each(|item| self.add(item)),
            Value::Map(map) => map.values().for_each(|value| self.add(value)),
            _ => {}
        }
    }

    fn add_node(&mut self, node: &Node) {
        self.nodes.entry(node.id()).or_insert_with(|| self.graph.add_node(node.clone()));
    }

    /// Drawn at the end, when all nodes are there.
    fn add_rel(&mut self, rel: &Relationship) {
        if self.seen.insert(rel.id()) {
            self.rels.push(rel.clone());
        }
    }

    fn finish(mut self) -> StableDiGraph<Node, Relationship> {
        for rel in std::mem::take(&mut self.rels) {
            if let (Some(Element::Node(start)), Some(Element::Node(end))) = (rel.start_element(), rel.end_element()) {
                self.add_node(start);
                self.add_node(end);
                self.graph.add_edge(self.nodes[&start.id()], self.nodes[&end.id()], rel);
            }
        }
        self.graph
    }
}
