//! Where the names are: the indexes of a database, or ones made for a call.

use std::ops::Deref;

use crate::catalog::{KeyId, LabelId, Named};
use crate::function::FunctionError;
use crate::storage::{End, Family, NameIndex, NodeSlot, RelSlot};

use super::super::seen::Seen;

/// The keys of names beside the first one of the settings, and what a name under each is worth: a former name may have come
/// to others, and a weak alias is one that many have.
const OTHERS: [(&str, f64); 3] = [("aliases", 1.0), ("previous_names", 0.98), ("weak_aliases", 0.9)];

/// Under what a citation has the name as it is printed, and what that is worth.
const PRINTED: (&str, f64) = ("printed", 0.98);

/// About so many bytes a word of a name takes in an index.
const WORD_BYTES: usize = 160;

/// A key under which names stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameKey {
    pub key: KeyId,
    pub worth: f64,
}

/// An index of names.
pub(super) enum Index<'g> {
    Kept(&'g NameIndex),
    Made(Box<NameIndex>),
}

impl Deref for Index<'_> {
    type Target = NameIndex;

    fn deref(&self) -> &NameIndex {
        match self {
            Index::Kept(index) => index,
            Index::Made(index) => index,
        }
    }
}

/// The keys of the names of nodes that this database knows, the best first.
pub(super) fn keys_of_nodes(seen: &Seen) -> Vec<NameKey> {
    let catalog = seen.graph.catalog();
    let first = catalog.provenance.names.first().map(|name| (name.as_str(), 1.0));
    let known = first
        .into_iter()
        .chain(OTHERS)
        .filter_map(|(name, worth)| catalog.keys.get(name).map(|key| NameKey { key, worth }));
    known.collect()
}

/// The key of printed names.
pub(super) fn key_of_citations(seen: &Seen) -> Option<NameKey> {
    let (name, worth) = PRINTED;
    seen.graph.catalog().keys.get(name).map(|key| NameKey { key, worth })
}

/// The names of all nodes, or of those with a label.
pub(super) fn of_nodes<'h>(
    seen: &Seen<'h>,
    label: Option<LabelId>,
    keys: &[NameKey],
) -> Result<Index<'h>, FunctionError> {
    let keys: Vec<KeyId> = keys.iter().map(|key| key.key).collect();
    if let Some(index) = kept(seen, label.map_or(Named::AnyNode, Named::Label), &keys) {
        return Ok(index);
    }
    let mut nodes: Vec<NodeSlot> = Vec::new();
    seen.each_with_label(label, |node| nodes.push(node))?;
    made(seen, nodes.into_iter().map(|node| (End::node(node), node.0)), &keys)
}

/// The names that are printed in citations.
pub(super) fn of_citations<'h>(seen: &Seen<'h>, key: NameKey) -> Result<Index<'h>, FunctionError> {
    let catalog = seen.graph.catalog();
    let Some(rel_type) = catalog.types.get(&catalog.provenance.supports) else {
        return Ok(Index::Made(Box::default()));
    };
    if let Some(index) = kept(seen, Named::Type(rel_type), &[key.key]) {
        return Ok(index);
    }
    let mut rels: Vec<RelSlot> = Vec::new();
    seen.each_rel(rel_type, Family::Plain, |rel, _| rels.push(rel))?;
    made(seen, rels.into_iter().map(|rel| (End::rel(rel), rel.0)), &[key.key])
}

/// An index of the database that has all of these names.
fn kept<'h>(seen: &Seen<'h>, of: Named, keys: &[KeyId]) -> Option<Index<'h>> {
    let has_all = |known: &[KeyId]| keys.iter().all(|key| known.contains(key));
    let mut indexes = seen.graph.catalog().name_indexes.iter();
    let index = indexes.find(|index| index.of.covers(of) && has_all(&index.keys))?;
    seen.graph.name_index(index.id).map(Index::Kept)
}

fn made<'h>(
    seen: &Seen<'h>,
    elements: impl Iterator<Item = (End, u32)>,
    keys: &[KeyId],
) -> Result<Index<'h>, FunctionError> {
    let mut named = Vec::new();
    seen.each(elements, |(element, slot)| {
        let words = seen.graph.name_words(element, keys);
        if !words.is_empty() {
            seen.reserve(words.len() * WORD_BYTES)?;
            named.push((words, slot));
        }
        Ok(())
    })?;
    Ok(Index::Made(Box::new(NameIndex::build(named.into_iter()))))
}
