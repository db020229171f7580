//! Builds the tree from what the grammar recognised.
//!
//! Each function here takes the pair of one rule and knows the parts that the rule has: a part that the grammar
//! demands is taken with [`Parts::demand`]. What the grammar lets through and the language does not (numbers without
//! a value, bad escapes, chains that are too long) is found here.

mod case;
mod clause;
mod expr;
mod label;
mod lens;
mod literal;
mod parts;
mod pattern;
mod schema;
mod value_type;

use std::cell::Cell;

use pest::iterators::Pair;

use self::parts::Parts;
use super::grammar::Rule;
use super::{SyntaxError, ast, limit};
use crate::text::Span;

type Built<T> = Result<T, SyntaxError>;

/// The tree of a whole statement.
pub(super) fn statement(text: &str, pair: Pair<'_, Rule>) -> Built<ast::Statement> {
    let builder = Builder { text, level: Cell::new(0), deepest: Cell::new(0), queries: Cell::new(0) };
    let mut parts = Parts::of(pair);
    let mode = match (parts.accept(Rule::explain), parts.accept(Rule::profile)) {
        (Some(_), _) => ast::Mode::Explain,
        (_, Some(_)) => ast::Mode::Profile,
        (None, None) => ast::Mode::Run,
    };
    let preamble = builder.preamble(&mut parts)?;
    let pair = parts.demand();
    let body = match pair.as_rule() {
        Rule::query => ast::Body::Query(builder.query(pair)?),
        Rule::show => ast::Body::Show(Box::new(builder.show(pair)?)),
        _ => ast::Body::Schema(schema::command(pair)?),
    };
    if let ast::Body::Query(query) = &body {
        clause::check_standalone_calls(query)?;
    }
    Ok(ast::Statement { mode, preamble, body })
}

/// What building needs to know beyond the pair at hand: how deep it stands, and how deep the tree has become.
struct Builder<'a> {
    text: &'a str,
    /// How many expressions are being built around the present one, their prefix operators counted.
    level: Cell<usize>,
    /// The depth of the deepest expression finished inside the present one.
    deepest: Cell<usize>,
    /// How many queries, patterns and brackets are being built around the present one.
    queries: Cell<usize>,
}

impl Builder<'_> {
    /// Builds what stands at `span` one level deeper: in a query, a pattern or a bracket inside another.
    fn nested<T>(&self, span: Span, build: impl FnOnce() -> Built<T>) -> Built<T> {
        let depth = self.queries.get();
        if depth >= limit::QUERY_DEPTH {
            return Err(limit::too_deep_a_query(span));
        }
        self.queries.set(depth + 1);
        let result = build();
        self.queries.set(depth);
        result
    }
}
