//! A disk in memory that asks before it changes anything.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::storage::{Disk, DiskFile, MemoryDisk};

/// What is about to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Write { len_bytes: u64 },
    Truncate,
    Sync,
    Rename,
    Remove,
    SyncNames,
}

/// Asked before each operation, which fails with what it gives.
pub(super) type Hook = Arc<dyn Fn(Operation) -> io::Result<()> + Send + Sync>;

#[derive(Clone)]
pub(super) struct HookedDisk {
    disk: MemoryDisk,
    hook: Hook,
}

struct HookedFile {
    file: Box<dyn DiskFile>,
    hook: Hook,
}

impl HookedDisk {
    pub(super) fn new(disk: &MemoryDisk, hook: Hook) -> Self {
        Self { disk: disk.clone(), hook }
    }

    fn hooked(&self, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(HookedFile { file, hook: Arc::clone(&self.hook) })
    }
}

impl fmt::Debug for HookedDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookedDisk").finish_non_exhaustive()
    }
}

impl fmt::Debug for HookedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookedFile").finish_non_exhaustive()
    }
}

impl Disk for HookedDisk {
    fn names(&self) -> io::Result<Vec<String>> {
        self.disk.names()
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        (self.hook)(Operation::Create)?;
        Ok(self.hooked(self.disk.create(name)?))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.hooked(self.disk.open(name)?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        (self.hook)(Operation::Rename)?;
        self.disk.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        (self.hook)(Operation::Remove)?;
        self.disk.remove(name)
    }

    fn sync_names(&self) -> io::Result<()> {
        (self.hook)(Operation::SyncNames)?;
        self.disk.sync_names()
    }
}

impl DiskFile for HookedFile {
    fn len_bytes(&self) -> io::Result<u64> {
        self.file.len_bytes()
    }

    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.file.read_at(offset, bytes)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        (self.hook)(Operation::Write { len_bytes: bytes.len() as u64 })?;
        self.file.write_at(offset, bytes)
    }

    fn truncate(&self, len_bytes: u64) -> io::Result<()> {
        (self.hook)(Operation::Truncate)?;
        self.file.truncate(len_bytes)
    }

    fn sync(&self) -> io::Result<()> {
        (self.hook)(Operation::Sync)?;
        self.file.sync()
    }
}
