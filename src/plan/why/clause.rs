//! Clauses: how what rows rest on goes on from one to the next.

use super::absent::{self, not_explained};
use super::evidence::{Evidence, union};
use super::pattern::matched;
use super::query::Explainer;
use super::trail::{Rows, Trail};
use crate::expr::{Expr, ExprKind, VarId};
use crate::semantic::bound::{BoundClause, BoundMatch, ProcedureCall, Projection, SubqueryCall};

impl Explainer<'_> {
    /// The clauses of a branch that takes `imports` from around it.
    pub(super) fn trail(&mut self, clauses: Vec<BoundClause>, imports: &[VarId]) -> Trail {
        let mut trail = Trail::new(imports);
        for clause in clauses {
            self.clause(clause, &mut trail);
        }
        trail
    }

    fn clause(&mut self, clause: BoundClause, trail: &mut Trail) {
        match &clause {
            BoundClause::Project(Projection { aggregation: Some(_), .. }) => {}
            written => trail.since.push(written.clone()),
        }
        match clause {
            BoundClause::Match(clause) if clause.optional => self.optional_match(clause, &mut trail.rows),
            BoundClause::Match(clause) => {
                trail.asks(&clause);
                self.plain_match(&clause, &mut trail.rows);
            }
            BoundClause::Unwind { list, var } => {
                self.look_at([&list], &mut trail.rows);
                trail.rows.clauses.push(BoundClause::Unwind { list, var });
            }
            BoundClause::Project(mut clause) => {
                if let Some(aggregation) = clause.aggregation.take() {
                    self.aggregate(aggregation, trail);
                    trail.since.push(BoundClause::Project(clause.clone()));
                }
                self.project(clause, &mut trail.rows);
            }
            BoundClause::Call(clause) => self.call(clause, &mut trail.rows),
            BoundClause::Subquery(clause) if clause.unit => trail.rows.clauses.push(BoundClause::Subquery(clause)),
            BoundClause::Subquery(clause) => self.subquery_call(clause, &mut trail.rows),
            // The rewriting alone makes `Extend`; what writes is not explained.
            BoundClause::Extend(_)
            | BoundClause::Create(_)
            | BoundClause::Merge(_)
            | BoundClause::Set(_)
            | BoundClause::Delete { .. }
            | BoundClause::SetState { .. }
            | BoundClause::Foreach { .. } => trail.rows.clauses.push(clause),
        }
    }

    fn plain_match(&mut self, clause: &BoundMatch, rows: &mut Rows) {
        self.look_at(clause.operands.iter().map(|(_, operand)| operand), rows);
        let said = self.said(clause);
        rows.evidence.extend(matched(&clause.pattern));
        rows.clauses.push(BoundClause::Match(clause.clone()));
        self.keep(said, rows);
        self.look_at_passed_over(clause, rows);
    }

    /// What the match rests on is found with it; a row without a match tells what is not there.
    pub(super) fn optional_match(&mut self, mut clause: BoundMatch, rows: &mut Rows) {
        self.look_at(clause.operands.iter().map(|(_, operand)| operand), rows);
        let mut evidence = Evidence::default();
        evidence.extend(matched(&clause.pattern));
        evidence.extend(self.said(&clause));
        let absent = self.no_match(&clause);
        let absent = union([absent].into_iter().chain(self.rejected_matches(&clause)).collect());
        let written = clause.clone();
        let inner = self.witness();
        clause.extra.push((inner, evidence.gathered()));
        rows.clauses.push(BoundClause::Match(clause));
        self.keep(absent.map(|absent| absent::or_else(inner, absent)), rows);
        self.look_at_passed_over(&written, rows);
    }

    /// What the conditions of a match rest on.
    fn said(&mut self, clause: &BoundMatch) -> Vec<Expr> {
        let mut said = self.of_ways(&clause.pattern);
        said.extend(clause.predicates.iter().filter_map(|predicate| self.of_expr(predicate)));
        said
    }

    /// Adds what the values of expressions rest on.
    pub(super) fn look_at<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>, rows: &mut Rows) {
        let found: Vec<Expr> = exprs.into_iter().filter_map(|expr| self.of_expr(expr)).collect();
        self.keep(found, rows);
    }

    /// Evidence that takes work is found once, where it is first known.
    pub(super) fn keep(&mut self, found: impl IntoIterator<Item = Expr>, rows: &mut Rows) {
        let items: Vec<(VarId, Expr)> = found.into_iter().map(|expr| (self.witness(), expr)).collect();
        if !items.is_empty() {
            rows.evidence.extend(items.iter().map(|(var, _)| Expr::variable(*var)));
            rows.clauses.push(BoundClause::Extend(items));
        }
    }

    /// A clause without aggregates.
    fn project(&mut self, clause: Projection, rows: &mut Rows) {
        self.look_at(clause.items.iter().map(|(_, expr)| expr), rows);
        let predicate = clause.predicate.clone();
        rows.clauses.push(BoundClause::Project(clause));
        self.look_at(&predicate, rows);
    }

    /// The rows of a procedure rest on what it says they do.
    pub(super) fn call(&mut self, mut clause: ProcedureCall, rows: &mut Rows) {
        self.look_at(&clause.arguments, rows);
        let predicate = clause.predicate.clone();
        match clause.procedure.because() {
            None => rows.evidence.add(not_explained(&clause.procedure.name)),
            Some(output) => {
                let witness = self.witness();
                clause.yields.push((output, witness));
                rows.evidence.add(Expr::variable(witness));
            }
        }
        rows.clauses.push(BoundClause::Call(clause));
        self.look_at(&predicate, rows);
    }

    pub(super) fn subquery_call(&mut self, mut clause: SubqueryCall, rows: &mut Rows) {
        let (query, witness) = self.handing_out(clause.query.clone(), &clause.imports);
        let absent = clause.optional.then(|| self.no_rows(clause.span, &clause.imports));
        let absent = absent.and_then(|absent| {
            let rejected = self.rejected_rows_of(&clause.query, &clause.imports);
            union([absent].into_iter().chain(rejected).collect())
        });
        clause.query = query;
        rows.clauses.push(BoundClause::Subquery(clause));
        match absent {
            None => rows.evidence.add(Expr::variable(witness)),
            Some(absent) => self.keep(Some(absent::or_else(witness, absent)), rows),
        }
    }
}

/// Whether a variable is null, as a condition.
pub(super) fn is_null(var: VarId) -> Expr {
    Expr::made(ExprKind::IsNull(Box::new(Expr::variable(var))))
}
