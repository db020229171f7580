//! The strings of a column, each once.
//!
//! The strings themselves are persistent: a root knows how many there are, and a rollback forgets the rest. The way
//! back from a string to its number is needed by the writer only, so all roots share one map; what it says is checked
//! against the strings of the root that asks, because a root that was rolled back may have left entries there.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::super::paged::Paged;

/// Below this many strings, a dictionary takes whatever comes.
const ALWAYS: usize = 4_096;

#[derive(Clone, Debug, Default)]
pub(super) struct Dictionary {
    texts: Paged<Arc<str>, 32>,
    codes: Arc<Mutex<FxHashMap<Arc<str>, u32>>>,
    /// How many strings were written to this column.
    written: usize,
    /// Takes no more strings.
    closed: bool,
}

impl Dictionary {
    /// The number of `text`. Once more than half of all strings were distinct, strings that are not known
    /// get none for good: keeping each of them twice would cost more than it saves.
    pub(super) fn code(&mut self, text: &Arc<str>) -> Option<u32> {
        self.written += 1;
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&code) = codes.get(text)
            && self.texts.get(code as usize).is_some_and(|known| known == text)
        {
            return Some(code);
        }
        self.closed |= self.texts.len() >= ALWAYS && self.texts.len() * 2 > self.written;
        if self.closed {
            return None;
        }
        let code = u32::try_from(self.texts.push(Arc::clone(text))).ok()?;
        codes.insert(Arc::clone(text), code);
        Some(code)
    }

    /// The number of `text`, if it is here.
    pub(super) fn known(&self, text: &str) -> Option<u32> {
        let code = self.codes.lock().unwrap_or_else(PoisonError::into_inner).get(text).copied()?;
        self.texts.get(code as usize).is_some_and(|known| **known == *text).then_some(code)
    }

    pub(super) fn text(&self, code: u32) -> Arc<str> {
        self.texts.get(code as usize).map(Arc::clone).expect("a page holds codes of its root's dictionary")
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }
}
