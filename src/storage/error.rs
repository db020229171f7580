//! What can go wrong below the query language.

use crate::value::{ElementId, ErrorClass, ErrorKind, Name};

/// A write that the store refuses.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum StorageError {
    #[error("element {id} was deleted")]
    Deleted { id: ElementId },
    #[error("cannot delete {what} {id}: it still has {attached}; use DETACH DELETE")]
    StillAttached { what: &'static str, id: ElementId, attached: String },
    #[error("constraint `{constraint}`: {label} already has an element with {values}")]
    NotUnique { constraint: Name, label: Name, values: String },
    #[error("constraint `{constraint}`: {label} must have a value for `{key}`")]
    Missing { constraint: Name, label: Name, key: Name },
    #[error("a property cannot hold {found}")]
    NotStorable { found: String },
    #[error("the graph is full: {what}")]
    Full { what: &'static str },
}

impl StorageError {
    pub(crate) fn class(&self) -> ErrorClass {
        match self {
            StorageError::Deleted { .. } => ErrorClass::new(ErrorKind::EntityNotFound, "DeletedEntityAccess"),
            StorageError::StillAttached { .. } => {
                ErrorClass::new(ErrorKind::ConstraintVerification, "DeleteConnectedNode")
            }
            StorageError::NotUnique { .. } => ErrorClass::new(ErrorKind::ConstraintVerification, "NotUnique"),
            StorageError::Missing { .. } => ErrorClass::new(ErrorKind::ConstraintVerification, "MissingProperty"),
            StorageError::NotStorable { .. } => ErrorClass::new(ErrorKind::Type, "InvalidPropertyType"),
            StorageError::Full { .. } => ErrorClass::new(ErrorKind::Limit, "GraphFull"),
        }
    }
}
