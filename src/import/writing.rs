//! Builds a graph by the one writer, element by element: into a database that has one already.

use crate::catalog::{KeyId, LabelId, Owner, TypeId};
use crate::storage::{Column, Delivery, End, NodeBatch, NodeSlot, RelBatch, StorageError, Writer};
use crate::value::{Name, Value};

pub(super) struct Writing<'w> {
    writer: &'w mut Writer,
    keys: Vec<KeyId>,
    sets: Vec<Vec<LabelId>>,
    types: Vec<TypeId>,
    nodes: Vec<NodeSlot>,
}

impl<'w> Writing<'w> {
    pub(super) fn new(writer: &'w mut Writer) -> Self {
        Self { writer, keys: Vec::new(), sets: Vec::new(), types: Vec::new(), nodes: Vec::new() }
    }

    /// # Errors
    ///
    /// Those of the writer: a constraint, a graph that is full.
    pub(super) fn take(&mut self, delivery: Delivery) -> Result<(), StorageError> {
        match delivery {
            Delivery::Key(name) => self.keys.push(self.writer.key(&name)),
            Delivery::LabelSet(set) => {
                let labels = set.names().iter().map(|name| self.writer.label(name)).collect();
                self.sets.push(labels);
            }
            Delivery::Type(name) => self.types.push(self.writer.rel_type(&name)),
            Delivery::Nodes(batch) => self.create_nodes(&batch)?,
            Delivery::Rels(batch) => self.create_rels(&batch)?,
            Delivery::Index { label, key } => self.create_index(&label, &key)?,
        }
        Ok(())
    }

    fn create_nodes(&mut self, batch: &NodeBatch) -> Result<(), StorageError> {
        for (row, set) in batch.sets.iter().enumerate() {
            let node = self.writer.create_node(&self.sets[*set as usize])?;
            self.nodes.push(node);
            self.set_properties(End::node(node), &batch.columns, row)?;
        }
        Ok(())
    }

    fn create_rels(&mut self, batch: &RelBatch) -> Result<(), StorageError> {
        for (row, rel_type) in batch.types.iter().enumerate() {
            let ends = [batch.starts[row], batch.ends[row]].map(|node| End::node(self.nodes[node as usize]));
            let rel = self.writer.create_rel(self.types[*rel_type as usize], ends[0], ends[1], true)?;
            self.set_properties(End::rel(rel), &batch.columns, row)?;
        }
        Ok(())
    }

    fn set_properties(&mut self, element: End, columns: &[Column], row: usize) -> Result<(), StorageError> {
        for column in columns {
            let value = column.value(row);
            if !matches!(value, Value::Null) {
                self.writer.set_property(element, self.keys[column.key as usize], &value)?;
            }
        }
        Ok(())
    }

    /// Where there is none over the key, under whatever name.
    fn create_index(&mut self, label: &Name, key: &Name) -> Result<(), StorageError> {
        let (owner, keys) = (Owner::Label(self.writer.label(label)), vec![self.writer.key(key)]);
        if self.writer.graph().catalog().index_on(owner, &keys).is_some() {
            return Ok(());
        }
        let name = Name::from(format!("index_{label}_{key}"));
        let name = self.writer.graph().catalog().free_name(&name);
        self.writer.create_index(name, owner, keys).map(drop)
    }
}
