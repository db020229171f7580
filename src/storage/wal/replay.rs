//! Does to a graph what a log says.
//!
//! A checksum tells that bytes are those that were written, not that a [`Writer`](crate::storage::Writer) made them of this
//! graph. So each change is looked at before it is applied: what could not have been made of the graph as it is, is damage,
//! and nothing that applying takes for granted is left to the bytes. Whether constraints hold is not asked again.

use super::{Changes, LoggedCommit};
use crate::catalog::{Catalog, ConstraintDef, IndexDef, KeyId, LabelId, NameIndexDef, Named, Owner, Symbol, TypeId};
use crate::storage::adjacency::MAX_TYPES;
use crate::storage::writer::MAX_LABELS;
use crate::storage::{Change, Commit, DiskError, End, Graph};
use crate::value::ElementId;

/// One commit of a log that is done to a graph. If it fails, the graph holds a part of it and is of no use.
#[derive(Debug)]
pub(in crate::storage) struct Replay<'g> {
    graph: &'g mut Graph,
    /// The number of the last commit before this one.
    before: u64,
    is_begun: bool,
    is_closed: bool,
}

impl<'g> Replay<'g> {
    pub(in crate::storage) fn new(graph: &'g mut Graph) -> Self {
        let before = graph.log.last().map_or(0, |last| last.commit.number);
        Self { graph, before, is_begun: false, is_closed: false }
    }

    /// Does all of a commit.
    ///
    /// # Errors
    ///
    /// [`DiskError::Corruption`] if it was not made of this graph, and what reading it gives.
    pub(in crate::storage) fn run(mut self, commit: &LoggedCommit, mut changes: Changes<'_>) -> Result<(), DiskError> {
        while let Some(change) = changes.next() {
            self.apply(&change?).map_err(|reason| changes.damage(reason))?;
        }
        self.finish(commit.number).map_err(|reason| changes.damage(reason))
    }

    /// Does one change; what is wrong with it if it cannot be.
    pub(super) fn apply(&mut self, change: &Change) -> Result<(), String> {
        self.check(change)?;
        self.graph.apply(change).map_err(|error| error.to_string())?;
        self.is_begun = true;
        self.is_closed |= matches!(change, Change::Close(_));
        Ok(())
    }

    /// Whether all was there; `number` is that of the last commit.
    pub(super) fn finish(self, number: u64) -> Result<(), String> {
        let last = self.graph.log.last().map(|last| last.commit);
        let is_whole = self.is_begun && self.graph.open_changes == 0 && last == Some(self.graph.commit);
        if !is_whole {
            return Err("a commit is not closed".to_owned());
        }
        let found = self.graph.commit.number;
        if found == number { Ok(()) } else { Err(format!("commit {number} says that it is commit {found}")) }
    }

    fn check(&self, change: &Change) -> Result<(), String> {
        if self.is_closed {
            return Err("a change stands behind the close of its commit".to_owned());
        }
        if !self.is_begun && !matches!(change, Change::Begin(_)) {
            return Err("a commit has no beginning".to_owned());
        }
        let (graph, catalog) = (&*self.graph, self.graph.catalog());
        match change {
            Change::Begin(commit) => self.check_begin(*commit),
            Change::Close(_) => graph.log.check_next(graph.commit).map_err(|error| error.to_string()),
            Change::TakeOver(_) if self.before > 0 => Err("commits are taken over behind others".to_owned()),
            Change::SkipIds { .. } if self.before > 0 => Err("ids are taken over behind commits".to_owned()),
            Change::CreateNode { id, labels } => {
                self.check_new(*id)?;
                check_label_count(labels.len())?;
                labels.iter().try_for_each(|label| check_label(catalog, *label))
            }
            Change::CreateRel { id, rel_type, .. } => {
                self.check_new(*id)?;
                check_type(catalog, *rel_type)
            }
            Change::DeleteNode { id } | Change::DeleteRel { id } => check_untouched(graph, *id),
            Change::AddLabel { node, label } => {
                let count = graph.node_slot(*node).map_or(0, |node| graph.labels(node).len());
                check_label_count(count + 1)?;
                check_label(catalog, *label)
            }
            Change::RemoveLabel { label, .. } => check_label(catalog, *label),
            Change::SetProperty { key, .. } => check_key(catalog, *key),
            Change::CreateIndex(def) => check_new_index(catalog, def),
            Change::DropIndex { id } => {
                let is_used = catalog.constraints.iter().any(|constraint| constraint.index == Some(*id));
                known(catalog.index(*id).is_some() && !is_used, "an index that can be dropped", id.0)
            }
            Change::CreateConstraint(def) => check_new_constraint(catalog, def),
            Change::DropConstraint { name } => known(catalog.constraint(name).is_some(), "a constraint", name),
            Change::CreateNameIndex(def) => check_new_name_index(catalog, def),
            Change::DropNameIndex { id } => {
                known(catalog.name_indexes.iter().any(|index| index.id == *id), "an index of names", id.0)
            }
            // Applying these asks for all that they need.
            Change::TakeOver(_)
            | Change::SkipIds { .. }
            | Change::DefineLabel { .. }
            | Change::DefineType { .. }
            | Change::DefineKey { .. }
            | Change::SetState { .. } => Ok(()),
        }
    }

    /// Ids are given one after the other, but for those that are taken over.
    fn check_new(&self, id: ElementId) -> Result<(), String> {
        let next = self.graph.next_id;
        let is_next = id.0 == next && id.0 < u64::MAX;
        let is_taken_over = self.before == 0 && (1..next).contains(&id.0);
        known((is_next || is_taken_over) && self.graph.end(id).is_none(), "the id of the next element", id)
    }

    /// What comes belongs to the commit behind the last one, or to one that was taken over just now.
    fn check_begin(&self, commit: Commit) -> Result<(), String> {
        let log = &self.graph.log;
        let last = log.last().map_or(Commit { number: 0, micros: i64::MIN }, |last| last.commit);
        let is_next = commit.number == last.number + 1 && commit.micros >= last.micros;
        let known = log.find(commit.number).and_then(|place| log.get(place)).map(|known| known.commit);
        if is_next || (commit.number > self.before && known == Some(commit)) {
            return Ok(());
        }
        Err(format!("commit {} begins behind commit {}", commit.number, last.number))
    }
}

fn known(is_known: bool, what: &str, which: impl std::fmt::Display) -> Result<(), String> {
    if is_known { Ok(()) } else { Err(format!("`{which}` is not {what}")) }
}

/// What is deleted has nothing that touches it.
fn check_untouched(graph: &Graph, id: ElementId) -> Result<(), String> {
    let is_touched = graph.end(id).is_some_and(|element: End| graph.neighbourhood.is_touched(element));
    known(!is_touched, "an element that can be deleted", id)
}

fn check_label_count(count: usize) -> Result<(), String> {
    if count <= MAX_LABELS { Ok(()) } else { Err(format!("a node has more than {MAX_LABELS} labels")) }
}

fn check_label(catalog: &Catalog, label: LabelId) -> Result<(), String> {
    known((label.index() as usize) < catalog.labels.len(), "the number of a label", label.0)
}

fn check_type(catalog: &Catalog, rel_type: TypeId) -> Result<(), String> {
    let is_known = (rel_type.index() as usize) < catalog.types.len() && rel_type.0 < MAX_TYPES;
    known(is_known, "the number of a relationship type", rel_type.0)
}

fn check_key(catalog: &Catalog, key: KeyId) -> Result<(), String> {
    known((key.index() as usize) < catalog.keys.len(), "the number of a property key", key.0)
}

fn check_owner(catalog: &Catalog, owner: Owner, keys: &[KeyId]) -> Result<(), String> {
    known(!keys.is_empty(), "a number of keys", 0)?;
    keys.iter().try_for_each(|key| check_key(catalog, *key))?;
    match owner {
        Owner::Label(label) => check_label(catalog, label),
        Owner::Type(rel_type) => check_type(catalog, rel_type),
    }
}

fn check_new_index(catalog: &Catalog, def: &IndexDef) -> Result<(), String> {
    check_owner(catalog, def.owner, &def.keys)?;
    known(def.id == catalog.next_index(), "the number of the next index", def.id.0)?;
    known(!catalog.is_taken(&def.name) && catalog.index_on(def.owner, &def.keys).is_none(), "a new index", &def.name)
}

fn check_new_name_index(catalog: &Catalog, def: &NameIndexDef) -> Result<(), String> {
    known(!def.keys.is_empty(), "a number of keys", 0)?;
    def.keys.iter().try_for_each(|key| check_key(catalog, *key))?;
    match def.of {
        Named::AnyNode => {}
        Named::Label(label) => check_label(catalog, label)?,
        Named::Type(rel_type) => check_type(catalog, rel_type)?,
    }
    known(def.id == catalog.next_name_index(), "the number of the next index of names", def.id.0)?;
    let is_there = catalog.name_indexes.iter().any(|index| index.of == def.of && index.keys == def.keys);
    known(!catalog.is_taken(&def.name) && !is_there, "a new index of names", &def.name)
}

fn check_new_constraint(catalog: &Catalog, def: &ConstraintDef) -> Result<(), String> {
    check_owner(catalog, def.owner, &def.keys)?;
    let index = catalog.index_on(def.owner, &def.keys).map(|index| index.id).filter(|_| def.kind.is_unique());
    let rests = def.index == index && def.kind.is_unique() == index.is_some();
    known(rests && catalog.constraint(&def.name).is_none(), "a new constraint", &def.name)
}
