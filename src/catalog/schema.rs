//! The catalog of one root: names, indexes, constraints, settings.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{KeyId, LabelId, Provenance, Symbols, TypeId};
use crate::value::Name;

/// The definitions that hold for one root of the graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalog {
    /// Grows with every change of a definition, so a prepared statement can tell that it is out of date. See
    /// [`Catalog::renew`].
    pub version: u64,
    pub labels: Symbols<LabelId>,
    pub types: Symbols<TypeId>,
    pub keys: Symbols<KeyId>,
    pub indexes: Vec<IndexDef>,
    pub name_indexes: Vec<NameIndexDef>,
    pub constraints: Vec<ConstraintDef>,
    pub provenance: Provenance,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct IndexId(pub u32);

/// Whose properties an index or a constraint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    Label(LabelId),
    Type(TypeId),
}

/// A sorted index over the values of one or more keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexDef {
    pub id: IndexId,
    pub name: Name,
    pub owner: Owner,
    pub keys: Vec<KeyId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NameIndexId(pub u32);

/// Whose names an index of names has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Named {
    AnyNode,
    Label(LabelId),
    Type(TypeId),
}

/// An index of the names that stand under some keys, one or several under each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NameIndexDef {
    pub id: NameIndexId,
    pub name: Name,
    pub of: Named,
    pub keys: Vec<KeyId>,
}

/// A rule that asserted elements keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConstraintDef {
    pub name: Name,
    pub owner: Owner,
    pub keys: Vec<KeyId>,
    pub kind: ConstraintKind,
    /// The index that enforces uniqueness.
    pub index: Option<IndexId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConstraintKind {
    /// No two elements have equivalent values; elements that lack a key are exempt.
    Unique,
    /// Every element has a value.
    Exists,
    /// Both: `IS NODE KEY`.
    Key,
}

impl Catalog {
    /// Gives a changed catalog a version that no other catalog of this process has or will have: after a rollback,
    /// the next change must not be taken for the one that was undone.
    pub(crate) fn renew(&mut self) {
        static VERSIONS: AtomicU64 = AtomicU64::new(1);
        self.version = VERSIONS.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn index(&self, id: IndexId) -> Option<&IndexDef> {
        self.indexes.iter().find(|index| index.id == id)
    }

    /// The id of an index that is about to be created.
    pub(crate) fn next_index(&self) -> IndexId {
        IndexId(self.indexes.iter().map(|index| index.id.0 + 1).max().unwrap_or(0))
    }

    /// The id of an index of names that is about to be created.
    pub(crate) fn next_name_index(&self) -> NameIndexId {
        NameIndexId(self.name_indexes.iter().map(|index| index.id.0 + 1).max().unwrap_or(0))
    }

    /// Whether an index or a constraint has this name.
    pub(crate) fn is_taken(&self, name: &Name) -> bool {
        self.indexes.iter().any(|index| index.name == *name)
            || self.name_indexes.iter().any(|index| index.name == *name)
            || self.constraint(name).is_some()
    }

    /// A name that no index and no constraint has: this one, or that with a number behind it.
    pub(crate) fn free_name(&self, wanted: &Name) -> Name {
        let numbered = (2_u64..).map(|number| Name::from(format!("{wanted}_{number}")));
        let mut names = std::iter::once(wanted.clone()).chain(numbered);
        names.find(|name| !self.is_taken(name)).expect("there are fewer names than numbers")
    }

    pub(crate) fn constraint(&self, name: &Name) -> Option<&ConstraintDef> {
        self.constraints.iter().find(|constraint| constraint.name == *name)
    }

    /// The index over exactly `keys` of `owner`, in that order.
    pub(crate) fn index_on(&self, owner: Owner, keys: &[KeyId]) -> Option<&IndexDef> {
        self.indexes.iter().find(|index| index.owner == owner && index.keys == keys)
    }
}

impl Named {
    /// Those whose names all are in an index of `self`.
    pub(crate) fn covers(self, other: Named) -> bool {
        self == other || (self == Named::AnyNode && matches!(other, Named::Label(_)))
    }
}

/// A statement about indexes and constraints, by names: what it is about may not be known yet.
#[derive(Clone, Debug)]
pub(crate) enum SchemaChange {
    CreateIndex {
        name: Option<Name>,
        if_not_exists: bool,
        owner: SchemaOwner,
        keys: Vec<Name>,
    },
    CreateNameIndex {
        name: Option<Name>,
        if_not_exists: bool,
        /// `None`: all nodes.
        of: Option<SchemaOwner>,
        keys: Vec<Name>,
    },
    DropIndex {
        name: Name,
        if_exists: bool,
    },
    CreateConstraint {
        name: Option<Name>,
        if_not_exists: bool,
        owner: SchemaOwner,
        keys: Vec<Name>,
        kind: ConstraintKind,
    },
    DropConstraint {
        name: Name,
        if_exists: bool,
    },
}

/// What an index or constraint is for, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SchemaOwner {
    Label(Name),
    Type(Name),
}
