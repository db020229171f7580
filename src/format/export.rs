//! Whole graphs for other programs: tables, XML, pictures, triples.
//!
//! Each format has a file, which writes element by element and counts what it has no place for. JSON Lines
//! ([`write_graph`](super::write_graph)) and tables ([`write_csv`]) say everything.

mod dot;
mod gexf;
mod graphml;
mod kind;
mod ntriples;
mod tables;
mod xml;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

pub use self::dot::write_dot;
pub use self::gexf::write_gexf;
pub use self::graphml::write_graphml;
pub(super) use self::graphml::{ROLE, Role, TYPE};
pub(super) use self::kind::{Kind, Scalar};
pub use self::ntriples::write_ntriples;
pub use self::tables::write_csv;
pub(super) use self::tables::{HEAD_FILE, LIST_DELIMITER};
use super::rule::rules;
use super::{AsJson, GraphCounts, GraphError};
use crate::{Element, ReadTransaction, Relationship, Value};

/// What was written, and what the format has no place for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportReport {
    /// Elements of the database that were written.
    pub counts: GraphCounts,
    /// How much of what was lost, or has changed its form, by kind: `commits`, `lists as text`, ...
    pub lost: BTreeMap<String, u64>,
}

impl ExportReport {
    /// Counts something that is lost.
    pub(crate) fn lose(&mut self, kind: &str) {
        self.lose_many(kind, 1);
    }

    pub(crate) fn lose_many(&mut self, kind: &str, count: u64) {
        if count > 0 {
            *self.lost.entry(kind.to_owned()).or_default() += count;
        }
    }

    fn count(&mut self, element: &Element) {
        match element {
            Element::Node(_) => self.counts.nodes += 1,
            Element::Relationship(_) => self.counts.relationships += 1,
        }
    }

    /// Elements are called by their ids there, and whoever reads it gives them others.
    fn lose_ids(&mut self) {
        self.lose_many("ids", self.counts.nodes + self.counts.relationships);
    }

    /// What no format has but JSON Lines and tables.
    fn lose_history(&mut self, from: &ReadTransaction) -> Result<(), GraphError> {
        self.lose_many("commits", from.log().len() as u64);
        self.lose_many("indexes and constraints", rules(|list| from.query(list, ()))?.len() as u64);
        Ok(())
    }
}

/// `212 commits, 3 lists as text`.
impl fmt::Display for ExportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (kind, count)) in self.lost.iter().enumerate() {
            write!(f, "{}{count} {kind}", if number > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

/// Goes through all elements, in the order of their ids: ends come first.
fn each(
    from: &ReadTransaction,
    mut take: impl FnMut(&Element, u64) -> Result<(), GraphError>,
) -> Result<(), GraphError> {
    for found in from.elements() {
        let (element, commit) = found?;
        take(&element, commit)?;
    }
    Ok(())
}

fn each_rel(
    from: &ReadTransaction,
    mut take: impl FnMut(&Relationship) -> Result<(), GraphError>,
) -> Result<(), GraphError> {
    each(from, |element, _| match element {
        Element::Relationship(rel) => take(rel),
        Element::Node(_) => Ok(()),
    })
}

/// What stands at an end of a relationship where a format knows nodes alone: the node, or one that stands for a relationship.
fn stand_in(end: Option<&Element>) -> String {
    match end {
        Some(Element::Node(node)) => node.id().to_string(),
        Some(Element::Relationship(rel)) => stand_in_of(rel),
        None => String::new(),
    }
}

fn stand_in_of(rel: &Relationship) -> String {
    format!("r{}", rel.id())
}

/// A value as a text, for those who know nothing else; lists are written as JSON.
fn plain_text(value: &Value) -> String {
    match value {
        Value::List(_) => serde_json::to_string(&AsJson(value)).unwrap_or_default(),
        value => Kind::of(value).text(value),
    }
}

/// Counts what becomes a text where a format has texts, numbers and truth alone.
fn lose_type(report: &mut ExportReport, value: &Value) {
    match value {
        Value::Null | Value::Boolean(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) => {}
        Value::List(_) => report.lose("lists as text"),
        _ => report.lose("dates, times and durations as text"),
    }
}

/// What a writer has, when it is done.
fn finish(out: &mut impl Write, report: ExportReport) -> Result<ExportReport, GraphError> {
    out.flush()?;
    Ok(report)
}

fn failed(error: io::Error) -> GraphError {
    GraphError::Io(error)
}

#[cfg(test)]
mod tests;
