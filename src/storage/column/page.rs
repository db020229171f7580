//! The values of one key in a page of 1,024 slots.
//!
//! A page is constant while all that is there is the same, then typed; the first value of another type makes it
//! general. Its items lie at their offsets (dense) or side by side (packed), whichever is smaller. A page without
//! values does not exist.

use std::sync::Arc;

use super::super::bitmap::Bitmap;
use super::super::paged::copy_with_room;
use super::cells::{Blocks, Cells};
use super::dictionary::Dictionary;
use super::{Cell, text_of};
use crate::value::{Date, Value};

#[derive(Clone, Debug)]
pub(super) struct ColumnPage {
    pub(super) present: Bitmap,
    pub(super) count: usize,
    pub(super) layout: Layout,
    pub(super) items: Items,
}

/// Where the item of an offset lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// At its offset; what lies between is filled.
    Dense,
    /// Behind the items of the offsets before it.
    Packed,
}

#[derive(Debug)]
pub(super) enum Items {
    Constant(Cell),
    Booleans(Vec<bool>),
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Dates(Vec<Date>),
    Codes(Vec<u32>),
    Texts(Blocks<Arc<str>>),
    General(Blocks<Value>),
}

impl ColumnPage {
    /// Whether strings of the page are numbers of a dictionary.
    pub(super) fn has_codes(&self) -> bool {
        matches!(self.items, Items::Codes(_) | Items::Constant(Cell::Code(_)))
    }
}

impl Clone for Items {
    /// Whoever copies a page is about to write to it: without room the items would be copied twice.
    fn clone(&self) -> Self {
        match self {
            Items::Constant(cell) => Items::Constant(cell.clone()),
            Items::Booleans(items) => Items::Booleans(copy_with_room(items)),
            Items::Integers(items) => Items::Integers(copy_with_room(items)),
            Items::Floats(items) => Items::Floats(copy_with_room(items)),
            Items::Dates(items) => Items::Dates(copy_with_room(items)),
            Items::Codes(items) => Items::Codes(copy_with_room(items)),
            Items::Texts(items) => Items::Texts(items.clone()),
            Items::General(items) => Items::General(items.clone()),
        }
    }
}

impl ColumnPage {
    /// A page that is about to get its first value.
    pub(super) fn new(cell: Cell) -> Self {
        let items = match cell {
            Cell::Other(_) => Items::General(Blocks::from_items(std::iter::empty())),
            cell => Items::Constant(cell),
        };
        Self { present: Bitmap::default(), count: 0, layout: Layout::Packed, items }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn contains(&self, offset: usize) -> bool {
        self.present.get(offset)
    }

    pub(super) fn get(&self, offset: usize, dictionary: Option<&Dictionary>) -> Value {
        if !self.present.get(offset) {
            return Value::Null;
        }
        self.item(self.position(offset), dictionary)
    }

    /// Where the item of `offset`, which is present, lies.
    #[inline]
    pub(super) fn position(&self, offset: usize) -> usize {
        match self.layout {
            Layout::Dense => offset,
            Layout::Packed => self.present.rank(offset),
        }
    }

    /// The item at `position`, as a value.
    pub(super) fn item(&self, position: usize, dictionary: Option<&Dictionary>) -> Value {
        match &self.items {
            Items::Constant(cell) => cell.value(dictionary),
            Items::Booleans(items) => Value::Boolean(items[position]),
            Items::Integers(items) => Value::Integer(items[position]),
            Items::Floats(items) => Value::Float(items[position]),
            Items::Dates(items) => Value::Date(items[position]),
            Items::Codes(items) => Value::String(text_of(dictionary, items[position])),
            Items::Texts(items) => Value::String(Arc::clone(items.get(position))),
            Items::General(items) => items.get(position).clone(),
        }
    }

    pub(super) fn set(&mut self, offset: usize, cell: Cell, dictionary: Option<&Dictionary>) {
        if let Items::Constant(constant) = &self.items {
            if self.count == 0 || constant.is_same(&cell) {
                self.count += usize::from(self.present.insert(offset));
                return;
            }
            self.spread(dictionary);
        }
        if !self.takes(&cell) {
            self.generalise(&cell, dictionary);
        }
        self.choose_layout(offset);
        match (&mut self.items, cell) {
            (Items::Booleans(items), Cell::Boolean(item)) => put(&self.present, self.layout, items, offset, item),
            (Items::Integers(items), Cell::Integer(item)) => put(&self.present, self.layout, items, offset, item),
            (Items::Floats(items), Cell::Float(item)) => put(&self.present, self.layout, items, offset, item),
            (Items::Dates(items), Cell::Date(item)) => put(&self.present, self.layout, items, offset, item),
            (Items::Codes(items), Cell::Code(item)) => put(&self.present, self.layout, items, offset, item),
            (Items::Texts(items), cell) => put(&self.present, self.layout, items, offset, text(&cell, dictionary)),
            (Items::General(items), cell) => {
                put(&self.present, self.layout, items, offset, cell.value(dictionary));
            }
            _ => unreachable!("the page was made to take this cell"),
        }
        self.count += usize::from(self.present.insert(offset));
    }

    pub(super) fn remove(&mut self, offset: usize) {
        if !self.present.get(offset) {
            return;
        }
        let position = self.position(offset);
        match (&mut self.items, self.layout) {
            (Items::General(items), Layout::Dense) => items.set(position, Value::Null),
            (Items::Constant(_), _) | (_, Layout::Dense) => {}
            (Items::Booleans(items), Layout::Packed) => Cells::remove(items, position),
            (Items::Integers(items), Layout::Packed) => Cells::remove(items, position),
            (Items::Floats(items), Layout::Packed) => Cells::remove(items, position),
            (Items::Dates(items), Layout::Packed) => Cells::remove(items, position),
            (Items::Codes(items), Layout::Packed) => Cells::remove(items, position),
            (Items::Texts(items), Layout::Packed) => items.remove(position),
            (Items::General(items), Layout::Packed) => items.remove(position),
        }
        self.present.remove(offset);
        self.count -= 1;
    }

    fn takes(&self, cell: &Cell) -> bool {
        matches!(
            (&self.items, cell),
            (Items::Booleans(_), Cell::Boolean(_))
                | (Items::Integers(_), Cell::Integer(_))
                | (Items::Floats(_), Cell::Float(_))
                | (Items::Dates(_), Cell::Date(_))
                | (Items::Codes(_), Cell::Code(_))
                | (Items::Texts(_), Cell::Code(_) | Cell::Text(_))
                | (Items::General(_), _)
        )
    }

    /// Makes items of a constant.
    fn spread(&mut self, dictionary: Option<&Dictionary>) {
        let Items::Constant(cell) = &self.items else { return };
        let n = self.count;
        self.items = match cell {
            Cell::Boolean(item) => Items::Booleans(vec![*item; n]),
            Cell::Integer(item) => Items::Integers(vec![*item; n]),
            Cell::Float(item) => Items::Floats(vec![*item; n]),
            Cell::Date(item) => Items::Dates(vec![*item; n]),
            Cell::Code(item) => Items::Codes(vec![*item; n]),
            Cell::Text(item) => Items::Texts(Blocks::from_items(std::iter::repeat_n(Arc::clone(item), n))),
            other @ Cell::Other(_) => {
                Items::General(Blocks::from_items(std::iter::repeat_n(other.value(dictionary), n)))
            }
        };
        self.layout = Layout::Packed;
    }

    /// Takes the narrowest form that holds what is here and `cell` too.
    fn generalise(&mut self, cell: &Cell, dictionary: Option<&Dictionary>) {
        self.items = if let (Items::Codes(codes), Cell::Text(_)) = (&self.items, cell) {
            Items::Texts(Blocks::from_items(codes.iter().map(|&code| text_of(dictionary, code))))
        } else {
            let items = (0..self.item_count()).map(|position| self.item(position, dictionary));
            Items::General(Blocks::from_items(items))
        };
    }

    fn item_count(&self) -> usize {
        match &self.items {
            Items::Constant(_) => self.count,
            Items::Booleans(items) => items.len(),
            Items::Integers(items) => items.len(),
            Items::Floats(items) => items.len(),
            Items::Dates(items) => items.len(),
            Items::Codes(items) => items.len(),
            Items::Texts(items) => items.len(),
            Items::General(items) => items.len(),
        }
    }

    /// Decides where items lie when one at `offset` comes: packed below a quarter of the span, dense above a half,
    /// and between the two as it was.
    fn choose_layout(&mut self, offset: usize) {
        if self.present.get(offset) {
            return;
        }
        let (span, count) = (self.present.span().max(offset + 1), self.count + 1);
        let layout = match self.layout {
            Layout::Dense if count * 4 < span => Layout::Packed,
            Layout::Packed if count * 2 > span => Layout::Dense,
            layout => layout,
        };
        if layout != self.layout {
            self.lay_out(layout);
        }
    }

    pub(super) fn lay_out(&mut self, layout: Layout) {
        match &mut self.items {
            Items::Constant(_) => {}
            Items::Booleans(items) => relay(items, &self.present, layout),
            Items::Integers(items) => relay(items, &self.present, layout),
            Items::Floats(items) => relay(items, &self.present, layout),
            Items::Dates(items) => relay(items, &self.present, layout),
            Items::Codes(items) => relay(items, &self.present, layout),
            Items::Texts(items) => relay(items, &self.present, layout),
            Items::General(items) => relay(items, &self.present, layout),
        }
        self.layout = layout;
    }
}

/// Puts `item` at `offset`, which may be new.
fn put<T: Clone>(present: &Bitmap, layout: Layout, items: &mut impl Cells<T>, offset: usize, item: T) {
    match layout {
        Layout::Packed if present.get(offset) => items.set(present.rank(offset), item),
        Layout::Packed => items.insert(present.rank(offset), item),
        Layout::Dense if offset < items.len() => items.set(offset, item),
        Layout::Dense => {
            while items.len() < offset {
                items.push(item.clone());
            }
            items.push(item);
        }
    }
}

fn relay<T: Clone, C: Cells<T>>(items: &mut C, present: &Bitmap, layout: Layout) {
    if items.len() == 0 {
        return;
    }
    *items = match layout {
        Layout::Packed => C::from_items(present.ones().map(|offset| items.get(offset).clone())),
        Layout::Dense => {
            let mut position = 0;
            C::from_items((0..present.span()).map(|offset| {
                let item = items.get(position).clone();
                position += usize::from(present.get(offset));
                item
            }))
        }
    };
}

pub(super) fn text(cell: &Cell, dictionary: Option<&Dictionary>) -> Arc<str> {
    match cell {
        Cell::Code(code) => text_of(dictionary, *code),
        Cell::Text(text) => Arc::clone(text),
        _ => unreachable!("a page of texts takes strings"),
    }
}
