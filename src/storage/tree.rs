//! A copy-on-write B+tree: a sorted set in which a write copies one leaf and the path to it.
//!
//! It holds the runs of nodes with very many relationships and the entries of indexes.

use std::fmt;
use std::sync::Arc;

use smallvec::SmallVec;

use super::DiskError;
use super::snapshot::{Bytes, Damage, Link, Reader, SnapshotWriter, Source, Stored, check, rises};

/// What a tree may hold.
pub(crate) trait TreeKey: Ord + Clone + 'static {
    /// How many keys a leaf holds at most.
    const LEAF: usize;

    /// Appends keys that rise.
    fn store_keys(keys: &[Self], bytes: &mut Bytes, out: &SnapshotWriter) -> Result<(), DiskError>;

    /// At most `most` keys.
    fn load_keys(bytes: &mut Reader, from: &Source, most: usize) -> Result<Vec<Self>, Damage>;
}

/// Is shown the keys of a leaf, or why they cannot be read.
pub(super) type Visit<'v, 't, K> = dyn FnMut(Result<&'t [K], DiskError>) + 'v;

const BRANCH: usize = 64;

/// How deep a tree is at most.
const MAX_LEVEL: usize = 32;

/// A sorted set of keys.
pub(crate) struct Tree<K> {
    root: Link<Node<K>>,
    len: usize,
}

enum Node<K> {
    Leaf(Vec<K>),
    /// `lows[i]` is not above any key of `children[i]`, and above all keys of the children before it.
    Branch {
        lows: Vec<K>,
        children: Vec<Link<Node<K>>>,
    },
}

/// A node that came out of a full one, to stand behind it.
struct Split<K> {
    low: K,
    node: Node<K>,
}

impl<K: TreeKey> Tree<K> {
    /// A tree of keys that are sorted already.
    pub(super) fn from_sorted(keys: &[K]) -> Self {
        let mut level: Vec<(K, Link<Node<K>>)> =
            keys.chunks(K::LEAF * 3 / 4).map(|chunk| (chunk[0].clone(), Node::Leaf(chunk.to_vec()).link())).collect();
        while level.len() > 1 {
            level = level
                .chunks(BRANCH * 3 / 4)
                .map(|chunk| {
                    let (lows, children) = chunk.iter().cloned().unzip();
                    (chunk[0].0.clone(), Node::Branch { lows, children }.link())
                })
                .collect();
        }
        Self { root: level.pop().map_or(Link::None, |(_, root)| root), len: keys.len() }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// True if `key` was not there.
    pub(super) fn insert(&mut self, key: K) -> bool {
        let Some(root) = self.root.get_mut() else {
            self.root = Node::Leaf(vec![key]).link();
            self.len = 1;
            return true;
        };
        let (added, split) = Arc::make_mut(root).insert(key);
        if let Some(split) = split {
            let left = Link::Here(Arc::clone(root));
            let lows = vec![root.first().clone(), split.low];
            self.root = Node::Branch { lows, children: vec![left, split.node.link()] }.link();
        }
        self.len += usize::from(added);
        added
    }

    /// True if `key` was there.
    pub(super) fn remove(&mut self, key: &K) -> bool {
        if !self.contains(key) {
            return false;
        }
        let root = Arc::make_mut(self.root.get_mut().expect("the key was found"));
        root.remove(key);
        self.len = self.len.saturating_sub(1);
        while let Some(Node::Branch { children, .. }) = self.root.get().map(|root| &**root)
            && let [only] = children.as_slice()
        {
            self.root = only.clone();
        }
        if self.len == 0 {
            self.root = Link::None;
        }
        true
    }

    pub(super) fn contains(&self, key: &K) -> bool {
        self.from(|other| other < key).next().is_some_and(|leaf| leaf[0] == *key)
    }

    /// All keys, leaf by leaf.
    pub(super) fn leaves(&self) -> Leaves<'_, K> {
        self.from(|_| false)
    }

    /// The keys from the first one that `before` does not hold of, leaf by leaf; no slice is empty. `before` must
    /// hold of all keys up to some point and of none from there.
    pub(super) fn from(&self, before: impl Fn(&K) -> bool) -> Leaves<'_, K> {
        let mut leaves = Leaves { path: SmallVec::new(), leaf: &[] };
        let Some(root) = self.root.get() else { return leaves };
        let mut node = &**root;
        loop {
            match node {
                Node::Leaf(keys) => {
                    leaves.leaf = &keys[keys.partition_point(&before)..];
                    return leaves;
                }
                Node::Branch { lows, children } => {
                    let child = lows.partition_point(&before).saturating_sub(1);
                    leaves.path.push(&children[child + 1..]);
                    node = children[child].node();
                }
            }
        }
    }

    /// All keys from there on, one by one.
    pub(super) fn keys_from(&self, before: impl Fn(&K) -> bool) -> impl Iterator<Item = &K> {
        self.from(before).flatten()
    }

    /// Shows the keys of all leaves, or why leaves, or all below a branch, cannot be read.
    pub(super) fn visit<'t>(&'t self, visit: &mut Visit<'_, 't, K>) {
        self.root.visit(visit);
    }

    /// Whether all keys rise, and are found where they are looked for.
    pub(super) fn is_in_order(&self) -> bool {
        self.root.get().is_none_or(|root| root.is_within(None, None))
    }

    /// Writes all nodes, and tells in `bytes` where the root lies.
    ///
    /// ```text
    /// keys      how many there are (number); if there are any:
    /// level     how many branches lie above a leaf (number)
    /// place     of the root
    /// ```
    pub(super) fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        bytes.count(self.len);
        if self.root.is_some() {
            bytes.number(u64::from(self.root.level()));
            self.root.store(bytes, out)?;
        }
        Ok(())
    }

    pub(super) fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let len = bytes.whole()?;
        if len == 0 {
            return Ok(Self::default());
        }
        check(
            u32::try_from(len).is_ok() && len as u64 <= from.bytes_before().saturating_mul(K::LEAF as u64),
            "a tree is too large",
        )?;
        let level = bytes.count(MAX_LEVEL)?;
        Ok(Self { root: load_child(bytes, from, u32::from(level_byte(level)), len as u64)?, len })
    }
}

/// Slices of keys, in order; none is empty.
pub(super) struct Leaves<'t, K> {
    /// The nodes still to be visited, from the root down.
    path: SmallVec<[&'t [Link<Node<K>>]; 4]>,
    leaf: &'t [K],
}

impl<'t, K: TreeKey> Iterator for Leaves<'t, K> {
    type Item = &'t [K];

    fn next(&mut self) -> Option<&'t [K]> {
        loop {
            if !self.leaf.is_empty() {
                return Some(std::mem::take(&mut self.leaf));
            }
            let rest = self.path.last_mut()?;
            let Some((first, others)) = rest.split_first() else {
                self.path.pop();
                continue;
            };
            *rest = others;
            match first.node() {
                Node::Leaf(keys) => self.leaf = keys,
                Node::Branch { children, .. } => self.path.push(children),
            }
        }
    }
}

impl<K: TreeKey> Link<Node<K>> {
    #[inline]
    fn node(&self) -> &Node<K> {
        self.get().expect("a tree links to nodes only")
    }

    fn visit<'t>(&'t self, visit: &mut Visit<'_, 't, K>) {
        match self.try_get().map(|node| node.map(|node| &**node)) {
            Ok(Some(Node::Leaf(keys))) => visit(Ok(keys)),
            Ok(Some(Node::Branch { children, .. })) => children.iter().for_each(|child| child.visit(visit)),
            Ok(None) => {}
            Err(error) => visit(Err(error)),
        }
    }

    fn node_mut(&mut self) -> &mut Node<K> {
        Arc::make_mut(self.get_mut().expect("a tree links to nodes only"))
    }

    fn level(&self) -> u32 {
        if let Some(origin) = self.unread() {
            return origin.level();
        }
        match self.get().map(|node| &**node) {
            Some(Node::Branch { children, .. }) => 1 + children.first().map_or(0, Self::level),
            Some(Node::Leaf(_)) | None => 0,
        }
    }

    fn count(&self) -> u64 {
        if let Some(origin) = self.unread() {
            return origin.count();
        }
        match self.get().map(|node| &**node) {
            Some(Node::Branch { children, .. }) => children.iter().map(Self::count).sum(),
            Some(Node::Leaf(keys)) => keys.len() as u64,
            None => 0,
        }
    }
}

/// ```text
/// level     one byte: 0 for a leaf
/// keys      of a leaf; or the least of each child, and then
/// counts    of keys below each child (numbers)
/// places    of the children
/// ```
impl<K: TreeKey> Stored for Node<K> {
    fn store(&self, bytes: &mut Bytes, out: &mut SnapshotWriter) -> Result<(), DiskError> {
        match self {
            Node::Leaf(keys) => {
                bytes.byte(0);
                K::store_keys(keys, bytes, out)
            }
            Node::Branch { lows, children } => {
                bytes.byte(level_byte(1 + children.first().map_or(0, |child| child.level() as usize)));
                K::store_keys(lows, bytes, out)?;
                let counts: Vec<u64> = children.iter().map(Link::count).collect();
                bytes.numbers(counts.iter().copied());
                children.iter().try_for_each(|child| child.store(bytes, out))
            }
        }
    }

    fn load(bytes: &mut Reader, from: &mut Source) -> Result<Self, Damage> {
        let level = u32::from(bytes.byte()?);
        check(level == from.level(), "a tree has another depth")?;
        let keys = K::load_keys(bytes, from, if level == 0 { K::LEAF } else { BRANCH })?;
        check(!keys.is_empty() && rises(&keys), "keys of a tree are out of order")?;
        if level == 0 {
            check(keys.len() as u64 == from.count(), "a leaf has another number of keys")?;
            return Ok(Node::Leaf(keys));
        }
        let counts: Vec<u64> = bytes.exactly(keys.len())?;
        let sum = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        check(sum == Some(from.count()) && !counts.contains(&0), "a branch has another number of keys")?;
        let children = counts.iter().map(|&count| load_child(bytes, from, level - 1, count));
        Ok(Node::Branch { lows: keys, children: children.collect::<Result<_, _>>()? })
    }

    fn is_whole(bytes: &[u8]) -> bool {
        bytes.first() == Some(&0)
    }
}

fn load_child<K>(bytes: &mut Reader, from: &mut Source, level: u32, count: u64) -> Result<Link<Node<K>>, Damage> {
    let link = from.link(bytes, level, count)?;
    check(link.is_some(), "a node of a tree is missing")?;
    Ok(link)
}

fn level_byte(level: usize) -> u8 {
    u8::try_from(level).expect("trees are not that deep")
}

impl<K: TreeKey> Node<K> {
    fn link(self) -> Link<Self> {
        Link::Here(Arc::new(self))
    }

    fn first(&self) -> &K {
        match self {
            Node::Leaf(keys) => &keys[0],
            Node::Branch { lows, .. } => &lows[0],
        }
    }

    fn len(&self) -> usize {
        match self {
            Node::Leaf(keys) => keys.len(),
            Node::Branch { children, .. } => children.len(),
        }
    }

    /// Whether all keys rise and lie from `low` on and below `high`.
    fn is_within(&self, low: Option<&K>, high: Option<&K>) -> bool {
        let keys = match self {
            Node::Leaf(keys) => keys,
            Node::Branch { lows, .. } => lows,
        };
        let rise = rises(keys) && keys.first().is_none_or(|first| low.is_none_or(|low| low <= first));
        if !rise || keys.last().is_some_and(|last| high.is_some_and(|high| last >= high)) {
            return false;
        }
        match self {
            Node::Leaf(_) => true,
            Node::Branch { lows, children } => {
                let highs = lows.iter().skip(1).map(Some).chain([high]);
                let mut stretches = lows.iter().zip(highs).zip(children);
                stretches.all(|((low, high), child)| child.node().is_within(Some(low), high))
            }
        }
    }

    fn insert(&mut self, key: K) -> (bool, Option<Split<K>>) {
        match self {
            Node::Leaf(keys) => match keys.binary_search(&key) {
                Ok(_) => (false, None),
                Err(place) => {
                    keys.insert(place, key);
                    let split = (keys.len() > K::LEAF).then(|| split_leaf(keys, place));
                    (true, split)
                }
            },
            Node::Branch { lows, children } => {
                let child = child_of(lows, &key);
                if child == 0 && key < lows[0] {
                    lows[0] = key.clone();
                }
                let (added, split) = children[child].node_mut().insert(key);
                if let Some(split) = split {
                    lows.insert(child + 1, split.low);
                    children.insert(child + 1, split.node.link());
                }
                let split = (children.len() > BRANCH).then(|| split_branch(lows, children));
                (added, split)
            }
        }
    }

    /// Removes a key that is there.
    fn remove(&mut self, key: &K) {
        match self {
            Node::Leaf(keys) => {
                if let Ok(place) = keys.binary_search(key) {
                    keys.remove(place);
                }
            }
            Node::Branch { lows, children } => {
                let child = child_of(lows, key);
                children[child].node_mut().remove(key);
                if children[child].node().len() == 0 {
                    lows.remove(child);
                    children.remove(child);
                } else {
                    merge_small(lows, children, child);
                }
            }
        }
    }

    fn append(&mut self, other: &Self) {
        match (self, other) {
            (Node::Leaf(keys), Node::Leaf(more)) => keys.extend_from_slice(more),
            (Node::Branch { lows, children }, Node::Branch { lows: more_lows, children: more }) => {
                lows.extend_from_slice(more_lows);
                children.extend_from_slice(more);
            }
            _ => unreachable!("all leaves are equally deep"),
        }
    }
}

fn child_of<K: Ord>(lows: &[K], key: &K) -> usize {
    lows.partition_point(|low| low <= key).saturating_sub(1)
}

/// Splits in the middle, but leaves a leaf full that grows at its end: keys that come in order fill the tree.
fn split_leaf<K: TreeKey>(keys: &mut Vec<K>, inserted: usize) -> Split<K> {
    let at = if inserted + 1 == keys.len() { keys.len() - 1 } else { keys.len() / 2 };
    let upper = keys.split_off(at);
    keys.shrink_to_fit();
    Split { low: upper[0].clone(), node: Node::Leaf(upper) }
}

fn split_branch<K: TreeKey>(lows: &mut Vec<K>, children: &mut Vec<Link<Node<K>>>) -> Split<K> {
    let at = children.len() / 2;
    let upper = lows.split_off(at);
    Split { low: upper[0].clone(), node: Node::Branch { lows: upper, children: children.split_off(at) } }
}

/// Joins a child that is less than a quarter full with a neighbour, if they fit well into one.
fn merge_small<K: TreeKey>(lows: &mut Vec<K>, children: &mut Vec<Link<Node<K>>>, child: usize) {
    let room = match children[child].node() {
        Node::Leaf(_) => K::LEAF,
        Node::Branch { .. } => BRANCH,
    };
    if children[child].node().len() >= room / 4 || children.len() < 2 {
        return;
    }
    let left = if child + 1 < children.len() { child } else { child - 1 };
    if children[left].node().len() + children[left + 1].node().len() > room * 3 / 4 {
        return;
    }
    lows.remove(left + 1);
    let right = children.remove(left + 1);
    children[left].node_mut().append(right.node());
}

impl<K: TreeKey> Clone for Node<K> {
    fn clone(&self) -> Self {
        match self {
            Node::Leaf(keys) => Node::Leaf(super::paged::copy_with_room(keys)),
            Node::Branch { lows, children } => Node::Branch { lows: lows.clone(), children: children.clone() },
        }
    }
}

impl<K> Clone for Tree<K> {
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), len: self.len }
    }
}

impl<K> Default for Tree<K> {
    fn default() -> Self {
        Self { root: Link::None, len: 0 }
    }
}

impl<K> fmt::Debug for Tree<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree").field("len", &self.len).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    impl TreeKey for u16 {
        const LEAF: usize = 8;

        fn store_keys(keys: &[Self], bytes: &mut Bytes, _: &SnapshotWriter) -> Result<(), DiskError> {
            bytes.numbers(keys.iter().map(|key| u64::from(*key)));
            Ok(())
        }

        fn load_keys(bytes: &mut Reader, _: &Source, most: usize) -> Result<Vec<Self>, Damage> {
            bytes.numbers(most)
        }
    }

    fn keys(tree: &Tree<u16>) -> Vec<u16> {
        tree.leaves().flatten().copied().collect()
    }

    proptest! {
        #[test]
        fn a_tree_is_a_sorted_set(steps in prop::collection::vec((any::<bool>(), 0..600_u16), 0..2_000)) {
            let (mut tree, mut model) = (Tree::default(), BTreeSet::new());
            let mut snapshots = Vec::new();
            for (step, (insert, key)) in steps.into_iter().enumerate() {
                if insert {
                    prop_assert_eq!(tree.insert(key), model.insert(key));
                } else {
                    prop_assert_eq!(tree.remove(&key), model.remove(&key));
                }
                prop_assert_eq!(tree.len(), model.len());
                if step % 500 == 0 {
                    snapshots.push((tree.clone(), keys(&tree)));
                }
            }
            prop_assert_eq!(keys(&tree), model.iter().copied().collect::<Vec<_>>());
            for from in (0..600).step_by(17) {
                let found: Vec<u16> = tree.keys_from(|&key| key < from).copied().collect();
                prop_assert_eq!(found, model.range(from..).copied().collect::<Vec<_>>());
            }
            for (snapshot, then) in snapshots {
                prop_assert_eq!(keys(&snapshot), then);
            }
        }
    }

    #[test]
    fn a_tree_of_sorted_keys_takes_more() {
        let sorted: Vec<u16> = (0..5_000).map(|key| key * 2).collect();
        let mut tree = Tree::from_sorted(&sorted);
        assert_eq!(keys(&tree), sorted);
        for key in 0..5_000 {
            assert!(tree.insert(key * 2 + 1));
        }
        assert_eq!(keys(&tree), (0..10_000).collect::<Vec<_>>());
        for key in 0..10_000 {
            assert!(tree.remove(&key));
        }
        assert_eq!(tree.len(), 0);
        assert!(keys(&tree).is_empty());
    }
}
