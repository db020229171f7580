//! Saves what can be read of the files of a database: the newest snapshot whose root can be read, page by page, and the
//! commits behind it, one by one.

use std::sync::Arc;

use super::checkpoint::{names, snapshot_name};
use super::follower::settled;
use super::recovery::{Snapshot, generations, missing_snapshot, open_snapshot};
use super::retention::stored_keep;
use super::{DatabaseFiles, Durability, Stage};
use crate::storage::disk::Disk;
use crate::storage::error::FileDamage;
use crate::storage::log::MAX_NUMBER;
use crate::storage::salvage::{Loss, Saved};
use crate::storage::wal::{LogEnd, LogReader, LoggedCommit, Whole, log_name};
use crate::storage::{DiskError, Graph, Keep};

/// What was saved, and what was not.
#[derive(Debug)]
pub(crate) struct Salvaged {
    pub graph: Graph,
    pub losses: Vec<Loss>,
    /// How many commits were to be kept.
    pub keep: Option<Keep>,
}

impl Salvaged {
    /// Saves what lies on a disk, of which nothing is changed. What has lost its commit is recorded at `micros`.
    ///
    /// # Errors
    ///
    /// [`DiskError`] if nothing can be saved at all.
    pub(crate) fn read(disk: &dyn Disk, micros: i64, progress: &mut dyn FnMut(Stage)) -> Result<Self, DiskError> {
        settled(disk, || Self::read_once(disk, micros, progress), |saved| saved.losses.is_empty())
    }

    fn read_once(disk: &dyn Disk, micros: i64, progress: &mut dyn FnMut(Stage)) -> Result<Self, DiskError> {
        let names = names(disk)?;
        let (snapshots, logs) = (generations(&names, "snapshot"), generations(&names, "log"));
        if snapshots.is_empty() && logs.is_empty() {
            return Err(DiskError::NoDatabase);
        }
        let (mut run, first) = Run::of_newest_snapshot(disk, &snapshots, progress)?;
        if first.is_none() && run.error.is_none() {
            run.no_snapshot(missing_snapshot(&names));
        }
        let keep = run.read_keep()?;
        let first = first.or(logs.first().copied()).unwrap_or(0);
        let last = logs.last().copied().unwrap_or(first);
        for (place, generation) in logs.iter().copied().enumerate().filter(|(_, generation)| *generation >= first) {
            (run.progress)(Stage { what: "logs", done: place as u64, total: logs.len() as u64 });
            run.save_log(generation, generation == last)?;
        }
        run.tell_missing_logs(first, &logs);
        let Run { saved, error, .. } = run;
        if saved.is_empty() && !saved.losses.is_empty() {
            return Err(error.unwrap_or(DiskError::NoDatabase));
        }
        let (graph, losses) = saved.build(micros);
        Ok(Self { graph, losses, keep })
    }

    /// Makes a database of what was saved, on a disk where there is none.
    ///
    /// # Errors
    ///
    /// As [`DatabaseFiles::create`].
    pub(crate) fn write(&self, disk: Arc<dyn Disk>) -> Result<(), DiskError> {
        let files = DatabaseFiles::create(disk, &self.graph, &[], Durability::Synced)?;
        files.say_keep(self.keep)?;
        files.close()
    }
}

/// What a snapshot is that cannot be read at all.
const UNREAD: &str = "of all that neither an older snapshot nor a log has";

struct Run<'r> {
    disk: &'r dyn Disk,
    progress: &'r mut dyn FnMut(Stage),
    saved: Saved,
    /// What is wrong with the newest snapshot.
    error: Option<DiskError>,
}

impl<'r> Run<'r> {
    /// Begins with the newest snapshot of which the root can be read, and gives its generation.
    fn of_newest_snapshot(
        disk: &'r dyn Disk,
        generations: &[u64],
        progress: &'r mut dyn FnMut(Stage),
    ) -> Result<(Self, Option<u64>), DiskError> {
        let mut unread = Vec::new();
        let mut found = None;
        progress(Stage { what: "pages", done: 0, total: 1 });
        for generation in generations.iter().rev() {
            match open_snapshot(disk, *generation) {
                Ok(Snapshot { graph, .. }) => {
                    found = Some((Saved::of_snapshot(&graph), *generation));
                    break;
                }
                Err(error) => {
                    refuse_other_format(&error)?;
                    unread.push(error);
                }
            }
        }
        let (mut saved, generation) = found.map_or_else(Default::default, |(saved, number)| (saved, Some(number)));
        for error in &unread {
            saved.lose(error, UNREAD, None, 0);
        }
        Ok((Self { disk, progress, saved, error: unread.into_iter().next() }, generation))
    }

    fn no_snapshot(&mut self, error: DiskError) {
        self.saved.lose(&error, UNREAD, None, 0);
        self.error = Some(error);
    }

    /// How many commits were to be kept.
    fn read_keep(&mut self) -> Result<Option<Keep>, DiskError> {
        stored_keep(self.disk).or_else(|error| {
            refuse_other_format(&error)?;
            self.saved.lose(&error, "words about what is kept", Some(1), 0);
            Ok(None)
        })
    }

    /// Opens a log; nothing if it is lost.
    fn open_log(&mut self, generation: u64) -> Result<Option<LogReader>, DiskError> {
        match LogReader::open_damaged(self.disk, generation) {
            Ok((log, damage)) => {
                if let Some(error) = &damage {
                    self.saved.lose(error, "commits", Some(0), 0);
                }
                Ok(Some(log))
            }
            Err(error) => {
                refuse_other_format(&error)?;
                self.saved.lose(&error, "commits", None, 0);
                self.error.get_or_insert(error);
                Ok(None)
            }
        }
    }

    /// Does the commits of a log that are whole.
    fn save_log(&mut self, generation: u64, is_last: bool) -> Result<(), DiskError> {
        let Some(mut log) = self.open_log(generation)? else { return Ok(()) };
        let behind = log.behind().number;
        if behind > self.saved.commit.number {
            let damage =
                FileDamage { file: log.name(), offset: Some(0), reason: format!("it stands behind commit {behind}") };
            let lost = behind - self.saved.commit.number;
            self.saved.lose(damage, "commits before it", Some(lost), 0);
        }
        loop {
            match log.next_whole(is_last) {
                Ok(Some(Whole::Commit(commit))) => self.save_commit(&mut log, &commit),
                Ok(Some(Whole::Gap(gap))) => {
                    let lost = gap.before.map(|before| (before - gap.after).saturating_sub(1));
                    self.saved.lose(&gap.error, "commits", lost, 0);
                }
                Ok(None) => break,
                Err(error) => {
                    self.saved.lose(&error, "commits", None, 0);
                    return Ok(());
                }
            }
        }
        if let Some(LogEnd::Torn { offset, .. }) = log.end() {
            let reason =
                "the last commit here is not whole: it was never acknowledged, or else it is damaged".to_owned();
            self.saved.lose(FileDamage { file: log.name(), offset: Some(offset), reason }, "commits", None, 0);
        }
        Ok(())
    }

    fn save_commit(&mut self, log: &mut LogReader, commit: &LoggedCommit) {
        if commit.number > MAX_NUMBER {
            let reason = format!("no commit has the number {}", commit.number);
            let damage = FileDamage { file: log.name(), offset: Some(commit.offset), reason };
            return self.saved.lose(damage, "commits", Some(1), 0);
        }
        let mut doing = self.saved.begin(commit.number);
        let (mut astray, mut damage) = (0, None);
        for change in log.changes(commit) {
            match change {
                Ok(change) => astray += u64::from(!self.saved.apply(change, &mut doing)),
                Err(error) => {
                    damage = Some(error);
                    break;
                }
            }
        }
        self.saved.finish(doing);
        if let Some(error) = &damage {
            self.saved.lose(error, "commits", Some(0), 1);
        }
        if astray > 0 {
            let reason = format!("commit {} changes what is lost", commit.number);
            let damage = FileDamage { file: log.name(), offset: Some(commit.offset), reason };
            self.saved.lose(damage, "changes", Some(astray), 0);
        }
    }

    fn tell_missing_logs(&mut self, first: u64, logs: &[u64]) {
        let mut expected = first;
        for generation in logs.iter().copied().filter(|generation| *generation >= first) {
            if generation > expected {
                self.missing(expected);
            }
            expected = generation.saturating_add(1);
        }
        if expected == first {
            self.missing(first);
        }
    }

    fn missing(&mut self, generation: u64) {
        let reason = format!("it is missing, with the commits behind {}", snapshot_name(generation));
        let damage = FileDamage { file: log_name(generation).into(), offset: None, reason };
        self.saved.lose(damage, "commits", None, 0);
    }
}

/// Another format is no damage: what made it reads all of it.
fn refuse_other_format(error: &DiskError) -> Result<(), DiskError> {
    if let DiskError::OtherFormat { .. } = error { Err(error.clone()) } else { Ok(()) }
}
