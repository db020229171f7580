//! A path as far as it has been walked, and what predicates and columns see of it.

use crate::exec::column::{Column, end_value, rel_value};
use crate::exec::context::Context;
use crate::physical::route::{PathMode, Place, Route};
use crate::storage::End;
use crate::value::{List, Value};

use super::super::hops::elements;

/// One relationship that was taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stride {
    pub leg: u32,
    pub hop: u32,
    /// How often the leg has been taken before.
    pub round: u64,
    pub rel: u32,
    pub end: End,
}

/// Where the walk stands: before a hop of a leg that has been taken `round` times.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    pub leg: u32,
    pub hop: u32,
    pub round: u64,
}

#[derive(Debug)]
pub(super) struct Trail {
    pub start: End,
    pub strides: Vec<Stride>,
}

impl Trail {
    pub(super) fn begin(start: End) -> Self {
        Self { start, strides: Vec::new() }
    }

    pub(super) fn at(&self) -> End {
        self.node_before(self.strides.len())
    }

    fn node_before(&self, stride: usize) -> End {
        if stride == 0 { self.start } else { self.strides[stride - 1].end }
    }

    /// Whether a relationship to `end` may follow.
    pub(super) fn admits(&self, mode: PathMode, rel: u32, end: End) -> bool {
        match mode {
            PathMode::Walk => true,
            PathMode::Trail => self.strides.iter().all(|stride| stride.rel != rel),
            PathMode::Acyclic if planted!("a path comes back to its start") => {
                self.strides.iter().all(|stride| stride.end != end)
            }
            PathMode::Acyclic => self.start != end && self.strides.iter().all(|stride| stride.end != end),
        }
    }

    /// The strides of a leg.
    fn of_leg(&self, leg: usize) -> &[Stride] {
        let from = self.strides.partition_point(|stride| (stride.leg as usize) < leg);
        let to = self.strides.partition_point(|stride| stride.leg as usize <= leg);
        &self.strides[from..to]
    }

    /// Where the last repetition of a leg begins.
    fn last_round(&self, leg: usize) -> usize {
        let end = self.strides.partition_point(|stride| stride.leg as usize <= leg);
        end - 1 - self.strides[end - 1].hop as usize
    }

    /// What the place holds in each of the rows in which one of `next`, taken from `position`, follows.
    pub(super) fn column(
        &self,
        route: &Route,
        place: Place,
        position: Position,
        next: &[Stride],
        ctx: &Context,
    ) -> Column {
        let (at_leg, at_hop) = (position.leg as usize, position.hop as usize);
        let ends = || elements(next.iter().map(|stride| stride.end));
        let begin = self.strides.len() - at_hop;
        let value = match place {
            Place::Rel { leg, index } if (leg, index) == (at_leg, at_hop) => {
                return Column::Rels(next.iter().map(|stride| stride.rel).collect());
            }
            Place::Node { leg, index } if (leg, index) == (at_leg, at_hop + 1) => return ends(),
            Place::Joint(leg) if leg == at_leg => return ends(),
            Place::Node { leg, index } if leg == at_leg => end_value(self.node_before(begin + index), ctx),
            Place::Rel { leg, index } if leg == at_leg => rel_value(self.strides[begin + index].rel, ctx),
            earlier => self.value(route, earlier, ctx),
        };
        Column::Constant(value, next.len())
    }

    /// What the place holds now.
    pub(super) fn value(&self, route: &Route, place: Place, ctx: &Context) -> Value {
        let node = |stride| end_value(self.node_before(stride), ctx);
        match place {
            Place::Node { leg, index } => node(self.last_round(leg) + index),
            Place::Rel { leg, index } => rel_value(self.strides[self.last_round(leg) + index].rel, ctx),
            Place::Joint(leg) => node(self.strides.partition_point(|stride| stride.leg as usize <= leg)),
            Place::Nodes { leg, index } => {
                let from = self.strides.partition_point(|stride| (stride.leg as usize) < leg);
                let hops = route.legs[leg].hops.len();
                let rounds = self.of_leg(leg).len() / hops;
                list((0..rounds).map(|round| node(from + round * hops + index)), route.is_turned)
            }
            Place::Rels { leg, index } => {
                let strides = self.of_leg(leg).iter().skip(index).step_by(route.legs[leg].hops.len());
                list(strides.map(|stride| rel_value(stride.rel, ctx)), route.is_turned)
            }
            Place::Path => list(self.strides.iter().map(|stride| rel_value(stride.rel, ctx)), route.is_turned),
        }
    }
}

fn list(values: impl Iterator<Item = Value>, is_turned: bool) -> Value {
    let mut values: Vec<Value> = values.collect();
    if is_turned && !planted!("a list of a group is the wrong way round") {
        values.reverse();
    }
    Value::List(values.into_iter().collect::<List>())
}
