//! About how many bytes a value takes, for budgets.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Element, Name, Node, NodeRecord, Path, Relationship, RelationshipRecord, Value};

/// A value that so many hold is not looked into any further: its parts are next to nothing for each of them, and a
/// small value with shared parts can look as large as a tree that doubles at each level.
const MANY: usize = 64;

impl Value {
    /// About how many bytes the value has besides itself. What several hold is counted in parts, so that the sum over
    /// all who hold it is about its size.
    pub(crate) fn payload_bytes(&self) -> usize {
        self.share(1)
    }

    fn share(&self, holders: usize) -> usize {
        match self {
            Value::String(text) => (text.len() + 16) / holders.saturating_mul(Arc::strong_count(text)),
            Value::List(list) => {
                let holders = holders.saturating_mul(list.holder_count());
                let own = size_of_val(&**list) + 48;
                own / holders + parts(list.iter(), holders)
            }
            Value::Map(map) => entries(map, holders.saturating_mul(map.holder_count())),
            Value::Node(node) => node_share(node, holders),
            Value::Relationship(rel) => rel_share(rel, holders),
            Value::Path(path) => path_share(path, holders.saturating_mul(Arc::strong_count(path))),
            _ => 0,
        }
    }
}

impl NodeRecord {
    /// About how many bytes it takes.
    pub(crate) fn size_bytes(&self) -> usize {
        self.share(1)
    }

    fn share(&self, holders: usize) -> usize {
        (size_of::<Self>() + 16 + size_of_val(&self.labels[..])) / holders + entries(&self.properties, holders)
    }
}

impl RelationshipRecord {
    /// About how many bytes it takes.
    pub(crate) fn size_bytes(&self) -> usize {
        self.share(1)
    }

    fn share(&self, holders: usize) -> usize {
        (size_of::<Self>() + 16) / holders + entries(&self.properties, holders)
    }
}

fn node_share(node: &Node, holders: usize) -> usize {
    node.record().map_or(0, |record| record.share(holders.saturating_mul(Arc::strong_count(record))))
}

fn rel_share(rel: &Relationship, holders: usize) -> usize {
    rel.record().map_or(0, |record| record.share(holders.saturating_mul(Arc::strong_count(record))))
}

fn path_share(path: &Path, holders: usize) -> usize {
    let own = size_of_val(&path.elements[..]) + size_of_val(&path.relationships[..]) + 64;
    if holders > MANY {
        return own / holders;
    }
    let elements = path.elements.iter().map(|element| match element {
        Element::Node(node) => node_share(node, holders),
        Element::Relationship(rel) => rel_share(rel, holders),
    });
    own / holders + elements.chain(path.relationships.iter().map(|rel| rel_share(rel, holders))).sum::<usize>()
}

/// The nodes of the tree, which are of one size however few entries they have, and what the entries hold.
fn entries(map: &BTreeMap<Name, Value>, holders: usize) -> usize {
    const ROOM: usize = 11;
    let bytes_per_node = ROOM * size_of::<(Name, Value)>() + 16;
    let own = 48 + map.len().div_ceil(ROOM * 2 / 3) * bytes_per_node;
    own / holders + parts(map.values(), holders)
}

fn parts<'v>(values: impl Iterator<Item = &'v Value>, holders: usize) -> usize {
    if holders > MANY { 0 } else { values.map(|value| value.share(holders)).sum() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_is_counted_once_in_all() {
        let text = Value::from("x".repeat(10_000));
        assert_eq!(text.payload_bytes(), 10_016);
        let many = vec![text; 100];
        let sum: usize = many.iter().map(Value::payload_bytes).sum();
        assert!((9_900..10_100).contains(&sum), "{sum}");
        assert_eq!(Value::from(1).payload_bytes(), 0);
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
        assert!(list.payload_bytes() < 10_000);
    }
}
