//! Reads what is whole of a log that is damaged.
//!
//! Frames know their file by the checksum of its header, and their place; so those behind damage are found by looking at
//! every place where one may begin.

use std::sync::Arc;

use super::{Found, LogEnd, LogReader, LoggedCommit};
use crate::storage::disk::Disk;
use crate::storage::wal::frame::{ALIGNMENT, FRAME_BYTES, Frame, FramePlace};
use crate::storage::wal::header::{HEADER_BYTES, Header, u32_at};
use crate::storage::wal::log_name;
use crate::storage::wal::window::Window;
use crate::storage::wal::writer::LogPosition;
use crate::storage::{Commit, DiskError};

/// What is found next in a log that may be damaged.
#[derive(Debug)]
pub(in crate::storage) enum Whole {
    Commit(LoggedCommit),
    /// A part that is damaged, and was skipped.
    Gap(Gap),
}

/// A part of a log that cannot be read.
#[derive(Clone, Debug)]
pub(in crate::storage) struct Gap {
    pub error: DiskError,
    /// The numbers of the last commit before and of the first one behind, if there is one.
    pub after: u64,
    pub before: Option<u64>,
}

impl LoggedCommit {
    /// How many frames it has.
    pub(in crate::storage) fn frame_count(&self) -> usize {
        self.frames.len()
    }
}

impl LogReader {
    /// Opens a log, if need be by its first frame: then why its header cannot be read comes along.
    ///
    /// # Errors
    ///
    /// As [`LogReader::open`], if the first frame is damaged too.
    pub(in crate::storage) fn open_damaged(
        disk: &dyn Disk,
        generation: u64,
    ) -> Result<(Self, Option<DiskError>), DiskError> {
        let error = match Self::open(disk, generation) {
            Ok(reader) => return Ok((reader, None)),
            Err(error) => error,
        };
        match by_first_frame(disk, generation)? {
            Some(reader) if matches!(error, DiskError::Corruption { .. }) => Ok((reader, Some(error))),
            Some(_) | None => Err(error),
        }
    }

    /// The next commit that is whole, or what had to be skipped; `None` at the end. Where a log follows that one, nothing
    /// was lost in a crash at its end, so that what is there is skipped too.
    ///
    /// # Errors
    ///
    /// [`DiskError::Io`].
    pub(in crate::storage) fn next_whole(&mut self, is_last: bool) -> Result<Option<Whole>, DiskError> {
        let error = match self.next_commit() {
            Ok(Some(commit)) => return Ok(Some(Whole::Commit(commit))),
            Ok(None) if is_last || self.end == Some(LogEnd::Clean) => return Ok(None),
            Ok(None) => self.damage(self.position.offset, "commits are missing here: another log follows"),
            Err(error @ DiskError::Corruption { .. }) => error,
            Err(error) => return Err(error),
        };
        let (after, before) = (self.position.commit, self.skip()?);
        Ok(Some(Whole::Gap(Gap { error, after, before })))
    }

    /// Goes on with the next commit that begins with a whole frame; gives its number.
    fn skip(&mut self) -> Result<Option<u64>, DiskError> {
        let mut at = self.position.offset;
        while let Some(next) = at.checked_add(ALIGNMENT as u64).filter(|next| *next < self.window.file_bytes()) {
            at = next;
            if let Some(position) = self.beginning_at(at)? {
                self.position = position;
                return Ok(Some(position.commit + 1));
            }
        }
        self.position.offset = self.window.file_bytes();
        Ok(None)
    }

    /// Where a reader stands that is about to read a commit here.
    fn beginning_at(&mut self, offset: u64) -> Result<Option<LogPosition>, DiskError> {
        let Some((frame, _)) = self.frame_at(offset)? else { return Ok(None) };
        let Frame { sequence, previous, commit, .. } = frame;
        if !frame.is_first || commit <= self.position.commit {
            return Ok(None);
        }
        let position = LogPosition { offset, sequence, previous, commit: commit - 1 };
        Ok(matches!(self.frame(position)?, Found::Frame { .. }).then_some(position))
    }
}

/// A log whose header is damaged; the checksum by which frames know it is that which is told, or that of the other bytes.
fn by_first_frame(disk: &dyn Disk, generation: u64) -> Result<Option<LogReader>, DiskError> {
    let name: Arc<str> = log_name(generation).into();
    let file = disk.open(&name).map_err(DiskError::io("open", &name))?;
    let mut window = Window::new(file).map_err(DiskError::io("read", &name))?;
    let bytes = window.get(0, HEADER_BYTES + FRAME_BYTES).map_err(DiskError::io("read", &name))?;
    let Some(bytes) = bytes.map(<[u8]>::to_vec) else { return Ok(None) };
    let told = HEADER_BYTES - size_of::<u32>();
    for checksum in [u32_at(&bytes, told), crc32fast::hash(&bytes[..told])] {
        let place = FramePlace { file: checksum, offset: HEADER_BYTES as u64 };
        let Some((frame, _)) = Frame::read(place, &bytes[HEADER_BYTES..]) else { continue };
        let Some(commit) = frame.commit.checked_sub(1) else { continue };
        let header = Header { generation, behind: Commit { number: commit, micros: i64::MIN } };
        let position = LogPosition { offset: place.offset, sequence: 0, previous: checksum, commit };
        return Ok(Some(LogReader { name, window, header, checksum, position, last_frame: None, end: None }));
    }
    Ok(None)
}
