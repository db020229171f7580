//! Writes the pages of a snapshot one behind the other, each once: a page that several roots share is told to be where it
//! was written first.

use std::any::Any;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::disk::DiskFile;
use super::super::{CodecError, DiskError};
use super::{Bytes, Origin, Place, Stored};

const BUFFER_BYTES: usize = 1 << 20;

/// A snapshot that is being written.
#[derive(Debug)]
pub(crate) struct SnapshotWriter<'f> {
    name: &'f Arc<str>,
    file: &'f dyn DiskFile,
    buffer: Vec<u8>,
    /// Where the buffer begins.
    written: u64,
    /// The pages that are written, by what they are pages of.
    places: FxHashMap<PageKey, Place>,
    /// The pages in memory among them: no other one comes to lie where one of them does.
    held: Vec<Arc<dyn Any>>,
    #[cfg(test)]
    pub(super) spoil: super::tests::Spoil,
}

/// Which page it is. Files are open as long as the roots that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum PageKey {
    Memory(usize),
    File { file: usize, offset: u64 },
}

impl<'f> SnapshotWriter<'f> {
    /// Everything is written from `start` on.
    pub(super) fn new(name: &'f Arc<str>, file: &'f dyn DiskFile, start: u64) -> Self {
        Self {
            name,
            file,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            written: start,
            places: FxHashMap::default(),
            held: Vec::new(),
            #[cfg(test)]
            spoil: super::tests::Spoil::default(),
        }
    }

    /// Writes a page and all that belongs to it and was not written yet.
    pub(super) fn page<T: Stored>(&mut self, page: &T) -> Result<Place, DiskError> {
        let start = self.offset();
        let mut bytes = Bytes::at(start);
        page.store(&mut bytes, self)?;
        let span = self.offset() - start;
        Ok(Place { span, below: bytes.below(), ..self.append(bytes.as_slice())? })
    }

    /// Writes the page that tells where all others begin.
    pub(super) fn list(&mut self, write: impl FnOnce(&mut Bytes)) -> Result<Place, DiskError> {
        let mut bytes = Bytes::at(super::HEAD_BYTES as u64);
        write(&mut bytes);
        self.append(bytes.as_slice())
    }

    /// A page that is in memory or in another snapshot, or in neither: then there is none. It is written unless it was.
    pub(in super::super) fn child<T: Stored>(
        &mut self,
        page: Option<&Arc<T>>,
        origin: Option<&Origin>,
    ) -> Result<Option<Place>, DiskError> {
        let key = match (origin, page) {
            (Some(Origin { file, place, .. }), _) => PageKey::File { file: file.address(), offset: place.offset },
            (None, Some(page)) => PageKey::Memory(Arc::as_ptr(page).addr()),
            (None, None) => return Ok(None),
        };
        if let Some(place) = self.places.get(&key) {
            return Ok(Some(*place));
        }
        let place = match (page, origin) {
            (Some(page), _) => self.page(&**page)?,
            (None, Some(origin)) => self.copy::<T>(origin)?,
            (None, None) => return Ok(None),
        };
        self.places.insert(key, place);
        if let (PageKey::Memory(_), Some(page)) = (key, page) {
            self.held.push(Arc::clone(page) as Arc<dyn Any>);
        }
        Ok(Some(place))
    }

    /// Writes a page of another snapshot.
    fn copy<T: Stored>(&mut self, origin: &Origin) -> Result<Place, DiskError> {
        let bytes = origin.read()?;
        if T::is_whole(&bytes) { self.append(&bytes) } else { self.page(&origin.decode::<T>(&bytes)?) }
    }

    /// Writes a page to which nothing belongs.
    fn append(&mut self, bytes: &[u8]) -> Result<Place, DiskError> {
        #[cfg(test)]
        let bytes = &*self.spoil.spoiled(bytes);
        let len_bytes = u32::try_from(bytes.len())
            .map_err(|_| self.unwritable(std::io::Error::other("a page has more than 4 GiB")))?;
        let place = Place { offset: self.offset(), len_bytes, crc: crc32fast::hash(bytes), span: 0, below: 0 };
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_BYTES {
            self.flush()?;
        }
        Ok(place)
    }

    pub(super) fn flush(&mut self) -> Result<(), DiskError> {
        self.write_at(self.written, &self.buffer)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    pub(super) fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.file.write_at(offset, bytes).map_err(|error| self.unwritable(error))
    }

    /// A value that has no bytes.
    pub(in super::super) fn refuse(&self, error: CodecError) -> DiskError {
        self.unwritable(std::io::Error::other(error))
    }

    fn unwritable(&self, error: std::io::Error) -> DiskError {
        DiskError::Io { action: "write", file: Arc::clone(self.name), error: Arc::new(error) }
    }

    fn offset(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }
}
