//! The root of a graph as bytes.
//!
//! ```text
//! catalog         see there
//! log             the commits that were made
//! placements      of nodes and of relationships: the slots to be given next
//! label sets
//! dictionaries    of nodes and of relationships: how many, and for each: its key, and where its strings lie
//! commit          its number (number) and time in microseconds (zigzag), changes of a commit that is not made yet,
//!                 revision, the next id (numbers)
//! ids, nodes, relationships, neighbourhood
//! indexes         as many as the catalog has, in its order; and then those of names
//! ```

use std::sync::Arc;

use super::super::column::Dictionaries;
use super::super::ids::IdTable;
use super::super::index::Index;
use super::super::labels::LabelSets;
use super::super::lens::Vocabulary;
use super::super::log::{Log, MAX_NUMBER};
use super::super::name_index::NameIndex;
use super::super::neighbourhood::Neighbourhood;
use super::super::nodes::Nodes;
use super::super::paged::PageTree;
use super::super::record::Placement;
use super::super::rels::Rels;
use super::super::{Commit, DiskError, Graph};
use super::{Bytes, Damage, Limits, Reader, SnapshotWriter, Source, Stored, check};
use crate::catalog::Catalog;

/// No counter of ours comes near, so that it can go on.
const MAX_COUNTER: u64 = 1 << 60;

impl Stored for Graph {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        self.catalog.store(bytes, out)?;
        self.log.store(bytes, out)?;
        self.nodes.placement().store(bytes, out)?;
        self.rels.placement().store(bytes, out)?;
        self.nodes.sets().store(bytes, out)?;
        self.nodes.dictionaries.store(bytes, out)?;
        self.rels.dictionaries.store(bytes, out)?;
        bytes.number(self.commit.number);
        bytes.signed(self.commit.micros);
        for counter in [self.open_changes, self.revision, self.next_id] {
            bytes.number(counter);
        }
        self.ids.store(bytes, out)?;
        self.nodes.store(bytes, out)?;
        self.rels.store(bytes, out)?;
        self.neighbourhood.store(bytes, out)?;
        let mut indexes = self.catalog.indexes.iter().filter_map(|def| self.index(def.id));
        indexes.try_for_each(|index| index.store(bytes, out))?;
        let mut name_indexes = self.catalog.name_indexes.iter().filter_map(|def| self.name_index(def.id));
        name_indexes.try_for_each(|index| index.store(bytes, out))
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let catalog = Catalog::load(bytes, from)?;
        let log = Log::load(bytes, from)?;
        let (node_placement, rel_placement) = (Placement::load(bytes, from)?, Placement::load(bytes, from)?);
        let sets = LabelSets::load(bytes, from)?;
        let keys = count(catalog.keys.len())?;
        let node_dictionaries = Dictionaries::load(bytes, from, keys)?;
        let rel_dictionaries = Dictionaries::load(bytes, from, keys)?;
        let (label_sets, label_bound) = sets.bounds();
        let limits = Limits {
            labels: count(catalog.labels.len())?,
            types: count(catalog.types.len())?,
            keys,
            label_sets,
            nodes: count(node_placement.bound())?,
            rels: count(rel_placement.bound())?,
            commits: count(log.len())?,
            node_codes: node_dictionaries.lengths(keys),
            rel_codes: rel_dictionaries.lengths(keys),
        };
        check(label_bound <= limits.labels, "a label is missing")?;
        from.file.set_limits(limits);
        let commit = Commit { number: bytes.number()?, micros: bytes.signed()? };
        check(commit.number <= MAX_NUMBER, "the number of a commit is too large")?;
        Ok(Self {
            log,
            commit,
            open_changes: counter(bytes)?,
            revision: counter(bytes)?,
            next_id: bytes.number()?,
            ids: IdTable::load(bytes, from)?,
            nodes: Nodes::load(bytes, from, sets, node_placement, node_dictionaries)?,
            rels: Rels::load(bytes, from, rel_placement, rel_dictionaries)?,
            neighbourhood: Neighbourhood::load(bytes, from)?,
            indexes: load_indexes(bytes, from, &catalog)?,
            name_indexes: load_name_indexes(bytes, from, &catalog)?,
            vocabulary: Vocabulary::of(&catalog),
            catalog: Arc::new(catalog),
            file: Some(Arc::clone(from.file)),
        })
    }
}

fn load_indexes(bytes: &mut Reader, from: &mut Source, catalog: &Catalog) -> Result<PageTree<Index>, Damage> {
    let mut indexes = PageTree::default();
    for def in &catalog.indexes {
        indexes.set(def.id.0 as usize, Index::load(bytes, from)?);
    }
    Ok(indexes)
}

fn load_name_indexes(bytes: &mut Reader, from: &mut Source, catalog: &Catalog) -> Result<PageTree<NameIndex>, Damage> {
    let mut indexes = PageTree::default();
    for def in &catalog.name_indexes {
        indexes.set(def.id.0 as usize, NameIndex::load(bytes, from)?);
    }
    Ok(indexes)
}

fn counter(bytes: &mut Reader) -> Result<u64, Damage> {
    let counter = bytes.number()?;
    check(counter <= MAX_COUNTER, "a counter is too large")?;
    Ok(counter)
}

fn count(count: usize) -> Result<u32, Damage> {
    u32::try_from(count).map_err(|_| Damage("a count is too large"))
}
