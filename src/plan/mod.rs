//! Turns a bound statement into a logical plan.
//!
//! A plan is a chain of steps: each takes the rows of the one before and extends or narrows them. Columns are
//! variables, so nothing has to be carried by hand: what a later step does not name is dropped by lowering. The plan
//! made here is the plainest right one: patterns in written order, each filter where it was written. Making it fast
//! is the business of [`optimize`](crate::optimize).

mod build;
mod chance;
mod error;
pub(crate) mod estimate;
mod intersect;
pub(crate) mod path_predicate;
pub(crate) mod print;
mod route;
mod step;
mod uses;
mod visit;
mod why;

use crate::catalog::SchemaChange;
use crate::expr::{Expr, VarId, Variables};
use crate::semantic::bound::Parameter;
pub(crate) use crate::semantic::bound::{Cite, Direction, Draw, SetItem, SortKey};
use crate::value::Name;

pub(crate) use build::{build, type_list};
pub(crate) use chance::Chance;
pub(crate) use error::PlanError;
pub(crate) use intersect::{Arrow, Intersect};
pub(crate) use path_predicate::PathVariables;
pub(crate) use route::{Choice, Leg, LegHop, PathMode, Route};
pub(crate) use step::*;
pub(crate) use uses::Imports;
pub(crate) use visit::{draw_exprs, draw_var, set_exprs};

/// A statement as steps.
#[derive(Clone, Debug)]
pub(crate) struct LogicalStatement {
    pub body: LogicalBody,
    pub variables: Variables,
    /// What stands in expressions, by [`SubqueryId`](crate::expr::SubqueryId).
    pub subqueries: Vec<Subquery>,
    /// What is computed before the first row, by [`GivenId`](crate::expr::GivenId).
    pub given: Vec<Expr>,
    pub parameters: Vec<Parameter>,
    pub writes: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum LogicalBody {
    Query(QueryPlan),
    Schema(SchemaChange),
}

/// A plan and the columns of its answer.
#[derive(Clone, Debug)]
pub(crate) struct QueryPlan {
    pub plan: LogicalPlan,
    pub columns: Vec<(Name, VarId)>,
}

/// A query in an expression.
#[derive(Clone, Debug)]
pub(crate) struct Subquery {
    pub plan: LogicalPlan,
    /// What COLLECT collects.
    pub column: Option<VarId>,
    /// For COUNT: a number for each row, which stands for so many.
    pub weight: Option<VarId>,
}

/// Steps over the rows that come in.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogicalPlan {
    /// The variables that come in. They can be used by every step, also behind an aggregation.
    pub imports: Vec<VarId>,
    pub steps: Vec<Step>,
}

/// How deep the chain of operators may be: lowering, running and dropping it recurse.
pub(crate) const MAX_DEPTH: usize = 400;

impl LogicalPlan {
    /// How many operators lie between the last row and the farthest source.
    pub(crate) fn depth(&self) -> usize {
        let count = self.steps.len();
        let inner = |(index, step): (usize, &Step)| {
            step.plans().into_iter().map(LogicalPlan::depth).max().map_or(0, |depth| depth + count - index)
        };
        self.steps.iter().enumerate().map(inner).max().unwrap_or(0).max(count)
    }

    /// Calls `visit` for this plan and all inside it, inner ones first.
    pub(crate) fn walk_mut(&mut self, visit: &mut impl FnMut(&mut LogicalPlan)) {
        for step in &mut self.steps {
            for plan in step.plans_mut() {
                plan.walk_mut(visit);
            }
        }
        visit(self);
    }
}

impl LogicalStatement {
    /// Calls `visit` for every plan of the statement, inner ones first.
    pub(crate) fn walk_mut(&mut self, visit: &mut impl FnMut(&mut LogicalPlan)) {
        for subquery in &mut self.subqueries {
            subquery.plan.walk_mut(visit);
        }
        if let LogicalBody::Query(query) = &mut self.body {
            query.plan.walk_mut(visit);
        }
    }
}
