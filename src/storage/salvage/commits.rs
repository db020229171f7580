//! Does what commits say to what was saved, though some that came before may be lost.

use super::{Element, Kind, Names, Saved};
use crate::catalog::{KeyId, LabelId};
use crate::storage::adjacency::MAX_TYPES;
use crate::storage::{Change, Commit, LogEntry, Words};
use crate::value::{ElementId, Name, Value};

/// The most names of a kind that are taken for lost. A number that would need more is damage itself: nothing is made as large
/// as a number says.
const MOST_LOST_NAMES: usize = 1 << 12;

/// A commit that is being done.
#[derive(Debug)]
pub(in crate::storage) struct Doing {
    /// None that comes has a higher number.
    number: u64,
    commit: Commit,
    changes: u64,
    is_closed: bool,
}

impl Saved {
    /// Begins a commit with this number.
    pub(in crate::storage) fn begin(&mut self, number: u64) -> Doing {
        Doing { number, commit: Commit { number, micros: self.commit.micros }, changes: 0, is_closed: false }
    }

    /// Ends a commit; one of which the end was lost keeps what was done.
    pub(in crate::storage) fn finish(&mut self, mut doing: Doing) {
        if !doing.is_closed {
            self.close(&mut doing, &Words::default());
        }
        self.commit = self.commit.max(doing.commit);
    }

    /// Does one change; false if it is about what is lost.
    pub(in crate::storage) fn apply(&mut self, change: Change, doing: &mut Doing) -> bool {
        let is_write =
            !matches!(change, Change::Begin(_) | Change::Close(_) | Change::TakeOver(_) | Change::SkipIds { .. });
        doing.changes += u64::from(is_write && doing.commit.number > self.last_number());
        match change {
            Change::Begin(commit) => {
                let can_be = (1..=doing.number).contains(&commit.number);
                doing.commit = if can_be { commit } else { doing.commit };
                return can_be;
            }
            Change::Close(words) => self.close(doing, &words),
            Change::TakeOver(entry) => self.log.push(Some(*entry)),
            Change::SkipIds { next } => self.next_id = self.next_id.max(next.0),
            Change::DefineLabel { id, name } => return define(&mut self.labels, id.0, name),
            Change::DefineType { id, name } => return id.0 < MAX_TYPES && define(&mut self.types, id.0, name),
            Change::DefineKey { id, name } => return define(&mut self.keys, id.0, name),
            Change::CreateNode { id, labels } => {
                let are_known = labels.iter().all(|label| reach(&mut self.labels, label.0));
                return are_known && self.create(id, Kind::Node { labels }, doing);
            }
            Change::CreateRel { id, rel_type, start, end, asserted } => {
                let is_known = rel_type.0 < MAX_TYPES && reach(&mut self.types, rel_type.0);
                return is_known && self.create(id, Kind::Rel { rel_type, start, end, asserted }, doing);
            }
            // What was lost and is deleted now is missed by nobody.
            Change::DeleteNode { id } | Change::DeleteRel { id } => drop(self.elements.remove(&id)),
            Change::AddLabel { node, label } => return self.add_label(node, label),
            Change::RemoveLabel { node, label } => {
                return self.with_labels(node, |labels| labels.retain(|other| *other != label));
            }
            Change::SetProperty { element, key, value } => return self.set_property(element, key, value),
            Change::SetState { rel, asserted: now } => return self.set_state(rel, now),
            Change::CreateIndex(def) => self.indexes.push(*def),
            Change::DropIndex { id } => self.indexes.retain(|index| index.id != id),
            Change::CreateConstraint(def) => self.constraints.push(*def),
            Change::CreateNameIndex(def) => self.name_indexes.push(*def),
            Change::DropNameIndex { id } => self.name_indexes.retain(|index| index.id != id),
            Change::DropConstraint { name } => self.constraints.retain(|constraint| constraint.name != name),
        }
        true
    }

    fn last_number(&self) -> u64 {
        self.log.last().and_then(Option::as_ref).map_or(0, |last| last.commit.number)
    }

    fn close(&mut self, doing: &mut Doing, words: &Words) {
        self.log.push(Some(LogEntry::new(doing.commit, doing.changes, words.clone())));
        doing.is_closed = true;
    }

    fn create(&mut self, id: ElementId, kind: Kind, doing: &Doing) -> bool {
        self.next_id = self.next_id.max(id.0.saturating_add(1));
        self.elements.insert(id, Element { kind, commit: Some(doing.commit), properties: Vec::new() });
        true
    }

    fn add_label(&mut self, node: ElementId, label: LabelId) -> bool {
        reach(&mut self.labels, label.0)
            && self.with_labels(node, |labels| {
                if !labels.contains(&label) {
                    labels.push(label);
                }
            })
    }

    fn with_labels(&mut self, node: ElementId, change: impl FnOnce(&mut Vec<LabelId>)) -> bool {
        let Some(Element { kind: Kind::Node { labels }, .. }) = self.elements.get_mut(&node) else { return false };
        change(labels);
        true
    }

    fn set_property(&mut self, element: ElementId, key: KeyId, value: Value) -> bool {
        let Some(element) = self.elements.get_mut(&element).filter(|_| reach(&mut self.keys, key.0)) else {
            return false;
        };
        element.properties.retain(|property| property.0 != key);
        if !value.is_null() {
            element.properties.push((key, value));
        }
        true
    }

    fn set_state(&mut self, rel: ElementId, now: bool) -> bool {
        let Some(Element { kind: Kind::Rel { asserted, .. }, .. }) = self.elements.get_mut(&rel) else { return false };
        *asserted = now;
        true
    }
}

/// Makes room for the name with this number, if it can be one.
fn reach(names: &mut Names, number: u32) -> bool {
    let number = number as usize;
    let gap = number.saturating_sub(names.len());
    if gap > 0 && gap + names.iter().filter(|name| name.is_none()).count() > MOST_LOST_NAMES {
        return false;
    }
    names.resize(names.len().max(number + 1), None);
    true
}

fn define(names: &mut Names, number: u32, name: Name) -> bool {
    let is_within = reach(names, number);
    if is_within {
        names[number as usize] = Some(name);
    }
    is_within
}
