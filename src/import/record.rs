//! Records of a text in which fields are separated (RFC 4180), and what of it is none.
//!
//! Quotes within quotes are doubled; a quote inside a field that does not begin with one is a letter as any other. Lines end
//! with a line feed, with or without a carriage return before it, and empty ones are no records. Behind what is no record,
//! reading goes on with the line behind its first one: an open quote costs one line, and not the rest of the file, wherever
//! the next quote is. What was looked at within quotes that came to nothing is remembered ([`Doom`]), so that no line behind
//! looks at it again.

use std::io::{self, Read};

use super::error::Reason;

/// What some programs put at the head of a text.
pub(super) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A record is held whole; a quote that is never closed would make one of the rest of the file.
const MAX_RECORD_BYTES: usize = 16 << 20;

/// Fields behind so many are counted, and not kept.
const MOST_FIELDS: usize = 1 << 16;

const FIRST_BUFFER_BYTES: usize = 256 << 10;

/// The bytes that have a meaning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    pub delimiter: u8,
    /// `None`: quotes are letters.
    pub quote: Option<u8>,
}

pub(super) struct RecordReader<R> {
    input: R,
    marks: Marks,
    buffer: Vec<u8>,
    /// What of the buffer was read and not given yet.
    start: usize,
    end: usize,
    is_at_end: bool,
    is_begun: bool,
    /// Of the next record.
    line: u64,
    fields: Vec<Field>,
    field_count: usize,
    /// The texts of fields with doubled quotes.
    unquoted: String,
    /// A line that does not lie in the buffer any more.
    kept: Vec<u8>,
    /// How many bytes were read that do not lie in the buffer any more.
    passed_bytes: u64,
    doom: Option<Doom>,
}

/// Within quotes nothing counts but where the next ones are. So where a record that went over several lines has come to a
/// fault, every record that opens a quote on one of these lines and does not close it there comes to the same.
#[derive(Clone, Debug)]
struct Doom {
    /// Where the fault was, in bytes of the input.
    until: u64,
    reason: Reason,
}

/// One record, or what stands in place of one.
#[derive(Debug)]
pub(super) struct Record<'r> {
    /// The line on which it begins, from 1.
    pub line: u64,
    pub raw: Raw<'r>,
    pub fields: Result<Fields<'r>, Reason>,
}

/// What stands there, without the end of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raw<'r> {
    Whole(&'r [u8]),
    /// The head of what is too long.
    Head(&'r [u8]),
}

impl<'r> Raw<'r> {
    pub(super) fn bytes(self) -> &'r [u8] {
        match self {
            Raw::Whole(bytes) | Raw::Head(bytes) => bytes,
        }
    }
}

/// The fields of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'r> {
    /// How many there are.
    pub count: usize,
    text: &'r str,
    unquoted: &'r str,
    places: &'r [Field],
}

/// The text of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FieldText<'r> {
    pub text: &'r str,
    /// It stood in quotes, so that no letters are a text, too.
    pub is_quoted: bool,
}

#[derive(Clone, Copy, Debug)]
struct Field {
    start: u32,
    end: u32,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain,
    Quoted,
    /// Among the unquoted texts.
    Unquoted,
}

/// What was found at the head of the buffer.
enum Scan {
    /// A record of so many bytes, and where the next one begins.
    Record { len: usize, next: usize },
    /// All of it is there only when more is read.
    Partial,
    /// No record: the next one begins with the next line.
    Fault(Reason),
}

impl<'r> Fields<'r> {
    pub(super) fn get(&self, index: usize) -> Option<FieldText<'r>> {
        let field = self.places.get(index)?;
        let text = if field.form == Form::Unquoted { self.unquoted } else { self.text };
        Some(FieldText { text: &text[field.start as usize..field.end as usize], is_quoted: field.form != Form::Plain })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = FieldText<'r>> {
        (0..self.places.len()).filter_map(|index| self.get(index))
    }
}

impl<R: Read> RecordReader<R> {
    pub(super) fn new(input: R, marks: Marks) -> Self {
        Self {
            input,
            marks,
            buffer: vec![0; FIRST_BUFFER_BYTES],
            start: 0,
            end: 0,
            is_at_end: false,
            is_begun: false,
            line: 1,
            fields: Vec::new(),
            field_count: 0,
            unquoted: String::new(),
            kept: Vec::new(),
            passed_bytes: 0,
            doom: None,
        }
    }

    /// The next record, or what is none; `None` at the end.
    ///
    /// # Errors
    ///
    /// That of the input, which is no matter of one record.
    pub(super) fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        self.begin()?;
        loop {
            self.skip_empty_lines()?;
            if self.start == self.end {
                return Ok(None);
            }
            let at = self.start;
            match self.scan() {
                Scan::Record { len, next } => {
                    let line = self.line;
                    self.start += next;
                    self.line += self.lines_in(at, next);
                    return Ok(Some(self.record(line, at, len)));
                }
                Scan::Partial => self.fill()?,
                Scan::Fault(_) if self.may_hold_more() && self.first_line_end().is_none() => self.fill()?,
                Scan::Fault(reason) => return self.fault(reason).map(Some),
            }
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        if !self.is_begun {
            self.is_begun = true;
            self.fill()?;
            if self.buffer[..self.end].starts_with(BYTE_ORDER_MARK) {
                self.start = BYTE_ORDER_MARK.len();
            }
        }
        Ok(())
    }

    fn skip_empty_lines(&mut self) -> io::Result<()> {
        loop {
            let skipped = match &self.buffer[self.start..self.end] {
                [] | [b'\r'] if !self.is_at_end => {
                    self.fill()?;
                    continue;
                }
                [b'\n', ..] | [b'\r'] => 1,
                [b'\r', b'\n', ..] => 2,
                _ => return Ok(()),
            };
            self.start += skipped;
            self.line += 1;
        }
    }

    /// Reads on, until the buffer is full or the input ends.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.passed_bytes += self.start as u64;
        (self.start, self.end) = (0, self.end - self.start);
        if self.end == self.buffer.len() {
            self.buffer.resize((self.buffer.len() * 2).min(MAX_RECORD_BYTES + 1), 0);
        }
        while self.end < self.buffer.len() {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.is_at_end = true;
                    break;
                }
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The lines that end within so many bytes.
    fn lines_in(&self, at: usize, len: usize) -> u64 {
        if self.fields.iter().all(|field| field.form == Form::Plain) {
            return 1;
        }
        let ends = line_ends(&self.buffer[at..at + len]);
        // The last line of a file may have no end.
        ends.max(1)
    }

    fn record(&self, line: u64, at: usize, len: usize) -> Record<'_> {
        let bytes = &self.buffer[at..at + len];
        let fields = match std::str::from_utf8(bytes) {
            Ok(text) => {
                let Self { fields, unquoted, field_count: count, .. } = self;
                Ok(Fields { count: *count, text, unquoted, places: fields })
            }
            Err(_) => Err(Reason::NotUtf8),
        };
        Record { line, raw: Raw::Whole(bytes), fields }
    }

    /// Whether there are more bytes, and a record may have them.
    fn may_hold_more(&self) -> bool {
        !self.is_at_end && self.end - self.start <= MAX_RECORD_BYTES
    }

    /// The length of the line that comes next, if the buffer has its end.
    fn first_line_end(&self) -> Option<usize> {
        find(b'\n', &self.buffer[self.start..self.end])
    }

    /// Goes to the next line, however far that is.
    fn fault(&mut self, reason: Reason) -> io::Result<Record<'_>> {
        let Some(len) = self.first_line_end() else {
            return self.fault_without_end(reason);
        };
        let (line, start) = (self.line, self.start);
        self.start += len + 1;
        self.line += 1;
        let bytes = &self.buffer[start..start + len];
        Ok(Record { line, raw: Raw::Whole(bytes.strip_suffix(b"\r").unwrap_or(bytes)), fields: Err(reason) })
    }

    /// Passes over a line of which the buffer has no end.
    fn fault_without_end(&mut self, reason: Reason) -> io::Result<Record<'_>> {
        let line = self.line;
        let kept = self.buffer[self.start..self.end].to_vec();
        let mut is_whole = true;
        self.start = self.end;
        while !self.is_at_end {
            self.fill()?;
            let found = find(b'\n', &self.buffer[..self.end]);
            is_whole &= found.unwrap_or(self.end) == 0;
            match found {
                Some(end) => {
                    self.start = end + 1;
                    self.line += 1;
                    break;
                }
                None => self.start = self.end,
            }
        }
        self.kept = kept;
        let raw = if is_whole { Raw::Whole(&self.kept) } else { Raw::Head(&self.kept) };
        Ok(Record { line, raw, fields: Err(reason) })
    }

    fn scan(&mut self) -> Scan {
        let found = self.scan_record();
        if let Err((reason, at)) = &found {
            self.remember(reason, *at);
        }
        found.unwrap_or_else(|(reason, _)| Scan::Fault(reason))
    }

    /// What was looked at within quotes need not be looked at again: there is this fault at `at`, however it is come to.
    fn remember(&mut self, reason: &Reason, at: usize) {
        let until = self.passed_bytes + (self.start + at) as u64;
        if self.doom.as_ref().is_none_or(|doom| doom.until < until) {
            self.doom = Some(Doom { until, reason: reason.clone() });
        }
    }

    /// The end of the first line, if a quote that is open there comes to a fault that is known.
    fn doomed_line_end(&self) -> Option<usize> {
        let until = self.doom.as_ref()?.until.checked_sub(self.passed_bytes + self.start as u64)?;
        self.first_line_end().filter(|end| (*end as u64) < until)
    }

    /// A fault is told with the place at which it was found.
    fn scan_record(&mut self) -> Result<Scan, (Reason, usize)> {
        self.fields.clear();
        self.unquoted.clear();
        self.field_count = 0;
        let doomed = self.doomed_line_end();
        let mut at = 0;
        loop {
            let bytes = &self.buffer[self.start..self.end];
            let is_quoted = self.marks.quote.is_some_and(|quote| bytes.get(at) == Some(&quote));
            let field = if is_quoted { self.scan_quoted(at, doomed)? } else { self.scan_plain(at) };
            let Some((field, behind)) = field else { return self.partial() };
            self.field_count += 1;
            if self.fields.len() < MOST_FIELDS {
                self.fields.push(field);
            }
            match self.end_at(behind) {
                End::Delimiter => at = behind + 1,
                End::Line(next) => return Ok(Scan::Record { len: behind, next }),
                End::Partial => return self.partial(),
                End::LoneReturn => return Err((Reason::LoneReturn, behind)),
                End::None => return Err((self.behind_quote(behind), behind)),
            }
        }
    }

    fn behind_quote(&self, at: usize) -> Reason {
        match line_ends(&self.buffer[self.start..self.start + at]) {
            0 => Reason::BehindQuote,
            lines => Reason::BehindLateQuote { line: self.line + lines },
        }
    }

    /// A field without quotes from `at` on, and where it ends; `None` if it may go on behind the buffer.
    fn scan_plain(&self, at: usize) -> Option<(Field, usize)> {
        let bytes = &self.buffer[self.start..self.end];
        let delimiter = self.marks.delimiter;
        let found = bytes[at..].iter().position(|byte| *byte == delimiter || *byte == b'\n' || *byte == b'\r');
        match found {
            Some(len) => Some((Field::new(at, at + len, Form::Plain), at + len)),
            None if self.is_at_end => Some((Field::new(at, bytes.len(), Form::Plain), bytes.len())),
            None => None,
        }
    }

    /// A field that begins with a quote at `at`, and where it ends; `None` if it may go on behind the buffer. Behind the end
    /// of a line that is `doomed` nobody needs to look.
    fn scan_quoted(&mut self, at: usize, doomed: Option<usize>) -> Result<Option<(Field, usize)>, (Reason, usize)> {
        let quote = self.marks.quote.unwrap_or(b'"');
        let bytes = &self.buffer[self.start..self.end];
        let looked_at = doomed.unwrap_or(bytes.len());
        let text_start = self.unquoted.len();
        let (mut from, mut is_doubled) = (at + 1, false);
        loop {
            let Some(len) = find(quote, &bytes[from.min(looked_at)..looked_at]) else {
                return match &self.doom {
                    Some(doom) if doomed.is_some() => Err((doom.reason.clone(), looked_at)),
                    _ if self.is_at_end => Err((Reason::OpenQuote, bytes.len())),
                    _ => Ok(None),
                };
            };
            let end = from + len;
            match bytes.get(end + 1) {
                Some(next) if *next == quote => {
                    // What is no text is told of the whole record, later.
                    self.unquoted.push_str(&String::from_utf8_lossy(&bytes[from..=end]));
                    is_doubled = true;
                    from = end + 2;
                }
                None if !self.is_at_end => return Ok(None),
                Some(_) | None if is_doubled => {
                    self.unquoted.push_str(&String::from_utf8_lossy(&bytes[from..end]));
                    return Ok(Some((Field::new(text_start, self.unquoted.len(), Form::Unquoted), end + 1)));
                }
                Some(_) | None => return Ok(Some((Field::new(from, end, Form::Quoted), end + 1))),
            }
        }
    }

    /// More is needed, which there may not be room for.
    fn partial(&self) -> Result<Scan, (Reason, usize)> {
        let len_bytes = self.end - self.start;
        if len_bytes <= MAX_RECORD_BYTES {
            return Ok(Scan::Partial);
        }
        Err((Reason::TooLong { most_bytes: MAX_RECORD_BYTES }, len_bytes))
    }

    /// What stands behind a field.
    fn end_at(&self, at: usize) -> End {
        match &self.buffer[self.start + at..self.end] {
            [first, ..] if *first == self.marks.delimiter => End::Delimiter,
            [b'\n', ..] => End::Line(at + 1),
            [b'\r', b'\n', ..] => End::Line(at + 2),
            [b'\r'] if self.is_at_end => End::Line(at + 1),
            [] if self.is_at_end => End::Line(at),
            [] | [b'\r'] => End::Partial,
            [b'\r', ..] => End::LoneReturn,
            [_, ..] => End::None,
        }
    }
}

fn find(byte: u8, bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|found| *found == byte)
}

fn line_ends(bytes: &[u8]) -> u64 {
    bytes.split(|byte| *byte == b'\n').count() as u64 - 1
}

enum End {
    Delimiter,
    /// The next line begins here.
    Line(usize),
    Partial,
    LoneReturn,
    None,
}

impl Field {
    fn new(start: usize, end: usize, form: Form) -> Self {
        let narrow = |at: usize| u32::try_from(at).expect("a record has no more than 16 MiB");
        Self { start: narrow(start), end: narrow(end), form }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives a few bytes at a time.
    struct Trickle<'t>(&'t [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let len = out.len().min(self.0.len()).min(1 + self.0.len() % 7_919);
            out[..len].copy_from_slice(&self.0[..len]);
            self.0 = &self.0[len..];
            Ok(len)
        }
    }

    fn read(text: &[u8]) -> Vec<(u64, Vec<String>)> {
        let mut reader = RecordReader::new(Trickle(text), Marks { delimiter: b',', quote: Some(b'"') });
        let mut found = Vec::new();
        while let Some(record) = reader.next().unwrap() {
            let told = record.fields.map(|fields| fields.iter().map(|field| field.text.to_owned()).collect());
            found.push((record.line, told.unwrap_or_else(|reason| vec![reason.to_string()])));
        }
        found
    }

    #[test]
    fn records_are_the_same_wherever_the_buffer_ends() {
        let (mut text, mut expected, mut line) = (String::new(), Vec::new(), 1);
        for number in 0..40_000_u64 {
            let long = "\u{436}".repeat(usize::try_from(number % 40).unwrap());
            let (field, value) = match number % 4 {
                0 => (format!("\"a \"\"{long}\"\"\n\""), format!("a \"{long}\"\n")),
                1 => (format!("\"{long},\""), format!("{long},")),
                2 => (long.clone(), long.clone()),
                _ => ("\"\"".to_owned(), String::new()),
            };
            let end = if number % 3 == 0 { "x\r\n" } else { "\n" };
            text.extend([&number.to_string(), ",", &field, ",", end]);
            let last = if number % 3 == 0 { "x" } else { "" };
            expected.push((line, vec![number.to_string(), value, last.to_owned()]));
            line += if number % 4 == 0 { 2 } else { 1 };
        }
        assert!(text.len() > 3 * FIRST_BUFFER_BYTES);
        assert_eq!(read(text.as_bytes()), expected);
    }

    fn read_quickly(lines: impl Iterator<Item = String>) -> usize {
        let text: String = lines.collect();
        let mut reader = RecordReader::new(text.as_bytes(), Marks { delimiter: b',', quote: Some(b'"') });
        let mut records = 0;
        while reader.next().unwrap().is_some() {
            records += 1;
        }
        records
    }

    /// Each line was read to the end of the file again, which took a minute and more for each of these.
    #[test]
    fn quotes_that_come_to_nothing_are_looked_at_once() {
        let lines = || (0..400_000).map(|_| "a\",\"b\n".to_owned());
        assert_eq!(read_quickly(lines()), 400_000);
        let behind = || lines().chain(["a\"x\n".to_owned()]);
        assert_eq!(read_quickly(behind()), 400_001);
        let long = || lines().chain((0..2_600_000).map(|_| "a\",\"b\n".to_owned()));
        assert_eq!(read_quickly(long()), 3_000_000);
        assert_eq!(read_quickly((0..400_000).map(|_| "\"\"\"\n".to_owned())), 200_000);
    }

    fn read_anyhow(text: &str, remembers: bool) -> Vec<(u64, Result<Vec<String>, Reason>)> {
        let mut reader = RecordReader::new(text.as_bytes(), Marks { delimiter: b',', quote: Some(b'"') });
        let mut found = Vec::new();
        while let Some(record) = reader.next().unwrap() {
            let fields = record.fields.map(|fields| fields.iter().map(|field| field.text.to_owned()).collect());
            found.push((record.line, fields));
            reader.doom = reader.doom.filter(|_| remembers);
        }
        found
    }

    proptest! {
        #[test]
        fn what_is_remembered_changes_nothing(text in "[ab,\"\n\r]{0,80}") {
            prop_assert_eq!(read_anyhow(&text, true), read_anyhow(&text, false));
        }
    }

    #[test]
    fn an_open_quote_costs_one_line_wherever_the_next_quote_is() {
        let good = (1..=1_000).fold(String::new(), |good, id| good + &format!("{id},x\n"));
        for (behind, last) in [("1001,\"q\"\n", 2), ("1001,a\n", 2), ("1001,\"a\nb\"\n", 2)] {
            let found = read(format!("0,\"open\n{good}{behind}1002,x\n").as_bytes());
            assert_eq!(found.len(), 1_001 + last, "{behind}");
            assert_eq!(found[1], (2, vec!["1".to_owned(), "x".to_owned()]));
            assert_eq!(found[found.len() - 1].1, ["1002", "x"]);
        }
        let found = read(b"1,\"a\nb\rc\"\n2,\"a\nb\"\rc\n3,x\n");
        let told: Vec<_> = found.iter().map(|(line, fields)| (*line, fields.len())).collect();
        assert_eq!(told, [(1, 2), (3, 1), (4, 1), (5, 2)]);
    }

    #[test]
    fn reading_goes_on_behind_what_is_no_record() {
        let open = format!("a,\"{}\nb\nc", "x,\"\"y".repeat(100_000));
        let found = read(open.as_bytes());
        assert_eq!(found[0], (1, vec!["a quote is never closed".to_owned()]));
        assert_eq!(found[1..], [(2, vec!["b".to_owned()]), (3, vec!["c".to_owned()])]);
        let long = format!("a\n{}\nb,\"c", "x".repeat(MAX_RECORD_BYTES + 10));
        let found = read(long.as_bytes());
        let reason = Reason::TooLong { most_bytes: MAX_RECORD_BYTES }.to_string();
        assert_eq!(found[1..], [(2, vec![reason]), (3, vec!["a quote is never closed".to_owned()])]);
    }
}
