//! What all formats share while they are read: bad records, what is to be told, the edition, and the way to the writer.

use std::collections::HashSet;
use std::sync::Arc;

use super::countries::Country;
use super::editions::{Asked, ReadEdition};
use super::model::{Properties, Record, Source};
use super::writer::{Refused, Writer};
use super::{ListFormat, dates};
use crate::Edtf;
use crate::import::{self, BadRow, CsvRecords, ImportError, ImportFile, ImportProgress, ImportReport, OnError};

type Shows = Box<dyn FnMut(ImportProgress<'_>) + Send>;

/// With this OFAC ends its files.
const END_OF_FILE: &[u8] = b"\x1a";

const UNRESOLVED_ID: &str = "unresolved id";

/// So many ids that lead nowhere are told one by one.
const MOST_TOLD: usize = 3;

pub(super) struct Reading<'t> {
    sink: Sink<'t>,
    on_error: OnError,
    edition: Option<Edtf>,
    asked: Asked,
    shows: Option<Shows>,
    report: ImportReport,
    file: Arc<str>,
    /// The last record was the mark that closes a file.
    is_closed: bool,
    editions: Vec<ReadEdition>,
    /// Those of lists that have been read, and what had been passed over until then.
    judged: usize,
    skipped_before: u64,
}

/// Where records go.
pub(super) enum Sink<'t> {
    Graph(Box<Writer<'t>>),
    /// To somebody who only looks at them.
    Taker(Box<dyn FnMut(Record) + 't>),
}

/// A record with fields, with its place.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub file: Arc<str>,
    pub line: u64,
    pub raw: String,
    pub fields: Vec<String>,
}

impl<'t> Reading<'t> {
    pub(super) fn new(
        sink: Sink<'t>,
        on_error: OnError,
        edition: Option<Edtf>,
        asked: Asked,
        shows: Option<Shows>,
    ) -> Self {
        Self {
            sink,
            on_error,
            edition,
            asked,
            shows,
            report: ImportReport::default(),
            file: Arc::default(),
            is_closed: false,
            editions: Vec::new(),
            judged: 0,
            skipped_before: 0,
        }
    }

    pub(super) fn begin(&mut self) -> Result<(), ImportError> {
        self.on_error.begin()
    }

    /// An edition that is read from here on.
    pub(super) fn begin_edition(&mut self, edition: ReadEdition) {
        if self.edition_mut(&edition.source.id).is_none() {
            self.editions.push(edition);
        }
    }

    /// The edition of this source, of the list that is being read.
    pub(super) fn edition_mut(&mut self, source_id: &str) -> Option<&mut ReadEdition> {
        self.editions[self.judged..].iter_mut().find(|edition| edition.source.id == source_id)
    }

    /// All editions of one list, or of several in one file, have been read. What waits is written, since an edition of which
    /// something is refused is none of all of its list.
    pub(super) fn end_list(&mut self) -> Result<(), ImportError> {
        if let Sink::Graph(writer) = &mut self.sink {
            writer.write(&mut self.report)?;
            let refused = writer.take_refused();
            self.pass_over_refused(refused)?;
        }
        let skipped = self.report.skipped_rows() - self.skipped_before;
        for edition in &mut self.editions[self.judged..] {
            edition.judge(self.asked, skipped);
        }
        self.judged = self.editions.len();
        self.skipped_before = self.report.skipped_rows();
        Ok(())
    }

    fn pass_over_refused(&mut self, refused: Vec<Refused>) -> Result<(), ImportError> {
        for Refused { record, reason } in refused {
            if let Some(edition) = self.edition_mut(&record.source.id) {
                edition.entries = edition.entries.saturating_sub(1);
            }
            let row = BadRow::new(&*record.file, record.n, reason);
            self.on_error.pass_over(&row, record.raw.as_bytes())?;
            self.report.skip("record with the id of another", row);
        }
        Ok(())
    }

    /// Whether the mark that closes OFAC's files was the last record of the last file.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// The editions that were read, and what was passed over.
    pub(super) fn into_read(self) -> (Vec<ReadEdition>, ImportReport) {
        (self.editions, self.report)
    }

    /// Lets follow what follows from editions, and tells what is still led to and not known.
    pub(super) fn end(mut self) -> Result<ImportReport, ImportError> {
        let Sink::Graph(mut writer) = self.sink else { return Ok(self.report) };
        writer.finish(self.editions, &mut self.report)?;
        let (count, some) = writer.unresolved(MOST_TOLD)?;
        for id in some {
            let row = BadRow::new("the graph", 0, format!("{UNRESOLVED_ID}: {id}"));
            self.report.note(UNRESOLVED_ID, row);
        }
        if count > 0 {
            self.report.notices.insert(UNRESOLVED_ID, count);
        }
        self.on_error.end()?;
        writer.end()?;
        Ok(self.report)
    }

    /// Of when a file is, as far as anybody says.
    pub(super) fn edition_of(&self, files: &[ImportFile]) -> Option<Edtf> {
        let found = || files.iter().find_map(|file| file.name().rsplit(['/', '\\']).find_map(dates::find));
        self.edition.clone().or_else(found)
    }

    /// As [`edition_of`](Self::edition_of), for lists that say nothing of their own.
    pub(super) fn must_edition_of(&self, files: &[ImportFile]) -> Result<Edtf, ImportError> {
        let name = files.first().map_or("", ImportFile::name);
        let message = format!("{name}: of when is this list? Its name has no date, and no edition is given");
        self.edition_of(files).ok_or(ImportError::Settings { message })
    }

    pub(super) fn begin_file(&mut self, file: &ImportFile) {
        self.report.begin_file(file.name());
        self.file = Arc::from(file.name());
        self.is_closed = false;
    }

    /// Reads all records with fields of a file, and passes each on to `take`, which says why one is none.
    pub(super) fn rows(
        &mut self,
        file: &ImportFile,
        take: impl FnMut(&mut Self, Row) -> Result<Option<String>, ImportError>,
    ) -> Result<(), ImportError> {
        self.read_rows(file, CsvRecords::open(file)?, take)
    }

    fn read_rows(
        &mut self,
        file: &ImportFile,
        mut records: CsvRecords,
        mut take: impl FnMut(&mut Self, Row) -> Result<Option<String>, ImportError>,
    ) -> Result<(), ImportError> {
        self.begin_file(file);
        while let Some(record) = records.read()? {
            self.is_closed = record.raw == END_OF_FILE;
            if self.is_closed {
                continue;
            }
            self.report.count_row();
            let import::Record { line, raw, content, .. } = record;
            let wrong = match content {
                Ok(fields) => take(self, Row { file: Arc::clone(&self.file), line, raw: text_of(&raw), fields })?,
                Err(reason) => Some(reason),
            };
            if let Some(reason) = wrong {
                self.pass_over(line, &raw, "record", &reason)?;
            }
        }
        Ok(())
    }

    /// As [`rows`](Self::rows), of a file that begins with the names of its columns.
    pub(super) fn rows_of(
        &mut self,
        file: &ImportFile,
        columns: &Columns,
        mut take: impl FnMut(&mut Self, Row) -> Result<Option<String>, ImportError>,
    ) -> Result<(), ImportError> {
        let mut records = CsvRecords::open(file)?;
        records.read()?;
        self.read_rows(file, records, |reading, row| match columns.fit(&row) {
            Some(wrong) => Ok(Some(wrong)),
            None => take(reading, row),
        })
    }

    pub(super) fn count_row(&mut self) {
        self.report.count_row();
    }

    pub(super) fn pass_over(
        &mut self,
        line: u64,
        raw: &[u8],
        kind: &'static str,
        reason: &str,
    ) -> Result<(), ImportError> {
        let row = BadRow::new(&*self.file, line, reason);
        self.on_error.pass_over(&row, raw)?;
        self.report.skip(kind, row);
        Ok(())
    }

    /// Passes over rows of files that were read before: they belong to no entry of the main one.
    pub(super) fn pass_over_left(
        &mut self,
        mut left: Vec<(String, Row)>,
        main: &ImportFile,
    ) -> Result<(), ImportError> {
        left.sort_by(|(_, one), (_, other)| (&one.file, one.line).cmp(&(&other.file, other.line)));
        for (entry, Row { file, line, raw, .. }) in left {
            self.file = file;
            self.pass_over(
                line,
                raw.as_bytes(),
                "unknown entry",
                &format!("`{}` has no entry `{entry}`", main.name()),
            )?;
        }
        Ok(())
    }

    /// Something that is imported all the same.
    pub(super) fn note(&mut self, kind: &'static str, line: u64, what: impl Into<String>) {
        self.report.note(kind, BadRow::new(&*self.file, line, format!("{kind}: {}", what.into())));
    }

    /// The country of a party as it is printed. A place that is none is told, and kept among its other places.
    pub(super) fn country(
        &mut self,
        printed: &str,
        (party, line): (&str, u64),
        properties: &mut Properties,
    ) -> Option<Country> {
        let country = Country::of(printed);
        if country.is_none() && !printed.is_empty() {
            self.note("unknown country", line, format!("{party}: {printed}"));
            properties.push("other_places", printed);
        }
        country
    }

    /// A record that is an entry of the edition that it is of.
    pub(super) fn put_entry(&mut self, mut record: Record) -> Result<(), ImportError> {
        if let Some(edition) = self.edition_mut(&record.source.id) {
            edition.entries += 1;
            record.is_numbered = edition.format.numbers_entries();
        }
        self.put(record)
    }

    pub(super) fn put(&mut self, mut record: Record) -> Result<(), ImportError> {
        let writer = match &mut self.sink {
            Sink::Graph(writer) => writer,
            Sink::Taker(take) => {
                take(record);
                return Ok(());
            }
        };
        record.file = Arc::clone(&self.file);
        let is_written = writer.add(record, &mut self.report)?;
        let refused = writer.take_refused();
        self.pass_over_refused(refused)?;
        if is_written && let Some(shows) = &mut self.shows {
            shows(ImportProgress::new(&self.file, self.report.nodes, self.report.relationships));
        }
        Ok(())
    }
}

pub(super) fn text_of(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).into_owned()
}

impl ReadEdition {
    /// As [`ReadEdition::new`], with the first lines of files, which say what their columns are.
    pub(super) fn with_columns(
        source: &Source,
        format: ListFormat,
        files: &[&ImportFile],
    ) -> Result<Self, ImportError> {
        let mut edition = Self::new(source, format);
        for file in files {
            let head = CsvRecords::open(file)?.read()?;
            edition.columns.extend(head.map(|record| text_of(&record.raw)));
        }
        Ok(edition)
    }
}

impl Source {
    /// `name@2021-07-07`, or with the name of the file where no date is known.
    pub(super) fn edition(id: &str, name: &str, file: &ImportFile, published: Option<Edtf>) -> Self {
        let base = file.name().rsplit(['/', '\\']).next().unwrap_or_default();
        let of = published.as_ref().map_or(base, Edtf::text);
        let name = published.as_ref().map_or_else(|| name.to_owned(), |date| format!("{name}, {}", date.text()));
        let series = published.is_some().then(|| id.to_owned());
        Self { id: format!("{id}@{of}"), series, name, file: base.to_owned(), published }
    }
}

/// The columns of a file by the names in its first record.
pub(super) struct Columns(Vec<String>);

impl Columns {
    /// The first record of a file; nothing of an empty one.
    pub(super) fn of(file: &ImportFile) -> Result<Self, ImportError> {
        let head = CsvRecords::open(file)?.read()?.and_then(|record| record.content.ok());
        Ok(Self(head.unwrap_or_default().into_iter().map(|name| name.trim().to_lowercase()).collect()))
    }

    /// These, in this order.
    pub(super) fn named(names: &[&str]) -> Self {
        Self(names.iter().map(|name| (*name).to_owned()).collect())
    }

    pub(super) fn names(&self) -> &[String] {
        &self.0
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.0.iter().any(|known| known == name))
    }

    /// Refuses two columns of one name: what stands in the second would be lost.
    pub(super) fn check(&self, file: &ImportFile) -> Result<(), ImportError> {
        let mut known = HashSet::new();
        let twin = self.0.iter().find(|name| !name.is_empty() && !known.insert(name.as_str()));
        let message = |name: &String| format!("the column `{}` is there twice", name.escape_debug());
        twin.map_or(Ok(()), |name| Err(ImportError::Header { file: file.name().to_owned(), message: message(name) }))
    }

    /// The field of this column; nothing where there is no such column.
    pub(super) fn get<'r>(&self, row: &'r Row, name: &str) -> &'r str {
        let index = self.0.iter().position(|known| known == name);
        index.and_then(|index| row.fields.get(index)).map_or("", |field| field.trim())
    }

    /// The fields of other columns than these.
    pub(super) fn others<'r>(&self, row: &'r Row, names: &[&str]) -> Vec<&'r str> {
        let is_other = |(name, _): &(&String, &String)| !names.contains(&name.as_str());
        self.0.iter().zip(&row.fields).filter(is_other).map(|(_, field)| field.as_str()).collect()
    }

    /// What is wrong with a row that has other fields than there are columns.
    pub(super) fn fit(&self, row: &Row) -> Option<String> {
        let (found, columns) = (row.fields.len(), self.0.len());
        (found != columns).then(|| format!("{found} fields, and {columns} columns"))
    }
}

/// The file that has these columns, and they.
pub(super) fn file_with<'f>(
    files: &'f [ImportFile],
    names: &[&str],
) -> Result<Option<(&'f ImportFile, Columns)>, ImportError> {
    for file in files {
        let columns = Columns::of(file)?;
        if columns.has(names) {
            columns.check(file)?;
            return Ok(Some((file, columns)));
        }
    }
    Ok(None)
}

/// As [`file_with`], where there has to be one.
pub(super) fn must_file_with<'f>(
    files: &'f [ImportFile],
    names: &[&str],
) -> Result<(&'f ImportFile, Columns), ImportError> {
    let name = files.first().map_or("", ImportFile::name).to_owned();
    let message = format!("no file has the columns {}", names.join(", "));
    file_with(files, names)?.ok_or(ImportError::Header { file: name, message })
}
