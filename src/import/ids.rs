//! Which node an id of a file stands for.
//!
//! Ids are unique within a group. Those of all groups lie in one table, open and probed from one place to the next, so that
//! an id whose group is not told is found as quickly as one whose group is.

use std::hash::{BuildHasher, BuildHasherDefault};

use rustc_hash::FxHasher;

use super::cell::{CellType, Scalar};

/// The number of a group.
pub(super) type Group = u32;

/// How the ids of a group are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum IdType {
    /// As texts: `007` and `7` are two.
    #[default]
    Text,
    /// As integers of 64 bits.
    Integer,
}

impl IdType {
    /// The one whose ids are such values.
    pub(super) fn of(cell_type: CellType) -> Option<Self> {
        [IdType::Text, IdType::Integer].into_iter().find(|id_type| id_type.cell_type() == cell_type)
    }

    /// Of the property in which an id is kept.
    pub(super) const fn cell_type(self) -> CellType {
        match self {
            IdType::Text => CellType::TEXT,
            IdType::Integer => CellType::one(Scalar::Integer),
        }
    }
}

/// The ids of all groups.
#[derive(Debug, Default)]
pub(super) struct Ids {
    types: Vec<IdType>,
    integers: Table,
    texts: Table,
    /// What the entries of the table of texts lead to.
    entries: Vec<TextEntry>,
    letters: Vec<u8>,
}

#[derive(Debug)]
struct TextEntry {
    start: usize,
    len: u32,
    node: u32,
}

/// What was found for an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Node(u32),
    /// Of two groups.
    Several(Group, Group),
    Nothing,
}

impl Ids {
    pub(super) fn new(types: Vec<IdType>) -> Self {
        Self { types, ..Self::default() }
    }

    /// Gives an id to a node; false if another one of the group has it.
    pub(super) fn give(&mut self, group: Group, id: &str, node: u32) -> Option<bool> {
        match self.types[group as usize] {
            IdType::Integer => Some(self.give_integer(group, id.trim_ascii().parse().ok()?, node)),
            IdType::Text => Some(self.give_text(group, id, node)),
        }
    }

    fn give_integer(&mut self, group: Group, id: i64, node: u32) -> bool {
        let hash = hash_of_integer(id);
        let is_free = self.integers.find(hash, |entry| entry.group == group).is_none();
        if is_free {
            self.integers.add(Entry { hash, group, payload: node });
        }
        is_free
    }

    fn give_text(&mut self, group: Group, id: &str, node: u32) -> bool {
        let hash = hash_of_text(id);
        let Self { texts, entries, letters, .. } = self;
        let is_same = |entry: &Entry| entry.group == group && text_of(entries, letters, entry) == id.as_bytes();
        let is_free = texts.find(hash, is_same).is_none();
        if is_free {
            let payload = u32::try_from(entries.len()).expect("fewer ids than slots");
            let len = u32::try_from(id.len()).expect("a record has no more than 16 MiB");
            entries.push(TextEntry { start: letters.len(), len, node });
            letters.extend_from_slice(id.as_bytes());
            texts.add(Entry { hash, group, payload });
        }
        is_free
    }

    /// Whether all ids of a group, or of all groups, are integers.
    pub(super) fn are_integers(&self, group: Option<Group>) -> bool {
        match group {
            Some(group) => self.types[group as usize] == IdType::Integer,
            None => self.types.iter().all(|id_type| *id_type == IdType::Integer),
        }
    }

    /// The nodes with these ids, of a group or of whatever group, where all ids are integers.
    ///
    /// The places of a few ids are looked at before the first of them is asked for. They are far from each other, so each look
    /// waits for memory; apart, those of different ids wait at the same time.
    pub(super) fn find_all(&self, group: Option<Group>, ids: &[i64]) -> Vec<Found> {
        let mut found = Vec::with_capacity(ids.len());
        let mut is_there = [false; 16];
        for ids in ids.chunks(is_there.len()) {
            is_there
                .iter_mut()
                .zip(ids)
                .for_each(|(is_there, id)| *is_there = self.integers.begins(hash_of_integer(*id)));
            let some = is_there.iter().zip(ids);
            found.extend(
                some.map(|(is_there, id)| if *is_there { self.find_integer(group, *id) } else { Found::Nothing }),
            );
        }
        found
    }

    fn find_integer(&self, group: Option<Group>, id: i64) -> Found {
        let mut found = Search { wanted: group, first: None, other: None };
        self.integers.find(hash_of_integer(id), |entry| found.sees(entry.group, entry.payload));
        found.end()
    }

    /// The node with an id, of a group or of whatever group.
    pub(super) fn find(&self, group: Option<Group>, id: &str) -> Found {
        let as_integer = group.is_none_or(|group| self.types[group as usize] == IdType::Integer);
        let as_text = group.is_none_or(|group| self.types[group as usize] == IdType::Text);
        let mut found = Search { wanted: group, first: None, other: None };
        if as_integer
            && !self.integers.is_empty()
            && let Ok(id) = id.trim_ascii().parse()
        {
            self.integers.find(hash_of_integer(id), |entry| found.sees(entry.group, entry.payload));
        }
        if as_text && !self.texts.is_empty() {
            self.texts.find(hash_of_text(id), |entry| {
                let is_same = text_of(&self.entries, &self.letters, entry) == id.as_bytes();
                is_same && found.sees(entry.group, self.entries[entry.payload as usize].node)
            });
        }
        found.end()
    }
}

/// What is looked for, and was found so far.
struct Search {
    wanted: Option<Group>,
    first: Option<(Group, u32)>,
    other: Option<Group>,
}

impl Search {
    /// Whether nothing else has to be looked for.
    #[inline]
    fn sees(&mut self, group: Group, node: u32) -> bool {
        match (self.wanted, self.first) {
            (Some(wanted), _) if wanted != group => false,
            (_, None) => {
                self.first = Some((group, node));
                self.wanted.is_some()
            }
            (_, Some(_)) => {
                self.other = Some(group);
                true
            }
        }
    }

    fn end(self) -> Found {
        match (self.first, self.other) {
            (None, _) => Found::Nothing,
            (Some((_, node)), None) => Found::Node(node),
            (Some((one, _)), Some(other)) => Found::Several(one, other),
        }
    }
}

fn text_of<'l>(entries: &[TextEntry], letters: &'l [u8], entry: &Entry) -> &'l [u8] {
    let TextEntry { start, len, .. } = entries[entry.payload as usize];
    &letters[start..start + len as usize]
}

/// One to one, so that the hash stands for the integer.
fn hash_of_integer(id: i64) -> u64 {
    let mixed = (id.cast_unsigned() ^ (id.cast_unsigned() >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

fn hash_of_text(id: &str) -> u64 {
    let hash = BuildHasherDefault::<FxHasher>::default().hash_one(id);
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// An id by its hash, and what it leads to.
#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u64,
    group: Group,
    payload: u32,
}

const EMPTY: u32 = u32::MAX;

const FIRST_BITS: u32 = 10;

/// Entries at the place that their hash says, or at the next free one behind it.
#[derive(Debug, Default)]
struct Table {
    places: Vec<Entry>,
    count: usize,
}

impl Table {
    fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether there may be an entry with this hash.
    #[inline]
    fn begins(&self, hash: u64) -> bool {
        self.first_place(hash).is_some_and(|place| self.places[place].payload != EMPTY)
    }

    /// The first entry with this hash for which `fits` holds.
    #[inline]
    fn find(&self, hash: u64, mut fits: impl FnMut(&Entry) -> bool) -> Option<&Entry> {
        let mut at = self.first_place(hash)?;
        loop {
            let entry = &self.places[at];
            if entry.payload == EMPTY {
                return None;
            }
            if entry.hash == hash && fits(entry) {
                return Some(entry);
            }
            at = (at + 1) & (self.places.len() - 1);
        }
    }

    fn first_place(&self, hash: u64) -> Option<usize> {
        let bits = self.places.len().checked_ilog2()?;
        usize::try_from(hash >> (u64::BITS - bits)).ok()
    }

    fn add(&mut self, entry: Entry) {
        // Two thirds full at most: one more step to the next place costs less than memory.
        if (self.count + 1) * 3 > self.places.len() * 2 {
            self.grow();
        }
        self.put(entry);
        self.count += 1;
    }

    fn put(&mut self, entry: Entry) {
        let mut at = self.first_place(entry.hash).expect("the table has places");
        while self.places[at].payload != EMPTY {
            at = (at + 1) & (self.places.len() - 1);
        }
        self.places[at] = entry;
    }

    fn grow(&mut self) {
        let len = (self.places.len() * 2).max(1 << FIRST_BITS);
        let empty = Entry { hash: 0, group: 0, payload: EMPTY };
        let old = std::mem::replace(&mut self.places, vec![empty; len]);
        old.into_iter().filter(|entry| entry.payload != EMPTY).for_each(|entry| self.put(entry));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_within_a_group() {
        let mut ids = Ids::new(vec![IdType::Integer, IdType::Text, IdType::Text]);
        assert_eq!(ids.give(0, "7", 0), Some(true));
        assert_eq!(ids.give(0, " 007 ", 1), Some(false));
        assert_eq!(ids.give(0, "x", 1), None);
        assert_eq!(ids.give(1, "7", 1), Some(true));
        assert_eq!(ids.give(2, "7", 2), Some(true));
        assert_eq!(ids.give(2, "007", 3), Some(true));
        assert_eq!(ids.give(2, "007", 4), Some(false));
        assert_eq!(ids.find(Some(0), "07"), Found::Node(0));
        assert_eq!(ids.find(Some(1), "7"), Found::Node(1));
        assert_eq!(ids.find(Some(1), "07"), Found::Nothing);
        assert_eq!(ids.find(None, "7"), Found::Several(0, 1));
        assert_eq!(ids.find(None, "8"), Found::Nothing);
        assert_eq!(ids.find(Some(2), "007"), Found::Node(3));
    }

    #[test]
    fn many_ids_are_found_again() {
        let mut ids = Ids::new(vec![IdType::Integer, IdType::Text]);
        for node in 0..5_000_u32 {
            let id = i64::from(node).wrapping_mul(0x0123_4567_89ab_cdef).to_string();
            assert_eq!(ids.give(node % 2, &id, node), Some(true));
        }
        for node in 0..5_000_u32 {
            let id = i64::from(node).wrapping_mul(0x0123_4567_89ab_cdef).to_string();
            assert_eq!(ids.find(None, &id), Found::Node(node));
            assert_eq!(ids.find(Some(node % 2), &id), Found::Node(node));
            assert_eq!(ids.find(Some(1 - node % 2), &id), Found::Nothing);
        }
        let id = |node: u32| i64::from(node).wrapping_mul(0x0123_4567_89ab_cdef);
        let all: Vec<i64> = (0..5_100).map(id).collect();
        let node = |node: u32| if node < 5_000 && node.is_multiple_of(2) { Found::Node(node) } else { Found::Nothing };
        assert_eq!(ids.find_all(Some(0), &all), (0..5_100).map(node).collect::<Vec<_>>());
        assert!(ids.are_integers(Some(0)) && !ids.are_integers(None));
    }
}
