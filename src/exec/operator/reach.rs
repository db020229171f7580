//! Reach: each element at the end of some trail, once. Breadth first, nearest first; order of rows kept; holds one
//! stamp per node.
//!
//! Directed, an element is at the end of a trail within the bound if it is at the end of a walk: the shortest walk
//! repeats nothing. Undirected, this fails for the start alone, which a walk out and back would reach: the start counts
//! only if it lies on a cycle, that is a self-loop, two parallel relationships, or a longer one.

use rustc_hash::{FxHashMap, FxHashSet};

use super::fan::Fan;
use super::hops::{Place, Rules, walk_families};
use super::travel::{Run, Travel, end_column, is_kind, runs};
use super::{Input, Scope, Wanted, row_number};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::column::{Column, rel_value};
use crate::exec::context::{Context, Segment};
use crate::exec::host::Env;
use crate::physical::{self, ColumnKind, Direction, Operator, Target, Types};
use crate::storage::{End, Family};
use crate::value::Value;

pub(super) struct Reach {
    input: Input,
    from: usize,
    direction: Direction,
    types: Types,
    families: &'static [Family],
    min: u64,
    max: u64,
    rules: Rules,
    /// Whether a way to each is wanted too.
    ways: bool,
    to: Target,
    kind: ColumnKind,
    distinct_from: Vec<usize>,
    segment: Segment,
    wanted: Wanted,
    seen: Seen,
}

/// Which nodes the present search has come upon.
#[derive(Default)]
struct Seen {
    few: FxHashSet<u32>,
    /// A stamp per node, so that nothing need be cleared; made when a search comes upon many nodes for the first time.
    stamps: Vec<u32>,
    stamp: u32,
}

/// How many nodes are kept in a set before every node of the graph gets a stamp.
const FEW: usize = 1024;

impl Seen {
    fn begin(&mut self) {
        self.few.clear();
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.stamps.fill(0);
            self.stamp = 1;
        }
    }

    /// True at the first call for a node of a graph with slots below `bound`.
    fn insert(&mut self, node: u32, bound: usize) -> bool {
        if self.stamps.is_empty() {
            let new = self.few.insert(node);
            if self.few.len() > FEW {
                self.stamps.resize(bound, 0);
                for node in self.few.drain() {
                    self.stamps[node as usize] = self.stamp;
                }
            }
            return new;
        }
        let index = node as usize;
        if index >= self.stamps.len() {
            self.stamps.resize(index + 1, 0);
        }
        std::mem::replace(&mut self.stamps[index], self.stamp) != self.stamp
    }
}

impl Reach {
    pub(super) fn new(operator: &Operator, spec: &physical::VarExpand, scope: Scope, ctx: &Context) -> Self {
        let layout = &operator.inputs[0].layout;
        let kind = spec.to.kind(layout);
        Self {
            input: Input::of(operator, scope, ctx),
            from: spec.from,
            direction: spec.direction,
            types: spec.types.clone(),
            families: walk_families(layout[spec.from], kind),
            min: spec.min,
            max: spec.max.unwrap_or(u64::MAX),
            rules: Rules(spec.rules.clone()),
            ways: spec.rels,
            to: spec.to,
            kind,
            distinct_from: spec.distinct_from.clone(),
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
            seen: Seen::default(),
        }
    }

    /// What is reached from one row's start; with a bound end, that or nothing.
    fn search(&mut self, place: &Place, runs: &[Run], start: End, found: &mut Found) -> Result<(), ExecError> {
        if !self.rules.admits(place, start)? {
            return Ok(());
        }
        let target = match self.to {
            Target::Bound(column) => match place.batch.columns[column].end(place.row, place.env.ctx) {
                None => return Ok(()),
                bound => bound,
            },
            Target::New(_) | Target::Ignored(_) => None,
        };
        let (kind, ways) = (self.kind, self.ways);
        let mut links = Links::wanted(ways);
        let mut give = |end: End, way: &dyn Fn() -> Vec<u32>| {
            let wanted = is_kind(end, kind) && target.is_none_or(|target| target == end);
            if wanted {
                found.ends.push(end);
                found.ways.extend(ways.then(way));
            }
            wanted && target.is_some()
        };
        let undirected = self.direction == Direction::Either;
        let mut start_open = self.min > 0 && !planted!("reachability forgets a way back to the start");
        if self.min == 0 && give(start, &Vec::new) {
            return Ok(());
        }
        if start_open && undirected {
            start_open = false;
            if target.is_none_or(|target| target == start)
                && let Some(cycle) = cycle(&self.rules, place, runs, start, self.max, Links::wanted(ways))?
                && give(start, &|| cycle.clone())
            {
                return Ok(());
            }
        }
        self.seen.begin();
        let bound = place.env.graph.node_bound();
        if let Some(node) = start.as_node() {
            self.seen.insert(node.0, bound);
        }
        let mut frontier = vec![start];
        let mut steps = Vec::new();
        // Relationships at which a walk has ended; the start is no news.
        let mut others = FxHashSet::default();
        others.insert(start);
        let mut depth = 0;
        while !frontier.is_empty() && depth < self.max {
            depth += 1;
            let mut next = Vec::new();
            for froms in frontier.chunks(BATCH_ROWS) {
                steps.clear();
                self.rules.steps(place, runs, froms, &mut steps)?;
                for &(from, step) in &steps {
                    let from = froms[from as usize];
                    let new = match step.end.as_node() {
                        Some(node) => self.seen.insert(node.0, bound),
                        None => others.insert(step.end),
                    };
                    if new {
                        links.add(step.end, step.rel.0, from);
                        if step.end.as_node().is_some() {
                            next.push(step.end);
                        }
                        if give(step.end, &|| links.way(start, step.end)) {
                            return Ok(());
                        }
                    } else if step.end == start && start_open {
                        start_open = false;
                        if give(start, &|| links.way_over(start, from, step.rel.0)) {
                            return Ok(());
                        }
                    }
                }
            }
            place.env.ctx.budget.bytes(2 * size_of_val(&next[..]) + next.len() * links.bytes_each())?;
            frontier = next;
        }
        Ok(())
    }
}

/// What searches have come to, and if wanted a way to each, as relationships.
#[derive(Default)]
struct Found {
    ends: Vec<End>,
    ways: Vec<Vec<u32>>,
}

/// By which relationship and from where each element was reached first; nothing is kept where nobody wants the ways.
struct Links(Option<FxHashMap<End, (u32, End)>>);

/// About what a link takes.
const BYTES_PER_LINK: usize = 32;

impl Links {
    fn wanted(are_wanted: bool) -> Self {
        Self(are_wanted.then(FxHashMap::default))
    }

    fn add(&mut self, end: End, rel: u32, from: End) {
        if let Some(links) = &mut self.0 {
            links.insert(end, (rel, from));
        }
    }

    /// What one of them takes.
    fn bytes_each(&self) -> usize {
        if self.0.is_some() { BYTES_PER_LINK } else { 0 }
    }

    fn way(&self, start: End, end: End) -> Vec<u32> {
        let mut way = Vec::new();
        let mut at = end;
        while at != start
            && let Some((rel, from)) = self.0.as_ref().and_then(|links| links.get(&at))
        {
            way.push(*rel);
            at = *from;
        }
        way.reverse();
        way
    }

    /// The way to `end`, and on by `rel`.
    fn way_over(&self, start: End, end: End, rel: u32) -> Vec<u32> {
        let mut way = self.way(start, end);
        way.push(rel);
        way
    }
}

/// A cycle of at most `max` relationships through `start`, in no direction; which one, if `links` are wanted.
///
/// Each node found is marked with the relationship by which its branch leaves the start; the shortest cycle is closed
/// by a relationship between two branches, or between the start and a branch that another relationship began.
fn cycle(
    rules: &Rules,
    place: &Place,
    runs: &[Run],
    start: End,
    max: u64,
    mut links: Links,
) -> Result<Option<Vec<u32>>, ExecError> {
    /// How far a node is, and the branch that it is on.
    type Marks = FxHashMap<End, (u64, u32)>;
    let mut marks: Marks = FxHashMap::default();
    let mut frontier = vec![start];
    let mut steps = Vec::new();
    let mut depth = 0;
    // The shortest cycle has a middle: nothing beyond half the bound need be found.
    while !frontier.is_empty() && depth * 2 < max {
        let mut next = Vec::new();
        steps.clear();
        rules.steps(place, runs, &frontier, &mut steps)?;
        for &(from, step) in &steps {
            let from = frontier[from as usize];
            if step.end == start && from == start {
                return Ok(Some(vec![step.rel.0]));
            }
            let branch = if from == start { step.rel.0 } else { marks[&from].1 };
            if step.end == start {
                if step.rel.0 != branch && depth < max {
                    return Ok(Some(links.way_over(start, from, step.rel.0)));
                }
                continue;
            }
            match marks.get(&step.end) {
                None => {
                    marks.insert(step.end, (depth + 1, branch));
                    links.add(step.end, step.rel.0, from);
                    if step.end.as_node().is_some() {
                        next.push(step.end);
                    }
                }
                Some(&(distance, other)) if other != branch && depth.saturating_add(distance) < max => {
                    let mut back = links.way(start, step.end);
                    back.reverse();
                    let mut cycle = links.way_over(start, from, step.rel.0);
                    cycle.extend(back);
                    return Ok(Some(cycle));
                }
                Some(_) => {}
            }
        }
        place.env.ctx.budget.bytes(next.len() * (size_of::<(End, u64, u32)>() + links.bytes_each()))?;
        frontier = next;
        depth += 1;
    }
    Ok(None)
}

impl Fan for Reach {
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
        let runs = runs(self.direction, &ctx.type_ids(&self.types), self.families);
        let (mut rows, mut found) = (Vec::new(), Found::default());
        let room = self.wanted.batch_rows(ctx);
        let Travel { batch, taken, row: next } = current;
        while *next < batch.len && rows.len() < room {
            ctx.budget.step()?;
            let row = *next;
            *next += 1;
            let start = batch.columns[self.from].end(row, ctx);
            if let Some(start) = start.filter(|_| !self.wanted.is_done(ctx, batch, row)) {
                let (made, before) = (ctx.budget.made(), found.ends.len());
                self.search(&Place { env: &env, batch, row, taken, ends: &[] }, &runs, start, &mut found)?;
                // The search is over; what it found stays.
                ctx.budget.settle(made);
                let ways = found.ways.iter().skip(before).map(|way| way.len() * size_of::<Value>()).sum::<usize>();
                ctx.budget.bytes(size_of_val(&found.ends[before..]) + ways)?;
                rows.resize(found.ends.len(), row_number(row));
            }
        }
        let mut columns = batch.gather(&self.input.carry, &rows);
        if self.ways {
            let list = |way: Vec<u32>| Value::List(way.into_iter().map(|rel| rel_value(rel, ctx)).collect());
            columns.push(Column::Values(found.ways.into_iter().map(list).collect()));
        }
        if let Target::New(kind) = self.to {
            columns.push(end_column(found.ends, kind));
        }
        Ok(Batch::new(columns, rows.len()))
    }

    fn is_done(current: &Travel) -> bool {
        current.is_done()
    }
}
