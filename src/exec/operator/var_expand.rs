//! `VarExpand`: a row for each trail of several relationships, no relationship twice. Depth first; order kept; holds one
//! input batch and the trail being walked.

use super::fan::Fan;
use super::hops::{Distances, Place, Rules, walk_families};
use super::travel::{Run, Taken, end_column, is_kind, reversed, runs};
use super::{Input, Scope, Wanted, row_number};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::budget::Held;
use crate::exec::column::{Column, rel_value};
use crate::exec::context::{Context, Segment};
use crate::exec::host::Env;
use crate::physical::{self, ColumnKind, Direction, Operator, Target, Types};
use crate::storage::{End, Family, Neighbour};
use crate::value::{LIST_BYTES, List, Value};

pub(super) struct VarExpand {
    input: Input,
    from: usize,
    direction: Direction,
    types: Types,
    families: &'static [Family],
    min: usize,
    max: usize,
    rules: Rules,
    rels: bool,
    to: Target,
    kind: ColumnKind,
    distinct_from: Vec<usize>,
    segment: Segment,
    wanted: Wanted,
}

/// A batch on its way.
pub(super) struct Current {
    batch: Batch,
    taken: Taken,
    /// The next row to begin with.
    row: usize,
    walk: Option<Walk>,
}

impl Current {
    fn drop_walk(&mut self, ctx: &Context) {
        if let Some(mut walk) = self.walk.take() {
            walk.held.clear(&ctx.budget);
        }
    }
}

/// So many relationships of a path are compared with another one in the time of a step.
const COMPARED: usize = 16;

/// How many elements around a bound end are found before the walk begins.
const SEARCHED: usize = 4096;

/// A trail being walked: `levels` has one more entry than `path`, what is left to try at each place.
struct Walk {
    row: usize,
    levels: Vec<Level>,
    path: Vec<u32>,
    /// Of the steps.
    held: Held,
    /// How far the bound end is, so that steps that cannot lead to it in time are left out.
    distances: Option<Distances>,
}

struct Level {
    steps: Vec<(u32, Neighbour)>,
    next: usize,
}

#[derive(Default)]
struct Made {
    /// How many rows to make.
    room: usize,
    rows: Vec<u32>,
    lists: Vec<Value>,
    ends: Vec<End>,
}

impl VarExpand {
    pub(super) fn new(operator: &Operator, spec: &physical::VarExpand, scope: Scope, ctx: &Context) -> Self {
        let layout = &operator.inputs[0].layout;
        let kind = spec.to.kind(layout);
        let length = |length: u64| usize::try_from(length).unwrap_or(usize::MAX);
        Self {
            input: Input::of(operator, scope, ctx),
            from: spec.from,
            direction: spec.direction,
            types: spec.types.clone(),
            families: walk_families(layout[spec.from], kind),
            min: length(spec.min),
            max: spec.max.map_or(usize::MAX, length),
            rules: Rules(spec.rules.clone()),
            rels: spec.rels,
            to: spec.to,
            kind,
            distinct_from: spec.distinct_from.clone(),
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
        }
    }

    /// Adds the trail if it may end here.
    fn give(
        &self,
        ctx: &Context,
        current: &Batch,
        row: usize,
        path: &[u32],
        end: End,
        made: &mut Made,
    ) -> Result<(), ExecError> {
        if path.len() < self.min || !is_kind(end, self.kind) {
            return Ok(());
        }
        if let Target::Bound(column) = self.to
            && current.columns[column].end(row, ctx) != Some(end)
        {
            return Ok(());
        }
        made.rows.push(row_number(row));
        made.ends.push(end);
        if self.rels {
            ctx.budget.steps(path.len())?;
            ctx.budget.bytes(path.len() * size_of::<Value>() + LIST_BYTES)?;
            made.lists.push(Value::List(path.iter().map(|&rel| rel_value(rel, ctx)).collect::<List>()));
        }
        Ok(())
    }

    fn start(&self, env: &Env, runs: &[Run], current: &mut Current, made: &mut Made) -> Result<(), ExecError> {
        let row = current.row;
        current.row += 1;
        if self.wanted.is_done(env.ctx, &current.batch, row) {
            return Ok(());
        }
        let Some(start) = current.batch.columns[self.from].end(row, env.ctx) else { return Ok(()) };
        let has_end = match self.to {
            Target::Bound(column) => !current.batch.columns[column].is_null(row),
            Target::New(_) | Target::Ignored(_) => true,
        };
        let place = Place { env, batch: &current.batch, row, taken: &current.taken, ends: &[] };
        if !has_end || !self.rules.admits(&place, start)? {
            return Ok(());
        }
        self.give(env.ctx, &current.batch, row, &[], start, made)?;
        if self.max > 0 {
            let mut steps = Vec::new();
            self.rules.steps(&place, runs, &[start], &mut steps)?;
            let distances = self.distances(&place)?;
            let (levels, path) = (vec![Level { steps, next: 0 }], Vec::new());
            current.walk = Some(Walk { row, levels, path, held: Held::default(), distances });
        }
        Ok(())
    }

    /// Worth knowing where a bound end is more than two steps away at most. The search for it stops at a few thousand
    /// elements, which bounds what it costs where the walk itself would be short.
    fn distances(&self, place: &Place) -> Result<Option<Distances>, ExecError> {
        let Target::Bound(column) = self.to else { return Ok(None) };
        let target = place.batch.columns[column].end(place.row, place.env.ctx);
        let Some(target) = target.filter(|target| target.as_node().is_some() && self.max > 2) else { return Ok(None) };
        let types = place.env.ctx.type_ids(&self.types);
        let backwards = runs(reversed(self.direction), &types, self.families);
        Distances::to(place, &self.rules, &backwards, target, self.max as u64, SEARCHED).map(Some)
    }

    /// Goes on with the walk until it ends or a batch is full.
    fn walk(
        &self,
        env: &Env,
        runs: &[Run],
        current: &Current,
        walk: &mut Walk,
        made: &mut Made,
    ) -> Result<(), ExecError> {
        let place = Place { env, batch: &current.batch, row: walk.row, taken: &current.taken, ends: &[] };
        let mut spare: Vec<Vec<(u32, Neighbour)>> = Vec::new();
        while made.rows.len() < made.room {
            let Some(level) = walk.levels.last_mut() else { return Ok(()) };
            let Some(&(_, step)) = level.steps.get(level.next) else {
                if let Some(level) = walk.levels.pop() {
                    walk.held.remove(&env.ctx.budget, size_of_val(&level.steps[..]));
                    spare.push(level.steps);
                }
                walk.path.pop();
                continue;
            };
            level.next += 1;
            env.ctx.budget.steps(1 + walk.path.len() / COMPARED)?;
            if walk.path.contains(&step.rel.0) {
                continue;
            }
            let left = self.max - walk.path.len() - 1;
            if walk.distances.as_ref().is_some_and(|distances| distances.at_least(step.end) > left as u64) {
                continue;
            }
            walk.path.push(step.rel.0);
            self.give(env.ctx, &current.batch, walk.row, &walk.path, step.end, made)?;
            if walk.path.len() < self.max && step.end.as_node().is_some() {
                let mut steps = spare.pop().unwrap_or_default();
                steps.clear();
                self.rules.steps(&place, runs, &[step.end], &mut steps)?;
                walk.held.add(&env.ctx.budget, size_of_val(&steps[..]))?;
                walk.levels.push(Level { steps, next: 0 });
            } else {
                walk.path.pop();
            }
        }
        Ok(())
    }
}

impl Fan for VarExpand {
    type Current = Current;

    fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    fn begin(&mut self, ctx: &Context, batch: Batch) -> Result<Current, ExecError> {
        let taken = Taken::of(&batch, &self.distinct_from, ctx);
        Ok(Current { batch, taken, row: 0, walk: None })
    }

    fn more(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let graph = ctx.view(self.segment);
        let env = Env::new(ctx, &graph);
        let runs = runs(self.direction, &ctx.type_ids(&self.types), self.families);
        let mut made = Made { room: self.wanted.batch_rows(ctx), ..Made::default() };
        if current.walk.as_ref().is_some_and(|walk| self.wanted.is_done(ctx, &current.batch, walk.row)) {
            current.drop_walk(ctx);
        }
        while made.rows.len() < made.room {
            if let Some(mut walk) = current.walk.take() {
                self.walk(&env, &runs, current, &mut walk, &mut made)?;
                if walk.levels.is_empty() {
                    walk.held.clear(&ctx.budget);
                } else {
                    current.walk = Some(walk);
                }
            } else if current.row < current.batch.len {
                self.start(&env, &runs, current, &mut made)?;
            } else {
                break;
            }
        }
        let len = made.rows.len();
        let mut columns = current.batch.gather(&self.input.carry, &made.rows);
        if self.rels {
            columns.push(Column::Values(made.lists));
        }
        if let Target::New(kind) = self.to {
            columns.push(end_column(made.ends, kind));
        }
        Ok(Batch::new(columns, len))
    }

    fn is_done(current: &Current) -> bool {
        current.walk.is_none() && current.row >= current.batch.len
    }

    fn forget(&mut self, ctx: &Context, current: Option<Current>) {
        if let Some(mut current) = current {
            current.drop_walk(ctx);
        }
    }
}
