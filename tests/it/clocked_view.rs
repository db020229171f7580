//! The view that a procedure of one's own is given under a clock: the part of the graph that `MATCH` sees there.

use std::collections::{BTreeMap, BTreeSet};

use averment::{
    Call, CancelToken, CustomProcedure, Database, ElementId, GraphView, Limits, Node, Rows, Statement, Value,
};
use petgraph::Direction as Way;
use petgraph::algo::{dijkstra, kosaraju_scc};
use petgraph::graph::NodeIndex;
use petgraph::stable_graph::StableDiGraph;
use petgraph::visit::{
    EdgeCount, EdgeRef, GetAdjacencyMatrix, IntoEdgeReferences, IntoEdges, IntoEdgesDirected, IntoNeighborsDirected,
    IntoNodeIdentifiers, IntoNodeReferences, NodeCount, NodeRef,
};
use proptest::prelude::*;

/// A node, its neighbours one way and the other, and what can be reached from it.
type NodeRow = (i64, Vec<i64>, Vec<i64>, Vec<i64>);

fn register(db: &Database, name: &str, outputs: &[(&str, &str)], body: fn(&Call<'_>) -> Vec<Vec<Value>>) {
    db.register(CustomProcedure::new(name, &[], outputs, move |call| Ok(body(call)))).unwrap();
}

fn integer(count: usize) -> Value {
    Value::Integer(i64::try_from(count).unwrap())
}

fn id(id: ElementId) -> Value {
    integer(usize::try_from(id.0).unwrap())
}

/// What the view says of each node: its id, its neighbours one way and the other, and what can be reached from it.
fn nodes(call: &Call<'_>) -> Vec<Vec<Value>> {
    let view = call.view();
    assert_eq!(
        view.node_references().map(|node| node.id()).collect::<Vec<_>>(),
        view.node_identifiers().collect::<Vec<_>>()
    );
    assert_eq!(view.node_count(), view.node_identifiers().count());
    let row = |node| {
        let ids = |nodes: Vec<NodeIndex>| {
            let mut ids: Vec<ElementId> = nodes.into_iter().map(|node| view.node_id(node).unwrap()).collect();
            ids.sort();
            Value::List(ids.into_iter().map(id).collect())
        };
        assert_eq!(view.index_of(view.node_id(node).unwrap()), Some(node));
        let out = view.neighbors_directed(node, Way::Outgoing).collect();
        let into = view.neighbors_directed(node, Way::Incoming).collect();
        let reached = dijkstra(view, node, None, |_| 1).into_keys().collect();
        vec![id(view.node_id(node).unwrap()), ids(out), ids(into), ids(reached)]
    };
    view.node_identifiers().map(row).collect()
}

/// The relationships, by each of the ways in which petgraph asks for them.
fn edges(call: &Call<'_>) -> Vec<Vec<Value>> {
    let view = call.view();
    let all: BTreeSet<_> = view.edge_references().map(|edge| edge.id()).collect();
    assert_eq!(view.edge_count(), all.len());
    let of_type = |rel_type| view.with_type(rel_type).edge_references().count();
    assert_eq!(["R", "S", "SUPPORTS"].map(of_type).iter().sum::<usize>(), all.len());
    let at_nodes = || view.node_identifiers();
    assert_eq!(at_nodes().flat_map(|node| view.edges(node)).map(|edge| edge.id()).collect::<BTreeSet<_>>(), all);
    let incoming = at_nodes().flat_map(|node| view.edges_directed(node, Way::Incoming));
    assert_eq!(incoming.map(|edge| edge.id()).collect::<BTreeSet<_>>(), all);
    let pairs: BTreeSet<_> = view.edge_references().map(|edge| (edge.source(), edge.target())).collect();
    for (from, to) in at_nodes().flat_map(|from| at_nodes().map(move |to| (from, to))) {
        assert_eq!(view.is_adjacent(&(), from, to), pairs.contains(&(from, to)));
    }
    check_dense(view);
    all.into_iter().map(|edge| vec![id(view.edge_id(edge).unwrap())]).collect()
}

/// All of the view, numbered: the copy has the same components.
fn check_dense(view: GraphView<'_>) {
    // Whatever was chosen, what is hidden has no number.
    let dense = view.dense((0..100).map(NodeIndex::new));
    let copy = view.to_stable_graph();
    assert_eq!((dense.node_count(), dense.edge_count()), (copy.node_count(), copy.edge_count()));
    assert_eq!(kosaraju_scc(&dense).len(), kosaraju_scc(&copy).len());
    assert_eq!(kosaraju_scc(view).len(), kosaraju_scc(&copy).len());
    let labelled = view.with_label("A");
    assert_eq!(labelled.node_count(), labelled.dense(view.node_identifiers()).node_count());
}

/// The same rows as [`nodes`] gives, of a copy of what `MATCH` finds.
fn expected_nodes(db: &Database, clock: &str) -> Vec<NodeRow> {
    let (mut copy, mut places) = (StableDiGraph::<i64, ()>::new(), BTreeMap::new());
    let found = db.query(&*format!("{clock} MATCH (n) RETURN id(n)"), ()).unwrap();
    for found in found.into_vec::<i64>().unwrap() {
        places.insert(found, copy.add_node(found));
    }
    let arrows = db.query(&*format!("{clock} MATCH (a)-->(b) RETURN id(a), id(b)"), ()).unwrap();
    for (from, to) in arrows.into_vec::<(i64, i64)>().unwrap() {
        copy.add_edge(places[&from], places[&to], ());
    }
    let ids = |nodes: Vec<NodeIndex>| {
        let mut ids: Vec<i64> = nodes.into_iter().map(|node| copy[node]).collect();
        ids.sort_unstable();
        ids
    };
    let row = |node: NodeIndex| {
        let [out, into] = [Way::Outgoing, Way::Incoming].map(|way| ids(copy.neighbors_directed(node, way).collect()));
        (copy[node], out, into, ids(dijkstra(&copy, node, None, |_| 1).into_keys().collect()))
    };
    let mut rows: Vec<_> = copy.node_indices().map(row).collect();
    rows.sort();
    rows
}

/// Nodes and relationships with times, sources that support some of them, claims, and relationships about others.
fn random_graph() -> impl Strategy<Value = Vec<String>> {
    let times = prop_oneof![
        3 => Just(String::new()),
        3 => (2000..2010).prop_map(|year| format!("{{valid_from: date('{year}-01-01')}}")),
        2 => (2000..2010).prop_map(|year| format!("{{valid_to: edtf('{year}')}}")),
    ];
    let cited = prop_oneof![Just(""), Just("CITING s"), Just("CITING s, t")];
    let arrow = (0..8, 0..8, prop_oneof![Just("R"), Just("S")], times.clone(), cited, 0..8);
    let arrows = prop::collection::vec(arrow, 0..30).prop_map(|arrows| {
        let statement = |(from, to, rel_type, times, cited, form)| {
            let ends = format!("MATCH (a {{n: {from}}}), (b {{n: {to}}}), (s {{s: {from}}}), (t {{s: {to}}})");
            match form {
                0 => format!("{ends} CREATE [(a)-[:{rel_type} {times}]->(b)]"),
                1 => format!("{ends} MATCH (a)-[r]->() CREATE (b)-[:{rel_type} {times}]->[r]"),
                2 => format!("{ends} MATCH (a)-[r]->(b) DETACH DELETE r"),
                _ => format!("{ends} MERGE (a)-[:{rel_type} {times}]->(b) {cited}"),
            }
        };
        arrows.into_iter().map(statement).collect::<Vec<_>>()
    });
    let node = (times, prop_oneof![Just(":A"), Just(":B")], 2000..2010);
    (prop::collection::vec(node, 8), arrows).prop_map(|(nodes, arrows)| {
        let nodes = nodes.into_iter().enumerate().map(|(n, (times, label, year))| {
            format!(
                "CREATE (:Source {{s: {n}, published: date('{year}-01-01')}}) CREATE (x{label} {times}) SET x.n = {n}"
            )
        });
        nodes.chain(arrows).collect()
    })
}

fn clock() -> impl Strategy<Value = String> {
    let sometimes = |text: &'static str| prop_oneof![Just(""), Just(text)];
    let year = || 1999..2012;
    (0..7, sometimes("POSSIBLY"), year(), sometimes("POSSIBLY"), year(), 1..3).prop_map(
        |(kinds, possibly_valid, valid, possibly_known, known, sources)| {
            let kinds = kinds + 1;
            let valid = format!("{possibly_valid} VALID AT date('{valid}-06-01') ");
            let known = format!("{possibly_known} KNOWN AT date('{known}-01-01') ");
            let parts = [(1, valid), (2, known), (4, format!("REQUIRE {sources} SOURCES "))];
            parts.into_iter().filter(|(kind, _)| kinds & kind != 0).map(|(_, text)| text).collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_view_is_the_part_of_the_graph_that_match_sees(graph in random_graph(), clocks in prop::collection::vec(clock(), 4)) {
        let db = Database::in_memory();
        for statement in &graph {
            db.query(statement.as_str(), ()).unwrap_or_else(|error| panic!("{}", error.report()));
        }
        register(&db, "my.nodes", &[("id", "INTEGER"), ("out", "LIST"), ("into", "LIST"), ("reached", "LIST")], nodes);
        register(&db, "my.edges", &[("id", "INTEGER")], edges);
        for clock in clocks.iter().map(String::as_str).chain([""]) {
            let asked = |query: &str| db.query(&*format!("{clock} {query}"), ()).unwrap_or_else(|error| panic!("{}", error.report()));
            let rows: Vec<NodeRow> = asked("CALL my.nodes() YIELD id, out, into, reached RETURN * ORDER BY id").into_vec().unwrap();
            prop_assert_eq!(rows, expected_nodes(&db, clock), "{}", clock);
            let rows: Vec<i64> = asked("CALL my.edges() YIELD id RETURN id ORDER BY id").into_vec().unwrap();
            let expected: Vec<i64> = asked("MATCH ()-[r]->() RETURN id(r) ORDER BY id(r)").into_vec().unwrap();
            prop_assert_eq!(rows, expected, "{}", clock);
        }
    }
}

fn two_nodes() -> Database {
    Database::from_script("CREATE (:A {valid_from: date('2030-01-01')}), (:A)").unwrap()
}

#[test]
fn a_call_sees_the_part_of_the_graph_that_the_clock_shows() {
    let db = two_nodes();
    register(&db, "my.count", &[("n", "INTEGER")], |call| vec![vec![integer(call.view().node_count())]]);
    let asked = |query: &str| db.query(query, ()).unwrap().into_vec::<i64>().unwrap();
    assert_eq!(asked("CALL my.count() YIELD n RETURN n"), [2]);
    assert_eq!(asked("VALID AT date('2020-01-01') CALL my.count() YIELD n RETURN n"), [1]);
    assert_eq!(asked("VALID AT date('2020-01-01') UNWIND [1, 2] AS i CALL my.count() YIELD n RETURN n"), [1, 1]);
    // Each call sees what was written before it, as MATCH does.
    let writing = "VALID AT date('2020-01-01') MATCH (a:A) VALID AT date('2099-01-01') SET a.valid_from = null
         WITH a CALL my.count() YIELD n RETURN n";
    assert_eq!(asked(writing), [2, 2]);
    let number = db.log().len();
    db.query("MATCH (a:A) SET a.valid_from = date('2030-01-01')", ()).unwrap();
    assert_eq!(asked("VALID AT date('2020-01-01') CALL my.count() YIELD n RETURN n"), [0]);
    let past = format!("AT COMMIT {number} VALID AT date('2020-01-01') CALL my.count() YIELD n RETURN n");
    assert_eq!(asked(&past), [2]);
    let past =
        format!("AT COMMIT {number} VALID AT date('2020-01-01') CALL db.schema.labels() YIELD nodes RETURN nodes");
    assert_eq!(asked(&past), [2]);
}

#[test]
fn what_a_clock_hides_has_no_id_no_property_and_no_place() {
    let db = two_nodes();
    db.query("MATCH (a:A) SET a.n = id(a)", ()).unwrap();
    let ids: Vec<Node> = db.query("MATCH (a:A) RETURN a ORDER BY id(a)", ()).unwrap().into_vec().unwrap();
    db.register(CustomProcedure::new("my.see", &[], &[("hidden", "LIST<BOOLEAN>")], move |call| {
        let view = call.view();
        let is_hidden = |(place, node): (usize, &Node)| {
            let place = NodeIndex::new(place);
            let hidden = [
                view.index_of(node.id()).is_none(),
                view.node_id(place).is_none(),
                view.node_property(place, "n").is_null(),
                call.node(place).is_none(),
                call.node_by_id(node.id()).is_none(),
            ];
            vec![Value::List(hidden.into_iter().map(Value::from).collect())]
        };
        Ok(ids.iter().enumerate().map(is_hidden).collect())
    }))
    .unwrap();
    let asked = |query: &str| db.query(query, ()).unwrap().into_vec::<Vec<bool>>().unwrap();
    assert_eq!(asked("CALL my.see() YIELD hidden RETURN hidden"), [[false; 5], [false; 5]]);
    let clocked = "VALID AT date('2020-01-01') CALL my.see() YIELD hidden RETURN hidden";
    assert_eq!(asked(clocked), [[true; 5], [false; 5]]);
}

#[test]
fn a_view_that_was_stopped_gives_no_answer_and_its_relationships_keep_their_ends() {
    let (db, token) = (Database::from_script("CREATE (:A)-[:R]->(:A)").unwrap(), CancelToken::new());
    let stop = token.clone();
    db.register(CustomProcedure::new("my.stop", &[], &[("n", "INTEGER")], move |call| {
        let view = call.view();
        let edge = view.edge_references().next().ok_or("there is one")?;
        stop.cancel();
        let seen = view.node_count();
        assert!(view.node_id(edge.source()).and(view.node_id(edge.target())).is_some());
        // Somebody may use the token again before anyone has looked at it.
        stop.reset();
        assert!(view.index_of(view.node_id(edge.target()).unwrap()).is_some());
        Ok(vec![vec![integer(seen)]])
    }))
    .unwrap();
    let asked = |text: &str| {
        let statement = Statement::new(text).cancel_with(token.clone());
        db.query(statement, ()).and_then(Rows::into_vec::<i64>)
    };
    assert_eq!(asked("CALL my.stop() YIELD n RETURN n").unwrap(), [2]);
    let error = asked("VALID AT date('2020-01-01') CALL my.stop() YIELD n RETURN n").unwrap_err();
    assert_eq!(error.code(), "cancelled", "{error:?}");
}

#[test]
fn what_a_clock_shows_is_kept_within_the_memory_of_the_statement() {
    let db = two_nodes();
    register(&db, "my.count", &[("n", "INTEGER")], |call| vec![vec![integer(call.view().node_count())]]);
    let asked = |text: &str| {
        let limits = Limits { max_bytes: Some(120), ..Limits::default() };
        db.query(Statement::new(text).limits(limits), ()).and_then(Rows::into_vec::<i64>)
    };
    assert_eq!(asked("CALL my.count() YIELD n RETURN n").unwrap(), [2]);
    let error = asked("VALID AT date('2020-01-01') CALL my.count() YIELD n RETURN n").unwrap_err();
    assert!(error.message().contains("memory"), "{error:?}");
}
