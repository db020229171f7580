//! Properties: for each page of 1,024 slots and each key that occurs there, the values in the form that fits them.
//!
//! A page of elements holds its columns ([`PageColumns`]), so a write to an element copies one page and no more. Strings
//! that repeat are numbers of a dictionary, one for each key ([`dictionary`]). Reading many slots at once gives typed
//! vectors where the pages are typed ([`gather`]); a scan that wants some of them asks the pages ([`condition`]), and so
//! does one that wants the first ones ([`order`]).

mod cells;
mod codes;
mod condition;
mod counts;
mod dictionary;
mod fill;
mod gather;
mod lying;
mod order;
mod page;
mod search;
mod stored;

use std::sync::Arc;

use smallvec::SmallVec;

use super::bitmap::Bitmap;
use super::paged::{PageTree, Paged};
use crate::catalog::KeyId;
use crate::value::{Date, Value};

pub(crate) use codes::Codes;
pub(crate) use condition::Condition;
pub(crate) use counts::CodeCounts;
use dictionary::Dictionary;
pub(crate) use gather::PropertyVector;
pub(super) use gather::gather;
pub(super) use lying::LyingColumns;
pub(super) use order::OrderKey;
use page::ColumnPage;

/// The columns of one page, sorted by key. Keys that the page lacks cost nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct PageColumns(SmallVec<[(KeyId, Arc<ColumnPage>); 2]>);

/// The dictionaries of all keys, of nodes or of relationships.
#[derive(Clone, Debug, Default)]
pub(super) struct Dictionaries(PageTree<Dictionary>);

/// The strings of a dictionary, by their numbers.
pub(super) type Texts = Paged<Arc<str>, 32>;

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

impl PageColumns {
    /// The value of `key` at `offset`; null if there is none.
    pub(super) fn get(&self, key: KeyId, offset: usize, dictionaries: &Dictionaries) -> Value {
        self.column(key).map_or(Value::Null, |page| page.get(offset, dictionaries.get(key)))
    }

    /// The first value of a key on this page.
    pub(super) fn first(&self, key: KeyId, dictionaries: &Dictionaries) -> Option<Value> {
        let page = self.column(key)?;
        page.present.ones().next().map(|offset| page.get(offset, dictionaries.get(key)))
    }

    /// Null removes what is there.
    pub(super) fn set(&mut self, key: KeyId, offset: usize, value: &Value, dictionaries: &mut Dictionaries) {
        let place = self.0.binary_search_by_key(&key, |column| column.0);
        if matches!(value, Value::Null) {
            if let Ok(place) = place {
                self.remove(place, offset);
            }
            return;
        }
        let has_codes = place.is_ok_and(|place| self.0[place].1.has_codes());
        let cell = dictionaries.cell(key, value, has_codes);
        let place = place.unwrap_or_else(|place| {
            self.0.insert(place, (key, Arc::new(ColumnPage::new(cell.clone()))));
            place
        });
        Arc::make_mut(&mut self.0[place].1).set(offset, cell, dictionaries.get(key));
    }

    /// Removes all values at `offset`.
    pub(super) fn clear(&mut self, offset: usize) {
        for place in (0..self.0.len()).rev() {
            self.remove(place, offset);
        }
    }

    /// The values at `offset`, in the order of keys.
    pub(super) fn all(&self, offset: usize, dictionaries: &Dictionaries) -> Vec<(KeyId, Value)> {
        let columns = self.0.iter().filter(|(_, page)| page.contains(offset));
        columns.map(|(key, page)| (*key, page.get(offset, dictionaries.get(*key)))).collect()
    }

    /// Values of slots that are not among `present`.
    pub(super) fn outside(&self, present: &Bitmap) -> impl Iterator<Item = (KeyId, usize)> {
        self.0.iter().flat_map(move |(key, page)| {
            let mut outside = page.present.clone();
            outside.subtract(present);
            outside.ones().map(|offset| (*key, offset)).collect::<Vec<_>>()
        })
    }

    fn column(&self, key: KeyId) -> Option<&ColumnPage> {
        let place = if self.0.len() <= 8 {
            self.0.iter().position(|column| column.0 == key)?
        } else {
            self.0.binary_search_by_key(&key, |column| column.0).ok()?
        };
        Some(&self.0[place].1)
    }

    fn remove(&mut self, place: usize, offset: usize) {
        let page = &mut self.0[place].1;
        if !page.contains(offset) {
            return;
        }
        Arc::make_mut(page).remove(offset);
        if page.is_empty() {
            self.0.remove(place);
        }
    }
}

impl Dictionaries {
    /// The same, for a root that goes its own way.
    pub(super) fn forked(&self) -> Self {
        let mut forked = Self::default();
        for (key, dictionary) in self.0.iter() {
            forked.0.set(key, dictionary.forked());
        }
        forked
    }

    /// The strings of each key, page by page.
    pub(super) fn texts(&self) -> impl Iterator<Item = (KeyId, &Texts)> {
        self.0.iter().map(|(key, dictionary)| (KeyId(u32::try_from(key).expect("a key")), &dictionary.texts))
    }

    fn get(&self, key: KeyId) -> Option<&Dictionary> {
        self.0.get(key.0 as usize)
    }

    fn is_closed(&self, key: KeyId) -> bool {
        self.get(key).is_some_and(|dictionary| dictionary.closed)
    }

    fn shared(&self, key: KeyId) -> Option<&Arc<Dictionary>> {
        self.0.shared(key.0 as usize)
    }

    /// The value for a page, which may have codes already.
    fn cell(&mut self, key: KeyId, value: &Value, has_codes: bool) -> Cell {
        match value {
            Value::Boolean(boolean) => Cell::Boolean(*boolean),
            Value::Integer(integer) => Cell::Integer(*integer),
            Value::Float(float) => Cell::Float(*float),
            Value::Date(date) => Cell::Date(*date),
            // To look for a string among many that it hardly is among would cost more than the string itself.
            Value::String(text) if !has_codes && self.is_closed(key) => Cell::Text(Arc::clone(text)),
            Value::String(text) => {
                let code = self.0.get_or_insert_with(key.0 as usize, Dictionary::default).code(text);
                code.map_or_else(|| Cell::Text(Arc::clone(text)), Cell::Code)
            }
            other => Cell::Other(other.clone()),
        }
    }

    /// The same for a text that nobody shares yet.
    fn text_cell(&mut self, key: KeyId, text: &str) -> Cell {
        let dictionary = self.0.get_or_insert_with(key.0 as usize, Dictionary::default);
        if let Some(code) = dictionary.code_again(text) {
            return Cell::Code(code);
        }
        let text = Arc::from(text);
        dictionary.new_code(&text).map_or(Cell::Text(text), Cell::Code)
    }
}

impl Cell {
    fn value(&self, dictionary: Option<&Dictionary>) -> Value {
        match self {
            Cell::Boolean(boolean) => Value::Boolean(*boolean),
            Cell::Integer(integer) => Value::Integer(*integer),
            Cell::Float(float) => Value::Float(*float),
            Cell::Date(date) => Value::Date(*date),
            Cell::Code(code) => Value::String(text_of(dictionary, *code)),
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

fn text_of(dictionary: Option<&Dictionary>, code: u32) -> Arc<str> {
    dictionary.expect("a page with codes has a dictionary").text(code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::bitmap::place;
    use super::*;
    use crate::value::{Asked, Comparison, TextTest};

    const KEY: KeyId = KeyId(3);

    const COMPARISONS: [Comparison; 7] = [
        Comparison::Equal,
        Comparison::Same,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ];

    /// The pages of one key.
    #[derive(Clone, Default)]
    struct Column {
        pages: BTreeMap<usize, PageColumns>,
        dictionaries: Dictionaries,
    }

    impl Column {
        fn get(&self, slot: u32) -> Value {
            let (page, offset) = place(slot);
            self.pages.get(&page).map_or(Value::Null, |page| page.get(KEY, offset, &self.dictionaries))
        }

        fn set(&mut self, slot: u32, value: &Value) {
            let (page, offset) = place(slot);
            let page = self.pages.entry(page).or_default();
            page.set(KEY, offset, value, &mut self.dictionaries);
        }

        fn gather(&self, slots: &[u32]) -> PropertyVector {
            gather(|page| self.pages.get(&page), &self.dictionaries, slots, KEY)
        }

        fn dictionary(&self) -> &Dictionary {
            self.dictionaries.get(KEY).unwrap()
        }
    }

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

    fn holds(asked: Asked, value: &Value, operand: &Value) -> bool {
        match (asked, value, operand) {
            (Asked::Compare(comparison), ..) => comparison.holds(value, operand) == Some(true),
            (Asked::Text(TextTest::StartsWith), Value::String(text), Value::String(part)) => text.starts_with(&**part),
            (Asked::Text(TextTest::EndsWith), Value::String(text), Value::String(part)) => text.ends_with(&**part),
            (Asked::Text(TextTest::Contains), Value::String(text), Value::String(part)) => text.contains(&**part),
            (Asked::Text(_), ..) => false,
        }
    }

    fn check(column: &Column, model: &BTreeMap<u32, Value>, slots: &[u32]) {
        let expected: Vec<Value> = slots.iter().map(|slot| model.get(slot).cloned().unwrap_or_default()).collect();
        let single: Vec<Value> = slots.iter().map(|&slot| column.get(slot)).collect();
        assert_eq!(format!("{single:?}"), format!("{expected:?}"));
        let gathered = column.gather(slots).into_values();
        assert_eq!(format!("{gathered:?}"), format!("{expected:?}"));
    }

    proptest! {
        #[test]
        fn a_condition_keeps_what_a_comparison_of_each_value_keeps(
            values in prop::collection::vec(value(), 1..1_024),
            only_kind in prop::option::of(0..1_024_usize),
            sparse in prop::collection::vec(any::<bool>(), 1_024),
            operand in prop_oneof![value(), Just(Value::Float(f64::NAN)), Just(Value::Float(1.5))],
        ) {
            let kept = |value: &&Value| {
                only_kind.is_none_or(|kind| std::mem::discriminant(*value) == std::mem::discriminant(&values[kind % values.len()]))
            };
            let mut column = Column::default();
            for (value, slot) in values.iter().filter(kept).zip(0_u32..) {
                column.set(slot, value);
            }
            let mut asked = Bitmap::default();
            for offset in (0..1_024).filter(|offset| sparse[*offset]) {
                asked.insert(offset);
            }
            let part = match &operand {
                Value::String(text) => Value::String(text[..text.len().min(2)].into()),
                other => other.clone(),
            };
            let comparisons = COMPARISONS.map(|comparison| (Asked::Compare(comparison), &operand));
            let searches = [TextTest::StartsWith, TextTest::EndsWith, TextTest::Contains];
            let searches = searches.map(|search| (Asked::Text(search), &part));
            for (test, operand) in comparisons.into_iter().chain(searches) {
                let condition = Condition::new(KEY, test, operand.clone());
                let mut fits = asked.clone();
                match column.pages.get(&0) {
                    Some(page) => page.narrow(&condition, &column.dictionaries, &mut fits),
                    None => fits = Bitmap::default(),
                }
                let holds = |slot: &u32| holds(test, &column.get(*slot), operand);
                let expected: Vec<usize> =
                    (0..1_024).filter(|slot| asked.get(*slot as usize) && holds(slot)).map(|slot| slot as usize).collect();
                prop_assert_eq!(fits.ones().collect::<Vec<_>>(), expected, "{:?} {:?}", test, operand);
            }
        }

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
        assert_eq!(column.dictionary().len(), 4_096);
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
        assert_eq!(column.dictionary().len(), 3);
        let texts: Vec<Value> = (0..3).map(|slot| column.get(slot)).collect();
        assert_eq!(format!("{texts:?}"), r#"[String("kept"), String("other"), String("gone")]"#);
    }
}
