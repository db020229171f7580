//! Clauses: how what rows rest on goes on from one to the next.

use std::sync::{Arc, LazyLock};

use super::absent::{self, not_explained};
use super::evidence::Evidence;
use super::pattern::matched;
use super::query::Explainer;
use crate::expr::{Expr, ExprKind, VarId};
use crate::function::Aggregate;
use crate::function::witness::WITNESSES;
use crate::semantic::bound::{
    AggregateCall, Aggregation, BoundClause, BoundMatch, ProcedureCall, Projection, SubqueryCall,
};

static WITNESSES_AGGREGATE: LazyLock<Arc<Aggregate>> = LazyLock::new(|| Arc::new(WITNESSES));

/// The clauses of a branch so far, and what the rows behind them rest on.
#[derive(Default)]
pub(super) struct Trail {
    pub(super) clauses: Vec<BoundClause>,
    evidence: Evidence,
}

impl Explainer<'_> {
    pub(super) fn clauses(&mut self, clauses: Vec<BoundClause>) -> (Vec<BoundClause>, Evidence) {
        let mut trail = Trail::default();
        for clause in clauses {
            self.clause(clause, &mut trail);
        }
        (trail.clauses, trail.evidence)
    }

    fn clause(&mut self, clause: BoundClause, trail: &mut Trail) {
        match clause {
            BoundClause::Match(clause) if clause.optional => self.optional_match(clause, trail),
            BoundClause::Match(clause) => self.plain_match(clause, trail),
            BoundClause::Unwind { list, var } => {
                self.look_at([&list], trail);
                trail.clauses.push(BoundClause::Unwind { list, var });
            }
            BoundClause::Project(clause) => self.project(clause, trail),
            BoundClause::Call(clause) => self.call(clause, trail),
            BoundClause::Subquery(clause) if clause.unit => trail.clauses.push(BoundClause::Subquery(clause)),
            BoundClause::Subquery(clause) => self.subquery_call(clause, trail),
            // The rewriting alone makes `Extend`; what writes is not explained.
            BoundClause::Extend(_)
            | BoundClause::Create(_)
            | BoundClause::Merge(_)
            | BoundClause::Set(_)
            | BoundClause::Delete { .. }
            | BoundClause::SetState { .. }
            | BoundClause::Foreach { .. } => trail.clauses.push(clause),
        }
    }

    fn plain_match(&mut self, clause: BoundMatch, trail: &mut Trail) {
        self.look_at(clause.operands.iter().map(|(_, operand)| operand), trail);
        let said = self.said(&clause);
        trail.evidence.extend(matched(&clause.pattern));
        trail.clauses.push(BoundClause::Match(clause));
        self.keep(said, trail);
    }

    /// What the match rests on is found with it; a row without a match tells what is not there.
    fn optional_match(&mut self, mut clause: BoundMatch, trail: &mut Trail) {
        self.look_at(clause.operands.iter().map(|(_, operand)| operand), trail);
        let mut evidence = Evidence::default();
        evidence.extend(matched(&clause.pattern));
        evidence.extend(self.said(&clause));
        let absent = self.no_match(&clause);
        let inner = self.witness();
        clause.extra.push((inner, evidence.gathered()));
        trail.clauses.push(BoundClause::Match(clause));
        self.keep(Some(absent::or_else(inner, absent)), trail);
    }

    /// What the conditions of a match rest on.
    pub(super) fn said(&mut self, clause: &BoundMatch) -> Vec<Expr> {
        let mut said = self.of_ways(&clause.pattern);
        said.extend(clause.predicates.iter().filter_map(|predicate| self.of_expr(predicate)));
        said
    }

    /// Adds what the values of expressions rest on.
    fn look_at<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>, trail: &mut Trail) {
        let found: Vec<Expr> = exprs.into_iter().filter_map(|expr| self.of_expr(expr)).collect();
        self.keep(found, trail);
    }

    /// Evidence that takes work is found once, where it is first known.
    fn keep(&mut self, found: impl IntoIterator<Item = Expr>, trail: &mut Trail) {
        let items: Vec<(VarId, Expr)> = found.into_iter().map(|expr| (self.witness(), expr)).collect();
        if !items.is_empty() {
            trail.evidence.extend(items.iter().map(|(var, _)| Expr::variable(*var)));
            trail.clauses.push(BoundClause::Extend(items));
        }
    }

    fn project(&mut self, mut clause: Projection, trail: &mut Trail) {
        if let Some(aggregation) = clause.aggregation.take() {
            self.aggregate(aggregation, trail);
        }
        self.look_at(clause.items.iter().map(|(_, expr)| expr), trail);
        let predicate = clause.predicate.clone();
        trail.clauses.push(BoundClause::Project(clause));
        self.look_at(&predicate, trail);
    }

    /// A clause of its own: what groups rest on goes on from here.
    fn aggregate(&mut self, mut aggregation: Aggregation, trail: &mut Trail) {
        let arguments = aggregation.calls.iter().flat_map(|(_, call)| &call.arguments);
        let looked_at: Vec<Expr> = aggregation.keys.iter().map(|(_, key)| key).chain(arguments).cloned().collect();
        self.look_at(&looked_at, trail);
        let witness = self.witness();
        let evidence = std::mem::replace(&mut trail.evidence, Evidence::column(witness));
        let together = AggregateCall {
            aggregate: Some(Arc::clone(&WITNESSES_AGGREGATE)),
            distinct: false,
            arguments: vec![evidence.gathered()],
        };
        aggregation.calls.push((witness, together));
        let made = aggregation.keys.iter().map(|(var, _)| *var).chain(aggregation.calls.iter().map(|(var, _)| *var));
        let items = made.map(|var| (var, Expr::variable(var))).collect();
        trail
            .clauses
            .push(BoundClause::Project(Projection { aggregation: Some(aggregation), ..Projection::of(items) }));
    }

    /// The rows of a procedure rest on what it says they do.
    fn call(&mut self, mut clause: ProcedureCall, trail: &mut Trail) {
        self.look_at(&clause.arguments, trail);
        let predicate = clause.predicate.clone();
        match clause.procedure.because() {
            None => trail.evidence.add(not_explained(&clause.procedure.name)),
            Some(output) => {
                let witness = self.witness();
                clause.yields.push((output, witness));
                trail.evidence.add(Expr::variable(witness));
            }
        }
        trail.clauses.push(BoundClause::Call(clause));
        self.look_at(&predicate, trail);
    }

    fn subquery_call(&mut self, mut clause: SubqueryCall, trail: &mut Trail) {
        let (query, witness) = self.handing_out(clause.query, &clause.imports);
        clause.query = query;
        let absent = clause.optional.then(|| self.no_rows(clause.span, &clause.imports));
        trail.clauses.push(BoundClause::Subquery(clause));
        match absent {
            None => trail.evidence.add(Expr::variable(witness)),
            Some(absent) => self.keep(Some(absent::or_else(witness, absent)), trail),
        }
    }
}

/// Whether a variable is null, as a condition.
pub(super) fn is_null(var: VarId) -> Expr {
    Expr::made(ExprKind::IsNull(Box::new(Expr::variable(var))))
}
