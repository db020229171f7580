//! Transactions that are open, as `SHOW TRANSACTIONS` lists them, and statements that wait for them.

use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use averment::{CancelToken, CustomFunction, Database, ErrorKind, Limits, Statement, Value};

/// Access and commit of each open transaction but the one that asks, which comes last.
fn others(db: &Database) -> Vec<(String, i64)> {
    let rows = db.query("SHOW TRANSACTIONS YIELD access, commit", ()).unwrap();
    let mut all: Vec<(String, i64)> =
        rows.map(|row| row.unwrap()).map(|row| (row.get("access").unwrap(), row.get("commit").unwrap())).collect();
    let asking = all.pop().expect("the statement is a reader");
    assert_eq!(asking, ("READ".to_owned(), i64::try_from(db.commit_number()).unwrap()));
    all
}

fn create(db: &Database) {
    db.query("CREATE (:Company)", ()).unwrap();
}

#[test]
fn readers_and_the_writer_are_listed_oldest_first() {
    let db = Database::in_memory();
    create(&db);
    let old = db.read();
    create(&db);
    let new = db.read();
    let writer = db.write().unwrap();
    assert_eq!(others(&db), [("READ".into(), 1), ("READ".into(), 2), ("WRITE".into(), 3)]);
    drop(old);
    assert_eq!(others(&db), [("READ".into(), 2), ("WRITE".into(), 3)]);
    writer.commit().unwrap();
    drop(new);
    assert_eq!(others(&db), []);
}

#[test]
fn rows_that_are_still_to_come_keep_their_reader_open() {
    let db = Database::in_memory();
    create(&db);
    let mut rows = db.query("UNWIND range(1, 3000) AS x RETURN x", ()).unwrap();
    let dropped = db.query("MATCH (c) RETURN c", ()).unwrap();
    create(&db);
    assert!(rows.next().is_some());
    assert_eq!(others(&db), [("READ".into(), 1), ("READ".into(), 1)]);
    drop(dropped);
    assert_eq!(others(&db), [("READ".into(), 1)]);
    assert_eq!(rows.by_ref().count(), 2999);
    // It has come to its end, though the rows are there still.
    assert_eq!(others(&db), []);
    drop(rows);
}

#[test]
fn rows_of_a_write_transaction_outlive_it_as_a_reader() {
    let db = Database::in_memory();
    let mut transaction = db.write().unwrap();
    transaction.query("CREATE (:Company)", ()).unwrap();
    let rows = transaction.query("MATCH (c) RETURN c", ()).unwrap();
    transaction.commit().unwrap();
    assert_eq!(others(&db), [("READ".into(), 1)]);
    assert_eq!(rows.count(), 1);
    assert_eq!(others(&db), []);
}

#[test]
fn the_oldest_reader_can_be_asked_for() {
    let db = Database::in_memory();
    create(&db);
    let _old = db.read();
    create(&db);
    let _new = db.read();
    let rows = db.query("SHOW TRANSACTIONS YIELD commit, elapsedTime WHERE elapsedTime.seconds < 600", ()).unwrap();
    let commits: Vec<i64> = rows.map(|row| row.unwrap().get("commit").unwrap()).collect();
    assert_eq!(commits, [1, 2, 2]);
    let old = "SHOW TRANSACTIONS YIELD commit, startTime WHERE commit < 2 AND startTime <= datetime()";
    assert_eq!(db.query(old, ()).unwrap().count(), 1);
}

/// Status, statement and access of each open transaction but the one that asks.
fn states(db: &Database) -> Vec<(String, Option<String>, String)> {
    let rows = db.query("SHOW TRANSACTIONS YIELD status, currentQuery, access", ()).unwrap();
    let mut all = rows.into_vec::<(String, Option<String>, String)>().unwrap();
    let (status, query, _) = all.pop().expect("the statement is a reader");
    assert!(status == "Running" && query.is_some_and(|query| query.starts_with("SHOW TRANSACTIONS")));
    all
}

#[test]
fn a_transaction_is_idle_or_runs_a_statement() {
    let db = Database::in_memory();
    let read = db.read();
    let idle = || ("Idle".to_owned(), None, "READ".to_owned());
    assert_eq!(states(&db), [idle()]);
    let many = "UNWIND range(1, 3000) AS x RETURN x";
    let rows = read.query(many, ()).unwrap();
    assert_eq!(states(&db), [("Running".to_owned(), Some(many.to_owned()), "READ".to_owned())]);
    assert_eq!(rows.count(), 3000);
    assert_eq!(states(&db), [idle()]);
    read.query("RETURN 1 / 0", ()).and_then(averment::Rows::single::<i64>).unwrap_err();
    assert_eq!(states(&db), [idle()]);
}

#[test]
fn a_writer_that_waits_for_its_turn_is_listed_and_so_is_the_statement_that_writes() {
    let db = Database::in_memory();
    let writes = |status: &str, query: Option<&str>| (status.to_owned(), query.map(str::to_owned), "WRITE".to_owned());
    let (asked, seen) = (db.clone(), Arc::new(Mutex::new(Vec::new())));
    let told = Arc::clone(&seen);
    let look = CustomFunction::new("own.look", &["INTEGER"], "BOOLEAN", move |_| {
        told.lock().unwrap().push(states(&asked));
        Ok(Value::from(true))
    });
    db.register(look).unwrap();
    let transaction = db.write().unwrap();
    let statement = "UNWIND [1] AS x CREATE (:A {seen: own.look(x)})";
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| db.query(statement, ()).unwrap());
        while states(&db).len() < 2 {
            std::thread::yield_now();
        }
        assert_eq!(states(&db), [writes("Idle", None), writes("Waiting", None)]);
        drop(transaction);
        waiting.join().unwrap();
    });
    assert_eq!(*seen.lock().unwrap(), [[writes("Running", Some(statement))]]);
    assert_eq!(states(&db), []);
}

#[test]
fn a_fork_has_transactions_of_its_own() {
    let db = Database::in_memory();
    let _reader = db.read();
    let fork = db.fork();
    assert_eq!(others(&fork), []);
    assert_eq!(others(&db), [("READ".into(), 0)]);
    db.reset().unwrap();
    assert_eq!(others(&db), [("READ".into(), 0)]);
}

#[test]
fn an_element_that_cannot_have_its_properties_is_not_created() {
    let db = Database::in_memory();
    db.query("CREATE CONSTRAINT FOR (c:Company) REQUIRE c.name IS UNIQUE", ()).unwrap();
    db.query("CREATE (:Company {name: 'SenseTime'})", ()).unwrap();
    let mut transaction = db.write().unwrap();
    let unstorable: Value = [("number", 1)].into_iter().collect();
    transaction.create_node(["Company"], [("name", "SenseTime")]).unwrap_err();
    transaction.create_node(["Company"], [("shares", unstorable.clone())]).unwrap_err();
    let company = transaction.create_node(["Company"], [("name", "Megvii")]).unwrap();
    transaction.create_relationship(company, "OWNS", company, [("shares", unstorable)]).unwrap_err();
    transaction.commit().unwrap();
    let counts = db.query("MATCH (n) RETURN count(n) + COUNT { ()-->() }", ()).unwrap();
    assert_eq!(counts.single::<i64>().unwrap(), 2);
}

/// A statement that waited for its turn could not be stopped.
#[test]
fn a_writer_that_waits_its_turn_can_be_stopped() {
    let db = Database::in_memory();
    let (held, holder) = (Barrier::new(2), db.clone());
    let token = CancelToken::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let transaction = holder.write().expect("nobody else writes");
            held.wait();
            held.wait();
            drop(transaction);
        });
        held.wait();
        let soon = Statement::new("CREATE (:A)").timeout(Duration::from_millis(30));
        assert_eq!(db.query(soon, ()).unwrap_err().kind(), ErrorKind::Limit);
        token.cancel();
        let cancelled = Statement::new("CREATE (:A)").cancel_with(token.clone());
        assert_eq!(db.query(cancelled, ()).unwrap_err().kind(), ErrorKind::Cancelled);
        let impatient = db.with_limits(Limits { timeout: Some(Duration::from_millis(30)), ..Limits::default() });
        assert_eq!(impatient.write().map(drop).unwrap_err().kind(), ErrorKind::Limit);
        held.wait();
    });
    db.query("CREATE (:A)", ()).expect("the pass was given back");
}

#[test]
fn a_statement_that_was_cancelled_before_does_not_start() {
    let db = Database::in_memory();
    let token = CancelToken::new();
    token.cancel();
    for text in ["RETURN 1", "CREATE (:A)", "CREATE INDEX FOR (a:A) ON (a.x)"] {
        let statement = Statement::new(text).cancel_with(token.clone());
        assert_eq!(db.query(statement, ()).map(drop).unwrap_err().kind(), ErrorKind::Cancelled, "{text}");
    }
}

#[test]
fn a_prepared_statement_calls_what_its_database_has_registered() {
    let version = |number: i64| CustomFunction::new("my.version", &[], "INTEGER", move |_| Ok(number.into()));
    let (db, other) = (Database::in_memory(), Database::in_memory());
    db.register(version(1)).unwrap();
    let prepared = db.prepare("RETURN my.version()").unwrap();
    assert_eq!(db.query(&prepared, ()).unwrap().single::<i64>().unwrap(), 1);
    db.register(version(2)).unwrap();
    assert_eq!(db.query(&prepared, ()).unwrap().single::<i64>().unwrap(), 2);
    assert_eq!(other.query(&prepared, ()).unwrap_err().code(), "unknown-function");
}
