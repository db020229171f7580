//! A group of one relationship, of whose nodes nobody asks anything, is a way of several relationships: a step that
//! other passes know more about.

use super::seen::Seen;
use crate::catalog::Statistics;
use crate::expr::Expr;
use crate::plan::{Choice, Imports, LogicalStatement, PathMode, Route, Step, VarExpand, WayRules, type_list};

pub(super) fn as_ways(statement: &mut LogicalStatement, _: &dyn Statistics) {
    let seen = Seen::of(statement);
    let imports = Imports::of(&statement.subqueries);
    statement.walk_mut(&mut |plan| {
        let rewritten = std::mem::take(&mut plan.steps).into_iter().flat_map(|step| match step {
            Step::Route(route) => as_way(&route, &seen, &imports).unwrap_or_else(|| vec![Step::Route(route)]),
            other => vec![other],
        });
        plan.steps = rewritten.collect();
    });
}

/// The way, and the list of its relationships under its other name if somebody looks at that.
fn as_way(route: &Route, seen: &Seen, imports: &Imports) -> Option<Vec<Step>> {
    let hop = route.only_hop()?;
    let [leg] = route.legs.as_slice() else { return None };
    let looked_at: Vec<_> = leg.lists.iter().filter(|(_, list)| seen.looked_at.contains(list)).collect();
    let is_plain = matches!(route.choice, Choice::All)
        && route.mode == PathMode::Trail
        && !route.is_turned
        && route.predicates.is_empty()
        && looked_at.iter().all(|(local, _)| *local == hop.rel)
        && leg.predicates.iter().all(|predicate| route.asks_relationships_only(predicate, imports));
    if !is_plain {
        return None;
    }
    let way = Step::VarExpand(VarExpand {
        from: route.from,
        rels: route.rels,
        to: route.to,
        direction: hop.direction,
        types: type_list(hop.types.as_ref()).unwrap_or_default(),
        min: leg.min,
        max: leg.max,
        rules: WayRules {
            rels: leg.predicates.iter().map(|predicate| (hop.rel, predicate.clone())).collect(),
            ..WayRules::default()
        },
        distinct_from: route.distinct_from.clone(),
        reach_only: false,
    });
    let names: Vec<_> = looked_at.into_iter().map(|(_, list)| (*list, Expr::variable(route.rels))).collect();
    let names = (!names.is_empty()).then_some(Step::Project(names));
    Some([way].into_iter().chain(names).collect())
}
