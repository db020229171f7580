//! The graph that queries are tried on: elements by id, nothing else.

use std::collections::BTreeMap;

use crate::syntax::ast::{ArrowDirection, Expr, ExprKind, LabelExpr};
use crate::value::{Element, ElementId, Name, NodeRecord, RelationshipRecord, Value};

#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    pub nodes: BTreeMap<ElementId, NodeRecord>,
    pub rels: BTreeMap<ElementId, RelationshipRecord>,
    /// When elements were written, in microseconds since 1970; what is left out was written then.
    pub recorded: BTreeMap<ElementId, i64>,
}

/// Names that are written as a text or a list of texts; nothing else is tried.
pub(super) fn given_names(names: &Expr) -> Vec<Name> {
    match &names.kind {
        ExprKind::String(name) => vec![name.clone()],
        ExprKind::List(items) => items.iter().flat_map(given_names).collect(),
        _ => Vec::new(),
    }
}

impl Graph {
    /// What an element is called: the labels of a node, the type of a relationship.
    pub(super) fn names(&self, id: ElementId) -> &[Name] {
        match self.nodes.get(&id) {
            Some(node) => &node.labels,
            None => std::slice::from_ref(&self.rels[&id].rel_type),
        }
    }

    pub(super) fn properties(&self, id: ElementId) -> &BTreeMap<Name, Value> {
        match self.nodes.get(&id) {
            Some(node) => &node.properties,
            None => &self.rels[&id].properties,
        }
    }

    pub(super) fn is_called(&self, id: ElementId, names: &LabelExpr) -> bool {
        match names {
            LabelExpr::Name(name) => self.names(id).contains(&name.name),
            LabelExpr::Wildcard(_) => !self.names(id).is_empty(),
            LabelExpr::Not(inner) => !self.is_called(id, inner),
            LabelExpr::And(all) => all.iter().all(|names| self.is_called(id, names)),
            LabelExpr::Or(any) => any.iter().any(|names| self.is_called(id, names)),
            LabelExpr::Given(names) => given_names(names).iter().all(|name| self.names(id).contains(name)),
            LabelExpr::GivenAny(names) => given_names(names).iter().any(|name| self.names(id).contains(name)),
        }
    }

    /// How often a node is an end of an asserted relationship between nodes.
    pub(super) fn degree(&self, id: ElementId) -> usize {
        let is_plain = |rel: &&RelationshipRecord| {
            rel.asserted && matches!((&rel.start, &rel.end), (Element::Node(_), Element::Node(_)))
        };
        let ends = self.rels.values().filter(is_plain).flat_map(|rel| [rel.start.id(), rel.end.id()]);
        ends.filter(|end| *end == id).count()
    }

    /// The asserted relationships that can be travelled from an element, and where they lead. A loop is travelled one
    /// way only.
    pub(super) fn arrows(&self, from: &Element, direction: ArrowDirection) -> Vec<(ElementId, Element)> {
        let mut arrows = Vec::new();
        for (id, rel) in self.rels.iter().filter(|(_, rel)| rel.asserted) {
            if direction != ArrowDirection::Left && rel.start == *from {
                arrows.push((*id, rel.end.clone()));
            }
            let is_told = direction == ArrowDirection::Either && rel.start == rel.end;
            if direction != ArrowDirection::Right && rel.end == *from && !is_told {
                arrows.push((*id, rel.start.clone()));
            }
        }
        arrows
    }
}
