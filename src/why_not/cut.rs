//! Cuts a pattern into pieces: without some of its hops, and without some of its elements.

use rustc_hash::FxHashSet;

use super::make;
use super::mention::variables_of;
use crate::syntax::ast::{self, Comparison, Endpoint, Expr, ExprKind, Link, PatternPart};
use crate::text::Span;
use crate::value::Name;

/// What is cut out of a pattern, by where it stands in the text.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    pub elements: FxHashSet<Span>,
    /// Arrows, groups, and brackets that lose their ends.
    pub hops: FxHashSet<Span>,
    /// Arrows that see what is quoted as well.
    pub unstated: FxHashSet<Span>,
}

/// What is left of a pattern.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub parts: Vec<PatternPart>,
    /// What was said inside and has to be said behind the pattern now.
    pub predicates: Vec<Expr>,
}

/// Every name that a pattern gives.
pub(super) fn names(parts: &[PatternPart]) -> Vec<Name> {
    let of_part = |part: &PatternPart| {
        let mut idents = variables_of(&part.path);
        idents.extend(part.variable.clone());
        idents
    };
    let mut names: Vec<Name> = Vec::new();
    for ident in parts.iter().flat_map(of_part) {
        if !names.contains(&ident.name) {
            names.push(ident.name);
        }
    }
    names
}

pub(super) fn span_of(endpoint: &Endpoint) -> Span {
    match endpoint {
        Endpoint::Node(node) => node.span,
        Endpoint::Bracket(bracket) => bracket.span,
    }
}

pub(super) fn link_span(link: &Link) -> Span {
    match link {
        Link::Arrow(rel) => rel.span,
        Link::Group(group) => group.span,
    }
}

impl Cuts {
    /// What is left of `parts`; with `distinct`, arrows that may be quoted stay different from the other ones.
    pub(super) fn apply(&self, parts: Vec<PatternPart>, distinct: bool) -> Pieces {
        let mut pieces = Pieces::default();
        if distinct && !self.unstated.is_empty() {
            pieces.predicates = self.differences(&parts);
        }
        for part in parts {
            self.cut_part(&mut pieces, part);
        }
        pieces
    }

    fn cut_part(&self, pieces: &mut Pieces, part: PatternPart) {
        let (span, start_span) = (part.path.span, span_of(&part.path.start));
        let mut paths: Vec<ast::PathPattern> = Vec::new();
        let mut whole = true;
        let mut left = self.endpoint(pieces, part.path.start);
        whole &= left.is_some();
        paths.extend(left.clone().map(|start| ast::PathPattern { start, hops: Vec::new(), span: start_span }));
        for hop in part.path.hops {
            let right = self.endpoint(pieces, hop.end);
            let link = self.link(hop.link, left.as_ref(), right.as_ref());
            match (paths.last_mut(), link, right.clone()) {
                (Some(path), Some(link), Some(end)) => path.hops.push(ast::Hop { link, end }),
                (_, _, end) => {
                    whole = false;
                    paths.extend(end.map(|start| ast::PathPattern { start, hops: Vec::new(), span }));
                }
            }
            left = right;
        }
        if whole {
            let path = paths.pop().expect("a path that is whole begins somewhere");
            pieces.parts.push(PatternPart { path: ast::PathPattern { span, ..path }, ..part });
            return;
        }
        pieces.predicates.extend(part.predicate);
        pieces.parts.extend(paths.into_iter().map(|path| PatternPart::of(None, path, part.span)));
    }

    /// The endpoint as it stays, if it does; the ends of a bracket that loses them stay beside it.
    fn endpoint(&self, pieces: &mut Pieces, endpoint: Endpoint) -> Option<Endpoint> {
        let is_cut = self.elements.contains(&span_of(&endpoint));
        match endpoint {
            Endpoint::Node(_) if is_cut => None,
            Endpoint::Node(node) => Some(Endpoint::Node(node)),
            Endpoint::Bracket(mut bracket) => {
                if let Some(ends) = bracket.ends.take() {
                    let spans = (span_of(&ends.0), span_of(&ends.1));
                    let ends = (self.endpoint(pieces, ends.0), self.endpoint(pieces, ends.1));
                    match ends {
                        (Some(left), Some(right)) if !is_cut && !self.hops.contains(&bracket.span) => {
                            bracket.ends = Some(Box::new((left, right)));
                        }
                        (left, right) => {
                            pieces.parts.extend(left.map(|end| make::alone(end, spans.0)));
                            pieces.parts.extend(right.map(|end| make::alone(end, spans.1)));
                        }
                    }
                }
                (!is_cut).then_some(Endpoint::Bracket(bracket))
            }
        }
    }

    /// The link as it stays in its path, if it does.
    fn link(&self, mut link: Link, left: Option<&Endpoint>, right: Option<&Endpoint>) -> Option<Link> {
        let span = link_span(&link);
        if left.is_none() || right.is_none() || self.hops.contains(&span) {
            return None;
        }
        if let Link::Arrow(rel) = &mut link {
            rel.may_be_quoted |= self.unstated.contains(&span);
        }
        Some(link)
    }

    /// That each arrow which may be quoted is none of the others.
    fn differences(&self, parts: &[PatternPart]) -> Vec<Expr> {
        let links = || parts.iter().flat_map(|part| part.path.hops.iter().map(|hop| &hop.link));
        let mut differences = Vec::new();
        for (place, link) in links().enumerate() {
            let Link::Arrow(rel) = link else { continue };
            let (Some(name), true) = (&rel.variable, self.unstated.contains(&rel.span)) else { continue };
            for (other_place, other) in links().enumerate() {
                let is_told = other_place < place && self.unstated.contains(&link_span(other));
                if other_place != place && !is_told && !self.hops.contains(&link_span(other)) {
                    differences.extend(different(&name.name, other));
                }
            }
        }
        differences
    }
}

fn different(name: &Name, link: &Link) -> Vec<Expr> {
    match link {
        Link::Arrow(ast::RelPattern { variable: Some(other), length: None, .. }) => {
            vec![make::compare(make::variable(name), Comparison::NotEqual, make::variable(&other.name))]
        }
        Link::Arrow(ast::RelPattern { variable, .. }) => variable.iter().map(|list| not_in(name, &list.name)).collect(),
        Link::Group(group) => {
            let rels = group.path.hops.iter().filter_map(|hop| match &hop.link {
                Link::Arrow(rel) => rel.variable.as_ref(),
                Link::Group(_) => None,
            });
            rels.map(|list| not_in(name, &list.name)).collect()
        }
    }
}

fn not_in(name: &Name, list: &Name) -> Expr {
    let operands = (Box::new(make::variable(name)), Box::new(make::variable(list)));
    make::not(make::expr(ExprKind::Binary(ast::BinaryOp::In, operands.0, operands.1)))
}

/// Gives every node, relationship and list of relationships of `parts` a name; those that `fresh` makes are no words.
pub(super) fn name_all(parts: &mut [PatternPart], fresh: &mut dyn FnMut() -> ast::Ident) {
    for part in parts {
        name_path(&mut part.path, fresh);
    }
}

fn name_path(path: &mut ast::PathPattern, fresh: &mut dyn FnMut() -> ast::Ident) {
    name_endpoint(&mut path.start, fresh);
    for hop in &mut path.hops {
        match &mut hop.link {
            Link::Arrow(rel) => {
                rel.variable.get_or_insert_with(&mut *fresh);
            }
            Link::Group(group) => name_path(&mut group.path, fresh),
        }
        name_endpoint(&mut hop.end, fresh);
    }
}

fn name_endpoint(endpoint: &mut Endpoint, fresh: &mut dyn FnMut() -> ast::Ident) {
    match endpoint {
        Endpoint::Node(node) => {
            node.variable.get_or_insert_with(fresh);
        }
        Endpoint::Bracket(bracket) => {
            if let Some(ends) = &mut bracket.ends {
                name_endpoint(&mut ends.0, fresh);
                name_endpoint(&mut ends.1, fresh);
            }
            bracket.rel.variable.get_or_insert_with(fresh);
        }
    }
}
