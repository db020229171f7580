//! What the binder refuses, and what it only warns of.

use crate::text::Span;
use crate::value::{ErrorClass, ErrorKind, Name};

/// A statement that breaks a static rule.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum SemanticError {
    #[error("variable `{name}` is not defined")]
    UnknownVariable { name: Name, span: Span, hint: Hint },
    /// The other static rules; `detail` is openCypher's code.
    #[error("{message}")]
    Rule { kind: ErrorKind, detail: &'static str, message: String, span: Span, help: Option<String> },
}

/// What was probably meant by a name that is no variable.
#[derive(Clone, Debug)]
pub(crate) enum Hint {
    None,
    /// A variable of nearly the same name.
    Near(Name),
    /// There was such a variable, and a WITH did not list it.
    LeftBehind,
    /// This procedure has such an output, and was called without YIELD.
    Output(Name),
    /// The graph has such a property key, and this is a variable.
    Property(Name),
    /// It stands where a text could.
    Text,
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
            SemanticError::UnknownVariable { name, hint, .. } => match hint {
                Hint::None => None,
                Hint::Near(near) => Some(format!("did you mean `{near}`?")),
                Hint::LeftBehind => Some(format!("a `WITH` before keeps only what it lists: add `{name}` to it")),
                Hint::Output(procedure) => Some(format!("`{procedure}` gives it: add `YIELD {name}` to the call")),
                Hint::Property(of) => Some(format!("a property belongs to something: `{of}.{name}`")),
                Hint::Text => Some(format!("a text stands in quotes: `'{name}'`")),
            },
            SemanticError::Rule { help, .. } => help.clone(),
        }
    }
}
