//! Values and pieces of queries as a reason names them: short, in one line.

use crate::text::Span;
use crate::value::{ElementId, Name, Node, Relationship, Value};

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

/// A list of endpoints and the arrows between them, as one walks along it.
pub(super) fn walk(walked: &Value) -> String {
    let mut text = String::new();
    let mut before = None;
    for (place, item) in items(walked).iter().enumerate() {
        text.push_str(&if place % 2 == 0 { endpoint(item) } else { link(item, before) });
        before = id_of(item);
    }
    text
}

/// A node by its name, a relationship by its type, or a bracket.
pub(super) fn endpoint(item: &Value) -> String {
    match item {
        Value::Node(node) => named(node),
        Value::Relationship(found) => rel(found),
        Value::List(_) => format!("[{}]", walk(item)),
        other => value(other),
    }
}

fn link(item: &Value, before: Option<ElementId>) -> String {
    match item {
        Value::Relationship(found) if found.start() == before => format!("-{}->", rel(found)),
        Value::Relationship(found) => format!("<-{}-", rel(found)),
        Value::List(rels) => format!("-[*{}]-", rels.iter().count()),
        _ => "-...-".to_owned(),
    }
}

/// Of a bracket with its ends that of the relationship.
fn id_of(item: &Value) -> Option<ElementId> {
    match item {
        Value::Node(node) => Some(node.id()),
        Value::Relationship(rel) => Some(rel.id()),
        Value::List(_) => id_of(items(item).get(1)?),
        _ => None,
    }
}

/// What a list has; nothing of what is none.
pub(super) fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.iter().cloned().collect(),
        _ => Vec::new(),
    }
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
