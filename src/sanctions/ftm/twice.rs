//! Entities of which a file tells in several lines, or within the lines of others, and not the same each time: they are one, as if all
//! stood in one line.
//!
//! The file is read once more for that. All that is kept of an entity then are two numbers, and what is said of those that differ.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{Hash, Hasher};

use serde_json::{Map, Value as Json};

use super::Fact;
use super::entities::{check, entity_of, facts_of, schema_of, within};
use super::schemata::Schema;
use crate::import::{ImportError, ImportFile, TextLines};

/// What all lines of a file say of entities, where these differ.
#[derive(Debug, Default)]
pub(super) struct Twice {
    by_id: HashMap<String, Whole>,
    /// The lines in which entities have a schema that does not go with the ones before, and what they are.
    pub misfits: Vec<(u64, String)>,
}

/// All that is said of one.
#[derive(Debug)]
pub(super) struct Whole {
    /// The one that is all that they are said to be; `None` where there is no such schema.
    pub schema: Option<&'static Schema>,
    pub facts: Vec<Fact>,
    pub caption: Option<String>,
    known: HashSet<(String, String)>,
}

/// Whoever is told of each entity, with its line and its id.
type Take<'t> = dyn FnMut(u64, &str, &Map<String, Json>) + 't;

impl Twice {
    pub(super) fn in_file(file: &ImportFile) -> Result<Self, ImportError> {
        let (mut marks, mut differing) = (HashMap::<u64, u64>::new(), HashSet::<u64>::new());
        each_entity(file, &mut |_, id, entity| {
            let (id, mark) = (hash(id), mark_of(entity));
            if *marks.entry(id).or_insert(mark) != mark {
                differing.insert(id);
            }
        })?;
        drop(marks);
        let mut twice = Self::default();
        if !differing.is_empty() {
            each_entity(file, &mut |line, id, entity| {
                if differing.contains(&hash(id)) {
                    twice.add(line, id, entity);
                }
            })?;
        }
        Ok(twice)
    }

    pub(super) fn whole(&self, id: &str) -> Option<&Whole> {
        self.by_id.get(id)
    }

    fn add(&mut self, line: u64, id: &str, entity: &Map<String, Json>) {
        let schema = schema_of(entity);
        let whole = self.by_id.entry(id.to_owned()).or_insert_with(|| Whole {
            schema: Some(schema),
            facts: Vec::new(),
            caption: None,
            known: HashSet::new(),
        });
        if let Some(known) = whole.schema {
            let (common, fits) = known.common(schema);
            whole.schema = fits.then_some(common);
            if !fits {
                self.misfits.push((line, format!("{id} is `{}` and `{}`", known.name, schema.name)));
            }
        }
        for fact in facts_of(entity, schema) {
            if whole.known.insert((fact.property.clone(), fact.value.clone())) {
                whole.facts.push(fact);
            }
        }
        if whole.caption.is_none() {
            whole.caption = entity.get("caption").and_then(Json::as_str).map(str::to_owned);
        }
    }
}

/// Passes on all entities of a file, with their lines, and behind each those within it. What is none is told elsewhere.
fn each_entity(file: &ImportFile, take: &mut Take<'_>) -> Result<(), ImportError> {
    let mut lines = TextLines::open(file)?;
    while let Some(line) = lines.read()? {
        if let Ok(entity) = line.content.and_then(|text| entity_of(&text)) {
            each_within(line.line, &entity, take);
        }
    }
    Ok(())
}

fn each_within(line: u64, entity: &Map<String, Json>, take: &mut Take<'_>) {
    if check(entity).is_err() {
        return;
    }
    take(line, entity.get("id").and_then(Json::as_str).unwrap_or_default(), entity);
    for (_, other) in within(entity) {
        each_within(line, other, take);
    }
}

/// A number that what differs has another one for; the order of values means nothing.
fn mark_of(entity: &Map<String, Json>) -> u64 {
    let facts: BTreeSet<(String, String)> =
        facts_of(entity, schema_of(entity)).into_iter().map(|fact| (fact.property, fact.value)).collect();
    hash(&(entity.get("schema").and_then(Json::as_str), facts))
}

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
