//! A snapshot that pages are read from, and where each of them lies.

use std::fmt;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rustc_hash::FxHashSet;

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
    /// The pages that were written for this one, and for no other before it, lie so many bytes before it and on.
    pub span: u64,
    /// How many bytes the pages have that it refers to, with all below them.
    pub below: u64,
}

impl Place {
    pub(super) fn end(self) -> u64 {
        self.offset.saturating_add(u64::from(self.len_bytes))
    }

    /// How many bytes it has with all below it.
    pub(super) fn tree_bytes(self) -> u64 {
        self.below.saturating_add(u64::from(self.len_bytes))
    }

    /// Where the pages begin that were written for this one.
    fn floor(self) -> u64 {
        self.offset - self.span
    }
}

/// An open snapshot. Whatever has not been read yet holds it.
pub(in super::super) struct SnapshotFile {
    pub(super) name: Arc<str>,
    /// Reading changes nothing that a panic could leave half done.
    file: AssertUnwindSafe<Arc<dyn DiskFile>>,
    limits: OnceLock<Limits>,
    /// Of somebody who goes through all pages.
    seen: OnceLock<Arc<Seen>>,
}

/// The pages of a file that somebody has gone through.
#[derive(Debug, Default)]
pub(in super::super) struct Seen(Mutex<SeenPages>);

#[derive(Debug, Default)]
struct SeenPages {
    offsets: FxHashSet<u64>,
    bytes: u64,
}

impl Seen {
    /// Takes note of a page: whether it is a new one.
    pub(super) fn note(&self, place: Place) -> bool {
        let mut pages = self.lock();
        let is_new = pages.offsets.insert(place.offset);
        pages.bytes += if is_new { u64::from(place.len_bytes) } else { 0 };
        is_new
    }

    /// How many pages there were, and how many bytes these have.
    pub(in super::super) fn sums(&self) -> (u64, u64) {
        let pages = self.lock();
        (pages.offsets.len() as u64, pages.bytes)
    }

    /// A panic while the lock was held leaves a page that is not counted, and then nothing is concluded from the count.
    fn lock(&self) -> MutexGuard<'_, SeenPages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        let (name, file) = (Arc::clone(name), AssertUnwindSafe(file));
        Self { name, file, limits: OnceLock::new(), seen: OnceLock::new() }
    }

    /// The same file, for another root with limits of its own.
    pub(super) fn beside(&self) -> Arc<Self> {
        Arc::new(Self { seen: self.seen.clone(), ..Self::new(&self.name, Arc::clone(&self.file)) })
    }

    /// Stands for the file as long as it is open.
    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(&self.file).addr()
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
            Ok(bytes)
        } else {
            Err(self.damaged(place.offset, Damage("its checksum is wrong")))
        }
    }

    pub(in super::super) fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// Takes note of the pages that are gone through from now on, each of which is then shown once, of whichever roots it is.
    pub(in super::super) fn watch(&self) -> Arc<Seen> {
        Arc::clone(self.seen.get_or_init(Arc::default))
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

    /// Whether somebody who goes through all pages has been here.
    pub(super) fn was_seen(&self) -> bool {
        self.file.seen.get().is_some_and(|seen| !seen.note(self.place))
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
        let Self { ref file, place, level, count } = *self;
        let mut source = Source { file, floor: place.floor(), end: place.offset, below: place.below, level, count };
        let mut reader = Reader::new(bytes);
        let page = T::load(&mut reader, &mut source).and_then(|page| reader.end().map(|()| page));
        page.map_err(|damage| file.damaged(place.offset, damage))
    }
}

/// What a page is read from. All that a page refers to lies before it, and its bytes are no more than the page itself was
/// said to have below it: so no damage makes pages go round in circles, or be read again and again.
#[derive(Debug)]
pub(crate) struct Source<'f> {
    pub(super) file: &'f Arc<SnapshotFile>,
    pub(super) floor: u64,
    pub(super) end: u64,
    pub(super) below: u64,
    pub(super) level: u32,
    pub(super) count: u64,
}

/// The last bytes of a page, to be decoded later.
#[derive(Clone)]
pub(in super::super) struct Rest {
    file: Arc<SnapshotFile>,
    /// Of the page.
    offset: u64,
    bytes: Arc<[u8]>,
}

impl Rest {
    /// What the bytes are, to be returned where no error can be: see [`guard`](super::guard).
    pub(in super::super) fn decode_or_unwind<T>(
        &self,
        decode: impl FnOnce(&mut Reader, &Limits) -> Result<T, Damage>,
    ) -> T {
        let mut reader = Reader::new(&self.bytes);
        let limits = self.file.limits.get().ok_or(Damage("a page stands before the root"));
        let made = limits.and_then(|limits| decode(&mut reader, limits));
        let made = made.and_then(|made| reader.end().map(|()| made));
        made.unwrap_or_else(|damage| resume_unwind(Box::new(self.file.damaged(self.offset, damage))))
    }
}

impl Source<'_> {
    /// All that is left of the page, to be decoded when it is asked for.
    pub(in super::super) fn rest(&self, bytes: &mut Reader) -> Rest {
        Rest { file: Arc::clone(self.file), offset: self.end, bytes: Arc::from(bytes.take_rest()) }
    }

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
        self.below
    }

    pub(in super::super) fn limits(&self) -> Result<&Limits, Damage> {
        self.file.limits.get().ok_or(Damage("a page stands before the root"))
    }

    /// A page that this one refers to.
    pub(super) fn place(&mut self, bytes: &mut Reader) -> Result<Option<Place>, Damage> {
        let Some(place) = bytes.place(self.floor)? else { return Ok(None) };
        check(place.end() <= self.end, "a page lies behind the one that refers to it")?;
        let below = self.below.checked_sub(place.tree_bytes());
        self.below = below.ok_or(Damage("pages have more bytes than they can have"))?;
        self.floor = self.floor.max(place.end());
        Ok(Some(place))
    }

    pub(in super::super) fn link<T>(&mut self, bytes: &mut Reader, level: u32, count: u64) -> Result<Link<T>, Damage> {
        let Some(place) = self.place(bytes)? else { return Ok(Link::None) };
        Ok(Link::to(Origin { file: Arc::clone(self.file), place, level, count }))
    }
}
