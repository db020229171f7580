//! `algo.wcc`: which nodes hang together, whichever way the relationships point.
//!
//! Sets of nodes are trees in one array ("union-find"), the least number at the root; a look for a root halves the way to it. Each
//! relationship is read once. A component is called by the least id of its nodes, which is the same however pages lie.
//!
//! Several threads work at one array (R. Anderson and H. Woll, "Wait-free parallel algorithms for the union-find problem", 1991):
//! a root is given another parent only if it still is one, by which the race for it is decided. Other places may be written by
//! two at a time, since each writes a number that is further up on the way to the root, and either will do. Which tree comes
//! of it is open, but not which nodes it has, nor its root, which is the least of them.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::super::options::Options;
use super::chosen::{Chosen, NODES, RELS, input};
use crate::function::{Answer, Field, FunctionError, Host, Procedure, Registry, Table, Vector};
use crate::storage::Direction;
use crate::value::{Name, Type, Value};

const NAME: &str = "algo.wcc";

pub(super) fn register(registry: &mut Registry) {
    registry.add_procedure(Procedure {
        name: Name::from(NAME),
        inputs: vec![input()],
        outputs: vec![Field::required("node", Type::Node), Field::required("component", Type::Integer)],
        summary: "the weakly connected component of each node, called by the least id in it; options: `nodes`, `rels`"
            .to_owned(),
        body: Arc::new(components),
    });
}

fn components(host: &dyn Host, arguments: &[Value]) -> Result<Answer, FunctionError> {
    let options = Options::of(NAME, arguments, &[NODES, RELS])?;
    let chosen = Chosen::by(&options, host)?;
    let roots = roots(&chosen)?;
    let components = least(&roots, chosen.ids()?);
    Ok(Answer::Table(Table::new(vec![Vector::Nodes(chosen.into_slots()), Vector::Integers(components)])))
}

/// About so many relationships are taken together.
const TOGETHER: usize = 512;

/// For each node the least number in its component.
fn roots(chosen: &Chosen) -> Result<Vec<u32>, FunctionError> {
    chosen.reserve(chosen.len() * size_of::<u32>())?;
    let parents: Vec<AtomicU32> =
        (0..u32::try_from(chosen.len()).expect("fewer than 2^31 nodes")).map(AtomicU32::new).collect();
    chosen.sweep(Direction::Out, |_, pages| {
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for page in pages {
            page.each(|node, neighbours| {
                neighbours.each(|neighbour| pairs.push((node, neighbour)));
                if pairs.len() >= TOGETHER {
                    unite_all(&parents, &mut pairs);
                }
            });
        }
        unite_all(&parents, &mut pairs);
    })?;
    let mut parents: Vec<u32> = parents.into_iter().map(AtomicU32::into_inner).collect();
    // Parents have lesser numbers, so that theirs are roots by the time that they are asked.
    for node in 0..parents.len() {
        parents[node] = parents[parents[node] as usize];
    }
    Ok(parents)
}

/// Makes one set of those of both nodes of each pair; those of one node follow each other.
///
/// Neighbours lie anywhere. The parents of all are read before anything is decided by one of them, so that the waits for memory
/// overlap.
fn unite_all(parents: &[AtomicU32], pairs: &mut Vec<(u32, u32)>) {
    let parent = |node: u32| parents[node as usize].load(Ordering::Relaxed);
    black_box(pairs.iter().fold(0, |all, (_, neighbour)| all ^ parent(*neighbour)));
    for pairs in pairs.chunk_by(|pair, next| pair.0 == next.0) {
        let mut root = find(parents, pairs[0].0);
        for (_, neighbour) in pairs {
            root = unite(parents, root, *neighbour);
        }
    }
    pairs.clear();
}

/// Makes one set of that of a root and that of another node; gives its root.
#[inline]
fn unite(parents: &[AtomicU32], root: u32, node: u32) -> u32 {
    let (mut root, mut other) = (root, find(parents, node));
    // Mostly they are one already. To write that down again would make each look wait for the one before.
    while other != root {
        let (low, high) = if root < other { (root, other) } else { (other, root) };
        // Another thread may have found something above meanwhile.
        if parents[high as usize].compare_exchange(high, low, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            return low;
        }
        (root, other) = (find(parents, low), find(parents, high));
    }
    root
}

/// The root of the set that a node is in.
#[inline]
fn find(parents: &[AtomicU32], mut node: u32) -> u32 {
    loop {
        let parent = parents[node as usize].load(Ordering::Relaxed);
        let above = parents[parent as usize].load(Ordering::Relaxed);
        if parent == above {
            return parent;
        }
        parents[node as usize].store(above, Ordering::Relaxed);
        node = above;
    }
}

/// The least id of each component, for each of its nodes, of which these are the ids.
fn least(roots: &[u32], mut ids: Vec<i64>) -> Vec<i64> {
    for node in 0..ids.len() {
        let root = roots[node] as usize;
        ids[root] = ids[root].min(ids[node]);
    }
    for node in 0..ids.len() {
        ids[node] = ids[roots[node] as usize];
    }
    ids
}
