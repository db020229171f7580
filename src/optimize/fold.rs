//! Computes what does not depend on the row, the graph, the clock or chance.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;

use super::terms::is_true;
use crate::catalog::Statistics;
use crate::expr::{Expr, ExprKind, Operator};
use crate::function::lens::{Clock, Lens};
use crate::function::{Cited, FunctionError, Host, operator};
use crate::plan::{LogicalStatement, Step};
use crate::value::{Date, DateTime, ElementId, List, Name, Node, Relationship, Value};

/// Literals in the place of what has one value. What would be an error is left for the run, where it may never be
/// reached. A filter that lets nothing pass ends its plan, if nothing before it writes.
pub(super) fn constants(statement: &mut LogicalStatement, _: &dyn Statistics) {
    statement.walk_mut(&mut |plan| {
        for step in &mut plan.steps {
            step.exprs_mut().into_iter().for_each(fold);
        }
        plan.steps.retain(|step| !matches!(step, Step::Filter(predicate) if is_true(predicate)));
        let mut written = false;
        for step in &mut plan.steps {
            written |= step.writes();
            if !written && matches!(step, Step::Filter(predicate) if never_true(predicate)) {
                *step = Step::Empty;
            }
        }
    });
}

fn never_true(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Value::Boolean(false) | Value::Null))
}

/// Folds `expr` from the inside out.
fn fold(expr: &mut Expr) {
    for child in expr.children_mut() {
        fold(child);
    }
    if let Some(value) = value_of(&expr.kind) {
        expr.kind = ExprKind::Literal(value);
        return;
    }
    match &mut expr.kind {
        ExprKind::And(terms) if terms.iter().any(is_true) => {
            terms.retain(|term| !is_true(term));
            // A lone term must still be a truth value.
            if terms.len() == 1 && !is_truth(&terms[0]) {
                terms.push(Expr::literal(true));
            }
            if terms.len() == 1 {
                *expr = terms.remove(0);
            }
        }
        ExprKind::Not(operand) => {
            if let ExprKind::Not(inner) = &operand.kind
                && is_truth(inner)
            {
                *expr = (**inner).clone();
            }
        }
        _ => {}
    }
}

/// Whether the expression is surely a truth value or null.
fn is_truth(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Compare(..) | ExprKind::IsNull(_) | ExprKind::Is(..) | ExprKind::Not(_) | ExprKind::HasLabels(..)
    )
}

fn literal(expr: &Expr) -> Option<&Value> {
    match &expr.kind {
        ExprKind::Literal(value) => Some(value),
        _ => None,
    }
}

fn literals(exprs: &[Expr]) -> Option<Vec<Value>> {
    exprs.iter().map(|expr| literal(expr).cloned()).collect()
}

/// The value of an expression whose parts are literals.
fn value_of(kind: &ExprKind) -> Option<Value> {
    match kind {
        ExprKind::List(items) => Some(Value::List(List::from(literals(items)?))),
        ExprKind::Map(entries) => {
            let entry = |(key, value): &(Name, Expr)| Some((key.clone(), literal(value)?.clone()));
            Some(Value::Map(entries.iter().map(entry).collect::<Option<BTreeMap<_, _>>>()?.into()))
        }
        ExprKind::Negate(operand) => operator::negate(literal(operand)?).ok(),
        ExprKind::Is(predicate, operand) => Some(truth_value(predicate.holds(literal(operand)?))),
        ExprKind::IsNull(operand) => Some(Value::Boolean(literal(operand)?.is_null())),
        ExprKind::Not(operand) => Some(truth_value(operator::not(operator::truth(literal(operand)?).ok()?))),
        ExprKind::And(terms) if terms.iter().any(|term| matches!(literal(term), Some(Value::Boolean(false)))) => {
            Some(Value::Boolean(false))
        }
        ExprKind::Or(terms) if terms.iter().any(is_true) => Some(Value::Boolean(true)),
        ExprKind::And(terms) => all_truths(terms, operator::and),
        ExprKind::Or(terms) => all_truths(terms, operator::or),
        ExprKind::Xor(terms) => all_truths(terms, operator::xor),
        ExprKind::Compare(comparison, left, right) => {
            Some(truth_value(comparison.holds(literal(left)?, literal(right)?)))
        }
        ExprKind::Operator(operator, left, right) => operated(*operator, literal(left)?, literal(right)?),
        ExprKind::Call(function, arguments) => {
            let arguments = literals(arguments)?;
            let host = NoHost::default();
            let result = function.call(&host, &arguments).ok()?;
            // A graph, a clock or chance was asked: the next row may get another answer.
            if host.asked.get() { None } else { Some(result) }
        }
        ExprKind::Literal(_)
        | ExprKind::Parameter(_)
        | ExprKind::Given(_)
        | ExprKind::Passes { .. }
        | ExprKind::Variable(_)
        | ExprKind::Property(..)
        | ExprKind::Index(..)
        | ExprKind::Slice(..)
        | ExprKind::HasLabels(..)
        | ExprKind::Case { .. }
        | ExprKind::Comprehension { .. }
        | ExprKind::Quantifier { .. }
        | ExprKind::Reduce { .. }
        | ExprKind::MapProjection { .. }
        | ExprKind::Subquery(..) => None,
    }
}

fn truth_value(truth: Option<bool>) -> Value {
    truth.map_or(Value::Null, Value::Boolean)
}

fn all_truths(terms: &[Expr], join: fn(Option<bool>, Option<bool>) -> Option<bool>) -> Option<Value> {
    let mut truths = Vec::with_capacity(terms.len());
    for term in terms {
        truths.push(operator::truth(literal(term)?).ok()?);
    }
    Some(truth_value(truths.into_iter().reduce(join)?))
}

fn operated(kind: Operator, left: &Value, right: &Value) -> Option<Value> {
    match kind {
        Operator::Add => {
            let host = NoHost::default();
            operator::add(&host, left, right).ok().filter(|_| !host.asked.get())
        }
        Operator::Concatenate => {
            let host = NoHost::default();
            operator::concatenate(&host, left, right).ok().filter(|_| !host.asked.get())
        }
        Operator::Subtract => operator::subtract(left, right).ok(),
        Operator::Multiply => operator::multiply(left, right).ok(),
        Operator::Divide => operator::divide(left, right).ok(),
        Operator::Modulo => operator::modulo(left, right).ok(),
        Operator::Power => operator::power(left, right).ok(),
        Operator::In => operator::in_list(left, right).ok().map(truth_value),
        Operator::StartsWith => Some(truth_value(operator::starts_with(left, right))),
        Operator::EndsWith => Some(truth_value(operator::ends_with(left, right))),
        Operator::Contains => Some(truth_value(operator::contains(left, right))),
        // The executor compiles the pattern once.
        Operator::Matches => None,
    }
}

/// A host that knows nothing and remembers that it was asked.
#[derive(Debug, Default)]
struct NoHost {
    asked: Cell<bool>,
}

/// A folded value may be so large.
const MAX_BYTES: usize = 1 << 16;

impl NoHost {
    fn refuse<T>(&self) -> Result<T, FunctionError> {
        self.asked.set(true);
        Err(FunctionError::Cancelled)
    }

    fn no_time(&self) -> DateTime {
        self.asked.set(true);
        DateTime::parse("1970-01-01T00:00:00Z").expect("a point in time")
    }
}

impl Host for NoHost {
    fn graph(&self) -> &dyn Any {
        self.asked.set(true);
        &()
    }

    fn labels(&self, _: &Node) -> Result<Vec<Name>, FunctionError> {
        self.refuse()
    }

    fn rel_type(&self, _: &Relationship) -> Result<Name, FunctionError> {
        self.refuse()
    }

    fn ends(&self, _: &Relationship) -> Result<(Value, Value), FunctionError> {
        self.refuse()
    }

    fn is_asserted(&self, _: &Relationship) -> Result<bool, FunctionError> {
        self.refuse()
    }

    fn properties(&self, _: ElementId) -> Result<BTreeMap<Name, Value>, FunctionError> {
        self.refuse()
    }

    fn property(&self, _: ElementId, _: &str) -> Result<Value, FunctionError> {
        self.refuse()
    }

    fn citations(&self, _: ElementId, _: Lens<&Value>) -> Result<Vec<Cited>, FunctionError> {
        self.refuse()
    }

    fn known_citations(&self, _: ElementId, _: Clock<&Value>) -> Result<Vec<Cited>, FunctionError> {
        self.refuse()
    }

    fn cited_joints(&self, _: &Node) -> Result<Vec<Relationship>, FunctionError> {
        self.refuse()
    }

    fn passes(&self, _: ElementId, _: Lens<&Value>) -> Result<bool, FunctionError> {
        self.refuse()
    }

    fn known(&self, _: ElementId, _: bool) -> Result<Option<Date>, FunctionError> {
        self.refuse()
    }

    fn known_through(&self, _: ElementId, _: bool) -> Result<Option<Relationship>, FunctionError> {
        self.refuse()
    }

    fn sources_through(&self, _: ElementId, _: Lens<&Value>) -> Result<Vec<Relationship>, FunctionError> {
        self.refuse()
    }

    fn source_count(&self, _: ElementId, _: Lens<&Value>) -> Result<Option<usize>, FunctionError> {
        self.refuse()
    }

    fn valid_times(&self, _: ElementId) -> Result<(Value, Value), FunctionError> {
        self.refuse()
    }

    fn max_witnesses(&self) -> usize {
        self.asked.set(true);
        0
    }

    fn degree(&self, _: &Node, _: Lens<&Value>) -> Result<u64, FunctionError> {
        self.refuse()
    }

    fn touching(&self, _: &Node, _: Lens<&Value>) -> Result<Vec<Relationship>, FunctionError> {
        self.refuse()
    }

    fn recorded(&self, _: ElementId) -> Result<(u64, DateTime), FunctionError> {
        self.refuse()
    }

    fn transaction_time(&self) -> DateTime {
        self.no_time()
    }

    fn statement_time(&self) -> DateTime {
        self.no_time()
    }

    fn real_time(&self) -> DateTime {
        self.no_time()
    }

    fn random(&self) -> f64 {
        self.asked.set(true);
        0.0
    }

    fn reserve(&self, bytes: usize) -> Result<(), FunctionError> {
        if bytes > MAX_BYTES { self.refuse() } else { Ok(()) }
    }
}
