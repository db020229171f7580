//! How an error is classed: openCypher's error type and detail, and our own stable code.

use std::fmt;

/// The openCypher type of an error, with a few of our own for what openCypher leaves to the engine.
///
/// # Example: a constraint that stops a write
///
/// ```
/// use averment::{Database, ErrorKind};
/// # fn main() -> Result<(), averment::Error> {
/// let db = Database::in_memory();
/// db.query("CREATE CONSTRAINT FOR (c:Company) REQUIRE c.id IS UNIQUE", ())?;
/// let error = db.query("CREATE (:Company {id: 1}), (:Company {id: 1})", ()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::ConstraintVerification);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The statement is not of the language, or breaks one of its static rules.
    Syntax,
    /// The statement asks for something that cannot be done with this graph as it stands.
    Semantic,
    /// A value has the wrong type.
    Type,
    /// A value of the right type is out of place.
    Argument,
    /// A calculation has no result: overflow, division by zero.
    Arithmetic,
    /// A node or relationship is not there any more.
    EntityNotFound,
    /// A property that must be there is not.
    PropertyNotFound,
    /// A parameter was not given.
    ParameterMissing,
    /// A procedure is unknown or failed.
    Procedure,
    /// A write would break a constraint or leave a relationship without an end.
    ConstraintVerification,
    /// A constraint cannot be created, because the graph breaks it.
    ConstraintValidation,
    /// A budget of rows, bytes, time or nesting is used up.
    Limit,
    /// The query was cancelled.
    Cancelled,
    /// The database is in use in a way that rules this out: a second writer, a write while reading.
    Busy,
    /// Reading or writing a file failed.
    Io,
}

impl ErrorKind {
    /// The name in the JSON Lines interface.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::Syntax => "SyntaxError",
            ErrorKind::Semantic => "SemanticError",
            ErrorKind::Type => "TypeError",
            ErrorKind::Argument => "ArgumentError",
            ErrorKind::Arithmetic => "ArithmeticError",
            ErrorKind::EntityNotFound => "EntityNotFound",
            ErrorKind::PropertyNotFound => "PropertyNotFound",
            ErrorKind::ParameterMissing => "ParameterMissing",
            ErrorKind::Procedure => "ProcedureError",
            ErrorKind::ConstraintVerification => "ConstraintVerificationFailed",
            ErrorKind::ConstraintValidation => "ConstraintValidationFailed",
            ErrorKind::Limit => "LimitExceeded",
            ErrorKind::Cancelled => "Cancelled",
            ErrorKind::Busy => "Busy",
            ErrorKind::Io => "IoError",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an error is, whatever layer it comes from.
///
/// The stable code that users see (`undefined-variable`) is the detail in lower case with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ErrorClass {
    pub kind: ErrorKind,
    /// The openCypher detail code in CamelCase (`UndefinedVariable`), or one of ours in the same form.
    pub detail: &'static str,
}

impl ErrorClass {
    pub(crate) const fn new(kind: ErrorKind, detail: &'static str) -> Self {
        Self { kind, detail }
    }
}
