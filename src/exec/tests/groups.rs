//! Groups by strings of a dictionary and by several keys: the same as by one list of the keys.

use super::*;

fn check_groups(db: &mut Database, keys: &[&str]) {
    let names: Vec<String> = (0..keys.len()).map(|number| format!("k{number}")).collect();
    let items: Vec<String> = keys.iter().zip(&names).map(|(key, name)| format!("{key} AS {name}")).collect();
    let parts: Vec<String> = names.iter().enumerate().map(|(number, name)| format!("k[{number}] AS {name}")).collect();
    let calls = "count(*) AS c, sum(n.up) AS s, avg(n.float) AS a, min(n.some) AS least, max(n.float) AS most";
    let answers = "c, s, a, least, most";
    let found = db.run(&format!("MATCH (n:N) RETURN {}, {calls}", items.join(", ")));
    let by_lists =
        format!("MATCH (n:N) WITH [{}] AS k, {calls} RETURN {}, {answers}", keys.join(", "), parts.join(", "));
    assert_eq!(found, db.run(&by_lists), "{keys:?}");
    let distinct = db.run(&format!("MATCH (n:N) WITH DISTINCT {} RETURN count(*)", items.join(", ")));
    assert_eq!(distinct, [found.len().to_string()], "{keys:?}");
}

fn words() -> Database {
    let mut db = Database::with(
        "UNWIND range(0, 2599) AS i CREATE (:N {up: i, few: i % 7, float: toFloat(i % 13) / 8, \
         word: CASE WHEN i % 10 > 0 THEN 'w' + toString((i * 31) % 97) END, other: 'o' + toString(i % 5), \
         some: CASE WHEN i % 5 = 0 THEN i % 11 END, text: 'name ' + toString(i % 2000), \
         mixed: [1, 1.0, 'w3', true, null, 'w3', [1]][i % 7]})",
    );
    db.run("MATCH (n:N {up: 2500}) SET n.word = 5, n.other = date('2020-01-01')");
    db
}

#[test]
fn groups_are_those_of_lists_of_their_keys() {
    let mut db = words();
    for keys in [
        &["n.word"][..],
        &["n.other"],
        &["n.mixed"],
        &["n.word", "n.other"],
        &["n.other", "n.few"],
        &["n.few", "n.word"],
        &["n.some", "n.other", "n.word"],
        &["n.text", "n.word"],
        &["n.mixed", "n.word", "n.mixed"],
        &["n.few", "n.some"],
        &["n.other", "n.few = 3"],
        &["n.other", "n.float"],
    ] {
        check_groups(&mut db, keys);
    }
}

#[test]
fn strings_of_a_dictionary_are_asked_as_others_are() {
    let mut db = words();
    for asked in [
        "= 'w3'",
        "<> 'w3'",
        "< 'w3'",
        ">= 'w30'",
        "CONTAINS '3'",
        "STARTS WITH 'w1'",
        "ENDS WITH '0'",
        "IN ['w1', 'o1']",
    ] {
        for key in ["word", "other", "text", "mixed"] {
            let scanned = db.run(&format!("MATCH (n:N) WHERE n.{key} {asked} RETURN count(*), sum(n.up)"));
            let filtered =
                db.run(&format!("MATCH (n:N) WITH n, n.{key} AS k WHERE k {asked} RETURN count(*), sum(n.up)"));
            let listed = db.run(&format!("MATCH (n:N) WHERE [n.{key}][0] {asked} RETURN count(*), sum(n.up)"));
            assert_eq!(scanned, listed, "{key} {asked}");
            assert_eq!(filtered, listed, "{key} {asked}");
        }
    }
    db.check("MATCH (n:N) WHERE n.word CONTAINS null RETURN count(*)", &["0"]);
    db.check("MATCH (n:N) WHERE n.few CONTAINS '1' RETURN count(*)", &["0"]);
}

#[test]
fn distinct_strings_are_counted_for_each_group_and_outer_row() {
    let mut db = words();
    db.check("MATCH (n:N) RETURN count(DISTINCT n.word), count(n.word), count(DISTINCT n.other)", &["98 | 2341 | 6"]);
    db.check(
        "UNWIND [1, 2] AS x CALL (x) { MATCH (n:N) WHERE n.few < x RETURN n.other AS o, count(*) AS c ORDER BY o LIMIT 2 } \
         RETURN x, o, c",
        &["1 | o0 | 75", "1 | o1 | 74", "2 | 2020-01-01 | 1", "2 | o0 | 148"],
    );
}

/// Counted in the scan, and with each node in its hands, in the same order.
#[test]
fn values_that_a_scan_counts_are_those_of_its_nodes() {
    let mut db = words();
    db.run("MATCH (n:N) WHERE n.up % 9 = 0 AND n.up > 1500 REMOVE n.word");
    db.run("MATCH (n:N) WHERE n.up % 50 > 3 AND n.up < 1024 REMOVE n.other");
    db.run("MATCH (n:N) WHERE n.up % 3 = 1 SET n:M");
    db.run("MATCH (n:N) WHERE n.up % 17 = 0 DELETE n");
    for key in ["word", "other", "few", "some", "text", "mixed", "float", "unknown"] {
        for found in ["(n)", "(n:N)", "(n:M)", "(n:M) WHERE n.few = 3", "(n:N) WHERE n.up > 2200", "(n:None)"] {
            let counted = db.run(&format!("MATCH {found} RETURN n.{key} AS k, count(*) AS c"));
            let handed_on = db.run(&format!("MATCH {found} WITH n, n.{key} AS k ORDER BY 1 RETURN k, count(n) AS c"));
            assert_eq!(counted, handed_on, "{key} of {found}");
        }
    }
    let inside = |found: &str| {
        format!("UNWIND ['w1', 'w2'] AS w CALL (w) {{ {found} RETURN k = w AS is, count(*) AS c }} RETURN w, is, c")
    };
    let counted = db.run(&inside("MATCH (n:M)").replace("k =", "n.word ="));
    assert_eq!(counted, db.run(&inside("MATCH (n:M) WITH n, n.word AS k ORDER BY 1")));
}
