//! The lock of a folder: one process writes.
//!
//! The system holds the lock on the open file and lets go of it when the process ends, however it ends. What the file says
//! of its holder is for people: it may be that of a process which is long gone, and then means nothing.
//!
//! ```text
//! lock      one line, UTF-8: "process ", its number, " (", its program, ")", " on " and the machine where it has a name, 0a
//! ```

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::folder::refuse_unless_file;
use super::os;
use crate::storage::DiskError;
use crate::value::DateTime;

/// The name of the file.
pub(super) const LOCK: &str = "lock";

/// What is read of a holder's text.
const MAX_TEXT_BYTES: u64 = 512;

/// The lock, held until this is dropped.
#[derive(Debug)]
pub(super) struct FolderLock {
    _file: File,
    process: WriterProcess,
}

/// The process that has taken a lock, as the system knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct WriterProcess(pub u32);

impl FolderLock {
    /// Takes the lock of a folder and says so in its file.
    ///
    /// # Errors
    ///
    /// [`DiskError::Locked`] if it is held, by this process or another one.
    pub(super) fn take(folder: &Path) -> Result<Self, DiskError> {
        let file = open(&folder.join(LOCK)).map_err(DiskError::io("open", LOCK))?;
        match try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DiskError::Locked { holder: holder(&file) }),
            Err(TryLockError::Error(error)) => return Err(DiskError::io("lock", LOCK)(error)),
        }
        // A disk that is too full for a few words is no reason to refuse the database.
        let _ = introduce(&file);
        Ok(Self { _file: file, process: WriterProcess(std::process::id()) })
    }

    /// The process that has taken it.
    pub(super) fn process(&self) -> WriterProcess {
        self.process
    }
}

impl WriterProcess {
    /// Whether this is the process. One that was forked from it has its open files and its lock, and both would write.
    pub(super) fn check(self) -> io::Result<()> {
        let Self(process) = self;
        if process == std::process::id() {
            return Ok(());
        }
        Err(io::Error::other(format!("process {process} has opened it, and this process was forked from that one")))
    }
}

/// Who holds the lock of a folder, if anybody does. Nothing is made or written. Somebody who wants to take the lock at this
/// very moment may be told that it is held.
pub(super) fn held_by(folder: &Path) -> Option<String> {
    let path = folder.join(LOCK);
    refuse_unless_file(&path).ok()?;
    let file = File::open(path).ok()?;
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)).then(|| holder(&file))
}

fn open(path: &Path) -> io::Result<File> {
    match refuse_unless_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn try_lock(file: &File) -> Result<(), TryLockError> {
    loop {
        match file.try_lock() {
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Writes who holds the lock; since when is told by the time of the file.
fn introduce(file: &File) -> io::Result<()> {
    let program = std::env::current_exe().ok();
    let program = program.as_deref().and_then(Path::file_stem).unwrap_or_default().to_string_lossy();
    let host = host().map(|host| format!(" on {host}")).unwrap_or_default();
    file.set_len(0)?;
    os::write_at(file, 0, format!("process {} ({program}){host}\n", std::process::id()).as_bytes())
}

/// The name of this machine, where it is at hand.
fn host() -> Option<String> {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = kernel.or_else(|| std::env::var("COMPUTERNAME").ok())?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Who holds the lock, and since when. Some systems let nobody read what is locked.
fn holder(file: &File) -> String {
    let text = text(file).ok().filter(|text| !text.is_empty());
    let since = since(file).map(|since| format!(" since {since}")).unwrap_or_default();
    text.unwrap_or_else(|| "another process".to_owned()) + &since
}

fn text(file: &File) -> io::Result<String> {
    let len_bytes = file.metadata()?.len().min(MAX_TEXT_BYTES);
    let mut bytes = vec![0; usize::try_from(len_bytes).unwrap_or_default()];
    os::read_at(file, 0, &mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.trim().chars().filter(|letter| !letter.is_control()).collect())
}

fn since(file: &File) -> Option<DateTime> {
    let written = file.metadata().ok()?.modified().ok()?;
    DateTime::from_epoch(written.duration_since(UNIX_EPOCH).ok()?.as_secs().try_into().ok()?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_in_a_process_too_and_names_its_holder() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(held_by(folder.path()), None);
        let lock = FolderLock::take(folder.path()).unwrap();
        assert!(held_by(folder.path()).unwrap().starts_with("process "));
        let Err(DiskError::Locked { holder }) = FolderLock::take(folder.path()) else { panic!("it is held") };
        let begin = format!("process {} (averment", std::process::id());
        assert!(holder.starts_with(&begin) && holder.contains(" since 20") && !holder.contains('\n'), "{holder}");
        drop(lock);
        assert_eq!(held_by(folder.path()), None);
        FolderLock::take(folder.path()).unwrap();
    }

    #[test]
    fn the_text_of_a_process_that_is_gone_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LOCK);
        std::fs::write(&path, "process 1 (init) on another machine, with a long story").unwrap();
        let _lock = FolderLock::take(folder.path()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("process ") && text.ends_with('\n') && !text.contains("init"), "{text}");
    }

    #[test]
    fn a_text_that_makes_no_sense_is_shown_without_what_moves_a_terminal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LOCK);
        let _lock = FolderLock::take(folder.path()).unwrap();
        std::fs::write(&path, [b"\x1b[2J\xff".as_slice(), &[b'a'; 1_000]].concat()).unwrap();
        let Err(DiskError::Locked { holder }) = FolderLock::take(folder.path()) else { panic!("it is held") };
        assert!(holder.starts_with("[2J\u{fffd}aaa") && holder.len() < 600, "{holder}");
    }
}
