//! Each relationship stands at its start and at its end, in the family that its state and its ends say, and nothing else
//! stands there.
//!
//! What stands somewhere is held against the relationship; since no run has anything twice, it is all there if it is as
//! many as there are. Only where it is not, each relationship is looked for.

use super::{Findings, name_of, rels};
use crate::catalog::TypeId;
use crate::storage::neighbourhood::Side;
use crate::storage::run::Run;
use crate::storage::{Direction, End, Family, Graph, Neighbour, Rel, RelSlot};

pub(super) fn check(graph: &Graph, findings: &mut Findings) {
    let mut counts = [[0; 2]; 3];
    for side in graph.neighbourhood.sides() {
        counts[side.family as usize][side.direction as usize] += check_side(graph, side, findings);
    }
    let mut expected = [0; 3];
    for (_, page) in graph.rels.pages().iter() {
        for family in Family::ALL {
            expected[family as usize] += page.family(family).count() as u64;
        }
    }
    for family in Family::ALL {
        for direction in Direction::BOTH {
            if counts[family as usize][direction as usize] != expected[family as usize] {
                find_missing(graph, family, direction, findings);
            }
        }
    }
}

/// How many entries stand on a side.
fn check_side(graph: &Graph, side: Side<'_>, findings: &mut Findings) -> u64 {
    let mut count = 0;
    for (number, page) in side.adjacency.pages().iter() {
        for tree in page.trees() {
            findings
                .expect(tree.is_in_order(), || "the relationships of a node with very many are out of order".into());
        }
        for (owner, rel_type, run) in page.all_runs(number) {
            count += run.len() as u64;
            check_run(graph, side, side.owner(owner), rel_type, run, findings);
        }
    }
    count
}

fn check_run(graph: &Graph, side: Side<'_>, owner: End, rel_type: TypeId, run: Run<'_>, findings: &mut Findings) {
    let mut last: Option<Neighbour> = None;
    for entry in run.iter() {
        let rises = last.replace(entry).is_none_or(|last| last < entry);
        findings.expect(rises && belongs(graph, side, owner, rel_type, entry), || {
            let (rel, other) = (name_of(graph, End::rel(entry.rel)), name_of(graph, entry.end));
            let way = if side.direction == Direction::Out { "to" } else { "from" };
            let name = graph.catalog.types.name(rel_type);
            format!("{rel} stands at {} as a `{name}` {way} {other}, which it is not", name_of(graph, owner))
        });
    }
}

/// Whether a relationship is there that stands here.
fn belongs(graph: &Graph, side: Side<'_>, owner: End, rel_type: TypeId, entry: Neighbour) -> bool {
    let Some(rel) = graph.rels.rel(entry.rel.0).filter(|_| graph.is_rel(entry.rel)) else { return false };
    let (from, to) = place_of(rel, side.direction);
    (rel.family(), rel.rel_type, from, to) == (side.family, rel_type, owner, entry.end)
}

/// Where a relationship stands in one direction, and what its entry leads to.
fn place_of(rel: Rel, direction: Direction) -> (End, End) {
    match direction {
        Direction::Out => (rel.start, rel.end),
        Direction::In => (rel.end, rel.start),
    }
}

fn find_missing(graph: &Graph, family: Family, direction: Direction, findings: &mut Findings) {
    for (slot, rel) in rels(graph).map(|slot| (slot, graph.rel(slot))).filter(|(_, rel)| rel.family() == family) {
        findings.expect(stands(graph, slot, rel, direction), || {
            let (owner, _) = place_of(rel, direction);
            let way = if direction == Direction::Out { "leave" } else { "come to" };
            let (rel, owner) = (name_of(graph, End::rel(slot)), name_of(graph, owner));
            format!("{rel} is not among those that {way} {owner}")
        });
    }
}

fn stands(graph: &Graph, slot: RelSlot, rel: Rel, direction: Direction) -> bool {
    let (owner, other) = place_of(rel, direction);
    let at = graph.neighbourhood.at(owner, direction, rel.family());
    at.is_some_and(|(adjacency, owner)| adjacency.run(owner, rel.rel_type).rels_to(other).any(|rel| rel == slot))
}
