//! Intersect: for each row the nodes at which several arrows meet, and all ways to get there, or how many there are.
//! Order kept; holds one input batch and about a batch of nodes, with the relationships to them.
//!
//! Arrows of one MATCH are different relationships, so what is found is asked for relationships that are taken: by
//! arrows further left, and by arrows of this step that set out from the same node.

use std::ops::Range;

use smallvec::SmallVec;

use super::fan::Fan;
use super::implied::{Reached, is_implied};
use super::marked::{Marked, Marks};
use super::meeting::{ArrowRuns, ArrowSlice, Matches, Place, Room, may_meet};
use super::tally::{TOO_MANY, Tally, Ways};
use super::travel::{STRETCH, SomeRuns, Taken, runs};
use super::{Input, Scope, Wanted, row_number};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::budget::Held;
use crate::exec::column::{Column, NULL_SLOT};
use crate::exec::context::{Context, Segment, View};
use crate::exec::eval::{Frame, selected};
use crate::exec::host::Env;
use crate::physical::{self, Arrow, Operator};
use crate::storage::{Family, RelSlot};

pub(super) struct Intersect {
    input: Input,
    arrows: Vec<Arrow>,
    to: bool,
    conditions: Vec<physical::Scalar>,
    counts: bool,
    reached: Vec<Reached>,
    segment: Segment,
    wanted: Wanted,
    marks: Marks,
    held: Held,
}

/// A batch on its way.
pub(super) struct Current {
    batch: Batch,
    /// For each arrow, where it sets out in each row.
    froms: Vec<Vec<u32>>,
    taken: Vec<Taken>,
    /// In which order the arrows are looked at.
    order: Vec<usize>,
    /// The next row to look at, and how far that is done.
    row: usize,
    place: Place,
    matches: Matches,
    /// The matches that fit the conditions, and the next one to be handed on.
    fitting: Vec<u32>,
    next: usize,
    /// Of that one, the next relationship of each arrow; empty: the first ones.
    ways: Vec<usize>,
    /// What was counted without a match being kept; of rows before those of the matches.
    counted: Ways,
}

/// What is being made.
struct Made {
    rows: Vec<u32>,
    nodes: Vec<u32>,
    rels: Vec<Vec<u32>>,
}

impl Intersect {
    pub(super) fn new(operator: &Operator, spec: &physical::Intersect, scope: Scope, ctx: &Context) -> Self {
        let reached = |arrow: &Arrow| Reached { direction: arrow.direction, types: arrow.types.clone() };
        Self {
            input: Input::of(operator, scope, ctx),
            arrows: spec.arrows.clone(),
            to: spec.to,
            conditions: spec.conditions.clone(),
            counts: spec.counts,
            reached: spec.arrows.iter().map(reached).collect(),
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
            marks: Marks::default(),
            held: Held::default(),
        }
    }

    /// The arrows in the order in which they are best looked at: first those that may have nothing to offer but what is taken,
    /// and of these first those from nodes that are many rows' one behind the other.
    fn order(&self, froms: &[Vec<u32>]) -> Vec<usize> {
        let changes = |arrow: &usize| froms[*arrow].windows(2).filter(|nodes| nodes[0] != nodes[1]).count();
        let mut order: Vec<usize> = (0..self.arrows.len()).collect();
        order.sort_by_cached_key(|arrow| (self.arrows[*arrow].distinct_from.is_empty(), changes(arrow)));
        order
    }

    /// Finds the next matches, unless some are left.
    fn find(&mut self, ctx: &Context, view: &View, current: &mut Current) -> Result<(), ExecError> {
        if current.next < current.fitting.len() {
            return Ok(());
        }
        current.matches.clear();
        self.held.set(&ctx.budget, current.matches.size_bytes() + self.marks.size_bytes())?;
        let (mut marks, mut held) = (std::mem::take(&mut self.marks), std::mem::take(&mut self.held));
        let mut room = Room::new(&ctx.budget, &mut held, self.wanted.batch_rows(ctx));
        let found = self.find_in_batch(ctx, view, &mut marks, current, &mut room);
        (self.marks, self.held) = (marks, held);
        found?;
        self.held.set(&ctx.budget, current.matches.size_bytes() + self.marks.size_bytes())?;
        current.fitting = self.fitting(ctx, view, current)?;
        current.next = 0;
        Ok(())
    }

    fn find_in_batch(
        &self,
        ctx: &Context,
        view: &View,
        marks: &mut Marks,
        current: &mut Current,
        room: &mut Room,
    ) -> Result<(), ExecError> {
        let along = |arrow: &Arrow| runs(arrow.direction, &ctx.type_ids(&arrow.types), &[Family::Plain]);
        let along: Vec<SomeRuns> = self.arrows.iter().map(along).collect();
        let mut runs: Vec<ArrowRuns> = along.iter().map(|_| ArrowRuns::default()).collect();
        let mut marked = marks.begin(view.node_bound());
        let is_tallied = self.is_tallied(ctx, view);
        while current.row < current.batch.len && !current.matches.are_enough(room) {
            let rows = current.row..current.batch.len.min(current.row + STRETCH);
            current.look_up(view, &along, rows.clone(), &mut runs);
            room.steps(rows.len())?;
            if is_tallied && self.tally(&runs, &mut marked, rows.clone(), current, room)? {
                current.row = rows.end;
                continue;
            }
            self.find_in_stretch(ctx, &runs, &mut marked, rows, current, room)?;
        }
        Ok(())
    }

    /// Whether nothing has to be known of a match of two arrows but how many ways lead there.
    fn is_tallied(&self, ctx: &Context, view: &View) -> bool {
        let is_implied = |condition| is_implied(condition, &self.reached, ctx, view);
        self.counts && self.arrows.len() == 2 && self.wanted.are_all() && self.conditions.iter().all(is_implied)
    }

    /// Counts the ways in some rows, if that is simple and what was found before is handed on.
    fn tally<'g>(
        &self,
        runs: &[ArrowRuns<'g>],
        marked: &mut Marked<'_, 'g>,
        rows: Range<usize>,
        current: &mut Current,
        room: &mut Room,
    ) -> Result<bool, ExecError> {
        let [mine, theirs] = current.order[..] else { return Ok(false) };
        if current.matches.len() > 0 || !current.place.is_start() {
            return Ok(false);
        }
        let tally = Tally {
            froms: [&current.froms[mine], &current.froms[theirs]],
            taken: [&current.taken[mine], &current.taken[theirs]],
            distinct: self.arrows.iter().any(|arrow| !arrow.distinct_arrows.is_empty()),
            all_in_one: self.input.carry.is_empty(),
        };
        tally.add(&mut current.counted, rows, [&runs[mine], &runs[theirs]], marked, room)
    }

    /// Looks at rows until there is no more room.
    fn find_in_stretch<'g>(
        &self,
        ctx: &Context,
        runs: &[ArrowRuns<'g>],
        marked: &mut Marked<'_, 'g>,
        rows: Range<usize>,
        current: &mut Current,
        room: &mut Room,
    ) -> Result<(), ExecError> {
        let (mut arrows, mut froms) = (Vec::with_capacity(runs.len()), Vec::with_capacity(runs.len()));
        for row in rows.clone() {
            if !may_meet(runs, row - rows.start) || self.wanted.is_done(ctx, &current.batch, row) {
                current.place = Place::default();
                continue;
            }
            if let Some((mine, theirs)) = current.marks(runs, row, row - rows.start, marked, room)? {
                current.matches.add_marked(row_number(row), marked, mine, theirs, room)?;
            } else {
                arrows.clear();
                arrows.extend(runs.iter().map(|runs| runs.at(row - rows.start)));
                froms.clear();
                froms.extend(current.froms.iter().map(|from| from[row]));
                current.matches.add_row(row_number(row), &arrows, &froms, &mut current.place, room)?;
            }
            if current.matches.are_enough(room) {
                current.row = if current.place.is_start() { row + 1 } else { row };
                return Ok(());
            }
        }
        current.row = rows.end;
        Ok(())
    }

    /// The matches that fit all conditions which the way to them does not imply.
    fn fitting(&self, ctx: &Context, view: &View, current: &Current) -> Result<Vec<u32>, ExecError> {
        let mut fitting: Vec<u32> = (0..row_number(current.matches.len())).collect();
        for condition in &self.conditions {
            if fitting.is_empty() || is_implied(condition, &self.reached, ctx, view) {
                continue;
            }
            let of = |column: &[u32]| fitting.iter().map(|&index| column[index as usize]).collect::<Vec<u32>>();
            let (rows, nodes) = (of(&current.matches.rows), of(&current.matches.nodes));
            let frame = Frame::with_rows(&current.batch.columns, &rows, vec![Column::Nodes(nodes)]);
            let kept = selected(&Env::new(ctx, view), condition, &frame)?;
            fitting = kept.iter().map(|&index| fitting[index as usize]).collect();
        }
        Ok(fitting)
    }

    /// Hands on the matches that there are, a row for each way.
    fn ways(&self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let room = self.wanted.batch_rows(ctx);
        let mut made = Made { rows: Vec::new(), nodes: Vec::new(), rels: vec![Vec::new(); self.arrows.len()] };
        let mut way = vec![0; self.arrows.len()];
        while let Some(&index) = current.fitting.get(current.next) {
            let index = index as usize;
            if made.rows.len() >= room {
                break;
            }
            ctx.budget.step()?;
            let row = current.matches.rows[index];
            way.clear();
            way.extend(
                current
                    .matches
                    .arrows
                    .iter()
                    .enumerate()
                    .map(|(arrow, led)| led.at(index)[current.ways.get(arrow).copied().unwrap_or(0)]),
            );
            if self.are_distinct(&current.taken, row as usize, &way) {
                made.rows.push(row);
                made.nodes.push(current.matches.nodes[index]);
                made.rels.iter_mut().zip(&way).for_each(|(rels, rel)| rels.push(*rel));
            }
            if !current.go_on(index) {
                current.next += 1;
            }
        }
        let len = made.rows.len();
        let mut columns = current.batch.gather(&self.input.carry, &made.rows);
        let wanted = self.arrows.iter().zip(made.rels).filter(|(arrow, _)| arrow.rel);
        columns.extend(wanted.map(|(_, rels)| Column::Rels(rels)));
        if self.to {
            columns.push(Column::Nodes(made.nodes));
        }
        Ok(Batch::new(columns, len))
    }

    /// Whether none of these relationships, one for each arrow, is taken.
    fn are_distinct(&self, taken: &[Taken], row: usize, way: &[u32]) -> bool {
        let is_free = |(arrow, rel): (usize, &u32)| {
            let others = &self.arrows[arrow].distinct_arrows;
            let is_other = others.iter().all(|other| way[*other] != *rel);
            !taken[arrow].has(row, *rel) && (is_other || planted!("arrows that meet may be one relationship"))
        };
        way.iter().enumerate().all(is_free)
    }

    /// How many ways there are to the matches of each row.
    fn counts(&self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let mut ways = std::mem::take(&mut current.counted);
        for &index in &current.fitting {
            let row = current.matches.rows[index as usize];
            let count = self.count(ctx, current, index as usize)?;
            ways.add(row, count, self.input.carry.is_empty())?;
        }
        current.next = current.fitting.len();
        let mut columns = current.batch.gather(&self.input.carry, &ways.rows);
        columns.push(Column::Integers(ways.counts, Vec::new()));
        Ok(Batch::new(columns, ways.rows.len()))
    }

    fn count(&self, ctx: &Context, current: &Current, index: usize) -> Result<i64, ExecError> {
        let row = current.matches.rows[index] as usize;
        let arrows = current.matches.arrows.iter().zip(&current.taken);
        // Arrows from different nodes to the same one are never one relationship.
        let from = |arrow: usize| current.froms[arrow][row];
        let mut others = self.arrows.iter().enumerate();
        let clashes = others.any(|(arrow, spec)| spec.distinct_arrows.iter().any(|other| from(*other) == from(arrow)));
        if clashes && !planted!("arrows that meet may be one relationship") {
            let made = ctx.budget.made();
            let rel_count: usize = current.matches.arrows.iter().map(|led| led.span(index).len()).sum();
            ctx.budget.bytes(2 * rel_count * size_of::<u32>())?;
            let free: Vec<Vec<u32>> = arrows.map(|(led, taken)| free(led.at(index), taken, row).collect()).collect();
            let count = self.count_distinct(ctx, &free, &mut Vec::with_capacity(free.len()))?;
            ctx.budget.settle(made);
            return Ok(count);
        }
        let mut counts = arrows.map(|(led, taken)| to_i64(free(led.at(index), taken, row).count()));
        Ok(counts.try_fold(1, i64::checked_mul).ok_or(TOO_MANY)?)
    }

    /// How many ways go on from the relationships that are chosen for the first arrows.
    fn count_distinct(&self, ctx: &Context, free: &[Vec<u32>], chosen: &mut Vec<u32>) -> Result<i64, ExecError> {
        let arrow = chosen.len();
        let (Some(rels), Some(spec)) = (free.get(arrow), self.arrows.get(arrow)) else { return Ok(1) };
        ctx.budget.steps(rels.len())?;
        let mut count = 0;
        for &rel in rels {
            if spec.distinct_arrows.iter().all(|other| chosen[*other] != rel) {
                chosen.push(rel);
                count += if arrow + 1 == free.len() { 1 } else { self.count_distinct(ctx, free, chosen)? };
                chosen.pop();
            }
        }
        Ok(count)
    }
}

impl Current {
    /// Finds the runs of all arrows at some rows. Where an arrow has none but a relationship that is taken, those behind it
    /// are not looked for.
    fn look_up<'g>(&self, view: &'g View, along: &[SomeRuns], rows: Range<usize>, runs: &mut [ArrowRuns<'g>]) {
        let mut open: SmallVec<[bool; STRETCH]> = SmallVec::from_elem(true, rows.len());
        let mut nodes: SmallVec<[u32; STRETCH]> = SmallVec::new();
        for &arrow in &self.order {
            let from = &self.froms[arrow][rows.clone()];
            nodes.clear();
            nodes.extend(from.iter().zip(&open).map(|(node, is_open)| if *is_open { *node } else { NULL_SLOT }));
            runs[arrow].fill(view, &along[arrow], &nodes);
            for (index, is_open) in open.iter_mut().enumerate() {
                let taken = |rel: RelSlot| self.taken[arrow].has(rows.start + index, rel.0);
                *is_open &= !runs[arrow].has_none_but(index, taken);
            }
        }
    }

    /// Where rows one behind the other come from one node by one of two arrows: marks its neighbours, and says what these are and
    /// where to look for them.
    #[inline]
    fn marks<'g>(
        &self,
        runs: &[ArrowRuns<'g>],
        row: usize,
        index: usize,
        marked: &mut Marked<'_, 'g>,
        room: &mut Room,
    ) -> Result<Option<(ArrowSlice<'g>, ArrowSlice<'g>)>, ExecError> {
        let [mine, theirs] = self.order[..] else { return Ok(None) };
        let from = &self.froms[mine];
        if !marked.is_of(from[row]) && from.get(row + 1) != Some(&from[row]) {
            return Ok(None);
        }
        let (Some(my_slice), Some(their_slice)) = (runs[mine].slice(index), runs[theirs].slice(index)) else {
            return Ok(None);
        };
        if !marked.is_of(from[row]) {
            room.take(marked.missing_bytes())?;
            room.steps(my_slice.len())?;
            marked.mark(from[row], my_slice);
        }
        Ok(Some(((mine, my_slice), (theirs, their_slice))))
    }

    /// Goes on to the next way to this match; false behind the last one.
    fn go_on(&mut self, index: usize) -> bool {
        let arrows = &self.matches.arrows;
        if arrows.iter().all(|led| led.span(index).len() == 1) {
            return false;
        }
        self.ways.resize(arrows.len(), 0);
        for (way, led) in self.ways.iter_mut().zip(arrows).rev() {
            *way += 1;
            if *way < led.span(index).len() {
                return true;
            }
            *way = 0;
        }
        self.ways.clear();
        false
    }
}

impl Fan for Intersect {
    type Current = Current;

    fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    fn begin(&mut self, ctx: &Context, batch: Batch) -> Result<Current, ExecError> {
        let from = |arrow: &Arrow| match &batch.columns[arrow.from] {
            Column::Nodes(slots) => slots.clone(),
            other => (0..batch.len).map(|row| node_slot(other, row, ctx)).collect(),
        };
        let froms: Vec<Vec<u32>> = self.arrows.iter().map(from).collect();
        Ok(Current {
            order: self.order(&froms),
            froms,
            taken: self.arrows.iter().map(|arrow| Taken::of(&batch, &arrow.distinct_from, ctx)).collect(),
            row: 0,
            place: Place::default(),
            matches: Matches::of_arrows(self.arrows.len()),
            fitting: Vec::new(),
            next: 0,
            ways: Vec::new(),
            counted: Ways::default(),
            batch,
        })
    }

    fn more(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let view = ctx.view(self.segment);
        self.find(ctx, &view, current)?;
        if self.counts { self.counts(ctx, current) } else { self.ways(ctx, current) }
    }

    fn is_done(current: &Current) -> bool {
        current.row >= current.batch.len && current.next >= current.fitting.len()
    }

    fn forget(&mut self, ctx: &Context, _: Option<Current>) {
        self.held.clear(&ctx.budget);
    }
}

/// Those of some relationships that are not taken in a row.
fn free<'r>(rels: &'r [u32], taken: &'r Taken, row: usize) -> impl Iterator<Item = u32> + 'r {
    rels.iter().copied().filter(move |rel| !taken.has(row, *rel))
}

fn node_slot(column: &Column, row: usize, ctx: &Context) -> u32 {
    column.end(row, ctx).and_then(crate::storage::End::as_node).map_or(NULL_SLOT, |node| node.0)
}

fn to_i64(len: usize) -> i64 {
    i64::try_from(len).expect("there are fewer than 2^32 relationships")
}
