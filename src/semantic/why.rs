//! WHY: which statements can be explained.

use super::binder::Binder;
use super::bound::{BoundBody, BoundQuery};
use crate::syntax::ast::{self, Preamble, WhyKind};
use crate::text::Span;

/// The name of the column that tells what a row rests on.
const COLUMN: &str = "why";

impl Binder<'_> {
    /// What the preamble asks of the answer; `true` if each row is to be explained.
    pub(super) fn asks_why(&mut self, preamble: &Preamble, body: &BoundBody) -> bool {
        let Some(ast::Why { kind: WhyKind::Rows, span }) = preamble.why else { return false };
        match body {
            _ if self.writes || self.commits => {
                let message = "WHY explains what a statement reads, and this one writes";
                self.refuse_with_help(
                    "InvalidClauseComposition",
                    span,
                    message,
                    "run it without WHY, and ask for WHY afterwards",
                );
            }
            BoundBody::Query(query) => self.check_explained(query, span),
            BoundBody::Schema(_) => {}
        }
        true
    }

    fn check_explained(&mut self, query: &BoundQuery, span: Span) {
        if query.columns.is_empty() {
            let message = "WHY explains rows, and this statement returns none";
            self.refuse_with_help("InvalidClauseComposition", span, message, "add a RETURN");
        }
        if query.columns.iter().any(|(name, _)| name.as_str() == COLUMN) {
            let message = "WHY adds a column `why`, and there is one of this name";
            self.refuse_with_help("ColumnNameConflict", span, message, "return it under another name with AS");
        }
    }
}
