//! XML, a piece at a time, each with its line. What is declared in a document type is not read, so that no entity grows.

use std::io::{self, BufRead, BufReader, Read};

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesDecl, BytesStart, Event};

use crate::import::{ImportError, ImportFile};

/// A piece is held whole.
const MOST_BYTES: u64 = 64 << 20;

/// Of which what is read is a part.
const ENCODINGS: [&str; 3] = ["UTF-8", "UTF8", "US-ASCII"];

const BUFFER_BYTES: usize = 256 << 10;

/// A tag, or what stands between two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Open(Tag),
    Close,
    Text(String),
    End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    /// Without its prefix.
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

pub(super) struct XmlReader {
    file: String,
    reader: Reader<Lines>,
    buffer: Vec<u8>,
    version: XmlVersion,
    /// On which the piece that was read last begins.
    pub line: u64,
    /// A tag that is closed where it is opened.
    closes: bool,
    /// For how many elements what is read is kept.
    keeping: usize,
    /// Where the piece that was read last begins in what is kept.
    piece_from: usize,
}

impl XmlReader {
    pub(super) fn open(file: &ImportFile) -> Result<Self, ImportError> {
        let unreadable = |error| ImportError::Unreadable { file: file.name().to_owned(), error };
        let input = BufReader::with_capacity(BUFFER_BYTES, file.open().map_err(unreadable)?);
        let reader = Reader::from_reader(Lines { input, line: 1, piece_bytes: 0, kept: None });
        let version = XmlVersion::Implicit1_0;
        Ok(Self {
            file: file.name().to_owned(),
            reader,
            buffer: Vec::new(),
            version,
            line: 1,
            closes: false,
            keeping: 0,
            piece_from: 0,
        })
    }

    /// Keeps what is read as it stands there, for [`taken`](Self::taken).
    pub(super) fn keeping(mut self) -> Self {
        self.reader.get_mut().kept = Some(Vec::new());
        self
    }

    /// Keeps the last piece, and what comes behind it; where that begins.
    pub(super) fn keep(&mut self) -> usize {
        self.keeping += 1;
        self.piece_from
    }

    /// What was kept from there on, but for what has been taken of it.
    pub(super) fn taken(&mut self, from: usize) -> Vec<u8> {
        self.keeping -= 1;
        self.reader.get_mut().kept.as_mut().map(|kept| kept.split_off(from)).unwrap_or_default()
    }

    pub(super) fn next(&mut self) -> Result<Piece, ImportError> {
        if std::mem::take(&mut self.closes) {
            return Ok(Piece::Close);
        }
        loop {
            let lines = self.reader.get_mut();
            lines.piece_bytes = 0;
            self.line = lines.line;
            if let Some(kept) = &mut lines.kept {
                if self.keeping == 0 {
                    kept.clear();
                }
                self.piece_from = kept.len();
            }
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            let piece = match self.reader.read_event_into(&mut buffer) {
                Ok(event) => self.piece(&event),
                Err(quick_xml::Error::Io(error)) if error.kind() != io::ErrorKind::InvalidData => {
                    let error = io::Error::new(error.kind(), error.to_string());
                    return Err(ImportError::Unreadable { file: self.file.clone(), error });
                }
                Err(error) => Err(error.to_string()),
            };
            self.buffer = buffer;
            if let Some(piece) = piece.map_err(|message| self.damaged(message))? {
                return Ok(piece);
            }
        }
    }

    /// None of a piece that says nothing.
    fn piece(&mut self, event: &Event<'_>) -> Result<Option<Piece>, String> {
        Ok(Some(match event {
            Event::Start(tag) => Piece::Open(self.tag(tag)?),
            Event::Empty(tag) => {
                self.closes = true;
                Piece::Open(self.tag(tag)?)
            }
            Event::End(_) => Piece::Close,
            Event::Text(text) => Piece::Text(text.xml_content(self.version).into_owned()),
            Event::CData(text) => Piece::Text(text.xml_content(self.version).into_owned()),
            Event::GeneralRef(name) => match name.resolve_char_ref().map_err(|error| error.to_string())? {
                Some(letter) => Piece::Text(letter.to_string()),
                None => match quick_xml::escape::resolve_xml_entity(name) {
                    Some(text) => Piece::Text(text.to_owned()),
                    None => return Err(format!("the entity `&{};` is none of XML", name.escape_debug())),
                },
            },
            Event::DocType(text) if text.contains("<!ENTITY") => {
                return Err("a document type that declares entities is not read".to_owned());
            }
            Event::Decl(said) => {
                self.version = said.xml_version().map_err(|error| error.to_string())?;
                return check_encoding(said).map(|()| None);
            }
            Event::DocType(_) | Event::Comment(_) | Event::PI(_) => return Ok(None),
            Event::Eof => Piece::End,
        }))
    }

    fn tag(&self, tag: &BytesStart<'_>) -> Result<Tag, String> {
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute.normalized_value(self.version).map_err(|error| error.to_string())?;
            attributes.push((attribute.key.0.to_owned(), value.into_owned()));
        }
        Ok(Tag { name: tag.local_name().as_ref().to_owned(), attributes })
    }

    pub(super) fn damaged(&self, message: impl Into<String>) -> ImportError {
        ImportError::Damaged { file: self.file.clone(), line: self.line, message: message.into() }
    }
}

/// Others may give the same bytes another meaning.
fn check_encoding(said: &BytesDecl<'_>) -> Result<(), String> {
    let Some(name) = said.encoding() else { return Ok(()) };
    let name = name.map_err(|error| error.to_string())?;
    if ENCODINGS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(format!("it is written in `{}`, and UTF-8 is read", name.escape_debug()))
}

/// Counts lines, and ends a piece that is too long.
struct Lines {
    input: BufReader<Box<dyn Read + Send>>,
    line: u64,
    piece_bytes: u64,
    /// What was read, where somebody wants to keep that.
    kept: Option<Vec<u8>>,
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let len = from.len().min(buffer.len());
        buffer[..len].copy_from_slice(&from[..len]);
        self.consume(len);
        Ok(len)
    }
}

impl BufRead for Lines {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.piece_bytes > MOST_BYTES {
            let message = format!("a piece of XML is longer than {MOST_BYTES} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, len: usize) {
        let consumed = self.input.buffer().get(..len).unwrap_or_default();
        self.line += consumed.split(|byte| *byte == b'\n').count() as u64 - 1;
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(consumed);
        }
        self.piece_bytes += len as u64;
        self.input.consume(len);
    }
}
