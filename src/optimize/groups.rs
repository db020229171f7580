//! A group of one relationship, of whose nodes nobody asks anything, is a way of several relationships: a step that
//! other passes know more about.

use super::seen::Seen;
use crate::catalog::Statistics;
use crate::plan::{Choice, Imports, LogicalStatement, Route, Step, VarExpand};

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
    if route.is_turned || !matches!(route.choice, Choice::All) {
        return None;
    }
    let mut list = route.as_list(imports, |list| seen.looked_at.contains(&list))?;
    let way = Step::VarExpand(VarExpand {
        from: route.from,
        rels: route.rels,
        to: route.to,
        direction: list.direction,
        types: std::mem::take(&mut list.types),
        min: list.bounds.0,
        max: list.bounds.1,
        rules: std::mem::take(&mut list.rules),
        distinct_from: route.distinct_from.clone(),
        reach_only: false,
    });
    Some(list.named(way))
}
