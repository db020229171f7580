//! How many elements have each string of a dictionary, counted page by page as the codes lie there.

use std::sync::Arc;

use super::super::bitmap::Bitmap;
use super::codes::Codes;
use super::dictionary::Dictionary;
use super::page::{ColumnPage, Items, Layout};
use super::{Cell, Dictionaries, PageColumns};
use crate::catalog::KeyId;

/// Counts of a larger dictionary would not stay in the processor's caches.
const MOST_CODES: usize = 1 << 14;

/// Counters side by side: one that has just been written to is not waited for by the next row.
const LANES: usize = 4;

/// How often each string was seen, and null.
pub(crate) struct CodeCounts {
    dictionary: Arc<Dictionary>,
    /// Of null, then of each code.
    counts: Vec<[u32; LANES]>,
    is_known: Vec<bool>,
    /// Codes in the order of first sight.
    seen: Vec<u32>,
}

impl CodeCounts {
    /// Of the values of a key; `None` if they are not worth it or have no dictionary.
    pub(in super::super) fn of(key: KeyId, dictionaries: &Dictionaries) -> Option<Self> {
        let dictionary = dictionaries.shared(key).filter(|dictionary| dictionary.len() <= MOST_CODES)?;
        let len = 1 + dictionary.len();
        Some(Self {
            dictionary: Arc::clone(dictionary),
            counts: vec![[0; LANES]; len],
            is_known: vec![false; len],
            seen: Vec::new(),
        })
    }

    /// What was seen since the last time, in the order of first sight, and how often.
    pub(crate) fn take(&mut self) -> (Codes, Vec<i64>) {
        let seen = std::mem::take(&mut self.seen);
        let counts = seen.iter().map(|code| {
            let place = place_of(*code);
            self.is_known[place] = false;
            std::mem::take(&mut self.counts[place]).into_iter().map(i64::from).sum()
        });
        let counts = counts.collect();
        (Codes::new(seen, &self.dictionary), counts)
    }

    /// The items of the bits that are set in `fits`, which all have one.
    fn add_items(&mut self, items: &[u32], fits: &Bitmap) {
        let mut any_new = false;
        for (word, items) in fits.words_with(items) {
            if word == u64::MAX {
                for items in items.chunks_exact(LANES) {
                    for (lane, code) in items.iter().enumerate() {
                        any_new |= self.count(*code, lane);
                    }
                }
                continue;
            }
            let mut word = word;
            while word != 0 {
                let bit = word.trailing_zeros() as usize;
                any_new |= self.count(items[bit], bit % LANES);
                word &= word - 1;
            }
        }
        if any_new {
            fits.ones_from(0).for_each(|offset| self.see(items[offset]));
        }
    }

    /// Whether the code is not known yet.
    #[inline]
    fn count(&mut self, code: u32, lane: usize) -> bool {
        let place = place_of(code);
        self.counts[place][lane] += 1;
        !self.is_known[place]
    }

    fn add(&mut self, code: u32, count: usize) {
        if count > 0 {
            self.see(code);
            self.counts[place_of(code)][0] += u32::try_from(count).expect("no more than a page has");
        }
    }

    fn see(&mut self, code: u32) {
        if !std::mem::replace(&mut self.is_known[place_of(code)], true) {
            self.seen.push(code);
        }
    }
}

/// Null is the code before the first one.
fn place_of(code: u32) -> usize {
    code.wrapping_add(1) as usize
}

impl PageColumns {
    /// Counts the values of a key in the slots that fit. False, and none is counted, if they are no codes.
    pub(in super::super) fn count_codes(&self, key: KeyId, fits: &Bitmap, counts: &mut CodeCounts) -> bool {
        match self.column(key) {
            None => counts.add(Codes::NULL, fits.count()),
            Some(page) => match &page.items {
                Items::Codes(items) if page.layout == Layout::Dense && fits.is_within(&page.present) => {
                    counts.add_items(items, fits);
                }
                Items::Codes(items) => count_some(page, fits, counts, |offset| items[page.position(offset)]),
                Items::Constant(Cell::Code(code)) => count_some(page, fits, counts, |_| *code),
                _ => return false,
            },
        }
        true
    }
}

fn count_some(page: &ColumnPage, fits: &Bitmap, counts: &mut CodeCounts, code: impl Fn(usize) -> u32) {
    for offset in fits.ones_from(0) {
        counts.add(if page.contains(offset) { code(offset) } else { Codes::NULL }, 1);
    }
}
