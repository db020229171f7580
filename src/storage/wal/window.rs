//! A part of a file in memory, so that many small reads become few large ones.

use std::io;

use super::super::disk::DiskFile;

/// What is read at once, unless more is asked for.
const READ_BYTES: u64 = 1 << 18;

/// What is held against zeros at once.
const ZEROS: [u8; 64] = [0; 64];

/// A file of which a part is in memory.
#[derive(Debug)]
pub(super) struct Window {
    file: Box<dyn DiskFile>,
    file_bytes: u64,
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    pub(super) fn new(file: Box<dyn DiskFile>) -> io::Result<Self> {
        let file_bytes = file.len_bytes()?;
        Ok(Self { file, file_bytes, start: 0, bytes: Vec::new() })
    }

    pub(super) fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    pub(super) fn into_file(self) -> Box<dyn DiskFile> {
        self.file
    }

    /// Forgets what was read: the file may have changed.
    pub(super) fn refresh(&mut self) -> io::Result<()> {
        self.bytes.clear();
        self.file_bytes = self.file.len_bytes()?;
        Ok(())
    }

    /// So many bytes from `offset` on; `None` if the file ends before.
    pub(super) fn get(&mut self, offset: u64, len_bytes: usize) -> io::Result<Option<&[u8]>> {
        let Some(end) = offset.checked_add(len_bytes as u64).filter(|end| *end <= self.file_bytes) else {
            return Ok(None);
        };
        let is_here = self.start <= offset && end <= self.start + self.bytes.len() as u64;
        if !is_here && !self.read(offset, end)? {
            return Ok(None);
        }
        let from = usize::try_from(offset - self.start).expect("it is in memory");
        Ok(Some(&self.bytes[from..from + len_bytes]))
    }

    /// Where the last bytes end that are not zeros, if there are such behind `from`; else `from`.
    pub(super) fn end_of_written(&mut self, from: u64) -> io::Result<u64> {
        let (mut end, mut at) = (from, from);
        while at < self.file_bytes {
            let len_bytes = READ_BYTES.min(self.file_bytes - at);
            let part = usize::try_from(len_bytes).map_err(|_| io::ErrorKind::OutOfMemory)?;
            let Some(bytes) = self.get(at, part)? else { return Ok(end) };
            let written = written_bytes(bytes);
            if written > 0 {
                end = at + written as u64;
            }
            at += len_bytes;
        }
        Ok(end)
    }

    /// Reads from `start` to `end`, or more; false if the file has become shorter than that. Its writer may cut it off behind
    /// what is written: then no more than that is read ahead.
    fn read(&mut self, start: u64, end: u64) -> io::Result<bool> {
        while end <= self.file_bytes {
            let ahead = end.max(self.file_bytes.min(start.saturating_add(READ_BYTES)));
            let len_bytes = usize::try_from(ahead - start).map_err(|_| io::ErrorKind::OutOfMemory)?;
            self.start = start;
            self.bytes.resize(len_bytes, 0);
            let Err(error) = self.file.read_at(start, &mut self.bytes) else { return Ok(true) };
            self.bytes.clear();
            if error.kind() != io::ErrorKind::UnexpectedEof {
                return Err(error);
            }
            let now = self.file.len_bytes()?;
            if now >= self.file_bytes {
                break;
            }
            self.file_bytes = now;
        }
        Ok(false)
    }
}

/// How many bytes there are up to the last that is not zero.
fn written_bytes(bytes: &[u8]) -> usize {
    let zeros: usize =
        bytes.rchunks(ZEROS.len()).take_while(|part| **part == ZEROS[..part.len()]).map(<[u8]>::len).sum();
    let bytes = &bytes[..bytes.len() - zeros];
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}
