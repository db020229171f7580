//! A disk that fails when it is told to: for tests.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Disk, DiskFile};

/// Which operation fails, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    /// How many operations succeed before.
    pub at: u64,
    /// Whether all operations behind it fail too.
    pub is_lasting: bool,
    pub kind: io::ErrorKind,
    /// If a write fails, so many of its bytes are there all the same.
    pub written_bytes: usize,
}

/// Another disk, of which operations are counted and fail.
#[derive(Debug)]
pub(crate) struct FaultyDisk<D> {
    disk: D,
    faults: Arc<Faults>,
}

#[derive(Debug)]
struct FaultyFile {
    file: Box<dyn DiskFile>,
    faults: Arc<Faults>,
}

#[derive(Debug)]
struct Faults {
    fault: Option<Fault>,
    count: AtomicU64,
}

impl<D: Disk> FaultyDisk<D> {
    /// Only counts.
    pub(crate) fn counting(disk: D) -> Self {
        Self::new(disk, None)
    }

    pub(crate) fn failing(disk: D, fault: Fault) -> Self {
        Self::new(disk, Some(fault))
    }

    fn new(disk: D, fault: Option<Fault>) -> Self {
        Self { disk, faults: Arc::new(Faults { fault, count: AtomicU64::new(0) }) }
    }

    /// How many operations there were, those that failed included.
    pub(crate) fn count(&self) -> u64 {
        self.faults.count.load(Ordering::Relaxed)
    }

    fn faulty(&self, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(FaultyFile { file, faults: Arc::clone(&self.faults) })
    }
}

impl Faults {
    /// Counts an operation; the fault if it is to fail.
    fn met(&self) -> Option<Fault> {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        self.fault.filter(|fault| fault.at == count || (fault.is_lasting && fault.at < count))
    }

    fn count(&self) -> io::Result<()> {
        self.met().map_or(Ok(()), |fault| Err(fault.kind.into()))
    }
}

impl<D: Disk> Disk for FaultyDisk<D> {
    fn names(&self) -> io::Result<Vec<String>> {
        self.faults.count()?;
        self.disk.names()
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        self.faults.count()?;
        Ok(self.faulty(self.disk.create(name)?))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        self.faults.count()?;
        Ok(self.faulty(self.disk.open(name)?))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.faults.count()?;
        self.disk.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.faults.count()?;
        self.disk.remove(name)
    }

    fn sync_names(&self) -> io::Result<()> {
        self.faults.count()?;
        self.disk.sync_names()
    }
}

impl DiskFile for FaultyFile {
    fn len_bytes(&self) -> io::Result<u64> {
        self.faults.count()?;
        self.file.len_bytes()
    }

    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.faults.count()?;
        self.file.read_at(offset, bytes)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let Some(fault) = self.faults.met() else { return self.file.write_at(offset, bytes) };
        self.file.write_at(offset, &bytes[..fault.written_bytes.min(bytes.len())])?;
        Err(fault.kind.into())
    }

    fn truncate(&self, len_bytes: u64) -> io::Result<()> {
        self.faults.count()?;
        self.file.truncate(len_bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.faults.count()?;
        self.file.sync()
    }
}

#[cfg(test)]
mod tests {
    use super::super::MemoryDisk;
    use super::super::tests::{check_files, kind};
    use super::*;

    fn fault(at: u64, is_lasting: bool) -> Fault {
        Fault { at, is_lasting, kind: io::ErrorKind::StorageFull, written_bytes: 2 }
    }

    #[test]
    fn without_a_fault_it_is_the_disk_within() {
        let disk = FaultyDisk::counting(MemoryDisk::default());
        check_files(&disk);
        assert!(disk.count() > 20);
    }

    #[test]
    fn a_write_that_fails_is_a_short_one() {
        let disk = FaultyDisk::failing(MemoryDisk::default(), fault(1, false));
        let file = disk.create("a").unwrap();
        assert_eq!(kind(file.write_at(0, b"abc")), io::ErrorKind::StorageFull);
        assert_eq!(file.len_bytes().unwrap(), 2);
        file.write_at(0, b"abc").unwrap();
        assert_eq!((file.len_bytes().unwrap(), disk.count()), (3, 5));
    }

    #[test]
    fn a_fault_that_lasts_leaves_nothing_that_works() {
        let disk = FaultyDisk::failing(MemoryDisk::default(), fault(2, true));
        let file = disk.create("a").unwrap();
        file.write_at(0, b"abc").unwrap();
        for result in [file.sync(), disk.sync_names(), disk.open("a").map(|_| ()), file.read_at(0, &mut [0; 3])] {
            assert_eq!(kind(result), io::ErrorKind::StorageFull);
        }
    }
}
