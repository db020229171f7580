//! How the values of a page stand to one value in the order of `ORDER BY`, asked of the whole page as it lies there.
//!
//! Numbers and dates are compared in loops over slices; strings of a dictionary by their ranks, which are made once for a
//! scan. All else is compared value by value.

use std::cmp::Ordering;
use std::sync::Arc;

use super::super::bitmap::Bitmap;
use super::cells::Cells;
use super::dictionary::Dictionary;
use super::page::{ColumnPage, Items, Layout};
use super::{Dictionaries, PageColumns};
use crate::catalog::KeyId;
use crate::value::{Value, compare};

/// A property by which elements are ordered.
#[derive(Clone, Debug)]
pub(in super::super) struct OrderKey<'g> {
    key: KeyId,
    descending: bool,
    dictionary: Option<&'g Dictionary>,
    /// The rank of each code among the strings; without it they are compared one by one.
    ranks: Option<Ranks>,
}

#[derive(Clone, Debug)]
struct Ranks {
    by_code: Vec<usize>,
    sorted: Vec<Arc<str>>,
}

/// Of some slots of a page: those whose values come before a value, and those whose values are equivalent to it.
#[derive(Debug, Default)]
pub(in super::super) struct Split {
    pub before: Bitmap,
    pub beside: Bitmap,
    /// How long it took, beyond a step for each slot.
    pub steps: usize,
}

impl<'g> OrderKey<'g> {
    /// For a scan of so many elements: ranking a dictionary that has nearly as many strings takes longer than it saves.
    pub(in super::super) fn new(key: KeyId, descending: bool, dictionaries: &'g Dictionaries, count: u64) -> Self {
        let dictionary = dictionaries.get(key);
        let ranks = dictionary.filter(|dictionary| 4 * dictionary.len() as u64 <= count).map(Ranks::of);
        Self { key, descending, dictionary, ranks }
    }

    pub(in super::super) fn key(&self) -> KeyId {
        self.key
    }

    /// As rows are sorted by this key.
    pub(in super::super) fn compare(&self, left: &Value, right: &Value) -> Ordering {
        let order = compare::order(left, right);
        if self.descending { order.reverse() } else { order }
    }

    /// A value that no value of `slots` comes before, if one is found at little cost.
    pub(in super::super) fn bound(&self, columns: &PageColumns, slots: &Bitmap) -> Option<Value> {
        let Some(page) = columns.column(self.key) else { return Some(Value::Null) };
        if self.descending && !slots.is_within(&page.present) {
            return Some(Value::Null);
        }
        match &page.items {
            Items::Constant(cell) => Some(cell.value(self.dictionary)),
            Items::Booleans(items) => {
                let is_wanted = |item: &bool| *item == self.descending;
                Some(Value::Boolean(items.iter().any(is_wanted) == self.descending))
            }
            Items::Integers(items) => self.extreme(items).map(Value::Integer),
            Items::Dates(items) => self.extreme(items).map(Value::Date),
            Items::Floats(items) => Some(Value::Float(first_float(items, self.descending))),
            Items::Codes(items) => {
                let ranks = self.ranks.as_ref()?;
                let ranked = items.iter().map(|code| ranks.by_code[*code as usize]);
                let rank = if self.descending { ranked.max() } else { ranked.min() }?;
                Some(Value::String(Arc::clone(&ranks.sorted[rank])))
            }
            Items::Texts(_) | Items::General(_) => None,
        }
    }

    fn extreme<T: Copy + Ord>(&self, items: &[T]) -> Option<T> {
        let items = items.iter().copied();
        if self.descending { items.max() } else { items.min() }
    }

    /// How the values of `slots` stand to `value`.
    pub(in super::super) fn split(&self, columns: &PageColumns, slots: &Bitmap, value: &Value) -> Split {
        let mut split = Split::default();
        let mut absent = slots.clone();
        if let Some(page) = columns.column(self.key) {
            absent.subtract(&page.present);
            let mut there = slots.clone();
            there.intersect(&page.present);
            self.split_page(page, &there, value, &mut split);
        }
        match self.compare(&Value::Null, value) {
            Ordering::Less => split.before.unite(&absent),
            Ordering::Equal => split.beside.unite(&absent),
            Ordering::Greater => {}
        }
        split
    }

    fn split_page(&self, page: &ColumnPage, slots: &Bitmap, value: &Value, split: &mut Split) {
        let is_dense = page.layout == Layout::Dense;
        match (&page.items, value, &self.ranks) {
            (Items::Constant(cell), ..) => match self.compare(&cell.value(self.dictionary), value) {
                Ordering::Less => split.before = slots.clone(),
                Ordering::Equal => split.beside = slots.clone(),
                Ordering::Greater => {}
            },
            (Items::Integers(items), Value::Integer(value), _) if is_dense => {
                self.split_items(items, slots, value, split);
            }
            (Items::Dates(items), Value::Date(value), _) if is_dense => self.split_items(items, slots, value, split),
            (Items::Floats(items), Value::Float(value), _) if is_dense && !value.is_nan() => {
                self.split_floats(items, slots, *value, split);
            }
            (Items::Codes(items), Value::String(text), Some(ranks)) => {
                let place = ranks.place(text);
                self.split_by(slots, split, |offset| ranks.compare(items[page.position(offset)], place));
            }
            (Items::Texts(items), Value::String(text), _) => {
                split.steps = slots.count();
                self.split_by(slots, split, |offset| items.get(page.position(offset)).as_ref().cmp(&**text));
            }
            _ => self.split_values(page, slots, value, split),
        }
    }

    fn split_items<T: Ord>(&self, items: &[T], slots: &Bitmap, value: &T, split: &mut Split) {
        split.before = slots.clone();
        if self.descending {
            split.before.retain_items(items, |item| item > value);
        } else {
            split.before.retain_items(items, |item| item < value);
        }
        split.beside = slots.clone();
        split.beside.retain_items(items, |item| item == value);
    }

    /// NaN is the greatest of all numbers.
    #[expect(clippy::float_cmp, reason = "numbers are equivalent where they are equal")]
    fn split_floats(&self, items: &[f64], slots: &Bitmap, value: f64, split: &mut Split) {
        split.before = slots.clone();
        if self.descending {
            split.before.retain_items(items, |item| *item > value || item.is_nan());
        } else {
            split.before.retain_items(items, |item| *item < value);
        }
        split.beside = slots.clone();
        split.beside.retain_items(items, |item| *item == value);
    }

    fn split_values(&self, page: &ColumnPage, slots: &Bitmap, value: &Value, split: &mut Split) {
        let mut steps = 0_usize;
        for offset in slots.ones() {
            let item = page.item(page.position(offset), self.dictionary);
            steps = steps.saturating_add(1 + item.walk_steps());
            match self.compare(&item, value) {
                Ordering::Less => _ = split.before.insert(offset),
                Ordering::Equal => _ = split.beside.insert(offset),
                Ordering::Greater => {}
            }
        }
        split.steps = steps;
    }

    /// By how the value at an offset stands to the given one, ascending.
    fn split_by(&self, slots: &Bitmap, split: &mut Split, order: impl Fn(usize) -> Ordering) {
        let before = if self.descending { Ordering::Greater } else { Ordering::Less };
        for offset in slots.ones() {
            let order = order(offset);
            if order == before {
                split.before.insert(offset);
            } else if order.is_eq() {
                split.beside.insert(offset);
            }
        }
    }
}

impl Ranks {
    fn of(dictionary: &Dictionary) -> Self {
        let mut codes: Vec<(Arc<str>, usize)> = dictionary.texts.iter().map(Arc::clone).zip(0..).collect();
        codes.sort_unstable();
        let mut by_code = vec![0; codes.len()];
        for (rank, (_, code)) in codes.iter().enumerate() {
            by_code[*code] = rank;
        }
        Self { by_code, sorted: codes.into_iter().map(|(text, _)| text).collect() }
    }

    /// The rank of a string, or else the least one of those behind it.
    fn place(&self, text: &str) -> Result<usize, usize> {
        self.sorted.binary_search_by(|known| (**known).cmp(text))
    }

    fn compare(&self, code: u32, place: Result<usize, usize>) -> Ordering {
        let rank = self.by_code[code as usize];
        match place {
            Ok(place) => rank.cmp(&place),
            Err(place) if rank < place => Ordering::Less,
            Err(_) => Ordering::Greater,
        }
    }
}

/// So many floats are looked at side by side: telling which of two is the greater one takes its time.
const LANES: usize = 8;

/// The float that comes first, or one that comes before it; NaN is the greatest.
fn first_float(items: &[f64], descending: bool) -> f64 {
    let has_nan = items.iter().fold(false, |has_nan, item| has_nan | item.is_nan());
    match (descending, has_nan) {
        (true, true) => f64::NAN,
        (true, false) => best_float(items, f64::NEG_INFINITY, |item, best| item > best),
        (false, _) => best_float(items, f64::INFINITY, |item, best| item < best),
    }
}

fn best_float(items: &[f64], worst: f64, is_better: impl Fn(f64, f64) -> bool) -> f64 {
    let better = |best: f64, item: f64| if is_better(item, best) { item } else { best };
    let (chunks, rest) = items.as_chunks::<LANES>();
    let mut lanes = [worst; LANES];
    for chunk in chunks {
        for (lane, item) in lanes.iter_mut().zip(chunk) {
            *lane = better(*lane, *item);
        }
    }
    lanes.iter().chain(rest).copied().fold(worst, better)
}
