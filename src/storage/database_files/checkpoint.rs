//! Checkpoints: a snapshot of the last commit in place of the one before and its log.

use std::sync::{Arc, PoisonError};

use super::recovery::open_snapshot;
use super::{DatabaseFiles, Log};
use crate::storage::disk::{Disk, DiskFile, remove_if_there};
use crate::storage::history::Kept;
use crate::storage::wal::{LogWriter, log_name};
use crate::storage::{Commit, DiskError, Graph, snapshot};

/// A log that is shorter is never worth a snapshot, unless somebody says otherwise.
pub(super) const LEAST_LOG_BYTES: u64 = 64 << 20;

/// A log is worth a snapshot when it has so large a part of the last one's size: writing a large graph anew for every
/// few commits would cost more than reading them.
const SNAPSHOT_PARTS: u64 = 4;

/// A generation that has begun and lacks its snapshot.
#[derive(Debug)]
#[must_use = "finish it"]
pub(crate) struct Checkpoint {
    generation: u64,
    root: Arc<Graph>,
    /// Those of the commits before that are kept.
    past: Vec<Kept>,
}

impl DatabaseFiles {
    /// Whether the log has become so long that a checkpoint is worth it.
    pub(crate) fn is_checkpoint_due(&self) -> bool {
        let log = self.log();
        let len_bytes = log.writer.end();
        len_bytes >= self.least_log_bytes && len_bytes >= log.snapshot_bytes / SNAPSHOT_PARTS
    }

    /// Begins a generation with `root`, which is that of the last commit: only who may write calls this. What waits to be
    /// shown is made safe and shown first, and then `past` gives the roots before that are kept. A generation without commits
    /// is good enough.
    ///
    /// # Errors
    ///
    /// [`DiskError`]; the generation goes on then, or nothing more is written.
    pub(crate) fn begin_checkpoint(
        &self,
        root: Arc<Graph>,
        show: impl Fn(Arc<Graph>),
        past: impl FnOnce() -> Vec<Kept>,
    ) -> Result<Checkpoint, DiskError> {
        self.begin_generation(root, show, past, |log| !log.writer.is_empty())
    }

    /// As [`begin_checkpoint`](DatabaseFiles::begin_checkpoint), for a root that lies otherwise in its pages than the last
    /// snapshot, though no commit was made since; roots before it are not kept.
    ///
    /// # Errors
    ///
    /// [`DiskError`]; the generation goes on then, or nothing more is written.
    pub(crate) fn begin_anew(&self, root: Arc<Graph>, show: impl Fn(Arc<Graph>)) -> Result<Checkpoint, DiskError> {
        self.begin_generation(root, show, Vec::new, |_| true)
    }

    fn begin_generation(
        &self,
        root: Arc<Graph>,
        show: impl Fn(Arc<Graph>),
        past: impl FnOnce() -> Vec<Kept>,
        is_needed: impl Fn(&Log) -> bool,
    ) -> Result<Checkpoint, DiskError> {
        self.check()?;
        self.settle_all(show)?;
        let mut log = self.log();
        if is_needed(&log) {
            let generation = log.generation + 1;
            let writer = self.next_log(generation, root.commit())?;
            (log.generation, log.writer) = (generation, writer);
        }
        Ok(Checkpoint { generation: log.generation, root, past: past() })
    }

    /// The log of the next generation, which is sure to keep its name. If it cannot be, it must not be there: commits go to the
    /// log before it.
    fn next_log(&self, generation: u64, behind: Commit) -> Result<LogWriter, DiskError> {
        let made = LogWriter::create(&*self.disk, generation, behind);
        let made = made.and_then(|writer| sync_names(&*self.disk).map(|()| writer));
        made.inspect_err(|_| {
            if let Err(error) = self.take_back(&log_name(generation)) {
                self.write_no_more(error);
            }
        })
    }

    fn take_back(&self, name: &str) -> Result<(), DiskError> {
        if remove(&*self.disk, name)? { sync_names(&*self.disk) } else { Ok(()) }
    }

    /// Writes the snapshot of a generation that has begun, beside readers and writer, and removes what it makes needless.
    ///
    /// # Errors
    ///
    /// [`DiskError`]; the snapshot before and all logs since stay then, and are the database.
    pub(crate) fn finish_checkpoint(&self, checkpoint: Checkpoint) -> Result<(), DiskError> {
        let Checkpoint { generation, root, past } = checkpoint;
        let _turn = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = self.log().snapshot_generation;
        if newest < generation {
            let snapshot_bytes = write_snapshot(&*self.disk, generation, &root, &past)?;
            // Before anything is removed it is clear that the snapshot can be opened.
            let commits = open_snapshot(&*self.disk, generation)?.graph.log().clone();
            let mut log = self.log();
            (log.snapshot_generation, log.snapshot_bytes, log.commits) = (generation, snapshot_bytes, Some(commits));
        }
        remove_before(&*self.disk, generation)
    }
}

/// The bytes of all snapshots and logs on a disk.
pub(super) fn len_bytes(disk: &dyn Disk) -> Result<u64, DiskError> {
    let is_part = |name: &&String| ["snapshot", "log"].into_iter().any(|kind| generation_of(name, kind).is_some());
    let len_bytes = |name: &String| {
        let file = disk.open(name).map_err(DiskError::io("open", name))?;
        file.len_bytes().map_err(DiskError::io("read", name))
    };
    names(disk)?.iter().filter(is_part).map(len_bytes).sum()
}

/// The name of the snapshot of a generation.
pub(super) fn snapshot_name(generation: u64) -> String {
    format!("snapshot-{generation:020}")
}

/// The generation of a snapshot or a log, by its name.
pub(super) fn generation_of(name: &str, kind: &str) -> Option<u64> {
    let digits = name.strip_prefix(kind)?.strip_prefix('-')?;
    let generation = digits.parse().ok()?;
    (digits.len() == 20).then_some(generation)
}

/// Writes a snapshot, which has its name once it is whole and safe. Gives its size.
pub(super) fn write_snapshot(disk: &dyn Disk, generation: u64, graph: &Graph, past: &[Kept]) -> Result<u64, DiskError> {
    let name: Arc<str> = snapshot_name(generation).into();
    let new = format!("{name}.new");
    let written = write_new(disk, &new, &name, |file| snapshot::write(graph, past, generation, &name, file));
    if written.is_err() {
        // A half of a snapshot takes up a disk that may be full; without it, it is removed on the next opening.
        let _ = disk.remove(&new);
    }
    written
}

/// Writes a file under another name until it is whole and safe. Gives its size.
pub(super) fn write_new(
    disk: &dyn Disk,
    new: &str,
    name: &str,
    write: impl FnOnce(&dyn DiskFile) -> Result<(), DiskError>,
) -> Result<u64, DiskError> {
    remove(disk, new)?;
    let file = disk.create(new).map_err(DiskError::io("create", new))?;
    write(&*file)?;
    let len_bytes = file.len_bytes().map_err(DiskError::io("read", name))?;
    file.sync().map_err(DiskError::io("sync", name))?;
    disk.rename(new, name).map_err(DiskError::io("rename", name))?;
    sync_names(disk)?;
    Ok(len_bytes)
}

/// Removes the snapshots and logs of the generations before this one, and what was never finished.
pub(super) fn remove_before(disk: &dyn Disk, generation: u64) -> Result<(), DiskError> {
    let is_past = |name: &str| {
        let of = generation_of(name, "snapshot").or_else(|| generation_of(name, "log"));
        of.is_some_and(|of| of < generation)
    };
    for name in names(disk)?.iter().filter(|name| is_past(name)) {
        remove(disk, name)?;
    }
    Ok(())
}

pub(super) fn names(disk: &dyn Disk) -> Result<Vec<String>, DiskError> {
    disk.names().map_err(DiskError::io("list", "the database"))
}

/// Removes a file, if it is there: whether it was.
pub(super) fn remove(disk: &dyn Disk, name: &str) -> Result<bool, DiskError> {
    remove_if_there(disk, name).map_err(DiskError::io("remove", name))
}

pub(super) fn sync_names(disk: &dyn Disk) -> Result<(), DiskError> {
    disk.sync_names().map_err(DiskError::io("sync", "the database"))
}
