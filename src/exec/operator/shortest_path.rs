//! `ShortestPath`: the shortest trails between two bound nodes. Order kept; holds the nodes that a search has found.
//!
//! The search goes breadth first from both ends, a level of the smaller side at a time, with the predicates on single
//! relationships and nodes applied on the way. The first level at which the sides meet gives the length, and every
//! shortest path passes through exactly one of the nodes where they meet. A predicate on the whole path, or a minimal
//! length of two and more, needs trails by increasing length instead.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::both_ends::{Between, BothEnds};
use super::build_path::Walked;
use super::fan::Fan;
use super::flood;
use super::hops::{Distances, Place, Rules, walk_families};
use super::travel::{Run, SomeRuns, Travel, reversed, runs};
use super::{Input, Scope, row_number};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::budget::Held;
use crate::exec::column::{Column, end_value, rel_value};
use crate::exec::context::{Context, Segment};
use crate::exec::eval::{Frame, selected};
use crate::exec::host::Env;
use crate::exec::room::entry_bytes;
use crate::physical::{self, Direction, Operator, Scalar, Types};
use crate::storage::{End, Family, Neighbour};
use crate::value::{LIST_BYTES, List, Value};

pub(super) struct ShortestPath {
    input: Input,
    from: usize,
    to: usize,
    direction: Direction,
    types: Types,
    families: &'static [Family],
    min: u64,
    max: u64,
    rules: Rules,
    whole: Option<Scalar>,
    all: bool,
    loops: bool,
    distinct_from: Vec<usize>,
    segment: Segment,
    /// The search for one path where nothing is asked on the way.
    both_ends: Option<BothEnds>,
}

/// The relationships of a path, in order.
type Rels = Vec<u32>;

/// What a path of so many takes.
const fn rels_bytes(rel_count: usize) -> usize {
    rel_count * size_of::<u32>() + size_of::<Rels>() + 16
}

/// The adjacency to read forwards and backwards.
struct Ways {
    forwards: SomeRuns,
    backwards: SomeRuns,
}

impl ShortestPath {
    pub(super) fn new(operator: &Operator, spec: &physical::ShortestPath, scope: Scope, ctx: &Context) -> Self {
        let layout = &operator.inputs[0].layout;
        let families = walk_families(layout[spec.from], layout[spec.to]);
        let is_plain =
            families == [Family::Plain] && spec.rules.is_empty() && !spec.all && spec.distinct_from.is_empty();
        Self {
            input: Input::of(operator, scope, ctx),
            from: spec.from,
            to: spec.to,
            direction: spec.direction,
            types: spec.types.clone(),
            min: spec.min,
            max: spec.max.unwrap_or(u64::MAX),
            families,
            rules: Rules(spec.rules.clone()),
            whole: spec.whole.clone(),
            all: spec.all,
            loops: spec.loops,
            distinct_from: spec.distinct_from.clone(),
            segment: scope.segment,
            both_ends: is_plain.then(BothEnds::default),
        }
    }

    fn search(&mut self, place: &Place, ways: &Ways, from: End, to: End) -> Result<Vec<Rels>, ExecError> {
        if !self.rules.admits(place, from)? || !self.rules.admits(place, to)? {
            return Ok(Vec::new());
        }
        if from == to && !(self.loops && self.min > 0) {
            // A node's shortest path to itself is the empty one, if the pattern allows it.
            let empty = self.min == 0 && self.accepts(place, from, &[])?;
            return Ok(if empty { vec![Vec::new()] } else { Vec::new() });
        }
        if self.min > 1 || from == to || self.whole.is_some() {
            return self.enumerate(place, ways, from, to);
        }
        if let (Some(both_ends), Some(from), Some(to)) = (&mut self.both_ends, from.as_node(), to.as_node()) {
            let (forwards, backwards) = (&flood::ways(&ways.forwards), &flood::ways(&ways.backwards));
            let (graph, budget) = (place.env.graph, &place.env.ctx.budget);
            let between = Between { graph, budget, forwards, backwards, max: self.max };
            return Ok(both_ends.path(between, from.0, to.0)?.into_iter().collect());
        }
        self.meet(place, ways, from, to)
    }

    /// Whether the predicate on the whole path holds.
    fn accepts(&self, place: &Place, from: End, rels: &[u32]) -> Result<bool, ExecError> {
        let Some(whole) = &self.whole else { return Ok(true) };
        let ctx = place.env.ctx;
        let mut walked = Walked::default();
        let _ = walked.begin(end_value(from, ctx), ctx);
        for &rel in rels {
            walked.follow(rel, place.env.graph, ctx);
        }
        let locals = [rels_value(ctx, rels), walked.path()].map(|value| Column::Values(vec![value]));
        let rows = [row_number(place.row)];
        let frame = Frame::with_rows(&place.batch.columns, &rows, locals.into());
        Ok(!selected(place.env, whole, &frame)?.is_empty())
    }

    // ------------------------------------------------------------ from both sides

    fn meet(&self, place: &Place, ways: &Ways, from: End, to: End) -> Result<Vec<Rels>, ExecError> {
        let (mut near, mut far) = (Side::new(from), Side::new(to));
        while near.depth + far.depth < self.max && !near.frontier.is_empty() && !far.frontier.is_empty() {
            let (side, other, runs) = if near.frontier.len() <= far.frontier.len() {
                (&mut near, &far, &ways.forwards)
            } else {
                (&mut far, &near, &ways.backwards)
            };
            side.grow(place, &self.rules, runs, other.start, self.all)?;
            let met: Vec<End> = side.frontier.iter().filter(|node| other.found.contains_key(node)).copied().collect();
            if !met.is_empty() {
                return self.paths(place, &near, &far, &met);
            }
        }
        Ok(Vec::new())
    }

    /// The paths through the nodes where the sides have met.
    fn paths(&self, place: &Place, near: &Side, far: &Side, met: &[End]) -> Result<Vec<Rels>, ExecError> {
        let mut paths = Vec::new();
        for &node in met {
            let (heads, tails) = (near.chains(place, node)?, far.chains(place, node)?);
            for head in &heads {
                for tail in &tails {
                    place.env.ctx.budget.step()?;
                    place.env.ctx.budget.bytes(rels_bytes(head.len() + tail.len()))?;
                    paths.push(head.iter().rev().chain(tail).copied().collect());
                    if !self.all {
                        return Ok(paths);
                    }
                }
            }
        }
        Ok(paths)
    }

    // ------------------------------------------------------------ by increasing length

    fn enumerate(&self, place: &Place, ways: &Ways, from: End, to: End) -> Result<Vec<Rels>, ExecError> {
        let distances = Distances::to(place, &self.rules, &ways.backwards, to, self.max, usize::MAX)?;
        let mut length = distances.at_least(from).max(self.min);
        if length == u64::MAX {
            return Ok(Vec::new());
        }
        while length <= self.max {
            let (found, held) = (Vec::new(), Held::default());
            let (to_within, ends) = (self.rules.admits_inner(place, to)?, [to]);
            let place = &Place { ends: &ends, ..*place };
            let distances = &distances;
            let mut trails = Trails { search: self, place, ways, from, to, to_within, distances, length, found, held };
            let longer = trails.walk()?;
            trails.held.clear(&place.env.ctx.budget);
            if !trails.found.is_empty() {
                return Ok(trails.found);
            }
            if !longer {
                break;
            }
            length += 1;
        }
        Ok(Vec::new())
    }
}

/// The half of a search that began at one end.
struct Side {
    start: End,
    /// How each node was found: the relationship, and the node before it.
    found: FxHashMap<End, Found>,
    frontier: Vec<End>,
    depth: u64,
}

struct Found {
    depth: u64,
    before: SmallVec<[(u32, End); 1]>,
}

impl Side {
    fn new(start: End) -> Self {
        let found = FxHashMap::from_iter([(start, Found { depth: 0, before: SmallVec::new() })]);
        Self { start, found, frontier: vec![start], depth: 0 }
    }

    /// One level further, through nodes, to where the `other` side began at last. `all`: every way to a node of the new
    /// level is kept.
    fn grow(&mut self, place: &Place, rules: &Rules, runs: &[Run], other: End, all: bool) -> Result<(), ExecError> {
        self.depth += 1;
        let mut next = Vec::new();
        let mut steps: Vec<(u32, Neighbour)> = Vec::new();
        for froms in self.frontier.chunks(BATCH_ROWS) {
            steps.clear();
            rules.steps(place, runs, froms, &mut steps)?;
            for &(from, step) in &steps {
                if step.end.as_node().is_none() && step.end != other {
                    continue;
                }
                let way = (step.rel.0, froms[from as usize]);
                match self.found.get_mut(&step.end) {
                    None => {
                        let found = Found { depth: self.depth, before: SmallVec::from_elem(way, 1) };
                        self.found.insert(step.end, found);
                        next.push(step.end);
                    }
                    Some(found) if all && found.depth == self.depth => found.before.push(way),
                    Some(_) => {}
                }
            }
        }
        place.env.ctx.budget.bytes(next.len() * (entry_bytes::<End, Found>() + size_of::<End>()))?;
        self.frontier = next;
        Ok(())
    }

    /// The relationships from `node` back to where the side began, in that order: each way.
    fn chains(&self, place: &Place, node: End) -> Result<Vec<Rels>, ExecError> {
        let mut chains = Vec::new();
        let mut open = vec![(node, Rels::new())];
        while let Some((node, rels)) = open.pop() {
            place.env.ctx.budget.step()?;
            let before = &self.found[&node].before;
            if before.is_empty() {
                chains.push(rels);
                continue;
            }
            // The first way last, so that it is taken next.
            for &(rel, previous) in before.iter().rev() {
                let mut longer = rels.clone();
                longer.push(rel);
                place.env.ctx.budget.bytes(rels_bytes(longer.len()))?;
                open.push((previous, longer));
            }
        }
        Ok(chains)
    }
}

/// The search for trails of one length.
struct Trails<'t, 'p, 'c, 'w> {
    search: &'t ShortestPath,
    place: &'t Place<'p, 'c, 'w>,
    ways: &'t Ways,
    from: End,
    to: End,
    /// Whether a trail may pass through its last element before it ends there.
    to_within: bool,
    distances: &'t Distances,
    length: u64,
    found: Vec<Rels>,
    /// The steps at each level of the walk.
    held: Held,
}

impl Trails<'_, '_, '_, '_> {
    /// Finds the trails; false if no trail is that long, so that none is longer.
    fn walk(&mut self) -> Result<bool, ExecError> {
        let mut path: Rels = Vec::new();
        let mut levels = vec![(self.steps(self.from)?, 0)];
        let mut longer = false;
        while let Some((steps, next)) = levels.last_mut() {
            let Some(&(_, step)) = steps.get(*next) else {
                if let Some((steps, _)) = levels.pop() {
                    self.held.remove(&self.place.env.ctx.budget, size_of_val(&steps[..]));
                }
                path.pop();
                continue;
            };
            *next += 1;
            self.place.env.ctx.budget.step()?;
            let depth = path.len() as u64 + 1;
            if path.contains(&step.rel.0) {
                continue;
            }
            let distance = self.distances.at_least(step.end);
            if distance > self.length - depth {
                longer |= distance < u64::MAX;
                continue;
            }
            path.push(step.rel.0);
            if depth == self.length {
                longer = true;
                if step.end == self.to && self.search.accepts(self.place, self.from, &path)? {
                    self.place.env.ctx.budget.bytes(rels_bytes(path.len()))?;
                    self.found.push(path.clone());
                    if !self.search.all {
                        return Ok(true);
                    }
                }
                path.pop();
            } else if step.end.as_node().is_none() || step.end == self.to && !self.to_within {
                path.pop();
            } else {
                let steps = self.steps(step.end)?;
                self.held.add(&self.place.env.ctx.budget, size_of_val(&steps[..]))?;
                levels.push((steps, 0));
            }
        }
        Ok(longer)
    }

    fn steps(&self, from: End) -> Result<Vec<(u32, Neighbour)>, ExecError> {
        let mut steps = Vec::new();
        self.search.rules.steps(self.place, &self.ways.forwards, &[from], &mut steps)?;
        Ok(steps)
    }
}

fn rels_value(ctx: &Context, rels: &[u32]) -> Value {
    Value::List(rels.iter().map(|&rel| rel_value(rel, ctx)).collect::<List>())
}

impl Fan for ShortestPath {
    type Current = Travel;

    fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    fn begin(&mut self, ctx: &Context, batch: Batch) -> Result<Travel, ExecError> {
        Ok(Travel::begin(batch, &self.distinct_from, ctx))
    }

    fn more(&mut self, ctx: &Context, current: &mut Travel) -> Result<Batch, ExecError> {
        let graph = ctx.view(self.segment);
        let env = Env::new(ctx, &graph);
        let types = ctx.type_ids(&self.types);
        let ways = Ways {
            forwards: runs(self.direction, &types, self.families),
            backwards: runs(reversed(self.direction), &types, self.families),
        };
        let (mut rows, mut lists) = (Vec::new(), Vec::new());
        let Travel { batch, taken, row: next } = current;
        while *next < batch.len && rows.len() < BATCH_ROWS {
            let row = *next;
            *next += 1;
            let made = ctx.budget.made();
            let end = |column: usize| batch.columns[column].end(row, ctx);
            let (Some(from), Some(to)) = (end(self.from), end(self.to)) else { continue };
            let ends = [from, to];
            let paths = self.search(&Place { env: &env, batch, row, taken, ends: &ends }, &ways, from, to)?;
            // The search is over; its paths stay.
            ctx.budget.settle(made);
            let rel_count: usize = paths.iter().map(Vec::len).sum();
            ctx.budget.bytes(rel_count * size_of::<Value>() + paths.len() * LIST_BYTES)?;
            lists.extend(paths.iter().map(|rels| rels_value(ctx, rels)));
            rows.resize(lists.len(), row_number(row));
        }
        let mut columns = batch.gather(&self.input.carry, &rows);
        columns.push(Column::Values(lists));
        Ok(Batch::new(columns, rows.len()))
    }

    fn is_done(current: &Travel) -> bool {
        current.is_done()
    }
}
