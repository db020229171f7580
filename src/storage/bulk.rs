//! Builds a graph of nodes and asserted relationships in bulk, in one commit: the same root that the writer would make of
//! them, without a change for each.
//!
//! ```text
//! as they come      pages of elements and of their columns, a stretch of slots at a time; ids, labels, counts
//! when all is there neighbours, sorted once (`adjacency/build.rs`); evidence; indexes
//! ```
//!
//! The graph can be asked for nothing but elements by their ids before [`Bulk::finish`].

mod batch;

use std::ops::Range;

pub(crate) use batch::{Cells, Column, Delivery, LabelSet, NodeBatch, Origin, RelBatch, Texts, retain};

use super::adjacency::MAX_TYPES;
use super::bitmap::{PAGE_SLOTS, place};
use super::rels::Drawn;
use super::{Change, Commit, End, Graph, NodeSlot, RelSlot, StorageError, Words};
use crate::catalog::{IndexDef, KeyId, LabelId, Owner, Side, Symbol, TypeId};
use crate::value::{ElementId, Name};

/// A graph that is being built.
#[derive(Debug)]
pub(crate) struct Bulk {
    graph: Graph,
    keys: Vec<KeyId>,
    sets: Vec<Vec<LabelId>>,
    types: Vec<TypeId>,
    /// Of nodes, by their numbers.
    nodes: Vec<u32>,
    /// The label set of each node.
    set_of: Vec<u32>,
}

impl Bulk {
    /// Goes on with a graph to which nothing was written, in the commit that comes first.
    pub(crate) fn new(mut empty: Graph, commit: Commit) -> Self {
        empty.begin(commit);
        let (keys, sets, types, nodes, set_of) = Default::default();
        Self { graph: empty, keys, sets, types, nodes, set_of }
    }

    /// # Errors
    ///
    /// [`StorageError::Full`].
    pub(crate) fn take(&mut self, delivery: Delivery) -> Result<(), StorageError> {
        match delivery {
            Delivery::Key(name) => {
                let key = self.key(&name)?;
                self.keys.push(key);
            }
            Delivery::LabelSet(set) => {
                let labels = set.names().iter().map(|name| self.label(name)).collect::<Result<_, _>>()?;
                self.sets.push(labels);
            }
            Delivery::Type(name) => {
                let rel_type = self.rel_type(&name)?;
                self.types.push(rel_type);
            }
            Delivery::Nodes(batch) => self.add_nodes(&batch)?,
            Delivery::Rels(batch) => self.add_rels(&batch)?,
            Delivery::Index { label, key } => self.create_index(&label, &key)?,
        }
        Ok(())
    }

    /// All is there, and this is said of it.
    ///
    /// # Errors
    ///
    /// [`StorageError::Full`].
    pub(crate) fn finish(mut self, words: Words) -> Result<Graph, StorageError> {
        self.graph.neighbourhood.join(&self.graph.rels, self.graph.nodes.bound());
        self.graph.keep_evidence();
        if self.graph.open_changes > 0 {
            self.graph.apply(&Change::Close(Box::new(words)))?;
        }
        Ok(self.graph)
    }

    fn key(&mut self, name: &Name) -> Result<KeyId, StorageError> {
        let keys = &self.graph.catalog().keys;
        if let Some(id) = keys.get(name) {
            return Ok(id);
        }
        let id = KeyId::from_index(next(keys.len())?);
        self.graph.apply(&Change::DefineKey { id, name: name.clone() })?;
        Ok(id)
    }

    fn label(&mut self, name: &Name) -> Result<LabelId, StorageError> {
        let labels = &self.graph.catalog().labels;
        if let Some(id) = labels.get(name) {
            return Ok(id);
        }
        let id = LabelId::from_index(next(labels.len())?);
        self.graph.apply(&Change::DefineLabel { id, name: name.clone() })?;
        Ok(id)
    }

    fn rel_type(&mut self, name: &Name) -> Result<TypeId, StorageError> {
        let types = &self.graph.catalog().types;
        if let Some(id) = types.get(name) {
            return Ok(id);
        }
        let id = TypeId::from_index(next(types.len())?);
        if id.0 >= MAX_TYPES {
            return Err(StorageError::Full { what: "no relationship types are left" });
        }
        self.graph.apply(&Change::DefineType { id, name: name.clone() })?;
        Ok(id)
    }

    fn add_nodes(&mut self, batch: &NodeBatch) -> Result<(), StorageError> {
        let first = self.nodes.len();
        for (rows, set) in stretches(&batch.sets) {
            let id = ElementId(self.graph.next_id);
            let commit = self.graph.commit_place()?;
            self.graph.nodes.extend(id, rows.len(), &self.sets[set as usize], commit, &mut self.nodes)?;
            self.count(rows.len());
            let slots = &self.nodes[self.nodes.len() - rows.len()..];
            (id.0..).zip(slots).for_each(|(id, slot)| self.graph.ids.insert(ElementId(id), End::node(NodeSlot(*slot))));
        }
        self.set_of.extend(&batch.sets);
        let slots = self.nodes[first..].to_vec();
        self.fill(&batch.columns, &slots, |slot| End::node(NodeSlot(slot)));
        Ok(())
    }

    fn add_rels(&mut self, batch: &RelBatch) -> Result<(), StorageError> {
        let nodes = |numbers: &[u32]| -> Vec<u32> { numbers.iter().map(|node| self.nodes[*node as usize]).collect() };
        let (starts, ends) = (nodes(&batch.starts), nodes(&batch.ends));
        let mut slots = Vec::with_capacity(starts.len());
        for (rows, number) in stretches(&batch.types) {
            let id = ElementId(self.graph.next_id);
            let rel_type = self.types[number as usize];
            let drawn = Drawn { rel_type, starts: &starts[rows.clone()], ends: &ends[rows.clone()] };
            let commit = self.graph.commit_place()?;
            self.graph.rels.extend(id, drawn, commit, &mut slots)?;
            self.count_ends(rel_type, batch, rows.clone());
            self.count(rows.len());
            let slots = &slots[rows];
            (id.0..).zip(slots).for_each(|(id, slot)| self.graph.ids.insert(ElementId(id), End::rel(RelSlot(*slot))));
        }
        self.fill(&batch.columns, &slots, |slot| End::rel(RelSlot(slot)));
        Ok(())
    }

    /// So many elements more.
    fn count(&mut self, count: usize) {
        self.graph.next_id += count as u64;
        self.count_changes(count);
    }

    fn count_changes(&mut self, count: usize) {
        self.graph.revision += count as u64;
        self.graph.open_changes += count as u64;
    }

    /// Counts relationships by the labels of their ends.
    fn count_ends(&mut self, rel_type: TypeId, batch: &RelBatch, rows: Range<usize>) {
        for (side, nodes) in [(Side::Start, &batch.starts), (Side::End, &batch.ends)] {
            let mut counts = vec![0_i64; self.sets.len()];
            nodes[rows.clone()].iter().for_each(|node| counts[self.set_of[*node as usize] as usize] += 1);
            for (labels, count) in self.sets.iter().zip(counts) {
                for label in labels {
                    self.graph.rels.count_end(rel_type, side, *label, count);
                }
            }
        }
    }

    /// Sets the properties of new elements.
    fn fill(&mut self, columns: &[Column], slots: &[u32], element: impl Fn(u32) -> End) {
        let is_node = slots.first().is_some_and(|slot| element(*slot).as_node().is_some());
        for rows in pages(slots) {
            let slot = slots[rows.start];
            let (_, offset) = place(slot);
            for column in columns {
                let key = self.keys[column.key as usize];
                if is_node && let Some((page, _, dictionaries)) = self.graph.nodes.page_mut(slot) {
                    page.columns.fill(key, offset, column, rows.clone(), dictionaries);
                } else if let Some((page, _, dictionaries)) = self.graph.rels.page_mut(slot) {
                    page.columns.fill(key, offset, column, rows.clone(), dictionaries);
                }
            }
        }
        for column in columns {
            self.count_changes(column.present.iter().filter(|present| **present).count());
            self.keep_times(column, slots, &element);
        }
    }

    /// Since when and until when elements are valid.
    fn keep_times(&mut self, column: &Column, slots: &[u32], element: impl Fn(u32) -> End) {
        let key = self.keys[column.key as usize];
        if self.graph.tells_time(key) {
            let present = slots.iter().zip(&column.present).filter(|(_, present)| **present);
            present.for_each(|(slot, _)| self.graph.keep_time(element(*slot)));
        }
    }

    fn create_index(&mut self, label: &Name, key: &Name) -> Result<(), StorageError> {
        let (owner, keys) = (Owner::Label(self.label(label)?), vec![self.key(key)?]);
        let catalog = self.graph.catalog();
        if catalog.index_on(owner, &keys).is_some() {
            return Ok(());
        }
        let (id, name) = (catalog.next_index(), Name::from(format!("index_{label}_{key}")));
        let name = catalog.free_name(&name);
        self.graph.apply(&Change::CreateIndex(Box::new(IndexDef { id, name, owner, keys })))
    }
}

fn next(count: usize) -> Result<u32, StorageError> {
    u32::try_from(count).map_err(|_| StorageError::Full { what: "no names are left" })
}

/// Rows side by side with one number.
fn stretches(numbers: &[u32]) -> impl Iterator<Item = (Range<usize>, u32)> {
    let mut end = 0;
    numbers.chunk_by(|one, next| one == next).map(move |stretch| {
        let start = end;
        end += stretch.len();
        (start..end, stretch[0])
    })
}

/// Rows whose slots lie side by side on one page.
fn pages(slots: &[u32]) -> impl Iterator<Item = Range<usize>> {
    let is_beside = |one: &u32, next: &u32| *next == one + 1 && !(*next as usize).is_multiple_of(PAGE_SLOTS);
    let mut end = 0;
    slots.chunk_by(is_beside).map(move |stretch| {
        let start = end;
        end += stretch.len();
        start..end
    })
}
