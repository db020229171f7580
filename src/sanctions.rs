//! What only the sanctions field asks for, on top of the library: lists of sanctioned parties, as governments and collectors
//! publish them, in one model; and who is blocked because of who owns it.
//!
//! # Lists
//!
//! ```
//! use averment::import::ImportFile;
//! use averment::sanctions::{ListFormat, ListImport};
//! use averment::{Database, Edtf};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sdn = "7,\"EXAMPLE TRADING CO.\",-0- ,\"NPWMD] [IFSR\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"a.k.a. 'ETC'.\"\r\n\u{1a}";
//! let db = Database::in_memory();
//! let mut transaction = db.write()?;
//! let import = ListImport::new().list(ListFormat::Ofac, [ImportFile::of_bytes("sdn.csv", sdn)]);
//! import.edition(Edtf::parse("2021-07-07")?).load(&mut transaction)?;
//! transaction.commit()?;
//!
//! let who = "MATCH (a:Actor)-[l:LISTED_ON]->(:List {name: 'SDN List'}) VALID AT date('2022-01-01') RETURN a.name, a.weak_aliases";
//! let found = db.query(who, ())?.single::<(String, Vec<String>)>()?;
//! assert_eq!(found, ("EXAMPLE TRADING CO.".to_owned(), vec!["ETC".to_owned()]));
//! # Ok(())
//! # }
//! ```
//!
//! What becomes of each field is in `DATA.md`. All of it is cited from the record that says it, and importing the same edition
//! again changes nothing.
//!
//! # Ownership
//!
//! ```
//! use averment::{Database, sanctions};
//! # fn main() -> Result<(), averment::Error> {
//! let db = Database::from_script(
//!     "CREATE (x:Person {name: 'X'})-[:LISTED_ON]->(:List {name: 'SDN List'}),
//!             (x)-[:OWNS {percentage: 50}]->(a:Company {name: 'A'})-[:OWNS {percentage: '50'}]->(:Company {name: 'B'})",
//! )?;
//! sanctions::register(&db)?;
//! let blocked = "CALL ownership.blocked({regime: 'OFAC'}) YIELD entity, status RETURN entity.name, status ORDER BY entity.name";
//! let found: Vec<(String, String)> = db.query(blocked, ())?.into_vec()?;
//! assert_eq!(found, [("A".to_owned(), "yes".to_owned()), ("B".to_owned(), "yes".to_owned())]);
//! # Ok(())
//! # }
//! ```
//!
//! # How it is built
//!
//! Nothing here knows more of the store than any program that embeds it. Each format has a file that reads its records one at a time and draws them in the words of the model (`model.rs`); one writer
//! finds what is in the graph already.

mod bis;
mod countries;
mod dates;
mod editions;
mod federal_register;
mod ftm;
mod model;
mod ofac;
mod ownership;
mod reading;
mod restricted;
mod share;
mod writer;

use std::fmt;
use std::io::Write;
use std::str::FromStr;

use self::editions::Asked;
pub use self::editions::{ChangedEntry, EditionDiff, FieldChange, ListEdition, ListEntry, diff, diff_files, editions};
pub use self::ftm::write_ftm;
use self::reading::{Reading, Sink};
use self::writer::{Batches, Target, Writer};
use crate::import::{ImportError, ImportFile, ImportProgress, ImportReport, OnError};
use crate::{Database, Edtf, Error, WriteTransaction};

/// Adds the procedures of the field to a database: `ownership.blocked` and `ownership.tree`.
///
/// # Errors
///
/// None, unless the library itself comes to have procedures of these names.
pub fn register(db: &Database) -> Result<(), Error> {
    ownership::register(db)
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListFormat {
    /// The lists of the US Office of Foreign Assets Control in comma-separated values: the main file, and those with other
    /// names, addresses and comments.
    Ofac,
    /// The Entity List of the US Bureau of Industry and Security: entities, aliases and citations.
    Bis,
    /// Other US lists: entries, aliases, and what the lists are.
    UsLists,
    /// Entities of `FollowTheMoney`, one a line, plain or nested.
    Ftm,
    /// What has changed from one version of such entities to the next: added, modified, deleted.
    FtmDelta,
    /// The flat export of `OpenSanctions`, a row for each target: names and numbers, and nothing of what ties them.
    FtmSimple,
    /// Statements of `FollowTheMoney` in comma-separated values, packs or lines of JSON.
    FtmStatements,
}

/// The formats by their names.
const FORMATS: [(&str, ListFormat); 7] = [
    ("ofac", ListFormat::Ofac),
    ("bis", ListFormat::Bis),
    ("us-lists", ListFormat::UsLists),
    ("ftm", ListFormat::Ftm),
    ("ftm-delta", ListFormat::FtmDelta),
    ("ftm-simple", ListFormat::FtmSimple),
    ("ftm-statements", ListFormat::FtmStatements),
];

impl ListFormat {
    /// As it is called on the command line.
    pub fn name(self) -> &'static str {
        FORMATS.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// Whether the number of an entry is that of its record, too.
    fn numbers_entries(self) -> bool {
        match self {
            ListFormat::Ofac | ListFormat::Bis | ListFormat::UsLists => true,
            ListFormat::Ftm | ListFormat::FtmDelta | ListFormat::FtmSimple | ListFormat::FtmStatements => false,
        }
    }
}

impl FromStr for ListFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = FORMATS.iter().find(|(name, _)| *name == text).map(|(_, format)| *format);
        let names = FORMATS.map(|(name, _)| format!("`{name}`")).join(", ");
        found.ok_or_else(|| format!("`{text}` is none of {names}"))
    }
}

type Shows = Box<dyn FnMut(ImportProgress<'_>) + Send>;

/// Which lists are imported, and how: see [the module](self).
pub struct ListImport {
    lists: Vec<(ListFormat, Vec<ImportFile>)>,
    edition: Option<Edtf>,
    asked: Asked,
    on_error: OnError,
    batch: u64,
    message: Option<String>,
    shows: Option<Shows>,
}

/// So many records are one commit of [`ListImport::load_into`], if nothing else is said.
const BATCH: u64 = 50_000;

impl Default for ListImport {
    fn default() -> Self {
        Self::new()
    }
}

impl ListImport {
    /// An import of nothing yet.
    pub fn new() -> Self {
        let (on_error, asked) = (OnError::Stop, Asked::default());
        Self { lists: Vec::new(), edition: None, asked, on_error, batch: BATCH, message: None, shows: None }
    }

    /// The files of one list, in any order: which is which is seen by what is in them. May be called again.
    #[must_use]
    pub fn list(mut self, format: ListFormat, files: impl IntoIterator<Item = impl Into<ImportFile>>) -> Self {
        self.lists.push((format, files.into_iter().map(Into::into).collect()));
        self
    }

    /// Of when the lists are. Without this it is looked for in the names of the files, and, where they have it, in what they
    /// hold.
    #[must_use]
    pub fn edition(mut self, date: Edtf) -> Self {
        self.edition = Some(date);
        self
    }

    /// The files are a part of their lists: who is not in them means nothing.
    #[must_use]
    pub fn partial(mut self) -> Self {
        self.asked = Asked::Part;
        self
    }

    /// The files are all of their lists, also where they lack the mark that closes them, or are much smaller than the edition before:
    /// who is not in them has been taken off. Where rows are passed over that is not believed.
    #[must_use]
    pub fn complete(mut self) -> Self {
        self.asked = Asked::Whole;
        self
    }

    /// So many records are one commit of [`load_into`](Self::load_into); 50,000 if nothing is said.
    #[must_use]
    pub fn batch(mut self, records: u64) -> Self {
        self.batch = records;
        self
    }

    /// Passes over records that cannot be imported, and counts them.
    #[must_use]
    pub fn skip_bad_rows(self) -> Self {
        self.on_error(OnError::Skip)
    }

    /// Writes records that cannot be imported to `out`, as [`CsvImport`](crate::import::CsvImport::quarantine) does.
    #[must_use]
    pub fn quarantine(self, out: impl Write + Send + 'static) -> Self {
        self.on_error(OnError::Quarantine(Box::new(out)))
    }

    /// What is done with records that cannot be imported; without this, the first of them ends the import.
    #[must_use]
    pub fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }

    /// What the commit is made for.
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

    /// Adds all of it to a transaction. Where that fails, drop the transaction: what was written until then is in it.
    ///
    /// # Errors
    ///
    /// [`ImportError`], by what is at fault: a file, a record, what was asked for, or a constraint of the database.
    pub fn load(self, into: &mut WriteTransaction) -> Result<ImportReport, ImportError> {
        if let Some(message) = &self.message {
            into.set_message(message)?;
        }
        self.read(Target::Given(into))
    }

    /// Adds all of it to a database, and commits: once for every [so many](Self::batch) records, so that beside the graph no
    /// more than these are held, and once for what follows from editions. Where it fails, the commits before stay; the
    /// edition is not held against others then, and importing it again completes it.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load), and those of [`Database::write`] and [`WriteTransaction::commit`].
    pub fn load_into(self, db: &Database) -> Result<ImportReport, ImportError> {
        let batches = Batches::new(db, self.batch, self.message.clone());
        self.read(Target::Batches(Box::new(batches)))
    }

    fn read(self, target: Target<'_>) -> Result<ImportReport, ImportError> {
        if self.lists.iter().all(|(_, files)| files.is_empty()) {
            return Err(ImportError::Settings { message: "there is nothing to import: no file is given".to_owned() });
        }
        let sink = Sink::Graph(Box::new(Writer::new(target, self.asked)?));
        let mut reading = Reading::new(sink, self.on_error, self.edition, self.asked, self.shows);
        reading.begin()?;
        for (format, files) in &self.lists {
            read_list(*format, files, &mut reading)?;
        }
        reading.end()
    }
}

/// Reads the files of one list.
fn read_list(format: ListFormat, files: &[ImportFile], reading: &mut Reading<'_>) -> Result<(), ImportError> {
    match format {
        ListFormat::Ofac => ofac::read(files, reading),
        ListFormat::Bis => bis::read(files, reading),
        ListFormat::UsLists => restricted::read(files, reading),
        ListFormat::Ftm => ftm::read_entities(files, reading),
        ListFormat::FtmDelta => ftm::read_delta(files, reading),
        ListFormat::FtmSimple => ftm::read_simple(files, reading),
        ListFormat::FtmStatements => ftm::read_statements(files, reading),
    }?;
    reading.end_list()
}

impl fmt::Debug for ListImport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListImport").field("lists", &self.lists).field("edition", &self.edition).finish_non_exhaustive()
    }
}
