//! A disk that is a folder of the file system.
//!
//! What is in the folder may come from anywhere, so a name that leads elsewhere is refused: one that is not plain, and a
//! symbolic link. The latter is looked for before a file is opened; against somebody who puts a link there in between, the
//! rights of the folder have to guard.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::lock::{FolderLock, LOCK, WriterProcess, held_by};
use super::{Disk, DiskFile, os};
use crate::storage::DiskError;

/// The longest name that every file system takes.
const MAX_NAME_BYTES: usize = 255;

/// No file is longer; what is asked of it behind this is an end to some systems and a mistake to others.
const MAX_FILE_BYTES: u64 = i64::MAX as u64;

/// A folder with the files of one database.
#[derive(Debug)]
pub(crate) struct FolderDisk {
    /// Absolute, so that the process may change its working directory.
    folder: PathBuf,
    /// Held by who writes; without it nothing is written.
    lock: Option<FolderLock>,
    /// Whether the folder was made for this.
    is_new: bool,
}

/// A file in the folder.
#[derive(Debug)]
struct FolderFile {
    file: File,
    writer: Option<WriterProcess>,
}

impl FolderDisk {
    /// Opens a folder to be written by this process alone; makes it, but not the folders that it lies in, if it is not
    /// there.
    ///
    /// # Errors
    ///
    /// [`DiskError::Locked`], [`DiskError::Io`].
    pub(crate) fn create(path: &Path) -> Result<Self, DiskError> {
        match Self::create_new(path) {
            Err(DiskError::Io { error, .. }) if error.kind() == io::ErrorKind::AlreadyExists => Self::open(path),
            created => created,
        }
    }

    /// Makes a folder to be written by this process alone.
    ///
    /// # Errors
    ///
    /// [`DiskError::Io`], also if there is something of this name.
    pub(crate) fn create_new(path: &Path) -> Result<Self, DiskError> {
        fs::create_dir(path).map_err(failed("create", path))?;
        os::uninterrupted(|| os::sync_folder(folder_of(path))).map_err(failed("sync", folder_of(path)))?;
        Ok(Self { is_new: true, ..Self::open(path)? })
    }

    /// Removes the folder, if it was made for this and holds nothing.
    pub(crate) fn give_up(&self) {
        if self.is_new {
            // What is in the way of this is in nobody else's.
            let _ = fs::remove_file(self.folder.join(LOCK));
            let _ = fs::remove_dir(&self.folder);
        }
    }

    /// Opens a folder to be written by this process alone.
    ///
    /// # Errors
    ///
    /// [`DiskError::Locked`], [`DiskError::Io`].
    pub(crate) fn open(path: &Path) -> Result<Self, DiskError> {
        let folder = real_folder(path)?;
        let lock = FolderLock::take(&folder)?;
        Ok(Self { folder, lock: Some(lock), is_new: false })
    }

    /// Opens a folder to be read, beside whoever writes it: nothing is made or written, not even a lock.
    ///
    /// # Errors
    ///
    /// [`DiskError::Io`].
    pub(crate) fn open_read_only(path: &Path) -> Result<Self, DiskError> {
        Ok(Self { folder: real_folder(path)?, lock: None, is_new: false })
    }

    /// Who writes the database, if anybody else does.
    pub(crate) fn other_writer(&self) -> Option<String> {
        if self.lock.is_some() { None } else { held_by(&self.folder) }
    }

    fn path(&self, name: &str) -> io::Result<PathBuf> {
        if is_plain(name) { Ok(self.folder.join(name)) } else { Err(refused(format!("`{name}` is no plain name"))) }
    }

    /// Who writes, if that is done by way of this.
    fn writer(&self) -> Option<WriterProcess> {
        self.lock.as_ref().map(FolderLock::process)
    }

    /// The path of a file that is to be made, replaced or removed.
    fn written_path(&self, name: &str) -> io::Result<PathBuf> {
        check_written(self.writer())?;
        self.path(name)
    }
}

impl Disk for FolderDisk {
    /// Those that are plain: whatever else lies in the folder is none of the database's.
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name().into_string().ok().filter(|name| is_plain(name));
            match entry.file_type() {
                Ok(kind) if !kind.is_dir() => names.extend(name),
                // It was removed since it was listed.
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
        Ok(names)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let path = self.written_path(name)?;
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        Ok(Box::new(FolderFile { file, writer: self.writer() }))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let path = self.path(name)?;
        refuse_unless_file(&path)?;
        let writer = self.writer();
        let file = os::uninterrupted(|| OpenOptions::new().read(true).write(writer.is_some()).open(&path))?;
        Ok(Box::new(FolderFile { file, writer }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.written_path(from)?, self.written_path(to)?)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.written_path(name)?)
    }

    fn sync_names(&self) -> io::Result<()> {
        check_written(self.writer())?;
        os::uninterrupted(|| os::sync_folder(&self.folder))
    }
}

impl DiskFile for FolderFile {
    fn len_bytes(&self) -> io::Result<u64> {
        Ok(os::uninterrupted(|| self.file.metadata())?.len())
    }

    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        if offset.saturating_add(bytes.len() as u64) > MAX_FILE_BYTES {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        os::read_at(&self.file, offset, bytes)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        check_written(self.writer)?;
        os::write_at(&self.file, offset, bytes)
    }

    fn truncate(&self, len_bytes: u64) -> io::Result<()> {
        check_written(self.writer)?;
        os::uninterrupted(|| self.file.set_len(len_bytes))
    }

    fn sync(&self) -> io::Result<()> {
        check_written(self.writer)?;
        // The length of the file is part of this, its times are not.
        os::uninterrupted(|| self.file.sync_data())
    }
}

fn real_folder(path: &Path) -> Result<PathBuf, DiskError> {
    let folder = fs::canonicalize(path).map_err(failed("open", path))?;
    let metadata = fs::metadata(&folder).map_err(failed("open", path))?;
    if metadata.is_dir() { Ok(folder) } else { Err(failed("open", path)(io::ErrorKind::NotADirectory.into())) }
}

/// The folder where a path ends.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) | None => Path::new("."),
    }
}

/// Whether a name means the same file to every system, and one in the folder. The lock is no file of the database.
fn is_plain(name: &str) -> bool {
    let is_plain_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=MAX_NAME_BYTES).contains(&name.len())
        && name.bytes().all(is_plain_byte)
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.eq_ignore_ascii_case(LOCK)
}

/// Refuses a link, a folder, and what else is no file: to open some of these would wait for ever.
pub(super) fn refuse_unless_file(path: &Path) -> io::Result<()> {
    let kind = fs::symlink_metadata(path)?.file_type();
    if kind.is_file() {
        return Ok(());
    }
    let what = if kind.is_symlink() { "a symbolic link, which is not followed" } else { "no file" };
    Err(refused(format!("it is {what}")))
}

fn check_written(writer: Option<WriterProcess>) -> io::Result<()> {
    writer.ok_or(io::ErrorKind::ReadOnlyFilesystem)?.check()
}

fn refused(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DiskError {
    let file = path.display().to_string();
    move |error| DiskError::io(action, &file)(error)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check_files, kind};
    use super::*;

    /// A folder for a database, which is not made yet, in one that is removed at the end.
    fn place() -> (tempfile::TempDir, PathBuf) {
        let outside = tempfile::tempdir().unwrap();
        let folder = outside.path().join("db");
        (outside, folder)
    }

    #[test]
    fn a_folder_is_a_disk() {
        let (_outside, folder) = place();
        check_files(&FolderDisk::create(&folder).unwrap());
    }

    #[test]
    fn a_folder_is_made_if_asked_but_not_those_that_it_lies_in() {
        let (_outside, folder) = place();
        let missing = |result: Result<FolderDisk, DiskError>| {
            assert!(matches!(&result, Err(DiskError::Io { error, .. }) if error.kind() == io::ErrorKind::NotFound));
        };
        missing(FolderDisk::open(&folder));
        missing(FolderDisk::open_read_only(&folder));
        missing(FolderDisk::create(&folder.join("deep")));
        FolderDisk::create(&folder).unwrap();
        FolderDisk::create(&folder).unwrap();
        FolderDisk::open(&folder).unwrap();
    }

    #[test]
    fn a_path_that_is_a_file_is_refused() {
        let (_outside, folder) = place();
        fs::write(&folder, "text").unwrap();
        for opened in [FolderDisk::create(&folder), FolderDisk::open(&folder), FolderDisk::open_read_only(&folder)] {
            assert!(matches!(opened, Err(DiskError::Io { action: "open", .. })));
        }
        assert_eq!(fs::read(&folder).unwrap(), b"text");
    }

    #[test]
    fn one_handle_writes_and_others_read() {
        let (_outside, folder) = place();
        let disk = FolderDisk::create(&folder).unwrap();
        disk.create("a").unwrap().write_at(0, b"seen").unwrap();
        assert!(matches!(FolderDisk::open(&folder), Err(DiskError::Locked { .. })));
        let reader = FolderDisk::open_read_only(&folder).unwrap();
        let mut bytes = [0; 4];
        reader.open("a").unwrap().read_at(0, &mut bytes).unwrap();
        assert_eq!((&bytes, reader.names().unwrap()), (b"seen", vec!["a".to_owned()]));
    }

    #[test]
    fn who_only_reads_leaves_no_trace() {
        let (_outside, folder) = place();
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("a"), "text").unwrap();
        let reader = FolderDisk::open_read_only(&folder).unwrap();
        let file = reader.open("a").unwrap();
        let refused = [
            reader.create("b").map(|_| ()),
            reader.rename("a", "b"),
            reader.remove("a"),
            reader.sync_names(),
            file.write_at(0, b"b"),
            file.truncate(0),
            file.sync(),
        ];
        for result in refused {
            assert_eq!(kind(result), io::ErrorKind::ReadOnlyFilesystem);
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        assert_eq!(fs::read(folder.join("a")).unwrap(), b"text");
    }

    #[test]
    fn a_process_that_was_forked_from_the_writer_writes_nothing() {
        let (_outside, folder) = place();
        let disk = FolderDisk::create(&folder).unwrap();
        disk.create("a").unwrap().write_at(0, b"a").unwrap();
        let file = OpenOptions::new().read(true).write(true).open(folder.join("a")).unwrap();
        let forked = FolderFile { file, writer: Some(WriterProcess(std::process::id() + 1)) };
        for result in [forked.write_at(0, b"b"), forked.truncate(0), forked.sync()] {
            let error = result.unwrap_err();
            assert!(error.to_string().ends_with("has opened it, and this process was forked from that one"), "{error}");
        }
        assert_eq!(fs::read(folder.join("a")).unwrap(), b"a");
    }

    #[test]
    fn names_that_are_not_plain_are_refused() {
        let (outside, folder) = place();
        fs::write(outside.path().join("secret"), "s").unwrap();
        let disk = FolderDisk::create(&folder).unwrap();
        disk.create("plain").unwrap();
        let long = "a".repeat(MAX_NAME_BYTES + 1);
        for name in
            ["", ".", "..", ".a", "a.", "../secret", "/etc/hosts", "a/b", "a\\b", "a:b", "é", "lock", "LOCK", &long]
        {
            let results = [
                disk.create(name).map(|_| ()),
                disk.open(name).map(|_| ()),
                disk.rename(name, "other"),
                disk.rename("plain", name),
                disk.remove(name),
            ];
            for result in results {
                assert_eq!(kind(result), io::ErrorKind::InvalidInput, "{name}");
            }
        }
        assert_eq!(disk.names().unwrap(), ["plain"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let (outside, folder) = place();
        let secret = outside.path().join("secret");
        fs::write(&secret, "s").unwrap();
        let disk = FolderDisk::create(&folder).unwrap();
        std::os::unix::fs::symlink(&secret, folder.join("link")).unwrap();
        fs::create_dir(folder.join("folder")).unwrap();
        assert_eq!(kind(disk.open("link")), io::ErrorKind::InvalidInput);
        assert_eq!(kind(disk.open("folder")), io::ErrorKind::InvalidInput);
        assert_eq!(kind(disk.create("link")), io::ErrorKind::AlreadyExists);
        disk.create("plain").unwrap();
        disk.rename("plain", "link").unwrap();
        assert_eq!(fs::read(&secret).unwrap(), b"s");
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_that_is_a_link_is_refused() {
        let (outside, folder) = place();
        let secret = outside.path().join("secret");
        fs::write(&secret, "s").unwrap();
        fs::create_dir(&folder).unwrap();
        std::os::unix::fs::symlink(&secret, folder.join(LOCK)).unwrap();
        assert!(matches!(FolderDisk::open(&folder), Err(DiskError::Io { action: "open", .. })));
        assert_eq!(fs::read(&secret).unwrap(), b"s");
    }
}
