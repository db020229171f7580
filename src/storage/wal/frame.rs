//! Frames: parts of commits, each with what tells it from any other bytes.

use super::header::{u32_at, u64_at};

/// The bytes before the payload.
pub(super) const FRAME_BYTES: usize = 40;

/// The most bytes of payload.
pub(super) const MAX_PAYLOAD_BYTES: usize = 1 << 20;

/// Frames begin at multiples of this.
pub(super) const ALIGNMENT: usize = 8;

const MAGIC: &[u8; 4] = b"\xf5Avf";

const FIRST: u8 = 1;
const LAST: u8 = 2;
const TAKES_OVER: u8 = 4;

/// What a frame says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub is_first: bool,
    pub is_last: bool,
    /// Whether the commit may have any number behind that of the one before.
    pub takes_over: bool,
    pub payload_bytes: usize,
    pub sequence: u32,
    pub previous: u32,
    pub commit: u64,
    pub synced: u64,
    pub content: u32,
}

/// Where a frame lies: the checksum of its file's header, and its first byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct FramePlace {
    pub file: u32,
    pub offset: u64,
}

impl Frame {
    /// Fills the bytes before the payload, and returns the checksum of the frame.
    pub(super) fn write(&self, place: FramePlace, bytes: &mut [u8]) -> u32 {
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let flags = flag(self.is_first, FIRST) | flag(self.is_last, LAST) | flag(self.takes_over, TAKES_OVER);
        let payload_bytes = u32::try_from(self.payload_bytes).expect("a payload is at most 1 MiB");
        bytes[..4].copy_from_slice(MAGIC);
        bytes[4..8].copy_from_slice(&(u32::from(flags) | payload_bytes << 8).to_le_bytes());
        bytes[8..12].copy_from_slice(&self.sequence.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.previous.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.commit.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.synced.to_le_bytes());
        bytes[32..36].copy_from_slice(&self.content.to_le_bytes());
        let checksum = checksum(place, &bytes[..36]);
        bytes[36..40].copy_from_slice(&checksum.to_le_bytes());
        checksum
    }

    /// The frame that begins with `bytes`, and its checksum; `None` if none was written there.
    pub(super) fn read(place: FramePlace, bytes: &[u8]) -> Option<(Self, u32)> {
        if bytes.len() < FRAME_BYTES || bytes[..4] != *MAGIC {
            return None;
        }
        let found = u32_at(bytes, 36);
        if checksum(place, &bytes[..36]) != found {
            return None;
        }
        let flags = bytes[4];
        let frame = Self {
            is_first: flags & FIRST != 0,
            is_last: flags & LAST != 0,
            takes_over: flags & TAKES_OVER != 0,
            payload_bytes: (u32_at(bytes, 4) >> 8) as usize,
            sequence: u32_at(bytes, 8),
            previous: u32_at(bytes, 12),
            commit: u64_at(bytes, 16),
            synced: u64_at(bytes, 24),
            content: u32_at(bytes, 32),
        };
        Some((frame, found))
    }

    /// The bytes of payload and padding.
    pub(super) fn content_bytes(&self) -> usize {
        self.payload_bytes.next_multiple_of(ALIGNMENT)
    }

    /// The bytes of all of it.
    pub(super) fn len_bytes(&self) -> usize {
        FRAME_BYTES + self.content_bytes()
    }
}

fn checksum(place: FramePlace, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&place.file.to_le_bytes());
    hasher.update(&place.offset.to_le_bytes());
    hasher.update(bytes);
    hasher.finalize()
}
