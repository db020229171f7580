//! Procedures: called in a clause of their own, with rows for an answer.

use std::fmt;
use std::sync::Arc;

use super::{FunctionError, Host};
use crate::value::{Name, Type, Value};

/// The rows of one call, each as wide as the procedure's outputs.
pub(crate) type ProcedureRows = Box<dyn Iterator<Item = Result<Vec<Value>, FunctionError>> + Send>;

/// What a procedure does with its arguments.
pub(crate) type ProcedureBody = Arc<dyn Fn(&dyn Host, &[Value]) -> Result<ProcedureRows, FunctionError> + Send + Sync>;

/// A procedure and its signature.
#[derive(Clone)]
pub(crate) struct Procedure {
    pub name: Name,
    /// The type, and whether null is taken.
    pub inputs: Vec<(Name, Type, bool)>,
    pub outputs: Vec<(Name, Type, bool)>,
    pub summary: String,
    pub body: ProcedureBody,
}

impl fmt::Debug for Procedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Procedure").field("name", &self.name).finish_non_exhaustive()
    }
}
