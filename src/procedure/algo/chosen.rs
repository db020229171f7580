//! The nodes that an algorithm is about, numbered from 0 on in the order of their slots, and what joins them.

use std::ops::Range;

use super::super::known::{LABEL, TYPE, known};
use super::super::options::Options;
use super::super::seen::Seen;
use crate::catalog::LabelId;
use crate::function::{Field, FunctionError, Host};
use crate::storage::{Direction, End, Graph, Neighbour, NodeSlot, SweptPage, TypeSet, together};
use crate::value::Type;

/// The options that choose.
pub(super) const NODES: &str = "nodes";
pub(super) const RELS: &str = "rels";

/// The input of every algorithm.
pub(super) fn input() -> Field {
    Field::required("options", Type::Map)
}

/// Nodes with their numbers, and the types of what joins them.
pub(super) struct Chosen<'h> {
    seen: Seen<'h>,
    /// By number.
    slots: Vec<u32>,
    words: Vec<Word>,
    /// If they lie side by side, as nodes do that came together: the slot of the first one.
    first: Option<u32>,
    /// `None`: all.
    types: Option<TypeSet>,
}

/// Which of 64 slots are chosen, and how many are before them.
#[derive(Clone, Copy, Default)]
struct Word {
    bits: u64,
    before: u32,
}

impl<'h> Chosen<'h> {
    /// What the options `nodes` and `rels` say; all where they say nothing.
    pub(super) fn by(options: &Options, host: &'h dyn Host) -> Result<Self, FunctionError> {
        let seen = Seen::by(host);
        let catalog = seen.graph.catalog();
        let labels = options.names(NODES, "labels")?;
        let labels =
            labels.map(|names| known(&seen, &names, LABEL, catalog.labels.names(), |name| catalog.labels.get(name)));
        let types = options.names(RELS, "relationship types")?;
        let types =
            types.map(|names| known(&seen, &names, TYPE, catalog.types.names(), |name| catalog.types.get(name)));
        let types = types.map(|types| types.into_iter().collect());
        let mut chosen = Self { seen, slots: Vec::new(), words: Vec::new(), first: None, types };
        chosen.mark(labels)?;
        chosen.number()?;
        Ok(chosen)
    }

    /// How many nodes are chosen.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Counts bytes that are about to be kept, and asks whether to go on.
    pub(super) fn reserve(&self, bytes: usize) -> Result<(), FunctionError> {
        self.seen.reserve(bytes)
    }

    /// The slots, by number.
    pub(super) fn into_slots(self) -> Vec<u32> {
        self.slots
    }

    /// The ids, by number. Ids are below 2^63.
    pub(super) fn ids(&self) -> Result<Vec<i64>, FunctionError> {
        self.seen.reserve(self.len() * size_of::<i64>())?;
        Ok(self.seen.graph.node_ids(&self.slots).map(|id| id.0.cast_signed()).collect())
    }

    /// What `work` makes of each part of the nodes: it is shown their relationships, page by page in the order of numbers.
    /// Parts are in the order of numbers too, and several threads may work at them.
    pub(super) fn sweep<T: Send>(
        &self,
        direction: Direction,
        work: impl Fn(Range<usize>, &mut dyn Iterator<Item = Page>) -> T + Sync,
    ) -> Result<Vec<T>, FunctionError> {
        let (ground, bound) = (self.ground(), self.words.len() * 64);
        if !self.seen.sees_all() {
            // What clocks show is found by one thread.
            let pages = ground.graph.sweep(direction, 0..u32::MAX);
            let (mut stopped, seen) = (None, Some(&self.seen));
            let mut pages = pages.map_while(|page| match self.reserve(0) {
                Ok(()) => Some(Page { ground, seen, swept: page }),
                Err(error) => {
                    stopped = Some(error);
                    None
                }
            });
            let made = work(0..self.len(), &mut pages);
            return stopped.map_or(Ok(vec![made]), Err);
        }
        let parts = ground.graph.node_parts(if bound < SMALL { 1 } else { PARTS });
        self.in_parts(parts.len(), |part| {
            let slots = parts[part].clone();
            let numbers = ground.before(slots.start)..ground.before(slots.end);
            let mut pages = ground.graph.sweep(direction, slots).map(|swept| Page { ground, seen: None, swept });
            work(numbers, &mut pages)
        })
    }

    /// What `work` makes of each of some parts, on as many threads as there may be.
    pub(super) fn in_parts<T: Send>(
        &self,
        count: usize,
        work: impl Fn(usize) -> T + Sync,
    ) -> Result<Vec<T>, FunctionError> {
        let (threads, alarm) = self.seen.threads();
        let made = together(threads, count, &*alarm, &work);
        self.reserve(0)?;
        made.ok_or(FunctionError::Cancelled)
    }

    /// How many threads are of use.
    pub(super) fn threads(&self) -> usize {
        if self.len() < SMALL { 1 } else { self.seen.threads().0.max(1) }
    }

    fn ground(&self) -> Ground<'_> {
        let (first, types) = (self.first, self.types.as_ref());
        Ground { graph: self.seen.graph, words: &self.words, count: self.len(), first, types }
    }

    /// Sets the bits of the nodes with one of the labels that are seen.
    fn mark(&mut self, labels: Option<Vec<LabelId>>) -> Result<(), FunctionError> {
        let word_count = self.seen.graph.node_bound().div_ceil(64);
        self.seen.reserve(word_count * size_of::<Word>())?;
        self.words = vec![Word::default(); word_count];
        let labels: Vec<_> = labels.map_or_else(|| vec![None], |labels| labels.into_iter().map(Some).collect());
        for label in labels {
            self.seen.each_with_label(label, |node| self.words[node.0 as usize / 64].bits |= 1 << (node.0 % 64))?;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), FunctionError> {
        let count: usize = self.words.iter().map(|word| word.bits.count_ones() as usize).sum();
        self.seen.reserve(count * size_of::<u32>())?;
        self.slots = Vec::with_capacity(count);
        for (word, first) in self.words.iter_mut().zip((0_u32..).step_by(64)) {
            word.before = u32::try_from(self.slots.len()).expect("fewer than 2^31 nodes");
            let mut bits = word.bits;
            while bits != 0 {
                self.slots.push(first + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        let ends = self.slots.first().zip(self.slots.last());
        self.first = ends.filter(|(first, last)| (*last - *first) as usize + 1 == count).map(|(first, _)| *first);
        Ok(())
    }
}

/// A graph of fewer slots is one part.
const SMALL: usize = 1 << 14;

/// Others are so many.
const PARTS: usize = 64;

/// What all threads look at.
#[derive(Clone, Copy)]
struct Ground<'c> {
    graph: &'c Graph,
    words: &'c [Word],
    count: usize,
    /// The first slot, if the others follow it without a gap.
    first: Option<u32>,
    types: Option<&'c TypeSet>,
}

impl Ground<'_> {
    /// How many chosen nodes have lower slots than this one, with which a page begins.
    fn before(self, slot: u32) -> usize {
        self.words.get(slot as usize / 64).map_or(self.count, |word| word.before as usize)
    }

    #[inline]
    fn number_of(self, node: NodeSlot) -> Option<u32> {
        if let Some(first) = self.first {
            let number = node.0.wrapping_sub(first);
            return Some(number).filter(|number| (*number as usize) < self.count);
        }
        let word = self.words.get(node.0 as usize / 64)?;
        let place = node.0 % 64;
        // Mostly neighbours are chosen together, and no bits have to be counted.
        if word.bits == u64::MAX {
            return Some(word.before + place);
        }
        let below = word.bits & ((1 << place) - 1);
        (word.bits >> place & 1 != 0).then(|| word.before + below.count_ones())
    }
}

/// Some nodes with what joins them to others in one direction.
#[derive(Clone, Copy)]
pub(super) struct Page<'c> {
    ground: Ground<'c>,
    /// Who tells what is seen, if not all is.
    seen: Option<&'c Seen<'c>>,
    swept: SweptPage<'c>,
}

impl<'c> Page<'c> {
    /// Shows the chosen nodes in the order of numbers, one with many neighbours several times.
    #[inline]
    pub(super) fn each(self, mut show: impl FnMut(u32, Neighbours<'c>)) {
        let Self { ground, seen, swept } = self;
        swept.each_slice(ground.types, |node, slice| {
            if let Some(number) = ground.number_of(node) {
                show(number, Neighbours { ground, seen, slice });
            }
        });
    }
}

/// Neighbours of a chosen node.
#[derive(Clone, Copy)]
pub(super) struct Neighbours<'c> {
    ground: Ground<'c>,
    seen: Option<&'c Seen<'c>>,
    slice: &'c [Neighbour],
}

impl Neighbours<'_> {
    /// How many there are at most.
    pub(super) fn max_len(self) -> usize {
        self.slice.len()
    }

    /// Shows the numbers of those that are chosen, once for each relationship that is seen.
    #[inline]
    pub(super) fn each(self, mut show: impl FnMut(u32)) {
        for neighbour in self.slice {
            let number = neighbour.end.as_node().and_then(|node| self.ground.number_of(node));
            if let Some(number) = number
                && self.seen.is_none_or(|seen| seen.sees(End::rel(neighbour.rel)))
            {
                show(number);
            }
        }
    }
}
