//! Graphs out of files with comma-separated values: a file for each kind of node and relationship, with a line of headers
//! that say what the columns are.
//!
//! ```
//! use averment::{Database, import::{ImportFile, CsvImport}};
//! # fn main() -> Result<(), averment::import::ImportError> {
//! let companies = ImportFile::of_bytes("companies.csv", "id:ID,name,founded:int,tags:string[]\n7,SenseTime,2014,AI;HK\n8,Megvii,,\n");
//! let stakes = ImportFile::of_bytes("stakes.csv", ":START_ID,:END_ID,share:float\n7,8,12.5\n7,9,1\n");
//!
//! let import = CsvImport::new().nodes("Company", [companies]).relationships("OWNS", [stakes]).skip_bad_rows();
//! let (db, report) = import.in_memory(Database::options())?;
//! assert_eq!((report.nodes, report.relationships, report.skipped_rows()), (2, 1, 1));
//! assert_eq!(report.first_skipped[0].to_string(), "stakes.csv, line 3: the end `9` is no node");
//!
//! let share = "MATCH (:Company {id: '7'})-[r:OWNS]->(c) RETURN c.name, r.share";
//! assert_eq!(db.query(share, ())?.single::<(String, f64)>()?, ("Megvii".to_owned(), 12.5));
//! # Ok(())
//! # }
//! ```
//!
//! # Headers
//!
//! | column | what it is |
//! |---|---|
//! | `name` | a property that is a text, or, with [`infer_types`](CsvImport::infer_types), what its values are |
//! | `name:type` | a property: `string`, `int` (`long`, ...), `float` (`double`), `boolean`, `date`, `localtime`, `time`, `localdatetime`, `datetime`, `duration`, `edtf` |
//! | `name:type[]` | a list, its items separated by `;` |
//! | `name:ID`, `name:ID(Group)`, `:ID` | the id of a node, kept as a property where it has a name; texts, or integers as [`integer_ids`](CsvImport::integer_ids) or `name:ID(Group){id-type: long}` say |
//! | `:START_ID`, `:END_ID(Group)` | the ids of the nodes at the ends of a relationship |
//! | `:LABEL` | further labels of a node, separated by `;` |
//! | `:TYPE` | the type of a relationship, instead of the one that is given |
//! | `:IGNORE` | nothing |
//!
//! Ids are unique within a group: the one that is named, or else that of the labels which are given for the file. An end
//! whose group is not named is looked for in all groups, and has to be in one only. In a header that says none of this, `id` is
//! the id, `start`, `source`, `src`, `from` or `start_id` the start, `end`, `target`, `dst`, `to` or `end_id` the end, unless
//! [other names](CsvImport::id_column) are given.
//!
//! Each file begins with its header; where the first one of several has nothing else, that is the header of them all but
//! those that have one of their own: the same names in whatever order, or names with types. Where that cannot be told,
//! the import is refused.
//! A file may be packed by gzip. What stands between two delimiters without a letter is no property; `""` is the text
//! without letters.
//!
//! Days are told whole: `2021-12-10`, `2021-W49-5` or `2021-344`, with or without the dashes. `2021-12` is no `date`, but an
//! `edtf`, which stays as it is written. Times have hours and minutes at least, and those of a `time` and a `datetime` have an
//! offset. A number that no float is near to (`1e400`) is none; `Infinity` and `NaN` are.
//!
//! # Rows that are none
//!
//! A row with too many or too few fields, a value that is none of its type, an id that is there twice, an end that is no node,
//! text that is not UTF-8, a quote that is never closed and what a constraint of the database refuses end the import, with the
//! name of the file and the line; or they are [passed over](CsvImport::skip_bad_rows), each of them counted, or
//! [written elsewhere](CsvImport::quarantine). Relationships of a node that a constraint has refused are passed over, too. What
//! cannot be read, or ends before it should, ends the import in any case.

mod cell;
mod columns;
mod error;
mod first_line;
mod header;
mod ids;
mod infer;
mod nodes;
mod on_error;
mod plan;
mod reading;
mod record;
mod records;
mod rels;
mod report;
mod source;
mod whole;
mod writing;

use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread;

pub use self::error::{BadRow, ImportError};
use self::header::{Elements, PlainNames};
use self::ids::IdType;
pub use self::on_error::OnError;
use self::plan::{FileSet, Plan, Settings};
use self::reading::{Reading, Stopped};
use self::record::Marks;
pub use self::records::{CsvRecords, Record, TextLines};
pub use self::report::{EditionChanges, EditionReport, FileReport, ImportReport};
pub use self::source::ImportFile;
use self::writing::{Refusal, Writing};
use crate::database::Database;
use crate::error::{Error, guarded};
use crate::exec::now_micros;
use crate::options::Options;
use crate::storage::{Bulk, Delivery, Graph, StorageError, Words};
use crate::store;
use crate::transaction::WriteTransaction;

/// So many batches may wait for whoever builds.
const MOST_WAITING: usize = 4;

/// What is imported, and how: see [the module](self).
pub struct CsvImport {
    sets: Vec<FileSet>,
    settings: Settings,
    on_error: OnError,
    makes_indexes: bool,
    message: Option<String>,
    shows: Option<Shows>,
}

type Shows = Box<dyn FnMut(ImportProgress<'_>) + Send>;

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportProgress<'f> {
    /// The file that is read.
    pub file: &'f str,
    /// Nodes so far.
    pub nodes: u64,
    /// Relationships so far.
    pub relationships: u64,
}

impl<'f> ImportProgress<'f> {
    /// So many nodes and relationships, while this file is read.
    pub fn new(file: &'f str, nodes: u64, relationships: u64) -> Self {
        Self { file, nodes, relationships }
    }
}

impl Default for CsvImport {
    fn default() -> Self {
        Self::new()
    }
}

impl CsvImport {
    /// An import of nothing yet.
    pub fn new() -> Self {
        let settings = Settings {
            marks: Marks { delimiter: b',', quote: Some(b'"') },
            list_delimiter: ';',
            names: PlainNames::default(),
            id_type: IdType::Text,
            infers: false,
        };
        Self { sets: Vec::new(), settings, on_error: OnError::Stop, makes_indexes: true, message: None, shows: None }
    }

    /// Nodes with these labels, separated by colons; without any where a column `:LABEL` says them. May be called again, with
    /// the same labels, too.
    #[must_use]
    pub fn nodes(self, labels: &str, files: impl IntoIterator<Item = impl Into<ImportFile>>) -> Self {
        self.with(Elements::Nodes, labels, files)
    }

    /// Relationships of this type; it may be empty where a column `:TYPE` says it. May be called again, with the same type, too.
    #[must_use]
    pub fn relationships(self, rel_type: &str, files: impl IntoIterator<Item = impl Into<ImportFile>>) -> Self {
        self.with(Elements::Rels, rel_type, files)
    }

    fn with(mut self, elements: Elements, name: &str, files: impl IntoIterator<Item = impl Into<ImportFile>>) -> Self {
        let files = files.into_iter().map(Into::into).collect();
        self.sets.push(FileSet { elements, name: name.to_owned(), files });
        self
    }

    /// What separates fields, instead of a comma.
    #[must_use]
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.settings.marks.delimiter = delimiter;
        self
    }

    /// What separates the items of a list and labels, instead of a semicolon.
    #[must_use]
    pub fn list_delimiter(mut self, delimiter: char) -> Self {
        self.settings.list_delimiter = delimiter;
        self
    }

    /// What a field may stand in, instead of `"`; `None`: quotes are letters as any other.
    #[must_use]
    pub fn quote(mut self, quote: Option<u8>) -> Self {
        self.settings.marks.quote = quote;
        self
    }

    /// Ids are integers where the header does not tell. Without this they are texts.
    #[must_use]
    pub fn integer_ids(mut self) -> Self {
        self.settings.id_type = IdType::Integer;
        self
    }

    /// The name of the column with the id where no header tells. Without this: `id`, if there is one.
    #[must_use]
    pub fn id_column(mut self, name: impl Into<String>) -> Self {
        self.settings.names.id = Some(name.into());
        self
    }

    /// The names of the columns with the ids of starts and ends where no header tells.
    #[must_use]
    pub fn end_columns(mut self, start: impl Into<String>, end: impl Into<String>) -> Self {
        self.settings.names.start = Some(start.into());
        self.settings.names.end = Some(end.into());
        self
    }

    /// Where the header tells no type, a column is of the type that all its values are written as: integers, floats with a
    /// point, days as `2021-12-10`, `true` and `false`. What would not come back as it was is a text (`007`). Files are read
    /// twice for this.
    #[must_use]
    pub fn infer_types(mut self) -> Self {
        self.settings.infers = true;
        self
    }

    /// Passes over rows that cannot be imported, and counts them.
    #[must_use]
    pub fn skip_bad_rows(self) -> Self {
        self.on_error(OnError::Skip)
    }

    /// Writes rows that cannot be imported to `out`, as a file with comma-separated values: the file, the line, what is wrong,
    /// and the row as it stood there.
    #[must_use]
    pub fn quarantine(self, out: impl Write + Send + 'static) -> Self {
        self.on_error(OnError::Quarantine(Box::new(out)))
    }

    /// What is done with rows that cannot be imported; without this, the first of them ends the import.
    #[must_use]
    pub fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }

    /// Makes no indexes. Without this, there is one over the id of each label, where the id is a property.
    #[must_use]
    pub fn without_indexes(mut self) -> Self {
        self.makes_indexes = false;
        self
    }

    /// What the commit is made for.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Is told now and then how far it is, from another thread.
    #[must_use]
    pub fn on_progress(mut self, show: impl FnMut(ImportProgress<'_>) + Send + 'static) -> Self {
        self.shows = Some(Box::new(show));
        self
    }

    /// Makes a database in a folder, of which this is the first commit. If that does not succeed, there is none.
    ///
    /// ```
    /// use averment::{Database, import::CsvImport};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let companies = folder.path().join("companies.csv");
    /// std::fs::write(&companies, "id,name\n1,SenseTime\n")?;
    /// let (db, _) = CsvImport::new().nodes("Company", [companies]).create(Database::options(), folder.path().join("db"))?;
    /// assert_eq!(db.query("MATCH (c:Company {id: '1'}) RETURN c.name", ())?.single::<String>()?, "SenseTime");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ImportError`], by what is at fault: a file, a header, a row, or as [`Options::create`].
    pub fn create(self, options: Options, folder: impl AsRef<Path>) -> Result<(Database, ImportReport), ImportError> {
        let mut report = ImportReport::default();
        let build = options.clone();
        let database = store::create_of(options, folder.as_ref(), || {
            let (graph, told) = self.build(&build)?;
            report = told;
            Ok::<_, ImportError>(graph)
        })?;
        Ok((database, report))
    }

    /// Makes a database in memory.
    ///
    /// # Errors
    ///
    /// As [`create`](CsvImport::create).
    pub fn in_memory(self, options: Options) -> Result<(Database, ImportReport), ImportError> {
        let (graph, report) = self.build(&options)?;
        Ok((options.in_memory_of(graph), report))
    }

    /// Adds all of it to a transaction, or nothing. Ends are looked for among the nodes that are imported. All of it is kept in
    /// memory until it is committed, several times over: for a large graph, [`create`](CsvImport::create) is quicker and
    /// smaller.
    ///
    /// # Errors
    ///
    /// [`ImportError`], by what is at fault: a file, a header, a row, or a constraint of the database.
    pub fn load(self, into: &mut WriteTransaction) -> Result<ImportReport, ImportError> {
        if let Some(message) = &self.message {
            into.set_message(message)?;
        }
        into.all_or_none(|transaction| {
            let passes_over = !matches!(self.on_error, OnError::Stop);
            let mut writing = Writing::new(transaction.writer_mut(), passes_over);
            let read = self.read(Builder::MayRefuse, |delivery, refusals| writing.take(delivery, refusals));
            let mut report = read.map_err(|error| refused(error, writing.refused))?;
            report.indexes = writing.made_indexes;
            guarded(|| Ok(transaction.writer_mut().check_statement()?))?;
            Ok(report)
        })
    }

    /// The graph with which a new database begins.
    fn build(self, options: &Options) -> Result<(Graph, ImportReport), ImportError> {
        let mut words = Words::default();
        words.set_author(options.author.as_deref().unwrap_or_default())?;
        words.set_message(self.message.as_deref().unwrap_or_default())?;
        let empty = options.empty();
        let commit = empty.commit().followed_at(now_micros());
        let mut bulk = Bulk::new(empty, commit);
        let report = self.read(Builder::TakesAll, |delivery, _| bulk.take(delivery))?;
        Ok((bulk.finish(words)?, report))
    }

    /// Reads in a thread of its own, and lets `take` build of it in this one, and refuse rows.
    fn read(
        self,
        builder: Builder,
        mut take: impl FnMut(Delivery, &Sender<Refusal>) -> Result<(), StorageError>,
    ) -> Result<ImportReport, ImportError> {
        let Self { sets, settings, on_error, makes_indexes, mut shows, .. } = self;
        check(&sets, &settings)?;
        let plan = Plan::new(sets, &settings)?;
        let (deliveries, taken) = sync_channel(MOST_WAITING);
        let (refusals, refused) = channel();
        thread::scope(|scope| {
            let settings = &settings;
            let shows = shows.as_mut();
            let reading = scope.spawn(move || {
                let shows = shows.map(|shows| &mut **shows as _);
                let reading = Reading::new(plan, settings, on_error, shows, makes_indexes, deliveries, refused);
                let reading = if builder == Builder::MayRefuse { reading.refutable() } else { reading };
                reading.run()
            });
            let built = guarded(|| take_all(taken, |delivery| take(delivery, &refusals)));
            // Whoever reads waits for what is refused until nobody is left who may.
            drop(refusals);
            let read = reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            match read {
                Err(Stopped::By(error)) => Err(error),
                Err(Stopped::ByBuilder) => built.and(Ok(ImportReport::default())).map_err(ImportError::from),
                Ok(report) => built.map(|()| report).map_err(ImportError::from),
            }
        })
    }
}

/// Whoever builds the graph of what is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Builder {
    TakesAll,
    /// By a constraint of the database.
    MayRefuse,
}

/// An error of the database, with the row that it is about, if it is about one.
fn refused(error: ImportError, row: Option<(String, u64)>) -> ImportError {
    match (error, row) {
        (ImportError::Database(error), Some((file, line))) => ImportError::Refused { file, line, error },
        (error, _) => error,
    }
}

/// The receiver is dropped with the first error, so that nobody waits for it to take more.
fn take_all(
    taken: Receiver<Delivery>,
    mut take: impl FnMut(Delivery) -> Result<(), StorageError>,
) -> Result<(), Error> {
    taken.into_iter().try_for_each(|delivery| Ok(take(delivery)?))
}

/// What of the settings contradicts itself.
fn check(sets: &[FileSet], settings: &Settings) -> Result<(), ImportError> {
    let Marks { delimiter, quote } = settings.marks;
    let told = |byte: u8| char::from(byte).escape_default().to_string();
    let message = if sets.iter().all(|set| set.files.is_empty()) {
        "there is nothing to import: no file is given".to_owned()
    } else if quote == Some(delimiter) {
        format!("`{}` cannot separate fields and be a quote", told(delimiter))
    } else if [Some(delimiter), quote]
        .into_iter()
        .flatten()
        .any(|mark| mark == b'\n' || mark == b'\r' || !mark.is_ascii())
    {
        "a delimiter and a quote are one letter of ASCII, and no end of a line".to_owned()
    } else {
        return Ok(());
    };
    Err(ImportError::Settings { message })
}

impl fmt::Debug for CsvImport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvImport").field("sets", &self.sets).field("settings", &self.settings).finish_non_exhaustive()
    }
}
