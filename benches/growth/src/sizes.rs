//! Operations on random graphs of a thousand relationships and more, with five to each node.

use averment::Database;

use crate::ask::{Ask, powers};
use crate::graph::Chance;
use crate::measure::statement_cost;
use crate::operation::{After, Law, Operation};
use crate::report::Report;
use crate::store;

use Law::{Constant, Linear, LogLinear, Root};

const OPERATIONS: &[Operation] = &[
    Operation::read("lookup by index", Constant, "MATCH (p:Person {id: $id}) RETURN p.age"),
    Operation::read(
        "one hop",
        Constant,
        "MATCH (:Person {id: $id})-[r:KNOWS]->(q) WHERE r.weight > 500 RETURN q.id, q.age",
    ),
    Operation::read(
        "two hops",
        Constant,
        "MATCH (:Person {id: $id})-[:KNOWS]->()-[:KNOWS]->(q) RETURN count(DISTINCT q)",
    ),
    Operation::read(
        "reach of 1 to 3",
        Constant,
        "MATCH (:Person {id: $id})-[:KNOWS*1..3]->(q) RETURN count(DISTINCT q)",
    ),
    Operation::read("reach of all", Linear, "MATCH (:Person {id: $id})-[:KNOWS*]->(q) RETURN count(DISTINCT q)"),
    Operation::read(
        "EXISTS between two",
        Constant,
        "MATCH (p:Person {id: $id}), (q:Person {id: $other}) RETURN EXISTS { (p)-[:KNOWS]->(q) }",
    ),
    Operation::read(
        "shortest path",
        Root,
        "MATCH (p:Person {id: $id}), (q:Person {id: $other}), w = shortestPath((p)-[:KNOWS*]-(q)) RETURN length(w)",
    ),
    Operation::read("count of a type", Constant, "MATCH (:Person)-[r:KNOWS]->() RETURN count(r)"),
    Operation::read("the first ten", Constant, "MATCH (p:Person) RETURN p.id LIMIT 10"),
    Operation::read("the ten largest", Linear, "MATCH (p:Person) RETURN p.id ORDER BY p.score DESC LIMIT 10"),
    Operation::read("scan with a filter", Linear, "MATCH (p:Person) WHERE p.age = 50 RETURN count(*)"),
    Operation::read("scan of relationships", Linear, "MATCH ()-[r:KNOWS]->() WHERE r.weight < 10 RETURN count(*)"),
    Operation::read("groups of nodes", Linear, "MATCH (p:Person) RETURN p.age, count(*), avg(p.score)"),
    Operation::read("groups of pairs", Linear, "MATCH (p:Person)-[:KNOWS]->(q) RETURN q.age, avg(p.score)"),
    Operation::read("sort of all", LogLinear, "MATCH (p:Person) RETURN p.score AS s ORDER BY s"),
    Operation::read(
        "count of two hops",
        Linear,
        "MATCH (:Person)-[:KNOWS]->(:Person)-[:KNOWS]->(:Person) RETURN count(*)",
    ),
    Operation::read("triangles", Linear, "MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a) RETURN count(*)"),
    Operation::write(
        "a node and a relationship more",
        Constant,
        "MATCH (p:Person {id: $id}) CREATE (p)-[:KNOWS {weight: 1}]->(:Person {id: $new, age: 1})",
        After::Statement("MATCH (p:Person {id: $new}) DETACH DELETE p"),
    ),
    Operation::write(
        "a property set",
        Constant,
        "MATCH (p:Person {id: $id}) SET p.score = $new",
        After::Statement("RETURN 1"),
    ),
    Operation::write(
        "MERGE of a node that is there",
        Constant,
        "MERGE (p:Person {id: $id}) ON MATCH SET p.age = 7",
        After::Statement("RETURN 1"),
    ),
    Operation::write(
        "a relationship less",
        Constant,
        "MATCH (:Person {id: $id})-[r:KNOWS]->() WITH r LIMIT 1 DELETE r",
        After::RollBack,
    ),
    Operation::write("a node less", Constant, "MATCH (p:Person {id: $id}) DETACH DELETE p", After::RollBack),
];

/// Nodes of a graph with so many relationships.
pub(crate) fn node_count(rels: u32) -> u32 {
    rels / 5
}

pub(crate) fn measure(ask: &Ask) {
    let sizes = powers(1_000, ask.most);
    let mut report = Report::new(&sizes);
    for rels in sizes {
        let loaded = store::loaded(rels);
        for operation in OPERATIONS.iter().filter(|operation| ask.wants(operation.name)) {
            report.add(operation.name, operation.law, statement_cost(&loaded.db, node_count(rels), operation));
        }
        store::measure(ask, rels, loaded, &mut report);
    }
    report.print("By the relationships of the graph");
}

/// Who knows whom, and how well.
pub(crate) fn knows(rels: u32) -> impl Iterator<Item = (u32, u32, i64)> {
    let mut chance = Chance::new(42);
    let nodes = node_count(rels);
    (0..rels).map(move |_| (chance.below(nodes), chance.below(nodes), i64::from(chance.below(1000))))
}

/// The properties of the people: id, age, score.
pub(crate) fn people(rels: u32) -> impl Iterator<Item = [(&'static str, i64); 3]> {
    let mut chance = Chance::new(7);
    (0..node_count(rels)).map(move |id| {
        let (age, score) = (i64::from(chance.below(100)), i64::from(chance.below(1 << 30)));
        [("id", i64::from(id)), ("age", age), ("score", score)]
    })
}

/// Adds all of it to a database.
pub(crate) fn load(db: &Database, rels: u32) {
    db.query("CREATE CONSTRAINT person_id FOR (p:Person) REQUIRE p.id IS UNIQUE", ()).expect("a constraint");
    let mut transaction = db.write().expect("nobody else writes");
    let nodes: Vec<_> =
        people(rels).map(|person| transaction.create_node(["Person"], person).expect("a node")).collect();
    for (start, end, weight) in knows(rels) {
        let (start, end) = (nodes[start as usize], nodes[end as usize]);
        transaction.create_relationship(start, "KNOWS", end, [("weight", weight)]).expect("a relationship");
    }
    transaction.commit().expect("a commit");
}
