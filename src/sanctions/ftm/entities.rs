//! Entities as lines of JSON: `{"id": ..., "schema": ..., "properties": {...}}`, with or without what `OpenSanctions` adds, and with entities
//! nested where others have their ids.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::draw::draw;
use super::schemata::Schema;
use super::{Entity, Fact};
use crate::Edtf;
use crate::format::json_from_str;
use crate::import::{ImportError, ImportFile, TextLines};
use crate::sanctions::editions::{Entry, Fields, ReadEdition};
use crate::sanctions::model::{Record, Source};
use crate::sanctions::reading::{Reading, text_of};
use crate::sanctions::{ListFormat, dates};

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
        if edition.is_some() {
            reading.begin_edition(ReadEdition::new(&source_of(file, edition.clone(), true), ListFormat::Ftm));
        }
        let mut lines = TextLines::open(file)?;
        while let Some(line) = lines.read()? {
            reading.count_row();
            let raw = text_of(&line.raw);
            match line.content.and_then(|text| entity_of(&text)) {
                Ok(entity) => {
                    let published = edition.clone().or_else(|| seen(&entity));
                    let source = source_of(file, published, edition.is_some());
                    let mut record = Record::new(&source, line.line.to_string(), line.line, raw);
                    take(&entity, &mut record, reading);
                    reading.put_entry(record)?;
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

/// The source that a file is; and, where all of it is of one day, an edition of what goes by its name without the day.
pub(super) fn source_of(file: &ImportFile, published: Option<Edtf>, is_edition: bool) -> Source {
    let base = file.name().rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = base.split('.').next().unwrap_or_default();
    let source = Source::edition(&format!("ftm:{stem}"), &format!("FollowTheMoney entities, {stem}"), file, published);
    let series = is_edition.then(|| format!("ftm:{}", without_day(stem)));
    Source { series, ..source }
}

/// `entities-2025-01-01` and `entities_20250101` as `entities`.
fn without_day(stem: &str) -> &str {
    let name = stem.trim_end_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '_'));
    let digits = stem[name.len()..].bytes().filter(u8::is_ascii_digit).count();
    match (name, digits) {
        ("", _) => "entities",
        (name, 6..) => name,
        _ => stem,
    }
}

pub(super) fn entity_of(text: &str) -> Result<Map<String, Json>, String> {
    let json = json_from_str(text).map_err(|error| format!("this is no JSON: {error}"))?;
    match json {
        Json::Object(entity) => check(&entity).map(|()| entity),
        _ => Err("this is no entity".to_owned()),
    }
}

pub(super) fn check(entity: &Map<String, Json>) -> Result<(), String> {
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

/// What an entity says, as it stands in a line.
pub(in crate::sanctions) fn fields(raw: &str) -> Option<Entry> {
    let Ok(Json::Object(line)) = serde_json::from_str(raw) else { return None };
    let entity = line.get("entity").and_then(Json::as_object).unwrap_or(&line);
    let text = |key: &str| entity.get(key).and_then(Json::as_str).unwrap_or_default();
    let mut fields = Fields::default();
    fields.add("schema", text("schema"));
    for (property, values) in entity.get("properties").and_then(Json::as_object).into_iter().flatten() {
        for value in values.as_array().map_or(std::slice::from_ref(values), Vec::as_slice) {
            match value {
                Json::String(text) => fields.add(property, text),
                Json::Object(other) => {
                    fields.add(property, other.get("id").and_then(Json::as_str).unwrap_or_default());
                }
                Json::Null => {}
                other => fields.add(property, &other.to_string()),
            }
        }
    }
    let named = fields.0.get("name").and_then(BTreeSet::first).map_or("", String::as_str);
    let name = if text("caption").is_empty() { named } else { text("caption") };
    Some(Entry { id: text("id").to_owned(), name: name.to_owned(), fields })
}

/// Draws an entity, and those within it.
pub(super) fn take(json: &Map<String, Json>, record: &mut Record, reading: &mut Reading<'_>) {
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
    tell_unknown_forms(json, id, line, reading);
    about(json, &mut entity);
    if record.source.series.is_some() && !entity.about.0.contains_key("last_seen") {
        record.seen(&mut entity.about);
    }
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

/// Tells what the collector says in a form in which it is not understood.
fn tell_unknown_forms(json: &Map<String, Json>, id: &str, line: u64, reading: &mut Reading<'_>) {
    let is_known = |name: &str, value: &Json| match name {
        "datasets" | "referents" => value.as_array().is_some_and(|items| items.iter().all(Json::is_string)),
        "target" => value.is_boolean(),
        "first_seen" | "last_seen" | "last_change" => value.as_str().is_some_and(|text| dates::read(text).is_some()),
        _ => true,
    };
    for (name, value) in json.iter().filter(|(name, value)| !value.is_null() && !is_known(name, value)) {
        reading.note("field of no known form", line, format!("{id}: {name}: {value}"));
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
