//! Appends commits to a log.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::changes::length;
use super::frame::{ALIGNMENT, FRAME_BYTES, Frame, FramePlace, MAX_PAYLOAD_BYTES};
use super::header::Header;
use super::log_name;
use super::reader::{LogEnd, LogReader};
use crate::storage::codec::encode_into;
use crate::storage::disk::{Disk, DiskFile, remove_if_there};
use crate::storage::{Change, Commit, DiskError};

/// A log that grows does so by so much more than is needed now: the system has less to sync where a file keeps its length.
const ROOM_BYTES: usize = 1 << 16;

/// The end of a log, where commits are written.
#[derive(Debug)]
pub(in crate::storage) struct LogWriter {
    log: Arc<LogFile>,
    /// The checksum of the header.
    header: u32,
    end: LogPosition,
    /// How long the file is; there are zeros from the end of the log on.
    file_bytes: u64,
    /// The frame in hand, with room for what stands before its payload.
    frame: Vec<u8>,
    change: Vec<u8>,
}

/// Syncs a log, beside whoever writes it.
#[derive(Clone, Debug)]
pub(in crate::storage) struct LogSync(Arc<LogFile>);

#[derive(Debug)]
struct LogFile {
    file: Box<dyn DiskFile>,
    name: Arc<str>,
    synced: AtomicU64,
    /// What the file holds is not known any more.
    is_broken: AtomicBool,
}

/// Where the next frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LogPosition {
    pub offset: u64,
    pub sequence: u32,
    pub previous: u32,
    /// The number of the last commit.
    pub commit: u64,
}

impl LogWriter {
    /// Makes the log of a generation, of which the first commit comes behind `behind`. It has its name once it is whole, and
    /// keeps it once the names of the disk are synced.
    ///
    /// # Errors
    ///
    /// [`DiskError::Io`], also if there is such a log.
    pub(in crate::storage) fn create(disk: &dyn Disk, generation: u64, behind: Commit) -> Result<Self, DiskError> {
        let name: Arc<str> = log_name(generation).into();
        let (bytes, header) = Header { generation, behind }.write();
        let file = create(disk, &name, &bytes).map_err(DiskError::io("create", &name))?;
        let end = LogPosition { offset: bytes.len() as u64, sequence: 0, previous: header, commit: behind.number };
        Ok(Self::new(file, name, header, end, end.offset))
    }

    /// Goes on behind the last commit that is whole. What is there is synced first, so that it counts as what was there
    /// when more comes; a torn tail is cut. A header alone was synced before the log had its name.
    ///
    /// # Errors
    ///
    /// [`DiskError::Io`].
    ///
    /// # Panics
    ///
    /// If the reader has not come to the end.
    pub(in crate::storage) fn resume(reader: LogReader) -> Result<Self, DiskError> {
        let (end, header) = (reader.position(), reader.header_checksum());
        let cut = match reader.end().expect("the log was read to its end") {
            LogEnd::Clean => None,
            LogEnd::Torn { offset, .. } => Some(offset),
        };
        let (file, name) = reader.into_file();
        if let Some(offset) = cut {
            file.truncate(offset).map_err(DiskError::io("cut", &name))?;
        }
        if cut.is_some() || end.sequence > 0 {
            file.sync().map_err(DiskError::io("sync", &name))?;
        }
        let file_bytes = file.len_bytes().map_err(DiskError::io("read", &name))?;
        Ok(Self::new(file, name, header, end, file_bytes))
    }

    fn new(file: Box<dyn DiskFile>, name: Arc<str>, header: u32, end: LogPosition, file_bytes: u64) -> Self {
        let (synced, is_broken) = (AtomicU64::new(end.offset), AtomicBool::new(false));
        let log = Arc::new(LogFile { file, name, synced, is_broken });
        Self { log, header, end, file_bytes, frame: Vec::new(), change: Vec::new() }
    }

    /// Where the log ends.
    pub(in crate::storage) fn end(&self) -> u64 {
        self.end.offset
    }

    /// Whether there is no commit in it.
    pub(in crate::storage) fn is_empty(&self) -> bool {
        self.end.sequence == 0
    }

    /// What syncs this log.
    pub(in crate::storage) fn syncer(&self) -> LogSync {
        LogSync(Arc::clone(&self.log))
    }

    /// Writes a commit by its number and its changes. Returns where the log ends then: the commit is sure to stay once
    /// the log is synced up to there.
    ///
    /// # Errors
    ///
    /// [`DiskError::Io`]; nothing of the commit is left then. If that cannot be made sure, nothing more is written.
    pub(in crate::storage) fn append(&mut self, commit: u64, changes: &[Change]) -> Result<u64, DiskError> {
        assert!(commit > self.end.commit, "commits come in order");
        self.log.check_whole()?;
        let start = self.end;
        let written = self.write_commit(commit, changes).map_err(DiskError::io("write", &self.log.name));
        if let Err(error) = written {
            self.end = start;
            if self.trim().is_err() {
                self.log.is_broken.store(true, Ordering::Release);
            }
            return Err(error);
        }
        self.end.commit = commit;
        Ok(self.end.offset)
    }

    /// Cuts off the room behind the end, and whatever was written there.
    ///
    /// # Errors
    ///
    /// [`DiskError::Io`].
    pub(in crate::storage) fn trim(&mut self) -> Result<(), DiskError> {
        let cut = |error| DiskError::io("cut", &self.log.name)(error);
        let file = &self.log.file;
        if file.len_bytes().map_or(true, |len_bytes| len_bytes > self.end.offset) {
            file.truncate(self.end.offset).map_err(cut)?;
        }
        self.file_bytes = self.end.offset;
        Ok(())
    }

    fn write_commit(&mut self, commit: u64, changes: &[Change]) -> io::Result<()> {
        let takes_over = commit != self.end.commit + 1;
        let mut frame = Frame {
            is_first: true,
            is_last: false,
            takes_over,
            payload_bytes: 0,
            sequence: 0,
            previous: 0,
            commit,
            synced: self.log.synced.load(Ordering::Acquire),
            content: 0,
        };
        self.frame.clear();
        self.frame.resize(FRAME_BYTES, 0);
        let mut bytes = std::mem::take(&mut self.change);
        for change in changes {
            encode_into(&mut bytes, change)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))?;
            self.push(&mut frame, &length(bytes.len()))?;
            self.push(&mut frame, &bytes)?;
        }
        bytes.shrink_to(MAX_PAYLOAD_BYTES);
        self.change = bytes;
        self.write_frame(Frame { is_last: true, ..frame }, self.frame.len() - FRAME_BYTES)
    }

    /// Adds to the frame in hand; one that is full is written first.
    fn push(&mut self, frame: &mut Frame, mut bytes: &[u8]) -> io::Result<()> {
        loop {
            let room = FRAME_BYTES + MAX_PAYLOAD_BYTES - self.frame.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.frame.extend_from_slice(now);
            if later.is_empty() {
                return Ok(());
            }
            self.write_frame(*frame, MAX_PAYLOAD_BYTES)?;
            self.frame.truncate(FRAME_BYTES);
            frame.is_first = false;
            bytes = later;
        }
    }

    /// Writes the frame in hand at the end of the log.
    fn write_frame(&mut self, frame: Frame, payload_bytes: usize) -> io::Result<()> {
        let LogPosition { offset, sequence, previous, .. } = self.end;
        let next = sequence.checked_add(1).ok_or_else(|| io::Error::other("it has as many frames as it can have"))?;
        self.frame.resize(FRAME_BYTES + payload_bytes.next_multiple_of(ALIGNMENT), 0);
        let content = crc32fast::hash(&self.frame[FRAME_BYTES..]);
        let frame = Frame { payload_bytes, sequence, previous, content, ..frame };
        let checksum = frame.write(FramePlace { file: self.header, offset }, &mut self.frame);
        let end = offset + self.frame.len() as u64;
        let room = if frame.is_last && end > self.file_bytes { ROOM_BYTES } else { 0 };
        self.write_with_room(offset, room)?;
        self.end = LogPosition { offset: end, sequence: next, previous: checksum, ..self.end };
        Ok(())
    }

    /// Writes the bytes in hand and zeros behind them, or the bytes alone if the disk has no room for more.
    fn write_with_room(&mut self, offset: u64, room: usize) -> io::Result<()> {
        let len_bytes = self.frame.len();
        self.frame.resize(len_bytes + room, 0);
        let mut written = self.log.file.write_at(offset, &self.frame);
        if room > 0 && written.as_ref().is_err_and(is_out_of_room) {
            self.frame.truncate(len_bytes);
            written = self.log.file.write_at(offset, &self.frame);
        }
        self.file_bytes = self.file_bytes.max(offset + self.frame.len() as u64);
        written
    }
}

fn is_out_of_room(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

/// Makes a file with these bytes, under another name until they are sure to stay.
fn create(disk: &dyn Disk, name: &str, bytes: &[u8]) -> io::Result<Box<dyn DiskFile>> {
    if disk.names()?.iter().any(|other| other == name) {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let new = format!("{name}.new");
    remove_if_there(disk, &new)?;
    let file = disk.create(&new)?;
    file.write_at(0, bytes)?;
    file.sync()?;
    disk.rename(&new, name)?;
    Ok(file)
}

impl LogSync {
    /// Makes sure that what was written before `end` stays; what is known to stay is not synced again.
    ///
    /// # Errors
    ///
    /// [`DiskError::Io`]. What was written since the last sync may or may not be there then, and the system may think that
    /// it is: so nothing more is written to this log and no sync of it succeeds.
    pub(in crate::storage) fn sync(&self, end: u64) -> Result<(), DiskError> {
        self.0.check_whole()?;
        if self.0.synced.load(Ordering::Acquire) >= end {
            return Ok(());
        }
        if let Err(error) = self.0.file.sync() {
            self.0.is_broken.store(true, Ordering::Release);
            return Err(DiskError::io("sync", &self.0.name)(error));
        }
        self.0.synced.fetch_max(end, Ordering::AcqRel);
        Ok(())
    }
}

impl LogFile {
    fn check_whole(&self) -> Result<(), DiskError> {
        if self.is_broken.load(Ordering::Acquire) {
            let error = io::Error::other("it failed before; the database has to be opened again");
            return Err(DiskError::io("write", &self.name)(error));
        }
        Ok(())
    }
}
