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
use crate::exec::room::entry_bytes;
use crate::physical::{self, ColumnKind, Direction, Operator, Target, Types};
use crate::storage::{End, Family, Neighbour};
use crate::value::{LIST_BYTES, Value};

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
        let only = match self.to {
            Target::Bound(column) => match place.batch.columns[column].end(place.row, place.env.ctx) {
                None => return Ok(()),
                bound => bound,
            },
            Target::New(_) | Target::Ignored(_) => None,
        };
        let search = Search {
            ground: Ground { rules: &self.rules, place, runs, start, max: self.max },
            goal: Goal { kind: self.kind, only, ways: self.ways },
            links: Links::wanted(self.ways),
            seen: &mut self.seen,
            bound: place.env.graph.node_bound(),
            others: FxHashSet::default(),
            is_start_open: self.min > 0 && !planted!("reachability forgets a way back to the start"),
            found,
        };
        search.run(self.min == 0, self.direction == Direction::Either)
    }
}

/// Where a search goes.
#[derive(Clone, Copy)]
struct Ground<'s, 'w> {
    rules: &'s Rules,
    place: &'s Place<'s, 's, 'w>,
    runs: &'s [Run],
    start: End,
    max: u64,
}

impl Ground<'_, '_> {
    fn steps(&self, froms: &[End], steps: &mut Vec<(u32, Neighbour)>) -> Result<(), ExecError> {
        steps.clear();
        self.rules.steps(self.place, self.runs, froms, steps)
    }
}

/// What a search is for.
struct Goal {
    kind: ColumnKind,
    /// This end, or all of them.
    only: Option<End>,
    /// Whether a way to each is wanted too.
    ways: bool,
}

/// One search from one start.
struct Search<'s, 'w> {
    ground: Ground<'s, 'w>,
    goal: Goal,
    links: Links,
    seen: &'s mut Seen,
    /// No node of the graph has a slot from here on.
    bound: usize,
    /// Relationships at which a walk has ended.
    others: FxHashSet<End>,
    /// Whether the start is still to be found as an end.
    is_start_open: bool,
    found: &'s mut Found,
}

impl Search<'_, '_> {
    fn run(mut self, has_start: bool, is_undirected: bool) -> Result<(), ExecError> {
        let start = self.ground.start;
        if has_start && self.give(start, |_| Vec::new()) {
            return Ok(());
        }
        if self.is_start_open && is_undirected && self.comes_back()? {
            return Ok(());
        }
        self.walk()
    }

    /// Takes an end if it is wanted; true if nothing is left to be found.
    fn give(&mut self, end: End, way: impl FnOnce(&Links) -> Vec<u32>) -> bool {
        let is_wanted = is_kind(end, self.goal.kind) && self.goal.only.is_none_or(|only| only == end);
        if is_wanted {
            self.found.ends.push(end);
            self.found.ways.extend(self.goal.ways.then(|| way(&self.links)));
        }
        is_wanted && self.goal.only.is_some()
    }

    /// Finds the start, in no direction, by a cycle and by nothing else; true if nothing is left to be found.
    fn comes_back(&mut self) -> Result<bool, ExecError> {
        self.is_start_open = false;
        let start = self.ground.start;
        if self.goal.only.is_some_and(|only| only != start) {
            return Ok(false);
        }
        let cycle = Cycles::at(self.ground, Links::wanted(self.goal.ways)).shortest()?;
        Ok(cycle.is_some_and(|cycle| self.give(start, |_| cycle)))
    }

    fn walk(mut self) -> Result<(), ExecError> {
        let start = self.ground.start;
        self.seen.begin();
        // The start is no news.
        self.is_news(start);
        let (mut frontier, mut steps) = (vec![start], Vec::new());
        let mut depth = 0;
        while !frontier.is_empty() && depth < self.ground.max {
            depth += 1;
            let mut next = Vec::new();
            for froms in frontier.chunks(BATCH_ROWS) {
                self.ground.steps(froms, &mut steps)?;
                for &(from, step) in &steps {
                    if self.arrive(froms[from as usize], step, &mut next) {
                        return Ok(());
                    }
                }
            }
            let bytes = 2 * size_of_val(&next[..]) + next.len() * self.links.bytes_each();
            self.ground.place.env.ctx.budget.bytes(bytes)?;
            frontier = next;
        }
        Ok(())
    }

    /// Goes over one relationship; true if nothing is left to be found.
    fn arrive(&mut self, from: End, step: Neighbour, next: &mut Vec<End>) -> bool {
        let (start, end) = (self.ground.start, step.end);
        if self.is_news(end) {
            self.links.add(end, step.rel.0, from);
            next.extend(end.as_node().map(End::node));
            return self.give(end, |links| links.way(start, end));
        }
        if end == start && self.is_start_open {
            self.is_start_open = false;
            return self.give(start, |links| links.way_over(start, from, step.rel.0));
        }
        false
    }

    fn is_news(&mut self, end: End) -> bool {
        match end.as_node() {
            Some(node) => self.seen.insert(node.0, self.bound),
            None => self.others.insert(end),
        }
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
        if self.0.is_some() { entry_bytes::<End, (u32, End)>() } else { 0 }
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

/// Looks for a cycle of at most so many relationships through the start, in no direction.
///
/// Each element found is marked with the relationship by which its branch leaves the start; the shortest cycle is closed
/// by a relationship between two branches, or between the start and a branch that another relationship began.
struct Cycles<'s, 'w> {
    ground: Ground<'s, 'w>,
    links: Links,
    marks: FxHashMap<End, Mark>,
}

/// How far an element is, and the branch that it is on.
#[derive(Clone, Copy)]
struct Mark {
    distance: u64,
    branch: u32,
}

impl<'s, 'w> Cycles<'s, 'w> {
    fn at(ground: Ground<'s, 'w>, links: Links) -> Self {
        Self { ground, links, marks: FxHashMap::default() }
    }

    /// The shortest one; which it is, if links are wanted.
    fn shortest(mut self) -> Result<Option<Vec<u32>>, ExecError> {
        let (mut frontier, mut steps) = (vec![self.ground.start], Vec::new());
        let mut depth = 0;
        // The shortest cycle has a middle: nothing beyond half the bound need be found.
        while !frontier.is_empty() && depth * 2 < self.ground.max {
            let mut next = Vec::new();
            self.ground.steps(&frontier, &mut steps)?;
            for &(from, step) in &steps {
                let cycle = self.closed_by(frontier[from as usize], step, depth, &mut next);
                if cycle.is_some() {
                    return Ok(cycle);
                }
            }
            let bytes = next.len() * (entry_bytes::<End, Mark>() + self.links.bytes_each());
            self.ground.place.env.ctx.budget.bytes(bytes)?;
            frontier = next;
            depth += 1;
        }
        Ok(None)
    }

    /// The cycle that this relationship closes; what it finds for the first time is marked, and is where to go on.
    fn closed_by(&mut self, from: End, step: Neighbour, depth: u64, next: &mut Vec<End>) -> Option<Vec<u32>> {
        let (start, max, rel) = (self.ground.start, self.ground.max, step.rel.0);
        if step.end == start {
            return self.closed_at_start(from, rel, depth);
        }
        let branch = self.branch(from).unwrap_or(rel);
        match self.marks.get(&step.end) {
            None => {
                self.marks.insert(step.end, Mark { distance: depth + 1, branch });
                self.links.add(step.end, rel, from);
                next.extend(step.end.as_node().map(End::node));
                None
            }
            Some(mark) if mark.branch != branch && depth.saturating_add(mark.distance) < max => {
                let back = self.links.way(start, step.end).into_iter().rev();
                Some(self.links.way_over(start, from, rel).into_iter().chain(back).collect())
            }
            Some(_) => None,
        }
    }

    /// A self-loop, or the way home by another relationship than the one that led away.
    fn closed_at_start(&self, from: End, rel: u32, depth: u64) -> Option<Vec<u32>> {
        match self.branch(from) {
            None => Some(vec![rel]),
            Some(branch) if branch != rel && depth < self.ground.max => {
                Some(self.links.way_over(self.ground.start, from, rel))
            }
            Some(_) => None,
        }
    }

    /// The relationship by which the branch of an element leaves the start; the start is on none.
    fn branch(&self, element: End) -> Option<u32> {
        (element != self.ground.start).then(|| self.marks[&element].branch)
    }
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
                let ways = found
                    .ways
                    .iter()
                    .skip(before)
                    .map(|way| way.len() * size_of::<Value>() + LIST_BYTES)
                    .sum::<usize>();
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
