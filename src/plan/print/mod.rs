//! Steps as text, for EXPLAIN: stable, one line each.

mod expr;
mod find;
mod rows;
mod step;
mod write;

use crate::expr::{Expr, VarId, Variables};
use crate::value::Name;

/// Writes things with the names of the statement's variables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer<'a> {
    variables: &'a Variables,
    /// What is computed before the first row.
    given: &'a [Expr],
}

impl<'a> Printer<'a> {
    pub(crate) fn new(variables: &'a Variables, given: &'a [Expr]) -> Self {
        Self { variables, given }
    }

    fn var(self, var: VarId) -> String {
        self.variables.label(var)
    }

    fn vars(self, vars: &[VarId]) -> String {
        let names: Vec<String> = vars.iter().map(|var| self.var(*var)).collect();
        names.join(", ")
    }

    /// The names of variables, for operators that lowering adds.
    pub(crate) fn names(self, vars: &[VarId]) -> String {
        self.vars(vars)
    }

    fn exprs(self, exprs: &[Expr]) -> String {
        exprs.iter().map(|expr| self.expr(expr)).collect::<Vec<_>>().join(", ")
    }
}

fn labels(names: &[Name]) -> String {
    names.iter().fold(String::new(), |text, name| text + ":" + name)
}
