//! What an expression or a pattern names: a walk over every part of the syntax tree.
//!
//! Names that are local to an expression (of a list comprehension, say) are told as well.

use crate::syntax::ast::{self, ExprKind, MapProjectionItem, Subquery};
use crate::value::Name;

/// A name somewhere in an expression.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mention<'e> {
    Variable(&'e Name),
    Function(&'e Name),
    /// `count(*)`.
    CountStar,
}

/// Whether `expr` names the variable.
pub(super) fn mentions(expr: &ast::Expr, wanted: impl Fn(&Name) -> bool) -> bool {
    let mut found = false;
    in_expr(expr, &mut |mention| found |= matches!(mention, Mention::Variable(name) if wanted(name)));
    found
}

/// Whether `expr` calls a function for which `is_aggregate` holds, or `count(*)`.
pub(super) fn aggregates(expr: &ast::Expr, is_aggregate: &dyn Fn(&str) -> bool) -> bool {
    let mut found = false;
    in_expr(expr, &mut |mention| match mention {
        Mention::Variable(_) => {}
        Mention::Function(name) => found |= is_aggregate(name),
        Mention::CountStar => found = true,
    });
    found
}

/// The variables of a path: of its elements, its brackets and its groups.
pub(super) fn variables_of(path: &ast::PathPattern) -> Vec<ast::Ident> {
    let mut found = Vec::new();
    of_endpoint(&path.start, &mut found);
    for hop in &path.hops {
        match &hop.link {
            ast::Link::Arrow(rel) => found.extend(rel.variable.clone()),
            ast::Link::Group(group) => found.extend(variables_of(&group.path)),
        }
        of_endpoint(&hop.end, &mut found);
    }
    found
}

fn of_endpoint(endpoint: &ast::Endpoint, found: &mut Vec<ast::Ident>) {
    match endpoint {
        ast::Endpoint::Node(node) => found.extend(node.variable.clone()),
        ast::Endpoint::Bracket(bracket) => {
            if let Some(ends) = &bracket.ends {
                of_endpoint(&ends.0, found);
                of_endpoint(&ends.1, found);
            }
            found.extend(bracket.rel.variable.clone());
        }
    }
}

type Tell<'t> = dyn FnMut(Mention<'_>) + 't;

fn in_exprs<'e>(exprs: impl IntoIterator<Item = &'e ast::Expr>, tell: &mut Tell<'_>) {
    for expr in exprs {
        in_expr(expr, tell);
    }
}

pub(super) fn in_expr(expr: &ast::Expr, tell: &mut Tell<'_>) {
    match &expr.kind {
        ExprKind::Variable(name) => tell(Mention::Variable(name)),
        ExprKind::CountStar => tell(Mention::CountStar),
        ExprKind::Function(call) => tell(Mention::Function(&call.name.name)),
        ExprKind::HasLabels(_, labels) => in_labels(labels, tell),
        ExprKind::MapProjection(projection) => names_of_projection(projection, tell),
        ExprKind::PatternComprehension(pattern) => {
            in_path(&pattern.path, tell);
            in_exprs(pattern.predicate.iter().chain([&pattern.map]), tell);
        }
        ExprKind::Pattern(path) => in_path(path, tell),
        ExprKind::Shortest(part) => in_part(part, tell),
        ExprKind::Exists(subquery) | ExprKind::Count(subquery) | ExprKind::Collect(subquery) => {
            in_subquery(subquery, tell);
        }
        ExprKind::Null
        | ExprKind::Boolean(_)
        | ExprKind::Integer(_)
        | ExprKind::Float(_)
        | ExprKind::String(_)
        | ExprKind::Parameter(_)
        | ExprKind::CaseSubject
        | ExprKind::List(_)
        | ExprKind::Map(_)
        | ExprKind::Property(..)
        | ExprKind::Index(..)
        | ExprKind::Slice(..)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Xor(_)
        | ExprKind::Not(_)
        | ExprKind::Negate(_)
        | ExprKind::Plus(_)
        | ExprKind::Binary(..)
        | ExprKind::Comparison(..)
        | ExprKind::IsNull { .. }
        | ExprKind::Is { .. }
        | ExprKind::Case(_)
        | ExprKind::ListComprehension(_)
        | ExprKind::Quantifier(_)
        | ExprKind::Reduce(_) => {}
    }
    in_exprs(expr.children(), tell);
}

fn names_of_projection(projection: &ast::MapProjection, tell: &mut Tell<'_>) {
    tell(Mention::Variable(&projection.base.name));
    for item in &projection.items {
        match item {
            MapProjectionItem::Property(_) | MapProjectionItem::All(_) | MapProjectionItem::Entry(..) => {}
            MapProjectionItem::Variable(ident) => tell(Mention::Variable(&ident.name)),
        }
    }
}

fn in_subquery(subquery: &Subquery, tell: &mut Tell<'_>) {
    match subquery {
        Subquery::Pattern { pattern, lens, predicate } => {
            pattern.parts.iter().for_each(|part| in_part(part, tell));
            in_exprs(lens.operands(), tell);
            in_exprs(predicate, tell);
        }
        Subquery::Query(query) => in_query(query, tell),
    }
}

pub(super) fn in_query(query: &ast::Query, tell: &mut Tell<'_>) {
    for clause in query.single_queries().flat_map(|query| &query.clauses) {
        in_clause(clause, tell);
    }
}

/// Clauses that read; of the others nothing is asked.
fn in_clause(clause: &ast::Clause, tell: &mut Tell<'_>) {
    match &clause.kind {
        ast::ClauseKind::Match(matched) => {
            matched.pattern.parts.iter().for_each(|part| in_part(part, tell));
            in_exprs(matched.lens.operands(), tell);
            in_exprs(&matched.predicate, tell);
        }
        ast::ClauseKind::Unwind(unwind) => in_expr(&unwind.list, tell),
        ast::ClauseKind::LoadCsv(load) => {
            in_exprs([Some(&load.url), load.separator.as_ref()].into_iter().flatten(), tell);
        }
        ast::ClauseKind::With(projection) | ast::ClauseKind::Return(projection) => in_projection(projection, tell),
        ast::ClauseKind::Call(call) => {
            in_exprs(call.arguments.iter().flatten(), tell);
            in_exprs(call.yields.iter().filter_map(|yields| yields.predicate.as_ref()), tell);
        }
        ast::ClauseKind::Subquery(call) => {
            if let Some(ast::Imports::Variables(idents)) = &call.imports {
                for ident in idents {
                    tell(Mention::Variable(&ident.name));
                }
            }
            in_query(&call.query, tell);
        }
        ast::ClauseKind::Create(_)
        | ast::ClauseKind::Merge(_)
        | ast::ClauseKind::Set(_)
        | ast::ClauseKind::Remove(_)
        | ast::ClauseKind::Delete(_)
        | ast::ClauseKind::Assert(_)
        | ast::ClauseKind::Retract(_)
        | ast::ClauseKind::Foreach(_)
        | ast::ClauseKind::Finish => {}
    }
}

pub(super) fn in_projection(projection: &ast::Projection, tell: &mut Tell<'_>) {
    in_exprs(projection.items.iter().map(|item| &item.expr), tell);
    in_exprs(projection.order_by.iter().map(|item| &item.expr), tell);
    in_exprs(projection.skip.iter().chain(&projection.limit).chain(&projection.predicate), tell);
}

fn in_part(part: &ast::PatternPart, tell: &mut Tell<'_>) {
    in_path(&part.path, tell);
    in_exprs(&part.predicate, tell);
}

fn in_path(path: &ast::PathPattern, tell: &mut Tell<'_>) {
    in_endpoint(&path.start, tell);
    for hop in &path.hops {
        match &hop.link {
            ast::Link::Arrow(rel) => in_rel(rel, tell),
            ast::Link::Group(group) => {
                in_path(&group.path, tell);
                in_exprs(group.predicate.as_deref(), tell);
            }
        }
        in_endpoint(&hop.end, tell);
    }
}

fn in_endpoint(endpoint: &ast::Endpoint, tell: &mut Tell<'_>) {
    match endpoint {
        ast::Endpoint::Node(node) => {
            node.variable.iter().for_each(|ident| tell(Mention::Variable(&ident.name)));
            node.labels.iter().for_each(|labels| in_labels(labels, tell));
            in_exprs(node.properties.iter().chain(node.predicate.as_deref()), tell);
        }
        ast::Endpoint::Bracket(bracket) => {
            in_rel(&bracket.rel, tell);
            if let Some(ends) = &bracket.ends {
                in_endpoint(&ends.0, tell);
                in_endpoint(&ends.1, tell);
            }
        }
    }
}

fn in_rel(rel: &ast::RelPattern, tell: &mut Tell<'_>) {
    rel.variable.iter().for_each(|ident| tell(Mention::Variable(&ident.name)));
    rel.types.iter().for_each(|types| in_labels(types, tell));
    in_exprs(rel.properties.iter().chain(rel.predicate.as_deref()), tell);
}

pub(super) fn in_labels(labels: &ast::LabelExpr, tell: &mut Tell<'_>) {
    match labels {
        ast::LabelExpr::Name(_) | ast::LabelExpr::Wildcard(_) => {}
        ast::LabelExpr::Given(expr) | ast::LabelExpr::GivenAny(expr) => in_expr(expr, tell),
        ast::LabelExpr::Not(inner) => in_labels(inner, tell),
        ast::LabelExpr::And(inner) | ast::LabelExpr::Or(inner) => {
            for labels in inner {
                in_labels(labels, tell);
            }
        }
    }
}
