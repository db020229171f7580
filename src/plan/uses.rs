//! Which variables an expression, a step or a plan takes from around it, subqueries included.

use rustc_hash::FxHashSet;

use super::{LogicalPlan, Step, Subquery};
use crate::expr::{Expr, ExprKind, SubqueryId, VarId};

/// What each subquery of the statement imports, so that expressions can be asked for all that they use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Imports(Vec<Vec<VarId>>);

impl Imports {
    pub(crate) fn new(by_subquery: Vec<Vec<VarId>>) -> Self {
        Self(by_subquery)
    }

    /// Those of a finished statement.
    pub(crate) fn of(subqueries: &[Subquery]) -> Self {
        Self(subqueries.iter().map(|subquery| subquery.plan.imports.clone()).collect())
    }

    pub(crate) fn set(&mut self, id: SubqueryId, imports: Vec<VarId>) {
        self.0[id.0 as usize] = imports;
    }

    /// The variables that `expr` takes from around it, subqueries included.
    pub(crate) fn of_expr(&self, expr: &Expr) -> Vec<VarId> {
        let mut used = Vec::new();
        let mut made = Vec::new();
        expr.walk(&mut |part| match &part.kind {
            ExprKind::Variable(id) => used.push(*id),
            ExprKind::Comprehension { local, .. }
            | ExprKind::Quantifier { local, .. }
            | ExprKind::Case { subject: Some((local, _)), .. } => made.push(*local),
            ExprKind::Reduce { accumulator, local, .. } => made.extend([*accumulator, *local]),
            ExprKind::Subquery(_, id) => used.extend(self.0.get(id.0 as usize).into_iter().flatten()),
            _ => {}
        });
        used.retain(|id| !made.contains(id));
        used.sort_unstable();
        used.dedup();
        used
    }

    /// The variables that `step` takes from the rows that it is given; ends that it may bind itself are among them.
    pub(crate) fn of_step(&self, step: &Step) -> Vec<VarId> {
        let mut used = step.names();
        for expr in step.exprs() {
            used.extend(self.of_expr(expr));
        }
        let locals = locals(step);
        used.retain(|var| !locals.contains(var));
        if let Step::Merge(merge) = step {
            let drawn: Vec<VarId> = merge.draws.iter().map(super::draw_var).collect();
            used.retain(|var| !drawn.contains(var));
        }
        for plan in step.plans() {
            used.extend(&plan.imports);
        }
        if let Step::Foreach(foreach) = step {
            used.retain(|var| *var != foreach.var);
        }
        used.sort_unstable();
        used.dedup();
        used
    }

    /// What the steps of a plan take from outside, and `also` where they do not bind it.
    pub(crate) fn of_steps(&self, steps: &[Step], also: &[VarId]) -> Vec<VarId> {
        let mut bound: FxHashSet<VarId> = FxHashSet::default();
        let mut free = Vec::new();
        for step in steps {
            let binds = step.binds();
            // An end that this step finds is no use of it.
            let finds: &[VarId] = match step {
                Step::Expand(_) | Step::RelEnds(_) | Step::VarExpand(_) | Step::Route(_) => &binds,
                _ => &[],
            };
            free.extend(self.of_step(step).into_iter().filter(|var| !bound.contains(var) && !finds.contains(var)));
            bound.extend(binds);
        }
        free.extend(also.iter().copied().filter(|var| !bound.contains(var)));
        free.sort_unstable();
        free.dedup();
        free
    }

    /// A plan that takes in what its steps need: ends that are bound outside have to be among `outside`.
    pub(crate) fn plan(&self, steps: Vec<Step>, also: &[VarId], outside: &FxHashSet<VarId>) -> LogicalPlan {
        let mut imports = self.of_steps(&steps, also);
        let ends = steps.iter().flat_map(Step::binds).filter(|var| outside.contains(var));
        imports.extend(ends);
        imports.sort_unstable();
        imports.dedup();
        LogicalPlan { imports, steps }
    }
}

/// The local variables of a step.
fn locals(step: &Step) -> Vec<VarId> {
    match step {
        Step::VarExpand(step) => step.rules.locals().collect(),
        Step::ShortestPath(step) => step.locals(),
        Step::Route(step) => step.locals(),
        Step::Intersect(step) => step.own(),
        _ => Vec::new(),
    }
}
