//! `NodeById` and `RelById`: the element with an id, or each with an id of a list. Order kept; holds nothing.

use rustc_hash::FxHashSet;

use super::{Input, Scope, Source, row_number};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::exec::eval::{Cells, Frame, eval};
use crate::exec::host::Env;
use crate::physical::{Operator, Scalar, States};
use crate::storage::Graph;
use crate::value::{ElementId, Value};

pub(super) struct ById {
    input: Input,
    ids: Scalar,
    kind: Kind,
    segment: Segment,
}

#[derive(Clone, Copy)]
enum Kind {
    Node,
    Rel(States),
}

impl ById {
    pub(super) fn nodes(operator: &Operator, ids: &Scalar, scope: Scope, ctx: &Context) -> Self {
        Self { input: Input::of(operator, scope, ctx), ids: ids.clone(), kind: Kind::Node, segment: scope.segment }
    }

    pub(super) fn rels(operator: &Operator, ids: &Scalar, states: States, scope: Scope, ctx: &Context) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            ids: ids.clone(),
            kind: Kind::Rel(states),
            segment: scope.segment,
        }
    }
}

impl Source for ById {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        while let Some(batch) = self.input.next(ctx)? {
            let graph = ctx.view(self.segment);
            let env = Env::new(ctx, &graph);
            let frame = Frame::of(&batch.columns, batch.len);
            let ids = eval(&env, &self.ids, &frame)?;
            let ids = Cells::of(&ids, ctx);
            let (mut rows, mut slots) = (Vec::new(), Vec::new());
            for row in 0..batch.len {
                for slot in places(&graph, self.kind, ids.get(row)) {
                    rows.push(row_number(row));
                    slots.push(slot);
                }
            }
            if slots.is_empty() {
                continue;
            }
            ctx.budget.rows(slots.len())?;
            let len = slots.len();
            let mut columns = batch.gather(&self.input.carry, &rows);
            columns.push(match self.kind {
                Kind::Node => Column::Nodes(slots),
                Kind::Rel(_) => Column::Rels(slots),
            });
            return Ok(Some(Batch::new(columns, len)));
        }
        Ok(None)
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}

fn places(graph: &Graph, kind: Kind, ids: &Value) -> Vec<u32> {
    match ids {
        Value::List(list) => {
            let mut seen = FxHashSet::default();
            list.iter().filter_map(|id| place(graph, kind, id)).filter(|slot| seen.insert(*slot)).collect()
        }
        id => place(graph, kind, id).into_iter().collect(),
    }
}

fn place(graph: &Graph, kind: Kind, id: &Value) -> Option<u32> {
    let id = ElementId(match id {
        Value::Integer(id) => u64::try_from(*id).ok()?,
        Value::Node(node) => node.id().0,
        Value::Relationship(rel) => rel.id().0,
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number")]
        Value::Float(id) if *id >= 0.0 && *id < 9e15 && id.fract() == 0.0 => *id as u64,
        _ => return None,
    });
    match kind {
        Kind::Node => graph.node_slot(id).map(|slot| slot.0),
        Kind::Rel(states) => {
            graph.rel_slot(id).filter(|slot| states == States::Both || graph.rel(*slot).asserted).map(|slot| slot.0)
        }
    }
}
