//! Changes of the schema: indexes and constraints come and go.

use super::ExecError;
use super::context::Context;
use crate::catalog::{ConstraintKind, KeyId, Named, Owner, SchemaChange, SchemaOwner};
use crate::storage::{StorageError, Writer};
use crate::value::Name;

pub(super) fn apply(ctx: &Context, change: &SchemaChange) -> Result<(), ExecError> {
    match change {
        SchemaChange::CreateIndex { name, if_not_exists, owner, keys } => {
            create_index(ctx, name.as_ref(), *if_not_exists, owner, keys)
        }
        SchemaChange::CreateNameIndex { name, if_not_exists, of, keys } => {
            create_name_index(ctx, name.as_ref(), *if_not_exists, of.as_ref(), keys)
        }
        SchemaChange::DropIndex { name, if_exists } => drop_index(ctx, name, *if_exists),
        SchemaChange::CreateConstraint { name, if_not_exists, owner, keys, kind } => {
            create_constraint(ctx, name.as_ref(), *if_not_exists, owner, keys, *kind)
        }
        SchemaChange::DropConstraint { name, if_exists } => drop_constraint(ctx, name, *if_exists),
    }
}

fn create_index(
    ctx: &Context,
    name: Option<&Name>,
    if_not_exists: bool,
    owner: &SchemaOwner,
    keys: &[Name],
) -> Result<(), ExecError> {
    let name = name.cloned().unwrap_or_else(|| made_name("index", Some(owner), keys));
    let (owner, keys) = intern(ctx, owner, keys);
    let same = ctx.newest(|graph| graph.catalog().index_on(owner, &keys).map(|index| index.name.clone()));
    create_unless_there(ctx, name, if_not_exists, same, |writer, name| writer.create_index(name, owner, keys))
}

fn create_name_index(
    ctx: &Context,
    name: Option<&Name>,
    if_not_exists: bool,
    of: Option<&SchemaOwner>,
    keys: &[Name],
) -> Result<(), ExecError> {
    let name = name.cloned().unwrap_or_else(|| made_name("names", of, keys));
    let (of, keys) = ctx.write(|writer| {
        let of = match of {
            None => Named::AnyNode,
            Some(SchemaOwner::Label(label)) => Named::Label(writer.label(label)),
            Some(SchemaOwner::Type(rel_type)) => Named::Type(writer.rel_type(rel_type)),
        };
        (of, keys.iter().map(|key| writer.key(key)).collect::<Vec<_>>())
    });
    let same = ctx.newest(|graph| {
        let mut indexes = graph.catalog().name_indexes.iter();
        indexes.find(|index| index.of == of && index.keys == keys).map(|index| index.name.clone())
    });
    create_unless_there(ctx, name, if_not_exists, same, |writer, name| writer.create_name_index(name, of, keys))
}

/// An index, unless the same one is there, or something of its name.
fn create_unless_there<T>(
    ctx: &Context,
    name: Name,
    if_not_exists: bool,
    same: Option<Name>,
    create: impl FnOnce(&mut Writer, Name) -> Result<T, StorageError>,
) -> Result<(), ExecError> {
    match same.or_else(|| name_taken(ctx, &name).then(|| name.clone())) {
        Some(_) if if_not_exists => Ok(()),
        Some(name) => Err(ExecError::SchemaExists { what: "an index", name }),
        None => {
            ctx.write(|writer| create(writer, name))?;
            ctx.counters.borrow_mut().indexes_created += 1;
            Ok(())
        }
    }
}

fn drop_index(ctx: &Context, name: &Name, if_exists: bool) -> Result<(), ExecError> {
    let names =
        ctx.newest(|graph| graph.catalog().name_indexes.iter().find(|index| index.name == *name).map(|index| index.id));
    if let Some(id) = names {
        ctx.write(|writer| writer.drop_name_index(id))?;
        ctx.counters.borrow_mut().indexes_dropped += 1;
        return Ok(());
    }
    let id = ctx.newest(|graph| graph.catalog().indexes.iter().find(|index| index.name == *name).map(|index| index.id));
    match id {
        None if if_exists => Ok(()),
        None => Err(ExecError::SchemaMissing { what: "index", name: name.clone() }),
        Some(id) => {
            ctx.write(|writer| writer.drop_index(id))?;
            ctx.counters.borrow_mut().indexes_dropped += 1;
            Ok(())
        }
    }
}

fn create_constraint(
    ctx: &Context,
    name: Option<&Name>,
    if_not_exists: bool,
    owner: &SchemaOwner,
    keys: &[Name],
    kind: ConstraintKind,
) -> Result<(), ExecError> {
    let word = match kind {
        ConstraintKind::Unique => "unique",
        ConstraintKind::Exists => "exists",
        ConstraintKind::Key => "key",
    };
    let name = name.cloned().unwrap_or_else(|| made_name(word, Some(owner), keys));
    let (owner, keys) = intern(ctx, owner, keys);
    let known = ctx.newest(|graph| {
        let mut constraints = graph.catalog().constraints.iter();
        let same = constraints
            .find(|known| known.owner == owner && known.keys == keys && known.kind == kind)
            .map(|known| known.name.clone());
        same.or_else(|| name_taken(ctx, &name).then(|| name.clone()))
    });
    match known {
        Some(_) if if_not_exists => Ok(()),
        Some(name) => Err(ExecError::SchemaExists { what: "a constraint", name }),
        None => {
            ctx.write(|writer| writer.create_constraint(name, owner, keys, kind))?;
            ctx.counters.borrow_mut().constraints_created += 1;
            Ok(())
        }
    }
}

fn drop_constraint(ctx: &Context, name: &Name, if_exists: bool) -> Result<(), ExecError> {
    let known = ctx.newest(|graph| graph.catalog().constraints.iter().any(|known| known.name == *name));
    if !known {
        return if if_exists {
            Ok(())
        } else {
            Err(ExecError::SchemaMissing { what: "constraint", name: name.clone() })
        };
    }
    ctx.write(|writer| writer.drop_constraint(name))?;
    ctx.counters.borrow_mut().constraints_dropped += 1;
    Ok(())
}

fn name_taken(ctx: &Context, name: &Name) -> bool {
    ctx.newest(|graph| graph.catalog().is_taken(name))
}

fn intern(ctx: &Context, owner: &SchemaOwner, keys: &[Name]) -> (Owner, Vec<KeyId>) {
    ctx.write(|writer| {
        let owner = match owner {
            SchemaOwner::Label(label) => Owner::Label(writer.label(label)),
            SchemaOwner::Type(rel_type) => Owner::Type(writer.rel_type(rel_type)),
        };
        (owner, keys.iter().map(|key| writer.key(key)).collect())
    })
}

/// `index_Person_name` for one that was given no name.
fn made_name(word: &str, owner: Option<&SchemaOwner>, keys: &[Name]) -> Name {
    let mut name = word.to_owned();
    if let Some(SchemaOwner::Label(owner) | SchemaOwner::Type(owner)) = owner {
        name = format!("{name}_{owner}");
    }
    for key in keys {
        name.push('_');
        name.push_str(key);
    }
    Name::from(name)
}
