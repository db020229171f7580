//! Saves what can be read of a database that is damaged: from pages and commits, one by one, to a graph that is whole.
//!
//! [`Saved`] is a graph as plain as can be, elements by their ids, so that nothing in it rests on what is lost.
//! [`snapshot`] fills it from the pages of a snapshot, [`commits`] does to it what commits say, and [`build`] makes a graph
//! of it, with neighbours, indexes, counts and clocks of its own. What is told of an element elsewhere than on its page
//! stands for what is lost of it:
//!
//! ```text
//! a node             its id by the table of ids, its labels by the sets of nodes of each label
//! a relationship     its id as well; its type, state and ends by the neighbours of its ends
//! an end             of which nothing is known but its id: a node without labels
//! ```
//!
//! Such elements have lost their properties, and when they were recorded: they are recorded by a commit of the salvage.

mod build;
mod commits;
mod snapshot;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::error::FileDamage;
use super::{Commit, LogEntry};
use crate::catalog::{ConstraintDef, IndexDef, KeyId, LabelId, NameIndexDef, Provenance, TypeId};
use crate::value::{ElementId, Name, Value};

/// What could be read of a database so far.
#[derive(Debug, Default)]
pub(super) struct Saved {
    labels: Names,
    types: Names,
    keys: Names,
    provenance: Provenance,
    /// By their places; those that are lost have none.
    log: Vec<Option<LogEntry>>,
    /// The last one.
    pub commit: Commit,
    next_id: u64,
    elements: BTreeMap<ElementId, Element>,
    /// Relationships that were there and of which not enough is left.
    lost_rels: FxHashSet<ElementId>,
    indexes: Vec<IndexDef>,
    name_indexes: Vec<NameIndexDef>,
    constraints: Vec<ConstraintDef>,
    pub losses: Vec<Loss>,
}

/// Names by their numbers; those that are lost have none.
type Names = Vec<Option<Name>>;

#[derive(Debug)]
struct Element {
    kind: Kind,
    /// When it was recorded, if that is known.
    commit: Option<Commit>,
    properties: Vec<(KeyId, Value)>,
}

#[derive(Debug)]
enum Kind {
    Node { labels: Vec<LabelId> },
    Rel { rel_type: TypeId, start: ElementId, end: ElementId, asserted: bool },
}

/// What is lost by one damage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loss {
    pub damage: FileDamage,
    /// Of what kind it is, in the plural.
    pub what: &'static str,
    /// How many are lost, if that is known.
    pub lost: Option<u64>,
    /// How many are saved in part.
    pub in_part: u64,
}

/// What is lost where only what can be made anew was damaged.
const NOTHING: &str = "items, since what lay there is made anew";

impl Saved {
    pub(super) fn is_empty(&self) -> bool {
        self.elements.is_empty() && self.log.is_empty() && self.labels.is_empty()
    }

    /// Takes note of what is lost, with what the same damage has lost of the same kind.
    pub(super) fn lose(&mut self, damage: impl Into<FileDamage>, what: &'static str, lost: Option<u64>, in_part: u64) {
        let damage = damage.into();
        let known = self.losses.iter_mut().rev().find(|loss| loss.what == what && loss.damage == damage);
        let Some(known) = known else {
            self.losses.push(Loss { damage, what, lost, in_part });
            return;
        };
        known.lost = known.lost.zip(lost).map(|(known, lost)| known + lost);
        known.in_part += in_part;
    }
}
