//! The operators that run a plan: each pulls batches from its input and makes batches of its own.

mod aggregate;
mod apply;
mod argument;
mod barrier;
mod both_ends;
mod build_path;
mod by_id;
mod call;
mod cite;
mod count_expand;
mod create;
mod delete;
mod distinct;
mod draw;
mod expand;
mod fan;
mod filter;
mod flood;
mod foreach;
mod gather;
mod hash_join;
mod hops;
mod implied;
mod in_transactions;
mod intersect;
mod lookup;
mod lookup_table;
mod marked;
mod meeting;
mod merge;
mod node_scan;
mod project;
mod reach;
mod rel_ends;
mod rel_scan;
mod route;
mod rows;
mod seek;
mod set;
mod set_state;
mod shortest_path;
mod sort;
mod table;
mod tally;
mod travel;
mod union;
mod unwind;
mod var_expand;
mod visited;

pub(super) use delete::finish_deleting;
use fan::{Fan, Fanned};

use super::ExecError;
use super::batch::{BATCH_ROWS, Batch};
use super::column::Column;
use super::context::{ArgumentId, Context, Segment};
use super::profile::Profiled;
use crate::physical::{ColumnKind, Op, Operator, Scalar};

/// Something that gives rows when asked.
pub(super) trait Source: Send {
    /// The next rows; never an empty batch, `None` at the end.
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError>;

    /// Begins anew, with what the argument of the plan holds by then.
    fn rewind(&mut self, ctx: &Context);
}

/// The surroundings of a part of a plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    pub argument: ArgumentId,
    pub segment: Segment,
    /// Who says of which outer rows nothing more is wanted: whoever runs the plan, or a LIMIT above.
    pub audience: ArgumentId,
    /// The rows of a scatter, a piece after the other, if threads share them.
    pub pieces: Option<ArgumentId>,
}

impl Scope {
    pub(super) fn new(argument: ArgumentId, segment: Segment) -> Self {
        Self { argument, segment, audience: argument, pieces: None }
    }
}

/// The operator and its inputs, ready to run.
pub(super) fn compile(operator: &Operator, scope: Scope, ctx: &Context) -> Box<dyn Source> {
    let source: Box<dyn Source> = match &operator.op {
        Op::Argument => make(|| argument::Argument::new(scope)),
        Op::Empty => make(|| argument::Empty),
        Op::NodeScan { label, conditions, within, first } => {
            fan(|| node_scan::NodeScan::new(operator, *label, conditions, within.as_ref(), first.as_ref(), scope, ctx))
        }
        Op::CountValues { label, conditions, within, key } => fan(|| {
            let scan = node_scan::NodeScan::new(operator, *label, conditions, within.as_ref(), None, scope, ctx);
            node_scan::CountValues::new(scan, *key)
        }),
        Op::NodeSeek { index, seek } => make(|| seek::IndexSeek::nodes(operator, *index, seek, scope, ctx)),
        Op::NodeLookup { label, keys, sought } => {
            fan(|| lookup::NodeLookup::new(operator, *label, keys, sought, scope, ctx))
        }
        Op::NodeById { ids } => make(|| by_id::ById::nodes(operator, ids, scope, ctx)),
        Op::RelSeek { index, seek, states } => {
            make(|| seek::IndexSeek::rels(operator, *index, seek, *states, scope, ctx))
        }
        Op::RelById { ids, states } => make(|| by_id::ById::rels(operator, ids, *states, scope, ctx)),
        Op::RelScan { types, states, between_nodes } => {
            fan(|| rel_scan::RelScan::new(operator, types, *states, *between_nodes, scope, ctx))
        }
        Op::Expand(spec) => fan(|| expand::Expand::new(operator, spec, scope, ctx)),
        Op::RelEnds { .. } => make(|| rel_ends::RelEnds::new(operator, scope, ctx)),
        Op::VarExpand(spec) if spec.reach_only => fan(|| reach::Reach::new(operator, spec, scope, ctx)),
        Op::VarExpand(spec) => fan(|| var_expand::VarExpand::new(operator, spec, scope, ctx)),
        Op::ShortestPath(spec) => fan(|| shortest_path::ShortestPath::new(operator, spec, scope, ctx)),
        Op::Route(spec) => fan(|| route::Route::new(operator, spec, scope, ctx)),
        Op::CountExpand { .. } => make(|| count_expand::CountExpand::new(operator, scope, ctx)),
        Op::Intersect(spec) => fan(|| intersect::Intersect::new(operator, spec, scope, ctx)),
        Op::BuildPath { steps } => make(|| build_path::BuildPath::new(operator, steps, scope, ctx)),
        Op::Filter { predicate } => make(|| filter::Filter::new(operator, predicate, scope, ctx)),
        Op::Project { items } => make(|| project::Project::new(operator, items, scope, ctx)),
        Op::Aggregate { .. } => make(|| aggregate::Aggregation::new(operator, scope, ctx)),
        Op::Distinct { partition, columns } => {
            make(|| distinct::Distinct::new(operator, *partition, columns, scope, ctx))
        }
        Op::Sort { partition, keys, limit } => {
            make(|| sort::Sort::new(operator, *partition, keys, limit.as_ref(), scope, ctx))
        }
        Op::Skip { partition, count } => make(|| rows::Cut::skip(operator, *partition, count, scope, ctx)),
        Op::Limit { partition, count } => make(|| rows::Cut::limit(operator, *partition, count, scope, ctx)),
        Op::Unwind { list } => fan(|| unwind::Unwind::new(operator, list, scope, ctx)),
        Op::Gather { shared } => match gather::Morsels::of(operator, *shared, ctx) {
            Some(morsels) => make(|| gather::Gather::new(operator, morsels, scope, ctx)),
            None => compile(&operator.inputs[0], scope, ctx),
        },
        Op::Scatter { .. } => match scope.pieces {
            Some(pieces) => make(|| argument::Argument::of(pieces)),
            None => compile(&operator.inputs[0], scope, ctx),
        },
        Op::Union => make(|| union::Union::new(operator, scope, ctx)),
        Op::HashJoin { left_keys, right_keys, right_columns } => {
            fan(|| hash_join::HashJoin::new(operator, (left_keys, right_keys), right_columns, scope, ctx))
        }
        Op::Apply(spec) => make(|| apply::Apply::new(operator, spec, scope, ctx)),
        Op::InTransactions(spec) => make(|| in_transactions::InTransactions::new(operator, spec, scope, ctx)),
        Op::Call(spec) => fan(|| call::Call::new(operator, spec, scope, ctx)),
        Op::Barrier => make(|| barrier::Barrier::new(operator, scope, ctx)),
        Op::Create { draws, cite } => make(|| create::Create::new(operator, draws, cite.as_ref(), scope, ctx)),
        Op::Merge(spec) => make(|| merge::Merge::new(operator, spec, scope, ctx)),
        Op::Set { items } => make(|| set::Set::new(operator, items, scope, ctx)),
        Op::Delete { detach, targets } => make(|| delete::Delete::new(operator, *detach, targets, scope, ctx)),
        Op::SetState { asserted, targets } => {
            make(|| set_state::SetState::new(operator, *asserted, targets, scope, ctx))
        }
        Op::Foreach { list, body, imports } => {
            make(|| foreach::Foreach::new(operator, list, body, imports, scope, ctx))
        }
    };
    counted(operator, source, ctx)
}

/// The operator with its rows counted, if the run is profiled.
fn counted(operator: &Operator, source: Box<dyn Source>, ctx: &Context) -> Box<dyn Source> {
    if ctx.profile.is_some() { Box::new(Profiled { operator: operator.id, source }) } else { source }
}

/// Each operator is built in a frame of its own: plans are deep, and one frame with room for every kind of operator
/// would use up a small stack.
#[inline(never)]
fn make<S: Source + 'static>(build: impl FnOnce() -> S) -> Box<dyn Source> {
    Box::new(build())
}

/// The same for an operator that makes any number of rows for each row of its input.
#[inline(never)]
fn fan<F: Fan + 'static>(build: impl FnOnce() -> F) -> Box<dyn Source> {
    Box::new(Fanned::new(build()))
}

/// What nearly every operator has: where its rows come from, and which of the columns go on.
///
/// When the next rows are asked for, those before are done with: what was made for them is given back to the budget.
pub(super) struct Input {
    source: Box<dyn Source>,
    carry: Vec<usize>,
    /// What was made before the rows in hand were asked for.
    made_before: Option<u64>,
}

impl Input {
    fn of(operator: &Operator, scope: Scope, ctx: &Context) -> Self {
        Self { carry: operator.carry.clone(), ..Self::whole(&operator.inputs[0], scope, ctx) }
    }

    /// A plan of which no columns go on: the outermost one, or one inside an operator.
    pub(super) fn whole(plan: &Operator, scope: Scope, ctx: &Context) -> Self {
        Self { source: compile(plan, scope, ctx), carry: Vec::new(), made_before: None }
    }

    pub(super) fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        if let Some(made) = self.made_before {
            ctx.budget.settle(made);
        }
        self.made_before = Some(ctx.budget.made());
        let batch = self.source.next(ctx)?;
        if batch.is_none() {
            self.made_before = None;
        }
        Ok(batch)
    }

    pub(super) fn rewind(&mut self, ctx: &Context) {
        self.made_before = None;
        self.source.rewind(ctx);
    }
}

/// Whether what the plan does for one outer row may depend on what it has written for another.
fn reads_what_it_writes(operator: &Operator) -> bool {
    writes(operator) && reads(operator)
}

/// Whether the plan does more than to create elements, or looks for what is there: then what it has made before may
/// matter. Properties of elements that were there before do not change by creating others.
fn reads(operator: &Operator) -> bool {
    let only_makes = matches!(
        operator.op,
        Op::Argument
            | Op::Empty
            | Op::Create { .. }
            | Op::Barrier
            | Op::Unwind { .. }
            | Op::Project { .. }
            | Op::Filter { .. }
            | Op::Limit { .. }
            | Op::Skip { .. }
            | Op::Sort { .. }
            | Op::Distinct { .. }
            | Op::Aggregate { .. }
            | Op::BuildPath { .. }
    );
    let mut looks = false;
    for scalar in operator.op.scalars() {
        scalar.walk(&mut |part| {
            let of_graph =
                matches!(part, Scalar::Call { .. } | Scalar::Exists(_) | Scalar::Count { .. } | Scalar::Collect { .. });
            looks |= of_graph;
        });
    }
    !only_makes || looks || operator.inputs.iter().any(reads)
}

/// Whether the operator or one below it writes, inner plans included.
fn writes(operator: &Operator) -> bool {
    let own = match &operator.op {
        Op::Create { .. }
        | Op::Merge(_)
        | Op::Set { .. }
        | Op::Delete { .. }
        | Op::SetState { .. }
        | Op::Foreach { .. }
        | Op::InTransactions(_)
        | Op::Barrier => true,
        Op::Apply(apply) => writes(&apply.inner),
        _ => false,
    };
    own || operator.inputs.iter().any(writes)
}

/// The ordinals of inner rows.
pub(super) fn ordinals(rows: &Batch, place: usize) -> &[u32] {
    match &rows.columns[place] {
        Column::Ordinals(ordinals) => ordinals,
        _ => unreachable!("a column of ordinals holds ordinals"),
    }
}

/// The outer rows that an operator of an inner plan need not look at any more, because enough inner rows were found.
#[derive(Clone, Copy)]
struct Wanted {
    audience: ArgumentId,
    /// Where the input has the ordinal.
    place: Option<usize>,
}

impl Wanted {
    /// By the (first) input of `operator`.
    fn by(operator: &Operator, scope: Scope) -> Self {
        let place = operator.inputs[0].layout.iter().position(|kind| *kind == ColumnKind::Ordinal);
        Self { audience: scope.audience, place }
    }

    /// Whether nothing more is wanted for this row of the input.
    fn is_done(self, ctx: &Context, input: &Batch, row: usize) -> bool {
        self.place.is_some_and(|place| ctx.is_satisfied(self.audience, ordinals(input, place)[row]))
    }

    /// Whether all rows are wanted, whatever was found before.
    fn are_all(self) -> bool {
        self.place.is_none()
    }

    /// Whether one inner row is enough: then batches are small, so that little is made in vain.
    fn is_one(self, ctx: &Context) -> bool {
        self.place.is_some() && ctx.wants_one(self.audience)
    }

    /// How many rows to make at a time.
    fn batch_rows(self, ctx: &Context) -> usize {
        if self.is_one(ctx) { BATCH_ROWS / 16 } else { BATCH_ROWS }
    }
}

/// The number of a row in a batch.
fn row_number(row: usize) -> u32 {
    u32::try_from(row).expect("a batch has fewer than 2^32 rows")
}
