//! Values and pieces of queries as a reason names them: short, in one line.

use crate::text::Span;
use crate::value::{Name, Node, Relationship, Value};

/// Longer texts are cut.
const LONGEST: usize = 80;

/// A value as a literal; elements with the property that names them, or else with all if that is short.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Node(found) => node(found),
        Value::Relationship(found) => rel(found),
        Value::List(items) => {
            format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", "))
        }
        Value::String(_) => {
            // As it stands inside a list: with quotes.
            let listed = Value::from(vec![value.clone()]).to_string();
            cut(&listed[1..listed.len() - 1])
        }
        other => cut(&other.to_string()),
    }
}

pub(super) fn node(node: &Node) -> String {
    let labels: Vec<String> = node.labels().iter().map(|label| format!(":{label}")).collect();
    let labels = labels.concat();
    match node.short_name() {
        Some((key, found)) => {
            let space = if labels.is_empty() { "" } else { " " };
            format!("({labels}{space}{{{key}: {}}})", value(found))
        }
        None => node.in_full().unwrap_or_else(|| format!("({labels})")),
    }
}

/// The name of a node alone, or else what it is.
pub(super) fn named(found: &Node) -> String {
    found.short_name().map_or_else(|| node(found), |(_, name)| value(name))
}

/// An element by its name, or a relationship by its type.
pub(super) fn brief(value: &Value) -> String {
    match value {
        Value::Node(node) => named(node),
        Value::Relationship(rel) => rel.rel_type().to_owned(),
        other => self::value(other),
    }
}

pub(super) fn rel(rel: &Relationship) -> String {
    let state = if rel.is_asserted() { "" } else { " quoted" };
    format!("[:{}{state}]", rel.rel_type())
}

/// `TARGETS`, or `TARGETS or ADDS_TO`.
pub(super) fn names(names: &[Name]) -> String {
    names.iter().map(Name::as_str).collect::<Vec<_>>().join(" or ")
}

/// The piece of the text, in one line.
pub(super) fn piece(span: Span, text: &str) -> String {
    cut(&span.of(text).split_whitespace().collect::<Vec<_>>().join(" "))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}
