//! Where the relationships of several arrows meet: the nodes that they all lead to, for one row after the other.
//!
//! The arrow with the fewest relationships leads; in the runs of the others its neighbours are sought one behind the
//! other (a worst-case optimal join of one variable). Parallel relationships stay together, so what is found takes no
//! more room than the relationships that led there; and they may be many, so that room is counted before it is made.

use super::marked::Marked;
use super::travel::Run;
use crate::exec::ExecError;
use crate::exec::budget::{Budget, Held};
use crate::exec::column::NULL_SLOT;
use crate::storage::{self, End, Graph, Neighbour, NodeSlot, RelSlot, Seeker, from_end};

/// So many relationships to each match are usual.
const USUAL: usize = 16;

/// How much is looked for before it is handed on, and what counts it.
pub(super) struct Room<'r> {
    budget: &'r Budget,
    held: &'r mut Held,
    match_count: usize,
}

impl<'r> Room<'r> {
    /// For so many matches, or as many relationships as such usually have.
    pub(super) fn new(budget: &'r Budget, held: &'r mut Held, match_count: usize) -> Self {
        Self { budget, held, match_count }
    }

    /// Counts bytes that are about to be kept.
    pub(super) fn take(&mut self, byte_count: usize) -> Result<(), ExecError> {
        if byte_count == 0 { Ok(()) } else { self.held.add(self.budget, byte_count) }
    }

    #[inline]
    pub(super) fn steps(&self, count: usize) -> Result<(), ExecError> {
        self.budget.steps(count)
    }
}

/// The nodes that were found, in the order of rows.
#[derive(Debug, Default)]
pub(super) struct Matches {
    pub rows: Vec<u32>,
    pub nodes: Vec<u32>,
    pub arrows: Vec<Led>,
}

/// The relationships of one arrow: those to each match side by side.
#[derive(Debug, Default)]
pub(super) struct Led {
    pub rels: Vec<u32>,
    /// Where those to each match end.
    ends: Vec<u32>,
}

impl Led {
    pub(super) fn span(&self, index: usize) -> std::ops::Range<usize> {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        start as usize..self.ends[index] as usize
    }

    pub(super) fn at(&self, index: usize) -> &[u32] {
        &self.rels[self.span(index)]
    }

    /// The relationships that were appended lead to one more match.
    fn close(&mut self) {
        self.ends.push(u32::try_from(self.rels.len()).expect("fewer than 2^32 relationships in a batch"));
    }

    fn forget_open(&mut self) {
        self.rels.truncate(self.ends.last().map_or(0, |end| *end as usize));
    }
}

/// Runs of one arrow at one node; the flag: it passes over self-loops, which another one has.
type RowRuns<'r, 'g> = &'r [(storage::Run<'g>, bool)];

/// An arrow, and its run at a node.
pub(super) type ArrowSlice<'g> = (usize, &'g [Neighbour]);

/// The runs of one arrow at some nodes.
#[derive(Default)]
pub(super) struct ArrowRuns<'g> {
    runs: Vec<(storage::Run<'g>, bool)>,
    /// Where those of each node end, unless each has one.
    ends: Vec<usize>,
    /// Between which neighbours they lie, if each node has one.
    bounds: Vec<(End, End)>,
}

impl<'g> ArrowRuns<'g> {
    /// Looks up the runs of other nodes.
    pub(super) fn fill(&mut self, graph: &'g Graph, along: &[Run], nodes: &[u32]) {
        self.runs.clear();
        self.ends.clear();
        self.bounds.clear();
        if let [Run { direction, rel_type: Some(rel_type), .. }] = along {
            graph.each_run(nodes, *direction, *rel_type, |run| self.runs.push((run, false)));
            // Apart from what is done with them later, so that the ways to the entries are gone at the same time.
            self.bounds.extend(self.runs.iter().map(|(run, _)| run.bounds()));
            return;
        }
        for node in nodes {
            for run in along {
                let mut take = |found: storage::Run<'g>| {
                    if found.len() > 0 {
                        self.runs.push((found, run.second));
                    }
                };
                match run.rel_type {
                    Some(rel_type) => graph.each_run(&[*node], run.direction, rel_type, take),
                    None => graph.runs_by_type(*node, run.direction).for_each(&mut take),
                }
            }
            self.ends.push(self.runs.len());
        }
    }

    /// Whether an arrow has nothing at a node, or one relationship, which is taken.
    #[inline]
    pub(super) fn has_none_but(&self, index: usize, is_taken: impl Fn(RelSlot) -> bool) -> bool {
        match self.at(index) {
            [] | [(storage::Run::Packed([]), _)] => true,
            [(storage::Run::Packed([only]), _)] => is_taken(only.rel),
            _ => false,
        }
    }

    /// The run at a node, if the arrow has one at each and it is one slice.
    #[inline]
    pub(super) fn slice(&self, index: usize) -> Option<&'g [Neighbour]> {
        match self.runs.get(index) {
            Some((storage::Run::Packed(slice), _)) if self.ends.is_empty() => Some(slice),
            _ => None,
        }
    }

    /// Of the first so many nodes, if that holds for all of them.
    pub(super) fn slices(&self, count: usize) -> Option<impl Iterator<Item = &'g [Neighbour]>> {
        let slice = |(run, _): &(storage::Run<'g>, bool)| match run {
            storage::Run::Packed(slice) => Some(*slice),
            storage::Run::Hub(_) => None,
        };
        let runs = self.runs.get(..count).filter(|_| self.ends.is_empty())?;
        runs.iter().all(|run| slice(run).is_some()).then(|| runs.iter().filter_map(slice))
    }

    #[inline]
    pub(super) fn at(&self, index: usize) -> RowRuns<'_, 'g> {
        if self.ends.is_empty() {
            return &self.runs[index..=index];
        }
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.runs[start..self.ends[index]]
    }
}

/// Shows the relationships in either slice to each node that both lead to.
#[inline]
pub(super) fn each_common<'g>(
    mut one: &'g [Neighbour],
    mut other: &'g [Neighbour],
    mut show: impl FnMut(&'g [Neighbour], &'g [Neighbour]) -> Result<(), ExecError>,
) -> Result<(), ExecError> {
    let leaps = is_long(one, other) || is_long(other, one);
    while let (Some(mine), Some(theirs)) = (one.first(), other.first()) {
        if mine.end == theirs.end {
            let end = mine.end;
            let (my_rels, their_rels) = (to_end(one, end), to_end(other, end));
            show(my_rels, their_rels)?;
            (one, other) = (&one[my_rels.len()..], &other[their_rels.len()..]);
        } else if leaps {
            let (mine, theirs) = (mine.end, theirs.end);
            one = from_end(one, theirs);
            other = from_end(other, mine);
        } else {
            // Without a branch: which one lies behind is hard to foretell.
            let is_behind = mine.end < theirs.end;
            one = &one[usize::from(is_behind)..];
            other = &other[usize::from(!is_behind)..];
        }
    }
    Ok(())
}

/// The same where the neighbours in the first slice are marked.
#[inline]
pub(super) fn each_marked<'g>(
    marked: &Marked,
    mine: &'g [Neighbour],
    mut theirs: &'g [Neighbour],
    mut show: impl FnMut(&'g [Neighbour], &'g [Neighbour]) -> Result<(), ExecError>,
) -> Result<(), ExecError> {
    while let Some(at) = theirs.iter().position(|entry| marked.has(entry.end)) {
        let end = theirs[at].end;
        let their_rels = to_end(&theirs[at..], end);
        let first = mine.partition_point(|entry| entry.end < end);
        show(to_end(&mine[first..], end), their_rels)?;
        theirs = &theirs[at + their_rels.len()..];
    }
    Ok(())
}

/// Whether it is better to look for the neighbours in another slice than to go over this one beside it.
#[inline]
pub(super) fn is_long(slice: &[Neighbour], beside: &[Neighbour]) -> bool {
    slice.len() > 8 * beside.len()
}

/// The relationships to `end` at the front of a slice.
#[inline]
fn to_end(slice: &[Neighbour], end: End) -> &[Neighbour] {
    let count = slice.iter().take_while(|entry| entry.end == end).count();
    &slice[..count]
}

/// Whether the neighbours of all arrows at these nodes lie in a common stretch.
pub(super) fn may_meet(arrows: &[ArrowRuns], index: usize) -> bool {
    let mut bounds = arrows.iter().filter_map(|runs| runs.bounds.get(index));
    let Some(&(first, last)) = bounds.next() else { return true };
    let (first, last) = bounds.fold((first, last), |(first, last), bounds| (first.max(bounds.0), last.min(bounds.1)));
    first <= last
}

fn len_of(runs: RowRuns) -> usize {
    runs.iter().map(|(run, _)| run.len()).sum()
}

/// Where to go on within a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// Which run of the arrow that leads.
    run: usize,
    /// Behind this neighbour.
    after: Option<End>,
}

impl Place {
    pub(super) fn is_start(self) -> bool {
        self.run == 0 && self.after.is_none()
    }
}

impl Matches {
    pub(super) fn of_arrows(count: usize) -> Self {
        Self { arrows: (0..count).map(|_| Led::default()).collect(), ..Self::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.nodes.clear();
        for led in &mut self.arrows {
            led.rels.clear();
            led.ends.clear();
        }
    }

    /// Whether it is time to hand on what was found.
    #[inline]
    pub(super) fn are_enough(&self, room: &Room) -> bool {
        let rel_count: usize = self.arrows.iter().map(|led| led.rels.len()).sum();
        self.len() >= room.match_count || rel_count >= room.match_count * USUAL
    }

    pub(super) fn size_bytes(&self) -> usize {
        let led: usize = self.arrows.iter().map(|led| led.rels.capacity() + led.ends.capacity()).sum();
        (self.rows.capacity() + self.nodes.capacity() + led) * size_of::<u32>()
    }

    /// Adds the nodes where `arrows`, which set out from `froms`, meet. When they fill the room it stops, with `place` where
    /// it has to go on; else that is back at the beginning.
    pub(super) fn add_row(
        &mut self,
        row: u32,
        arrows: &[RowRuns],
        froms: &[u32],
        place: &mut Place,
        room: &mut Room,
    ) -> Result<(), ExecError> {
        if let [[(storage::Run::Packed(one), false)], [(storage::Run::Packed(other), false)]] = arrows {
            room.steps(one.len().min(other.len()))?;
            return self.add_common(row, one, other, room);
        }
        let lens = arrows.iter().map(|runs| len_of(runs));
        match lens.enumerate().min_by_key(|(_, len)| *len) {
            None | Some((_, 0)) => Ok(()),
            Some((leader, _)) => self.add_led(row, leader, arrows, froms, place, room),
        }
    }

    /// The same of two arrows with one slice each, where the neighbours in the slice of the first are marked.
    pub(super) fn add_marked(
        &mut self,
        row: u32,
        marked: &Marked,
        mine: ArrowSlice,
        theirs: ArrowSlice,
        room: &mut Room,
    ) -> Result<(), ExecError> {
        room.steps(theirs.1.len())?;
        each_marked(marked, mine.1, theirs.1, |my_rels, their_rels| {
            self.arrows[mine.0].extend(my_rels, room)?;
            self.arrows[theirs.0].extend(their_rels, room)?;
            self.close(row, my_rels[0].end);
            Ok(())
        })
    }

    /// Two slices, which are short.
    fn add_common(
        &mut self,
        row: u32,
        one: &[Neighbour],
        other: &[Neighbour],
        room: &mut Room,
    ) -> Result<(), ExecError> {
        each_common(one, other, |mine, theirs| {
            self.arrows[0].extend(mine, room)?;
            self.arrows[1].extend(theirs, room)?;
            self.close(row, mine[0].end);
            Ok(())
        })
    }

    fn add_led(
        &mut self,
        row: u32,
        leader: usize,
        arrows: &[RowRuns],
        froms: &[u32],
        place: &mut Place,
        room: &mut Room,
    ) -> Result<(), ExecError> {
        while let Some((run, second)) = arrows[leader].get(place.run) {
            let mut others: Vec<(usize, bool, Seeker)> = Vec::with_capacity(arrows.len());
            for (arrow, runs) in arrows.iter().enumerate().filter(|(arrow, _)| *arrow != leader) {
                others.extend(runs.iter().map(|(run, second)| (arrow, *second, Seeker::new(*run))));
            }
            let is_loop = |arrow: usize, end: End| end == End::node(NodeSlot(froms[arrow]));
            let (mut at, mut is_met) = (place.after, false);
            for entry in run.iter_behind(place.after) {
                room.budget.step()?;
                if at != Some(entry.end) {
                    if is_met {
                        self.close(row, entry_end(at));
                    }
                    if self.are_enough(room) && at != place.after {
                        place.after = at;
                        return Ok(());
                    }
                    at = Some(entry.end);
                    is_met = !(*second && is_loop(leader, entry.end))
                        && self.seek(leader, entry.end, &mut others, &is_loop, room)?;
                }
                if is_met {
                    self.arrows[leader].extend(&[entry], room)?;
                }
            }
            if is_met {
                self.close(row, entry_end(at));
            }
            *place = Place { run: place.run + 1, after: None };
        }
        *place = Place::default();
        Ok(())
    }

    /// Appends the relationships of all arrows but the one that leads; if one has none, of none.
    fn seek(
        &mut self,
        leader: usize,
        end: End,
        others: &mut [(usize, bool, Seeker)],
        is_loop: &impl Fn(usize, End) -> bool,
        room: &mut Room,
    ) -> Result<bool, ExecError> {
        for (arrow, second, seeker) in others {
            if !(*second && is_loop(*arrow, end)) || planted!("arrows meet at a loop twice") {
                let led = &mut self.arrows[*arrow];
                seeker.each_to(end, |entries| {
                    room.steps(entries.len())?;
                    led.extend(entries, room)
                })?;
            }
        }
        let has_none = |led: &Led| led.rels.len() == led.ends.last().map_or(0, |end| *end as usize);
        let fails = self.arrows.iter().enumerate().any(|(arrow, led)| arrow != leader && has_none(led));
        if fails {
            self.arrows.iter_mut().for_each(Led::forget_open);
        }
        Ok(!fails)
    }

    fn close(&mut self, row: u32, end: End) {
        self.rows.push(row);
        self.nodes.push(end.as_node().map_or(NULL_SLOT, |node| node.0));
        self.arrows.iter_mut().for_each(Led::close);
    }
}

impl Led {
    #[inline]
    fn extend(&mut self, entries: &[Neighbour], room: &mut Room) -> Result<(), ExecError> {
        if self.rels.capacity() - self.rels.len() < entries.len() {
            self.grow(entries.len(), room)?;
        }
        self.rels.extend(entries.iter().map(|entry| entry.rel.0));
        Ok(())
    }

    /// Doubles, or makes as much room as so many more take.
    #[cold]
    fn grow(&mut self, count: usize, room: &mut Room) -> Result<(), ExecError> {
        let more = count.max(self.rels.capacity());
        room.take(more * size_of::<u32>())?;
        self.rels.reserve_exact(more);
        Ok(())
    }
}

fn entry_end(at: Option<End>) -> End {
    at.expect("what was met was at a neighbour")
}
