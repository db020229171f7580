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
        let mut walked = Walked::default();
        // An element that follows a list of relationships is the place to which they led.
        let mut reached = false;
        for step in &self.steps {
            match *step {
                PathStep::Element(column) => {
                    let value = batch.columns[column].value(row, ctx);
                    if !std::mem::take(&mut reached) {
                        walked.begin(value, ctx)?;
                    }
                }
                PathStep::Rel(column) => match batch.columns[column].value(row, ctx) {
                    Value::Relationship(rel) => walked.relationships.push(rel),
                    _ => return None,
                },
                PathStep::Rels(column) => {
                    let value = batch.columns[column].value(row, ctx);
                    if value.is_null() {
                        return None;
                    }
                    for slot in rels_of(&value, ctx) {
                        walked.follow(slot, graph, ctx);
                    }
                    // Without any relationship the element that follows is the one before.
                    reached = !walked.elements.is_empty();
                }
            }
        }
        Some(walked.path())
    }
}

/// A path as far as it has come.
#[derive(Default)]
pub(super) struct Walked {
    elements: Vec<Element>,
    relationships: Vec<Relationship>,
    /// Where it has come to.
    at: Option<End>,
}

impl Walked {
    /// The next element; none if it is null.
    pub(super) fn begin(&mut self, value: Value, ctx: &Context) -> Option<()> {
        self.at = value_end(&value, ctx);
        self.elements.push(element(value)?);
        Some(())
    }

    /// Along a relationship of which one end is where the path has come to.
    pub(super) fn follow(&mut self, slot: u32, graph: &Graph, ctx: &Context) {
        let rel = graph.rel(RelSlot(slot));
        let next = if Some(rel.start) == self.at { rel.end } else { rel.start };
        self.relationships.push(Relationship::bare(ctx.rel_id(slot)));
        self.elements.extend(element(end_value(next, ctx)));
        self.at = Some(next);
    }

    pub(super) fn path(mut self) -> Value {
        // Paths are kept in large numbers.
        self.elements.shrink_to_fit();
        self.relationships.shrink_to_fit();
        Value::Path(Arc::new(Path { elements: self.elements, relationships: self.relationships }))
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
            let bytes = path.payload_bytes();
            ctx.budget.steps(bytes / size_of::<Value>())?;
            ctx.budget.bytes(bytes)?;
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
