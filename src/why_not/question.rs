//! What is asked by a statement with `WHY NOT`.

use crate::syntax::ast::{self, ClauseKind, ExprKind, Mode, WhyKind};
use crate::text::Span;
use crate::value::Name;

/// A statement with `WHY NOT`, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub text: String,
    span: Span,
    pub lens: ast::Lens,
    pub query: ast::Query,
    /// The columns of the query.
    pub columns: Vec<Name>,
    /// A map, or a parameter that holds one.
    pub expected: Option<ast::Expr>,
}

/// Why a statement cannot be asked about.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub span: Span,
    pub message: String,
    pub help: &'static str,
}

impl Question {
    /// Takes `WHY NOT` out of a statement, so that what is left is the query that is asked about; none if there is none.
    pub(crate) fn taken_from(statement: &mut ast::Statement, text: &str) -> Result<Option<Self>, Refusal> {
        let Some(ast::Why { kind: WhyKind::NoRow(expected), span }) = statement.preamble.why.clone() else {
            return Ok(None);
        };
        let refuse = |message: &str, help| Err(Refusal { span, message: message.to_owned(), help });
        let ast::Body::Query(query) = &statement.body else {
            return refuse("WHY NOT asks about a query, and this is another command", "ask about MATCH ... RETURN ...");
        };
        if statement.mode == Mode::Profile {
            return refuse(
                "PROFILE tells of one run, and WHY NOT makes many",
                "profile the query alone, or write EXPLAIN to see its plan",
            );
        }
        let returns = |query: &ast::SingleQuery| {
            query.clauses.last().is_some_and(|clause| matches!(clause.kind, ClauseKind::Return(_)))
        };
        let branches = [&query.first].into_iter().chain(query.rest.iter().map(|(_, branch)| branch));
        if !branches.into_iter().all(returns) {
            return refuse("WHY NOT asks for a row, and this query does not end with RETURN", "add a RETURN");
        }
        let question = Self {
            text: text.to_owned(),
            span,
            lens: statement.preamble.lens.clone(),
            query: query.clone(),
            columns: Vec::new(),
            expected,
        };
        let preamble = &mut statement.preamble;
        preamble.why = None;
        if preamble.lens.is_empty() && preamble.at_commit.is_none() {
            preamble.span = None;
        }
        Ok(Some(question))
    }

    /// Tells the columns of the query, which a map of expected values is held against.
    pub(crate) fn with_columns(mut self, columns: Vec<Name>) -> Result<Self, Refusal> {
        self.columns = columns;
        let Some(ast::Expr { kind: ExprKind::Map(entries), .. }) = &self.expected else { return Ok(self) };
        for (place, (key, _)) in entries.iter().enumerate() {
            if !self.columns.contains(&key.name) {
                return Err(self.no_such_column(&key.name, key.span));
            }
            if entries[..place].iter().any(|(before, _)| before.name == key.name) {
                let message = format!("column `{}` is expected to be two things", key.name);
                return Err(Refusal { span: key.span, message, help: "name each column once" });
            }
        }
        Ok(self)
    }

    pub(crate) fn writes(&self) -> Refusal {
        let message = "WHY NOT asks about a query that reads, and this one writes".to_owned();
        Refusal { span: self.span, message, help: "ask about its MATCH ... RETURN ... alone" }
    }

    pub(crate) fn no_such_column(&self, name: &Name, span: Span) -> Refusal {
        let columns: Vec<String> = self.columns.iter().map(|column| format!("`{column}`")).collect();
        let message = format!("the query has no column `{name}`; it has {}", columns.join(", "));
        Refusal { span, message, help: "name a column as RETURN does" }
    }

    /// `RETURN` of the expected values, as a statement.
    pub(crate) fn expected_values(&self) -> Option<ast::Statement> {
        let expected = self.expected.clone()?;
        let span = expected.span;
        let item =
            ast::ProjectionItem { expr: expected, alias: Some(ast::Ident { name: Name::from("expected"), span }) };
        let projection = ast::Projection { items: vec![item], ..ast::Projection::default() };
        let clauses = vec![ast::Clause { kind: ClauseKind::Return(projection), span }];
        let query =
            ast::Query { earlier: Vec::new(), first: ast::SingleQuery { clauses, span }, rest: Vec::new(), span };
        Some(statement(query, ast::Lens::default()))
    }
}

pub(super) fn statement(query: ast::Query, lens: ast::Lens) -> ast::Statement {
    // Clocks that come from no text stand nowhere; the binder looks only whether there is a preamble.
    let span = (!lens.is_empty()).then(Span::default);
    let preamble = ast::Preamble { lens, span, ..ast::Preamble::default() };
    ast::Statement { mode: Mode::Run, preamble, body: ast::Body::Query(query) }
}
