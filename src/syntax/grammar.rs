//! The parser that pest makes of `grammar/averment.pest`.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::pedantic,
    reason = "generated code; the grammar says what a rule means"
)]

use pest::Parser as _;
use pest::error::Error;
use pest::iterators::Pair;

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/averment.pest"]
struct Grammar;

impl Rule {
    /// Whether this is a keyword or a mark that carries no meaning beyond being there: the grammar lists those first.
    pub(super) fn is_token(self) -> bool {
        self <= Rule::last_token
    }
}

/// Holds `text`, which nests within the limits, against the grammar.
pub(super) fn statement(text: &str) -> Result<Pair<'_, Rule>, Box<Error<Rule>>> {
    let mut pairs = Grammar::parse(Rule::statement, text).map_err(Box::new)?;
    Ok(pairs.next().expect("a parse by one rule makes one pair"))
}
