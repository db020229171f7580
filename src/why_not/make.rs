//! Pieces of syntax trees that no text has.

use crate::syntax::ast::{self, Expr, ExprKind};
use crate::text::Span;
use crate::value::{Kind, Name, Predicate, Type, ValueType};

pub(super) fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

pub(super) fn ident(name: &Name) -> ast::Ident {
    ast::Ident { name: name.clone(), span: Span::default() }
}

pub(super) fn variable(name: &Name) -> Expr {
    expr(ExprKind::Variable(name.clone()))
}

pub(super) fn not(inner: Expr) -> Expr {
    expr(ExprKind::Not(Box::new(inner)))
}

pub(super) fn compare(left: Expr, comparison: ast::Comparison, right: Expr) -> Expr {
    expr(ExprKind::Comparison(Box::new(left), vec![(comparison, right)]))
}

pub(super) fn is_null(operand: Expr) -> Expr {
    expr(ExprKind::IsNull { operand: Box::new(operand), negated: false })
}

pub(super) fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    expr(ExprKind::Function(ast::FunctionCall { name: ident(&Name::from(name)), distinct: false, arguments }))
}

/// `[variable IN list WHERE predicate | map]`
pub(super) fn for_each(variable: ast::Ident, list: Expr, predicate: Option<Expr>, map: Option<Expr>) -> Expr {
    let (predicate, map) = (predicate.map(Box::new), map.map(Box::new));
    expr(ExprKind::ListComprehension(ast::ListComprehension { variable, list: Box::new(list), predicate, map }))
}

/// `then`, or null where `test` is true.
pub(super) fn unless(test: Expr, then: Expr) -> Expr {
    let branches = vec![ast::CaseBranch { tests: vec![test], then: expr(ExprKind::Null) }];
    expr(ExprKind::Case(ast::Case { subject: None, branches, otherwise: Some(Box::new(then)) }))
}

/// `operand IS NOT NULL`
pub(super) fn is_not_null(operand: Expr) -> Expr {
    expr(ExprKind::IsNull { operand: Box::new(operand), negated: true })
}

/// What can be asked for a property.
const HAVE_PROPERTIES: [Type; 10] = [
    Type::Date,
    Type::LocalTime,
    Type::Time,
    Type::LocalDateTime,
    Type::DateTime,
    Type::Duration,
    Type::Edtf,
    Type::Node,
    Type::Relationship,
    Type::Map,
];

/// Whether `test` holds for the property of `of`; not if that has no properties at all.
pub(super) fn holds_of_property(of: Expr, key: &Name, test: impl FnOnce(Expr) -> Expr) -> Expr {
    let one = ident(&Name::from("one with properties"));
    // Beside a text and a number nothing is known of its type before the query runs.
    let others = [ExprKind::String(Name::from("")), ExprKind::Integer(0)].map(expr);
    let candidates = expr(ExprKind::List([of].into_iter().chain(others).collect()));
    let member = |plain| ValueType { kind: Kind::Plain(plain), nullable: false };
    let kind = Kind::Union(HAVE_PROPERTIES.into_iter().map(member).collect());
    let predicate = Predicate::Typed(ValueType { kind, nullable: false });
    let can_be_asked = ExprKind::Is { operand: Box::new(variable(&one.name)), predicate, negated: false };
    let asked = for_each(one.clone(), candidates, Some(expr(can_be_asked)), None);
    let property = expr(ExprKind::Property(Box::new(variable(&one.name)), ident(key)));
    let found = for_each(one, asked, Some(test(property)), None);
    compare(found, ast::Comparison::NotEqual, expr(ExprKind::List(Vec::new())))
}

/// The conjunction of `terms`; none if there are none.
pub(super) fn all(mut terms: Vec<Expr>) -> Option<Expr> {
    if terms.len() > 1 { Some(expr(ExprKind::And(terms))) } else { terms.pop() }
}

/// The conjuncts of `predicate`.
pub(super) fn conjuncts(predicate: Option<Expr>) -> Vec<Expr> {
    match predicate {
        None => Vec::new(),
        Some(Expr { kind: ExprKind::And(terms), .. }) => {
            terms.into_iter().flat_map(|term| conjuncts(Some(term))).collect()
        }
        Some(term) => vec![term],
    }
}

pub(super) fn item(expr: Expr, name: &Name) -> ast::ProjectionItem {
    ast::ProjectionItem { expr, alias: Some(ident(name)) }
}

/// `list`, or a list of one null if it is empty or none.
pub(super) fn never_empty(list: Expr) -> Expr {
    let empty = compare(list.clone(), ast::Comparison::Equal, expr(ExprKind::List(Vec::new())));
    let one = expr(ExprKind::List(vec![expr(ExprKind::Null)]));
    let test = expr(ExprKind::Or(vec![is_null(list.clone()), empty]));
    let branches = vec![ast::CaseBranch { tests: vec![test], then: one }];
    expr(ExprKind::Case(ast::Case { subject: None, branches, otherwise: Some(Box::new(list)) }))
}

fn node_called(variable: Option<ast::Ident>, span: Span) -> ast::Endpoint {
    ast::Endpoint::Node(ast::NodePattern { variable, labels: None, properties: None, predicate: None, span })
}

fn rel_called(variable: Option<ast::Ident>, span: Span) -> ast::Endpoint {
    let rel = ast::RelPattern {
        direction: ast::ArrowDirection::Either,
        may_be_quoted: false,
        variable,
        types: None,
        length: None,
        properties: None,
        predicate: None,
        span,
    };
    ast::Endpoint::Bracket(ast::Bracket { rel, ends: None, span })
}

/// A pattern of one node, or of one relationship.
pub(super) fn one(ident: ast::Ident, is_node: bool) -> ast::Pattern {
    let span = ident.span;
    let endpoint = if is_node { node_called(Some(ident), span) } else { rel_called(Some(ident), span) };
    ast::Pattern { parts: vec![alone(endpoint, span)], span }
}

/// A part of one endpoint.
pub(super) fn alone(endpoint: ast::Endpoint, span: Span) -> ast::PatternPart {
    ast::PatternPart::of(None, ast::PathPattern { start: endpoint, hops: Vec::new(), span }, span)
}
