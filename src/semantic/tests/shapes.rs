//! The bound form of some telling statements.

use expect_test::{Expect, expect};

use super::bind_text;
use super::print::print;

#[track_caller]
fn check(text: &str, expected: Expect) {
    let statement = bind_text(text).unwrap_or_else(|errors| panic!("{text}\n{errors:?}"));
    expected.assert_eq(&print(&statement));
}

#[test]
fn what_stands_in_braces_becomes_predicates() {
    check("MATCH (c:Company {name: 'Ada'})-[o:OWNS WHERE o.share > 1]->(d {since: $x}) RETURN d.name", expect![""]);
}

#[test]
fn each_relationship_on_the_way_has_a_variable_of_its_own() {
    check("MATCH p = (a)-[os:OWNS*1..3 {share: 1}]->(b) RETURN p, os", expect![""]);
}

#[test]
fn a_bracket_comes_before_the_arrow_that_ends_at_it() {
    check("MATCH (s)-[c:SUPPORTS]->[(a)-[t:OWNS {share: 1}]->(b)] RETURN c, t", expect![""]);
    check("MATCH (s)-[:SUPPORTS]->[t], (a)-[t:OWNS]->(b) RETURN t", expect![""]);
}

#[test]
fn items_beside_aggregates_are_put_over_keys_and_calls() {
    check(
        "MATCH (me)--(you) RETURN me.age AS age, me.age + count(you.age) AS agg, count(you.age) AS n ORDER BY n, sum(1)",
        expect![""],
    );
}

#[test]
fn the_where_of_a_with_takes_along_what_it_needs() {
    check("MATCH (a) WITH a.name AS name WHERE a.age > 1 AND name = 'B' RETURN *", expect![""]);
}

#[test]
fn an_alias_hides_what_it_is_made_of() {
    check("MATCH (n) RETURN n.name AS n ORDER BY n.name, n + 1", expect![""]);
}

#[test]
fn a_merge_is_taken_apart() {
    check(
        "MATCH (c), (p) MERGE (c)-[:STATES]->[(a:Person {name: 'A'})-[:OWNS]->(b:Company)] \
         ON CREATE SET a.age = 1 CITING p {certainty: 'inferred'}",
        expect![""],
    );
}

#[test]
fn a_drawing_says_what_is_so_and_what_is_only_said() {
    check(
        "MATCH (p) CREATE q = (s:Source)-[:SUPPORTS]->[(a)-[t:OWNS {share: 1}]->(b)], (b)-[:OWNS]->(a) CITING p",
        expect![""],
    );
}

#[test]
fn a_subquery_lists_its_imports() {
    check(
        "MATCH (n) WITH n, [1] AS list WHERE (n)-->() RETURN [x IN list WHERE COUNT { (n)-->({k: x}) } > 1 | x], \
         [(n)-->(m) | m.name], shortestPath((n)-[*]-(n))",
        expect![""],
    );
    check("MATCH (n) CALL { WITH n MATCH (n)-->(m) RETURN m UNION MATCH (m) RETURN m } RETURN m", expect![""]);
}

#[test]
fn show_is_a_call() {
    check("SHOW LABELS YIELD label AS l WHERE l = 'Company'", expect![""]);
}
