//! Schema commands. They name labels, types and keys that need not be there yet.

use crate::catalog::{ConstraintKind, SchemaChange, SchemaOwner};
use crate::syntax::ast;
use crate::value::Name;

pub(super) fn change(command: &ast::SchemaCommand) -> SchemaChange {
    match command {
        ast::SchemaCommand::CreateIndex { name, if_not_exists, owner, keys } => SchemaChange::CreateIndex {
            name: name.as_ref().map(|ident| ident.name.clone()),
            if_not_exists: *if_not_exists,
            owner: schema_owner(owner),
            keys: names(keys),
        },
        ast::SchemaCommand::CreateNameIndex { name, if_not_exists, of, keys } => SchemaChange::CreateNameIndex {
            name: name.as_ref().map(|ident| ident.name.clone()),
            if_not_exists: *if_not_exists,
            of: of.as_ref().map(schema_owner),
            keys: names(keys),
        },
        ast::SchemaCommand::DropIndex { name, if_exists } => {
            SchemaChange::DropIndex { name: name.name.clone(), if_exists: *if_exists }
        }
        ast::SchemaCommand::CreateConstraint { name, if_not_exists, owner, keys, kind } => {
            SchemaChange::CreateConstraint {
                name: name.as_ref().map(|ident| ident.name.clone()),
                if_not_exists: *if_not_exists,
                owner: schema_owner(owner),
                keys: names(keys),
                kind: constraint_kind(*kind),
            }
        }
        ast::SchemaCommand::DropConstraint { name, if_exists } => {
            SchemaChange::DropConstraint { name: name.name.clone(), if_exists: *if_exists }
        }
    }
}

fn schema_owner(owner: &ast::SchemaOwner) -> SchemaOwner {
    match owner {
        ast::SchemaOwner::Label(ident) => SchemaOwner::Label(ident.name.clone()),
        ast::SchemaOwner::Type(ident) => SchemaOwner::Type(ident.name.clone()),
    }
}

fn constraint_kind(kind: ast::SchemaConstraint) -> ConstraintKind {
    match kind {
        ast::SchemaConstraint::Unique => ConstraintKind::Unique,
        ast::SchemaConstraint::Exists => ConstraintKind::Exists,
        ast::SchemaConstraint::Key => ConstraintKind::Key,
    }
}

fn names(idents: &[ast::Ident]) -> Vec<Name> {
    idents.iter().map(|ident| ident.name.clone()).collect()
}
