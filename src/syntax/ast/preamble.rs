//! What is said of a whole statement before its first clause, and the clocks that a pattern may have too.

use super::Expr;
use crate::text::Span;

/// What is said of a whole statement, before its first clause.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Preamble {
    /// `AT COMMIT n`: the database as it stood then.
    pub at_commit: Option<Expr>,
    pub why: Option<Why>,
    pub lens: Lens,
    /// Where all of it stands.
    pub span: Option<Span>,
}

/// What is wanted to know of the answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Why {
    pub kind: WhyKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum WhyKind {
    /// `WHY`: what each row rests on.
    Rows,
    /// `WHY NOT`: what keeps a row from being there, which has these values if any are given.
    NoRow(Option<Expr>),
}

/// Which part of the graph a pattern, or all of a statement, is held against.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lens {
    pub valid: Option<Clock>,
    pub known: Option<Clock>,
    /// `REQUIRE n SOURCES`.
    pub sources: Option<Expr>,
    /// All of it behind a pattern; empty elsewhere.
    pub span: Span,
}

impl Lens {
    pub(crate) fn is_empty(&self) -> bool {
        self.valid.is_none() && self.known.is_none() && self.sources.is_none()
    }

    /// What gives the days of the clocks and the number of sources.
    pub(crate) fn operands(&self) -> impl Iterator<Item = &Expr> {
        self.valid.iter().chain(&self.known).map(|clock| &clock.at).chain(&self.sources)
    }
}

/// `[POSSIBLY] VALID AT day` or `[POSSIBLY] KNOWN AT day`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clock {
    /// Also what is not certain.
    pub possibly: bool,
    pub at: Expr,
    pub span: Span,
}
