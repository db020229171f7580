//! Turns rows of columns into rows of values, with each element in them filled with what the graph says of it.

use std::sync::Arc;

use super::batch::Batch;
use super::column::{Column, end_element};
use super::context::Context;
use super::deleted::Record;
use super::host::{node_record, place, rel_record};
use crate::storage::Graph;
use crate::value::{Element, ElementId, Map, Node, Path, Relationship, Value};

/// One row of an answer, its elements filled from `graph`.
pub(super) fn row(ctx: &Context, graph: &Graph, batch: &Batch, row: usize, columns: &[usize]) -> Vec<Value> {
    columns.iter().map(|&column| cell(ctx, graph, &batch.columns[column], row)).collect()
}

fn cell(ctx: &Context, graph: &Graph, column: &Column, row: usize) -> Value {
    fill(ctx, graph, column.value(row, ctx))
}

/// The value with every element in it filled.
fn fill(ctx: &Context, graph: &Graph, value: Value) -> Value {
    match value {
        Value::Node(node) => Value::Node(fill_node(ctx, graph, node.id())),
        Value::Relationship(rel) => Value::Relationship(fill_rel(ctx, graph, rel.id())),
        Value::Path(path) => Value::Path(Arc::new(fill_path(ctx, graph, &path))),
        Value::List(items) if items.iter().any(holds_element) => {
            Value::List(items.iter().map(|item| fill(ctx, graph, item.clone())).collect())
        }
        Value::Map(map) if map.values().any(holds_element) => Value::Map(fill_map(ctx, graph, &map)),
        other => other,
    }
}

fn holds_element(value: &Value) -> bool {
    match value {
        Value::Node(_) | Value::Relationship(_) | Value::Path(_) => true,
        Value::List(items) => items.iter().any(holds_element),
        Value::Map(map) => map.values().any(holds_element),
        _ => false,
    }
}

fn fill_map(ctx: &Context, graph: &Graph, map: &Map) -> Map {
    map.iter().map(|(key, value)| (key.clone(), fill(ctx, graph, value.clone()))).collect()
}

fn fill_path(ctx: &Context, graph: &Graph, path: &Path) -> Path {
    Path {
        elements: path
            .elements
            .iter()
            .map(|element| match element {
                Element::Node(node) => Element::Node(fill_node(ctx, graph, node.id())),
                Element::Relationship(rel) => Element::Relationship(fill_rel(ctx, graph, rel.id())),
            })
            .collect(),
        relationships: path.relationships.iter().map(|rel| fill_rel(ctx, graph, rel.id())).collect(),
    }
}

fn fill_node(ctx: &Context, graph: &Graph, id: ElementId) -> Node {
    if let Some(Record::Node(record)) = ctx.deleted.record(id) {
        return Node::filled(id, record);
    }
    match place(graph, id) {
        None => Node::bare(id),
        Some(end) => Node::filled(id, Arc::new(node_record(graph, end))),
    }
}

fn fill_rel(ctx: &Context, graph: &Graph, id: ElementId) -> Relationship {
    if let Some(Record::Rel(record)) = ctx.deleted.record(id) {
        return Relationship::filled(id, record);
    }
    match graph.rel_slot(id) {
        None => Relationship::bare(id),
        Some(slot) => {
            let record = rel_record(graph, slot, |end| end_element(end, ctx));
            Relationship::filled(id, Arc::new(record))
        }
    }
}
