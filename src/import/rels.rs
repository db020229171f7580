//! Rows that are relationships: their types, and the nodes at their ends.

use rustc_hash::FxHashMap;

use super::columns::{Kept, fields_of, kept_columns, place, quoted};
use super::error::Reason;
use super::header::Role;
use super::ids::{Found, Group};
use super::plan::Table;
use super::reading::{Reading, Rows, Stopped};
use super::record::{Fields, Raw, Record};
use crate::storage::{Delivery, Origin, RelBatch, retain};

/// Relationships of one file.
pub(super) struct RelRows {
    /// Its starts and ends are those of rows that are settled.
    batch: RelBatch,
    origin: Origin,
    kept: Vec<Kept>,
    start: End,
    end: End,
    /// Rows whose ends are looked for together, which is possible where all ids are integers.
    waiting: Option<Waiting>,
    types: Option<usize>,
    /// The type that is given for the whole file.
    own_type: Option<u32>,
    known_types: FxHashMap<String, u32>,
}

/// Rows whose ends are not known yet.
#[derive(Default)]
struct Waiting {
    starts: Vec<i64>,
    ends: Vec<i64>,
    /// On which line each begins, and where its bytes end.
    places: Vec<(u64, usize)>,
    raw: Vec<u8>,
}

impl Waiting {
    fn add(&mut self, record: &Record<'_>, start: i64, end: i64) {
        self.starts.push(start);
        self.ends.push(end);
        self.raw.extend_from_slice(record.raw.bytes());
        self.places.push((record.line, self.raw.len()));
    }

    /// The line and the bytes of a row.
    fn row(&self, row: usize) -> (u64, Raw<'_>) {
        let start = row.checked_sub(1).map_or(0, |before| self.places[before].1);
        let (line, end) = self.places[row];
        (line, Raw::Whole(&self.raw[start..end]))
    }

    fn clear(&mut self) {
        self.starts.clear();
        self.ends.clear();
        self.places.clear();
        self.raw.clear();
    }
}

/// A column with ids of nodes.
struct End {
    side: &'static str,
    field: Option<usize>,
    group: Option<Group>,
}

impl End {
    fn id<'f>(&self, fields: &Fields<'f>) -> Result<&'f str, Reason> {
        let field = self.field.and_then(|place| fields.get(place)).filter(|field| !field.text.is_empty());
        field.map(|field| field.text).ok_or(Reason::NoEnd { side: self.side })
    }

    fn integer(&self, reading: &Reading<'_>, fields: &Fields<'_>) -> Result<i64, Reason> {
        let id = self.id(fields)?;
        id.trim_ascii().parse().map_err(|_| self.unknown(reading, id))
    }

    fn find(&self, reading: &Reading<'_>, fields: &Fields<'_>) -> Result<u32, Reason> {
        let id = self.id(fields)?;
        self.node(reading, reading.ids.find(self.group, id), || id.to_owned())
    }

    fn node(&self, reading: &Reading<'_>, found: Found, id: impl FnOnce() -> String) -> Result<u32, Reason> {
        match found {
            Found::Node(node) => Ok(node),
            Found::Nothing => Err(self.unknown(reading, &id())),
            Found::Several(one, other) => {
                let (one, other) = (reading.group_name(one), reading.group_name(other));
                Err(Reason::AmbiguousEnd { side: self.side, id: quoted(&id()), one, other })
            }
        }
    }

    fn unknown(&self, reading: &Reading<'_>, id: &str) -> Reason {
        let group = self.group.map(|group| reading.group_name(group));
        Reason::UnknownEnd { side: self.side, id: quoted(id), group }
    }
}

impl RelRows {
    pub(super) fn new(reading: &mut Reading<'_>, table: &Table) -> Result<Self, Stopped> {
        let own_type = if table.name.is_empty() { None } else { Some(reading.rel_type(&table.name)?) };
        let end = |side, field, group| End { side, field, group };
        let are_integers =
            [table.start_group, table.end_group].into_iter().all(|group| reading.ids.are_integers(group));
        Ok(Self {
            batch: RelBatch::default(),
            origin: Origin::new(table.file.name(), reading.keeps_raw),
            kept: kept_columns(reading, table, None)?,
            start: end("start", place(table, |role| matches!(role, Role::Start { .. })), table.start_group),
            end: end("end", place(table, |role| matches!(role, Role::End { .. })), table.end_group),
            waiting: are_integers.then(Waiting::default),
            types: place(table, |role| *role == Role::Type),
            own_type,
            known_types: FxHashMap::default(),
        })
    }

    fn type_of(&mut self, reading: &mut Reading<'_>, fields: &Fields<'_>) -> Result<u32, Reason> {
        let text = self.types.and_then(|place| fields.get(place)).map_or("", |field| field.text.trim());
        if text.is_empty() {
            return self.own_type.ok_or(Reason::NoType);
        }
        if let Some(rel_type) = self.known_types.get(text) {
            return Ok(*rel_type);
        }
        // Whoever builds no more is found out with the batch.
        let rel_type = reading.rel_type(text).unwrap_or_default();
        self.known_types.insert(text.to_owned(), rel_type);
        Ok(rel_type)
    }

    fn add_ends(&mut self, reading: &Reading<'_>, fields: &Fields<'_>, record: &Record<'_>) -> Result<(), Reason> {
        if let Some(waiting) = &mut self.waiting {
            let (start, end) = (self.start.integer(reading, fields)?, self.end.integer(reading, fields)?);
            waiting.add(record, start, end);
        } else {
            let (start, end) = (self.start.find(reading, fields)?, self.end.find(reading, fields)?);
            self.batch.starts.push(start);
            self.batch.ends.push(end);
        }
        Ok(())
    }

    /// Looks for the ends of rows that wait, and tells which rows of the batch are ones.
    fn find_ends(&mut self, waiting: &Waiting, reading: &mut Reading<'_>, table: &Table) -> Result<Vec<bool>, Stopped> {
        let starts = reading.ids.find_all(self.start.group, &waiting.starts);
        let ends = reading.ids.find_all(self.end.group, &waiting.ends);
        let mut keep = vec![true; self.batch.starts.len()];
        for (row, (start, end)) in starts.into_iter().zip(ends).enumerate() {
            let start = self.start.node(reading, start, || waiting.starts[row].to_string());
            let both =
                start.and_then(|start| Ok((start, self.end.node(reading, end, || waiting.ends[row].to_string())?)));
            keep.push(both.is_ok());
            match both {
                Ok((start, end)) => {
                    self.batch.starts.push(start);
                    self.batch.ends.push(end);
                }
                Err(reason) => {
                    let (line, raw) = waiting.row(row);
                    reading.pass_over(table, line, raw, &reason)?;
                }
            }
        }
        Ok(keep)
    }
}

impl Rows for RelRows {
    fn len(&self) -> usize {
        self.batch.types.len()
    }

    fn add(&mut self, reading: &mut Reading<'_>, table: &Table, record: &Record<'_>) -> Result<(), Reason> {
        let fields = fields_of(record, table)?;
        let list_delimiter = reading.settings.list_delimiter;
        self.kept.iter_mut().try_for_each(|kept| kept.append(&fields, list_delimiter))?;
        let rel_type = self.type_of(reading, &fields)?;
        self.add_ends(reading, &fields, record)?;
        self.batch.types.push(rel_type);
        self.origin.push(record.line, record.raw.bytes());
        Ok(())
    }

    fn settle(&mut self, reading: &mut Reading<'_>, table: &Table) -> Result<(), Stopped> {
        let Some(mut waiting) = self.waiting.take() else { return Ok(()) };
        let keep = self.find_ends(&waiting, reading, table)?;
        if keep.contains(&false) {
            retain(&mut self.batch.types, &keep);
            self.origin.retain(&keep);
            self.kept.iter_mut().for_each(|kept| kept.column.retain(&keep));
        }
        waiting.clear();
        self.waiting = Some(waiting);
        Ok(())
    }

    fn forget_last(&mut self) {
        let rows = self.len();
        self.kept.iter_mut().for_each(|kept| kept.column.truncate(rows));
    }

    fn deliver(&mut self, reading: &mut Reading<'_>) -> Result<(), Stopped> {
        let (batch, origin) = (std::mem::take(&mut self.batch), self.origin.take());
        if batch.types.is_empty() {
            return Ok(());
        }
        reading.report.relationships += batch.types.len() as u64;
        let columns = self.kept.iter_mut().map(Kept::take).collect();
        reading.deliver(Delivery::Rels(RelBatch { origin, columns, ..batch }))
    }
}
