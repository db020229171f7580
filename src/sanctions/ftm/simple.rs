//! The flat export, `targets.simple.csv`: a row for each target, several values in a field separated by `;`.
//!
//! It is lossy: what kind of number an identifier is, what ties a target to others, and what it is listed by, is not in it. So
//! names, dates of birth, countries and numbers are imported, and the rest is left out and told.

use super::draw::draw;
use super::entities::{known_schema, source_of};
use super::{Entity, Fact};
use crate::import::{ImportError, ImportFile};
use crate::sanctions::editions::ReadEdition;
use crate::sanctions::model::Record;
use crate::sanctions::reading::{Columns, Reading, Row, must_file_with};
use crate::sanctions::{ListFormat, dates};

/// Columns by the property that holds their values.
const PROPERTIES: [(&str, &str); 5] = [
    ("name", "name"),
    ("aliases", "alias"),
    ("birth_date", "birthDate"),
    ("countries", "country"),
    ("identifiers", "idNumber"),
];

/// Columns that say something that cannot be told apart.
const LEFT_OUT: [&str; 5] = ["addresses", "sanctions", "phones", "emails", "program_ids"];

pub(in crate::sanctions) fn read(files: &[ImportFile], reading: &mut Reading<'_>) -> Result<(), ImportError> {
    for file in files {
        let (file, columns) = must_file_with(std::slice::from_ref(file), &["id", "schema", "name"])?;
        let edition = reading.edition_of(std::slice::from_ref(file));
        if edition.is_some() {
            let source = source_of(file, edition.clone(), true);
            reading.begin_edition(ReadEdition::with_columns(&source, ListFormat::FtmSimple, &[file])?);
        }
        reading.rows_of(file, &columns, |reading, row| {
            for name in ["id", "schema"] {
                if columns.get(&row, name).is_empty() {
                    return Ok(Some(format!("the {name} is missing")));
                }
            }
            let seen = ["last_change", "last_seen", "first_seen"];
            let seen = seen.into_iter().find_map(|name| dates::read(columns.get(&row, name)));
            let source = source_of(file, edition.clone().or(seen), edition.is_some());
            let mut record = Record::new(&source, row.line.to_string(), row.line, row.raw.as_str());
            take(&columns, &row, &mut record, reading);
            reading.put_entry(record).map(|()| None)
        })?;
    }
    Ok(())
}

fn take(columns: &Columns, row: &Row, record: &mut Record, reading: &mut Reading<'_>) {
    let (id, name) = (columns.get(row, "id"), columns.get(row, "schema"));
    let schema = known_schema(name, id, row.line, reading);
    for column in LEFT_OUT.into_iter().filter(|column| !columns.get(row, column).is_empty()) {
        reading.note("field of the flat export that is left out", row.line, format!("{id}: {column}"));
    }
    let facts: Vec<Fact> = PROPERTIES
        .iter()
        .flat_map(|(column, property)| {
            // A name may have a `;` of its own.
            let text = columns.get(row, column);
            let values: Vec<&str> =
                if *column == "name" { vec![text] } else { text.split(';').map(str::trim).collect() };
            values.into_iter().map(|value| (*property, value)).collect::<Vec<_>>()
        })
        .filter(|(_, value)| !value.is_empty())
        .map(|(property, value)| Fact { property: property.to_owned(), value: value.to_owned(), citation: None })
        .collect();
    let mut entity = Entity::new(id.to_owned(), name.to_owned(), schema, &facts);
    let datasets: Vec<&str> = columns.get(row, "dataset").split(';').filter(|name| !name.is_empty()).collect();
    entity.about.set("datasets", datasets);
    for key in ["first_seen", "last_seen", "last_change"] {
        entity.about.set(key, dates::read(columns.get(row, key)));
    }
    if record.source.series.is_some() && !entity.about.0.contains_key("last_seen") {
        record.seen_unless_said(&mut entity.about);
    }
    draw(&entity, &facts, record, reading);
}
