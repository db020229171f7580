//! Tests of graphs as JSON Lines.

use std::fmt::Write as _;

use super::*;
use crate::Database;

fn load(text: &[u8]) -> Result<(Database, GraphCounts), String> {
    let db = Database::in_memory();
    let mut transaction = db.write().unwrap();
    let counts = read_graph(&mut transaction, &mut &*text).map_err(|error| error.to_string())?;
    transaction.commit().unwrap();
    Ok((db, counts))
}

fn saved(db: &Database) -> String {
    let mut out = Vec::new();
    write_graph(&db.read(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn is_head(line: &str) -> bool {
    ["\"commit\",\"", "\"database\",\""].iter().any(|sort| line.contains(sort))
}

#[test]
fn a_graph_comes_back_as_it_was_written() {
    let db = Database::in_memory();
    db.run(
        "CREATE (a:A:B {x: 1, d: date('2020-01-01'), e: edtf('2019?'), f: 0.5, l: [1, 2]})-[:T {w: 'Пётр'}]->(b:C);
         MATCH (a:A), (b:C) CREATE (b)-[:SAYS]->[(a)-[:Q {n: 1}]->(b)];
         MATCH [q:Q], (a:A) CREATE (a)-[:DENIES]->[q]; MATCH [d:DENIES], (b:C) CREATE (b)-[:NOTES]->[d]",
    )
    .unwrap();
    let text = saved(&db);
    let (again, counts) = load(text.as_bytes()).unwrap();
    assert_eq!(counts.to_string(), "2 nodes, 5 relationships");
    assert_eq!(saved(&again), text);
    let (head, mut lines): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| is_head(line));
    lines.reverse();
    lines.splice(0..0, head);
    let (turned, _) = load(lines.join("\n").as_bytes()).unwrap();
    for db in [&db, &again, &turned] {
        let query = "MATCH (b)-[:NOTES]->[(a)-[:DENIES]->[(a)-[q:Q]->(b)]] RETURN a.x, q.n, asserted(q), a.e";
        crate::assert_rows!(db, query, "a.x | q.n | asserted(q) | a.e\n 1 | 1 | false | edtf('2019?')");
    }
}

#[test]
fn what_is_written_by_hand_may_leave_things_out() {
    let text = "{\"start\":\"a\",\"type\":\"T\",\"end\":\"a\"}\n\n{\"id\":\"a\"}\n{\"labels\":[\"B\"]}";
    let (db, counts) = load(text.as_bytes()).unwrap();
    assert_eq!(counts, GraphCounts { nodes: 2, relationships: 1 });
    assert_eq!(db.query("MATCH (n)-[t:T]->(n) RETURN count(t)", ()).unwrap().single::<i64>().unwrap(), 1);
}

#[test]
fn a_fault_names_its_line() {
    let faults: &[(&[u8], &str)] = &[
        (b"{\"id\": 1}\n[1]", "line 2: an element is an object"),
        (b"{\"id\": 1}\n{\"id\": 1}", "line 2: the id 1 stands for two elements"),
        (
            b"{\"id\": 2}\n{\"start\": 1, \"end\": \"x\", \"type\": \"T\"}\n{\"id\": 1}",
            "line 2: no element has the id `x`",
        ),
        (b"{\"start\": 1, \"end\": 1}", "line 1: `type` must be the name of a relationship type"),
        (
            b"{\"start\": 1, \"end\": 1, \"type\": \"T\", \"state\": 3}",
            "line 1: `state` must be `asserted` or `quoted`",
        ),
        (b"{\"start\": 1, \"type\": \"T\"}", "line 1: a relationship has a `end`"),
        (b"{\"id\": -1}", "line 1: `id` must be a whole number from 0 or a string"),
        (b"{\"labels\": 3}", "line 1: `labels` must be a list of strings"),
        (b"{\"properties\": {\"a\": {\"$type\": \"date\", \"value\": \"x\"}}}", "line 1: property `a`: `x` is no date"),
        (
            b"{\"properties\": {\"a\": [18446744073709551616]}}",
            "line 1: 18446744073709551616 does not fit a 64-bit integer",
        ),
        (
            b"{\"properties\": {\"a\": 9223372036854775808}}",
            "line 1: property `a`: 9223372036854775808 does not fit a 64-bit integer",
        ),
        (
            b"{\"$type\": \"path\"}",
            "line 1: `$type` must be `node`, `relationship`, `index`, `constraint`, `commit`, `history` or `database`",
        ),
        (b"\n{\"a\": \xff}", "line 2: invalid utf-8 sequence"),
        (b"{\"id\": 1", "line 1: EOF while parsing an object, at column 8"),
    ];
    for (text, message) in faults {
        let fault = load(text).map(|_| ()).unwrap_err();
        assert!(fault.starts_with(message), "{fault}");
    }
}

/// A graph that was saved and opened again took what its constraints had refused.
#[test]
fn indexes_and_constraints_come_back_as_they_were_written() {
    let db = Database::from_script(
        "CREATE INDEX seen FOR ()-[r:SEEN]-() ON (r.`odd key`, r.on); CREATE INDEX by_code FOR (n:A) ON (n.code);
         CREATE CONSTRAINT one_code FOR (n:A) REQUIRE n.code IS UNIQUE;
         CREATE CONSTRAINT named FOR (n:`B b`) REQUIRE n.name IS NOT NULL;
         CREATE CONSTRAINT pair FOR ()-[r:PAIR]-() REQUIRE (r.x, r.y) IS RELATIONSHIP KEY;
         CREATE (:A {code: 1})-[:PAIR {x: 1, y: 2}]->(:`B b` {name: 'b'})",
    )
    .unwrap();
    let text = saved(&db);
    let is_rule = |line: &&str| line.contains("\"index\"") || line.contains("\"constraint\"");
    let rules: Vec<&str> = text.lines().filter(is_rule).collect();
    assert_eq!(rules.len(), 5, "{text}");
    let (again, _) = load(text.as_bytes()).unwrap();
    assert_eq!(saved(&again), text);
    assert_eq!(again.query("SHOW INDEXES", ()).unwrap().count(), 3);
    for wrong in ["CREATE (:A {code: 1})", "CREATE (:`B b`)", "CREATE ()-[:PAIR {x: 1, y: 2}]->()"] {
        assert!(again.query(wrong, ()).is_err(), "{wrong}");
    }
    again.load_jsonl(rules.join("\n").as_bytes()).expect("what is there already is no fault");
    assert_eq!(saved(&again), text);
    let (head, mut lines): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| is_head(line));
    lines.reverse();
    lines.splice(0..0, head);
    assert_eq!(load(lines.join("\n").as_bytes()).unwrap().0.query("SHOW CONSTRAINTS", ()).unwrap().count(), 3);
}

#[test]
fn what_breaks_a_constraint_of_the_file_is_refused_with_its_line() {
    let unique = r#"{"$type":"constraint","kind":"UNIQUE","name":"c","entity":"NODE","on":"A","properties":["x"]}"#;
    let node = r#"{"labels":["A"],"properties":{"x":1}}"#;
    let fault = |text: &str| load(text.as_bytes()).map(|_| ()).unwrap_err();
    assert!(fault(&format!("{unique}\n{node}\n{node}")).starts_with("line 3: "));
    assert!(fault(&format!("{node}\n{node}\n{unique}")).starts_with("line 3: "));
    assert!(fault(&format!("{unique}\n{}", unique.replace("UNIQUE", "KEY"))).contains("`c` already"));
    for (from, to, message) in [
        ("UNIQUE", "ODD", "line 1: `kind` must be"),
        ("NODE", "EDGE", "line 1: `entity` must be"),
        ("[\"x\"]", "[]", "line 1: `properties` must be a list of property keys"),
        ("\"on\"", "\"no\"", "line 1: a constraint has no member `no`; did you mean `on`?"),
        (",\"on\":\"A\"", "", "line 1: `on` must be a text"),
    ] {
        let fault = fault(&unique.replace(from, to));
        assert!(fault.starts_with(message), "{fault}");
    }
}

#[test]
fn a_byte_order_mark_at_the_head_does_not_count() {
    assert_eq!(load("\u{feff}{\"id\":1}\n".as_bytes()).unwrap().1.nodes, 1);
    assert!(load("{\"id\":1}\n\u{feff}{\"id\":2}\n".as_bytes()).is_err());
}

/// All of these were loaded, without what they say.
#[test]
fn nothing_that_a_line_says_is_passed_over() {
    let faults = [
        ("{}", "an element says something of itself; a node without anything is {\"$type\":\"node\"}"),
        (r#"{"name": "Ada"}"#, "a node has no member `name`; it has `$type`, `id`, `labels`, `properties`, `commit`"),
        (r#"{"id": 1, "lables": ["A"]}"#, "a node has no member `lables`; did you mean `labels`?"),
        (r#"{"strat": 1, "end": 1, "type": "T"}"#, "a relationship has no member `strat`; did you mean `start`?"),
        (r#"{"$type": "node", "state": "quoted"}"#, "a node has no member `state`; it has "),
        (r#"{"id": 1, "labels": ["A"], "labels": ["B"]}"#, "the member `labels` is there twice, at column 35"),
        (r#"{"id": 1, "properties": {"a": 1, "a": 2}}"#, "the member `a` is there twice, at column 36"),
        (
            r#"{"properties": {"a": {"$type": "date", "value": "2020-01-01", "circa": true}}}"#,
            "property `a`: a value of `$type` date has no member `circa`; it has `$type`, `value`",
        ),
    ];
    for (text, message) in faults {
        let fault = load(format!("{{\"id\": 9}}\n{text}\n").as_bytes()).map(|_| ()).unwrap_err();
        assert!(fault.starts_with(&format!("line 2: {message}")), "{fault}");
    }
}

#[test]
fn a_chain_that_waits_for_its_end_is_drawn_in_one_go() {
    let mut text = String::new();
    for id in (1..20_000).rev() {
        let end = id - 1;
        writeln!(text, "{{\"id\":{id},\"start\":0,\"type\":\"T\",\"end\":{end}}}").unwrap();
    }
    text.push_str("{\"id\":0}");
    assert_eq!(load(text.as_bytes()).unwrap().1, GraphCounts { nodes: 1, relationships: 19_999 });
}

const LOG: &str = r#"{"$type":"history","keep":3}
{"$type":"commit","number":2,"time":"2026-01-31T09:30:00.5Z","author":"Ada","message":"two\nlines \u001b[31m","changes":4}
{"$type":"commit","number":5,"time":"2026-01-31T09:30:00.500001Z","changes":0}
"#;

/// Element, number and time of its commit.
fn recorded(db: &Database) -> Vec<(i64, u64, String)> {
    let read = db.read();
    let rows = read.query("MATCH (n) RETURN n.x, n, toString(recorded(n)) ORDER BY n.x", ()).unwrap();
    let row = |(x, node, time): (i64, crate::Node, String)| (x, read.recorded_in(node.id()).unwrap().unwrap(), time);
    rows.into_vec().unwrap().into_iter().map(row).collect()
}

#[test]
fn a_new_database_takes_over_the_log_and_when_things_were_recorded() {
    let text = format!(
        "{LOG}{{\"labels\":[\"A\"],\"properties\":{{\"x\":1}},\"commit\":5}}\n{}\n{}\n",
        r#"{"$type":"node","commit":2,"id":7,"properties":{"x":2}}"#, r#"{"start":7,"type":"T","end":7,"commit":5}"#
    );
    let (db, _) = load(text.as_bytes()).unwrap();
    let expected = [(1, 5, "2026-01-31T09:30:00.500001Z".to_owned()), (2, 2, "2026-01-31T09:30:00.5Z".to_owned())];
    assert_eq!(recorded(&db), expected);
    assert_eq!((db.commit_number(), db.log().len(), db.keeps()), (5, 2, Some(Keep::Last(3))));
    let first = db.log().next().unwrap().unwrap();
    assert_eq!((first.author(), first.message(), first.changes()), (Some("Ada"), Some("two\nlines \u{1b}[31m"), 4));
    assert_eq!(db.at_commit(2).map(drop).unwrap_err().message(), "commit 2 is not kept any more; kept are 0, 5");
    assert_eq!(db.at_commit(3).map(drop).unwrap_err().code(), "no-such-commit");
    let saved_text = saved(&db);
    let (again, _) = load(saved_text.as_bytes()).unwrap();
    assert_eq!(saved(&again), saved_text);
    again.query("CREATE (:A {x: 3})", ()).unwrap();
    assert_eq!((again.commit_number(), recorded(&again)[2].1), (6, 6));
    again.query("CREATE (:A {x: 4})", ()).unwrap();
    assert_eq!(again.kept_commits(), [5, 6, 7]);
    assert_eq!(recorded(&again)[..2], expected);
}

#[test]
fn what_has_no_commit_is_recorded_now() {
    let text = format!("{LOG}{{\"properties\":{{\"x\":1}},\"commit\":2}}\n{{\"properties\":{{\"x\":2}}}}\n");
    let (db, _) = load(text.as_bytes()).unwrap();
    assert_eq!(recorded(&db).iter().map(|(_, number, _)| *number).collect::<Vec<_>>(), [2, 6]);
    let last = db.log().last().unwrap().unwrap();
    // A node and its property; the key was made by the first one.
    assert_eq!((last.number(), last.changes(), db.log().len()), (6, 2, 3));
    // The same in a database that has something: all of it is of now.
    let full = Database::from_script("CREATE ({x: 0})").unwrap();
    full.load_jsonl(text.as_bytes()).unwrap();
    assert_eq!(recorded(&full).iter().map(|(_, number, _)| *number).collect::<Vec<_>>(), [1, 2, 2]);
    assert_eq!((full.log().len(), full.keeps()), (2, None));
}

/// What follows in the transaction is a commit of its own; what is undone leaves no commits behind.
#[test]
fn a_transaction_goes_on_behind_what_it_has_taken_over() {
    let db = Database::options().keep_commits(Keep::All).in_memory();
    let mut transaction = db.write().unwrap();
    assert!(transaction.load_jsonl(format!("{LOG}{{\"commit\":5}}\n{{\"commit\":4}}").as_bytes()).is_err());
    transaction.query("CREATE ({x: 1})", ()).unwrap();
    transaction.load_jsonl(format!("{LOG}{{\"properties\":{{\"x\":2}},\"commit\":5}}").as_bytes()).unwrap();
    assert_eq!(transaction.commit().unwrap(), 1);
    assert_eq!((db.log().len(), recorded(&db)[1].1, db.keeps()), (1, 1, Some(Keep::All)));

    let db = Database::options().keep_commits(Keep::All).in_memory();
    let mut transaction = db.write().unwrap();
    transaction.load_jsonl(format!("{LOG}{{\"properties\":{{\"x\":1}},\"commit\":5}}").as_bytes()).unwrap();
    transaction.query("CREATE ({x: 2})", ()).unwrap();
    assert_eq!(transaction.commit().unwrap(), 6);
    assert_eq!(recorded(&db).iter().map(|(_, number, _)| *number).collect::<Vec<_>>(), [5, 6]);
    assert_eq!(
        (db.log().map(|commit| commit.unwrap().changes()).collect::<Vec<_>>(), db.keeps()),
        (vec![4, 0, 2], Some(Keep::All))
    );
}

/// The next commit was made and saved, and the file could not be loaded.
#[test]
fn behind_the_highest_number_there_is_no_commit() {
    let text = r#"{"$type":"commit","number":9007199254740990,"time":"2026-01-31T09:30:00Z"}"#;
    let (db, _) = load(text.as_bytes()).unwrap();
    db.query("CREATE (:A)", ()).unwrap();
    let (db, _) = load(saved(&db).as_bytes()).unwrap();
    assert_eq!(db.commit_number(), 9_007_199_254_740_991);
    for statement in ["CREATE (:B)", "UNWIND [1, 2] AS x CALL (x) { CREATE (:B) } IN TRANSACTIONS OF 1 ROW"] {
        let refused = db.query(statement, ()).map(drop).unwrap_err();
        assert_eq!(refused.message(), "the graph is full: no commit numbers are left");
    }
    assert_eq!(db.query("MATCH (n) RETURN count(n)", ()).unwrap().single::<i64>().unwrap(), 1);
    load(saved(&db).as_bytes()).unwrap();
    let late = format!("{}{{\"labels\":[\"B\"]}}", saved(&db));
    let mut transaction = Database::in_memory().write().unwrap();
    transaction.load_jsonl(late.as_bytes()).unwrap();
    assert!(transaction.commit().is_err());
}

#[test]
fn a_log_that_cannot_be_is_refused_with_its_line() {
    let second = r#"{"$type":"commit","number":2,"time":"2026-01-31T09:30:00Z"}"#;
    for (from, to, message) in [
        ("2026-01-31T09:30:00Z", "soon", "line 2: `soon` is no time of a commit"),
        ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00.0000001Z", "line 2: 2026-01-31T09:30:00.0000001Z is no time"),
        ("2026-01-31T09:30:00Z", "+999999999-01-01T00:00Z", "line 2: +999999999-01-01T00:00Z is no time"),
        ("\"2026-01-31T09:30:00Z\"", "7", "line 2: `time` must be a text"),
        ("2026-01-31", "2026-01-30", "line 2: commit 2 cannot be taken over: it is older than commit 1"),
        (":2,", ":1,", "line 2: commit 1 cannot be taken over: it stands behind commit 1"),
        (":2,", ":0,", "line 2: commit 0 cannot be taken over: a commit has a number from 1 to 9007199254740991"),
        (":2,", ":18446744073709551615,", "line 2: commit 18446744073709551615 cannot be"),
        (":2,", ":-1,", "line 2: `number` must be the number of a commit"),
        ("\"number\":2,", "", "line 2: a commit has a `number`"),
        (":2,", ":2,\"author\":1,", "line 2: `author` must be a text"),
        (":2,", ":2,\"changes\":-1,", "line 2: `changes` must be a whole number from 0"),
        (":2,", ":2,\"autor\":\"x\",", "line 2: a commit has no member `autor`; did you mean `author`?"),
        (second, "{\"$type\":\"history\",\"keep\":1}", "line 2: how many commits are kept stands at the head, once"),
        (second, "{\"$type\":\"history\",\"keep\":0}", "line 2: `keep` must be \"all\" or how many commits are kept"),
        (second, "{\"commit\":7}", "line 2: there is no commit 7 at the head of the graph"),
        (
            second,
            "{\"id\":\"b\"}\n{\"start\":\"b\",\"end\":\"b\",\"type\":\"T\",\"commit\":1}",
            "line 3: a relationship of commit 1 has an end, `b`, without a commit",
        ),
        (
            second,
            &format!("{second}\n{{\"id\":7,\"commit\":2}}\n{{\"start\":7,\"end\":7,\"type\":\"T\",\"commit\":1}}"),
            "line 4: a relationship of commit 1 has an end, 7, of commit 2",
        ),
        (second, "{\"commit\":\"x\"}", "line 2: `commit` must be the number of a commit"),
        (second, &format!("{{\"id\":1}}\n{second}"), "line 3: commits stand at the head, before"),
    ] {
        let first = r#"{"$type":"commit","number":1,"time":"2026-01-31T09:29:59Z"}"#;
        let text = format!("{first}\n{}\n", second.replace(from, to));
        for db in [Database::in_memory(), Database::from_script("CREATE ()").unwrap()] {
            let fault = db.load_jsonl(text.as_bytes()).unwrap_err().to_string();
            assert!(fault.starts_with(message), "{fault}");
        }
    }
    let long = second.replace(":2,", &format!(":2,\"message\":\"{}\",", "x".repeat(1 << 20)));
    assert!(load(long.as_bytes()).map(|_| ()).unwrap_err().starts_with("line 1: the message of a commit has at most"));
}

#[test]
fn the_word_of_how_much_is_kept_is_put_in_place_of_another_one() {
    let set = |keep: Keep, text: &str| {
        let mut out = Vec::new();
        write_keep(keep, &mut text.as_bytes(), &mut out).map(|()| String::from_utf8(out).unwrap())
    };
    let graph = "{\"id\": \"a\"}\n\n{\"start\": \"a\", \"type\": \"T\", \"end\": \"a\"}";
    let kept = set(Keep::All, &format!("\u{feff}\n{graph}")).unwrap();
    assert_eq!(kept, format!("{{\"$type\":\"history\",\"keep\":\"all\"}}\n{graph}"));
    assert_eq!(set(Keep::Last(7), &kept).unwrap(), kept.replace("\"all\"", "7"));
    assert_eq!(set(Keep::Last(7), "").unwrap(), "{\"$type\":\"history\",\"keep\":7}\n");
    assert!(set(Keep::All, "CREATE ()").unwrap_err().to_string().starts_with("line 1: "));
    assert_eq!(load(kept.as_bytes()).unwrap().0.keeps(), Some(Keep::All));
}
