//! What the reference itself makes of queries that can be done by hand.

use super::engine::World;
use super::graphs::{Draft, DraftNode, DraftRel, End};

/// Two nodes with two parallel relationships, a loop at the first one, and a quoted way back.
fn world() -> World {
    let node = |label, number: &str| DraftNode { labels: label, properties: vec![("v", number.to_owned())], commit: 0 };
    let rel = |start, end, quoted| DraftRel {
        rel_type: "R",
        start: End::Node(start),
        end: End::Node(end),
        quoted,
        properties: Vec::new(),
        commit: 0,
    };
    World::of(&Draft {
        nodes: vec![node(&["A"], "1"), node(&["B"], "2")],
        rels: vec![rel(0, 1, false), rel(0, 1, false), rel(0, 0, false), rel(1, 0, true)],
        commits: vec![0],
        ..Draft::default()
    })
}

#[track_caller]
fn check(query: &str, expected: &str) {
    let table = world().expected(query).0.expect("an answer");
    let rows = table.rows.iter().map(|row| {
        let cells = table.columns.iter().map(|column| row[column].to_string());
        cells.collect::<Vec<_>>().join(" | ")
    });
    assert_eq!(rows.collect::<Vec<_>>().join(", "), expected, "{query}");
}

#[test]
fn a_plain_arrow_sees_what_is_asserted_and_a_loop_once() {
    check("MATCH ()-[r]->() RETURN count(r)", "3");
    check("MATCH ()-[r]-() RETURN count(r)", "5");
    check("MATCH [r] RETURN count(r)", "4");
    check("MATCH [(b:B)-[r]->(a:A)] RETURN asserted(r)", "false");
}

#[test]
fn arrows_of_one_match_are_different_relationships() {
    check("MATCH (a:A)-->(b:B)<--(c) RETURN c.v", "1, 1");
    check("MATCH (a:A)-->(b:B) MATCH (b)<--(c) RETURN count(*)", "4");
    check("MATCH (a:A)-[rs*]->(b:B) RETURN size(rs) AS size ORDER BY size", "1, 1, 2, 2");
}

#[test]
fn shortest_paths_are_the_shortest_trails() {
    check("MATCH p = allShortestPaths((:A)-[*]->(:B)) RETURN length(p)", "1, 1");
    check("MATCH p = shortestPath((:A)-[*]->(:B)) RETURN length(p)", "1");
}

#[test]
fn rows_without_a_match_stay_where_it_is_optional() {
    check("MATCH (n) OPTIONAL MATCH (n)-->(m:B) RETURN n.v, m.v ORDER BY n.v", "1 | 2, 1 | 2, 2 | null");
}

#[test]
fn aggregates_are_over_groups() {
    check("UNWIND [1, 1, 2, null] AS x RETURN x, count(*), count(x) ORDER BY x", "1 | 2 | 2, 2 | 1 | 1, null | 1 | 0");
    check("UNWIND [1, 2, null] AS x RETURN sum(x) + count(*), avg(x), collect(x)", "6 | 1.5 | [1, 2]");
    check("MATCH (n:C) RETURN count(*), max(n.v)", "0 | null");
}

#[test]
fn subqueries_see_what_they_import() {
    check("MATCH (n) CALL { WITH n MATCH (n)-->(m) RETURN count(m) AS c } RETURN c ORDER BY c", "0, 3");
    check("MATCH (n) CALL (n) { RETURN n.v AS v UNION RETURN 1 AS v } RETURN v ORDER BY v", "1, 1, 2");
    check("MATCH (n) RETURN COUNT { (n)-->(:B) } AS c, EXISTS { (n)<--() } AS e ORDER BY c", "0 | true, 2 | true");
}

#[test]
fn logic_is_three_valued() {
    check("RETURN null AND false, null OR true, null XOR true, NOT null", "false | true | null | null");
    check("RETURN 1 IN [null, 1], 2 IN [null, 1], [1, null] = [1, 2], [null] = [1, 2]", "true | null | null | false");
    check("RETURN 1 < 2 < 3, 1 < 'a', 0.0 / 0.0 < 1, [1, 2] < [1, 3]", "true | null | false | true");
    check("RETURN all(x IN [1, null] WHERE x > 0), any(x IN [1, null] WHERE x > 0)", "null | true");
}
