//! Reads one key of many elements at once.
//!
//! Slots that follow each other mostly lie in one page, so the page is looked up and its form is decided once for
//! several slots; what remains is a loop over two slices.

use std::sync::Arc;

use super::super::bitmap::{PAGE_SLOTS, place};
use super::codes::Codes;
use super::dictionary::Dictionary;
use super::page::{ColumnPage, Items, Layout};
use super::{Cell, Dictionaries, PageColumns};
use crate::catalog::KeyId;
use crate::value::Value;

/// The values of one key for many elements, typed where the pages are.
#[derive(Clone, Debug)]
pub(crate) enum PropertyVector {
    Integers {
        values: Vec<i64>,
        /// One flag per value; empty: all are there.
        present: Vec<bool>,
    },
    Floats {
        values: Vec<f64>,
        present: Vec<bool>,
    },
    Codes(Codes),
    Values(Vec<Value>),
}

impl PropertyVector {
    /// A vector of nulls.
    pub(crate) fn nulls(count: usize) -> Self {
        PropertyVector::Values(vec![Value::Null; count])
    }

    /// The same as values.
    pub(crate) fn into_values(self) -> Vec<Value> {
        match self {
            PropertyVector::Integers { values, present } => wrap(&values, &present, Value::Integer),
            PropertyVector::Floats { values, present } => wrap(&values, &present, Value::Float),
            PropertyVector::Codes(codes) => (0..codes.len()).map(|row| codes.value(row)).collect(),
            PropertyVector::Values(values) => values,
        }
    }

    fn len(&self) -> usize {
        match self {
            PropertyVector::Integers { values, .. } => values.len(),
            PropertyVector::Floats { values, .. } => values.len(),
            PropertyVector::Codes(codes) => codes.len(),
            PropertyVector::Values(values) => values.len(),
        }
    }
}

fn wrap<T: Copy>(values: &[T], present: &[bool], make: fn(T) -> Value) -> Vec<Value> {
    let is_there = |index: usize| present.get(index).copied().unwrap_or(true);
    values.iter().enumerate().map(|(index, &value)| if is_there(index) { make(value) } else { Value::Null }).collect()
}

/// The values of `key` at `slots`; `u32::MAX` stands for null.
pub(in super::super) fn gather<'g>(
    page_at: impl Fn(usize) -> Option<&'g PageColumns>,
    dictionaries: &Dictionaries,
    slots: &[u32],
    key: KeyId,
) -> PropertyVector {
    let dictionary = dictionaries.shared(key);
    let mut gathered = Gathered { vector: None, nulls: 0, capacity: slots.len() };
    let column_at = |slot| if slot == u32::MAX { None } else { page_at(place(slot).0)?.column(key) };
    let mut columns = [None; 64];
    let mut rest = slots;
    while !rest.is_empty() {
        // A scan asks for whole stretches of a page.
        let stretch = stretch(rest);
        if stretch > 0 {
            let slots = &rest[..stretch];
            gathered.push(column_at(slots[0]), dictionary, InPage { slots, is_stretch: true });
            rest = &rest[stretch..];
            continue;
        }
        let slots = &rest[..rest.len().min(columns.len())];
        rest = &rest[slots.len()..];
        if slots.iter().all(|&slot| place(slot).0 == place(slots[0]).0) {
            gathered.push(column_at(slots[0]), dictionary, InPage::of(slots));
            continue;
        }
        // Slots that are far from each other: all pages are found before the first is read, so that the waits for
        // memory overlap.
        for (column, &slot) in columns.iter_mut().zip(slots) {
            *column = column_at(slot);
        }
        let mut first = 0;
        for slots in slots.chunk_by(|one, next| place(*one).0 == place(*next).0) {
            gathered.push(columns[first], dictionary, InPage::of(slots));
            first += slots.len();
        }
    }
    gathered.finish()
}

/// Slots that lie in one page.
#[derive(Clone, Copy)]
struct InPage<'s> {
    slots: &'s [u32],
    /// Whether they follow each other.
    is_stretch: bool,
}

impl<'s> InPage<'s> {
    fn of(slots: &'s [u32]) -> Self {
        Self { slots, is_stretch: stretch(slots) == slots.len() }
    }

    /// Their part of the items of a page that lacks none, if they follow each other.
    fn part_of<'i, T>(self, page: &ColumnPage, items: &'i [T]) -> Option<&'i [T]> {
        let first = self.slots[0] as usize % PAGE_SLOTS;
        let is_whole = self.is_stretch && lacks_none(page, items);
        items.get(first..first + self.slots.len()).filter(|_| is_whole)
    }
}

fn lacks_none<T>(page: &ColumnPage, items: &[T]) -> bool {
    page.layout == Layout::Dense && page.count == items.len()
}

/// How many slots from the first on follow each other to the end of their page or of `slots`; 0 if some do not, or the
/// first is null.
fn stretch(slots: &[u32]) -> usize {
    let first = slots[0];
    if first == u32::MAX {
        return 0;
    }
    let len = slots.len().min(PAGE_SLOTS - place(first).1);
    let follows = |(slot, expected): (&u32, u32)| *slot == expected;
    let last = first.saturating_add(u32::try_from(len - 1).expect("shorter than a page"));
    let all = slots[len - 1] == last && slots[..len].iter().zip(first..).fold(true, |all, pair| all & follows(pair));
    if all { len } else { 0 }
}

/// A vector that takes its type from the first value and gives it up when another comes.
struct Gathered {
    vector: Option<PropertyVector>,
    /// Nulls before the first value.
    nulls: usize,
    capacity: usize,
}

impl Gathered {
    fn push_nulls(&mut self, count: usize) {
        match &mut self.vector {
            None => self.nulls += count,
            Some(PropertyVector::Integers { values, present }) => push_nulls(values, present, count),
            Some(PropertyVector::Floats { values, present }) => push_nulls(values, present, count),
            Some(PropertyVector::Codes(codes)) => codes.push(std::iter::repeat_n(Codes::NULL, count)),
            Some(PropertyVector::Values(values)) => values.resize(values.len() + count, Value::Null),
        }
    }

    /// The values at places that all lie in `page`.
    fn push(&mut self, page: Option<&ColumnPage>, dictionary: Option<&Arc<Dictionary>>, places: InPage) {
        match page {
            None => self.push_nulls(places.slots.len()),
            Some(page) => self.push_page(page, dictionary, places),
        }
    }

    fn push_page(&mut self, page: &ColumnPage, dictionary: Option<&Arc<Dictionary>>, places: InPage) {
        let slots = places.slots;
        match &page.items {
            Items::Codes(items) if self.takes_codes(dictionary) => self.push_codes(dictionary, |codes| {
                copy_codes(codes, page, items, places);
            }),
            Items::Constant(Cell::Code(code)) if self.takes_codes(dictionary) => self.push_codes(dictionary, |codes| {
                codes.push(slots.iter().map(|&slot| code_at(page, slot, |_| *code)));
            }),
            Items::Integers(items) if self.is_integers() => self.push_integers(|values, present| {
                copy_items(values, present, page, items, places);
            }),
            Items::Constant(Cell::Integer(item)) if self.is_integers() => self.push_integers(|values, present| {
                copy_constant(values, present, page, *item, slots);
            }),
            Items::Floats(items) if self.is_floats() => self.push_floats(|values, present| {
                copy_items(values, present, page, items, places);
            }),
            Items::Constant(Cell::Float(item)) if self.is_floats() => self.push_floats(|values, present| {
                copy_constant(values, present, page, *item, slots);
            }),
            _ => self.push_values(page, dictionary.map(|dictionary| &**dictionary), slots),
        }
    }

    fn takes_codes(&self, dictionary: Option<&Arc<Dictionary>>) -> bool {
        match &self.vector {
            None => dictionary.is_some(),
            Some(PropertyVector::Codes(codes)) => dictionary.is_some_and(|dictionary| codes.has(dictionary)),
            Some(PropertyVector::Integers { .. } | PropertyVector::Floats { .. } | PropertyVector::Values(_)) => false,
        }
    }

    fn push_codes(&mut self, dictionary: Option<&Arc<Dictionary>>, push: impl FnOnce(&mut Codes)) {
        if let (None, Some(dictionary)) = (&self.vector, dictionary) {
            let mut codes = Vec::with_capacity(self.capacity);
            codes.resize(self.nulls, Codes::NULL);
            self.vector = Some(PropertyVector::Codes(Codes::new(codes, dictionary)));
        }
        if let Some(PropertyVector::Codes(codes)) = &mut self.vector {
            push(codes);
        }
    }

    fn is_integers(&self) -> bool {
        matches!(self.vector, None | Some(PropertyVector::Integers { .. }))
    }

    fn is_floats(&self) -> bool {
        matches!(self.vector, None | Some(PropertyVector::Floats { .. }))
    }

    fn push_integers(&mut self, push: impl FnOnce(&mut Vec<i64>, &mut Vec<bool>)) {
        let (nulls, capacity) = (self.nulls, self.capacity);
        let vector = self.vector.get_or_insert_with(|| {
            let (values, present) = typed(nulls, capacity);
            PropertyVector::Integers { values, present }
        });
        if let PropertyVector::Integers { values, present } = vector {
            push(values, present);
        }
    }

    fn push_floats(&mut self, push: impl FnOnce(&mut Vec<f64>, &mut Vec<bool>)) {
        let (nulls, capacity) = (self.nulls, self.capacity);
        let vector = self.vector.get_or_insert_with(|| {
            let (values, present) = typed(nulls, capacity);
            PropertyVector::Floats { values, present }
        });
        if let PropertyVector::Floats { values, present } = vector {
            push(values, present);
        }
    }

    fn push_values(&mut self, page: &ColumnPage, dictionary: Option<&Dictionary>, slots: &[u32]) {
        let mut values = match self.vector.take() {
            None => vec![Value::Null; self.nulls],
            Some(vector) => vector.into_values(),
        };
        values.reserve(self.capacity - values.len());
        values.extend(slots.iter().map(|&slot| page.get(slot as usize % PAGE_SLOTS, dictionary)));
        self.vector = Some(PropertyVector::Values(values));
    }

    fn finish(self) -> PropertyVector {
        let vector = self.vector.unwrap_or_else(|| PropertyVector::nulls(self.nulls));
        debug_assert_eq!(vector.len(), self.capacity);
        vector
    }
}

fn typed<T: Default + Clone>(nulls: usize, capacity: usize) -> (Vec<T>, Vec<bool>) {
    let mut values = Vec::with_capacity(capacity);
    let mut present = Vec::new();
    push_nulls(&mut values, &mut present, nulls);
    (values, present)
}

fn push_nulls<T: Default + Clone>(values: &mut Vec<T>, present: &mut Vec<bool>, count: usize) {
    if count == 0 {
        return;
    }
    present.resize(values.len(), true);
    values.resize(values.len() + count, T::default());
    present.resize(values.len(), false);
}

/// Appends the items at places in `page`.
fn copy_items<T: Copy + Default>(
    values: &mut Vec<T>,
    present: &mut Vec<bool>,
    page: &ColumnPage,
    items: &[T],
    places: InPage,
) {
    let slots = places.slots;
    if let Some(part) = places.part_of(page, items) {
        values.extend_from_slice(part);
    } else if !lacks_none(page, items) || slots.iter().any(|&slot| slot as usize % PAGE_SLOTS >= items.len()) {
        copy_some(values, present, page, slots, |offset| items[page.position(offset)]);
        return;
    } else {
        values.extend(slots.iter().map(|&slot| items[slot as usize % PAGE_SLOTS]));
    }
    if !present.is_empty() {
        present.resize(values.len(), true);
    }
}

fn copy_codes(codes: &mut Codes, page: &ColumnPage, items: &[u32], places: InPage) {
    if let Some(part) = places.part_of(page, items) {
        codes.push(part.iter().copied());
        return;
    }
    let code = |&slot: &u32| code_at(page, slot, |offset| items[page.position(offset)]);
    codes.push(places.slots.iter().map(code));
}

fn code_at(page: &ColumnPage, slot: u32, code: impl Fn(usize) -> u32) -> u32 {
    let offset = slot as usize % PAGE_SLOTS;
    if page.contains(offset) { code(offset) } else { Codes::NULL }
}

fn copy_constant<T: Copy + Default>(
    values: &mut Vec<T>,
    present: &mut Vec<bool>,
    page: &ColumnPage,
    item: T,
    slots: &[u32],
) {
    copy_some(values, present, page, slots, |_| item);
}

/// The same where some may be missing.
fn copy_some<T: Copy + Default>(
    values: &mut Vec<T>,
    present: &mut Vec<bool>,
    page: &ColumnPage,
    slots: &[u32],
    item: impl Fn(usize) -> T,
) {
    for &slot in slots {
        let offset = slot as usize % PAGE_SLOTS;
        if page.contains(offset) {
            values.push(item(offset));
            if !present.is_empty() {
                present.push(true);
            }
        } else {
            push_nulls(values, present, 1);
        }
    }
}
