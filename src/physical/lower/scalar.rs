//! Expressions over columns.

use super::rows::Rows;
use super::{Frame, Lowerer};
use crate::expr::{Expr, ExprKind, LabelExpr, SubqueryId, SubqueryKind, VarId};
use crate::physical::{ColumnKind, LabelTest, Scalar, Subplan, TextRange, Within};
use crate::value::{Name, Value};

/// What an expression can see: columns, and the local variables around it, outermost first.
pub(super) struct Scope<'r> {
    rows: &'r Rows,
    locals: Vec<VarId>,
}

impl Lowerer<'_> {
    /// `expr` over the columns of `rows`.
    pub(super) fn scalar(&mut self, expr: &Expr, rows: &Rows) -> Scalar {
        self.compile(expr, &mut Scope { rows, locals: Vec::new() })
    }

    /// What is said of local variables, numbered from 0 on.
    pub(super) fn said_of(&mut self, locals: &[VarId], expr: &Expr, rows: &Rows) -> Scalar {
        self.compile(expr, &mut Scope { rows, locals: locals.to_vec() })
    }

    pub(super) fn scalars(&mut self, exprs: &[Expr], rows: &Rows) -> Vec<Scalar> {
        exprs.iter().map(|expr| self.scalar(expr, rows)).collect()
    }

    fn compile(&mut self, expr: &Expr, scope: &mut Scope<'_>) -> Scalar {
        let range: TextRange = (expr.span.start, expr.span.end);
        match &expr.kind {
            ExprKind::Literal(value) => Scalar::Constant(value.clone()),
            ExprKind::Parameter(name) => Scalar::Parameter(self.parameters.get(name) as usize),
            ExprKind::Given(id) => Scalar::Given(id.0 as usize),
            ExprKind::Variable(var) => variable(*var, scope),
            ExprKind::Property(base, key) => {
                Scalar::Property { base: self.boxed(base, scope), key: self.key(key), range }
            }
            ExprKind::Index(base, index) => {
                Scalar::Index { base: self.boxed(base, scope), index: self.boxed(index, scope), range }
            }
            ExprKind::Slice(base, from, to) => Scalar::Slice {
                base: self.boxed(base, scope),
                from: self.optional(from.as_deref(), scope),
                to: self.optional(to.as_deref(), scope),
                range,
            },
            ExprKind::List(items) => Scalar::List(self.each(items, scope)),
            ExprKind::Map(entries) => Scalar::Map(self.entries(entries, scope)),
            ExprKind::HasLabels(base, test) => {
                Scalar::HasLabels { base: self.boxed(base, scope), test: self.label_test(test), range }
            }
            ExprKind::And(terms) => Scalar::And(self.each(terms, scope)),
            ExprKind::Or(terms) => Scalar::Or(self.each(terms, scope)),
            ExprKind::Xor(terms) => Scalar::Xor(self.each(terms, scope)),
            ExprKind::Not(operand) => Scalar::Not(self.boxed(operand, scope)),
            ExprKind::Compare(comparison, left, right) => {
                Scalar::Compare(*comparison, self.boxed(left, scope), self.boxed(right, scope))
            }
            ExprKind::IsNull(operand) => Scalar::IsNull(self.boxed(operand, scope)),
            ExprKind::Is(predicate, operand) => Scalar::Is(predicate.clone(), self.boxed(operand, scope)),
            ExprKind::Operator(operator, left, right) => Scalar::Operator {
                operator: *operator,
                left: self.boxed(left, scope),
                right: self.boxed(right, scope),
                range,
            },
            ExprKind::Negate(operand) => Scalar::Negate(self.boxed(operand, scope), range),
            ExprKind::Call(function, arguments) => {
                Scalar::Call { function: function.clone(), arguments: self.each(arguments, scope), range }
            }
            ExprKind::Case { subject, branches, otherwise } => {
                let depth = scope.locals.len();
                let subject = subject.as_ref().map(|(local, subject)| {
                    let subject = self.boxed(subject, scope);
                    (scope.open(*local), subject)
                });
                let branches = branches
                    .iter()
                    .map(|(when, then)| (self.compile(when, scope), self.compile(then, scope)))
                    .collect();
                let otherwise = self.optional(otherwise.as_deref(), scope);
                scope.locals.truncate(depth);
                Scalar::Case { subject, branches, otherwise }
            }
            ExprKind::Comprehension { local, list, predicate, map } => {
                let list = self.boxed(list, scope);
                let number = scope.open(*local);
                let predicate = self.optional(predicate.as_deref(), scope);
                let map = self.optional(map.as_deref(), scope);
                scope.locals.pop();
                Scalar::Comprehension { local: number, list, predicate, map, range }
            }
            ExprKind::Quantifier { kind, local, list, predicate } => {
                let list = self.boxed(list, scope);
                let number = scope.open(*local);
                let predicate = self.boxed(predicate, scope);
                scope.locals.pop();
                Scalar::Quantifier { kind: *kind, local: number, list, predicate, range }
            }
            ExprKind::Reduce { accumulator, initial, local, list, step } => {
                let initial = self.boxed(initial, scope);
                let list = self.boxed(list, scope);
                let accumulator = scope.open(*accumulator);
                let number = scope.open(*local);
                let step = self.boxed(step, scope);
                scope.locals.truncate(accumulator);
                Scalar::Reduce { accumulator, initial, local: number, list, step, range }
            }
            ExprKind::MapProjection { base, all, entries } => Scalar::MapProjection {
                base: self.boxed(base, scope),
                all: *all,
                entries: self.entries(entries, scope),
                range,
            },
            ExprKind::Subquery(kind, id) => self.subquery(*kind, *id, scope),
            ExprKind::Passes { element, lens, look } => {
                let lens = lens.map(|operand| self.compile(operand, scope));
                Scalar::Passes { element: self.boxed(element, scope), within: Box::new(Within { lens, look: *look }) }
            }
        }
    }

    fn boxed(&mut self, expr: &Expr, scope: &mut Scope<'_>) -> Box<Scalar> {
        Box::new(self.compile(expr, scope))
    }

    fn optional(&mut self, expr: Option<&Expr>, scope: &mut Scope<'_>) -> Option<Box<Scalar>> {
        expr.map(|expr| self.boxed(expr, scope))
    }

    fn each(&mut self, exprs: &[Expr], scope: &mut Scope<'_>) -> Vec<Scalar> {
        exprs.iter().map(|expr| self.compile(expr, scope)).collect()
    }

    fn entries(&mut self, entries: &[(Name, Expr)], scope: &mut Scope<'_>) -> Vec<(Name, Scalar)> {
        entries.iter().map(|(key, value)| (key.clone(), self.compile(value, scope))).collect()
    }

    fn label_test(&mut self, test: &LabelExpr) -> LabelTest {
        match test {
            LabelExpr::Name(name) => LabelTest::Name(self.label(name), self.rel_type(name)),
            LabelExpr::Wildcard => LabelTest::Wildcard,
            LabelExpr::Not(inner) => LabelTest::Not(Box::new(self.label_test(inner))),
            LabelExpr::And(items) => LabelTest::All(items.iter().map(|item| self.label_test(item)).collect()),
            LabelExpr::Or(items) => LabelTest::Any(items.iter().map(|item| self.label_test(item)).collect()),
        }
    }

    /// Each use of a subquery gets a plan of its own: what it imports is seen from where it is used.
    fn subquery(&mut self, kind: SubqueryKind, id: SubqueryId, scope: &mut Scope<'_>) -> Scalar {
        let subquery = &self.logical[id.0 as usize];
        let mut imports = Vec::new();
        let mut frame = Frame { ordinal: true, imports: Vec::new() };
        for var in &subquery.plan.imports {
            let scalar = variable(*var, scope);
            let column_kind = match scalar {
                Scalar::Column(position) => scope.rows.kind(position),
                _ => ColumnKind::Value,
            };
            frame.imports.push((*var, column_kind));
            imports.push((scalar, column_kind));
        }
        let needed = match kind {
            SubqueryKind::Exists => None,
            SubqueryKind::Count => subquery.weight,
            SubqueryKind::Collect | SubqueryKind::Rejected => subquery.column,
        };
        let rows = self.plan(&subquery.plan, &frame, needed.as_slice());
        let column = needed.map(|var| rows.position(var));
        let subplan = self.subplans.len();
        self.subplans.push(Subplan { root: rows.operator, imports });
        match (kind, column) {
            (SubqueryKind::Exists, _) => Scalar::Exists(subplan),
            (SubqueryKind::Count, weight) => Scalar::Count { subplan, weight },
            (SubqueryKind::Collect, Some(column)) => Scalar::Collect { subplan, column, may_fail: false },
            (SubqueryKind::Rejected, Some(column)) => Scalar::Collect { subplan, column, may_fail: true },
            (SubqueryKind::Collect | SubqueryKind::Rejected, None) => Scalar::Constant(Value::Null),
        }
    }
}

impl Scope<'_> {
    /// The number of a local variable that is seen from now on.
    fn open(&mut self, local: VarId) -> usize {
        self.locals.push(local);
        self.locals.len() - 1
    }
}

fn variable(var: VarId, scope: &Scope<'_>) -> Scalar {
    if let Some(number) = scope.locals.iter().rposition(|local| *local == var) {
        return Scalar::Local(number);
    }
    let position = scope.rows.find(var);
    debug_assert!(position.is_some(), "variable {var:?} is bound by an earlier step than those that name it");
    position.map_or(Scalar::Constant(Value::Null), Scalar::Column)
}
