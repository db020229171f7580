//! What can go wrong while a plan runs.

use std::error::Error;
use std::sync::Arc;

use crate::function::FunctionError;
use crate::physical::TextRange;
use crate::storage::StorageError;
use crate::text::Span;
use crate::value::{ErrorClass, ErrorKind, Name};

/// A run that has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ExecError {
    #[error("{error}")]
    Function { error: FunctionError, range: Option<TextRange> },
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("parameter `${name}` was not given")]
    ParameterMissing { name: Name, range: TextRange },
    /// What stands behind SKIP or LIMIT is no number of rows; openCypher counts this among the faults of syntax.
    #[error("{what} must be {expected}, found {found}")]
    RowCount { what: &'static str, expected: &'static str, found: String },
    #[error("{what} must not be negative, found {found}")]
    Negative { what: &'static str, found: i64 },
    #[error("MERGE cannot use null for the property `{key}`")]
    MergeNull { key: Name },
    #[error("a relationship needs two ends: the {side} is null")]
    MissingEnd { side: &'static str },
    #[error("there is {what} `{name}` already")]
    SchemaExists { what: &'static str, name: Name },
    #[error("there is no {what} `{name}`")]
    SchemaMissing { what: &'static str, name: Name },
}

impl ExecError {
    pub(crate) fn class(&self) -> ErrorClass {
        match self {
            ExecError::Function { error, .. } => error.class(),
            ExecError::Storage(error) => error.class(),
            ExecError::ParameterMissing { .. } => ErrorClass::new(ErrorKind::ParameterMissing, "MissingParameter"),
            ExecError::RowCount { .. } => ErrorClass::new(ErrorKind::Syntax, "InvalidArgumentType"),
            ExecError::Negative { .. } => ErrorClass::new(ErrorKind::Syntax, "NegativeIntegerArgument"),
            ExecError::MergeNull { .. } => ErrorClass::new(ErrorKind::Semantic, "MergeReadOwnWrites"),
            ExecError::MissingEnd { .. } => ErrorClass::new(ErrorKind::Semantic, "MissingEnd"),
            ExecError::SchemaExists { .. } => ErrorClass::new(ErrorKind::Semantic, "SchemaRuleExists"),
            ExecError::SchemaMissing { .. } => ErrorClass::new(ErrorKind::Semantic, "SchemaRuleMissing"),
        }
    }

    /// Whether a value could not be computed, as by dividing by zero: not a limit, nor the store.
    pub(super) fn is_of_a_value(&self) -> bool {
        let is_of_a_value = |kind| matches!(kind, ErrorKind::Type | ErrorKind::Arithmetic | ErrorKind::Argument);
        matches!(self, ExecError::Function { .. }) && is_of_a_value(self.class().kind)
    }

    /// Where in the text, if the expression that failed came from there.
    pub(crate) fn span(&self) -> Option<Span> {
        match self {
            ExecError::Function { range: Some((start, end)), .. }
            | ExecError::ParameterMissing { range: (start, end), .. } => Some(Span { start: *start, end: *end }),
            _ => None,
        }
    }

    /// The error below this one, if it comes from outside of the run.
    pub(crate) fn inner(&self) -> Option<Arc<dyn Error + Send + Sync>> {
        match self {
            ExecError::Function { error, .. } => error.inner(),
            _ => None,
        }
    }

    /// The same error, told of this part of the text unless it is told of a smaller one already.
    pub(super) fn at(mut self, place: TextRange) -> Self {
        if let ExecError::Function { range: range @ None, .. } = &mut self
            && place.1 > place.0
        {
            *range = Some(place);
        }
        self
    }
}

impl From<FunctionError> for ExecError {
    fn from(error: FunctionError) -> Self {
        ExecError::Function { error, range: None }
    }
}
