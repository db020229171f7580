//! Graphs as DOT, to be drawn by Graphviz: what is quoted is dashed, and arrows at relationships end at a small node on them.

use std::collections::BTreeMap;
use std::io::Write;

use super::{ExportReport, each, finish, plain_text, stand_in, stand_in_of};
use crate::format::GraphError;
use crate::{Element, Name, Node, ReadTransaction, Relationship, Value};

/// Writes all nodes and relationships as DOT. A node shows its name and its labels, a relationship its type; properties are
/// what is told of them where the mouse is (`tooltip`).
///
/// ```
/// use averment::{Database, format::write_dot};
/// # fn main() -> Result<(), averment::format::GraphError> {
/// let db = Database::from_script("CREATE (:Company {name: 'The \"A\"'})-[:OWNS]->(:Company {name: 'B'})")?;
/// let mut out = Vec::new();
/// write_dot(&db.read(), &mut out)?;
/// let text = String::from_utf8_lossy(&out);
/// assert!(text.contains(r#""1" [label="The \"A\"\n:Company""#));
/// assert!(text.contains(r#""1" -> "2" [label="OWNS"]"#));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`GraphError::Io`] if `out` fails.
pub fn write_dot(from: &ReadTransaction, out: &mut impl Write) -> Result<ExportReport, GraphError> {
    let mut report = ExportReport::default();
    report.lose_history(from)?;
    let mut writing = Writing { from, out, report };
    writeln!(writing.out, "digraph G {{\nnode [shape=box];")?;
    each(from, |element, _| writing.element(element))?;
    writeln!(writing.out, "}}")?;
    finish(writing.out, writing.report)
}

struct Writing<'o, W> {
    from: &'o ReadTransaction,
    out: &'o mut W,
    report: ExportReport,
}

impl<W: Write> Writing<'_, W> {
    fn element(&mut self, element: &Element) -> Result<(), GraphError> {
        self.report.count(element);
        match element {
            Element::Node(node) => self.node(node),
            Element::Relationship(rel) => self.rel(rel),
        }
    }

    fn node(&mut self, node: &Node) -> Result<(), GraphError> {
        let name = node.short_name().map_or_else(String::new, |(_, name)| name.to_string() + "\n");
        let labels: String = node.labels().iter().flat_map(|label| [":", label.as_str()]).collect();
        let label = self.quoted(&(name + &labels));
        let tooltip = self.tooltip(node.properties());
        writeln!(self.out, "\"{}\" [label={label}{tooltip}];", node.id())?;
        Ok(())
    }

    /// An edge; where others point at it, two, with the node between that stands for it.
    fn rel(&mut self, rel: &Relationship) -> Result<(), GraphError> {
        let (start, end) = (stand_in(rel.start_element()), stand_in(rel.end_element()));
        let (label, tooltip) = (self.quoted(rel.rel_type()), self.tooltip(rel.properties()));
        let style = if rel.is_asserted() { "" } else { ", style=dashed" };
        if !self.from.is_touched(rel.id()) {
            writeln!(self.out, "\"{start}\" -> \"{end}\" [label={label}{style}{tooltip}];")?;
            return Ok(());
        }
        self.report.lose("relationships at which others point, by a node that stands for them");
        let stand_in = stand_in_of(rel);
        writeln!(self.out, "\"{stand_in}\" [label={label}, shape=plain{tooltip}];")?;
        let tail = format!("[arrowhead=none{style}]");
        let head = style.strip_prefix(", ").map_or_else(String::new, |style| format!(" [{style}]"));
        writeln!(self.out, "\"{start}\" -> \"{stand_in}\" {tail};\n\"{stand_in}\" -> \"{end}\"{head};")?;
        Ok(())
    }

    fn tooltip(&mut self, properties: &BTreeMap<Name, Value>) -> String {
        if properties.is_empty() {
            return String::new();
        }
        self.report.lose_many("properties as text", properties.len() as u64);
        let lines = properties.iter().map(|(key, value)| format!("{key}: {}", plain_text(value)));
        format!(", tooltip={}", self.quoted(&lines.collect::<Vec<_>>().join("\n")))
    }

    fn quoted(&mut self, text: &str) -> String {
        let mut quoted = String::with_capacity(text.len() + 2);
        quoted.push('"');
        for letter in text.chars() {
            match letter {
                '"' | '\\' => quoted.extend(['\\', letter]),
                '\n' => quoted.push_str("\\n"),
                // Labels are read as HTML is: what looks like an entity would be one.
                '&' => quoted.push_str("&amp;"),
                '\t' => quoted.push('\t'),
                letter if letter.is_control() => {
                    quoted.push(char::REPLACEMENT_CHARACTER);
                    self.report.lose("characters that DOT cannot hold");
                }
                letter => quoted.push(letter),
            }
        }
        quoted.push('"');
        quoted
    }
}
