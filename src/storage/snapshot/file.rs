//! A snapshot that pages are read from, and where each of them lies.

use std::fmt;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::super::disk::DiskFile;
use super::super::{DiskError, End};
use super::bytes::check;
use super::{Damage, Link, Reader, Stored};

/// Where a page lies in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Place {
    pub offset: u64,
    pub len_bytes: u32,
    pub crc: u32,
}

impl Place {
    pub(super) fn end(self) -> u64 {
        self.offset.saturating_add(u64::from(self.len_bytes))
    }
}

/// An open snapshot. Whatever has not been read yet holds it.
pub(in super::super) struct SnapshotFile {
    pub(super) name: Arc<str>,
    /// Reading changes nothing that a panic could leave half done.
    file: AssertUnwindSafe<Arc<dyn DiskFile>>,
    limits: OnceLock<Limits>,
    /// How many bytes of pages were read and found whole, and how many pages.
    read_bytes: AtomicU64,
    read_pages: AtomicU64,
}

/// What the numbers in pages stay below.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Limits {
    pub labels: u32,
    pub types: u32,
    pub keys: u32,
    pub label_sets: u32,
    pub nodes: u32,
    pub rels: u32,
    pub commits: u32,
    pub node_codes: Vec<u32>,
    pub rel_codes: Vec<u32>,
}

impl Limits {
    /// Whether an end, as it is kept, is one that may be there.
    pub(in super::super) fn has_end(&self, raw: u32) -> bool {
        let end = End::from_raw(raw);
        end.as_node().map_or_else(|| end.as_rel().is_some_and(|rel| rel.0 < self.rels), |node| node.0 < self.nodes)
    }
}

impl SnapshotFile {
    pub(super) fn new(name: &Arc<str>, file: Arc<dyn DiskFile>) -> Self {
        Self {
            name: Arc::clone(name),
            file: AssertUnwindSafe(file),
            limits: OnceLock::new(),
            read_bytes: AtomicU64::new(0),
            read_pages: AtomicU64::new(0),
        }
    }

    pub(super) fn set_limits(&self, limits: Limits) {
        // They are told once, when the root is read.
        self.limits.get_or_init(|| limits);
    }

    /// The bytes of a page, if they are those that were written.
    pub(super) fn read(&self, place: Place) -> Result<Vec<u8>, DiskError> {
        let mut bytes = vec![0; place.len_bytes as usize];
        self.read_at(place.offset, &mut bytes)?;
        if crc32fast::hash(&bytes) == place.crc {
            self.read_bytes.fetch_add(u64::from(place.len_bytes), Ordering::Relaxed);
            self.read_pages.fetch_add(1, Ordering::Relaxed);
            Ok(bytes)
        } else {
            Err(self.damaged(place.offset, Damage("its checksum is wrong")))
        }
    }

    pub(in super::super) fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// How many pages were read and found whole, and how many bytes these have.
    pub(in super::super) fn read_so_far(&self) -> (u64, u64) {
        (self.read_pages.load(Ordering::Relaxed), self.read_bytes.load(Ordering::Relaxed))
    }

    pub(super) fn read_at(&self, offset: u64, bytes: &mut [u8]) -> Result<(), DiskError> {
        self.file.read_at(offset, bytes).map_err(|error| {
            if error.kind() == std::io::ErrorKind::UnexpectedEof {
                self.damaged(offset, Damage("the file ends here"))
            } else {
                self.unreadable(error)
            }
        })
    }

    pub(super) fn len_bytes(&self) -> Result<u64, DiskError> {
        self.file.len_bytes().map_err(|error| self.unreadable(error))
    }

    fn unreadable(&self, error: std::io::Error) -> DiskError {
        DiskError::Io { action: "read", file: Arc::clone(&self.name), error: Arc::new(error) }
    }

    pub(super) fn damaged(&self, offset: u64, Damage(reason): Damage) -> DiskError {
        DiskError::Corruption { file: Arc::clone(&self.name), offset, reason: reason.to_owned() }
    }
}

impl fmt::Debug for SnapshotFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A page that lies in a snapshot, and what whoever refers to it knows of it.
#[derive(Clone, Debug)]
pub(in super::super) struct Origin {
    pub(super) file: Arc<SnapshotFile>,
    pub(super) place: Place,
    /// The page and all that belongs to it lie at this offset and behind.
    pub(super) floor: u64,
    /// How many tables or branches lie below it.
    pub(super) level: u32,
    /// How many items it holds with all below it, where that is known.
    pub(super) count: u64,
}

impl Origin {
    pub(in super::super) fn level(&self) -> u32 {
        self.level
    }

    pub(in super::super) fn count(&self) -> u64 {
        self.count
    }

    pub(in super::super) fn read(&self) -> Result<Vec<u8>, DiskError> {
        self.file.read(self.place)
    }

    pub(in super::super) fn load<T: Stored>(&self) -> Result<T, DiskError> {
        self.decode(&self.read()?)
    }

    /// The page, to be returned where no error can be: see [`guard`](super::guard).
    pub(in super::super) fn load_or_unwind<T: Stored>(&self) -> Arc<T> {
        Arc::new(self.load().unwrap_or_else(|error| resume_unwind(Box::new(error))))
    }

    /// The page of which these are the bytes.
    pub(super) fn decode<T: Stored>(&self, bytes: &[u8]) -> Result<T, DiskError> {
        let Self { ref file, place, floor, level, count } = *self;
        let mut source = Source { file, floor, end: place.offset, level, count };
        let mut reader = Reader::new(bytes);
        let page = T::load(&mut reader, &mut source).and_then(|page| reader.end().map(|()| page));
        page.map_err(|damage| file.damaged(place.offset, damage))
    }
}

/// What a page is read from. All that belongs to a page lies before it, and what belongs to one of its children before
/// that which belongs to the next: so no damage makes pages go round in circles, or be read again and again.
#[derive(Debug)]
pub(crate) struct Source<'f> {
    pub(super) file: &'f Arc<SnapshotFile>,
    pub(super) floor: u64,
    pub(super) end: u64,
    pub(super) level: u32,
    pub(super) count: u64,
}

impl Source<'_> {
    pub(in super::super) fn file(&self) -> &Arc<SnapshotFile> {
        self.file
    }

    /// How many tables or branches lie below this page.
    pub(in super::super) fn level(&self) -> u32 {
        self.level
    }

    /// How many items the page holds with all below it, where that is known.
    pub(in super::super) fn count(&self) -> u64 {
        self.count
    }

    /// How many bytes all that belongs to this page can have.
    pub(in super::super) fn bytes_before(&self) -> u64 {
        self.end - self.floor.min(self.end)
    }

    pub(in super::super) fn limits(&self) -> Result<&Limits, Damage> {
        self.file.limits.get().ok_or(Damage("a page stands before the root"))
    }

    /// A page that this one refers to, with the least offset of what belongs to it.
    pub(in super::super) fn place(&mut self, bytes: &mut Reader) -> Result<Option<(Place, u64)>, Damage> {
        let Some(place) = bytes.place(self.floor)? else { return Ok(None) };
        check(place.end() <= self.end, "a page lies behind the one that refers to it")?;
        let floor = std::mem::replace(&mut self.floor, place.end());
        Ok(Some((place, floor)))
    }

    pub(in super::super) fn link<T>(&mut self, bytes: &mut Reader, level: u32, count: u64) -> Result<Link<T>, Damage> {
        let Some((place, floor)) = self.place(bytes)? else { return Ok(Link::None) };
        Ok(Link::to(Origin { file: Arc::clone(self.file), place, floor, level, count }))
    }
}
