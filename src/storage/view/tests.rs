//! The algorithms of petgraph give the same on the live view, on its copy, and on a selection.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::{astar, dijkstra, kosaraju_scc, toposort};
use petgraph::visit::{NodeCompactIndexable, Walker};

use super::super::{Commit, Writer};
use super::*;
use crate::value::Name;

struct Sample {
    graph: Graph,
    ids: Vec<ElementId>,
}

/// 200 nodes, some of them deleted, relationships of two types with a length; forwards only if `acyclic`.
fn sample(acyclic: bool) -> Sample {
    let mut writer = Writer::new(Graph::new(), Commit { number: 1, micros: 0 });
    let labels = [writer.label(&Name::from("Town")), writer.label(&Name::from("City"))];
    let types = [writer.rel_type(&Name::from("ROAD")), writer.rel_type(&Name::from("RAIL"))];
    let km = writer.key(&Name::from("km"));
    let nodes: Vec<NodeSlot> = (0..200).map(|index| writer.create_node(&labels[..index % 3]).unwrap()).collect();
    let mut rels = Vec::new();
    for step in 0..600_usize {
        let (from, to) = (step * 37 % 200, step * step * 13 % 200);
        if acyclic && from >= to {
            continue;
        }
        let (start, end) = (End::node(nodes[from]), End::node(nodes[to]));
        let rel = writer.create_rel(types[step % 2], start, end, step % 11 != 0).unwrap();
        writer.set_property(End::rel(rel), km, &Value::Integer(i64::try_from(step % 17).unwrap())).unwrap();
        rels.push(rel);
    }
    for node in nodes.iter().step_by(9) {
        let touching: Vec<RelSlot> = writer.graph().touching(End::node(*node)).collect();
        for rel in touching {
            writer.delete(End::rel(rel)).unwrap();
        }
        writer.delete(End::node(*node)).unwrap();
    }
    let graph = writer.finish().0;
    let ids = nodes.iter().filter(|node| graph.is_node(**node)).map(|node| graph.node_id(*node)).collect();
    Sample { graph, ids }
}

fn length(view: GraphView<'_>, edge: EdgeIndex) -> i64 {
    match view.edge_property(edge, "km") {
        Value::Integer(km) => km,
        other => panic!("{other:?} is not a length"),
    }
}

fn lengths(view: GraphView<'_>) -> BTreeMap<ElementId, i64> {
    let edges = view.edge_references();
    edges.map(|edge| (view.edge_id(edge.id()).unwrap(), length(view, edge.id()))).collect()
}

/// The index in a copy of each id.
fn places(copy: &StableDiGraph<ElementId, ElementId>) -> BTreeMap<ElementId, NodeIndex> {
    copy.node_indices().map(|index| (copy[index], index)).collect()
}

#[test]
fn shortest_paths_are_the_same_on_the_copy() {
    let Sample { graph, ids } = sample(false);
    for view in [graph.view(), graph.view().with_type("RAIL")] {
        let (copy, lengths) = (view.to_stable_graph(), lengths(view));
        let places = places(&copy);
        for &id in ids.iter().step_by(7) {
            let live = dijkstra(view, view.index_of(id).unwrap(), None, |edge| length(view, edge.id()));
            let copied = dijkstra(&copy, places[&id], None, |edge| lengths[edge.weight()]);
            let live: BTreeMap<_, _> = live.into_iter().map(|(node, km)| (view.node_id(node).unwrap(), km)).collect();
            let copied: BTreeMap<_, _> = copied.into_iter().map(|(node, km)| (copy[node], km)).collect();
            assert_eq!(live, copied);
            for &to in ids.iter().step_by(29) {
                let (start, goal) = (view.index_of(id).unwrap(), view.index_of(to).unwrap());
                let found = astar(view, start, |node| node == goal, |edge| length(view, edge.id()), |_| 0);
                assert_eq!(found.map(|(km, _)| km), live.get(&to).copied());
            }
        }
    }
}

#[test]
fn strong_components_are_the_same_on_the_copy_and_on_a_selection_of_all() {
    let Sample { graph, .. } = sample(false);
    for view in [graph.view(), graph.view().with_label("Town"), graph.view().with_label("Nowhere")] {
        let copy = view.to_stable_graph();
        let dense = view.dense(view.node_identifiers());
        let live: BTreeSet<BTreeSet<ElementId>> = kosaraju_scc(view)
            .into_iter()
            .map(|nodes| nodes.into_iter().map(|node| view.node_id(node).unwrap()).collect())
            .collect();
        let copied: BTreeSet<BTreeSet<ElementId>> =
            kosaraju_scc(&copy).into_iter().map(|nodes| nodes.into_iter().map(|node| copy[node]).collect()).collect();
        let selected: BTreeSet<BTreeSet<ElementId>> = kosaraju_scc(&dense)
            .into_iter()
            .map(|nodes| nodes.into_iter().map(|node| view.node_id(dense.original(node)).unwrap()).collect())
            .collect();
        assert_eq!(live, copied);
        assert_eq!(live, selected);
    }
}

#[test]
fn a_topological_order_is_one_on_both() {
    let Sample { graph, .. } = sample(true);
    let view = graph.view();
    let copy = view.to_stable_graph();
    let live: Vec<ElementId> =
        toposort(view, None).unwrap().into_iter().map(|node| view.node_id(node).unwrap()).collect();
    let copied: Vec<ElementId> = toposort(&copy, None).unwrap().into_iter().map(|node| copy[node]).collect();
    for order in [live, copied] {
        let rank: BTreeMap<ElementId, usize> = order.into_iter().zip(0..).collect();
        assert_eq!(rank.len(), view.node_count());
        for edge in view.edge_references() {
            let (source, target) = (view.node_id(edge.source()).unwrap(), view.node_id(edge.target()).unwrap());
            assert!(rank[&source] < rank[&target]);
        }
    }
    assert!(toposort(sample(false).graph.view(), None).is_err());
}

#[test]
fn counts_and_adjacency_agree_with_the_edges() {
    let Sample { graph, .. } = sample(false);
    for view in [graph.view(), graph.view().with_label("Town"), graph.view().with_type("ROAD").with_label("City")] {
        assert_eq!(view.node_identifiers().count(), view.node_count());
        assert_eq!(view.edge_references().count(), view.edge_count());
        let pairs: BTreeSet<_> = view.edge_references().map(|edge| (edge.source(), edge.target())).collect();
        let (mut outgoing, mut incoming) = (0, 0);
        for a in view.node_identifiers() {
            outgoing += view.edges(a).inspect(|edge| assert!(pairs.contains(&(a, edge.target())))).count();
            incoming += view.edges_directed(a, Way::Incoming).inspect(|edge| assert_eq!(edge.target(), a)).count();
            for b in view.node_identifiers() {
                assert_eq!(view.is_adjacent(&(), a, b), pairs.contains(&(a, b)));
            }
        }
        assert_eq!((outgoing, incoming), (view.edge_count(), view.edge_count()));
    }
}

#[test]
fn a_selection_is_numbered_without_holes() {
    fn count(graph: impl NodeCompactIndexable) -> usize {
        graph.node_bound()
    }
    let Sample { graph, .. } = sample(false);
    let view = graph.view();
    let chosen: Vec<NodeIndex> = view.node_identifiers().step_by(2).collect();
    let dense = view.dense(chosen.iter().copied().chain([chosen[0], NodeIndex::new(1_000_000)]));
    assert_eq!(count(&dense), chosen.len());
    let expected =
        view.edge_references().filter(|edge| chosen.contains(&edge.source()) && chosen.contains(&edge.target()));
    assert_eq!(dense.edge_count(), expected.count());
    let reached = petgraph::visit::Bfs::new(&dense, NodeIndex::new(0)).iter(&dense).count();
    assert!(reached <= chosen.len());
    assert_eq!(dense.number(chosen[3]), Some(NodeIndex::new(3)));
}

#[test]
fn a_label_or_type_takes_the_place_of_the_one_before() {
    let sample = sample(false);
    let view = sample.graph.view();
    let count = |view: GraphView<'_>| (view.node_identifiers().count(), view.edge_references().count());
    assert_eq!(count(view.with_label("Nope").with_label("Town")), count(view.with_label("Town")));
    assert_eq!(count(view.with_type("Nope").with_type("ROAD")), count(view.with_type("ROAD")));
    assert_eq!(count(view.with_label("Nope")), (0, 0));
    assert_eq!(count(view.with_type("Nope")), (view.node_identifiers().count(), 0));
}
