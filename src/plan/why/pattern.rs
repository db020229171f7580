//! Patterns: what a match bound.

use super::evidence::{clocked, way};
use crate::expr::{Expr, VarId};
use crate::semantic::bound::{GraphPattern, PatternRel, Reach};

/// The elements of a match, in the order in which the pattern names them.
pub(super) fn matched(pattern: &GraphPattern) -> Vec<Expr> {
    let mut found = Found { order: Vec::new(), rest: pattern.rels.iter().collect() };
    for node in &pattern.nodes {
        found.lead_to(node.var);
        found.order.push(Expr::variable(node.var));
        found.lead_to(node.var);
    }
    for rel in std::mem::take(&mut found.rest) {
        found.add(rel);
    }
    clocked(found.order, &pattern.lens)
}

struct Found<'p> {
    order: Vec<Expr>,
    /// The relationships whose turn has not come.
    rest: Vec<&'p PatternRel>,
}

impl<'p> Found<'p> {
    /// Adds the relationships between `node` and what is there already.
    fn lead_to(&mut self, node: VarId) {
        let known = |order: &[Expr], var: VarId| order.iter().any(|expr| expr.is_same(&Expr::variable(var)));
        for rel in std::mem::take(&mut self.rest) {
            let leads = rel.ends.is_some_and(|(left, right)| {
                (left == node && known(&self.order, right)) || (right == node && known(&self.order, left))
            });
            if leads { self.add(rel) } else { self.rest.push(rel) }
        }
    }

    fn add(&mut self, rel: &'p PatternRel) {
        self.order.push(match (&rel.reach, rel.ends) {
            (Reach::Many { .. } | Reach::Route(_), Some((left, _))) => way(left, rel.var),
            (Reach::One | Reach::Many { .. } | Reach::Route(_), _) => Expr::variable(rel.var),
        });
    }
}
