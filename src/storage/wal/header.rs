//! The first bytes of a log, which say whose they are.

use std::sync::Arc;

use crate::storage::{Commit, DiskError};

pub(super) const HEADER_BYTES: usize = 40;

const MAGIC: &[u8; 8] = b"AVERMLOG";
const FORMAT: u32 = 3;

/// What a log says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub generation: u64,
    /// The commit that the first one of the log stands behind.
    pub behind: Commit,
}

impl Header {
    /// The bytes, and their checksum, by which frames know their file.
    pub(super) fn write(self) -> (Vec<u8>, u32) {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&self.generation.to_le_bytes());
        bytes.extend_from_slice(&self.behind.number.to_le_bytes());
        bytes.extend_from_slice(&self.behind.micros.to_le_bytes());
        let checksum = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        (bytes, checksum)
    }

    /// The header of `file` and its checksum.
    ///
    /// # Errors
    ///
    /// [`DiskError::Corruption`], [`DiskError::OtherFormat`].
    pub(super) fn read(bytes: &[u8; HEADER_BYTES], file: &Arc<str>) -> Result<(Self, u32), DiskError> {
        let damaged = |reason: &str| DiskError::Corruption { file: file.clone(), offset: 0, reason: reason.to_owned() };
        if bytes[..8] != *MAGIC {
            return Err(damaged("it does not begin as a log does"));
        }
        let checksum = u32_at(bytes, 36);
        if crc32fast::hash(&bytes[..36]) != checksum {
            return Err(damaged("the checksum of its header is wrong"));
        }
        let found = u32_at(bytes, 8);
        if found != FORMAT {
            return Err(DiskError::OtherFormat { file: file.clone(), found, ours: FORMAT });
        }
        let micros = u64_at(bytes, 28).cast_signed();
        let behind = Commit { number: u64_at(bytes, 20), micros };
        Ok((Self { generation: u64_at(bytes, 12), behind }, checksum))
    }
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}
