//! Routes: from which end they are walked, and the simpler step that some of them are.

use rustc_hash::FxHashSet;

use super::pattern::{Finder, type_list};
use crate::expr::{Expr, ExprKind, VarId};
use crate::plan::{Choice, End, Imports, Leg, Route, ShortestPath, Step, Types};
use crate::semantic::bound::{self, PatternRel};
use crate::value::Value;

impl Finder<'_> {
    /// Binds an end of a route, or both where paths between them are chosen.
    pub(super) fn start_of_route(&mut self, route: &bound::Route, [left, right]: [VarId; 2], rest: &[&PatternRel]) {
        match route.choice {
            Choice::Shortest { .. } => [left, right].into_iter().for_each(|end| self.start(end, rest)),
            Choice::All if self.has(left) || self.has(right) => {}
            Choice::All => self.start(left, rest),
        }
    }

    pub(super) fn route(&mut self, rel: &PatternRel, route: &bound::Route, from: End, to: End) {
        let bound::Route { legs, predicates, choice, mode } = route.clone();
        let distinct_from = self.distinct_from(rel, rel.var);
        let mut step =
            Route { from, to, rels: rel.var, legs, predicates, choice, mode, distinct_from, is_turned: false };
        self.compare_with_bound(&mut step);
        if let Some(steps) = as_shortest_path(&step, &self.builder.imports) {
            return self.branch.extend(steps);
        }
        // Paths are chosen towards the end that changes less from row to row: what is known of the way there is kept.
        let walked = match (&step.choice, self.has(from.var)) {
            (Choice::Shortest { .. }, _) | (Choice::All, false) => step.turned(),
            (Choice::All, true) => step,
        };
        self.branch.push(Step::Route(walked));
    }

    /// What the route would bind is bound already: it finds something else, which has to be the same.
    fn compare_with_bound(&mut self, step: &mut Route) {
        for var in step.binds() {
            if self.has(var) {
                let info = self.builder.variables.get(var).var_type.clone();
                let fresh = self.builder.variables.add(None, info);
                step.legs.iter_mut().for_each(|leg| rename(leg, var, fresh));
                step.predicates.push(Expr::equal(Expr::variable(fresh), Expr::variable(var)));
            }
        }
    }
}

fn rename(leg: &mut Leg, from: VarId, to: VarId) {
    let hops = leg.hops.iter_mut().map(|hop| &mut hop.rel);
    let lists = leg.lists.iter_mut().map(|(_, list)| list);
    for var in hops.chain(lists).chain(&mut leg.joint) {
        if *var == from {
            *var = to;
        }
    }
}

/// The variables that must be bound before the walk begins, its ends besides.
pub(super) fn taken_from_around(
    route: &bound::Route,
    rel: &PatternRel,
    imports: &Imports,
) -> impl Iterator<Item = VarId> {
    let mut own: FxHashSet<VarId> = rel.ends.into_iter().flat_map(|(left, right)| [left, right]).collect();
    for leg in &route.legs {
        own.extend(leg.locals());
    }
    let said = route.legs.iter().flat_map(|leg| &leg.predicates).chain(&route.predicates);
    let used: Vec<VarId> = said.flat_map(|expr| imports.of_expr(expr)).collect();
    used.into_iter().filter(move |var| !own.contains(var))
}

/// The types that the relationships of a route may have; empty: any.
pub(super) fn types(route: &bound::Route) -> Types {
    let mut all = Types::new();
    for hop in route.legs.iter().flat_map(|leg| &leg.hops) {
        match type_list(hop.types.as_ref()) {
            Some(names) if !names.is_empty() => all.extend(names),
            _ => return Types::new(),
        }
    }
    all
}

/// One shortest path, or all of them, over a list of relationships of which each is asked by itself: a search from both
/// ends.
fn as_shortest_path(route: &Route, imports: &Imports) -> Option<Vec<Step>> {
    let Choice::Shortest { count, groups } = &route.choice else { return None };
    let is_one = matches!(count.kind, ExprKind::Literal(Value::Integer(1)));
    if !is_one || route.legs.iter().any(|leg| leg.single().is_some()) {
        return None;
    }
    let mut list = route.as_list(imports, |_| true)?;
    let step = ShortestPath {
        from: route.from,
        rels: route.rels,
        to: route.to,
        direction: list.direction,
        types: std::mem::take(&mut list.types),
        min: list.bounds.0,
        max: list.bounds.1,
        rules: std::mem::take(&mut list.rules),
        whole: None,
        all: *groups,
        loops: true,
        distinct_from: route.distinct_from.clone(),
    };
    Some(list.named(Step::ShortestPath(step)))
}
