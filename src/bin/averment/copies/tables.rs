//! A database as a folder of tables, which is there once all of them are written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use averment::ReadTransaction;
use averment::format::{ExportReport, GraphError, write_csv};

use crate::bar::Bar;
use crate::{Fault, source};

/// # Errors
///
/// No folder is given, or it has something in it, or cannot be written.
pub(super) fn write(read: &ReadTransaction, to: Option<&Path>) -> Result<ExportReport, Fault> {
    let Some(folder) = to.filter(|path| *path != Path::new("-")) else {
        return Err(Fault::command("tables are several files; `-o FOLDER` says where"));
    };
    let shown = folder.display().to_string();
    let unwritable = |error: io::Error| source::unwritable(&shown, &error);
    if fs::symlink_metadata(folder).is_ok() && !is_empty_folder(folder) {
        return Err(Fault::command(format!("{shown} is there already, and no empty folder")));
    }
    let aside = Aside::new(folder).map_err(unwritable)?;
    let written = aside.write(read).map_err(|error| match error {
        GraphError::Io(error) => unwritable(error),
        error => source::graph_fault(&shown, error),
    })?;
    aside.settle(folder).map_err(unwritable)?;
    Ok(written)
}

fn is_empty_folder(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// The folder until it is whole; gone when dropped.
struct Aside {
    path: PathBuf,
}

impl Aside {
    fn new(folder: &Path) -> io::Result<Self> {
        let name = folder.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut aside = name.to_owned();
        aside.push(format!(".{}.part", std::process::id()));
        let path = folder.with_file_name(aside);
        fs::create_dir(&path)?;
        Ok(Self { path })
    }

    fn write(&self, read: &ReadTransaction) -> Result<ExportReport, GraphError> {
        let (mut bar, mut lines, total) = (Bar::on_errors(), 0, super::line_count(read)?);
        write_csv(read, |file, bytes| {
            lines += bytes.split(|byte| *byte == b'\n').count() as u64 - 1;
            bar.show("lines", lines, total);
            // Opened for each part: there may be more files than may be open.
            OpenOptions::new().create(true).append(true).open(self.path.join(file))?.write_all(bytes)
        })
    }

    fn settle(self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            File::open(entry?.path())?.sync_data()?;
        }
        fs::rename(&self.path, folder)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Nothing is there once it has its name.
        let _ = fs::remove_dir_all(&self.path);
    }
}
