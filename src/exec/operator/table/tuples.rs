//! Keys of several parts: each part has a number in a table of its own, and a key is made of numbers.
//!
//! The first two parts are a pair of numbers, which has a number again; that and the third part are a pair, and so on. So a
//! key is looked up as often as it has parts, but nothing of it is hashed that has a number already.
//!
//! A part is shown as it was when it was first seen, with whatever other parts. So only those are taken of which equivalent
//! ones are the same: not 1.0 beside 1.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::{Table, pack, packed_number, slots, unpack};
use crate::exec::ExecError;
use crate::exec::budget::Budget;
use crate::exec::column::{Column, Ids};
use crate::exec::room::{growth_bytes, map_bytes};
use crate::physical::ColumnKind;

#[derive(Default)]
pub(super) struct Tuples {
    parts: Vec<Part>,
    /// One less than there are parts, and at least one.
    pairs: Vec<Pairs>,
}

enum Part {
    /// Slots are numbers already.
    Slots(ColumnKind),
    Table(Box<Table>),
}

#[derive(Default)]
struct Pairs {
    numbers: FxHashMap<u64, u32>,
    keys: Vec<u64>,
}

impl Tuples {
    /// Whether such parts can be taken.
    pub(super) fn take(columns: &[&Column]) -> bool {
        columns.iter().all(|column| match column {
            Column::Nodes(_)
            | Column::Rels(_)
            | Column::Ordinals(_)
            | Column::Integers(..)
            | Column::Booleans(..)
            | Column::Texts(_) => true,
            Column::Elements(_) | Column::Floats(..) | Column::Values(_) | Column::Constant(..) => false,
        })
    }

    /// Whether numbers of parts are less work than values.
    pub(super) fn are_worth_it(columns: &[&Column]) -> bool {
        columns.len() > 1 && Self::take(columns) && columns.iter().any(|column| matches!(column, Column::Texts(_)))
    }

    /// Of two or more parts.
    pub(super) fn new(kinds: &[ColumnKind]) -> Self {
        let part = |kind: &ColumnKind| match kind {
            ColumnKind::Node | ColumnKind::Rel | ColumnKind::Ordinal => Part::Slots(*kind),
            ColumnKind::Element | ColumnKind::Value => Part::Table(Box::new(Table::new(vec![*kind]))),
        };
        Self { parts: kinds.iter().map(part).collect(), pairs: (1..kinds.len()).map(|_| Pairs::default()).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.pairs.last().map_or(0, |pairs| pairs.keys.len())
    }

    pub(super) fn size_bytes(&self) -> usize {
        let pairs = self.pairs.iter().map(|pairs| map_bytes(&pairs.numbers) + size_of_val(&pairs.keys[..]));
        self.tables().map(Table::size_bytes).sum::<usize>() + pairs.sum::<usize>()
    }

    pub(super) fn growth_bytes(&self, rows: usize) -> usize {
        let pairs = self.pairs.iter().map(|pairs| growth_bytes(&pairs.numbers, rows));
        self.tables().map(|table| table.growth_bytes(rows)).sum::<usize>() + pairs.sum::<usize>()
    }

    fn tables(&self) -> impl Iterator<Item = &Table> {
        self.parts.iter().filter_map(|part| match part {
            Part::Slots(_) => None,
            Part::Table(table) => Some(&**table),
        })
    }

    /// As [`Table::numbers`].
    pub(super) fn numbers(
        &mut self,
        columns: &[&Column],
        len: usize,
        ids: &dyn Ids,
        budget: &Budget,
    ) -> Result<Vec<u32>, ExecError> {
        let mut found: Vec<u32> = Vec::new();
        for (place, (part, column)) in self.parts.iter_mut().zip(columns).enumerate() {
            let numbers = match part {
                Part::Slots(_) => Cow::Borrowed(slots(column)),
                Part::Table(table) => Cow::Owned(table.numbers(&[column], len, ids, budget)?),
            };
            found = match place.checked_sub(1) {
                None => numbers.into_owned(),
                Some(pairs) => self.pairs[pairs].numbers(&found, &numbers),
            };
        }
        Ok(found)
    }

    /// The keys as columns.
    pub(super) fn into_columns(self, ids: &dyn Ids) -> Vec<Column> {
        let mut prefixes: Vec<u32> = (0..super::number_of(self.len())).collect();
        let mut columns = Vec::with_capacity(self.parts.len());
        for (place, part) in self.parts.into_iter().enumerate().rev() {
            let mut numbers = std::mem::take(&mut prefixes);
            if let Some(pairs) = place.checked_sub(1) {
                let keys = &self.pairs[pairs].keys;
                prefixes = numbers.iter().map(|&number| unpack(keys[number as usize], 0, 2)).collect();
                for number in &mut numbers {
                    *number = unpack(keys[*number as usize], 1, 2);
                }
            }
            columns.push(part.into_column(numbers, ids));
        }
        columns.reverse();
        columns
    }
}

impl Part {
    fn into_column(self, numbers: Vec<u32>, ids: &dyn Ids) -> Column {
        match self {
            Part::Slots(ColumnKind::Node) => Column::Nodes(numbers),
            Part::Slots(ColumnKind::Rel) => Column::Rels(numbers),
            Part::Slots(ColumnKind::Ordinal | ColumnKind::Element | ColumnKind::Value) => Column::Ordinals(numbers),
            Part::Table(table) => table.into_columns(ids).remove(0).gather(&numbers),
        }
    }
}

impl Pairs {
    fn numbers(&mut self, left: &[u32], right: &[u32]) -> Vec<u32> {
        let columns = [left, right];
        (0..left.len()).map(|row| packed_number(&mut self.numbers, &mut self.keys, pack(&columns, row))).collect()
    }
}
