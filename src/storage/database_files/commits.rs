//! Commits on their way to the disk: written in order, shown in order once they are safe.
//!
//! Whoever commits writes to the log and hands the root to the next writer at once. Then those that wait agree: one of
//! them syncs for all that is written so far, and shows it; the others find their commit shown, or sync in turn. So many
//! committing threads share one sync (group commit), though one of them writes at a time.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{DatabaseFiles, Durability};
use crate::storage::wal::LogSync;
use crate::storage::{Change, DiskError, Graph};

/// Stands for a commit that was written; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// What was written and is not safe yet.
#[derive(Debug, Default)]
pub(super) struct Unshown {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    written: u64,
    shown: u64,
    /// Oldest first.
    roots: VecDeque<Written>,
    is_syncing: bool,
    /// Why nothing more is written.
    failure: Option<DiskError>,
}

/// A commit that is in the log.
#[derive(Debug)]
struct Written {
    ticket: u64,
    root: Arc<Graph>,
    log: LogSync,
    /// The commit is safe once the log is synced up to there.
    end: u64,
}

impl DatabaseFiles {
    /// Writes a commit to the log. Only who may write calls this, so commits come in order.
    ///
    /// # Errors
    ///
    /// [`DiskError`]; then nothing of the commit is kept.
    pub(crate) fn append(&self, root: &Arc<Graph>, changes: &[Change]) -> Result<Ticket, DiskError> {
        self.check()?;
        let mut log = self.log();
        let end = log.writer.append(root.commit().number, changes)?;
        let mut state = self.unshown.lock();
        state.written += 1;
        let ticket = state.written;
        state.roots.push_back(Written { ticket, root: Arc::clone(root), log: log.writer.syncer(), end });
        Ok(Ticket(ticket))
    }

    /// Comes back when a commit is safe, in the way that [`Durability`] says. `show` is called with each root that became
    /// so, in their order, by whoever comes first.
    ///
    /// # Errors
    ///
    /// [`DiskError`] if the disk does not take it: no later commit is shown then, and none is taken.
    pub(crate) fn settle(&self, ticket: Ticket, show: impl Fn(Arc<Graph>)) -> Result<(), DiskError> {
        let mut state = self.unshown.lock();
        loop {
            if state.shown >= ticket.0 {
                return Ok(());
            }
            if let Some(failure) = &state.failure {
                return Err(failure.clone());
            }
            if self.durability == Durability::Buffered {
                let written = state.written;
                state.show_until(written, &show);
            } else if state.is_syncing {
                state = self.unshown.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else {
                state = self.sync(state, &show);
            }
        }
    }

    /// Syncs what is written so far, while others write on.
    fn sync<'s>(&'s self, mut state: MutexGuard<'s, State>, show: impl Fn(Arc<Graph>)) -> MutexGuard<'s, State> {
        let last = state.roots.back().expect("a commit waits");
        let (ticket, log, end) = (last.ticket, last.log.clone(), last.end);
        state.is_syncing = true;
        drop(state);
        let synced = log.sync(end);
        let mut state = self.unshown.lock();
        state.is_syncing = false;
        match synced {
            Ok(()) => state.show_until(ticket, show),
            Err(error) => state.fail(error),
        }
        self.unshown.changed.notify_all();
        state
    }

    /// Comes back when all that was written is on the disk, whatever the durability.
    pub(super) fn settle_all(&self, show: impl Fn(Arc<Graph>)) -> Result<(), DiskError> {
        let last = Ticket(self.unshown.lock().written);
        self.settle(last, show)?;
        let log = self.log();
        log.writer.syncer().sync(log.writer.end())
    }

    /// Leaves the files as they should be found.
    ///
    /// # Errors
    ///
    /// [`DiskError`]; what was synced before is safe.
    pub(crate) fn close(&self) -> Result<(), DiskError> {
        self.check()?;
        self.settle_all(drop)?;
        self.log().writer.trim()
    }

    /// Takes no commit any more: one that is not shown yet is lost.
    pub(super) fn write_no_more(&self, error: DiskError) {
        self.unshown.lock().fail(error);
    }

    /// The root of the last commit that was written, if it is not shown yet: the next writer goes on behind it.
    pub(crate) fn unshown_root(&self) -> Option<Arc<Graph>> {
        self.unshown.lock().roots.back().map(|written| Arc::clone(&written.root))
    }

    /// Whether commits can be written.
    ///
    /// # Errors
    ///
    /// [`DiskError`]: what went wrong before.
    pub(crate) fn check(&self) -> Result<(), DiskError> {
        self.unshown.lock().failure.clone().map_or(Ok(()), Err)
    }
}

impl Unshown {
    /// A panic while the lock was held leaves a state that is whole: each change is one step.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn show_until(&mut self, ticket: u64, show: impl Fn(Arc<Graph>)) {
        let count = self.roots.partition_point(|written| written.ticket <= ticket);
        for written in self.roots.drain(..count) {
            self.shown = written.ticket;
            show(written.root);
        }
    }

    /// Whether what waits is on the disk is not known any more.
    fn fail(&mut self, error: DiskError) {
        self.roots.clear();
        self.failure.get_or_insert(DiskError::Stopped { cause: Arc::new(error) });
    }
}
