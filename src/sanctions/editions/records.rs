//! Which editions of a list have a record of an entry, for those entries of which they do not all say the same.
//!
//! Whose record has the same words in all editions says the same in all of them, whatever was made of the words. So most of a list need
//! not be looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::entries::{Edition, stored};
use super::fields::{Reader, mark_of};
use super::sources::Cited;
use crate::sanctions::ListFormat;
use crate::{ElementId, Error, Params, WriteTransaction};

/// The records of a list.
#[derive(Default)]
pub(super) struct Records {
    /// The sources that have records of entries.
    compared: HashSet<usize>,
    entries: BTreeMap<String, Changed>,
    entry_of: HashMap<ElementId, String>,
}

/// An entry of which editions say different things.
#[derive(Default)]
struct Changed {
    paragraphs: Vec<String>,
    /// Those whose record has all that they say of it.
    editions: HashSet<usize>,
}

/// A record as it stands in the graph.
struct Stored {
    paragraph: ElementId,
    id: String,
    raw: String,
}

impl Records {
    pub(super) fn read(
        transaction: &mut WriteTransaction,
        series: &str,
        by_id: &HashMap<String, usize>,
    ) -> Result<Self, Error> {
        let mut records = Self::default();
        // What has only changes has no entry under its number; statements are seen one by one.
        let is_compared = |edition: &Edition| !edition.is_delta && edition.format != ListFormat::FtmStatements;
        let editions: Vec<Edition> = stored(transaction, Some(series))?.into_iter().filter(is_compared).collect();
        records.compared = editions.iter().filter_map(|edition| by_id.get(&edition.id).copied()).collect();
        if editions.len() < 2 {
            return Ok(records);
        }
        let (mut marks, mut changed) = (HashMap::<u64, u64>::new(), HashSet::new());
        for edition in &editions {
            let reader = Reader::new(edition.format, &edition.columns);
            each_record(transaction, edition, |record| {
                let Some((entry, mark)) = reader.said(record.number(), &record.raw) else { return };
                let entry = mark_of(&entry);
                if *marks.entry(entry).or_insert(mark) != mark {
                    changed.insert(entry);
                }
            })?;
        }
        for edition in editions.iter().filter(|_| !changed.is_empty()) {
            let Some(source) = by_id.get(&edition.id) else { continue };
            let reader = Reader::new(edition.format, &edition.columns);
            each_record(transaction, edition, |record| {
                let Some((entry, _)) = reader.said(record.number(), &record.raw) else { return };
                if changed.contains(&mark_of(&entry)) {
                    records.entry_of.insert(record.paragraph, entry.clone());
                    let known = records.entries.entry(entry).or_default();
                    if !reader.is_cut(&record.raw) {
                        known.editions.insert(*source);
                    }
                    known.paragraphs.push(record.id);
                }
            })?;
        }
        Ok(records)
    }

    /// The paragraphs of each entry.
    pub(super) fn paragraphs(&self) -> Vec<Vec<String>> {
        self.entries.values().map(|entry| entry.paragraphs.clone()).collect()
    }

    /// The ids of all paragraphs of those entries that have said something.
    pub(super) fn paragraphs_of<'c>(&self, cited: impl Iterator<Item = &'c Cited>) -> Vec<String> {
        let entries: BTreeSet<&String> = cited.filter_map(|cited| self.entry_of.get(&cited.paragraph)).collect();
        entries
            .into_iter()
            .filter_map(|entry| self.entries.get(entry))
            .flat_map(|entry| entry.paragraphs.clone())
            .collect()
    }

    /// The editions that have a record of every entry that has ever said something; none where one of them has always said it.
    pub(super) fn having<'c>(&self, cited: impl Iterator<Item = &'c Cited>) -> HashSet<usize> {
        let said = cited.filter(|cited| self.compared.contains(&cited.source));
        let entries: Option<BTreeSet<&String>> = said.map(|cited| self.entry_of.get(&cited.paragraph)).collect();
        let mut editions = entries.into_iter().flatten().filter_map(|entry| self.entries.get(entry));
        let Some(first) = editions.next() else { return HashSet::new() };
        editions.fold(first.editions.clone(), |all, entry| all.intersection(&entry.editions).copied().collect())
    }
}

impl Stored {
    /// As the source numbers it.
    fn number(&self) -> &str {
        self.id.split_once('#').map_or("", |(_, number)| number)
    }
}

fn each_record(
    transaction: &mut WriteTransaction,
    edition: &Edition,
    mut take: impl FnMut(Stored),
) -> Result<(), Error> {
    let statement = "MATCH (s:Source {id: $id})<-[:OF]-(p:Paragraph) WHERE p.kind = 'record' RETURN id(p), p.id, p.raw";
    for row in transaction.query(statement, Params::from_iter([("id", edition.id.as_str())]))? {
        let (paragraph, id, raw): (u64, String, String) = row?.to()?;
        take(Stored { paragraph: ElementId(paragraph), id, raw });
    }
    Ok(())
}
