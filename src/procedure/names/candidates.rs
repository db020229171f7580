//! Who may be meant: the elements that have words of a name, or words that are spelt like these.
//!
//! Each word of the name brings those that have it, rare words all of them; what many have brings nobody by itself, and
//! counts for those that are there. So the work is bounded, however large the index is.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::names::{JOINED, Kind, Reading, Word, alike, hints};
use crate::storage::NameIndex;

/// How far it is looked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// A word that more have is one that many have.
    holders: usize,
    /// Words that are filed where one would be, and are looked at.
    spellings: usize,
    /// So many of them are taken.
    taken: usize,
    /// So many elements come out.
    pub found: usize,
}

impl Effort {
    /// For one name.
    pub(super) const SEARCH: Self = Self { holders: 2_048, spellings: 400, taken: 24, found: 200 };
    /// For one name of very many.
    pub(super) const BLOCK: Self = Self { holders: 256, spellings: 60, taken: 6, found: 24 };
}

/// Elements that are looked at where only words that many have are in the name.
const MOST_STEPS: usize = 20_000;

/// Those that words of a name lead to, the likeliest first; of the rest only those that `fits` are counted.
pub(super) fn candidates(index: &NameIndex, name: &Reading, effort: Effort, fits: impl Fn(u32) -> bool) -> Vec<u32> {
    let mut search = Search { index, effort, found: FxHashMap::default(), common: Vec::new() };
    for term in terms(name) {
        search.take(&term);
    }
    search.take_common();
    let mut found: Vec<(f64, u32)> = search.found.into_iter().map(|(slot, weight)| (weight, slot)).collect();
    found.retain(|(_, slot)| fits(*slot));
    found.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    let least = found.first().map_or(0.0, |(best, _)| best * 0.55);
    found.truncate(effort.found);
    found.into_iter().take_while(|(weight, _)| *weight >= least).map(|(_, slot)| slot).collect()
}

/// What is looked for.
struct Term {
    word: Word,
    /// Whether words that are spelt like it will do.
    is_loose: bool,
}

/// The words of a name, and words side by side as one.
fn terms(name: &Reading) -> Vec<Term> {
    let told: Vec<Word> = name.words.iter().filter(|word| word.tells()).cloned().collect();
    let is_said = |word: &&Word| word.kind != Kind::Initial || told.len() == 1;
    let mut terms: Vec<Term> =
        told.iter().filter(is_said).map(|word| Term { word: word.clone(), is_loose: true }).collect();
    for len in 2..=4.min(told.len()) {
        for words in told.windows(len) {
            terms.push(Term { word: Word::join(words), is_loose: len == told.len() });
        }
    }
    if told.len() > 4 {
        terms.push(Term { word: Word::join(&told), is_loose: false });
    }
    terms
}

struct Search<'i> {
    index: &'i NameIndex,
    effort: Effort,
    found: FxHashMap<u32, f64>,
    /// Words that many have, and what each tells.
    common: Vec<(Arc<str>, f64)>,
}

impl Search<'_> {
    fn take(&mut self, term: &Term) {
        let mut spellings: Vec<(Arc<str>, f64)> = Vec::new();
        let joined = format!("{JOINED}{}", term.word.text);
        for exact in [joined.as_str(), &term.word.text] {
            if self.index.has(exact) {
                spellings.push((Arc::from(exact), 1.0));
            }
        }
        if spellings.is_empty() && term.is_loose {
            self.take_halves(&term.word);
        }
        if term.is_loose {
            spellings.extend(self.spelt_like(&term.word));
        }
        let mut holders: FxHashSet<u32> = FxHashSet::default();
        for (word, alike) in spellings {
            let some: Vec<u32> = self.index.holders(&word, 0).take(self.effort.holders + 1).collect();
            if some.len() > self.effort.holders {
                if alike >= 1.0 {
                    self.common.push((word, term.word.weight));
                }
                continue;
            }
            for slot in some {
                if holders.insert(slot) {
                    *self.found.entry(slot).or_default() += term.word.weight * alike;
                }
            }
        }
    }

    /// The words of the index that are most like one, but for itself.
    fn spelt_like(&self, word: &Word) -> Vec<(Arc<str>, f64)> {
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let mut found: Vec<(Arc<str>, f64)> = Vec::new();
        for hint in hints(&word.text) {
            for other in self.index.words_under(hint).take(self.effort.spellings) {
                let text = other.trim_start_matches(JOINED);
                if text == word.text || !seen.insert(other) {
                    continue;
                }
                let alike = alike(word, &Word::named(text));
                if alike > 0.0 {
                    found.push((Arc::clone(other), alike));
                }
            }
        }
        found.sort_unstable_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        found.truncate(self.effort.taken);
        found
    }

    /// Those that have both halves of a word as words of their own.
    fn take_halves(&mut self, word: &Word) {
        let text = word.text.as_str();
        for (at, _) in text.char_indices().skip(2) {
            let (front, end) = text.split_at(at);
            if end.len() < 2 || !self.index.has(front) || !self.index.has(end) {
                continue;
            }
            for slot in both(self.index, front, end, self.effort.holders) {
                *self.found.entry(slot).or_default() += word.weight;
            }
        }
    }

    /// Counts words that many have for those that are there, and looks for those that have several of them.
    fn take_common(&mut self) {
        let reached = self.found.values().copied().fold(0.0, f64::max);
        let said: f64 = self.common.iter().map(|(_, weight)| weight).sum();
        if reached < said {
            let pairs = self.common.iter().enumerate().flat_map(|(at, one)| {
                self.common[at + 1..].iter().map(move |other| (Arc::clone(&one.0), Arc::clone(&other.0)))
            });
            for (one, other) in pairs.take(3).collect::<Vec<_>>() {
                for slot in both(self.index, &one, &other, self.effort.holders) {
                    self.found.entry(slot).or_default();
                }
            }
        }
        if self.found.is_empty() {
            for (word, _) in &self.common {
                self.found.extend(self.index.holders(word, 0).take(self.effort.holders).map(|slot| (slot, 0.0)));
            }
        }
        for (word, weight) in &self.common {
            for (slot, found) in &mut self.found {
                if self.index.holds(word, *slot) {
                    *found += weight;
                }
            }
        }
    }
}

/// The elements that have both words, as many as are wanted at most.
fn both(index: &NameIndex, one: &str, other: &str, most: usize) -> Vec<u32> {
    let (mut found, mut from, mut words) = (Vec::new(), 0, [one, other]);
    for _ in 0..MOST_STEPS {
        let Some(slot) = index.holders(words[0], from).next() else { break };
        let Some(next) = index.holders(words[1], slot).next() else { break };
        if next == slot {
            found.push(slot);
            if found.len() == most {
                break;
            }
            from = slot.saturating_add(1);
        } else {
            from = next;
            words.swap(0, 1);
        }
    }
    found
}
