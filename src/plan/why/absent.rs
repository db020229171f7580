//! What is not there: the form that nothing has, the ends that it was looked for at, and among how many.
//!
//! Absence is no evidence, so it stands apart from the elements. Looked at is what the pattern alone finds, without its
//! conditions and clocks; it is counted only if the pattern hangs at something that is bound, and so is small.

use super::clause::is_null;
use super::query::{Explainer, one_branch};
use super::trail::Trail;
use crate::expr::{Expr, ExprKind, Lens, SubqueryId, SubqueryKind, VarId};
use crate::function::witness::{ABSENT, CLOCKS, LOOKED_AT, NOTE};
use crate::semantic::bound::{
    BoundClause, BoundMatch, BoundQuery, BoundSubquery, GraphPattern, PatternRel, Projection, Reach,
};
use crate::text::Span;
use crate::value::{Name, Type, Value};

impl Explainer<'_> {
    /// That nothing matches.
    pub(super) fn no_match(&mut self, clause: &BoundMatch) -> Expr {
        let bound = bound_elements(&clause.pattern);
        let looked_at = self.looked_at(clause, &bound);
        map(self.form(clause.span, clause.lens_span), bound, &clause.pattern.lens, looked_at)
    }

    /// That a subquery gives no row.
    pub(super) fn nothing_found(&mut self, id: SubqueryId) -> Expr {
        let BoundSubquery { query, imports, span } = self.subqueries[id.0 as usize].clone();
        match first_match(&query) {
            Some(found) => self.nothing_of(found, span),
            None => self.no_rows(span, &imports),
        }
    }

    /// That nothing matches, seen from outside the query that begins with the match.
    fn nothing_of(&mut self, found: &BoundMatch, span: Span) -> Expr {
        let bound = bound_elements(&found.pattern);
        let looked_at = self.looked_at(found, &bound);
        map(self.form(span, found.lens_span), bound, &from_outside(found), looked_at)
    }

    /// That a `CALL {}` gives no row.
    pub(super) fn no_rows(&mut self, span: Span, imports: &[VarId]) -> Expr {
        map(self.form(span, Span::default()), self.elements(imports.to_vec()), &Lens::default(), None)
    }

    /// That of a list no item is `form`, as `quantifier` asks.
    pub(super) fn no_item(&mut self, form: String, quantifier: &Expr, list: &Expr) -> Expr {
        let bound = self.elements(self.used(quantifier));
        map(form, bound, &Lens::default(), Some(Expr::call("size", vec![list.clone()])))
    }

    fn elements(&self, mut vars: Vec<VarId>) -> Vec<VarId> {
        vars.retain(|var| is_element(&self.variables.get(*var).var_type));
        vars.sort_unstable();
        vars.dedup();
        vars
    }

    /// The text of what is looked for, without the clocks: they are told apart, as the days that they say.
    fn form(&self, span: Span, lens: Span) -> String {
        let has_lens = span.start < lens.start && lens.end <= span.end;
        let parts = if has_lens {
            vec![Span { end: lens.start, ..span }, Span { start: lens.end, ..span }]
        } else {
            vec![span]
        };
        parts.iter().flat_map(|part| part.of(self.text).split_whitespace()).collect::<Vec<_>>().join(" ")
    }

    /// How many the pattern finds without its conditions, if it hangs at anything.
    fn looked_at(&mut self, clause: &BoundMatch, bound: &[VarId]) -> Option<Expr> {
        if bound.is_empty() {
            return None;
        }
        let all = untimed(unconditional(clause));
        let imports = self.free_variables(&all);
        let id = self.subquery(counted(all), imports, clause.span);
        Some(Expr::made(ExprKind::Subquery(SubqueryKind::Count, id)))
    }

    /// That a branch finds no row at all; `None` if it does not begin with what it looks for.
    pub(super) fn nothing_asked_for(&mut self, trail: &Trail) -> Option<Expr> {
        let first = trail.first.clone()?;
        if first.span == trail.last {
            return Some(self.nothing_of(&first, first.span));
        }
        Some(self.no_rows(Span { start: first.span.start, end: trail.last.end }, &trail.imports))
    }

    pub(super) fn subquery(&mut self, query: BoundQuery, imports: Vec<VarId>, span: Span) -> SubqueryId {
        let id = SubqueryId(u32::try_from(self.subqueries.len()).expect("fewer than 2^32 subqueries"));
        self.subqueries.push(BoundSubquery { query, imports, span });
        id
    }
}

/// The lens of the first match of a subquery, with operands as they are computed around it.
fn from_outside(found: &BoundMatch) -> Lens<Expr> {
    let computed = |operand: &Expr| match operand.kind {
        ExprKind::Variable(var) => found.operands.iter().find(|(made, _)| *made == var).map(|(_, expr)| expr.clone()),
        _ => None,
    };
    found.pattern.lens.map(|operand| computed(operand).unwrap_or_else(|| operand.clone()))
}

/// The value of a variable, or what is not there if it is null.
pub(super) fn or_else(var: VarId, absent: Expr) -> Expr {
    let branches = vec![(is_null(var), absent)];
    Expr::made(ExprKind::Case { subject: None, branches, otherwise: Some(Box::new(Expr::variable(var))) })
}

/// An entry for what a procedure does not say.
pub(super) fn not_explained(procedure: &str) -> Expr {
    let note = Expr::literal(Value::from(format!("not explained: `{procedure}`")));
    Expr::made(ExprKind::Map(vec![(Name::from(NOTE), note)]))
}

fn map(form: String, bound: Vec<VarId>, lens: &Lens<Expr>, count: Option<Expr>) -> Expr {
    let bound = bound.into_iter().map(Expr::variable).collect();
    Expr::made(ExprKind::Map(vec![
        (Name::from(ABSENT), Expr::literal(Value::from(form))),
        (Name::from("bound"), Expr::made(ExprKind::List(bound))),
        (Name::from(CLOCKS), lens.listed()),
        (Name::from(LOOKED_AT), count.unwrap_or_else(|| Expr::literal(Value::Null))),
    ]))
}

fn is_element(var_type: &Type) -> bool {
    matches!(var_type, Type::Node | Type::Relationship | Type::Element)
}

/// Several ways between the same ends count as one.
fn counted(found: BoundMatch) -> BoundQuery {
    let pattern = &found.pattern;
    let is_one = |rel: &&PatternRel| matches!(rel.reach, Reach::One);
    let is_plain = pattern.rels.iter().all(|rel| is_one(&rel));
    let rels = pattern.rels.iter().filter(is_one).map(|rel| rel.var);
    let vars: Vec<VarId> = pattern.nodes.iter().map(|node| node.var).chain(rels).collect();
    let mut clauses = vec![BoundClause::Match(found)];
    if !is_plain {
        let items = vars.into_iter().map(|var| (var, Expr::variable(var))).collect();
        clauses.push(BoundClause::Project(Projection { distinct: true, ..Projection::of(items) }));
    }
    one_branch(clauses, Vec::new())
}

/// The elements of the pattern that were bound before.
fn bound_elements(pattern: &GraphPattern) -> Vec<VarId> {
    let nodes = pattern.nodes.iter().filter(|node| node.bound).map(|node| node.var);
    let is_element = |rel: &&PatternRel| rel.bound && matches!(rel.reach, Reach::One);
    let mut all: Vec<VarId> = nodes.chain(pattern.rels.iter().filter(is_element).map(|rel| rel.var)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The MATCH with which a query begins.
fn first_match(query: &BoundQuery) -> Option<&BoundMatch> {
    match query.branches.first()?.clauses.first()? {
        BoundClause::Match(clause) if !clause.optional => Some(clause),
        _ => None,
    }
}

/// A clock is no part of the form: what it hides was looked at.
fn untimed(mut clause: BoundMatch) -> BoundMatch {
    clause.pattern.lens = Lens::default();
    clause.operands.clear();
    clause
}

/// The pattern without what is said of its elements, but for the types of relationships and what is bound.
fn unconditional(clause: &BoundMatch) -> BoundMatch {
    let mut pattern = clause.pattern.clone();
    for node in pattern.nodes.iter_mut().filter(|node| !node.bound) {
        node.labels = None;
    }
    for rel in &mut pattern.rels {
        match &mut rel.reach {
            Reach::One => {}
            Reach::Many { each, .. } => *each = None,
            Reach::Route(route) => {
                route.predicates.clear();
                route.legs.iter_mut().for_each(|leg| leg.predicates.clear());
            }
        }
    }
    BoundMatch { optional: false, pattern, predicates: Vec::new(), extra: Vec::new(), ..clause.clone() }
}
