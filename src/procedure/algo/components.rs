//! `algo.wcc`: which nodes hang together, whichever way the relationships point.
//!
//! Sets of nodes are trees in one array ("union-find"), the least number at the root; a look for a root halves the way to it. Each
//! relationship is read once. A component is called by the least id of its nodes, which is the same however pages lie.

use std::hint::black_box;
use std::sync::Arc;

use super::chosen::{Chosen, NODES, RELS, input};
use super::options::Options;
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
    let mut parents: Vec<u32> = (0..u32::try_from(chosen.len()).expect("fewer than 2^31 nodes")).collect();
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for page in chosen.sweep(Direction::Out) {
        page?.each(|node, neighbours| {
            neighbours.each(|neighbour| pairs.push((node, neighbour)));
            if pairs.len() >= TOGETHER {
                unite_all(&mut parents, &mut pairs);
            }
        });
    }
    unite_all(&mut parents, &mut pairs);
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
fn unite_all(parents: &mut [u32], pairs: &mut Vec<(u32, u32)>) {
    black_box(pairs.iter().fold(0, |all, (_, neighbour)| all ^ parents[*neighbour as usize]));
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
fn unite(parents: &mut [u32], root: u32, node: u32) -> u32 {
    let other = find(parents, node);
    // Mostly they are one already. To write that down again would make each look wait for the one before.
    if other == root {
        return root;
    }
    let (low, high) = if root < other { (root, other) } else { (other, root) };
    parents[high as usize] = low;
    low
}

/// The root of the set that a node is in.
#[inline]
fn find(parents: &mut [u32], mut node: u32) -> u32 {
    loop {
        let parent = parents[node as usize];
        let above = parents[parent as usize];
        if parent == above {
            return parent;
        }
        parents[node as usize] = above;
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
