//! What the binder carries while it walks a statement.
//!
//! Binding does not stop at the first problem: what cannot be bound becomes a null of unknown type, the problem is
//! noted, and the statement is refused at the end.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Warning;
use super::aggregate::Aggregates;
use super::bound::{BoundBody, BoundStatement, BoundSubquery, Mode, Parameter};
use super::error::{Hint, SemanticError};
use super::infer;
use super::scope::Scope;
use super::warn::Names;
use crate::catalog::Statistics;
use crate::expr::{Expr, ExprKind, Lens, VarId, Variables};
use crate::function::{Procedure, Registry};
use crate::syntax::ast;
use crate::text::Span;
use crate::value::nearest::nearest;
use crate::value::{ErrorKind, Name, Type, Value};

/// More problems than this are not collected: the rest would be noise.
const PROBLEMS: usize = 20;

/// The state of binding one statement.
pub(super) struct Binder<'a> {
    pub(super) text: &'a str,
    pub(super) statistics: &'a dyn Statistics,
    pub(super) registry: &'a Registry,
    pub(super) variables: Variables,
    pub(super) scope: Scope,
    /// Whether an aggregate may stand here, and those found so far.
    pub(super) aggregates: Aggregates,
    pub(super) subqueries: Vec<BoundSubquery>,
    /// Under which patterns are looked for here.
    pub(super) lens: Lens<Expr>,
    /// What is computed before the first row.
    pub(super) given: Vec<Expr>,
    /// Every use of a variable so far: what a subquery imports is read off this.
    pub(super) uses: Vec<VarId>,
    /// Each where it is named first.
    pub(super) parameters: FxHashMap<Name, Span>,
    /// Procedures that were called without YIELD.
    pub(super) silent_calls: Vec<Arc<Procedure>>,
    pub(super) names: Names,
    pub(super) warnings: Vec<Warning>,
    /// Whether anything is written that is not committed by itself.
    pub(super) writes: bool,
    /// What the CASEs around compare, the innermost last.
    pub(super) case_subjects: Vec<VarId>,
    /// Whether the statement commits while it runs.
    pub(super) commits: bool,
    /// Inside EXISTS, COUNT or COLLECT.
    pub(super) reading_only: bool,
    pub(super) errors: Vec<SemanticError>,
}

/// An expression and what is known of its value.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) expr: Expr,
    pub(super) value_type: Type,
}

impl Typed {
    pub(super) fn new(kind: ExprKind, span: Span, value_type: Type) -> Self {
        Self { expr: Expr::new(kind, span), value_type }
    }

    /// Stands for what could not be bound.
    pub(super) fn unknown(span: Span) -> Self {
        Self::new(ExprKind::Literal(Value::Null), span, Type::Any)
    }
}

impl<'a> Binder<'a> {
    pub(super) fn new(text: &'a str, statistics: &'a dyn Statistics, registry: &'a Registry) -> Self {
        Self {
            text,
            statistics,
            registry,
            variables: Variables::default(),
            scope: Scope::default(),
            aggregates: Aggregates::Refused,
            subqueries: Vec::new(),
            lens: Lens::default(),
            given: Vec::new(),
            uses: Vec::new(),
            parameters: FxHashMap::default(),
            silent_calls: Vec::new(),
            names: Names::default(),
            warnings: Vec::new(),
            writes: false,
            case_subjects: Vec::new(),
            commits: false,
            reading_only: false,
            errors: Vec::new(),
        }
    }

    pub(super) fn finish(mut self, mode: Mode, body: BoundBody) -> Result<BoundStatement, Vec<SemanticError>> {
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        self.warnings.extend(self.names.warnings(self.statistics));
        let named = self.parameters.into_iter().map(|(name, span)| Parameter { name, span });
        let mut parameters: Vec<Parameter> = named.collect();
        parameters.sort_unstable_by(|one, other| (one.span.start, &one.name).cmp(&(other.span.start, &other.name)));
        Ok(BoundStatement {
            mode,
            at_commit: None,
            body,
            variables: self.variables,
            subqueries: self.subqueries,
            given: self.given,
            parameters,
            writes: self.writes || self.commits,
            warnings: self.warnings,
            why: None,
        })
    }

    // ------------------------------------------------------------ variables

    /// The variable of this name, if there is one.
    pub(super) fn lookup(&mut self, name: &str) -> Option<VarId> {
        let id = self.scope.get(name)?;
        self.uses.push(id);
        Some(id)
    }

    /// The variable of this name; it is a problem if there is none.
    pub(super) fn lookup_or_refuse(&mut self, name: &Name, span: Span) -> Option<VarId> {
        let found = self.lookup(name);
        if found.is_none() {
            self.refuse_unknown_variable(name, span);
        }
        found
    }

    pub(super) fn refuse_unknown_variable(&mut self, name: &Name, span: Span) {
        self.refuse_unknown(name, span, Hint::None);
    }

    /// Where a text could stand, a bare word may be one.
    pub(super) fn refuse_unknown_value(&mut self, name: &Name, span: Span) {
        self.refuse_unknown(name, span, Hint::Text);
    }

    fn refuse_unknown(&mut self, name: &Name, span: Span, otherwise: Hint) {
        // One word for each name, however often it is used.
        let is_known = |error: &SemanticError| matches!(error, SemanticError::UnknownVariable { name: known, .. } if known == name);
        if self.errors.len() >= PROBLEMS || self.errors.iter().any(is_known) {
            return;
        }
        let hint = self.hint(name).unwrap_or(otherwise);
        self.note(SemanticError::UnknownVariable { name: name.clone(), span, hint });
    }

    fn hint(&self, name: &Name) -> Option<Hint> {
        if self.scope.is_narrowed() && self.variables.has_name(name) {
            return Some(Hint::LeftBehind);
        }
        let gives = |procedure: &&Arc<Procedure>| procedure.outputs.iter().any(|output| output.name == *name);
        if let Some(procedure) = self.silent_calls.iter().find(gives) {
            return Some(Hint::Output(procedure.name.clone()));
        }
        if let Some(near) = nearest(name, self.scope.names().map(Name::as_str)) {
            return Some(Hint::Near(near));
        }
        let is_element = |(_, id): &&(Name, VarId)| infer::is_element(self.type_of(*id));
        let elements = self.scope.star();
        let of = elements.iter().find(is_element).map(|(of, _)| of.clone());
        of.filter(|_| self.statistics.catalog().keys.get(name).is_some()).map(Hint::Property)
    }

    /// A new variable that can be used from here on.
    pub(super) fn declare(&mut self, name: &Name, var_type: Type) -> VarId {
        let id = self.variables.add(Some(name.clone()), var_type);
        self.scope.declare(name.clone(), id);
        id
    }

    /// A new variable; one whose name is taken is a problem.
    pub(super) fn declare_new(&mut self, ident: &ast::Ident, var_type: Type) -> VarId {
        if self.scope.get(&ident.name).is_some() {
            self.refuse_bound(ident);
        }
        self.declare(&ident.name, var_type)
    }

    pub(super) fn refuse_bound(&mut self, ident: &ast::Ident) {
        let message = format!("variable `{}` is already bound", ident.name);
        self.refuse("VariableAlreadyBound", ident.span, message);
    }

    pub(super) fn type_of(&self, id: VarId) -> &Type {
        &self.variables.get(id).var_type
    }

    /// Runs `bind` with `scope` for the scope, and gives back the scope from before.
    pub(super) fn in_scope<T>(&mut self, scope: Scope, bind: impl FnOnce(&mut Self) -> T) -> T {
        let saved = std::mem::replace(&mut self.scope, scope);
        let made = bind(self);
        self.scope = saved;
        made
    }

    pub(super) fn parameter(&mut self, name: &Name, span: Span) {
        self.parameters.entry(name.clone()).or_insert(span);
    }

    // ------------------------------------------------------------ problems

    pub(super) fn note(&mut self, error: SemanticError) {
        if self.errors.len() < PROBLEMS {
            self.errors.push(error);
        }
    }

    pub(super) fn refuse(&mut self, detail: &'static str, span: Span, message: impl Into<String>) {
        self.refuse_as(ErrorKind::Syntax, detail, span, message, None);
    }

    pub(super) fn refuse_with_help(
        &mut self,
        detail: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.refuse_as(ErrorKind::Syntax, detail, span, message, Some(help.into()));
    }

    pub(super) fn refuse_as(
        &mut self,
        kind: ErrorKind,
        detail: &'static str,
        span: Span,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        self.note(SemanticError::Rule { kind, detail, message: message.into(), span, help });
    }

    /// It is a problem if a value of type `found` cannot be a `wanted`.
    pub(super) fn expect_type(&mut self, found: &Type, wanted: &Type, span: Span) {
        if !found.may_be(wanted) {
            self.refuse("InvalidArgumentType", span, format!("expected {wanted}, found {found}"));
        }
    }
}
