//! The log of commits, which lies in the last snapshot and not in memory.

use std::sync::Arc;

use super::{create_on, open_on, options, text_of};
use crate::database::Database;
use crate::options::Options;
use crate::params;
use crate::statement::Statement;
use crate::storage::{Durability, Graph, Keep, MemoryDisk};

/// How many commits a page holds.
const PAGE: usize = 32;

fn add(db: &Database, count: i64) {
    for x in 0..count {
        let statement = Statement::new("MERGE (a:A {x: $x % 10}) SET a.y = $x").message(format!("number {x}"));
        db.query(statement, params! { "x" => x }).unwrap();
    }
}

fn new_database(keep: Keep) -> (MemoryDisk, Database) {
    let disk = MemoryDisk::default();
    let db = create_on(Arc::new(disk.clone()), options(Durability::Buffered).keep_commits(keep)).unwrap();
    (disk, db)
}

fn reopened(disk: &MemoryDisk) -> Database {
    open_on(Arc::new(disk.clone()), Options::default()).unwrap()
}

fn pages_in_memory(root: &Graph) -> usize {
    root.log().pages_in_memory()
}

/// All roots that a database keeps.
fn roots(db: &Database) -> Vec<Arc<Graph>> {
    db.kept_commits().into_iter().map(|number| db.shared.history.root(number).unwrap()).collect()
}

fn messages(db: &Database) -> Vec<String> {
    db.log().map(|commit| commit.unwrap().message().unwrap().to_owned()).collect()
}

#[test]
fn memory_does_not_grow_with_the_commits() {
    let (disk, db) = new_database(Keep::Last(70));
    let fork = db.fork();
    for round in 1..=8_usize {
        add(&db, 500);
        assert!(pages_in_memory(&db.root()) >= 500 / PAGE);
        db.checkpoint().unwrap();
        let last = format!("snapshot-{round:020}");
        for root in roots(&db).into_iter().chain([db.root()]) {
            // The last page grows, and is each root's own.
            assert_eq!((pages_in_memory(&root), root.log().file_name()), (1, Some((*last).into())));
        }
    }
    add(&db, 100);
    assert!(pages_in_memory(&db.root()) <= 2 + 100 / PAGE);
    let expected: Vec<_> = (0..8).flat_map(|_| 0..500).chain(0..100).map(|x| format!("number {x}")).collect();
    let text = text_of(&db.read());
    for db in [&db, &reopened(&disk)] {
        assert!(messages(db) == expected && text_of(&db.read()) == text);
        assert_eq!(db.kept_commits().first(), Some(&(4_100 - 69)));
    }
    // What was asked for is there until the next checkpoint.
    assert!(pages_in_memory(&db.root()) >= 4_100 / PAGE);
    db.checkpoint().unwrap();
    assert_eq!((pages_in_memory(&db.root()), messages(&db)), (1, expected));
    assert_eq!(fork.log().count(), 0);
}

/// Roots of which the log ends within the snapshot, at and beside the edges of its pages.
#[test]
fn a_kept_commit_has_its_own_log() {
    let (disk, db) = new_database(Keep::All);
    for count in [31, 1, 1, 31, 40, 1_024] {
        add(&db, count);
        db.checkpoint().unwrap();
        for db in [&db, &reopened(&disk)] {
            for (number, root) in (0..).zip(roots(db)) {
                assert_eq!((root.commit().number, root.log().len()), (number as u64, number));
                assert_eq!(root.log().count_in_pages(), number);
                assert_eq!(root.log().find(number as u64), number.checked_sub(1));
            }
        }
    }
    let found = db.query("AT COMMIT 64 MATCH (a:A) RETURN max(a.y)", ()).unwrap();
    assert_eq!(found.single::<i64>().unwrap(), 30);
}

/// A statement that commits by itself begins before each of the snapshots that are written beside it.
#[test]
fn who_goes_on_behind_a_commit_leaves_the_log_to_new_snapshots() {
    let disk = MemoryDisk::default();
    let often = Options { least_log_bytes: Some(2_000), ..options(Durability::Buffered) }.keep_commits(Keep::Last(3));
    let db = create_on(Arc::new(disk.clone()), often).unwrap();
    let each = "UNWIND range(1, 2000) AS x CALL (x) { CREATE (:A {x: x}) } IN TRANSACTIONS OF 1 ROWS";
    for _ in 0..3 {
        db.query(each, ()).unwrap();
        db.store().unwrap().wait_for_snapshot().unwrap();
        // The commit may begin another snapshot, which it cannot be left to.
        let stored = db.stored_commits().expect("snapshots were written");
        db.query("CREATE (:A)", ()).unwrap();
        let since = db.root().log().len() - stored.len();
        assert!(pages_in_memory(&db.root()) <= 2 + since / PAGE, "{since} since");
    }
    db.store().unwrap().wait_for_snapshot().unwrap();
    let text = text_of(&db.read());
    drop(db);
    assert!(text_of(&reopened(&disk).read()) == text);
}

#[test]
fn a_vacuum_and_a_fork_leave_each_their_log_whole() {
    let (disk, db) = new_database(Keep::Last(3));
    add(&db, 200);
    db.checkpoint().unwrap();
    let (fork, expected) = (db.fork(), messages(&db));
    add(&fork, 50);
    db.vacuum().unwrap();
    assert_eq!(pages_in_memory(&db.root()), 1);
    add(&db, 10);
    db.checkpoint().unwrap();
    assert_eq!((messages(&db).len(), messages(&fork).len()), (210, 250));
    assert_eq!((&messages(&db)[..200], &messages(&fork)[..200]), (&*expected, &*expected));
    assert_eq!(messages(&reopened(&disk)), messages(&db));
}
