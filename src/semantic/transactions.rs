//! `CALL { ... } IN TRANSACTIONS`: where it may stand, and what it says of its batches.

use super::binder::Binder;
use super::bound::{InTransactions, OnError};
use super::query::QueryPlace;
use crate::expr::Expr;
use crate::syntax::ast;
use crate::text::Span;
use crate::value::{Type, Value};

/// So many outer rows are a batch unless the statement says otherwise.
const ROWS: i64 = 1_000;

impl Binder<'_> {
    pub(super) fn transactions(&mut self, transactions: &ast::InTransactions) -> InTransactions {
        let rows = transactions.rows.as_ref().map(|rows| self.row_count(rows));
        if let Some(concurrency) = &transactions.concurrency {
            self.row_count(concurrency);
        }
        let on_error = match transactions.on_error {
            ast::OnError::Fail => OnError::Fail,
            ast::OnError::Continue => OnError::Continue,
            ast::OnError::Break => OnError::Break,
        };
        let status = transactions.status.as_ref().map(|status| self.declare_new(status, Type::Map));
        InTransactions { rows: rows.unwrap_or_else(|| Expr::literal(Value::Integer(ROWS))), on_error, status }
    }

    /// A batch that is committed is all that was written: nothing around it may have begun to write.
    pub(super) fn check_transactions(&mut self, place: QueryPlace, alone: bool, span: Span) {
        if place != QueryPlace::Statement || !alone {
            let message = "CALL { ... } IN TRANSACTIONS stands in the outermost query only, without UNION and NEXT";
            self.refuse("InvalidClauseComposition", span, message);
        } else if self.writes {
            let message = "nothing is written before CALL { ... } IN TRANSACTIONS, which would commit it in part";
            self.refuse("InvalidClauseComposition", span, message);
        }
    }
}
