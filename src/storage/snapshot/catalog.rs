//! The catalog as bytes.
//!
//! ```text
//! labels, types, keys    how many, and each (texts)
//! indexes                how many, and for each: its number, its name, whose it is, its keys (numbers)
//! constraints            how many, and for each: its name, whose it is, its keys (numbers), its kind (one byte: 0 unique,
//!                        1 exists, 2 key), one more than the number of its index or 0
//! indexes of names       how many, and for each: its number, its name, one byte (0 all nodes, 1 a label, 2 a type), the number
//!                        of that or 0, its keys (numbers)
//! owner                  one byte: 0 a label, 1 a type; its number
//! provenance             its eight words (texts), how many names of nodes there are, and each (texts)
//! ```

use std::sync::Arc;

use super::super::DiskError;
use super::{Bytes, Damage, Reader, SnapshotWriter, Source, Stored, check};
use crate::catalog::{
    Catalog, ConstraintDef, ConstraintKind, IndexDef, IndexId, KeyId, LabelId, NameIndexDef, NameIndexId, Named, Owner,
    Provenance, Symbol, Symbols, TypeId,
};
use crate::value::Name;

/// Types have to stay below this where adjacency keeps them.
const MAX_TYPES: usize = super::super::adjacency::MAX_TYPES as usize;

impl Stored for Catalog {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        store_names(self.labels.names(), bytes);
        store_names(self.types.names(), bytes);
        store_names(self.keys.names(), bytes);
        bytes.count(self.indexes.len());
        self.indexes.iter().try_for_each(|def| def.store(bytes, out))?;
        bytes.count(self.constraints.len());
        self.constraints.iter().try_for_each(|def| def.store(bytes, out))?;
        bytes.count(self.name_indexes.len());
        self.name_indexes.iter().try_for_each(|def| def.store(bytes, out))?;
        let Provenance { supports, paragraph, of, source, published, valid_from, valid_to, on, names } =
            &self.provenance;
        let words = [supports, paragraph, of, source, published, valid_from, valid_to, on];
        for word in words {
            bytes.text(word);
        }
        bytes.count(names.len());
        names.iter().for_each(|name| bytes.text(name));
        Ok(())
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let mut catalog =
            Self { labels: load_names(bytes)?, types: load_names(bytes)?, keys: load_names(bytes)?, ..Self::default() };
        check(catalog.types.len() <= MAX_TYPES, "there are too many types")?;
        for _ in 0..bytes.count_of_rest()? {
            let def = IndexDef::load(bytes, from)?;
            check(catalog.index(def.id).is_none(), "an index is there twice")?;
            catalog.check_owner(def.owner, &def.keys)?;
            catalog.indexes.push(def);
        }
        for _ in 0..bytes.count_of_rest()? {
            let def = ConstraintDef::load(bytes, from)?;
            check(def.index.is_none_or(|index| catalog.index(index).is_some()), "an index is missing")?;
            catalog.check_owner(def.owner, &def.keys)?;
            catalog.constraints.push(def);
        }
        for _ in 0..bytes.count_of_rest()? {
            let def = NameIndexDef::load(bytes, from)?;
            check(catalog.name_indexes.iter().all(|other| other.id != def.id), "an index of names is there twice")?;
            catalog.check_named(def.of, &def.keys)?;
            catalog.name_indexes.push(def);
        }
        catalog.provenance = load_provenance(bytes)?;
        // The version is not kept: no two catalogs of a process have the same.
        catalog.renew();
        Ok(catalog)
    }
}

impl Catalog {
    fn check_owner(&self, owner: Owner, keys: &[KeyId]) -> Result<(), Damage> {
        let is_there = match owner {
            Owner::Label(label) => (label.0 as usize) < self.labels.len(),
            Owner::Type(rel_type) => (rel_type.0 as usize) < self.types.len(),
        };
        let are_there = !keys.is_empty() && keys.iter().all(|key| (key.0 as usize) < self.keys.len());
        check(is_there && are_there, "an index or constraint is about names that are missing")
    }

    fn check_named(&self, of: Named, keys: &[KeyId]) -> Result<(), Damage> {
        let is_there = match of {
            Named::AnyNode => true,
            Named::Label(label) => (label.0 as usize) < self.labels.len(),
            Named::Type(rel_type) => (rel_type.0 as usize) < self.types.len(),
        };
        let are_there = !keys.is_empty() && keys.iter().all(|key| (key.0 as usize) < self.keys.len());
        check(is_there && are_there, "an index of names is about names that are missing")
    }
}

impl Stored for IndexDef {
    fn store(&self, bytes: &mut Bytes, _: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.number(u64::from(self.id.0));
        bytes.text(&self.name);
        store_owner(self.owner, &self.keys, bytes);
        Ok(())
    }

    fn load(bytes: &mut Reader, _: &mut Source) -> Result<Self, Damage> {
        let id = bytes.whole()?;
        check(id < u32::MAX, "the number of an index is too large")?;
        let name = Name::from(bytes.text()?);
        let (owner, keys) = load_owner(bytes)?;
        Ok(Self { id: IndexId(id), name, owner, keys })
    }
}

impl Stored for NameIndexDef {
    fn store(&self, bytes: &mut Bytes, _: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.number(u64::from(self.id.0));
        bytes.text(&self.name);
        let (kind, number) = match self.of {
            Named::AnyNode => (0, 0),
            Named::Label(label) => (1, label.0),
            Named::Type(rel_type) => (2, rel_type.0),
        };
        bytes.byte(kind);
        bytes.number(u64::from(number));
        bytes.numbers(self.keys.iter().map(|key| u64::from(key.0)));
        Ok(())
    }

    fn load(bytes: &mut Reader, _: &mut Source) -> Result<Self, Damage> {
        let id = bytes.whole()?;
        check(id < u32::MAX, "the number of an index of names is too large")?;
        let name = Name::from(bytes.text()?);
        let of = match (bytes.byte()?, bytes.whole()?) {
            (0, 0) => Named::AnyNode,
            (1, label) => Named::Label(LabelId(label)),
            (2, rel_type) => Named::Type(TypeId(rel_type)),
            _ => return Err(Damage("an index of names is of an unknown kind")),
        };
        let keys: Vec<u32> = bytes.numbers(MAX_KEYS)?;
        Ok(Self { id: NameIndexId(id), name, of, keys: keys.into_iter().map(KeyId).collect() })
    }
}

impl Stored for ConstraintDef {
    fn store(&self, bytes: &mut Bytes, _: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.text(&self.name);
        store_owner(self.owner, &self.keys, bytes);
        bytes.byte(match self.kind {
            ConstraintKind::Unique => 0,
            ConstraintKind::Exists => 1,
            ConstraintKind::Key => 2,
        });
        bytes.number(self.index.map_or(0, |index| u64::from(index.0) + 1));
        Ok(())
    }

    fn load(bytes: &mut Reader, _: &mut Source) -> Result<Self, Damage> {
        let name = Name::from(bytes.text()?);
        let (owner, keys) = load_owner(bytes)?;
        let kind = match bytes.byte()? {
            0 => ConstraintKind::Unique,
            1 => ConstraintKind::Exists,
            2 => ConstraintKind::Key,
            _ => return Err(Damage("a constraint has an unknown kind")),
        };
        let index: u32 = bytes.whole()?;
        Ok(Self { name, owner, keys, kind, index: index.checked_sub(1).map(IndexId) })
    }
}

fn store_owner(owner: Owner, keys: &[KeyId], bytes: &mut Bytes) {
    let (kind, number) = match owner {
        Owner::Label(label) => (0, label.0),
        Owner::Type(rel_type) => (1, rel_type.0),
    };
    bytes.byte(kind);
    bytes.number(u64::from(number));
    bytes.numbers(keys.iter().map(|key| u64::from(key.0)));
}

fn load_owner(bytes: &mut Reader) -> Result<(Owner, Vec<KeyId>), Damage> {
    let (is_type, number) = (bytes.flag()?, bytes.whole()?);
    let owner = if is_type { Owner::Type(TypeId(number)) } else { Owner::Label(LabelId(number)) };
    let keys: Vec<u32> = bytes.numbers(MAX_KEYS)?;
    Ok((owner, keys.into_iter().map(KeyId).collect()))
}

/// More than an index can have.
const MAX_KEYS: usize = 1 << 16;

fn store_names(names: &[Name], bytes: &mut Bytes) {
    bytes.count(names.len());
    for name in names {
        bytes.text(name);
    }
}

fn load_names<S: Symbol>(bytes: &mut Reader) -> Result<Symbols<S>, Damage> {
    let mut names = Symbols::default();
    for count in 0..bytes.count_of_rest()? {
        names.intern(&Name::from(bytes.text()?));
        check(names.len() > count, "a name is there twice")?;
    }
    Ok(names)
}

fn load_provenance(bytes: &mut Reader) -> Result<Provenance, Damage> {
    let mut word = || Ok(Name::from(bytes.text()?));
    let words = Provenance {
        supports: word()?,
        paragraph: word()?,
        of: word()?,
        source: word()?,
        published: word()?,
        valid_from: word()?,
        valid_to: word()?,
        on: word()?,
        names: Arc::default(),
    };
    let names = (0..bytes.count_of_rest()?).map(|_| Ok(Name::from(bytes.text()?))).collect::<Result<_, _>>()?;
    Ok(Provenance { names, ..words })
}
