//! How a lens is asked in expressions.

use super::{Expr, ExprKind};
use crate::function::lens::{AT, CLOCK, Clock, KNOWN_AT, Lens, POSSIBLY, REQUIRE_SOURCES, VALID_AT};
use crate::value::{Name, Value};

/// How much of an element is held against a lens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Look {
    /// A relationship by itself: its ends are elements of the pattern and asked there.
    Own,
    /// A node at an arrow of the pattern, which is asked itself.
    Reached,
    /// All of it: the ends of a relationship too.
    Whole,
}

impl Lens<Expr> {
    /// The list by which a function is told of it.
    pub(crate) fn listed(&self) -> Expr {
        let clock = |name: &str, clock: &Clock<Expr>| {
            let possibly = if clock.possibly { POSSIBLY } else { "" };
            asked(&format!("{possibly}{name}"), &clock.at)
        };
        let valid = self.valid.iter().map(|valid| clock(VALID_AT, valid));
        let known = self.known.iter().map(|known| clock(KNOWN_AT, known));
        let sources = self.sources.iter().map(|count| asked(REQUIRE_SOURCES, count));
        Expr::made(ExprKind::List(valid.chain(known).chain(sources).collect()))
    }
}

fn asked(name: &str, operand: &Expr) -> Expr {
    let name = Expr::literal(Value::from(name));
    Expr::made(ExprKind::Map(vec![(Name::from(CLOCK), name), (Name::from(AT), operand.clone())]))
}
