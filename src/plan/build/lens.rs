//! Clocks as conditions on every element of a pattern.
//!
//! A pattern under a lens is answered on the part of the graph that passes, which is the same as this: of what it finds
//! in all of the graph, every element passes. What is found on the way is asked on the way, before any path is chosen.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use crate::expr::{Expr, ExprKind, Lens, Look, VarId, Variables};
use crate::plan::WayRules;
use crate::semantic::bound::{GraphPattern, PatternRel, Place, Reach, Route};
use crate::value::Type;

/// What the lens of `pattern` says of the elements that are there once in each match.
pub(super) fn conditions(pattern: &GraphPattern) -> Vec<Expr> {
    if pattern.lens.is_empty() {
        return Vec::new();
    }
    let reached: FxHashSet<VarId> = pattern
        .rels
        .iter()
        .filter(|rel| is_arrow(rel))
        .filter_map(|rel| rel.ends)
        .flat_map(|(left, right)| [left, right])
        .collect();
    let asked = pattern.nodes.iter().filter(|node| !(planted!("no clock holds for what is bound") && node.bound));
    let nodes = asked.map(|node| {
        let look = if reached.contains(&node.var) { Look::Reached } else { Look::Whole };
        passes(node.var, &pattern.lens, look)
    });
    let rels = pattern.rels.iter().filter(|rel| matches!(rel.reach, Reach::One)).map(|rel| {
        let look = if rel.ends.is_some() { Look::Own } else { Look::Whole };
        passes(rel.var, &pattern.lens, look)
    });
    nodes.chain(rels).collect()
}

/// The pattern, with what its lens says of each relationship of a route.
pub(super) fn on_routes(pattern: &GraphPattern) -> Cow<'_, GraphPattern> {
    let is_route = |rel: &PatternRel| matches!(rel.reach, Reach::Route(_));
    if pattern.lens.is_empty() || !pattern.rels.iter().any(is_route) {
        return Cow::Borrowed(pattern);
    }
    let mut pattern = pattern.clone();
    for rel in &mut pattern.rels {
        if let Reach::Route(route) = &mut rel.reach {
            ask_of_hops(route, &pattern.lens);
        }
    }
    Cow::Owned(pattern)
}

/// Adds what a lens says of each relationship on a way, and of each node that one leads to.
pub(super) fn on_way(rules: &mut WayRules, lens: &Lens<Expr>, variables: &mut Variables) {
    if lens.is_empty() {
        return;
    }
    let mut of = |var_type, look| {
        let local = variables.add(None, var_type);
        (local, passes(local, lens, look))
    };
    rules.rels.insert(0, of(Type::Relationship, Look::Own));
    if !planted!("no clock asks the ends on a way") {
        rules.nodes.insert(0, of(Type::Element, Look::Reached));
    }
}

fn ask_of_hops(route: &mut Route, lens: &Lens<Expr>) {
    for leg in &mut route.legs {
        let of_hops = leg.hops.iter().map(|hop| passes(hop.rel, lens, Look::Whole));
        leg.predicates.extend(of_hops.collect::<Vec<_>>());
    }
}

fn is_arrow(rel: &PatternRel) -> bool {
    rel.place == Place::Arrow && matches!(rel.reach, Reach::One)
}

fn passes(var: VarId, lens: &Lens<Expr>, look: Look) -> Expr {
    let element = Box::new(Expr::variable(var));
    Expr::made(ExprKind::Passes { element, lens: Box::new(lens.clone()), look })
}
