//! Which variables of a statement somebody looks at.

use rustc_hash::FxHashSet;

use crate::expr::VarId;
use crate::plan::{ApplyKind, Imports, LogicalBody, LogicalPlan, LogicalStatement, Step};

/// The variables of relationships and lists of them, by what they are named for.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Named for anything but to say that arrows are distinct.
    pub looked_at: FxHashSet<VarId>,
    /// Named to say that arrows are distinct.
    pub distinct: FxHashSet<VarId>,
}

impl Seen {
    pub(super) fn of(statement: &LogicalStatement) -> Self {
        let imports = Imports::of(&statement.subqueries);
        let mut seen = Self::default();
        for subquery in &statement.subqueries {
            seen.looked_at.extend(subquery.column);
            seen.add_plan(&subquery.plan, &imports);
        }
        if let LogicalBody::Query(query) = &statement.body {
            seen.looked_at.extend(query.columns.iter().map(|(_, var)| *var));
            seen.add_plan(&query.plan, &imports);
        }
        seen
    }

    fn add_plan(&mut self, plan: &LogicalPlan, imports: &Imports) {
        self.looked_at.extend(&plan.imports);
        for step in &plan.steps {
            self.add_step(step, imports);
            step.plans().into_iter().for_each(|inner| self.add_plan(inner, imports));
        }
    }

    fn add_step(&mut self, step: &Step, imports: &Imports) {
        if let Some((rel, others)) = distinctness(step) {
            self.distinct.extend(others);
            if !others.is_empty() {
                self.distinct.insert(rel);
            }
            self.looked_at.extend(step.exprs().into_iter().flat_map(|expr| imports.of_expr(expr)));
            return;
        }
        match step {
            // What OPTIONAL MATCH finds is looked at where it is named.
            Step::Apply(apply) => match &apply.kind {
                ApplyKind::Inner(take) => self.looked_at.extend(take),
                ApplyKind::Optional(_) | ApplyKind::Exists { .. } | ApplyKind::Effects => {}
            },
            Step::Union(union) => self.looked_at.extend(union.branches.iter().flat_map(|(_, columns)| columns)),
            _ => self.looked_at.extend(imports.of_step(step)),
        }
    }
}

/// The relationships that a step finds and what they must differ from.
pub(super) fn distinctness(step: &Step) -> Option<(VarId, &[VarId])> {
    match step {
        Step::Expand(step) => Some((step.rel, &step.distinct_from)),
        Step::RelEnds(step) => Some((step.rel, &step.distinct_from)),
        Step::VarExpand(step) => Some((step.rels, &step.distinct_from)),
        Step::ShortestPath(step) => Some((step.rels, &step.distinct_from)),
        _ => None,
    }
}
