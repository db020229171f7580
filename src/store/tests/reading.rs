//! Readers beside a writer that does what it likes between any two of their steps.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::{create_on, opened, options, text_of};
use crate::database::Database;
use crate::read_only::open_read_only_on;
use crate::storage::{Disk, DiskError, DiskFile, Durability, MemoryDisk};
use crate::value::ErrorKind;

/// What the writer does, and before which step of the reader.
type Act = Arc<dyn Fn(&Database) + Send + Sync>;

/// A disk that is only read, beside a writer that acts at a certain step.
#[derive(Clone)]
struct ReadDisk {
    memory: Arc<Mutex<MemoryDisk>>,
    step: Arc<AtomicU64>,
    /// None any more once it has acted.
    planned: Arc<Mutex<Option<(u64, Database, Act)>>>,
}

struct ReadFile {
    disk: ReadDisk,
    file: Box<dyn DiskFile>,
}

impl ReadDisk {
    fn new(memory: &MemoryDisk) -> Self {
        Self { memory: Arc::new(Mutex::new(memory.clone())), step: Arc::default(), planned: Arc::default() }
    }

    fn plan(&self, at: u64, writer: &Database, act: &Act) {
        self.step.store(0, Ordering::SeqCst);
        *self.planned.lock().unwrap() = Some((at, writer.clone(), Arc::clone(act)));
    }

    fn memory(&self) -> MemoryDisk {
        self.memory.lock().unwrap().clone()
    }

    /// Has the files of another disk from now on.
    fn become_copy_of(&self, other: &MemoryDisk) {
        *self.memory.lock().unwrap() = other.copy();
    }

    fn has_acted(&self) -> bool {
        self.planned.lock().unwrap().is_none()
    }

    fn step(&self) {
        let step = self.step.fetch_add(1, Ordering::SeqCst);
        let due = self.planned.lock().unwrap().take_if(|(at, ..)| *at == step);
        if let Some((_, writer, act)) = due {
            act(&writer);
        }
    }
}

fn refused() -> io::Error {
    io::Error::other("a reader writes nothing")
}

impl std::fmt::Debug for ReadDisk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadDisk").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ReadFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadFile").finish_non_exhaustive()
    }
}

impl Disk for ReadDisk {
    fn names(&self) -> io::Result<Vec<String>> {
        self.step();
        self.memory().names()
    }

    fn create(&self, _: &str) -> io::Result<Box<dyn DiskFile>> {
        Err(refused())
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        self.step();
        let file = self.memory().open(name)?;
        Ok(Box::new(ReadFile { disk: self.clone(), file }))
    }

    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        Err(refused())
    }

    fn remove(&self, _: &str) -> io::Result<()> {
        Err(refused())
    }

    fn sync_names(&self) -> io::Result<()> {
        Err(refused())
    }
}

impl DiskFile for ReadFile {
    fn len_bytes(&self) -> io::Result<u64> {
        self.disk.step();
        self.file.len_bytes()
    }

    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.disk.step();
        self.file.read_at(offset, bytes)
    }

    fn write_at(&self, _: u64, _: &[u8]) -> io::Result<()> {
        Err(refused())
    }

    fn truncate(&self, _: u64) -> io::Result<()> {
        Err(refused())
    }

    fn sync(&self) -> io::Result<()> {
        Err(refused())
    }
}

fn write_one(db: &Database) {
    let row = "MERGE (c:Count) SET c.n = coalesce(c.n, 0) + 1 CREATE (:Row {n: c.n})";
    db.query(row, ()).unwrap();
}

/// What is read is what was written with one of the last commits.
fn check_prefix(reader: &Database, writer: &Database, at_least: u64) {
    let number = reader.commit_number();
    assert!((at_least..=writer.commit_number()).contains(&number), "{number}");
    assert_eq!(text_of(&reader.read()), text_of(&writer.at_commit(number).unwrap()));
}

/// What is read is what was written last, and so is all that was read before.
fn check_all(reader: &Database, writer: &Database) {
    check_prefix(reader, writer, writer.commit_number());
    for kept in reader.kept_commits() {
        assert_eq!(text_of(&reader.at_commit(kept).unwrap()), text_of(&writer.at_commit(kept).unwrap()));
    }
}

fn acts() -> Vec<Act> {
    let checkpoint = |db: &Database| {
        write_one(db);
        db.checkpoint().unwrap();
    };
    vec![
        Arc::new(write_one),
        Arc::new(checkpoint),
        Arc::new(move |db| {
            checkpoint(db);
            write_one(db);
        }),
        Arc::new(move |db| (0..3).for_each(|_| checkpoint(db))),
    ]
}

fn database() -> (MemoryDisk, Database) {
    let memory = MemoryDisk::default();
    let writer = create_on(Arc::new(memory.clone()), options(Durability::Synced)).unwrap();
    (0..3).for_each(|_| write_one(&writer));
    (memory, writer)
}

fn read(disk: &ReadDisk) -> Result<Database, DiskError> {
    open_read_only_on(Arc::new(disk.clone()), options(Durability::Synced))
}

#[test]
fn a_reader_opens_whatever_the_writer_does_meanwhile() {
    for act in acts() {
        for at in 0.. {
            let (memory, writer) = database();
            let disk = ReadDisk::new(&memory);
            disk.plan(at, &writer, &act);
            let reader = read(&disk).unwrap();
            if !disk.has_acted() {
                assert!(at > 5);
                break;
            }
            check_prefix(&reader, &writer, 3);
            reader.refresh().unwrap();
            check_all(&reader, &writer);
        }
    }
}

#[test]
fn a_reader_follows_whatever_the_writer_does_meanwhile() {
    let all = acts();
    for before in [&all[0], &all[3]] {
        for act in &all {
            for at in 0.. {
                let (memory, writer) = database();
                let disk = ReadDisk::new(&memory);
                let reader = read(&disk).unwrap();
                let (held, text) = (reader.read(), text_of(&reader.read()));
                before(&writer);
                let sure = writer.commit_number();
                disk.plan(at, &writer, act);
                let number = reader.refresh().unwrap();
                if !disk.has_acted() {
                    assert!(at > 2);
                    break;
                }
                assert_eq!(number, reader.commit_number());
                check_prefix(&reader, &writer, sure);
                reader.refresh().unwrap();
                check_all(&reader, &writer);
                assert_eq!(text_of(&held), text);
            }
        }
    }
}

#[test]
fn a_reader_that_finds_the_next_log_keeps_all_commits_that_it_has_come_by() {
    let (memory, writer) = database();
    let reader = read(&ReadDisk::new(&memory)).unwrap();
    write_one(&writer);
    writer.checkpoint().unwrap();
    write_one(&writer);
    reader.refresh().unwrap();
    assert_eq!(reader.kept_commits(), [0, 1, 2, 3, 4, 5]);
    for _ in 0..2 {
        write_one(&writer);
        writer.checkpoint().unwrap();
    }
    reader.refresh().unwrap();
    assert_eq!(reader.kept_commits(), [0, 1, 2, 3, 4, 5, 7]);
    check_all(&reader, &writer);
}

#[test]
fn a_commit_that_is_not_whole_is_not_there_yet() {
    let (memory, writer) = database();
    let whole = memory.copy();
    let reader = read(&ReadDisk::new(&whole)).unwrap();
    let (log, expected) = ("log-00000000000000000000", text_of(&writer.read()));
    write_one(&writer);
    let len_bytes = |disk: &MemoryDisk| disk.open(log).unwrap().len_bytes().unwrap();
    let mut bytes = vec![0; usize::try_from(len_bytes(&memory)).unwrap()];
    memory.open(log).unwrap().read_at(0, &mut bytes).unwrap();
    let begin = usize::try_from(len_bytes(&whole)).unwrap();
    for end in begin..bytes.len() {
        whole.open(log).unwrap().write_at(begin as u64, &bytes[begin..end]).unwrap();
        assert_eq!(reader.refresh().unwrap(), 3);
        assert_eq!(text_of(&reader.read()), expected);
        assert_eq!(text_of(&read(&ReadDisk::new(&whole)).unwrap().read()), expected);
    }
    whole.open(log).unwrap().write_at(0, &bytes).unwrap();
    assert_eq!(reader.refresh().unwrap(), 4);
    check_prefix(&reader, &writer, 4);
}

#[test]
fn a_commit_that_the_disk_did_not_keep_is_gone_when_the_database_is_read_again() {
    let (memory, writer) = database();
    let before = memory.copy();
    write_one(&writer);
    let disk = ReadDisk::new(&memory);
    let reader = read(&disk).unwrap();
    assert_eq!(reader.commit_number(), 4);
    // The log of a writer that was opened again, and goes on behind the third commit.
    let other = opened(&before).unwrap();
    for number in 4..8 {
        other.query("CREATE (:Other)", ()).unwrap();
        disk.become_copy_of(&before);
        assert_eq!(reader.refresh().unwrap(), number);
        check_prefix(&reader, &other, number);
        assert_eq!(reader.query("MATCH (o:Other) RETURN count(*)", ()).unwrap().single::<u64>().unwrap(), number - 3);
    }
}

#[test]
fn a_reader_writes_nothing() {
    let (memory, _writer) = database();
    let reader = read(&ReadDisk::new(&memory)).unwrap();
    let refused = [
        reader.query("CREATE (:A)", ()).map(drop),
        reader.query("UNWIND [1] AS x CALL (x) { CREATE (:A) } IN TRANSACTIONS", ()).map(drop),
        reader.query("CREATE INDEX FOR (a:A) ON (a.n)", ()).map(drop),
        reader.write().map(drop),
        reader.run("RETURN 1; CREATE (:A)").map(drop),
        reader.read().query("CREATE (:A)", ()).map(drop),
    ];
    for refused in refused {
        let error = refused.unwrap_err();
        assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Busy, "read-only"));
    }
    assert!(reader.is_read_only() && !reader.is_in_memory());
    assert_eq!(reader.run("RETURN 1; MATCH (c:Count) RETURN c.n").unwrap().len(), 2);
    reader.checkpoint().unwrap();
    let fork = reader.fork();
    fork.query("CREATE (:A)", ()).unwrap();
    assert_eq!((fork.commit_number(), fork.is_read_only(), reader.refresh().unwrap()), (4, false, 3));
}

#[test]
fn files_that_are_gone_are_told_and_may_come_back() {
    let (memory, writer) = database();
    let disk = ReadDisk::new(&memory);
    let reader = read(&disk).unwrap();
    disk.become_copy_of(&MemoryDisk::default());
    for _ in 0..2 {
        assert_eq!(reader.refresh().unwrap_err().code(), "no-database");
        check_prefix(&reader, &writer, 3);
    }
    disk.become_copy_of(&memory);
    assert_eq!(reader.refresh().unwrap(), 3);
    check_prefix(&reader, &writer, 3);
}
