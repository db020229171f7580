//! What operators that follow relationships share: which runs of adjacency to read, and which relationships are taken.

use smallvec::SmallVec;

use crate::catalog::TypeId;
use crate::exec::batch::Batch;
use crate::exec::column::{Column, Ids};
use crate::physical::{ColumnKind, Direction, States};
use crate::storage::{self, End, Family, Graph, Neighbour};
use crate::value::Value;

/// So many rows are looked up together, so that their ways through memory are gone at the same time.
pub(super) const STRETCH: usize = 64;

/// One run of adjacency to read at each element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub direction: storage::Direction,
    pub rel_type: Option<TypeId>,
    pub family: Family,
    /// This is the second direction of a pattern without one: it passes over self-loops, which the first has given.
    pub second: bool,
}

/// Mostly there is one.
pub(super) type SomeRuns = SmallVec<[Run; 2]>;

/// The runs to read, in order.
pub(super) fn runs(direction: Direction, types: &[Option<TypeId>], families: &[Family]) -> SomeRuns {
    let directions: &[(storage::Direction, bool)] = match direction {
        Direction::Out => &[(storage::Direction::Out, false)],
        Direction::In => &[(storage::Direction::In, false)],
        Direction::Either => &[(storage::Direction::Out, false), (storage::Direction::In, true)],
    };
    let mut runs = SomeRuns::new();
    for &(direction, second) in directions {
        for &rel_type in types {
            for &family in families {
                runs.push(Run { direction, rel_type, family, second });
            }
        }
    }
    runs
}

/// The direction of the way back.
pub(super) fn reversed(direction: Direction) -> Direction {
    match direction {
        Direction::Out => Direction::In,
        Direction::In => Direction::Out,
        Direction::Either => Direction::Either,
    }
}

/// Which families can lead from an element of kind `from` to one of kind `to`.
pub(super) fn families(from: ColumnKind, to: ColumnKind, states: States) -> &'static [Family] {
    use ColumnKind::{Node, Rel};
    match (states, from, to) {
        (States::Asserted, Node, Node) => &[Family::Plain],
        (States::Both, Node, Node) => &[Family::Plain, Family::Quoted],
        (States::Asserted, Rel, _) | (States::Asserted, _, Rel) => &[Family::About],
        (States::Both, Rel, _) | (States::Both, _, Rel) => &[Family::About, Family::Quoted],
        (States::Asserted, ..) => &[Family::Plain, Family::About],
        (States::Both, ..) => &[Family::Plain, Family::About, Family::Quoted],
    }
}

impl Run {
    /// The neighbours of `from` along this run, self-loops once.
    pub(super) fn neighbours(self, graph: &Graph, from: End) -> impl Iterator<Item = Neighbour> {
        graph
            .neighbours(from, self.direction, self.rel_type, self.family)
            .filter(move |neighbour| self.gives(from, neighbour.end))
    }

    /// Whether this run of `from` gives the relationships to `end`: for self-loops, the first of two directions does.
    #[inline]
    pub(super) fn gives(self, from: End, end: End) -> bool {
        planted!("a loop is walked twice") || !(self.second && end == from)
    }

    /// The relationships of this run between the two.
    pub(super) fn between(self, graph: &Graph, from: End, to: End) -> Option<impl Iterator<Item = Neighbour>> {
        if self.second && from == to {
            return None;
        }
        Some(graph.between(from, self.direction, self.rel_type, self.family, to))
    }
}

/// Whether an end is of the kind that a column holds.
pub(super) fn is_kind(end: End, kind: ColumnKind) -> bool {
    match kind {
        ColumnKind::Node => end.as_node().is_some(),
        ColumnKind::Rel => end.as_rel().is_some(),
        ColumnKind::Element | ColumnKind::Value | ColumnKind::Ordinal => true,
    }
}

/// A batch on its way through an operator that searches from one row at a time.
pub(super) struct Travel {
    pub batch: Batch,
    pub taken: Taken,
    /// The next row to begin with.
    pub row: usize,
}

impl Travel {
    /// With what the arrows of these columns have taken.
    pub(super) fn begin(batch: Batch, distinct_from: &[usize], ids: &dyn Ids) -> Self {
        let taken = Taken::of(&batch, distinct_from, ids);
        Self { batch, taken, row: 0 }
    }

    pub(super) fn is_done(&self) -> bool {
        self.row >= self.batch.len
    }
}

/// The relationships that other arrows of the same MATCH have taken, for each row of a batch.
pub(super) struct Taken {
    single: Vec<Vec<u32>>,
    lists: Vec<Vec<Vec<u32>>>,
}

impl Taken {
    pub(super) fn of(batch: &Batch, columns: &[usize], ids: &dyn Ids) -> Self {
        let mut taken = Self { single: Vec::new(), lists: Vec::new() };
        for &column in columns {
            match &batch.columns[column] {
                Column::Rels(slots) => taken.single.push(slots.clone()),
                other => {
                    let lists = (0..batch.len).map(|row| rels_of(&other.value(row, ids), ids)).collect();
                    taken.lists.push(lists);
                }
            }
        }
        taken
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.single.is_empty() && self.lists.is_empty()
    }

    #[inline]
    pub(super) fn has(&self, row: usize, rel: u32) -> bool {
        self.single.iter().any(|slots| slots[row] == rel) || self.lists.iter().any(|lists| lists[row].contains(&rel))
    }
}

/// The slots of a relationship or of a list of them.
pub(super) fn rels_of(value: &Value, ids: &dyn Ids) -> Vec<u32> {
    match value {
        Value::Relationship(rel) => ids.rel_slot(rel.id()).into_iter().collect(),
        Value::List(items) => items.iter().flat_map(|item| rels_of(item, ids)).collect(),
        _ => Vec::new(),
    }
}

/// Ends as a column of one kind.
pub(super) fn end_column(ends: Vec<End>, kind: ColumnKind) -> Column {
    match kind {
        ColumnKind::Node => Column::Nodes(ends.into_iter().filter_map(End::as_node).map(|node| node.0).collect()),
        ColumnKind::Rel => Column::Rels(ends.into_iter().filter_map(End::as_rel).map(|rel| rel.0).collect()),
        ColumnKind::Element | ColumnKind::Value | ColumnKind::Ordinal => {
            Column::Elements(ends.into_iter().map(Some).collect())
        }
    }
}
