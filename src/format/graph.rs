//! Whole graphs as JSON Lines: one index, constraint or element a line, in the encoding of the JSON Lines interface.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufRead, Write};

use serde_json::Value as Json;

use super::line::{FileId, Found, Node, Rel, read_line};
use super::past::{commit_to_json, keep_to_json};
use super::rule::{Rule, rules};
use super::value_to_json;
use crate::commits::PastCommits;
use crate::{CommitInfo, ElementId, Error, Keep, ReadTransaction, Value, WriteTransaction};

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
        write!(f, "{} nodes, {} relationships", self.nodes, self.relationships)
    }
}

/// Writes the log of a state, its indexes and constraints, and then all nodes and relationships, quoted ones among them,
/// in the order of their ids: ends come first, and a graph that has changed little differs in few lines.
///
/// Ids are kept as numbers, and each element has the number of the commit in which it was recorded. What elements were
/// like in earlier commits is not written: of those, the new database has the log.
///
/// # Errors
///
/// [`GraphError::Io`] if `out` fails.
pub fn write_graph(from: &ReadTransaction, out: &mut impl Write) -> Result<GraphCounts, GraphError> {
    if let Some(keep) = from.keeps() {
        write_line(out, &keep_to_json(keep))?;
    }
    for commit in from.log().checked() {
        write_line(out, &commit_to_json(&commit?))?;
    }
    for rule in rules(|list| from.query(list, ()))? {
        write_line(out, &rule.to_json())?;
    }
    let mut counts = GraphCounts::default();
    for (query, count) in [
        ("MATCH (n) RETURN n ORDER BY id(n)", &mut counts.nodes),
        ("MATCH [r] RETURN r ORDER BY id(r)", &mut counts.relationships),
    ] {
        for row in from.query(query, ())? {
            for value in row?.into_values() {
                write_line(out, &element_to_json(from, &value))?;
                *count += 1;
            }
        }
    }
    out.flush()?;
    Ok(counts)
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
        first.clear();
        line += 1;
        if !next_line(from, line, &mut first)? {
            break;
        }
        if line == 1 && first.starts_with(BYTE_ORDER_MARK) {
            first.drain(..BYTE_ORDER_MARK.len());
        }
    }
    write_line(out, &keep_to_json(keep))?;
    let found = read_line(&first).map_err(|message| GraphError::Line { line, message })?;
    if !matches!(found, Some(Found::Keep(_))) {
        out.write_all(&first)?;
    }
    io::copy(from, out)?;
    out.flush()?;
    Ok(())
}

fn element_to_json(from: &ReadTransaction, element: &Value) -> Json {
    let mut json = value_to_json(element);
    let id = match element {
        Value::Node(node) => Some(node.id()),
        Value::Relationship(rel) => Some(rel.id()),
        _ => None,
    };
    if let Some(number) = id.and_then(|id| from.recorded_in(id)) {
        json["commit"] = Json::from(number);
    }
    json
}

fn write_line(out: &mut impl Write, json: &Json) -> io::Result<()> {
    serde_json::to_writer(&mut *out, json)?;
    out.write_all(b"\n")
}

/// Adds a graph to a transaction: its elements, and the indexes and constraints that are not there yet.
///
/// A database to which nothing was ever written takes over the commits of the graph: its log, the commit in which each
/// element was recorded, and how many commits are to be kept, if that was not said of the database. What has no commit is
/// recorded now. In any other database, all of the graph is recorded now.
///
/// # Errors
///
/// [`GraphError::Line`] for what is no element, an id that stands for two, an end that stands nowhere, and what breaks
/// a constraint;
/// [`GraphError::Io`] if `from` fails. What was added until then is in the transaction: drop it, or call
/// [`WriteTransaction::load_jsonl`].
pub fn read_graph(into: &mut WriteTransaction, from: &mut impl BufRead) -> Result<GraphCounts, GraphError> {
    let mut reader = GraphReader::new(into);
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        if !next_line(from, line, &mut text)? {
            break;
        }
        let text = if line == 1 { text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text) } else { &text };
        reader.line(text, line)?;
    }
    reader.finish()
}

/// Appends the next line; false at the end.
fn next_line(from: &mut impl BufRead, line: u64, text: &mut Vec<u8>) -> Result<bool, GraphError> {
    let mut limited = io::Read::take(&mut *from, MAX_LINE_BYTES + 1);
    let length = limited.read_until(b'\n', text)?;
    if length as u64 > MAX_LINE_BYTES {
        return Err(GraphError::Line { line, message: format!("longer than {MAX_LINE_BYTES} bytes") });
    }
    Ok(length > 0)
}

struct GraphReader<'t> {
    into: &'t mut WriteTransaction,
    ids: HashMap<FileId, Known>,
    /// Relationships by an end that has not been read yet.
    waiting: HashMap<FileId, Vec<Waiting>>,
    counts: GraphCounts,
    past: PastCommits,
    keep: Option<Keep>,
    /// How far the file has come.
    part: Part,
}

/// The parts of a file, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Start,
    Commits,
    Graph,
}

/// An element that has been read.
#[derive(Clone, Copy)]
struct Known {
    element: ElementId,
    /// In which it was recorded; without one, now.
    commit: Option<u64>,
}

struct Waiting {
    line: u64,
    rel: Rel,
}

impl<'t> GraphReader<'t> {
    fn new(into: &'t mut WriteTransaction) -> Self {
        let past = PastCommits::of(into);
        let (ids, waiting, counts) = (HashMap::new(), HashMap::new(), GraphCounts::default());
        Self { into, ids, waiting, counts, past, keep: None, part: Part::Start }
    }

    fn line(&mut self, text: &[u8], line: u64) -> Result<(), GraphError> {
        let added = match read_line(text) {
            Ok(None) => return Ok(()),
            Ok(Some(Found::Node(node))) => self.node(node),
            Ok(Some(Found::Rel(rel))) => {
                self.part = Part::Graph;
                return self.draw_all(Waiting { line, rel });
            }
            Ok(Some(Found::Keep(keep))) => self.keep(keep).map(|()| Vec::new()),
            Ok(Some(Found::Commit(commit))) => self.commit(commit).map(|()| Vec::new()),
            Ok(Some(Found::Rule(rule))) => self.rule(&rule).map(|()| Vec::new()),
            Err(message) => Err(message),
        };
        let ready = added.map_err(|message| GraphError::Line { line, message })?;
        ready.into_iter().try_for_each(|waiting| self.draw_all(waiting))
    }

    fn keep(&mut self, keep: Keep) -> Result<(), String> {
        if self.part > Part::Start {
            return Err("how many commits are kept stands at the head, once".to_owned());
        }
        (self.keep, self.part) = (Some(keep), Part::Commits);
        Ok(())
    }

    fn commit(&mut self, commit: CommitInfo) -> Result<(), String> {
        if self.part > Part::Commits {
            return Err("commits stand at the head, before indexes, constraints and elements".to_owned());
        }
        self.part = Part::Commits;
        self.past.add(self.into, commit).map_err(|error| error.to_string())
    }

    /// What is added from now on was written in this commit, or is written now.
    fn as_of(&mut self, commit: Option<u64>) -> Result<(), String> {
        self.past.write_as_of(self.into, commit).map_err(|error| error.to_string())
    }

    /// Makes a rule, unless the graph has one already that does for it.
    fn rule(&mut self, rule: &Rule) -> Result<(), String> {
        self.part = Part::Graph;
        self.past.write_as_of_last(self.into).map_err(|error| error.to_string())?;
        let known = rules(|list| self.into.query(list, ())).map_err(|error| error.to_string())?;
        if !known.iter().any(|known| known.does_for(rule)) {
            self.into.query(rule.statement(), ()).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn node(&mut self, node: Node) -> Result<Vec<Waiting>, String> {
        self.part = Part::Graph;
        self.as_of(node.commit)?;
        let created = self.into.create_node(node.labels, node.properties).map_err(|error| error.to_string())?;
        self.counts.nodes += 1;
        self.name(node.id, Known { element: created, commit: node.commit })
    }

    /// Draws a relationship if its ends are there, and then those that waited for it, and so on.
    fn draw_all(&mut self, first: Waiting) -> Result<(), GraphError> {
        let mut open = vec![first];
        while let Some(Waiting { line, rel }) = open.pop() {
            match self.missing(&rel) {
                Some(id) => self.waiting.entry(id.clone()).or_default().push(Waiting { line, rel }),
                None => open.extend(self.draw(rel).map_err(|message| GraphError::Line { line, message })?),
            }
        }
        Ok(())
    }

    fn draw(&mut self, rel: Rel) -> Result<Vec<Waiting>, String> {
        self.as_of(rel.commit)?;
        let (start, end) = (self.end_of(&rel, &rel.start)?, self.end_of(&rel, &rel.end)?);
        let drawn = if rel.quoted {
            self.into.create_quoted(start, &rel.type_name, end, rel.properties)
        } else {
            self.into.create_relationship(start, &rel.type_name, end, rel.properties)
        };
        self.counts.relationships += 1;
        self.name(rel.id, Known { element: drawn.map_err(|error| error.to_string())?, commit: rel.commit })
    }

    /// An end that has been read, and was there when the relationship was recorded.
    fn end_of(&self, rel: &Rel, end: &FileId) -> Result<ElementId, String> {
        let Known { element, commit } = self.ids[end];
        match (rel.commit, commit) {
            (Some(drawn), Some(there)) if drawn < there => {
                Err(format!("a relationship of commit {drawn} has an end, {end}, of commit {there}"))
            }
            (Some(drawn), None) => Err(format!("a relationship of commit {drawn} has an end, {end}, without a commit")),
            (Some(_) | None, _) => Ok(element),
        }
    }

    /// Notes what stands for an element, and gives the relationships that waited for it.
    fn name(&mut self, id: Option<FileId>, known: Known) -> Result<Vec<Waiting>, String> {
        let Some(id) = id else { return Ok(Vec::new()) };
        if self.ids.contains_key(&id) {
            return Err(format!("the id {id} stands for two elements"));
        }
        let ready = self.waiting.remove(&id).unwrap_or_default();
        self.ids.insert(id, known);
        Ok(ready)
    }

    fn missing<'r>(&self, rel: &'r Rel) -> Option<&'r FileId> {
        [&rel.start, &rel.end].into_iter().find(|id| !self.ids.contains_key(id))
    }

    fn finish(mut self) -> Result<GraphCounts, GraphError> {
        self.past.write_as_of(self.into, None)?;
        if let Some(keep) = self.keep.take() {
            self.past.keep(self.into, keep);
        }
        let waiting =
            self.waiting.into_iter().flat_map(|(id, waiting)| waiting.into_iter().map(move |w| (w.line, id.clone())));
        match waiting.min_by_key(|(line, _)| *line) {
            None => Ok(self.counts),
            Some((line, id)) => Err(GraphError::Line { line, message: format!("no element has the id {id}") }),
        }
    }
}

#[cfg(test)]
mod tests;
