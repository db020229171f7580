//! What two editions of a list differ by, entry by entry and field by field, in the words of the source.

use std::collections::BTreeSet;

use super::compare::{Marks, compare, count, differing, gather, marks_of};
use super::entries::{Ask, Edition, Entries, each_entry, side_files, stored, unknown_fields};
use super::fields::{Entry, Reader, SideFile};
use super::{Asked, Coverage};
use crate::import::{BadRow, ImportError, ImportFile, ImportReport, OnError};
use crate::sanctions::model::Record;
use crate::sanctions::reading::{Reading, Sink};
use crate::sanctions::{ListFormat, read_list};
use crate::{Edtf, Error, ReadTransaction};

/// An edition of a list that is in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListEdition {
    /// By which name all editions of the list go together: `ofac-sdn`.
    pub list: String,
    /// What it is called, with its day.
    pub name: String,
    /// Of when it is.
    pub edition: Edtf,
    /// How many entries were read.
    pub entries: u64,
    /// Whether it is no more than a part of the list.
    pub is_part: bool,
}

/// What two editions differ by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EditionDiff {
    /// By which name all editions of the list go together.
    pub list: String,
    /// The earlier one, by its day or the names of its files,
    pub from: String,
    /// and the later one.
    pub to: String,
    /// Entries that only the later one has, by their ids.
    pub added: Vec<ListEntry>,
    /// Entries that say something else.
    pub changed: Vec<ChangedEntry>,
    /// Entries that only the earlier one has.
    pub removed: Vec<ListEntry>,
    /// The earlier one is a part: what it lacks may have been there.
    pub from_is_part: bool,
    /// The later one is: what it lacks may be there still.
    pub to_is_part: bool,
    /// Files that one of the two lacks, by what they have (`addresses`): that is not compared.
    pub missing_files: Vec<String>,
    /// How many rows of the files were passed over, which makes an edition a part.
    pub skipped_rows: u64,
    /// The first of them.
    pub first_skipped: Vec<BadRow>,
}

/// An entry of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct ListEntry {
    /// As the list numbers it.
    pub id: String,
    /// What it is called there.
    pub name: String,
}

/// An entry that says something else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct ChangedEntry {
    /// As the list numbers it.
    pub id: String,
    /// What it is called in the later edition.
    pub name: String,
    /// What differs.
    pub fields: Vec<FieldChange>,
}

/// What is not the same in a field any more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct FieldChange {
    /// The field, by its name in the source.
    pub field: String,
    /// What only the earlier edition has.
    pub old: Vec<String>,
    /// What only the later one has.
    pub new: Vec<String>,
}

/// The editions of lists in a database, by list and day.
///
/// # Errors
///
/// Those of a statement that reads.
pub fn editions(read: &ReadTransaction) -> Result<Vec<ListEdition>, Error> {
    let found = stored(&mut &*read, None)?;
    Ok(found
        .into_iter()
        .map(|edition| ListEdition {
            list: edition.series,
            name: edition.name,
            edition: edition.published,
            entries: edition.entries,
            is_part: edition.coverage == "part",
        })
        .collect())
}

/// What two editions of a list in a database differ by. The list is named as [`ListEdition::list`] is, or by a part of its name that no
/// other has; without editions these are the last two.
///
/// ```
/// use averment::import::ImportFile;
/// use averment::sanctions::{self, ListFormat, ListImport};
/// use averment::{Database, Edtf};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let db = Database::in_memory();
/// let row = |name: &str, title: &str| format!("7,\"{name}\",\"individual\",\"CUBA\",\"{title}\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\u{1a}");
/// for (day, text) in [("2019-01-15", row("DOE, J.", "Director")), ("2021-07-07", row("DOE, Jane", "Director"))] {
///     let import = ListImport::new().list(ListFormat::Ofac, [ImportFile::of_bytes("sdn.csv", text)]);
///     import.edition(Edtf::parse(day)?).load_into(&db)?;
/// }
/// let diff = sanctions::diff(&db.read(), "ofac-sdn", None, None)?;
/// let changed = &diff.changed[0].fields[0];
/// assert_eq!((changed.field.as_str(), &changed.old, &changed.new), ("name", &vec!["DOE, J.".to_owned()], &vec!["DOE, Jane".to_owned()]));
/// # Ok(())
/// # }
/// ```
///
/// What two editions say is held against each other by a number for each entry; of those that differ all is held that they say.
///
/// # Errors
///
/// [`ImportError::Settings`] if there is no such list or edition, or several may be meant; those of a statement that reads.
pub fn diff(
    read: &ReadTransaction,
    list: &str,
    from: Option<&Edtf>,
    to: Option<&Edtf>,
) -> Result<EditionDiff, ImportError> {
    let all = stored(&mut &*read, None)?;
    let of_list = editions_of(&all, list)?;
    let (from, to) = chosen(&of_list, from, to)?;
    let mut asked = read;
    let unknown = from.unknown_fields(to);
    let sorted = compare(&marks_of(&mut asked, from, &unknown)?, &marks_of(&mut asked, to, &unknown)?);
    let mut gathered = |edition: &Edition| -> Result<Entries, Error> {
        let mut entries = Entries::new();
        let mut take = |entry: Entry| {
            if sorted.has(&entry) {
                gather(&mut entries, entry);
            }
        };
        each_entry(&mut asked as &mut dyn Ask, edition, &unknown, &mut take)?;
        Ok(entries)
    };
    let (old, new) = (gathered(from)?, gathered(to)?);
    let told = |edition: &Edition| edition.published.text().to_owned();
    let mut diff = told_of(&old, &new, (from.series.clone(), told(from), told(to)));
    diff.from_is_part = from.coverage == "part";
    diff.to_is_part = to.coverage == "part";
    diff.missing_files = names_of(&from.missing, &to.missing);
    Ok(diff)
}

fn names_of(one: &[&SideFile], other: &[&SideFile]) -> Vec<String> {
    let names: BTreeSet<&str> = one.iter().chain(other).map(|file| file.name).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// Those of the list that is meant.
fn editions_of<'e>(all: &'e [Edition], list: &str) -> Result<Vec<&'e Edition>, ImportError> {
    let settings = |message: String| ImportError::Settings { message };
    let exact: Vec<&Edition> = all.iter().filter(|edition| edition.series == list).collect();
    if !exact.is_empty() {
        return Ok(exact);
    }
    let part = list.to_lowercase();
    let found: Vec<&Edition> = all.iter().filter(|edition| edition.name.to_lowercase().contains(&part)).collect();
    let names = |editions: &[&Edition]| {
        let mut names: Vec<&str> = editions.iter().map(|edition| edition.series.as_str()).collect();
        names.dedup();
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    if all.is_empty() {
        return Err(settings("there are no editions of lists in this database".to_owned()));
    }
    match found.first() {
        None => {
            let there = names(&all.iter().collect::<Vec<_>>());
            Err(settings(format!("there is no list `{list}`; there are {there}")))
        }
        Some(first) if found.iter().all(|edition| edition.series == first.series) => Ok(found),
        Some(_) => Err(settings(format!("`{list}` may be any of {}", names(&found)))),
    }
}

/// The two that are named, or the last two.
fn chosen<'e>(
    editions: &[&'e Edition],
    from: Option<&Edtf>,
    to: Option<&Edtf>,
) -> Result<(&'e Edition, &'e Edition), ImportError> {
    let there = || editions.iter().map(|edition| edition.published.text()).collect::<Vec<_>>().join(", ");
    let series = editions.first().map_or("", |edition| edition.series.as_str());
    let named = |date: &Edtf| {
        let found = editions.iter().position(|edition| edition.published == *date);
        let message = || format!("there is no edition of `{series}` of {date}; there are {}", there());
        found.ok_or_else(|| ImportError::Settings { message: message() })
    };
    let comparable: Vec<usize> = (0..editions.len()).filter(|index| !editions[*index].is_delta).collect();
    let to = match to {
        Some(date) => named(date)?,
        None => *comparable.last().unwrap_or(&0),
    };
    let from = match from {
        Some(date) => Some(named(date)?),
        None => comparable.iter().rfind(|index| **index < to).copied(),
    };
    let before = editions[to].published.text();
    let message = || format!("there is no edition of `{series}` before {before}; there are {}", there());
    let from = from.ok_or_else(|| ImportError::Settings { message: message() })?;
    Ok((editions[from], editions[to]))
}

/// What two editions in files differ by, without a database. Rows that are none are passed over, and told.
///
/// All that the editions say is held.
///
/// # Errors
///
/// [`ImportError`], where a file cannot be read or is no list of that format.
pub fn diff_files(format: ListFormat, from: &[ImportFile], to: &[ImportFile]) -> Result<EditionDiff, ImportError> {
    let (mut old, mut new) = (EditionFiles::read(format, from)?, EditionFiles::read(format, to)?);
    let unknown = unknown_fields(&old.missing, &new.missing);
    old.forget(&unknown);
    new.forget(&unknown);
    let named = |files: &[ImportFile]| files.first().map_or("", ImportFile::name).to_owned();
    let marks = |entries: &Entries| {
        let mut marks = Marks::new();
        for entry in entries.values() {
            count(&mut marks, entry);
        }
        marks
    };
    let sorted = compare(&marks(&old.entries), &marks(&new.entries));
    let keep = |entries: Entries| entries.into_iter().filter(|(_, entry)| sorted.has(entry)).collect::<Entries>();
    Ok(EditionDiff {
        from_is_part: old.is_part,
        to_is_part: new.is_part,
        missing_files: names_of(&old.missing, &new.missing),
        skipped_rows: old.report.skipped_rows() + new.report.skipped_rows(),
        first_skipped: [old.report.first_skipped, new.report.first_skipped].concat(),
        ..told_of(&keep(old.entries), &keep(new.entries), (format.name().to_owned(), named(from), named(to)))
    })
}

/// What the files of an edition say.
struct EditionFiles {
    entries: Entries,
    is_part: bool,
    missing: Vec<&'static SideFile>,
    report: ImportReport,
}

impl EditionFiles {
    fn read(format: ListFormat, files: &[ImportFile]) -> Result<Self, ImportError> {
        let mut records: Vec<(String, String)> = Vec::new();
        // Of when it is does not matter here, and need not be said.
        let undated = Edtf::parse("0001").ok();
        let (editions, report) = {
            let take = |record: Record| records.push((record.id, record.raw));
            let mut reading = Reading::new(Sink::Taker(Box::new(take)), OnError::Skip, undated, Asked::Judge, None);
            read_list(format, files, &mut reading)?;
            reading.into_read()
        };
        let is_part = editions.iter().any(|edition| matches!(edition.coverage, Coverage::Part(_)));
        let missing: Vec<String> =
            editions.iter().flat_map(|edition| &edition.missing).map(|name| (*name).to_owned()).collect();
        let columns = editions.into_iter().next().map_or_else(Vec::new, |edition| edition.columns);
        let reader = Reader::new(format, &columns);
        let mut entries = Entries::new();
        for (number, raw) in records {
            reader.read(&number, &raw, None).into_iter().for_each(|entry| gather(&mut entries, entry));
        }
        Ok(Self { entries, is_part, missing: side_files(format, &missing), report })
    }

    fn forget(&mut self, unknown: &[&str]) {
        let entries = std::mem::take(&mut self.entries);
        self.entries = entries.into_iter().map(|(id, entry)| (id, entry.without(unknown))).collect();
    }
}

fn told_of(old: &Entries, new: &Entries, (list, from, to): (String, String, String)) -> EditionDiff {
    let entry = |entry: &Entry| ListEntry { id: entry.id.clone(), name: entry.name.clone() };
    let only = |one: &Entries, other: &Entries| {
        one.values().filter(|known| !other.contains_key(&known.id)).map(entry).collect::<Vec<_>>()
    };
    let both = new.values().filter_map(|new| Some((old.get(&new.id)?, new)));
    let changed = both.map(|(old, new)| ChangedEntry {
        id: new.id.clone(),
        name: new.name.clone(),
        fields: differing(&old.fields, &new.fields)
            .into_iter()
            .map(|(field, old, new)| FieldChange { field, old, new })
            .collect(),
    });
    let changed = changed.collect();
    let (added, removed) = (only(new, old), only(old, new));
    EditionDiff { list, from, to, added, changed, removed, ..EditionDiff::default() }
}
