//! `CALL { ... } IN TRANSACTIONS`: what others see while it runs, and where it cannot stand.

use averment::{Database, Error, ErrorKind, Limits, Rows, Statement};

fn count(db: &Database) -> i64 {
    db.query("MATCH (a:A) RETURN count(a)", ()).and_then(Rows::single).unwrap()
}

#[test]
fn each_batch_is_a_commit_and_a_batch_that_fails_leaves_those_before_it() {
    let db = Database::in_memory();
    let before = db.read();
    let create = "UNWIND range(1, 10) AS n CALL (n) { CREATE (:A {n: 10 / (8 - n)}) } IN TRANSACTIONS OF 3 ROWS";
    let error = db.query(create, ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Arithmetic);
    assert_eq!((count(&db), db.commit_number()), (6, 2));
    assert_eq!(before.commit_number(), 0);
    // Nothing of the failed batch is left, and writing goes on.
    let rows = db.query("CREATE (:A)", ()).unwrap();
    assert_eq!((rows.commit_number(), count(&db)), (3, 7));
}

#[test]
fn an_answer_tells_the_last_commit() {
    let db = Database::in_memory();
    let create = "UNWIND range(1, 2500) AS n CALL (n) { CREATE (:A) } IN TRANSACTIONS";
    let rows = db.query(create, ()).unwrap();
    assert_eq!((rows.commit_number(), rows.counters().nodes_created), (3, 2500));
    assert_eq!(db.commit_number(), 3);
    let ids = "MATCH (a:A) WITH DISTINCT id(a) AS id RETURN count(id)";
    assert_eq!(db.query(ids, ()).and_then(Rows::single::<i64>).unwrap(), 2500);
}

#[test]
fn it_is_run_alone() {
    let db = Database::in_memory();
    let create = "UNWIND [1, 2] AS n CALL (n) { CREATE (:A) } IN TRANSACTIONS";
    let refused = |error: Error| {
        assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Semantic, "transaction-is-open"));
        assert!(error.message().contains("run alone"), "{}", error.message());
    };
    let mut transaction = db.write().unwrap();
    refused(transaction.query(create, ()).unwrap_err());
    assert!(transaction.query(format!("EXPLAIN {create}"), ()).is_ok());
    drop(transaction);
    refused(db.run(create).unwrap_err());
    refused(db.run(&format!("RETURN 1; {create}")).unwrap_err());
    assert!(db.read().query(create, ()).is_err());
    assert_eq!(count(&db), 0);
    let prepared = db.prepare(create).unwrap();
    db.query(&prepared, ()).unwrap();
    assert_eq!(count(&db), 2);
}

#[test]
fn a_limit_ends_the_statement_whatever_it_says_of_errors() {
    let db = Database::in_memory();
    let create = "UNWIND range(1, 100) AS n CALL (n) { UNWIND range(1, n) AS x CREATE (:A) }
                  IN TRANSACTIONS OF 10 ROWS ON ERROR CONTINUE";
    let limits = Limits { max_rows: Some(2_000), ..Limits::default() };
    let error = db.query(Statement::new(create).limits(limits), ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!((1..2_000).contains(&count(&db)), "{}", count(&db));
}

#[test]
fn what_is_committed_is_held_no_longer() {
    let db = Database::in_memory();
    let limits = Limits { max_bytes: Some(1 << 20), ..Limits::default() };
    let all = "UNWIND range(1, 20000) AS n CREATE (:A {n: n, text: 'a text that takes some room ' + n})";
    let error = db.query(Statement::new(all).limits(limits.clone()), ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    let batches =
        "UNWIND range(1, 20000) AS n CALL (n) { CREATE (:A {n: n, text: 'a text that takes some room ' + n}) }
                   IN TRANSACTIONS OF 500 ROWS";
    db.query(Statement::new(batches).limits(limits), ()).unwrap();
    assert_eq!((count(&db), db.commit_number()), (20_000, 40));
}

#[test]
fn lookups_without_an_index_follow_from_batch_to_batch() {
    for size in [1, 7, 1000] {
        let db = Database::in_memory();
        let merge = format!(
            "UNWIND range(1, 300) AS n CALL (n) {{ MERGE (a:A {{n: n % 50}}) SET a.sum = coalesce(a.sum, 0) + n
             WITH a, n MATCH (b:A {{n: (n + 1) % 50}}) SET b.met = true }}
             IN TRANSACTIONS OF {size} ROWS"
        );
        db.query(merge, ()).unwrap();
        assert_eq!(count(&db), 50, "{size}");
        let sum = db.query("MATCH (a:A) RETURN sum(a.sum), count(a.met)", ()).and_then(Rows::single::<(i64, i64)>);
        assert_eq!(sum.unwrap(), (300 * 301 / 2, 50), "{size}");
    }
}

#[test]
fn what_a_batch_that_fails_had_found_is_held_no_longer() {
    let db = Database::in_memory();
    let limits = Limits { max_bytes: Some(4 << 20), ..Limits::default() };
    let failing = "UNWIND range(1, 100) AS n
                   CALL (n) { UNWIND range(1, 3000) AS x RETURN 'a text that takes room ' + x AS t, 1 / (3000 - x) AS q }
                   IN TRANSACTIONS OF 1 ROWS ON ERROR CONTINUE REPORT STATUS AS s
                   RETURN count(s.errorMessage), count(t) + count(q)";
    let failed = db.query(Statement::new(failing).limits(limits), ()).and_then(Rows::single::<(i64, i64)>);
    assert_eq!(failed.unwrap(), (100, 0));
}
