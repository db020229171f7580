//! The parts of a pair, without the tokens that only had to be there.

use pest::iterators::{Pair, Pairs};

use crate::syntax::ast::Ident;
use crate::syntax::grammar::Rule;
use crate::text::Span;
use crate::value::Name;

/// Walks over the parts of one pair.
pub(super) struct Parts<'a> {
    pairs: Pairs<'a, Rule>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(pair: Pair<'a, Rule>) -> Self {
        Self { pairs: pair.into_inner() }
    }

    /// The next part, if it is of `rule`.
    pub(super) fn accept(&mut self, rule: Rule) -> Option<Pair<'a, Rule>> {
        self.accept_any(&[rule])
    }

    /// The next part, if it is of one of `rules`.
    pub(super) fn accept_any(&mut self, rules: &[Rule]) -> Option<Pair<'a, Rule>> {
        let is_next = self.peek().is_some_and(|pair| rules.contains(&pair.as_rule()));
        if is_next { self.pairs.next() } else { None }
    }

    /// The next part, which the grammar demands.
    pub(super) fn demand(&mut self) -> Pair<'a, Rule> {
        self.next().expect("the grammar demands this part")
    }

    /// The next name, which the grammar demands.
    pub(super) fn ident(&mut self) -> Ident {
        ident(&self.demand())
    }

    fn peek(&mut self) -> Option<Pair<'a, Rule>> {
        while let Some(pair) = self.pairs.peek() {
            if !pair.as_rule().is_token() {
                return Some(pair);
            }
            self.pairs.next();
        }
        None
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Pair<'a, Rule>;

    fn next(&mut self) -> Option<Self::Item> {
        self.pairs.by_ref().find(|pair| !pair.as_rule().is_token())
    }
}

/// Where `pair` stands, without the blank that pest lets trail behind a part that could have gone on.
pub(super) fn span(pair: &Pair<'_, Rule>) -> Span {
    let start = pair.as_span().start();
    let mut last = pair.clone();
    while let Some(inner) = last.clone().into_inner().next_back() {
        last = inner;
    }
    Span::new(start, last.as_span().end())
}

/// The name that `pair` is, without its backticks.
pub(super) fn ident(pair: &Pair<'_, Rule>) -> Ident {
    let within = pair.as_span();
    Ident { name: name(pair.as_str()), span: Span::new(within.start(), within.end()) }
}

/// The parts of a name with its namespace, joined by dots.
pub(super) fn qualified(pair: Pair<'_, Rule>) -> Ident {
    let span = span(&pair);
    let parts: Vec<Name> = Parts::of(pair).map(|part| name(part.as_str())).collect();
    let names: Vec<&str> = parts.iter().map(Name::as_str).collect();
    Ident { name: Name::from(names.join(".")), span }
}

/// The name that `text` writes: between backticks, two of them stand for one.
pub(super) fn name(text: &str) -> Name {
    match text.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        Some(escaped) => Name::from(escaped.replace("``", "`")),
        None => Name::from(text),
    }
}
