//! Checking databases in folders.

use std::fmt;
use std::path::Path;

use crate::database::Database;
use crate::error::Error;
use crate::storage::{Depth, FileDamage, FilesChecked, FolderDisk, Stage, TornTail, check_files};
use crate::store::LostTail;

/// How far something has come that takes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What is done just now: `pages`, `commits`, `indexes`.
    pub what: &'static str,
    /// How much of it is behind, ...
    pub done: u64,
    /// ... and of how much.
    pub total: u64,
}

/// What was checked of a database, and what is wrong with it: see [`Database::check`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckReport {
    /// The last commit; `None` if no snapshot can be opened.
    pub commit: Option<u64>,
    /// Who was writing the database meanwhile.
    pub in_use_by: Option<String>,
    /// What was looked at, and how much of it.
    pub looked_at: Vec<(&'static str, u64)>,
    /// All that is wrong; empty if the database is as it should be.
    pub damage: Vec<Damage>,
    /// What a crash has left of a commit that was never acknowledged, or what is being written. This is no damage: the next
    /// opening cuts it off.
    pub unfinished: Option<LostTail>,
}

/// Something that is wrong with a file of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damage {
    /// The name of the file.
    pub file: String,
    /// Where in the file, if it is one place.
    pub offset: Option<u64>,
    /// What it is.
    pub reason: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, offset, reason } = self;
        match offset {
            Some(offset) => write!(f, "{file} at byte {offset}: {reason}"),
            None => write!(f, "{file}: {reason}"),
        }
    }
}

impl Database {
    /// Checks all of a database in a folder, and changes nothing: the checksum of each page and of each commit, and whether
    /// what they say is of one graph: ids, neighbours in both directions, counts, indexes, constraints, clocks. It may be in
    /// use: then it is checked as it stands. `progress` is told how far it is, often.
    ///
    /// A million nodes and five million relationships took four seconds, and each commit that the snapshot keeps for `AT
    /// COMMIT` takes as long again: [`check_last`](Database::check_last) leaves these out.
    ///
    /// ```
    /// use averment::Database;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path().join("sanctions");
    /// let db = Database::create(&folder)?;
    /// db.query("CREATE (:Company {name: 'SenseTime'})", ())?;
    /// let report = Database::check(&folder, |_| ())?;
    /// assert!(report.damage.is_empty());
    /// assert_eq!(report.commit, Some(1));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if there is no database, or one of another format, or the folder cannot be read.
    /// Whatever else is wrong is in the report.
    pub fn check(folder: impl AsRef<Path>, progress: impl FnMut(Progress)) -> Result<CheckReport, Error> {
        check(folder.as_ref(), Depth::Kept, progress)
    }

    /// Checks a database as [`check`](Database::check) does, but for whether earlier commits that are kept are of one graph,
    /// each: of these only the checksums of their pages are checked.
    ///
    /// # Errors
    ///
    /// As [`check`](Database::check).
    pub fn check_last(folder: impl AsRef<Path>, progress: impl FnMut(Progress)) -> Result<CheckReport, Error> {
        check(folder.as_ref(), Depth::Last, progress)
    }
}

fn check(folder: &Path, depth: Depth, mut progress: impl FnMut(Progress)) -> Result<CheckReport, Error> {
    let checked = FolderDisk::open_read_only(folder).and_then(|disk| {
        let in_use_by = disk.other_writer();
        let checked = check_files(&disk, depth, &mut |stage| progress(stage.into()))?;
        Ok(CheckReport::of(checked, in_use_by))
    });
    checked.map_err(|error| Error::from(error).of(folder))
}

impl CheckReport {
    fn of(checked: FilesChecked, in_use_by: Option<String>) -> Self {
        let FilesChecked { commit, pages, frames, commits, changes, bytes, kept, invariants, damage, torn } = checked;
        let in_files = [
            ("bytes", bytes),
            ("pages", pages),
            ("commits in logs", commits),
            ("frames", frames),
            ("changes", changes),
            ("kept commits", kept),
        ];
        let in_graph = invariants.iter().map(|checked| (checked.name, checked.findings.looked_at));
        Self {
            commit,
            in_use_by,
            looked_at: in_files.into_iter().chain(in_graph).collect(),
            damage: damage.into_iter().map(Damage::from).collect(),
            unfinished: torn.map(LostTail::from),
        }
    }
}

impl From<Stage> for Progress {
    fn from(Stage { what, done, total }: Stage) -> Self {
        Self { what, done, total }
    }
}

impl From<FileDamage> for Damage {
    fn from(FileDamage { file, offset, reason }: FileDamage) -> Self {
        Self { file: file.to_string(), offset, reason }
    }
}

impl From<TornTail> for LostTail {
    fn from(TornTail { file, offset, len_bytes }: TornTail) -> Self {
        Self { file: file.to_string(), offset, len_bytes }
    }
}
