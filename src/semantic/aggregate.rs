//! Aggregates: where one may stand, and what an expression around one may name.
//!
//! While the items of a WITH or RETURN are bound, each aggregate is set aside under a variable of its own, and the
//! item keeps that variable. What else the item names must then be a grouping key.

use std::hash::{Hash, Hasher};
use std::mem;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::binder::{Binder, Typed};
use super::bound::AggregateCall;
use super::scope::Scope;
use crate::expr::{Expr, ExprKind, SubqueryId, VarId};
use crate::function::Aggregate;
use crate::syntax::ast;
use crate::text::Span;
use crate::value::Type;

/// Whether an aggregate may stand at a place.
#[derive(Debug)]
pub(super) enum Aggregates {
    Refused,
    /// In the arguments of another.
    Nested,
    Collected(Collected),
}

/// The aggregates of one WITH or RETURN.
#[derive(Debug, Default)]
pub(super) struct Collected {
    calls: Vec<(VarId, AggregateCall)>,
    /// The places in `calls` by what they are [like](likeness).
    alike: FxHashMap<u64, Vec<usize>>,
    ids: FxHashSet<VarId>,
    /// In ORDER BY: what the arguments are said of, which is the rows before they are grouped.
    pub(super) input: Option<Scope>,
}

impl Collected {
    pub(super) fn are_named_in(&self, expr: &Expr) -> bool {
        let mut named = false;
        expr.walk(&mut |part| {
            if let ExprKind::Variable(id) = &part.kind {
                named |= self.holds(*id);
            }
        });
        named
    }

    pub(super) fn holds(&self, id: VarId) -> bool {
        self.ids.contains(&id)
    }

    pub(super) fn calls(&self) -> &[(VarId, AggregateCall)] {
        &self.calls
    }

    pub(super) fn into_calls(self) -> Vec<(VarId, AggregateCall)> {
        self.calls
    }

    fn find(&self, call: &AggregateCall) -> Option<VarId> {
        let alike = self.alike.get(&likeness(call))?;
        let mut calls = alike.iter().map(|index| &self.calls[*index]);
        calls.find(|(_, other)| is_same_call(other, call)).map(|(id, _)| *id)
    }

    fn add(&mut self, id: VarId, call: AggregateCall) {
        self.alike.entry(likeness(&call)).or_default().push(self.calls.len());
        self.ids.insert(id);
        self.calls.push((id, call));
    }
}

impl Binder<'_> {
    /// Runs `bind` where no aggregate may stand.
    pub(super) fn without_aggregates<T>(&mut self, bind: impl FnOnce(&mut Self) -> T) -> T {
        let saved = mem::replace(&mut self.aggregates, Aggregates::Refused);
        let made = bind(self);
        self.aggregates = saved;
        made
    }

    /// Runs `bind` where aggregates are added to `collected`.
    pub(super) fn collecting<T>(&mut self, collected: &mut Collected, bind: impl FnOnce(&mut Self) -> T) -> T {
        let saved = mem::replace(&mut self.aggregates, Aggregates::Collected(mem::take(collected)));
        let made = bind(self);
        if let Aggregates::Collected(back) = mem::replace(&mut self.aggregates, saved) {
            *collected = back;
        }
        made
    }

    pub(super) fn count_star(&mut self, span: Span) -> Typed {
        let call = AggregateCall { aggregate: None, distinct: false, arguments: Vec::new() };
        match self.open_aggregate(span) {
            None => Typed::unknown(span),
            Some(collected) => self.close_aggregate(collected, call, Type::Integer, span),
        }
    }

    pub(super) fn aggregate_call(&mut self, aggregate: Arc<Aggregate>, call: &ast::FunctionCall, span: Span) -> Typed {
        let Some(mut collected) = self.open_aggregate(span) else { return Typed::unknown(span) };
        let bind = |binder: &mut Self| {
            let arguments: Vec<Typed> = call.arguments.iter().map(|argument| binder.typed(argument)).collect();
            binder.check_arguments(aggregate.name, aggregate.parameters, &call.arguments, &arguments);
            arguments
        };
        let arguments = match collected.input.take() {
            None => bind(self),
            Some(input) => {
                let arguments = self.in_scope(input.clone(), bind);
                collected.input = Some(input);
                arguments
            }
        };
        if call.arguments.len() != aggregate.parameters.len() {
            let (count, help) =
                (aggregate.parameters.len(), format!("it is `{}`", aggregate.signature(aggregate.name)));
            self.refuse_count(aggregate.name, count, count, call, span, Some(help));
        }
        let (types, arguments): (Vec<Type>, Vec<Expr>) =
            arguments.into_iter().map(|typed| (typed.value_type, typed.expr)).unzip();
        self.refuse_chance(&arguments, span);
        let result = aggregate.result.of(&types);
        let call = AggregateCall { aggregate: Some(aggregate), distinct: call.distinct, arguments };
        self.close_aggregate(collected, call, result, span)
    }

    /// Takes the aggregates out while one is bound, so that another inside is seen to be nested.
    fn open_aggregate(&mut self, span: Span) -> Option<Collected> {
        match mem::replace(&mut self.aggregates, Aggregates::Nested) {
            Aggregates::Collected(collected) => Some(collected),
            Aggregates::Refused => {
                self.aggregates = Aggregates::Refused;
                self.refuse_with_help(
                    "InvalidAggregation",
                    span,
                    "an aggregate cannot stand here",
                    "aggregate in a WITH before, as `WITH x, count(*) AS n WHERE n > 1`",
                );
                None
            }
            Aggregates::Nested => {
                let message = "an aggregate cannot stand inside another";
                self.refuse_with_help("NestedAggregation", span, message, "aggregate in a WITH before, and again here");
                None
            }
        }
    }

    fn close_aggregate(&mut self, mut collected: Collected, call: AggregateCall, result: Type, span: Span) -> Typed {
        let id = collected.find(&call).unwrap_or_else(|| {
            let id = self.variables.add(None, result.clone());
            self.variables.get_mut(id).nullable = call.aggregate.is_some();
            collected.add(id, call);
            id
        });
        self.aggregates = Aggregates::Collected(collected);
        Typed::new(ExprKind::Variable(id), span, result)
    }

    fn refuse_chance(&mut self, arguments: &[Expr], span: Span) {
        let mut by_chance = false;
        for argument in arguments {
            argument.walk(&mut |part| {
                if let ExprKind::Call(function, _) = &part.kind {
                    by_chance |= !function.deterministic && function.name.to_lowercase().starts_with("rand");
                }
            });
        }
        if by_chance {
            self.refuse("NonConstantExpression", span, "an aggregate over random numbers has no fixed meaning");
        }
    }

    /// Puts `expr` over the variables that go on: what is the same as one of `known` becomes its variable. Returns
    /// the variables that are left and do not go on, and where they stand.
    pub(super) fn put_over(&self, expr: &mut Expr, view: &View) -> Vec<(VarId, Span)> {
        let mut lost = Vec::new();
        self.put_part_over(expr, view, &mut Vec::new(), &mut lost);
        lost
    }

    fn put_part_over(&self, expr: &mut Expr, view: &View, locals: &mut Vec<VarId>, lost: &mut Vec<(VarId, Span)>) {
        if let Some(id) = view.column_of(expr) {
            expr.kind = ExprKind::Variable(id);
            return;
        }
        let depth = locals.len();
        match &expr.kind {
            ExprKind::Variable(id) if !view.goes_on(*id) && !locals.contains(id) => lost.push((*id, expr.span)),
            ExprKind::Subquery(_, SubqueryId(index)) => {
                let imports = &self.subqueries[*index as usize].imports;
                let missing = imports.iter().filter(|id| !view.goes_on(**id) && !locals.contains(id));
                lost.extend(missing.map(|id| (*id, expr.span)));
            }
            ExprKind::Comprehension { local, .. }
            | ExprKind::Quantifier { local, .. }
            | ExprKind::Case { subject: Some((local, _)), .. } => locals.push(*local),
            ExprKind::Reduce { accumulator, local, .. } => locals.extend([*accumulator, *local]),
            _ => {}
        }
        for child in expr.children_mut() {
            self.put_part_over(child, view, locals, lost);
        }
        locals.truncate(depth);
    }
}

/// Expressions over the input and the variables that hold them.
#[derive(Debug, Default)]
pub(super) struct Known {
    exprs: Vec<(Expr, VarId)>,
    /// The places in `exprs` by their [likeness](Expr::likeness).
    alike: FxHashMap<u64, Vec<usize>>,
}

impl Known {
    pub(super) fn add(&mut self, expr: Expr, id: VarId) {
        self.alike.entry(expr.likeness()).or_default().push(self.exprs.len());
        self.exprs.push((expr, id));
    }

    pub(super) fn find(&self, expr: &Expr) -> Option<VarId> {
        let alike = self.alike.get(&expr.likeness())?;
        let mut exprs = alike.iter().map(|index| &self.exprs[*index]);
        exprs.find(|(known, _)| known.is_same(expr)).map(|(_, id)| *id)
    }
}

/// What an expression behind the projection can still be said of.
#[derive(Debug)]
pub(super) struct View<'v> {
    pub(super) known: &'v Known,
    /// Variables that go on; `None`: all do.
    pub(super) visible: Option<&'v FxHashSet<VarId>>,
    /// Beside an aggregate openCypher takes only variables, their properties, and whole items.
    pub(super) beside: Option<&'v Collected>,
}

impl View<'_> {
    fn goes_on(&self, id: VarId) -> bool {
        self.visible.is_none_or(|visible| visible.contains(&id))
    }

    fn column_of(&self, expr: &Expr) -> Option<VarId> {
        if let Some(collected) = self.beside
            && !is_access(expr)
            && !collected.are_named_in(expr)
        {
            return None;
        }
        if matches!(expr.kind, ExprKind::Literal(_) | ExprKind::Parameter(_)) {
            return None;
        }
        self.known.find(expr)
    }
}

/// `x`, `x.k`, `x.k.l`.
fn is_access(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) => true,
        ExprKind::Property(base, _) => is_access(base),
        _ => false,
    }
}

/// A number that two calls have in common if they [are the same](is_same_call).
fn likeness(call: &AggregateCall) -> u64 {
    let mut hasher = FxHasher::default();
    call.aggregate.as_ref().map(|aggregate| aggregate.name).hash(&mut hasher);
    call.distinct.hash(&mut hasher);
    call.arguments.iter().for_each(|argument| argument.likeness().hash(&mut hasher));
    hasher.finish()
}

fn is_same_call(left: &AggregateCall, right: &AggregateCall) -> bool {
    let same_aggregate = match (&left.aggregate, &right.aggregate) {
        (None, None) => true,
        (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
        _ => false,
    };
    same_aggregate
        && left.distinct == right.distinct
        && left.arguments.len() == right.arguments.len()
        && left.arguments.iter().zip(&right.arguments).all(|(a, b)| a.is_same(b))
}
