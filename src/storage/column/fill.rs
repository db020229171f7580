//! Columns that are filled a stretch of slots at a time: what comes side by side in one type is copied, all else is set one
//! by one.

use std::ops::Range;
use std::sync::Arc;

use super::super::bulk::{Cells as Given, Column, Texts};
use super::cells::{Blocks, Cells};
use super::page::{ColumnPage, Items, Layout};
use super::{Cell, Dictionaries, Dictionary, PageColumns};
use crate::catalog::KeyId;
use crate::value::Date;

impl PageColumns {
    /// Sets the values of new elements, which lie from `offset` on; those of `rows`.
    pub(in super::super) fn fill(
        &mut self,
        key: KeyId,
        offset: usize,
        column: &Column,
        rows: Range<usize>,
        dictionaries: &mut Dictionaries,
    ) {
        let is_whole = column.present[rows.clone()].iter().all(|present| *present);
        match &column.cells {
            Given::Integers(cells) if is_whole => self.fill_with(key, offset, &cells[rows], dictionaries.get(key)),
            Given::Floats(cells) if is_whole => self.fill_with(key, offset, &cells[rows], dictionaries.get(key)),
            Given::Booleans(cells) if is_whole => self.fill_with(key, offset, &cells[rows], dictionaries.get(key)),
            Given::Dates(cells) if is_whole => self.fill_with(key, offset, &cells[rows], dictionaries.get(key)),
            Given::Texts(texts) if is_whole => self.fill_with_texts(key, offset, texts, rows, dictionaries),
            Given::Integers(_)
            | Given::Floats(_)
            | Given::Booleans(_)
            | Given::Dates(_)
            | Given::Texts(_)
            | Given::Values(_) => {
                for row in rows.clone().filter(|row| column.present[*row]) {
                    self.set(key, offset + row - rows.start, &column.value(row), dictionaries);
                }
            }
        }
    }

    /// The column of a key, which may not be there yet.
    fn column_mut(&mut self, key: KeyId) -> Option<&mut ColumnPage> {
        let place = self.0.binary_search_by_key(&key, |column| column.0).ok()?;
        Some(Arc::make_mut(&mut self.0[place].1))
    }

    fn fill_with<T: Typed>(&mut self, key: KeyId, offset: usize, items: &[T], dictionary: Option<&Dictionary>) {
        let Some(page) = self.column_mut(key) else { return self.begin(key, offset, items, dictionary) };
        if !page.extend(offset, items) {
            (offset..).zip(items).for_each(|(offset, item)| page.set(offset, item.cell(), dictionary));
        }
    }

    fn begin<T: Typed>(&mut self, key: KeyId, offset: usize, items: &[T], dictionary: Option<&Dictionary>) {
        let Some(first) = items.first() else { return };
        let mut page = ColumnPage::new(first.cell());
        if offset == 0 && !items.iter().all(|item| item.cell().is_same(&first.cell())) {
            page.items = T::items(items.to_vec());
            page.layout = Layout::Dense;
            page.mark(offset, items.len());
        } else {
            (offset..).zip(items).for_each(|(offset, item)| page.set(offset, item.cell(), dictionary));
        }
        self.put(key, page);
    }

    fn put(&mut self, key: KeyId, page: ColumnPage) {
        let place = self.0.partition_point(|column| column.0 < key);
        self.0.insert(place, (key, Arc::new(page)));
    }

    fn fill_with_texts(
        &mut self,
        key: KeyId,
        offset: usize,
        texts: &Texts,
        rows: Range<usize>,
        dictionaries: &mut Dictionaries,
    ) {
        let cells: Vec<Cell> = rows.map(|row| dictionaries.text_cell(key, texts.get(row))).collect();
        let codes: Option<Vec<u32>> = cells.iter().map(Cell::code).collect();
        match codes {
            Some(codes) if self.column(key).is_none_or(|page| page.takes_codes_at(offset)) => {
                self.fill_with(key, offset, &codes, dictionaries.get(key));
            }
            _ => self.fill_with_cells(key, offset, cells, dictionaries.get(key)),
        }
    }

    fn fill_with_cells(&mut self, key: KeyId, offset: usize, cells: Vec<Cell>, dictionary: Option<&Dictionary>) {
        if self.column(key).is_none() {
            let Some(first) = cells.first() else { return };
            let mut page = ColumnPage::new(first.clone());
            if offset == 0 && cells.len() > 1 {
                page.items = Items::Texts(Blocks::from_items(std::iter::empty()));
                page.layout = Layout::Dense;
            }
            self.put(key, page);
        }
        let Some(page) = self.column_mut(key) else { return };
        page.add_texts(offset, cells, dictionary);
    }
}

impl ColumnPage {
    /// Appends items that lie behind all that are here; false if they do not, or are of another type.
    fn extend<T: Typed>(&mut self, offset: usize, items: &[T]) -> bool {
        let is_dense = self.layout == Layout::Dense;
        let Some(mine) = T::of(&mut self.items).filter(|mine| is_dense && mine.len() == offset) else { return false };
        mine.reserve_exact(items.len());
        mine.extend_from_slice(items);
        self.mark(offset, items.len());
        true
    }

    /// There are items at these offsets, where none were.
    fn mark(&mut self, offset: usize, count: usize) {
        self.present.insert_all(offset..offset + count);
        self.count += count;
    }

    /// Whether codes can be set here without the texts that they stand for.
    fn takes_codes_at(&self, offset: usize) -> bool {
        let is_dense = self.layout == Layout::Dense;
        matches!(&self.items, Items::Codes(codes) if is_dense && codes.len() == offset)
    }

    fn add_texts(&mut self, offset: usize, cells: Vec<Cell>, dictionary: Option<&Dictionary>) {
        if let Items::Texts(texts) = &mut self.items
            && self.layout == Layout::Dense
            && texts.len() == offset
        {
            for cell in &cells {
                texts.push(super::page::text(cell, dictionary));
            }
            self.mark(offset, cells.len());
        } else {
            (offset..).zip(cells).for_each(|(offset, cell)| self.set(offset, cell, dictionary));
        }
    }
}

impl Cell {
    fn code(&self) -> Option<u32> {
        if let Cell::Code(code) = self { Some(*code) } else { None }
    }
}

/// What items of one type are.
trait Typed: Copy {
    fn cell(&self) -> Cell;
    fn items(items: Vec<Self>) -> Items;
    fn of(items: &mut Items) -> Option<&mut Vec<Self>>;
}

macro_rules! typed {
    ($type:ty, $cell:ident, $items:ident) => {
        impl Typed for $type {
            fn cell(&self) -> Cell {
                Cell::$cell(*self)
            }

            fn items(items: Vec<Self>) -> Items {
                Items::$items(items)
            }

            fn of(items: &mut Items) -> Option<&mut Vec<Self>> {
                if let Items::$items(items) = items { Some(items) } else { None }
            }
        }
    };
}

typed!(bool, Boolean, Booleans);
typed!(i64, Integer, Integers);
typed!(f64, Float, Floats);
typed!(Date, Date, Dates);
typed!(u32, Code, Codes);
