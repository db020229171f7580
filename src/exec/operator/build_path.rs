//! `BuildPath`: a path of its pieces; null if one of them is. Order kept; holds nothing.

use std::sync::Arc;

use super::travel::rels_of;
use super::{Input, Scope, Source};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::{Column, Ids, end_value, value_end};
use crate::exec::context::{Context, Segment};
use crate::physical::{Operator, PathStep};
use crate::storage::{End, Graph, RelSlot};
use crate::value::{Element, Path, Relationship, Value};

pub(super) struct BuildPath {
    input: Input,
    steps: Vec<PathStep>,
    segment: Segment,
}

impl BuildPath {
    pub(super) fn new(operator: &Operator, steps: &[PathStep], scope: Scope, ctx: &Context) -> Self {
        Self { input: Input::of(operator, scope, ctx), steps: steps.to_vec(), segment: scope.segment }
    }

    fn path(&self, ctx: &Context, graph: &Graph, batch: &Batch, row: usize) -> Option<Value> {
        let mut elements: Vec<Element> = Vec::new();
        let mut relationships = Vec::new();
        // Where the pieces so far have led; an element that follows a list of relationships is that place.
        let mut last: Option<End> = None;
        let mut reached = false;
        for step in &self.steps {
            match *step {
                PathStep::Element(column) => {
                    let value = batch.columns[column].value(row, ctx);
                    last = value_end(&value, ctx);
                    let element = element(value)?;
                    if !std::mem::take(&mut reached) {
                        elements.push(element);
                    }
                }
                PathStep::Rel(column) => match batch.columns[column].value(row, ctx) {
                    Value::Relationship(rel) => relationships.push(rel),
                    _ => return None,
                },
                PathStep::Rels(column) => {
                    let value = batch.columns[column].value(row, ctx);
                    if value.is_null() {
                        return None;
                    }
                    for slot in rels_of(&value, ctx) {
                        let rel = graph.rel(RelSlot(slot));
                        let next = if Some(rel.start) == last { rel.end } else { rel.start };
                        relationships.push(Relationship::bare(ctx.rel_id(slot)));
                        elements.push(element(end_value(next, ctx))?);
                        last = Some(next);
                        reached = true;
                    }
                    // Without any relationship the element that follows is the one before.
                    if !reached {
                        reached = !elements.is_empty();
                    }
                }
            }
        }
        Some(Value::Path(Arc::new(Path { elements, relationships })))
    }
}

fn element(value: Value) -> Option<Element> {
    match value {
        Value::Node(node) => Some(Element::Node(node)),
        Value::Relationship(rel) => Some(Element::Relationship(rel)),
        _ => None,
    }
}

impl Source for BuildPath {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        ctx.budget.steps(batch.len)?;
        let graph = ctx.view(self.segment);
        let mut paths = Vec::with_capacity(batch.len);
        for row in 0..batch.len {
            let path = self.path(ctx, &graph, &batch, row).unwrap_or_default();
            ctx.budget.bytes(path.payload_bytes())?;
            paths.push(path);
        }
        let len = batch.len;
        let mut columns = batch.carry(&self.input.carry);
        columns.push(Column::Values(paths));
        Ok(Some(Batch::new(columns, len)))
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}
