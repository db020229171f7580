//! Lookups by a property: with an index, by a table made on the way, and by plans as written, the answers are the same.
//!
//! Each statement has more rows than are answered by a scan of their own, so tables are made.

use averment::{Database, Error, Limits, Rows};

use crate::reference::Choices;

/// Values that are alike in one way or another, each of them on three nodes.
const VALUES: &str = "[null, 1, 1.0, 2, 2.5, 0, -0.0, 0.0 / 0.0, '1', '', 'x', true, [1], [1.0], [1, null], [], \
                      date('2021-01-01'), edtf('2021-01-01'), edtf('2021'), edtf('2021-XX'), duration('P1D'), \
                      9007199254740993, 9007199254740992.0, datetime('2021-01-01T00:00Z')]";

/// One graph three times: as it is, with indexes, and with plans as written.
struct Three([(&'static str, Database); 3]);

impl Three {
    fn new(script: &str) -> Self {
        let indexed = Database::in_memory();
        indexed.run("CREATE INDEX FOR (a:A) ON (a.id); CREATE INDEX FOR (b:B) ON (b.id);").unwrap();
        indexed.run("CREATE INDEX FOR (p:P) ON (p.id); CREATE INDEX FOR (q:Q) ON (q.id);").unwrap();
        let plain = Database::options().plain_plans().in_memory();
        let three = Self([("looked up", Database::in_memory()), ("indexed", indexed), ("as written", plain)]);
        three.each(|db| db.run(script).map(drop).unwrap());
        three
    }

    fn each(&self, act: impl Fn(&Database)) {
        self.0.iter().for_each(|(_, db)| act(db));
    }

    /// Runs the statement on a copy of each; the answers, and the graphs afterwards, must agree.
    #[track_caller]
    fn check(&self, statement: &str) {
        let [first, others @ ..] = self.0.each_ref().map(|(name, db)| (name, outcome(&db.fork(), statement)));
        for (name, found) in &others {
            let differs = difference(&first.1, found);
            assert!(differs.is_none(), "{statement}\n{} and {name}: {differs:?}", first.0);
        }
    }
}

type Outcome = (Result<Vec<String>, String>, Vec<String>);

/// The first lines that are not the same.
fn difference(one: &Outcome, other: &Outcome) -> Option<String> {
    let lines = |outcome: &Outcome| {
        let rows = outcome.0.clone().unwrap_or_else(|code| vec![code]);
        rows.into_iter().chain(outcome.1.clone()).map(Some).chain([None]).collect::<Vec<_>>()
    };
    let (one, other) = (lines(one), lines(other));
    let pair = one.iter().zip(&other).find(|(one, other)| one != other)?;
    Some(format!("{pair:?}"))
}

/// The rows or the code of the error, and all nodes and relationships.
fn outcome(db: &Database, statement: &str) -> Outcome {
    let rows = lines(db, statement).map_err(|error| error.code());
    let mut graph = lines(db, "MATCH (n) RETURN labels(n), properties(n), COUNT { (n)--() }").unwrap();
    graph.sort();
    (rows, graph)
}

fn lines(db: &Database, statement: &str) -> Result<Vec<String>, Error> {
    let rows = db.query(statement, ())?.map(|row| {
        let cells: Vec<String> = row?.values().iter().map(ToString::to_string).collect();
        Ok(cells.join(" | "))
    });
    rows.collect()
}

fn values_on_nodes() -> String {
    format!("UNWIND {VALUES} AS v UNWIND range(1, 3) AS n CREATE (:A {{id: v, n: n}}), (:B {{id: v, n: n}})")
}

#[test]
fn what_is_sought_in_each_row_is_found_as_by_an_index() {
    let three = Three::new(&values_on_nodes());
    for statement in [
        "MATCH (a:A) WHERE EXISTS { MATCH (b:B {id: a.id}) } RETURN a.id, a.n",
        "MATCH (a:A) WHERE NOT EXISTS { MATCH (b:B) WHERE b.id = a.id } RETURN a.id, a.n",
        "MATCH (a:A) RETURN a.id, COUNT { MATCH (b:B {id: a.id}) }, COUNT { MATCH (b:B) WHERE a.id = b.id }",
        "MATCH (a:A) RETURN a.id, COLLECT { MATCH (b:B {id: a.id}) RETURN [b.id, b.n] }",
        "MATCH (a:A) OPTIONAL MATCH (b:B {id: a.id, n: a.n}) RETURN a.id, a.n, b.id, b.n",
        "MATCH (a:A) CALL (a) { MATCH (b:B {id: a.id}) RETURN count(b) AS n } RETURN a.id, n",
        "MATCH (a:A) CALL { WITH a MATCH (b:B {id: a.id}) RETURN b LIMIT 2 } RETURN a.id, b.id, b.n",
        "MATCH (a:A) MATCH (b:B {id: a.id}) RETURN a.id, b.id, a.n, b.n ORDER BY id(a), id(b)",
        "MATCH (a:A), (b:B) WHERE a.id = b.id AND b.n < a.n RETURN a.id, b.id, a.n, b.n ORDER BY id(a), id(b)",
        "MATCH (a:A) RETURN a.n, COUNT { MATCH (b:B {id: 1}) }, COUNT { MATCH (b:B {id: null}) }",
        "MATCH (a:A) WHERE EXISTS { MATCH (b:B) WHERE b.id = 2.0 AND b.n = 1 } RETURN a.n",
        "MATCH (a:A) MATCH (b:B {id: a.id}) MATCH (c:B {id: b.id, n: a.n}) RETURN count(*), count(c.id)",
        "MATCH (a:A) WITH collect(a.id) AS ids MATCH (a:A) OPTIONAL MATCH (b:B) WHERE b.id IN ids[a.n..a.n + 20] \
         RETURN a.id, b.id, b.n",
        "MATCH (a:A) MATCH (b {id: a.id}) RETURN a.id, count(b) AS n ORDER BY a.id, n",
        "UNWIND range(1, 30) AS i OPTIONAL MATCH (b:B {id: i, n: i}) RETURN i, b.id, b.n",
        "UNWIND range(1, 30) AS i OPTIONAL MATCH (b:B {id: i, n: 2}) WHERE b.n > 1 RETURN i, b.id",
        "UNWIND range(1, 30) AS i MATCH (b:B {id: toFloat(i)}) RETURN i, b.id, b.n ORDER BY i, id(b)",
        "UNWIND range(1, 30) AS i OPTIONAL MATCH (b:Nobody {id: i}) OPTIONAL MATCH (c:B {nothing: i}) RETURN i, b, c",
    ] {
        three.check(statement);
    }
}

#[test]
fn a_lookup_sees_what_its_statement_wrote_and_no_more() {
    let three = Three::new(&values_on_nodes());
    for statement in [
        "UNWIND range(1, 60) AS i MERGE (p:P {id: i % 20}) ON CREATE SET p.made = i ON MATCH SET p.met = i",
        "UNWIND range(1, 60) AS i MERGE (p:P {id: i % 20}) SET p.id = i % 7",
        "UNWIND range(1, 60) AS i MERGE (p:P {id: i % 20}) REMOVE p.id",
        "UNWIND range(1, 60) AS i MERGE (p:P {id: 7}) SET p.n = i",
        "UNWIND range(1, 60) AS i MERGE (p:P {id: 7}) SET p.id = i",
        "UNWIND range(1, 60) AS i MERGE (p:P {id: i % 10}) REMOVE p:P SET p:Q \
         WITH i MERGE (q:Q {id: i % 15}) ON CREATE SET q.made = i",
        "UNWIND range(1, 60) AS i MERGE (p:P {id: i % 20}) WITH i, p WHERE i % 3 = 0 DETACH DELETE p",
        "UNWIND range(1, 60) AS i MERGE (p:P {id: i % 9})-[:R]->(q:P {id: i % 4})",
        "UNWIND range(1, 60) AS i MERGE (p:P {id: i % 6, n: i % 4}) SET p.n = i % 3",
        "UNWIND range(1, 60) AS i CREATE (:P {id: i}) WITH i OPTIONAL MATCH (p:P {id: i + 30}) RETURN i, p.id",
        "FOREACH (i IN range(1, 60) | MERGE (p:P {id: i % 13}) SET p.id = p.id + 1)",
        "FOREACH (i IN range(1, 60) | MERGE (p:P {id: i % 13}) DETACH DELETE p)",
        "MATCH (a:A) WHERE a.id IS NOT NULL MERGE (p:P {id: a.id}) ON MATCH SET p.met = a.n RETURN p.id",
        "MATCH (a:A) MERGE (p:P {id: a.id})",
        "MATCH (a:A) SET a.n = COUNT { MATCH (x:A {n: a.n}) }",
        "MATCH (a:A) SET a.n = COUNT { MATCH (x:A {id: a.id}) WHERE x.n = a.n }, a.id = a.n",
        "MATCH (a:A) OPTIONAL MATCH (b:B {id: a.id}) SET b.id = a.n WITH a OPTIONAL MATCH (b:B {id: a.n}) \
         RETURN a.n, count(b)",
        "MATCH (a:A) CALL (a) { MATCH (b:B {n: a.n}) SET b.n = b.n + 1 } RETURN COUNT { MATCH (b:B {n: a.n}) }",
        "MATCH (a:A) CALL (a) { MATCH (b:B {id: a.id}) DETACH DELETE b } RETURN COUNT { MATCH (b:B {id: a.id}) }",
    ] {
        three.check(statement);
    }
}

const WRITES: [&str; 9] = [
    "MERGE (p:P {id: SOUGHT}) ON CREATE SET p.n = i ON MATCH SET p.m = i",
    "MERGE (p:P {id: SOUGHT}) SET p.id = GIVEN",
    "MATCH (p:P {id: SOUGHT}) SET p.id = GIVEN",
    "MATCH (p:P {id: SOUGHT}) SET p:Q REMOVE p:P",
    "MATCH (q:Q {id: SOUGHT}) SET q:P",
    "MATCH (p:P {id: SOUGHT}) DETACH DELETE p",
    "MATCH (p:P {id: SOUGHT}) WITH p LIMIT 1 SET p.n = i",
    "CREATE (:P {id: GIVEN})",
    "MERGE (p:P {id: SOUGHT})-[:R]->(q:Q {id: SOUGHT}) SET q.id = GIVEN",
];

const BODIES: [&str; 3] =
    ["MERGE (p:P {id: j % 8})", "MERGE (p:P {id: j % 8}) SET p.id = j % 3", "MERGE (p:P {id: j % 8}) DETACH DELETE p"];

/// A statement that reads and writes `:P` and `:Q` by their ids in a few ways, one after the other.
fn interleaved(choices: &mut Choices<'_>) -> String {
    let mut clauses = vec!["UNWIND range(0, 39) AS i".to_owned()];
    let mut columns = vec!["i".to_owned()];
    for part in 0..2 + choices.below(3) {
        let sought = choices.pick(&["i % 5", "i % 11", "toFloat(i % 7)", "toString(i % 6)", "(i * 7) % 10", "i / 4"]);
        let given = choices.pick(&["i % 4", "i % 13", "toFloat(i % 6)", "null", "i"]);
        clauses.push(match choices.below(3) {
            0 => format!("CALL (i) {{ {} }}", choices.pick(&WRITES).replace("SOUGHT", sought).replace("GIVEN", given)),
            1 => format!("FOREACH (j IN [i, i + 3] | {})", choices.pick(&BODIES)),
            _ => {
                columns.push(format!("c{part}"));
                format!("CALL (i) {{ OPTIONAL MATCH (p:P {{id: {sought}}}) RETURN count(p) AS c{part} }}")
            }
        });
    }
    format!("{} RETURN {}", clauses.join(" "), columns.join(", "))
}

#[test]
fn reading_and_writing_in_turn_goes_as_with_an_index() {
    proptest::proptest!(crate::differential::config(5, 60), |((_, statements) in crate::differential::bytes())| {
        let three = Three::new("UNWIND range(0, 29) AS i CREATE (:P {id: i % 10}), (:Q {id: i % 3})");
        for bytes in &statements {
            three.check(&interleaved(&mut Choices::new(bytes)));
        }
    });
}

#[test]
fn a_profile_counts_the_rows_of_a_lookup() {
    let db = Database::in_memory();
    db.query("UNWIND range(1, 100) AS i CREATE (:A {id: i}), (:B {id: i / 2})", ()).unwrap();
    let rows = db.query("PROFILE MATCH (a:A) RETURN sum(COUNT { MATCH (b:B {id: a.id}) })", ()).unwrap();
    let rows = rows.complete().unwrap();
    let profile = rows.profile().unwrap();
    assert!(profile.contains("look up b:B(id = a.id)  [rows 99,"), "{profile}");
}

#[test]
fn the_table_of_a_lookup_counts_against_the_memory_of_a_statement() {
    let db = Database::in_memory();
    db.query("UNWIND range(1, 80000) AS i CREATE (:A {id: i}), (:B {id: i})", ()).unwrap();
    let indexed = db.fork();
    indexed.run("CREATE INDEX FOR (b:B) ON (b.id); CREATE INDEX FOR (p:P) ON (p.id);").unwrap();
    let [looked_up, indexed] =
        [db, indexed].map(|db| db.with_limits(Limits { max_bytes: Some(2 << 20), ..Limits::default() }));
    let ask = |db: &Database, statement| db.query(statement, ()).and_then(Rows::complete).map(drop);
    let all = "MATCH (a:A) WHERE EXISTS { MATCH (b:B {id: a.id}) } RETURN count(*)";
    ask(&indexed, all).unwrap();
    assert_eq!(ask(&looked_up, all).map_err(|error| error.code()), Err("limit-exceeded".to_owned()));
    // So few rows need no table.
    ask(&looked_up, "MATCH (a:A) WHERE a.id < 4 AND EXISTS { MATCH (b:B {id: a.id}) } RETURN count(*)").unwrap();
}
