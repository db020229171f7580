//! Who may be meant: the elements that have words of a name, or words that are spelt like these.
//!
//! Each word of the name brings those that have it, rare words all of them; what many have brings nobody by itself, and
//! counts for those that are there. So the work is bounded, however large the index is. How many have each word is told, too:
//! what many have in common is no surprise.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::crowd::{Counted, Crowd};
use crate::names::{JOINED, Kind, Reading, Word, alike_to, hints};
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
    /// So many who have a word are counted, and so many of these asked whether they have the next one; none if nobody asks
    /// how many there are.
    counted: usize,
    sampled: usize,
}

impl Effort {
    /// For one name.
    pub(super) const SEARCH: Self =
        Self { holders: 2_048, spellings: 400, taken: 24, found: 200, counted: 1 << 17, sampled: 1_024 };
    /// For one name of very many.
    pub(super) const BLOCK: Self = Self { holders: 256, spellings: 60, taken: 6, found: 24, counted: 0, sampled: 0 };
}

/// Elements that are looked at where only words that many have are in the name.
const MOST_STEPS: usize = 20_000;

/// Less of what is found for the likeliest is not likely.
const LEAST_SHARE: f64 = 0.55;

/// What words of a name lead to.
pub(super) struct Found {
    /// The likeliest first.
    pub slots: Vec<u32>,
    pub crowd: Crowd,
}

/// Those that words of a name lead to; only those that `fits` are found and counted.
pub(super) fn candidates(index: &NameIndex, name: &Reading, effort: Effort, fits: impl Fn(u32) -> bool) -> Found {
    let told: Vec<Word> = name.words.iter().filter(|word| word.tells()).cloned().collect();
    let weights = told.iter().map(|word| word.weight).collect();
    let mut search = Search { index, effort, fits, weights, found: FxHashMap::default(), common: Vec::new() };
    let terms = terms(&told);
    let mut crowd: Vec<Counted> = terms.iter().map(|term| search.take(term)).collect();
    search.take_common();
    for at in 1..terms.len() {
        crowd[at - 1].with_next = search.with_next([&terms[at - 1], &terms[at]], [&crowd[at - 1], &crowd[at]]);
    }
    Found { slots: search.likeliest(), crowd: Crowd(crowd) }
}

/// What is looked for.
struct Term {
    word: Word,
    /// Which words of the name it is, as bits.
    words: u32,
    /// Whether words that are spelt like it will do.
    is_loose: bool,
}

impl Term {
    fn is_single(&self) -> bool {
        self.words.is_power_of_two()
    }

    /// Words side by side that are alike tell as much as all of them.
    fn said(&self, weights: &[f64], alike: f64) -> Said {
        let words = (0..).zip(weights).filter(|(at, _)| self.words & (1 << at) != 0);
        (words.map(|(_, weight)| weight).sum::<f64>() * alike, self.words)
    }
}

/// The words of a name, and words side by side as one.
fn terms(told: &[Word]) -> Vec<Term> {
    let is_said = |word: &Word| word.kind != Kind::Initial || told.len() == 1;
    let single = |(at, word): (usize, &Word)| Term { word: word.clone(), words: 1 << at, is_loose: true };
    let mut terms: Vec<Term> = told.iter().enumerate().filter(|(_, word)| is_said(word)).map(single).collect();
    for len in 2..=4.min(told.len()) {
        for (at, words) in told.windows(len).enumerate() {
            let is_loose = len == told.len();
            terms.push(Term { word: Word::join(words), words: ((1 << len) - 1) << at, is_loose });
        }
    }
    if told.len() > 4 {
        terms.push(Term { word: Word::join(told), words: (1 << told.len()) - 1, is_loose: false });
    }
    terms
}

/// How much words of the name tell together, and which they are.
type Said = (f64, u32);

/// What speaks for an element: which words of the name, and how much these tell.
#[derive(Clone, Copy, Default)]
struct Weighed {
    weight: f64,
    words: u32,
}

struct Search<'i, F> {
    index: &'i NameIndex,
    effort: Effort,
    fits: F,
    /// What each word of the name tells.
    weights: Vec<f64>,
    found: FxHashMap<u32, Weighed>,
    /// Words that many have, and which words of the name these are.
    common: Vec<(Arc<str>, Said)>,
}

impl<F: Fn(u32) -> bool> Search<'_, F> {
    fn take(&mut self, term: &Term) -> Counted {
        let mut counted: Vec<(f64, usize)> = Vec::new();
        let mut spellings: Vec<(Arc<str>, f64)> = Vec::new();
        let joined = format!("{JOINED}{}", term.word.text);
        for exact in [joined.as_str(), &term.word.text] {
            if self.is_held(exact) {
                spellings.push((Arc::from(exact), 1.0));
            }
        }
        if spellings.is_empty() && term.is_loose {
            self.take_halves(term);
        }
        let mut others = 0;
        if term.is_loose {
            let mut alike = self.spelt_like(term);
            others = alike.len().saturating_sub(self.effort.taken);
            alike.truncate(self.effort.taken);
            spellings.extend(alike);
        }
        let mut holders: FxHashSet<u32> = FxHashSet::default();
        for (word, alike) in spellings {
            let mut some: Vec<u32> = self.index.holders(&word, 0).take(self.effort.holders + 1).collect();
            let looked_at = some.len();
            some.retain(|slot| (self.fits)(*slot));
            if looked_at > self.effort.holders {
                let all = self.index.count(&word, self.effort.counted).max(looked_at);
                counted.push((alike, all * some.len() / looked_at));
                if alike >= 1.0 {
                    self.common.push((word, term.said(&self.weights, 1.0)));
                }
                continue;
            }
            counted.push((alike, some.len()));
            for slot in some {
                if holders.insert(slot) {
                    self.weigh(slot, term.said(&self.weights, alike));
                }
            }
        }
        // Each word that was not taken is one that somebody has.
        counted.push((0.0, others));
        Counted { word: term.word.clone(), holders: counted, with_next: None }
    }

    /// Whether somebody who fits has the word, as far as it is looked.
    fn is_held(&self, word: &str) -> bool {
        self.index.holders(word, 0).take(self.effort.holders + 1).any(|slot| (self.fits)(slot))
    }

    /// How many have both of two words of a name, the second of which comes next.
    fn with_next(&self, terms: [&Term; 2], counted: [&Counted; 2]) -> Option<usize> {
        let is_said = terms.iter().all(|term| term.is_single());
        let have = counted
            .map(|counted| counted.holders.iter().filter(|(alike, _)| *alike >= 1.0).map(|(_, have)| have).sum());
        let [first, second]: [usize; 2] = have;
        if !is_said || first == 0 || second == 0 || self.effort.sampled == 0 {
            return None;
        }
        let [rarer, other] = if first <= second { [terms[0], terms[1]] } else { [terms[1], terms[0]] };
        let holders = self.index.holders(&rarer.word.text, 0).filter(|slot| (self.fits)(*slot));
        let some: Vec<u32> = holders.take(self.effort.sampled).collect();
        let mut both = 0;
        self.index.each_of(&other.word.text, &some, |_| both += 1);
        Some(both * first.min(second) / some.len().max(1))
    }

    /// The words of the index that are like one, but for itself, the most alike first.
    fn spelt_like(&self, term: &Term) -> Vec<(Arc<str>, f64)> {
        let word = &term.word;
        // Several words are not abbreviated to the first of them.
        let is_cut = |text: &str| word.text.starts_with(text) || text.starts_with(&word.text);
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let mut found: Vec<(Arc<str>, f64)> = Vec::new();
        for hint in hints(&word.text) {
            for other in self.index.words_under(hint).take(self.effort.spellings) {
                let text = other.trim_start_matches(JOINED);
                if text == word.text || (!term.is_single() && is_cut(text)) || !seen.insert(other) {
                    continue;
                }
                let alike = alike_to(word, text);
                if alike > 0.0 {
                    found.push((Arc::clone(other), alike));
                }
            }
        }
        found.sort_unstable_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        found
    }

    /// Words side by side tell no more than each of them does.
    fn weigh(&mut self, slot: u32, (weight, words): Said) {
        let found = self.found.entry(slot).or_default();
        let known = (0..).zip(&self.weights).filter(|(at, _)| words & found.words & (1 << at) != 0);
        let known: f64 = known.map(|(_, weight)| weight).sum();
        found.weight += (weight - known).max(0.0);
        found.words |= words;
    }

    /// Those that have both halves of a word as words of their own.
    fn take_halves(&mut self, term: &Term) {
        let text = term.word.text.as_str();
        for (at, _) in text.char_indices().skip(2) {
            let (front, end) = text.split_at(at);
            if end.len() < 2 || !self.index.has(front) || !self.index.has(end) {
                continue;
            }
            for slot in self.with_both(front, end) {
                self.weigh(slot, term.said(&self.weights, 1.0));
            }
        }
    }

    /// Counts words that many have for those that are there, and looks for those that have several of them.
    fn take_common(&mut self) {
        let said: f64 = self.common.iter().map(|(_, (weight, _))| weight).sum();
        if self.best() < said {
            let pairs = self.common.iter().enumerate().flat_map(|(at, one)| {
                self.common[at + 1..].iter().map(move |other| (Arc::clone(&one.0), Arc::clone(&other.0)))
            });
            for (one, other) in pairs.take(3).collect::<Vec<_>>() {
                for slot in self.with_both(&one, &other) {
                    self.found.entry(slot).or_default();
                }
            }
        }
        if self.found.is_empty() {
            for (word, _) in &self.common {
                let some = self.index.holders(word, 0).take(self.effort.holders).filter(|slot| (self.fits)(*slot));
                self.found.extend(some.map(|slot| (slot, Weighed::default())));
            }
        }
        let mut slots: Vec<u32> = self.found.keys().copied().collect();
        slots.sort_unstable();
        for (word, said) in std::mem::take(&mut self.common) {
            let index = self.index;
            index.each_of(&word, &slots, |slot| self.weigh(slot, said));
        }
    }

    /// Elements that fit and have both words, as many as are wanted at most.
    fn with_both(&self, one: &str, other: &str) -> Vec<u32> {
        let mut found = both(self.index, one, other, self.effort.holders);
        found.retain(|slot| (self.fits)(*slot));
        found
    }

    /// The most that speaks for anybody.
    fn best(&self) -> f64 {
        self.found.values().map(|found| found.weight).fold(0.0, f64::max)
    }

    fn likeliest(&self) -> Vec<u32> {
        let least = self.best() * LEAST_SHARE;
        let likely = self.found.iter().filter(|(_, found)| found.weight >= least);
        let mut found: Vec<(f64, u32)> = likely.map(|(slot, found)| (found.weight, *slot)).collect();
        found.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        found.truncate(self.effort.found);
        found.into_iter().map(|(_, slot)| slot).collect()
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
