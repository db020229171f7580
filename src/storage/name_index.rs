//! An index of names: the words of the names that elements have, with the slots of these, and the words once more under
//! what leads to them when they are misspelt.
//!
//! What the words of a name are is told by [`names`](crate::names). An element has all words of all its names, each once; a
//! word is filed under its hints as long as any element has it.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::graph::slot_of;
use super::snapshot::{Bytes, Damage, Reader, SnapshotWriter, Source, Stored, check};
use super::tree::{Tree, TreeKey};
use super::{DiskError, End, Graph, NodeSlot, RelSlot};
use crate::catalog::{KeyId, NameIndexDef, NameIndexId, Named, Owner};
use crate::names::{Reading, hints, keys};
use crate::value::Value;

/// The words of an element, in their order, each once.
pub(crate) type NameWords = SmallVec<[String; 6]>;

#[derive(Clone, Debug, Default)]
pub(crate) struct NameIndex {
    entries: Tree<Entry>,
    hints: Tree<Hint>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    word: Arc<str>,
    slot: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Hint {
    hint: u32,
    word: Arc<str>,
}

impl NameIndex {
    /// An index of elements with these words.
    pub(crate) fn build(elements: impl Iterator<Item = (NameWords, u32)>) -> Self {
        let mut slots: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for (words, slot) in elements {
            words.into_iter().for_each(|word| slots.entry(word).or_default().push(slot));
        }
        let mut words: Vec<(Arc<str>, Vec<u32>)> =
            slots.into_iter().map(|(word, slots)| (Arc::from(word), slots)).collect();
        words.sort_unstable();
        let mut filed: Vec<Hint> = words.iter().flat_map(|(word, _)| Hint::of(word)).collect();
        filed.sort_unstable();
        let mut entries: Vec<Entry> = Vec::new();
        for (word, mut slots) in words {
            slots.sort_unstable();
            slots.dedup();
            entries.extend(slots.into_iter().map(|slot| Entry { word: Arc::clone(&word), slot }));
        }
        Self { entries: Tree::from_sorted(&entries), hints: Tree::from_sorted(&filed) }
    }

    fn insert(&mut self, word: &str, slot: u32) {
        let known = self.entries.keys_from(|entry| *entry.word < *word).next().filter(|entry| &*entry.word == word);
        let known = known.map(|entry| Arc::clone(&entry.word));
        let word = known.clone().unwrap_or_else(|| Arc::from(word));
        if known.is_none() {
            for hint in Hint::of(&word) {
                self.hints.insert(hint);
            }
        }
        self.entries.insert(Entry { word, slot });
    }

    fn remove(&mut self, word: &str, slot: u32) {
        let entry = Entry { word: Arc::from(word), slot };
        if self.entries.remove(&entry) && !self.has(word) {
            for hint in Hint::of(&entry.word) {
                self.hints.remove(&hint);
            }
        }
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether any element has a word.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.holders(word, 0).next().is_some()
    }

    /// How many elements have a word, but no more than `most`.
    pub(crate) fn count(&self, word: &str, most: usize) -> usize {
        let mut count = 0;
        for leaf in self.entries.from(|entry| &*entry.word < word) {
            let is_all = leaf.last().is_some_and(|entry| &*entry.word == word);
            count += if is_all { leaf.len() } else { leaf.partition_point(|entry| &*entry.word == word) };
            if !is_all || count >= most {
                break;
            }
        }
        count.min(most)
    }

    /// Looks at those of some elements, whose slots rise, that have a word.
    pub(crate) fn each_of(&self, word: &str, slots: &[u32], mut look: impl FnMut(u32)) {
        let mut leaf: &[Entry] = &[];
        for slot in slots {
            let before = |entry: &Entry| (&*entry.word, entry.slot) < (word, *slot);
            leaf = match leaf.last() {
                Some(last) if !before(last) => &leaf[leaf.partition_point(before)..],
                _ => self.entries.from(before).next().unwrap_or_default(),
            };
            match leaf.first().filter(|entry| &*entry.word == word) {
                Some(entry) if entry.slot == *slot => look(*slot),
                Some(_) => {}
                None => return,
            }
        }
    }

    /// The elements that have a word, from a slot on, in the order of slots.
    pub(crate) fn holders(&self, word: &str, from: u32) -> impl Iterator<Item = u32> {
        let before = move |entry: &Entry| (&*entry.word, entry.slot) < (word, from);
        self.entries.keys_from(before).take_while(move |entry| &*entry.word == word).map(|entry| entry.slot)
    }

    /// The words that are filed under a hint.
    pub(crate) fn words_under(&self, hint: u32) -> impl Iterator<Item = &Arc<str>> {
        self.hints
            .keys_from(move |filed| filed.hint < hint)
            .take_while(move |filed| filed.hint == hint)
            .map(|filed| &filed.word)
    }

    /// All entries: the word and the slot, in their order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Arc<str>, u32)> {
        self.entries.leaves().flatten().map(|entry| (&entry.word, entry.slot))
    }

    /// Whether words are filed under their hints, and nothing else is, as `words`, each once, would be.
    pub(super) fn is_filed<'w>(&self, words: impl Iterator<Item = &'w Arc<str>>) -> bool {
        let mut count = 0;
        let are_there = words.flat_map(Hint::of).all(|hint| {
            count += 1;
            self.hints.contains(&hint)
        });
        are_there && count == self.hints.len()
    }

    #[cfg(test)]
    pub(super) fn misfile(&mut self) {
        self.hints.insert(Hint { hint: 0, word: Arc::from("") });
    }

    /// Whether entries are found where they are looked for.
    pub(super) fn is_in_order(&self) -> bool {
        self.entries.is_in_order() && self.hints.is_in_order()
    }

    /// Goes through all pages: `see` is shown that one can be read, or why not.
    pub(super) fn see_pages(&self, see: &mut dyn FnMut(Result<(), DiskError>)) {
        self.entries.visit(&mut |leaf| see(leaf.map(drop)));
        self.hints.visit(&mut |leaf| see(leaf.map(drop)));
    }
}

impl Hint {
    fn of(word: &Arc<str>) -> impl Iterator<Item = Hint> {
        hints(word).into_iter().map(|hint| Hint { hint, word: Arc::clone(word) })
    }
}

/// The names that a value is: a text, or each text of a list.
pub(crate) fn names_in(value: &Value) -> impl Iterator<Item = &str> {
    let (one, several) = match value {
        Value::String(text) => (Some(&**text), None),
        Value::List(items) => (None, Some(items.iter())),
        _ => (None, None),
    };
    let texts = several.into_iter().flatten().filter_map(|item| match item {
        Value::String(text) => Some(&**text),
        _ => None,
    });
    one.into_iter().chain(texts)
}

impl Graph {
    /// The words of all names that an element has under `keys`.
    pub(crate) fn name_words(&self, element: End, names: &[KeyId]) -> NameWords {
        let mut words = NameWords::new();
        for key in names {
            let value = self.property(element, *key);
            names_in(&value).for_each(|name| words.extend(keys(&Reading::of(name))));
        }
        words.sort_unstable();
        words.dedup();
        words
    }

    /// All elements whose names an index has.
    pub(super) fn named(&self, of: Named) -> Vec<End> {
        match of {
            Named::Label(label) => self.owned(Owner::Label(label)),
            Named::Type(rel_type) => self.owned(Owner::Type(rel_type)),
            Named::AnyNode => {
                let mut slots = Vec::new();
                self.nodes.collect(None, &mut 0, usize::MAX, &mut slots);
                slots.into_iter().map(|slot| End::node(NodeSlot(slot))).collect()
            }
        }
    }

    pub(super) fn is_named(&self, element: End, of: Named) -> bool {
        match of {
            Named::AnyNode => element.as_node().is_some(),
            Named::Label(label) => self.belongs(element, Owner::Label(label)),
            Named::Type(rel_type) => self.belongs(element, Owner::Type(rel_type)),
        }
    }

    /// The element with a slot, as an index of names has it.
    pub(super) fn named_at(of: Named, slot: u32) -> End {
        match of {
            Named::AnyNode | Named::Label(_) => End::node(NodeSlot(slot)),
            Named::Type(_) => End::rel(RelSlot(slot)),
        }
    }

    pub(super) fn create_name_index(&mut self, def: &NameIndexDef) {
        let elements = self.named(def.of).into_iter();
        let index = NameIndex::build(elements.map(|element| (self.name_words(element, &def.keys), slot_of(element))));
        self.name_indexes.set(def.id.0 as usize, index);
        self.define(|catalog| catalog.name_indexes.push(def.clone()));
    }

    pub(super) fn drop_name_index(&mut self, id: NameIndexId) {
        self.name_indexes.remove(id.0 as usize);
        self.define(|catalog| catalog.name_indexes.retain(|index| index.id != id));
    }

    pub(super) fn forget_names(&mut self, element: End, which: impl Fn(&NameIndexDef) -> bool) {
        self.with_name_indexes(element, which, NameIndex::remove);
    }

    pub(super) fn keep_names(&mut self, element: End, which: impl Fn(&NameIndexDef) -> bool) {
        self.with_name_indexes(element, which, NameIndex::insert);
    }

    fn with_name_indexes(
        &mut self,
        element: End,
        which: impl Fn(&NameIndexDef) -> bool,
        edit: impl Fn(&mut NameIndex, &str, u32),
    ) {
        if self.catalog.name_indexes.is_empty() {
            return;
        }
        let catalog = Arc::clone(&self.catalog);
        for def in catalog.name_indexes.iter().filter(|def| which(def)) {
            if !self.is_named(element, def.of) {
                continue;
            }
            let words = self.name_words(element, &def.keys);
            if words.is_empty() {
                continue;
            }
            if let Some(index) = self.name_indexes.get_mut(def.id.0 as usize) {
                words.iter().for_each(|word| edit(index, word, slot_of(element)));
            }
        }
    }
}

/// Where the entries lie, and where the hints do.
impl Stored for NameIndex {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        self.entries.store(bytes, out)?;
        self.hints.store(bytes, out)
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        Ok(Self { entries: Tree::load(bytes, from)?, hints: Tree::load(bytes, from)? })
    }
}

/// ```text
/// slots     numbers
/// same      of each but the first, whether its word is that of the one before (flags)
/// words     each other one (text)
/// ```
impl TreeKey for Entry {
    const LEAF: usize = 64;

    fn store_keys(keys: &[Self], bytes: &mut Bytes, _: &SnapshotWriter) -> Result<(), DiskError> {
        bytes.numbers(keys.iter().map(|entry| u64::from(entry.slot)));
        bytes.flags(keys.windows(2).map(|pair| pair[0].word == pair[1].word));
        for run in keys.chunk_by(|one, next| one.word == next.word) {
            bytes.text(&run[0].word);
        }
        Ok(())
    }

    fn load_keys(bytes: &mut Reader, from: &Source, most: usize) -> Result<Vec<Self>, Damage> {
        let slots: Vec<u32> = bytes.numbers(most)?;
        let limits = from.limits()?;
        check(slots.iter().all(|slot| *slot < limits.nodes.max(limits.rels)), "an element is missing")?;
        let mut is_same = bytes.flags(slots.len().saturating_sub(1))?.into_iter();
        let mut entries: Vec<Entry> = Vec::with_capacity(slots.len());
        for slot in slots {
            let before = entries.last().map(|entry| Arc::clone(&entry.word));
            let word = match before {
                Some(before) if is_same.next() == Some(true) => before,
                _ => Arc::from(bytes.text()?),
            };
            entries.push(Entry { word, slot });
        }
        Ok(entries)
    }
}

/// ```text
/// hints     numbers
/// words     of each (texts)
/// ```
impl TreeKey for Hint {
    const LEAF: usize = 64;

    fn store_keys(keys: &[Self], bytes: &mut Bytes, _: &SnapshotWriter) -> Result<(), DiskError> {
        bytes.numbers(keys.iter().map(|filed| u64::from(filed.hint)));
        for filed in keys {
            bytes.text(&filed.word);
        }
        Ok(())
    }

    fn load_keys(bytes: &mut Reader, _: &Source, most: usize) -> Result<Vec<Self>, Damage> {
        let hints: Vec<u32> = bytes.numbers(most)?;
        hints.into_iter().map(|hint| Ok(Hint { hint, word: Arc::from(bytes.text()?) })).collect()
    }
}
