//! What clocks cost, each query beside the same with a filter on a property of every element that lets as many pass.

use std::time::Duration;

use averment::{Database, Date, ElementId, Prepared, Value, params};
use criterion::Criterion;

use crate::graph::{Chance, Generated};

/// Days from which elements are so, or are known.
const DAYS: u32 = 1_000;

/// How each query asks: under the clock, and by the property.
const QUERIES: &[(&str, &str, &str)] = &[
    ("scan", "MATCH (p:Person) CLOCK RETURN count(*)", "MATCH (p:Person) WHERE p.since <= $day RETURN count(*)"),
    (
        "all relationships of a type",
        "MATCH (a)-[r:T1]->(b) CLOCK RETURN count(*)",
        "MATCH (a)-[r:T1]->(b) WHERE a.since <= $day AND r.since <= $day AND b.since <= $day RETURN count(*)",
    ),
    (
        "two hops from a node",
        "MATCH (p:Person {id: $id})-[:T0]->(a)-[:T0]->(b) CLOCK RETURN count(DISTINCT b)",
        "MATCH (p:Person {id: $id})-[r:T0]->(a)-[s:T0]->(b) WHERE p.since <= $day AND r.since <= $day AND \
         a.since <= $day AND s.since <= $day AND b.since <= $day RETURN count(DISTINCT b)",
    ),
    (
        "reachable within three",
        "MATCH (p:Person {id: $id})-[:T0*1..3]->(b) CLOCK RETURN count(DISTINCT b)",
        "MATCH p = (:Person {id: $id})-[rs:T0*1..3]->(b) WHERE all(x IN nodes(p) WHERE x.since <= $day) AND \
         all(r IN rs WHERE r.since <= $day) RETURN count(DISTINCT b)",
    ),
];

pub(crate) fn clocks(criterion: &mut Criterion, graph: &Generated) {
    let valid = dated(graph);
    compare(criterion, "valid at", "VALID AT $day", &valid, graph.node_count);
    drop(valid);
    let smaller = Generated::new(graph.node_count / 10, graph.rels.len() / 10);
    let known = cited(&smaller);
    compare(criterion, "known at, on a tenth", "KNOWN AT $day", &known, smaller.node_count);
}

fn compare(criterion: &mut Criterion, name: &str, clock: &str, db: &Database, node_count: u32) {
    for (query, clocked, filtered) in QUERIES {
        let mut group = criterion.benchmark_group(format!("{name}: {query}"));
        group.sample_size(20).measurement_time(Duration::from_secs(3));
        for (how, text) in [("clock", clocked.replace("CLOCK", clock)), ("property", (*filtered).to_owned())] {
            let statement = db.prepare(text.as_str()).expect("the statement is right");
            let mut chance = Chance::new(9);
            group.bench_function(how, |bencher| {
                // Not the node of a million relationships.
                bencher.iter(|| count(db, &statement, i64::from(1 + chance.below(node_count - 1))));
            });
        }
        group.finish();
    }
}

fn count(db: &Database, statement: &Prepared, id: i64) -> i64 {
    let day = Value::from(day(DAYS / 2));
    let rows = db.query(statement, params! { "id" => id, "day" => day }).expect("an answer");
    rows.single().expect("one row")
}

fn day(number: u32) -> Date {
    Date::from_epoch_days(18_000 + i64::from(number)).expect("a day")
}

/// Every element is valid from the day of its `since`.
fn dated(graph: &Generated) -> Database {
    build(graph, |since| vec![("since", Value::from(since)), ("valid_from", Value::from(since))], |_, _, _| ())
}

/// Every element is cited by one of the sources, which was published on the day of its `since`.
fn cited(graph: &Generated) -> Database {
    build(
        graph,
        |since| vec![("since", Value::from(since))],
        |transaction, sources, (element, number)| {
            let nothing: [(&str, Value); 0] = [];
            transaction
                .create_relationship(sources[number as usize], "SUPPORTS", element, nothing)
                .expect("a citation");
        },
    )
}

fn build(
    graph: &Generated,
    properties: impl Fn(Date) -> Vec<(&'static str, Value)>,
    cite: impl Fn(&mut averment::WriteTransaction, &[ElementId], (ElementId, u32)),
) -> Database {
    let db = Database::in_memory();
    db.query("CREATE CONSTRAINT FOR (p:Person) REQUIRE p.id IS UNIQUE", ()).expect("a constraint");
    let mut transaction = db.write().expect("nobody else writes");
    let mut chance = Chance::new(5);
    let sources: Vec<ElementId> = (0..DAYS)
        .map(|number| transaction.create_node(["Source"], [("published", day(number))]).expect("a source"))
        .collect();
    let mut nodes = Vec::with_capacity(graph.node_count as usize);
    for id in 0..graph.node_count {
        let number = chance.below(DAYS);
        let mut all = properties(day(number));
        all.push(("id", Value::from(i64::from(id))));
        let node = transaction.create_node(["Person"], all).expect("a node");
        cite(&mut transaction, &sources, (node, number));
        nodes.push(node);
    }
    for &(start, end, rel_type, _) in &graph.rels {
        let number = chance.below(DAYS);
        let (start, end) = (nodes[start as usize], nodes[end as usize]);
        let rel = transaction
            .create_relationship(start, &format!("T{rel_type}"), end, properties(day(number)))
            .expect("a relationship");
        cite(&mut transaction, &sources, (rel, number));
    }
    transaction.commit().expect("a commit");
    db
}
