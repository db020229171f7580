//! Lookups by a value that each row brings: the engine with its optimiser, which makes tables of values, and without
//! it give the same rows and leave the same graph, whatever the values are and however the statement writes.

use averment::{Database, Options, Value, params};
use proptest::prelude::*;

use crate::differential::config;

/// Values that are equal in one way and not in another.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (0..4_i64).prop_map(Value::Integer),
        2 => (0..4_u8).prop_map(|number| Value::Float(f64::from(number))),
        2 => (0..3_u8).prop_map(|number| Value::from(number.to_string())),
        1 => Just(Value::Float(f64::NAN)),
        1 => Just(Value::Null),
        1 => Just(Value::Boolean(true)),
        1 => (0..2_i64).prop_map(|item| Value::List(vec![Value::Integer(item), Value::Float(1.0)].into())),
    ]
}

/// Each is run with `$values`, a list of values.
const STATEMENTS: [&str; 19] = [
    "UNWIND $values AS v MATCH (b:B {k: v}) RETURN v, b.id",
    "MATCH (a:A) MATCH (b:B {k: a.k}) RETURN a.id, b.id",
    "MATCH (a:A) OPTIONAL MATCH (b:B) WHERE b.k = a.k AND b.id > 3 RETURN a.id, b.id",
    "MATCH (a:A) WHERE NOT EXISTS { MATCH (b:B {k: a.k}) } RETURN a.id",
    "MATCH (a:A) RETURN a.id, COUNT { MATCH (b {k: a.k}) WHERE b.id < 9 } AS n",
    "UNWIND $values AS v RETURN v, COLLECT { MATCH (b:B) WHERE b.k = v RETURN b.id ORDER BY b.id LIMIT 2 } AS ids",
    "UNWIND range(1, 9) AS i MATCH (b:B) WHERE b.k IN [i % 3, toString(i % 3), null] RETURN i, b.id",
    "MATCH (a:A) CALL (a) { MATCH (b:B {k: a.k}) RETURN max(b.id) AS last } RETURN a.id, last",
    "UNWIND [v IN $values WHERE v IS NOT NULL] AS v MERGE (n:B {k: v}) ON CREATE SET n.id = 100 ON MATCH SET n.id = n.id + 1",
    "UNWIND range(1, 20) AS i MERGE (n:B {k: i % 5}) SET n.k = i % 7, n.id = i",
    "UNWIND range(1, 20) AS i MERGE (a:A {k: i % 3}) MERGE (b:B {k: i % 5}) MERGE (a)-[:T]->(b)",
    "MATCH (a:A) MATCH (b:B) WHERE b.k = a.k SET b.k = a.id",
    "UNWIND $values AS v CALL (v) { MATCH (b:B {k: v}) SET b.k = 2 RETURN count(b) AS n } RETURN v, n",
    "UNWIND $values AS v CALL (v) { MATCH (b:B {k: v}) DETACH DELETE b RETURN count(*) AS n } RETURN v, n",
    "UNWIND $values AS v CALL (v) { CREATE (b:B {k: v, id: 50}) WITH * MATCH (c:B {k: v}) RETURN count(c) AS n } RETURN v, n",
    "FOREACH (v IN [v IN $values WHERE v IS NOT NULL] | MERGE (n:A {k: v}) SET n:B, n.id = 60)",
    "MATCH (b:B) WITH b ORDER BY b.id LIMIT 3 REMOVE b:B SET b:A",
    "MATCH (a:A) WITH a ORDER BY a.id LIMIT 6 CALL (a) { MERGE (b:B {k: a.id}) SET b:A RETURN b } RETURN a.id, b.k",
    "MATCH (a:A) WITH a LIMIT 1 MATCH (b:B {k: a.k}) WITH count(b) AS n RETURN n >= 0",
];

fn lines(db: &Database, statement: &str, values: &[Value]) -> Vec<String> {
    let values = Value::List(values.to_vec().into());
    let rows = db.query(statement, params! { "values" => values });
    let mut lines: Vec<String> = match rows.and_then(Iterator::collect::<Result<Vec<_>, _>>) {
        Ok(rows) => rows.iter().map(|row| format!("{:?}", row.values())).collect(),
        Err(error) => vec![error.code()],
    };
    lines.sort_unstable();
    lines
}

#[test]
fn a_table_of_values_finds_what_a_scan_finds() {
    let statements = prop::collection::vec((0..STATEMENTS.len(), prop::collection::vec(value(), 1..12)), 1..6);
    let nodes = prop::collection::vec(value(), 0..24);
    proptest!(config(5, 300), |(nodes in nodes, statements in statements)| {
        let [quick, plain] = [Database::options(), Database::options().plain_plans()].map(Options::in_memory);
        let graph = "UNWIND range(0, size($values) - 1) AS i \
                     FOREACH (_ IN CASE i % 2 WHEN 0 THEN [1] ELSE [] END | CREATE (:A {id: i, k: $values[i]})) \
                     FOREACH (_ IN CASE i % 3 WHEN 0 THEN [] ELSE [1] END | CREATE (:B {id: i, k: $values[i]}))";
        let whole = "MATCH (n) RETURN labels(n), n.id, n.k, COUNT { (n)-->() } AS arrows";
        for db in [&quick, &plain] {
            lines(db, graph, &nodes);
        }
        for (index, values) in statements {
            let statement = STATEMENTS[index];
            prop_assert_eq!(lines(&quick, statement, &values), lines(&plain, statement, &values), "{}", statement);
            prop_assert_eq!(lines(&quick, whole, &[]), lines(&plain, whole, &[]), "behind {}", statement);
        }
    });
}
