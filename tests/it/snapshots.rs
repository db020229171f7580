//! What readers see while others write, and what is left of writes that did not hold.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use averment::{Database, ErrorKind, FromValue, ReadTransaction, Row, WriteTransaction, params};

#[test]
fn a_reader_sees_the_state_at_which_it_was_opened() {
    let db = Database::in_memory();
    db.run("CREATE (a:A {n: 1})-[:T {w: 1}]->(:B {n: 2}), (:C {n: 3}); CREATE INDEX a_n FOR (a:A) ON (a.n)").unwrap();
    let before = db.read();
    let asked = |read: &ReadTransaction| {
        [
            "MATCH (n) RETURN labels(n), n.n, n.m",
            "MATCH (a)-[r]->(b) RETURN a.n, r.w, b.n",
            "MATCH [r] RETURN type(r), asserted(r)",
            "MATCH (a:A {n: 1}) RETURN count(*)",
            "SHOW LABELS",
            "SHOW INDEXES YIELD name",
        ]
        .map(|query| rows(read, query))
    };
    let old = asked(&before);
    for statement in [
        "MATCH (a:A) SET a.n = 10, a.m = 1, a:D",
        "MATCH (b:B) REMOVE b:B",
        "MATCH ()-[r:T]->() SET r.w = 2",
        "MATCH ()-[r:T]->() RETRACT r",
        "MATCH (a:A), (c:C) CREATE (c)-[:T]->(a)",
        "MATCH (c:C) DETACH DELETE c",
        "CREATE (:E {n: 4})",
        "DROP INDEX a_n",
    ] {
        db.query(statement, ()).unwrap_or_else(|error| panic!("{statement}\n{}", error.report()));
        assert_eq!(asked(&before), old, "after {statement}");
    }
    let now = asked(&db.read());
    for (old, now) in old.iter().zip(&now) {
        assert_ne!(old, now);
    }
}

#[test]
fn rows_that_are_being_read_are_not_moved_by_a_commit() {
    let db = Database::in_memory();
    db.query("UNWIND range(1, 5000) AS n CREATE (:A {n: n})", ()).unwrap();
    let mut answer = db.query("MATCH (a:A) RETURN a.n", ()).unwrap();
    let first: i64 = answer.next().unwrap().unwrap().at(0).unwrap();
    db.query("MATCH (a:A) SET a.n = -1", ()).unwrap();
    let rest: i64 = answer.map(|row| row.unwrap().at::<i64>(0).unwrap()).sum();
    assert_eq!(first + rest, 5000 * 5001 / 2);
}

#[test]
fn what_is_rolled_back_leaves_no_trace() {
    let db = Database::in_memory();
    db.query("CREATE (:A {n: 1})-[:T]->(:B)", ()).unwrap();
    let everything = |db: &Database| {
        [
            "MATCH (n) RETURN labels(n), n.n",
            "MATCH [r] RETURN type(r), asserted(r)",
            "SHOW LABELS",
            "SHOW RELATIONSHIP TYPES",
            "SHOW PROPERTY KEYS",
            "SHOW INDEXES",
            "SHOW CONSTRAINTS",
        ]
        .map(|query| rows(&db.read(), query))
    };
    let (old, commit) = (everything(&db), db.commit_number());
    let mut transaction = db.write().unwrap();
    let script = "MATCH (a:A)-[t:T]->(b) RETRACT t SET a.n = 2, a.brandNew = true, b:New REMOVE a:A;
                  CREATE (x:Newer {key: 1})-[:NEWER]->(y), [(x)-[:QUOTED]->(y)];
                  CREATE INDEX newer_key FOR (n:Newer) ON (n.key);
                  CREATE CONSTRAINT unique_key FOR (n:Newest) REQUIRE n.newest IS UNIQUE;
                  MATCH (b:B) DETACH DELETE b";
    transaction.run(script).unwrap_or_else(|error| panic!("{}", error.report()));
    drop(transaction);
    assert_eq!(everything(&db), old);
    assert_eq!(db.commit_number(), commit);
    let warned = db.query("MATCH (n:Newer) RETURN n", ()).unwrap();
    assert_eq!(warned.warnings().first().map(averment::Warning::code), Some("unknown-label"));
}

#[test]
fn a_statement_that_fails_is_undone_and_those_before_it_stay() {
    let db = Database::in_memory();
    let mut transaction = db.write().unwrap();
    transaction.query("CREATE (:A {n: 1})", ()).unwrap();
    let failed = transaction.query("MATCH (a:A) SET a.n = 2 CREATE (:Half) WITH a RETURN a.n / 0", ());
    assert_eq!(failed.and_then(averment::Rows::single::<i64>).unwrap_err().code(), "division-by-zero");
    transaction.query("MATCH (a:A) CREATE (:B {n: a.n + 10})", ()).unwrap();
    transaction.commit().unwrap();
    assert_eq!(rows(&db.read(), "MATCH (n) RETURN labels(n), n.n"), ["['A'] | 1", "['B'] | 11"]);
    assert_eq!(rows(&db.read(), "SHOW LABELS YIELD name"), ["A", "B"]);
}

#[test]
fn a_script_that_fails_leaves_nothing() {
    let db = Database::in_memory();
    let error = db.run("CREATE (:A);\nCREATE (:B);\nRETURN 1 / 0").unwrap_err();
    assert_eq!((error.code().as_str(), error.position()), ("division-by-zero", Some((3, 8))));
    assert_eq!(number::<i64>(&db.read(), "MATCH (n) RETURN count(*)"), 0);
    assert_eq!(db.commit_number(), 0);
}

#[test]
fn a_writer_sees_its_own_writes_and_nobody_else_does() {
    let db = Database::in_memory();
    let mut transaction = db.write().unwrap();
    transaction.query("CREATE (:A)", ()).unwrap();
    let counted = transaction.query("MATCH (a:A) RETURN count(*)", ()).unwrap().single::<i64>().unwrap();
    assert_eq!((counted, number(&db.read(), "MATCH (a) RETURN count(*)")), (1, 0));
    transaction.commit().unwrap();
    assert_eq!(number::<i64>(&db.read(), "MATCH (a:A) RETURN count(*)"), 1);
}

#[test]
fn a_second_writer_in_one_thread_is_busy() {
    let db = Database::in_memory();
    let first = db.write().unwrap();
    assert_eq!(db.write().unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(db.query("CREATE (:A)", ()).unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(db.run("CREATE (:A)").unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(db.reset().unwrap_err().kind(), ErrorKind::Busy);
    // Readers are in nobody's way, and another database is another matter.
    assert_eq!(db.query("MATCH (n) RETURN count(*)", ()).unwrap().single::<i64>().unwrap(), 0);
    db.fork().query("CREATE (:A)", ()).unwrap();
    drop(first);
    db.query("CREATE (:A)", ()).unwrap();
}

#[test]
fn a_writer_in_another_thread_waits_its_turn() {
    let db = Database::in_memory();
    let mut first = db.write().unwrap();
    first.query("CREATE (:A {n: 1})", ()).unwrap();
    let (sender, begun) = mpsc::channel();
    let other = db.clone();
    let second = thread::spawn(move || {
        sender.send(()).unwrap();
        other.query("MATCH (a:A) SET a.n = a.n + 1 RETURN a.n", ()).unwrap().single::<i64>().unwrap()
    });
    begun.recv().unwrap();
    first.commit().unwrap();
    assert_eq!(second.join().unwrap(), 2);
}

#[test]
fn a_reading_transaction_refuses_to_write() {
    let db = Database::in_memory();
    db.query("CREATE (:A)-[:T]->(:B)", ()).unwrap();
    let read = db.read();
    for statement in [
        "CREATE (:A)",
        "MERGE (:A {n: 1})",
        "MATCH (a:A) SET a.n = 1",
        "MATCH (a:A) REMOVE a:A",
        "MATCH (a) DETACH DELETE a",
        "MATCH ()-[r]->() RETRACT r",
        "MATCH (a) FOREACH (x IN [1] | SET a.n = x)",
        "UNWIND [1] AS x CALL { WITH x CREATE (:A {n: x}) } RETURN x",
        "CREATE INDEX a_n FOR (a:A) ON (a.n)",
    ] {
        let error = read.query(statement, ()).map(drop).unwrap_err();
        assert_eq!(error.code(), "write-in-read-transaction", "{statement}");
    }
    read.query("EXPLAIN CREATE (:A)", ()).unwrap();
    assert_eq!(number::<i64>(&db.read(), "MATCH (n) RETURN count(*)"), 2);
}

#[test]
fn dropping_the_rows_of_a_write_undoes_nothing() {
    let db = Database::in_memory();
    drop(db.query("UNWIND range(1, 10) AS n CREATE (a:A {n: n}) RETURN a", ()).unwrap());
    assert_eq!(number::<i64>(&db.read(), "MATCH (a:A) RETURN count(*)"), 10);
}

const ACCOUNTS: i64 = 24;
const MONEY: i64 = 100 * ACCOUNTS;
const COMMITS: usize = 500;
const READERS: usize = 4;

/// One thread moves money, opens and closes accounts, asserts and retracts payments, fails and gives up now and then.
/// Four threads check each snapshot they can get.
#[test]
fn every_snapshot_is_whole_while_a_writer_is_at_work() {
    let db = Database::in_memory();
    db.run(
        "CREATE CONSTRAINT account_id FOR (a:Account) REQUIRE a.id IS UNIQUE;
         CREATE INDEX account_band FOR (a:Account) ON (a.band);",
    )
    .unwrap();
    db.query(
        "CREATE (:Bank {accounts: $n, paid: 0, next: $n})
         WITH 1 AS one UNWIND range(0, $n - 1) AS id CREATE (:Account {id: id, balance: 100, band: 100 / 50})",
        params! { "n" => ACCOUNTS },
    )
    .unwrap();
    let (done, checked) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|reader| {
                let (db, done, checked) = (&db, &done, &checked);
                scope.spawn(move || read_until(db, done, checked, reader))
            })
            .collect();
        let written = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| write_all(&db)));
        done.store(true, Ordering::Release);
        for reader in readers {
            reader.join().expect("a reader found every snapshot whole");
        }
        written.expect("the writer could do its work");
    });
    println!("{} snapshots of {} commits", checked.load(Ordering::Relaxed), db.commit_number());
    check_snapshot(&db.read());
}

fn read_until(db: &Database, done: &AtomicBool, checked: &AtomicUsize, reader: usize) {
    let mut last = 0;
    // One more after the last commit.
    loop {
        let is_last = done.load(Ordering::Acquire);
        let read = db.read();
        assert!(read.commit_number() >= last, "reader {reader}: commits go forwards");
        last = read.commit_number();
        let first = check_snapshot(&read);
        let again = check_snapshot(&read);
        assert_eq!(first, again, "reader {reader}: a snapshot does not move");
        checked.fetch_add(1, Ordering::Relaxed);
        if is_last {
            return;
        }
    }
}

/// What must hold of every snapshot; gives what it found, so that it can be found again.
fn check_snapshot(read: &ReadTransaction) -> [i64; 4] {
    let bank = read.query("MATCH (b:Bank) RETURN b.accounts, b.paid, b.next", ()).unwrap().next().unwrap().unwrap();
    let (accounts, paid, next): (i64, i64, i64) = (bank.at(0).unwrap(), bank.at(1).unwrap(), bank.at(2).unwrap());
    assert_eq!(number::<i64>(read, "MATCH (a:Account) RETURN sum(a.balance)"), MONEY);
    assert_eq!(number::<i64>(read, "MATCH (a:Account) RETURN count(*)"), accounts);
    for query in [
        "MATCH ()-[r:PAID]->() RETURN count(r)",
        "MATCH (a:Account)-[r:PAID]->() RETURN count(r)",
        "MATCH (a:Account)<-[:PAID]-(b) WHERE b.id >= 0 RETURN count(*)",
        "MATCH (a:Account) RETURN sum(COUNT { (a)-[:PAID]->() })",
        "MATCH (a:Account) WITH a, COUNT { (a)<-[:PAID]-(:Account) } AS n RETURN sum(n)",
        "MATCH [r:PAID] WHERE asserted(r) RETURN count(*)",
    ] {
        assert_eq!(number::<i64>(read, query), paid, "{query}");
    }
    let loops = number::<i64>(read, "MATCH (a:Account)-[r:PAID]->(a) RETURN count(r)");
    assert_eq!(number::<i64>(read, "MATCH (:Account)-[r:PAID]-() RETURN count(*)"), 2 * paid - loops);
    let by_index = rows(read, "UNWIND range(-5, 20) AS band MATCH (a:Account) WHERE a.band = band RETURN a.id");
    let by_scan = rows(read, "MATCH (a:Account) WHERE a.band + 0 >= -5 RETURN a.id");
    assert_eq!(by_index, by_scan);
    let found = read.query("MATCH (a:Account {id: $id}) RETURN a.id", params! { "id" => next - 1 }).unwrap();
    let scanned =
        read.query("MATCH (a:Account) WHERE a.id + 0 = $id RETURN a.id", params! { "id" => next - 1 }).unwrap();
    assert_eq!(found.count(), scanned.count());
    [accounts, paid, next, loops]
}

fn write_all(db: &Database) {
    let mut random = Random(0x5eed);
    println!("seed {:#x}", random.0);
    for _ in 0..COMMITS {
        let mut transaction = db.write().expect("there is one writer");
        let before = random.0;
        let outcome = match random.below(10) {
            0 => open_account(&mut transaction),
            1 => close_account(&mut transaction, &mut random),
            2 => toggle(&mut transaction, "MATCH ()-[r:PAID]->() WITH r ORDER BY r.n LIMIT 1 RETRACT r RETURN 1", -1),
            3 => toggle(&mut transaction, "MATCH [r:PAID] WHERE NOT asserted(r) WITH r LIMIT 1 ASSERT r RETURN 1", 1),
            _ => pay(&mut transaction, &mut random),
        };
        outcome.unwrap_or_else(|error| panic!("seed {before:#x}\n{}", error.report()));
        match random.below(8) {
            0 => drop(transaction),
            1 => {
                let broken = "MATCH (a:Account) SET a.balance = 0, a.band = 0 WITH a MATCH (x:Account) SET x.id = 1";
                assert_eq!(transaction.query(broken, ()).map(drop).unwrap_err().code(), "not-unique");
                transaction.commit().unwrap();
            }
            _ => drop(transaction.commit().unwrap()),
        }
    }
}

fn pay(transaction: &mut WriteTransaction, random: &mut Random) -> Result<(), averment::Error> {
    let params = params! { "from" => random.below(60), "to" => random.below(60), "amount" => random.below(30) };
    transaction.query(
        "MATCH (a:Account) WITH a ORDER BY (a.id * 7 + $from) % 61, a.id LIMIT 1
         MATCH (b:Account) WITH a, b ORDER BY (b.id * 11 + $to) % 61, b.id LIMIT 1
         MATCH (bank:Bank)
         SET a.balance = a.balance - $amount
         SET b.balance = b.balance + $amount
         SET a.band = a.balance / 50
         SET b.band = b.balance / 50
         SET bank.paid = bank.paid + 1
         CREATE (a)-[:PAID {amount: $amount, n: bank.paid}]->(b)",
        params,
    )?;
    // Bands outside the range that is checked would be missed.
    transaction.query("MATCH (a:Account) WHERE NOT -5 <= a.band <= 20 SET a.band = 20", ()).map(drop)
}

fn open_account(transaction: &mut WriteTransaction) -> Result<(), averment::Error> {
    let statement = "MATCH (b:Bank) CREATE (:Account {id: b.next, balance: 0, band: 0})
                     SET b.next = b.next + 1, b.accounts = b.accounts + 1";
    transaction.query(statement, ()).map(drop)
}

/// Its money goes to another, its payments go with it.
fn close_account(transaction: &mut WriteTransaction, random: &mut Random) -> Result<(), averment::Error> {
    let statement = "MATCH (a:Account) WITH a ORDER BY (a.id * 7 + $which) % 61, a.id LIMIT 1
                     MATCH (b:Account) WHERE b <> a WITH a, b ORDER BY b.id LIMIT 1
                     MATCH (bank:Bank)
                     WITH a, b, bank, COUNT { (a)-[:PAID]-() } AS gone
                     SET b.balance = b.balance + a.balance
                     SET b.band = 0, bank.accounts = bank.accounts - 1, bank.paid = bank.paid - gone
                     DETACH DELETE a";
    transaction.query(statement, params! { "which" => random.below(60) }).map(drop)
}

fn toggle(transaction: &mut WriteTransaction, statement: &str, change: i64) -> Result<(), averment::Error> {
    let moved = i64::try_from(transaction.query(statement, ())?.count()).expect("a small number");
    let counted = "MATCH (b:Bank) SET b.paid = b.paid + $moved";
    transaction.query(counted, params! { "moved" => moved * change }).map(drop)
}

/// A linear congruential generator: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).expect("31 bits") % bound
    }
}

fn number<T: FromValue>(read: &ReadTransaction, query: &str) -> T {
    let answer = read.query(query, ()).and_then(averment::Rows::single::<T>);
    answer.unwrap_or_else(|error| panic!("{query}\n{}", error.report()))
}

fn rows(read: &ReadTransaction, query: &str) -> Vec<String> {
    let line = |row: Row| row.values().iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ");
    let answer = read.query(query, ()).unwrap_or_else(|error| panic!("{query}\n{}", error.report()));
    let mut lines: Vec<String> = answer.map(|row| line(row.unwrap())).collect();
    lines.sort();
    lines
}

#[test]
fn what_one_fork_writes_hides_nothing_in_another() {
    let db = Database::from_script("CREATE (:P {n: 'x'}), (:P {n: 'y'})").unwrap();
    let fork = db.fork();
    let count = |db: &Database| -> i64 {
        db.query("MATCH (p:P) WHERE p.n = 'c' RETURN count(*)", ()).unwrap().single().unwrap()
    };
    fork.query("CREATE (:P {n: 'b'}), (:P {n: 'c'})", ()).unwrap();
    db.query("CREATE (:P {n: 'c'})", ()).unwrap();
    assert_eq!((count(&db), count(&fork)), (1, 1));
    fork.query("CREATE (:P {n: 'c'})", ()).unwrap();
    assert_eq!((count(&db), count(&fork)), (1, 2));
}

#[test]
fn what_is_undone_hides_nothing_from_a_reader_that_has_seen_it() {
    let db = Database::from_script("CREATE (:P {n: 'x'})").unwrap();
    let mut transaction = db.write().unwrap();
    transaction.query("CREATE (:P {n: 'b'}), (:P {n: 'c'})", ()).unwrap();
    let seen = transaction.query("MATCH (p:P) WHERE p.n = 'c' RETURN count(*)", ()).unwrap();
    drop(transaction);
    db.query("CREATE (:P {n: 'c'})", ()).unwrap();
    assert_eq!(seen.single::<i64>().unwrap(), 1);
}
