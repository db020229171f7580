//! Conditions on properties, asked of whole pages: what a scan need not give, it need not gather.
//!
//! A page of numbers is compared as it lies there, word by word of a bitmap of its 1,024 slots; strings of a dictionary
//! are compared as they are told apart, by number. Null and unknown fit nothing, as everywhere in a filter.

use super::super::bitmap::Bitmap;
use super::dictionary::Dictionary;
use super::page::{ColumnPage, Items, Layout};
use super::search::TextSearch;
use super::{Dictionaries, PageColumns};
use crate::catalog::KeyId;
use crate::value::{Asked, Comparison, Value};

/// What a scan asks of each element: that the property compares so with a value.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    key: KeyId,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Compare(Comparison, Value),
    Text(Box<TextSearch>),
    /// Of a string what is none.
    Unknown,
}

impl Condition {
    /// Asks this of a property, and `operand`.
    pub(crate) fn new(key: KeyId, asked: Asked, operand: Value) -> Self {
        let test = match (asked, operand) {
            (Asked::Compare(comparison), operand) => Test::Compare(comparison, operand),
            (Asked::Text(test), Value::String(part)) => Test::Text(Box::new(TextSearch::new(test, part))),
            (Asked::Text(_), _) => Test::Unknown,
        };
        Self { key, test }
    }
}

impl PageColumns {
    /// Takes from `fits` the slots of this page for which the condition is not true.
    pub(in super::super) fn narrow(&self, condition: &Condition, dictionaries: &Dictionaries, fits: &mut Bitmap) {
        let Some(page) = self.column(condition.key) else {
            *fits = Bitmap::default();
            return;
        };
        fits.intersect(&page.present);
        let dictionary = dictionaries.get(condition.key);
        match &condition.test {
            Test::Compare(comparison, operand) => compare_page(page, *comparison, operand, dictionary, fits),
            Test::Text(search) => search.narrow(page, dictionary, fits),
            Test::Unknown => *fits = Bitmap::default(),
        }
    }
}

fn compare_page(
    page: &ColumnPage,
    comparison: Comparison,
    operand: &Value,
    dictionary: Option<&Dictionary>,
    fits: &mut Bitmap,
) {
    let holds = |value: &Value| comparison.holds(value, operand) == Some(true);
    match (&page.items, operand) {
        (Items::Constant(cell), _) => {
            if !holds(&cell.value(dictionary)) {
                *fits = Bitmap::default();
            }
        }
        (Items::Integers(items), Value::Integer(operand)) if page.layout == Layout::Dense => {
            compare_items(items, comparison, operand, fits);
        }
        (Items::Floats(items), Value::Float(operand)) if page.layout == Layout::Dense && !operand.is_nan() => {
            compare_items(items, comparison, operand, fits);
        }
        (Items::Dates(items), Value::Date(operand)) if page.layout == Layout::Dense => {
            compare_items(items, comparison, operand, fits);
        }
        (Items::Codes(items), Value::String(operand)) if matches!(comparison, Comparison::Equal | Comparison::Same) => {
            match dictionary.and_then(|dictionary| dictionary.known(operand)) {
                Some(code) => fits.retain(|offset| items[page.position(offset)] == code),
                None => *fits = Bitmap::default(),
            }
        }
        _ => fits.retain(|offset| holds(&page.item(page.position(offset), dictionary))),
    }
}

/// Compares all items, which lie at their offsets: one loop for each comparison, so that none decides anything inside.
fn compare_items<T: PartialOrd>(items: &[T], comparison: Comparison, operand: &T, fits: &mut Bitmap) {
    match comparison {
        // Neither is NaN, so equivalence is equality.
        Comparison::Equal | Comparison::Same => fits.retain_items(items, |item| item == operand),
        Comparison::NotEqual => fits.retain_items(items, |item| item != operand),
        Comparison::Less => fits.retain_items(items, |item| item < operand),
        Comparison::LessOrEqual => fits.retain_items(items, |item| item <= operand),
        Comparison::Greater => fits.retain_items(items, |item| item > operand),
        Comparison::GreaterOrEqual => fits.retain_items(items, |item| item >= operand),
    }
}
