//! The clauses of a branch so far, and what the rows behind them rest on.

use rustc_hash::FxHashSet;

use super::evidence::Evidence;
use crate::expr::{Expr, VarId};
use crate::semantic::bound::{BoundClause, BoundMatch};
use crate::text::Span;

/// The clauses of a branch so far, and what the rows behind them rest on.
#[derive(Clone, Default)]
pub(super) struct Trail {
    pub(super) rows: Rows,
    /// What the branch takes from around it.
    pub(super) imports: Vec<VarId>,
    /// The rows of the last groups, and the clauses behind them as they were written.
    pub(super) groups: Rows,
    /// How often what was before has been walked again for them.
    pub(super) walks: usize,
    /// Variables of the groups whose values are told with them.
    pub(super) told: FxHashSet<VarId>,
    pub(super) since: Vec<BoundClause>,
    /// What rows were rejected for of which there is no group.
    pub(super) groupless: Vec<Expr>,
    /// How many of these the groups tell already.
    pub(super) groupless_told: usize,
    /// What the branch looks for first, if it begins with that.
    pub(super) first: Option<BoundMatch>,
    /// Where the last of what it looks for stands.
    pub(super) last: Span,
}

/// Clauses that give rows, and what these rest on.
#[derive(Clone, Default)]
pub(super) struct Rows {
    pub(super) clauses: Vec<BoundClause>,
    pub(super) evidence: Evidence,
}

impl Trail {
    pub(super) fn new(imports: &[VarId]) -> Self {
        Self { imports: imports.to_vec(), ..Self::default() }
    }

    /// Remembers what is looked for.
    pub(super) fn asks(&mut self, clause: &BoundMatch) {
        if self.rows.clauses.is_empty() {
            self.first = Some(clause.clone());
        }
        self.last = clause.span;
    }
}
