//! Builds a graph by the one writer, element by element: into a database that has one already.

use crate::catalog::{KeyId, LabelId, Owner, TypeId};
use crate::storage::{Column, Delivery, End, NodeBatch, NodeSlot, Origin, RelBatch, StorageError, Writer};
use crate::value::{Name, Value};

pub(super) struct Writing<'w> {
    writer: &'w mut Writer,
    keys: Vec<KeyId>,
    sets: Vec<Vec<LabelId>>,
    types: Vec<TypeId>,
    nodes: Vec<NodeSlot>,
    /// Label and key of indexes that were not there before.
    pub made_indexes: Vec<(String, String)>,
    /// The file and the line of the row that the writer has refused.
    pub refused: Option<(String, u64)>,
}

impl<'w> Writing<'w> {
    pub(super) fn new(writer: &'w mut Writer) -> Self {
        Self {
            writer,
            keys: Vec::new(),
            sets: Vec::new(),
            types: Vec::new(),
            nodes: Vec::new(),
            made_indexes: Vec::new(),
            refused: None,
        }
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
        (0..batch.sets.len()).try_for_each(|row| {
            let created = self.create_node(batch, row);
            self.tell_origin(&batch.origin, row, created)
        })
    }

    fn create_node(&mut self, batch: &NodeBatch, row: usize) -> Result<(), StorageError> {
        let node = self.writer.create_node(&self.sets[batch.sets[row] as usize])?;
        self.nodes.push(node);
        self.set_properties(End::node(node), &batch.columns, row)
    }

    fn create_rels(&mut self, batch: &RelBatch) -> Result<(), StorageError> {
        (0..batch.types.len()).try_for_each(|row| {
            let created = self.create_rel(batch, row);
            self.tell_origin(&batch.origin, row, created)
        })
    }

    fn create_rel(&mut self, batch: &RelBatch, row: usize) -> Result<(), StorageError> {
        let ends = [batch.starts[row], batch.ends[row]].map(|node| End::node(self.nodes[node as usize]));
        let rel = self.writer.create_rel(self.types[batch.types[row] as usize], ends[0], ends[1], true)?;
        self.set_properties(End::rel(rel), &batch.columns, row)
    }

    fn tell_origin(
        &mut self,
        origin: &Origin,
        row: usize,
        created: Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        if created.is_err() {
            self.refused = Some((origin.source.to_string(), origin.lines[row]));
        }
        created
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
        self.writer.create_index(name, owner, keys)?;
        self.made_indexes.push((label.to_string(), key.to_string()));
        Ok(())
    }
}
