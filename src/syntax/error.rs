//! What makes a text no statement of the language.

use crate::text::Span;
use crate::value::{ErrorClass, ErrorKind};

/// Text that is not of the language.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum SyntaxError {
    #[error("expected {expected}, found {found}")]
    Unexpected { expected: String, found: String, span: Span, help: Option<String> },
    #[error("nested more than {limit} levels deep")]
    TooDeep { limit: usize, span: Span },
    #[error("the statement has {length} bytes; at most {limit} are read")]
    TooLong { length: usize, limit: usize },
    #[error("the statement is empty")]
    Empty,
    /// A literal that has no value: a number out of range, a bad escape.
    #[error("{message}")]
    Literal { detail: &'static str, message: String, span: Span },
    /// Right by itself, and not at its place.
    #[error("{message}")]
    Misplaced { message: String, span: Span, help: String },
    /// A type that there is not, or that says two things.
    #[error("{message}")]
    Type { message: String, span: Span, help: Option<String> },
}

impl SyntaxError {
    pub(crate) fn class(&self) -> ErrorClass {
        match self {
            SyntaxError::Unexpected { .. } | SyntaxError::Misplaced { .. } | SyntaxError::Empty => {
                ErrorClass::new(ErrorKind::Syntax, "UnexpectedSyntax")
            }
            SyntaxError::TooDeep { .. } => ErrorClass::new(ErrorKind::Limit, "NestedTooDeep"),
            SyntaxError::TooLong { .. } => ErrorClass::new(ErrorKind::Limit, "StatementTooLong"),
            SyntaxError::Literal { detail, .. } => ErrorClass::new(ErrorKind::Syntax, detail),
            SyntaxError::Type { .. } => ErrorClass::new(ErrorKind::Syntax, "InvalidType"),
        }
    }

    pub(crate) fn span(&self) -> Option<Span> {
        match self {
            SyntaxError::Unexpected { span, .. }
            | SyntaxError::TooDeep { span, .. }
            | SyntaxError::Literal { span, .. }
            | SyntaxError::Misplaced { span, .. }
            | SyntaxError::Type { span, .. } => Some(*span),
            SyntaxError::TooLong { .. } | SyntaxError::Empty => None,
        }
    }

    pub(crate) fn help(&self) -> Option<&str> {
        match self {
            SyntaxError::Unexpected { help, .. } | SyntaxError::Type { help, .. } => help.as_deref(),
            SyntaxError::Misplaced { help, .. } => Some(help),
            _ => None,
        }
    }
}
