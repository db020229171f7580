//! Sets of slots: a bitmap for each page of 1,024 slots.

use super::DiskError;
use super::paged::PageTree;
use super::snapshot::{Bytes, Damage, Reader, SnapshotWriter, Source, Stored, check, rises};

/// Slots of a page, everywhere in the store but in adjacency.
pub(super) const PAGE_SLOTS: usize = 1_024;

const WORD_BITS: usize = 64;
const WORDS: usize = PAGE_SLOTS / WORD_BITS;

/// So many bits are told one by one in a file.
const FEW: usize = 60;

/// One bit for each slot of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bitmap([u64; WORDS]);

impl Bitmap {
    pub(super) fn get(&self, offset: usize) -> bool {
        self.0[offset / WORD_BITS] & (1 << (offset % WORD_BITS)) != 0
    }

    /// True if the bit was not there.
    pub(super) fn insert(&mut self, offset: usize) -> bool {
        let was = self.get(offset);
        self.0[offset / WORD_BITS] |= 1 << (offset % WORD_BITS);
        !was
    }

    /// Sets all bits of a stretch.
    pub(super) fn insert_all(&mut self, offsets: std::ops::Range<usize>) {
        for (index, word) in self.0.iter_mut().enumerate() {
            let first = index * WORD_BITS;
            let (start, end) = (offsets.start.max(first), offsets.end.min(first + WORD_BITS));
            if start < end {
                *word |= (u64::MAX >> (WORD_BITS - (end - start))) << (start - first);
            }
        }
    }

    /// True if the bit was there.
    pub(super) fn remove(&mut self, offset: usize) -> bool {
        let was = self.get(offset);
        self.0[offset / WORD_BITS] &= !(1 << (offset % WORD_BITS));
        was
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Keeps what is set in `other` too.
    pub(super) fn intersect(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word &= other);
    }

    /// Takes what is set in `other` away.
    pub(super) fn subtract(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word &= !other);
    }

    /// Adds what is set in `other`.
    pub(super) fn unite(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word |= other);
    }

    /// Whether all that is set is set in `other` too.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|(word, other)| word & !other == 0)
    }

    /// Whether some bit is set in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).any(|(word, other)| word & other != 0)
    }

    /// Keeps the bits from `from` to the one before `end`.
    pub(super) fn keep(&mut self, from: usize, end: usize) {
        if from > 0 || end < PAGE_SLOTS {
            self.retain(|offset| (from..end).contains(&offset));
        }
    }

    /// Keeps the bits for which `keep` holds, which is asked of set bits only.
    pub(super) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        for (index, word) in self.0.iter_mut().enumerate() {
            let mut open = *word;
            while open != 0 {
                let bit = open.trailing_zeros();
                open &= open - 1;
                if !keep(index * WORD_BITS + bit as usize) {
                    *word &= !(1 << bit);
                }
            }
        }
    }

    /// Keeps the bits whose item, by offset, fits. All items are asked, those of bits that are not set too, because
    /// a loop without a branch is faster.
    pub(super) fn retain_items<T>(&mut self, items: &[T], fits: impl Fn(&T) -> bool) {
        let mut chunks = items.chunks(WORD_BITS);
        for word in &mut self.0 {
            *word &= chunks.next().map_or(0, |chunk| word_of(chunk, &fits));
        }
    }

    /// Items by offset in stretches of a word, each with its bits.
    pub(super) fn words_with<'i, T>(&self, items: &'i [T]) -> impl Iterator<Item = (u64, &'i [T])> {
        self.0.into_iter().zip(items.chunks(WORD_BITS))
    }

    /// Appends the slots of the bits that are set, where the page begins with the slot `base`.
    pub(super) fn append_to(&self, base: u32, slots: &mut Vec<u32>) {
        for (index, &word) in self.0.iter().enumerate() {
            let first = base + narrow(index * WORD_BITS);
            if word == u64::MAX {
                slots.extend(first..first + u64::BITS);
                continue;
            }
            let mut word = word;
            while word != 0 {
                slots.push(first + word.trailing_zeros());
                word &= word - 1;
            }
        }
    }

    /// How many bits are set below `offset`.
    pub(super) fn rank(&self, offset: usize) -> usize {
        let whole: u32 = self.0[..offset / WORD_BITS].iter().map(|word| word.count_ones()).sum();
        let rest = self.0[offset / WORD_BITS] & ((1 << (offset % WORD_BITS)) - 1);
        (whole + rest.count_ones()) as usize
    }

    /// One more than the highest bit that is set.
    pub(super) fn span(&self) -> usize {
        let Some(word) = self.0.iter().rposition(|&word| word != 0) else { return 0 };
        (word + 1) * WORD_BITS - self.0[word].leading_zeros() as usize
    }

    /// The bits that are set, from `from` on.
    pub(super) fn ones_from(&self, from: usize) -> impl Iterator<Item = usize> {
        let first = from / WORD_BITS;
        let words = self.0.iter().enumerate().skip(first).map(move |(index, &word)| {
            if index == first { (index, word & (u64::MAX << (from % WORD_BITS))) } else { (index, word) }
        });
        words.flat_map(|(index, mut word)| {
            std::iter::from_fn(move || {
                if word == 0 {
                    return None;
                }
                let bit = word.trailing_zeros() as usize;
                word &= word - 1;
                Some(index * WORD_BITS + bit)
            })
        })
    }

    /// Appends the slots of the bits that are set from `from` on, where the page begins with the slot `base`: at most
    /// `limit`, run by run. Gives the offset to go on from if that was not all.
    pub(super) fn collect(&self, from: usize, base: u32, limit: usize, slots: &mut Vec<u32>) -> Option<usize> {
        let mut left = narrow(limit.min(PAGE_SLOTS));
        for index in from / WORD_BITS..WORDS {
            let skipped = if index == from / WORD_BITS { from % WORD_BITS } else { 0 };
            let mut word = self.0[index] & (u64::MAX << skipped);
            while word != 0 {
                let start = word.trailing_zeros();
                let run = (word >> start).trailing_ones();
                let first = narrow(index * WORD_BITS) + start;
                if left < run {
                    slots.extend(base + first..base + first + left);
                    return Some((first + left) as usize);
                }
                slots.extend(base + first..base + first + run);
                left -= run;
                word = if start + run == u64::BITS { 0 } else { word & (u64::MAX << (start + run)) };
            }
        }
        None
    }

    pub(super) fn ones(&self) -> impl Iterator<Item = usize> {
        self.ones_from(0)
    }
}

/// The number of bits that are set; if that is neither none nor all, how they are told (one byte) and which they are:
///
/// ```text
/// 0    those below the number
/// 1    the offsets (numbers)
/// 2    128 bytes, lowest first
/// ```
impl Stored for Bitmap {
    fn store(&self, bytes: &mut Bytes, _: &mut SnapshotWriter) -> Result<(), DiskError> {
        self.write(bytes);
        Ok(())
    }

    fn load(bytes: &mut Reader, _: &mut Source) -> Result<Self, Damage> {
        Self::read(bytes)
    }

    fn is_whole(_: &[u8]) -> bool {
        true
    }
}

impl Bitmap {
    pub(super) fn below(count: usize) -> Self {
        let mut bitmap = Self::default();
        bitmap.insert_all(0..count);
        bitmap
    }

    /// Whether no bit is set at `bound` and behind.
    pub(super) fn is_below(&self, bound: usize) -> bool {
        self.span() <= bound
    }

    pub(super) fn write(&self, bytes: &mut Bytes) {
        let count = self.count();
        bytes.count(count);
        if count == 0 || count == PAGE_SLOTS {
            return;
        }
        if self.span() == count {
            bytes.byte(0);
        } else if count <= FEW {
            bytes.byte(1);
            bytes.numbers(self.ones().collect::<Vec<_>>().iter().map(|offset| *offset as u64));
        } else {
            bytes.byte(2);
            self.0.iter().for_each(|word| bytes.raw(&word.to_le_bytes()));
        }
    }

    pub(super) fn read(bytes: &mut Reader) -> Result<Self, Damage> {
        let count = bytes.count(PAGE_SLOTS)?;
        if count == 0 || count == PAGE_SLOTS {
            return Ok(Self::below(count));
        }
        let bitmap = match bytes.byte()? {
            0 => Self::below(count),
            1 => {
                let offsets: Vec<u16> = bytes.exactly(count)?;
                check(
                    rises(&offsets) && offsets.iter().all(|offset| usize::from(*offset) < PAGE_SLOTS),
                    "offsets are wrong",
                )?;
                let mut bitmap = Self::default();
                for offset in offsets {
                    bitmap.insert(offset.into());
                }
                bitmap
            }
            2 => {
                let (words, _) = bytes.raw(PAGE_SLOTS / 8)?.as_chunks();
                let mut bitmap = Self::default();
                bitmap.0.iter_mut().zip(words).for_each(|(word, bytes)| *word = u64::from_le_bytes(*bytes));
                bitmap
            }
            _ => return Err(Damage("a set of slots has an unknown form")),
        };
        check(bitmap.count() == count, "a set of slots has another size")?;
        Ok(bitmap)
    }
}

/// One bit for each item that fits.
fn word_of<T>(items: &[T], fits: &impl Fn(&T) -> bool) -> u64 {
    let mut flags = [0_u8; WORD_BITS];
    for (flag, item) in flags.iter_mut().zip(items) {
        *flag = u8::from(fits(item));
    }
    let bytes = flags.chunks_exact(8).enumerate();
    bytes.fold(0, |word, (index, flags)| word | packed(flags.try_into().expect("eight flags")) << (index * 8))
}

/// Eight flags as the bits of one byte: the product has the sum of all shifted flags in its highest byte.
fn packed(flags: [u8; 8]) -> u64 {
    u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// A set of slots that knows its size.
#[derive(Clone, Debug, Default)]
pub(super) struct SlotSet {
    pages: PageTree<Bitmap>,
    len: u64,
}

impl SlotSet {
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn contains(&self, slot: u32) -> bool {
        let (page, offset) = place(slot);
        self.pages.get(page).is_some_and(|page| page.get(offset))
    }

    pub(super) fn insert(&mut self, slot: u32) {
        let (page, offset) = place(slot);
        let added = self.pages.get_or_insert_with(page, Bitmap::default).insert(offset);
        self.len += u64::from(added);
    }

    /// Adds slots that are not here yet: `count` of them from `first` on, on one page.
    pub(super) fn insert_new(&mut self, first: u32, count: usize) {
        let (page, offset) = place(first);
        self.pages.get_or_insert_with(page, Bitmap::default).insert_all(offset..offset + count);
        self.len += count as u64;
    }

    pub(super) fn remove(&mut self, slot: u32) {
        let (index, offset) = place(slot);
        let Some(page) = self.pages.get_mut(index) else { return };
        let removed = page.remove(offset);
        self.len = self.len.saturating_sub(u64::from(removed));
        if page.is_empty() {
            self.pages.remove(index);
        }
    }

    /// All pages, by their numbers.
    pub(super) fn pages(&self) -> &PageTree<Bitmap> {
        &self.pages
    }

    /// The first page from `from` on that holds any, by its number.
    pub(super) fn page_from(&self, from: usize) -> Option<(usize, &Bitmap)> {
        self.pages.next(from)
    }

    /// Appends at most `limit` slots from `*from` on and moves it; false at the end.
    pub(super) fn collect(&self, from: &mut u32, limit: usize, slots: &mut Vec<u32>) -> bool {
        let mut left = limit;
        loop {
            let (page, offset) = place(*from);
            let Some((found, bitmap)) = self.pages.next(page) else { return false };
            let offset = if found == page { offset } else { 0 };
            let base = slot(found, 0);
            let before = slots.len();
            if let Some(next) = bitmap.collect(offset, base, left, slots) {
                *from = base + narrow(next);
                return true;
            }
            left -= slots.len() - before;
            *from = slot(found + 1, 0);
        }
    }

    /// The first slot at `from` or behind it.
    pub(super) fn next(&self, from: u32) -> Option<u32> {
        let (page, offset) = place(from);
        let here = self.pages.get(page).and_then(|bitmap| bitmap.ones_from(offset).next());
        if let Some(offset) = here {
            return Some(slot(page, offset));
        }
        let (page, bitmap) = self.pages.next(page + 1)?;
        Some(slot(page, bitmap.ones().next()?))
    }
}

/// The number of slots, and where the pages lie.
impl Stored for SlotSet {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.number(self.len);
        self.pages.store(bytes, out)
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        Ok(Self { len: bytes.number()?, pages: PageTree::load(bytes, from, 0)? })
    }
}

/// The page of a slot and its offset there.
pub(super) const fn place(slot: u32) -> (usize, usize) {
    (slot as usize / PAGE_SLOTS, slot as usize % PAGE_SLOTS)
}

pub(super) fn slot(page: usize, offset: usize) -> u32 {
    narrow(page * PAGE_SLOTS + offset)
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).expect("slots stay below 2^31")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_counts_the_bits_below() {
        let mut bitmap = Bitmap::default();
        for offset in [0, 63, 64, 700, 1_023] {
            bitmap.insert(offset);
        }
        assert_eq!(bitmap.rank(0), 0);
        assert_eq!(bitmap.rank(64), 2);
        assert_eq!(bitmap.rank(1_023), 4);
        assert_eq!(bitmap.span(), 1_024);
        assert_eq!(bitmap.ones_from(64).collect::<Vec<_>>(), [64, 700, 1_023]);
    }

    #[test]
    fn bits_are_kept_by_what_lies_at_their_offsets() {
        let mut all = Bitmap::default();
        (0..1_000).for_each(|offset| _ = all.insert(offset));
        let items: Vec<usize> = (0..700).map(|offset| offset % 13).collect();
        let (mut by_item, mut by_offset) = (all.clone(), all);
        by_item.retain_items(&items, |item| *item < 5);
        by_offset.retain(|offset| offset < 700 && offset % 13 < 5);
        assert_eq!(by_item, by_offset);
        let mut slots = Vec::new();
        by_item.append_to(2_048, &mut slots);
        let expected: Vec<u32> = (0..700).filter(|offset| offset % 13 < 5).map(|offset| 2_048 + offset).collect();
        assert_eq!(slots, expected);
        assert_eq!(by_item.count(), expected.len());
    }

    #[test]
    fn a_scan_goes_on_where_it_stopped() {
        let mut set = SlotSet::default();
        let slots: Vec<u32> = (0..10_000).filter(|slot| slot % 7 == 0 || (3_000..5_000).contains(slot)).collect();
        for &slot in &slots {
            set.insert(slot);
        }
        let (mut from, mut found) = (0, Vec::new());
        while set.collect(&mut from, 13, &mut found) {}
        assert_eq!(found, slots);
        assert_eq!(set.len(), slots.len() as u64);
        assert_eq!((set.next(3_001), set.next(9_991), set.next(9_997)), (Some(3_001), Some(9_996), None));
    }
}
