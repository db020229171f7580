//! Whole graphs as JSON Lines: one index, constraint or element a line, in the encoding of the JSON Lines interface.

mod lines;
mod reader;

use std::fmt;
use std::io::{self, BufRead, Write};

use serde_json::Value as Json;

use super::head::Head;
use super::line::{Found, read_line};
use super::past::{commit_to_json, keep_to_json};
use super::rule::rules;
use super::value_to_json;
use crate::{Element, Error, Keep, Provenance, ReadTransaction, Value, WriteTransaction};
use lines::{GraphLines, next_line};
pub(super) use reader::{Entry, Fault, GraphReader};

/// A line longer than this, in bytes, is refused before it fills the memory.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// What some programs put at the head of a file.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What is wrong with a graph as JSON Lines, and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// The reader or writer failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line is no element, or one that cannot be.
    #[error("line {line}: {message}")]
    #[non_exhaustive]
    Line {
        /// From 1.
        line: u64,
        /// What is wrong with it.
        message: String,
    },
    /// The graph could not be asked.
    #[error(transparent)]
    Query(#[from] Error),
}

/// How many elements were read or written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphCounts {
    /// Nodes.
    pub nodes: u64,
    /// Relationships, quoted ones among them.
    pub relationships: u64,
}

impl fmt::Display for GraphCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |count| if count == 1 { "" } else { "s" };
        let Self { nodes, relationships } = *self;
        write!(f, "{nodes} node{}, {relationships} relationship{}", end(nodes), end(relationships))
    }
}

/// Writes all of a state: how many commits are kept, what is said of the whole, the log, the indexes and constraints, and
/// then all nodes and relationships, quoted ones among them, in the order of their ids: ends come first, and a graph that
/// has changed little differs in few lines.
///
/// Each element has its id, and the number of the commit in which it was recorded. What elements were like in earlier
/// commits is not written: of those, the new database has the log. Elements are read as they are written, so a graph need
/// not fit into memory for this.
///
/// # Errors
///
/// [`GraphError::Io`] if `out` fails, and for an element that takes more than 64 MiB as a line, since no such line is read.
pub fn write_graph(from: &ReadTransaction, out: &mut impl Write) -> Result<GraphCounts, GraphError> {
    write_head(from, out)?;
    let mut out = LineWriter { out, line: Vec::new() };
    let mut counts = GraphCounts::default();
    for element in from.elements() {
        let (element, commit) = element?;
        match element {
            Element::Node(_) => counts.nodes += 1,
            Element::Relationship(_) => counts.relationships += 1,
        }
        out.write(&element_to_json(element, commit))?;
    }
    out.out.flush()?;
    Ok(counts)
}

/// Writes what stands before the elements.
pub(super) fn write_head(from: &ReadTransaction, out: &mut impl Write) -> Result<(), GraphError> {
    let mut out = LineWriter { out, line: Vec::new() };
    if let Some(keep) = from.keeps() {
        out.write(&keep_to_json(keep))?;
    }
    let rules = rules(|list| from.query(list, ()))?;
    out.write(&Head::of(from, rules.len()).to_json())?;
    for commit in from.log() {
        out.write(&commit_to_json(&commit?))?;
    }
    for rule in rules {
        out.write(&rule.to_json())?;
    }
    Ok(())
}

/// Copies a graph as JSON Lines with another word about how many commits are kept; all else stays as it is written.
///
/// ```
/// use averment::{Keep, format::write_keep};
/// # fn main() -> Result<(), averment::format::GraphError> {
/// let (graph, mut out) = (r#"{"labels": ["Company"]}"#, Vec::new());
/// write_keep(Keep::Last(3), &mut graph.as_bytes(), &mut out)?;
/// assert_eq!(String::from_utf8_lossy(&out), "{\"$type\":\"history\",\"keep\":3}\n{\"labels\": [\"Company\"]}");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`GraphError::Io`] if `from` or `out` fails, [`GraphError::Line`] if the first line is none.
pub fn write_keep(keep: Keep, from: &mut impl BufRead, out: &mut impl Write) -> Result<(), GraphError> {
    let mut first = Vec::new();
    let mut line = 0;
    // The word stands in the first line that is not empty.
    while first.trim_ascii().is_empty() {
        line += 1;
        if !next_line(from, line, &mut first)? {
            break;
        }
    }
    LineWriter { out, line: Vec::new() }.write(&keep_to_json(keep))?;
    let found = read_line(&first).map_err(|message| GraphError::Line { line, message })?;
    if !matches!(found, Some(Found::Keep(_))) {
        out.write_all(&first)?;
    }
    io::copy(from, out)?;
    out.flush()?;
    Ok(())
}

fn element_to_json(element: Element, commit: u64) -> Json {
    let mut json = value_to_json(&Value::from(element));
    json["commit"] = Json::from(commit);
    json
}

/// Writes lines, each of which can be read again.
struct LineWriter<'o, W> {
    out: &'o mut W,
    line: Vec<u8>,
}

impl<W: Write> LineWriter<'_, W> {
    fn write(&mut self, json: &Json) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, json)?;
        self.line.push(b'\n');
        if self.line.len() as u64 > MAX_LINE_BYTES {
            let (len_bytes, what) = (self.line.len(), &json["id"]);
            let message =
                format!("the element {what} takes a line of {len_bytes} bytes, and {MAX_LINE_BYTES} are the most");
            return Err(io::Error::other(message));
        }
        self.out.write_all(&self.line)
    }
}

/// Adds a graph to a transaction: its elements, and the indexes and constraints that are not there yet.
///
/// A database to which nothing was ever written takes over the commits of the graph: its log, the commit in which each
/// element was recorded, and how many commits are to be kept, if that was not said of the database. What has no commit is
/// recorded now. Of a whole database, which says so at its head, it takes over the ids, too. In any other database, all of the
/// graph is recorded now, and gets ids of its own.
///
/// # Errors
///
/// [`GraphError::Line`] for what is no element, an id that stands for two, an end that stands nowhere, what breaks
/// a constraint, and a part of a whole database;
/// [`GraphError::Io`] if `from` fails. What was added until then is in the transaction: drop it, or call
/// [`WriteTransaction::load_jsonl`].
pub fn read_graph(into: &mut WriteTransaction, from: &mut impl BufRead) -> Result<GraphCounts, GraphError> {
    GraphReader::new(into).read(&mut GraphLines::new(from))
}

/// Whether a graph says at its head that it is a whole database, and the words by which evidence is known there.
pub(crate) struct WholeGraph<R> {
    lines: GraphLines<R>,
    words: Provenance,
}

impl<R: BufRead> WholeGraph<R> {
    /// # Errors
    ///
    /// [`GraphError::Line`] if the head is not that of a database.
    pub(crate) fn new(from: R) -> Result<Self, GraphError> {
        let mut lines = GraphLines::new(from);
        let Some(head) = lines.head()? else {
            let message = "the head of a whole database is missing: `averment dump` writes one, and `averment create` loads \
                           other graphs";
            return Err(GraphError::Line { line: 1, message: message.to_owned() });
        };
        Ok(Self { lines, words: head.words })
    }

    pub(crate) fn words(&self) -> &Provenance {
        &self.words
    }

    /// Reads it into a transaction in memory, which is committed if this succeeds, and dropped otherwise.
    pub(crate) fn read(mut self, into: &mut WriteTransaction) -> Result<GraphCounts, GraphError> {
        GraphReader::new(into).exactly().read(&mut self.lines)
    }
}

#[cfg(test)]
mod tests;
