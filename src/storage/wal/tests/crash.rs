//! Crashes and disks that fail.

use std::io;

use proptest::prelude::*;

use super::*;
use crate::storage::disk::{Fault, FaultyDisk};

/// Opens the log that a crash left, and goes on with it.
fn recovered(disk: &MemoryDisk) -> (Vec<Recorded>, LogWriter) {
    let mut reader = LogReader::open(disk, GENERATION).unwrap();
    let mut commits = Vec::new();
    read_on(&mut reader, &mut commits).unwrap();
    (commits, LogWriter::resume(reader).unwrap())
}

/// Whether a log that was left of `commits` has the first `synced` of them, and no others than the first ones.
fn check_left(disk: &MemoryDisk, commits: &[Made], synced: usize) {
    let (left, mut log) = recovered(disk);
    assert!(left.len() >= synced && recorded(commits).starts_with(&left), "{} of {synced}", left.len());
    // What is written behind the crash stays as well, in another crash too.
    let Some(next) = commits.get(left.len()) else { return };
    let end = log.append(next.number, &next.changes).unwrap();
    log.syncer().sync(end).unwrap();
    for image in disk.crash_images(4) {
        assert_eq!(recovered(&image).0, recorded(&commits[..=left.len()]));
    }
}

#[test]
fn a_log_that_is_made_as_the_system_crashes_is_whole_or_not_there() {
    let disk = MemoryDisk::default();
    LogWriter::create(&disk, GENERATION, START).unwrap();
    let is_there = |image: &MemoryDisk| image.names().unwrap().contains(&log_name(GENERATION));
    let (there, missing): (Vec<_>, Vec<_>) = disk.crash_images(50).partition(is_there);
    assert!(!there.is_empty() && !missing.is_empty());
    for image in there {
        assert_eq!(read(&image).1.unwrap(), LogEnd::Clean);
    }
}

/// A program ends without a sync and begins again: what it finds in the log may be nowhere but in memory. What is written
/// then says that it was synced, so it has to be.
#[test]
fn what_is_found_when_a_log_is_opened_is_sure_to_stay() {
    let commits = sample();
    let disk = written(commits[..3].iter().map(|commit| (commit, false)));
    let (_, mut log) = recovered(&disk);
    log.append(commits[3].number, &commits[3].changes).unwrap();
    for image in disk.crash_images(40) {
        let (left, end) = read(&image);
        assert!(left.len() >= 3 && recorded(&commits).starts_with(&left) && end.is_ok(), "{end:?}");
    }
}

#[test]
fn a_large_commit_is_all_there_or_not_at_all() {
    let mut commits = sample();
    let text = Value::from("x".repeat(3 << 20));
    let large = Change::SetProperty { element: crate::value::ElementId(1), key: crate::catalog::KeyId(0), value: text };
    commits[1].changes.insert(1, large);
    let disk = written([(&commits[0], true), (&commits[1], false)]);
    let mut counts = [0, 0];
    for image in disk.crash_images(60) {
        let (left, _) = recovered(&image);
        assert!(recorded(&commits[..2]).starts_with(&left));
        counts[left.len() - 1] += 1;
    }
    assert!(counts[0] > 0 && counts[1] > 0, "{counts:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_crash_leaves_all_that_was_synced_and_nothing_else(
        syncs in prop::collection::vec(any::<bool>(), 5),
        seed in 0..1_000_u64,
    ) {
        let commits = sample();
        for count in 0..=commits.len() {
            let disk = written(commits[..count].iter().zip(syncs.iter().copied()));
            let synced = (0..count).rfind(|index| syncs[*index]).map_or(0, |index| index + 1);
            for seed in [0, 1].into_iter().chain(seed..seed + 12) {
                check_left(&disk.crash(seed), &commits, synced);
            }
        }
    }
}

/// Appends and syncs all commits; gives those of which both succeeded, and those that may be there or not.
fn write_all(disk: &FaultyDisk<MemoryDisk>, commits: &[Made]) -> (Vec<Recorded>, Vec<Recorded>) {
    let (mut sure, mut written) = (Vec::new(), Vec::new());
    let Ok(mut log) = LogWriter::create(disk, GENERATION, START) else { return (sure, written) };
    for commit in commits {
        // A commit that fails is tried again, as the next writer would make one with this number.
        let Ok(end) =
            log.append(commit.number, &commit.changes).or_else(|_| log.append(commit.number, &commit.changes))
        else {
            break;
        };
        written.push(commit.recorded());
        if log.syncer().sync(end).is_err() {
            assert!(log.append(commit.number + 1, &commit.changes).is_err(), "after a failed sync nothing is written");
            assert!(log.syncer().sync(end).is_err(), "after a failed sync no sync succeeds");
            break;
        }
        sure.clone_from(&written);
    }
    (sure, written)
}

#[test]
fn a_disk_that_fails_loses_nothing_that_was_synced() {
    let commits = sample();
    let counting = FaultyDisk::counting(MemoryDisk::default());
    write_all(&counting, &commits);
    let written_bytes = [0, 1, 30, 60, usize::MAX];
    for (at, written_bytes) in (0..counting.count()).flat_map(|at| written_bytes.map(|bytes| (at, bytes))) {
        for is_lasting in [false, true] {
            let memory = MemoryDisk::default();
            let fault = Fault { at, is_lasting, kind: io::ErrorKind::StorageFull, written_bytes };
            let (sure, written) = write_all(&FaultyDisk::failing(memory.clone(), fault), &commits);
            if memory.names().unwrap() != [log_name(GENERATION)] {
                assert!(sure.is_empty());
                continue;
            }
            memory.sync_names().unwrap();
            for image in [0, 1, 2, 3, 4, 5].map(|seed| memory.crash(seed)).iter().chain([&memory]) {
                let (left, end) = read(image);
                // A commit that was written in full and could not be taken back may be there.
                let longest = recorded(&commits[..commits.len().min(written.len() + 1)]);
                assert!(left.starts_with(&sure) && longest.starts_with(&left), "{fault:?}");
                assert!(end.is_ok(), "{fault:?} {end:?}");
            }
        }
    }
}

#[test]
fn what_cannot_be_taken_back_ends_the_log() {
    let commits = sample();
    let memory = all_synced(&commits[..1]);
    let fault = Fault { at: 7, is_lasting: true, kind: io::ErrorKind::StorageFull, written_bytes: 9 };
    let disk = FaultyDisk::failing(memory.clone(), fault);
    let mut reader = LogReader::open(&disk, GENERATION).unwrap();
    while reader.next_commit().unwrap().is_some() {}
    let mut log = LogWriter::resume(reader).unwrap();
    let before = disk.count();
    let mut refused = 0;
    for commit in &commits[1..] {
        refused += usize::from(log.append(commit.number, &commit.changes).is_err());
    }
    assert!(refused > 0 && disk.count() > before);
    let again = log.append(100, &commits[1].changes).unwrap_err();
    assert!(again.to_string().contains("opened again"), "{again}");
    let (left, end) = read(&memory);
    assert!(recorded(&commits).starts_with(&left) && end.is_ok());
}
