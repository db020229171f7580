//! One column of a batch: a typed vector where the producer has one, values otherwise.
//!
//! Elements are slots while they are in a typed column and ids while they are values; [`Ids`] turns one into the
//! other. A typed column of numbers carries a mask of the rows that are there; an empty mask means that all are.

use crate::physical::ColumnKind;
use crate::storage::{Codes, End, NodeSlot, RelSlot};
use crate::value::{Element, ElementId, Node, Relationship, Value};

/// The null of a column of slots.
pub(super) const NULL_SLOT: u32 = u32::MAX;

/// Turns places in memory into ids and back.
pub(super) trait Ids {
    fn node_id(&self, slot: u32) -> ElementId;
    fn rel_id(&self, slot: u32) -> ElementId;
    /// `None` for an element that is not there.
    fn node_slot(&self, id: ElementId) -> Option<u32>;
    fn rel_slot(&self, id: ElementId) -> Option<u32>;
}

#[derive(Clone, Debug)]
pub(super) enum Column {
    Nodes(Vec<u32>),
    Rels(Vec<u32>),
    Elements(Vec<Option<End>>),
    Ordinals(Vec<u32>),
    Integers(Vec<i64>, Vec<bool>),
    Floats(Vec<f64>, Vec<bool>),
    Booleans(Vec<bool>, Vec<bool>),
    /// Strings of a dictionary.
    Texts(Codes),
    Values(Vec<Value>),
    /// The same value in each of so many rows.
    Constant(Value, usize),
}

impl Column {
    pub(super) fn nulls(kind: ColumnKind, len: usize) -> Self {
        match kind {
            ColumnKind::Node => Column::Nodes(vec![NULL_SLOT; len]),
            ColumnKind::Rel => Column::Rels(vec![NULL_SLOT; len]),
            ColumnKind::Element => Column::Elements(vec![None; len]),
            ColumnKind::Value => Column::Constant(Value::Null, len),
            ColumnKind::Ordinal => Column::Ordinals(vec![NULL_SLOT; len]),
        }
    }

    pub(super) fn booleans(values: impl IntoIterator<Item = Option<bool>>) -> Self {
        let values = values.into_iter();
        let (mut truths, mut present) = (Vec::with_capacity(values.size_hint().0), Vec::new());
        for value in values {
            if value.is_none() {
                // The first that is missing.
                present.resize(truths.len(), true);
                present.push(false);
            } else if !present.is_empty() {
                present.push(true);
            }
            truths.push(value == Some(true));
        }
        Column::Booleans(truths, present)
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Column::Nodes(slots) | Column::Rels(slots) | Column::Ordinals(slots) => slots.len(),
            Column::Elements(ends) => ends.len(),
            Column::Integers(values, _) => values.len(),
            Column::Floats(values, _) => values.len(),
            Column::Booleans(values, _) => values.len(),
            Column::Texts(codes) => codes.len(),
            Column::Values(values) => values.len(),
            Column::Constant(_, len) => *len,
        }
    }

    /// These rows, in this order.
    pub(super) fn gather(&self, rows: &[u32]) -> Self {
        match self {
            Column::Nodes(slots) => Column::Nodes(pick(slots, rows)),
            Column::Rels(slots) => Column::Rels(pick(slots, rows)),
            Column::Ordinals(slots) => Column::Ordinals(pick(slots, rows)),
            Column::Elements(ends) => Column::Elements(pick(ends, rows)),
            Column::Integers(values, present) => Column::Integers(pick(values, rows), pick_mask(present, rows)),
            Column::Floats(values, present) => Column::Floats(pick(values, rows), pick_mask(present, rows)),
            Column::Booleans(values, present) => Column::Booleans(pick(values, rows), pick_mask(present, rows)),
            Column::Texts(codes) => Column::Texts(codes.with(pick(codes.codes(), rows))),
            Column::Values(values) => Column::Values(rows.iter().map(|&row| values[row as usize].clone()).collect()),
            Column::Constant(value, _) => Column::Constant(value.clone(), rows.len()),
        }
    }

    /// The rows from `start` on, `len` of them.
    pub(super) fn slice(&self, start: usize, len: usize) -> Self {
        let end = start + len;
        let mask = |present: &Vec<bool>| if present.is_empty() { Vec::new() } else { present[start..end].to_vec() };
        match self {
            Column::Nodes(slots) => Column::Nodes(slots[start..end].to_vec()),
            Column::Rels(slots) => Column::Rels(slots[start..end].to_vec()),
            Column::Ordinals(slots) => Column::Ordinals(slots[start..end].to_vec()),
            Column::Elements(ends) => Column::Elements(ends[start..end].to_vec()),
            Column::Integers(values, present) => Column::Integers(values[start..end].to_vec(), mask(present)),
            Column::Floats(values, present) => Column::Floats(values[start..end].to_vec(), mask(present)),
            Column::Booleans(values, present) => Column::Booleans(values[start..end].to_vec(), mask(present)),
            Column::Texts(codes) => Column::Texts(codes.with(codes.codes()[start..end].to_vec())),
            Column::Values(values) => Column::Values(values[start..end].to_vec()),
            Column::Constant(value, _) => Column::Constant(value.clone(), len),
        }
    }

    pub(super) fn value(&self, row: usize, ids: &dyn Ids) -> Value {
        let there = |present: &[bool]| present.is_empty() || present[row];
        match self {
            Column::Nodes(slots) => node_value(slots[row], ids),
            Column::Rels(slots) => rel_value(slots[row], ids),
            Column::Elements(ends) => ends[row].map_or(Value::Null, |end| end_value(end, ids)),
            Column::Ordinals(slots) => Value::Integer(i64::from(slots[row])),
            Column::Integers(values, present) if there(present) => Value::Integer(values[row]),
            Column::Floats(values, present) if there(present) => Value::Float(values[row]),
            Column::Booleans(values, present) if there(present) => Value::Boolean(values[row]),
            Column::Integers(..) | Column::Floats(..) | Column::Booleans(..) => Value::Null,
            Column::Texts(codes) => codes.value(row),
            Column::Values(values) => values[row].clone(),
            Column::Constant(value, _) => value.clone(),
        }
    }

    pub(super) fn is_null(&self, row: usize) -> bool {
        match self {
            Column::Nodes(slots) | Column::Rels(slots) | Column::Ordinals(slots) => slots[row] == NULL_SLOT,
            Column::Elements(ends) => ends[row].is_none(),
            Column::Integers(_, present) | Column::Floats(_, present) | Column::Booleans(_, present) => {
                !present.is_empty() && !present[row]
            }
            Column::Texts(codes) => codes.is_null(row),
            Column::Values(values) => values[row].is_null(),
            Column::Constant(value, _) => value.is_null(),
        }
    }

    /// The end in this row: a node or relationship, however the column holds it; `None` for null and all else.
    pub(super) fn end(&self, row: usize, ids: &dyn Ids) -> Option<End> {
        match self {
            Column::Nodes(slots) => node_end(slots[row]),
            Column::Rels(slots) => rel_end(slots[row]),
            Column::Elements(ends) => ends[row],
            Column::Values(values) => value_end(&values[row], ids),
            Column::Constant(value, _) => value_end(value, ids),
            Column::Ordinals(_)
            | Column::Integers(..)
            | Column::Floats(..)
            | Column::Booleans(..)
            | Column::Texts(_) => None,
        }
    }

    pub(super) fn into_values(self, ids: &dyn Ids) -> Vec<Value> {
        match self {
            Column::Values(values) => values,
            Column::Constant(value, len) => vec![value; len],
            other => (0..other.len()).map(|row| other.value(row, ids)).collect(),
        }
    }

    /// The same rows in the form that `kind` asks for.
    pub(super) fn into_kind(self, kind: ColumnKind, ids: &dyn Ids) -> Self {
        let rows = 0..self.len();
        match (kind, &self) {
            (ColumnKind::Value, _)
            | (ColumnKind::Node, Column::Nodes(_))
            | (ColumnKind::Rel, Column::Rels(_))
            | (ColumnKind::Element, Column::Elements(_))
            | (ColumnKind::Ordinal, Column::Ordinals(_)) => self,
            (ColumnKind::Node, _) => Column::Nodes(
                rows.map(|row| self.end(row, ids).and_then(End::as_node).map_or(NULL_SLOT, |node| node.0)).collect(),
            ),
            (ColumnKind::Rel, _) => Column::Rels(
                rows.map(|row| self.end(row, ids).and_then(End::as_rel).map_or(NULL_SLOT, |rel| rel.0)).collect(),
            ),
            (ColumnKind::Element, _) => Column::Elements(rows.map(|row| self.end(row, ids)).collect()),
            (ColumnKind::Ordinal, Column::Integers(values, _)) => {
                Column::Ordinals(values.iter().map(|&value| u32::try_from(value).unwrap_or(NULL_SLOT)).collect())
            }
            (ColumnKind::Ordinal, _) => Column::nulls(ColumnKind::Ordinal, self.len()),
        }
    }

    /// Puts the rows of `other` behind those of this column; columns of two forms become values.
    pub(super) fn append(&mut self, other: Column, ids: &dyn Ids) {
        if self.len() == 0 {
            *self = other;
            return;
        }
        if other.len() == 0 {
            return;
        }
        match (&mut *self, other) {
            (Column::Nodes(mine), Column::Nodes(theirs))
            | (Column::Rels(mine), Column::Rels(theirs))
            | (Column::Ordinals(mine), Column::Ordinals(theirs)) => mine.extend(theirs),
            (Column::Elements(mine), Column::Elements(theirs)) => mine.extend(theirs),
            (Column::Integers(mine, mask), Column::Integers(theirs, their_mask)) => {
                append_mask(mask, mine.len(), their_mask, theirs.len());
                mine.extend(theirs);
            }
            (Column::Floats(mine, mask), Column::Floats(theirs, their_mask)) => {
                append_mask(mask, mine.len(), their_mask, theirs.len());
                mine.extend(theirs);
            }
            (Column::Booleans(mine, mask), Column::Booleans(theirs, their_mask)) => {
                append_mask(mask, mine.len(), their_mask, theirs.len());
                mine.extend(theirs);
            }
            (Column::Texts(mine), Column::Texts(theirs)) if mine.is_of_dictionary_of(&theirs) => mine.extend(&theirs),
            (Column::Values(mine), theirs) => mine.extend(theirs.into_values(ids)),
            (_, theirs) => {
                let mut values = std::mem::replace(self, Column::Values(Vec::new())).into_values(ids);
                values.extend(theirs.into_values(ids));
                *self = Column::Values(values);
            }
        }
    }

    /// About how many bytes the column holds, its texts and lists included.
    pub(super) fn size_bytes(&self) -> usize {
        match self {
            Column::Nodes(slots) | Column::Rels(slots) | Column::Ordinals(slots) => slots.len() * 4,
            Column::Elements(ends) => ends.len() * 8,
            Column::Integers(values, mask) => values.len() * 8 + mask.len(),
            Column::Floats(values, mask) => values.len() * 8 + mask.len(),
            Column::Booleans(values, mask) => values.len() + mask.len(),
            Column::Texts(codes) => codes.len() * 4,
            Column::Values(values) => values.len() * size_of::<Value>() + self.payload_bytes(),
            Column::Constant(..) => size_of::<Self>() + self.payload_bytes(),
        }
    }

    /// About how many bytes the texts and lists of the column take.
    pub(super) fn payload_bytes(&self) -> usize {
        match self {
            Column::Values(values) => values.iter().map(Value::payload_bytes).sum(),
            Column::Constant(value, _) => value.payload_bytes(),
            _ => 0,
        }
    }
}

/// `present`, or the empty mask if nothing is missing.
pub(super) fn all_or(present: Vec<bool>) -> Vec<bool> {
    if present.iter().all(|&there| there) { Vec::new() } else { present }
}

pub(super) fn node_value(slot: u32, ids: &dyn Ids) -> Value {
    if slot == NULL_SLOT { Value::Null } else { Value::Node(Node::bare(ids.node_id(slot))) }
}

pub(super) fn rel_value(slot: u32, ids: &dyn Ids) -> Value {
    if slot == NULL_SLOT { Value::Null } else { Value::Relationship(Relationship::bare(ids.rel_id(slot))) }
}

pub(super) fn end_value(end: End, ids: &dyn Ids) -> Value {
    match (end.as_node(), end.as_rel()) {
        (Some(node), _) => node_value(node.0, ids),
        (None, Some(rel)) => rel_value(rel.0, ids),
        (None, None) => Value::Null,
    }
}

pub(super) fn end_element(end: End, ids: &dyn Ids) -> Element {
    match (end.as_node(), end.as_rel()) {
        (Some(node), _) => Element::Node(Node::bare(ids.node_id(node.0))),
        (None, rel) => {
            let rel = rel.expect("an end is a node or a relationship");
            Element::Relationship(Relationship::bare(ids.rel_id(rel.0)))
        }
    }
}

pub(super) fn value_end(value: &Value, ids: &dyn Ids) -> Option<End> {
    match value {
        Value::Node(node) => ids.node_slot(node.id()).map(|slot| End::node(NodeSlot(slot))),
        Value::Relationship(rel) => ids.rel_slot(rel.id()).map(|slot| End::rel(RelSlot(slot))),
        _ => None,
    }
}

fn node_end(slot: u32) -> Option<End> {
    (slot != NULL_SLOT).then(|| End::node(NodeSlot(slot)))
}

fn rel_end(slot: u32) -> Option<End> {
    (slot != NULL_SLOT).then(|| End::rel(RelSlot(slot)))
}

fn pick<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|&row| values[row as usize]).collect()
}

fn pick_mask(present: &[bool], rows: &[u32]) -> Vec<bool> {
    if present.is_empty() { Vec::new() } else { all_or(pick(present, rows)) }
}

fn append_mask(mask: &mut Vec<bool>, len: usize, theirs: Vec<bool>, their_len: usize) {
    if mask.is_empty() && theirs.is_empty() {
        return;
    }
    if mask.is_empty() {
        mask.resize(len, true);
    }
    if theirs.is_empty() {
        mask.resize(len + their_len, true);
    } else {
        mask.extend(theirs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct NoIds;

    impl Ids for NoIds {
        fn node_id(&self, slot: u32) -> ElementId {
            ElementId(u64::from(slot))
        }
        fn rel_id(&self, slot: u32) -> ElementId {
            ElementId(u64::from(slot))
        }
        fn node_slot(&self, id: ElementId) -> Option<u32> {
            u32::try_from(id.0).ok()
        }
        fn rel_slot(&self, id: ElementId) -> Option<u32> {
            u32::try_from(id.0).ok()
        }
    }

    #[test]
    fn appending_keeps_what_is_missing_missing() {
        let mut column = Column::Integers(vec![1, 2], Vec::new());
        column.append(Column::Integers(vec![0, 4], vec![false, true]), &NoIds);
        let values: Vec<bool> = (0..4).map(|row| column.is_null(row)).collect();
        assert_eq!(values, [false, false, true, false]);
    }

    #[test]
    fn columns_of_two_forms_become_values() {
        let mut column = Column::Integers(vec![1], Vec::new());
        column.append(Column::Nodes(vec![7, NULL_SLOT]), &NoIds);
        assert!(matches!(column.value(0, &NoIds), Value::Integer(1)));
        assert!(matches!(column.value(1, &NoIds), Value::Node(node) if node.id() == ElementId(7)));
        assert!(column.is_null(2));
    }

    #[test]
    fn elements_survive_the_way_to_values_and_back() {
        let nodes = Column::Nodes(vec![3, NULL_SLOT]);
        let values = Column::Values(nodes.clone().into_values(&NoIds));
        assert!(matches!(values.into_kind(ColumnKind::Node, &NoIds), Column::Nodes(slots) if slots == [3, NULL_SLOT]));
    }
}
