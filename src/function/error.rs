//! What can go wrong inside a function.

use crate::value::{ErrorClass, ErrorKind};

/// A function that has no result for its arguments.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum FunctionError {
    #[error("{function}: expected {expected}, found {found}")]
    Type { function: &'static str, expected: &'static str, found: String },
    #[error("{function}: {message}")]
    Argument { function: &'static str, message: String },
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

impl FunctionError {
    pub(crate) fn class(&self) -> ErrorClass {
        match self {
            FunctionError::Type { .. } => ErrorClass::new(ErrorKind::Type, "InvalidArgumentType"),
            FunctionError::Argument { .. } => ErrorClass::new(ErrorKind::Argument, "InvalidArgumentValue"),
            FunctionError::Overflow { .. } => ErrorClass::new(ErrorKind::Arithmetic, "NumberOutOfRange"),
            FunctionError::DivisionByZero => ErrorClass::new(ErrorKind::Arithmetic, "DivisionByZero"),
            FunctionError::Deleted { .. } => ErrorClass::new(ErrorKind::EntityNotFound, "DeletedEntityAccess"),
            FunctionError::Limit { .. } => ErrorClass::new(ErrorKind::Limit, "LimitExceeded"),
            FunctionError::Cancelled => ErrorClass::new(ErrorKind::Cancelled, "Cancelled"),
            FunctionError::Other { class, .. } => *class,
        }
    }
}
