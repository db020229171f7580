//! What has changed from one version of a data set to the next: `{"op": "ADD", "entity": {...}}`, a line for each entity.
//!
//! An entity that is added or modified is drawn as any other. Of one that is deleted, the line itself is kept as a paragraph that
//! says so, and what follows from it is seen once all is there: that it is not in the data set any more is no fact of the
//! world, and it may be another entity's by now.

use serde_json::{Map, Value as Json};

use super::entities::{check, source_of, take};
use super::twice::Twice;
use crate::format::json_from_str;
use crate::import::{ImportError, ImportFile, TextLines};
use crate::sanctions::ListFormat;
use crate::sanctions::editions::ReadEdition;
use crate::sanctions::model::Record;
use crate::sanctions::reading::{Reading, text_of};

/// What has happened to an entity.
enum Change {
    Added(Map<String, Json>),
    Modified(Map<String, Json>),
    Deleted(String),
}

pub(in crate::sanctions) fn read(files: &[ImportFile], reading: &mut Reading<'_>) -> Result<(), ImportError> {
    for file in files {
        reading.begin_file(file);
        let published = reading.must_edition_of(std::slice::from_ref(file))?;
        let source = source_of(file, Some(published), true);
        let edition = ReadEdition::new(&source, ListFormat::FtmDelta);
        reading.begin_edition(ReadEdition { changes: Some([0; 3]), ..edition });
        // Of two changes of one entity the later one counts.
        let nothing = Twice::default();
        let mut lines = TextLines::open(file)?;
        while let Some(line) = lines.read()? {
            reading.count_row();
            let mut record = Record::new(&source, format!("delta:{}", line.line), line.line, text_of(&line.raw));
            let kind = match line.content.and_then(|text| change_of(&text)) {
                Ok(Change::Added(entity)) => {
                    take(&entity, &nothing, &mut record, reading);
                    0
                }
                Ok(Change::Modified(entity)) => {
                    take(&entity, &nothing, &mut record, reading);
                    1
                }
                Ok(Change::Deleted(id)) => {
                    record.absent = Some(id);
                    2
                }
                Err(reason) => {
                    reading.pass_over(line.line, &line.raw, "change", &reason)?;
                    continue;
                }
            };
            if let Some(counts) = reading.edition_mut(&source.id).and_then(|edition| edition.changes.as_mut()) {
                counts[kind] += 1;
            }
            reading.put_entry(record)?;
        }
    }
    Ok(())
}

fn change_of(text: &str) -> Result<Change, String> {
    let json = json_from_str(text).map_err(|error| format!("this is no JSON: {error}"))?;
    let (op, entity) = (json.get("op").and_then(Json::as_str), json.get("entity").and_then(Json::as_object));
    let (Some(op), Some(entity)) = (op, entity) else { return Err("a change has `op` and `entity`".to_owned()) };
    match op {
        "ADD" => check(entity).map(|()| Change::Added(entity.clone())),
        "MOD" => check(entity).map(|()| Change::Modified(entity.clone())),
        "DEL" => match entity.get("id").and_then(Json::as_str) {
            Some(id) if !id.is_empty() => Ok(Change::Deleted(id.to_owned())),
            _ => Err("the id of the entity is missing".to_owned()),
        },
        other => Err(format!("`{other}` is none of `ADD`, `MOD` and `DEL`")),
    }
}
