//! Turns rows of columns into rows of values, with each element in them filled with what the graph says of it.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::ExecError;
use super::batch::Batch;
use super::column::end_element;
use super::context::Context;
use super::deleted::Record;
use super::host::{node_record, rel_record};
use crate::storage::Graph;
use crate::value::{Element, ElementId, Map, Name, Node, Path, Relationship, Value};

/// One row of an answer, its elements filled from `graph`. What is made for it is counted as it is made, beside what it is
/// made of, since one row can be a list of all there is, and given back in the end: whoever keeps the row counts it.
pub(super) fn row(ctx: &Context, graph: &Graph, batch: &Batch, row: usize) -> Result<Vec<Value>, ExecError> {
    let made = ctx.budget.made();
    let mut filler = Filler { ctx, graph, records: FxHashMap::default() };
    let columns = ctx.plan.columns.iter();
    let row = columns.map(|&(_, column)| filler.fill(batch.columns[column].value(row, ctx))).collect();
    ctx.budget.settle(made);
    row
}

/// Fills the elements of one row.
struct Filler<'a, 'w> {
    ctx: &'a Context<'w>,
    graph: &'a Graph,
    /// Paths meet the same elements again and again.
    records: FxHashMap<ElementId, Option<Record>>,
}

fn holds_element(value: &Value) -> bool {
    match value {
        Value::Node(_) | Value::Relationship(_) | Value::Path(_) => true,
        Value::List(items) => items.iter().any(holds_element),
        Value::Map(map) => map.values().any(holds_element),
        _ => false,
    }
}

impl Filler<'_, '_> {
    /// The value with every element in it filled.
    fn fill(&mut self, value: Value) -> Result<Value, ExecError> {
        Ok(match value {
            Value::Node(node) => Value::Node(self.node(node.id())?),
            Value::Relationship(rel) => Value::Relationship(self.rel(rel.id())?),
            Value::Path(path) => Value::Path(Arc::new(self.path(&path)?)),
            Value::List(items) if items.iter().any(holds_element) => {
                self.ctx.budget.bytes(2 * size_of_val(&items[..]))?;
                Value::List(items.iter().map(|item| self.fill(item.clone())).collect::<Result<_, _>>()?)
            }
            Value::Map(map) if map.values().any(holds_element) => Value::Map(self.map(&map)?),
            other => other,
        })
    }

    fn map(&mut self, map: &Map) -> Result<Map, ExecError> {
        self.ctx.budget.bytes(2 * map.len() * size_of::<(Name, Value)>())?;
        map.iter().map(|(key, value)| Ok((key.clone(), self.fill(value.clone())?))).collect()
    }

    fn path(&mut self, path: &Path) -> Result<Path, ExecError> {
        self.ctx.budget.bytes(2 * (size_of_val(&path.elements[..]) + size_of_val(&path.relationships[..])))?;
        let elements = path.elements.iter().map(|element| {
            Ok(match element {
                Element::Node(node) => Element::Node(self.node(node.id())?),
                Element::Relationship(rel) => Element::Relationship(self.rel(rel.id())?),
            })
        });
        let elements = elements.collect::<Result<_, ExecError>>()?;
        let rels = path.relationships.iter().map(|rel| self.rel(rel.id()));
        Ok(Path { elements, relationships: rels.collect::<Result<_, _>>()? })
    }

    fn node(&mut self, id: ElementId) -> Result<Node, ExecError> {
        Ok(match self.record(id)? {
            Some(Record::Node(record)) => Node::filled(id, record),
            Some(Record::Rel(_)) | None => Node::bare(id),
        })
    }

    fn rel(&mut self, id: ElementId) -> Result<Relationship, ExecError> {
        Ok(match self.record(id)? {
            Some(Record::Rel(record)) => Relationship::filled(id, record),
            Some(Record::Node(_)) | None => Relationship::bare(id),
        })
    }

    fn record(&mut self, id: ElementId) -> Result<Option<Record>, ExecError> {
        if let Some(known) = self.records.get(&id) {
            return Ok(known.clone());
        }
        let record = self.ctx.deleted.record(id).or_else(|| self.read(id));
        self.ctx.budget.bytes(record.as_ref().map_or(0, Record::size_bytes))?;
        self.records.insert(id, record.clone());
        Ok(record)
    }

    fn read(&self, id: ElementId) -> Option<Record> {
        let end = self.graph.end(id)?;
        Some(match end.as_rel() {
            Some(slot) => Record::Rel(Arc::new(rel_record(self.graph, slot, |end| end_element(end, self.ctx)))),
            None => Record::Node(Arc::new(node_record(self.graph, end))),
        })
    }
}
