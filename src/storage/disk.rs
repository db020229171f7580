//! The seam to the file system: all files of a database are made, read and written by way of a [`Disk`].
//!
//! A database lies in one folder, and all its files lie there side by side, each with a plain name. What was written is
//! sure to be there after a crash only once it was synced: the bytes of a file by [`DiskFile::sync`], the coming, going and
//! renaming of files by [`Disk::sync_names`].
//!
//! A [`FolderDisk`] is a folder of the file system. Tests have a disk in memory that knows what a crash may leave of it,
//! and one that fails when it is told to.

#[cfg(test)]
mod faulty;
mod folder;
mod lock;
#[cfg(test)]
mod memory;
mod os;

use std::fmt;
use std::io;

#[cfg(test)]
pub(crate) use faulty::{Fault, FaultyDisk};
pub(crate) use folder::FolderDisk;
#[cfg(test)]
pub(crate) use memory::{Chance, MemoryDisk};

/// Where the files of one database lie.
pub(crate) trait Disk: fmt::Debug + Send + Sync {
    /// The names of all files, in any order.
    fn names(&self) -> io::Result<Vec<String>>;

    /// Makes a new, empty file; [`io::ErrorKind::AlreadyExists`] if there is one.
    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Opens a file to be read, and to be written where the disk can be written.
    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name, in one step; a file that has this name is replaced.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file; whoever has it open may go on to read it.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes sure that what came, went and was renamed stays so.
    fn sync_names(&self) -> io::Result<()>;
}

/// Removes a file, if there is one of this name: whether there was.
pub(crate) fn remove_if_there(disk: &dyn Disk, name: &str) -> io::Result<bool> {
    match disk.remove(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        removed => removed.map(|()| true),
    }
}

/// An open file. Several threads may read it at once. A call that a signal interrupts is made again, or goes on, before
/// anybody here hears of it; where one is refused for that all the same, it is a failure as any other.
pub(crate) trait DiskFile: fmt::Debug + Send + Sync {
    fn len_bytes(&self) -> io::Result<u64>;

    /// Fills `bytes` with what begins at `offset`; [`io::ErrorKind::UnexpectedEof`] if the file ends before.
    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()>;

    /// Writes all of `bytes` at `offset`; the file grows as needed.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file off behind so many bytes.
    fn truncate(&self, len_bytes: u64) -> io::Result<()>;

    /// Makes sure that what was written stays.
    fn sync(&self) -> io::Result<()>;
}

#[cfg(test)]
mod tests;
