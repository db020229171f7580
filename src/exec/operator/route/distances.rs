//! How far the end of a route is at least, from each place of the walk and each element: a search back from there that
//! asks only what is said of single hops and does not count repetitions, so that the truth is never less.

use rustc_hash::FxHashMap;

use super::super::hops;
use super::super::travel::SomeRuns;
use super::trail::{Position, Stride};
use crate::exec::ExecError;
use crate::exec::budget::Held;
use crate::exec::column::{Column, end_value};
use crate::exec::context::Context;
use crate::exec::room::entry_bytes;
use crate::physical::route::{Leg, Place};
use crate::storage::{End, Neighbour};

/// Before a hop of a leg.
type Stage = (u32, u32);

pub(in crate::exec::operator) struct Distances {
    pub(super) target: End,
    /// Whether they are right for every row.
    pub(super) is_same_in_all_rows: bool,
    held: Held,
    known: FxHashMap<(Stage, End), u64>,
}

impl Distances {
    /// `backwards` has the runs against each hop of each leg.
    pub(super) fn to(
        place: &hops::Place,
        legs: &[Leg],
        backwards: &[Vec<SomeRuns>],
        target: End,
    ) -> Result<Self, ExecError> {
        let mut search = Search { place, legs, backwards, known: FxHashMap::default(), held: Held::default() };
        if let Err(error) = search.back_from(target) {
            search.held.clear(&place.env.ctx.budget);
            return Err(error);
        }
        let said = legs.iter().flat_map(|leg| &leg.hops).flat_map(|hop| &hop.said);
        let is_same_in_all_rows = said.filter(|said| said.of_hop).all(|said| said.is_same_in_all_rows);
        Ok(Self { target, is_same_in_all_rows, held: search.held, known: search.known })
    }

    pub(super) fn forget(mut self, ctx: &Context) {
        self.held.clear(&ctx.budget);
    }

    /// From the element at which the walk begins; `u64::MAX`: the end cannot be reached.
    pub(super) fn at_start(&self, legs: &[Leg], start: End) -> u64 {
        self.before_leg(legs, 0, start)
    }

    /// From where a stride leads.
    pub(super) fn behind(&self, legs: &[Leg], stride: &Stride) -> u64 {
        let leg = &legs[stride.leg as usize];
        if (stride.hop as usize) + 1 < leg.hops.len() {
            return self.at((stride.leg, stride.hop + 1), stride.end);
        }
        let again = if leg.max == Some(1) { u64::MAX } else { self.at((stride.leg, 0), stride.end) };
        again.min(self.before_leg(legs, stride.leg as usize + 1, stride.end))
    }

    /// From where this leg may begin, or a later one if it may be left out.
    fn before_leg(&self, legs: &[Leg], mut leg: usize, element: End) -> u64 {
        let mut least = u64::MAX;
        loop {
            let Some(written) = legs.get(leg) else {
                return if element == self.target { 0 } else { least };
            };
            least = least.min(self.at((number(leg), 0), element));
            if written.min > 0 {
                return least;
            }
            leg += 1;
        }
    }

    fn at(&self, stage: Stage, element: End) -> u64 {
        self.known.get(&(stage, element)).copied().unwrap_or(u64::MAX)
    }
}

/// A search on its way.
struct Search<'s, 'p, 'c, 'w> {
    place: &'s hops::Place<'p, 'c, 'w>,
    legs: &'s [Leg],
    backwards: &'s [Vec<SomeRuns>],
    known: FxHashMap<(Stage, End), u64>,
    held: Held,
}

impl Search<'_, '_, '_, '_> {
    fn back_from(&mut self, target: End) -> Result<(), ExecError> {
        let mut frontier: Vec<(Stage, End)> = Vec::new();
        let mut depth = 1;
        for before in last_hops_before(self.legs, self.legs.len()) {
            self.grow(before, target, depth, &mut frontier)?;
        }
        while !frontier.is_empty() {
            self.held.add(
                &self.place.env.ctx.budget,
                frontier.len() * (entry_bytes::<(Stage, End), u64>() + size_of::<(Stage, End)>()),
            )?;
            depth += 1;
            let mut next = Vec::new();
            for (stage, element) in frontier {
                if element.as_node().is_none() {
                    continue;
                }
                for before in hops_before(self.legs, stage) {
                    self.grow(before, element, depth, &mut next)?;
                }
            }
            frontier = next;
        }
        Ok(())
    }

    /// Goes back along one hop from where it leads to; adds what is new to `next`.
    fn grow(&mut self, stage: Stage, to: End, depth: u64, next: &mut Vec<(Stage, End)>) -> Result<(), ExecError> {
        let (env, (leg, hop)) = (self.place.env, (stage.0 as usize, stage.1 as usize));
        let mut found: Vec<(u32, Neighbour)> = Vec::new();
        for run in &self.backwards[leg][hop] {
            for neighbour in run.neighbours(env.graph, to) {
                env.ctx.budget.step()?;
                if !self.known.contains_key(&(stage, neighbour.end)) {
                    found.push((0, neighbour));
                }
            }
        }
        for said in self.legs[leg].hops[hop].said.iter().filter(|said| said.of_hop) {
            let locals = said.places.iter().map(|&at| column(at, hop, to, &found, env.ctx)).collect();
            hops::keep_selected(self.place, &said.predicate, locals, &mut found, 0)?;
        }
        for (_, neighbour) in found {
            self.known.entry((stage, neighbour.end)).or_insert_with(|| {
                next.push((stage, neighbour.end));
                depth
            });
        }
        Ok(())
    }
}

/// What a place of a hop from one of `found` to an element holds.
fn column(at: Place, hop: usize, to: End, found: &[(u32, Neighbour)], ctx: &Context) -> Column {
    match at {
        Place::Rel { .. } => Column::Rels(found.iter().map(|(_, neighbour)| neighbour.rel.0).collect()),
        Place::Node { index, .. } if index == hop => hops::elements(found.iter().map(|(_, neighbour)| neighbour.end)),
        _ => Column::Constant(end_value(to, ctx), found.len()),
    }
}

/// The hops that lead to where this one begins.
fn hops_before(legs: &[Leg], (leg, hop): Stage) -> Vec<Stage> {
    if hop > 0 {
        return vec![(leg, hop - 1)];
    }
    let mut before = last_hops_before(legs, leg as usize);
    if legs[leg as usize].max != Some(1) {
        before.push((leg, last_hop(legs, leg as usize)));
    }
    before
}

/// The last hops of the legs behind which this leg, or the end of the route, may come.
fn last_hops_before(legs: &[Leg], leg: usize) -> Vec<Stage> {
    let mut before = Vec::new();
    for earlier in (0..leg).rev() {
        before.push((number(earlier), last_hop(legs, earlier)));
        if legs[earlier].min > 0 {
            break;
        }
    }
    before
}

fn last_hop(legs: &[Leg], leg: usize) -> u32 {
    number(legs[leg].hops.len() - 1)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("a pattern has fewer than 2^32 elements")
}

impl Position {
    /// Before the first hop of a leg.
    pub(super) fn before_leg(leg: usize, round: u64) -> Self {
        Self { leg: number(leg), hop: 0, round }
    }
}
