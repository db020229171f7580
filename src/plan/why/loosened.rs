//! Patterns without the conditions that may turn out otherwise: they find all that could pass where less is there.

use rustc_hash::FxHashSet;

use super::expression::of_each;
use super::query::Explainer;
use crate::expr::{Expr, VarId};
use crate::semantic::bound::{BoundMatch, Choice, Leg, LegHop, PathMode, PatternRel, Reach, Route, Selector};
use crate::value::Type;

/// Of the ways between two ends so many are looked at, the shortest first.
const MAX_WAYS: i64 = 1_000;

/// A match that finds more than it was written to find.
pub(super) struct Loosened {
    pub(super) clause: BoundMatch,
    /// What the conditions rest on that it does without.
    pub(super) said: Vec<Expr>,
    /// Whether more ways are found than are chosen.
    pub(super) widened: bool,
}

impl Explainer<'_> {
    /// The match without the conditions that may become true; `None` if it has none of these. Its clocks stay: what they
    /// hide is hidden where less evidence is there, too.
    pub(super) fn loosened(&mut self, clause: &BoundMatch, told: &FxHashSet<VarId>) -> Option<Loosened> {
        let mut loose = BoundMatch { optional: false, extra: Vec::new(), ..clause.clone() };
        let mut said = Vec::new();
        let outside = self.dropped(&mut loose.predicates, told);
        let mut any = !outside.is_empty();
        said.extend(outside.iter().filter_map(|predicate| self.of_expr(predicate)));
        let mut widened = false;
        let mut rels = std::mem::take(&mut loose.pattern.rels);
        for rel in &mut rels {
            let inside = self.loosen_way(rel, told, &mut said);
            any |= inside;
            // What stands behind a pattern chooses among shortest paths, but not among those of a route.
            let chooses = inside || (any && matches!(rel.reach, Reach::Many { .. }));
            widened |= chooses && self.widen(rel);
        }
        loose.pattern.rels = rels;
        any.then_some(Loosened { clause: loose, said, widened })
    }

    /// Takes out the conditions that may become true.
    fn dropped(&mut self, predicates: &mut Vec<Expr>, told: &FxHashSet<VarId>) -> Vec<Expr> {
        let all = std::mem::take(predicates).into_iter();
        let (dropped, kept) = all.partition(|predicate| self.may_become_true(predicate, told));
        *predicates = kept;
        dropped
    }

    /// Whether anything that may become true is said inside the way.
    fn loosen_way(&mut self, rel: &mut PatternRel, told: &FxHashSet<VarId>, said: &mut Vec<Expr>) -> bool {
        match &mut rel.reach {
            Reach::One => false,
            Reach::Many { each, .. } => {
                let is_dropped = |(_, predicate): &mut (VarId, Expr)| self.may_become_true(predicate, told);
                let Some((local, predicate)) = each.take_if(is_dropped) else { return false };
                said.extend(self.of_expr(&predicate).map(|each| of_each(local, &Expr::variable(rel.var), each)));
                true
            }
            Reach::Route(route) => {
                let dropped = self.dropped(&mut route.predicates, told);
                let mut any = !dropped.is_empty();
                said.extend(dropped.iter().filter_map(|predicate| self.of_expr(predicate)));
                for leg in &mut route.legs {
                    let dropped = self.dropped(&mut leg.predicates, told);
                    any |= !dropped.is_empty();
                    said.extend(self.of_leg(&Leg { predicates: dropped, ..leg.clone() }));
                }
                any
            }
        }
    }

    /// Finds the shortest ways, however many are as short as the shortest; false if none were chosen before.
    fn widen(&mut self, rel: &mut PatternRel) -> bool {
        match &mut rel.reach {
            Reach::Many { min, max, selector: Selector::AnyShortest | Selector::AllShortest, each } => {
                let (min, max, each) = (*min, *max, each.take());
                let leg = self.only_leg(min, max, each, rel);
                let choice = Choice::Shortest { count: Expr::literal(MAX_WAYS), groups: false };
                let route = Route { legs: vec![leg], choice, mode: PathMode::Trail, predicates: Vec::new() };
                rel.reach = Reach::Route(Box::new(route));
                true
            }
            Reach::Route(route) => match &mut route.choice {
                Choice::All => false,
                Choice::Shortest { count, groups } => {
                    (*count, *groups) = (Expr::literal(MAX_WAYS), false);
                    true
                }
            },
            Reach::One | Reach::Many { selector: Selector::All, .. } => false,
        }
    }

    /// What was written as `-[:T*]->` as a leg of a route.
    fn only_leg(&mut self, min: u64, max: Option<u64>, each: Option<(VarId, Expr)>, rel: &PatternRel) -> Leg {
        let (local, predicates) = match each {
            Some((local, predicate)) => (local, vec![predicate]),
            None => (self.variables.add(None, Type::Relationship), Vec::new()),
        };
        let [start, node] = [(); 2].map(|()| self.variables.add(None, Type::Node));
        let hop = LegHop { rel: local, direction: rel.direction, types: rel.types.clone(), node };
        Leg { min, max, start, hops: vec![hop], predicates, lists: Vec::new(), joint: None }
    }
}
