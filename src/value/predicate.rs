//! What `IS` asks of one value, beside whether it is null.

use std::fmt;

use super::{NormalForm, Value, ValueType};

/// A question that stands behind `IS`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Predicate {
    /// `IS :: TYPE`.
    Typed(ValueType),
    /// `IS NFC NORMALIZED`.
    Normalized(NormalForm),
}

impl Predicate {
    /// The answer; a type is never unknown, and what is no text is in no form and out of none.
    pub(crate) fn holds(&self, value: &Value) -> Option<bool> {
        match (self, value) {
            (Predicate::Typed(wanted), value) => Some(wanted.admits(value)),
            (Predicate::Normalized(form), Value::String(text)) => Some(form.is_of(text)),
            (Predicate::Normalized(_), _) => None,
        }
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Predicate::Typed(wanted) => write!(f, ":: {wanted}"),
            Predicate::Normalized(form) => write!(f, "{form} NORMALIZED"),
        }
    }
}
