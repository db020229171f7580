//! Graphs as tables: a file for each set of labels and each type of relationships, that say all of a database, with a file
//! beside them for what no element tells.
//!
//! ```text
//! database.jsonl                 the lines of a dump before its elements: log, indexes, constraints
//! nodes-Actor-Company.csv        :ID,:LABEL,commit:IGNORE,founded:date,name:string
//! relationships-OWNS.csv         id:IGNORE,:START_ID,:END_ID,:TYPE,commit:IGNORE,share:float
//! relationships-DETAINS.csv      id:IGNORE,:START_ID,:END_ID,:TYPE,:STATE,commit:IGNORE
//! ```
//!
//! `:STATE` is there where some are quoted. Ends are ids of nodes and of relationships. The items of a list are separated by
//! semicolons; a column whose values are of several types, or that cannot be told so, is `json`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;

use super::kind::{Kind, Scalar};
use super::{ExportReport, each};
use crate::format::GraphError;
use crate::format::graph::write_head;
use crate::{Element, Name, ReadTransaction, Value};

/// The file with what is no element.
pub(in crate::format) const HEAD_FILE: &str = "database.jsonl";

pub(in crate::format) const LIST_DELIMITER: char = ';';

/// So many bytes of a file are kept until they are written,
const BUFFER_BYTES: usize = 64 << 10;

/// and so many of all.
const MOST_BYTES: usize = 16 << 20;

/// A longer row is not read,
const MOST_ROW_BYTES: usize = 16 << 20;

/// nor one with more columns,
const MOST_COLUMNS: usize = 1 << 16;

/// of which so many are none of properties at most.
const OWN_COLUMNS: usize = 6;

/// The name of a file has so many letters of those of its labels at most.
const MOST_LETTERS: usize = 80;

/// Writes all of a database as files with comma-separated values: [`GraphImport`](crate::format::GraphImport) makes the same of
/// them, with ids and commits.
///
/// `append` is given the name of a file, and bytes that are to be added to it. The elements are gone through twice, since headers
/// come first; 16 MiB of them are kept.
///
/// ```
/// use std::collections::BTreeMap;
/// use averment::{Database, format::write_csv};
/// # fn main() -> Result<(), averment::format::GraphError> {
/// let db = Database::from_script("CREATE (:Company {name: 'A', tags: ['x', 'y']})")?;
/// let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
/// write_csv(&db.read(), |file, bytes| {
///     files.entry(file.to_owned()).or_default().extend_from_slice(bytes);
///     Ok(())
/// })?;
/// let nodes = String::from_utf8_lossy(&files["nodes-Company.csv"]);
/// assert_eq!(nodes, ":ID,:LABEL,commit:IGNORE,name:string,tags:string[]\n1,Company,1,A,x;y\n");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`GraphError::Io`] if `append` fails.
pub fn write_csv(
    from: &ReadTransaction,
    mut append: impl FnMut(&str, &[u8]) -> io::Result<()>,
) -> Result<ExportReport, GraphError> {
    let mut head = Vec::new();
    write_head(from, &mut head)?;
    append(HEAD_FILE, &head)?;
    let mut tables = tables_of(from)?;
    name_files(&mut tables);
    let mut waiting_bytes = 0;
    let mut report = ExportReport::default();
    for table in tables.values_mut() {
        table.header();
        if table.columns.len() > MOST_COLUMNS - OWN_COLUMNS {
            let message =
                format!("{} would have {} columns, and {MOST_COLUMNS} are the most", table.file, table.columns.len());
            return Err(GraphError::Io(io::Error::other(message)));
        }
    }
    each(from, |element, commit| {
        report.count(element);
        let Some(table) = tables.get_mut(&Group::of(element)) else { return Ok(()) };
        let before = table.waiting.len();
        table.row(element, commit);
        let row_bytes = table.waiting.len() - before;
        if row_bytes > MOST_ROW_BYTES {
            let message = format!(
                "the element {} takes a row of {row_bytes} bytes, and {MOST_ROW_BYTES} are the most",
                element.id()
            );
            return Err(GraphError::Io(io::Error::other(message)));
        }
        waiting_bytes += row_bytes;
        if table.waiting.len() >= BUFFER_BYTES {
            waiting_bytes = waiting_bytes.saturating_sub(table.waiting.len());
            table.flush(&mut append)?;
        }
        if waiting_bytes >= MOST_BYTES {
            waiting_bytes = 0;
            tables.values_mut().try_for_each(|table| table.flush(&mut append))?;
        }
        Ok(())
    })?;
    tables.values_mut().try_for_each(|table| table.flush(&mut append))?;
    Ok(report)
}

/// What goes into one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Nodes(Vec<Name>),
    Rels(Name),
}

impl Group {
    fn of(element: &Element) -> Self {
        match element {
            Element::Node(node) => Group::Nodes(node.labels().to_vec()),
            Element::Relationship(rel) => Group::Rels(Name::from(rel.rel_type())),
        }
    }

    /// With letters that all systems take.
    fn file_stem(&self) -> String {
        let (kind, names) = match self {
            Group::Nodes(labels) => ("nodes", labels.iter().map(Name::as_str).collect::<Vec<_>>().join("-")),
            Group::Rels(rel_type) => ("relationships", rel_type.to_string()),
        };
        let plain = |letter: char| if letter.is_alphanumeric() || "_-".contains(letter) { letter } else { '_' };
        let names: String = names.chars().take(MOST_LETTERS).map(plain).collect();
        if names.is_empty() { kind.to_owned() } else { format!("{kind}-{names}") }
    }
}

#[derive(Debug, Default)]
struct Table {
    file: String,
    columns: BTreeMap<Name, Kind>,
    is_of_nodes: bool,
    has_quoted: bool,
    waiting: Vec<u8>,
}

fn tables_of(from: &ReadTransaction) -> Result<BTreeMap<Group, Table>, GraphError> {
    let mut tables: BTreeMap<Group, Table> = BTreeMap::new();
    each(from, |element, _| {
        let table = tables.entry(Group::of(element)).or_default();
        let properties = match element {
            Element::Node(node) => {
                table.is_of_nodes = true;
                node.properties()
            }
            Element::Relationship(rel) => {
                table.has_quoted |= !rel.is_asserted();
                rel.properties()
            }
        };
        for (key, value) in properties {
            let kind = column_kind(value);
            match table.columns.entry(key.clone()) {
                Entry::Vacant(column) => drop(column.insert(kind)),
                Entry::Occupied(mut column) if *column.get() != kind => drop(column.insert(Kind::JSON)),
                Entry::Occupied(_) => {}
            }
        }
        Ok(())
    })?;
    Ok(tables)
}

/// What a column has to be for this value.
fn column_kind(value: &Value) -> Kind {
    let kind = Kind::of(value);
    if kind.joined(value, LIST_DELIMITER).is_some() { kind } else { Kind::JSON }
}

/// Names that differ, also for those who do not tell capitals.
fn name_files(tables: &mut BTreeMap<Group, Table>) {
    let mut taken: BTreeMap<String, u64> = BTreeMap::new();
    for (group, table) in tables {
        let mut stem = group.file_stem();
        loop {
            let count = taken.entry(stem.to_lowercase()).or_default();
            *count += 1;
            if *count == 1 {
                break;
            }
            stem = format!("{stem}-{count}");
        }
        table.file = stem + ".csv";
    }
}

impl Table {
    fn header(&mut self) {
        let own: &[&str] = match (self.is_of_nodes, self.has_quoted) {
            (true, _) => &[":ID", ":LABEL"],
            (false, false) => &["id:IGNORE", ":START_ID", ":END_ID", ":TYPE"],
            (false, true) => &["id:IGNORE", ":START_ID", ":END_ID", ":TYPE", ":STATE"],
        };
        let own = own.iter().chain(&["commit:IGNORE"]).map(|column| (*column).to_owned());
        let columns = self.columns.iter().map(|(key, kind)| format!("{key}:{}", kind.name()));
        let header: Vec<String> = own.chain(columns).collect();
        self.record(header.into_iter().map(Some));
    }

    fn row(&mut self, element: &Element, commit: u64) {
        let (own, properties) = match element {
            Element::Node(node) => (vec![node.id().to_string(), labels_text(node.labels())], node.properties()),
            Element::Relationship(rel) => {
                let end = |end: Option<crate::ElementId>| end.map_or_else(String::new, |id| id.to_string());
                let mut own = vec![rel.id().to_string(), end(rel.start()), end(rel.end()), rel.rel_type().to_owned()];
                if self.has_quoted {
                    own.push(if rel.is_asserted() { "asserted" } else { "quoted" }.to_owned());
                }
                (own, rel.properties())
            }
        };
        let text = |(key, kind): (&Name, &Kind)| properties.get(key).and_then(|value| cell(*kind, value));
        let cells: Vec<Option<String>> =
            own.into_iter().chain([commit.to_string()]).map(Some).chain(self.columns.iter().map(text)).collect();
        self.record(cells.into_iter());
    }

    /// A text without letters is told from none by its quotes.
    fn record(&mut self, cells: impl Iterator<Item = Option<String>>) {
        for (number, cell) in cells.enumerate() {
            if number > 0 {
                self.waiting.push(b',');
            }
            let Some(cell) = cell else { continue };
            let is_plain = !cell.is_empty()
                && !cell.contains([',', '"', '\n', '\r', '\u{feff}'])
                && cell.trim().len() == cell.len();
            if is_plain {
                self.waiting.extend_from_slice(cell.as_bytes());
            } else {
                self.waiting.push(b'"');
                self.waiting.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
                self.waiting.push(b'"');
            }
        }
        self.waiting.push(b'\n');
    }

    fn flush(&mut self, append: &mut impl FnMut(&str, &[u8]) -> io::Result<()>) -> Result<(), GraphError> {
        if !self.waiting.is_empty() {
            append(&self.file, &self.waiting)?;
            self.waiting.clear();
        }
        Ok(())
    }
}

fn cell(kind: Kind, value: &Value) -> Option<String> {
    if kind.scalar == Scalar::Json { Some(kind.text(value)) } else { kind.joined(value, LIST_DELIMITER) }
}

/// `A;B`; as JSON where that does not tell them.
fn labels_text(labels: &[Name]) -> String {
    let is_told = |label: &Name| !label.is_empty() && !label.contains(LIST_DELIMITER) && !label.starts_with('[');
    let names: Vec<&str> = labels.iter().map(Name::as_str).collect();
    if labels.iter().all(is_told) { names.join(";") } else { serde_json::to_string(&names).unwrap_or_default() }
}
