//! Sets of labels: each node has the number of its set, so that a page of equal nodes needs no label at all.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::DiskError;
use super::paged::PageTree;
use super::record::OpenPage;
use super::snapshot::{Bytes, Damage, Reader, SnapshotWriter, Source, Stored, check, rises};
use super::writer::MAX_LABELS;
use crate::catalog::LabelId;

/// The dictionary of label sets. Sets are never removed.
#[derive(Clone, Debug)]
pub(super) struct LabelSets {
    sets: PageTree<LabelSet>,
    numbers: Arc<FxHashMap<Arc<[LabelId]>, u32>>,
}

/// One set and where its next node goes.
#[derive(Clone, Debug)]
pub(super) struct LabelSet {
    /// Sorted, each once.
    pub labels: Arc<[LabelId]>,
    pub open: OpenPage,
}

impl LabelSets {
    pub(super) fn new() -> Self {
        Self { sets: PageTree::default(), numbers: Arc::default() }
    }

    pub(super) fn get(&self, number: u32) -> &[LabelId] {
        self.sets.get(number as usize).map_or(&[], |set| &set.labels)
    }

    /// All sets, by their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &LabelSet> {
        self.sets.iter().map(|(_, set)| set)
    }

    pub(super) fn get_mut(&mut self, number: u32) -> &mut LabelSet {
        self.sets.get_mut(number as usize).expect("numbers are given by this dictionary")
    }

    /// The number of the set of `labels`, in any order.
    pub(super) fn number(&mut self, labels: &[LabelId]) -> u32 {
        if let Some(&number) = self.numbers.get(labels) {
            return number;
        }
        let mut sorted = labels.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        if let Some(&number) = self.numbers.get(sorted.as_slice()) {
            return number;
        }
        self.add(sorted.into())
    }

    fn add(&mut self, labels: Arc<[LabelId]>) -> u32 {
        let number = u32::try_from(self.numbers.len()).expect("fewer sets than nodes");
        Arc::make_mut(&mut self.numbers).insert(Arc::clone(&labels), number);
        self.sets.set(number as usize, LabelSet { labels, open: OpenPage::default() });
        number
    }
}

/// How many there are, and each.
impl Stored for LabelSets {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.count(self.numbers.len());
        self.sets.iter().try_for_each(|(_, set)| set.store(bytes, out))
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let (mut sets, mut numbers) = (PageTree::default(), FxHashMap::default());
        let count: u32 = u32::try_from(bytes.count_of_rest()?).map_err(|_| Damage("there are too many label sets"))?;
        for number in 0..count {
            let set = LabelSet::load(bytes, from)?;
            let before = numbers.insert(Arc::clone(&set.labels), number);
            check(before.is_none(), "a label set is there twice")?;
            sets.set(number as usize, set);
        }
        Ok(Self { sets, numbers: Arc::new(numbers) })
    }
}

/// Its labels (numbers), and where its next node goes.
impl Stored for LabelSet {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.numbers(self.labels.iter().map(|label| u64::from(label.0)));
        self.open.store(bytes, out)
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let labels: Vec<u32> = bytes.numbers(MAX_LABELS)?;
        check(rises(&labels), "labels are out of order")?;
        Ok(Self { labels: labels.into_iter().map(LabelId).collect(), open: OpenPage::load(bytes, from)? })
    }
}

impl LabelSets {
    /// How many there are, and one more than the highest label in any.
    pub(super) fn bounds(&self) -> (u32, u32) {
        let highest = self.sets.iter().filter_map(|(_, set)| set.labels.last());
        let count = u32::try_from(self.numbers.len()).expect("fewer sets than nodes");
        (count, highest.map(|label| label.0 + 1).max().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_one_number_in_whatever_order_it_is_written() {
        let mut sets = LabelSets::new();
        let (a, b) = (LabelId(0), LabelId(1));
        let both = sets.number(&[b, a, b]);
        assert_eq!(sets.number(&[a, b]), both);
        assert_ne!(sets.number(&[a]), both);
        assert_eq!(sets.get(both), [a, b]);
        let none = sets.number(&[]);
        assert_eq!(sets.get(none), []);
    }
}
