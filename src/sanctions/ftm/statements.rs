//! Statements: a line for each value of a property of an entity in a data set, with when it was seen.
//!
//! They come as comma-separated values, with the names of the columns in the first line or, as old packs have them, without, or as lines of
//! JSON: a file is told by how it begins. Each data set in a file is an edition, of the last day on which it was seen.
//!
//! The file is read twice. The first time, all that is kept is which entity of a source is which one now, and what its schema is; the second
//! time, what stands together is drawn together. Entities whose lines do not stand together are held until the end.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::draw::draw;
use super::schemata::Schema;
use super::{Entity, Fact, entities};
use crate::Edtf;
use crate::format::json_from_str;
use crate::import::{self, CsvRecords, ImportError, ImportFile, TextLines};
use crate::sanctions::editions::{Entry, ReadEdition, rows};
use crate::sanctions::model::{Lists, Properties, Record, Source};
use crate::sanctions::reading::{Columns, Reading, Row, text_of};
use crate::sanctions::{ListFormat, dates};

/// Columns of lines of JSON,
const JSON_COLUMNS: [&str; 13] = [
    "canonical_id",
    "entity_id",
    "prop",
    "schema",
    "value",
    "dataset",
    "lang",
    "original_value",
    "first_seen",
    "last_seen",
    "external",
    "origin",
    "id",
];

/// and of packs that do not name them.
const OLD_PACK_COLUMNS: [&str; 10] = [
    "entity_id",
    "prop",
    "value",
    "dataset",
    "lang",
    "original_value",
    "target",
    "external",
    "first_seen",
    "last_seen",
];

/// How statements are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Named,
    OldPack,
    Json,
}

/// The rows of a file in any form.
enum Rows {
    Csv(CsvRecords),
    Json(TextLines),
}

/// A row with its place, or why it is none.
struct Found {
    line: u64,
    raw: Vec<u8>,
    fields: Result<Vec<String>, String>,
}

impl Form {
    fn of(file: &ImportFile) -> Result<(Self, Columns), ImportError> {
        let head = TextLines::open(file)?.read()?.map_or_else(Vec::new, |line| line.raw);
        if head.trim_ascii_start().first() == Some(&b'{') {
            return Ok((Form::Json, Columns::named(&JSON_COLUMNS)));
        }
        let columns = Columns::of(file)?;
        if columns.has(&["entity_id", "prop", "value"]) {
            columns.check(file)?;
            return Ok((Form::Named, columns));
        }
        let is_pack = columns.names().len() == OLD_PACK_COLUMNS.len()
            && columns.names().get(1).is_some_and(|property| property.contains(':'));
        if is_pack {
            return Ok((Form::OldPack, Columns::named(&OLD_PACK_COLUMNS)));
        }
        let message = "statements have the columns entity_id, prop and value at least".to_owned();
        Err(ImportError::Header { file: file.name().to_owned(), message })
    }

    fn open(self, file: &ImportFile) -> Result<Rows, ImportError> {
        Ok(match self {
            Form::Json => Rows::Json(TextLines::open(file)?),
            Form::OldPack => Rows::Csv(CsvRecords::open(file)?),
            Form::Named => {
                let mut records = CsvRecords::open(file)?;
                records.read()?;
                Rows::Csv(records)
            }
        })
    }
}

impl Rows {
    fn next(&mut self) -> Result<Option<Found>, ImportError> {
        Ok(match self {
            Rows::Csv(records) => records.read()?.map(|record| {
                let import::Record { line, raw, content, .. } = record;
                Found { line, raw, fields: content }
            }),
            Rows::Json(lines) => lines.read()?.map(|record| {
                let import::Record { line, raw, content, .. } = record;
                Found { line, raw, fields: content.and_then(|text| fields_of_json(&text)) }
            }),
        })
    }
}

/// The fields of a line of JSON, in the order of [`JSON_COLUMNS`].
fn fields_of_json(text: &str) -> Result<Vec<String>, String> {
    let json = json_from_str(text).map_err(|error| format!("this is no JSON: {error}"))?;
    let Json::Object(statement) = json else { return Err("this is no statement".to_owned()) };
    let text = |name: &&str| match statement.get(*name) {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    Ok(JSON_COLUMNS.iter().map(text).collect())
}

/// What the statements of a paragraph say of entities, as far as they were seen on a day.
pub(in crate::sanctions) fn fields(columns: &[Vec<String>], raw: &str, day: Option<&Edtf>) -> Vec<Entry> {
    let is_json = raw.starts_with('{');
    let rows = if is_json { raw.lines().filter_map(|line| fields_of_json(line).ok()).collect() } else { rows(raw) };
    let columns = match columns.first() {
        _ if is_json => Columns::named(&JSON_COLUMNS),
        Some(columns) => Columns::named(&columns.iter().map(String::as_str).collect::<Vec<_>>()),
        None => return Vec::new(),
    };
    let mut entries: Vec<Entry> = Vec::new();
    for fields in rows {
        let Ok(statement) = Statement::of(Row { file: Arc::default(), line: 0, raw: String::new(), fields }, &columns)
        else {
            continue;
        };
        if statement.is_external || statement.property == "id" || !statement.was_seen(&columns, day) {
            continue;
        }
        let index = entries.iter().position(|entry| entry.id == statement.canonical_id).unwrap_or_else(|| {
            entries.push(Entry { id: statement.canonical_id.clone(), ..Entry::default() });
            entries.len() - 1
        });
        if statement.property == "name" && entries[index].name.is_empty() {
            entries[index].name.clone_from(&statement.value);
        }
        entries[index].fields.add(&statement.property, &statement.value);
    }
    entries
}

/// What is known of all entities before any is drawn.
#[derive(Default)]
struct Whole {
    /// The last day on which anything was seen, of each data set.
    last_seen: BTreeMap<String, Edtf>,
    /// Where they differ.
    canonical: HashMap<String, String>,
    schemata: HashMap<String, Kind>,
    /// Those whose lines do not stand together.
    scattered: HashSet<String>,
}

#[derive(Clone, Copy)]
struct Kind {
    schema: &'static Schema,
    fits: bool,
}

/// One line.
struct Statement {
    row: Row,
    canonical_id: String,
    entity_id: String,
    schema: String,
    property: String,
    value: String,
    dataset: String,
    first_seen: Option<Edtf>,
    is_external: bool,
}

pub(in crate::sanctions) fn read(files: &[ImportFile], reading: &mut Reading<'_>) -> Result<(), ImportError> {
    for file in files {
        let (form, columns) = Form::of(file)?;
        let whole = Whole::read(file, form, &columns)?;
        for (dataset, day) in &whole.last_seen {
            let edition = ReadEdition::new(&edition_of(dataset, day, file), ListFormat::FtmStatements);
            reading.begin_edition(ReadEdition { columns: vec![columns.names().join(",")], ..edition });
        }
        if let Some(day) = reading.edition_of(std::slice::from_ref(file)).filter(|_| whole.last_seen.is_empty()) {
            let edition = ReadEdition::new(&edition_of(name_of(""), &day, file), ListFormat::FtmStatements);
            reading.begin_edition(ReadEdition { columns: vec![columns.names().join(",")], ..edition });
        }
        whole.draw(file, form, &columns, reading)?;
    }
    Ok(())
}

fn edition_of(dataset: &str, day: &Edtf, file: &ImportFile) -> Source {
    Source::edition(dataset, dataset, file, Some(day.clone()))
}

impl Statement {
    fn of(row: Row, columns: &Columns) -> Result<Self, String> {
        let get = |name: &str| columns.get(&row, name).to_owned();
        let (entity_id, mut property, mut schema) = (get("entity_id"), get("prop"), get("schema"));
        // In packs, the schema stands before the property.
        if let Some((of, name)) = property.clone().split_once(':') {
            (schema, property) = (of.to_owned(), name.to_owned());
        }
        for (name, text) in [("entity_id", &entity_id), ("prop", &property), ("schema", &schema)] {
            if text.is_empty() {
                return Err(format!("the {name} is missing"));
            }
        }
        let canonical = get("canonical_id");
        Ok(Self {
            canonical_id: if canonical.is_empty() { entity_id.clone() } else { canonical },
            entity_id,
            schema,
            property,
            value: get("value"),
            dataset: get("dataset"),
            first_seen: dates::read(columns.get(&row, "first_seen")),
            is_external: matches!(columns.get(&row, "external"), "t" | "true" | "True" | "1"),
            row,
        })
    }

    /// Whether it was there on a day.
    fn was_seen(&self, columns: &Columns, day: Option<&Edtf>) -> bool {
        let Some(day) = day else { return true };
        let last = dates::read(columns.get(&self.row, "last_seen"));
        self.first_seen.as_ref().is_none_or(|first| first.earliest() <= day.latest())
            && last.is_none_or(|last| last.latest() >= day.earliest())
    }

    /// As a fact with its citation; what leads to an entity leads to the one that it is now.
    fn fact(&self, columns: &Columns, kind: Kind, whole: &Whole) -> Fact {
        let get = |name: &str| columns.get(&self.row, name);
        let mut citation = Properties::new().with("prop", self.property.as_str()).with("value", self.value.as_str());
        for name in ["lang", "original_value", "origin", "dataset"] {
            citation.set(name, get(name));
        }
        for name in ["first_seen", "last_seen"] {
            citation.set(name, dates::read(get(name)));
        }
        citation.set("statement", get("id"));
        citation.set("entity_id", self.entity_id.as_str());
        let leads = kind.schema.leads(&self.property);
        let value = whole.canonical.get(&self.value).filter(|_| leads).unwrap_or(&self.value);
        Fact { property: self.property.clone(), value: value.clone(), citation: Some(citation) }
    }
}

impl Whole {
    fn read(file: &ImportFile, form: Form, columns: &Columns) -> Result<Self, ImportError> {
        let (mut whole, mut last) = (Self::default(), String::new());
        let mut rows = form.open(file)?;
        while let Some(found) = rows.next()? {
            let Ok(fields) = found.fields else { continue };
            let row = Row { file: Arc::default(), line: found.line, raw: String::new(), fields };
            let Ok(statement) = Statement::of(row, columns) else { continue };
            if statement.is_external {
                continue;
            }
            whole.take_day(&statement, columns);
            let Statement { canonical_id, entity_id, schema, .. } = statement;
            if canonical_id != last && whole.schemata.contains_key(&canonical_id) {
                whole.scattered.insert(canonical_id.clone());
            }
            let new = Schema::of(&schema).unwrap_or_else(Schema::thing);
            let kind = whole.schemata.entry(canonical_id.clone()).or_insert(Kind { schema: new, fits: true });
            let (schema, fits) = kind.schema.common(new);
            *kind = Kind { schema, fits: kind.fits && fits };
            if entity_id != canonical_id {
                whole.canonical.insert(entity_id, canonical_id.clone());
            }
            last = canonical_id;
        }
        Ok(whole)
    }

    /// A day that cannot be read, or is missing, makes no edition.
    fn take_day(&mut self, statement: &Statement, columns: &Columns) {
        let Some(day) = dates::read(columns.get(&statement.row, "last_seen")) else { return };
        let dataset = name_of(&statement.dataset);
        match self.last_seen.get_mut(dataset) {
            Some(last) => *last = dates::later(last, &day),
            None => drop(self.last_seen.insert(dataset.to_owned(), day)),
        }
    }

    fn draw(
        &self,
        file: &ImportFile,
        form: Form,
        columns: &Columns,
        reading: &mut Reading<'_>,
    ) -> Result<(), ImportError> {
        let (mut together, mut apart): (Vec<Statement>, HashMap<String, Vec<Statement>>) = Default::default();
        let mut rows = form.open(file)?;
        reading.begin_file(file);
        while let Some(found) = rows.next()? {
            reading.count_row();
            let raw = text_of(&found.raw);
            let row = found.fields.map(|fields| Row { file: Arc::default(), line: found.line, raw, fields });
            let row = row.and_then(|row| columns.fit(&row).map_or(Ok(row), Err));
            let statement = match row.and_then(|row| Statement::of(row, columns)) {
                Ok(statement) => statement,
                Err(reason) => {
                    reading.pass_over(found.line, &found.raw, "record", &reason)?;
                    continue;
                }
            };
            if statement.is_external {
                let what = format!("{}: {}", statement.canonical_id, statement.property);
                reading.note("external statement, left out", statement.row.line, what);
                continue;
            }
            for text in ["first_seen", "last_seen"].map(|name| columns.get(&statement.row, name)) {
                if !text.is_empty() && dates::read(text).is_none() {
                    let what = format!("{}: {text}", statement.canonical_id);
                    reading.note("date of no known form", statement.row.line, what);
                }
            }
            if self.scattered.contains(&statement.canonical_id) {
                apart.entry(statement.canonical_id.clone()).or_default().push(statement);
                continue;
            }
            if together.first().is_some_and(|first| first.canonical_id != statement.canonical_id) {
                self.put(&std::mem::take(&mut together), file, columns, reading)?;
            }
            together.push(statement);
        }
        self.put(&together, file, columns, reading)?;
        let mut apart: Vec<(String, Vec<Statement>)> = apart.into_iter().collect();
        apart.sort_by(|one, other| one.0.cmp(&other.0));
        apart.iter().try_for_each(|(_, statements)| self.put(statements, file, columns, reading))
    }

    /// All statements of one entity: a record for each source and day.
    fn put(
        &self,
        statements: &[Statement],
        file: &ImportFile,
        columns: &Columns,
        reading: &mut Reading<'_>,
    ) -> Result<(), ImportError> {
        let Some(first) = statements.first() else { return Ok(()) };
        let datasets: BTreeSet<&str> = statements.iter().map(|statement| name_of(&statement.dataset)).collect();
        for (dataset, day) in datasets.into_iter().filter_map(|name| self.last_seen.get_key_value(name)) {
            if let Some(edition) = reading.edition_mut(&edition_of(dataset, day, file).id) {
                edition.entries += 1;
            }
        }
        let kind = self.schemata[&first.canonical_id];
        let line = first.row.line;
        if !kind.fits {
            let what = format!("{} is `{}` as far as all agree", first.canonical_id, kind.schema.name);
            reading.note("schemata that do not fit", line, what);
        }
        let known = statements.iter().find(|statement| Schema::of(&statement.schema).is_none());
        let name = match known {
            Some(unknown) => {
                entities::known_schema(&unknown.schema, &first.canonical_id, line, reading);
                unknown.schema.clone()
            }
            None => kind.schema.name.to_owned(),
        };
        let facts: Vec<Fact> = statements.iter().map(|statement| statement.fact(columns, kind, self)).collect();
        let mut entity = Entity::new(first.canonical_id.clone(), name, kind.schema, &facts);
        about(statements, columns, &mut entity);
        for (source, indexes) in by_source(statements, file) {
            let own: Vec<Fact> = indexes.iter().map(|index| facts[*index].clone()).collect();
            let head = &statements[indexes[0]];
            let raw: Vec<&str> = indexes.iter().map(|index| statements[*index].row.raw.as_str()).collect();
            let id = match columns.get(&head.row, "id") {
                "" => head.row.line.to_string(),
                id => id.to_owned(),
            };
            let mut record = Record::new(&source, id, head.row.line, raw.join("\n"));
            draw(&entity, &own, &mut record, reading);
            reading.put(record)?;
        }
        Ok(())
    }
}

/// Of what names no data set, the one that it is in.
fn name_of(dataset: &str) -> &str {
    if dataset.is_empty() { "statements" } else { dataset }
}

/// Statements were known when they were first seen, so each day of a data set is a source.
fn by_source(statements: &[Statement], file: &ImportFile) -> Vec<(Source, Vec<usize>)> {
    let mut groups: Vec<(Source, Vec<usize>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (index, statement) in statements.iter().enumerate() {
        let dataset = name_of(&statement.dataset);
        let source = Source::edition(dataset, dataset, file, statement.first_seen.clone());
        if let Some(group) = known.get(&source.id) {
            groups[*group].1.push(index);
        } else {
            known.insert(source.id.clone(), groups.len());
            groups.push((source, vec![index]));
        }
    }
    groups
}

fn about(statements: &[Statement], columns: &Columns, entity: &mut Entity) {
    let (mut lists, mut known) = (Lists::default(), HashSet::new());
    for statement in statements {
        if statement.entity_id != entity.id && known.insert(&statement.entity_id) {
            entity.referents.push(statement.entity_id.clone());
            lists.push("referents", statement.entity_id.as_str());
        }
        lists.push("datasets", statement.dataset.as_str());
    }
    entity.about = lists.into_properties(std::mem::take(&mut entity.about));
    let seen = |name: &str, choose: fn(&Edtf, &Edtf) -> Edtf| {
        let days = statements.iter().filter_map(|statement| dates::read(columns.get(&statement.row, name)));
        days.reduce(|known, day| choose(&known, &day))
    };
    entity.about.set("first_seen", seen("first_seen", dates::earlier));
    entity.about.set("last_seen", seen("last_seen", dates::later));
}
