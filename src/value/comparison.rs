//! The signs of comparison: which relation of [`compare`] each asks for.

use super::{Value, compare};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Comparison {
    Equal,
    /// What `{k: v}` in a pattern asks of a property: equivalence, so that `edtf('2021')` finds itself; null if either
    /// side is null. Written where the value may not be plain; an index answers it as it does [`Comparison::Equal`].
    Same,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What is asked of a string. Null unless both are strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

/// What a scan asks of a property, given an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Asked {
    Compare(Comparison),
    Text(TextTest),
}

impl Comparison {
    /// Whether `left` compares so with `right`; `None` is unknown.
    pub(crate) fn holds(self, left: &Value, right: &Value) -> Option<bool> {
        match self {
            Comparison::Equal => compare::equal(left, right),
            Comparison::Same => (!left.is_null() && !right.is_null()).then(|| compare::equivalent(left, right)),
            Comparison::NotEqual => compare::equal(left, right).map(|equal| !equal),
            Comparison::Less => compare::less(left, right),
            Comparison::LessOrEqual => compare::less_or_equal(left, right),
            Comparison::Greater => compare::less(right, left),
            Comparison::GreaterOrEqual => compare::less_or_equal(right, left),
        }
    }

    /// The comparison that says the same with its sides exchanged.
    pub(crate) fn turned(self) -> Self {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
            Comparison::Equal | Comparison::Same | Comparison::NotEqual => self,
        }
    }
}
