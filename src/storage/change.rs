//! The vocabulary of writes: what the log records is what is applied.

use super::{Commit, LogEntry, Words};
use crate::catalog::{ConstraintDef, IndexDef, IndexId, KeyId, LabelId, NameIndexDef, NameIndexId, TypeId};
use crate::value::{ElementId, Name, Value};

/// One elementary write. Everything that changes a graph is a list of these, often millions, so what is rare is boxed.
///
/// The list says all: the changes of a transaction, applied to the root that it started from, give the root that it
/// ended with, slots, ids, commit numbers and times included.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// The first change of each transaction: what follows carries this commit, or an earlier one that was taken over.
    Begin(Commit),
    /// The last change of each transaction: it is a commit now, of which this is said.
    Close(Box<Words>),
    /// Takes over a commit that was made elsewhere, for elements that carry it.
    TakeOver(Box<LogEntry>),
    /// All ids before this one were given elsewhere, also those that stand for nothing any more.
    SkipIds {
        next: ElementId,
    },
    DefineLabel {
        id: LabelId,
        name: Name,
    },
    DefineType {
        id: TypeId,
        name: Name,
    },
    DefineKey {
        id: KeyId,
        name: Name,
    },
    CreateNode {
        id: ElementId,
        labels: Vec<LabelId>,
    },
    CreateRel {
        id: ElementId,
        rel_type: TypeId,
        start: ElementId,
        end: ElementId,
        asserted: bool,
    },
    DeleteNode {
        id: ElementId,
    },
    DeleteRel {
        id: ElementId,
    },
    AddLabel {
        node: ElementId,
        label: LabelId,
    },
    RemoveLabel {
        node: ElementId,
        label: LabelId,
    },
    /// Null removes the property.
    SetProperty {
        element: ElementId,
        key: KeyId,
        value: Value,
    },
    /// ASSERT and RETRACT.
    SetState {
        rel: ElementId,
        asserted: bool,
    },
    CreateIndex(Box<IndexDef>),
    DropIndex {
        id: IndexId,
    },
    CreateConstraint(Box<ConstraintDef>),
    DropConstraint {
        name: Name,
    },
    CreateNameIndex(Box<NameIndexDef>),
    DropNameIndex {
        id: NameIndexId,
    },
}

/// So many may hold a value while it is written: the rows that it came by, what is looked for first, the graph and an
/// index. All but the change are gone soon or are the graph's.
const HOLDERS_WHILE_WRITTEN: usize = 10;

impl Change {
    /// The bytes that it takes up in a list of changes, roughly.
    pub(crate) fn size_bytes(&self) -> usize {
        let apart = match self {
            Self::CreateNode { labels, .. } => size_of_val(labels.as_slice()),
            Self::SetProperty { value, .. } => value.payload_bytes_without(HOLDERS_WHILE_WRITTEN),
            Self::DefineLabel { name, .. }
            | Self::DefineType { name, .. }
            | Self::DefineKey { name, .. }
            | Self::DropConstraint { name } => name.len(),
            Self::CreateIndex(def) => size_of_val(&**def),
            Self::CreateConstraint(def) => size_of_val(&**def),
            Self::CreateNameIndex(def) => size_of_val(&**def),
            Self::Close(words) => words.size_bytes(),
            Self::TakeOver(entry) => entry.size_bytes(),
            Self::Begin(_)
            | Self::SkipIds { .. }
            | Self::CreateRel { .. }
            | Self::DeleteNode { .. }
            | Self::DeleteRel { .. }
            | Self::AddLabel { .. }
            | Self::RemoveLabel { .. }
            | Self::SetState { .. }
            | Self::DropIndex { .. }
            | Self::DropNameIndex { .. } => 0,
        };
        size_of::<Self>() + apart
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Symbol;

    fn bytes_of(value: Value) -> usize {
        Change::SetProperty { element: ElementId(1), key: KeyId::from_index(0), value }.size_bytes()
    }

    #[test]
    fn a_value_that_rows_still_hold_is_counted_whole() {
        let text = Value::from("x".repeat(10_000));
        let _rows = vec![text.clone(); 8];
        assert!(bytes_of(text) > 10_000);
    }

    #[test]
    fn a_value_of_many_elements_is_counted_a_few_times() {
        let text = Value::from("x".repeat(10_000));
        let graph = vec![text.clone(); 2_000];
        let sum: usize = graph.iter().map(|value| bytes_of(value.clone()) - size_of::<Change>()).sum();
        assert!(sum < 20_000, "{sum}");
    }
}
