//! Entities as lines of JSON: `{"id": ..., "schema": ..., "properties": {...}}`, with or without what `OpenSanctions` adds, and with entities
//! nested where others have their ids.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::draw::draw;
use super::schemata::Schema;
use super::twice::Twice;
use super::{Entity, Fact};
use crate::Edtf;
use crate::format::json_from_str;
use crate::import::{ImportError, ImportFile, TextLines};
use crate::sanctions::editions::{Entry, Fields, ReadEdition};
use crate::sanctions::model::{Properties, Record, Source};
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
        let twice = Twice::in_file(file)?;
        for (line, what) in &twice.misfits {
            reading.note("schemata that do not fit", *line, what.as_str());
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
                    take(&entity, &twice, &mut record, reading);
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

/// `entities-2025-01-01` and `entities_20250101` as `entities`; what comes before the day may end in a number.
fn without_day(stem: &str) -> &str {
    let begins =
        |at: &usize| stem.is_char_boundary(*at) && !stem[..*at].ends_with(|letter: char| letter.is_ascii_digit());
    let day = (0..stem.len()).filter(begins).find(|at| is_day(&stem[*at..]));
    match day.map(|at| stem[..at].trim_end_matches(['-', '_', ' '])) {
        Some("") => "entities",
        name => name.unwrap_or(stem),
    }
}

/// A day or a month of our time, with the time of day or without it.
fn is_day(text: &str) -> bool {
    let numbers: Vec<&str> = text.split(['-', '_', 'T']).collect();
    let lengths: Vec<usize> = numbers.iter().map(|number| number.len()).collect();
    let is_form = match &lengths[..] {
        [4, 1 | 2, 1 | 2, time @ ..] | [8, time @ ..] => matches!(time, [] | [4 | 6]),
        [4, 2] | [6 | 14] => true,
        _ => false,
    };
    let digits: String = numbers.concat();
    let month: Option<u8> = digits.get(4..6).and_then(|month| month.parse().ok());
    let is_month =
        lengths[0] == 4 && lengths.get(1) == Some(&1) || month.is_some_and(|month| (1..=12).contains(&month));
    is_form
        && is_month
        && (digits.starts_with("19") || digits.starts_with("20"))
        && digits.bytes().all(|letter| letter.is_ascii_digit())
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

/// Draws an entity, and those within it. Each line draws its own facts; what they come to together is said by all.
pub(super) fn take(json: &Map<String, Json>, twice: &Twice, record: &mut Record, reading: &mut Reading<'_>) {
    let text = |key: &str| json.get(key).and_then(Json::as_str);
    let (Some(id), Some(name)) = (text("id"), text("schema")) else { return };
    let (line, own_schema) = (record.n, known_schema(name, id, record.n, reading));
    for key in json.keys().filter(|key| !FIELDS.contains(&key.as_str())) {
        reading.note("unknown field", line, format!("{id}: {key}"));
    }
    for (property, other) in within(json) {
        match check(other) {
            Ok(()) => take(other, twice, record, reading),
            Err(reason) => reading.note("nested entity that is none", line, format!("{id}: {property}: {reason}")),
        }
    }
    let facts = facts_of(json, own_schema);
    let whole = twice.whole(id);
    let (schema, all) = whole.map_or((own_schema, &facts), |whole| (whole.schema.unwrap_or(own_schema), &whole.facts));
    let name = if own_schema.name == name { schema.name } else { name };
    let mut entity = Entity::new(id.to_owned(), name.to_owned(), schema, all);
    let is_name = |caption: &&str| all.iter().any(|fact| fact.property == "name" && fact.value == *caption);
    let caption = whole.map_or(text("caption"), |whole| whole.caption.as_deref());
    if let Some(caption) = caption.filter(is_name) {
        entity.caption = Some(caption.to_owned());
    }
    tell_unknown_forms(json, id, line, reading);
    about(json, &mut entity);
    entity.said = said(&entity.about, record.source.published.as_ref());
    if record.source.series.is_some() && !entity.about.0.contains_key("last_seen") {
        record.seen_unless_said(&mut entity.about);
    }
    draw(&entity, &facts, record, reading);
}

/// Since when it has been seen, and until when, where that is behind the edition that has it.
fn said(about: &Properties, published: Option<&Edtf>) -> Properties {
    let is_behind = |last: &Edtf| published.is_some_and(|published| last.latest() > published.latest());
    Properties::new()
        .with("first_seen", about.day("first_seen"))
        .with("last_seen", about.day("last_seen").filter(is_behind))
}

pub(super) fn known_schema(name: &str, id: &str, line: u64, reading: &mut Reading<'_>) -> &'static Schema {
    Schema::of(name).unwrap_or_else(|| {
        reading.note("unknown schema", line, format!("{id}: {name}"));
        Schema::thing()
    })
}

/// What an entity is, as far as that is known.
pub(super) fn schema_of(json: &Map<String, Json>) -> &'static Schema {
    json.get("schema").and_then(Json::as_str).and_then(Schema::of).unwrap_or_else(Schema::thing)
}

/// Properties with their values.
fn values_of(json: &Map<String, Json>) -> impl Iterator<Item = (&String, &Json)> {
    let properties = json.get("properties").and_then(Json::as_object).into_iter().flatten();
    properties.flat_map(|(property, values)| {
        let values = values.as_array().map_or(std::slice::from_ref(values), Vec::as_slice);
        values.iter().map(move |value| (property, value))
    })
}

/// The entities within one, with the properties that hold them.
pub(super) fn within(json: &Map<String, Json>) -> impl Iterator<Item = (&String, &Map<String, Json>)> {
    values_of(json).filter_map(|(property, value)| Some((property, value.as_object()?)))
}

/// A text is a fact; of an entity within it is the id, where the property is none of the other side.
pub(super) fn facts_of(json: &Map<String, Json>, schema: &'static Schema) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (property, value) in values_of(json) {
        let value = match value {
            Json::String(text) => text.clone(),
            Json::Object(entity) if check(entity).is_ok() && schema.leads(property) => {
                entity.get("id").and_then(Json::as_str).unwrap_or_default().to_owned()
            }
            Json::Object(_) | Json::Null => continue,
            other => other.to_string(),
        };
        if !value.is_empty() {
            facts.push(Fact { property: property.clone(), value, citation: None });
        }
    }
    facts
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
    entity.about.1.extend(["target", "last_change"]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editions_of_one_list_have_one_name() {
        for (stem, name) in [
            ("entities-2025-01-01", "entities"),
            ("entities_20250101", "entities"),
            ("2025-01-01", "entities"),
            ("reg-2021-02", "reg"),
            ("list2-2021-02-03", "list2"),
            ("list-2-20210203120000", "list-2"),
            ("list_20210203T1200", "list"),
            ("list-99999999", "list-99999999"),
            ("list_202101", "list"),
            ("list-2021-1-5", "list"),
            ("un-1267-01", "un-1267-01"),
            ("list2", "list2"),
        ] {
            assert_eq!(without_day(stem), name, "{stem}");
        }
    }
}
