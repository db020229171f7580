//! A file with wounds: a script of bytes says where and of what kind, so that whoever makes up bytes makes up damage.

use std::ops::Range;

/// Kind, two bytes for the place, length, value.
const WOUND_BYTES: usize = 5;

/// The longest stretch that is moved.
const MOST_BYTES: usize = 64;

/// Changes bytes within the bounds that are given, in the way that a script says. The length stays, so that what else says
/// where things lie stays right.
pub(super) fn wound(bytes: &mut [u8], script: &[u8]) {
    for wound in script.chunks_exact(WOUND_BYTES) {
        let &[kind, low, high, len, value] = wound else { unreachable!("it has so many bytes") };
        let at = place(u16::from_le_bytes([low, high]), bytes.len());
        let end = bytes.len().min(at + 1 + usize::from(len) % MOST_BYTES);
        wound_once(bytes, kind, at..end, value);
    }
}

fn wound_once(bytes: &mut [u8], kind: u8, range: Range<usize>, value: u8) {
    let (start, len) = (range.start, range.len());
    match kind % 8 {
        0 => bytes[start] = value,
        1 => bytes[start] ^= 1 << (value % 8),
        2 => bytes[start] = bytes[start].wrapping_add(1),
        // The highest number, or one that does not end.
        3 => bytes[range].fill(0xff),
        4 => bytes[range].fill(value),
        // One more, or one less, of whatever is told here.
        5 => bytes[range].rotate_right(1),
        6 => bytes[range].rotate_left(1),
        // What lies elsewhere.
        _ => {
            let from = place(u16::from(value) << 8 | u16::from(value), bytes.len()).min(bytes.len() - len);
            bytes.copy_within(from..from + len, start);
        }
    }
}

/// A place below `len`, which is not 0, so that each is likely.
pub(super) fn place(told: u16, len: usize) -> usize {
    usize::from(told) * len / (usize::from(u16::MAX) + 1)
}
