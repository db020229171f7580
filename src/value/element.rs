//! Nodes, relationships and paths as values.
//!
//! While a query runs, an element is no more than its id; the graph is asked for the rest. Before a row is handed
//! out, each element in it is filled with what the graph said at the end of the statement.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::{Name, Value};

/// The id of a node or a relationship: both draw from one counter, an id is never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId(pub u64);

impl fmt::Display for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A node; equal to another one if the ids are.
///
/// # Example: labels and properties
///
/// ```
/// use averment::{Database, Node};
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// let node: Node = db.query("CREATE (c:Listed:Company {name: 'SenseTime'}) RETURN c", ())?.single()?;
/// assert_eq!(node.labels().iter().map(|label| label.as_str()).collect::<Vec<_>>(), ["Company", "Listed"]);
/// assert_eq!(node.properties()["name"].to_string(), "SenseTime");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Node {
    id: ElementId,
    record: Option<Arc<NodeRecord>>,
}

/// A relationship, asserted or quoted; equal to another one if the ids are.
///
/// # Example: what is only claimed
///
/// ```
/// use averment::{Database, Relationship};
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// db.query("CREATE (:Statement)-[:DENIES]->[(:State)-[:DETAINS]->(:Community)]", ())?;
/// let claim: Relationship = db.query("MATCH ()-[:DENIES]->[r] RETURN r", ())?.single()?;
/// assert_eq!((claim.rel_type(), claim.is_asserted()), ("DETAINS", false));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Relationship {
    id: ElementId,
    record: Option<Arc<RelationshipRecord>>,
}

/// What the graph says of a node.
#[derive(Clone, Debug, Default)]
pub(crate) struct NodeRecord {
    /// In alphabetical order.
    pub labels: Vec<Name>,
    pub properties: BTreeMap<Name, Value>,
    /// The keys under which people look for its name, the best first.
    pub names: Arc<[Name]>,
}

/// What the graph says of a relationship.
#[derive(Clone, Debug)]
pub(crate) struct RelationshipRecord {
    pub rel_type: Name,
    /// Bare.
    pub start: Element,
    pub end: Element,
    pub asserted: bool,
    pub properties: BTreeMap<Name, Value>,
}

/// A node, or a relationship that stands where a node could: an end of a relationship, a member of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// A node.
    Node(Node),
    /// A relationship at which others point.
    Relationship(Relationship),
}

/// A walk through the graph: one more element than relationships, each relationship between its neighbours.
///
/// # Example: a walk of two hops
///
/// ```
/// use std::sync::Arc;
/// use averment::{Database, Path};
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// let path: Arc<Path> = db.query("CREATE p = ()-[:OWNS]->()<-[:OWNS]-() RETURN p", ())?.single()?;
/// assert_eq!((path.elements.len(), path.relationships.len()), (3, 2));
/// assert_eq!(path.relationships[1].end(), Some(path.elements[1].id()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// The elements passed, in order; a relationship stands here where the pattern had a bracket.
    pub elements: Vec<Element>,
    /// The relationships travelled, in order.
    pub relationships: Vec<Relationship>,
}

/// Longer names are sentences.
const LONGEST_NAME: usize = 40;

/// Nodes without a name are written with their properties if that is not longer.
const LONGEST_NODE: usize = 80;

impl Node {
    pub(crate) fn bare(id: ElementId) -> Self {
        Self { id, record: None }
    }

    pub(crate) fn filled(id: ElementId, record: Arc<NodeRecord>) -> Self {
        Self { id, record: Some(record) }
    }

    pub(super) fn record(&self) -> Option<&Arc<NodeRecord>> {
        self.record.as_ref()
    }

    /// The id, stable for the life of the database.
    pub fn id(&self) -> ElementId {
        self.id
    }

    /// The labels, in alphabetical order.
    pub fn labels(&self) -> &[Name] {
        self.record.as_ref().map_or(&[], |record| &record.labels)
    }

    /// The properties, by key.
    pub fn properties(&self) -> &BTreeMap<Name, Value> {
        self.record.as_ref().map_or(&NO_PROPERTIES, |record| &record.properties)
    }

    /// All of it as text, if that is not too long for a line of others.
    pub(crate) fn in_full(&self) -> Option<String> {
        Some(self.to_string()).filter(|whole| whole.chars().count() <= LONGEST_NODE)
    }

    /// What people know the node by, as far as it has it, each with its key: the best first.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&Name, &Value)> {
        let keys = self.record.iter().flat_map(|record| record.names.iter());
        keys.filter_map(|key| Some((key, self.properties().get(key)?)))
    }

    /// The best of its names that is no sentence, or else the best.
    pub(crate) fn short_name(&self) -> Option<(&Name, &Value)> {
        let is_short = |name: &Value| name.to_string().chars().nth(LONGEST_NAME).is_none();
        self.names().find(|(_, name)| is_short(name)).or_else(|| self.names().next())
    }
}

impl Relationship {
    pub(crate) fn bare(id: ElementId) -> Self {
        Self { id, record: None }
    }

    pub(crate) fn filled(id: ElementId, record: Arc<RelationshipRecord>) -> Self {
        Self { id, record: Some(record) }
    }

    pub(super) fn record(&self) -> Option<&Arc<RelationshipRecord>> {
        self.record.as_ref()
    }

    /// The id, stable for the life of the database.
    pub fn id(&self) -> ElementId {
        self.id
    }

    /// The type; empty for a relationship that was deleted in the same statement.
    pub fn rel_type(&self) -> &str {
        self.record.as_ref().map_or("", |record| &record.rel_type)
    }

    /// The id of the node or relationship where it starts.
    pub fn start(&self) -> Option<ElementId> {
        self.start_element().map(Element::id)
    }

    /// The id of the node or relationship where it ends.
    pub fn end(&self) -> Option<ElementId> {
        self.end_element().map(Element::id)
    }

    /// Where it starts: a node, or a relationship that it is about; with its id and nothing else.
    pub fn start_element(&self) -> Option<&Element> {
        self.record.as_ref().map(|record| &record.start)
    }

    /// Where it ends: a node, or a relationship that it is about; with its id and nothing else.
    pub fn end_element(&self) -> Option<&Element> {
        self.record.as_ref().map(|record| &record.end)
    }

    /// Whether the graph says it, rather than somebody.
    pub fn is_asserted(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.asserted)
    }

    /// The properties, by key.
    pub fn properties(&self) -> &BTreeMap<Name, Value> {
        self.record.as_ref().map_or(&NO_PROPERTIES, |record| &record.properties)
    }
}

impl Element {
    /// The id, stable for the life of the database.
    pub fn id(&self) -> ElementId {
        match self {
            Element::Node(node) => node.id,
            Element::Relationship(rel) => rel.id,
        }
    }
}

static NO_PROPERTIES: BTreeMap<Name, Value> = BTreeMap::new();

macro_rules! compared_by_id {
    ($type:ty) => {
        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.id == other.id
            }
        }

        impl Eq for $type {}

        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $type {
            fn cmp(&self, other: &Self) -> Ordering {
                self.id.cmp(&other.id)
            }
        }

        impl Hash for $type {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.id.hash(state);
            }
        }
    };
}

compared_by_id!(Node);
compared_by_id!(Relationship);
