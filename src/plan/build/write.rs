//! CREATE, MERGE and FOREACH.

use rustc_hash::FxHashSet;

use super::{Branch, Builder, pattern};
use crate::expr::{Expr, VarId};
use crate::plan::{Create, Foreach, Merge, Step, draw_exprs, draw_var};
use crate::semantic::bound::{self, BoundClause, Cite, Draw};

impl Builder {
    /// A draw that looks at an earlier one of the clause begins a step of its own, so that it can.
    pub(super) fn create(&mut self, clause: bound::Create, branch: &mut Branch) {
        let paths = pattern::create_paths(&clause.paths, &clause.draws, &self.variables);
        let mut fresh: FxHashSet<VarId> = FxHashSet::default();
        let mut earlier: Vec<VarId> = Vec::new();
        let mut draws: Vec<Draw> = Vec::new();
        for draw in clause.draws {
            let looks_at_fresh = |expr: &Expr| self.imports.of_expr(expr).iter().any(|var| fresh.contains(var));
            if draw_exprs(&draw).into_iter().any(looks_at_fresh) {
                earlier.extend(fresh.drain());
                branch.push(Step::Create(Create { draws: std::mem::take(&mut draws), cite: None }));
            }
            fresh.insert(draw_var(&draw));
            draws.push(draw);
        }
        let cite = clause.cite.map(|cite| cited_after(cite, &earlier));
        branch.push(Step::Create(Create { draws, cite }));
        branch.extend(paths);
    }

    pub(super) fn merge(&mut self, clause: bound::Merge, branch: &mut Branch) {
        let bound::Merge { mut pattern, predicates, draws, on_create, on_match, cite } = clause;
        let paths = std::mem::take(&mut pattern.paths);
        let paths = pattern::build_paths(&paths, &pattern);
        let steps = self.pattern(&pattern, predicates, &branch.scope);
        let mut inner = self.imports.plan(steps, &[], &branch.scope);
        inner.imports.retain(|var| branch.scope.contains(var));
        branch.push(Step::Merge(Box::new(Merge { inner, draws, on_create, on_match, cite })));
        branch.extend(paths);
    }

    pub(super) fn foreach(&mut self, var: VarId, list: Expr, clauses: Vec<BoundClause>, branch: &mut Branch) {
        let mut outside = branch.scope.clone();
        outside.insert(var);
        let steps = self.clauses(clauses, &outside);
        let body = self.imports.plan(steps, &[], &outside);
        branch.push(Step::Foreach(Foreach { var, list, body }));
    }
}

/// What earlier steps of the same clause created is cited whatever this step creates.
fn cited_after(mut cite: Cite, earlier: &[VarId]) -> Cite {
    cite.created_only.retain(|var| !earlier.contains(var));
    cite
}
