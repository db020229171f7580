//! Graphs as GEXF 1.3, for Gephi.
//!
//! Edges join nodes alone: a relationship at which others point has a node that stands for it, which is told in its `stands_for`.

use std::collections::BTreeMap;
use std::io::Write;

use super::kind::{Kind, Scalar};
use super::xml::{escaped, key_name};
use super::{ExportReport, each, each_rel, finish, lose_type, plain_text, stand_in, stand_in_of};
use crate::format::GraphError;
use crate::{Element, Name, ReadTransaction, Relationship, Value};

/// Writes all nodes and relationships as GEXF 1.3.
///
/// The elements are gone through three times, since attributes come first, and then all nodes; nothing is kept of them.
///
/// ```
/// use averment::{Database, format::write_gexf};
/// # fn main() -> Result<(), averment::format::GraphError> {
/// let db = Database::from_script("CREATE (:Company {name: 'SenseTime', founded: date('2014-10-15')})")?;
/// let mut out = Vec::new();
/// let report = write_gexf(&db.read(), &mut out)?;
/// assert!(String::from_utf8_lossy(&out).contains(r#"<node id="1" label="SenseTime">"#));
/// assert_eq!(report.lost["dates, times and durations as text"], 1);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`GraphError::Io`] if `out` fails.
pub fn write_gexf(from: &ReadTransaction, out: &mut impl Write) -> Result<ExportReport, GraphError> {
    let mut report = ExportReport::default();
    report.lose_history(from)?;
    let mut writing = Writing { from, out, report, attributes: attributes_of(from)? };
    writing.head()?;
    writeln!(writing.out, "<nodes>")?;
    each(from, |element, _| writing.node(element))?;
    writeln!(writing.out, "</nodes>\n<edges>")?;
    each_rel(from, |rel| writing.edge(rel))?;
    writeln!(writing.out, "</edges>\n</graph>\n</gexf>")?;
    writing.report.lose_ids();
    finish(writing.out, writing.report)
}

/// Which elements have an attribute, its name, and the type of its values.
type Attribute = (bool, Name, &'static str);

const OWN_ATTRIBUTES: [(bool, &str); 3] = [(true, "labels"), (true, "stands_for"), (false, "state")];

fn attributes_of(from: &ReadTransaction) -> Result<BTreeMap<Attribute, usize>, GraphError> {
    let mut attributes = BTreeMap::new();
    each(from, |element, _| {
        for (name, value) in properties_of(element) {
            attributes.entry((is_node(element), name.clone(), type_of(value))).or_insert(0);
        }
        Ok(())
    })?;
    (0..).zip(attributes.values_mut()).for_each(|(number, place)| *place = number);
    Ok(attributes)
}

fn is_node(element: &Element) -> bool {
    matches!(element, Element::Node(_))
}

fn properties_of(element: &Element) -> &BTreeMap<Name, Value> {
    match element {
        Element::Node(node) => node.properties(),
        Element::Relationship(rel) => rel.properties(),
    }
}

fn type_of(value: &Value) -> &'static str {
    match Kind::of(value) {
        Kind { scalar: Scalar::Boolean, is_list: false } => "boolean",
        Kind { scalar: Scalar::Integer, is_list: false } => "long",
        Kind { scalar: Scalar::Float, is_list: false } => "double",
        _ => "string",
    }
}

struct Writing<'o, W> {
    from: &'o ReadTransaction,
    out: &'o mut W,
    report: ExportReport,
    attributes: BTreeMap<Attribute, usize>,
}

impl<W: Write> Writing<'_, W> {
    fn head(&mut self) -> Result<(), GraphError> {
        writeln!(self.out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(self.out, "<gexf xmlns=\"http://gexf.net/1.3\" version=\"1.3\">")?;
        writeln!(self.out, "<graph mode=\"static\" defaultedgetype=\"directed\" idtype=\"string\">")?;
        for of_nodes in [true, false] {
            writeln!(self.out, "<attributes class=\"{}\">", if of_nodes { "node" } else { "edge" })?;
            for (_, name) in OWN_ATTRIBUTES.iter().filter(|(is_node, _)| *is_node == of_nodes) {
                writeln!(self.out, "<attribute id=\"{name}\" title=\"{name}\" type=\"string\"/>")?;
            }
            for ((is_node, name, of_type), number) in &self.attributes {
                if *is_node == of_nodes {
                    let name = key_name(name, *number, &mut self.report);
                    writeln!(self.out, "<attribute id=\"{number}\" title=\"{name}\" type=\"{of_type}\"/>")?;
                }
            }
            writeln!(self.out, "</attributes>")?;
        }
        Ok(())
    }

    /// A node, or one that stands for a relationship.
    fn node(&mut self, element: &Element) -> Result<(), GraphError> {
        match element {
            Element::Node(node) => {
                self.report.count(element);
                let label = node.short_name().map_or_else(|| node.id().to_string(), |(_, name)| name.to_string());
                let label = escaped(&label, &mut self.report);
                let labels: Vec<&str> = node.labels().iter().map(Name::as_str).collect();
                let own = [("labels", labels.join(";"))];
                writeln!(self.out, "<node id=\"{}\" label=\"{label}\">", node.id())?;
                self.values(true, &own[..usize::from(!labels.is_empty())], node.properties())?;
                writeln!(self.out, "</node>")?;
            }
            Element::Relationship(rel) if self.from.is_touched(rel.id()) => {
                self.report.lose("relationships at which others point, by a node that stands for them");
                let label = escaped(rel.rel_type(), &mut self.report);
                writeln!(self.out, "<node id=\"{}\" label=\"{label}\">", stand_in_of(rel))?;
                self.values(true, &[("stands_for", rel.id().to_string())], &BTreeMap::new())?;
                writeln!(self.out, "</node>")?;
            }
            Element::Relationship(_) => {}
        }
        Ok(())
    }

    fn edge(&mut self, rel: &Relationship) -> Result<(), GraphError> {
        self.report.counts.relationships += 1;
        let rel_type = escaped(rel.rel_type(), &mut self.report);
        let (start, end) = (stand_in(rel.start_element()), stand_in(rel.end_element()));
        let of_edge = format!("id=\"{}\" source=\"{start}\" target=\"{end}\"", rel.id());
        writeln!(self.out, "<edge {of_edge} kind=\"{rel_type}\" label=\"{rel_type}\">")?;
        let own = [("state", "quoted".to_owned())];
        self.values(false, &own[..usize::from(!rel.is_asserted())], rel.properties())?;
        writeln!(self.out, "</edge>")?;
        Ok(())
    }

    fn values(
        &mut self,
        is_node: bool,
        own: &[(&str, String)],
        properties: &BTreeMap<Name, Value>,
    ) -> Result<(), GraphError> {
        if own.is_empty() && properties.is_empty() {
            return Ok(());
        }
        write!(self.out, "<attvalues>")?;
        for (name, value) in own {
            let value = escaped(value, &mut self.report);
            write!(self.out, "<attvalue for=\"{name}\" value=\"{value}\"/>")?;
        }
        for (name, value) in properties {
            lose_type(&mut self.report, value);
            let attribute = self.attributes.get(&(is_node, name.clone(), type_of(value))).copied();
            let text = escaped(&plain_text(value), &mut self.report);
            write!(self.out, "<attvalue for=\"{}\" value=\"{text}\"/>", attribute.unwrap_or_default())?;
        }
        writeln!(self.out, "</attvalues>")?;
        Ok(())
    }
}
