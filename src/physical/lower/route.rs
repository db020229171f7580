//! Routes: each predicate goes to the first place of the walk at which all that it names is known.

use rustc_hash::FxHashMap;

use super::find::{direction, positions, target};
use super::rows::Rows;
use super::{Lowerer, Place as Surroundings};
use crate::expr::{Expr, VarId};
use crate::physical::route::{self, Leg, LegHop, Place, Said};
use crate::physical::{ColumnKind, Op};
use crate::plan::{self, Choice, Route};

/// When something of a walk is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    /// Behind a hop of a leg.
    Hop(usize, usize),
    /// Where a leg ends and the next begins.
    Leaving(usize),
    End,
}

impl Moment {
    /// In the order of the walk.
    fn rank(self) -> (usize, usize) {
        match self {
            Moment::Hop(leg, hop) => (leg, hop),
            Moment::Leaving(leg) => (leg, usize::MAX),
            Moment::End => (usize::MAX, usize::MAX),
        }
    }
}

impl Lowerer<'_> {
    pub(super) fn route(&mut self, step: &Route, rows: Rows, surroundings: &Surroundings<'_>) -> Rows {
        let rows = self.cast_ends(rows, &[step.from, step.to]);
        let places = places(step, &rows);
        let mut legs: Vec<Leg> = step.legs.iter().map(|leg| self.leg(leg)).collect();
        let mut at_end = Vec::new();
        let of_legs = step.legs.iter().enumerate().flat_map(|(index, leg)| {
            leg.predicates.iter().map(move |predicate| (predicate, Some(Moment::Hop(index, 0))))
        });
        for (predicate, earliest) in of_legs.chain(step.predicates.iter().map(|predicate| (predicate, None))) {
            let (moment, said) = self.said_on_route(predicate, earliest, &places, &step.legs, &rows);
            match moment {
                Moment::Hop(leg, hop) => legs[leg].hops[hop].said.push(said),
                Moment::Leaving(leg) => legs[leg].leaving.push(said),
                Moment::End => at_end.push(said),
            }
        }
        let choice = match &step.choice {
            Choice::All => route::Choice::All,
            Choice::Shortest { count, groups } => {
                route::Choice::Shortest { count: self.scalar(count, &rows), groups: *groups }
            }
        };
        let wanted = step.binds().into_iter().filter(|var| surroundings.needs(*var));
        let bound: Vec<(VarId, Place)> = wanted.map(|var| (var, place_of(var, step, &places))).collect();
        let mut new: Vec<(VarId, ColumnKind)> = bound.iter().map(|(var, place)| (*var, kind_of(*place))).collect();
        let columns = bound.iter().map(|(_, place)| (*place, kind_of(*place))).collect();
        let to = target(step.to, &rows, surroundings, &mut new);
        let op = Op::Route(route::Route {
            from: rows.position(step.from.var),
            to,
            legs,
            said: at_end,
            choice,
            mode: step.mode,
            columns,
            distinct_from: positions(&step.distinct_from, &rows),
            is_turned: step.is_turned,
        });
        self.extend(rows, op, &new, surroundings)
    }

    fn leg(&mut self, leg: &plan::Leg) -> Leg {
        let hop = |hop: &plan::LegHop| LegHop {
            direction: direction(hop.direction),
            types: self.types(&plan::type_list(hop.types.as_ref()).unwrap_or_default()),
            said: Vec::new(),
        };
        let hops = leg.hops.iter().map(hop).collect();
        Leg { hops, min: leg.min, max: leg.max, leaving: Vec::new() }
    }

    fn said_on_route(
        &mut self,
        predicate: &Expr,
        earliest: Option<Moment>,
        places: &FxHashMap<VarId, Place>,
        legs: &[plan::Leg],
        rows: &Rows,
    ) -> (Moment, Said) {
        let used = self.imports.of_expr(predicate);
        let used_count = used.len();
        let locals: Vec<VarId> = used.into_iter().filter(|var| places.contains_key(var)).collect();
        let named: Vec<Place> = locals.iter().map(|var| places[var]).collect();
        let moments = named.iter().map(|place| moment_of(*place, legs)).chain(earliest);
        let moment = moments.max_by_key(|moment| moment.rank()).unwrap_or(Moment::End);
        let is_same_in_all_rows = locals.len() == used_count;
        let of_hop = !predicate.is_volatile()
            && predicate.subqueries().is_empty()
            && named.iter().all(|place| is_of_hop(*place, moment, legs));
        (moment, Said { predicate: self.said_of(&locals, predicate, rows), places: named, of_hop, is_same_in_all_rows })
    }
}

/// The place of each variable by which predicates speak of the walk.
fn places(step: &Route, rows: &Rows) -> FxHashMap<VarId, Place> {
    let mut places = FxHashMap::default();
    for (leg, written) in step.legs.iter().enumerate() {
        places.insert(written.start, Place::Node { leg, index: 0 });
        for (index, hop) in written.hops.iter().enumerate() {
            places.insert(hop.rel, Place::Rel { leg, index });
            places.insert(hop.node, Place::Node { leg, index: index + 1 });
        }
        for (local, list) in &written.lists {
            places.insert(*list, as_list(places[local]));
        }
        places.extend(written.joint.map(|joint| (joint, Place::Joint(leg))));
    }
    if !rows.has(step.to.var) {
        places.insert(step.to.var, Place::Joint(step.legs.len() - 1));
    }
    places
}

fn as_list(place: Place) -> Place {
    match place {
        Place::Node { leg, index } => Place::Nodes { leg, index },
        Place::Rel { leg, index } => Place::Rels { leg, index },
        other => other,
    }
}

fn place_of(var: VarId, step: &Route, places: &FxHashMap<VarId, Place>) -> Place {
    if var == step.rels { Place::Path } else { places[&var] }
}

fn moment_of(place: Place, legs: &[plan::Leg]) -> Moment {
    match place {
        Place::Node { leg, index } => Moment::Hop(leg, index.saturating_sub(1)),
        Place::Rel { leg, index } => Moment::Hop(leg, index),
        Place::Joint(leg) if leg + 1 == legs.len() => Moment::End,
        Place::Joint(leg) if legs[leg].is_once() => Moment::Hop(leg, legs[leg].hops.len() - 1),
        Place::Joint(leg) => Moment::Leaving(leg),
        Place::Nodes { .. } | Place::Rels { .. } | Place::Path => Moment::End,
    }
}

/// Whether the place is a hop that was just taken, or one of its ends.
fn is_of_hop(place: Place, moment: Moment, legs: &[plan::Leg]) -> bool {
    let Moment::Hop(leg, hop) = moment else { return false };
    match place {
        Place::Rel { leg: of, index } => (of, index) == (leg, hop),
        Place::Node { leg: of, index } => of == leg && (index == hop || index == hop + 1),
        Place::Joint(of) => of == leg && hop + 1 == legs[leg].hops.len(),
        Place::Nodes { .. } | Place::Rels { .. } | Place::Path => false,
    }
}

fn kind_of(place: Place) -> ColumnKind {
    match place {
        Place::Node { .. } | Place::Joint(_) => ColumnKind::Node,
        Place::Rel { .. } => ColumnKind::Rel,
        Place::Nodes { .. } | Place::Rels { .. } | Place::Path => ColumnKind::Value,
    }
}
