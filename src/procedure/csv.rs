//! Records of a text in which fields are separated by commas (RFC 4180), read one by one.
//!
//! Quotes within quotes are doubled; a quote inside a field that does not begin with one is a letter as any other. Lines
//! end with a line feed, with or without a carriage return before it, and empty ones are no records. What is not so is an
//! error that names its line: data that is guessed at is worse than none.

use std::io::{self, BufReader, Cursor, Read};

use crate::function::FunctionError;
use crate::value::{ErrorClass, ErrorKind};

/// What some programs put at the head of a text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A record is held whole; a quote that is never closed would make one of the rest of the file.
const MAX_RECORD_BYTES: usize = 16 << 20;

/// One record, and the line on which it begins.
pub(super) struct Record {
    pub line: u64,
    /// `None` where nothing stands between two separators; `""` is a text without letters.
    pub fields: Vec<Option<String>>,
}

pub(super) struct CsvReader {
    /// What the file is called in errors.
    name: String,
    bytes: io::Bytes<BufReader<Box<dyn Read + Send>>>,
    separator: u8,
    /// The line of the next byte.
    line: u64,
    /// How many bytes the record in hand has, and takes.
    len_bytes: usize,
}

/// What ends a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Separator,
    Line,
    File,
}

impl CsvReader {
    pub(super) fn new(name: &str, mut input: impl Read + Send + 'static, separator: u8) -> Result<Self, FunctionError> {
        let mut head = Vec::new();
        let begun = input.by_ref().take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut head);
        if head == BYTE_ORDER_MARK {
            head.clear();
        }
        let whole: Box<dyn Read + Send> = Box::new(Cursor::new(head).chain(input));
        let bytes = BufReader::new(whole).bytes();
        let reader = Self { name: name.to_owned(), bytes, separator, line: 1, len_bytes: 0 };
        match begun {
            Ok(_) => Ok(reader),
            Err(error) => Err(reader.unreadable(&error)),
        }
    }

    /// The next record; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Record>, FunctionError> {
        loop {
            let line = self.line;
            self.len_bytes = 0;
            let mut fields = Vec::new();
            let end = loop {
                let (field, end) = self.field()?;
                // A record of nothing but separators takes memory, too.
                self.len_bytes += size_of::<Option<String>>();
                fields.push(field);
                if end != End::Separator {
                    break end;
                }
            };
            let is_empty = matches!(fields.as_slice(), [None]);
            if !is_empty {
                return Ok(Some(Record { line, fields }));
            }
            if end == End::File {
                return Ok(None);
            }
        }
    }

    fn field(&mut self) -> Result<(Option<String>, End), FunctionError> {
        let line = self.line;
        let mut text = Vec::new();
        let end = loop {
            match self.byte()? {
                Some(b'"') if text.is_empty() => return self.quoted(),
                Some(byte) => match self.end(byte)? {
                    Some(end) => break end,
                    None => text.push(byte),
                },
                None => break End::File,
            }
        };
        let field = if text.is_empty() { None } else { Some(self.text(text, line)?) };
        Ok((field, end))
    }

    /// A field behind its opening quote.
    fn quoted(&mut self) -> Result<(Option<String>, End), FunctionError> {
        let line = self.line;
        let mut text = Vec::new();
        loop {
            match self.byte()? {
                None => return Err(self.fault(line, "a quote is never closed")),
                Some(b'"') => match self.byte()? {
                    Some(b'"') => text.push(b'"'),
                    None => return Ok((Some(self.text(text, line)?), End::File)),
                    Some(byte) => {
                        let Some(end) = self.end(byte)? else {
                            return Err(self.fault(self.line, "something follows a closing quote"));
                        };
                        return Ok((Some(self.text(text, line)?), end));
                    }
                },
                Some(byte) => {
                    self.line += u64::from(byte == b'\n');
                    text.push(byte);
                }
            }
        }
    }

    /// Whether `byte` ends a field; a carriage return does so only before a line feed.
    fn end(&mut self, byte: u8) -> Result<Option<End>, FunctionError> {
        if byte == self.separator {
            return Ok(Some(End::Separator));
        }
        match byte {
            b'\n' => {}
            b'\r' => match self.byte()? {
                Some(b'\n') => {}
                None => return Ok(Some(End::File)),
                Some(_) => {
                    return Err(self.fault(self.line, "a carriage return stands alone; lines end with a line feed"));
                }
            },
            _ => return Ok(None),
        }
        self.line += 1;
        Ok(Some(End::Line))
    }

    fn byte(&mut self) -> Result<Option<u8>, FunctionError> {
        self.len_bytes += 1;
        if self.len_bytes > MAX_RECORD_BYTES {
            let message = format!("a record of more than {MAX_RECORD_BYTES} bytes; is a quote never closed?");
            return Err(self.fault(self.line, &message));
        }
        self.bytes.next().transpose().map_err(|error| self.unreadable(&error))
    }

    fn text(&self, bytes: Vec<u8>, line: u64) -> Result<String, FunctionError> {
        String::from_utf8(bytes).map_err(|_| self.fault(line, "this is not UTF-8 text"))
    }

    fn unreadable(&self, error: &io::Error) -> FunctionError {
        let class = ErrorClass::new(ErrorKind::Io, "FileUnreadable");
        FunctionError::Other { class, message: format!("{}, line {}: cannot be read: {error}", self.name, self.line) }
    }

    /// That the text is no table, on this line.
    pub(super) fn fault(&self, line: u64, message: &str) -> FunctionError {
        let class = ErrorClass::new(ErrorKind::Argument, "InvalidCsv");
        FunctionError::Other { class, message: format!("{}, line {line}: {message}", self.name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line and fields of each record, `-` for what is missing; or what is wrong.
    fn read(text: &'static [u8]) -> Vec<String> {
        let mut reader = CsvReader::new("f", text, b',').unwrap();
        let mut read = Vec::new();
        loop {
            match reader.next() {
                Ok(Some(Record { line, fields })) => {
                    let fields: Vec<String> = fields.into_iter().map(|field| field.unwrap_or("-".to_owned())).collect();
                    read.push(format!("{line}: {}", fields.join("|")));
                }
                Ok(None) => return read,
                Err(error) => {
                    read.push(error.to_string());
                    return read;
                }
            }
        }
    }

    #[test]
    fn fields_are_separated_and_lines_counted() {
        assert_eq!(read(b"a,b\nc,d"), ["1: a|b", "2: c|d"]);
        assert_eq!(read(b"a,b\r\n\r\n\nc,\xd0\xb6\r\n"), ["1: a|b", "4: c|\u{436}"]);
        assert_eq!(read(b",a,\n,\n\"\"\n"), ["1: -|a|-", "2: -|-", "3: "]);
        assert_eq!(read(b""), [""; 0]);
        assert_eq!(read(b"\xef\xbb\xbf\"a\""), ["1: a"]);
        assert_eq!(read(b"a\r"), ["1: a"]);
    }

    #[test]
    fn quotes_hold_separators_lines_and_quotes() {
        assert_eq!(read(b"\"a,\"\"b\"\"\nc\",d\ne 5\" f"), ["1: a,\"b\"\nc|d", "3: e 5\" f"]);
        assert_eq!(read(b"\"a\r\nb\"\r\nc"), ["1: a\r\nb", "3: c"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        assert_eq!(read(b"a\n\"b\nc\nd"), ["1: a", "f, line 2: a quote is never closed"]);
        assert_eq!(read(b"a\n\n\"b\"c"), ["1: a", "f, line 3: something follows a closing quote"]);
        assert_eq!(read(b"a\nb,\xff"), ["1: a", "f, line 2: this is not UTF-8 text"]);
        assert_eq!(read(b"a\rb"), ["f, line 1: a carriage return stands alone; lines end with a line feed"]);
    }

    #[test]
    fn a_record_without_an_end_is_given_up() {
        let mut reader = CsvReader::new("f", Cursor::new("\"").chain(io::repeat(b'x')), b',').unwrap();
        let error = reader.next().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("more than 16777216 bytes"), "{error}");
    }
}
