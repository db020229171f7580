//! `FollowTheMoney`: entities as lines of JSON, plain, as `OpenSanctions` writes them, or nested; statements, a line for each
//! fact; what has changed from one version to the next; and the flat export.
//!
//! All come to an [`Entity`] with facts, which `draw` puts in the words of the model: nodes, relationships for the schemata that
//! are edges, listings for sanctions.

mod delta;
mod draw;
mod entities;
mod export;
mod schemata;
mod simple;
mod statements;
mod twice;

use std::collections::{HashMap, HashSet};

use self::schemata::Schema;
use super::model::Properties;

pub(super) use self::delta::read as read_delta;
pub(super) use self::entities::{fields as entity_fields, read as read_entities};
pub use self::export::write_ftm;
pub(super) use self::simple::read as read_simple;
pub(super) use self::statements::{fields as statement_fields, read as read_statements};

/// One with more pairs of ends is a node that leads to them.
const MOST_PAIRS: usize = 10_000;

/// Properties of which the model makes one value, or one relationship of two: what it is follows from all of theirs, in whichever lines these stand.
const OF_ONE_VALUE: [&str; 13] = [
    "city",
    "date",
    "endDate",
    "entity",
    "full",
    "listingDate",
    "percentage",
    "periodEnd",
    "periodStart",
    "program",
    "recordId",
    "startDate",
    "street",
];

/// What is known of an entity beside its facts.
#[derive(Debug)]
struct Entity {
    id: String,
    schema: &'static Schema,
    /// As the source has it.
    schema_name: String,
    /// By which name it is called.
    caption: Option<String>,
    /// The ids at both ends, where it is an edge.
    sources: Vec<String>,
    targets: Vec<String>,
    /// All values of the properties of which one is made.
    whole: HashMap<&'static str, Vec<String>>,
    /// When it was seen, by whom.
    about: Properties,
    /// As far as the entity says it itself, and no edition.
    said: Properties,
    referents: Vec<String>,
}

/// One value of a property.
#[derive(Clone, Debug)]
struct Fact {
    property: String,
    value: String,
    /// What is said of the statement, where it is one.
    citation: Option<Properties>,
}

impl Entity {
    /// Of what is known about all facts together.
    fn new(id: String, schema_name: String, schema: &'static Schema, facts: &[Fact]) -> Self {
        let values = |property: &str| {
            let (mut known, facts) = (HashSet::new(), facts.iter().filter(|fact| fact.property == property));
            facts.filter(|fact| known.insert(&fact.value)).map(|fact| fact.value.clone()).collect::<Vec<String>>()
        };
        let (sources, targets) = match schema.edge() {
            Some((source, target)) => (values(source), values(target)),
            None => (Vec::new(), Vec::new()),
        };
        let caption = values("name").into_iter().next();
        let whole = OF_ONE_VALUE.map(|property| (property, values(property)));
        let whole = whole.into_iter().filter(|(_, values)| !values.is_empty()).collect();
        let (about, said, referents) = (Properties::new(), Properties::new(), Vec::new());
        Self { id, schema, schema_name, caption, sources, targets, whole, about, said, referents }
    }

    /// Whether it is drawn as relationships: one from each source to each target.
    fn is_edge(&self) -> bool {
        (1..=MOST_PAIRS).contains(&self.sources.len().saturating_mul(self.targets.len()))
    }
}
