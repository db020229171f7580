//! The values of one property key, for all nodes or all relationships.
//!
//! A column is pages of 1,024 slots, each in the form that fits what is there ([`page`]). Strings that repeat are
//! numbers of a dictionary that all roots share ([`dictionary`]). Reading many slots at once gives typed vectors
//! where the pages are typed ([`gather`]).

mod cells;
mod dictionary;
mod gather;
mod page;

use std::sync::Arc;

use super::bitmap::place;
use super::paged::PageTree;
use crate::value::{Date, Value};

use dictionary::Dictionary;
pub(crate) use gather::PropertyVector;
use page::ColumnPage;

/// The values of one key.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    pages: PageTree<ColumnPage>,
    dictionary: Dictionary,
}

/// A value as a page keeps it.
#[derive(Clone, Debug)]
enum Cell {
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Date(Date),
    /// A string of the dictionary.
    Code(u32),
    /// A string that is not in the dictionary.
    Text(Arc<str>),
    Other(Value),
}

impl Column {
    /// The value at `slot`; null if there is none.
    pub(super) fn get(&self, slot: u32) -> Value {
        let (page, offset) = place(slot);
        self.pages.get(page).map_or(Value::Null, |page| page.get(offset, &self.dictionary))
    }

    pub(super) fn contains(&self, slot: u32) -> bool {
        let (page, offset) = place(slot);
        self.pages.get(page).is_some_and(|page| page.contains(offset))
    }

    /// Null removes what is there.
    pub(super) fn set(&mut self, slot: u32, value: &Value) {
        let (index, offset) = place(slot);
        if matches!(value, Value::Null) {
            let Some(page) = self.pages.get_mut(index) else { return };
            page.remove(offset);
            if page.is_empty() {
                self.pages.remove(index);
            }
            return;
        }
        let cell = self.cell(value);
        self.pages.get_or_insert_with(index, || ColumnPage::new(cell.clone())).set(offset, cell, &self.dictionary);
    }

    fn cell(&mut self, value: &Value) -> Cell {
        match value {
            Value::Boolean(boolean) => Cell::Boolean(*boolean),
            Value::Integer(integer) => Cell::Integer(*integer),
            Value::Float(float) => Cell::Float(*float),
            Value::Date(date) => Cell::Date(*date),
            Value::String(text) => self.dictionary.code(text).map_or_else(|| Cell::Text(Arc::clone(text)), Cell::Code),
            other => Cell::Other(other.clone()),
        }
    }
}

impl Cell {
    fn value(&self, dictionary: &Dictionary) -> Value {
        match self {
            Cell::Boolean(boolean) => Value::Boolean(*boolean),
            Cell::Integer(integer) => Value::Integer(*integer),
            Cell::Float(float) => Value::Float(*float),
            Cell::Date(date) => Value::Date(*date),
            Cell::Code(code) => Value::String(dictionary.text(*code)),
            Cell::Text(text) => Value::String(Arc::clone(text)),
            Cell::Other(value) => value.clone(),
        }
    }

    /// Whether the two are the same to the last bit, so that one can stand for both.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Cell::Boolean(mine), Cell::Boolean(theirs)) => mine == theirs,
            (Cell::Integer(mine), Cell::Integer(theirs)) => mine == theirs,
            (Cell::Float(mine), Cell::Float(theirs)) => mine.to_bits() == theirs.to_bits(),
            (Cell::Date(mine), Cell::Date(theirs)) => mine == theirs,
            (Cell::Code(mine), Cell::Code(theirs)) => mine == theirs,
            (Cell::Text(mine), Cell::Text(theirs)) => mine == theirs,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            4 => (0..3_i64).prop_map(Value::Integer),
            2 => (0..3_u8).prop_map(|float| Value::Float(f64::from(float))),
            1 => any::<bool>().prop_map(Value::Boolean),
            3 => (0..9_000_u32).prop_map(|text| Value::String(text.to_string().into())),
            1 => (0..3_i64).prop_map(|day| Value::Date(Date::from_epoch_days(day).unwrap())),
            1 => (0..3_i64).prop_map(|item| Value::List(vec![Value::Integer(item)].into())),
            2 => Just(Value::Null),
        ]
    }

    fn check(column: &Column, model: &BTreeMap<u32, Value>, slots: &[u32]) {
        let expected: Vec<Value> = slots.iter().map(|slot| model.get(slot).cloned().unwrap_or_default()).collect();
        let single: Vec<Value> = slots.iter().map(|&slot| column.get(slot)).collect();
        assert_eq!(format!("{single:?}"), format!("{expected:?}"));
        let gathered = column.gather(slots).into_values();
        assert_eq!(format!("{gathered:?}"), format!("{expected:?}"));
        for (&slot, value) in slots.iter().zip(&expected) {
            assert_eq!(column.contains(slot), !matches!(value, Value::Null));
        }
    }

    proptest! {
        #[test]
        fn a_column_is_a_map_from_slots(
            one in prop::collection::vec((0..3_000_u32, value()), 0..400),
            run in prop::collection::vec(value(), 0..200),
            kind in 0..7_usize,
            order in any::<bool>(),
        ) {
            let (mut column, mut model) = (Column::default(), BTreeMap::new());
            let same_kind = run.iter().filter(|value| std::mem::discriminant(*value) == std::mem::discriminant(&run[kind % run.len()]));
            let run = same_kind.cloned().zip(500_u32..).map(|(value, slot)| (slot, value));
            let steps: Vec<(u32, Value)> = if order { run.chain(one).collect() } else { one.into_iter().chain(run).collect() };
            let mut snapshot = None;
            for (step, (slot, value)) in steps.into_iter().enumerate() {
                column.set(slot, &value);
                if matches!(value, Value::Null) { model.remove(&slot); } else { model.insert(slot, value); }
                if step == 150 {
                    snapshot = Some((column.clone(), model.clone()));
                }
            }
            let slots: Vec<u32> = (0..3_000).chain([7, 7, u32::MAX, 2_000]).collect();
            check(&column, &model, &slots);
            if let Some((column, model)) = snapshot {
                check(&column, &model, &slots);
            }
        }
    }

    #[test]
    fn distinct_strings_leave_the_dictionary() {
        let mut column = Column::default();
        for slot in 0..10_000_u32 {
            column.set(slot, &Value::String(format!("name {slot}").into()));
        }
        assert_eq!(column.dictionary.len(), 4_096);
        assert!(matches!(column.get(9_999), Value::String(text) if &*text == "name 9999"));
        assert!(matches!(column.get(3), Value::String(text) if &*text == "name 3"));
    }

    #[test]
    fn rolling_back_cuts_the_dictionary() {
        let mut column = Column::default();
        column.set(0, &Value::String("kept".into()));
        let before = column.clone();
        column.set(1, &Value::String("gone".into()));
        let mut column = before;
        column.set(1, &Value::String("other".into()));
        column.set(2, &Value::String("gone".into()));
        assert_eq!(column.dictionary.len(), 3);
        let texts: Vec<Value> = (0..3).map(|slot| column.get(slot)).collect();
        assert_eq!(format!("{texts:?}"), r#"[String("kept"), String("other"), String("gone")]"#);
    }
}
