//! Functions of one row: their signatures.

use std::fmt;
use std::sync::Arc;

use super::{FunctionError, Host};
use crate::value::{Type, Value};

/// How many arguments a function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arity {
    pub min: usize,
    /// `usize::MAX`: any number.
    pub max: usize,
}

/// What a null argument does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NullRule {
    /// The result is null and the body is not called.
    Propagate,
    /// The body sees it.
    Pass,
}

/// A function's body: a plain one, or one that a user registered.
#[derive(Clone)]
pub(crate) enum Body {
    Plain(fn(&dyn Host, &[Value]) -> Result<Value, FunctionError>),
    Custom(Arc<dyn Fn(&[Value]) -> Result<Value, FunctionError> + Send + Sync>),
}

/// A function of one row.
#[derive(Clone)]
pub(crate) struct Function {
    /// As documented (`toUpper`, `edtf.days`); looked up without regard to case.
    pub name: &'static str,
    /// The static types of the arguments; the last one repeats if the arity allows more.
    pub parameters: &'static [Type],
    pub arity: Arity,
    pub result: Type,
    pub nulls: NullRule,
    /// Whether equal arguments always give an equal result (not so: `rand`, `datetime` without arguments).
    pub deterministic: bool,
    /// One line for `SHOW FUNCTIONS`.
    pub summary: &'static str,
    pub body: Body,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("name", &self.name).field("arity", &self.arity).finish_non_exhaustive()
    }
}
