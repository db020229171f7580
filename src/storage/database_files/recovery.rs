//! Opening a database: the newest snapshot that is whole, and the commits behind it.

use std::sync::Arc;

use super::checkpoint::{generation_of, names, remove, remove_before, snapshot_name, sync_names};
use super::{DatabaseFiles, Durability, Log, retention};
use crate::storage::disk::{Disk, DiskFile};
use crate::storage::snapshot::guard;
use crate::storage::wal::{LogEnd, LogReader, LogWriter, Replay, log_name};
use crate::storage::{DiskError, Graph, snapshot};

/// The graph that lies on a disk.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub graph: Graph,
    /// What a crash has left of commits that were never acknowledged.
    pub torn: Option<TornTail>,
    pub(super) generation: u64,
    snapshot_generation: u64,
    snapshot_bytes: u64,
    /// The log of the last generation, read to its end.
    pub(super) log: LogReader,
}

/// The end of a log that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TornTail {
    pub file: Arc<str>,
    pub offset: u64,
    pub len_bytes: u64,
}

impl DatabaseFiles {
    /// Opens the database on a disk, to be written. `seen` is shown the graph as it was at the snapshot and after each
    /// commit since. A torn tail is cut off, and what was never finished or is not needed any more is removed.
    ///
    /// # Errors
    ///
    /// [`DiskError`]; nothing on the disk is changed then.
    pub(crate) fn open(
        disk: Arc<dyn Disk>,
        durability: Durability,
        seen: impl FnMut(&Graph),
    ) -> Result<(Self, Graph, Option<TornTail>), DiskError> {
        let Recovered { graph, torn, generation, snapshot_generation, snapshot_bytes, log } = recover(&*disk, seen)?;
        let writer = LogWriter::resume(log)?;
        if !is_settled(&names(&*disk)?, generation) {
            // A name that a process gave before it was killed may be nowhere but in memory.
            sync_names(&*disk)?;
            tidy(&*disk, snapshot_generation)?;
        }
        let log = Log { generation, writer, snapshot_generation, snapshot_bytes, commits: None };
        Ok((Self::new(disk, durability, log), graph, torn))
    }
}

/// Reads what lies on a disk and changes nothing: `seen` is shown the graph of the snapshot and after each commit since.
///
/// # Errors
///
/// [`DiskError::NoDatabase`], and whatever is wrong with the files.
pub(crate) fn recover(disk: &dyn Disk, mut seen: impl FnMut(&Graph)) -> Result<Recovered, DiskError> {
    let names = names(disk)?;
    let (snapshot, damaged) = newest_snapshot(disk, &names)?;
    recover_from(snapshot, disk, &names, &mut seen).map_err(|error| match damaged {
        // The log was removed because there was that snapshot.
        Some(damaged) if error.is_missing_file() => damaged,
        Some(_) | None => error,
    })
}

/// What a snapshot and the logs since it give.
fn recover_from(
    snapshot: Snapshot,
    disk: &dyn Disk,
    names: &[String],
    seen: &mut impl FnMut(&Graph),
) -> Result<Recovered, DiskError> {
    let Snapshot { generation: snapshot_generation, mut graph, len_bytes: snapshot_bytes } = snapshot;
    let mut generation = snapshot_generation;
    seen(&graph);
    loop {
        let mut log = LogReader::open(disk, generation)?;
        catch_up(&mut log, &mut graph, &mut *seen)?;
        let next = generation + 1;
        let is_last = !names.contains(&log_name(next));
        let torn = torn_tail(&log);
        if is_last {
            return Ok(Recovered { graph, torn, generation, snapshot_generation, snapshot_bytes, log });
        }
        if let Some(TornTail { file, offset, .. }) = torn {
            let reason = format!("commits are missing here: the log of generation {next} follows");
            return Err(DiskError::Corruption { file, offset, reason });
        }
        generation = next;
    }
}

/// A snapshot that was opened.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub generation: u64,
    pub graph: Graph,
    pub len_bytes: u64,
}

/// Logs are there, and what they stand behind is not.
pub(super) fn missing_snapshot(names: &[String]) -> DiskError {
    let first = names.iter().filter_map(|name| generation_of(name, "log")).min().unwrap_or_default();
    let reason = format!("it is missing, and {} stands behind it", log_name(first));
    DiskError::Corruption { file: snapshot_name(first).into(), offset: 0, reason }
}

/// The newest snapshot that can be read, and what is wrong with the newest one if that is another.
fn newest_snapshot(disk: &dyn Disk, names: &[String]) -> Result<(Snapshot, Option<DiskError>), DiskError> {
    let mut damaged = None;
    for generation in generations(names, "snapshot").into_iter().rev() {
        match open_snapshot(disk, generation) {
            Ok(snapshot) => return Ok((snapshot, damaged)),
            Err(error) => damaged = damaged.or(Some(error)),
        }
    }
    Err(match damaged {
        Some(damaged) => damaged,
        None if has_commits(disk, names)? => missing_snapshot(names),
        None => DiskError::NoDatabase,
    })
}

/// The generations of all files of a kind, oldest first.
pub(super) fn generations(names: &[String], kind: &str) -> Vec<u64> {
    let mut generations: Vec<u64> = names.iter().filter_map(|name| generation_of(name, kind)).collect();
    generations.sort_unstable();
    generations
}

pub(super) fn open_snapshot(disk: &dyn Disk, generation: u64) -> Result<Snapshot, DiskError> {
    let name: Arc<str> = snapshot_name(generation).into();
    let file: Arc<dyn DiskFile> = disk.open(&name).map_err(DiskError::io("open", &name))?.into();
    let len_bytes = file.len_bytes().map_err(DiskError::io("read", &name))?;
    let head = snapshot::head(&name, &file)?;
    if head.generation != generation {
        let reason = format!("it is the snapshot of generation {}", head.generation);
        return Err(DiskError::Corruption { file: name, offset: 0, reason });
    }
    Ok(Snapshot { generation, graph: snapshot::open(&name, file)?, len_bytes })
}

/// Does to a graph what a log says that begins behind its last commit.
pub(super) fn catch_up(log: &mut LogReader, graph: &mut Graph, seen: impl FnMut(&Graph)) -> Result<(), DiskError> {
    if log.behind() != graph.commit() {
        let reason =
            format!("it stands behind commit {}, and {} is the last one", log.behind().number, graph.commit().number);
        return Err(DiskError::Corruption { file: log.name(), offset: 0, reason });
    }
    replay(log, graph, seen)
}

/// Does to a graph what has not been read of a log.
pub(super) fn replay(log: &mut LogReader, graph: &mut Graph, mut seen: impl FnMut(&Graph)) -> Result<(), DiskError> {
    while let Some(commit) = log.next_commit()? {
        guard(|| Replay::new(graph).run(&commit, log.changes(&commit)))??;
        seen(graph);
    }
    Ok(())
}

fn torn_tail(log: &LogReader) -> Option<TornTail> {
    match log.end()? {
        LogEnd::Clean => None,
        LogEnd::Torn { offset, len_bytes } => Some(TornTail { file: log.name(), offset, len_bytes }),
    }
}

/// Whether there is nothing but a snapshot and its log, behind a generation before: that was removed once their names were
/// synced. So a database at rest is opened without waiting for the disk.
fn is_settled(names: &[String], generation: u64) -> bool {
    let (snapshot, log) = (snapshot_name(generation), log_name(generation));
    generation > 0 && names.len() == 2 && names.contains(&snapshot) && names.contains(&log)
}

/// Removes what a crash has left that is no part of the database, which begins with the snapshot of a generation.
fn tidy(disk: &dyn Disk, generation: u64) -> Result<(), DiskError> {
    for name in names(disk)?.iter().filter(|name| is_unfinished(name)) {
        remove(disk, name)?;
    }
    remove_before(disk, generation)
}

/// What has not come to its name.
fn is_unfinished(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| end == "new")
}

/// Removes what is left of a database that was begun and not finished.
pub(super) fn make_room(disk: &dyn Disk) -> Result<(), DiskError> {
    let is_beginning = |name: &&String| is_unfinished(name) || **name == log_name(0) || *name == retention::NAME;
    check_room(disk)?.iter().filter(is_beginning).try_for_each(|name| remove(disk, name).map(drop))
}

/// Refuses a disk on which there is a database; gives the names of what is there.
pub(super) fn check_room(disk: &dyn Disk) -> Result<Vec<String>, DiskError> {
    let names = names(disk)?;
    let has_snapshot = names.iter().any(|name| generation_of(name, "snapshot").is_some());
    // Where somebody has lost the snapshot, what was committed is not thrown after it.
    if has_snapshot || has_commits(disk, &names)? {
        return Err(DiskError::DatabaseExists);
    }
    Ok(names)
}

/// Whether there are logs of more than a database that was begun and not finished.
fn has_commits(disk: &dyn Disk, names: &[String]) -> Result<bool, DiskError> {
    if names.iter().any(|name| generation_of(name, "log").is_some_and(|generation| generation > 0)) {
        return Ok(true);
    }
    Ok(names.contains(&log_name(0)) && LogReader::open(disk, 0)?.next_commit()?.is_some())
}
