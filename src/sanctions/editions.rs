//! Editions of lists: which of them there are, whether each is all of its list, and what follows from two of them.
//!
//! An edition is a `Source` with a `series`, which all editions of one list share. Once all of it has been read, it is told how much of the list it
//! is (`coverage`); before, and of a part, that somebody is not in it means nothing. What is there, and who is missing, is
//! computed anew of all editions in the graph, so it does not matter in which order they have come.

mod compare;
mod diff;
mod entries;
mod facts;
mod fields;
mod records;
mod settle;
mod sources;
mod spells;
mod ties;

use std::collections::{BTreeMap, BTreeSet};

use self::compare::{compare, marks_of};
pub use self::diff::{ChangedEntry, EditionDiff, FieldChange, ListEdition, ListEntry, diff, diff_files, editions};
use self::entries::{Edition, stored};
pub(super) use self::fields::{Entry, Fields, SideFile, rows};
use super::ListFormat;
use super::model::{Source, is_same};
use crate::import::{EditionChanges, EditionReport, ImportError, ImportReport};
use crate::{Edtf, ElementId, Error, Name, Node, Params, Value, WriteTransaction};

/// An edition with fewer than this part of the entries of a neighbour, as one over so many, is taken for a part of its list.
const LEAST_PART: u64 = 2;

/// Whether what is imported is all of its list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Asked {
    /// It is, unless something speaks against it.
    #[default]
    Judge,
    Whole,
    Part,
}

/// How much of its list an edition is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Coverage {
    Whole,
    /// It seems whole, and lacks the mark that closes it: who is missing was not there yet, or is cut off.
    Unclosed,
    Part(String),
}

impl Coverage {
    fn word(&self) -> &'static str {
        match self {
            Coverage::Part(_) => "part",
            Coverage::Unclosed => "unclosed",
            Coverage::Whole => "whole",
        }
    }
}

/// What was read of an edition.
#[derive(Clone, Debug)]
pub(super) struct ReadEdition {
    pub source: Source,
    pub format: ListFormat,
    /// The lines with the names of the columns.
    pub columns: Vec<String>,
    pub entries: u64,
    pub is_unclosed: bool,
    /// The files that there are none of, by what they have.
    pub missing: Vec<&'static str>,
    /// How many entries are added, changed and gone, where that is what is read, and who has stayed is left out.
    pub changes: Option<[u64; 3]>,
    pub coverage: Coverage,
}

impl ReadEdition {
    pub(super) fn new(source: &Source, format: ListFormat) -> Self {
        Self {
            source: source.clone(),
            format,
            columns: Vec::new(),
            entries: 0,
            is_unclosed: false,
            missing: Vec::new(),
            changes: None,
            coverage: Coverage::Whole,
        }
    }

    /// With these files beside the main one, and no other.
    pub(super) fn with_side_files(self, there: &[&str]) -> Self {
        let names = self.format.side_files().iter().map(|file| file.name);
        Self { missing: names.filter(|name| !there.contains(name)).collect(), ..self }
    }

    /// Once all of it was read.
    pub(super) fn judge(&mut self, asked: Asked, skipped: u64) {
        let part = |reason: &str| Coverage::Part(reason.to_owned());
        self.coverage = match asked {
            _ if self.changes.is_some() => part("it has only what has changed"),
            _ if self.entries == 0 => part("it has no entries"),
            _ if skipped > 0 => Coverage::Part(format!("{skipped} of its rows are passed over")),
            Asked::Part => part("it is said to be one"),
            Asked::Judge if self.is_unclosed => Coverage::Unclosed,
            Asked::Judge | Asked::Whole => Coverage::Whole,
        };
    }
}

/// Records which editions were read, lets what follows from them, and tells it.
pub(super) fn finish(
    transaction: &mut WriteTransaction,
    editions: Vec<ReadEdition>,
    asked: Asked,
    report: &mut ImportReport,
) -> Result<(), ImportError> {
    let mut series = BTreeSet::new();
    let mut told = Vec::new();
    for edition in editions {
        let Some(of) = edition.source.series.clone() else { continue };
        record(transaction, &edition, &of, asked)?;
        series.insert(of.clone());
        told.push((of, edition));
    }
    for of in &series {
        for (judged, reason) in judge_by_neighbours(transaction, of)? {
            match told.iter_mut().map(|(_, read)| read).find(|read| read.source.id == judged.id) {
                Some(read) if read.coverage == Coverage::Whole => read.coverage = Coverage::Part(reason),
                None if !judged.is_small => report.editions.push(judged.told(reason)),
                Some(_) | None => {}
            }
        }
    }
    settle::settle(transaction, &series, report)?;
    for (of, edition) in told {
        let changes = changes(transaction, &of, &edition)?;
        report.editions.push(EditionReport {
            list: of,
            edition: edition.source.published.as_ref().map_or_else(String::new, |date| date.text().to_owned()),
            entries: edition.entries,
            is_unclosed: edition.coverage == Coverage::Unclosed,
            missing_files: edition.missing.iter().map(|name| (*name).to_owned()).collect(),
            part_because: match edition.coverage {
                Coverage::Part(reason) => Some(reason),
                Coverage::Whole | Coverage::Unclosed => None,
            },
            changes,
        });
    }
    Ok(())
}

/// A file that is cut between two records looks as a whole one does, but for its size. So all editions of a list are held against
/// each other, in the order of their days, whichever came last. Gives those that are too small, and why.
fn judge_by_neighbours(transaction: &mut WriteTransaction, series: &str) -> Result<Vec<(Edition, String)>, Error> {
    let known: Vec<Edition> = stored(transaction, Some(series))?.into_iter().filter(Edition::may_be_whole).collect();
    let behind = neighbours_behind(&known);
    let (mut before, mut small) = (None::<&Edition>, Vec::new());
    for (place, edition) in known.iter().enumerate() {
        let other = before.or(behind[place]).filter(|other| edition.is_small_beside(other));
        let coverage = if other.is_some() { "part" } else { "whole" };
        let is_small: Value = if other.is_some() { true.into() } else { Value::Null };
        if let Some(other) = other {
            let (own, others) = (edition.entries, other.entries);
            let reason = format!("it has {own} entries, and that of {} has {others}", other.published.text());
            small.push((edition.clone(), reason));
        } else {
            before = Some(edition);
        }
        if other.is_some() != edition.is_small {
            let node: Node = transaction.query(SOURCE, Params::from_iter([("id", edition.id.as_str())]))?.single()?;
            let wanted = vec![("coverage", coverage.into()), ("small", is_small)];
            set_where_other(transaction, node.id(), node.properties(), wanted)?;
        }
    }
    Ok(small)
}

/// For each edition the next one that is not too small itself.
fn neighbours_behind(known: &[Edition]) -> Vec<Option<&Edition>> {
    let (mut next, mut found) = (None::<&Edition>, Vec::new());
    for edition in known.iter().rev() {
        found.push(next);
        if next.is_none_or(|next| !edition.is_small_beside(next)) {
            next = Some(edition);
        }
    }
    found.reverse();
    found
}

impl Edition {
    /// Whether nothing but its size may speak against it.
    fn may_be_whole(&self) -> bool {
        self.coverage == "whole" || self.is_small
    }

    /// As one that others have made a part.
    fn told(self, reason: String) -> EditionReport {
        let report = EditionReport::new(self.series, self.published.text(), self.entries);
        EditionReport { part_because: Some(reason), ..report }
    }

    fn is_small_beside(&self, other: &Edition) -> bool {
        !self.is_complete && self.entries.saturating_mul(LEAST_PART) < other.entries
    }
}

const SOURCE: &str = "MATCH (s:Source {id: $id}) RETURN s";

/// The editions of the same list that lie next to it and are no parts.
fn neighbours<'k>(source: &Source, known: &'k [Edition]) -> (Option<&'k Edition>, Option<&'k Edition>) {
    let Some(published) = &source.published else { return (None, None) };
    let others = || known.iter().filter(|other| other.id != source.id && other.coverage != "part");
    (others().rfind(|other| other.published < *published), others().find(|other| other.published > *published))
}

/// As the source is in the graph. What was whole once stays so: whoever reads a part of it again takes nothing away.
fn record(
    transaction: &mut WriteTransaction,
    edition: &ReadEdition,
    series: &str,
    asked: Asked,
) -> Result<(), ImportError> {
    let (source, word) = (&edition.source, edition.coverage.word());
    let id = || Params::from_iter([("id", source.id.as_str())]);
    if transaction.query(SOURCE, id())?.into_vec::<Node>()?.is_empty() {
        let properties: [(&str, Value); 5] = [
            ("id", source.id.as_str().into()),
            ("name", source.name.as_str().into()),
            ("file", source.file.as_str().into()),
            ("published", source.published.clone().into()),
            ("kind", "list".into()),
        ];
        if edition.entries == 0 {
            return Ok(());
        }
        transaction.create_node(["Source"], properties)?;
    }
    let node: Node = transaction.query(SOURCE, id())?.single()?;
    let rank = |word: &str| ["part", "unclosed", "whole"].iter().position(|known| *known == word);
    let text = |key: &str| node.properties().get(key).map(ToString::to_string);
    // Of one that is too small it is judged anew whether it is.
    let is_small = node.properties().contains_key("small");
    let coverage =
        text("coverage").filter(|known| is_small || rank(known) > rank(word)).unwrap_or_else(|| word.to_owned());
    let read = edition.entries.try_into().unwrap_or(i64::MAX);
    let entries = match node.properties().get("entries") {
        Some(Value::Integer(known)) => (*known).max(read),
        _ => read,
    };
    let were_whole = text("coverage").as_deref() == Some("whole") && edition.coverage == Coverage::Whole;
    if were_whole && read < entries && edition.format.numbers_entries() {
        return Err(other_of_same_day(source, &format!("{read} entries are read, and there are {entries}")));
    }
    let was_missing = |name: &str| match node.properties().get("missing") {
        Some(Value::List(known)) => known.iter().any(|known| known.to_string() == name),
        _ => text("coverage").is_none(),
    };
    let missing: Vec<&str> = edition.missing.iter().copied().filter(|name| was_missing(name)).collect();
    let mut wanted: Vec<(&str, Value)> = vec![
        ("missing", if missing.is_empty() { Value::Null } else { missing.into() }),
        ("series", series.into()),
        ("format", edition.format.name().into()),
        ("coverage", coverage.into()),
        ("entries", entries.into()),
    ];
    if !edition.columns.is_empty() {
        wanted.push(("columns", edition.columns.clone().into()));
    }
    if edition.changes.is_some() {
        wanted.push(("delta", true.into()));
    }
    if asked == Asked::Whole && edition.coverage == Coverage::Whole {
        wanted.push(("complete", true.into()));
    }
    Ok(set_where_other(transaction, node.id(), node.properties(), wanted)?)
}

/// Why a file is not imported: another one of the same day is in the graph.
pub(super) fn other_of_same_day(source: &Source, what: &str) -> ImportError {
    let message = format!(
        "{}: `{}` is in the graph with other rows: {what}; a list has one edition a day, whatever the time of day: give this one another \
         `--edition`, or import it into another database",
        source.file, source.id
    );
    ImportError::Settings { message }
}

fn id_of(known: &BTreeMap<Name, Value>) -> String {
    known.get("id").map_or_else(String::new, ToString::to_string)
}

/// Sets those properties that are not so already; null takes one away.
fn set_where_other(
    transaction: &mut WriteTransaction,
    element: ElementId,
    known: &BTreeMap<Name, Value>,
    wanted: Vec<(&str, Value)>,
) -> Result<(), Error> {
    let is_so = |(key, value): &(&str, Value)| match known.get(*key) {
        Some(known) => is_same(known, value),
        None => matches!(value, Value::Null),
    };
    let other: Vec<(&str, Value)> = wanted.into_iter().filter(|wanted| !is_so(wanted)).collect();
    if other.is_empty() { Ok(()) } else { transaction.set_properties(element, other) }
}

/// What has changed from the edition before to this one, and from this one to the next.
fn changes(
    transaction: &mut WriteTransaction,
    series: &str,
    edition: &ReadEdition,
) -> Result<Vec<EditionChanges>, Error> {
    if let Some([added, changed, removed]) = edition.changes {
        let to = edition.source.published.as_ref().map_or_else(String::new, |date| date.text().to_owned());
        let from = "the version before".to_owned();
        return Ok(vec![EditionChanges { from, to, added: Some(added), changed, removed: Some(removed) }]);
    }
    let known = stored(transaction, Some(series))?;
    let Some(own) = known.iter().find(|known| known.id == edition.source.id) else { return Ok(Vec::new()) };
    let (before, behind) = neighbours(&edition.source, &known);
    let pairs = [(before, Some(own)), (Some(own), behind)];
    let mut found = Vec::new();
    for (from, to) in pairs.into_iter().filter_map(|(from, to)| from.zip(to)) {
        let unknown = from.unknown_fields(to);
        let sorted = compare(&marks_of(transaction, from, &unknown)?, &marks_of(transaction, to, &unknown)?);
        found.push(EditionChanges {
            from: from.published.text().to_owned(),
            to: to.published.text().to_owned(),
            added: (from.coverage != "part").then_some(sorted.added.len() as u64),
            changed: sorted.changed.len() as u64,
            removed: (to.coverage != "part").then_some(sorted.removed.len() as u64),
        });
    }
    Ok(found)
}

/// The day of a value.
fn day_of(value: &Value) -> Option<Edtf> {
    match value {
        Value::Edtf(date) => Some(date.clone()),
        Value::Date(date) => Edtf::from_date(*date),
        _ => None,
    }
}
