//! Whole statements, from text to rows, on a small database in memory.

use std::sync::Arc;

use super::{Answer, ExecError, Limits, Parameters, Program, Reading, write};
use crate::function::Registry;
use crate::optimize::{PassSet, optimize};
use crate::physical::{self, PhysicalPlan, lower};
use crate::storage::{Commit, Graph, Writer};
use crate::value::Value;
use crate::{plan, semantic, syntax};

mod first;
mod groups;
mod together;

struct Database {
    graph: Graph,
    passes: PassSet,
    limits: Limits,
}

impl Database {
    fn new() -> Self {
        Self { graph: Graph::new(), passes: PassSet::ALL, limits: Limits::default() }
    }

    fn with(script: &str) -> Self {
        let mut database = Self::new();
        database.run(script);
        database
    }

    fn plan(&self, text: &str) -> Arc<PhysicalPlan> {
        let statement = syntax::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let registry = Registry::builtin();
        let bound = semantic::bind(&statement, text, &self.graph, &registry)
            .unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
        let logical = plan::build(bound).unwrap_or_else(|error| panic!("{text}: {error}"));
        Arc::new(lower(optimize(logical, &self.graph, self.passes), &self.graph))
    }

    fn try_run(&mut self, text: &str) -> Result<Vec<String>, ExecError> {
        let plan = self.plan(text);
        let parameters = Parameters::new();
        let show = |row: Vec<Value>| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ");
        if plan.writes {
            let mut writer =
                Writer::new(self.graph.clone(), Commit { number: self.graph.commit().number + 1, micros: 0 });
            let answer: Answer = write(&Program::new(plan), &mut writer, None, parameters, &self.limits, false)?;
            self.graph = writer.finish().0;
            return Ok(answer.rows.into_iter().map(show).collect());
        }
        let mut reading = Reading::start(program(plan), Arc::new(self.graph.clone()), parameters, &self.limits, false)?;
        let mut rows = Vec::new();
        while let Some(row) = reading.next_row()? {
            rows.push(show(row));
        }
        Ok(rows)
    }

    fn run(&mut self, text: &str) -> Vec<String> {
        self.try_run(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[track_caller]
    fn check(&mut self, text: &str, expected: &[&str]) {
        for passes in [PassSet::ALL, PassSet::NONE] {
            self.passes = passes;
            assert_eq!(self.run(text), expected, "{text}");
            if self.plan(text).writes {
                break;
            }
        }
    }

    #[track_caller]
    fn check_unordered(&mut self, text: &str, expected: &[&str]) {
        for passes in [PassSet::ALL, PassSet::NONE] {
            self.passes = passes;
            let mut rows = self.run(text);
            rows.sort();
            assert_eq!(rows, expected, "{text}");
        }
    }

    #[track_caller]
    fn check_error(&mut self, text: &str, detail: &str) {
        match self.try_run(text) {
            Ok(rows) => panic!("{text}: no error but {rows:?}"),
            Err(error) => assert_eq!(error.class().detail, detail, "{text}: {error}"),
        }
    }
}

/// a -> b -> c -> a, a -> c, c -> c, and a lonely d.
fn ring() -> Database {
    Database::with(
        "CREATE (a:N {k: 'a', v: 1}), (b:N {k: 'b', v: 2}), (c:N:M {k: 'c', v: 3}), (d:M {k: 'd'}), \
         (a)-[:R {w: 1}]->(b), (b)-[:R {w: 2}]->(c), (c)-[:R {w: 3}]->(a), (a)-[:S]->(c), (c)-[:S]->(c)",
    )
}

#[test]
fn a_reading_may_go_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Reading>();
    is_send::<Answer>();
    is_send::<ExecError>();
}

fn program(plan: Arc<PhysicalPlan>) -> Arc<Program> {
    Arc::new(Program::new(plan))
}

#[test]
fn what_a_run_leaves_behind_is_used_again_and_holds_no_root() {
    let db = ring();
    let graph = Arc::new(db.graph.clone());
    let program =
        program(db.plan("MATCH (n:N)-->(m) WHERE m.v > 0 RETURN m.k AS k, count(DISTINCT n.v) ORDER BY k LIMIT 2"));
    let run = || {
        let root = Arc::clone(&graph);
        let mut reading = Reading::start(Arc::clone(&program), root, Parameters::new(), &db.limits, false).unwrap();
        let rows: Vec<Vec<Value>> = std::iter::from_fn(|| reading.next_row().unwrap()).collect();
        reading.end();
        assert_eq!((Arc::strong_count(&graph), program.idle_count()), (1, 1));
        format!("{rows:?}")
    };
    assert_eq!(run(), run());
}

#[test]
fn a_profile_counts_the_rows_of_each_operator() {
    let db = ring();
    let plan = db.plan("MATCH (n:N) WHERE n.v + 1 > 2 RETURN n.k");
    let graph = Arc::new(db.graph.clone());
    let mut reading = Reading::start(program(plan), graph, Parameters::new(), &db.limits, true).expect("it starts");
    while reading.next_row().expect("it runs").is_some() {}
    let profile = reading.end().profile.expect("it is profiled");
    let rows: Vec<&str> = profile.split("[rows ").skip(1).filter_map(|text| text.split(',').next()).collect();
    assert_eq!(rows, ["2", "2", "3"], "{profile}");
}

#[test]
fn merging_beside_a_quoted_twin_warns() {
    let mut db = Database::with("CREATE (:A)-[:SAYS]->[(:B)-[:T]->(:C)]");
    let plan = db.plan("MATCH (b:B), (c:C) MERGE (b)-[:T]->(c)");
    let mut writer = Writer::new(db.graph.clone(), Commit { number: 2, micros: 0 });
    let answer =
        write(&Program::new(plan), &mut writer, None, Parameters::new(), &Limits::default(), false).expect("it runs");
    assert_eq!(answer.warnings.len(), 1);
    assert_eq!(answer.warnings[0].0, "quoted-twin");
    assert_eq!(answer.counters.relationships_created, 1);
    db.graph = writer.finish().0;
    db.check("MATCH (:B)-[t:T]->(:C) RETURN count(t)", &["1"]);
    db.check("MATCH [t:T] RETURN count(t)", &["2"]);
}

#[test]
fn a_match_finds_nodes_by_label_and_property() {
    let mut db = ring();
    db.check("MATCH (n:N) WHERE n.v > 1 RETURN n.k ORDER BY n.k", &["b", "c"]);
    db.check("MATCH (n:N:M) RETURN n.k", &["c"]);
    db.check("MATCH (n {k: 'd'}) RETURN n.v IS NULL", &["true"]);
    db.check("MATCH (n:Nothing) RETURN n", &[]);
    db.check("MATCH (n) RETURN count(*), count(n.v), sum(n.v), min(n.k), max(n.v)", &["4 | 3 | 6 | a | 3"]);
}

#[test]
fn arrows_are_followed_in_every_direction() {
    let mut db = ring();
    db.check_unordered("MATCH (a {k: 'a'})-->(x) RETURN x.k", &["b", "c"]);
    db.check_unordered("MATCH (a {k: 'a'})<--(x) RETURN x.k", &["c"]);
    db.check_unordered("MATCH (a {k: 'a'})--(x) RETURN x.k", &["b", "c", "c"]);
    db.check("MATCH (c {k: 'c'})-[:S]-(c) RETURN count(*)", &["1"]);
    db.check_unordered("MATCH (a)-[r:R]->(b) RETURN a.k + b.k + toString(r.w)", &["ab1", "bc2", "ca3"]);
    db.check("MATCH (a)-->(b)-->(c) RETURN count(*)", &["8"]);
    db.check("MATCH (a {k: 'a'})-->(b {k: 'b'})-->(c)-->(a) RETURN c.k", &["c"]);
}

#[test]
fn trails_repeat_no_relationship() {
    let mut db = ring();
    db.check("MATCH (a {k: 'a'})-[:R*1..3]->(x) RETURN x.k", &["b", "c", "a"]);
    db.check("MATCH (a {k: 'a'})-[:R*]->(x) RETURN count(*)", &["3"]);
    db.check("MATCH (a {k: 'a'})-[:R*0..1]->(x) RETURN x.k", &["a", "b"]);
    db.check("MATCH p = (a {k: 'a'})-[:R*2]->(x) RETURN length(p), [n IN nodes(p) | n.k]", &["2 | ['a', 'b', 'c']"]);
    db.check("MATCH (a {k: 'a'})-[rs:R*2]->() RETURN [r IN rs | r.w]", &["[1, 2]"]);
    db.check_unordered("MATCH (a {k: 'a'})-[*]->(x) RETURN DISTINCT x.k", &["a", "b", "c"]);
    db.check("MATCH (d {k: 'd'})-[*0..]-(x) RETURN x.k", &["d"]);
}

#[test]
fn shortest_paths_are_shortest() {
    let mut db = ring();
    db.check(
        "MATCH (a {k: 'a'}), (c {k: 'c'}), p = shortestPath((a)-[*]->(c)) RETURN length(p), [r IN relationships(p) | type(r)]",
        &["1 | ['S']"],
    );
    db.check("MATCH (a {k: 'a'}), (c {k: 'c'}), p = shortestPath((a)-[:R*]->(c)) RETURN length(p)", &["2"]);
    db.check("MATCH (a {k: 'a'}), (d {k: 'd'}), p = shortestPath((a)-[*]-(d)) RETURN length(p)", &[]);
    db.check("MATCH (a {k: 'a'}), (c {k: 'c'}), p = allShortestPaths((a)-[*]-(c)) RETURN count(p)", &["2"]);
}

#[test]
fn optional_rows_come_with_nulls_in_their_place() {
    let mut db = ring();
    db.check(
        "UNWIND ['a', 'd', 'b'] AS k MATCH (n {k: k}) OPTIONAL MATCH (n)-[:R]->(m) RETURN n.k, m.k",
        &["a | b", "d | null", "b | c"],
    );
    db.check("OPTIONAL MATCH (n:Nothing) RETURN n", &["null"]);
}

#[test]
fn subqueries_are_run_for_all_rows_at_once() {
    let mut db = ring();
    db.check("MATCH (n) WHERE EXISTS { (n)-[:S]->() } RETURN n.k ORDER BY n.k", &["a", "c"]);
    db.check("MATCH (n) WHERE NOT (n)-->() RETURN n.k", &["d"]);
    db.check("MATCH (n) RETURN n.k, COUNT { (n)-->() } ORDER BY n.k", &["a | 2", "b | 1", "c | 2", "d | 0"]);
    db.check("MATCH (n:N) RETURN [(n)-[:R]->(m) | m.k] AS x ORDER BY n.k", &["['b']", "['c']", "['a']"]);
    db.check(
        "UNWIND [1, 2] AS x CALL { WITH x UNWIND range(1, 3) AS y RETURN y ORDER BY y DESC LIMIT 2 } RETURN x, y",
        &["1 | 3", "1 | 2", "2 | 3", "2 | 2"],
    );
}

#[test]
fn groups_sorts_and_limits() {
    let mut db = ring();
    db.check("UNWIND [3, 1, 2, 1] AS x RETURN x, count(*) AS c ORDER BY x", &["1 | 2", "2 | 1", "3 | 1"]);
    db.check("UNWIND [3, 1, null, 2] AS x RETURN x ORDER BY x DESC SKIP 1 LIMIT 2", &["3", "2"]);
    db.check("UNWIND [1, 1, 2] AS x WITH DISTINCT x RETURN collect(x)", &["[1, 2]"]);
    db.check("UNWIND [] AS x RETURN count(x), collect(x), sum(x)", &["0 | [] | 0"]);
    db.check("UNWIND [1, 1.0, 2] AS x RETURN count(DISTINCT x)", &["2"]);
    db.check("RETURN 1 AS x UNION ALL RETURN 1 AS x", &["1", "1"]);
    db.check("RETURN 1 AS x UNION RETURN 1 AS x", &["1"]);
    db.check("UNWIND range(1, 10000) AS x RETURN sum(x), avg(x)", &["50005000 | 5000.5"]);
}

#[test]
fn expressions_over_lists() {
    let mut db = Database::new();
    db.check("RETURN [x IN range(1, 5) WHERE x % 2 = 1 | x * x]", &["[1, 9, 25]"]);
    db.check("RETURN reduce(s = 0, x IN [1, 2, 3] | s + x)", &["6"]);
    db.check("RETURN any(x IN [1, null] WHERE x = 1), all(x IN [1, null] WHERE x = 1)", &["true | null"]);
    db.check("RETURN [x IN [1, 2] | [y IN [10, 20] | x + y]]", &["[[11, 21], [12, 22]]"]);
    db.check("UNWIND [0, 1] AS x RETURN CASE x WHEN 0 THEN 'none' ELSE 1 / x END", &["none", "1"]);
    db.check("UNWIND [0, 2] AS x RETURN x <> 0 AND 4 / x = 2", &["false", "true"]);
    db.check("RETURN {a: 1, b: [2, {c: 3}]}.b[1].c", &["3"]);
}

#[test]
fn writes_are_seen_by_what_follows() {
    let mut db = Database::new();
    db.check("CREATE (a:A {x: 1}) SET a.y = 2 RETURN a.x + a.y", &["3"]);
    db.check("MATCH (a:A) CREATE (b:A) WITH a MATCH (n:A) RETURN count(n)", &["2"]);
    db.check("MATCH (n:A) SET n.z = coalesce(n.z, 0) + 1 RETURN count(n)", &["2"]);
    db.check("MATCH (n:A) CREATE (:A {w: 1}) RETURN count(*)", &["2"]);
    db.check("MATCH (n:A {w: 1}) DELETE n RETURN count(n)", &["2"]);
    db.check("MATCH (n) RETURN count(*)", &["2"]);
    db.check("MATCH (n:A) SET n:B REMOVE n:A RETURN labels(n)", &["['B']", "['B']"]);
    db.check("MATCH (n:B) SET n = {q: 1} RETURN properties(n)", &["{q: 1}", "{q: 1}"]);
    db.check(
        "UNWIND [1, 2, 1] AS k MERGE (m:K {k: k}) ON CREATE SET m.c = 1 ON MATCH SET m.c = m.c + 1 RETURN m.c",
        &["2", "1", "2"],
    );
    db.check("MATCH (m:K) RETURN m.k, m.c ORDER BY m.k", &["1 | 2", "2 | 1"]);
    db.check("FOREACH (i IN range(1, 3) | CREATE (:F {i: i})) WITH 1 AS x MATCH (f:F) RETURN count(f)", &["3"]);
}

#[test]
fn deleting_what_is_still_touched_is_refused() {
    let mut db = ring();
    db.check_error("MATCH (n {k: 'a'}) DELETE n", "DeleteConnectedNode");
    db.check("MATCH (n {k: 'b'})-[r]-() DELETE n, r RETURN count(*)", &["2"]);
    db.check("MATCH (n {k: 'a'}) DETACH DELETE n RETURN count(*)", &["1"]);
    db.check("MATCH ()-[r]->() RETURN count(r)", &["1"]);
    db.check_error("MATCH (n {k: 'd'}) DELETE n RETURN n.k", "DeletedEntityAccess");
    db.check("MATCH ()-[r]->() DELETE r RETURN type(r)", &["S"]);
}

#[test]
fn quoted_relationships_are_seen_in_brackets_only() {
    let mut db = Database::with(
        "CREATE (s:Source), (a:State {n: 'A'}), (b:Group {n: 'B'}), (s)-[:DENIES]->[(a)-[:DETAINS]->(b)], (a)-[:KNOWS]->(b)",
    );
    db.check("MATCH (a)-[r:DETAINS]->(b) RETURN count(*)", &["0"]);
    db.check("MATCH [(a)-[r:DETAINS]->(b)] RETURN a.n, b.n, asserted(r)", &["A | B | false"]);
    db.check("MATCH (s:Source)-[d:DENIES]->[t] RETURN type(t), asserted(d)", &["DETAINS | true"]);
    db.check("MATCH (s:Source)-[:DENIES]->[(x)-[:DETAINS]->(y)] RETURN x.n", &["A"]);
    db.check_error("MATCH [t:DETAINS] DELETE t", "DeleteConnectedNode");
    db.check("MATCH [t:DETAINS] ASSERT t RETURN asserted(t)", &["true"]);
    db.check("MATCH (a)-[r:DETAINS]->(b) RETURN count(*)", &["1"]);
    db.check("MATCH [t:DETAINS] DETACH DELETE t RETURN count(*)", &["1"]);
    db.check("MATCH [t] RETURN type(t)", &["KNOWS"]);
}

#[test]
fn a_citation_is_merged() {
    let mut db = Database::with("CREATE (:P {id: 1}), (:A {id: 1}), (:B {id: 1})");
    for _ in 0..2 {
        db.run("MATCH (p:P), (a:A), (b:B) MERGE (a)-[:T]->(b) CITING p {certainty: 'stated'}");
    }
    db.check("MATCH (p:P)-[s:SUPPORTS]->[t] RETURN type(t), s.certainty", &["T | stated"]);
}

#[test]
fn a_budget_stops_every_kind_of_loop() {
    let mut db = Database::with("UNWIND range(1, 30) AS i CREATE (:X {i: i})");
    db.run("MATCH (a:X), (b:X) CREATE (a)-[:R]->(b)");
    db.limits =
        Limits { max_rows: Some(10_000), timeout: Some(std::time::Duration::from_millis(200)), ..Limits::default() };
    for text in [
        "UNWIND range(1, 1000000000) AS x RETURN count(x)",
        "MATCH (a:X)-[*]->(b) RETURN count(*)",
        "MATCH (a:X {i: 1})-[*5..]->(b:X {i: 2}) RETURN count(*)",
        "MATCH (a:X), (b:X), (c:X), (d:X) RETURN count(*)",
        "RETURN reduce(s = 0, x IN range(1, 10000000) | s + x)",
    ] {
        db.check_error(text, "LimitExceeded");
    }
}

/// A database whose statements may hold so many bytes.
fn with_memory(max_bytes: u64) -> Database {
    let mut db = Database::with("UNWIND range(1, 200) AS i CREATE (:X {i: i})-[:R]->(:Y)");
    db.limits = Limits { max_bytes: Some(max_bytes), ..Limits::default() };
    db
}

#[test]
fn whatever_is_held_counts_against_the_memory_of_a_statement() {
    let mut db = with_memory(2 << 20);
    for text in [
        "UNWIND range(1, 1000000000) AS x RETURN size(collect(x))",
        "UNWIND range(1, 1000000000) AS x RETURN percentileDisc(x, 0.5)",
        "UNWIND range(1, 1000000000) AS x RETURN size(collect(DISTINCT x % 1000000))",
        "UNWIND range(1, 1000000000) AS x RETURN x, count(*)",
        "UNWIND range(1, 1000000000) AS x RETURN count(DISTINCT x)",
        "UNWIND range(1, 1000000000) AS x RETURN x, max(toString(x) + 'z')",
        "UNWIND range(1, 1000000000) AS x WITH x ORDER BY -x RETURN count(x)",
        "UNWIND range(1, 1000000000) AS x WITH DISTINCT x RETURN count(x)",
        "UNWIND range(1, 1000000000) AS x RETURN x UNION RETURN 1 AS x",
        "UNWIND range(1, 1000000000) AS x CREATE (n:New) RETURN n",
        "UNWIND range(1, 1000000000) AS x CREATE (:New)",
        "UNWIND range(1, 1000000000) AS x MATCH (n:X {i: 1}) SET n.x = x",
        "FOREACH (x IN range(1, 20000) | CREATE (:New {name: toString(x) + ' and a text of some length'}))",
        "UNWIND range(1, 100000000) AS x WITH collect { UNWIND range(1, 100000000) AS y RETURN y } AS l RETURN size(l)",
        "MATCH p = (:X {i: 1})-[:S*0..3]->(:X) UNWIND range(1, 100000) AS i RETURN size(collect([p]))",
        "RETURN size(range(1, 1000000000))",
        "RETURN size([x IN range(1, 150000) | x + 1])",
        "RETURN size(reduce(s = 'x', i IN range(1, 100) | s + s))",
        "UNWIND range(1, 1000000000) AS x WITH toString(x) + ' as text' AS text ORDER BY text RETURN count(text)",
        "UNWIND range(1, 1000000000) AS x RETURN size(collect(substring('a text that is long enough', x % 3)))",
        "UNWIND [1, 2] AS x WITH x, [y IN range(1, 50000) | y] AS l WITH x, l, [y IN l | y] AS m, [y IN l | y] AS n \
         RETURN collect(l), collect(m), collect(n)",
    ] {
        db.check_error(text, "LimitExceeded");
    }
}

#[test]
fn memory_that_is_held_no_longer_can_be_used_again() {
    let mut db = with_memory(2 << 20);
    // Each makes many times the limit in all, and holds little of it at a time.
    for text in [
        "UNWIND range(1, 300000) AS x RETURN sum(size(toString(x) + ' and some more text to go with it'))",
        "UNWIND range(1, 300000) AS x WITH toString(x) + ' and some more text' AS t WHERE t = '' RETURN count(t)",
        "UNWIND range(1, 300000) AS x RETURN max(toString(x) + ' and some more text to go with it') <> ''",
        "UNWIND range(1, 30000) AS x CALL (x) { UNWIND range(1, 5) AS y WITH DISTINCT y RETURN sum(y) AS s } \
         RETURN sum(s)",
        "UNWIND range(1, 30000) AS x WITH size(collect { UNWIND range(1, 5) AS y RETURN y ORDER BY -y }) AS s \
         RETURN sum(s)",
        "UNWIND range(1, 60000) AS x UNWIND [y IN range(1, 5) | y] AS z RETURN sum(z)",
        "RETURN size(reduce(s = '', i IN range(1, 10000) | s + 'x'))",
        "UNWIND range(1, 300000) AS x WITH x, toString(x) + ' as text' AS t ORDER BY t LIMIT 10 RETURN count(*)",
        "UNWIND range(1, 300000) AS x WITH x % 7 AS key, 'and a long text that is the same' AS t \
         RETURN key, count(DISTINCT t)",
    ] {
        if let Err(error) = db.try_run(text) {
            panic!("{error}: {text}");
        }
    }
}

#[test]
fn lists_may_not_be_nested_without_end() {
    let mut db = Database::new();
    db.check_error("RETURN reduce(s = [], x IN range(1, 1000) | [s])", "LimitExceeded");
    db.check_error("RETURN reduce(s = {}, x IN range(1, 1000) | {s: s})", "LimitExceeded");
}

#[test]
fn counts_by_degree_agree_with_counted_rows() {
    let mut db = ring();
    db.run("MATCH (a {k: 'a'}), (b {k: 'b'}) CREATE (a)-[:R]->(b), (b)-[:R]->(a), (b)-[:S]->(b), (b)-[:S]->(b)");
    let arrows = |name: &str, types: &str| {
        [format!("-[{name}{types}]->"), format!("<-[{name}{types}]-"), format!("-[{name}{types}]-")]
    };
    for (first_types, second_types) in [("", ""), (":R", ":R"), (":S", ""), ("", ":S"), (":R|S", ":S"), (":R", ":S")] {
        for first in arrows("r", first_types) {
            for second in arrows("s", second_types) {
                let counted = db.run(&format!("MATCH (a){first}(b){second}(c) RETURN size(collect([r, s]))"));
                let unnamed =
                    format!("MATCH (a){}(b){}(c) RETURN count(*)", first.replace('r', ""), second.replace('s', ""));
                assert_eq!(db.run(&unnamed), counted, "{unnamed}");
            }
        }
    }
}

#[test]
fn arrows_meet_at_hubs_and_along_parallel_relationships() {
    let mut db =
        Database::with("CREATE (:Hub {i: 0}), (:Hub {i: 1}) WITH 1 AS x UNWIND range(0, 2999) AS i CREATE (:V {i: i})");
    db.run("MATCH (h:Hub {i: 0}), (v:V) CREATE (h)-[:R]->(v), (v)-[:S]->(h)");
    db.run("MATCH (h:Hub {i: 1}), (v:V) WHERE v.i % 3 > 0 CREATE (h)-[:R]->(v), (h)-[:R]->(v)");
    db.run("MATCH (h:Hub {i: 1}), (v:V {i: 7}) UNWIND range(1, 100) AS x CREATE (h)-[:R]->(v), (h)-[:S]->(v)");
    let pattern = "MATCH (a:Hub {i: 0})-[r:R]->(c)<-[s:R]-(b:Hub {i: 1})";
    db.check(&format!("{pattern} RETURN count(*)"), &["4100"]);
    db.check(&format!("{pattern} RETURN count(DISTINCT c), count(DISTINCT s), sum(c.i)"), &["2000 | 4100 | 6000700"]);
    db.check(&format!("{pattern} WHERE c.i % 2 = 1 AND c:V RETURN count(*)"), &["2100"]);
    db.check("MATCH (b:Hub {i: 1})-[r:R]->(c)<-[s:R]-(b) WHERE c.i < 20 RETURN count(*)", &["10326"]);
    db.check("MATCH (b:Hub {i: 1})-[r]-(c)-[s]-(b) WHERE c.i = 7 RETURN count(*)", &["40602"]);
    db.check("MATCH (a:Hub {i: 0})-[r]-(c)-[s]-(b:Hub {i: 1}) RETURN count(*), count(DISTINCT c)", &["8400 | 2000"]);
    db.check("MATCH (a:Hub {i: 0})-[r]-(c)-[s]-(a) RETURN count(*), count(DISTINCT c)", &["6000 | 3000"]);
    db.check("UNWIND [1, 2] AS x MATCH (b:Hub {i: 1})-[r:R]->(c)<-[s:R]-(b) WITH c LIMIT 9 RETURN count(*)", &["9"]);
    db.passes = PassSet::ALL;
    db.limits = Limits { max_rows: Some(20_000), ..Limits::default() };
    db.check_error("MATCH (b:Hub {i: 1})-[r]-(c)-[s]-(b) RETURN max(r.w + s.w)", "LimitExceeded");
}

#[test]
fn a_label_is_tested_as_soon_as_an_end_is_without_it() {
    let mut db = Database::with("UNWIND range(0, 9) AS i CREATE (:A {i: i})");
    db.run("MATCH (a), (b) WHERE (a.i + b.i) % 3 = 1 CREATE (a)-[:R]->(b)");
    let two = "MATCH (a:A)-[:R]->(b:A) RETURN count(*)";
    let three = "MATCH (a:A)-[:R]->(b:A)-[:R]->(c:A), (a)-[:R]->(c) WHERE a.i < 8 RETURN count(*)";
    let reached = "MATCH (a)-[:R*..2]->(b:A) WHERE a.i < 3 WITH DISTINCT a, b RETURN count(*)";
    let walked = "MATCH (a {i: 2})-[:R*0..3]->(b:A)-[:R]->() RETURN count(*)";
    let texts = [two, three, reached, walked];
    let plans = texts.map(|text| db.plan(text));
    let check = |db: &mut Database| {
        let counted = plans.clone().map(|plan| {
            let graph = Arc::new(db.graph.clone());
            let mut reading =
                Reading::start(program(plan), graph, Parameters::new(), &Limits::default(), false).unwrap();
            reading.next_row().unwrap().unwrap()[0].to_string()
        });
        db.passes = PassSet::NONE;
        assert_eq!(counted.to_vec(), texts.map(|text| db.run(text)).concat());
        db.passes = PassSet::ALL;
        counted
    };
    let at_first = check(&mut db);
    db.run("MATCH (a {i: 5}) REMOVE a:A");
    assert_ne!(check(&mut db), at_first);
    db.run("MATCH (a {i: 5}) SET a:A");
    assert_eq!(check(&mut db), at_first);
    let deleting = "MATCH (a:A {i: 5}) DELETE a WITH 1 AS x MATCH (:A {i: 2})-[:R]->(b:A) RETURN count(b)";
    db.check_error(deleting, "DeletedEntityAccess");
}

/// A graph of five nodes and eight relationships, with loops, parallels and cycles of two as chance has it.
fn by_chance(seed: u64) -> Database {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = |bound: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % bound
    };
    let mut db = Database::with("UNWIND range(0, 4) AS i CREATE (:V {i: i})");
    for number in 0..8 {
        let (from, to) = (below(5), if number < 2 { below(5) } else { below(4) });
        let rel_type = if below(3) == 0 { "S" } else { "R" };
        db.run(&format!("MATCH (a {{i: {from}}}), (b {{i: {to}}}) CREATE (a)-[:{rel_type} {{w: {number}}}]->(b)"));
    }
    db
}

#[test]
fn searches_agree_with_trails_walked_one_by_one() {
    for seed in 0..25 {
        let mut db = by_chance(seed);
        for arrow in ["-[*]->", "<-[*]-", "-[*]-", "-[*0..]-", "-[*..2]-", "-[*..3]-", "-[:R*..4]->", "-[:R*0..2]-"] {
            let walked = |db: &mut Database, text: &str| {
                db.passes = PassSet::NONE;
                let mut rows = db.run(text);
                rows.sort();
                rows
            };
            let reached = format!("MATCH (a {{i: 0}}){arrow}(x) RETURN DISTINCT x.i");
            let one_by_one = walked(&mut db, &reached);
            db.passes = PassSet::ALL;
            let mut rows = db.run(&reached);
            rows.sort();
            assert_eq!(rows, one_by_one, "seed {seed}: {reached}");
            let exists = format!("MATCH (a), (b) WHERE EXISTS {{ (a){arrow}(b) }} RETURN a.i * 10 + b.i AS x");
            let expected = walked(&mut db, &exists);
            db.passes = PassSet::ALL;
            let mut rows = db.run(&exists);
            rows.sort();
            assert_eq!(rows, expected, "seed {seed}: {exists}");
        }
        for arrow in ["-[*]->", "-[*]-", "-[*..3]->", "-[:R*2..4]-", "<-[*3..]-"] {
            let bound =
                format!("MATCH (a {{i: 0}}), (b) WITH a, b MATCH (a){arrow}(b) RETURN b.i AS i, count(*) ORDER BY i");
            let unbound = format!("MATCH (a {{i: 0}}){arrow}(b) RETURN b.i AS i, count(*) ORDER BY i");
            assert_eq!(db.run(&bound), db.run(&unbound), "seed {seed}: {bound}");
        }
        for arrow in ["-[rs*]->", "-[rs*]-", "-[rs:R*..3]-"] {
            let ends = "MATCH (a {i: 0}), (b) WHERE b.i > 0";
            let lengths =
                format!("MATCH (a {{i: 0}}){arrow}(b) WHERE b.i > 0 RETURN b.i, min(size(rs)) AS n ORDER BY b.i");
            let shortest =
                format!("{ends} MATCH p = shortestPath((a){arrow}(b)) RETURN b.i, length(p) AS n ORDER BY b.i");
            assert_eq!(db.run(&shortest), db.run(&lengths), "seed {seed}: {shortest}");
            let all = format!(
                "{ends} MATCH p = allShortestPaths((a){arrow}(b)) RETURN b.i, count(DISTINCT rs) AS n ORDER BY b.i"
            );
            let counted = format!(
                "MATCH (a {{i: 0}}){arrow}(b) WHERE b.i > 0 WITH b, size(rs) AS n, count(*) AS c \
                 ORDER BY n WITH b, collect(c)[0] AS c RETURN b.i, c ORDER BY b.i"
            );
            assert_eq!(db.run(&all), db.run(&counted), "seed {seed}: {all}");
            let whole = format!(
                "{ends} MATCH p = shortestPath((a){arrow}(b)) WHERE size([r IN relationships(p) WHERE r.w % 2 = 0]) > 0 \
                 RETURN b.i, length(p) AS n ORDER BY b.i"
            );
            let by_hand = format!(
                "MATCH (a {{i: 0}}){arrow}(b) WHERE b.i > 0 AND any(r IN rs WHERE r.w % 2 = 0) \
                 RETURN b.i, min(size(rs)) AS n ORDER BY b.i"
            );
            assert_eq!(db.run(&whole), db.run(&by_hand), "seed {seed}: {whole}");
        }
    }
}
