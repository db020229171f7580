//! The files of one database: where commits are kept, and where they are found again.
//!
//! ```text
//! snapshot-<generation>   the graph as it was when the generation began, and at the commits before that are kept
//! log-<generation>        the commits since
//! keep                    how many commits are kept, where that was said
//! lock                    held by the process that writes
//! *.new                   a file that was not finished
//! ```
//!
//! A checkpoint begins a generation: first its log, while nobody writes, so that all that comes goes there; then, beside
//! readers and writer, its snapshot, which is renamed once it is whole and synced; then the files of the generations before
//! are removed. So at any moment the newest snapshot and all logs from its generation on are the database. Logs follow each
//! other without a gap: only the last one may end with a commit that was lost in a crash.
//!
//! All of them are read by [`check_files`], and what can be read of damaged ones is saved by [`Salvaged`].

mod check;
mod checkpoint;
mod commits;
mod follower;
mod recovery;
mod retention;
mod salvage;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::disk::Disk;
use super::history::Kept;
use super::wal::LogWriter;
use super::{DiskError, Graph, log};

pub(crate) use check::{Depth, FilesChecked, Stage, check_files};
pub(crate) use checkpoint::Checkpoint;
use commits::Unshown;
pub(crate) use follower::{Followed, Follower, beside_a_writer};
pub(crate) use recovery::TornTail;
pub(crate) use retention::stored_keep;
pub(crate) use salvage::Salvaged;

/// When a commit is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Once the disk has it: it outlives a crash of the system. Commits that wait at the same time share one sync.
    #[default]
    Synced,
    /// Once the system has it: it outlives a crash of the process, while the last commits may be lost in a crash of the
    /// system. What is left then is the state of some earlier commit, whole.
    Buffered,
}

/// The files of an open database that this process writes.
#[derive(Debug)]
pub(crate) struct DatabaseFiles {
    disk: Arc<dyn Disk>,
    durability: Durability,
    /// A log that is shorter is never worth a snapshot.
    least_log_bytes: u64,
    /// Locked by who writes, and for a moment by a checkpoint.
    log: Mutex<Log>,
    unshown: Unshown,
    /// Held by who writes a snapshot.
    snapshot: Mutex<()>,
}

/// The log of the present generation.
#[derive(Debug)]
struct Log {
    generation: u64,
    writer: LogWriter,
    /// That of the newest snapshot.
    snapshot_generation: u64,
    /// The size of the snapshot that it follows.
    snapshot_bytes: u64,
    /// The commits that lie in the newest snapshot, if this process has written it.
    commits: Option<log::Log>,
}

impl DatabaseFiles {
    /// Begins a database on a disk where there is none, with a graph of which all is committed. What a crash has left
    /// of an earlier beginning is in nobody's way: a database is there once its snapshot is.
    ///
    /// # Errors
    ///
    /// [`DiskError::DatabaseExists`], and others if the disk cannot be written.
    pub(crate) fn create(
        disk: Arc<dyn Disk>,
        graph: &Graph,
        past: &[Kept],
        durability: Durability,
    ) -> Result<Self, DiskError> {
        recovery::make_room(&*disk)?;
        let writer = LogWriter::create(&*disk, 0, graph.commit())?;
        // Without its log the snapshot could not be opened, and would be in the way of another beginning.
        checkpoint::sync_names(&*disk)?;
        let snapshot_bytes = checkpoint::write_snapshot(&*disk, 0, graph, past)?;
        let log = Log { generation: 0, writer, snapshot_generation: 0, snapshot_bytes, commits: None };
        Ok(Self::new(disk, durability, log))
    }

    /// Whether a database can begin on a disk.
    ///
    /// # Errors
    ///
    /// [`DiskError::DatabaseExists`], and others if the disk cannot be read.
    pub(crate) fn check_room(disk: &dyn Disk) -> Result<(), DiskError> {
        recovery::check_room(disk).map(drop)
    }

    /// Removes a database that was begun and not finished.
    ///
    /// # Errors
    ///
    /// [`DiskError::DatabaseExists`] if it was finished, and others if the disk cannot be written.
    pub(crate) fn abandon(disk: &dyn Disk) -> Result<(), DiskError> {
        recovery::make_room(disk)
    }

    /// How many bytes the database takes up.
    ///
    /// # Errors
    ///
    /// [`DiskError::Io`].
    pub(crate) fn len_bytes(&self) -> Result<u64, DiskError> {
        checkpoint::len_bytes(&*self.disk)
    }

    /// The commits that lie in the last snapshot that this process has written, to be left to it by roots in memory.
    pub(crate) fn stored_commits(&self) -> Option<log::Log> {
        self.log().commits.clone()
    }

    fn new(disk: Arc<dyn Disk>, durability: Durability, log: Log) -> Self {
        let least_log_bytes = checkpoint::LEAST_LOG_BYTES;
        Self {
            disk,
            durability,
            least_log_bytes,
            log: Mutex::new(log),
            unshown: Unshown::default(),
            snapshot: Mutex::default(),
        }
    }

    /// Lets shorter logs be worth a snapshot, or only longer ones.
    #[must_use]
    pub(crate) fn with_least_log_bytes(self, least_log_bytes: u64) -> Self {
        Self { least_log_bytes, ..self }
    }

    /// A panic while the log was written leaves it as it was or broken, and then it says so.
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
