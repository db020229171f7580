//! petgraph's algorithms on the live view, after deletions too, beside the same on a copy.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use averment::{CustomProcedure, Database, ElementId, GraphView, Value, params};
use petgraph::algo::{
    astar, connected_components, dijkstra, floyd_warshall, has_path_connecting, is_cyclic_directed, kosaraju_scc,
    min_spanning_tree, tarjan_scc, toposort,
};
use petgraph::data::Element;
use petgraph::graph::NodeIndex;
use petgraph::stable_graph::StableDiGraph;
use petgraph::visit::{
    EdgeCount, EdgeRef, GetAdjacencyMatrix, IntoEdgeReferences, IntoEdges, IntoNeighborsDirected, IntoNodeIdentifiers,
    IntoNodeReferences, NodeCount, NodeRef,
};

type Copied = StableDiGraph<ElementId, ElementId>;

/// Sixty companies and what they own, in clusters with cycles, loops and parallels; what is claimed or points at a
/// relationship is beside it and must not be seen. Some of all kinds are deleted again.
fn sample() -> Database {
    let db = Database::in_memory();
    let script = "
        UNWIND range(0, 59) AS i CREATE (:Company {i: i});
        UNWIND range(0, 179) AS k
          MATCH (a:Company {i: k * 7 % 60}), (b:Company {i: (k * 13 + k / 9) % 60})
          CREATE (a)-[:OWNS {share: 1 + k % 10, k: k}]->(b);
        MATCH (a:Company) WHERE a.i % 9 = 0 CREATE (a)-[:OWNS {share: 1, k: 1000 + a.i}]->(a);
        UNWIND range(0, 59) AS k
          MATCH (a:Company {i: k}), (b:Company {i: (k + 1) % 60})
          CREATE [(a)-[:OWNS {share: 1, k: 2000 + k}]->(b)];
        MATCH (a:Company)-[r:OWNS]->(b) WHERE r.k % 5 = 0 CREATE (a)-[:SUPPORTS]->[r];
        MATCH (a:Company {i: 5}), (b:Company {i: 6}) CREATE (a)-[:KNOWS {k: 3000}]->(b)-[:KNOWS {k: 3001}]->(a)";
    db.run(script).unwrap_or_else(|error| panic!("{}", error.report()));
    db
}

fn after_deletions() -> Database {
    let db = sample();
    let script = "
        MATCH (a:Company) WHERE a.i % 8 = 3 DETACH DELETE a;
        MATCH ()-[r:OWNS]->() WHERE r.k % 6 = 1 DETACH DELETE r;
        MATCH ()-[r:OWNS]->() WHERE r.k % 6 = 2 RETRACT r;
        MATCH [r:OWNS] WHERE r.k % 11 = 4 ASSERT r;
        MATCH (a:Company {i: 1}) CREATE (a)-[:OWNS {share: 3, k: 4000}]->(:Company:Late {i: 100})";
    db.run(script).unwrap_or_else(|error| panic!("{}", error.report()));
    db
}

#[test]
fn algorithms_agree_with_the_copy() {
    check_all(&sample());
}

#[test]
fn algorithms_agree_with_the_copy_after_deletions() {
    check_all(&after_deletions());
}

#[test]
fn the_view_holds_what_plain_patterns_find() {
    let db = after_deletions();
    let read = db.read();
    let view = read.view();
    let counted = |query: &str| read.query(query, ()).unwrap().single::<usize>().unwrap();
    assert_eq!(view.node_count(), counted("MATCH (n) RETURN count(*)"));
    assert_eq!(view.edge_count(), counted("MATCH ()-[r]->() RETURN count(*)"));
    assert_eq!(view.edge_references().count(), view.edge_count());
    assert_eq!(view.node_identifiers().count(), view.node_count());
    let owns = view.with_type("OWNS");
    assert_eq!(owns.edge_count(), counted("MATCH ()-[r:OWNS]->() RETURN count(*)"));
    let late = view.with_label("Late");
    assert_eq!((late.node_count(), late.edge_count()), (1, 0));
    assert_eq!(view.with_label("Nothing").node_references().count(), 0);
    assert_eq!(view.with_type("NOTHING").edge_references().count(), 0);
    for node in view.node_references() {
        let Value::Integer(i) = view.node_property(node.id(), "i") else { panic!("every company has one") };
        let degree = |way| view.neighbors_directed(node.id(), way).count();
        let out = "MATCH (a {i: $i}) RETURN COUNT { (a)-->() }";
        let asked = |query: &str| read.query(query, params! { "i" => i }).unwrap().single::<usize>().unwrap();
        assert_eq!(degree(petgraph::Outgoing), asked(out));
        assert_eq!(degree(petgraph::Incoming), asked("MATCH (a {i: $i}) RETURN COUNT { (a)<--() }"));
    }
}

#[test]
fn a_view_stays_as_it_is_while_others_write() {
    let db = sample();
    let read = db.read();
    let before = kosaraju_scc(read.view()).len();
    db.query("MATCH (n) DETACH DELETE n", ()).unwrap();
    assert_eq!(kosaraju_scc(read.view()).len(), before);
    assert_eq!(db.read().view().node_count(), 0);
}

#[test]
fn what_hangs_together_in_order_is_sorted() {
    let db = Database::in_memory();
    db.run(
        "UNWIND range(0, 40) AS i CREATE (:Step {i: i});
         MATCH (a:Step), (b:Step) WHERE a.i < b.i AND (a.i * 3 + b.i) % 7 = 0 CREATE (b)-[:AFTER]->(a);
         MATCH (a:Step {i: 0}), (b:Step {i: 40}) CREATE [(a)-[:AFTER]->(b)];
         MATCH (a:Step) WHERE a.i % 10 = 4 DETACH DELETE a",
    )
    .unwrap();
    let read = db.read();
    let (view, copy) = (read.view(), read.view().to_stable_graph());
    let order: Vec<ElementId> =
        toposort(view, None).unwrap().into_iter().map(|node| view.node_id(node).unwrap()).collect();
    assert!(toposort(&copy, None).is_ok());
    assert!(!is_cyclic_directed(view));
    let place: BTreeMap<ElementId, usize> = order.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    assert_eq!(place.len(), copy.node_count());
    for edge in copy.edge_references() {
        assert!(place[&copy[edge.source()]] < place[&copy[edge.target()]]);
    }
    drop(read);
    db.query("MATCH [r:AFTER] WHERE NOT asserted(r) ASSERT r", ()).unwrap();
    db.query("MATCH (a:Step {i: 40}), (b:Step {i: 0}) CREATE (a)-[:AFTER]->(b)", ()).unwrap();
    assert!(toposort(db.read().view(), None).is_err());
}

#[test]
fn a_dense_view_numbers_what_was_chosen() {
    let db = after_deletions();
    let read = db.read();
    let view = read.view();
    let chosen: Vec<NodeIndex> = view
        .node_identifiers()
        .filter(|node| matches!(view.node_property(*node, "i"), Value::Integer(i) if i % 2 == 0))
        .collect();
    let dense = view.dense(chosen.iter().copied().chain(chosen.iter().copied()));
    assert_eq!(dense.node_count(), chosen.len());
    let copy = view
        .to_stable_graph()
        .filter_map(|_, id| chosen.contains(&view.index_of(*id).unwrap()).then_some(*id), |_, id| Some(*id));
    assert_eq!(dense.edge_references().count(), copy.edge_count());
    let distances = floyd_warshall(&dense, |_| 1_u32).expect("no negative cycle");
    for start in copy.node_indices() {
        for (end, steps) in dijkstra(&copy, start, None, |_| 1_u32) {
            let id = |node| dense_index(&chosen, view, copy[node]);
            assert_eq!(distances[&(NodeIndex::new(id(start)), NodeIndex::new(id(end)))], steps);
        }
    }
}

fn dense_index(chosen: &[NodeIndex], view: GraphView<'_>, id: ElementId) -> usize {
    chosen.iter().position(|node| view.node_id(*node) == Some(id)).expect("it was chosen")
}

fn check_all(db: &Database) {
    let read = db.read();
    let view = read.view();
    let copy = view.to_stable_graph();
    assert_eq!((view.node_count(), view.edge_count()), (copy.node_count(), copy.edge_count()));
    check_neighbours(view, &copy);
    let name = |node| view.node_id(node).expect("the node is there");
    for (start, id) in copy.node_references().step_by(7) {
        check_distances(view, &copy, start, *id);
    }
    assert_eq!(sets(kosaraju_scc(view), name), sets(kosaraju_scc(&copy), |node| copy[node]));
    assert_eq!(sets(tarjan_scc(view), name), sets(tarjan_scc(&copy), |node| copy[node]));
    assert_eq!(toposort(view, None).is_ok(), toposort(&copy, None).is_ok());
    assert_eq!(is_cyclic_directed(view), is_cyclic_directed(&copy));
    let dense = view.dense(view.node_identifiers());
    let components = connected_components(&dense);
    let tree = |edges: usize| assert_eq!(edges, view.node_count() - components);
    tree(min_spanning_tree(view).filter(|element| matches!(element, Element::Edge { .. })).count());
    tree(min_spanning_tree(&copy).filter(|element| matches!(element, Element::Edge { .. })).count());
}

fn check_neighbours(view: GraphView<'_>, copy: &Copied) {
    for (node, id) in copy.node_references() {
        let seen = view.index_of(*id).expect("the node is in the view");
        for way in [petgraph::Outgoing, petgraph::Incoming] {
            let mut here: Vec<ElementId> =
                view.neighbors_directed(seen, way).map(|node| view.node_id(node).unwrap()).collect();
            let mut there: Vec<ElementId> = copy.neighbors_directed(node, way).map(|node| copy[node]).collect();
            here.sort();
            there.sort();
            assert_eq!(here, there);
        }
        for other in copy.node_indices() {
            let seen_other = view.index_of(copy[other]).unwrap();
            assert_eq!(view.is_adjacent(&(), seen, seen_other), copy.contains_edge(node, other));
        }
        assert!(view.edges(seen).all(|edge| edge.source() == seen));
    }
}

/// From one node: how far all others are by share, and whether they can be reached at all.
fn check_distances(view: GraphView<'_>, copy: &Copied, start: NodeIndex, id: ElementId) {
    let shares: BTreeMap<ElementId, i64> = view
        .edge_references()
        .map(|edge| (view.edge_id(edge.id()).expect("it is there"), share(view, edge.id())))
        .collect();
    let seen = view.index_of(id).expect("the node is in the view");
    let here = dijkstra(view, seen, None, |edge| share(view, edge.id()));
    let here: BTreeMap<ElementId, i64> = here.into_iter().map(|(n, cost)| (view.node_id(n).unwrap(), cost)).collect();
    let there = dijkstra(copy, start, None, |edge| shares[edge.weight()]);
    let there: BTreeMap<ElementId, i64> = there.into_iter().map(|(node, cost)| (copy[node], cost)).collect();
    assert_eq!(here, there);
    for (goal, goal_id) in copy.node_references().step_by(5) {
        let to = view.index_of(*goal_id).unwrap();
        let found = astar(view, seen, |node| node == to, |edge| share(view, edge.id()), |_| 0);
        assert_eq!(found.as_ref().map(|(cost, _)| *cost), there.get(goal_id).copied());
        if let Some((cost, path)) = found {
            let walked: i64 = path.windows(2).map(|pair| cheapest(view, pair[0], pair[1])).sum();
            assert_eq!(walked, cost);
        }
        assert_eq!(has_path_connecting(view, seen, to, None), has_path_connecting(copy, start, goal, None));
    }
}

fn share(view: GraphView<'_>, edge: petgraph::graph::EdgeIndex) -> i64 {
    match view.edge_property(edge, "share") {
        Value::Integer(share) => share,
        _ => 1,
    }
}

fn cheapest(view: GraphView<'_>, from: NodeIndex, to: NodeIndex) -> i64 {
    let costs = view.edges(from).filter(|edge| edge.target() == to).map(|edge| share(view, edge.id()));
    costs.min().expect("a path goes along relationships")
}

fn sets(components: Vec<Vec<NodeIndex>>, name: impl Fn(NodeIndex) -> ElementId) -> BTreeSet<BTreeSet<ElementId>> {
    components.into_iter().map(|nodes| nodes.into_iter().map(&name).collect()).collect()
}

/// A database in files with one byte of a property changed.
fn with_a_damaged_page(folder: &Path) -> Database {
    let db = Database::create(folder).unwrap();
    db.query("CREATE (:Company {text: 'a needle'})", ()).unwrap();
    db.checkpoint().unwrap();
    drop(db);
    let snapshot = folder.join("snapshot-00000000000000000001");
    let mut bytes = fs::read(&snapshot).unwrap();
    let at = bytes.windows(8).position(|bytes| bytes == b"a needle").unwrap();
    bytes[at] = b'A';
    fs::write(&snapshot, bytes).unwrap();
    Database::open(folder).unwrap()
}

fn texts(view: GraphView<'_>) -> Vec<String> {
    view.node_identifiers().map(|node| view.node_property(node, "text").to_string()).collect()
}

#[test]
fn a_damaged_page_unwinds_out_of_a_view_and_is_the_error_of_a_statement_around_it() {
    let folder = tempfile::tempdir().unwrap();
    let db = with_a_damaged_page(&folder.path().join("db"));
    let read = db.read();
    assert!(catch_unwind(AssertUnwindSafe(|| texts(read.view()))).is_err());
    db.register(CustomProcedure::new("my.texts", &[], &[("text", "STRING")], |call| {
        Ok(texts(call.view()).into_iter().map(|text| vec![text.into()]).collect())
    }))
    .unwrap();
    let asked = db.query("CALL my.texts() YIELD text RETURN text", ()).and_then(averment::Rows::into_vec::<String>);
    assert_eq!(asked.unwrap_err().code(), "corruption");
}
