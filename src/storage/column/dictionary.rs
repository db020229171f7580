//! The strings of a column, each once.
//!
//! The strings themselves are persistent: a root knows how many there are, and a rollback forgets the rest. The way
//! back from a string to its number is needed by the writer and by comparisons only, so all roots share one map, which is
//! made when it is first needed; what it says is checked against the strings of the root that asks, because a root that
//! was rolled back may have left entries there. A fork has a map of its own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::super::snapshot::{SnapshotFile, lost};
use super::Texts;

/// Below this many strings, a dictionary takes whatever comes.
const ALWAYS: usize = 4_096;

type Codes = FxHashMap<Arc<str>, u32>;

#[derive(Clone, Debug, Default)]
pub(super) struct Dictionary {
    pub(super) texts: Texts,
    /// `None` until it is needed.
    codes: Arc<Mutex<Option<Codes>>>,
    /// How many strings were written to this column.
    pub(super) written: usize,
    /// Takes no more strings.
    pub(super) closed: bool,
    /// Where it came from.
    file: Option<Arc<SnapshotFile>>,
}

impl Dictionary {
    pub(super) fn from_parts(texts: Texts, written: usize, closed: bool, file: &Arc<SnapshotFile>) -> Self {
        Self { texts, codes: Arc::default(), written, closed, file: Some(Arc::clone(file)) }
    }

    /// The number of `text`. Once more than half of all strings were distinct, strings that are not known
    /// get none for good: keeping each of them twice would cost more than it saves.
    pub(super) fn code(&mut self, text: &Arc<str>) -> Option<u32> {
        self.code_again(text).or_else(|| self.new_code(text))
    }

    /// The number of `text` if it has one; it is written in any case.
    pub(super) fn code_again(&mut self, text: &str) -> Option<u32> {
        self.written += 1;
        self.known(text)
    }

    /// The number of a text that had none.
    pub(super) fn new_code(&mut self, text: &Arc<str>) -> Option<u32> {
        self.closed |= self.texts.len() >= ALWAYS && self.texts.len() * 2 > self.written;
        if self.closed {
            return None;
        }
        let codes = Arc::clone(&self.codes);
        let mut codes = lock(&codes);
        self.all_codes(&mut codes);
        let code = u32::try_from(self.texts.push(Arc::clone(text))).ok()?;
        self.all_codes(&mut codes).insert(Arc::clone(text), code);
        Some(code)
    }

    /// The number of `text`, if it is here.
    pub(super) fn known(&self, text: &str) -> Option<u32> {
        self.find(self.all_codes(&mut lock(&self.codes)), text)
    }

    /// The number of `text` among the strings of this root. A root that was rolled back may have given it another one; it is
    /// looked for then.
    fn find(&self, codes: &Codes, text: &str) -> Option<u32> {
        let code = *codes.get(text)?;
        if self.texts.get(code as usize).is_some_and(|known| **known == *text) {
            return Some(code);
        }
        self.texts.iter().zip(0..).find(|(known, _)| ***known == *text).map(|(_, code)| code)
    }

    /// The same strings, for a root that goes its own way.
    pub(super) fn forked(&self) -> Self {
        Self { codes: Arc::default(), ..self.clone() }
    }

    pub(super) fn text(&self, code: u32) -> Arc<str> {
        self.texts
            .get(code as usize)
            .map_or_else(|| lost(self.file.as_ref(), "a page holds codes of its root's dictionary"), Arc::clone)
    }

    /// The codes of all strings. Those that come later are added by whoever gives them, once this was asked.
    fn all_codes<'c>(&self, codes: &'c mut Option<Codes>) -> &'c mut Codes {
        codes.get_or_insert_with(|| self.texts.iter().map(Arc::clone).zip(0..).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }
}

/// A panic while the lock was held leaves codes that are whole: each change is one step.
fn lock(codes: &Mutex<Option<Codes>>) -> MutexGuard<'_, Option<Codes>> {
    codes.lock().unwrap_or_else(PoisonError::into_inner)
}
