//! Checks all files of a database, and changes none: every page of the snapshots, every frame and change of the logs, and
//! whether the graph that they give is what it has to be, and the graph of each commit that the newest snapshot keeps.
//!
//! Each of these graphs is looked at in full, and pages that several of them have are read for each: whether a page is right
//! depends on the pages that it has to agree with, and what it may say on the root. So each kept commit takes as long as the
//! last one, and the memory of one graph. Where that is too long, [`Depth::Last`] leaves kept commits at their pages.

use rustc_hash::FxHashSet;

use super::TornTail;
use super::checkpoint::{names, snapshot_name};
use super::follower::settled;
use super::recovery::{Snapshot, catch_up, generations, missing_snapshot, open_snapshot};
use super::retention::stored_keep;
use crate::storage::check::{self, Checked};
use crate::storage::disk::Disk;
use crate::storage::error::FileDamage;
use crate::storage::history::Kept;
use crate::storage::snapshot::{HEAD_BYTES, past, see_roots};
use crate::storage::wal::{LogEnd, LogReader, LoggedCommit, Whole};
use crate::storage::{DiskError, Graph};

/// What was checked of a database, and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct FilesChecked {
    /// The last commit that its files lead to.
    pub commit: Option<u64>,
    pub pages: u64,
    pub frames: u64,
    pub commits: u64,
    pub changes: u64,
    pub bytes: u64,
    /// How many graphs of earlier commits were looked at.
    pub kept: u64,
    pub invariants: Vec<Checked>,
    pub damage: Vec<FileDamage>,
    /// What a crash has left, which the next opening cuts off.
    pub torn: Option<TornTail>,
}

/// Of which graphs it is looked at whether they are what they have to be. Pages and frames are read in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Those of the last commit and of the earlier ones that the newest snapshot keeps.
    Kept,
    /// That of the last commit.
    Last,
}

/// How far a check has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stage {
    pub what: &'static str,
    pub done: u64,
    pub total: u64,
}

/// Checks what lies on a disk.
///
/// # Errors
///
/// [`DiskError::NoDatabase`], [`DiskError::OtherFormat`], and [`DiskError::Io`] if the disk cannot be listed. Whatever else
/// is wrong is in what this gives.
pub(crate) fn check_files(
    disk: &dyn Disk,
    depth: Depth,
    progress: &mut dyn FnMut(Stage),
) -> Result<FilesChecked, DiskError> {
    settled(disk, || check_once(disk, depth, progress), |found| found.damage.is_empty())
}

fn check_once(disk: &dyn Disk, depth: Depth, progress: &mut dyn FnMut(Stage)) -> Result<FilesChecked, DiskError> {
    let names = names(disk)?;
    let (snapshots, logs) = (generations(&names, "snapshot"), generations(&names, "log"));
    if snapshots.is_empty() && logs.is_empty() {
        return Err(DiskError::NoDatabase);
    }
    let keep = stored_keep(disk);
    let total = names.iter().filter_map(|name| disk.open(name).ok()?.len_bytes().ok()).sum();
    let mut run = Run { disk, progress, total, told: FxHashSet::default(), found: FilesChecked::default() };
    run.known(keep)?;
    let mut newest = None;
    for generation in snapshots {
        newest = run.check_snapshot(generation)?.or(newest);
    }
    for (place, generation) in logs.iter().enumerate() {
        run.check_log(*generation, place + 1 == logs.len())?;
    }
    match newest {
        Some(snapshot) => {
            let (generation, root) = (snapshot.generation, snapshot.graph.clone());
            run.check_graph(snapshot, &logs);
            if depth == Depth::Kept {
                run.check_kept(&kept_before(root, run.found.commit), generation);
            }
        }
        None if run.found.damage.is_empty() => run.damaged(&missing_snapshot(&names)),
        None => {}
    }
    Ok(run.found)
}

struct Run<'r> {
    disk: &'r dyn Disk,
    progress: &'r mut dyn FnMut(Stage),
    /// The bytes of all files.
    total: u64,
    /// By which invariant, and what.
    told: FxHashSet<(&'static str, String)>,
    found: FilesChecked,
}

/// The roots that a snapshot keeps, oldest first; its last one among them, where logs lead on from there. What is wrong with
/// their list was told when the pages were seen.
fn kept_before(last: Graph, commit: Option<u64>) -> Vec<Kept> {
    let mut kept = past(&last).unwrap_or_default();
    if commit != Some(last.commit().number) {
        kept.push(Kept::here(last));
    }
    kept
}

impl Run<'_> {
    /// Reads all pages of a snapshot; gives it if at least its root can be read.
    fn check_snapshot(&mut self, generation: u64) -> Result<Option<Snapshot>, DiskError> {
        let Some(snapshot) = self.known(open_snapshot(self.disk, generation))? else { return Ok(None) };
        let damages = self.see_pages(&snapshot);
        for error in &damages {
            self.damaged(error);
        }
        Ok(Some(snapshot))
    }

    /// Goes through the pages of all roots of a snapshot; gives why some cannot be read.
    fn see_pages(&mut self, snapshot: &Snapshot) -> Vec<DiskError> {
        let Snapshot { generation, graph, len_bytes } = snapshot;
        let Some(file) = &graph.file else { return Vec::new() };
        let (before, seen) = (self.found.bytes, file.watch());
        let mut damages: Vec<DiskError> = see_roots(file, &seen).err().into_iter().collect();
        let mut see = |page: Result<(), DiskError>| {
            damages.extend(page.err());
            (self.progress)(Stage { what: "pages", done: before + seen.sums().1, total: self.total });
        };
        check::see_pages(graph, &mut see);
        for kept in past(graph).unwrap_or_default() {
            match kept.graph() {
                Ok(root) => check::see_pages(&root, &mut see),
                Err(error) => see(Err(error)),
            }
        }
        let (pages, bytes) = seen.sums();
        let bytes = bytes + HEAD_BYTES as u64;
        self.found.pages += pages;
        self.found.bytes += bytes;
        if damages.is_empty() && bytes != *len_bytes {
            let reason = format!("{} bytes belong to no page", len_bytes.abs_diff(bytes));
            self.found.damage.push(FileDamage { file: snapshot_name(*generation).into(), offset: None, reason });
        }
        damages
    }

    /// Reads all commits of a log; what lies between them is damage, but at the end of the last one, which a crash may leave.
    fn check_log(&mut self, generation: u64, is_last: bool) -> Result<(), DiskError> {
        let opened = self.known(LogReader::open_damaged(self.disk, generation))?;
        let Some((mut log, damage)) = opened else { return Ok(()) };
        if let Some(error) = &damage {
            self.damaged(error);
        }
        loop {
            match log.next_whole(is_last) {
                Ok(Some(Whole::Commit(commit))) => self.check_commit(&mut log, &commit),
                Ok(Some(Whole::Gap(gap))) => self.damaged(&gap.error),
                Ok(None) => break,
                Err(error) => {
                    self.damaged(&error);
                    break;
                }
            }
        }
        let name = log.name();
        if let Some(LogEnd::Torn { offset, len_bytes }) = log.end() {
            self.found.torn = Some(TornTail { file: name, offset, len_bytes });
        }
        Ok(())
    }

    fn check_commit(&mut self, log: &mut LogReader, commit: &LoggedCommit) {
        self.found.commits += 1;
        self.found.frames += commit.frame_count() as u64;
        let mut damage = None;
        for change in log.changes(commit) {
            match change {
                Ok(_) => self.found.changes += 1,
                Err(error) => {
                    damage = Some(error);
                    break;
                }
            }
        }
        if let Some(error) = &damage {
            self.damaged(error);
        }
        let done = self.found.bytes + commit.offset;
        (self.progress)(Stage { what: "commits", done, total: self.total });
    }

    /// Does what the logs say behind the newest snapshot, and checks what comes of it.
    fn check_graph(&mut self, snapshot: Snapshot, logs: &[u64]) {
        let Snapshot { generation, mut graph, .. } = snapshot;
        let last = logs.iter().copied().max().unwrap_or(generation).max(generation);
        for generation in generation..=last {
            let caught_up = LogReader::open(self.disk, generation).and_then(|mut log| {
                let mut reached = graph.clone();
                let caught_up = catch_up(&mut log, &mut reached, |root| graph = root.clone());
                caught_up.map(|()| drop(reached))
            });
            if let Err(error) = caught_up {
                self.damaged(&error);
                break;
            }
        }
        self.found.commit = Some(graph.commit().number);
        self.check_invariants(&graph, generation);
    }

    fn check_invariants(&mut self, graph: &Graph, generation: u64) {
        let progress = &mut *self.progress;
        let invariants = check::check(graph, |what, done, total| {
            progress(Stage { what, done: done as u64, total: total as u64 });
        });
        self.tell(&invariants, generation, "");
        self.found.invariants = invariants;
    }

    /// Checks the graphs of earlier commits, the latest first.
    fn check_kept(&mut self, kept: &[Kept], generation: u64) {
        for (done, earlier) in kept.iter().rev().enumerate() {
            (self.progress)(Stage { what: "kept commits", done: done as u64, total: kept.len() as u64 });
            match earlier.graph() {
                Ok(root) => {
                    self.found.kept += 1;
                    let invariants = check::check(&root, |_, _, _| ());
                    self.tell(&invariants, generation, &format!("at commit {}, ", earlier.number()));
                }
                Err(error) => self.damaged(&error),
            }
        }
    }

    /// Takes note of what is wrong with a graph, but for what a later one has, too; `at` says which one it is.
    fn tell(&mut self, invariants: &[Checked], generation: u64, at: &str) {
        for Checked { name, findings, unread } in invariants {
            let more = (findings.more > 0).then(|| format!("{} more of this kind", findings.more));
            for told in findings.told.iter().cloned().chain(more) {
                let reason = format!("{at}{name}: {told}");
                if self.told.insert((name, told)) {
                    self.found.damage.push(FileDamage { file: snapshot_name(generation).into(), offset: None, reason });
                }
            }
            if let Some(error) = unread {
                self.damaged(error);
            }
        }
    }

    /// What was opened, or nothing if it is damaged, which is noted. Of another format, nothing is damaged.
    fn known<T>(&mut self, opened: Result<T, DiskError>) -> Result<Option<T>, DiskError> {
        match opened {
            Ok(opened) => Ok(Some(opened)),
            Err(error @ DiskError::OtherFormat { .. }) => Err(error),
            Err(error) => {
                self.damaged(&error);
                Ok(None)
            }
        }
    }

    /// Takes note of damage, unless it is known.
    fn damaged(&mut self, error: &DiskError) {
        let damage = FileDamage::from(error);
        let is_known = |known: &FileDamage| {
            known.file == damage.file
                && (*known == damage || (damage.offset.is_some() && known.offset == damage.offset))
        };
        if !self.found.damage.iter().any(is_known) {
            self.found.damage.push(damage);
        }
    }
}

#[cfg(test)]
mod tests;
