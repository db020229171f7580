//! What rows rest on, as expressions over their variables.

use std::sync::{Arc, LazyLock};

use crate::expr::{Expr, ExprKind, Lens, VarId};
use crate::function::Function;
use crate::function::witness::{CLOCKED, WAY, WHY, WITNESS};

/// What the rows behind a clause rest on, in the order in which the text names it.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence(Vec<Expr>);

impl Evidence {
    /// Evidence that is a column already.
    pub(super) fn column(var: VarId) -> Self {
        Self(vec![Expr::variable(var)])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, expr: Expr) {
        if !self.0.iter().any(|known| known.is_same(&expr)) {
            self.0.push(expr);
        }
    }

    pub(super) fn extend(&mut self, exprs: impl IntoIterator<Item = Expr>) {
        exprs.into_iter().for_each(|expr| self.add(expr));
    }

    /// All of it as one list.
    pub(super) fn gathered(self) -> Expr {
        call(&WITNESS_FUNCTION, self.0)
    }

    /// All of it as the column `why` has it.
    pub(super) fn told(self) -> Expr {
        call(&WHY_FUNCTION, self.0)
    }
}

static WITNESS_FUNCTION: LazyLock<Arc<Function>> = LazyLock::new(|| Arc::new(WITNESS));
static WAY_FUNCTION: LazyLock<Arc<Function>> = LazyLock::new(|| Arc::new(WAY));
static CLOCKED_FUNCTION: LazyLock<Arc<Function>> = LazyLock::new(|| Arc::new(CLOCKED));
static WHY_FUNCTION: LazyLock<Arc<Function>> = LazyLock::new(|| Arc::new(WHY));

fn call(function: &Arc<Function>, arguments: Vec<Expr>) -> Expr {
    Expr::made(ExprKind::Call(Arc::clone(function), arguments))
}

/// All of `parts` as one list; `None` if there are none.
pub(super) fn union(mut parts: Vec<Expr>) -> Option<Expr> {
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(call(&WITNESS_FUNCTION, parts)),
    }
}

/// What each of the elements has by which it passes under a lens.
pub(super) fn clocked(elements: Vec<Expr>, lens: &Lens<Expr>) -> Vec<Expr> {
    if lens.is_empty() {
        return elements;
    }
    vec![call(&CLOCKED_FUNCTION, vec![Expr::made(ExprKind::List(elements)), lens.listed()])]
}

/// The relationships of a way that begins at `start`, and the nodes between them.
pub(super) fn way(start: VarId, rels: VarId) -> Expr {
    call(&WAY_FUNCTION, vec![Expr::variable(start), Expr::variable(rels)])
}
