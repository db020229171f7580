//! Two editions against each other: first by a number for what each entry says, so that nothing more of a large edition is held,
//! and then by what the entries say that differ.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::entries::{Ask, Edition, Entries, each_entry};
use super::fields::{Entry, Fields, mark_of};
use crate::Error;

/// What an edition says, as a number for each entry by one for its id.
pub(in crate::sanctions) type Marks = HashMap<u64, u64>;

/// Which entries differ, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub added: HashSet<u64>,
    pub changed: HashSet<u64>,
    pub removed: HashSet<u64>,
}

pub(super) fn count(marks: &mut Marks, entry: &Entry) {
    let mark = marks.entry(mark_of(&entry.id)).or_default();
    *mark = mark.wrapping_add(entry.fields.mark());
}

pub(super) fn marks_of(asked: &mut dyn Ask, edition: &Edition, unknown: &[&str]) -> Result<Marks, Error> {
    let mut marks = Marks::new();
    each_entry(asked, edition, unknown, &mut |entry| count(&mut marks, &entry))?;
    Ok(marks)
}

pub(super) fn compare(from: &Marks, to: &Marks) -> Sorted {
    let mut sorted = Sorted::default();
    for (entry, mark) in to {
        match from.get(entry) {
            None => sorted.added.insert(*entry),
            Some(before) if before != mark => sorted.changed.insert(*entry),
            Some(_) => continue,
        };
    }
    sorted.removed.extend(from.keys().filter(|entry| !to.contains_key(entry)));
    sorted
}

impl Sorted {
    /// Whether anything is to be told of an entry.
    pub(super) fn has(&self, entry: &Entry) -> bool {
        let id = mark_of(&entry.id);
        [&self.added, &self.changed, &self.removed].into_iter().any(|entries| entries.contains(&id))
    }
}

/// Adds an entry, or one more part of it.
pub(super) fn gather(entries: &mut Entries, entry: Entry) {
    match entries.get_mut(&entry.id) {
        None => drop(entries.insert(entry.id.clone(), entry)),
        Some(known) => {
            for (key, values) in entry.fields.0 {
                known.fields.0.entry(key).or_default().extend(values);
            }
        }
    }
}

/// The fields that differ: what only the one has, and what only the other.
pub(super) fn differing(from: &Fields, to: &Fields) -> Vec<(String, Vec<String>, Vec<String>)> {
    let keys: BTreeSet<&String> = from.0.keys().chain(to.0.keys()).collect();
    let nothing = BTreeSet::new();
    let mut found = Vec::new();
    for key in keys {
        let (old, new) = (from.0.get(key).unwrap_or(&nothing), to.0.get(key).unwrap_or(&nothing));
        let only =
            |one: &BTreeSet<String>, other: &BTreeSet<String>| one.difference(other).cloned().collect::<Vec<_>>();
        let (gone, new) = (only(old, new), only(new, old));
        if !gone.is_empty() || !new.is_empty() {
            found.push((key.clone(), gone, new));
        }
    }
    found
}
