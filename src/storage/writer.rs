//! The one writer: a working root, and the changes that led to it.
//!
//! Every write is checked, made into a [`Change`], applied and kept. What is kept is what a log records.

use std::collections::BTreeMap;

use super::adjacency::MAX_TYPES;
use super::codec::MAX_DEPTH;
use super::constraint::owner_name;
use super::log::MAX_NUMBER;
use super::{Change, Commit, End, Graph, LogEntry, NodeSlot, Rel, RelSlot, StorageError, Words};
use crate::catalog::{
    ConstraintDef, ConstraintKind, IndexDef, IndexId, KeyId, LabelId, NameIndexDef, NameIndexId, Named, Owner, Symbol,
    TypeId,
};
use crate::value::{ElementId, Name, Value};

/// So many labels a node may have: each set of labels that a node ever had is kept, so a node that gets them one by one
/// costs the square of their number.
pub(crate) const MAX_LABELS: usize = 4_096;

/// A working root with the changes since the root that it began with.
#[derive(Debug)]
pub(crate) struct Writer {
    graph: Graph,
    /// The commit that this will be.
    own: Commit,
    /// What is said of it.
    words: Words,
    changes: Vec<Change>,
    /// Those of the commit before, if this writer made it: whoever follows the changes may not have seen them all.
    past: Vec<Change>,
    /// The changes before this one belong to statements that were checked.
    checked: usize,
    /// The id of the next element, if it is taken over.
    taken_id: Option<ElementId>,
}

/// Where a statement began.
#[derive(Debug)]
pub(crate) struct Savepoint {
    graph: Graph,
    own: Commit,
    change_count: usize,
}

impl Writer {
    /// Starts from `root`; everything written carries `commit`.
    pub(crate) fn new(root: Graph, commit: Commit) -> Self {
        let mut graph = root;
        graph.begin(commit);
        let words = Words::default();
        Self { graph, own: commit, words, changes: Vec::new(), past: Vec::new(), checked: 0, taken_id: None }
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The changes that led from the root of one revision to that of another; `None` if they are forgotten.
    pub(crate) fn changes_between(&self, from: u64, to: u64) -> Option<impl Iterator<Item = &Change>> {
        let own = match self.changes.split_first() {
            Some((Change::Begin(_), own)) => own,
            _ => &self.changes,
        };
        let place = |revision: u64| {
            let behind = usize::try_from(self.graph.revision().checked_sub(revision)?).ok()?;
            (self.past.len() + own.len()).checked_sub(behind)
        };
        let (from, to, own_from) = (place(from)?, place(to)?, self.past.len());
        let past = &self.past[from.min(own_from)..to.min(own_from)];
        let own = &own[from.saturating_sub(own_from)..to.saturating_sub(own_from)];
        Some(past.iter().chain(own))
    }

    /// Goes on behind a commit of all that was written so far, which `make` makes; it gives the one that comes next.
    /// Without any writes there is none. Returns the number of the last commit.
    ///
    /// # Errors
    ///
    /// Those of `make`.
    pub(crate) fn commit<E>(
        &mut self,
        make: impl FnOnce(&mut Graph, &[Change]) -> Result<Commit, E>,
    ) -> Result<u64, E> {
        if self.changes.is_empty() {
            return Ok(self.graph.commit().number.saturating_sub(1));
        }
        self.close();
        let number = self.graph.commit().number;
        let next = make(&mut self.graph, &self.changes)?;
        self.own = next;
        self.past = std::mem::take(&mut self.changes);
        self.past.retain(|change| !matches!(change, Change::Begin(_)));
        self.checked = 0;
        self.graph.begin(next);
        Ok(number)
    }

    /// How many changes there are so far.
    pub(crate) fn change_count(&self) -> usize {
        self.changes.len()
    }

    /// The bytes that the changes after the first so many take up, roughly.
    pub(crate) fn bytes_since(&self, change_count: usize) -> usize {
        self.changes[change_count..].iter().map(Change::size_bytes).sum()
    }

    pub(crate) fn savepoint(&self) -> Savepoint {
        Savepoint { graph: self.graph.clone(), own: self.own, change_count: self.changes.len() }
    }

    pub(crate) fn roll_back_to(&mut self, savepoint: Savepoint) {
        self.graph = savepoint.graph;
        self.own = savepoint.own;
        self.changes.truncate(savepoint.change_count);
        self.checked = self.checked.min(savepoint.change_count);
        self.taken_id = None;
    }

    /// The new root and what led to it; nothing led to it if nothing was written.
    pub(crate) fn finish(mut self) -> (Graph, Vec<Change>) {
        if !self.changes.is_empty() {
            self.close();
        }
        (self.graph, self.changes)
    }

    /// Makes a commit of what was written, unless all of it belongs to commits that were taken over.
    fn close(&mut self) {
        match self.graph.log().last().map(|last| last.commit) {
            Some(last) if self.graph.open_changes == 0 => self.go_on_as(last),
            _ => {
                self.go_on_as(self.own);
                let words = Box::new(self.words.clone());
                self.write(Change::Close(words)).expect("a commit that is made speaks of no element");
            }
        }
    }

    /// What is said of the commit.
    pub(crate) fn words_mut(&mut self) -> &mut Words {
        &mut self.words
    }

    /// Whether nothing was ever written.
    pub(crate) fn is_new(&self) -> bool {
        self.graph.revision() == 0
    }

    /// Takes over a commit that was made elsewhere. The own one comes behind it.
    ///
    /// # Errors
    ///
    /// [`StorageError::CommitOrder`] if it cannot stand behind those that are there.
    pub(crate) fn take_over(&mut self, entry: LogEntry) -> Result<(), StorageError> {
        let commit = entry.commit;
        self.write(Change::TakeOver(Box::new(entry)))?;
        self.own = commit.followed_at(self.own.micros);
        self.go_on_as(self.own);
        Ok(())
    }

    /// Takes over the ids before this one: elements may have them, and no other element gets them.
    pub(crate) fn skip_ids(&mut self, next: ElementId) -> Result<(), StorageError> {
        if next.0 > self.graph.next_id { self.write(Change::SkipIds { next }) } else { Ok(()) }
    }

    /// Lets the next element that is created have an id that was taken over.
    pub(crate) fn take_id(&mut self, id: ElementId) {
        self.taken_id = Some(id);
    }

    /// Forgets how the working root came to be, for a graph that no log records.
    ///
    /// # Errors
    ///
    /// As [`check_statement`](Writer::check_statement), which nobody can do later.
    pub(crate) fn forget_changes(&mut self) -> Result<(), StorageError> {
        self.check_statement()?;
        if !self.changes.is_empty() {
            self.changes = vec![Change::Begin(self.graph.commit())];
            self.checked = self.changes.len();
        }
        Ok(())
    }

    /// What is written from now on carries a commit that was taken over, or the own one.
    pub(crate) fn write_as_of(&mut self, number: Option<u64>) {
        let log = self.graph.log();
        let past = number.and_then(|number| log.find(number)).and_then(|place| log.get(place));
        self.go_on_as(past.map_or(self.own, |entry| entry.commit));
    }

    fn go_on_as(&mut self, commit: Commit) {
        if self.graph.commit() != commit {
            self.graph.begin(commit);
            self.changes.push(Change::Begin(commit));
        }
    }

    pub(crate) fn label(&mut self, name: &Name) -> LabelId {
        let labels = &self.graph.catalog().labels;
        if let Some(id) = labels.get(name) {
            return id;
        }
        let id = LabelId::from_index(next_symbol(labels.len()));
        self.define(Change::DefineLabel { id, name: name.clone() });
        id
    }

    pub(crate) fn rel_type(&mut self, name: &Name) -> TypeId {
        let types = &self.graph.catalog().types;
        if let Some(id) = types.get(name) {
            return id;
        }
        let id = TypeId::from_index(next_symbol(types.len()));
        self.define(Change::DefineType { id, name: name.clone() });
        id
    }

    pub(crate) fn key(&mut self, name: &Name) -> KeyId {
        let keys = &self.graph.catalog().keys;
        if let Some(id) = keys.get(name) {
            return id;
        }
        let id = KeyId::from_index(next_symbol(keys.len()));
        self.define(Change::DefineKey { id, name: name.clone() });
        id
    }

    /// Labels may be given in any order and more than once.
    pub(crate) fn create_node(&mut self, labels: &[LabelId]) -> Result<NodeSlot, StorageError> {
        check_label_count(labels.len())?;
        let id = self.next_id()?;
        self.write(Change::CreateNode { id, labels: labels.to_vec() })?;
        Ok(self.graph.node_slot(id).expect("just created"))
    }

    pub(crate) fn create_rel(
        &mut self,
        rel_type: TypeId,
        start: End,
        end: End,
        asserted: bool,
    ) -> Result<RelSlot, StorageError> {
        if rel_type.0 >= MAX_TYPES {
            return Err(StorageError::Full { what: "no relationship types are left" });
        }
        let (start, end) = (self.live(start)?, self.live(end)?);
        let id = self.next_id()?;
        self.write(Change::CreateRel { id, rel_type, start, end, asserted })?;
        Ok(self.graph.rel_slot(id).expect("just created"))
    }

    /// Deletes a node or relationship that nothing touches any more ([`StorageError::StillAttached`] otherwise).
    pub(crate) fn delete(&mut self, element: End) -> Result<(), StorageError> {
        let id = self.live(element)?;
        if self.graph.neighbourhood.is_touched(element) {
            let what = if element.as_node().is_some() { "node" } else { "relationship" };
            return Err(StorageError::StillAttached { what, id, attached: self.attached(element) });
        }
        self.write(if element.as_node().is_some() { Change::DeleteNode { id } } else { Change::DeleteRel { id } })
    }

    /// What touches an element, by type and state: `2 SUPPORTS, 1 DETAINS (quoted)`.
    fn attached(&self, element: End) -> String {
        let mut counts: BTreeMap<(&Name, bool), usize> = BTreeMap::new();
        for slot in self.graph.touching(element) {
            let rel = self.graph.rel(slot);
            let name = self.graph.catalog().types.name(rel.rel_type);
            *counts.entry((name, !rel.asserted)).or_default() += 1;
        }
        let parts = counts.into_iter().map(|((name, is_quoted), count)| {
            if is_quoted { format!("{count} {name} (quoted)") } else { format!("{count} {name}") }
        });
        parts.collect::<Vec<_>>().join(", ")
    }

    /// True if the label was not there.
    pub(crate) fn add_label(&mut self, node: NodeSlot, label: LabelId) -> Result<bool, StorageError> {
        let id = self.live(End::node(node))?;
        if self.graph.has_label(node, label) {
            return Ok(false);
        }
        check_label_count(self.graph.labels(node).len() + 1)?;
        self.graph.check_unique(End::node(node), None, |constraint| constraint.owner == Owner::Label(label))?;
        self.write(Change::AddLabel { node: id, label })?;
        Ok(true)
    }

    /// True if the label was there.
    pub(crate) fn remove_label(&mut self, node: NodeSlot, label: LabelId) -> Result<bool, StorageError> {
        let id = self.live(End::node(node))?;
        if !self.graph.has_label(node, label) {
            return Ok(false);
        }
        self.write(Change::RemoveLabel { node: id, label })?;
        Ok(true)
    }

    /// Null removes the property. True if that changed anything: a value that replaces an equal one counts.
    pub(crate) fn set_property(&mut self, element: End, key: KeyId, value: &Value) -> Result<bool, StorageError> {
        let id = self.live(element)?;
        check_storable(value)?;
        if matches!(value, Value::Null) && matches!(self.graph.property(element, key), Value::Null) {
            return Ok(false);
        }
        let is_bound = element.as_rel().is_none_or(|rel| self.graph.rel(rel).asserted);
        if is_bound && !matches!(value, Value::Null) {
            self.graph.check_unique(element, Some((key, value)), |constraint| {
                constraint.keys.contains(&key) && self.graph.belongs(element, constraint.owner)
            })?;
        }
        self.write(Change::SetProperty { element: id, key, value: value.clone() })?;
        Ok(true)
    }

    /// ASSERT or RETRACT. True if that changed anything.
    pub(crate) fn set_state(&mut self, rel: RelSlot, asserted: bool) -> Result<bool, StorageError> {
        let id = self.live(End::rel(rel))?;
        let Rel { rel_type, asserted: was_asserted, .. } = self.graph.rel(rel);
        if was_asserted == asserted {
            return Ok(false);
        }
        if asserted {
            self.graph.check_unique(End::rel(rel), None, |constraint| constraint.owner == Owner::Type(rel_type))?;
        }
        self.write(Change::SetState { rel: id, asserted })?;
        Ok(true)
    }

    /// Constraints are checked for what the statement touched (uniqueness at once, existence here).
    pub(crate) fn check_statement(&mut self) -> Result<(), StorageError> {
        // What could not be read back from a file is not made.
        if self.graph.open_changes > 0 && self.own.number > MAX_NUMBER {
            return Err(StorageError::Full { what: "no commit numbers are left" });
        }
        let demands = self.graph.catalog().constraints.iter().any(|constraint| constraint.kind.demands_existence());
        if demands {
            for change in &self.changes[self.checked..] {
                let touched = match change {
                    Change::CreateNode { id, .. } | Change::CreateRel { id, .. } => *id,
                    Change::AddLabel { node, .. } => *node,
                    Change::SetProperty { element, value: Value::Null, .. } => *element,
                    Change::SetState { rel, .. } => *rel,
                    _ => continue,
                };
                if let Some(element) = self.graph.end(touched) {
                    self.graph.check_existence(element)?;
                }
            }
        }
        self.checked = self.changes.len();
        Ok(())
    }

    /// That an element has what constraints demand, before the statement ends.
    pub(crate) fn check_existence(&self, element: End) -> Result<(), StorageError> {
        self.graph.check_existence(element)
    }

    pub(crate) fn create_index(&mut self, name: Name, owner: Owner, keys: Vec<KeyId>) -> Result<IndexId, StorageError> {
        let catalog = self.graph.catalog();
        if catalog.is_taken(&name) {
            return Err(StorageError::NameTaken { name });
        }
        if let Some(index) = catalog.index_on(owner, &keys) {
            return Err(StorageError::AlreadyIndexed { index: index.name.clone(), label: owner_name(catalog, owner) });
        }
        let id = catalog.next_index();
        self.write(Change::CreateIndex(Box::new(IndexDef { id, name, owner, keys })))?;
        Ok(id)
    }

    pub(crate) fn create_name_index(&mut self, name: Name, of: Named, keys: Vec<KeyId>) -> Result<(), StorageError> {
        let catalog = self.graph.catalog();
        if catalog.is_taken(&name) {
            return Err(StorageError::NameTaken { name });
        }
        let id = catalog.next_name_index();
        self.write(Change::CreateNameIndex(Box::new(NameIndexDef { id, name, of, keys })))
    }

    pub(crate) fn drop_name_index(&mut self, id: NameIndexId) -> Result<(), StorageError> {
        self.write(Change::DropNameIndex { id })
    }

    /// Refused while a constraint rests on the index.
    pub(crate) fn drop_index(&mut self, id: IndexId) -> Result<(), StorageError> {
        let catalog = self.graph.catalog();
        if let Some(constraint) = catalog.constraints.iter().find(|constraint| constraint.index == Some(id)) {
            return Err(StorageError::IndexInUse { constraint: constraint.name.clone() });
        }
        self.write(Change::DropIndex { id })
    }

    /// A constraint of uniqueness rests on an index: on the one that is there, or else on one of its own name.
    ///
    /// # Errors
    ///
    /// [`StorageError::Violated`] if the graph breaks it already; nothing is left of it then.
    pub(crate) fn create_constraint(
        &mut self,
        name: Name,
        owner: Owner,
        keys: Vec<KeyId>,
        kind: ConstraintKind,
    ) -> Result<(), StorageError> {
        if self.graph.catalog().constraint(&name).is_some() {
            return Err(StorageError::NameTaken { name });
        }
        let savepoint = self.savepoint();
        let created = self.try_create_constraint(name, owner, keys, kind);
        if created.is_err() {
            self.roll_back_to(savepoint);
        }
        created
    }

    fn try_create_constraint(
        &mut self,
        name: Name,
        owner: Owner,
        keys: Vec<KeyId>,
        kind: ConstraintKind,
    ) -> Result<(), StorageError> {
        let index = if kind.is_unique() {
            let known = self.graph.catalog().index_on(owner, &keys).map(|index| index.id);
            Some(match known {
                Some(index) => index,
                None => self.create_index(name.clone(), owner, keys.clone())?,
            })
        } else {
            None
        };
        let constraint = ConstraintDef { name, owner, keys, kind, index };
        self.graph.check_new_constraint(&constraint)?;
        self.write(Change::CreateConstraint(Box::new(constraint)))
    }

    /// Drops the constraint, and the index that was made for it.
    pub(crate) fn drop_constraint(&mut self, name: &Name) -> Result<(), StorageError> {
        let catalog = self.graph.catalog();
        let constraint = catalog.constraint(name);
        let Some(constraint) = constraint else { return Err(StorageError::UnknownConstraint { name: name.clone() }) };
        let index = constraint.index.and_then(|index| catalog.index(index));
        let own = index.filter(|index| index.name == *name).map(|index| index.id);
        self.write(Change::DropConstraint { name: name.clone() })?;
        match own {
            Some(id) if !self.graph.catalog().constraints.iter().any(|other| other.index == Some(id)) => {
                self.write(Change::DropIndex { id })
            }
            _ => Ok(()),
        }
    }

    /// The id of an element that is still there.
    fn live(&self, element: End) -> Result<ElementId, StorageError> {
        let id = self.graph.id(element);
        if self.graph.is_there(element) { Ok(id) } else { Err(StorageError::Deleted { id }) }
    }

    fn next_id(&mut self) -> Result<ElementId, StorageError> {
        if let Some(id) = self.taken_id.take() {
            let is_free = (1..self.graph.next_id).contains(&id.0) && self.graph.end(id).is_none();
            return if is_free { Ok(id) } else { Err(StorageError::NoFreeId { id }) };
        }
        if self.graph.next_id == u64::MAX {
            return Err(StorageError::Full { what: "no ids are left" });
        }
        Ok(ElementId(self.graph.next_id))
    }

    fn define(&mut self, change: Change) {
        self.write(change).expect("a definition speaks of no element");
    }

    fn write(&mut self, change: Change) -> Result<(), StorageError> {
        self.graph.apply(&change)?;
        // A transaction that wrote nothing is no commit, so the first write begins it.
        if self.changes.is_empty() {
            self.changes.push(Change::Begin(self.graph.commit()));
        }
        self.changes.push(change);
        Ok(())
    }
}

fn next_symbol(count: usize) -> u32 {
    u32::try_from(count).expect("fewer than 2^32 names")
}

pub(super) fn check_label_count(count: usize) -> Result<(), StorageError> {
    if count > MAX_LABELS { Err(StorageError::TooManyLabels { most: MAX_LABELS }) } else { Ok(()) }
}

/// Maps and elements cannot be stored, in lists neither, nor what could not be recorded.
fn check_storable(value: &Value) -> Result<(), StorageError> {
    let found = match value {
        Value::List(items) if items.depth() as usize > MAX_DEPTH => Some("a list nested more than 128 levels deep"),
        value => value.unstorable(),
    };
    found.map_or(Ok(()), |found| Err(StorageError::NotStorable { found: found.to_owned() }))
}
