//! Columns and dictionaries as bytes.
//!
//! ```text
//! columns    how many; for each: its key, the slots that have a value (a bitmap), form, items
//! form       one byte: the kind of items, and 16 more where they lie at their offsets in memory
//! items      one for each slot that has a value
//!     0      the value of all slots: one byte 0 and a code, or 1 and a value
//!     1      booleans (flags)
//!     2      integers (numbers)
//!     3      floats, eight bytes each
//!     4      dates, in days since 1970-01-01 (numbers)
//!     5      codes of strings (numbers)
//!     6      texts
//!     7      values, each with its length before it
//! ```

use std::sync::Arc;

use smallvec::SmallVec;

use super::super::DiskError;
use super::super::bitmap::Bitmap;
use super::super::codec::{decode_value, encode_value};
use super::super::paged::PageTree;
use super::super::snapshot::{Bytes, Damage, Reader, SnapshotWriter, Source, Stored, check};
use super::cells::{Blocks, Cells};
use super::dictionary::Dictionary;
use super::page::{ColumnPage, Items, Layout};
use super::{Cell, Dictionaries, PageColumns, Texts};
use crate::catalog::KeyId;
use crate::value::{Date, Value};

const DENSE: u8 = 0x10;

impl PageColumns {
    pub(in super::super) fn write(&self, bytes: &mut Bytes, out: &SnapshotWriter) -> Result<(), DiskError> {
        bytes.count(self.0.len());
        self.0.iter().try_for_each(|(key, page)| {
            bytes.number(u64::from(key.0));
            page.write(bytes, out)
        })
    }

    /// Keys are below `keys`, codes of each key below what `codes` says.
    pub(in super::super) fn read(bytes: &mut Reader, keys: u32, codes: &[u32]) -> Result<Self, Damage> {
        let mut columns = SmallVec::new();
        let mut least = 0;
        for _ in 0..bytes.count_of_rest()? {
            let key: u32 = bytes.whole()?;
            check(key >= least && key < keys, "keys are out of order")?;
            least = key + 1;
            let codes = codes.get(key as usize).copied().unwrap_or(0);
            columns.push((KeyId(key), Arc::new(ColumnPage::read(bytes, codes)?)));
        }
        Ok(Self(columns))
    }
}

impl ColumnPage {
    fn write(&self, bytes: &mut Bytes, out: &SnapshotWriter) -> Result<(), DiskError> {
        self.present.write(bytes);
        let layout = if self.layout == Layout::Dense { DENSE } else { 0 };
        bytes.byte(layout | self.items.kind());
        let positions: Vec<usize> = match self.layout {
            Layout::Dense => self.present.ones().collect(),
            Layout::Packed => (0..self.count).collect(),
        };
        let mut positions = positions.iter().copied();
        match &self.items {
            Items::Constant(cell) => write_cell(cell, bytes, out)?,
            Items::Booleans(items) => bytes.flags(positions.map(|position| items[position])),
            Items::Integers(items) => bytes.numbers_i64(positions.map(|position| items[position])),
            Items::Floats(items) => positions.for_each(|position| bytes.raw(&items[position].to_le_bytes())),
            Items::Dates(items) => bytes.numbers_i64(positions.map(|position| items[position].epoch_days())),
            Items::Codes(items) => bytes.numbers(positions.map(|position| u64::from(items[position]))),
            Items::Texts(items) => positions.for_each(|position| bytes.text(items.get(position))),
            Items::General(items) => positions.try_for_each(|position| write_value(items.get(position), bytes, out))?,
        }
        Ok(())
    }

    fn read(bytes: &mut Reader, codes: u32) -> Result<Self, Damage> {
        let present = Bitmap::read(bytes)?;
        let count = present.count();
        check(count > 0, "a column is empty")?;
        let form = bytes.byte()?;
        let layout = if form & DENSE == 0 { Layout::Packed } else { Layout::Dense };
        let items = match form & !DENSE {
            0 => Items::Constant(read_cell(bytes, codes)?),
            1 => Items::Booleans(bytes.flags(count)?),
            2 => Items::Integers(bytes.exactly_i64(count)?),
            3 => Items::Floats(read_floats(bytes, count)?),
            4 => Items::Dates(bytes.exactly_i64(count)?.into_iter().map(date).collect::<Result<_, _>>()?),
            5 => Items::Codes(read_codes(bytes, count, codes)?),
            6 => Items::Texts(read_blocks(count, || bytes.text().map(Arc::from))?),
            7 => Items::General(read_blocks(count, || read_value(bytes))?),
            _ => return Err(Damage("a column has an unknown form")),
        };
        let mut page = Self { present, count, layout: Layout::Packed, items };
        match layout {
            Layout::Packed => {}
            Layout::Dense => page.lay_out(Layout::Dense),
        }
        Ok(page)
    }
}

impl Items {
    fn kind(&self) -> u8 {
        match self {
            Items::Constant(_) => 0,
            Items::Booleans(_) => 1,
            Items::Integers(_) => 2,
            Items::Floats(_) => 3,
            Items::Dates(_) => 4,
            Items::Codes(_) => 5,
            Items::Texts(_) => 6,
            Items::General(_) => 7,
        }
    }
}

fn write_cell(cell: &Cell, bytes: &mut Bytes, out: &SnapshotWriter) -> Result<(), DiskError> {
    if let Cell::Code(code) = cell {
        bytes.byte(0);
        bytes.number(u64::from(*code));
        return Ok(());
    }
    bytes.byte(1);
    write_value(&cell.value(None), bytes, out)
}

fn read_cell(bytes: &mut Reader, codes: u32) -> Result<Cell, Damage> {
    if !bytes.flag()? {
        let code = bytes.whole()?;
        check(code < codes, "a string is missing")?;
        return Ok(Cell::Code(code));
    }
    Ok(match read_value(bytes)? {
        Value::Boolean(boolean) => Cell::Boolean(boolean),
        Value::Integer(integer) => Cell::Integer(integer),
        Value::Float(float) => Cell::Float(float),
        Value::Date(date) => Cell::Date(date),
        Value::String(text) => Cell::Text(text),
        other => Cell::Other(other),
    })
}

fn write_value(value: &Value, bytes: &mut Bytes, out: &SnapshotWriter) -> Result<(), DiskError> {
    bytes.sized(&encode_value(value).map_err(|error| out.refuse(error))?);
    Ok(())
}

/// A value that may be a property.
fn read_value(bytes: &mut Reader) -> Result<Value, Damage> {
    let value = decode_value(bytes.sized()?).map_err(|_| Damage("a value is damaged"))?;
    check(!value.is_null(), "a value is missing")?;
    Ok(value)
}

fn read_floats(bytes: &mut Reader, count: usize) -> Result<Vec<f64>, Damage> {
    let (floats, _) = bytes.raw(count * size_of::<f64>())?.as_chunks();
    Ok(floats.iter().map(|float| f64::from_le_bytes(*float)).collect())
}

fn read_codes(bytes: &mut Reader, count: usize, bound: u32) -> Result<Vec<u32>, Damage> {
    let codes: Vec<u32> = bytes.exactly(count)?;
    check(codes.iter().all(|code| *code < bound), "a string is missing")?;
    Ok(codes)
}

fn read_blocks<T: Clone>(count: usize, mut read: impl FnMut() -> Result<T, Damage>) -> Result<Blocks<T>, Damage> {
    let items: Vec<T> = (0..count).map(|_| read()).collect::<Result<_, _>>()?;
    Ok(Blocks::from_items(items.into_iter()))
}

fn date(epoch_days: i64) -> Result<Date, Damage> {
    Date::from_epoch_days(epoch_days).ok_or(Damage("a day is too far away"))
}

impl Dictionaries {
    pub(in super::super) fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.count(self.0.iter().count());
        self.0.iter().try_for_each(|(key, dictionary)| {
            bytes.count(key);
            dictionary.store(bytes, out)
        })
    }

    /// The dictionaries of keys below `keys`.
    pub(in super::super) fn load(bytes: &mut Reader, from: &mut Source, keys: u32) -> Result<Self, Damage> {
        let (mut dictionaries, mut least) = (PageTree::default(), 0);
        for _ in 0..bytes.count(keys as usize)? {
            let key: u32 = bytes.whole()?;
            check(key >= least && key < keys, "keys are out of order")?;
            least = key + 1;
            dictionaries.set(key as usize, Dictionary::load(bytes, from)?);
        }
        Ok(Self(dictionaries))
    }

    /// How many strings there are for each key.
    pub(in super::super) fn lengths(&self, keys: u32) -> Vec<u32> {
        let length =
            |key| self.get(KeyId(key)).map_or(0, |dictionary| u32::try_from(dictionary.len()).unwrap_or(u32::MAX));
        (0..keys).map(length).collect()
    }
}

/// How many strings were written, whether it takes no more, and where its strings lie.
impl Stored for Dictionary {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.count(self.written);
        bytes.byte(u8::from(self.closed));
        self.texts.store(bytes, out)
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let (written, closed) = (bytes.whole()?, bytes.flag()?);
        let texts = Texts::load(bytes, from)?;
        check(u32::try_from(texts.len()).is_ok(), "there are too many strings")?;
        Ok(Self::from_parts(texts, written, closed, from.file()))
    }
}

impl Stored for Vec<Arc<str>> {
    fn store(&self, bytes: &mut Bytes, _: &mut SnapshotWriter) -> Result<(), DiskError> {
        for text in self {
            bytes.text(text);
        }
        Ok(())
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        (0..from.count()).map(|_| bytes.text().map(Arc::from)).collect()
    }

    fn is_whole(_: &[u8]) -> bool {
        true
    }
}
