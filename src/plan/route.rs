//! A path that is looked for as a whole: legs one behind the other, walked from either end.

use super::{Direction, End, Imports, Step, Types, WayRules, type_list};
use crate::expr::{Expr, VarId};
pub(crate) use crate::semantic::bound::{Choice, Leg, LegHop, PathMode};

/// A path that is looked for as a whole, from a bound end.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub from: End,
    /// Bound already where paths are chosen.
    pub to: End,
    /// The list of all its relationships.
    pub rels: VarId,
    /// In the order of the walk.
    pub legs: Vec<Leg>,
    /// What is said of the path besides what its legs say.
    pub predicates: Vec<Expr>,
    pub choice: Choice,
    pub mode: PathMode,
    pub distinct_from: Vec<VarId>,
    /// Whether the walk goes against the text, so that lists are the other way round.
    pub is_turned: bool,
}

/// What is left of a route that is nothing but a list of relationships.
pub(crate) struct RelList {
    pub direction: Direction,
    pub types: Types,
    /// How many relationships at least, and at most.
    pub bounds: (u64, Option<u64>),
    pub rules: WayRules,
    /// Other names of the list.
    names: Vec<(VarId, Expr)>,
}

impl RelList {
    /// The step that finds the list, and one that gives it its other names.
    pub(crate) fn named(self, step: Step) -> Vec<Step> {
        let names = (!self.names.is_empty()).then_some(Step::Project(self.names));
        [step].into_iter().chain(names).collect()
    }
}

impl Route {
    /// The same, walked from the other end.
    pub(crate) fn turned(&self) -> Self {
        let mut legs: Vec<Leg> = self.legs.iter().rev().map(turned_leg).collect();
        for (index, leg) in legs.iter_mut().enumerate() {
            leg.joint = self.legs.len().checked_sub(index + 2).and_then(|before| self.legs[before].joint);
        }
        Self { from: self.to, to: self.from, legs, is_turned: !self.is_turned, ..self.clone() }
    }

    /// The variables by which predicates speak of the walk, its ends besides.
    pub(crate) fn locals(&self) -> Vec<VarId> {
        self.legs.iter().flat_map(Leg::locals).collect()
    }

    /// The variables of the row behind it, the far end besides.
    pub(crate) fn binds(&self) -> Vec<VarId> {
        self.legs.iter().flat_map(Leg::binds).chain([self.rels]).collect()
    }

    /// The route as a list of relationships, if it is nothing else: one hop repeated, each relationship asked by itself,
    /// and of the lists that `is_wanted` only those of relationships.
    pub(crate) fn as_list(&self, imports: &Imports, is_wanted: impl Fn(VarId) -> bool) -> Option<RelList> {
        let [leg] = self.legs.as_slice() else { return None };
        let [hop] = leg.hops.as_slice() else { return None };
        let wanted: Vec<_> = leg.lists.iter().filter(|(_, list)| is_wanted(*list)).collect();
        let elsewhere = [hop.node, leg.start, self.from.var, self.to.var];
        let asks_relationship = |predicate: &Expr| {
            let used = imports.of_expr(predicate);
            used.contains(&hop.rel) && !elsewhere.iter().any(|node| used.contains(node))
        };
        let is_list = self.mode == PathMode::Trail
            && self.predicates.is_empty()
            && wanted.iter().all(|(local, _)| *local == hop.rel)
            && leg.predicates.iter().all(asks_relationship);
        let said = || leg.predicates.iter().map(|predicate| (hop.rel, predicate.clone())).collect();
        is_list.then(|| RelList {
            direction: hop.direction,
            types: type_list(hop.types.as_ref()).unwrap_or_default(),
            bounds: (leg.min, leg.max),
            rules: WayRules { rels: said(), ..WayRules::default() },
            names: wanted.into_iter().map(|(_, list)| (*list, Expr::variable(self.rels))).collect(),
        })
    }

    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let count = match &self.choice {
            Choice::Shortest { count, .. } => Some(count),
            Choice::All => None,
        };
        self.legs.iter().flat_map(|leg| &leg.predicates).chain(&self.predicates).chain(count)
    }

    pub(crate) fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        let count = match &mut self.choice {
            Choice::Shortest { count, .. } => Some(count),
            Choice::All => None,
        };
        self.legs.iter_mut().flat_map(|leg| &mut leg.predicates).chain(&mut self.predicates).chain(count)
    }
}

fn turned_leg(leg: &Leg) -> Leg {
    let mut start = leg.start;
    let mut hops = Vec::with_capacity(leg.hops.len());
    for hop in &leg.hops {
        hops.push(LegHop { direction: hop.direction.turned(), node: start, ..hop.clone() });
        start = hop.node;
    }
    hops.reverse();
    Leg { start, hops, ..leg.clone() }
}
