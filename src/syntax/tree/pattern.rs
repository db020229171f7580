//! Patterns: what MATCH draws and what stands in its brackets.

use std::iter::Peekable;

use pest::iterators::Pair;

use super::parts::{Parts, ident, span};
use super::{Builder, Built};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{self, ArrowDirection, Expr, ExprKind};
use crate::syntax::grammar::Rule;
use crate::text::Span;

impl Builder<'_> {
    pub(super) fn pattern(&self, pair: Pair<'_, Rule>) -> Built<ast::Pattern> {
        let span = span(&pair);
        let parts = Parts::of(pair).map(|pair| self.pattern_part(pair)).collect::<Built<_>>()?;
        Ok(ast::Pattern { parts, span })
    }

    pub(super) fn pattern_part(&self, pair: Pair<'_, Rule>) -> Built<ast::PatternPart> {
        let span = span(&pair);
        let mut parts = Parts::of(pair);
        let variable = parts.accept(Rule::variable).as_ref().map(ident);
        let drawn = parts.demand();
        match drawn.as_rule() {
            Rule::shortest => Ok(ast::PatternPart { span, ..self.shortest(variable, drawn)? }),
            Rule::selected => {
                let mut parts = Parts::of(drawn);
                let (selector, mode) = self.selector(parts.demand())?;
                let (path, predicate) = self.whole_path(parts.demand())?;
                Ok(ast::PatternPart { variable, selector, mode, path, predicate, span })
            }
            _ => {
                let (path, predicate) = self.whole_path(drawn)?;
                Ok(ast::PatternPart { predicate, ..ast::PatternPart::of(variable, path, span) })
            }
        }
    }

    /// `shortestPath(...)` or what finds all of them; also an expression.
    pub(super) fn shortest(&self, variable: Option<ast::Ident>, pair: Pair<'_, Rule>) -> Built<ast::PatternPart> {
        let span = span(&pair);
        let first_word = pair.clone().into_inner().next().expect("the grammar demands a name");
        let selector = match first_word.as_rule() {
            Rule::kw_allshortest => ast::Selector::AllShortestPaths,
            _ => ast::Selector::ShortestPath,
        };
        let path = self.path(Parts::of(pair).demand())?;
        Ok(ast::PatternPart { selector, ..ast::PatternPart::of(variable, path, span) })
    }

    /// `ANY SHORTEST`, `SHORTEST 3 GROUPS`, `ALL TRAIL PATHS` and the like.
    fn selector(&self, pair: Pair<'_, Rule>) -> Built<(ast::Selector, Option<ast::PathMode>)> {
        let whole = span(&pair);
        let (mut parts, mut kind, mut count) = (Parts::of(pair).peekable(), Rule::all_paths, None);
        if let Some(chosen) = parts.next_if(|pair| pair.as_rule() != Rule::path_mode) {
            kind = chosen.as_rule();
            let mut chosen = Parts::of(chosen);
            if kind == Rule::shortest_paths {
                kind = chosen.demand().as_rule();
            } else if kind == Rule::any_path {
                chosen.demand();
            }
            count = chosen.accept(Rule::path_count).map(|pair| self.path_count(pair).map(Box::new)).transpose()?;
        }
        let mode = parts.next_if(|pair| pair.as_rule() == Rule::path_mode).map(|pair| path_mode(&pair));
        let groups = parts.next().is_some();
        if groups && kind != Rule::word_shortest
            || count.is_some() && matches!(kind, Rule::all_shortest | Rule::any_shortest)
        {
            return Err(SyntaxError::Unexpected {
                expected: "`SHORTEST k`, `SHORTEST k GROUPS`, `ANY k`, `ANY SHORTEST` or `ALL SHORTEST`".to_owned(),
                found: format!("`{}`", whole.of(self.text)),
                span: whole,
                help: None,
            });
        }
        let selector = match kind {
            Rule::all_paths => ast::Selector::All,
            Rule::all_shortest => ast::Selector::Shortest { count: None, groups: true },
            _ => ast::Selector::Shortest { count, groups },
        };
        Ok((selector, mode))
    }

    fn path_count(&self, pair: Pair<'_, Rule>) -> Built<Expr> {
        let counted = Parts::of(pair).demand();
        if counted.as_rule() == Rule::parameter {
            return self.operand(counted);
        }
        let count = i64::try_from(bound(&counted)?).unwrap_or(i64::MAX);
        Ok(Expr { kind: ExprKind::Integer(count), span: span(&counted) })
    }

    /// A path, or one in parentheses and what they say of it.
    fn whole_path(&self, pair: Pair<'_, Rule>) -> Built<(ast::PathPattern, Option<Expr>)> {
        let mut inner = Parts::of(pair.clone());
        if let (Some(group), None) = (inner.accept(Rule::group), inner.next())
            && Parts::of(group.clone()).all(|part| part.as_rule() != Rule::repetition)
        {
            return self.in_parentheses(group);
        }
        Ok((self.path(pair)?, None))
    }

    fn in_parentheses(&self, group: Pair<'_, Rule>) -> Built<(ast::PathPattern, Option<Expr>)> {
        let whole = span(&group);
        let mut parts = Parts::of(group);
        if let Some(variable) = parts.accept(Rule::variable) {
            return Err(SyntaxError::Unexpected {
                expected: "a node".to_owned(),
                found: format!("`{}`", variable.as_str()),
                span: span(&variable),
                help: Some("name the whole path: `p = ...` stands before the pattern".to_owned()),
            });
        }
        let path = parts.demand();
        let path = self.nested(whole, || self.path(path))?;
        Ok((path, self.under(parts.accept(Rule::r#where))?))
    }

    /// The tree of a `path` or a `pattern_predicate`. Where a group has no node beside it, one without a name is meant.
    pub(super) fn path(&self, pair: Pair<'_, Rule>) -> Built<ast::PathPattern> {
        let span = span(&pair);
        let mut parts = Parts::of(pair).peekable();
        let start = self.end_or_none(&mut parts, span.start)?;
        let mut hops = Vec::new();
        while let Some(part) = parts.next() {
            if part.as_rule() == Rule::hop {
                hops.push(self.hop(part)?);
                continue;
            }
            let group = self.group(part)?;
            let end = self.end_or_none(&mut parts, group.span.end)?;
            hops.push(ast::Hop { link: ast::Link::Group(group), end });
        }
        Ok(ast::PathPattern { start, hops, span })
    }

    fn end_or_none(&self, parts: &mut Peekable<Parts<'_>>, at: u32) -> Built<ast::Endpoint> {
        match parts.next_if(|pair| matches!(pair.as_rule(), Rule::node | Rule::bracket)) {
            Some(endpoint) => self.endpoint(endpoint),
            None => Ok(ast::Endpoint::Node(ast::NodePattern {
                variable: None,
                labels: None,
                properties: None,
                predicate: None,
                span: Span { start: at, end: at },
            })),
        }
    }

    fn hop(&self, pair: Pair<'_, Rule>) -> Built<ast::Hop> {
        let mut parts = Parts::of(pair);
        let rel = self.relationship(parts.demand())?;
        let rel = match parts.accept(Rule::repetition) {
            Some(repetition) => repeated(rel, repetition)?,
            None => rel,
        };
        Ok(ast::Hop { link: ast::Link::Arrow(rel), end: self.endpoint(parts.demand())? })
    }

    fn group(&self, pair: Pair<'_, Rule>) -> Built<ast::Group> {
        let span = span(&pair);
        let Some(repetition) = Parts::of(pair.clone()).find(|part| part.as_rule() == Rule::repetition) else {
            return Err(SyntaxError::Unexpected {
                expected: "how often the group is repeated".to_owned(),
                found: "the end of the group".to_owned(),
                span,
                help: Some("write `{1,3}`, `+` or `*` behind it, or leave its parentheses out".to_owned()),
            });
        };
        let (min, max) = repetition_bounds(repetition)?;
        let (path, predicate) = self.in_parentheses(pair)?;
        Ok(ast::Group { path, predicate: predicate.map(Box::new), min, max, span })
    }

    fn endpoint(&self, pair: Pair<'_, Rule>) -> Built<ast::Endpoint> {
        match pair.as_rule() {
            Rule::node => self.node(pair).map(ast::Endpoint::Node),
            _ => self.bracket(pair).map(ast::Endpoint::Bracket),
        }
    }

    fn node(&self, pair: Pair<'_, Rule>) -> Built<ast::NodePattern> {
        let span = span(&pair);
        let mut parts = Parts::of(pair);
        Ok(ast::NodePattern {
            variable: parts.accept(Rule::variable).as_ref().map(ident),
            labels: parts.accept(Rule::labels).map(|pair| self.labels(pair)).transpose()?,
            properties: self.properties(parts.accept(Rule::properties))?,
            predicate: self.under(parts.accept(Rule::r#where))?.map(Box::new),
            span,
        })
    }

    fn bracket(&self, pair: Pair<'_, Rule>) -> Built<ast::Bracket> {
        let whole = span(&pair);
        let inside = Parts::of(pair).demand();
        if inside.as_rule() == Rule::bracket_detail {
            let rel = ast::RelPattern { span: whole, ..self.detail(ArrowDirection::Either, inside, whole)? };
            return Ok(ast::Bracket { rel, ends: None, span: whole });
        }
        self.nested(whole, || self.triple(inside, whole))
    }

    fn triple(&self, pair: Pair<'_, Rule>, span: Span) -> Built<ast::Bracket> {
        let mut parts = Parts::of(pair);
        let left = self.endpoint(parts.demand())?;
        let rel = self.relationship(parts.demand())?;
        let right = self.endpoint(parts.demand())?;
        Ok(ast::Bracket { rel, ends: Some(Box::new((left, right))), span })
    }

    /// The tree of a `relationship` or a `bracket_arrow`.
    fn relationship(&self, pair: Pair<'_, Rule>) -> Built<ast::RelPattern> {
        let span = span(&pair);
        let mut parts = Parts::of(pair);
        let to_left = parts.accept(Rule::left_head).is_some();
        let detail = parts.accept(Rule::detail).or_else(|| parts.accept(Rule::bracket_detail));
        let to_right = parts.accept(Rule::right_head).is_some();
        let direction = match (to_left, to_right) {
            (false, true) => ArrowDirection::Right,
            (true, false) => ArrowDirection::Left,
            _ => ArrowDirection::Either,
        };
        match detail {
            Some(detail) => self.detail(direction, detail, span),
            None => Ok(ast::RelPattern {
                direction,
                may_be_quoted: false,
                variable: None,
                types: None,
                length: None,
                properties: None,
                predicate: None,
                span,
            }),
        }
    }

    fn detail(&self, direction: ArrowDirection, pair: Pair<'_, Rule>, span: Span) -> Built<ast::RelPattern> {
        let mut parts = Parts::of(pair);
        let variable = parts.accept(Rule::variable).as_ref().map(ident);
        let types = parts.accept(Rule::labels).map(|pair| self.labels(pair)).transpose()?;
        if let Some(range) = parts.accept(Rule::bare_range) {
            return Err(bare_range(&range));
        }
        Ok(ast::RelPattern {
            direction,
            may_be_quoted: false,
            variable,
            types,
            length: parts.accept(Rule::length).map(length).transpose()?,
            properties: self.properties(parts.accept(Rule::properties))?,
            predicate: self.under(parts.accept(Rule::r#where))?.map(Box::new),
            span,
        })
    }

    pub(super) fn properties(&self, pair: Option<Pair<'_, Rule>>) -> Built<Option<Expr>> {
        pair.map(|pair| self.operand(Parts::of(pair).demand())).transpose()
    }
}

fn bare_range(range: &Pair<'_, Rule>) -> SyntaxError {
    SyntaxError::Literal {
        detail: "InvalidRelationshipPattern",
        message: format!("a range of lengths begins with a star: `*{}`", range.as_str().trim_end()),
        span: span(range),
    }
}

/// `-[r]->{1,3}`, `-[r]->+`: a trail of several relationships, as `-[r*1..3]->` is.
fn repeated(rel: ast::RelPattern, pair: Pair<'_, Rule>) -> Built<ast::RelPattern> {
    let whole = span(&pair);
    if rel.length.is_some() {
        let message = "how often a relationship is repeated is said once, inside its brackets or behind it".to_owned();
        return Err(SyntaxError::Literal { detail: "InvalidRelationshipPattern", message, span: whole });
    }
    let (min, max) = repetition_bounds(pair)?;
    Ok(ast::RelPattern { length: Some(ast::Length { min: Some(min), max, span: whole }), ..rel })
}

fn repetition_bounds(pair: Pair<'_, Rule>) -> Built<(u64, Option<u64>)> {
    let bounds = Parts::of(pair).demand();
    Ok(match bounds.as_rule() {
        Rule::one_or_more => (1, None),
        Rule::any_number => (0, None),
        Rule::length_bound => {
            let count = bound(&bounds)?;
            (count, Some(count))
        }
        _ => {
            let mut parts = Parts::of(bounds);
            let min = parts.accept(Rule::length_bound).as_ref().map(bound).transpose()?;
            (min.unwrap_or(0), parts.accept(Rule::length_upper).as_ref().map(bound).transpose()?)
        }
    })
}

fn path_mode(pair: &Pair<'_, Rule>) -> ast::PathMode {
    match pair.as_str().to_ascii_lowercase().as_str() {
        "walk" => ast::PathMode::Walk,
        "trail" => ast::PathMode::Trail,
        _ => ast::PathMode::Acyclic,
    }
}

fn length(pair: Pair<'_, Rule>) -> Built<ast::Length> {
    let whole = span(&pair);
    let Some(bounds) = Parts::of(pair).next() else {
        return Ok(ast::Length { min: None, max: None, span: whole });
    };
    if bounds.as_rule() == Rule::length_bound {
        let bound = Some(bound(&bounds)?);
        return Ok(ast::Length { min: bound, max: bound, span: whole });
    }
    // What pest saw of `1..` ends behind the dots; its parts would not.
    let whole = Span::new(whole.start as usize, bounds.as_str().trim_end().len() + bounds.as_span().start());
    let mut parts = Parts::of(bounds);
    let min = parts.accept(Rule::length_bound).as_ref().map(bound).transpose()?;
    let max = parts.accept(Rule::length_upper).as_ref().map(bound).transpose()?;
    Ok(ast::Length { min, max, span: whole })
}

fn bound(pair: &Pair<'_, Rule>) -> Built<u64> {
    pair.as_str().parse().map_err(|_| SyntaxError::Literal {
        detail: "InvalidNumberLiteral",
        message: format!("`{}` is no length of a path", pair.as_str()),
        span: span(pair),
    })
}

/// A property that is written to.
pub(super) enum Property {
    Named(Expr, ast::Ident),
    Keyed(Expr, Expr),
}

/// The property that `expr` looks up, if it does so last.
pub(super) fn into_property(expr: Expr) -> Result<Property, Expr> {
    match expr.kind {
        ExprKind::Property(target, key) => Ok(Property::Named(*target, key)),
        ExprKind::Index(target, key) => match key.kind {
            ExprKind::String(name) => Ok(Property::Named(*target, ast::Ident { name, span: key.span })),
            ExprKind::Integer(_) => Err(Expr { kind: ExprKind::Index(target, key), span: expr.span }),
            _ => Ok(Property::Keyed(*target, *key)),
        },
        kind => Err(Expr { kind, span: expr.span }),
    }
}
