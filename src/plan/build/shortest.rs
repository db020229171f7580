//! Predicates on a shortest path: the path is the shortest of those that satisfy them, so the search applies them.

use rustc_hash::FxHashMap;

use super::pattern::{is_shortest, path_variables};
use crate::expr::{Expr, VarId};
use crate::plan::path_predicate::{PathPredicate, narrowed};
use crate::plan::{Imports, ShortestPath, WholeWay};
use crate::semantic::bound::GraphPattern;

/// The predicates that are to be asked after the pattern is found, and those for each search.
pub(super) fn split(
    pattern: &GraphPattern,
    predicates: Vec<Expr>,
    imports: &Imports,
) -> (Vec<Expr>, FxHashMap<VarId, Vec<PathPredicate>>) {
    let mut after = predicates;
    let mut during: FxHashMap<VarId, Vec<PathPredicate>> = FxHashMap::default();
    for rel in pattern.rels.iter().filter(|rel| is_shortest(rel) && !rel.bound) {
        let variables = path_variables(pattern, rel);
        let mut rest = Vec::new();
        for predicate in after {
            match variables.classify(&predicate, imports) {
                PathPredicate::Elsewhere => rest.push(predicate),
                _ if names_other_ways(&predicate, rel.var, pattern, imports) => rest.push(predicate),
                found => during.entry(rel.var).or_default().push(found),
            }
        }
        after = rest;
    }
    (after, during)
}

/// Whether a predicate looks at another path or list that may not be there when the search for `rel` begins.
fn names_other_ways(predicate: &Expr, rel: VarId, pattern: &GraphPattern, imports: &Imports) -> bool {
    let own_path = |var: VarId| pattern.paths.iter().any(|path| path.var == var && path.steps.get(1) == Some(&rel));
    let other_path = |var: VarId| pattern.paths.iter().any(|path| path.var == var) && !own_path(var);
    let other_way = |var: VarId| pattern.rels.iter().any(|other| other.var == var && var != rel && is_shortest(other));
    imports.of_expr(predicate).into_iter().any(|var| other_path(var) || other_way(var))
}

/// Puts `predicate` into the search; `path` is the path in it.
pub(super) fn apply(step: &mut ShortestPath, predicate: PathPredicate, path: VarId) {
    match predicate {
        PathPredicate::EachRel(local, expr) => step.rules.rels.push((local, expr)),
        PathPredicate::EachNode(local, expr) => step.rules.nodes.push((local, expr)),
        PathPredicate::EachInner(local, expr) => step.rules.inner.push((local, expr)),
        PathPredicate::Length { min, max } => (step.min, step.max) = narrowed((step.min, step.max), min, max),
        PathPredicate::Whole(expr) => {
            let before = step.whole.take().map(|whole| whole.predicate);
            step.whole = Some(WholeWay { path, predicate: Expr::all(before.into_iter().chain([expr])) });
        }
        PathPredicate::Elsewhere => {}
    }
}
