//! Reads the commits of a log, and tells how it ends.

mod skip;

use std::sync::Arc;

use super::changes::Changes;
use super::frame::{ALIGNMENT, FRAME_BYTES, Frame, FramePlace, MAX_PAYLOAD_BYTES};
use super::header::{HEADER_BYTES, Header};
use super::log_name;
use super::window::Window;
use super::writer::LogPosition;
use crate::storage::disk::{Disk, DiskFile};
use crate::storage::{Commit, DiskError};

pub(in crate::storage) use skip::Whole;

/// A log that is read from its beginning to its end.
///
/// Whoever follows a log that grows may come to its end again and again: what is not whole yet is read when it is.
#[derive(Debug)]
pub(in crate::storage) struct LogReader {
    name: Arc<str>,
    window: Window,
    header: Header,
    checksum: u32,
    position: LogPosition,
    /// Where the last frame of the last commit begins.
    last_frame: Option<u64>,
    end: Option<LogEnd>,
}

/// A commit in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::storage) struct LoggedCommit {
    /// Its number; the last of them, if commits were taken over.
    pub number: u64,
    /// Where it begins.
    pub offset: u64,
    frames: Vec<FrameAt>,
}

/// A frame and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameAt {
    pub offset: u64,
    pub frame: Frame,
}

/// How a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::storage) enum LogEnd {
    /// With a commit that is whole; behind it there may be room for more.
    Clean,
    /// With something that was never known to be synced: what was written as the system crashed, or is being written.
    Torn { offset: u64, len_bytes: u64 },
}

/// What has become of a log that was read a while ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::storage) enum Standing {
    /// All that was read of it is where it was.
    There,
    /// There is no file of its name.
    Removed,
    /// The file of its name does not hold what was read.
    Other,
}

/// What lies where a frame is looked for.
enum Found {
    Frame {
        at: FrameAt,
        checksum: u32,
    },
    /// The file ends here.
    End,
    /// No frame, or none that can stand here.
    Other,
}

impl LogReader {
    /// Opens the log of a generation.
    ///
    /// # Errors
    ///
    /// [`DiskError::Io`], [`DiskError::OtherFormat`], and [`DiskError::Corruption`] if the header is damaged or that of
    /// another generation.
    pub(in crate::storage) fn open(disk: &dyn Disk, generation: u64) -> Result<Self, DiskError> {
        let name: Arc<str> = log_name(generation).into();
        let file = disk.open(&name).map_err(DiskError::io("open", &name))?;
        let mut window = Window::new(file).map_err(DiskError::io("read", &name))?;
        let bytes = window.get(0, HEADER_BYTES).map_err(DiskError::io("read", &name))?;
        let damage = |reason: String| DiskError::Corruption { file: Arc::clone(&name), offset: 0, reason };
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        let bytes = bytes.ok_or_else(|| damage("it is too short for a log".to_owned()))?;
        let (header, checksum) = Header::read(bytes, &name)?;
        if header.generation != generation {
            return Err(damage(format!("it is the log of generation {}", header.generation)));
        }
        let position =
            LogPosition { offset: HEADER_BYTES as u64, sequence: 0, previous: checksum, commit: header.behind.number };
        Ok(Self { name, window, header, checksum, position, last_frame: None, end: None })
    }

    /// The name of the file.
    pub(in crate::storage) fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// The commit that the first one here stands behind.
    pub(in crate::storage) fn behind(&self) -> Commit {
        self.header.behind
    }

    /// How the log ends, if that is known: [`LogReader::next_commit`] found no more.
    pub(in crate::storage) fn end(&self) -> Option<LogEnd> {
        self.end
    }

    pub(super) fn position(&self) -> LogPosition {
        self.position
    }

    pub(super) fn header_checksum(&self) -> u32 {
        self.checksum
    }

    pub(super) fn into_file(self) -> (Box<dyn DiskFile>, Arc<str>) {
        (self.window.into_file(), self.name)
    }

    /// The next commit that is whole; `None` at the end, which [`LogReader::end`] then tells.
    ///
    /// # Errors
    ///
    /// [`DiskError::Corruption`] if what follows was there once, or is no commit that can follow; [`DiskError::Io`].
    pub(in crate::storage) fn next_commit(&mut self) -> Result<Option<LoggedCommit>, DiskError> {
        if self.end.take().is_some() {
            self.refresh()?;
        }
        let mut position = self.position;
        let mut frames = Vec::new();
        let mut is_read_again = false;
        loop {
            match self.frame(position)? {
                Found::Frame { at, checksum } => {
                    self.check_order(position.commit, &frames, at)?;
                    frames.push(at);
                    position.offset += at.frame.len_bytes() as u64;
                    position.sequence = position.sequence.wrapping_add(1);
                    position.previous = checksum;
                    if at.frame.is_last {
                        let (number, offset) = (at.frame.commit, self.position.offset);
                        self.last_frame = Some(at.offset);
                        self.position = LogPosition { commit: number, ..position };
                        return Ok(Some(LoggedCommit { number, offset, frames }));
                    }
                    is_read_again = false;
                }
                Found::End => return self.ended(),
                Found::Other => match self.was_synced(position.offset)? {
                    // It may have been written since it was read.
                    true if !is_read_again => {
                        self.refresh()?;
                        is_read_again = true;
                    }
                    true => return Err(self.damage(position.offset, "what was synced here is not here any more")),
                    false => return self.ended(),
                },
            }
        }
    }

    /// Opens the file anew by its name, to read on in it if it is still the same log.
    ///
    /// # Errors
    ///
    /// As [`LogReader::open`], but for a file that is not there.
    pub(in crate::storage) fn reopen(&mut self, disk: &dyn Disk) -> Result<Standing, DiskError> {
        let mut now = match Self::open(disk, self.header.generation) {
            Err(error) if error.is_missing_file() => return Ok(Standing::Removed),
            opened => opened?,
        };
        let last = match self.last_frame {
            Some(offset) => now.frame_at(offset)?.map(|(_, checksum)| checksum),
            None => Some(now.checksum),
        };
        if last != Some(self.position.previous) {
            return Ok(Standing::Other);
        }
        self.window = now.window;
        Ok(Standing::There)
    }

    /// The changes of a commit that this reader found.
    pub(in crate::storage) fn changes<'r>(&'r mut self, commit: &'r LoggedCommit) -> Changes<'r> {
        Changes::new(&mut self.window, &self.name, &commit.frames)
    }

    fn ended(&mut self) -> Result<Option<LoggedCommit>, DiskError> {
        let offset = self.position.offset;
        let len_bytes = self.end_of_written(offset)?.saturating_sub(offset);
        self.end = Some(if len_bytes == 0 { LogEnd::Clean } else { LogEnd::Torn { offset, len_bytes } });
        Ok(None)
    }

    /// Where that ends which was written behind `offset`; what follows is room.
    fn end_of_written(&mut self, offset: u64) -> Result<u64, DiskError> {
        let end = self.window.end_of_written(offset).map_err(DiskError::io("read", &self.name))?;
        Ok(end.next_multiple_of(ALIGNMENT as u64).min(self.window.file_bytes().max(offset)))
    }

    fn frame(&mut self, position: LogPosition) -> Result<Found, DiskError> {
        let LogPosition { offset, sequence, previous, .. } = position;
        if offset == self.window.file_bytes() {
            return Ok(Found::End);
        }
        let Some((frame, checksum)) = self.frame_at(offset)? else { return Ok(Found::Other) };
        let fits = (frame.sequence, frame.previous) == (sequence, previous) && frame.payload_bytes <= MAX_PAYLOAD_BYTES;
        if !fits {
            return Ok(Found::Other);
        }
        let content = self.window.get(offset + FRAME_BYTES as u64, frame.content_bytes());
        let content = content.map_err(DiskError::io("read", &self.name))?;
        let is_whole = content.is_some_and(|content| crc32fast::hash(content) == frame.content);
        Ok(if is_whole { Found::Frame { at: FrameAt { offset, frame }, checksum } } else { Found::Other })
    }

    /// What stands before the payload of the frame at `offset`, if there is one.
    fn frame_at(&mut self, offset: u64) -> Result<Option<(Frame, u32)>, DiskError> {
        let place = FramePlace { file: self.checksum, offset };
        let bytes = self.window.get(offset, FRAME_BYTES).map_err(DiskError::io("read", &self.name))?;
        Ok(bytes.and_then(|bytes| Frame::read(place, bytes)))
    }

    /// Whether a frame that is whole can stand behind those of its commit, and the commit behind the last one.
    fn check_order(&self, last: u64, before: &[FrameAt], at: FrameAt) -> Result<(), DiskError> {
        let FrameAt { offset, frame } = at;
        let commit = frame.commit;
        if frame.is_first != before.is_empty() || before.last().is_some_and(|before| before.frame.commit != commit) {
            return Err(self.damage(offset, "a part of a commit is missing"));
        }
        let is_next = last.checked_add(1) == Some(commit);
        if is_next || (frame.takes_over && commit > last) {
            return Ok(());
        }
        Err(self.damage(offset, format!("commit {commit} stands behind commit {last}")))
    }

    /// Whether a frame behind `offset` says that what is there was synced.
    fn was_synced(&mut self, offset: u64) -> Result<bool, DiskError> {
        let end = self.end_of_written(offset)?;
        let mut at = offset;
        while let Some(next) = at.checked_add(ALIGNMENT as u64).filter(|next| *next < end) {
            at = next;
            if self.frame_at(at)?.is_some_and(|(frame, _)| frame.synced > offset) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn refresh(&mut self) -> Result<(), DiskError> {
        self.window.refresh().map_err(DiskError::io("read", &self.name))
    }

    fn damage(&self, offset: u64, reason: impl Into<String>) -> DiskError {
        DiskError::Corruption { file: Arc::clone(&self.name), offset, reason: reason.into() }
    }
}
