//! Graphs as `GraphML`, in the words in which Neo4j, `NetworkX`, igraph, Gephi and yEd read it.
//!
//! ```text
//! <key id="labels" for="node" attr.name="labels" attr.type="string" averment.role="labels"/>
//! <key id="d0" for="node" attr.name="born" attr.type="string" averment.type="date"/>
//! <node id="1" labels=":Person"><data key="labels">:Person</data><data key="d0">1912-06-23</data></node>
//! <edge id="3" source="1" target="2" label="OWNS"><data key="label">OWNS</data><data key="state">quoted</data></edge>
//! <node id="r3" labels=":OWNS"><data key="stands_for">3</data></node>
//! ```
//!
//! What `GraphML` has no type for is a text, with its type beside the key (`averment.type`, which others pass over). Edges join
//! nodes alone: a relationship at which others point has a node behind it that stands for it.

use std::collections::BTreeMap;
use std::io::Write;

use super::kind::{Kind, Scalar};
use super::xml::{escaped, key_name};
use super::{ExportReport, each, finish, stand_in, stand_in_of};
use crate::format::GraphError;
use crate::{Element, Name, Node, ReadTransaction, Relationship, Value};

/// The attribute of a key that tells the type of its values,
pub(in crate::format) const TYPE: &str = "averment.type";

/// and that of a key whose values are no properties.
pub(in crate::format) const ROLE: &str = "averment.role";

/// What the values of such a key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum Role {
    Labels,
    Type,
    State,
    /// The id of the relationship for which a node stands.
    StandsFor,
}

impl Role {
    pub(in crate::format) const ALL: [Role; 4] = [Role::Labels, Role::Type, Role::State, Role::StandsFor];

    pub(in crate::format) const fn name(self) -> &'static str {
        match self {
            Role::Labels => "labels",
            Role::Type => "label",
            Role::State => "state",
            Role::StandsFor => "stands_for",
        }
    }

    const fn is_of_nodes(self) -> bool {
        matches!(self, Role::Labels | Role::StandsFor)
    }
}

/// Which elements have a key, its name, and the kind of its values.
type Key = (bool, Name, Kind);

/// Writes all nodes and relationships as `GraphML`.
///
/// The elements are gone through twice, since keys come first; nothing is kept of them. Quoted relationships are edges with
/// `quoted` for their `state`, and other programs take them for edges as any other.
///
/// ```
/// use averment::{Database, format::write_graphml};
/// # fn main() -> Result<(), averment::format::GraphError> {
/// let db = Database::from_script("CREATE (:Company {name: 'A & B'})")?;
/// let mut out = Vec::new();
/// let report = write_graphml(&db.read(), &mut out)?;
/// assert!(String::from_utf8_lossy(&out).contains(r#"<node id="1" labels=":Company">"#));
/// assert!(String::from_utf8_lossy(&out).contains("A &amp; B</data></node>"));
/// assert_eq!(report.to_string(), "1 commits, 1 ids");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`GraphError::Io`] if `out` fails.
pub fn write_graphml(from: &ReadTransaction, out: &mut impl Write) -> Result<ExportReport, GraphError> {
    let mut report = ExportReport::default();
    report.lose_history(from)?;
    let mut writing = Writing { from, out, report, keys: keys_of(from)? };
    writing.head()?;
    each(from, |element, _| writing.element(element))?;
    writeln!(writing.out, "</graph>\n</graphml>")?;
    writing.report.lose_ids();
    finish(writing.out, writing.report)
}

/// The keys by their numbers.
fn keys_of(from: &ReadTransaction) -> Result<BTreeMap<Key, usize>, GraphError> {
    let mut keys = BTreeMap::new();
    each(from, |element, _| {
        let (is_node, properties) = match element {
            Element::Node(node) => (true, node.properties()),
            Element::Relationship(rel) => (false, rel.properties()),
        };
        for (name, value) in properties {
            keys.entry((is_node, name.clone(), Kind::of(value))).or_insert(0);
        }
        Ok(())
    })?;
    (0..).zip(keys.values_mut()).for_each(|(number, place)| *place = number);
    Ok(keys)
}

struct Writing<'o, W> {
    from: &'o ReadTransaction,
    out: &'o mut W,
    report: ExportReport,
    keys: BTreeMap<Key, usize>,
}

impl<W: Write> Writing<'_, W> {
    fn head(&mut self) -> Result<(), GraphError> {
        writeln!(self.out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(self.out, "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">")?;
        for role in Role::ALL {
            let (name, of) = (role.name(), if role.is_of_nodes() { "node" } else { "edge" });
            let of_key = format!("id=\"{name}\" for=\"{of}\" attr.name=\"{name}\" attr.type=\"string\"");
            writeln!(self.out, "<key {of_key} {ROLE}=\"{name}\"/>")?;
        }
        for ((is_node, name, kind), number) in &self.keys {
            let of = if *is_node { "node" } else { "edge" };
            let (name, told) = (key_name(name, *number, &mut self.report), told(*kind));
            writeln!(self.out, "<key id=\"d{number}\" for=\"{of}\" attr.name=\"{name}\" {told}/>")?;
        }
        writeln!(self.out, "<graph id=\"G\" edgedefault=\"directed\">")?;
        Ok(())
    }

    fn element(&mut self, element: &Element) -> Result<(), GraphError> {
        self.report.count(element);
        match element {
            Element::Node(node) => self.node(node),
            Element::Relationship(rel) => self.rel(rel),
        }
    }

    fn node(&mut self, node: &Node) -> Result<(), GraphError> {
        let labels = escaped(&labels_text(node.labels()), &mut self.report);
        write!(self.out, "<node id=\"{}\"", node.id())?;
        if node.labels().is_empty() {
            write!(self.out, ">")?;
        } else {
            write!(self.out, " labels=\"{labels}\"><data key=\"labels\">{labels}</data>")?;
        }
        self.properties(true, node.properties())?;
        writeln!(self.out, "</node>")?;
        Ok(())
    }

    fn rel(&mut self, rel: &Relationship) -> Result<(), GraphError> {
        let rel_type = escaped(rel.rel_type(), &mut self.report);
        let (start, end) = (stand_in(rel.start_element()), stand_in(rel.end_element()));
        write!(self.out, "<edge id=\"{}\" source=\"{start}\" target=\"{end}\" label=\"{rel_type}\">", rel.id())?;
        write!(self.out, "<data key=\"label\">{rel_type}</data>")?;
        if !rel.is_asserted() {
            write!(self.out, "<data key=\"state\">quoted</data>")?;
        }
        self.properties(false, rel.properties())?;
        writeln!(self.out, "</edge>")?;
        if self.from.is_touched(rel.id()) {
            let stands_for = format!("<data key=\"stands_for\">{}</data>", rel.id());
            writeln!(self.out, "<node id=\"{}\">{stands_for}</node>", stand_in_of(rel))?;
        }
        Ok(())
    }

    fn properties(&mut self, is_node: bool, properties: &BTreeMap<Name, Value>) -> Result<(), GraphError> {
        for (name, value) in properties {
            let kind = Kind::of(value);
            let number = self.keys.get(&(is_node, name.clone(), kind)).copied().unwrap_or_default();
            let text = escaped(&kind.text(value), &mut self.report);
            write!(self.out, "<data key=\"d{number}\">{text}</data>")?;
        }
        Ok(())
    }
}

/// `:A:B`; as JSON where a label has a colon, or no letters.
fn labels_text(labels: &[Name]) -> String {
    if labels.iter().any(|label| label.contains(':') || label.is_empty()) {
        let labels: Vec<&str> = labels.iter().map(Name::as_str).collect();
        return serde_json::to_string(&labels).unwrap_or_default();
    }
    labels.iter().flat_map(|label| [":", label.as_str()]).collect()
}

/// The type of a key.
fn told(kind: Kind) -> String {
    let plain = match kind.scalar {
        Scalar::Boolean => "boolean",
        Scalar::Integer => "long",
        Scalar::Float => "double",
        _ => "string",
    };
    if kind.is_list {
        return format!("attr.type=\"string\" attr.list=\"{plain}\" {TYPE}=\"{}\"", kind.name());
    }
    match kind.scalar {
        Scalar::Boolean | Scalar::Integer | Scalar::Float | Scalar::String => format!("attr.type=\"{plain}\""),
        _ => format!("attr.type=\"string\" {TYPE}=\"{}\"", kind.name()),
    }
}
