//! Indexes and constraints as lines of a graph: in the words in which `SHOW INDEXES` and `SHOW CONSTRAINTS` list them.

use serde_json::{Map, Value as Json, json};

use super::parse::refuse_unknown;
use crate::editing::escaped_name;
use crate::{Error, Rows};

/// An index or a constraint.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    kind: Kind,
    entity: Entity,
    name: String,
    /// The label or type; `None` for an index of the names of all nodes.
    on: Option<String>,
    properties: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Index,
    Names,
    Unique,
    NotNull,
    Key,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entity {
    Node,
    Relationship,
}

/// All indexes and constraints, without the index that a constraint brings with it.
pub(super) fn rules(mut ask: impl FnMut(&str) -> Result<Rows, Error>) -> Result<Vec<Rule>, Error> {
    type Index = (String, String, Option<String>, Vec<String>, String);
    type Constraint = (String, String, String, String, Vec<String>);
    let indexes = ask("SHOW INDEXES YIELD name, entity, on, properties, kind")?.into_vec::<Index>()?;
    let constraints = ask("SHOW CONSTRAINTS YIELD name, kind, entity, on, properties")?.into_vec::<Constraint>()?;
    let is_free = |name: &str| constraints.iter().all(|constraint| constraint.0 != name);
    let free = indexes.into_iter().filter(|index| is_free(&index.0));
    let mut rules: Vec<Rule> = free
        .filter_map(|(name, entity, on, keys, kind)| Rule::listed(Kind::of_index(&kind)?, name, &entity, on, keys))
        .collect();
    rules.extend(constraints.into_iter().filter_map(|(name, kind, entity, on, keys)| {
        Kind::of_constraint(&kind).and_then(|kind| Rule::listed(kind, name, &entity, Some(on), keys))
    }));
    Ok(rules)
}

impl Kind {
    /// As `SHOW CONSTRAINTS` says it.
    fn of_constraint(name: &str) -> Option<Self> {
        [Kind::Unique, Kind::NotNull, Kind::Key].into_iter().find(|kind| kind.name() == Some(name))
    }

    /// As `SHOW INDEXES` says it.
    fn of_index(name: &str) -> Option<Self> {
        [("RANGE", Kind::Index), ("NAME", Kind::Names)].into_iter().find(|kind| kind.0 == name).map(|kind| kind.1)
    }

    const fn is_index(self) -> bool {
        matches!(self, Kind::Index | Kind::Names)
    }

    /// What an index of the usual kind need not say.
    fn name(self) -> Option<&'static str> {
        match self {
            Kind::Index => None,
            Kind::Names => Some("NAME"),
            Kind::Unique => Some("UNIQUE"),
            Kind::NotNull => Some("NOT NULL"),
            Kind::Key => Some("KEY"),
        }
    }
}

impl Entity {
    fn of(name: &str) -> Option<Self> {
        [Entity::Node, Entity::Relationship].into_iter().find(|entity| entity.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Entity::Node => "NODE",
            Entity::Relationship => "RELATIONSHIP",
        }
    }
}

impl Rule {
    fn listed(kind: Kind, name: String, entity: &str, on: Option<String>, properties: Vec<String>) -> Option<Self> {
        Entity::of(entity).map(|entity| Self { kind, entity, name, on, properties })
    }

    /// Whether this is, whatever its name, all that the other one asks for: what is unique has an index.
    pub(super) fn does_for(&self, other: &Rule) -> bool {
        let has_index = matches!(self.kind, Kind::Unique | Kind::Key);
        let is_kind = self.kind == other.kind || (has_index && other.kind == Kind::Index);
        is_kind && (self.entity, &self.on, &self.properties) == (other.entity, &other.on, &other.properties)
    }

    pub(super) fn to_json(&self) -> Json {
        let mut object = json!({
            "$type": if self.kind.is_index() { "index" } else { "constraint" },
            "name": self.name,
            "entity": self.entity.name(),
            "properties": self.properties,
        });
        if let Some(on) = &self.on {
            object["on"] = json!(on);
        }
        if let Some(kind) = self.kind.name() {
            object["kind"] = json!(kind);
        }
        object
    }

    /// The statement that makes it.
    pub(super) fn statement(&self) -> String {
        let name = escaped_name(&self.name);
        let of = self.on.as_ref().map_or_else(String::new, |on| format!(":{}", escaped_name(on)));
        let pattern = match self.entity {
            Entity::Node => format!("(x{of})"),
            Entity::Relationship => format!("()-[x{of}]-()"),
        };
        let keys: Vec<String> = self.properties.iter().map(|key| format!("x.{}", escaped_name(key))).collect();
        let keys = keys.join(", ");
        match self.kind.name() {
            Some("NAME") => format!("CREATE NAME INDEX {name} FOR {pattern} ON EACH [{keys}]"),
            None => format!("CREATE INDEX {name} FOR {pattern} ON ({keys})"),
            Some(kind) => format!("CREATE CONSTRAINT {name} FOR {pattern} REQUIRE ({keys}) IS {kind}"),
        }
    }
}

pub(super) fn index(object: &Map<String, Json>) -> Result<Rule, String> {
    refuse_unknown(object, "an index", &["$type", "kind", "name", "entity", "on", "properties"])?;
    let kind = match object.get("kind") {
        None => Kind::Index,
        Some(_) => Kind::of_index(text(object, "kind")?).ok_or("`kind` must be `NAME` or `RANGE`")?,
    };
    rule(object, kind)
}

pub(super) fn constraint(object: &Map<String, Json>) -> Result<Rule, String> {
    refuse_unknown(object, "a constraint", &["$type", "name", "kind", "entity", "on", "properties"])?;
    let kind = Kind::of_constraint(text(object, "kind")?).ok_or("`kind` must be `UNIQUE`, `NOT NULL` or `KEY`")?;
    rule(object, kind)
}

fn rule(object: &Map<String, Json>, kind: Kind) -> Result<Rule, String> {
    let properties = object.get("properties").cloned().unwrap_or_default();
    let entity = Entity::of(text(object, "entity")?).ok_or("`entity` must be `NODE` or `RELATIONSHIP`")?;
    let is_of_all = kind == Kind::Names && entity == Entity::Node && !object.contains_key("on");
    Ok(Rule {
        kind,
        entity,
        name: text(object, "name")?.to_owned(),
        on: if is_of_all { None } else { Some(text(object, "on")?.to_owned()) },
        properties: match serde_json::from_value::<Vec<String>>(properties) {
            Ok(keys) if !keys.is_empty() => keys,
            _ => return Err("`properties` must be a list of property keys".to_owned()),
        },
    })
}

fn text<'o>(object: &'o Map<String, Json>, member: &str) -> Result<&'o str, String> {
    match object.get(member) {
        Some(Json::String(text)) if !text.is_empty() => Ok(text),
        _ => Err(format!("`{member}` must be a text")),
    }
}
