//! Places in memory, and what is kept there.

use crate::catalog::TypeId;

/// The place of a node. Slots never leave execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeSlot(pub u32);

/// The place of a relationship. Slots never leave execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RelSlot(pub u32);

/// The end of a relationship: a node, or another relationship. One bit tells which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct End(u32);

const REL_BIT: u32 = 1 << 31;

impl End {
    pub(crate) const fn node(slot: NodeSlot) -> Self {
        Self(slot.0)
    }

    pub(crate) const fn rel(slot: RelSlot) -> Self {
        Self(slot.0 | REL_BIT)
    }

    #[inline]
    pub(crate) const fn as_node(self) -> Option<NodeSlot> {
        if self.0 & REL_BIT == 0 { Some(NodeSlot(self.0)) } else { None }
    }

    pub(crate) const fn as_rel(self) -> Option<RelSlot> {
        if self.0 & REL_BIT == 0 { None } else { Some(RelSlot(self.0 & !REL_BIT)) }
    }

    pub(super) const fn raw(self) -> u32 {
        self.0
    }

    pub(super) const fn from_raw(raw: u32) -> Self {
        Self(raw)
    }
}

/// Which way a relationship is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    /// From its start to its end.
    Out,
    /// From its end to its start.
    In,
}

impl Direction {
    pub(super) const BOTH: [Direction; 2] = [Direction::Out, Direction::In];

    pub(crate) const fn reversed(self) -> Self {
        match self {
            Direction::Out => Direction::In,
            Direction::In => Direction::Out,
        }
    }
}

/// The disjoint families of adjacency; a relationship is in exactly one at each of its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    /// Asserted, from a node to a node: all that plain patterns between nodes see.
    Plain,
    /// Asserted, with a relationship as one of its ends or both.
    About,
    /// Quoted, with any ends.
    Quoted,
}

impl Family {
    pub(crate) const ALL: [Family; 3] = [Family::Plain, Family::About, Family::Quoted];
}

/// One step away from an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Neighbour {
    pub end: End,
    pub rel: RelSlot,
}

/// What is kept of a relationship beside its properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "`type` is a keyword")]
pub(crate) struct Rel {
    pub rel_type: TypeId,
    pub start: End,
    pub end: End,
    pub asserted: bool,
}

impl Rel {
    pub(crate) fn family(self) -> Family {
        match (self.asserted, self.start.as_node(), self.end.as_node()) {
            (false, ..) => Family::Quoted,
            (true, Some(_), Some(_)) => Family::Plain,
            (true, ..) => Family::About,
        }
    }
}
