//! Constraints: checked by the writer before a change (uniqueness) or at the end of a statement (existence).
//!
//! They hold for nodes and for asserted relationships; a quoted relationship is somebody's claim and bound by
//! nothing until it is asserted.

use super::{End, Graph, StorageError};
use crate::catalog::{Catalog, ConstraintDef, ConstraintKind, KeyId, Owner};
use crate::value::{Name, Value};

impl ConstraintKind {
    pub(super) fn is_unique(self) -> bool {
        matches!(self, ConstraintKind::Unique | ConstraintKind::Key)
    }

    pub(super) fn demands_existence(self) -> bool {
        matches!(self, ConstraintKind::Exists | ConstraintKind::Key)
    }
}

impl Graph {
    /// Whether `element` would be unique under all constraints that `which` holds of, with `key` set to `value`.
    pub(super) fn check_unique(
        &self,
        element: End,
        changed: Option<(KeyId, &Value)>,
        which: impl Fn(&ConstraintDef) -> bool,
    ) -> Result<(), StorageError> {
        let unique = self.catalog.constraints.iter().filter(|constraint| constraint.kind.is_unique());
        for constraint in unique.filter(|constraint| which(constraint)) {
            let values = constraint.keys.iter().map(|&key| match changed {
                Some((changed, value)) if changed == key => value.clone(),
                _ => self.property(element, key),
            });
            let values: Vec<Value> = values.collect();
            let Some(index) = constraint.index.and_then(|index| self.index(index)) else { continue };
            if values.iter().any(|value| matches!(value, Value::Null)) {
                continue;
            }
            let others = index.seek(&values).map(|slot| same_kind(element, slot));
            if others.into_iter().any(|other| other != element && self.is_bound(other)) {
                return Err(not_unique(&self.catalog, constraint, &values));
            }
        }
        Ok(())
    }

    /// Whether `element` has what the constraints on it demand.
    pub(super) fn check_existence(&self, element: End) -> Result<(), StorageError> {
        if !self.is_bound(element) {
            return Ok(());
        }
        let demanding = self.catalog.constraints.iter().filter(|constraint| constraint.kind.demands_existence());
        for constraint in demanding.filter(|constraint| self.belongs(element, constraint.owner)) {
            let lacks = |&&key: &&KeyId| matches!(self.property(element, key), Value::Null);
            if let Some(&key) = constraint.keys.iter().find(lacks) {
                let (label, key) = (owner_name(&self.catalog, constraint.owner), self.catalog.keys.name(key).clone());
                return Err(StorageError::Missing { constraint: constraint.name.clone(), label, key });
            }
        }
        Ok(())
    }

    /// Whether the graph as it is keeps a constraint that is about to be created.
    pub(super) fn check_new_constraint(&self, constraint: &ConstraintDef) -> Result<(), StorageError> {
        let owner = owner_name(&self.catalog, constraint.owner);
        let broken = |count, reason| {
            Err(StorageError::Violated { constraint: constraint.name.clone(), label: owner.clone(), count, reason })
        };
        if constraint.kind.demands_existence() {
            let bound = self.owned(constraint.owner).into_iter().filter(|&element| self.is_bound(element));
            let count = bound.filter(|&element| self.index_values(element, &constraint.keys).is_none()).count();
            if count > 0 {
                return broken(count, format!("lack `{}`", self.key_names(&constraint.keys)));
            }
        }
        let Some(index) = constraint.index.and_then(|index| self.index(index)) else { return Ok(()) };
        let kind = if matches!(constraint.owner, Owner::Label(_)) { as_node } else { as_rel };
        for (values, slots) in index.duplicates() {
            let count = slots.into_iter().filter(|&slot| self.is_bound(kind(slot))).count();
            if count > 1 {
                return broken(count, format!("share {}", describe(&self.catalog, constraint, &values)));
            }
        }
        Ok(())
    }

    /// Nodes and asserted relationships.
    fn is_bound(&self, element: End) -> bool {
        self.is_there(element) && element.as_rel().is_none_or(|rel| self.rel(rel).asserted)
    }

    fn key_names(&self, keys: &[KeyId]) -> String {
        let names: Vec<&str> = keys.iter().map(|&key| self.catalog.keys.name(key).as_str()).collect();
        names.join("`, `")
    }
}

fn same_kind(element: End, slot: u32) -> End {
    if element.as_node().is_some() { as_node(slot) } else { as_rel(slot) }
}

fn as_node(slot: u32) -> End {
    End::node(super::NodeSlot(slot))
}

fn as_rel(slot: u32) -> End {
    End::rel(super::RelSlot(slot))
}

fn not_unique(catalog: &Catalog, constraint: &ConstraintDef, values: &[Value]) -> StorageError {
    StorageError::NotUnique {
        constraint: constraint.name.clone(),
        label: owner_name(catalog, constraint.owner),
        values: describe(catalog, constraint, values),
    }
}

pub(super) fn owner_name(catalog: &Catalog, owner: Owner) -> Name {
    match owner {
        Owner::Label(label) => catalog.labels.name(label).clone(),
        Owner::Type(rel_type) => catalog.types.name(rel_type).clone(),
    }
}

/// The values with their keys: `name: 'Ada', born: 1815`.
fn describe(catalog: &Catalog, constraint: &ConstraintDef, values: &[Value]) -> String {
    let pairs = constraint.keys.iter().zip(values);
    let parts: Vec<String> =
        pairs.map(|(&key, value)| format!("{}: {}", catalog.keys.name(key), literal(value))).collect();
    parts.join(", ")
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{text}'"),
        Value::List(items) => format!("a list of {}", items.len()),
        other => crate::value::text_form::to_text(other).unwrap_or_default(),
    }
}
