//! A sorted index: the values of one or more keys of each element that has them all, with its slot.

use std::cmp::Ordering;
use std::ops::Bound;

use smallvec::SmallVec;

use super::DiskError;
use super::codec::{decode_value, encode_value};
use super::snapshot::{Bytes, Damage, Reader, SnapshotWriter, Source, Stored, check};
use super::tree::{Tree, TreeKey};
use crate::value::{Value, compare};

/// The values of one entry, in the order of the index's keys; none is null.
pub(super) type IndexValues = SmallVec<[Value; 1]>;

#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    entries: Tree<Entry>,
    distinct: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    values: IndexValues,
    slot: u32,
}

impl Index {
    pub(super) fn build(entries: impl Iterator<Item = (IndexValues, u32)>) -> Self {
        let mut entries: Vec<Entry> = entries.map(|(values, slot)| Entry { values, slot }).collect();
        entries.sort_unstable();
        let distinct = entries.chunk_by(|left, right| by_prefix(&left.values, &right.values).is_eq()).count() as u64;
        Self { entries: Tree::from_sorted(&entries), distinct }
    }

    pub(super) fn insert(&mut self, values: IndexValues, slot: u32) {
        let is_new = self.seek(&values).next().is_none();
        if self.entries.insert(Entry { values, slot }) {
            self.distinct += u64::from(is_new);
        }
    }

    pub(super) fn remove(&mut self, values: IndexValues, slot: u32) {
        let entry = Entry { values, slot };
        if self.entries.remove(&entry) && self.seek(&entry.values).next().is_none() {
            self.distinct = self.distinct.saturating_sub(1);
        }
    }

    /// Entries, and distinct values among them.
    pub(super) fn size(&self) -> (u64, u64) {
        (self.entries.len() as u64, self.distinct)
    }

    /// All entries: their values and slots, in their order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&IndexValues, u32)> {
        self.entries.leaves().flatten().map(|entry| (&entry.values, entry.slot))
    }

    pub(super) fn holds(&self, values: IndexValues, slot: u32) -> bool {
        self.entries.contains(&Entry { values, slot })
    }

    /// How many distinct values there are, counted anew.
    pub(super) fn count_distinct(&self) -> u64 {
        let (mut count, mut last): (u64, Option<&IndexValues>) = (0, None);
        for (values, _) in self.entries() {
            let before = last.replace(values);
            count += u64::from(before.is_none_or(|before| by_prefix(before, values).is_ne()));
        }
        count
    }

    /// Whether entries are found where they are looked for.
    pub(super) fn is_in_order(&self) -> bool {
        self.entries.is_in_order()
    }

    /// Goes through all pages: `see` is shown that one can be read, or why not.
    pub(super) fn see_pages(&self, see: &mut dyn FnMut(Result<(), DiskError>)) {
        self.entries.visit(&mut |leaf| see(leaf.map(drop)));
    }

    /// The slots whose first values are equivalent to `values`, in the order of the values that follow.
    pub(super) fn seek(&self, values: &[Value]) -> impl Iterator<Item = u32> {
        self.entries
            .keys_from(|entry| by_prefix(&entry.values, values).is_lt())
            .take_while(|entry| by_prefix(&entry.values, values).is_eq())
            .map(|entry| entry.slot)
    }

    /// The slots whose first value lies within the bounds, in the order of values.
    pub(super) fn range(&self, low: Bound<&Value>, high: Bound<&Value>) -> impl Iterator<Item = u32> {
        let is_below = move |entry: &Entry| match low {
            Bound::Unbounded => false,
            Bound::Included(low) => compare::order(&entry.values[0], low).is_lt(),
            Bound::Excluded(low) => compare::order(&entry.values[0], low).is_le(),
        };
        let is_within = move |entry: &&Entry| match high {
            Bound::Unbounded => true,
            Bound::Included(high) => compare::order(&entry.values[0], high).is_le(),
            Bound::Excluded(high) => compare::order(&entry.values[0], high).is_lt(),
        };
        self.entries.keys_from(is_below).take_while(is_within).map(|entry| entry.slot)
    }

    /// Groups of two and more slots with equivalent values.
    pub(super) fn duplicates(&self) -> Vec<(IndexValues, Vec<u32>)> {
        let mut groups: Vec<(IndexValues, Vec<u32>)> = Vec::new();
        for entry in self.entries.leaves().flatten() {
            if let Some(group) = groups.last_mut().filter(|group| by_prefix(&group.0, &entry.values).is_eq()) {
                group.1.push(entry.slot);
            } else {
                groups.pop_if(|group| group.1.len() < 2);
                groups.push((entry.values.clone(), vec![entry.slot]));
            }
        }
        groups.pop_if(|group| group.1.len() < 2);
        groups
    }
}

/// How many distinct values there are, and where the entries lie.
impl Stored for Index {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.number(self.distinct);
        self.entries.store(bytes, out)
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let (distinct, entries) = (bytes.number()?, Tree::load(bytes, from)?);
        check(distinct <= entries.len() as u64, "an index has too many values")?;
        Ok(Self { entries, distinct })
    }
}

/// ```text
/// slots     numbers
/// keys      how many values each entry has
/// values    of each entry, each with its length before it
/// ```
impl TreeKey for Entry {
    const LEAF: usize = 64;

    fn store_keys(keys: &[Self], bytes: &mut Bytes, out: &SnapshotWriter) -> Result<(), DiskError> {
        bytes.numbers(keys.iter().map(|entry| u64::from(entry.slot)));
        bytes.count(keys.first().map_or(0, |entry| entry.values.len()));
        for value in keys.iter().flat_map(|entry| &entry.values) {
            bytes.sized(&encode_value(value).map_err(|error| out.refuse(error))?);
        }
        Ok(())
    }

    fn load_keys(bytes: &mut Reader, from: &Source, most: usize) -> Result<Vec<Self>, Damage> {
        let slots: Vec<u32> = bytes.numbers(most)?;
        let limits = from.limits()?;
        check(slots.iter().all(|slot| *slot < limits.nodes.max(limits.rels)), "an element is missing")?;
        let key_count = bytes.count_of_rest()?;
        check(key_count > 0, "an index has no keys")?;
        let mut value = || decode_value(bytes.sized()?).map_err(|_| Damage("a value is damaged"));
        let mut entry = |slot| {
            let values = (0..key_count).map(|_| value()).collect::<Result<IndexValues, _>>()?;
            check(!values.iter().any(Value::is_null), "a value is missing")?;
            Ok(Entry { values, slot })
        };
        let mut entries = Vec::with_capacity(slots.len());
        for slot in slots {
            entries.push(entry(slot)?);
        }
        Ok(entries)
    }
}

/// Compares as many values as both have.
#[inline]
fn by_prefix(left: &[Value], right: &[Value]) -> Ordering {
    // The usual index: what is compared so often is worth a way of its own.
    match (left, right) {
        ([Value::Integer(left)], [Value::Integer(right)]) => return left.cmp(right),
        ([left], [right]) => return compare::order(left, right),
        _ => {}
    }
    let orders = left.iter().zip(right).map(|(left, right)| compare::order(left, right));
    orders.fold(Ordering::Equal, Ordering::then)
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        by_prefix(&self.values, &other.values).then(self.slot.cmp(&other.slot))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}
