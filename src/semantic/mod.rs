//! Turns a syntax tree into a bound query: names resolved, scopes checked, types inferred.
//!
//! What openCypher wants found before the first row is found here. The bound query knows the catalog's names only to
//! warn about those that do not exist: the schema is open. How a query is answered is the planner's business.

pub(crate) mod bound;
mod error;

pub(crate) use error::{SemanticError, Warning};
