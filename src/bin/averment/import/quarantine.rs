//! The file that keeps the rows which an import passes over. It is written aside, and takes its place when the import has
//! succeeded: one that is refused leaves the rows of an earlier one alone.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::output::printable;
use crate::{Fault, source};

pub(super) struct Quarantine {
    /// What is written to.
    file: File,
    /// Where the rows will be found, as it was given,
    shown: String,
    /// and as it is, without links.
    path: PathBuf,
    /// Where they are until then; `None` where they are written to their place at once.
    aside: Option<PathBuf>,
}

impl Quarantine {
    /// # Errors
    ///
    /// The file is one that is read, or lies in the folder of the database, or cannot be written.
    pub(super) fn new(path: &Path, read: &[&str], folder: &Path) -> Result<Self, Fault> {
        let shown = path.display().to_string();
        let path = real(path).map_err(|error| source::unwritable(&shown, &error))?;
        check(&path, &shown, read, folder)?;
        Self::open(path, shown.clone()).map_err(|error| source::unwritable(&shown, &error))
    }

    fn open(path: PathBuf, shown: String) -> io::Result<Self> {
        let aside = beside(&path)?;
        let Ok(known) = fs::metadata(&path) else {
            return Ok(Self { file: File::create_new(&aside)?, shown, path, aside: Some(aside) });
        };
        // Whether it may be written is asked before anything is read.
        let file = OpenOptions::new().append(true).open(&path)?;
        if !known.is_file() || Path::new(&shown).starts_with("/dev") {
            // Nothing can take the place of what stands for somebody who reads, as `/dev/stderr`, whatever that is now.
            return Ok(Self { file, shown, path, aside: None });
        }
        let quarantine = Self { file: File::create_new(&aside)?, shown, path, aside: Some(aside) };
        quarantine.file.set_permissions(known.permissions())?;
        Ok(quarantine)
    }

    /// What is written to, for whoever imports.
    pub(super) fn writer(&self) -> Result<File, Fault> {
        self.file.try_clone().map_err(|error| self.unwritable(&error))
    }

    /// The import has succeeded.
    pub(super) fn settle(mut self) -> Result<(), Fault> {
        let Some(aside) = &self.aside else { return Ok(()) };
        fs::rename(aside, &self.path).map_err(|error| self.unwritable(&error))?;
        self.aside = None;
        Ok(())
    }

    fn unwritable(&self, error: &io::Error) -> Fault {
        source::unwritable(&self.shown, error)
    }
}

impl Drop for Quarantine {
    fn drop(&mut self) {
        if let Some(aside) = &self.aside {
            // What is left there hurts nobody.
            let _ = fs::remove_file(aside);
        }
    }
}

/// A path without links, of a file that need not be there.
fn real(path: &Path) -> io::Result<PathBuf> {
    if let Ok(path) = fs::canonicalize(path) {
        return Ok(path);
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(fs::canonicalize(folder)?.join(name))
}

/// By another spelling or a link, too.
fn check(path: &Path, shown: &str, read: &[&str], folder: &Path) -> Result<(), Fault> {
    let message = if read.iter().any(|file| fs::canonicalize(file).is_ok_and(|file| file == path)) {
        format!("`quarantine={shown}` is a file that is imported, and would be lost")
    } else if fs::canonicalize(folder).is_ok_and(|folder| path.starts_with(folder)) {
        format!("`quarantine={shown}` is in the folder of the database, where nothing else belongs")
    } else {
        return Ok(());
    };
    Err(Fault::Input { code: "invalid-import", message: printable(&message) })
}

/// A name that nobody else has taken.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut aside = name.to_owned();
    aside.push(format!(".{}.part", std::process::id()));
    Ok(path.with_file_name(aside))
}
