//! `Route`: paths that are looked for as a whole, a leg behind the other, each repeated so often as it says.
//!
//! All paths: depth first, handed on as they are found; holds one input batch and the path being walked. The shortest:
//! between two bound ends, by increasing length; how far the far end is at least, whatever predicates say, keeps the
//! walk from going astray. Holds what a search back from the far end has found.

mod distances;
mod search;
mod trail;

pub(super) use search::Route;
