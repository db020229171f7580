//! Clocks as conditions on every element of a pattern.
//!
//! A pattern under a lens is answered on the part of the graph that passes, which is the same as this: of what it finds
//! in all of the graph, every element passes. What is found on the way is asked on the way, before any path is chosen.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use crate::expr::{Expr, ExprKind, Lens, Look, VarId, Variables};
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

/// The pattern, with what its lens says of each relationship on a way.
pub(super) fn on_ways<'p>(pattern: &'p GraphPattern, variables: &mut Variables) -> Cow<'p, GraphPattern> {
    let is_way = |rel: &PatternRel| !matches!(rel.reach, Reach::One);
    if pattern.lens.is_empty() || !pattern.rels.iter().any(is_way) {
        return Cow::Borrowed(pattern);
    }
    let mut pattern = pattern.clone();
    for rel in &mut pattern.rels {
        match &mut rel.reach {
            Reach::One => {}
            Reach::Many { each, .. } => *each = Some(of_each(each.take(), &pattern.lens, variables)),
            Reach::Route(route) => ask_of_hops(route, &pattern.lens),
        }
    }
    Cow::Owned(pattern)
}

fn of_each(each: Option<(VarId, Expr)>, lens: &Lens<Expr>, variables: &mut Variables) -> (VarId, Expr) {
    let (local, said) = match each {
        Some((local, said)) => (local, Some(said)),
        None => (variables.add(None, Type::Relationship), None),
    };
    let look = if planted!("no clock asks the ends on a way") { Look::Own } else { Look::Whole };
    (local, Expr::all([passes(local, lens, look)].into_iter().chain(said)))
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
