//! Checkpoints that begin by themselves, beside readers and writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::hooked::{HookedDisk, Operation};
use super::{FILES, create_on, open_on, opened, options, text_of};
use crate::database::Database;
use crate::options::Options;
use crate::storage::{Disk, Durability, Keep, MemoryDisk};

/// Each log is soon worth a snapshot.
fn often(durability: Durability) -> Options {
    Options { least_log_bytes: Some(500), ..options(durability) }.keep_commits(Keep::Last(20))
}

/// How long threads work beside each other.
const TIME: Duration = Duration::from_millis(1_200);

/// How long they may go on until enough snapshots are written, where the machine has much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

const ENOUGH_FILES: u64 = 20;

/// A database on a slow disk, that counts the snapshots and logs that come to their names.
fn slow_database(memory: &MemoryDisk, durability: Durability) -> (Database, Arc<AtomicU64>) {
    let renamed = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&renamed);
    let hook = Arc::new(move |operation: Operation| {
        match operation {
            Operation::Rename => drop(counted.fetch_add(1, Ordering::Relaxed)),
            Operation::Sync => thread::sleep(Duration::from_micros(500)),
            _ => {}
        }
        Ok(())
    });
    let db = create_on(Arc::new(HookedDisk::new(memory, hook)), often(durability)).unwrap();
    (db, renamed)
}

/// Two numbers that every commit leaves equal.
fn check_equal(db: &Database) {
    let read = db.read();
    let pair = "MATCH (a:A {name: 'left'}), (b:A {name: 'right'}) RETURN a.n, b.n, COUNT { (:Row) }";
    let (left, right, rows) = read.query(pair, ()).unwrap().single::<(i64, i64, i64)>().unwrap();
    assert!(left == right && rows == left);
    assert_eq!(u64::try_from(left).unwrap() + 2, read.commit_number());
}

fn write_one(db: &Database) -> u64 {
    db.query("MATCH (a:A) SET a.n = a.n + 1 WITH count(*) AS two CREATE (:Row {n: two})", ()).unwrap().commit_number()
}

fn run_beside_each_other(durability: Durability) {
    let memory = MemoryDisk::default();
    let (db, renamed) = slow_database(&memory, durability);
    db.query("CREATE INDEX FOR (a:A) ON (a.name)", ()).unwrap();
    db.query("CREATE (:A {name: 'left', n: 0}), (:A {name: 'right', n: 0})", ()).unwrap();
    let (begun, acknowledged) = (Instant::now(), AtomicU64::new(0));
    let has_enough = || renamed.load(Ordering::Relaxed) > ENOUGH_FILES;
    let go_on = || begun.elapsed() < if has_enough() { TIME } else { PATIENCE };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while go_on() {
                    acknowledged.fetch_max(write_one(&db), Ordering::SeqCst);
                }
            });
            scope.spawn(|| {
                while go_on() {
                    check_equal(&db);
                }
            });
        }
        scope.spawn(|| {
            while go_on() {
                db.checkpoint().unwrap();
                thread::sleep(Duration::from_millis(30));
            }
        });
        scope.spawn(|| {
            while durability == Durability::Synced && go_on() {
                let sure = acknowledged.load(Ordering::SeqCst);
                let left = opened(&memory.crash(sure)).unwrap();
                assert!(left.commit_number() >= sure);
                check_equal(&left);
            }
        });
    });
    assert!(has_enough(), "{renamed:?}");
    let (expected, kept) = (text_of(&db.read()), db.kept_commits());
    drop(db);
    let db = open_on(Arc::new(memory.clone()), often(durability)).unwrap();
    assert_eq!(text_of(&db.read()), expected);
    assert_eq!(db.kept_commits(), kept);
    db.checkpoint().unwrap();
    assert_eq!(memory.names().unwrap().len(), FILES);
}

#[test]
fn checkpoints_run_beside_readers_and_writers() {
    run_beside_each_other(Durability::Synced);
}

#[test]
fn checkpoints_run_beside_commits_that_are_buffered() {
    run_beside_each_other(Durability::Buffered);
}

#[test]
fn a_log_that_is_long_enough_is_replaced_by_itself() {
    let memory = MemoryDisk::default();
    let db = create_on(Arc::new(memory.clone()), often(Durability::Synced)).unwrap();
    for n in 0..200 {
        db.query(format!("CREATE (:A {{n: {n}}})"), ()).unwrap();
    }
    drop(db);
    assert!(!memory.names().unwrap().contains(&"log-00000000000000000000".to_owned()));
    assert_eq!(opened(&memory).unwrap().commit_number(), 200);
}

#[test]
fn batches_of_one_statement_begin_checkpoints() {
    let memory = MemoryDisk::default();
    let db = create_on(Arc::new(memory.clone()), often(Durability::Synced)).unwrap();
    db.query("UNWIND range(1, 200) AS x CALL (x) { CREATE (:A {x: x}) } IN TRANSACTIONS OF 1 ROWS", ()).unwrap();
    let expected = text_of(&db.read());
    drop(db);
    assert!(!memory.names().unwrap().contains(&"log-00000000000000000000".to_owned()));
    let again = open_on(Arc::new(memory.clone()), often(Durability::Synced)).unwrap();
    assert_eq!(text_of(&again.read()), expected);
}

#[test]
fn checkpoints_that_are_asked_for_at_once_take_turns() {
    let memory = MemoryDisk::default();
    let (db, _) = slow_database(&memory, Durability::Synced);
    for number in 1..=20 {
        db.query("CREATE (:A)", ()).unwrap();
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| db.checkpoint().unwrap());
            }
        });
        assert_eq!(memory.names().unwrap().len(), FILES);
        assert_eq!(opened(&memory.crash(0)).unwrap().commit_number(), number);
    }
}
