//! What defines indexes and constraints, and what shows the database.

use super::{Expr, Ident, Projection, Yield};
use crate::text::Span;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SchemaCommand {
    CreateIndex {
        name: Option<Ident>,
        if_not_exists: bool,
        owner: SchemaOwner,
        keys: Vec<Ident>,
    },
    CreateNameIndex {
        name: Option<Ident>,
        if_not_exists: bool,
        /// `None` for `(n)`.
        of: Option<SchemaOwner>,
        keys: Vec<Ident>,
    },
    DropIndex {
        name: Ident,
        if_exists: bool,
    },
    CreateConstraint {
        name: Option<Ident>,
        if_not_exists: bool,
        owner: SchemaOwner,
        keys: Vec<Ident>,
        kind: SchemaConstraint,
    },
    DropConstraint {
        name: Ident,
        if_exists: bool,
    },
}

/// `(n:Label)` or `()-[r:TYPE]-()`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SchemaOwner {
    Label(Ident),
    Type(Ident),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SchemaConstraint {
    /// `IS UNIQUE`.
    Unique,
    /// `IS NOT NULL`.
    Exists,
    /// `IS NODE KEY`, `IS RELATIONSHIP KEY`, `IS KEY`.
    Key,
}

/// `SHOW ... [YIELD ...] [WHERE ...] [ORDER BY ...] [RETURN ...]`: a table about the database.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Show {
    pub what: ShowKind,
    pub yields: Option<Yield>,
    pub predicate: Option<Expr>,
    /// ORDER BY, SKIP, LIMIT and a WHERE behind them, as `WITH *` has them.
    pub rows: Option<Projection>,
    pub returns: Option<Projection>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ShowKind {
    Labels,
    RelationshipTypes,
    PropertyKeys,
    Indexes,
    Constraints,
    Functions,
    Procedures,
    Transactions,
    Commits,
    Settings,
}
