//! Records into the graph: what is there is found by its id, and completed; what is not is made; each is cited from its record.
//!
//! A record is a paragraph with the text of the source. One that is there with the same text was imported before, and
//! nothing is done for it, so that importing again changes nothing. Records wait until there are enough of them, so that
//! the graph is asked about many at a time, and memory does not grow with the file.
//!
//! Where a list numbers its entries, a record that is there with other rows is refused (`again.rs`): the paragraph would not say any more
//! what it supports.

mod again;
mod batch;
mod find;
mod merge;

use std::collections::{BTreeMap, HashMap};

use self::again::Again;
use self::batch::Batch;
use super::editions::{self, Asked, ReadEdition};
use super::model::{Key, NodeEntry, Properties, Record, Source, home, told};
use crate::import::{ImportError, ImportReport};
use crate::{Database, ElementId, Error, Name, Params, Relationship, Value, WriteTransaction};

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
    asked: Asked,
    waiting: Vec<Record>,
    entry_count: usize,
    /// Whether a source was there, and whole, before anything was written.
    was_whole: HashMap<String, bool>,
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
    pub(super) fn new(mut target: Target<'t>, asked: Asked) -> Result<Self, Error> {
        let transaction = target.transaction()?;
        for (name, label) in CONSTRAINTS {
            let statement = format!("CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE");
            transaction.query(statement, ())?;
        }
        let (waiting, refused, was_whole) = (Vec::new(), Vec::new(), HashMap::new());
        Ok(Self { target, asked, waiting, entry_count: 0, was_whole, refused })
    }

    /// What follows from the editions that were read, all of which are written.
    pub(super) fn finish(&mut self, read: Vec<ReadEdition>, report: &mut ImportReport) -> Result<(), ImportError> {
        editions::finish(self.target.transaction()?, read, self.asked, report)
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
    pub(super) fn add(&mut self, record: Record, report: &mut ImportReport) -> Result<bool, ImportError> {
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
    pub(super) fn write(&mut self, report: &mut ImportReport) -> Result<(), ImportError> {
        self.entry_count = 0;
        let waiting = std::mem::take(&mut self.waiting);
        let known = self.paragraphs(&waiting)?;
        let count = waiting.len();
        let mut records: Vec<Record> = Vec::with_capacity(count);
        // Two files of one edition may be read at once.
        let mut numbered: HashMap<String, usize> = HashMap::new();
        for record in waiting {
            let id = paragraph_id(&record);
            let before = numbered.get(&id).map(|index| &records[*index].raw).or(known.get(&id));
            if self.is_new(&record, before)? {
                if record.is_numbered {
                    numbered.insert(id, records.len());
                }
                records.push(record);
            }
        }
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
        Ok(batch.write_citations(transaction, &cited, report)?)
    }

    /// Whether there is anything to be written of a record.
    fn is_new(&mut self, record: &Record, known: Option<&String>) -> Result<bool, ImportError> {
        let refuse = |what: &str| Err(editions::other_of_same_day(&record.source, what));
        match known {
            Some(known) if *known == record.raw => Ok(false),
            Some(_) if !record.is_numbered => Ok(true),
            Some(known) => match Again::of(known, &record.raw) {
                Again::Completed => Ok(true),
                Again::Known => Ok(false),
                Again::Other => refuse(&format!("those of entry {} are others on line {}", record.id, record.n)),
            },
            None if record.is_numbered && self.asked != Asked::Part && self.was_whole(&record.source)? => {
                refuse(&format!("it has no entry {}, which is on line {} (`--partial` adds it)", record.id, record.n))
            }
            None => Ok(true),
        }
    }

    fn was_whole(&mut self, source: &Source) -> Result<bool, Error> {
        if let Some(known) = self.was_whole.get(&source.id) {
            return Ok(*known);
        }
        let statement = "MATCH (s:Source {id: $id}) WHERE s.coverage = 'whole' RETURN count(*)";
        let params = Params::from_iter([("id", source.id.as_str())]);
        let count: i64 = self.target.transaction()?.query(statement, params)?.single()?;
        self.was_whole.insert(source.id.clone(), count > 0);
        Ok(count > 0)
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

    /// The texts of those that are there.
    fn paragraphs(&mut self, records: &[Record]) -> Result<HashMap<String, String>, Error> {
        let ids: Vec<String> = records.iter().map(paragraph_id).collect();
        let found = find::nodes(self.target.transaction()?, home::PARAGRAPH, &ids)?;
        let raw = |value: Option<&Value>| value.map_or_else(String::new, ToString::to_string);
        Ok(found.into_iter().map(|(id, node)| (id, raw(node.properties().get("raw")))).collect())
    }
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
