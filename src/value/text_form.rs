//! Values as text: what `toString` and string concatenation give, and the literal form for people.

use std::fmt;

use super::{Element, Map, Name, Node, Path, Relationship, Value};

/// What `toString(value)` gives; `None` for values that have no text (lists, maps, elements).
pub(crate) fn to_text(value: &Value) -> Option<String> {
    match value {
        Value::Boolean(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Date(_)
        | Value::LocalTime(_)
        | Value::Time(_)
        | Value::LocalDateTime(_)
        | Value::DateTime(_)
        | Value::Duration(_)
        | Value::Edtf(_) => Some(value.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Node(_) | Value::Relationship(_) | Value::Path(_) => None,
    }
}

/// The form for people: near to the literals of the language, strings bare unless they stand inside something.
///
/// A quoted relationship is marked, so that no print shows a claim as a fact.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Boolean(value) => value.fmt(f),
            Value::Integer(value) => value.fmt(f),
            Value::Float(value) => write_float(f, *value),
            Value::String(value) => f.write_str(value),
            Value::List(items) => {
                f.write_str("[")?;
                write_separated(f, items.iter(), write_inner)?;
                f.write_str("]")
            }
            Value::Map(map) => write_map(f, map),
            Value::Date(value) => value.fmt(f),
            Value::LocalTime(value) => value.fmt(f),
            Value::Time(value) => value.fmt(f),
            Value::LocalDateTime(value) => value.fmt(f),
            Value::DateTime(value) => value.fmt(f),
            Value::Duration(value) => value.fmt(f),
            Value::Edtf(value) => value.fmt(f),
            Value::Node(node) => node.fmt(f),
            Value::Relationship(rel) => rel.fmt(f),
            Value::Path(path) => path.fmt(f),
        }
    }
}

/// `(:Label {key: value})`
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for label in self.labels() {
            write!(f, ":{}", Symbol(label))?;
        }
        write_properties(f, self.properties(), !self.labels().is_empty())?;
        f.write_str(")")
    }
}

/// `[:TYPE {key: value}]`, and `[:TYPE {key: value} quoted]` for one that the graph does not assert.
impl fmt::Display for Relationship {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        write_rel_inside(f, self)?;
        f.write_str("]")
    }
}

/// `(:A)-[:T]->(:B)<-[:T]-(:C)`
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut elements = self.elements.iter();
        let Some(first) = elements.next() else { return Ok(()) };
        first.fmt(f)?;
        let mut here = first;
        for (rel, next) in self.relationships.iter().zip(elements) {
            let is_forward = rel.start().is_none_or(|start| start == here.id());
            f.write_str(if is_forward { "-[" } else { "<-[" })?;
            write_rel_inside(f, rel)?;
            f.write_str(if is_forward { "]->" } else { "]-" })?;
            next.fmt(f)?;
            here = next;
        }
        Ok(())
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Element::Node(node) => node.fmt(f),
            Element::Relationship(rel) => rel.fmt(f),
        }
    }
}

fn write_rel_inside(f: &mut fmt::Formatter<'_>, rel: &Relationship) -> fmt::Result {
    if rel.rel_type().is_empty() {
        return Ok(());
    }
    write!(f, ":{}", Symbol(rel.rel_type()))?;
    write_properties(f, rel.properties(), true)?;
    if rel.is_asserted() { Ok(()) } else { f.write_str(" quoted") }
}

fn write_properties(
    f: &mut fmt::Formatter<'_>,
    properties: &std::collections::BTreeMap<Name, Value>,
    after_something: bool,
) -> fmt::Result {
    if properties.is_empty() {
        return Ok(());
    }
    if after_something {
        f.write_str(" ")?;
    }
    write_entries(f, properties)
}

fn write_map(f: &mut fmt::Formatter<'_>, map: &Map) -> fmt::Result {
    write_entries(f, map)
}

fn write_entries(f: &mut fmt::Formatter<'_>, entries: &std::collections::BTreeMap<Name, Value>) -> fmt::Result {
    f.write_str("{")?;
    write_separated(f, entries.iter(), |f, (key, value)| {
        write!(f, "{}: ", Symbol(key))?;
        write_inner(f, value)
    })?;
    f.write_str("}")
}

fn write_separated<T>(
    f: &mut fmt::Formatter<'_>,
    items: impl Iterator<Item = T>,
    write_item: fn(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write_item(f, item)?;
    }
    Ok(())
}

/// Inside a list or a map a string has quotes, so that its end is seen.
fn write_inner(f: &mut fmt::Formatter<'_>, value: &Value) -> fmt::Result {
    match value {
        Value::String(text) => write_quoted(f, text, '\''),
        other => write!(f, "{other}"),
    }
}

fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str, quote: char) -> fmt::Result {
    write!(f, "{quote}")?;
    for letter in text.chars() {
        match letter {
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\\' => f.write_str("\\\\")?,
            letter if letter == quote => write!(f, "\\{quote}")?,
            letter => write!(f, "{letter}")?,
        }
    }
    write!(f, "{quote}")
}

/// A name as it would stand in a query: in backticks unless it is a plain word.
pub(crate) struct Symbol<'a>(pub &'a str);

impl fmt::Display for Symbol<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let starts_well = self.0.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
        if starts_well && self.0.chars().all(is_word) {
            f.write_str(self.0)
        } else {
            f.write_str(&escaped_name(self.0))
        }
    }
}

/// A name in backticks, as it can be written in any place of a statement.
///
/// ```
/// assert_eq!(averment::editing::escaped_name("odd `key`"), "`odd ``key```");
/// ```
#[must_use]
pub fn escaped_name(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// The shortest digits that read back as the same float, always with a point; an exponent far from 1.
fn write_float(f: &mut fmt::Formatter<'_>, value: f64) -> fmt::Result {
    if value.is_nan() {
        return f.write_str("NaN");
    }
    if value.is_infinite() {
        return f.write_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    if value == 0.0 || (1e-5..1e16).contains(&value.abs()) {
        return write!(f, "{value:?}");
    }
    let digits = format!("{value:E}");
    match digits.split_once('E') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => write!(f, "{mantissa}.0E{exponent}"),
        _ => f.write_str(&digits),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::{Edtf, ElementId, List, NodeRecord, RelationshipRecord};
    use super::*;

    fn properties(entries: &[(&str, Value)]) -> BTreeMap<Name, Value> {
        entries.iter().map(|(key, value)| (Name::from(*key), value.clone())).collect()
    }

    fn node(id: u64, label: &str) -> Node {
        let record = NodeRecord { labels: vec![Name::from(label)], ..NodeRecord::default() };
        Node::filled(ElementId(id), Arc::new(record))
    }

    fn rel(start: u64, end: u64, asserted: bool) -> Relationship {
        let record = RelationshipRecord {
            rel_type: Name::from("T"),
            start: Element::Node(Node::bare(ElementId(start))),
            end: Element::Node(Node::bare(ElementId(end))),
            asserted,
            properties: properties(&[("k", Value::from(1))]),
        };
        Relationship::filled(ElementId(100), Arc::new(record))
    }

    #[test]
    fn floats_always_look_like_floats() {
        let text = |value: f64| Value::Float(value).to_string();
        assert_eq!(text(1.0), "1.0");
        assert_eq!(text(-0.0), "-0.0");
        assert_eq!(text(0.1), "0.1");
        assert_eq!(text(1e20), "1.0E20");
        assert_eq!(text(1.5e-7), "1.5E-7");
        assert_eq!(text(f64::NAN), "NaN");
        assert_eq!(text(f64::NEG_INFINITY), "-Infinity");
    }

    #[test]
    fn strings_have_quotes_only_inside_something() {
        assert_eq!(Value::from("it's").to_string(), "it's");
        assert_eq!(Value::from(vec!["it's"]).to_string(), r"['it\'s']");
        let map = Value::Map(properties(&[("a b", Value::Null), ("c", Value::from("x"))]).into());
        assert_eq!(map.to_string(), "{`a b`: null, c: 'x'}");
    }

    #[test]
    fn elements_look_like_their_patterns() {
        let (labels, properties) = (vec!["A".into(), "B".into()], properties(&[("k", true.into())]));
        let record = NodeRecord { labels, properties, ..NodeRecord::default() };
        assert_eq!(Node::filled(ElementId(1), Arc::new(record)).to_string(), "(:A:B {k: true})");
        assert_eq!(Node::bare(ElementId(1)).to_string(), "()");
        assert_eq!(rel(1, 2, true).to_string(), "[:T {k: 1}]");
        assert_eq!(rel(1, 2, false).to_string(), "[:T {k: 1} quoted]");
    }

    #[test]
    fn a_path_shows_which_way_each_relationship_points() {
        let elements = vec![Element::Node(node(1, "A")), Element::Node(node(2, "B")), Element::Node(node(3, "C"))];
        let path = Path { elements, relationships: vec![rel(1, 2, true), rel(3, 2, true)] };
        assert_eq!(path.to_string(), "(:A)-[:T {k: 1}]->(:B)<-[:T {k: 1}]-(:C)");
    }

    #[test]
    fn only_values_that_can_be_read_back_have_a_text() {
        assert_eq!(to_text(&Value::from(42)).as_deref(), Some("42"));
        assert_eq!(to_text(&Value::Edtf(Edtf::parse("2021~").unwrap())).as_deref(), Some("2021~"));
        assert_eq!(to_text(&Value::List(List::from(vec![]))), None);
        assert_eq!(to_text(&Value::Null), None);
    }

    proptest! {
        #[test]
        fn the_text_of_a_float_reads_back(value in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO) {
            let text = Value::Float(value).to_string();
            prop_assert!(text.contains('.'));
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
    }
}
