//! Reach: each element at the end of some trail, once. Breadth first, nearest first; order of rows kept; holds one
//! stamp per node.
//!
//! Directed, an element is at the end of a trail within the bound if it is at the end of a walk: the shortest walk
//! repeats nothing. Undirected, this fails for the start alone, which a walk out and back would reach: the start counts
//! only if it lies on a cycle, that is a self-loop, two parallel relationships, or a longer one.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::fan::Fan;
use super::flood::{self, Course, Flood};
use super::hops::{Place, Rules, walk_families};
use super::travel::{Run, Travel, end_column, is_kind, runs};
use super::visited::Visited;
use super::{Input, Scope, Wanted, row_number};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::column::{Column, rel_value};
use crate::exec::context::{Context, Segment};
use crate::exec::host::Env;
use crate::exec::room::entry_bytes;
use crate::physical::{self, ColumnKind, Direction, Operator, Target, Types};
use crate::storage::{End, Family, Graph, Neighbour, NodeSlot, Way};
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
    visited: Visited,
    /// The search where nothing is asked on the way.
    flood: Option<Flood>,
}

impl Reach {
    pub(super) fn new(operator: &Operator, spec: &physical::VarExpand, scope: Scope, ctx: &Context) -> Self {
        let layout = &operator.inputs[0].layout;
        let kind = spec.to.kind(layout);
        let families = walk_families(layout[spec.from], kind);
        let is_plain =
            families == [Family::Plain] && spec.rules.is_empty() && !spec.rels && spec.distinct_from.is_empty();
        Self {
            input: Input::of(operator, scope, ctx),
            from: spec.from,
            direction: spec.direction,
            types: spec.types.clone(),
            families,
            min: spec.min,
            max: spec.max.unwrap_or(u64::MAX),
            rules: Rules(spec.rules.clone()),
            ways: spec.rels,
            to: spec.to,
            kind,
            distinct_from: spec.distinct_from.clone(),
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
            visited: Visited::default(),
            flood: is_plain.then(Default::default),
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
            visited: &mut self.visited,
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
    visited: &'s mut Visited,
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
        self.visited.begin();
        // The start is no news.
        self.is_news(start);
        let (mut frontier, mut steps) = (vec![start], Vec::new());
        let mut depth = 0;
        while !frontier.is_empty() && depth < self.ground.max {
            depth += 1;
            self.visited.widen(self.ground.place.env.graph.node_bound());
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
            Some(node) => self.visited.insert(node.0),
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

/// So many searches are prepared together.
const AHEAD: usize = 32;

/// A batch on its way.
pub(super) struct Current {
    travel: Travel,
    /// Which nodes of the last search are still to be given.
    left: Range<usize>,
}

impl Reach {
    /// The next rows, where nothing is asked on the way.
    fn give_flooded(&self, flood: &mut Flood, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let graph = ctx.view(self.segment);
        let env = Env::new(ctx, &graph);
        let runs = runs(self.direction, &ctx.type_ids(&self.types), self.families);
        let ways = flood::ways(&runs);
        let (mut rows, mut nodes) = (Vec::new(), Vec::new());
        let room = self.wanted.batch_rows(ctx);
        let Current { travel: Travel { batch, taken, row: next }, left } = current;
        if *next > 0 && self.wanted.is_done(ctx, batch, *next - 1) {
            *left = 0..0;
        }
        while nodes.len() < room {
            if left.start < left.end {
                let taken = left.start..left.end.min(left.start + room - nodes.len());
                nodes.extend_from_slice(&flood.nodes()[taken.clone()]);
                rows.resize(nodes.len(), row_number(*next - 1));
                left.start = taken.end;
                continue;
            }
            if *next == batch.len {
                break;
            }
            ctx.budget.step()?;
            if *next % AHEAD == 0 {
                self.touch_ahead(&graph, batch, *next, &ways);
            }
            let place = Place { env: &env, batch, row: *next, taken, ends: &[] };
            *next += 1;
            if !self.wanted.is_done(ctx, batch, place.row) {
                *left = self.flood(flood, &place, &runs, &ways)?;
            }
        }
        let mut columns = batch.gather(&self.input.carry, &rows);
        if let Target::New(_) = self.to {
            columns.push(Column::Nodes(nodes));
        }
        Ok(Batch::new(columns, rows.len()))
    }

    /// Has read what the next searches begin with, where several follow each other.
    fn touch_ahead(&self, graph: &Graph, batch: &Batch, row: usize, ways: &[Way]) {
        let starts = match &batch.columns[self.from] {
            Column::Nodes(slots) => &slots[row..batch.len.min(row + AHEAD)],
            _ => return,
        };
        if starts.len() > 1 && self.max > 1 {
            graph.touch_around(starts, ways);
        }
    }

    /// Searches from the start of one row; which nodes of the search are ends.
    fn flood(&self, flood: &mut Flood, place: &Place, runs: &[Run], ways: &[Way]) -> Result<Range<usize>, ExecError> {
        let ctx = place.env.ctx;
        let node = |column: usize| place.batch.columns[column].end(place.row, ctx).and_then(End::as_node);
        let Some(start) = node(self.from) else { return Ok(0..0) };
        let only = match self.to {
            Target::New(_) | Target::Ignored(_) => None,
            Target::Bound(column) => match node(column) {
                None => return Ok(0..0),
                bound => bound.map(|node| node.0),
            },
        };
        let is_found = self.min == 0 && only == Some(start.0);
        let max = if is_found { 0 } else { self.max };
        let threads = ctx.free_threads();
        let course = Course { graph: place.env.graph, budget: &ctx.budget, ways, start: start.0, max, only, threads };
        let start_again = flood.run(course)?;
        let is_start_wanted = only.is_none_or(|only| only == start.0);
        let is_start_found = is_start_wanted && (self.min == 0 || self.comes_back(place, runs, start, start_again)?);
        Ok(match only {
            None => usize::from(!is_start_found)..flood.nodes().len(),
            Some(node) if node == start.0 => 0..usize::from(is_start_found),
            Some(_) if flood.has_found_only() => flood.nodes().len() - 1..flood.nodes().len(),
            Some(_) => 0..0,
        })
    }

    /// Whether some trail leads back to the start, if a walk does.
    fn comes_back(&self, place: &Place, runs: &[Run], start: NodeSlot, walk_does: bool) -> Result<bool, ExecError> {
        if !walk_does || planted!("reachability forgets a way back to the start") {
            return Ok(false);
        }
        if self.direction != Direction::Either {
            return Ok(true);
        }
        let ground = Ground { rules: &self.rules, place, runs, start: End::node(start), max: self.max };
        Ok(Cycles::at(ground, Links::wanted(false)).shortest()?.is_some())
    }
}

impl Fan for Reach {
    type Current = Current;

    fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    fn begin(&mut self, ctx: &Context, batch: Batch) -> Result<Current, ExecError> {
        Ok(Current { travel: Travel::begin(batch, &self.distinct_from, ctx), left: 0..0 })
    }

    fn more(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        if let Some(mut flood) = self.flood.take() {
            let given = self.give_flooded(&mut flood, ctx, current);
            self.flood = Some(flood);
            return given;
        }
        let graph = ctx.view(self.segment);
        let env = Env::new(ctx, &graph);
        let runs = runs(self.direction, &ctx.type_ids(&self.types), self.families);
        let (mut rows, mut found) = (Vec::new(), Found::default());
        let room = self.wanted.batch_rows(ctx);
        let Travel { batch, taken, row: next } = &mut current.travel;
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

    fn is_done(current: &Current) -> bool {
        current.travel.is_done() && current.left.is_empty()
    }

    fn forget(&mut self, ctx: &Context, _: Option<Current>) {
        if let Some(flood) = &mut self.flood {
            flood.settle(&ctx.budget);
        }
    }
}
