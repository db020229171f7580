//! Whether a statement is small enough to be planned, told before any work is done for it.

use crate::plan::{MAX_DEPTH, PlanError};
use crate::semantic::bound::{BoundBody, BoundClause, BoundQuery, BoundStatement, GraphPattern};

/// Each clause, and each relationship and node of a pattern that is looked for, becomes a step at least.
pub(super) fn check(statement: &BoundStatement) -> Result<(), PlanError> {
    if let BoundBody::Query(query) = &statement.body {
        check_query(query)?;
    }
    statement.subqueries.iter().try_for_each(|subquery| check_query(&subquery.query))
}

fn check_query(query: &BoundQuery) -> Result<(), PlanError> {
    query.branches.iter().try_for_each(|branch| check_clauses(&branch.clauses))
}

fn check_clauses(clauses: &[BoundClause]) -> Result<(), PlanError> {
    let mut depth = clauses.len();
    for clause in clauses {
        match clause {
            BoundClause::Match(clause) => depth += clause.pattern.rels.len(),
            BoundClause::Merge(clause) => check_pattern(&clause.pattern)?,
            BoundClause::Subquery(clause) => check_query(&clause.query)?,
            BoundClause::Foreach { clauses, .. } => check_clauses(clauses)?,
            BoundClause::Unwind { .. }
            | BoundClause::Project(_)
            | BoundClause::Extend(_)
            | BoundClause::Call(_)
            | BoundClause::Create(_)
            | BoundClause::Set(_)
            | BoundClause::Delete { .. }
            | BoundClause::SetState { .. } => {}
        }
    }
    fits(depth)
}

fn check_pattern(pattern: &GraphPattern) -> Result<(), PlanError> {
    fits(pattern.rels.len())
}

fn fits(depth: usize) -> Result<(), PlanError> {
    if depth > MAX_DEPTH { Err(PlanError::TooLarge { depth }) } else { Ok(()) }
}
