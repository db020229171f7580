//! Disks that fail: an error is told, what was acknowledged stays, and what is left can be opened.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::hooked::{HookedDisk, Operation};
use super::{FILES, create_on, open_on, opened, options, set, text_of};
use crate::database::Database;
use crate::error::Error;
use crate::params;
use crate::storage::{Disk, DiskError, Durability, Fault, FaultyDisk, MemoryDisk};
use crate::value::ErrorKind;

#[derive(Clone, Copy, Debug)]
enum Step {
    Write(&'static str),
    Checkpoint,
    Vacuum,
    Reopen,
}

const STEPS: &[Step] = &[
    Step::Write("CREATE (:Source {id: 's', published: date('2020-01-01')}), (:Company {name: 'a'})"),
    Step::Write("CREATE INDEX names FOR (c:Company) ON (c.name)"),
    Step::Write("UNWIND range(1, $rows) AS x CALL (x) { CREATE (:Batch {x: x}) } IN TRANSACTIONS OF 1 ROWS"),
    Step::Checkpoint,
    Step::Write("MATCH (c:Company {name: 'a'}), (s:Source) MERGE (c)-[:BASED_IN]->(:Place) CITING s"),
    Step::Write("MATCH (b:Batch {x: 1}) DELETE b"),
    Step::Reopen,
    Step::Write("MATCH (c:Company {name: 'a'}) SET c.n = 1"),
    Step::Checkpoint,
    Step::Write("MATCH (b:Batch {x: 2}) SET b:Last"),
    Step::Vacuum,
    Step::Write("CREATE (:Company {name: 'b'})"),
    Step::Reopen,
];

/// How an operation fails. One that a signal interrupts comes this far only where the system does not let it be made again.
const KINDS: [io::ErrorKind; 3] = [io::ErrorKind::StorageFull, io::ErrorKind::Other, io::ErrorKind::Interrupted];

/// How many rows the statement in batches has.
const ROWS: i64 = 3;

/// A database on a disk that fails, and the same one in memory.
struct Tried {
    memory: MemoryDisk,
    disk: Arc<FaultyDisk<MemoryDisk>>,
    db: Option<Database>,
    twin: Database,
    /// The first commit that failed since the last one that did not: it may be there.
    next: Option<String>,
}

/// A text without the times of commits.
fn without_times(text: &str) -> String {
    let mut parts = text.split(r#""time":""#);
    let first = parts.next().expect("a text has a first part");
    let rests = parts.map(|part| part.split_once('"').expect("a time ends").1);
    std::iter::once(first).chain(rests).collect()
}

/// Runs a statement, of which so many rows come to be.
fn run(db: &Database, statement: &str, rows: i64) -> Result<u64, Error> {
    db.query(statement, params! { "rows" => rows }).map(|rows| rows.commit_number())
}

fn last_text(db: &Database) -> String {
    without_times(&text_of(&db.read()))
}

fn is_of_the_disk(error: &Error) -> bool {
    error.kind() == ErrorKind::Io
}

impl Tried {
    fn new(disk: FaultyDisk<MemoryDisk>, memory: MemoryDisk) -> Self {
        let twin = options(Durability::Synced).in_memory();
        Self { memory, disk: Arc::new(disk), db: None, twin, next: None }
    }

    /// Comes to the end, or to where nothing more can be done.
    fn run(&mut self) {
        let Ok(db) = create_on(self.disk.clone(), options(Durability::Synced)) else { return self.check_beginning() };
        self.db = Some(db);
        for step in STEPS {
            match step {
                Step::Write(statement) => self.write(statement),
                Step::Checkpoint => {
                    let Some(db) = &self.db else { return };
                    assert!(db.checkpoint().is_ok_or(is_of_the_disk));
                }
                Step::Vacuum => {
                    let Some(db) = &self.db else { return };
                    assert!(db.vacuum().is_ok_or(is_of_the_disk));
                }
                Step::Reopen => self.reopen(),
            }
            if self.db.is_none() {
                return;
            }
        }
    }

    fn check_beginning(&self) {
        match opened(&self.memory) {
            Err(DiskError::NoDatabase) => {
                create_on(Arc::new(self.memory.clone()), options(Durability::Synced)).unwrap();
            }
            other => assert_eq!(other.unwrap().commit_number(), 0),
        }
    }

    fn write(&mut self, statement: &str) {
        let Some(db) = &self.db else { return };
        // A disk that has failed once takes it the second time, or the database says that it has to be opened again.
        for _ in 0..2 {
            let before = self.twin.commit_number();
            let wanted = self.twin.fork();
            run(&wanted, statement, ROWS).unwrap();
            let answer = run(db, statement, ROWS);
            assert!(answer.is_ok_or(is_of_the_disk));
            let (is_done, shown) = (answer.is_ok(), db.commit_number());
            if shown > before {
                run(&self.twin, statement, i64::try_from(shown - before).unwrap()).unwrap();
                self.next = None;
            }
            assert_eq!(self.twin.commit_number(), shown);
            let writes = wanted.commit_number() > before;
            assert!(is_done == (shown == wanted.commit_number()) || !writes, "{statement}");
            if is_done {
                return;
            }
            if writes && self.next.is_none() {
                self.next = Some(without_times(&text_of(&wanted.at_commit(shown + 1).unwrap())));
            }
            if shown > before {
                // Of a statement in batches the rest is not asked for again.
                return;
            }
        }
    }

    fn reopen(&mut self) {
        self.db = None;
        self.check_left();
        let again = || open_on(self.disk.clone(), options(Durability::Synced));
        let Ok(db) = again().or_else(|_| again()) else { return };
        // What was written and not acknowledged is there now, or never will be.
        if db.commit_number() > self.twin.commit_number() {
            assert!(self.next.is_some());
            self.twin = db.fork();
        }
        self.next = None;
        self.db = Some(db);
    }

    /// What is on the disk is what was acknowledged, and at most one commit more.
    fn check_left(&self) {
        let acknowledged = last_text(&self.twin);
        for disk in [self.memory.crash(0), self.memory.crash(1), self.memory.crash(7), self.memory.copy()] {
            let found = last_text(&opened(&disk).unwrap());
            assert!(found == acknowledged || self.next.as_ref() == Some(&found), "{found}\n{acknowledged}");
        }
    }
}

/// What a failure of the disk may come to.
trait Answered<E> {
    fn is_ok_or(&self, test: impl Fn(&E) -> bool) -> bool;
}

impl<T, E> Answered<E> for Result<T, E> {
    fn is_ok_or(&self, test: impl Fn(&E) -> bool) -> bool {
        self.as_ref().err().is_none_or(test)
    }
}

/// `AVERMENT_CASES` other than 1 tries every operation; without it, every third.
#[test]
fn a_disk_that_fails_anywhere_loses_nothing_that_was_acknowledged() {
    let memory = MemoryDisk::default();
    let mut whole = Tried::new(FaultyDisk::counting(memory.clone()), memory);
    whole.run();
    let count = whole.disk.count();
    assert!(whole.db.is_some() && count > 100, "{count}");
    let (seed, stride) = (set("AVERMENT_SEED", 1), if set("AVERMENT_CASES", 1) == 1 { 3 } else { 1 });
    for at in (seed % stride..count).step_by(usize::try_from(stride).unwrap()) {
        for is_lasting in [false, true] {
            let kind = KINDS[usize::try_from(at / stride).unwrap() % KINDS.len()];
            let fault =
                Fault { at, is_lasting, kind, written_bytes: [0, 20, usize::MAX][usize::try_from(at % 3).unwrap()] };
            println!("{fault:?}");
            let memory = MemoryDisk::default();
            let mut tried = Tried::new(FaultyDisk::failing(memory.clone(), fault), memory);
            tried.run();
            if tried.db.take().is_some() {
                tried.check_left();
            }
        }
    }
}

/// A database whose disk fails to do one kind of thing as long as it is told to.
fn failing_at(fails: fn(Operation) -> bool) -> (MemoryDisk, Database, Arc<AtomicBool>) {
    let (memory, is_failing) = (MemoryDisk::default(), Arc::new(AtomicBool::new(false)));
    let asked = Arc::clone(&is_failing);
    let hook = Arc::new(move |operation: Operation| {
        let is_refused = asked.load(Ordering::Relaxed) && fails(operation);
        if is_refused { Err(io::ErrorKind::Other.into()) } else { Ok(()) }
    });
    let db = create_on(Arc::new(HookedDisk::new(&memory, hook)), options(Durability::Synced)).unwrap();
    db.query("CREATE (:A {n: 1})", ()).unwrap();
    (memory, db, is_failing)
}

#[test]
fn after_a_failed_sync_nothing_is_written_and_all_can_be_read() {
    let (memory, db, is_failing) = failing_at(|operation| operation == Operation::Sync);
    let before = text_of(&db.read());
    is_failing.store(true, Ordering::Relaxed);
    let failed = db.query("CREATE (:Unsure)", ()).unwrap_err();
    is_failing.store(false, Ordering::Relaxed);
    for refused in [failed, db.query("CREATE (:B)", ()).unwrap_err()] {
        assert!(is_of_the_disk(&refused) && refused.code() == "database-stopped", "{refused}");
        assert!(refused.message().contains("cannot sync log-00000000000000000000: "), "{refused}");
        assert!(refused.help().is_some_and(|help| help.contains("open it again")));
    }
    assert!(is_of_the_disk(&db.write().map(drop).unwrap_err()));
    assert!(is_of_the_disk(&db.checkpoint().unwrap_err()));
    assert_eq!(text_of(&db.read()), before);
    assert_eq!(db.query("MATCH (a:A) RETURN a.n", ()).unwrap().single::<i64>().unwrap(), 1);
    drop(db);
    let db = opened(&memory).unwrap();
    assert!(db.commit_number() <= 2);
    db.query("CREATE (:B)", ()).unwrap();
}

#[test]
fn a_checkpoint_that_fails_leaves_a_good_database() {
    let fails: [fn(Operation) -> bool; 6] = [
        |operation| operation == Operation::Create,
        |operation| matches!(operation, Operation::Write { .. }),
        |operation| operation == Operation::Sync,
        |operation| operation == Operation::Rename,
        |operation| operation == Operation::Remove,
        |operation| operation == Operation::SyncNames,
    ];
    for fails in fails {
        let (memory, db, is_failing) = failing_at(fails);
        is_failing.store(true, Ordering::Relaxed);
        for _ in 0..3 {
            assert!(is_of_the_disk(&db.checkpoint().unwrap_err()));
        }
        is_failing.store(false, Ordering::Relaxed);
        let more = db.query("CREATE (:B)", ()).is_ok();
        let expected = text_of(&db.read());
        assert_eq!(text_of(&opened(&memory.crash(0)).unwrap().read()), expected);
        drop(db);
        let db = opened(&memory).unwrap();
        assert_eq!(text_of(&db.read()), expected);
        db.query("CREATE (:C)", ()).unwrap();
        db.checkpoint().unwrap();
        assert_eq!(db.commit_number(), 2 + u64::from(more));
        assert_eq!(memory.names().unwrap().len(), FILES);
    }
}

/// All bytes of all files.
fn size_of_all(memory: &MemoryDisk) -> u64 {
    let len_bytes = |name: &String| memory.open(name).map_or(0, |file| file.len_bytes().unwrap());
    memory.names().unwrap().iter().map(len_bytes).sum()
}

#[test]
fn a_full_disk_is_not_filled_with_what_cannot_be_finished() {
    let (memory, room) = (MemoryDisk::default(), Arc::new(AtomicU64::new(u64::MAX)));
    let (seen, limit) = (memory.clone(), Arc::clone(&room));
    let hook = Arc::new(move |operation: Operation| match operation {
        Operation::Write { len_bytes }
            if size_of_all(&seen).saturating_add(len_bytes) > limit.load(Ordering::Relaxed) =>
        {
            Err(io::ErrorKind::StorageFull.into())
        }
        _ => Ok(()),
    });
    let db = create_on(Arc::new(HookedDisk::new(&memory, hook)), options(Durability::Synced)).unwrap();
    db.query("UNWIND range(1, 2000) AS x CREATE (:A {x: x, text: 'text ' + x})", ()).unwrap();
    // Room for small commits and no snapshot.
    room.store(size_of_all(&memory) + 2_000, Ordering::Relaxed);
    assert!(is_of_the_disk(&db.checkpoint().unwrap_err()));
    let (names, len_bytes) = (memory.names().unwrap(), size_of_all(&memory));
    for _ in 0..20 {
        assert!(is_of_the_disk(&db.checkpoint().unwrap_err()));
    }
    assert_eq!((memory.names().unwrap(), size_of_all(&memory)), (names, len_bytes));
    let mut committed = 1;
    while db.query("CREATE (:B)", ()).is_ok() {
        committed += 1;
    }
    assert!(committed > 3);
    let full = db.query("CREATE (:B)", ()).unwrap_err();
    assert!(full.help().is_some_and(|help| help.contains("make room on the disk")), "{full}");
    assert_eq!(opened(&memory.crash(0)).unwrap().commit_number(), committed);
    room.store(u64::MAX, Ordering::Relaxed);
    db.query("CREATE (:C)", ()).unwrap();
    db.checkpoint().unwrap();
    assert_eq!(memory.names().unwrap().len(), FILES);
    assert_eq!(opened(&memory.crash(0)).unwrap().commit_number(), committed + 1);
}
