//! Whole graphs out of files that this or other programs have written, with what is at fault passed over if that is wanted.
//!
//! Each format has a file, which makes the words of JSON Lines of what it reads; one reader adds them to the database.

mod graphml;
mod jsonl;
mod tables;
mod xml;

use std::fmt;
use std::io::Write;

use super::graph::{Entry, Fault, GraphReader};
use super::line::{FileId, Found};
use crate::import::{BadRow, ImportError, ImportFile, ImportProgress, ImportReport, OnError};
use crate::{Error, WriteTransaction};

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GraphFormat {
    /// Lines of JSON, as [`write_graph`](super::write_graph) writes them.
    JsonLines,
    /// `GraphML`, as [`write_graphml`](super::write_graphml) and other programs write it.
    GraphMl,
    /// The files that [`write_csv`](super::write_csv) has written, all of them.
    Csv,
}

type Shows = Box<dyn FnMut(ImportProgress<'_>) + Send>;

/// Whole graphs that are added to a database. Files may be packed by gzip.
///
/// ```
/// use averment::Database;
/// use averment::format::{GraphFormat, GraphImport};
/// use averment::import::ImportFile;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let text = r#"<graphml>
///   <key id="k" for="edge" attr.name="share" attr.type="double"/>
///   <graph edgedefault="directed">
///     <node id="a" labels=":Company"/><node id="b"/>
///     <edge source="a" target="b" label="OWNS"><data key="k">12.5</data></edge>
///     <edge source="a" target="nobody"/>
///   </graph>
/// </graphml>"#;
/// let db = Database::in_memory();
/// let mut transaction = db.write()?;
/// let import = GraphImport::new().graph(GraphFormat::GraphMl, [ImportFile::of_bytes("a.graphml", text)]);
/// let report = import.skip_bad_rows().load(&mut transaction)?;
/// transaction.commit()?;
/// assert_eq!((report.nodes, report.relationships, report.skipped_rows()), (2, 1, 1));
/// assert_eq!(report.first_skipped[0].to_string(), "a.graphml, line 6: no element has the id `nobody`");
/// let share = "MATCH (:Company {id: 'a'})-[r:OWNS]->() RETURN r.share";
/// assert_eq!(db.query(share, ())?.single::<f64>()?, 12.5);
/// # Ok(())
/// # }
/// ```
///
/// # JSON Lines and tables
///
/// A database to which nothing was ever written takes over ids, commits, indexes and constraints, as
/// [`read_graph`](super::read_graph) says; any other one has ids of its own for what is added.
///
/// # `GraphML`
///
/// Labels of a node are its attribute or its data `labels` (`:A:B`), or `labelV`; the type of an edge is its attribute or its data
/// `label`, or `labelE`, or else `RELATED_TO`. The id of a node or an edge is kept as the property `id`, unless this library
/// has written the file. Values are what `attr.type` says. Undirected edges go from source to target; nested graphs are
/// taken as parts of the whole; ports and data of the whole graph are left out; each of these is
/// [told](ImportReport::notices). A hyperedge is at fault; an entity that is declared, a key that is declared twice,
/// and another encoding than UTF-8 end the import.
#[derive(Default)]
pub struct GraphImport {
    graphs: Vec<(GraphFormat, Vec<ImportFile>)>,
    on_error: Option<OnError>,
    message: Option<String>,
    shows: Option<Shows>,
}

impl GraphImport {
    /// An import of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One graph, whose files name each other's elements. May be called again.
    #[must_use]
    pub fn graph(mut self, format: GraphFormat, files: impl IntoIterator<Item = impl Into<ImportFile>>) -> Self {
        self.graphs.push((format, files.into_iter().map(Into::into).collect()));
        self
    }

    /// Passes over elements that cannot be added, and counts them.
    #[must_use]
    pub fn skip_bad_rows(self) -> Self {
        self.on_error(OnError::Skip)
    }

    /// Writes elements that cannot be added to `out`, as [`CsvImport`](crate::import::CsvImport::quarantine) does.
    #[must_use]
    pub fn quarantine(self, out: impl Write + Send + 'static) -> Self {
        self.on_error(OnError::Quarantine(Box::new(out)))
    }

    /// What is done with elements that cannot be added; without this, the first of them ends the import.
    #[must_use]
    pub fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = Some(on_error);
        self
    }

    /// What the commit is made for, if what is added brings none of its own.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Is told now and then how far it is.
    #[must_use]
    pub fn on_progress(mut self, show: impl FnMut(ImportProgress<'_>) + Send + 'static) -> Self {
        self.shows = Some(Box::new(show));
        self
    }

    /// Adds all of it to a transaction, or nothing.
    ///
    /// # Errors
    ///
    /// [`ImportError`], by what is at fault: a file, an element, what was asked for.
    pub fn load(self, into: &mut WriteTransaction) -> Result<ImportReport, ImportError> {
        if self.graphs.iter().all(|(_, files)| files.is_empty()) {
            return Err(ImportError::Settings { message: "there is nothing to import: no file is given".to_owned() });
        }
        if let Some(message) = &self.message {
            into.set_message(message)?;
        }
        let mut on_error = self.on_error.unwrap_or(OnError::Stop);
        on_error.begin()?;
        let (mut report, mut shows) = (ImportReport::default(), self.shows);
        into.all_or_none(|into| {
            for (format, files) in &self.graphs {
                let mut reading = Reading::new(into, &mut on_error, &mut shows, &mut report);
                match format {
                    GraphFormat::JsonLines => jsonl::read(files, &mut reading),
                    GraphFormat::GraphMl => graphml::read(files, &mut reading),
                    GraphFormat::Csv => tables::read(files, &mut reading),
                }?;
                reading.end()?;
            }
            Ok::<_, ImportError>(())
        })?;
        on_error.end()?;
        Ok(report)
    }
}

impl fmt::Debug for GraphImport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphImport").field("graphs", &self.graphs).finish_non_exhaustive()
    }
}

/// So many elements are read between two pictures of how far it is.
const ELEMENTS_BETWEEN: u64 = 1_024;

/// One graph on its way into the database.
struct Reading<'r, 't> {
    graph: GraphReader<'t>,
    on_error: &'r mut OnError,
    shows: &'r mut Option<Shows>,
    report: &'r mut ImportReport,
    /// The names of the files, by their numbers.
    files: Vec<String>,
    elements: u64,
    /// Of the line that was read last.
    last: u64,
}

impl<'r, 't> Reading<'r, 't> {
    fn new(
        into: &'t mut WriteTransaction,
        on_error: &'r mut OnError,
        shows: &'r mut Option<Shows>,
        report: &'r mut ImportReport,
    ) -> Self {
        let graph = GraphReader::new(into);
        let graph = if matches!(on_error, OnError::Stop) { graph } else { graph.leniently() };
        Self { graph, on_error, shows, report, files: Vec::new(), elements: 0, last: 0 }
    }

    fn begin_file(&mut self, file: &ImportFile) {
        self.files.push(file.name().to_owned());
        self.report.begin_file(file.name());
        self.last = 0;
    }

    fn file(&self) -> &str {
        self.files.last().map_or("", String::as_str)
    }

    /// Adds what was read from a line of the file.
    fn add(&mut self, found: Found, line: u64, raw: &[u8]) -> Result<(), ImportError> {
        self.count(line);
        let entry = self.entry(line, raw);
        self.graph.take(found, entry);
        self.tell_faults()
    }

    /// Lets an id stand for an element that was read before.
    fn stand_for(&mut self, id: FileId, of: &FileId, line: u64, raw: &[u8]) -> Result<(), ImportError> {
        let entry = self.entry(line, raw);
        self.graph.stand_for(id, of, entry);
        self.tell_faults()
    }

    /// What stands there is no element.
    fn pass_over(&mut self, line: u64, raw: &[u8], kind: &'static str, message: &str) -> Result<(), ImportError> {
        self.count(line);
        let row = BadRow::new(self.file(), line, message);
        self.on_error.pass_over(&row, raw)?;
        self.report.skip(kind, row);
        Ok(())
    }

    fn note(&mut self, kind: &'static str, line: u64, message: &str) {
        let row = BadRow::new(self.file(), line, message);
        self.report.note(kind, row);
    }

    fn count(&mut self, line: u64) {
        self.report.count_row();
        self.last = line;
        self.elements += 1;
        if self.elements.is_multiple_of(ELEMENTS_BETWEEN)
            && let Some(shows) = self.shows.as_mut()
        {
            let counts = self.graph.counts();
            let (nodes, rels) = (self.report.nodes + counts.nodes, self.report.relationships + counts.relationships);
            shows(ImportProgress::new(self.files.last().map_or("", String::as_str), nodes, rels));
        }
    }

    /// Whether what is passed over is kept as it stands there.
    fn keeps_raw(&self) -> bool {
        matches!(self.on_error, OnError::Quarantine(_))
    }

    fn entry(&self, line: u64, raw: &[u8]) -> Entry {
        let raw = if self.keeps_raw() { raw.to_vec() } else { Vec::new() };
        Entry { file: self.files.len().saturating_sub(1), line, raw }
    }

    fn tell_faults(&mut self) -> Result<(), ImportError> {
        while let Some(Fault { entry, kind, message, .. }) = self.graph.first_fault() {
            let row = BadRow::new(self.files.get(entry.file).map_or("", String::as_str), entry.line, message);
            self.on_error.pass_over(&row, &entry.raw)?;
            self.report.skip(kind, row);
        }
        Ok(())
    }

    fn end(mut self) -> Result<(), ImportError> {
        let last = self.entry(self.last, b"");
        self.graph.end(last).map_err(Error::from)?;
        self.tell_faults()?;
        let counts = self.graph.counts();
        self.report.nodes += counts.nodes;
        self.report.relationships += counts.relationships;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
