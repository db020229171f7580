//! What can go wrong inside a function.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::value::{ErrorClass, ErrorKind, Value};

/// A function that has no result for its arguments.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum FunctionError {
    /// An argument that turned out to have a wrong type when the query ran.
    #[error("{function}: expected {expected}, found {found}")]
    Type { function: &'static str, expected: &'static str, found: String },
    #[error("{function}: {message}")]
    Argument { function: &'static str, message: String },
    /// An argument that is text of another language, or parts of a value, and what its reader says of it.
    #[error("{function}: {source}")]
    Unreadable { function: &'static str, source: Arc<dyn Error + Send + Sync> },
    /// An argument that is a number and too large or too small.
    #[error("{function}: {message}")]
    Range { function: &'static str, message: String },
    /// An operator that is not defined for the types of its operands.
    #[error("`{operator}` is not defined for {operands}")]
    Operands { operator: &'static str, operands: String },
    #[error("a condition must be a BOOLEAN, found {found}")]
    Condition { found: &'static str },
    #[error("{found} has no properties{}", bound_of(found))]
    NoProperties { found: &'static str },
    #[error("a list is indexed by an integer, not by {found}")]
    ListIndex { found: &'static str },
    #[error("a map is indexed by a string, not by {found}")]
    MapIndex { found: &'static str },
    #[error("{operation}: the result is out of the range of a 64-bit integer")]
    Overflow { operation: &'static str },
    #[error("division by zero")]
    DivisionByZero,
    #[error("element {id} was deleted by this statement")]
    Deleted { id: u64 },
    #[error("{limit} used up")]
    Limit { limit: String },
    #[error("cancelled")]
    Cancelled,
    /// An error with a class of its own.
    #[error("{message}")]
    Other { class: ErrorClass, message: String },
}

/// A text that is no pattern, and why, in one line: the library draws a picture of several.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{pattern}` is no regular expression: {reason}")]
pub(crate) struct NoRegex {
    pattern: String,
    reason: String,
}

impl NoRegex {
    pub(crate) fn new(pattern: &str, picture: &str) -> Self {
        let last = picture.lines().last().unwrap_or_default();
        Self { pattern: pattern.to_owned(), reason: last.strip_prefix("error: ").unwrap_or(last).to_owned() }
    }
}

impl FunctionError {
    pub(crate) fn class(&self) -> ErrorClass {
        match self {
            FunctionError::Type { .. } => ErrorClass::new(ErrorKind::Type, "InvalidArgumentValue"),
            FunctionError::Argument { .. } | FunctionError::Unreadable { .. } => {
                ErrorClass::new(ErrorKind::Argument, "InvalidArgumentValue")
            }
            FunctionError::Range { .. } => ErrorClass::new(ErrorKind::Argument, "NumberOutOfRange"),
            FunctionError::Operands { .. } | FunctionError::Condition { .. } | FunctionError::NoProperties { .. } => {
                ErrorClass::new(ErrorKind::Type, "InvalidArgumentType")
            }
            FunctionError::ListIndex { .. } => ErrorClass::new(ErrorKind::Type, "ListElementAccessByNonInteger"),
            FunctionError::MapIndex { .. } => ErrorClass::new(ErrorKind::Type, "MapElementAccessByNonString"),
            FunctionError::Overflow { .. } => ErrorClass::new(ErrorKind::Arithmetic, "NumberOutOfRange"),
            FunctionError::DivisionByZero => ErrorClass::new(ErrorKind::Arithmetic, "DivisionByZero"),
            FunctionError::Deleted { .. } => ErrorClass::new(ErrorKind::EntityNotFound, "DeletedEntityAccess"),
            FunctionError::Limit { .. } => ErrorClass::new(ErrorKind::Limit, "LimitExceeded"),
            FunctionError::Cancelled => ErrorClass::new(ErrorKind::Cancelled, "Cancelled"),
            FunctionError::Other { class, .. } => *class,
        }
    }

    /// An argument that its reader has refused.
    pub(crate) fn unreadable(function: &'static str, source: impl Error + Send + Sync + 'static) -> Self {
        FunctionError::Unreadable { function, source: Arc::new(source) }
    }

    /// The error below this one, if it comes from another one.
    pub(crate) fn inner(&self) -> Option<Arc<dyn Error + Send + Sync>> {
        match self {
            FunctionError::Unreadable { source, .. } => Some(Arc::clone(source)),
            _ => None,
        }
    }

    /// An argument of a wrong type.
    pub(crate) fn wrong_type(function: &'static str, expected: &'static str, found: &Value) -> Self {
        FunctionError::Type { function, expected, found: found.type_name().to_owned() }
    }

    /// What a function or procedure of the program says, under its name.
    pub(crate) fn said_by(name: &str, class: ErrorClass, message: &dyn fmt::Display) -> Self {
        FunctionError::Other { class, message: format!("{name}: {message}") }
    }

    /// Operands of wrong types.
    pub(crate) fn operands(operator: &'static str, left: &Value, right: &Value) -> Self {
        let (left, right) = (left.type_name(), right.type_name());
        let is_point = |name: &str| name.contains("DATE") || name.contains("TIME");
        let instead = match operator {
            "-" if left == "EDTF" || right == "EDTF" => {
                "; write `edtf.days(a, b)` for the days between them, `earliest(x)` and `latest(x)` for the bounds"
            }
            "+" if left == "EDTF" || right == "EDTF" => "; write `earliest(x)` or `latest(x)` for a bound as a DATE",
            "-" if is_point(left) && is_point(right) => "; write `duration.between(a, b)`",
            "+" | "-" if is_point(left) && right == "INTEGER" => "; write `duration({days: 1})` for a day",
            _ => "",
        };
        FunctionError::Operands { operator, operands: format!("{left} and {right}{instead}") }
    }
}

/// What to write for a part of a date that is known by its bounds only.
fn bound_of(found: &str) -> &'static str {
    if found == "EDTF" { "; take it of a bound: `earliest(x).year`, `latest(x).year`" } else { "" }
}
