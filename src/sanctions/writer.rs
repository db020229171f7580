//! Records into the graph: what is there is found by its id, and completed; what is not is made; each is cited from its record.
//!
//! A record is a paragraph with the text of the source. One that is there with the same text was imported before, and
//! nothing is done for it, so that importing again changes nothing. Records wait until there are enough of them, so that
//! the graph is asked about many at a time, and memory does not grow with the file.

mod batch;
mod find;
mod merge;

use std::collections::{BTreeMap, HashMap};

use self::batch::Batch;
use super::editions::{self, Asked, ReadEdition};
use super::model::{Key, NodeEntry, Properties, Record, Source, home, told};
use crate::import::ImportReport;
use crate::{Database, ElementId, Error, Name, Relationship, Value, WriteTransaction};

/// So many nodes and relationships are held, or a record more.
const MOST_ENTRIES: usize = 20_000;

/// What paragraphs, sources and lists have in all graphs of the model.
const CONSTRAINTS: [(&str, &str); 10] = [
    ("actor_id", home::ACTOR),
    ("entity_id", home::ENTITY),
    ("event_id", home::EVENT),
    ("former_id", home::FORMER_ID),
    ("identifier_id", home::IDENTIFIER),
    ("law_id", home::LAW),
    ("list_id", home::LIST),
    ("paragraph_id", home::PARAGRAPH),
    ("place_id", home::PLACE),
    ("source_id", home::SOURCE),
];

pub(super) struct Writer<'t> {
    target: Target<'t>,
    waiting: Vec<Record>,
    entry_count: usize,
    refused: Vec<Refused>,
}

/// A record that is not written, and why.
pub(super) struct Refused {
    pub record: Record,
    pub reason: String,
}

/// What is written to.
pub(super) enum Target<'t> {
    /// Somebody else commits.
    Given(&'t mut WriteTransaction),
    /// Many transactions one behind the other.
    Batches(Box<Batches>),
}

/// A database that is written to in commits of so many records.
pub(super) struct Batches {
    database: Database,
    transaction: Option<WriteTransaction>,
    message: Option<String>,
    most_records: u64,
    /// Since the last commit.
    records: u64,
}

impl Batches {
    pub(super) fn new(database: &Database, most_records: u64, message: Option<String>) -> Self {
        let (database, most_records) = (database.clone(), most_records.max(1));
        Self { database, transaction: None, message, most_records, records: 0 }
    }

    fn transaction(&mut self) -> Result<&mut WriteTransaction, Error> {
        let transaction = match self.transaction.take() {
            Some(transaction) => transaction,
            None => self.begin()?,
        };
        Ok(self.transaction.insert(transaction))
    }

    fn begin(&self) -> Result<WriteTransaction, Error> {
        let mut transaction = self.database.write()?;
        if let Some(message) = &self.message {
            transaction.set_message(message)?;
        }
        Ok(transaction)
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.records = 0;
        let Some(transaction) = self.transaction.take() else { return Ok(()) };
        transaction.commit().map(drop)
    }
}

/// By which names are looked up.
const NAME_INDEXES: [&str; 2] = [
    "CREATE NAME INDEX names_of_lists IF NOT EXISTS FOR (n) ON EACH [n.name, n.aliases, n.previous_names, n.weak_aliases]",
    "CREATE NAME INDEX printed_names IF NOT EXISTS FOR ()-[s:SUPPORTS]-() ON EACH [s.printed]",
];

impl Target<'_> {
    fn transaction(&mut self) -> Result<&mut WriteTransaction, Error> {
        match self {
            Target::Given(transaction) => Ok(transaction),
            Target::Batches(batches) => batches.transaction(),
        }
    }
}

impl<'t> Writer<'t> {
    pub(super) fn new(mut target: Target<'t>) -> Result<Self, Error> {
        let transaction = target.transaction()?;
        for (name, label) in CONSTRAINTS {
            let statement = format!("CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE");
            transaction.query(statement, ())?;
        }
        Ok(Self { target, waiting: Vec::new(), entry_count: 0, refused: Vec::new() })
    }

    /// What follows from the editions that were read, all of which are written.
    pub(super) fn finish(
        &mut self,
        read: Vec<ReadEdition>,
        asked: Asked,
        report: &mut ImportReport,
    ) -> Result<(), Error> {
        editions::finish(self.target.transaction()?, read, asked, report)
    }

    /// Makes the indexes of names, which is quickest when all names are there, and commits, where that is not the business
    /// of somebody else.
    pub(super) fn end(mut self) -> Result<(), Error> {
        for statement in NAME_INDEXES {
            self.target.transaction()?.query(statement, ())?;
        }
        match self.target {
            Target::Given(_) => Ok(()),
            Target::Batches(mut batches) => batches.commit(),
        }
    }

    /// Takes a record; whether what waited was written.
    pub(super) fn add(&mut self, record: Record, report: &mut ImportReport) -> Result<bool, Error> {
        self.entry_count += 1 + record.nodes.len() + record.rels.len();
        self.waiting.push(record);
        let is_full = self.entry_count >= MOST_ENTRIES;
        if is_full {
            self.write(report)?;
        }
        if let Target::Batches(batches) = &mut self.target {
            batches.records += 1;
            if batches.records >= batches.most_records {
                self.write(report)?;
                self.commit()?;
            }
        }
        Ok(is_full)
    }

    fn commit(&mut self) -> Result<(), Error> {
        match &mut self.target {
            Target::Given(_) => Ok(()),
            Target::Batches(batches) => batches.commit(),
        }
    }

    /// Writes what waits.
    pub(super) fn write(&mut self, report: &mut ImportReport) -> Result<(), Error> {
        self.entry_count = 0;
        let mut records = std::mem::take(&mut self.waiting);
        let known = self.paragraphs(&records)?;
        let count = records.len();
        records.retain(|record| known.get(&paragraph_id(record)).is_none_or(|known| known.raw != record.raw));
        report.unchanged += (count - records.len()) as u64;
        if records.is_empty() {
            return Ok(());
        }
        let transaction = self.target.transaction()?;
        let (mut batch, mut cited) = (Batch::default(), HashMap::<Cited, Relationship>::new());
        for record in &mut records {
            draw_evidence(record);
        }
        batch.find_nodes(transaction, &records)?;
        for record in records {
            if let Some(id) = batch.taken_id(&record) {
                let reason = format!("the id `{id}` is that of something else, of which another source tells");
                self.refused.push(Refused { record, reason });
                continue;
            }
            if known.contains_key(&paragraph_id(&record)) {
                cited.extend(find::citations_from(transaction, &paragraph_id(&record))?);
            }
            batch.take(record);
        }
        batch.write_nodes(transaction, report)?;
        batch.find_rels(transaction)?;
        batch.write_rels(transaction, report)?;
        batch.write_citations(transaction, &cited, report)
    }

    /// The records that were not written since this was asked.
    pub(super) fn take_refused(&mut self) -> Vec<Refused> {
        std::mem::take(&mut self.refused)
    }

    /// How many there are in the graph that are led to, and not known, and some of them.
    pub(super) fn unresolved(&mut self, most: usize) -> Result<(u64, Vec<String>), Error> {
        let transaction = self.target.transaction()?;
        let count: i64 = transaction.query("MATCH (n:Unresolved) RETURN count(*)", ())?.single()?;
        let some = format!("MATCH (n:Unresolved) RETURN n.id LIMIT {most}");
        Ok((count.unsigned_abs(), transaction.query(some, ())?.into_vec()?))
    }

    fn paragraphs(&mut self, records: &[Record]) -> Result<HashMap<String, Known>, Error> {
        let ids: Vec<String> = records.iter().map(paragraph_id).collect();
        let found = find::nodes(self.target.transaction()?, home::PARAGRAPH, &ids)?;
        let raw = |value: Option<&Value>| value.map_or_else(String::new, ToString::to_string);
        let known = found.into_iter().map(|(id, node)| (id, Known { raw: raw(node.properties().get("raw")) }));
        Ok(known.collect())
    }
}

/// A paragraph that is there.
struct Known {
    raw: String,
}

fn paragraph_id(record: &Record) -> String {
    format!("{}#{}", record.source.id, record.id)
}

fn paragraph(record: &Record) -> Key {
    Key::new(home::PARAGRAPH, paragraph_id(record))
}

/// The source and the paragraph, as nodes of the record.
fn draw_evidence(record: &mut Record) {
    let Source { id, series, name, file, published } = record.source.clone();
    let source = Key::new(home::SOURCE, id);
    let about = Properties::new()
        .with("name", name)
        .with("file", file)
        .with("published", published)
        .with("series", series)
        .with("kind", "list");
    record.cited_node(&source, &[home::SOURCE], about, Vec::new());
    let paragraph = paragraph(record);
    let text =
        Properties::new().with("n", i64::try_from(record.n).unwrap_or(i64::MAX)).with("raw", record.raw.as_str());
    let entry = NodeEntry {
        key: paragraph.clone(),
        labels: vec![home::PARAGRAPH.to_owned()],
        properties: match record.absent.as_deref() {
            Some(entry) => text.with("kind", "absence").with("absent", entry),
            None => text.with("kind", "record"),
        },
        citations: Vec::new(),
    };
    record.nodes.push(entry);
    record.cited_rel(&paragraph, "OF", &source, Properties::new(), Vec::new());
}

/// A paragraph, what it supports, and which of its words for it: the statement, where there is one, or all properties but when
/// it was seen.
type Cited = (ElementId, ElementId, String);

fn words_of(properties: &BTreeMap<Name, Value>) -> String {
    if let Some(statement) = properties.get("statement") {
        return statement.to_string();
    }
    let words = properties.iter().filter(|(key, _)| !matches!(key.as_str(), "first_seen" | "last_seen"));
    words.fold(String::new(), |words, (key, value)| words + key.as_str() + " " + &told(value))
}
