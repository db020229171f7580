//! What a graph is built of in bulk: nodes and relationships in their order, some thousands at a time, their properties
//! column by column. Names are delivered once and have numbers from there on, in the order in which they come.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::super::StorageError;
use super::super::writer::check_label_count;
use crate::value::{Date, Name, Value};

/// One part of a graph that is built.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// The next property key.
    Key(Name),
    /// The next set of labels.
    LabelSet(LabelSet),
    /// The next relationship type.
    Type(Name),
    Nodes(NodeBatch),
    Rels(RelBatch),
    /// All elements are there: an index over one key of a label.
    Index {
        label: Name,
        key: Name,
    },
}

/// Labels that a node can have: each of them once, and no more than a node takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct LabelSet(Vec<Name>);

impl LabelSet {
    /// Labels in the order in which each comes first.
    ///
    /// # Errors
    ///
    /// [`StorageError::TooManyLabels`].
    pub(crate) fn new(labels: impl IntoIterator<Item = Name>) -> Result<Self, StorageError> {
        let (mut set, mut seen) = (Vec::new(), FxHashSet::default());
        for label in labels {
            if seen.insert(label.clone()) {
                set.push(label);
                check_label_count(set.len())?;
            }
        }
        Ok(Self(set))
    }

    pub(crate) fn names(&self) -> &[Name] {
        &self.0
    }
}

/// Where elements come from, for whoever has to be told: a source, and a line of it for each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    pub source: Arc<str>,
    pub lines: Vec<u64>,
    /// As each stood there, if somebody wants to keep those that are refused.
    pub raw: Option<Vec<Vec<u8>>>,
}

impl Origin {
    pub(crate) fn new(source: &str, keeps_raw: bool) -> Self {
        Self { source: Arc::from(source), lines: Vec::new(), raw: keeps_raw.then(Vec::new) }
    }

    /// Of the next element.
    pub(crate) fn push(&mut self, line: u64, raw: &[u8]) {
        self.lines.push(line);
        if let Some(kept) = &mut self.raw {
            kept.push(raw.to_vec());
        }
    }

    /// Forgets those of elements that are not to be kept.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        retain(&mut self.lines, keep);
        if let Some(raw) = &mut self.raw {
            retain(raw, keep);
        }
    }

    /// That of a batch; the source is that of the next one, too.
    pub(crate) fn take(&mut self) -> Self {
        let raw = self.raw.as_mut().map(std::mem::take);
        Self { source: Arc::clone(&self.source), lines: std::mem::take(&mut self.lines), raw }
    }
}

/// Nodes. They are numbered from 0 on, through all batches.
#[derive(Debug, Default)]
pub(crate) struct NodeBatch {
    /// The number of the label set of each.
    pub sets: Vec<u32>,
    pub origin: Origin,
    pub columns: Vec<Column>,
}

/// Asserted relationships between nodes.
#[derive(Debug, Default)]
pub(crate) struct RelBatch {
    /// The number of the type of each.
    pub types: Vec<u32>,
    /// The number of the node at the start of each.
    pub starts: Vec<u32>,
    pub ends: Vec<u32>,
    pub origin: Origin,
    pub columns: Vec<Column>,
}

/// A cell for each element of a batch.
#[derive(Debug)]
pub(crate) struct Column {
    /// The number of its key.
    pub key: u32,
    /// Where there is a value; the cells of the others are fillers.
    pub present: Vec<bool>,
    pub cells: Cells,
}

/// Values of one type.
#[derive(Debug)]
pub(crate) enum Cells {
    Booleans(Vec<bool>),
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Dates(Vec<Date>),
    Texts(Texts),
    /// Of whatever type.
    Values(Vec<Value>),
}

/// Texts, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Texts {
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    pub(crate) fn get(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[row]]
    }

    fn retain(&mut self, keep: &[bool]) {
        let mut kept = Self::default();
        (0..self.ends.len()).filter(|row| keep[*row]).for_each(|row| kept.push(self.get(row)));
        *self = kept;
    }

    fn truncate(&mut self, rows: usize) {
        self.ends.truncate(rows);
        self.text.truncate(self.ends.last().copied().unwrap_or(0));
    }
}

impl Column {
    /// Forgets all rows but the first so many.
    pub(crate) fn truncate(&mut self, rows: usize) {
        self.present.truncate(rows);
        match &mut self.cells {
            Cells::Booleans(cells) => cells.truncate(rows),
            Cells::Integers(cells) => cells.truncate(rows),
            Cells::Floats(cells) => cells.truncate(rows),
            Cells::Dates(cells) => cells.truncate(rows),
            Cells::Texts(cells) => cells.truncate(rows),
            Cells::Values(cells) => cells.truncate(rows),
        }
    }

    /// Forgets the rows that are not to be kept.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        retain(&mut self.present, keep);
        match &mut self.cells {
            Cells::Booleans(cells) => retain(cells, keep),
            Cells::Integers(cells) => retain(cells, keep),
            Cells::Floats(cells) => retain(cells, keep),
            Cells::Dates(cells) => retain(cells, keep),
            Cells::Texts(cells) => cells.retain(keep),
            Cells::Values(cells) => retain(cells, keep),
        }
    }

    /// The value of a row; null if there is none.
    pub(crate) fn value(&self, row: usize) -> Value {
        if !self.present[row] {
            return Value::Null;
        }
        match &self.cells {
            Cells::Booleans(cells) => Value::Boolean(cells[row]),
            Cells::Integers(cells) => Value::Integer(cells[row]),
            Cells::Floats(cells) => Value::Float(cells[row]),
            Cells::Dates(cells) => Value::Date(cells[row]),
            Cells::Texts(cells) => Value::String(Arc::from(cells.get(row))),
            Cells::Values(cells) => cells[row].clone(),
        }
    }
}

/// Keeps the items of these rows.
pub(crate) fn retain<T>(items: &mut Vec<T>, keep: &[bool]) {
    let mut rows = keep.iter();
    items.retain(|_| rows.next().is_none_or(|keep| *keep));
}

#[cfg(test)]
mod tests {
    use super::super::super::MAX_LABELS;
    use super::*;

    #[test]
    fn a_label_is_in_a_set_once_and_a_set_is_no_larger_than_a_node_takes() {
        let set = |numbers: &mut dyn Iterator<Item = usize>| LabelSet::new(numbers.map(|n| Name::from(n.to_string())));
        assert_eq!(set(&mut [2, 1, 2, 1].into_iter()).unwrap().names(), [Name::from("2"), Name::from("1")]);
        assert_eq!(set(&mut (0..2 * MAX_LABELS).map(|n| n % MAX_LABELS)).unwrap().names().len(), MAX_LABELS);
        assert!(matches!(set(&mut (0..=MAX_LABELS)), Err(StorageError::TooManyLabels { most: MAX_LABELS })));
    }

    #[test]
    fn rows_that_are_kept_stay_in_order() {
        let mut texts = Texts::default();
        for text in ["a", "", "bc", "d"] {
            texts.push(text);
        }
        let mut column = Column { key: 0, present: vec![true, true, false, true], cells: Cells::Texts(texts) };
        column.retain(&[true, false, true, true]);
        let values: Vec<String> = (0..3).map(|row| column.value(row).to_string()).collect();
        assert_eq!(values, ["a", "null", "d"]);
        column.truncate(1);
        assert_eq!(column.present.len(), 1);
    }
}
