//! Scans that give the first nodes only: the same rows as when all are sorted.

use super::*;

/// Three thousand nodes on three pages, some of them deleted, with keys of each form that a page may have.
fn pages() -> Database {
    Database::with(
        "UNWIND range(0, 2999) AS i CREATE (:N {i: i, up: i, down: 3000 - i, few: i % 7, \
         float: CASE WHEN i % 500 = 3 THEN 0.0 / 0.0 ELSE toFloat((i * 7919) % 1013) / 8 END, \
         word: 'w' + toString((i * 31) % 97), text: 'name ' + toString((i * 7919) % 3001), \
         day: date('2020-01-01') + duration({days: (i * 13) % 400}), flag: i % 3 = 0, \
         some: CASE WHEN i % 5 = 0 THEN i % 11 END, rare: CASE WHEN i % 300 = 7 THEN i END, late: CASE WHEN i > 2500 THEN i END, \
         mixed: [i % 4, toFloat(i % 4), 'x', true, null, date('2020-01-01'), [1]][i % 7]}), (:M {i: i})",
    )
}

fn check_first(db: &mut Database, text: &str) {
    assert!(physical::explain(&db.plan(text)).contains(", first "), "{text}");
    let found = db.run(text);
    db.passes = PassSet::ALL.without("scan-first");
    assert_eq!(found, db.run(text), "{text}");
    db.passes = PassSet::ALL;
}

#[test]
fn the_first_nodes_by_one_key_are_those_of_a_sort() {
    let mut db = pages();
    for key in ["up", "down", "few", "float", "word", "text", "day", "flag", "some", "rare", "late", "mixed", "i"] {
        for order in ["", " DESC"] {
            for limit in [0, 1, 20, 700, 5_000] {
                check_first(&mut db, &format!("MATCH (n:N) RETURN n.i, n.{key} AS k ORDER BY k{order} LIMIT {limit}"));
            }
        }
    }
}

#[test]
fn the_first_nodes_by_several_keys_are_those_of_a_sort() {
    let mut db = pages();
    for order in [
        "n.few, n.float DESC",
        "n.flag DESC, n.word, n.up DESC",
        "n.some DESC, n.text",
        "n.mixed, n.mixed DESC, n.float",
        "n.nowhere, n.late DESC",
        "n.few DESC, n.i % 10, n.up",
        "n.word, size(n.text) DESC",
    ] {
        for limit in ["LIMIT 1", "LIMIT 50", "SKIP 30 LIMIT 40"] {
            check_first(&mut db, &format!("MATCH (n:N) RETURN n.i AS i ORDER BY {order} {limit}"));
            check_first(&mut db, &format!("MATCH (n:N) WITH n ORDER BY {order} {limit} RETURN n.i, n.few"));
            check_first(&mut db, &format!("MATCH (n:N) WHERE n.i > 1500 RETURN n.i ORDER BY {order} {limit}"));
            check_first(&mut db, &format!("MATCH (n) RETURN n.i ORDER BY {order} {limit}"));
        }
    }
}

#[test]
fn the_first_nodes_are_found_for_each_outer_row() {
    let mut db = pages();
    check_first(
        &mut db,
        "UNWIND [3, 1] AS x CALL (x) { MATCH (n:N) WHERE n.i > 9 RETURN n ORDER BY n.few, n.down LIMIT 3 } \
         RETURN x, n.few, n.i",
    );
    check_first(&mut db, "UNWIND [2, 1] AS x MATCH (n:N) RETURN x, n.i ORDER BY n.float DESC, n.i LIMIT 9");
}

#[test]
fn what_is_new_or_changed_is_among_the_first() {
    let mut db = pages();
    db.run("MATCH (n:N {i: 17}) SET n.up = 10000, n.text = 'zz'");
    db.run("MATCH (n:N {i: 2999}) DELETE n");
    check_first(&mut db, "MATCH (n:N) RETURN n.i, n.up ORDER BY n.up DESC LIMIT 3");
    check_first(&mut db, "MATCH (n:N) RETURN n.i, n.text ORDER BY n.text DESC LIMIT 3");
}

#[test]
fn what_may_fail_for_other_nodes_fails() {
    let mut db = pages();
    let text = "MATCH (n:N) RETURN 1 / n.few AS x ORDER BY n.up DESC LIMIT 1";
    assert!(!physical::explain(&db.plan(text)).contains(", first "));
    assert!(db.try_run(text).is_err());
}

#[test]
fn the_first_nodes_are_those_that_a_clock_shows() {
    let mut db = pages();
    db.run("MATCH (n:N) WHERE n.few < 3 SET n.valid_from = date('2021-01-01'), n.valid_to = date('2021-12-31')");
    for limit in [0, 5, 3_000] {
        for order in ["n.down", "n.float DESC, n.word"] {
            let text = "MATCH (n:N) VALID AT date('2020-06-01') RETURN n.i, n.few ORDER BY";
            check_first(&mut db, &format!("{text} {order} LIMIT {limit}"));
        }
    }
}
