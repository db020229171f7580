//! Turns a syntax tree into a bound query: names resolved, scopes checked, types inferred.
//!
//! What openCypher wants found before the first row is found here. The bound query knows the catalog's names only to
//! warn about those that do not exist: the schema is open. How a query is answered is the planner's business.

mod aggregate;
mod binder;
pub(crate) mod bound;
mod call;
mod clause;
mod create;
mod error;
mod expression;
mod infer;
mod label;
mod lens;
mod merge;
mod next;
mod order;
mod pattern;
mod procedure;
mod projection;
mod query;
mod route;
mod schema;
mod scope;
mod statement;
mod subquery;
mod transactions;
mod update;
mod warn;
mod why;

#[cfg(test)]
mod tests;

pub(crate) use error::{SemanticError, Warning};
pub(crate) use statement::bind;
