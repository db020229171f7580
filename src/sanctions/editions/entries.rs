//! The editions in a graph, and what each entry of one says in the words of its source: the text of its paragraphs, taken apart.

use std::collections::BTreeMap;

use super::day_of;
use super::fields::{Entry, Reader, SideFile};
use crate::sanctions::ListFormat;
use crate::{Edtf, Error, Params, ReadTransaction, Row, Rows, Value, WriteTransaction};

/// Whoever answers statements that read.
pub(in crate::sanctions) trait Ask {
    fn ask(&mut self, statement: &str, params: Params) -> Result<Rows, Error>;
}

impl Ask for WriteTransaction {
    fn ask(&mut self, statement: &str, params: Params) -> Result<Rows, Error> {
        self.query(statement, params)
    }
}

impl Ask for &ReadTransaction {
    fn ask(&mut self, statement: &str, params: Params) -> Result<Rows, Error> {
        self.query(statement, params)
    }
}

/// An edition that is in the graph.
#[derive(Clone, Debug)]
pub(in crate::sanctions) struct Edition {
    pub id: String,
    pub series: String,
    pub name: String,
    pub published: Edtf,
    pub coverage: String,
    pub entries: u64,
    pub format: ListFormat,
    pub columns: Vec<String>,
    pub is_delta: bool,
    /// Somebody has said that it is all of its list.
    pub is_complete: bool,
    /// It is taken for a part because it has so few entries.
    pub is_small: bool,
    /// Files of it that nobody has read.
    pub missing: Vec<&'static SideFile>,
}

impl Edition {
    /// What nothing is known of in this one or in another one, because a file is missing.
    pub(super) fn unknown_fields(&self, other: &Edition) -> Vec<&'static str> {
        unknown_fields(&self.missing, &other.missing)
    }
}

pub(super) fn unknown_fields(one: &[&SideFile], other: &[&SideFile]) -> Vec<&'static str> {
    one.iter().chain(other).flat_map(|file| file.fields).copied().collect()
}

/// Those of the files beside the main one that are named.
pub(super) fn side_files(format: ListFormat, names: &[String]) -> Vec<&'static SideFile> {
    format.side_files().iter().filter(|file| names.iter().any(|name| name == file.name)).collect()
}

/// Those of one list, or of all, by the days of which they are.
pub(in crate::sanctions) fn stored(asked: &mut dyn Ask, series: Option<&str>) -> Result<Vec<Edition>, Error> {
    let statement = "MATCH (s:Source) WHERE s.coverage IS NOT NULL AND ($series IS NULL OR s.series = $series) RETURN properties(s)";
    let rows = asked.ask(statement, Params::from_iter([("series", series)]))?;
    let found: Result<Vec<Option<Edition>>, Error> = rows.map(|row| Ok(edition_of(&row?))).collect();
    let mut found: Vec<Edition> = found?.into_iter().flatten().collect();
    found.sort_by(|one, other| {
        (&one.series, &one.published, &one.id).cmp(&(&other.series, &other.published, &other.id))
    });
    Ok(found)
}

fn edition_of(row: &Row) -> Option<Edition> {
    let Some(Value::Map(known)) = row.values().first() else { return None };
    let text = |key: &str| known.get(key).map(ToString::to_string);
    let is_true = |key: &str| matches!(known.get(key), Some(Value::Boolean(true)));
    let texts = |key: &str| match known.get(key) {
        Some(Value::List(lines)) => lines.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    let format: ListFormat = text("format")?.parse().ok()?;
    Some(Edition {
        id: text("id")?,
        series: text("series")?,
        name: text("name")?,
        published: known.get("published").and_then(day_of)?,
        coverage: text("coverage")?,
        entries: match known.get("entries") {
            Some(Value::Integer(count)) => count.unsigned_abs(),
            _ => 0,
        },
        format,
        columns: texts("columns"),
        missing: side_files(format, &texts("missing")),
        is_delta: is_true("delta"),
        is_complete: is_true("complete"),
        is_small: is_true("small"),
    })
}

/// Passes on what the paragraphs of an edition say, but for some fields; an entry may come in several parts.
pub(super) fn each_entry(
    asked: &mut dyn Ask,
    edition: &Edition,
    unknown: &[&str],
    take: &mut dyn FnMut(Entry),
) -> Result<(), Error> {
    let reader = Reader::new(edition.format, &edition.columns);
    let is_of_statements = edition.format == ListFormat::FtmStatements;
    // Statements stand under the day on which each was first seen.
    let (source, key) = if is_of_statements { ("series", &edition.series) } else { ("id", &edition.id) };
    let statement =
        format!("MATCH (s:Source {{{source}: $key}})<-[:OF]-(p:Paragraph) WHERE p.kind = 'record' RETURN p.id, p.raw");
    for row in asked.ask(&statement, Params::from_iter([("key", key.as_str())]))? {
        let (id, raw): (String, String) = row?.to()?;
        let number = id.split_once('#').map_or("", |(_, number)| number);
        let day = is_of_statements.then_some(&edition.published);
        let known = reader.read(number, &raw, day).into_iter().map(|entry| entry.without(unknown));
        known.for_each(&mut *take);
    }
    Ok(())
}

/// Entries by their ids.
pub(super) type Entries = BTreeMap<String, Entry>;
