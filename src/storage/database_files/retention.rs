//! How many commits a database keeps, where somebody has said it.
//!
//! ```text
//! keep      24 bytes: whole numbers, lowest byte first
//!     0     "AVERKEEP"
//!     8     u32    version of the format, 1
//!     12    u64    how many of the last commits, from 1; the highest number for all
//!     20    u32    CRC-32 of the 20 bytes before
//! ```
//!
//! A file of its own, so that it can be set at any time and is whole at any time; without it the default holds.

use std::io::ErrorKind;
use std::sync::Arc;

use super::DatabaseFiles;
use super::checkpoint::write_new;
use crate::storage::disk::{Disk, DiskFile};
use crate::storage::{DiskError, Keep};

pub(super) const NAME: &str = "keep";
const MAGIC: [u8; 8] = *b"AVERKEEP";
const VERSION: u32 = 1;
const BYTES: usize = 24;

impl DatabaseFiles {
    /// Says how many commits are kept whenever the database is opened, if somebody says it. One at a time may do that.
    ///
    /// # Errors
    ///
    /// [`DiskError::Io`]; what was said before holds then.
    pub(crate) fn say_keep(&self, keep: Option<Keep>) -> Result<(), DiskError> {
        let Some(keep) = keep else { return Ok(()) };
        // What is damaged is said anew.
        if stored_keep(&*self.disk).is_ok_and(|stored| stored == Some(keep)) {
            return Ok(());
        }
        let write = |file: &dyn DiskFile| file.write_at(0, &bytes(keep)).map_err(DiskError::io("write", NAME));
        write_new(&*self.disk, &format!("{NAME}.new"), NAME, write).map(drop)
    }
}

fn bytes(keep: Keep) -> [u8; BYTES] {
    let count = match keep {
        Keep::All => u64::MAX,
        Keep::Last(count) => count.max(1),
    };
    let mut bytes = [0; BYTES];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[12..20].copy_from_slice(&count.to_le_bytes());
    let sum = crc32fast::hash(&bytes[..20]);
    bytes[20..].copy_from_slice(&sum.to_le_bytes());
    bytes
}

/// How many commits the database on a disk keeps, if that was said.
///
/// # Errors
///
/// [`DiskError::Io`], [`DiskError::Corruption`], [`DiskError::OtherFormat`].
pub(crate) fn stored_keep(disk: &dyn Disk) -> Result<Option<Keep>, DiskError> {
    let file = match disk.open(NAME) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(DiskError::io("open", NAME))?,
    };
    let len_bytes = file.len_bytes().map_err(DiskError::io("read", NAME))?;
    if len_bytes != BYTES as u64 {
        return Err(damaged(len_bytes.min(BYTES as u64), "it has another length than it should have"));
    }
    let mut bytes = [0; BYTES];
    file.read_at(0, &mut bytes).map_err(DiskError::io("read", NAME))?;
    keep_of(&bytes).map(Some)
}

fn keep_of(bytes: &[u8; BYTES]) -> Result<Keep, DiskError> {
    let [magic, version, count, sum] = [&bytes[..8], &bytes[8..12], &bytes[12..20], &bytes[20..]];
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    if magic != MAGIC {
        return Err(damaged(0, "it does not say how many commits are kept"));
    }
    if number(sum) != u64::from(crc32fast::hash(&bytes[..20])) {
        return Err(damaged(0, "its checksum is wrong"));
    }
    if version != VERSION.to_le_bytes() {
        let found = u32::try_from(number(version)).expect("it has four bytes");
        return Err(DiskError::OtherFormat { file: NAME.into(), found, ours: VERSION });
    }
    match number(count) {
        0 => Err(damaged(12, "the last commit is always kept")),
        u64::MAX => Ok(Keep::All),
        count => Ok(Keep::Last(count)),
    }
}

fn damaged(offset: u64, reason: &str) -> DiskError {
    let reason = format!("{reason}; how many commits are kept can be said anew");
    DiskError::Corruption { file: Arc::from(NAME), offset, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_read_and_what_is_damaged_is_told() {
        for keep in [Keep::All, Keep::Last(1), Keep::Last(1_000_000)] {
            let bytes = bytes(keep);
            assert_eq!(keep_of(&bytes).unwrap(), keep);
            for at in 0..BYTES * 8 {
                let mut bytes = bytes;
                bytes[at / 8] ^= 1 << (at % 8);
                assert!(matches!(keep_of(&bytes), Err(DiskError::Corruption { .. })), "{at}");
            }
        }
    }

    #[test]
    fn hostile_numbers_are_refused() {
        let with = |at: usize, byte: u8| {
            let mut bytes = bytes(Keep::Last(1));
            bytes[at] = byte;
            let sum = crc32fast::hash(&bytes[..20]);
            bytes[20..].copy_from_slice(&sum.to_le_bytes());
            keep_of(&bytes)
        };
        assert!(matches!(with(12, 0), Err(DiskError::Corruption { offset: 12, .. })));
        assert!(matches!(with(8, 2), Err(DiskError::OtherFormat { found: 2, ours: 1, .. })));
    }
}
