//! Which variables of a statement somebody looks at.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::expr::{ExprKind, VarId};
use crate::function::witness::WAY;
use crate::plan::{ApplyKind, Imports, LogicalBody, LogicalPlan, LogicalStatement, Step, draw_var};

/// The variables of relationships and lists of them, by what they are named for.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Named for anything but to say that arrows are distinct.
    pub looked_at: FxHashSet<VarId>,
    /// Named to say that arrows are distinct.
    pub distinct: FxHashSet<VarId>,
    /// How many steps and answers name each variable, other than to bind it for sure.
    counts: FxHashMap<VarId, usize>,
}

impl Seen {
    pub(super) fn of(statement: &LogicalStatement) -> Self {
        let imports = Imports::of(&statement.subqueries);
        let mut seen = Self::default();
        for subquery in &statement.subqueries {
            seen.look(subquery.column.into_iter().chain(subquery.weight));
            seen.add_plan(&subquery.plan, &imports);
        }
        if let LogicalBody::Query(query) = &statement.body {
            seen.look(query.columns.iter().map(|(_, var)| *var));
            seen.add_plan(&query.plan, &imports);
        }
        seen
    }

    /// Whether only one step names the variable.
    pub(super) fn is_named_once(&self, var: VarId) -> bool {
        self.counts.get(&var) == Some(&1)
    }

    fn look(&mut self, vars: impl IntoIterator<Item = VarId>) {
        for var in vars {
            self.looked_at.insert(var);
            self.count(var);
        }
    }

    fn count(&mut self, var: VarId) {
        *self.counts.entry(var).or_default() += 1;
    }

    fn add_plan(&mut self, plan: &LogicalPlan, imports: &Imports) {
        self.look(plan.imports.iter().copied());
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
            imports.of_step(step).into_iter().for_each(|var| self.count(var));
            return;
        }
        let told = only_told(step);
        self.look(imports.of_step(step).into_iter().filter(|var| !told.contains(var)));
        for var in told {
            self.count(var);
        }
        match step {
            Step::Apply(apply) => match &apply.kind {
                ApplyKind::Inner(take) => self.look(take.iter().copied()),
                // What OPTIONAL MATCH finds is looked at where it is named.
                ApplyKind::Optional(take) => take.iter().for_each(|var| self.count(*var)),
                ApplyKind::Exists { .. } | ApplyKind::Effects => {}
            },
            Step::InTransactions(step) => self.look(step.take.iter().copied()),
            Step::Union(union) => self.look(union.branches.iter().flat_map(|(_, columns)| columns.iter().copied())),
            // Each is named by the inner plan that looks for it, and by what is done with what was found or drawn.
            Step::Merge(merge) => merge.draws.iter().for_each(|draw| self.count(draw_var(draw))),
            Step::HashJoin(join) => self.look(join.keys.iter().flat_map(|(_, right)| imports.of_expr(right))),
            _ => {}
        }
    }
}

/// The lists of relationships that a step names for nothing but to tell of any one way, whichever it is.
fn only_told(step: &Step) -> FxHashSet<VarId> {
    let (mut told, mut named) = (Vec::new(), Vec::new());
    for expr in step.exprs() {
        expr.walk(&mut |part| match &part.kind {
            ExprKind::Variable(var) => named.push(*var),
            ExprKind::Call(function, arguments) if function.name == WAY.name => {
                told.extend(arguments[1].variables());
            }
            _ => {}
        });
    }
    let times = |vars: &[VarId], var: VarId| vars.iter().filter(|other| **other == var).count();
    told.iter().copied().filter(|var| times(&told, *var) == times(&named, *var)).collect()
}

/// The relationships that a step finds and what they must differ from.
pub(super) fn distinctness(step: &Step) -> Option<(VarId, &[VarId])> {
    match step {
        Step::Expand(step) => Some((step.rel, &step.distinct_from)),
        Step::RelEnds(step) => Some((step.rel, &step.distinct_from)),
        Step::VarExpand(step) => Some((step.rels, &step.distinct_from)),
        Step::ShortestPath(step) => Some((step.rels, &step.distinct_from)),
        Step::Route(step) => Some((step.rels, &step.distinct_from)),
        _ => None,
    }
}
