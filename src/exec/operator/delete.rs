//! Delete: marks elements, and takes from the graph what nothing touches any more. Order kept; holds nothing.
//!
//! What is marked and still touched waits for a later clause to delete what touches it, or for the end of the
//! statement, where it is an error. DETACH also marks what touches an element, and what points at that, and so on.

use std::sync::Arc;

use super::{Input, Scope, Source};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::{end_element, value_end};
use crate::exec::context::Context;
use crate::exec::deleted::Record;
use crate::exec::eval::{Frame, evaluate};
use crate::exec::host::{Env, node_record, properties_of};
use crate::function::FunctionError;
use crate::physical::{Operator, Scalar};
use crate::storage::{Direction, End, Family, Graph, StorageError};
use crate::value::{RelationshipRecord, Value};

pub(super) struct Delete {
    input: Input,
    detach: bool,
    targets: Vec<Scalar>,
}

impl Delete {
    pub(super) fn new(operator: &Operator, detach: bool, targets: &[Scalar], scope: Scope, ctx: &Context) -> Self {
        Self { input: Input::of(operator, scope, ctx), detach, targets: targets.to_vec() }
    }
}

impl Source for Delete {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        ctx.budget.rows(batch.len)?;
        let graph = ctx.snapshot();
        let env = Env::new(ctx, &graph);
        let frame = Frame::of(&batch.columns, batch.len);
        let mut columns = Vec::with_capacity(self.targets.len());
        for target in &self.targets {
            columns.push(evaluate(&env, target, &frame)?);
        }
        for row in 0..batch.len {
            for column in &columns {
                mark_value(ctx, &graph, &column.value(row, ctx), self.detach)?;
            }
        }
        drop(graph);
        delete_free(ctx, ctx.deleted.take_pending())?;
        let len = batch.len;
        Ok(Some(Batch::new(batch.carry(&self.input.carry), len)))
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}

fn mark_value(ctx: &Context, graph: &Graph, value: &Value, detach: bool) -> Result<(), ExecError> {
    match value {
        Value::Null => Ok(()),
        Value::Node(_) | Value::Relationship(_) => match value_end(value, ctx) {
            Some(end) => mark(ctx, graph, end, detach),
            None => Ok(()),
        },
        Value::Path(path) => {
            for rel in &path.relationships {
                mark_value(ctx, graph, &Value::Relationship(rel.clone()), detach)?;
            }
            for element in &path.elements {
                mark_value(ctx, graph, &element.clone().into(), detach)?;
            }
            Ok(())
        }
        other => Err(FunctionError::Type {
            function: "DELETE",
            expected: "a NODE, RELATIONSHIP or PATH",
            found: other.type_name().to_owned(),
        }
        .into()),
    }
}

/// Marks the element, and if `detach` what touches it, and so on.
fn mark(ctx: &Context, graph: &Graph, element: End, detach: bool) -> Result<(), ExecError> {
    let mut open = vec![element];
    while let Some(end) = open.pop() {
        ctx.budget.step()?;
        let id = ctx.deleted.id(end).unwrap_or_else(|| {
            let id = ctx.end_id(end);
            let record = record(ctx, graph, end);
            count(ctx, graph, end, &record);
            // Kept to the end of the statement, as the change is, and undone with it.
            ctx.budget.wrote(record.deleted_bytes());
            ctx.deleted.mark(end, id, record);
            id
        });
        // A DELETE before has marked the element and left what touches it.
        if detach && !planted!("DETACH leaves relationships") && graph.end(id) == Some(end) && ctx.deleted.detach(id) {
            for direction in [Direction::Out, Direction::In] {
                for family in Family::ALL {
                    open.extend(graph.neighbours(end, direction, None, family).map(|found| End::rel(found.rel)));
                }
            }
        }
    }
    Ok(())
}

/// Counts an element that goes. What this statement has made itself is taken off again.
fn count(ctx: &Context, graph: &Graph, element: End, record: &Record) {
    let created_here = ctx.was_created(ctx.end_id(element));
    let mut counters = ctx.counters.borrow_mut();
    let counters = &mut *counters;
    let (created, deleted, labels, properties) = match record {
        Record::Node(node) => {
            (&mut counters.nodes_created, &mut counters.nodes_deleted, node.labels.len(), node.properties.len())
        }
        Record::Rel(rel) => {
            (&mut counters.relationships_created, &mut counters.relationships_deleted, 0, rel.properties.len())
        }
    };
    let citations = u64::from(is_citation(graph, record));
    if created_here {
        *created = created.saturating_sub(1);
        counters.citations_created = counters.citations_created.saturating_sub(citations);
        counters.labels_added = counters.labels_added.saturating_sub(labels as u64);
        counters.properties_set = counters.properties_set.saturating_sub(properties as u64);
    } else {
        *deleted += 1;
        counters.citations_deleted += citations;
    }
}

fn is_citation(graph: &Graph, record: &Record) -> bool {
    match record {
        Record::Node(_) => false,
        Record::Rel(rel) => rel.asserted && rel.rel_type == graph.catalog().provenance.supports,
    }
}

/// What the graph says of an element that goes.
fn record(ctx: &Context, graph: &Graph, element: End) -> Record {
    match element.as_rel() {
        None => Record::Node(Arc::new(node_record(graph, element))),
        Some(slot) => {
            let rel = graph.rel(slot);
            Record::Rel(Arc::new(RelationshipRecord {
                rel_type: graph.catalog().types.name(rel.rel_type).clone(),
                start: end_element(rel.start, ctx),
                end: end_element(rel.end, ctx),
                asserted: rel.asserted,
                properties: properties_of(graph, element),
            }))
        }
    }
}

/// Takes from the graph what is marked and free; the rest waits.
fn delete_free(ctx: &Context, marked: Vec<End>) -> Result<(), ExecError> {
    for end in in_order(ctx, marked) {
        ctx.budget.step()?;
        match ctx.write(|writer| writer.delete(end)) {
            Ok(()) => {}
            Err(StorageError::StillAttached { .. }) => ctx.deleted.keep_stuck(end),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Relationships before nodes, and what points before what is pointed at: ends are older than the relationship.
fn in_order(ctx: &Context, mut marked: Vec<End>) -> Vec<End> {
    marked.sort_by_cached_key(|end| (end.as_node().is_some(), std::cmp::Reverse(ctx.end_id(*end))));
    marked
}

/// Takes from the graph all that is marked and free by now.
pub(in crate::exec) fn flush_deleted(ctx: &Context) -> Result<(), ExecError> {
    if !ctx.deleted.any() {
        return Ok(());
    }
    let mut marked = ctx.deleted.take_pending();
    marked.extend(ctx.deleted.take_stuck());
    delete_free(ctx, marked)
}

/// At the end of the statement: what is marked and still touched is an error.
pub(in crate::exec) fn finish_deleting(ctx: &Context) -> Result<(), ExecError> {
    flush_deleted(ctx)?;
    for end in ctx.deleted.take_stuck() {
        ctx.write(|writer| writer.delete(end))?;
    }
    Ok(())
}
