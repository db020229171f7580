//! Where chance decides: two looks at the same row may see different things.

use rustc_hash::FxHashSet;

use super::{LogicalPlan, Step, Subquery};
use crate::expr::{Expr, SubqueryId};

/// The subqueries of a statement in which chance decides, so that expressions and steps can be asked whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chance(FxHashSet<SubqueryId>);

impl Chance {
    /// Inner subqueries come before those that they are in.
    pub(crate) fn of(subqueries: &[Subquery]) -> Self {
        let mut chance = Self::default();
        for (id, subquery) in (0..).map(SubqueryId).zip(subqueries) {
            if chance.decides_in(&subquery.plan) {
                chance.0.insert(id);
            }
        }
        chance
    }

    pub(crate) fn decides_value(&self, expr: &Expr) -> bool {
        expr.is_volatile() || expr.subqueries().iter().any(|id| self.0.contains(id))
    }

    /// In what the step evaluates, or in a plan inside it. Of a procedure nobody knows.
    pub(crate) fn decides(&self, step: &Step) -> bool {
        matches!(step, Step::Call(_))
            || step.exprs().into_iter().any(|expr| self.decides_value(expr))
            || step.plans().into_iter().any(|plan| self.decides_in(plan))
    }

    fn decides_in(&self, plan: &LogicalPlan) -> bool {
        plan.steps.iter().any(|step| self.decides(step))
    }
}
