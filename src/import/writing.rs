//! Builds a graph by the one writer, element by element: into a database that has one already. What a constraint refuses is
//! taken back, and told to whoever reads.

use std::sync::mpsc::Sender;

use super::error::BadRow;
use crate::catalog::{KeyId, LabelId, Owner, TypeId};
use crate::storage::{Column, Delivery, End, NodeBatch, NodeSlot, Origin, RelBatch, StorageError, Writer};
use crate::value::{Name, Value};

pub(super) struct Writing<'w> {
    writer: &'w mut Writer,
    /// Whether what is refused may be passed over.
    passes_over: bool,
    keys: Vec<KeyId>,
    sets: Vec<Vec<LabelId>>,
    types: Vec<TypeId>,
    /// By their numbers; those that were refused are not there.
    nodes: Vec<Option<NodeSlot>>,
    /// Label and key of indexes that were not there before.
    pub made_indexes: Vec<(String, String)>,
    /// The file and the line of the row that the writer has refused.
    pub refused: Option<(String, u64)>,
}

/// A row that is not taken.
pub(super) struct Refusal {
    pub row: BadRow,
    pub raw: Vec<u8>,
    /// Under which it is counted.
    pub kind: &'static str,
    pub is_node: bool,
}

/// Why a row is not taken.
enum Refused {
    By(StorageError),
    /// One of its ends is not there.
    End(&'static str),
}

impl From<StorageError> for Refused {
    fn from(error: StorageError) -> Self {
        Refused::By(error)
    }
}

impl<'w> Writing<'w> {
    pub(super) fn new(writer: &'w mut Writer, passes_over: bool) -> Self {
        Self {
            writer,
            passes_over,
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
    pub(super) fn take(&mut self, delivery: Delivery, refusals: &Sender<Refusal>) -> Result<(), StorageError> {
        match delivery {
            Delivery::Key(name) => self.keys.push(self.writer.key(&name)),
            Delivery::LabelSet(set) => {
                let labels = set.names().iter().map(|name| self.writer.label(name)).collect();
                self.sets.push(labels);
            }
            Delivery::Type(name) => self.types.push(self.writer.rel_type(&name)),
            Delivery::Nodes(batch) => self.create_nodes(&batch, refusals)?,
            Delivery::Rels(batch) => self.create_rels(&batch, refusals)?,
            Delivery::Index { label, key } => self.create_index(&label, &key)?,
        }
        Ok(())
    }

    fn create_nodes(&mut self, batch: &NodeBatch, refusals: &Sender<Refusal>) -> Result<(), StorageError> {
        (0..batch.sets.len()).try_for_each(|row| {
            let created = self.create_node(batch, row);
            self.nodes.push(created.as_ref().ok().copied());
            self.settle(created.map(drop), &batch.origin, row, true, refusals)
        })
    }

    fn create_node(&mut self, batch: &NodeBatch, row: usize) -> Result<NodeSlot, Refused> {
        let node = self.writer.create_node(&self.sets[batch.sets[row] as usize])?;
        self.complete(End::node(node), &batch.columns, row)?;
        Ok(node)
    }

    fn create_rels(&mut self, batch: &RelBatch, refusals: &Sender<Refusal>) -> Result<(), StorageError> {
        (0..batch.types.len()).try_for_each(|row| {
            let created = self.create_rel(batch, row);
            self.settle(created, &batch.origin, row, false, refusals)
        })
    }

    fn create_rel(&mut self, batch: &RelBatch, row: usize) -> Result<(), Refused> {
        let end = |node: u32, side| self.nodes[node as usize].map(End::node).ok_or(Refused::End(side));
        let (start, end) = (end(batch.starts[row], "start")?, end(batch.ends[row], "end")?);
        let rel = self.writer.create_rel(self.types[batch.types[row] as usize], start, end, true)?;
        self.complete(End::rel(rel), &batch.columns, row)
    }

    /// Gives an element its properties, or takes it back.
    fn complete(&mut self, element: End, columns: &[Column], row: usize) -> Result<(), Refused> {
        let complete = self.set_properties(element, columns, row);
        if !self.passes_over {
            return Ok(complete?);
        }
        let complete = complete.and_then(|()| self.writer.check_existence(element));
        if complete.is_err() {
            self.writer.delete(element)?;
        }
        Ok(complete?)
    }

    /// Passes over a row that a constraint refuses, or whose end was passed over; any other error ends it.
    fn settle(
        &mut self,
        created: Result<(), Refused>,
        origin: &Origin,
        row: usize,
        is_node: bool,
        refusals: &Sender<Refusal>,
    ) -> Result<(), StorageError> {
        let (kind, reason) = match created {
            Ok(()) => return Ok(()),
            Err(Refused::End(side)) => ("unknown end", format!("the {side} is a node whose row was passed over")),
            Err(Refused::By(error @ (StorageError::NotUnique { .. } | StorageError::Missing { .. })))
                if self.passes_over =>
            {
                ("constraint", error.to_string())
            }
            Err(Refused::By(error)) => {
                self.refused = Some((origin.source.to_string(), origin.lines[row]));
                return Err(error);
            }
        };
        let raw = origin.raw.as_ref().map_or_else(Vec::new, |raw| raw[row].clone());
        let row = BadRow::new(&*origin.source, origin.lines[row], reason);
        // Whoever reads hears of it unless that has ended, which ends this, too.
        let _ = refusals.send(Refusal { row, raw, kind, is_node });
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
        self.writer.create_index(name, owner, keys)?;
        self.made_indexes.push((label.to_string(), key.to_string()));
        Ok(())
    }
}
