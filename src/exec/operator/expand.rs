//! Expand: for each row and each relationship at an element, a row. Order kept; holds one input batch.

use std::borrow::Cow;

use super::fan::Fan;
use super::travel::{Run, STRETCH, Taken, end_column, families, is_kind, runs};
use super::{Input, Scope, Wanted, row_number};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::{Column, NULL_SLOT};
use crate::exec::context::{Context, Segment};
use crate::physical::{self, ColumnKind, Operator, States, Target, Types};
use crate::storage::{End, ExpandCursor, Expansion, Family, Graph, NodeSlot};

pub(super) struct Expand {
    input: Input,
    from: usize,
    direction: physical::Direction,
    types: Types,
    /// Whether there is a column of the relationship.
    rel: bool,
    to: Target,
    /// Of the far end.
    kind: ColumnKind,
    families: &'static [Family],
    distinct_from: Vec<usize>,
    segment: Segment,
    wanted: Wanted,
}

/// A batch on its way.
pub(super) struct Current {
    batch: Batch,
    taken: Taken,
    row: usize,
    /// Where the store goes on by itself.
    cursor: ExpandCursor,
}

/// What is being made.
#[derive(Default)]
struct Made {
    /// How many rows to make.
    room: usize,
    rows: Vec<u32>,
    rels: Vec<u32>,
    nodes: Vec<u32>,
    ends: Vec<End>,
}

impl Made {
    /// Drops the steps that another arrow has taken.
    fn drop_taken(&mut self, taken: &Taken) {
        let mut kept = 0;
        for index in 0..self.rows.len() {
            if !taken.has(self.rows[index] as usize, self.rels[index]) {
                self.rows[kept] = self.rows[index];
                self.rels[kept] = self.rels[index];
                self.nodes[kept] = self.nodes[index];
                kept += 1;
            }
        }
        self.rows.truncate(kept);
        self.rels.truncate(kept);
        self.nodes.truncate(kept);
    }
}

/// From so many nodes on, a batch will probably be filled.
const MANY: usize = 256;

/// All steps from one node.
fn expand_row(graph: &Graph, runs: &[Run], slot: u32, made: &mut Made) {
    if slot == NULL_SLOT {
        return;
    }
    let end = End::node(NodeSlot(slot));
    for run in runs {
        for found in graph.runs(end, run.direction, run.rel_type, run.family) {
            found.for_each_slice(|entries| {
                let entries = entries.iter().filter(|entry| run.gives(end, entry.end));
                for entry in entries {
                    made.rels.push(entry.rel.0);
                    made.nodes.push(entry.end.as_node().map_or(NULL_SLOT, |node| node.0));
                }
            });
        }
    }
}

impl Expand {
    pub(super) fn new(operator: &Operator, spec: &physical::Expand, scope: Scope, ctx: &Context) -> Self {
        let layout = &operator.inputs[0].layout;
        let kind = spec.to.kind(layout);
        Self {
            input: Input::of(operator, scope, ctx),
            from: spec.from,
            direction: spec.direction,
            types: spec.types.clone(),
            rel: spec.rel,
            to: spec.to,
            kind,
            families: families(layout[spec.from], kind, spec.states),
            distinct_from: spec.distinct_from.clone(),
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
        }
    }

    /// The usual case: from nodes to new or ignored nodes along plain arrows.
    fn is_plain(&self) -> bool {
        self.kind == ColumnKind::Node && self.families == [Family::Plain] && !matches!(self.to, Target::Bound(_))
    }

    fn expand_plain(&self, ctx: &Context, graph: &Graph, runs: &[Run], current: &mut Current, made: &mut Made) -> bool {
        let Column::Nodes(from) = &current.batch.columns[self.from] else { return false };
        let from = self.still_wanted(ctx, &current.batch, from);
        if let [run] = runs {
            // One run for all rows: the store fills the columns by itself.
            if from.len() >= MANY {
                made.rows.reserve(made.room);
                made.rels.reserve(made.room);
                made.nodes.reserve(made.room);
            }
            let columns =
                Expansion { source_indexes: &mut made.rows, neighbours: &mut made.nodes, rels: &mut made.rels };
            let cursor = &mut current.cursor;
            if !graph.expand_some(columns, &from, run.direction, run.rel_type, cursor, made.room) {
                current.row = current.batch.len;
            }
        } else {
            // Several runs: row by row, so that the order is kept.
            while current.row < from.len() && made.rows.len() < made.room {
                expand_row(graph, runs, from[current.row], made);
                made.rows.resize(made.rels.len(), row_number(current.row));
                current.row += 1;
            }
        }
        if !current.taken.is_empty() {
            made.drop_taken(&current.taken);
        }
        true
    }

    /// The usual check: of one type along plain arrows, from nodes to nodes.
    fn expand_into(
        &self,
        ctx: &Context,
        graph: &Graph,
        runs: &[Run],
        current: &mut Current,
        made: &mut Made,
    ) -> Result<bool, ExecError> {
        let Target::Bound(to) = self.to else { return Ok(false) };
        let (Column::Nodes(from), Column::Nodes(to)) = (&current.batch.columns[self.from], &current.batch.columns[to])
        else {
            return Ok(false);
        };
        let ([Run { direction, rel_type: Some(rel_type), .. }], [Family::Plain]) = (runs, self.families) else {
            return Ok(false);
        };
        let from = self.still_wanted(ctx, &current.batch, from);
        let (mut mine, mut theirs) = (Vec::with_capacity(STRETCH), Vec::with_capacity(STRETCH));
        while current.row < from.len() && made.rows.len() < made.room {
            let rows = current.row..from.len().min(current.row + STRETCH);
            mine.clear();
            theirs.clear();
            graph.each_run(&from[rows.clone()], *direction, *rel_type, |run| mine.push(run));
            graph.each_run(&to[rows.clone()], direction.reversed(), *rel_type, |run| theirs.push(run));
            current.row = rows.end;
            for ((row, mine), theirs) in rows.clone().zip(&mine).zip(&theirs) {
                let (shorter, end) = if mine.len() <= theirs.len() { (mine, to[row]) } else { (theirs, from[row]) };
                if shorter.len() > 0 {
                    made.rels.extend(shorter.rels_to(End::node(NodeSlot(end))).map(|rel| rel.0));
                    made.rows.resize(made.rels.len(), row_number(row));
                    made.nodes.resize(made.rels.len(), to[row]);
                }
                // Each may have very many parallel ones.
                if made.rows.len() >= made.room {
                    current.row = row + 1;
                    break;
                }
            }
            ctx.budget.steps(rows.len())?;
        }
        if !current.taken.is_empty() {
            made.drop_taken(&current.taken);
        }
        Ok(true)
    }

    /// The nodes to begin with, without those of which nothing more is wanted.
    fn still_wanted<'f>(&self, ctx: &Context, batch: &Batch, from: &'f [u32]) -> Cow<'f, [u32]> {
        if !self.wanted.is_one(ctx) {
            return Cow::Borrowed(from);
        }
        let slot = |(row, &slot): (usize, &u32)| if self.wanted.is_done(ctx, batch, row) { NULL_SLOT } else { slot };
        from.iter().enumerate().map(slot).collect()
    }

    fn expand(
        &self,
        ctx: &Context,
        graph: &Graph,
        runs: &[Run],
        current: &mut Current,
        made: &mut Made,
    ) -> Result<(), ExecError> {
        let from = &current.batch.columns[self.from];
        while current.row < current.batch.len && made.rows.len() < made.room {
            let row = current.row;
            current.row += 1;
            ctx.budget.step()?;
            if self.wanted.is_done(ctx, &current.batch, row) {
                continue;
            }
            let Some(from) = from.end(row, ctx) else { continue };
            let mut take = |rel: u32, end: End| {
                if is_kind(end, self.kind) && !current.taken.has(row, rel) {
                    made.rows.push(row_number(row));
                    made.rels.push(rel);
                    made.ends.push(end);
                }
            };
            if let Target::Bound(to) = self.to {
                let Some(to) = current.batch.columns[to].end(row, ctx) else { continue };
                for run in runs {
                    for neighbour in run.between(graph, from, to).into_iter().flatten() {
                        take(neighbour.rel.0, neighbour.end);
                    }
                }
            } else {
                for run in runs {
                    for neighbour in run.neighbours(graph, from) {
                        ctx.budget.step()?;
                        take(neighbour.rel.0, neighbour.end);
                    }
                }
            }
        }
        Ok(())
    }

    fn finish(&self, current: &Current, made: Made) -> Batch {
        let len = made.rows.len();
        let mut columns = current.batch.gather(&self.input.carry, &made.rows);
        if self.rel {
            columns.push(Column::Rels(made.rels));
        }
        if let Target::New(kind) = self.to {
            columns.push(if made.ends.is_empty() { Column::Nodes(made.nodes) } else { end_column(made.ends, kind) });
        }
        Batch::new(columns, len)
    }
}

impl Fan for Expand {
    type Current = Current;

    fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    fn begin(&mut self, ctx: &Context, batch: Batch) -> Result<Current, ExecError> {
        let taken = Taken::of(&batch, &self.distinct_from, ctx);
        Ok(Current { batch, taken, row: 0, cursor: ExpandCursor::default() })
    }

    fn more(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let graph = ctx.view(self.segment);
        let runs = runs(self.direction, &ctx.type_ids(&self.types), self.families);
        let mut made = Made { room: self.wanted.batch_rows(ctx), ..Made::default() };
        let is_made = if self.is_plain() {
            self.expand_plain(ctx, &graph, &runs, current, &mut made)
        } else {
            self.expand_into(ctx, &graph, &runs, current, &mut made)?
        };
        if !is_made {
            self.expand(ctx, &graph, &runs, current, &mut made)?;
        }
        Ok(self.finish(current, made))
    }

    fn is_done(current: &Current) -> bool {
        current.row >= current.batch.len
    }
}

/// The state of relationships in patterns that pass through several.
pub(super) const ARROWS: States = States::Asserted;
