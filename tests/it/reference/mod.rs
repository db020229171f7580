//! A tiny reference for pattern matching: graphs in plain vectors, patterns, and naive backtracking over them.
//!
//! It is slow and short, so that it can be believed. It knows nothing of the engine: a graph is loaded into a database
//! by [`Graph::load`], a question is handed over as its text.

mod choices;
mod evaluate;
mod generate;
mod pattern;
mod print;

use averment::{Database, ElementId, Value, params};

pub(crate) use choices::{Bytes, Choices};
pub(crate) use evaluate::{answer, trails};
pub(crate) use generate::{Shape, counting, graph, question};
pub(crate) use pattern::{Arrow, Question, Way};

/// A graph whose elements are places in two vectors. Each carries its `id` as a property.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    pub nodes: Vec<Node>,
    pub rels: Vec<Rel>,
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub id: i64,
    pub labels: Vec<&'static str>,
    pub v: Option<i64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Rel {
    pub id: i64,
    pub of_type: &'static str,
    pub start: End,
    pub end: End,
    pub asserted: bool,
    pub w: i64,
}

/// A node or a relationship, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Node(usize),
    Rel(usize),
}

/// How the state of a relationship comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loading {
    /// Each is created as it is to be.
    Direct,
    /// Each is created the other way and then moved by `ASSERT` or `RETRACT`.
    Moved,
}

impl Graph {
    /// Fills an empty database.
    pub(crate) fn load(&self, db: &Database, loading: Loading) {
        let mut transaction = db.write().expect("nobody else writes");
        let mut nodes = Vec::new();
        for node in &self.nodes {
            let properties = [("id", Value::from(node.id))].into_iter().chain(node.v.map(|v| ("v", Value::from(v))));
            nodes.push(transaction.create_node(&node.labels, properties).expect("a node"));
        }
        let mut rels: Vec<ElementId> = Vec::new();
        for rel in &self.rels {
            let place = |end| match end {
                End::Node(node) => nodes[node],
                End::Rel(rel) => rels[rel],
            };
            let (start, end, properties) = (place(rel.start), place(rel.end), [("id", rel.id), ("w", rel.w)]);
            let asserted = rel.asserted == (loading == Loading::Direct);
            let made = if asserted {
                transaction.create_relationship(start, rel.of_type, end, properties)
            } else {
                transaction.create_quoted(start, rel.of_type, end, properties)
            };
            rels.push(made.expect("a relationship"));
        }
        if loading == Loading::Moved {
            for rel in &self.rels {
                let verb = if rel.asserted { "ASSERT" } else { "RETRACT" };
                let moving = format!("MATCH [r] WHERE r.id = $id {verb} r");
                transaction.query(&moving, params! { "id" => rel.id }).expect("a move");
            }
        }
        transaction.commit().expect("a commit");
    }

    /// The same graph without its quoted relationships and what points at them. Ids stay.
    pub(crate) fn asserted_only(&self) -> Graph {
        let mut places = vec![None; self.rels.len()];
        let mut rels = Vec::new();
        for (index, rel) in self.rels.iter().enumerate() {
            let moved = |end| match end {
                End::Node(node) => Some(End::Node(node)),
                End::Rel(rel) => places[rel],
            };
            let (Some(start), Some(end), true) = (moved(rel.start), moved(rel.end), rel.asserted) else { continue };
            places[index] = Some(End::Rel(rels.len()));
            rels.push(Rel { start, end, ..rel.clone() });
        }
        Graph { nodes: self.nodes.clone(), rels }
    }

    /// As statements, for whoever has to look into a failure.
    pub(crate) fn script(&self) -> String {
        let name = |end| match end {
            End::Node(node) => format!("(n{node})"),
            End::Rel(rel) => format!("[r{rel}]"),
        };
        let mut parts = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let labels = node.labels.iter().fold(String::new(), |labels, label| labels + ":" + label);
            let v = node.v.map_or(String::new(), |v| format!(", v: {v}"));
            parts.push(format!("(n{index}{labels} {{id: {}{v}}})", node.id));
        }
        for (index, rel) in self.rels.iter().enumerate() {
            let (start, end) = (name(rel.start), name(rel.end));
            let drawn = format!("{start}-[r{index}:{} {{id: {}, w: {}}}]->{end}", rel.of_type, rel.id, rel.w);
            parts.push(if rel.asserted { drawn } else { format!("[{drawn}]") });
        }
        format!("CREATE {}", parts.join(",\n  "))
    }
}
