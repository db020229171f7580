//! Rows that are nodes: their labels, and the ids that are given to them.

use rustc_hash::{FxHashMap, FxHashSet};

use super::columns::{Kept, fields_of, kept_columns, place, quoted};
use super::error::{ImportError, Reason};
use super::header::Role;
use super::ids::{Group, IdType};
use super::plan::Table;
use super::reading::{Reading, Rows, Stopped};
use super::record::{FieldText, Fields, Record};
use crate::storage::{Delivery, LabelSet, MAX_LABELS, NodeBatch, Origin};
use crate::value::Name;

/// Nodes of one file.
pub(super) struct NodeRows {
    batch_sets: Vec<u32>,
    origin: Origin,
    kept: Vec<Kept>,
    id: Option<(usize, Group)>,
    pub id_key: Option<Name>,
    labels: Option<usize>,
    /// The labels that are given for the whole file.
    pub own_set: u32,
    /// Sets by what stands in the column of labels.
    known_sets: FxHashMap<String, u32>,
    /// Labels of that column, in the order in which they came.
    pub seen: Vec<Name>,
    known: FxHashSet<Name>,
    /// How many nodes were delivered before.
    first_node: u64,
}

impl NodeRows {
    pub(super) fn new(reading: &mut Reading<'_>, table: &Table) -> Result<Self, Stopped> {
        let id = place(table, |role| matches!(role, Role::Id { .. })).zip(table.group);
        let id_type = id.map(|(_, group)| reading.plan.groups[group as usize].id_type);
        let id_key = table.columns.iter().find_map(|column| {
            if let Role::Id { key, .. } = &column.role { key.as_deref().map(Name::from) } else { None }
        });
        let own_set = LabelSet::new(labels_in(&table.name, ':')).map_err(ImportError::from)?;
        let own_set = reading.label_set(own_set)?;
        Ok(Self {
            batch_sets: Vec::new(),
            origin: Origin::new(table.file.name(), reading.keeps_raw),
            kept: kept_columns(reading, table, id_type)?,
            id,
            id_key,
            labels: place(table, |role| *role == Role::Labels),
            own_set,
            known_sets: FxHashMap::default(),
            seen: Vec::new(),
            known: FxHashSet::default(),
            first_node: reading.report.nodes,
        })
    }

    fn set_of(&mut self, reading: &mut Reading<'_>, fields: &Fields<'_>) -> Result<u32, Reason> {
        let Some(text) = self.labels.and_then(|place| fields.get(place)).map(|field| field.text) else {
            return Ok(self.own_set);
        };
        if let Some(set) = self.known_sets.get(text) {
            return Ok(*set);
        }
        let further = || labels_in(text, reading.settings.list_delimiter);
        let own = reading.names.sets[self.own_set as usize].names();
        let set = LabelSet::new(own.iter().cloned().chain(further()));
        let set = set.map_err(|_| Reason::ManyLabels { most: MAX_LABELS })?;
        for label in further() {
            if self.known.insert(label.clone()) {
                self.seen.push(label);
            }
        }
        // Whoever builds no more is found out with the batch.
        let set = reading.label_set(set).unwrap_or(self.own_set);
        self.known_sets.insert(text.to_owned(), set);
        Ok(set)
    }

    fn give_id(&self, reading: &mut Reading<'_>, fields: &Fields<'_>) -> Result<(), Reason> {
        let Some((place, group)) = self.id else { return Ok(()) };
        let Some(FieldText { text: id, .. }) = fields.get(place).filter(|field| !field.text.is_empty()) else {
            return Err(Reason::NoId);
        };
        let node = self.first_node + self.batch_sets.len() as u64;
        let node = u32::try_from(node).map_err(|_| Reason::NoId)?;
        match reading.ids.give(group, id, node) {
            Some(true) => Ok(()),
            Some(false) => Err(Reason::Duplicate { id: quoted(id), group: reading.group_name(group) }),
            None => {
                let wanted = IdType::Integer.cell_type().told();
                Err(Reason::Value { column: "id".to_owned(), text: quoted(id), wanted })
            }
        }
    }
}

/// The labels in a text, without blanks around them.
fn labels_in(text: &str, delimiter: char) -> impl Iterator<Item = Name> {
    text.split(delimiter).map(str::trim).filter(|label| !label.is_empty()).map(Name::from)
}

impl Rows for NodeRows {
    fn len(&self) -> usize {
        self.batch_sets.len()
    }

    fn settle(&mut self, _: &mut Reading<'_>, _: &Table) -> Result<(), Stopped> {
        Ok(())
    }

    fn add(&mut self, reading: &mut Reading<'_>, table: &Table, record: &Record<'_>) -> Result<(), Reason> {
        let fields = fields_of(record, table)?;
        let list_delimiter = reading.settings.list_delimiter;
        self.kept.iter_mut().try_for_each(|kept| kept.append(&fields, list_delimiter))?;
        let set = self.set_of(reading, &fields)?;
        self.give_id(reading, &fields)?;
        self.batch_sets.push(set);
        self.origin.push(record.line, record.raw.bytes());
        Ok(())
    }

    fn forget_last(&mut self) {
        let rows = self.batch_sets.len();
        self.kept.iter_mut().for_each(|kept| kept.column.truncate(rows));
    }

    fn deliver(&mut self, reading: &mut Reading<'_>) -> Result<(), Stopped> {
        let sets = std::mem::take(&mut self.batch_sets);
        if sets.is_empty() {
            return Ok(());
        }
        reading.report.nodes += sets.len() as u64;
        self.first_node = reading.report.nodes;
        let origin = self.origin.take();
        let columns = self.kept.iter_mut().map(Kept::take).collect();
        reading.deliver(Delivery::Nodes(NodeBatch { sets, origin, columns }))
    }
}
