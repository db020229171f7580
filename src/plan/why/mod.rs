//! Rewrites a bound query so that each row of its answer tells what it rests on.
//!
//! Evidence is threaded through the clauses as expressions over the variables that are there ([`evidence`]): what a
//! pattern bound, and what the subqueries of an expression found ([`expression`]), which twins of them hand out
//! ([`subquery`]). Only where rows become fewer columns, at an aggregation, a union, or the end, does it become a column
//! of its own. What was there before stays as it was, so that the rows are those of the query without WHY.

mod absent;
mod clause;
mod evidence;
mod expression;
mod group;
mod loosened;
mod pattern;
mod query;
mod rejected;
mod subquery;
mod trail;
mod turning;

pub(super) use query::explain;
