//! Which nodes a search has come upon, in the order in which it has.
//!
//! As long as they are few, in a hash set. Once an operator has come upon many, a bit for each node of the graph: a
//! look is a look into the cache, and only what was set is cleared for the next search.

use std::sync::atomic::{AtomicU64, Ordering};

use rustc_hash::FxHashSet;

/// How many nodes the searches of an operator come upon before every node of the graph gets a bit. The graphs of tests
/// are small.
const FEW: usize = if cfg!(test) { 4 } else { 1_024 };

const WORD_BITS: usize = u64::BITS as usize;

#[derive(Debug, Default)]
pub(super) struct Visited {
    few: FxHashSet<u32>,
    /// Nodes of searches that are over.
    earlier: usize,
    words: Vec<AtomicU64>,
    /// Those of `words` that are not among `nodes` yet.
    fresh: Vec<AtomicU64>,
    nodes: Vec<u32>,
}

impl Visited {
    /// Forgets all, for the next search.
    pub(super) fn begin(&mut self) {
        self.earlier = self.earlier.saturating_add(self.nodes.len());
        if self.words.is_empty() {
            self.few.clear();
        } else if self.nodes.len() >= self.words.len() {
            self.words.iter_mut().for_each(|word| *word.get_mut() = 0);
        } else {
            self.nodes.iter().for_each(|&node| *self.words[node as usize / WORD_BITS].get_mut() = 0);
        }
        self.nodes.clear();
    }

    /// All, the first one first.
    pub(super) fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    /// True for a node that is new.
    #[inline]
    pub(super) fn insert(&mut self, node: u32) -> bool {
        let is_new = if self.words.is_empty() { self.few.insert(node) } else { set(&mut self.words, node) };
        if is_new {
            self.nodes.push(node);
        }
        is_new
    }

    pub(super) fn has(&self, node: u32) -> bool {
        if self.words.is_empty() {
            return self.few.contains(&node);
        }
        self.words.get(node as usize / WORD_BITS).is_some_and(|word| word.load(Ordering::Relaxed) & bit(node) != 0)
    }

    /// Goes over to bits, if so many were found that they are worth it; true if there are bits. `bound`: no node has a
    /// slot from there on.
    pub(super) fn widen(&mut self, bound: usize) -> bool {
        if self.words.is_empty() && self.earlier.saturating_add(self.nodes.len()) > FEW {
            self.words.resize_with(bound.div_ceil(WORD_BITS), AtomicU64::default);
            self.few = FxHashSet::default();
            self.nodes.iter().for_each(|&node| {
                set(&mut self.words, node);
            });
        }
        !self.words.is_empty()
    }

    /// Whether this search alone is worth bits.
    pub(super) fn are_many(&self) -> bool {
        self.nodes.len() > FEW
    }

    /// Makes room for marks where there are bits; no node has a slot from `bound` on.
    pub(super) fn make_room(&mut self, bound: usize) {
        let len = self.words.len().max(bound.div_ceil(WORD_BITS));
        self.words.resize_with(len, AtomicU64::default);
        self.fresh.resize_with(len, AtomicU64::default);
    }

    /// As [`insert`](Self::insert) where there is room, but the node comes among the others with [`Self::sort_in`], without
    /// which there is no other search.
    #[inline]
    pub(super) fn mark(&mut self, node: u32) {
        let index = node as usize / WORD_BITS;
        let word = self.words[index].get_mut();
        let new = bit(node) & !*word;
        *word |= new;
        *self.fresh[index].get_mut() |= new;
    }

    /// As [`mark`](Self::mark), beside other threads that do the same.
    #[inline]
    pub(super) fn mark_together(&self, node: u32) {
        let (index, bit) = (node as usize / WORD_BITS, bit(node));
        // Most are known, and a look costs less than a change.
        if self.words[index].load(Ordering::Relaxed) & bit == 0
            && self.words[index].fetch_or(bit, Ordering::Relaxed) & bit == 0
        {
            self.fresh[index].fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// Adds the marked nodes, neighbours in memory side by side.
    pub(super) fn sort_in(&mut self) {
        for (index, word) in (0_u32..).zip(&mut self.fresh) {
            let mut open = std::mem::take(word.get_mut());
            while open != 0 {
                self.nodes.push(index * u64::BITS + open.trailing_zeros());
                open &= open - 1;
            }
        }
    }

    pub(super) fn size_bytes(&self) -> usize {
        let words = self.words.len() + self.fresh.len();
        words * size_of::<u64>() + self.nodes.len() * size_of::<u32>() + self.few.len() * 2 * size_of::<u32>()
    }
}

#[inline]
const fn bit(node: u32) -> u64 {
    1 << (node % u64::BITS)
}

/// True if the bit was not set. A node that the bound did not know of makes room.
#[inline]
fn set(words: &mut Vec<AtomicU64>, node: u32) -> bool {
    let index = node as usize / WORD_BITS;
    if index >= words.len() {
        words.resize_with(index + 1, AtomicU64::default);
    }
    let word = words[index].get_mut();
    let is_new = *word & bit(node) == 0;
    *word |= bit(node);
    is_new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_nodes_are_told_apart_alike() {
        let mut visited = Visited::default();
        for round in 0..4 {
            visited.begin();
            visited.insert(round);
            for step in 0..7 {
                let node = (step * 31 + round) % 3;
                let is_known = visited.nodes().contains(&node);
                assert_eq!(visited.has(node), is_known);
                assert_eq!(visited.insert(node), !is_known);
            }
            assert_eq!(visited.widen(2), round > 0, "bits come with the fifth node");
        }
    }

    #[test]
    fn marked_nodes_come_in_the_order_of_slots() {
        let mut visited = Visited::default();
        visited.begin();
        (0..2_000).for_each(|node| {
            visited.insert(node);
        });
        assert!(visited.widen(3_000));
        visited.make_room(4_000);
        for node in [3_000, 9, 2_500] {
            visited.mark(node);
        }
        for node in [3_000, 3_500, 2_500, 7, 3_500] {
            visited.mark_together(node);
        }
        visited.sort_in();
        assert_eq!(visited.nodes()[2_000..], [2_500, 3_000, 3_500]);
        visited.begin();
        assert_eq!(visited.nodes(), [0_u32; 0]);
        assert!(!visited.has(3_000));
    }
}
