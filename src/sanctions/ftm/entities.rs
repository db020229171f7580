//! Entities as lines of JSON: `{"id": ..., "schema": ..., "properties": {...}}`, with or without what `OpenSanctions` adds, and with entities
//! nested where others have their ids.

use serde_json::{Map, Value as Json};

use super::draw::draw;
use super::schemata::Schema;
use super::{Entity, Fact};
use crate::Edtf;
use crate::import::{ImportError, ImportFile, TextLines};
use crate::sanctions::dates;
use crate::sanctions::model::{Record, Source};
use crate::sanctions::reading::{Reading, text_of};

/// Fields of a line that are known.
const FIELDS: [&str; 11] = [
    "id",
    "schema",
    "properties",
    "caption",
    "datasets",
    "referents",
    "target",
    "first_seen",
    "last_seen",
    "last_change",
    "origin",
];

pub(in crate::sanctions) fn read(files: &[ImportFile], reading: &mut Reading<'_>) -> Result<(), ImportError> {
    for file in files {
        reading.begin_file(file);
        let edition = reading.edition_of(std::slice::from_ref(file));
        let mut lines = TextLines::open(file)?;
        while let Some(line) = lines.read()? {
            reading.count_row();
            let raw = text_of(&line.raw);
            let found = line.content.and_then(|text| entity_of(&text));
            match found {
                Ok(entity) => {
                    let published = edition.clone().or_else(|| seen(&entity));
                    let source = source_of(file, published);
                    let mut record = Record::new(&source, line.line.to_string(), line.line, raw);
                    take(&entity, &mut record, reading);
                    reading.put(record)?;
                }
                Err(reason) => reading.pass_over(line.line, &line.raw, "entity", &reason)?,
            }
        }
    }
    Ok(())
}

/// A file that says nothing of when it is has the day on which its entities were last changed.
fn seen(entity: &Map<String, Json>) -> Option<Edtf> {
    let keys = ["last_change", "last_seen", "first_seen"];
    keys.into_iter().find_map(|key| entity.get(key)?.as_str().and_then(dates::read))
}

fn source_of(file: &ImportFile, published: Option<Edtf>) -> Source {
    let base = file.name().rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = base.split('.').next().unwrap_or_default();
    Source::edition(&format!("ftm:{stem}"), &format!("FollowTheMoney entities, {stem}"), file, published)
}

fn entity_of(text: &str) -> Result<Map<String, Json>, String> {
    let json: Json = serde_json::from_str(text).map_err(|error| format!("this is no JSON: {error}"))?;
    match json {
        Json::Object(entity) => check(&entity).map(|()| entity),
        _ => Err("this is no entity".to_owned()),
    }
}

fn check(entity: &Map<String, Json>) -> Result<(), String> {
    for key in ["id", "schema"] {
        if entity.get(key).and_then(Json::as_str).is_none_or(str::is_empty) {
            return Err(format!("the {key} of the entity is missing"));
        }
    }
    if !entity.get("properties").is_some_and(Json::is_object) {
        return Err("the properties of the entity are missing".to_owned());
    }
    Ok(())
}

/// Draws an entity, and those within it.
fn take(json: &Map<String, Json>, record: &mut Record, reading: &mut Reading<'_>) {
    let text = |key: &str| json.get(key).and_then(Json::as_str);
    let (Some(id), Some(name)) = (text("id"), text("schema")) else { return };
    let (line, schema) = (record.n, known_schema(name, id, record.n, reading));
    for key in json.keys().filter(|key| !FIELDS.contains(&key.as_str())) {
        reading.note("unknown field", line, format!("{id}: {key}"));
    }
    let mut facts = Vec::new();
    for (property, values) in json.get("properties").and_then(Json::as_object).into_iter().flatten() {
        let values = match values {
            Json::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values {
            take_value(schema, id, property, value, &mut facts, record, reading);
        }
    }
    let mut entity = Entity::new(id.to_owned(), name.to_owned(), schema, &facts);
    let is_name = |caption: &&str| facts.iter().any(|fact| fact.property == "name" && fact.value == *caption);
    if let Some(caption) = text("caption").filter(is_name) {
        entity.caption = Some(caption.to_owned());
    }
    about(json, &mut entity);
    draw(&entity, &facts, record, reading);
}

pub(super) fn known_schema(name: &str, id: &str, line: u64, reading: &mut Reading<'_>) -> &'static Schema {
    Schema::of(name).unwrap_or_else(|| {
        reading.note("unknown schema", line, format!("{id}: {name}"));
        Schema::of("Thing").expect("the model has it")
    })
}

/// A text is a fact; an entity is one of its own, and its id the fact where the property is none of the other side.
fn take_value(
    schema: &'static Schema,
    id: &str,
    property: &str,
    value: &Json,
    facts: &mut Vec<Fact>,
    record: &mut Record,
    reading: &mut Reading<'_>,
) {
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Object(entity) => {
            if let Err(reason) = check(entity) {
                reading.note("nested entity that is none", record.n, format!("{id}: {property}: {reason}"));
                return;
            }
            take(entity, record, reading);
            if !schema.leads(property) {
                return;
            }
            entity.get("id").and_then(Json::as_str).unwrap_or_default().to_owned()
        }
        Json::Null => return,
        other => other.to_string(),
    };
    if !text.is_empty() {
        facts.push(Fact { property: property.to_owned(), value: text, citation: None });
    }
}

/// What the collector says of the entity, and not of the world.
fn about(json: &Map<String, Json>, entity: &mut Entity) {
    let texts = |key: &str| {
        let items = json.get(key).and_then(Json::as_array).into_iter().flatten();
        items.filter_map(Json::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    entity.referents = texts("referents");
    entity.about.set("datasets", texts("datasets"));
    entity.about.set("referents", texts("referents"));
    entity.about.set("target", json.get("target").and_then(Json::as_bool));
    for key in ["first_seen", "last_seen", "last_change"] {
        entity.about.set(key, json.get(key).and_then(Json::as_str).and_then(dates::read));
    }
}
