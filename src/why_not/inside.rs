//! What matches inside a `NOT EXISTS { ... }` that stands against a row.

use super::cut::name_all;
use super::make;
use super::show;
use crate::syntax::ast::{self, Clause, ClauseKind, Endpoint, Expr, ExprKind, Link, Match, Subquery};
use crate::text::Span;
use crate::value::{Name, Value};

/// So many matches are looked at.
const MATCHES: u32 = 20;

/// A list of what matches inside a negation, each a list of walks, one of each part of the pattern; none if `predicate` is
/// no negation, or one of more than patterns.
pub(super) fn matches(predicate: &Expr) -> Option<Expr> {
    let ExprKind::Not(inner) = &predicate.kind else { return None };
    Some(matches_of(patterns_of(inner)?))
}

/// A list of what matches for each pattern that `predicate` asks for, under no clock of its own.
pub(super) fn asked_for(predicate: &Expr) -> Vec<Expr> {
    if let ExprKind::And(terms) | ExprKind::Or(terms) = &predicate.kind {
        return terms.iter().flat_map(asked_for).collect();
    }
    let patterns = patterns_of(predicate).filter(|patterns| patterns.iter().all(|matched| matched.lens.is_empty()));
    patterns.map(matches_of).into_iter().collect()
}

fn matches_of(mut patterns: Vec<Match>) -> Expr {
    let mut fresh = 0;
    let mut walks: Vec<Expr> = Vec::new();
    for matched in &mut patterns {
        name_all(&mut matched.pattern.parts, &mut || {
            fresh += 1;
            make::ident(&Name::from(format!("inner element {fresh}")))
        });
        walks.extend(matched.pattern.parts.iter().map(|part| walk(&part.path)));
    }
    let returned = ast::Projection {
        items: vec![make::item(make::expr(ExprKind::List(walks)), &Name::from("a match"))],
        limit: Some(make::expr(ExprKind::Integer(i64::from(MATCHES)))),
        ..ast::Projection::default()
    };
    let clauses = patterns.into_iter().map(ClauseKind::Match).chain([ClauseKind::Return(returned)]);
    make::expr(ExprKind::Collect(Box::new(Subquery::Query(query_of(clauses)))))
}

/// A list of endpoints and of the arrows between them, with null for a group; all of them have names.
fn walk(path: &ast::PathPattern) -> Expr {
    let mut items = vec![endpoint(&path.start)];
    for hop in &path.hops {
        items.push(match &hop.link {
            Link::Arrow(rel) => variable(rel.variable.as_ref()),
            Link::Group(_) => make::expr(ExprKind::Null),
        });
        items.push(endpoint(&hop.end));
    }
    make::expr(ExprKind::List(items))
}

fn endpoint(endpoint: &Endpoint) -> Expr {
    match endpoint {
        Endpoint::Node(node) => variable(node.variable.as_ref()),
        Endpoint::Bracket(ast::Bracket { rel, ends: None, .. }) => variable(rel.variable.as_ref()),
        Endpoint::Bracket(ast::Bracket { rel, ends: Some(ends), .. }) => {
            let items = vec![self::endpoint(&ends.0), variable(rel.variable.as_ref()), self::endpoint(&ends.1)];
            make::expr(ExprKind::List(items))
        }
    }
}

fn variable(ident: Option<&ast::Ident>) -> Expr {
    ident.map_or_else(|| make::expr(ExprKind::Null), |ident| make::variable(&ident.name))
}

/// The patterns that are looked for, if nothing else is done.
fn patterns_of(predicate: &Expr) -> Option<Vec<Match>> {
    match as_subquery(predicate)? {
        Subquery::Pattern { pattern, lens, predicate } => {
            Some(vec![Match { optional: false, repeatable: false, pattern, lens: *lens, predicate }])
        }
        Subquery::Query(ast::Query { earlier, first, rest, .. }) if earlier.is_empty() && rest.is_empty() => {
            let mut patterns = Vec::new();
            for clause in first.clauses {
                if let ClauseKind::Match(matched @ Match { optional: false, .. }) = clause.kind {
                    patterns.push(matched);
                } else if !matches!(clause.kind, ClauseKind::Return(_)) {
                    return None;
                }
            }
            Some(patterns)
        }
        Subquery::Query(_) => None,
    }
}

/// Whether it asks that something matches inside.
pub(super) fn is_asked_for(predicate: &Expr) -> bool {
    let is_either = matches!(&predicate.kind, ExprKind::Or(terms) if terms.iter().all(is_asked_for));
    is_either || matches!(predicate.kind, ExprKind::Exists(_) | ExprKind::Pattern(_))
}

/// `EXISTS { ... }`, or a pattern alone, which says the same.
fn as_subquery(predicate: &Expr) -> Option<Subquery> {
    if let ExprKind::Exists(subquery) = &predicate.kind {
        return Some((**subquery).clone());
    }
    let ExprKind::Pattern(path) = &predicate.kind else { return None };
    let part = ast::PatternPart::of(None, (**path).clone(), path.span);
    let pattern = ast::Pattern { parts: vec![part], span: path.span };
    Some(Subquery::Pattern { pattern, lens: Box::default(), predicate: None })
}

fn query_of(clauses: impl Iterator<Item = ClauseKind>) -> ast::Query {
    let span = Span::default();
    let clauses = clauses.map(|kind| Clause { kind, span }).collect();
    ast::Query { earlier: Vec::new(), first: ast::SingleQuery { clauses, span }, rest: Vec::new(), span }
}

/// A predicate as it reads where the pattern that it belongs to is left: what it looks for stays under `lens`.
pub(super) fn under(lens: &ast::Lens, predicate: &Expr) -> Expr {
    if lens.is_empty() {
        return predicate.clone();
    }
    if let ExprKind::Not(inner) = &predicate.kind {
        return Expr { kind: ExprKind::Not(Box::new(under(lens, inner))), span: predicate.span };
    }
    let Some(mut subquery) = as_subquery(predicate) else { return predicate.clone() };
    match &mut subquery {
        Subquery::Pattern { lens: inner, .. } => add(lens, inner),
        Subquery::Query(query) => {
            let branches = [&mut query.first].into_iter().chain(query.rest.iter_mut().map(|(_, branch)| branch));
            for clause in branches.flat_map(|branch| &mut branch.clauses) {
                if let ClauseKind::Match(matched) = &mut clause.kind {
                    add(lens, &mut matched.lens);
                }
            }
        }
    }
    Expr { kind: ExprKind::Exists(Box::new(subquery)), span: predicate.span }
}

fn add(lens: &ast::Lens, inner: &mut ast::Lens) {
    inner.valid = inner.valid.take().or_else(|| lens.valid.clone());
    inner.known = inner.known.take().or_else(|| lens.known.clone());
    inner.sources = inner.sources.take().or_else(|| lens.sources.clone());
}

/// Each match as one walks along it, those that read alike once; and whether there may be more.
pub(super) fn shown(matches: &Value) -> (Vec<String>, bool) {
    let matches = show::items(matches);
    let mut shown: Vec<String> = Vec::new();
    for found in &matches {
        let text = show::items(found).iter().map(show::walk).collect::<Vec<_>>().join(", ");
        if !shown.contains(&text) {
            shown.push(text);
        }
    }
    (shown, matches.len() >= MATCHES as usize)
}
