//! What has come of an import.

use std::collections::BTreeMap;

use super::error::BadRow;

/// So many rows that were passed over are told one by one.
const MOST_TOLD: usize = 20;

/// So many things of a kind that were not understood are told one by one.
const MOST_NOTICES_TOLD: u64 = 3;

/// What was read, what was made of it, and what was passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportReport {
    /// Nodes that were made.
    pub nodes: u64,
    /// Relationships that were made.
    pub relationships: u64,
    /// What was read of each file, in their order.
    pub files: Vec<FileReport>,
    /// How many rows were passed over, by what is wrong with them: `unknown end`, `duplicate id`, `value`, ...
    pub skipped: BTreeMap<&'static str, u64>,
    /// The first 20 of them.
    pub first_skipped: Vec<BadRow>,
    /// The indexes that were made: label and key.
    pub indexes: Vec<(String, String)>,
    /// Records that were there already, word for word, and so were left as they are.
    pub unchanged: u64,
    /// What was imported, and not as its source means it: a name that leads nowhere, a word that nobody knows, ...
    pub notices: BTreeMap<&'static str, u64>,
    /// The first three of each kind.
    pub first_notices: Vec<BadRow>,
    /// The editions of lists that were read.
    pub editions: Vec<EditionReport>,
}

/// An edition of a list, and what has changed from it and to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EditionReport {
    /// By which name all editions of the list go together.
    pub list: String,
    /// Of when it is.
    pub edition: String,
    /// How many entries were read.
    pub entries: u64,
    /// It lacks the mark that closes it: who is missing is not said to have been taken off.
    pub is_unclosed: bool,
    /// Files that there are none of, by what they have (`addresses`): what they would say is neither new nor gone.
    pub missing_files: Vec<String>,
    /// Why it is no more than a part of the list: who is missing means nothing.
    pub part_because: Option<String>,
    /// From the edition before to this one, and from this one to the next, as far as they are there.
    pub changes: Vec<EditionChanges>,
}

/// What two editions of a list differ by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EditionChanges {
    /// Of when the earlier one is,
    pub from: String,
    /// and the later one.
    pub to: String,
    /// Entries that only the later one has; `None` where the earlier one is a part.
    pub added: Option<u64>,
    /// Entries that both have, and that say something else.
    pub changed: u64,
    /// Entries that only the earlier one has; `None` where the later one is a part.
    pub removed: Option<u64>,
}

impl EditionReport {
    /// Of an edition, nothing more of which is known yet.
    pub fn new(list: impl Into<String>, edition: impl Into<String>, entries: u64) -> Self {
        Self { list: list.into(), edition: edition.into(), entries, ..Self::default() }
    }
}

/// What was read of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// Its rows, without the header.
    pub rows: u64,
    /// Those that were passed over.
    pub skipped: u64,
}

impl ImportReport {
    /// All rows that were passed over.
    pub fn skipped_rows(&self) -> u64 {
        self.skipped.values().sum()
    }

    /// What is counted from here on is of this file.
    pub fn begin_file(&mut self, name: &str) {
        self.files.push(FileReport { name: name.to_owned(), ..FileReport::default() });
    }

    /// Counts a row of the file.
    pub fn count_row(&mut self) {
        if let Some(file) = self.files.last_mut() {
            file.rows += 1;
        }
    }

    /// Counts a row that is passed over, of the file that it names.
    pub fn skip(&mut self, kind: &'static str, row: BadRow) {
        *self.skipped.entry(kind).or_default() += 1;
        let of_row = self.files.iter().rposition(|file| file.name == row.file);
        if let Some(place) = of_row.or(self.files.len().checked_sub(1)) {
            self.files[place].skipped += 1;
        }
        if self.first_skipped.len() < MOST_TOLD {
            self.first_skipped.push(row);
        }
    }

    /// Counts something that was imported all the same.
    pub fn note(&mut self, kind: &'static str, row: BadRow) {
        let count = self.notices.entry(kind).or_default();
        *count += 1;
        if *count <= MOST_NOTICES_TOLD {
            self.first_notices.push(row);
        }
    }
}
