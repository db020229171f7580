//! Reads a database beside the process that writes it: what is there to begin with, and then the commits that come.
//!
//! Nothing tells a reader what the writer is about to do, and nothing holds the writer up. So a reader meets files that
//! are not finished, and files that are not there any more:
//!
//! * What is not a whole commit yet at the end of the log is not there yet.
//! * A log is read to its end after it was seen that the next one has begun: nothing comes to it then. It may be removed
//!   already; whoever has it open may go on to read it.
//! * Where the writer is two generations ahead, the way there is gone, and the follower has to begin anew with the newest
//!   snapshot. So it has where the log is another one than it was: where it was put back from a copy, or the writer has
//!   been opened again after its disk had failed, and goes on behind an earlier commit.
//! * A file that is listed may be removed before it is opened. What is wrong with the files only counts if they stayed the
//!   same meanwhile: see [`beside_a_writer`].

use super::checkpoint::names;
use super::recovery::{Recovered, recover, replay};
use crate::storage::disk::Disk;
use crate::storage::wal::{LogEnd, LogReader, Standing};
use crate::storage::{DiskError, Graph};

/// A writer that begins so many generations while a reader wants to begin is not what keeps it from that.
const MAX_TRIES: usize = 100;

/// The last commit of a database that was read, and where the next one will be.
#[derive(Debug)]
pub(crate) struct Follower {
    graph: Graph,
    generation: u64,
    log: LogReader,
}

/// Whether a follower could follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Followed {
    ToTheEnd,
    /// The way from its last commit to that of the database is not there: it has to begin anew.
    Lost,
}

impl Follower {
    /// Begins with what lies on a disk, of which nothing is changed; `seen` is shown the graph of the snapshot and after each
    /// commit since.
    ///
    /// # Errors
    ///
    /// [`DiskError::NoDatabase`], and whatever is wrong with the files or seems so: see [`beside_a_writer`].
    pub(crate) fn open(disk: &dyn Disk, seen: impl FnMut(&Graph)) -> Result<Self, DiskError> {
        let Recovered { graph, generation, log, .. } = recover(disk, seen)?;
        Ok(Self { graph, generation, log })
    }

    /// Reads the commits that have come; `seen` is shown the graph after each.
    ///
    /// # Errors
    ///
    /// [`DiskError`]; this follower is of no use then.
    pub(crate) fn follow(&mut self, disk: &dyn Disk, mut seen: impl FnMut(&Graph)) -> Result<Followed, DiskError> {
        loop {
            let next = if_there(LogReader::open(disk, self.generation + 1))?;
            match (self.log.reopen(disk)?, &next) {
                (Standing::There, _) | (Standing::Removed, Some(_)) => {}
                (Standing::Other, _) | (Standing::Removed, None) => return Ok(Followed::Lost),
            }
            replay(&mut self.log, &mut self.graph, &mut seen)?;
            let Some(next) = next else { return Ok(Followed::ToTheEnd) };
            if self.log.end() != Some(LogEnd::Clean) || next.behind() != self.graph.commit() {
                return Ok(Followed::Lost);
            }
            self.log = next;
            self.generation += 1;
        }
    }
}

/// What `read` makes of the files. It is asked again if it fails while a writer makes, renames or removes some.
///
/// # Errors
///
/// [`DiskError`]: what is wrong with files that stay as they are.
pub(crate) fn beside_a_writer<T>(disk: &dyn Disk, read: impl FnMut() -> Result<T, DiskError>) -> Result<T, DiskError> {
    settled(disk, read, |_| true)
}

/// The same where what `read` makes may not be good though it does not fail.
pub(super) fn settled<T>(
    disk: &dyn Disk,
    mut read: impl FnMut() -> Result<T, DiskError>,
    is_good: impl Fn(&T) -> bool,
) -> Result<T, DiskError> {
    let mut before = sorted_names(disk)?;
    for _ in 1..MAX_TRIES {
        let made = read();
        if made.as_ref().is_ok_and(&is_good) {
            return made;
        }
        let now = sorted_names(disk)?;
        if now == before {
            return made;
        }
        before = now;
    }
    read()
}

fn sorted_names(disk: &dyn Disk) -> Result<Vec<String>, DiskError> {
    let mut names = names(disk)?;
    names.sort_unstable();
    Ok(names)
}

fn if_there<T>(opened: Result<T, DiskError>) -> Result<Option<T>, DiskError> {
    match opened {
        Err(error) if error.is_missing_file() => Ok(None),
        opened => opened.map(Some),
    }
}
