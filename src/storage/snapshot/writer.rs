//! Writes the pages of a snapshot one behind the other.

use std::sync::Arc;

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
    #[cfg(test)]
    pub(super) spoil: super::tests::Spoil,
}

impl<'f> SnapshotWriter<'f> {
    /// Everything is written from `start` on.
    pub(super) fn new(name: &'f Arc<str>, file: &'f dyn DiskFile, start: u64) -> Self {
        Self {
            name,
            file,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            written: start,
            #[cfg(test)]
            spoil: super::tests::Spoil::default(),
        }
    }

    /// Writes a page and all that belongs to it.
    pub(super) fn page<T: Stored>(&mut self, page: &T) -> Result<Place, DiskError> {
        let mut bytes = Bytes::at(self.offset());
        page.store(&mut bytes, self)?;
        self.append(bytes.as_slice())
    }

    /// Writes a page that is in memory or in another snapshot, or in neither: then there is none.
    pub(in super::super) fn child<T: Stored>(
        &mut self,
        page: Option<&Arc<T>>,
        origin: impl FnOnce() -> Option<Origin>,
    ) -> Result<Option<Place>, DiskError> {
        if let Some(page) = page {
            return self.page(&**page).map(Some);
        }
        let Some(origin) = origin() else { return Ok(None) };
        let bytes = origin.read()?;
        let place = if T::is_whole(&bytes) { self.append(&bytes)? } else { self.page(&origin.decode::<T>(&bytes)?)? };
        Ok(Some(place))
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<Place, DiskError> {
        #[cfg(test)]
        let bytes = &*self.spoil.spoiled(bytes);
        let len_bytes = u32::try_from(bytes.len())
            .map_err(|_| self.unwritable(std::io::Error::other("a page has more than 4 GiB")))?;
        let place = Place { offset: self.offset(), len_bytes, crc: crc32fast::hash(bytes) };
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
