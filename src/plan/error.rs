//! What the planner refuses.

use super::MAX_DEPTH;
use crate::value::{ErrorClass, ErrorKind};

/// A statement that cannot be planned.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum PlanError {
    #[error("the statement needs {depth} operators in a row; at most {MAX_DEPTH} are run")]
    TooLarge { depth: usize },
}

impl PlanError {
    pub(crate) fn class(&self) -> ErrorClass {
        match self {
            PlanError::TooLarge { .. } => ErrorClass::new(ErrorKind::Limit, "QueryTooLarge"),
        }
    }
}
