//! About how many bytes a value takes, for budgets.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Element, Name, Node, NodeRecord, Path, Relationship, RelationshipRecord, Value};

/// A value that so many hold is not looked into any further: its parts are next to nothing for each of them, and a
/// small value with shared parts can look as large as a tree that doubles at each level.
const MANY: usize = 64;

/// What a list takes besides its items.
pub(crate) const LIST_BYTES: usize = 80;

/// What a text takes besides its letters.
const TEXT_BYTES: usize = SHARED_BYTES;

/// What anything that is shared takes besides itself: who counts its holders, and what the allocator needs.
pub(crate) const SHARED_BYTES: usize = 24;

/// How many hold a value, by way of what it stands in.
#[derive(Clone, Copy)]
struct Holders {
    all: usize,
    /// Those that are not soon gone.
    staying: usize,
}

impl Holders {
    const ONE: Self = Self { all: 1, staying: 1 };

    /// If each of them holds something that so many hold in all, some of which are soon gone.
    fn each_with(self, own: usize, passing: usize) -> Self {
        let staying = own.saturating_sub(passing).max(1);
        Self { all: self.all.saturating_mul(own), staying: self.staying.saturating_mul(staying) }
    }

    fn are_many(self) -> bool {
        self.all > MANY
    }

    fn part(self, bytes: usize) -> usize {
        bytes / self.staying
    }
}

impl Value {
    /// About how many bytes the value has besides itself. What several hold is counted in parts, so that the sum over
    /// all who hold it is about its size.
    pub(crate) fn payload_bytes(&self) -> usize {
        self.payload_bytes_without(0)
    }

    /// The same where so many of those that hold it are soon gone: whoever keeps it will have their part.
    pub(crate) fn payload_bytes_without(&self, passing: usize) -> usize {
        self.share(Holders::ONE, passing)
    }

    /// What a point in time or the like has besides itself; it is made without being counted, as it is small.
    pub(crate) fn temporal_bytes(&self) -> usize {
        match self {
            Value::DateTime(at) => at.payload_bytes(),
            Value::Duration(duration) => duration.payload_bytes(),
            Value::Edtf(edtf) => edtf.payload_bytes(),
            _ => 0,
        }
    }

    /// The part of one of the holders of what it stands in, where so many of its own are soon gone.
    fn share(&self, holders: Holders, passing: usize) -> usize {
        let with = |own: usize| holders.each_with(own, passing);
        match self {
            Value::String(text) => with(Arc::strong_count(text)).part(text.len() + TEXT_BYTES),
            Value::List(list) => {
                let holders = with(list.holder_count());
                holders.part(size_of_val(&**list) + LIST_BYTES) + parts(list.iter(), holders)
            }
            Value::Map(map) => entries(map, with(map.holder_count())),
            Value::Node(node) => node_share(node, holders),
            Value::Relationship(rel) => rel_share(rel, holders),
            Value::Path(path) => path_share(path, with(Arc::strong_count(path))),
            Value::DateTime(_) | Value::Duration(_) | Value::Edtf(_) => holders.part(self.temporal_bytes()),
            _ => 0,
        }
    }
}

impl NodeRecord {
    /// About how many bytes it takes.
    pub(crate) fn size_bytes(&self) -> usize {
        self.share(Holders::ONE)
    }

    fn share(&self, holders: Holders) -> usize {
        holders.part(size_of::<Self>() + 16 + size_of_val(&self.labels[..])) + entries(&self.properties, holders)
    }
}

impl RelationshipRecord {
    /// About how many bytes it takes.
    pub(crate) fn size_bytes(&self) -> usize {
        self.share(Holders::ONE)
    }

    fn share(&self, holders: Holders) -> usize {
        holders.part(size_of::<Self>() + 16) + entries(&self.properties, holders)
    }
}

fn node_share(node: &Node, holders: Holders) -> usize {
    node.record().map_or(0, |record| record.share(holders.each_with(Arc::strong_count(record), 0)))
}

fn rel_share(rel: &Relationship, holders: Holders) -> usize {
    rel.record().map_or(0, |record| record.share(holders.each_with(Arc::strong_count(record), 0)))
}

fn path_share(path: &Path, holders: Holders) -> usize {
    let own = size_of_val(&path.elements[..]) + size_of_val(&path.relationships[..]) + 112;
    if holders.are_many() {
        return holders.part(own);
    }
    let elements = path.elements.iter().map(|element| match element {
        Element::Node(node) => node_share(node, holders),
        Element::Relationship(rel) => rel_share(rel, holders),
    });
    holders.part(own) + elements.chain(path.relationships.iter().map(|rel| rel_share(rel, holders))).sum::<usize>()
}

/// The nodes of the tree, which are of one size however few entries they have, and what the entries hold.
fn entries(map: &BTreeMap<Name, Value>, holders: Holders) -> usize {
    const ROOM: usize = 11;
    let bytes_per_node = ROOM * size_of::<(Name, Value)>() + 16;
    let own = 64 + map.len().div_ceil(ROOM * 2 / 3) * bytes_per_node;
    holders.part(own) + parts(map.values(), holders)
}

/// One more holds each of them while a list is made of what stands in a row, and is soon gone.
fn parts<'v>(values: impl Iterator<Item = &'v Value>, holders: Holders) -> usize {
    if holders.are_many() { 0 } else { values.map(|value| value.share(holders, 1)).sum() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_is_counted_once_in_all() {
        let text = Value::from("x".repeat(10_000));
        assert_eq!(text.payload_bytes(), 10_024);
        let many = vec![text; 100];
        let sum: usize = many.iter().map(Value::payload_bytes).sum();
        assert!((9_900..10_100).contains(&sum), "{sum}");
        assert_eq!(Value::from(1).payload_bytes(), 0);
    }

    #[test]
    fn who_stays_counts_the_part_of_those_who_go() {
        let text = Value::from("x".repeat(10_000));
        let kept = [text.clone(), text];
        assert_eq!([0, 1, 2].map(|passing| kept[0].payload_bytes_without(passing)), [5_012, 10_024, 10_024]);
    }

    #[test]
    fn a_list_is_as_large_as_its_items() {
        let list = Value::from((0..10).map(|index| "y".repeat(index * 100)).collect::<Vec<_>>());
        assert!((4_500..6_000).contains(&list.payload_bytes()), "{}", list.payload_bytes());
    }

    #[test]
    fn a_list_of_shared_lists_is_small_and_soon_counted() {
        let mut list = Value::from(vec![1]);
        for _ in 0..60 {
            list = Value::List(vec![list.clone(), list].into());
        }
        assert!(list.payload_bytes() < 40_000);
    }
}
