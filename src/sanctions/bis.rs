//! The Entity List of the US Bureau of Industry and Security: files with entities, aliases and citations, tied by `row_id`.
//!
//! Each rule of the Federal Register that a row cites is an action of its own: the earliest has put the row on the list, those
//! behind it have revised it. Aliases and citations are held in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::editions::{ReadEdition, SideFile};
use super::federal_register::Citation;
use super::model::{Address, Key, Listing, Party, Properties, Record, Source, home};
use super::reading::{Columns, Reading, Row, must_file_with};
use super::{ListFormat, dates, reading};
use crate::Edtf;
use crate::import::{ImportError, ImportFile};

const AGENCY: &str = "US Department of Commerce";
const LIST: &str = "Entity List";
const LAW: (&str, &str) =
    ("15 CFR 744 Supp. 4", "Supplement No. 4 to Part 744 of the Export Administration Regulations");

pub(super) const SIDE_FILES: [SideFile; 2] = [
    SideFile { name: "aliases", fields: &["alias"], ties: &[] },
    SideFile { name: "citations", fields: &["citation"], ties: &[] },
];

/// What other files say of a row.
#[derive(Default)]
struct Others {
    aliases: HashMap<String, Vec<(String, Row)>>,
    citations: HashMap<String, Vec<(Cited, Row)>>,
    /// All days that are given for a document.
    days: BTreeMap<Citation, BTreeSet<String>>,
}

/// A document that a row cites, and how it is printed.
struct Cited {
    citation: Citation,
    printed: String,
}

pub(super) fn read(files: &[ImportFile], reading: &mut Reading<'_>) -> Result<(), ImportError> {
    let (main, columns) =
        must_file_with(files, &["row_id", "name", "country", "license_requirement", "federal_register"])?;
    let edition = reading.must_edition_of(files)?;
    let source = Source::edition("bis-entity-list", "BIS Entity List", main, Some(edition.clone()));
    let mut others = Others::default();
    let (mut heads, mut has) = (vec![main], Vec::new());
    if let Some((file, columns)) = reading::file_with(files, &["row_id", "alias"])? {
        heads.push(file);
        has.push("aliases");
        others.read_aliases(file, &columns, reading)?;
    }
    if let Some((file, columns)) = reading::file_with(files, &["row_id", "seq", "citation", "date"])? {
        heads.push(file);
        has.push("citations");
        others.read_citations(file, &columns, reading)?;
    }
    reading.begin_edition(ReadEdition::with_columns(&source, ListFormat::Bis, &heads)?.with_side_files(&has));
    let mut known = HashSet::new();
    reading.rows_of(main, &columns, |reading, row| {
        if let Some(wrong) = wrong_with(&columns, &row) {
            return Ok(Some(wrong));
        }
        let id = columns.get(&row, "row_id");
        if !known.insert(id.to_owned()) {
            return Ok(Some(format!("the row `{id}` is there twice")));
        }
        let record = others.draw(&source, &edition, &columns, &row, reading);
        reading.put_entry(record).map(|()| None)
    })?;
    others.tell_left(main, reading)
}

fn wrong_with(columns: &Columns, row: &Row) -> Option<String> {
    let missing = ["row_id", "name"].into_iter().find(|name| columns.get(row, name).is_empty())?;
    Some(format!("the {missing} is missing"))
}

impl Others {
    fn read_aliases(
        &mut self,
        file: &ImportFile,
        columns: &Columns,
        reading: &mut Reading<'_>,
    ) -> Result<(), ImportError> {
        reading.rows_of(file, columns, |_, row| {
            let alias = columns.get(&row, "alias").to_owned();
            self.aliases.entry(columns.get(&row, "row_id").to_owned()).or_default().push((alias, row));
            Ok(None)
        })
    }

    fn read_citations(
        &mut self,
        file: &ImportFile,
        columns: &Columns,
        reading: &mut Reading<'_>,
    ) -> Result<(), ImportError> {
        reading.rows_of(file, columns, |reading, row| {
            let text = columns.get(&row, "citation");
            let Some(citation) = Citation::read(text) else {
                return Ok(Some(format!("`{text}` is no citation of the Federal Register")));
            };
            let day = columns.get(&row, "date");
            let days = self.days.entry(citation).or_default();
            match dates::read(day).map(|day| days.insert(day.text().to_owned())) {
                Some(is_new) if is_new && days.len() > 1 => {
                    let days: Vec<&str> = days.iter().map(String::as_str).collect();
                    reading.note("citation with several dates", row.line, format!("{text}: {}", days.join(", ")));
                }
                Some(_) => {}
                None => reading.note("citation without a date", row.line, format!("{text}: `{day}`")),
            }
            let printed = columns.others(&row, &["row_id", "seq"]).join(", ");
            let cited = Cited { citation, printed };
            self.citations.entry(columns.get(&row, "row_id").to_owned()).or_default().push((cited, row));
            Ok(None)
        })
    }

    fn tell_left(self, main: &ImportFile, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        reading.pass_over_left(left(self.aliases).chain(left(self.citations)).collect(), main)
    }

    /// The day of a document: one of several where rows disagree, none where nobody says.
    fn published(&self, citation: Citation) -> Option<Edtf> {
        let days: Vec<&str> = self.days.get(&citation)?.iter().map(String::as_str).collect();
        let text = if days.len() == 1 { days[0].to_owned() } else { format!("[{}]", days.join(",")) };
        Edtf::parse(&text).ok()
    }

    fn draw(
        &mut self,
        source: &Source,
        edition: &Edtf,
        columns: &Columns,
        row: &Row,
        reading: &mut Reading<'_>,
    ) -> Record {
        let id = columns.get(row, "row_id").to_owned();
        let aliases = self.aliases.remove(&id).unwrap_or_default();
        let mut citations = self.citations.remove(&id).unwrap_or_default();
        // The order of the file is not always that of publication, and not all have a date.
        citations.sort_by_key(|(cited, _)| cited.citation);
        let others = aliases.iter().map(|(_, row)| row).chain(citations.iter().map(|(_, row)| row));
        let raw = [row].into_iter().chain(others).map(|row| row.raw.as_str()).collect::<Vec<_>>().join("\n");
        let mut record = Record::new(source, &id, row.line, raw);
        let party = party(&id, columns, row, &aliases, reading);
        let key = party.key();
        party.draw(&mut record);
        let listing = self.listing(&id, edition, columns.get(row, "license_requirement"), &citations);
        let listing = listing.draw(&mut record, &key);
        for (index, (cited, _)) in citations.iter().enumerate() {
            let rule = self.rule(cited.citation, &mut record);
            let printed = Properties::new().with("printed", cited.printed.as_str());
            if index == 0 {
                record.cited_rel(&listing, "PART_OF", &rule, Properties::new(), vec![printed]);
            } else {
                record.cited_rel(&rule, "REVISES", &listing, Properties::new(), vec![printed]);
            }
        }
        record
    }

    fn listing(&self, id: &str, edition: &Edtf, requirement: &str, citations: &[(Cited, Row)]) -> Listing {
        let later = citations.iter().skip(1).filter_map(|(cited, _)| self.published(cited.citation));
        let revised: Vec<Edtf> = later.collect();
        let texts: Vec<String> = citations.iter().map(|(cited, _)| cited.citation.text()).collect();
        let properties = Properties::new()
            .with("citation", texts.first().cloned())
            .with("citations", texts)
            .with("revised", revised)
            .with("license_requirement", requirement)
            .says_all_of(&["license_requirement"]);
        Listing {
            id: format!("bis:{id}:listing"),
            name: format!("Entity List: listing of {id}"),
            published: citations.first().and_then(|(cited, _)| self.published(cited.citation)),
            seen: Some(edition.clone()),
            properties,
            agencies: vec![AGENCY.to_owned()],
            lists: vec![LIST.to_owned()],
            laws: vec![(LAW.0.to_owned(), LAW.1.to_owned())],
            ..Listing::default()
        }
    }

    /// The document as an action of the agency.
    fn rule(&self, citation: Citation, record: &mut Record) -> Key {
        let published = self.published(citation);
        let key = Key::new(home::EVENT, citation.text());
        let properties = Properties::new()
            .with("name", citation.text())
            .with("kind", "rule")
            .with("citation", citation.text())
            .with("published", published.clone())
            .with("on", published);
        record.node(&key, &["Event", "Action", "Rule"], properties);
        let agency = record.agency(AGENCY);
        record.rel(&agency, "TOOK", &key, Properties::new());
        let list = record.named(home::LIST, &["List"], LIST);
        record.rel(&key, "CHANGES", &list, Properties::new());
        key
    }
}

/// The rows of entries that nobody has asked for.
fn left<T>(rows: HashMap<String, Vec<(T, Row)>>) -> impl Iterator<Item = (String, Row)> {
    rows.into_iter().flat_map(|(id, rows)| rows.into_iter().map(move |(_, row)| (id.clone(), row)))
}

/// An entity with addresses in three countries is three rows, and three parties.
fn party(id: &str, columns: &Columns, row: &Row, aliases: &[(String, Row)], reading: &mut Reading<'_>) -> Party {
    let (printed, address) = (columns.get(row, "country"), columns.get(row, "address"));
    let mut properties = Properties::new();
    let country = reading.country(printed, (id, row.line), &mut properties);
    for (alias, _) in aliases {
        properties.push("aliases", alias.as_str());
    }
    Party {
        id: format!("bis:{id}"),
        labels: vec!["Actor"],
        name: columns.get(row, "name").to_owned(),
        properties,
        addresses: vec![Address {
            id: format!("bis:address:{id}"),
            properties: Properties::new().with("full", address),
            country,
        }],
        ..Party::default()
    }
}
