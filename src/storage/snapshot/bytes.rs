//! How what a page holds becomes bytes, and how bytes are read that may be anything.
//!
//! ```text
//! number    seven bits a byte, lowest first; the highest bit says that more follow
//! signed    n as 2n, and below 0 as -2n - 1 (number): zigzag
//! text      its length in bytes (number), then UTF-8
//! numbers   count (number); unless it is 0:
//!               form      0wwww: distances from the least;  1wwww: from the number before, above the least such distance
//!               base      the least (number)                the first, and the least distance in zigzag (numbers)
//!               items     wwww bytes each, lowest first; in the second form one less
//!           of either sign: each with 2^63 more
//! flags     eight a byte, lowest bit first
//! ```
//!
//! Numbers that lie close to each other so take a byte or two each, and none where they are all the same or rise evenly.
//! Reading never panics; what bytes claim of their own size is allocated only within the bound that the reader gives.

use super::{Damage, Place};

const DISTANCES: u8 = 0x10;
const WIDTH: u8 = 0x0f;

/// The bytes of a page as it is written.
#[derive(Debug)]
pub(crate) struct Bytes {
    written: Vec<u8>,
    /// Nothing that is written from now on, and belongs to this page alone, lies before.
    floor: u64,
    /// How many bytes the pages have that this one refers to, with all below them.
    below: u64,
}

impl Bytes {
    /// A page of which everything will lie at `floor` and behind.
    pub(super) fn at(floor: u64) -> Self {
        Self { written: Vec::new(), floor, below: 0 }
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.written
    }

    pub(super) fn below(&self) -> u64 {
        self.below
    }

    pub(in super::super) fn byte(&mut self, byte: u8) {
        self.written.push(byte);
    }

    pub(in super::super) fn raw(&mut self, bytes: &[u8]) {
        self.written.extend_from_slice(bytes);
    }

    pub(in super::super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.byte(low_byte(number) | 0x80);
            number >>= 7;
        }
        self.byte(low_byte(number));
    }

    pub(in super::super) fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    pub(in super::super) fn signed(&mut self, number: i64) {
        self.number(zigzag(number));
    }

    pub(in super::super) fn sized(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.raw(bytes);
    }

    pub(in super::super) fn text(&mut self, text: &str) {
        self.sized(text.as_bytes());
    }

    pub(in super::super) fn flags(&mut self, flags: impl Iterator<Item = bool>) {
        let (mut byte, mut bit) = (0, 0);
        for flag in flags {
            byte |= u8::from(flag) << bit;
            bit += 1;
            if bit == 8 {
                self.byte(byte);
                (byte, bit) = (0, 0);
            }
        }
        if bit > 0 {
            self.byte(byte);
        }
    }

    /// Numbers in the shorter of the two forms.
    pub(in super::super) fn numbers(&mut self, numbers: impl Iterator<Item = u64> + Clone) {
        let count = numbers.clone().count();
        self.count(count);
        let (Some(first), Some(least), Some(most)) =
            (numbers.clone().next(), numbers.clone().min(), numbers.clone().max())
        else {
            return;
        };
        let steps =
            numbers.clone().zip(numbers.clone().skip(1)).map(|(one, next)| next.wrapping_sub(one).cast_signed());
        let (least_step, most_step) = (steps.clone().min().unwrap_or(0), steps.clone().max().unwrap_or(0));
        let (width, step_width) = (width(most - least), width(most_step.wrapping_sub(least_step).cast_unsigned()));
        if step_width < width {
            self.byte(low_byte(step_width as u64) | DISTANCES);
            self.number(first);
            self.signed(least_step);
            self.items(steps.map(|step| step.wrapping_sub(least_step).cast_unsigned()), step_width);
        } else {
            self.byte(low_byte(width as u64));
            self.number(least);
            self.items(numbers.map(|number| number - least), width);
        }
    }

    pub(in super::super) fn numbers_u32<'n>(&mut self, numbers: impl Iterator<Item = &'n u32> + Clone) {
        self.numbers(numbers.map(|number| u64::from(*number)));
    }

    pub(in super::super) fn numbers_i64(&mut self, numbers: impl Iterator<Item = i64> + Clone) {
        self.numbers(numbers.map(ordered));
    }

    fn items(&mut self, items: impl Iterator<Item = u64>, width: usize) {
        if width > 0 {
            items.for_each(|item| self.raw(&item.to_le_bytes()[..width]));
        }
    }

    /// Where a page lies that this one refers to. Those that were not written before are told in the order in which they lie.
    pub(in super::super) fn place(&mut self, place: Option<Place>) {
        let Some(place) = place else {
            self.number(0);
            return;
        };
        let is_next = place.offset.checked_sub(self.floor) == Some(place.below) && place.span == place.below;
        self.number(u64::from(place.len_bytes));
        self.number(place.below << 1 | u64::from(!is_next));
        if !is_next {
            self.number(place.offset);
            self.number(place.span);
        }
        self.raw(&place.crc.to_le_bytes());
        self.floor = self.floor.max(place.end());
        self.below += place.tree_bytes();
    }
}

/// What is left to be read of a page.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    pub(in super::super) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// All that is left.
    pub(super) fn take_rest(&mut self) -> &'b [u8] {
        std::mem::take(&mut self.rest)
    }

    pub(super) fn end(&self) -> Result<(), Damage> {
        check(self.rest.is_empty(), "it is longer than what it holds")
    }

    pub(in super::super) fn byte(&mut self) -> Result<u8, Damage> {
        Ok(self.raw(1)?[0])
    }

    pub(in super::super) fn raw(&mut self, len: usize) -> Result<&'b [u8], Damage> {
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(Damage("it ends too early"))?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(super) fn array<const LEN: usize>(&mut self) -> Result<[u8; LEN], Damage> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Damage("it ends too early"))?;
        self.rest = rest;
        Ok(*bytes)
    }

    pub(in super::super) fn number(&mut self) -> Result<u64, Damage> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            check(shift < 63 || (shift == 63 && bits <= 1), "a number has too many bytes")?;
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
            shift += 7;
        }
    }

    /// A number of whatever width is wanted.
    pub(in super::super) fn whole<T: TryFrom<u64>>(&mut self) -> Result<T, Damage> {
        T::try_from(self.number()?).map_err(|_| TOO_LARGE)
    }

    /// A number that is no more than `most`.
    pub(in super::super) fn count(&mut self, most: usize) -> Result<usize, Damage> {
        let count = self.whole()?;
        check(count <= most, "a count is too large")?;
        Ok(count)
    }

    /// How many things follow that take a byte or more each.
    pub(in super::super) fn count_of_rest(&mut self) -> Result<usize, Damage> {
        self.count(self.rest.len())
    }

    pub(in super::super) fn signed(&mut self) -> Result<i64, Damage> {
        Ok(unzigzag(self.number()?))
    }

    pub(in super::super) fn sized(&mut self) -> Result<&'b [u8], Damage> {
        let len = self.whole()?;
        self.raw(len)
    }

    pub(in super::super) fn text(&mut self) -> Result<&'b str, Damage> {
        str::from_utf8(self.sized()?).map_err(|_| Damage("a text is not UTF-8"))
    }

    pub(in super::super) fn flag(&mut self) -> Result<bool, Damage> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damage("a flag is neither 0 nor 1")),
        }
    }

    pub(in super::super) fn flags(&mut self, count: usize) -> Result<Vec<bool>, Damage> {
        let bytes = self.raw(count.div_ceil(8))?;
        let spare = count.next_multiple_of(8) - count;
        check(bytes.last().is_none_or(|last| last.leading_zeros() as usize >= spare), "flags stand for nothing")?;
        Ok((0..count).map(|index| bytes[index / 8] & (1 << (index % 8)) != 0).collect())
    }

    /// At most `most` numbers.
    pub(in super::super) fn numbers<T: TryFrom<u64>>(&mut self, most: usize) -> Result<Vec<T>, Damage> {
        let count = self.count(most)?;
        if count == 0 {
            return Ok(Vec::new());
        }
        let form = self.byte()?;
        let width = usize::from(form & WIDTH);
        check(form & !(WIDTH | DISTANCES) == 0 && width <= 8, "numbers have an unknown form")?;
        let base = self.number()?;
        let mut numbers = Vec::new();
        if form & DISTANCES == 0 {
            self.items(&mut numbers, count, width, |item| base.checked_add(item))?;
            return Ok(numbers);
        }
        let least_step = self.signed()?.cast_unsigned();
        let mut last = base;
        numbers.push(T::try_from(base).map_err(|_| TOO_LARGE)?);
        self.items(&mut numbers, count - 1, width, |item| {
            last = last.wrapping_add(least_step).wrapping_add(item);
            Some(last)
        })?;
        Ok(numbers)
    }

    /// Exactly `count` numbers.
    pub(in super::super) fn exactly<T: TryFrom<u64>>(&mut self, count: usize) -> Result<Vec<T>, Damage> {
        let numbers = self.numbers(count)?;
        check(numbers.len() == count, "numbers are missing")?;
        Ok(numbers)
    }

    pub(in super::super) fn exactly_i64(&mut self, count: usize) -> Result<Vec<i64>, Damage> {
        Ok(self.exactly(count)?.into_iter().map(unordered).collect())
    }

    /// Appends the numbers that are made of `count` items.
    fn items<T: TryFrom<u64>>(
        &mut self,
        numbers: &mut Vec<T>,
        count: usize,
        width: usize,
        number: impl FnMut(u64) -> Option<u64>,
    ) -> Result<(), Damage> {
        let bytes = self.raw(count.checked_mul(width).ok_or(Damage("a count is too large"))?)?;
        numbers.reserve_exact(count);
        // Each width has a loop of its own, which need not ask for it.
        let are_whole = match width {
            0 => append(numbers, std::iter::repeat_n(0, count), number),
            1 => append(numbers, words::<1>(bytes), number),
            2 => append(numbers, words::<2>(bytes), number),
            3 => append(numbers, words::<3>(bytes), number),
            4 => append(numbers, words::<4>(bytes), number),
            5 => append(numbers, words::<5>(bytes), number),
            6 => append(numbers, words::<6>(bytes), number),
            7 => append(numbers, words::<7>(bytes), number),
            _ => append(numbers, words::<8>(bytes), number),
        };
        if are_whole { Ok(()) } else { Err(TOO_LARGE) }
    }

    /// Where a page lies, at so many bytes behind `floor` or elsewhere, and its sum.
    pub(super) fn place(&mut self, floor: u64) -> Result<Option<Place>, Damage> {
        let len_bytes = self.whole()?;
        if len_bytes == 0 {
            return Ok(None);
        }
        let form = self.number()?;
        let below = form >> 1;
        let (offset, span) = if form & 1 == 0 {
            (floor.checked_add(below).ok_or(Damage("a place is out of the file"))?, below)
        } else {
            (self.number()?, self.number()?)
        };
        check(span <= offset, "a page belongs to nothing")?;
        Ok(Some(Place { offset, len_bytes, crc: u32::from_le_bytes(self.array()?), span, below }))
    }
}

/// Bytes are damaged unless something holds.
pub(in super::super) fn check(holds: bool, reason: &'static str) -> Result<(), Damage> {
    if holds { Ok(()) } else { Err(Damage(reason)) }
}

/// Whether numbers rise, none being there twice.
pub(in super::super) fn rises<T: PartialOrd>(items: &[T]) -> bool {
    items.is_sorted_by(|one, next| one < next)
}

const TOO_LARGE: Damage = Damage("a number is too large");

fn words<const WIDTH: usize>(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.chunks_exact(WIDTH).map(|bytes| {
        let mut word = [0; size_of::<u64>()];
        word[..WIDTH].copy_from_slice(bytes);
        u64::from_le_bytes(word)
    })
}

/// Appends what is made of each item, as long as that is a number of this type; false if one is not.
#[inline]
fn append<T: TryFrom<u64>>(
    numbers: &mut Vec<T>,
    mut items: impl Iterator<Item = u64>,
    mut number: impl FnMut(u64) -> Option<u64>,
) -> bool {
    items.all(|item| {
        let made = number(item).and_then(|number| T::try_from(number).ok());
        made.map(|number| numbers.push(number)).is_some()
    })
}

/// How many bytes a number needs; none for 0.
fn width(number: u64) -> usize {
    (u64::BITS - number.leading_zeros()).div_ceil(8) as usize
}

fn low_byte(number: u64) -> u8 {
    number.to_le_bytes()[0]
}

const fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// A number without a sign that has the same order.
const fn ordered(number: i64) -> u64 {
    number.cast_unsigned() ^ 1 << 63
}

const fn unordered(number: u64) -> i64 {
    (number ^ 1 << 63).cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers() -> impl Strategy<Value = Vec<u64>> {
        let close = (any::<u64>(), prop::collection::vec(0..70_000_u64, 0..50))
            .prop_map(|(base, items)| items.into_iter().map(|item| base.saturating_add(item)).collect());
        let rising = (any::<u32>(), prop::collection::vec(0..300_u64, 0..50)).prop_map(|(base, steps)| {
            steps
                .into_iter()
                .scan(u64::from(base), |at, step| {
                    *at += step;
                    Some(*at)
                })
                .collect()
        });
        prop_oneof![close, rising, prop::collection::vec(any::<u64>(), 0..50)]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(numbers in numbers(), signed in any::<i64>(), text in ".*", flags in prop::collection::vec(any::<bool>(), 0..30)) {
            let mut bytes = Bytes::at(0);
            bytes.numbers(numbers.iter().copied());
            bytes.numbers_i64([signed, signed / 2].into_iter());
            bytes.signed(signed);
            bytes.text(&text);
            bytes.flags(flags.iter().copied());
            let mut reader = Reader::new(bytes.as_slice());
            prop_assert_eq!(reader.numbers::<u64>(50).unwrap(), numbers);
            prop_assert_eq!(reader.exactly_i64(2).unwrap(), [signed, signed / 2]);
            prop_assert_eq!(reader.signed().unwrap(), signed);
            prop_assert_eq!(reader.text().unwrap(), text);
            prop_assert_eq!(reader.flags(flags.len()).unwrap(), flags);
            reader.end().unwrap();
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            for read in [
                |reader: &mut Reader| reader.numbers::<u32>(1_000).map(|numbers| numbers.len() <= 1_000),
                |reader: &mut Reader| reader.text().map(|text| text.len() < 60),
                |reader: &mut Reader| reader.number().map(|_| true),
                |reader: &mut Reader| reader.place(u64::MAX - 9).map(|_| true),
            ] {
                prop_assert!(read(&mut Reader::new(&bytes)).unwrap_or(true));
            }
        }
    }

    #[test]
    fn close_and_even_numbers_take_few_bytes() {
        let same = vec![1_000_000; 100];
        let even = (0..100).map(|item| 70_000 + item * 40).collect();
        let close = (0..100).map(|item| (1 << 40) + (item * 77) % 100).collect();
        for (numbers, len_bytes) in [(same, 5), (even, 6), (close, 108)] {
            let mut bytes = Bytes::at(0);
            bytes.numbers(numbers.into_iter());
            assert_eq!(bytes.as_slice().len(), len_bytes);
        }
    }
}
