//! Graphs as N-Triples of RDF 1.2: relationships are triples, and what is said of them is said of what reifies their triple term.
//!
//! ```text
//! <urn:averment:node/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:averment:label/Company> .
//! <urn:averment:node/1> <urn:averment:key/founded> "2014-10-15"^^<http://www.w3.org/2001/XMLSchema#date> .
//! <urn:averment:node/1> <urn:averment:type/OWNS> <urn:averment:node/2> .
//! <urn:averment:relationship/3> <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies> <<( <urn:averment:node/1> <urn:averment:type/OWNS> <urn:averment:node/2> )>> .
//! <urn:averment:node/4> <urn:averment:type/SUPPORTS> <urn:averment:relationship/3> .
//! ```
//!
//! An asserted relationship is the triple itself as well; a quoted one is reified only. A value of which XSD has no form
//! has a datatype of the same base.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use super::{ExportReport, Scalar, each, finish};
use crate::format::{GraphError, export::failed};
use crate::{Element, Name, Node, ReadTransaction, Relationship, Value};

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XSD: &str = "http://www.w3.org/2001/XMLSchema#";
const EDTF: &str = "http://id.loc.gov/datatypes/edtf/EDTF";

/// Writes all nodes and relationships as N-Triples of RDF 1.2, with IRIs that begin with `base`.
///
/// ```
/// use averment::{Database, format::write_ntriples};
/// # fn main() -> Result<(), averment::format::GraphError> {
/// let db = Database::from_script("CREATE (:Paragraph)-[:SUPPORTS]->[(:Company)-[:OWNS {share: 0.5}]->(:Company)]")?;
/// let mut out = Vec::new();
/// write_ntriples(&db.read(), "http://example.org/", &mut out)?;
/// let text = String::from_utf8_lossy(&out);
/// let owns = "<http://example.org/node/2> <http://example.org/type/OWNS> <http://example.org/node/3>";
/// assert!(text.contains(&format!("#reifies> <<( {owns} )>> .")));
/// assert!(!text.contains(&format!("\n{owns} .")), "it is quoted");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`GraphError::Io`] if `out` fails, and for a base that is no beginning of an IRI.
pub fn write_ntriples(from: &ReadTransaction, base: &str, out: &mut impl Write) -> Result<ExportReport, GraphError> {
    if !is_absolute(base) {
        let message = format!("`{base}` is no beginning of an IRI, as `https://example.org/graph/` is");
        return Err(failed(std::io::Error::new(std::io::ErrorKind::InvalidInput, message)));
    }
    let mut report = ExportReport::default();
    report.lose_history(from)?;
    let mut writing = Writing { base, out, report, blanks: 0, lines: String::new() };
    each(from, |element, _| writing.element(element))?;
    finish(writing.out, writing.report)
}

fn is_absolute(base: &str) -> bool {
    let scheme = base.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.');
    let begins = scheme.starts_with(|letter: char| letter.is_ascii_alphabetic()) && scheme.chars().all(is_letter);
    begins && !base.chars().any(|letter| letter <= ' ' || "<>\"{}|^`\\".contains(letter) || letter.is_control())
}

struct Writing<'o, W> {
    base: &'o str,
    out: &'o mut W,
    report: ExportReport,
    /// Blank nodes so far.
    blanks: u64,
    /// Of the element in hand.
    lines: String,
}

impl<W: Write> Writing<'_, W> {
    fn element(&mut self, element: &Element) -> Result<(), GraphError> {
        self.report.count(element);
        match element {
            Element::Node(node) => self.node(node),
            Element::Relationship(rel) => self.rel(rel),
        }
        self.out.write_all(self.lines.as_bytes())?;
        self.lines.clear();
        Ok(())
    }

    fn node(&mut self, node: &Node) {
        let subject = self.iri("node", &node.id().to_string());
        for label in node.labels() {
            let label = self.iri("label", label);
            self.triple(&subject, &format!("<{RDF}type>"), &label);
        }
        if node.labels().is_empty() {
            // What nothing else is said of is there all the same.
            self.triple(&subject, &format!("<{RDF}type>"), &format!("<{}Node>", self.base));
        }
        self.properties(&subject, node.properties());
    }

    fn rel(&mut self, rel: &Relationship) {
        let [start, end] = [rel.start_element(), rel.end_element()].map(|end| self.end(end));
        let subject = self.iri("relationship", &rel.id().to_string());
        let rel_type = self.iri("type", rel.rel_type());
        if rel.is_asserted() {
            self.triple(&start, &rel_type, &end);
        }
        self.triple(&subject, &format!("<{RDF}reifies>"), &format!("<<( {start} {rel_type} {end} )>>"));
        if !rel.is_asserted() {
            // Another relationship may assert the same.
            self.triple(&subject, &format!("<{}state>", self.base), "\"quoted\"");
        }
        self.properties(&subject, rel.properties());
    }

    fn end(&self, end: Option<&Element>) -> String {
        match end {
            Some(Element::Relationship(rel)) => self.iri("relationship", &rel.id().to_string()),
            Some(Element::Node(node)) => self.iri("node", &node.id().to_string()),
            None => format!("<{}Node>", self.base),
        }
    }

    fn properties(&mut self, subject: &str, properties: &BTreeMap<Name, Value>) {
        for (key, value) in properties {
            let (key, object) = (self.iri("key", key), self.object(value));
            self.triple(subject, &key, &object);
        }
    }

    fn triple(&mut self, subject: &str, predicate: &str, object: &str) {
        writeln!(self.lines, "{subject} {predicate} {object} .").expect("a text takes it");
    }

    /// A literal, or the head of a list.
    fn object(&mut self, value: &Value) -> String {
        let Value::List(items) = value else { return self.literal(value) };
        let nil = format!("<{RDF}nil>");
        let mut rest = nil;
        for item in items.iter().collect::<Vec<_>>().into_iter().rev() {
            let item = self.object(item);
            self.blanks += 1;
            let cell = format!("_:b{}", self.blanks);
            self.triple(&cell, &format!("<{RDF}first>"), &item);
            self.triple(&cell, &format!("<{RDF}rest>"), &rest);
            rest = cell;
        }
        rest
    }

    fn literal(&mut self, value: &Value) -> String {
        let text = Scalar::of(value).text(value);
        let (text, datatype) = match value {
            Value::String(_) => return quoted(&text),
            Value::Edtf(_) => (text, EDTF.to_owned()),
            value => match xsd(value, &text) {
                Some((text, name)) => (text, format!("{XSD}{name}")),
                None => (text, format!("{}datatype/{}", self.base, Scalar::of(value).name())),
            },
        };
        format!("{}^^<{datatype}>", quoted(&text))
    }

    fn iri(&self, kind: &str, name: &str) -> String {
        let mut iri = format!("<{}{kind}/", self.base);
        for letter in name.chars() {
            if letter.is_alphanumeric() || matches!(letter, '-' | '.' | '_' | '~') {
                iri.push(letter);
            } else {
                let mut bytes = [0; 4];
                for byte in letter.encode_utf8(&mut bytes).bytes() {
                    write!(iri, "%{byte:02X}").expect("a text takes it");
                }
            }
        }
        iri.push('>');
        iri
    }
}

/// The form of XSD and its name; none where XSD has none for this value.
fn xsd(value: &Value, text: &str) -> Option<(String, &'static str)> {
    match value {
        Value::Boolean(_) => Some((text.to_owned(), "boolean")),
        Value::Integer(_) => Some((text.to_owned(), "integer")),
        Value::Float(_) => Some((text.to_owned(), "double")),
        Value::Date(_) => Some((year(text), "date")),
        Value::LocalTime(_) | Value::Time(_) => Some((clock(text)?, "time")),
        Value::LocalDateTime(_) | Value::DateTime(_) => {
            let (day, time) = text.split_once('T')?;
            Some((format!("{}T{}", year(day), clock(time)?), "dateTime"))
        }
        Value::Duration(_) => {
            // A sign is of the whole there, and weeks and empty durations are told otherwise.
            let is_plain = text.starts_with('P') && !text.contains(['-', 'W']) && text.len() > 2;
            is_plain.then(|| (text.to_owned(), "duration"))
        }
        _ => None,
    }
}

/// A year of more than four digits has no plus there.
fn year(day: &str) -> String {
    day.trim_start_matches('+').to_owned()
}

/// A time with its seconds; none where its offset has some, or a name.
fn clock(time: &str) -> Option<String> {
    let zone = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone);
    let is_plain = matches!(zone.len(), 0 | 1 | 6) && !zone.contains('[') && !clock.contains('[');
    let seconds = match clock.matches(':').count() {
        0 => ":00:00",
        1 => ":00",
        _ => "",
    };
    is_plain.then(|| format!("{clock}{seconds}{zone}"))
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => {
                write!(quoted, "\\u{:04X}", u32::from(letter)).expect("a text takes it");
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
