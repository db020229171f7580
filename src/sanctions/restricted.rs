//! Other US lists in one form: a file that says what the lists are, one with entries, one with aliases.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::editions::{ReadEdition, SideFile};
use super::federal_register::dated;
use super::model::{Address, Identifier, Listing, Party, Properties, Record, Source};
use super::reading::{Columns, Reading, Row, file_with, must_file_with};
use super::{ListFormat, dates};
use crate::import::{ImportError, ImportFile};

/// Names of agencies and lists that other sources have, too.
const SHARED_NAMES: [(&str, &str); 11] = [
    ("U.S. Department of Commerce, Bureau of Industry and Security", "US Department of Commerce"),
    ("U.S. Department of the Treasury, Office of Foreign Assets Control", "Office of Foreign Assets Control"),
    ("U.S. Department of State", "US Department of State"),
    ("U.S. Department of State, Directorate of Defense Trade Controls", "US Department of State"),
    ("U.S. Department of War", "US Department of Defense"),
    ("U.S. Department of Homeland Security", "US Department of Homeland Security"),
    ("U.S. Customs and Border Protection", "US Customs and Border Protection"),
    ("U.S. Federal Communications Commission", "US Federal Communications Commission"),
    ("NS-CMIC List", "NS-CMIC list"),
    // Programmes of one list alone.
    ("CMIC-EO13959", "NS-CMIC list"),
    ("NS-PLC", "NS-PLC list"),
];

pub(super) fn shared_name(name: &str) -> &str {
    SHARED_NAMES.iter().find(|(known, _)| *known == name).map_or(name, |(_, shared)| shared)
}

pub(super) const SIDE_FILES: [SideFile; 1] = [SideFile { name: "aliases", fields: &["alias"], ties: &[] }];

/// What is known of a list.
struct Kind {
    name: String,
    agency: String,
    authority: String,
    source: Source,
}

pub(super) fn read(files: &[ImportFile], reading: &mut Reading<'_>) -> Result<(), ImportError> {
    let (main, columns) = must_file_with(files, &["row_id", "list_id", "name", "effective_date", "notes"])?;
    let (lists, list_columns) = must_file_with(files, &["list_id", "short_name", "agency", "authority", "snapshot"])?;
    let kinds = read_kinds(lists, &list_columns, main, reading)?;
    let mut aliases: HashMap<String, Vec<(String, Row)>> = HashMap::new();
    let (mut heads, mut has) = (vec![main], Vec::new());
    if let Some((file, columns)) = file_with(files, &["row_id", "alias"])? {
        heads.push(file);
        has.push("aliases");
        reading.rows_of(file, &columns, |_, row| {
            let alias = columns.get(&row, "alias").to_owned();
            aliases.entry(columns.get(&row, "row_id").to_owned()).or_default().push((alias, row));
            Ok(None)
        })?;
    }
    for kind in kinds.values().filter(|kind| kind.source.series.is_some()) {
        let edition = ReadEdition::with_columns(&kind.source, ListFormat::UsLists, &heads)?;
        reading.begin_edition(edition.with_side_files(&has));
    }
    let mut known = HashSet::new();
    reading.rows_of(main, &columns, |reading, row| {
        let (id, list, name) = (columns.get(&row, "row_id"), columns.get(&row, "list_id"), columns.get(&row, "name"));
        if id.is_empty() || name.is_empty() {
            return Ok(Some("the id or the name is missing".to_owned()));
        }
        let Some(kind) = kinds.get(list) else {
            return Ok(Some(format!("`{}` has no list `{list}`", lists.name())));
        };
        if !known.insert(id.to_owned()) {
            return Ok(Some(format!("the row `{id}` is there twice")));
        }
        let aliases = aliases.remove(id).unwrap_or_default();
        let record = draw(kind, &columns, &row, &aliases, reading);
        reading.put_entry(record).map(|()| None)
    })?;
    let left = aliases.into_iter().flat_map(|(id, rows)| rows.into_iter().map(move |(_, row)| (id.clone(), row)));
    reading.pass_over_left(left.collect(), main)
}

/// Each list is an edition of its own.
fn read_kinds(
    file: &ImportFile,
    columns: &Columns,
    main: &ImportFile,
    reading: &mut Reading<'_>,
) -> Result<BTreeMap<String, Kind>, ImportError> {
    let mut kinds = BTreeMap::new();
    reading.rows_of(file, columns, |reading, row| {
        let (id, short) = (columns.get(&row, "list_id"), columns.get(&row, "short_name"));
        if id.is_empty() || short.is_empty() {
            return Ok(Some("the id or the name of the list is missing".to_owned()));
        }
        let published = reading.edition_of(&[]).or_else(|| dates::find(columns.get(&row, "snapshot")));
        let kind = Kind {
            name: shared_name(short).to_owned(),
            agency: shared_name(columns.get(&row, "agency")).to_owned(),
            authority: columns.get(&row, "authority").to_owned(),
            source: Source::edition(id, columns.get(&row, "official_name"), main, published),
        };
        let is_twin = kinds.insert(id.to_owned(), kind).is_some();
        Ok(is_twin.then(|| format!("the list `{id}` is there twice")))
    })?;
    Ok(kinds)
}

fn draw(kind: &Kind, columns: &Columns, row: &Row, aliases: &[(String, Row)], reading: &mut Reading<'_>) -> Record {
    let id = columns.get(row, "row_id");
    let raw = [row]
        .into_iter()
        .chain(aliases.iter().map(|(_, row)| row))
        .map(|row| row.raw.as_str())
        .collect::<Vec<_>>()
        .join("\n");
    let mut record = Record::new(&kind.source, id, row.line, raw);
    let party = party(columns, row, aliases, reading);
    let key = party.key();
    party.draw(&mut record);
    listing(kind, columns, row, reading).draw(&mut record, &key);
    record
}

fn party(columns: &Columns, row: &Row, aliases: &[(String, Row)], reading: &mut Reading<'_>) -> Party {
    let (id, printed) = (columns.get(row, "row_id"), columns.get(row, "country"));
    let mut properties = Properties::new();
    let country = reading.country(printed, (id, row.line), &mut properties);
    for (alias, _) in aliases {
        properties.push("aliases", alias.as_str());
    }
    let mut identifiers = Vec::new();
    for (name, text) in notes(columns.get(row, "notes")) {
        match name {
            "Date of birth" => match dates::read(text) {
                Some(date) => properties.push("birth_dates", date),
                None => reading.note("date of no known form", row.line, format!("{id}: {text}")),
            },
            "USCC" => {
                let (number, issuer) = text.split_once(" (").unwrap_or((text, ""));
                identifiers.push(Identifier {
                    kind: "uscc".to_owned(),
                    number: number.to_owned(),
                    issuer: issuer.trim_end_matches(')').to_owned(),
                    ..Identifier::default()
                });
            }
            _ => {}
        }
    }
    Party {
        id: format!("us:{id}"),
        labels: vec!["Actor"],
        name: columns.get(row, "name").to_owned(),
        properties,
        identifiers,
        addresses: vec![Address {
            id: format!("us:address:{id}"),
            properties: Properties::new().with("full", columns.get(row, "address")),
            country,
        }],
        ..Party::default()
    }
}

/// Fields of agencies that the list has put together: `Type of denial: Standard; Expires: 2032-08-01`.
fn notes(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("; ").filter_map(|part| part.split_once(": ")).map(|(name, text)| (name.trim(), text.trim()))
}

/// What a row has once, or not.
const ALL_SAID: [&str; 8] =
    ["announced", "published", "in_effect", "removed", "citation", "federal_register", "status", "notes"];

fn listing(kind: &Kind, columns: &Columns, row: &Row, reading: &mut Reading<'_>) -> Listing {
    let (id, effective) = (columns.get(row, "row_id"), columns.get(row, "effective_date"));
    let in_effect = dates::read(effective);
    if in_effect.is_none() && !effective.is_empty() {
        reading.note("date of no known form", row.line, format!("{id}: {effective}"));
    }
    let printed = columns.get(row, "federal_register");
    let cited = dated(printed);
    let mut listing = Listing {
        id: format!("us:{id}:listing"),
        name: format!("{}: listing of {id}", kind.name),
        published: cited.as_ref().and_then(|(_, date)| date.clone()),
        in_effect,
        seen: kind.source.published.clone(),
        properties: Properties::new()
            .with("citation", cited.map(|(citation, _)| citation.text()))
            .with("federal_register", printed)
            .with("status", columns.get(row, "status"))
            .with("notes", columns.get(row, "notes"))
            .says_all_of(&ALL_SAID),
        agencies: vec![kind.agency.clone()],
        lists: vec![kind.name.clone()],
        laws: vec![(kind.authority.clone(), kind.authority.clone())],
        ..Listing::default()
    };
    for (name, text) in notes(columns.get(row, "notes")) {
        match name {
            "Listing Date (CMIC)" => listing.announced = dates::read(text),
            "Program" => listing.properties.push("programmes", text),
            // The last day is the day on which it ends.
            "Expires" => listing.removed = dates::read(text),
            _ => {}
        }
    }
    listing
}
