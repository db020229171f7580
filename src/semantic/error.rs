//! What the binder refuses, and what it only warns of.

use crate::text::Span;
use crate::value::{ErrorClass, ErrorKind, Name};

/// A statement that breaks a static rule.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum SemanticError {
    #[error("variable `{name}` is not defined")]
    UnknownVariable { name: Name, span: Span, similar: Option<Name> },
    /// The other static rules; `detail` is openCypher's code.
    #[error("{message}")]
    Rule { kind: ErrorKind, detail: &'static str, message: String, span: Span, help: Option<String> },
}

/// Something that is probably a mistake.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Warning {
    /// Stable, as `unknown-label`.
    pub code: &'static str,
    pub message: String,
    pub span: Span,
}

impl SemanticError {
    pub(crate) fn class(&self) -> ErrorClass {
        match self {
            SemanticError::UnknownVariable { .. } => ErrorClass::new(ErrorKind::Syntax, "UndefinedVariable"),
            SemanticError::Rule { kind, detail, .. } => ErrorClass::new(*kind, detail),
        }
    }

    pub(crate) fn span(&self) -> Span {
        match self {
            SemanticError::UnknownVariable { span, .. } | SemanticError::Rule { span, .. } => *span,
        }
    }

    pub(crate) fn help(&self) -> Option<String> {
        match self {
            SemanticError::UnknownVariable { similar, .. } => {
                similar.as_ref().map(|name| format!("did you mean `{name}`?"))
            }
            SemanticError::Rule { help, .. } => help.clone(),
        }
    }
}
