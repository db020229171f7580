//! Changes as the row of bytes that frames cut into parts, and back.

use std::sync::Arc;

use smallvec::SmallVec;

use super::frame::FRAME_BYTES;
use super::reader::FrameAt;
use super::window::Window;
use crate::storage::codec::{self, MAX_BYTES};
use crate::storage::{Change, DiskError};

/// The most bytes of a length.
const MAX_LENGTH_BYTES: usize = 10;

/// The bytes of a length: seven bits each.
pub(super) fn length(mut len_bytes: usize) -> SmallVec<[u8; MAX_LENGTH_BYTES]> {
    let mut bytes = SmallVec::new();
    loop {
        let low = u8::try_from(len_bytes & 0x7f).expect("seven bits");
        len_bytes >>= 7;
        if len_bytes == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// A length and how many bytes it took; `None` if it is not all there, or too long for one.
fn read_length(bytes: &[u8]) -> Option<(usize, usize)> {
    let count = 1 + bytes.iter().take(MAX_LENGTH_BYTES).position(|byte| byte & 0x80 == 0)?;
    let value = bytes[..count].iter().rev().try_fold(0_usize, |value, byte| {
        let value = value.checked_mul(0x80)?;
        value.checked_add(usize::from(byte & 0x7f))
    })?;
    Some((value, count))
}

/// The changes of one commit, read frame by frame.
#[derive(Debug)]
pub(in crate::storage) struct Changes<'r> {
    window: &'r mut Window,
    file: &'r Arc<str>,
    frames: std::slice::Iter<'r, FrameAt>,
    /// What was read and is no change yet begins at `at`.
    bytes: Vec<u8>,
    at: usize,
    /// The frame that was read last.
    offset: u64,
}

impl<'r> Changes<'r> {
    pub(super) fn new(window: &'r mut Window, file: &'r Arc<str>, frames: &'r [FrameAt]) -> Self {
        let offset = frames.first().map_or(0, |frame| frame.offset);
        Self { window, file, frames: frames.iter(), bytes: Vec::new(), at: 0, offset }
    }

    /// What is wrong with the commit, and about where.
    pub(super) fn damage(&self, reason: impl Into<String>) -> DiskError {
        DiskError::Corruption { file: Arc::clone(self.file), offset: self.offset, reason: reason.into() }
    }

    fn read(&mut self) -> Result<Option<Change>, DiskError> {
        loop {
            let rest = &self.bytes[self.at..];
            match read_length(rest) {
                Some((len_bytes, _)) if len_bytes > MAX_BYTES => return Err(self.damage("a change is too long")),
                Some((len_bytes, count)) if len_bytes <= rest.len() - count => {
                    let change = codec::decode(&rest[count..count + len_bytes]);
                    self.at += count + len_bytes;
                    return change.map(Some).map_err(|error| self.damage(error.to_string()));
                }
                None if rest.len() >= MAX_LENGTH_BYTES => return Err(self.damage("a change has no length")),
                Some(_) | None => {}
            }
            if !self.read_frame()? {
                let is_end = self.at == self.bytes.len();
                return if is_end { Ok(None) } else { Err(self.damage("a change is cut off")) };
            }
        }
    }

    /// Reads the payload of the next frame; false if there is none.
    fn read_frame(&mut self) -> Result<bool, DiskError> {
        let Some(FrameAt { offset, frame }) = self.frames.next() else { return Ok(false) };
        self.offset = *offset;
        self.bytes.drain(..self.at);
        self.at = 0;
        let content = self.window.get(offset + FRAME_BYTES as u64, frame.content_bytes());
        let content = content.map_err(DiskError::io("read", self.file))?;
        let content = content.filter(|content| crc32fast::hash(content) == frame.content);
        let Some(content) = content else { return Err(self.damage("a frame has changed since it was read")) };
        self.bytes.extend_from_slice(&content[..frame.payload_bytes]);
        Ok(true)
    }
}

impl Iterator for Changes<'_> {
    type Item = Result<Change, DiskError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_comes_back_and_a_part_of_it_does_not() {
        for len_bytes in [0, 1, 127, 128, 300, 1 << 20, usize::MAX] {
            let bytes = length(len_bytes);
            assert_eq!(read_length(&bytes), Some((len_bytes, bytes.len())));
            assert_eq!(read_length(&bytes[..bytes.len() - 1]), None);
        }
        assert_eq!(read_length(&[0xff; 20]), None);
        assert_eq!(read_length(&[[0xff; 9].as_slice(), &[0x7f]].concat()), None);
    }
}
