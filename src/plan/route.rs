//! A path that is looked for as a whole: legs one behind the other, walked from either end.

use super::{End, Imports};
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

    /// The relationship that is all that the route repeats.
    pub(crate) fn only_hop(&self) -> Option<&LegHop> {
        let [Leg { hops, .. }] = self.legs.as_slice() else { return None };
        let [hop] = hops.as_slice() else { return None };
        Some(hop)
    }

    /// Whether a predicate of the only leg asks each relationship of its [only hop](Self::only_hop), and no node.
    pub(crate) fn asks_relationships_only(&self, predicate: &Expr, imports: &Imports) -> bool {
        let used = imports.of_expr(predicate);
        let nodes = self.legs.iter().flat_map(|leg| leg.hops.iter().map(|hop| hop.node).chain([leg.start]));
        let mut elsewhere = nodes.chain([self.from.var, self.to.var]);
        self.only_hop().is_some_and(|hop| used.contains(&hop.rel)) && !elsewhere.any(|node| used.contains(&node))
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
