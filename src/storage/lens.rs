//! What of the graph a clause sees: the two clocks, and how many sources have to support a relationship.
//!
//! The days that the clocks ask for lie in columns of plain numbers ([`column`]) that the writer keeps ([`keep`]): for
//! each element when it begins and ceases to be valid, and for evidence and for what is cited since when it is known
//! ([`evidence`]). Everything else is known since it was recorded, or since a relationship that touches it was, which is
//! asked when it is needed ([`pass`] for one element, [`many`] for whole pages). This knows no clauses: a [`Lens`] comes
//! with its days evaluated.
//!
//! What the rules leave open is decided here:
//!
//! * A paragraph `OF` several sources cites once for each of them, and is known with the earliest. So is a node that is a
//!   source and a paragraph.
//! * A paragraph `OF` no source is a node like any other, and what touches it is no evidence.
//! * An uncited relationship with evidence at both ends (`OF`) is known with the earlier one; it is seen only where both
//!   ends are.
//! * A node that no citation supports has the sources that its asserted relationships have; where evidence touches it
//!   without citing it, it is seen as that evidence is.

mod asked;
mod column;
mod day;
mod evidence;
mod keep;
mod many;
mod part;
mod pass;
mod sources;
#[cfg(test)]
mod tests;

pub(super) use column::PageClocks;
pub(crate) use evidence::Cited;
pub(super) use evidence::Vocabulary;
pub(crate) use part::Part;

/// What of the graph a clause sees: up to two clocks, and how many sources must support a relationship.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Lens {
    pub valid: Option<ValidAt>,
    pub known: Option<KnownAt>,
    /// 0: not asked.
    pub least_sources: u32,
}

impl Lens {
    /// Whether all of the graph passes.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Without the number of sources.
    fn clocks(&self) -> Self {
        Self { least_sources: 0, ..*self }
    }
}

/// A day on which something has to be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValidAt {
    /// Days since 1970-01-01.
    pub day: i32,
    pub possibly: bool,
}

/// A day or a moment by which something has to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KnownAt {
    /// The day in UTC, in days since 1970-01-01.
    pub day: i32,
    /// Of a datetime, in microseconds since 1970-01-01T00:00Z: recorded times are compared with it exactly.
    pub micros: Option<i64>,
    pub possibly: bool,
}

/// How much of an element is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// A relationship by itself: its ends are asked elsewhere.
    Own,
    /// An end of an asserted relationship that passes. Of a node without citations and an uncited claim it need not be
    /// looked at since when they are known.
    Reached,
    /// By the definition: a relationship's ends too, and theirs.
    Whole,
}

/// The words of provenance under which a value of a type that is no time was met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each word")]
pub(crate) struct Odd {
    pub valid_from: bool,
    pub on: bool,
    pub valid_to: bool,
    pub published: bool,
}

impl Odd {
    /// What was met here and there.
    fn add(&mut self, other: Self) {
        self.valid_from |= other.valid_from;
        self.on |= other.on;
        self.valid_to |= other.valid_to;
        self.published |= other.published;
    }
}
