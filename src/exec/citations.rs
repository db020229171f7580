//! The citations of an element: what from a source or one of its paragraphs supports it.

use super::host::properties_of;
use crate::catalog::TypeId;
use crate::function::Cited;
use crate::storage::{Direction, End, Family, Graph, NodeSlot};
use crate::value::Node;

/// In the order in which they were made.
pub(super) fn of(graph: &Graph, element: End) -> Vec<Cited> {
    let catalog = graph.catalog();
    let Some(supports) = catalog.types.get(&catalog.provenance.supports) else { return Vec::new() };
    let family = if element.as_node().is_some() { Family::Plain } else { Family::About };
    let mut citing: Vec<_> = graph
        .neighbours(element, Direction::In, Some(supports), family)
        .filter_map(|neighbour| Some((graph.rel_id(neighbour.rel), neighbour.rel, neighbour.end.as_node()?)))
        .collect();
    citing.sort_unstable();
    let mut found = Vec::with_capacity(citing.len());
    for (id, rel, from) in citing {
        for (paragraph, source) in sources(graph, from) {
            let node = |slot: NodeSlot| Node::bare(graph.node_id(slot));
            found.push(Cited {
                relationship: crate::value::Relationship::bare(id),
                paragraph: paragraph.map(node),
                source: node(source),
                properties: properties_of(graph, End::rel(rel)),
            });
        }
    }
    found
}

/// The source that a node is, and those of which it is a paragraph.
fn sources(graph: &Graph, node: NodeSlot) -> Vec<(Option<NodeSlot>, NodeSlot)> {
    let mut found = Vec::new();
    if is(graph, node, &graph.catalog().provenance.source) {
        found.push((None, node));
    }
    if let Some(of) = paragraph_type(graph, node) {
        let ends = graph.neighbours(End::node(node), Direction::Out, Some(of), Family::Plain);
        let nodes = ends.filter_map(|neighbour| neighbour.end.as_node());
        let sources = nodes.filter(|source| is(graph, *source, &graph.catalog().provenance.source));
        found.extend(sources.map(|source| (Some(node), source)));
    }
    found
}

/// The type by which a paragraph is of a source, if the node is one.
fn paragraph_type(graph: &Graph, node: NodeSlot) -> Option<TypeId> {
    let words = &graph.catalog().provenance;
    is(graph, node, &words.paragraph).then(|| graph.catalog().types.get(&words.of)).flatten()
}

fn is(graph: &Graph, node: NodeSlot, label: &str) -> bool {
    graph.catalog().labels.get(label).is_some_and(|label| graph.has_label(node, label))
}
