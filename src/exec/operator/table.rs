//! A table of distinct keys: each row is told the number of its key.
//!
//! Keys of one or two slots are packed into a word, strings of a dictionary are counted by their codes, and tuples with
//! such strings are made of the numbers of their parts; all others are hashed and compared by equivalence.

mod tuples;

use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHasher};

use crate::exec::ExecError;
use crate::exec::budget::Budget;
use crate::exec::column::{Column, Ids};
use crate::exec::eval::{Cells, typed};
use crate::exec::room::{growth_bytes, map_bytes};
use crate::physical::ColumnKind;
use crate::storage::Codes;
use crate::value::{Value, compare};
use tuples::Tuples;

pub(super) struct Table {
    kinds: Vec<ColumnKind>,
    keys: Keys,
    /// Of texts and lists in the keys.
    payload_bytes: usize,
}

enum Keys {
    Packed {
        numbers: FxHashMap<u64, u32>,
        keys: Vec<u64>,
    },
    Values {
        heads: FxHashMap<u64, u32>,
        next: Vec<u32>,
        keys: Vec<Value>,
        /// The numbers of keys that are one integer, as they were found in the table itself.
        integers: Integers,
        texts: Texts,
    },
    /// Each part of a key has a number of its own.
    Tuples(Tuples),
}

/// The numbers of strings of a dictionary, as they were found in the table itself.
#[derive(Default)]
struct Texts {
    /// Some codes, for their dictionary.
    of: Option<Codes>,
    /// Of null, then of each code.
    numbers: Vec<u32>,
}

/// A dictionary with more strings for each row than this is not worth a table of its codes.
const CODES_PER_ROW: usize = 64;

impl Texts {
    /// Whether these are worth a table, or have one.
    fn takes(&self, codes: &Codes) -> bool {
        let is_known = self.of.as_ref().is_some_and(|of| of.is_of_dictionary_of(codes));
        is_known || codes.bound() <= CODES_PER_ROW * codes.len().max(CODES_PER_ROW)
    }

    fn numbers(&mut self, codes: &Codes, mut find: impl FnMut(&Value) -> u32) -> Vec<u32> {
        if !self.of.as_ref().is_some_and(|of| of.is_of_dictionary_of(codes)) {
            self.of = Some(codes.with(Vec::new()));
            self.numbers.clear();
            self.numbers.resize(1 + codes.bound(), NONE);
        }
        let mut found = Vec::with_capacity(codes.len());
        for &code in codes.codes() {
            // Null is the code before the first one.
            let number = &mut self.numbers[code.wrapping_add(1) as usize];
            if *number == NONE {
                *number = find(&codes.value_of(code));
            }
            found.push(*number);
        }
        found
    }
}

/// Numbers of integer keys; small integers, as codes and ages are, need no hash.
#[derive(Default)]
struct Integers {
    small: Vec<u32>,
    others: FxHashMap<i64, u32>,
}

/// Integers from 0 up to here are small.
const SMALL: usize = 4096;

impl Integers {
    fn number(&mut self, integer: i64, find: impl FnOnce() -> u32) -> u32 {
        match usize::try_from(integer) {
            Ok(index) if index < SMALL => {
                if index >= self.small.len() {
                    self.small.resize((index + 1).next_power_of_two(), NONE);
                }
                if self.small[index] == NONE {
                    self.small[index] = find();
                }
                self.small[index]
            }
            _ => *self.others.entry(integer).or_insert_with(find),
        }
    }
}

/// So many may hold a key when it is found: the batch, and those that it was made of. All of them are soon gone, and
/// no other key of the table shares much with it.
const HOLDERS_WHILE_FOUND: usize = 16;

/// The end of a chain of keys with one hash.
const NONE: u32 = u32::MAX;

impl Table {
    pub(super) fn new(kinds: Vec<ColumnKind>) -> Self {
        let slots = kinds.iter().all(|kind| matches!(kind, ColumnKind::Node | ColumnKind::Rel | ColumnKind::Ordinal));
        let keys = if slots && kinds.len() <= 2 {
            Keys::Packed { numbers: FxHashMap::default(), keys: Vec::new() }
        } else {
            Keys::values()
        };
        Self { kinds, keys, payload_bytes: 0 }
    }

    pub(super) fn len(&self) -> usize {
        match &self.keys {
            Keys::Packed { keys, .. } => keys.len(),
            Keys::Values { next, .. } => next.len(),
            Keys::Tuples(tuples) => tuples.len(),
        }
    }

    /// About how many bytes the table holds.
    pub(super) fn size_bytes(&self) -> usize {
        let own = match &self.keys {
            Keys::Packed { numbers, keys } => map_bytes(numbers) + size_of_val(&keys[..]),
            Keys::Values { heads, next, keys, integers, texts } => {
                map_bytes(heads)
                    + map_bytes(&integers.others)
                    + size_of_val(&texts.numbers[..])
                    + size_of_val(&next[..])
                    + size_of_val(&keys[..])
            }
            Keys::Tuples(tuples) => tuples.size_bytes(),
        };
        own + self.payload_bytes
    }

    /// What the table may take besides while it is told of so many rows.
    pub(super) fn growth_bytes(&self, rows: usize) -> usize {
        match &self.keys {
            Keys::Packed { numbers, .. } => growth_bytes(numbers, rows),
            Keys::Values { heads, integers, .. } => growth_bytes(heads, rows) + growth_bytes(&integers.others, rows),
            Keys::Tuples(tuples) => tuples.growth_bytes(rows),
        }
    }

    /// The number of each row's key; numbers are given from 0 in the order of first sight.
    pub(super) fn numbers(
        &mut self,
        columns: &[&Column],
        len: usize,
        ids: &dyn Ids,
        budget: &Budget,
    ) -> Result<Vec<u32>, ExecError> {
        if self.len() == 0 && Tuples::are_worth_it(columns) {
            self.keys = Keys::Tuples(Tuples::new(&self.kinds));
        } else if !Tuples::take(columns) {
            self.dissolve_tuples(ids, budget)?;
        }
        match &mut self.keys {
            Keys::Tuples(tuples) => tuples.numbers(columns, len, ids, budget),
            Keys::Packed { numbers, keys } => {
                let columns: Vec<&[u32]> = columns.iter().map(|column| slots(column)).collect();
                Ok((0..len).map(|row| packed_number(numbers, keys, pack(&columns, row))).collect())
            }
            Keys::Values { heads, next, keys, integers, texts } => {
                if let [Column::Texts(codes)] = columns
                    && texts.takes(codes)
                {
                    let known = keys.len();
                    let numbers = texts.numbers(codes, |text| value_number(heads, next, keys, &[Cells::One(text)], 0));
                    let new = keys[known..].iter().map(|key| key.payload_bytes_without(HOLDERS_WHILE_FOUND));
                    self.payload_bytes += new.sum::<usize>();
                    return Ok(numbers);
                }
                if let [Column::Integers(values, present)] = columns
                    && present.is_empty()
                {
                    let mut number = |value: i64| {
                        integers.number(value, || {
                            let key = Value::Integer(value);
                            value_number(heads, next, keys, &[Cells::One(&key)], 0)
                        })
                    };
                    return Ok(values.iter().map(|value| number(*value)).collect());
                }
                let cells: Vec<Cells> = columns.iter().map(|column| Cells::of(column, ids)).collect();
                let known = keys.len();
                let numbers = (0..len).map(|row| {
                    // Long keys take as long as thousands of rows.
                    budget
                        .steps(cells.iter().map(|cells| cells.get(row).walk_steps()).fold(0, usize::saturating_add))?;
                    Ok(value_number(heads, next, keys, &cells, row))
                });
                let numbers = numbers.collect::<Result<_, ExecError>>()?;
                let new = keys[known..].iter().map(|key| key.payload_bytes_without(HOLDERS_WHILE_FOUND));
                self.payload_bytes += new.sum::<usize>();
                Ok(numbers)
            }
        }
    }

    /// Makes values of keys that were tuples, with the same numbers.
    fn dissolve_tuples(&mut self, ids: &dyn Ids, budget: &Budget) -> Result<(), ExecError> {
        if let Keys::Tuples(tuples) = &mut self.keys {
            let len = tuples.len();
            let columns = std::mem::take(tuples).into_columns(ids);
            let columns: Vec<Column> =
                columns.into_iter().map(|column| Column::Values(column.into_values(ids))).collect();
            self.keys = Keys::values();
            self.numbers(&columns.iter().collect::<Vec<_>>(), len, ids, budget)?;
        }
        Ok(())
    }

    /// The keys as columns.
    pub(super) fn into_columns(self, ids: &dyn Ids) -> Vec<Column> {
        let kinds = self.kinds;
        match self.keys {
            Keys::Packed { keys, .. } => kinds
                .iter()
                .enumerate()
                .map(|(place, kind)| {
                    let slots = keys.iter().map(|key| unpack(*key, place, kinds.len())).collect();
                    match kind {
                        ColumnKind::Node => Column::Nodes(slots),
                        ColumnKind::Rel => Column::Rels(slots),
                        ColumnKind::Ordinal | ColumnKind::Element | ColumnKind::Value => Column::Ordinals(slots),
                    }
                })
                .collect(),
            Keys::Tuples(tuples) => tuples.into_columns(ids),
            Keys::Values { keys, .. } => {
                let width = kinds.len();
                let mut columns: Vec<Vec<Value>> = vec![Vec::with_capacity(keys.len() / width.max(1)); width];
                for (place, value) in keys.into_iter().enumerate() {
                    columns[place % width].push(value);
                }
                columns.into_iter().zip(kinds).map(|(values, kind)| typed(values).into_kind(kind, ids)).collect()
            }
        }
    }
}

impl Keys {
    fn values() -> Self {
        Keys::Values {
            heads: FxHashMap::default(),
            next: Vec::new(),
            keys: Vec::new(),
            integers: Integers::default(),
            texts: Texts::default(),
        }
    }
}

fn slots(column: &Column) -> &[u32] {
    match column {
        Column::Nodes(slots) | Column::Rels(slots) | Column::Ordinals(slots) => slots,
        _ => unreachable!("a column of this kind holds slots"),
    }
}

fn pack(columns: &[&[u32]], row: usize) -> u64 {
    columns.iter().fold(0, |key, slots| key << 32 | u64::from(slots[row]))
}

#[expect(clippy::cast_possible_truncation, reason = "the halves of a word")]
fn unpack(key: u64, place: usize, width: usize) -> u32 {
    if place + 1 == width { key as u32 } else { (key >> 32) as u32 }
}

fn packed_number(numbers: &mut FxHashMap<u64, u32>, keys: &mut Vec<u64>, key: u64) -> u32 {
    *numbers.entry(key).or_insert_with(|| {
        keys.push(key);
        number_of(keys.len() - 1)
    })
}

fn value_number(
    heads: &mut FxHashMap<u64, u32>,
    next: &mut Vec<u32>,
    keys: &mut Vec<Value>,
    cells: &[Cells],
    row: usize,
) -> u32 {
    let width = cells.len();
    let mut hasher = FxHasher::default();
    for cells in cells {
        compare::hash(cells.get(row), &mut hasher);
    }
    let head = heads.entry(hasher.finish()).or_insert(NONE);
    let mut number = *head;
    while number != NONE {
        let start = number as usize * width;
        let known = &keys[start..start + width];
        if known.iter().zip(cells).all(|(known, cells)| compare::equivalent(known, cells.get(row))) {
            return number;
        }
        number = next[number as usize];
    }
    let number = number_of(next.len());
    next.push(*head);
    *head = number;
    keys.extend(cells.iter().map(|cells| cells.get(row).clone()));
    number
}

fn number_of(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than 2^32 groups fit in memory")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::budget::Limits;
    use crate::value::ElementId;

    struct NoIds;

    impl Ids for NoIds {
        fn node_id(&self, slot: u32) -> ElementId {
            ElementId(u64::from(slot))
        }
        fn rel_id(&self, slot: u32) -> ElementId {
            ElementId(u64::from(slot))
        }
        fn node_slot(&self, id: ElementId) -> Option<u32> {
            u32::try_from(id.0).ok()
        }
        fn rel_slot(&self, id: ElementId) -> Option<u32> {
            u32::try_from(id.0).ok()
        }
    }

    #[test]
    fn equal_slots_have_one_number_and_come_back_as_they_were() {
        let mut table = Table::new(vec![ColumnKind::Ordinal, ColumnKind::Node]);
        let ordinals = Column::Ordinals(vec![0, 0, 1, 0]);
        let nodes = Column::Nodes(vec![5, 6, 5, 5]);
        let budget = Budget::new(&Limits::default());
        assert_eq!(table.numbers(&[&ordinals, &nodes], 4, &NoIds, &budget).unwrap(), [0, 1, 2, 0]);
        let columns = table.into_columns(&NoIds);
        assert!(matches!(&columns[0], Column::Ordinals(slots) if *slots == [0, 0, 1]));
        assert!(matches!(&columns[1], Column::Nodes(slots) if *slots == [5, 6, 5]));
    }
}
