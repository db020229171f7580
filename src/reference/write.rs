//! Writing clauses: row by row, each on the graph as the one before has left it.

use std::collections::{BTreeMap, BTreeSet};

use super::expression::Scope;
use super::graph::given_names;
use super::pattern::arrow;
use super::query::with;
use super::{Evaluator, Graph, Outcome, Row, Table, failed};
use crate::function::Registry;
use crate::syntax::ast::{self, ArrowDirection, ClauseKind, Endpoint, SetItem};
use crate::value::{Element, ElementId, Name, Node, NodeRecord, Relationship, RelationshipRecord, Value};

/// A statement that writes, on its way.
pub(crate) struct Writing<'a> {
    pub graph: Graph,
    pub registry: &'a Registry,
    pub text: &'a str,
}

impl Writing<'_> {
    /// Runs a query without UNION and gives what it returns; the graph is then as the query leaves it.
    pub(crate) fn run(&mut self, query: &ast::SingleQuery) -> Outcome<Table> {
        let mut rows = vec![Row::new()];
        for clause in &query.clauses {
            rows = match &clause.kind {
                ClauseKind::Create(write) => {
                    self.each(rows, |this, row| Ok(vec![this.create(&write.pattern, row)?]))?
                }
                ClauseKind::Merge(merge) => self.each(rows, |this, row| this.merge(merge, &row))?,
                ClauseKind::Set(items) => self.each(rows, |this, row| this.set(items, &row).map(|()| vec![row]))?,
                ClauseKind::Remove(items) => {
                    self.each(rows, |this, row| this.remove(items, &row).map(|()| vec![row]))?
                }
                ClauseKind::Assert(exprs) => self.state(rows, exprs, true)?,
                ClauseKind::Retract(exprs) => self.state(rows, exprs, false)?,
                ClauseKind::Delete(delete) => self.delete(delete, rows)?,
                ClauseKind::Return(projection) => {
                    let table = self.reading().project(projection, rows)?;
                    return self.check().map(|()| table);
                }
                reading => self.reading().clause(reading, rows, &Row::new())?,
            };
        }
        self.check().map(|()| Table { columns: Vec::new(), rows })
    }

    fn reading(&self) -> Evaluator<'_> {
        Evaluator::new(&self.graph, self.registry, self.text)
    }

    fn eval(&self, expr: &ast::Expr, row: &Row) -> Outcome<Value> {
        self.reading().eval(expr, Scope::of(row))
    }

    fn each(
        &mut self,
        rows: Vec<Row>,
        mut become_rows: impl FnMut(&mut Self, Row) -> Outcome<Vec<Row>>,
    ) -> Outcome<Vec<Row>> {
        let mut all = Vec::new();
        for row in rows {
            all.extend(become_rows(self, row)?);
        }
        Ok(all)
    }

    /// What is deleted must not have left a relationship without an end.
    fn check(&self) -> Outcome<()> {
        let is_there = |end: &Element| match end {
            Element::Node(node) => self.graph.nodes.contains_key(&node.id()),
            Element::Relationship(rel) => self.graph.rels.contains_key(&rel.id()),
        };
        let hangs = self.graph.rels.values().any(|rel| !is_there(&rel.start) || !is_there(&rel.end));
        if hangs { failed("a relationship without an end") } else { Ok(()) }
    }

    // ------------------------------------------------------------ drawing

    fn create(&mut self, pattern: &ast::Pattern, mut row: Row) -> Outcome<Row> {
        for part in &pattern.parts {
            let mut from = self.draw_end(&part.path.start, &mut row)?;
            for hop in &part.path.hops {
                let to = self.draw_end(&hop.end, &mut row)?;
                let Some(arrow) = arrow(hop) else { return failed("a group that is drawn") };
                self.draw_rel(arrow, (&from, &to), true, &mut row)?;
                from = to;
            }
        }
        Ok(row)
    }

    fn draw_end(&mut self, endpoint: &Endpoint, row: &mut Row) -> Outcome<Element> {
        let variable = match endpoint {
            Endpoint::Node(node) => node.variable.as_ref(),
            Endpoint::Bracket(bracket) => bracket.rel.variable.as_ref(),
        };
        match variable.and_then(|variable| row.get(&variable.name)) {
            Some(Value::Node(node)) => return Ok(Element::Node(node.clone())),
            Some(Value::Relationship(rel)) => return Ok(Element::Relationship(rel.clone())),
            Some(_) => return failed("an end that is null"),
            None => {}
        }
        match endpoint {
            Endpoint::Node(node) => self.draw_node(node, row),
            Endpoint::Bracket(bracket) => {
                let Some((left, right)) = bracket.ends.as_deref() else { return failed("a bracket without ends") };
                let ends = (self.draw_end(left, row)?, self.draw_end(right, row)?);
                self.draw_rel(&bracket.rel, (&ends.0, &ends.1), false, row)
            }
        }
    }

    fn draw_node(&mut self, node: &ast::NodePattern, row: &mut Row) -> Outcome<Element> {
        let properties = self.properties(node.properties.as_ref(), row)?;
        let id = self.new_id();
        let mut labels = node.labels.as_ref().map(written_names).unwrap_or_default();
        labels.sort();
        self.graph.nodes.insert(id, NodeRecord { labels, properties, ..NodeRecord::default() });
        if let Some(variable) = &node.variable {
            *row = with(row, &variable.name, Node::bare(id).into());
        }
        Ok(Element::Node(Node::bare(id)))
    }

    fn draw_rel(
        &mut self,
        rel: &ast::RelPattern,
        (left, right): (&Element, &Element),
        asserted: bool,
        row: &mut Row,
    ) -> Outcome<Element> {
        let properties = self.properties(rel.properties.as_ref(), row)?;
        let id = self.new_id();
        let Some(rel_type) = rel.types.as_ref().and_then(|types| written_names(types).pop()) else {
            return failed("a relationship without a type");
        };
        let (start, end) = if rel.direction == ArrowDirection::Left { (right, left) } else { (left, right) };
        let (start, end) = (start.clone(), end.clone());
        self.graph.rels.insert(id, RelationshipRecord { rel_type, start, end, asserted, properties });
        if let Some(variable) = &rel.variable {
            *row = with(row, &variable.name, Relationship::bare(id).into());
        }
        Ok(Element::Relationship(Relationship::bare(id)))
    }

    fn new_id(&self) -> ElementId {
        let last = self.graph.nodes.keys().chain(self.graph.rels.keys()).max();
        ElementId(last.map_or(1, |id| id.0 + 1))
    }

    fn properties(&self, map: Option<&ast::Expr>, row: &Row) -> Outcome<BTreeMap<Name, Value>> {
        let Some(map) = map else { return Ok(BTreeMap::new()) };
        match self.eval(map, row)? {
            Value::Map(map) => Ok(map.iter().filter(|(_, value)| !value.is_null()).map(cloned).collect()),
            other => failed(format!("{other} as properties")),
        }
    }

    fn merge(&mut self, merge: &ast::Merge, row: &Row) -> Outcome<Vec<Row>> {
        let pattern = ast::Pattern { parts: vec![merge.part.clone()], span: merge.part.span };
        let found = self.reading().matches(&pattern, false, None, row)?;
        let (rows, items) = if found.is_empty() {
            (vec![self.create(&pattern, row.clone())?], &merge.on_create)
        } else {
            (found, &merge.on_match)
        };
        for row in &rows {
            self.set(items, row)?;
        }
        Ok(rows)
    }

    // ------------------------------------------------------------ changing

    fn set(&mut self, items: &[SetItem], row: &Row) -> Outcome<()> {
        for item in items {
            match item {
                SetItem::Property { target, key, value } => {
                    let (target, value) = (self.eval(target, row)?, self.eval(value, row)?);
                    self.put(&target, [(key.name.clone(), value)]);
                }
                SetItem::Keyed { target, key, value } => {
                    let (target, key, value) = (self.eval(target, row)?, self.key(key, row)?, self.eval(value, row)?);
                    self.put(&target, [(key, value)]);
                }
                SetItem::Replace { variable, value } => {
                    let properties = self.map_of(&self.eval(value, row)?)?;
                    if let Some(old) = self.properties_of(&row[&variable.name]) {
                        old.clear();
                    }
                    self.put(&row[&variable.name], properties);
                }
                SetItem::Update { variable, value } => {
                    let properties = self.map_of(&self.eval(value, row)?)?;
                    self.put(&row[&variable.name], properties);
                }
                SetItem::Labels { variable, labels } => self.label(&row[&variable.name], &written_names(labels), true),
            }
        }
        Ok(())
    }

    fn remove(&mut self, items: &[ast::RemoveItem], row: &Row) -> Outcome<()> {
        for item in items {
            match item {
                ast::RemoveItem::Property { target, key } => {
                    let target = self.eval(target, row)?;
                    self.put(&target, [(key.name.clone(), Value::Null)]);
                }
                ast::RemoveItem::Keyed { target, key } => {
                    let (target, key) = (self.eval(target, row)?, self.key(key, row)?);
                    self.put(&target, [(key, Value::Null)]);
                }
                ast::RemoveItem::Labels { variable, labels } => {
                    self.label(&row[&variable.name], &written_names(labels), false);
                }
            }
        }
        Ok(())
    }

    fn key(&self, key: &ast::Expr, row: &Row) -> Outcome<Name> {
        match self.eval(key, row)? {
            Value::String(key) => Ok(Name::from(&*key)),
            other => failed(format!("{other} as a key")),
        }
    }

    fn map_of(&self, value: &Value) -> Outcome<BTreeMap<Name, Value>> {
        match value {
            Value::Map(map) => Ok((**map).clone()),
            Value::Node(node) => Ok(self.graph.properties(node.id()).clone()),
            Value::Relationship(rel) => Ok(self.graph.properties(rel.id()).clone()),
            other => failed(format!("{other} as properties")),
        }
    }

    fn properties_of(&mut self, element: &Value) -> Option<&mut BTreeMap<Name, Value>> {
        match element {
            Value::Node(node) => self.graph.nodes.get_mut(&node.id()).map(|record| &mut record.properties),
            Value::Relationship(rel) => self.graph.rels.get_mut(&rel.id()).map(|record| &mut record.properties),
            _ => None,
        }
    }

    /// Sets properties; null takes one away. Nothing happens to null.
    fn put(&mut self, element: &Value, properties: impl IntoIterator<Item = (Name, Value)>) {
        let Some(kept) = self.properties_of(element) else { return };
        for (key, value) in properties {
            if value.is_null() {
                kept.remove(&key);
            } else {
                kept.insert(key, value);
            }
        }
    }

    fn label(&mut self, element: &Value, labels: &[Name], there: bool) {
        let Value::Node(node) = element else { return };
        let Some(record) = self.graph.nodes.get_mut(&node.id()) else { return };
        for label in labels {
            record.labels.retain(|other| other != label);
            if there {
                record.labels.push(label.clone());
            }
        }
        record.labels.sort();
    }

    fn state(&mut self, rows: Vec<Row>, exprs: &[ast::Expr], asserted: bool) -> Outcome<Vec<Row>> {
        for row in &rows {
            for expr in exprs {
                if let Value::Relationship(rel) = self.eval(expr, row)?
                    && let Some(record) = self.graph.rels.get_mut(&rel.id())
                {
                    record.asserted = asserted;
                }
            }
        }
        Ok(rows)
    }

    // ------------------------------------------------------------ deleting

    fn delete(&mut self, delete: &ast::Delete, rows: Vec<Row>) -> Outcome<Vec<Row>> {
        let mut gone = BTreeSet::new();
        for row in &rows {
            for target in &delete.targets {
                match self.eval(target, row)? {
                    Value::Node(node) => gone.extend([node.id()]),
                    Value::Relationship(rel) => gone.extend([rel.id()]),
                    Value::Null => {}
                    other => return failed(format!("deletion of {other}")),
                }
            }
        }
        let hangs = |rel: &RelationshipRecord, gone: &BTreeSet<ElementId>| {
            gone.contains(&rel.start.id()) || gone.contains(&rel.end.id())
        };
        let mut count = usize::MAX;
        while delete.detach && count != gone.len() {
            count = gone.len();
            let more: Vec<ElementId> =
                self.graph.rels.iter().filter(|(_, rel)| hangs(rel, &gone)).map(|(id, _)| *id).collect();
            gone.extend(more);
        }
        self.graph.nodes.retain(|id, _| !gone.contains(id));
        self.graph.rels.retain(|id, _| !gone.contains(id));
        Ok(rows)
    }
}

/// The names of `:A:B`, as CREATE has them.
fn written_names(names: &ast::LabelExpr) -> Vec<Name> {
    match names {
        ast::LabelExpr::Name(name) => vec![name.name.clone()],
        ast::LabelExpr::And(all) | ast::LabelExpr::Or(all) => all.iter().flat_map(written_names).collect(),
        ast::LabelExpr::Given(given) | ast::LabelExpr::GivenAny(given) => given_names(given),
        ast::LabelExpr::Not(_) | ast::LabelExpr::Wildcard(_) => Vec::new(),
    }
}

fn cloned((key, value): (&Name, &Value)) -> (Name, Value) {
    (key.clone(), value.clone())
}
