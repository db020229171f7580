//! Expressions: what their values rest on, besides the variables that they name.
//!
//! Branches and locals are those of the expression, so that nothing is asked that it does not ask itself.

use std::sync::Arc;

use super::evidence::union;
use super::query::Explainer;
use crate::expr::{Expr, ExprKind, Operator, Quantifier, VarId};
use crate::semantic::bound::{BoundMatch, GraphPattern, Leg, Reach};
use crate::text::Span;
use crate::value::{Type, Value};

impl Explainer<'_> {
    /// What the value of `expr` rests on; `None` if on nothing but the variables that it names.
    pub(super) fn of_expr(&mut self, expr: &Expr) -> Option<Expr> {
        match &expr.kind {
            ExprKind::Subquery(kind, id) => Some(self.of_subquery(*kind, *id)),
            ExprKind::And(terms) => self.in_turn(terms, |term| Expr::made(ExprKind::Not(Box::new(term)))),
            ExprKind::Or(terms) => self.in_turn(terms, |term| term),
            ExprKind::Case { subject, branches, otherwise } => {
                self.of_case(subject.as_ref(), branches, otherwise.as_deref())
            }
            ExprKind::Comprehension { local, list, predicate, map } => {
                self.of_comprehension(*local, list, predicate.as_deref(), map.as_deref())
            }
            ExprKind::Quantifier { kind, local, list, predicate } => {
                self.of_quantifier(expr, *kind, *local, list, predicate)
            }
            ExprKind::Reduce { accumulator, initial, local, list, step } => {
                self.of_reduction((*accumulator, initial), (*local, list), step)
            }
            ExprKind::Call(function, arguments) => {
                let looked_at = function
                    .looks_at()
                    .map(|looked_at| Expr::made(ExprKind::Call(Arc::new(looked_at), arguments.clone())));
                union(arguments.iter().filter_map(|argument| self.of_expr(argument)).chain(looked_at).collect())
            }
            ExprKind::Literal(_)
            | ExprKind::Parameter(_)
            | ExprKind::Given(_)
            | ExprKind::Passes { .. }
            | ExprKind::Variable(_)
            | ExprKind::Property(..)
            | ExprKind::Index(..)
            | ExprKind::Slice(..)
            | ExprKind::List(_)
            | ExprKind::Map(_)
            | ExprKind::HasLabels(..)
            | ExprKind::Xor(_)
            | ExprKind::Not(_)
            | ExprKind::Compare(..)
            | ExprKind::IsNull(_)
            | ExprKind::Is(..)
            | ExprKind::Operator(..)
            | ExprKind::Negate(_)
            | ExprKind::MapProjection { .. } => {
                union(expr.children().into_iter().filter_map(|child| self.of_expr(child)).collect())
            }
        }
    }

    /// Terms of which each is looked at only if those before have not decided.
    fn in_turn(&mut self, terms: &[Expr], decides: impl Fn(Expr) -> Expr) -> Option<Expr> {
        let mut rest: Option<Expr> = None;
        for term in terms.iter().rev() {
            let later = rest.map(|rest| unless(decides(term.clone()), rest));
            rest = union(self.of_expr(term).into_iter().chain(later).collect());
        }
        rest
    }

    fn of_case(
        &mut self,
        subject: Option<&(VarId, Box<Expr>)>,
        branches: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
    ) -> Option<Expr> {
        let mut asked = Vec::new();
        let mut found = Vec::new();
        let mut is_any = false;
        for (when, then) in branches {
            asked.extend(self.of_expr(when));
            let all: Vec<Expr> = asked.iter().cloned().chain(self.of_expr(then)).collect();
            is_any |= !all.is_empty();
            found.push((when.clone(), union(all).unwrap_or_else(nothing)));
        }
        asked.extend(otherwise.and_then(|otherwise| self.of_expr(otherwise)));
        is_any |= !asked.is_empty();
        let chosen = is_any.then(|| {
            let otherwise = union(asked).map(Box::new);
            Expr::made(ExprKind::Case { subject: subject.cloned(), branches: found, otherwise })
        });
        let subject = subject.and_then(|(_, subject)| self.of_expr(subject));
        union(subject.into_iter().chain(chosen).collect())
    }

    fn of_comprehension(
        &mut self,
        local: VarId,
        list: &Expr,
        predicate: Option<&Expr>,
        map: Option<&Expr>,
    ) -> Option<Expr> {
        let asked = predicate.and_then(|predicate| self.of_expr(predicate));
        let made = map.and_then(|map| self.of_expr(map)).map(|made| match predicate {
            Some(predicate) => only_if(predicate.clone(), made),
            None => made,
        });
        let each = union(asked.into_iter().chain(made).collect());
        union(self.of_expr(list).into_iter().chain(each.map(|each| of_each(local, list, each))).collect())
    }

    fn of_quantifier(
        &mut self,
        expr: &Expr,
        kind: Quantifier,
        local: VarId,
        list: &Expr,
        predicate: &Expr,
    ) -> Option<Expr> {
        let each = self.of_expr(predicate).map(|each| of_each(local, list, each));
        let form = self.form_of_items(expr.span, predicate.span, kind);
        let absent = form.map(|form| {
            let told = self.no_item(form, expr, list);
            match kind {
                Quantifier::None | Quantifier::All => only_if(expr.clone(), told),
                Quantifier::Any => only_if(Expr::made(ExprKind::Not(Box::new(expr.clone()))), told),
                Quantifier::Single => nothing(),
            }
        });
        let absent = absent.filter(|_| kind != Quantifier::Single);
        union(self.of_expr(list).into_iter().chain(each).chain(absent).collect())
    }

    /// `x IN xs WHERE x.k > 1`, as no item is; of ALL, with what is not so.
    fn form_of_items(&self, whole: Span, predicate: Span, kind: Quantifier) -> Option<String> {
        let text = whole.of(self.text);
        let start = u32::try_from(text.find('(')? + 1).ok()? + whole.start;
        let before = Span { start, end: predicate.start }.of(self.text);
        let said = predicate.of(self.text);
        let said = if kind == Quantifier::All { format!("NOT ({said})") } else { said.to_owned() };
        Some(format!("{before}{said}").split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The accumulator and what it rests on go through the list side by side.
    fn of_reduction(
        &mut self,
        (accumulator, initial): (VarId, &Expr),
        (local, list): (VarId, &Expr),
        step: &Expr,
    ) -> Option<Expr> {
        let around: Vec<Expr> = [initial, list].into_iter().filter_map(|expr| self.of_expr(expr)).collect();
        let each = self.of_expr(step).map(|each| {
            let both = self.variables.add(None, Type::list_of(Type::Any));
            let so_far = || item(Expr::variable(both), Expr::literal(1));
            let next = vec![step.clone(), union(vec![so_far(), each]).unwrap_or_else(nothing)];
            let next = with(accumulator, item(Expr::variable(both), Expr::literal(0)), list_of(next));
            let reduced = Expr::made(ExprKind::Reduce {
                accumulator: both,
                initial: Box::new(list_of(vec![initial.clone(), list_of(Vec::new())])),
                local,
                list: Box::new(list.clone()),
                step: Box::new(next),
            });
            item(reduced, Expr::literal(1))
        });
        union(around.into_iter().chain(each).collect())
    }

    /// What is said of each relationship or repetition on the ways of a pattern.
    pub(super) fn of_ways(&mut self, pattern: &GraphPattern) -> Vec<Expr> {
        let mut found = Vec::new();
        for rel in &pattern.rels {
            match &rel.reach {
                Reach::One | Reach::Many { each: None, .. } => {}
                Reach::Many { each: Some((local, said)), .. } => {
                    found.extend(self.of_expr(said).map(|each| of_each(*local, &Expr::variable(rel.var), each)));
                }
                Reach::Route(route) => {
                    found.extend(route.predicates.iter().filter_map(|said| self.of_expr(said)));
                    found.extend(route.legs.iter().filter_map(|leg| self.of_leg(leg)));
                }
            }
        }
        found
    }

    /// The elements of a repetition are items of the lists of the leg, all at the same place.
    pub(super) fn of_leg(&mut self, leg: &Leg) -> Option<Expr> {
        let said = union(leg.predicates.iter().filter_map(|said| self.of_expr(said)).collect())?;
        let (_, first) = leg.lists.first()?;
        let place = self.variables.add(None, Type::Integer);
        let at = |list: VarId| item(Expr::variable(list), Expr::variable(place));
        let each = leg.lists.iter().fold(said, |said, (local, list)| with(*local, at(*list), said));
        let size = Expr::call("size", vec![Expr::variable(*first)]);
        let last = Expr::made(ExprKind::Operator(Operator::Subtract, Box::new(size), Box::new(Expr::literal(1))));
        Some(of_each(place, &Expr::call("range", vec![Expr::literal(0), last]), each))
    }

    /// What a pattern and its conditions take from around them.
    pub(super) fn free_variables(&self, clause: &BoundMatch) -> Vec<VarId> {
        let pattern = &clause.pattern;
        let mut own: Vec<VarId> = pattern.nodes.iter().filter(|node| !node.bound).map(|node| node.var).collect();
        own.extend(pattern.rels.iter().filter(|rel| !rel.bound).map(|rel| rel.var));
        own.extend(pattern.paths.iter().map(|path| path.var));
        own.extend(clause.operands.iter().map(|(var, _)| *var));
        let operands = clause.operands.iter().map(|(_, operand)| operand).chain(pattern.lens.operands());
        let mut used: Vec<VarId> = clause.predicates.iter().chain(operands).flat_map(|said| self.used(said)).collect();
        for rel in &pattern.rels {
            match &rel.reach {
                Reach::One => {}
                Reach::Many { each, .. } => {
                    if let Some((local, said)) = each {
                        own.push(*local);
                        used.extend(self.used(said));
                    }
                }
                Reach::Route(route) => {
                    let said = route.legs.iter().flat_map(|leg| &leg.predicates).chain(&route.predicates);
                    used.extend(said.flat_map(|said| self.used(said)));
                    own.extend(route.legs.iter().flat_map(Leg::locals));
                }
            }
        }
        used.extend(pattern.nodes.iter().filter(|node| node.bound).map(|node| node.var));
        used.extend(pattern.rels.iter().filter(|rel| rel.bound).map(|rel| rel.var));
        used.retain(|var| !own.contains(var));
        used.sort_unstable();
        used.dedup();
        used
    }

    /// The variables of an expression, those that its subqueries import included, but for those that it makes.
    pub(super) fn used(&self, expr: &Expr) -> Vec<VarId> {
        let mut used = expr.variables();
        for id in expr.subqueries() {
            used.extend(&self.subqueries[id.0 as usize].imports);
        }
        let made = expr.locals();
        used.retain(|var| !made.contains(var));
        used
    }
}

/// The two of a `CASE` without `ELSE`.
fn only_if(condition: Expr, then: Expr) -> Expr {
    Expr::made(ExprKind::Case { subject: None, branches: vec![(condition, then)], otherwise: None })
}

fn unless(condition: Expr, otherwise: Expr) -> Expr {
    let branches = vec![(condition, nothing())];
    Expr::made(ExprKind::Case { subject: None, branches, otherwise: Some(Box::new(otherwise)) })
}

/// `body`, where `local` is the value of `expr`.
pub(super) fn with(local: VarId, expr: Expr, body: Expr) -> Expr {
    let branches = vec![(Expr::literal(true), body)];
    Expr::made(ExprKind::Case { subject: Some((local, Box::new(expr))), branches, otherwise: None })
}

/// A list of what `each` is for each item.
pub(super) fn of_each(local: VarId, list: &Expr, each: Expr) -> Expr {
    let list = Box::new(list.clone());
    Expr::made(ExprKind::Comprehension { local, list, predicate: None, map: Some(Box::new(each)) })
}

fn item(list: Expr, index: Expr) -> Expr {
    Expr::made(ExprKind::Index(Box::new(list), Box::new(index)))
}

fn list_of(items: Vec<Expr>) -> Expr {
    Expr::made(ExprKind::List(items))
}

fn nothing() -> Expr {
    Expr::literal(Value::Null)
}
