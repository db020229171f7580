//! Operations at nodes with one relationship to a million. Each leaf leads to two hubs, and one hub to the other.

use averment::Database;

use crate::ask::{Ask, powers};
use crate::measure::statement_cost;
use crate::operation::{After, Law, Operation};
use crate::report::Report;

use Law::{Constant, Linear};

const OPERATIONS: &[Operation] = &[
    Operation::read("from a leaf to the hub", Constant, "MATCH (:Leaf {id: $id})-[:TO]->(h:Hub) RETURN h.score"),
    Operation::read(
        "from leaf to leaf over a hub, the first ten",
        Constant,
        "MATCH (:Leaf {id: $id})-[:TO]->(:Hub {id: 1})<-[:TO]-(l) RETURN l.id LIMIT 10",
    ),
    Operation::read("the degree", Constant, "MATCH (h:Hub {id: 1}) RETURN COUNT { (h)<-[:TO]-() }"),
    Operation::read("the first ten leaves", Constant, "MATCH (:Hub {id: 1})<-[:TO]-(l) RETURN l.id LIMIT 10"),
    Operation::read("a leaf that is known", Constant, "MATCH (:Hub {id: 1})<-[:TO]-(l:Leaf {id: $id}) RETURN l.id"),
    Operation::read(
        "EXISTS of a leaf and a hub",
        Constant,
        "MATCH (l:Leaf {id: $id}), (h:Hub {id: 1}) RETURN EXISTS { (h)<-[:TO]-(l) }",
    ),
    Operation::read(
        "EXISTS of two hubs",
        Constant,
        "MATCH (g:Hub {id: 1}), (h:Hub {id: 2}) RETURN EXISTS { (g)-[:TO]->(h) }, EXISTS { (g)<-[:TO]-(h) }",
    ),
    Operation::read(
        "EXISTS of any leaf with a property",
        Constant,
        "MATCH (h:Hub {id: 1}) RETURN EXISTS { (h)<-[:TO]-(l:Leaf) WHERE l.age >= 0 }",
    ),
    Operation::read(
        "shortest path of two leaves",
        Constant,
        "MATCH (k:Leaf {id: $id}), (l:Leaf {id: $other}), w = shortestPath((k)-[*]-(l)) RETURN length(w)",
    ),
    Operation::read("leaves with a filter", Linear, "MATCH (:Hub {id: 1})<-[:TO]-(l) WHERE l.age = 50 RETURN count(*)"),
    Operation::read(
        "leaves of both hubs",
        Linear,
        "MATCH (:Hub {id: 1})<-[:TO]-(l)-[:TO]->(:Hub {id: 2}) RETURN count(*)",
    ),
    Operation::read("reach from the hub", Linear, "MATCH (:Hub {id: 1})-[:TO*..2]-(l) RETURN count(DISTINCT l)"),
    Operation::write(
        "a relationship more",
        Constant,
        "MATCH (l:Leaf {id: $id}), (h:Hub {id: 1}) CREATE (l)-[:TOO {number: $new}]->(h)",
        After::Statement("MATCH (l:Leaf {id: $id})-[r:TOO]->() DELETE r"),
    ),
    Operation::write(
        "a relationship more of the type that it has most of",
        Constant,
        "MATCH (l:Leaf {id: $id}), (h:Hub {id: 1}) CREATE (l)-[:TO {number: $new}]->(h)",
        After::Statement("MATCH (l:Leaf {id: $id})-[r:TO]->() WHERE r.number = $new DELETE r"),
    ),
    Operation::write(
        "a leaf more",
        Constant,
        "MATCH (h:Hub {id: 1}) CREATE (:Leaf {id: $new})-[:TO]->(h)",
        After::Statement("MATCH (l:Leaf {id: $new}) DETACH DELETE l"),
    ),
    Operation::write(
        "a relationship less",
        Constant,
        "MATCH (:Leaf {id: $id})-[r:TO]->(:Hub {id: 1}) DELETE r",
        After::Statement("MATCH (l:Leaf {id: $id}), (h:Hub {id: 1}) CREATE (l)-[:TO]->(h)"),
    ),
    Operation::write(
        "MERGE of a relationship that is there",
        Constant,
        "MATCH (l:Leaf {id: $id}), (h:Hub {id: 1}) MERGE (l)-[:TO]->(h)",
        After::Statement("RETURN 1"),
    ),
    Operation::write(
        "MERGE of a relationship that is not there",
        Constant,
        "MATCH (l:Leaf {id: $id}), (h:Hub {id: 1}) MERGE (h)-[r:BACK]->(l) ON CREATE SET r.number = $new",
        After::Statement("MATCH (:Leaf {id: $id})<-[r:BACK]-() DELETE r"),
    ),
    Operation::write(
        "MERGE between hubs",
        Constant,
        "MATCH (g:Hub {id: 1}), (h:Hub {id: 2}) MERGE (h)-[r:TO]->(g) ON CREATE SET r.number = $new",
        After::Statement("MATCH (g:Hub {id: 1}), (h:Hub {id: 2}) MATCH (h)-[r:TO]->(g) DELETE r"),
    ),
    Operation::write(
        "a property set at the hub",
        Constant,
        "MATCH (h:Hub {id: 1}) SET h.score = $new",
        After::Statement("RETURN 1"),
    ),
    Operation::write("a leaf less", Constant, "MATCH (l:Leaf {id: $id}) DETACH DELETE l", After::RollBack),
    Operation::write("the hub less", Linear, "MATCH (h:Hub {id: 1}) DETACH DELETE h", After::RollBack),
];

pub(crate) fn measure(ask: &Ask) {
    let degrees = powers(1, ask.degree);
    let mut report = Report::new(&degrees);
    for degree in degrees {
        let db = star(degree);
        for operation in OPERATIONS.iter().filter(|operation| ask.wants(operation.name)) {
            report.add(operation.name, operation.law, statement_cost(&db, degree, operation));
        }
    }
    report.print("By the relationships of one node");
}

/// Two hubs, with so many leaves that lead to both.
fn star(degree: u32) -> Database {
    let db = Database::in_memory();
    for label in ["Hub", "Leaf"] {
        let text = format!("CREATE CONSTRAINT FOR (n:{label}) REQUIRE n.id IS UNIQUE");
        db.query(text.as_str(), ()).expect("a constraint");
    }
    let mut transaction = db.write().expect("nobody else writes");
    let hubs = [1, 2].map(|id| transaction.create_node(["Hub"], [("id", id), ("score", 0)]).expect("a hub"));
    transaction.create_relationship(hubs[0], "TO", hubs[1], [("number", 0)]).expect("a relationship");
    for id in 0..i64::from(degree) {
        let leaf = transaction.create_node(["Leaf"], [("id", id), ("age", id % 100)]).expect("a leaf");
        for hub in &hubs {
            transaction.create_relationship(leaf, "TO", *hub, [("number", 0)]).expect("a relationship");
        }
    }
    transaction.commit().expect("a commit");
    db
}
