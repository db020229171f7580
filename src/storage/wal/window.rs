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
            let known_bytes = self.file_bytes;
            let len_bytes = READ_BYTES.min(self.file_bytes - at);
            let part = usize::try_from(len_bytes).map_err(|_| io::ErrorKind::OutOfMemory)?;
            let Some(bytes) = self.get(at, part)? else {
                if self.file_bytes < known_bytes {
                    // It was cut off meanwhile: behind what is written, which may be behind `at`.
                    continue;
                }
                return Ok(end);
            };
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
        let mut may_have_grown = true;
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
            // It may have been cut off and grown again before it was asked for its length.
            if now >= self.file_bytes && !std::mem::take(&mut may_have_grown) {
                break;
            }
            self.file_bytes = self.file_bytes.min(now);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::disk::{Disk, MemoryDisk};

    /// A file of so many bytes, its window, and a file that others have opened.
    fn sample(len_bytes: u64) -> (Window, Box<dyn DiskFile>) {
        let disk = MemoryDisk::default();
        let file = disk.create("log").unwrap();
        file.write_at(0, &vec![7; usize::try_from(len_bytes).unwrap()]).unwrap();
        (Window::new(disk.open("log").unwrap()).unwrap(), file)
    }

    #[test]
    fn what_is_written_is_read_though_what_is_behind_it_was_cut_off() {
        let (mut window, file) = sample(2 * READ_BYTES);
        file.truncate(100).unwrap();
        assert_eq!(window.get(40, 60).unwrap(), Some(&[7; 60][..]));
        assert_eq!(window.file_bytes(), 100);
        assert_eq!(window.get(40, 61).unwrap(), None);
        assert_eq!(window.get(90, 10).unwrap(), Some(&[7; 10][..]));
    }

    #[test]
    fn what_was_cut_off_is_not_there_and_what_is_before_it_is() {
        let (mut window, file) = sample(2 * READ_BYTES);
        file.truncate(100).unwrap();
        assert_eq!(window.get(90, 20).unwrap(), None);
        assert_eq!(window.get(READ_BYTES, 1).unwrap(), None);
        assert_eq!(window.get(0, 100).unwrap(), Some(&[7; 100][..]));
    }

    #[test]
    fn what_is_written_is_found_though_what_is_behind_it_was_cut_off() {
        let (mut window, file) = sample(1_000);
        file.write_at(2 * READ_BYTES, &[0]).unwrap();
        window.refresh().unwrap();
        file.truncate(1_000).unwrap();
        assert_eq!(window.end_of_written(500).unwrap(), 1_000);
        assert_eq!(window.end_of_written(1_000).unwrap(), 1_000);
    }

    #[test]
    fn what_has_grown_is_there_behind_a_refresh() {
        let (mut window, file) = sample(100);
        file.write_at(100, &[8; 5]).unwrap();
        assert_eq!(window.get(95, 10).unwrap(), None);
        window.refresh().unwrap();
        assert_eq!(window.get(95, 10).unwrap(), Some(&[7, 7, 7, 7, 7, 8, 8, 8, 8, 8][..]));
    }

    #[test]
    fn zeros_behind_what_is_written_are_no_part_of_it() {
        let (mut window, file) = sample(READ_BYTES + 3);
        file.write_at(3 * READ_BYTES, &[0]).unwrap();
        window.refresh().unwrap();
        assert_eq!(window.end_of_written(10).unwrap(), READ_BYTES + 3);
        assert_eq!(window.end_of_written(2 * READ_BYTES).unwrap(), 2 * READ_BYTES);
    }
}
