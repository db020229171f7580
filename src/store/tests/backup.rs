//! Copies of databases.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::{io, thread};

use super::super::create_with;
use super::dump::worked;
use super::hooked::{HookedDisk, Operation};
use super::{opened, options, text_of};
use crate::database::{Database, lock};
use crate::storage::{DiskError, Durability, Graph, MemoryDisk};
use crate::transaction::ReadTransaction;
use crate::value::ErrorKind;

/// All but how many commits are kept.
fn graph_of(read: &ReadTransaction) -> String {
    text_of(read).lines().filter(|line| !line.contains("\"history\"")).collect()
}

#[test]
fn a_copy_that_is_made_as_the_system_crashes_is_whole_or_none() {
    let db = worked(3);
    let text = graph_of(&db.read());
    let disk = MemoryDisk::default();
    let (seen, images) = (disk.clone(), Arc::new(Mutex::new(Vec::new())));
    let taken = Arc::clone(&images);
    let hook = Arc::new(move |_: Operation| {
        lock(&taken).extend(seen.crash_images(4));
        Ok(())
    });
    let copy =
        create_with(Arc::new(HookedDisk::new(&disk, hook)), options(Durability::Synced), Graph::clone(&db.root()));
    assert_eq!(graph_of(&copy.unwrap().read()), text);
    let mut is_whole = 0;
    let images = std::mem::take(&mut *lock(&images));
    for image in images.iter().chain([&disk.crash(0)]) {
        match opened(image) {
            Ok(copy) => {
                is_whole += 1;
                assert!(graph_of(&copy.read()) == text);
            }
            Err(DiskError::NoDatabase) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert!(is_whole > 0 && is_whole < images.len());
}

#[test]
fn a_copy_that_cannot_be_written_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (db, there) = (worked(4), folder.path().join("there"));
    fs::create_dir(&there).unwrap();
    for to in [&there, &folder.path().join("no/such")] {
        assert_eq!(db.backup(to).unwrap_err().kind(), ErrorKind::Io);
    }
    assert_eq!(fs::read_dir(&there).unwrap().count(), 0);
    let refused: Result<Database, crate::Error> =
        super::super::create_of(options(Durability::Synced), &folder.path().join("none"), || {
            Err(crate::Error::plain(ErrorKind::Io, "DiskFailed", io::Error::other("no").to_string()))
        });
    assert!(refused.is_err() && !folder.path().join("none").exists());
}

/// By the handle that writes and, as another process would, by the folder alone.
#[test]
fn a_database_is_copied_while_it_is_written_and_its_files_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let db = options(Durability::Buffered).create(&path).unwrap();
    db.query("UNWIND range(1, 2000) AS x CREATE (:A {x: x})", ()).unwrap();
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                db.query("MATCH (a:A) WITH a ORDER BY rand() LIMIT 1 SET a.x = -a.x CREATE (:B {n: a.x})", ()).unwrap();
            }
        });
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                db.checkpoint().unwrap();
            }
        });
        for round in 0..12 {
            let to = folder.path().join(format!("copy {round}"));
            let number = if round % 2 == 0 {
                db.backup(&to)
            } else {
                Database::open_read_only(&path).and_then(|db| db.backup(&to))
            }
            .unwrap();
            let copy = Database::open(&to).unwrap();
            assert_eq!((copy.commit_number(), copy.lost_tail()), (number, None));
            let mut commit = db.at_commit(number);
            while commit.is_err() {
                // It is on the disk, and shown in a moment.
                thread::yield_now();
                commit = db.at_commit(number);
            }
            assert!(graph_of(&copy.read()) == graph_of(&commit.unwrap()));
        }
        is_done.store(true, Ordering::Relaxed);
    });
}
