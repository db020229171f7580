//! What the database knows of itself: names and their ids, indexes, constraints, settings, and the shape of its statistics.
//!
//! The catalog holds definitions only. The graph that they describe is in `storage`, which keeps one catalog per root.

mod schema;
mod settings;
mod statistics;
mod symbols;

pub(crate) use schema::{
    Catalog, ConstraintDef, ConstraintKind, IndexDef, IndexId, NameIndexDef, NameIndexId, Named, Owner, SchemaChange,
    SchemaOwner,
};
pub use settings::Provenance;
pub(crate) use statistics::{Side, Statistics};
pub(crate) use symbols::{KeyId, LabelId, Symbol, Symbols, TypeId};
