//! Reads the files of a plan, row by row, into batches for whoever builds the graph. What is no row stays here.

use std::sync::mpsc::{Receiver, SyncSender};

use rustc_hash::FxHashMap;

use super::error::{BadRow, ImportError, Reason};
use super::header::Elements;
use super::ids::{Group, Ids};
use super::nodes::NodeRows;
use super::plan::{Plan, Settings, Table, unreadable};
use super::record::{Raw, Record, RecordReader};
use super::rels::RelRows;
use super::report::ImportReport;
use super::writing::Refusal;
use super::{ImportProgress, OnError};
use crate::storage::{Delivery, LabelSet};
use crate::value::Name;

/// A batch has so many rows at most,
const MOST_ROWS: usize = 8_192;

/// and is made of so many bytes, or a record more.
const MOST_BYTES: usize = 4 << 20;

pub(super) struct Reading<'r> {
    pub plan: Plan,
    pub settings: &'r Settings,
    on_error: OnError,
    shows: Option<&'r mut (dyn FnMut(ImportProgress<'_>) + Send)>,
    makes_indexes: bool,
    /// Until all is delivered.
    deliveries: Option<SyncSender<Delivery>>,
    /// What whoever builds does not take.
    refusals: Receiver<Refusal>,
    /// Of rows that may be refused, and are written elsewhere then.
    pub keeps_raw: bool,
    /// Of those that were delivered.
    refused_nodes: u64,
    refused_rels: u64,
    pub ids: Ids,
    pub names: Names,
    pub report: ImportReport,
}

/// Whoever builds has given up, and says why.
#[derive(Debug)]
pub(super) enum Stopped {
    ByBuilder,
    By(ImportError),
}

impl From<ImportError> for Stopped {
    fn from(error: ImportError) -> Self {
        Stopped::By(error)
    }
}

/// The numbers of what was delivered.
#[derive(Debug, Default)]
pub(super) struct Names {
    keys: FxHashMap<String, u32>,
    types: FxHashMap<String, u32>,
    set_numbers: FxHashMap<LabelSet, u32>,
    /// By their numbers.
    pub sets: Vec<LabelSet>,
}

impl<'r> Reading<'r> {
    pub(super) fn new(
        plan: Plan,
        settings: &'r Settings,
        on_error: OnError,
        shows: Option<&'r mut (dyn FnMut(ImportProgress<'_>) + Send)>,
        makes_indexes: bool,
        deliveries: SyncSender<Delivery>,
        refusals: Receiver<Refusal>,
    ) -> Self {
        let deliveries = Some(deliveries);
        let ids = Ids::new(plan.groups.iter().map(|group| group.id_type).collect());
        let (names, report) = (Names::default(), ImportReport::default());
        Self {
            plan,
            settings,
            on_error,
            shows,
            makes_indexes,
            deliveries,
            refusals,
            keeps_raw: false,
            refused_nodes: 0,
            refused_rels: 0,
            ids,
            names,
            report,
        }
    }

    /// Whoever builds may refuse rows.
    pub(super) fn refutable(mut self) -> Self {
        self.keeps_raw = matches!(self.on_error, OnError::Quarantine(_));
        self
    }

    /// Reads all of it.
    pub(super) fn run(mut self) -> Result<ImportReport, Stopped> {
        self.on_error.begin()?;
        let tables = std::mem::take(&mut self.plan.tables);
        let mut indexes: Vec<(Name, Name)> = Vec::new();
        for table in &tables {
            self.report.begin_file(table.file.name());
            match table.elements {
                Elements::Nodes => self.read_nodes(table, &mut indexes)?,
                Elements::Rels => self.read_rels(table)?,
            }
        }
        for (label, key) in indexes {
            self.report.indexes.push((label.to_string(), key.to_string()));
            self.deliver(Delivery::Index { label, key })?;
        }
        self.deliveries = None;
        while let Ok(refusal) = self.refusals.recv() {
            self.heed(refusal)?;
        }
        self.report.nodes -= self.refused_nodes;
        self.report.relationships -= self.refused_rels;
        self.on_error.end()?;
        Ok(self.report)
    }

    /// Passes over a row that whoever builds does not take.
    fn heed(&mut self, refusal: Refusal) -> Result<(), ImportError> {
        self.on_error.pass_over(&refusal.row, &refusal.raw)?;
        let refused = if refusal.is_node { &mut self.refused_nodes } else { &mut self.refused_rels };
        *refused += 1;
        self.report.skip(refusal.kind, refusal.row);
        Ok(())
    }

    pub(super) fn deliver(&self, delivery: Delivery) -> Result<(), Stopped> {
        let deliveries = self.deliveries.as_ref().ok_or(Stopped::ByBuilder)?;
        deliveries.send(delivery).map_err(|_| Stopped::ByBuilder)
    }

    fn read_nodes(&mut self, table: &Table, indexes: &mut Vec<(Name, Name)>) -> Result<(), Stopped> {
        let mut rows = NodeRows::new(self, table)?;
        self.read_table(table, &mut rows)?;
        if let Some(key) = rows.id_key.filter(|_| self.makes_indexes) {
            let named = self.names.sets[rows.own_set as usize].names();
            let labels = if named.is_empty() { rows.seen.as_slice() } else { named };
            let new = labels.iter().map(|label| (label.clone(), key.clone()));
            new.for_each(|index| {
                if !indexes.contains(&index) {
                    indexes.push(index);
                }
            });
        }
        Ok(())
    }

    fn read_rels(&mut self, table: &Table) -> Result<(), Stopped> {
        let mut rows = RelRows::new(self, table)?;
        self.read_table(table, &mut rows)
    }

    fn read_table(&mut self, table: &Table, rows: &mut impl Rows) -> Result<(), Stopped> {
        let unreadable = unreadable(&table.file);
        let mut reader = RecordReader::new(table.file.open().map_err(&unreadable)?, self.settings.marks);
        if table.has_header {
            reader.next().map_err(&unreadable)?;
        }
        let mut len_bytes = 0;
        while let Some(record) = reader.next().map_err(&unreadable)? {
            self.report.count_row();
            len_bytes += record.raw.bytes().len();
            if let Err(reason) = rows.add(self, table, &record) {
                rows.forget_last();
                // What is wrong with rows before this one is told first.
                rows.settle(self, table)?;
                self.pass_over(table, record.line, record.raw, &reason)?;
            }
            if rows.len() >= MOST_ROWS || len_bytes >= MOST_BYTES {
                rows.settle(self, table)?;
                rows.deliver(self)?;
                while let Ok(refusal) = self.refusals.try_recv() {
                    self.heed(refusal)?;
                }
                len_bytes = 0;
                self.show(table);
            }
        }
        rows.settle(self, table)?;
        rows.deliver(self)
    }

    fn show(&mut self, table: &Table) {
        if let Some(shows) = &mut self.shows {
            let ImportReport { nodes, relationships, .. } = self.report;
            shows(ImportProgress::new(table.file.name(), nodes, relationships));
        }
    }

    pub(super) fn pass_over(
        &mut self,
        table: &Table,
        line: u64,
        raw: Raw<'_>,
        reason: &Reason,
    ) -> Result<(), ImportError> {
        let row = BadRow::new(table.file.name(), line, reason.to_string());
        self.on_error.pass_over_raw(&row, raw)?;
        self.report.skip(reason.kind(), row);
        Ok(())
    }

    pub(super) fn group_name(&self, group: Group) -> String {
        self.plan.groups[group as usize].name.clone()
    }

    pub(super) fn key(&mut self, name: &str) -> Result<u32, Stopped> {
        if let Some(number) = self.names.keys.get(name) {
            return Ok(*number);
        }
        self.deliver(Delivery::Key(Name::from(name)))?;
        Ok(add(&mut self.names.keys, name.to_owned()))
    }

    pub(super) fn rel_type(&mut self, name: &str) -> Result<u32, Stopped> {
        if let Some(number) = self.names.types.get(name) {
            return Ok(*number);
        }
        self.deliver(Delivery::Type(Name::from(name)))?;
        Ok(add(&mut self.names.types, name.to_owned()))
    }

    pub(super) fn label_set(&mut self, set: LabelSet) -> Result<u32, Stopped> {
        if let Some(number) = self.names.set_numbers.get(&set) {
            return Ok(*number);
        }
        self.deliver(Delivery::LabelSet(set.clone()))?;
        self.names.sets.push(set.clone());
        Ok(add(&mut self.names.set_numbers, set))
    }
}

fn add<K: std::hash::Hash + Eq>(numbers: &mut FxHashMap<K, u32>, name: K) -> u32 {
    let number = u32::try_from(numbers.len()).expect("fewer names than rows");
    numbers.insert(name, number);
    number
}

/// Rows of one file, on their way into a batch.
pub(super) trait Rows {
    fn len(&self) -> usize;
    fn add(&mut self, reading: &mut Reading<'_>, table: &Table, record: &Record<'_>) -> Result<(), Reason>;
    /// Passes over rows that were added, and turn out to be none.
    fn settle(&mut self, reading: &mut Reading<'_>, table: &Table) -> Result<(), Stopped>;
    /// What was begun of a row that is none.
    fn forget_last(&mut self);
    fn deliver(&mut self, reading: &mut Reading<'_>) -> Result<(), Stopped>;
}
