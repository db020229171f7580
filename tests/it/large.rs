//! Statements of thousands of parts, as programs write them: each is answered, or refused with a reason.

use std::fmt::Display;

use averment::{Database, Value};

/// The texts for 0, 1, 2 …, so many of them, joined.
fn joined<T: Display>(count: usize, separator: &str, part: impl Fn(usize) -> T) -> String {
    (0..count).map(|index| part(index).to_string()).collect::<Vec<_>>().join(separator)
}

#[track_caller]
fn check_last(statement: &str, column_count: usize, last: i64) {
    let db = Database::in_memory();
    db.query("CREATE (:L0:L1:L2 {k1: 1})-[:T1 {k1: 1}]->(:L9)", ()).unwrap();
    let mut rows = db.query(statement, ()).unwrap();
    assert_eq!(rows.columns().len(), column_count);
    let values = rows.by_ref().last().expect("a row").unwrap().into_values();
    assert_eq!(
        values.last().and_then(|value| if let Value::Integer(number) = value { Some(*number) } else { None }),
        Some(last)
    );
}

#[track_caller]
fn check_refused(statement: &str, code: &str) {
    let error = Database::in_memory().query(statement, ()).map(drop).unwrap_err();
    assert_eq!(error.code(), code, "{}", error.report());
}

#[test]
fn thousands_of_columns_are_returned() {
    let columns = joined(5_000, ", ", |index| format!("{index} AS c{index}"));
    check_last(&format!("RETURN {columns}"), 5_000, 4_999);
    check_last(&format!("WITH {columns} RETURN *"), 5_000, 4_999);
    check_last(
        &format!("RETURN DISTINCT {columns} ORDER BY {}", joined(5_000, ", ", |index| format!("c{index}"))),
        5_000,
        4_999,
    );
    check_last(&format!("RETURN {columns} UNION ALL RETURN {columns}"), 5_000, 4_999);
}

#[test]
fn thousands_of_aggregates_and_keys_stand_side_by_side() {
    let sums = joined(5_000, ", ", |index| format!("sum(x + {index}) + 1 AS c{index}"));
    check_last(&format!("UNWIND [1, 2] AS x RETURN {sums}"), 5_000, 3 + 2 * 4_999 + 1);
    let keys = joined(5_000, ", ", |index| format!("x + {index} AS c{index}"));
    check_last(&format!("UNWIND [1] AS x RETURN count(*) AS n, {keys} ORDER BY c0"), 5_001, 5_000);
    let late = joined(2_000, ", ", |index| format!("sum(x + {index})"));
    check_last(&format!("UNWIND [1] AS x RETURN x, count(*) AS n ORDER BY {late}"), 2, 1);
}

#[test]
fn thousands_of_elements_are_created_by_one_clause() {
    let hops = joined(5_000, "", |index| format!("-[r{index}:T]->(n{index} {{x: {index}}})"));
    let read = joined(5_000, ", ", |index| format!("n{index}.x AS x{index}"));
    check_last(&format!("CREATE (a){hops} RETURN {read}"), 5_000, 4_999);
}

#[test]
fn thousands_of_labels_types_and_keys_are_told_apart() {
    let labels = |separator| joined(5_000, separator, |index| format!("L{index}"));
    check_last(&format!("MATCH (a:{}) RETURN count(*) AS n", labels("|")), 1, 2);
    check_last(&format!("MATCH (a:{}) RETURN count(*) AS n", labels(":")), 1, 0);
    let some = joined(4_096, ":", |index| format!("L{index}"));
    check_last(&format!("CREATE (a:{some}:{some}) RETURN size(labels(a)) AS n"), 1, 4_096);
    let types = joined(5_000, "|", |index| format!("T{index}"));
    check_last(&format!("MATCH ()-[r:{types}]->() RETURN count(r) AS n"), 1, 1);
    let keys = joined(5_000, ", ", |index| format!("k{index}: {index}"));
    check_last(&format!("CREATE (a {{{keys}}}) RETURN size(keys(a)) AS n"), 1, 5_000);
}

#[test]
fn unknown_names_by_the_thousand_are_warned_of_a_hundred_times() {
    let db = Database::in_memory();
    db.query("CREATE (:L)", ()).unwrap();
    let removed = joined(5_000, ", ", |index| format!("a.k{index}"));
    let rows = db.query(&*format!("MATCH (a) RETURN {removed}"), ()).unwrap();
    assert_eq!(rows.warnings().len(), 100);
}

#[test]
fn long_alternatives_are_walked_once() {
    let branches = joined(5_000, " ", |index| format!("WHEN {index} THEN {index}"));
    check_last(&format!("UNWIND [4999] AS x RETURN CASE x {branches} END AS n"), 1, 4_999);
    let branches = joined(5_000, " ", |index| format!("WHEN < {index}, IS NULL THEN {index}"));
    check_last(&format!("UNWIND [4998] AS x RETURN CASE x {branches} END AS n"), 1, 4_999);
    let tests = joined(5_000, " OR ", |index| format!("a.k1 = {index}"));
    check_last(&format!("MATCH (a) WHERE {tests} RETURN count(*) AS n"), 1, 1);
    let parts = joined(2_000, " UNION ", |index| format!("RETURN {index} AS x"));
    check_last(&parts, 1, 1_999);
}

#[test]
fn more_clauses_than_can_be_planned_are_refused() {
    let code = "query-too-large";
    check_refused(&format!("WITH 0 AS x {} RETURN x", joined(5_000, " ", |_| "WITH x + 1 AS x")), code);
    check_refused(&joined(5_000, " ", |index| format!("CREATE (n{index}:L {{x: {index}}})")), code);
    check_refused(&joined(5_000, " ", |index| format!("MERGE (n{index}:L {{x: {index}}})")), code);
    check_refused(&format!("{} RETURN 1 AS x", joined(5_000, " ", |index| format!("MATCH (n{index}:L)"))), code);
}

#[test]
fn thousands_of_names_are_seen_by_thousands_of_subqueries() {
    let names = joined(10_000, ", ", |index| format!("{index} AS v{index}"));
    let asked = joined(10_000, ", ", |index| format!("COUNT {{ (:L9 {{k1: v{index}}}) }} AS c{index}"));
    check_last(&format!("WITH {names} RETURN {asked}, v7 AS n"), 10_001, 7);
}

#[test]
fn names_that_many_clauses_carry_on_are_refused_before_they_are_counted() {
    let clauses = joined(50_000, " ", |index| format!("WITH *, 1 AS a{index}"));
    check_refused(&format!("{clauses} RETURN 1 AS x"), "query-too-large");
    check_refused(&joined(50_000, " ", |index| format!("CALL {{ RETURN 1 AS x{index} }}")), "query-too-large");
}

#[test]
fn parameters_by_the_ten_thousand_are_found_missing() {
    let named = joined(30_000, ", ", |index| format!("$p{index} AS c{index}"));
    check_refused(&format!("RETURN {named}"), "missing-parameter");
}

#[test]
fn a_name_without_end_is_refused_in_few_words() {
    let (known, unknown) = ("x".repeat(1 << 20), "x".repeat(1 << 20) + "y");
    for text in [format!("WITH 1 AS {known} RETURN {unknown}"), format!("RETURN {unknown}()"), known] {
        let error = Database::in_memory().query(text, ()).map(drop).unwrap_err();
        assert!(error.report().len() < 2_000, "{}", error.code());
    }
}

#[test]
fn more_labels_than_a_node_can_have_are_refused() {
    let labels = joined(4_097, ":", |index| format!("L{index}"));
    check_refused(&format!("CREATE (a:{labels})"), "too-many-labels");
    check_refused(&format!("CREATE (a) SET a:{labels}"), "too-many-labels");
}
