//! Constructors that keep expressions normal.

use std::sync::{Arc, LazyLock};

use super::{Comparison, Expr, ExprKind, VarId};
use crate::function::{Function, HAS_ALL, HAS_ANY, Registry};
use crate::text::Span;
use crate::value::Value;

impl Expr {
    pub(crate) fn new(kind: ExprKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// An expression that stands nowhere in the text.
    pub(crate) fn made(kind: ExprKind) -> Self {
        Self { kind, span: Span::default() }
    }

    pub(crate) fn literal(value: impl Into<LiteralValue>) -> Self {
        Self::made(ExprKind::Literal(value.into().0))
    }

    pub(crate) fn variable(id: VarId) -> Self {
        Self::made(ExprKind::Variable(id))
    }

    /// The conjunction of `terms`: nested conjunctions flattened, `true` dropped; `true` if nothing is left.
    pub(crate) fn all(terms: impl IntoIterator<Item = Expr>) -> Self {
        let mut flat = Vec::new();
        for term in terms {
            match term.kind {
                ExprKind::And(inner) => flat.extend(inner),
                ExprKind::Literal(Value::Boolean(true)) => {}
                _ => flat.push(term),
            }
        }
        match flat.len() {
            0 => Self::made(ExprKind::Literal(Value::Boolean(true))),
            1 => flat.remove(0),
            _ => Self::made(ExprKind::And(flat)),
        }
    }

    /// The conjuncts of this expression.
    pub(crate) fn into_conjuncts(self) -> Vec<Expr> {
        match self.kind {
            ExprKind::And(terms) => terms.into_iter().flat_map(Expr::into_conjuncts).collect(),
            ExprKind::Literal(Value::Boolean(true)) => Vec::new(),
            _ => vec![self],
        }
    }

    /// A call of a function of the language, by its name.
    pub(crate) fn call(name: &str, arguments: Vec<Expr>) -> Self {
        static LANGUAGE: LazyLock<Registry> = LazyLock::new(Registry::builtin);
        let function = LANGUAGE.function(name).expect("a function of the language");
        Self::made(ExprKind::Call(Arc::clone(function), arguments))
    }

    /// Whether an element has all labels, or the type, that `given` gives; with `any`, one of them.
    pub(crate) fn has_given(element: Expr, given: Expr, any: bool) -> Self {
        static ALL: LazyLock<Arc<Function>> = LazyLock::new(|| Arc::new(HAS_ALL));
        static ANY: LazyLock<Arc<Function>> = LazyLock::new(|| Arc::new(HAS_ANY));
        let span = given.span;
        Self::new(ExprKind::Call(Arc::clone(if any { &ANY } else { &ALL }), vec![element, given]), span)
    }

    pub(crate) fn equal(left: Expr, right: Expr) -> Self {
        Self::made(ExprKind::Compare(Comparison::Equal, Box::new(left), Box::new(right)))
    }
}

/// What [`Expr::literal`] takes.
pub(crate) struct LiteralValue(pub Value);

impl From<Value> for LiteralValue {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl From<bool> for LiteralValue {
    fn from(value: bool) -> Self {
        Self(Value::Boolean(value))
    }
}

impl From<i64> for LiteralValue {
    fn from(value: i64) -> Self {
        Self(Value::Integer(value))
    }
}
