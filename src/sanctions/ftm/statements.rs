//! Statements: a line for each value of a property of an entity in a data set, with when it was seen.
//!
//! The file is read twice. The first time, all that is kept is which entity of a source is which one now, and what its schema is; the second
//! time, what stands together is drawn together. Entities whose lines do not stand together are held until the end.

use std::collections::{HashMap, HashSet};

use super::draw::draw;
use super::schemata::Schema;
use super::{Entity, Fact, entities};
use crate::Edtf;
use crate::import::{CsvRecords, ImportError, ImportFile};
use crate::sanctions::dates;
use crate::sanctions::model::{Lists, Properties, Record, Source};
use crate::sanctions::reading::{Columns, Reading, Row};

/// What is known of all entities before any is drawn.
#[derive(Default)]
struct Whole {
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
        let columns = Columns::of(file)?;
        if !columns.has(&["entity_id", "prop", "value"]) {
            let message = "statements have the columns entity_id, prop and value at least".to_owned();
            return Err(ImportError::Header { file: file.name().to_owned(), message });
        }
        let whole = Whole::read(file, &columns)?;
        whole.draw(file, &columns, reading)?;
    }
    Ok(())
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
    fn read(file: &ImportFile, columns: &Columns) -> Result<Self, ImportError> {
        let (mut whole, mut last) = (Self::default(), String::new());
        let mut records = CsvRecords::open(file)?;
        while let Some(record) = records.read()? {
            let Ok(fields) = record.content else { continue };
            let row = Row { line: record.line, raw: String::new(), fields };
            let Ok(statement) = Statement::of(row, columns) else { continue };
            if statement.entity_id == "entity_id" || statement.is_external {
                continue;
            }
            let Statement { canonical_id, entity_id, schema, .. } = statement;
            if canonical_id != last && whole.schemata.contains_key(&canonical_id) {
                whole.scattered.insert(canonical_id.clone());
            }
            let new = Schema::of(&schema).or_else(|| Schema::of("Thing")).expect("the model has it");
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

    fn draw(&self, file: &ImportFile, columns: &Columns, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        let (mut together, mut apart): (Vec<Statement>, HashMap<String, Vec<Statement>>) = Default::default();
        reading.rows_of(file, columns, |reading, row| {
            let statement = match Statement::of(row, columns) {
                Ok(statement) => statement,
                Err(reason) => return Ok(Some(reason)),
            };
            if statement.is_external {
                let what = format!("{}: {}", statement.canonical_id, statement.property);
                reading.note("external statement, left out", statement.row.line, what);
                return Ok(None);
            }
            if self.scattered.contains(&statement.canonical_id) {
                apart.entry(statement.canonical_id.clone()).or_default().push(statement);
                return Ok(None);
            }
            if together.first().is_some_and(|first| first.canonical_id != statement.canonical_id) {
                self.put(&std::mem::take(&mut together), file, columns, reading)?;
            }
            together.push(statement);
            Ok(None)
        })?;
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

/// Statements were known when they were first seen, so each day of a data set is a source.
fn by_source(statements: &[Statement], file: &ImportFile) -> Vec<(Source, Vec<usize>)> {
    let mut groups: Vec<(Source, Vec<usize>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (index, statement) in statements.iter().enumerate() {
        let dataset = if statement.dataset.is_empty() { "statements" } else { &statement.dataset };
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
