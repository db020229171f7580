//! Statements that write: what they leave does not hang on the order of rows.

use super::super::dice::Dice;
use super::{Kind, Variable, new};

/// What is found to be written to: `a`, and perhaps `b` and `r`.
const FOUND: [&str; 6] = [
    "MATCH (a)-[r]->(b)",
    "MATCH (a)-[r]-(b)",
    "MATCH (a:A)-[r:R]-(b)",
    "MATCH (a)<-[r]-(b)",
    "MATCH (a)-[r]->(b:B)",
    "MATCH (b)-[r:!S]->(a)",
];

const WRITES: [&str; 24] = [
    "CREATE (a)-[:N {w: a.n}]->(:C {v: b.n})",
    "CREATE (:C)<-[:N]-(b)",
    "CREATE [(a)-[:Q {w: 1}]->(b)]",
    "CREATE (a)-[:Q]->[r]",
    "CREATE (c:C:D {v: a.v, s: r.s}) SET c.k = 1",
    "SET a.v = a.n + 1, a.s = null",
    "SET r.w = 7, r.k = r.w",
    "SET a:C, b.z = [b.n]",
    "SET a += {v: 3, s: null, z: 'z'}",
    "SET a = {n: a.n, k: true}",
    "SET r = {w: id(r)}",
    "REMOVE r.w, a:A",
    "REMOVE a.v, b.m",
    "DELETE r",
    "DETACH DELETE r",
    "DETACH DELETE a",
    "DELETE r, a",
    "MERGE (a)-[:M]->(b)",
    "MERGE (a)-[:R]->(b)",
    "MERGE (a)-[:M {w: a.n}]->(:C {v: b.n})",
    "MERGE (c:C {v: a.n}) ON CREATE SET c.k = 1 ON MATCH SET c.j = 2",
    "MERGE (c:A {n: b.n}) ON MATCH SET c.j = 2",
    "RETRACT r",
    "WITH a, b MATCH [t] WHERE NOT asserted(t) ASSERT t",
];

/// What a later clause sees of it.
const SEEN: [&str; 6] = [
    "RETURN count(*) AS i",
    "RETURN count(*) AS i",
    "WITH count(*) AS i MATCH (x) RETURN i, count(x) AS j",
    "WITH count(*) AS i MATCH ()-[x]-() RETURN i, count(x) AS j, sum(x.w) AS k",
    "WITH count(*) AS i MATCH [x] RETURN i, count(x) AS j",
    "WITH count(*) AS i MATCH (x:C) RETURN i, x.v AS j ORDER BY j",
];

/// A statement for a graph as [`Draft`](super::super::graphs::Draft) makes them.
pub(in super::super) fn statement(dice: &mut Dice) -> String {
    let mut author = new(dice, false);
    let found = author.dice.pick(&FOUND);
    author.scope = ["a", "b"].map(|name| Variable { name: name.to_owned(), kind: Kind::Node }).to_vec();
    let condition = if author.dice.chance(50) { format!(" WHERE {}", author.condition(1)) } else { String::new() };
    let write = author.dice.pick(&WRITES);
    let seen = author.dice.pick(&SEEN);
    format!("{found}{condition} {write} {seen}")
}
