//! Patterns: what MATCH draws and what stands in its brackets.

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
        if matches!(drawn.as_rule(), Rule::shortest | Rule::selected) {
            return Ok(ast::PatternPart { span, ..self.shortest(variable, drawn)? });
        }
        Ok(ast::PatternPart { variable, selector: ast::Selector::All, path: self.path(drawn)?, span })
    }

    /// `shortestPath(...)`, `ANY SHORTEST ...` or what finds all of them; the former is an expression, too.
    pub(super) fn shortest(&self, variable: Option<ast::Ident>, pair: Pair<'_, Rule>) -> Built<ast::PatternPart> {
        let span = span(&pair);
        let first_word = pair.clone().into_inner().next().expect("the grammar demands a name");
        let selector = match first_word.as_rule() {
            Rule::kw_allshortest | Rule::all_shortest => ast::Selector::AllShortest,
            _ => ast::Selector::AnyShortest,
        };
        let mut parts = Parts::of(pair).skip_while(|pair| pair.as_rule() != Rule::path);
        let path = self.path(parts.next().expect("the grammar demands a path"))?;
        Ok(ast::PatternPart { variable, selector, path, span })
    }

    /// The tree of a `path` or a `pattern_predicate`.
    pub(super) fn path(&self, pair: Pair<'_, Rule>) -> Built<ast::PathPattern> {
        let span = span(&pair);
        let mut parts = Parts::of(pair);
        let start = self.endpoint(parts.demand())?;
        let hop = |pair| {
            let mut parts = Parts::of(pair);
            let rel = self.relationship(parts.demand())?;
            let rel = match parts.accept(Rule::repetition) {
                Some(repetition) => repeated(rel, repetition)?,
                None => rel,
            };
            Ok(ast::Hop { rel, end: self.endpoint(parts.demand())? })
        };
        let hops = parts.map(hop).collect::<Built<_>>()?;
        Ok(ast::PathPattern { start, hops, span })
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
    let bounds = Parts::of(pair).demand();
    let (min, max) = match bounds.as_rule() {
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
    };
    Ok(ast::RelPattern { length: Some(ast::Length { min: Some(min), max, span: whole }), ..rel })
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
