//! What an entry says, in the words of its source: names of fields, and what stands there.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use crate::Edtf;
use crate::import::{CsvRecords, ImportFile};
use crate::sanctions::{ListFormat, bis, ftm, ofac, restricted};

/// A file beside the main one of a list, without which its entries say less.
#[derive(Debug)]
pub(in crate::sanctions) struct SideFile {
    pub name: &'static str,
    /// The fields that it has,
    pub fields: &'static [&'static str],
    /// and the types of relationships that are drawn of it alone.
    pub ties: &'static [&'static str],
}

impl ListFormat {
    pub(in crate::sanctions) fn side_files(self) -> &'static [SideFile] {
        match self {
            ListFormat::Ofac => &ofac::SIDE_FILES,
            ListFormat::Bis => &bis::SIDE_FILES,
            ListFormat::UsLists => &restricted::SIDE_FILES,
            ListFormat::Ftm | ListFormat::FtmDelta | ListFormat::FtmSimple | ListFormat::FtmStatements => &[],
        }
    }
}

/// Each field with what it holds; the order of several has no meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::sanctions) struct Fields(pub BTreeMap<String, BTreeSet<String>>);

impl Fields {
    pub(in crate::sanctions) fn add(&mut self, key: &str, value: &str) {
        let value = value.trim();
        if !value.is_empty() {
            self.0.entry(key.to_owned()).or_default().insert(value.to_owned());
        }
    }

    /// A number that other fields have another one for, in whatever order they come.
    pub(super) fn mark(&self) -> u64 {
        let one = |key: &String, value: &String| mark_of(&(key, value));
        let all = self.0.iter().flat_map(|(key, values)| values.iter().map(move |value| one(key, value)));
        all.fold(0, u64::wrapping_add)
    }
}

pub(super) fn mark_of(text: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// An entry of a list, or a part of what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::sanctions) struct Entry {
    pub id: String,
    pub name: String,
    pub fields: Fields,
}

impl Entry {
    /// But for fields of which one of two editions knows nothing.
    pub(super) fn without(mut self, unknown: &[&str]) -> Self {
        self.fields.0.retain(|field, _| !unknown.contains(&field.as_str()));
        self
    }
}

/// Takes the texts of paragraphs apart, in one format.
pub(super) struct Reader {
    format: ListFormat,
    columns: Vec<Vec<String>>,
}

impl Reader {
    /// With the lines that name the columns.
    pub(super) fn new(format: ListFormat, columns: &[String]) -> Self {
        let columns = columns
            .iter()
            .flat_map(|line| rows(line))
            .map(|names| names.iter().map(|name| name.trim().to_lowercase()).collect());
        Self { format, columns: columns.collect() }
    }

    /// The entries that a text is of: one, but of statements as many as have been seen on that day.
    pub(super) fn read(&self, number: &str, raw: &str, day: Option<&Edtf>) -> Vec<Entry> {
        match self.format {
            ListFormat::Ofac => vec![named(number, ofac::fields(&rows(raw)))],
            ListFormat::Bis | ListFormat::UsLists => vec![named(number, self.by_columns(&rows(raw)))],
            ListFormat::Ftm | ListFormat::FtmDelta => ftm::entity_fields(raw).into_iter().collect(),
            ListFormat::FtmSimple => self.simple(raw).into_iter().collect(),
            ListFormat::FtmStatements => ftm::statement_fields(&self.columns, raw, day),
        }
    }

    /// The entry that a record is of, and a number for what it says of it; nothing of those that tell by line what has changed.
    pub(super) fn said(&self, number: &str, raw: &str) -> Option<(String, u64)> {
        match self.format {
            ListFormat::Ofac | ListFormat::Bis | ListFormat::UsLists => Some((number.to_owned(), mark_of(&raw))),
            ListFormat::Ftm | ListFormat::FtmSimple => {
                let entry = self.read(number, raw, None).pop()?;
                Some((entry.id, entry.fields.mark()))
            }
            ListFormat::FtmDelta | ListFormat::FtmStatements => None,
        }
    }

    /// Whether there was more than the record has.
    pub(super) fn is_cut(&self, raw: &str) -> bool {
        self.format == ListFormat::Ofac && ofac::is_cut(&rows(raw))
    }

    fn simple(&self, raw: &str) -> Option<Entry> {
        let fields = self.by_columns(&rows(raw));
        let id = fields.0.get("id").and_then(BTreeSet::first).cloned()?;
        Some(named(&id, fields))
    }

    /// Rows of the file with names have a field for each column; those of others are values of one field more.
    fn by_columns(&self, rows: &[Vec<String>]) -> Fields {
        let mut fields = Fields::default();
        for row in rows {
            let Some(columns) = self.columns.iter().find(|columns| columns.len() == row.len()) else { continue };
            let is_main = columns.iter().any(|name| name == "name");
            let told: Vec<(&String, &String)> = columns
                .iter()
                .zip(row)
                .filter(|(name, _)| {
                    !matches!(name.as_str(), "row_id" | "seq" | "first_seen" | "last_seen" | "last_change")
                })
                .collect();
            if is_main {
                for (name, value) in told {
                    fields.add(name, value);
                }
            } else if let Some((name, _)) = told.first() {
                let values: Vec<&str> = told.iter().map(|(_, value)| value.as_str()).collect();
                fields.add(name, &values.join(", "));
            }
        }
        fields
    }
}

fn named(id: &str, fields: Fields) -> Entry {
    let name = fields.0.get("name").and_then(BTreeSet::first).cloned().unwrap_or_default();
    Entry { id: id.to_owned(), name, fields }
}

/// The records of a text.
pub(in crate::sanctions) fn rows(raw: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let Ok(mut records) = CsvRecords::open(&ImportFile::of_bytes("", raw)) else { return found };
    while let Ok(Some(record)) = records.read() {
        found.extend(record.content.ok());
    }
    found
}
