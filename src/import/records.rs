//! Records of a file, one at a time, for whoever imports a form of its own.

use std::io::{BufRead, BufReader, Read};

use super::error::{ImportError, Reason};
use super::plan::unreadable;
use super::record::{BYTE_ORDER_MARK, FieldText, Marks, RecordReader};
use super::source::ImportFile;

/// A line is held whole.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// One record with its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record<T> {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// As it stands there.
    pub raw: Vec<u8>,
    /// What it holds, or why it is none.
    pub content: Result<T, String>,
}

/// The records of a file with comma-separated values (RFC 4180), all of them: a header is one as any other.
///
/// ```
/// use averment::import::{CsvRecords, ImportFile};
/// # fn main() -> Result<(), averment::import::ImportError> {
/// let mut records = CsvRecords::open(&ImportFile::of_bytes("a.csv", "1,\"x, y\"\n"))?;
/// let record = records.read()?.expect("there is one");
/// assert_eq!((record.line, record.content), (1, Ok(vec!["1".to_owned(), "x, y".to_owned()])));
/// assert!(records.read()?.is_none());
/// # Ok(())
/// # }
/// ```
pub struct CsvRecords {
    file: ImportFile,
    reader: RecordReader<Box<dyn Read + Send>>,
}

impl CsvRecords {
    /// From the beginning of a file.
    ///
    /// # Errors
    ///
    /// [`ImportError::Unreadable`].
    pub fn open(file: &ImportFile) -> Result<Self, ImportError> {
        let input = file.open().map_err(unreadable(file))?;
        let marks = Marks { delimiter: b',', quote: Some(b'"') };
        Ok(Self { file: file.clone(), reader: RecordReader::new(input, marks) })
    }

    /// The next record; none at the end.
    ///
    /// # Errors
    ///
    /// [`ImportError::Unreadable`].
    pub fn read(&mut self) -> Result<Option<Record<Vec<String>>>, ImportError> {
        self.read_as(|field| field.text.to_owned())
    }

    /// The next record, with `None` for a field that has neither letters nor quotes.
    ///
    /// # Errors
    ///
    /// [`ImportError::Unreadable`].
    pub fn read_cells(&mut self) -> Result<Option<Record<Vec<Option<String>>>>, ImportError> {
        self.read_as(|field| (field.is_quoted || !field.text.is_empty()).then(|| field.text.to_owned()))
    }

    fn read_as<T>(&mut self, of: impl Fn(FieldText<'_>) -> T) -> Result<Option<Record<Vec<T>>>, ImportError> {
        let record = self.reader.next().map_err(unreadable(&self.file))?;
        Ok(record.map(|record| Record {
            line: record.line,
            raw: record.raw.bytes().to_vec(),
            content: match record.fields {
                Ok(fields) => Ok(fields.iter().map(&of).collect()),
                Err(reason) => Err(reason.to_string()),
            },
        }))
    }
}

/// The lines of a file that are not empty.
pub struct TextLines {
    file: ImportFile,
    input: BufReader<Box<dyn Read + Send>>,
    line: u64,
}

impl TextLines {
    /// From the beginning of a file.
    ///
    /// # Errors
    ///
    /// [`ImportError::Unreadable`].
    pub fn open(file: &ImportFile) -> Result<Self, ImportError> {
        let input = BufReader::with_capacity(256 << 10, file.open().map_err(unreadable(file))?);
        Ok(Self { file: file.clone(), input, line: 0 })
    }

    /// The next line without its end; none at the end of the file.
    ///
    /// # Errors
    ///
    /// [`ImportError::Unreadable`].
    pub fn read(&mut self) -> Result<Option<Record<String>>, ImportError> {
        loop {
            let mut raw = Vec::new();
            let mut within = (&mut self.input).take(MAX_LINE_BYTES);
            if within.read_until(b'\n', &mut raw).map_err(unreadable(&self.file))? == 0 {
                return Ok(None);
            }
            self.line += 1;
            let is_whole = raw.last() == Some(&b'\n') || (raw.len() as u64) < MAX_LINE_BYTES;
            if !is_whole {
                self.skip_line()?;
            }
            raw.truncate(raw.trim_ascii_end().len());
            if raw.starts_with(BYTE_ORDER_MARK) {
                raw.drain(..BYTE_ORDER_MARK.len());
            }
            if !raw.is_empty() {
                let content = if is_whole { text(&raw) } else { Err(too_long()) };
                return Ok(Some(Record {
                    line: self.line,
                    raw,
                    content: content.map_err(|reason| reason.to_string()),
                }));
            }
        }
    }

    fn skip_line(&mut self) -> Result<(), ImportError> {
        loop {
            let buffer = self.input.fill_buf().map_err(unreadable(&self.file))?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let (is_at_end, len) = (end.is_some() || buffer.is_empty(), end.map_or(buffer.len(), |end| end + 1));
            self.input.consume(len);
            if is_at_end {
                return Ok(());
            }
        }
    }
}

fn text(raw: &[u8]) -> Result<String, Reason> {
    std::str::from_utf8(raw).map(str::to_owned).map_err(|_| Reason::NotUtf8)
}

fn too_long() -> Reason {
    Reason::TooLong { most_bytes: usize::try_from(MAX_LINE_BYTES).unwrap_or(usize::MAX) }
}

impl std::fmt::Debug for CsvRecords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("CsvRecords").field(&self.file).finish()
    }
}

impl std::fmt::Debug for TextLines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TextLines").field(&self.file).finish()
    }
}
