//! The walk itself.

use super::super::fan::Fan;
use super::super::hops::{Place, keep_selected, walk_families};
use super::super::rows::row_count;
use super::super::travel::{SomeRuns, Taken, end_column, is_kind, reversed, runs};
use super::super::{Input, Scope, Wanted, row_number};
use super::distances::Distances;
use super::trail::{Position, Stride, Trail};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::exec::eval::{Frame, selected};
use crate::exec::host::Env;
use crate::physical::route::{self, Choice, Said};
use crate::physical::{ColumnKind, Direction, Operator, Target};
use crate::storage::{End, Family, Neighbour};
use crate::value::{LIST_BYTES, Value};

pub(in crate::exec::operator) struct Route {
    input: Input,
    spec: route::Route,
    families: &'static [Family],
    kind: ColumnKind,
    segment: Segment,
    wanted: Wanted,
}

/// A batch on its way.
pub(in crate::exec::operator) struct Current {
    batch: Batch,
    taken: Taken,
    /// The next row to begin with.
    row: usize,
    walk: Option<Walk>,
    /// To the end of the last row: the next row often has the same.
    distances: Option<Distances>,
}

/// A path being walked: `levels` has one more entry than the trail, what is left to try at each place.
struct Walk {
    row: usize,
    trail: Trail,
    levels: Vec<Level>,
    held: Held,
    /// The only length of paths that is wanted.
    length: Option<u64>,
    /// Whether there may be longer paths than that.
    longer: bool,
}

struct Level {
    strides: Vec<Stride>,
    next: usize,
}

#[derive(Default)]
struct Made {
    /// How many rows to make.
    room: usize,
    rows: Vec<u32>,
    columns: Vec<Vec<Value>>,
    ends: Vec<End>,
}

/// The adjacency to read at each hop of each leg.
type Ways = Vec<Vec<SomeRuns>>;

impl Route {
    pub(in crate::exec::operator) fn new(
        operator: &Operator,
        spec: &route::Route,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        let layout = &operator.inputs[0].layout;
        let kind = spec.to.kind(layout);
        Self {
            input: Input::of(operator, scope, ctx),
            spec: spec.clone(),
            families: walk_families(layout[spec.from], kind),
            kind,
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
        }
    }

    fn ways(&self, ctx: &Context, turn: fn(Direction) -> Direction) -> Ways {
        let of_hop = |hop: &route::LegHop| runs(turn(hop.direction), &ctx.type_ids(&hop.types), self.families);
        self.spec.legs.iter().map(|leg| leg.hops.iter().map(of_hop).collect()).collect()
    }

    /// A walk from the next row, if it can begin.
    fn start(
        &self,
        place: &Place,
        ways: &Ways,
        start: End,
        length: Option<u64>,
        made: &mut Made,
    ) -> Result<Walk, ExecError> {
        let (trail, levels) = (Trail::begin(start), Vec::new());
        let mut walk = Walk { row: place.row, trail, levels, held: Held::default(), length, longer: false };
        let (positions, is_complete) = self.openings(place, &walk.trail, 0, 0)?;
        if is_complete {
            self.give(place, &mut walk, made)?;
        }
        self.descend(place, ways, &mut walk, &positions)?;
        Ok(walk)
    }

    /// The hops that may follow where a leg has been taken so often, and whether the path may end here.
    fn openings(
        &self,
        place: &Place,
        trail: &Trail,
        leg: usize,
        round: u64,
    ) -> Result<(Vec<Position>, bool), ExecError> {
        let (mut leg, mut round, mut positions) = (leg, round, Vec::new());
        while let Some(written) = self.spec.legs.get(leg) {
            if written.max.is_none_or(|max| round < max) {
                positions.push(Position::before_leg(leg, round));
            }
            let enough = round >= written.min || (round > 0 && planted!("a group is repeated less often"));
            if !enough || !self.hold(place, trail, &written.leaving)? {
                return Ok((positions, false));
            }
            (leg, round) = (leg + 1, 0);
        }
        Ok((positions, true))
    }

    /// Whether all of this is so on the path.
    fn hold(&self, place: &Place, trail: &Trail, said: &[Said]) -> Result<bool, ExecError> {
        for Said { predicate, places, .. } in said {
            let locals = places.iter().map(|&at| Column::Constant(trail.value(&self.spec, at, place.env.ctx), 1));
            let rows = [row_number(place.row)];
            let frame = Frame::with_rows(&place.batch.columns, &rows, locals.collect());
            if selected(place.env, predicate, &frame)?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Adds the level of what may be tried from these positions.
    fn descend(&self, place: &Place, ways: &Ways, walk: &mut Walk, positions: &[Position]) -> Result<(), ExecError> {
        let mut strides = Vec::new();
        if walk.trail.at().as_node().is_some() || walk.trail.strides.is_empty() {
            for &position in positions {
                self.strides(place, ways, &walk.trail, position, &mut strides)?;
            }
        }
        walk.held.add(&place.env.ctx.budget, size_of_val(&strides[..]))?;
        walk.levels.push(Level { strides, next: 0 });
        Ok(())
    }

    fn strides(
        &self,
        place: &Place,
        ways: &Ways,
        trail: &Trail,
        position: Position,
        strides: &mut Vec<Stride>,
    ) -> Result<(), ExecError> {
        let Position { leg, hop, round } = position;
        let ctx = place.env.ctx;
        let mut found: Vec<(u32, Neighbour)> = Vec::new();
        for run in &ways[leg as usize][hop as usize] {
            for neighbour in run.neighbours(place.env.graph, trail.at()) {
                ctx.budget.step()?;
                let rel = neighbour.rel.0;
                if !place.taken.has(place.row, rel) && trail.admits(self.spec.mode, rel, neighbour.end) {
                    found.push((0, neighbour));
                }
            }
        }
        let stride = |neighbour: &Neighbour| Stride { leg, hop, round, rel: neighbour.rel.0, end: neighbour.end };
        for Said { predicate, places, .. } in &self.spec.legs[leg as usize].hops[hop as usize].said {
            let next: Vec<Stride> = found.iter().map(|(_, neighbour)| stride(neighbour)).collect();
            let locals = places.iter().map(|&at| trail.column(&self.spec, at, position, &next, ctx)).collect();
            keep_selected(place, predicate, locals, &mut found, 0)?;
        }
        strides.extend(found.iter().map(|(_, neighbour)| stride(neighbour)));
        Ok(())
    }

    /// Goes on with the walk until it ends or there is no more room.
    fn walk(
        &self,
        place: &Place,
        ways: &Ways,
        walk: &mut Walk,
        distances: Option<&Distances>,
        made: &mut Made,
    ) -> Result<(), ExecError> {
        while made.rows.len() < made.room {
            let Some(level) = walk.levels.last_mut() else { return Ok(()) };
            let Some(&stride) = level.strides.get(level.next) else {
                walk.held.remove(&place.env.ctx.budget, size_of_val(&level.strides[..]));
                walk.levels.pop();
                walk.trail.strides.pop();
                continue;
            };
            level.next += 1;
            place.env.ctx.budget.step()?;
            if let (Some(distances), Some(length)) = (distances, walk.length) {
                let (gone, rest) = (walk.trail.strides.len() as u64 + 1, distances.behind(&self.spec.legs, &stride));
                if rest > length - gone {
                    walk.longer |= rest < u64::MAX;
                    continue;
                }
            }
            walk.trail.strides.push(stride);
            let positions = self.positions_behind(place, walk, &stride, made)?;
            let is_long_enough = walk.length == Some(walk.trail.strides.len() as u64);
            walk.longer |= is_long_enough && !positions.is_empty();
            if positions.is_empty() || is_long_enough {
                walk.trail.strides.pop();
            } else {
                self.descend(place, ways, walk, &positions)?;
            }
        }
        Ok(())
    }

    /// What may follow a stride; gives the path if it may end there.
    fn positions_behind(
        &self,
        place: &Place,
        walk: &mut Walk,
        stride: &Stride,
        made: &mut Made,
    ) -> Result<Vec<Position>, ExecError> {
        let (leg, hop) = (stride.leg as usize, stride.hop as usize);
        if hop + 1 < self.spec.legs[leg].hops.len() {
            return Ok(vec![Position { leg: stride.leg, hop: stride.hop + 1, round: stride.round }]);
        }
        let (positions, is_complete) = self.openings(place, &walk.trail, leg, stride.round + 1)?;
        if is_complete {
            self.give(place, walk, made)?;
        }
        Ok(positions)
    }

    /// Adds the path if it is one that is looked for.
    fn give(&self, place: &Place, walk: &mut Walk, made: &mut Made) -> Result<(), ExecError> {
        let (trail, ctx) = (&walk.trail, place.env.ctx);
        let end = trail.at();
        let is_other = match self.spec.to {
            Target::Bound(column) => place.batch.columns[column].end(place.row, ctx) != Some(end),
            Target::New(_) | Target::Ignored(_) => false,
        };
        let is_too_short = walk.length.is_some_and(|length| length != trail.strides.len() as u64);
        if is_other || is_too_short || !is_kind(end, self.kind) || !self.hold(place, trail, &self.spec.said)? {
            return Ok(());
        }
        ctx.budget.bytes(size_of::<u32>() + size_of::<End>())?;
        made.rows.push(row_number(place.row));
        made.ends.push(end);
        made.columns.resize_with(self.spec.columns.len(), Vec::new);
        ctx.budget.bytes(self.spec.columns.len() * (trail.strides.len() * size_of::<Value>() + LIST_BYTES))?;
        for (values, (at, _)) in made.columns.iter_mut().zip(&self.spec.columns) {
            values.push(trail.value(&self.spec, *at, ctx));
        }
        Ok(())
    }

    /// The shortest paths of one row, by increasing length.
    fn shortest(
        &self,
        place: &Place,
        start: End,
        known: &mut Option<Distances>,
        made: &mut Made,
    ) -> Result<(), ExecError> {
        let Choice::Shortest { count, groups } = &self.spec.choice else { return Ok(()) };
        let Target::Bound(column) = self.spec.to else { return Ok(()) };
        let Some(target) = place.batch.columns[column].end(place.row, place.env.ctx) else { return Ok(()) };
        let mut open = row_count(place.env.ctx, count, self.segment, "SHORTEST")?;
        let ways = self.ways(place.env.ctx, |direction| direction);
        let distances = match known.take() {
            Some(same) if same.target == target && same.is_same_in_all_rows => same,
            other => {
                if let Some(other) = other {
                    other.forget(place.env.ctx);
                }
                Distances::to(place, &self.spec.legs, &self.ways(place.env.ctx, reversed), target)?
            }
        };
        let distances = known.insert(distances);
        let mut length = distances.at_start(&self.spec.legs, start);
        while open > 0 && length < u64::MAX {
            let before = made.rows.len();
            made.room =
                if *groups { usize::MAX } else { before.saturating_add(usize::try_from(open).unwrap_or(usize::MAX)) };
            let mut walk = self.start(place, &ways, start, Some(length), made)?;
            let is_longer_at_start = length == 0 && walk.levels.iter().any(|level| !level.strides.is_empty());
            if length > 0 {
                let walked = self.walk(place, &ways, &mut walk, Some(distances), made);
                walk.held.clear(&place.env.ctx.budget);
                walked?;
            }
            walk.held.clear(&place.env.ctx.budget);
            let found = (made.rows.len() - before) as u64;
            open = open.saturating_sub(if *groups { found.min(1) } else { found });
            if !walk.longer && !is_longer_at_start {
                break;
            }
            length += 1;
        }
        Ok(())
    }

    fn row(
        &self,
        place: &Place,
        walk: &mut Option<Walk>,
        known: &mut Option<Distances>,
        made: &mut Made,
    ) -> Result<(), ExecError> {
        let ctx = place.env.ctx;
        let Some(start) = place.batch.columns[self.spec.from].end(place.row, ctx) else { return Ok(()) };
        let has_end = match self.spec.to {
            Target::Bound(column) => !place.batch.columns[column].is_null(place.row),
            Target::New(_) | Target::Ignored(_) => true,
        };
        if !has_end || self.wanted.is_done(ctx, place.batch, place.row) {
            return Ok(());
        }
        match self.spec.choice {
            Choice::Shortest { .. } => self.shortest(place, start, known, made),
            Choice::All => {
                *walk = Some(self.start(place, &self.ways(ctx, |direction| direction), start, None, made)?);
                Ok(())
            }
        }
    }
}

impl Current {
    fn drop_all(&mut self, ctx: &Context) {
        self.drop_walk(ctx);
        if let Some(distances) = self.distances.take() {
            distances.forget(ctx);
        }
    }

    fn drop_walk(&mut self, ctx: &Context) {
        if let Some(mut walk) = self.walk.take() {
            walk.held.clear(&ctx.budget);
        }
    }
}

impl Fan for Route {
    type Current = Current;

    fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    fn begin(&mut self, ctx: &Context, batch: Batch) -> Result<Current, ExecError> {
        let taken = Taken::of(&batch, &self.spec.distinct_from, ctx);
        Ok(Current { batch, taken, row: 0, walk: None, distances: None })
    }

    fn more(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let graph = ctx.view(self.segment);
        let env = Env::new(ctx, &graph);
        let room = self.wanted.batch_rows(ctx);
        let mut made = Made { room, ..Made::default() };
        if current.walk.as_ref().is_some_and(|walk| self.wanted.is_done(ctx, &current.batch, walk.row)) {
            current.drop_walk(ctx);
        }
        let ways = self.ways(ctx, |direction| direction);
        while made.rows.len() < room && !Self::is_done(current) {
            let row = current.walk.as_ref().map_or(current.row, |walk| walk.row);
            let place = Place { env: &env, batch: &current.batch, row, taken: &current.taken, ends: &[] };
            made.room = room;
            match &mut current.walk {
                Some(walk) => {
                    self.walk(&place, &ways, walk, None, &mut made)?;
                    if walk.levels.is_empty() {
                        walk.held.clear(&ctx.budget);
                        current.walk = None;
                    }
                }
                none => {
                    current.row += 1;
                    self.row(&place, none, &mut current.distances, &mut made)?;
                }
            }
        }
        Ok(self.batch(ctx, current, made))
    }

    fn is_done(current: &Current) -> bool {
        current.walk.is_none() && current.row >= current.batch.len
    }

    fn forget(&mut self, ctx: &Context, current: Option<Current>) {
        if let Some(mut current) = current {
            current.drop_all(ctx);
        }
    }
}

impl Route {
    fn batch(&self, ctx: &Context, current: &Current, mut made: Made) -> Batch {
        let len = made.rows.len();
        made.columns.resize_with(self.spec.columns.len(), Vec::new);
        let mut columns = current.batch.gather(&self.input.carry, &made.rows);
        let kinds = self.spec.columns.iter().map(|(_, kind)| *kind);
        columns.extend(
            made.columns.into_iter().zip(kinds).map(|(values, kind)| Column::Values(values).into_kind(kind, ctx)),
        );
        if let Target::New(kind) = self.spec.to {
            columns.push(end_column(made.ends, kind));
        }
        Batch::new(columns, len)
    }
}
