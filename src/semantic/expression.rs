//! Expressions: each with its names resolved and its static type.

use super::binder::{Binder, Typed};
use super::infer;
use super::label::label_expr;
use crate::expr::{Comparison, Expr, ExprKind, Operator, Quantifier, VarId};
use crate::syntax::ast;
use crate::text::Span;
use crate::value::{ErrorKind, Name, Predicate, Type, Value};

impl Binder<'_> {
    /// An expression whose type the caller does not ask for.
    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Expr {
        self.typed(expr).expr
    }

    pub(super) fn typed(&mut self, expr: &ast::Expr) -> Typed {
        let span = expr.span;
        let literal = |value, value_type| Typed::new(ExprKind::Literal(value), span, value_type);
        match &expr.kind {
            ast::ExprKind::Null => literal(Value::Null, Type::Null),
            ast::ExprKind::Boolean(value) => literal(Value::Boolean(*value), Type::Boolean),
            ast::ExprKind::Integer(value) => literal(Value::Integer(*value), Type::Integer),
            ast::ExprKind::Float(value) => literal(Value::Float(*value), Type::Float),
            ast::ExprKind::String(value) => literal(Value::String(value.to_shared()), Type::String),
            ast::ExprKind::List(items) => self.list(items, span),
            ast::ExprKind::Map(entries) => self.map(entries, span),
            ast::ExprKind::Parameter(name) => self.parameter_use(name, span),
            ast::ExprKind::Variable(name) => self.variable_or_number(name, span),
            ast::ExprKind::Property(base, key) => self.property(base, key, span),
            ast::ExprKind::Index(base, index) => self.index(base, index, span),
            ast::ExprKind::Slice(list, from, to) => self.slice(list, from.as_deref(), to.as_deref(), span),
            ast::ExprKind::HasLabels(base, labels) => self.has_labels(base, labels, span),
            ast::ExprKind::And(terms) => self.connective(terms, ExprKind::And, span),
            ast::ExprKind::Or(terms) => self.connective(terms, ExprKind::Or, span),
            ast::ExprKind::Xor(terms) => self.connective(terms, ExprKind::Xor, span),
            ast::ExprKind::Not(operand) => self.not(operand, span),
            ast::ExprKind::Comparison(first, rest) => self.comparison(first, rest, span),
            ast::ExprKind::Binary(op, left, right) => self.binary(*op, left, right, span),
            ast::ExprKind::Negate(operand) => self.negate(operand, span),
            ast::ExprKind::Plus(operand) => self.plus(operand),
            ast::ExprKind::IsNull { operand, negated } => self.is_null(operand, *negated, span),
            ast::ExprKind::Is { operand, predicate, negated } => self.is(operand, predicate, *negated, span),
            ast::ExprKind::Case(case) => self.case(case, span),
            ast::ExprKind::CaseSubject => self.case_subject(span),
            ast::ExprKind::CountStar => self.count_star(span),
            ast::ExprKind::Function(call) => self.function_call(call, span),
            ast::ExprKind::ListComprehension(list) => self.list_comprehension(list, span),
            ast::ExprKind::PatternComprehension(pattern) => self.pattern_comprehension(pattern, span),
            ast::ExprKind::Quantifier(quantifier) => self.quantifier(quantifier, span),
            ast::ExprKind::Reduce(reduce) => self.reduce(reduce, span),
            ast::ExprKind::MapProjection(projection) => self.map_projection(projection, span),
            ast::ExprKind::Pattern(_) => self.misplaced_pattern(span),
            ast::ExprKind::Shortest(part) => self.shortest(part, span),
            ast::ExprKind::Exists(subquery) => self.exists_subquery(subquery, span),
            ast::ExprKind::Count(subquery) => self.count_subquery(subquery, span),
            ast::ExprKind::Collect(subquery) => self.collect_subquery(subquery, span),
        }
    }

    /// An expression that says whether: an operand of AND, or what follows WHERE. Only here a pattern may stand.
    pub(super) fn truth(&mut self, expr: &ast::Expr) -> Expr {
        if let ast::ExprKind::Pattern(path) = &expr.kind {
            return self.pattern_predicate(path, expr.span).expr;
        }
        let typed = self.typed(expr);
        self.expect_type(&typed.value_type, &Type::Boolean, expr.span);
        typed.expr
    }

    /// A predicate over rows, where no aggregate may stand.
    pub(super) fn predicate(&mut self, expr: &ast::Expr) -> Expr {
        self.without_aggregates(|binder| binder.truth(expr))
    }

    // ------------------------------------------------------------ leaves

    fn parameter_use(&mut self, name: &Name, span: Span) -> Typed {
        self.parameter(name, span);
        Typed::new(ExprKind::Parameter(name.clone()), span, Type::Any)
    }

    /// A name that is bound is a variable, whatever it is; of the others some are numbers.
    fn variable_or_number(&mut self, name: &Name, span: Span) -> Typed {
        match named_number(name) {
            Some(number) if self.scope.get(name).is_none() && !is_escaped(name, span) => {
                Typed::new(ExprKind::Literal(Value::Float(number)), span, Type::Float)
            }
            _ => self.variable(name, span),
        }
    }

    pub(super) fn variable(&mut self, name: &Name, span: Span) -> Typed {
        let Some(id) = self.lookup_or_refuse(name, span) else { return Typed::unknown(span) };
        Typed::new(ExprKind::Variable(id), span, self.type_of(id).clone())
    }

    /// An expression where people also write a text and forget its quotes.
    pub(super) fn value(&mut self, expr: &ast::Expr) -> Typed {
        match &expr.kind {
            ast::ExprKind::Variable(name) if self.scope.get(name).is_none() && named_number(name).is_none() => {
                self.refuse_unknown_value(name, expr.span);
                Typed::unknown(expr.span)
            }
            _ => self.typed(expr),
        }
    }

    fn misplaced_pattern(&mut self, span: Span) -> Typed {
        self.refuse_with_help(
            "UnexpectedSyntax",
            span,
            "a pattern is a predicate and stands only where one is wanted",
            "write `EXISTS { ... }` for whether it matches, `COUNT { ... }` for how often",
        );
        Typed::unknown(span)
    }

    // ------------------------------------------------------------ collections and access

    fn list(&mut self, items: &[ast::Expr], span: Span) -> Typed {
        let mut item_type = Type::Null;
        let mut bound = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let typed = self.typed(item);
            item_type = if index == 0 { typed.value_type } else { item_type.join(typed.value_type) };
            bound.push(typed.expr);
        }
        Typed::new(ExprKind::List(bound), span, Type::list_of(item_type))
    }

    fn map(&mut self, entries: &[(ast::Ident, ast::Expr)], span: Span) -> Typed {
        let entries = entries.iter().map(|(key, value)| (key.name.clone(), self.value(value).expr)).collect();
        Typed::new(ExprKind::Map(entries), span, Type::Map)
    }

    fn property(&mut self, base: &ast::Expr, key: &ast::Ident, span: Span) -> Typed {
        let typed = self.typed(base);
        match &typed.value_type {
            Type::Any | Type::Null | Type::Map => {}
            element if infer::is_element(element) => self.names.reads_key(key),
            temporal if temporal.is_temporal() => {}
            found => {
                let help = match found {
                    Type::List(_) => Some(format!("take it of each item: `[x IN list | x.{}]`", key.name)),
                    Type::Edtf => {
                        Some(format!("take it of a bound: `earliest(x).{}`, `latest(x).{}`", key.name, key.name))
                    }
                    _ => None,
                };
                let message = format!("{found} has no properties");
                self.refuse_as(ErrorKind::Type, "InvalidArgumentType", base.span, message, help);
            }
        }
        Typed::new(ExprKind::Property(Box::new(typed.expr), key.name.clone()), span, Type::Any)
    }

    /// What cannot be indexed fails when the query runs, as openCypher has it.
    fn index(&mut self, base: &ast::Expr, index: &ast::Expr, span: Span) -> Typed {
        let base = self.typed(base);
        let index = self.expr(index);
        let item_type = match base.value_type {
            Type::List(item) => *item,
            _ => Type::Any,
        };
        Typed::new(ExprKind::Index(Box::new(base.expr), Box::new(index)), span, item_type)
    }

    fn slice(&mut self, list: &ast::Expr, from: Option<&ast::Expr>, to: Option<&ast::Expr>, span: Span) -> Typed {
        let list = self.typed(list);
        let from = from.map(|bound| Box::new(self.expr(bound)));
        let to = to.map(|bound| Box::new(self.expr(bound)));
        Typed::new(ExprKind::Slice(Box::new(list.expr), from, to), span, list.value_type)
    }

    fn has_labels(&mut self, base: &ast::Expr, labels: &ast::LabelExpr, span: Span) -> Typed {
        let typed = self.typed(base);
        self.expect_type(&typed.value_type, &Type::Element, base.span);
        self.names.reads_labels(labels, &typed.value_type);
        let test = match label_expr(labels) {
            Some(known) => Expr::new(ExprKind::HasLabels(Box::new(typed.expr), known), span),
            None => self.label_test(&typed.expr, labels),
        };
        Typed { expr: test, value_type: Type::Boolean }
    }

    fn map_projection(&mut self, projection: &ast::MapProjection, span: Span) -> Typed {
        let base = self.variable(&projection.base.name, projection.base.span);
        if !base.value_type.may_be(&Type::Map) && !base.value_type.may_be(&Type::Element) {
            let message = format!("expected MAP, NODE or RELATIONSHIP, found {}", base.value_type);
            self.refuse("InvalidArgumentType", projection.base.span, message);
        }
        let mut all = false;
        let mut entries = Vec::new();
        for item in &projection.items {
            match item {
                ast::MapProjectionItem::All(_) => all = true,
                ast::MapProjectionItem::Property(key) => {
                    self.reads_key_of(key, &base.value_type);
                    let kind = ExprKind::Property(Box::new(base.expr.clone()), key.name.clone());
                    entries.push((key.name.clone(), Expr::new(kind, key.span)));
                }
                ast::MapProjectionItem::Entry(key, value) => entries.push((key.name.clone(), self.expr(value))),
                ast::MapProjectionItem::Variable(ident) => {
                    entries.push((ident.name.clone(), self.variable(&ident.name, ident.span).expr));
                }
            }
        }
        Typed::new(ExprKind::MapProjection { base: Box::new(base.expr), all, entries }, span, Type::Map)
    }

    // ------------------------------------------------------------ operators

    fn connective(&mut self, terms: &[ast::Expr], kind: fn(Vec<Expr>) -> ExprKind, span: Span) -> Typed {
        let terms = terms.iter().map(|term| self.truth(term)).collect();
        Typed::new(kind(terms), span, Type::Boolean)
    }

    fn not(&mut self, operand: &ast::Expr, span: Span) -> Typed {
        Typed::new(ExprKind::Not(Box::new(self.truth(operand))), span, Type::Boolean)
    }

    fn is_null(&mut self, operand: &ast::Expr, negated: bool, span: Span) -> Typed {
        let test = ExprKind::IsNull(Box::new(self.expr(operand)));
        tested(test, negated, span)
    }

    fn is(&mut self, operand: &ast::Expr, predicate: &Predicate, negated: bool, span: Span) -> Typed {
        let test = ExprKind::Is(predicate.clone(), Box::new(self.expr(operand)));
        tested(test, negated, span)
    }

    fn comparison(&mut self, first: &ast::Expr, rest: &[(ast::Comparison, ast::Expr)], span: Span) -> Typed {
        let mut left = self.value(first);
        let mut left_text = first;
        let mut terms = Vec::with_capacity(rest.len());
        for (op, right_text) in rest {
            self.warn_of_edtf_equality(*op, left_text, right_text);
            self.compares(left_text, right_text);
            let right = self.value(right_text);
            self.warn_of_comparison(*op, (left_text, &left.value_type), (right_text, &right.value_type));
            let term_span = left_text.span.to(right_text.span);
            let kind = ExprKind::Compare(comparison(*op), Box::new(left.expr), Box::new(right.expr.clone()));
            terms.push(Expr::new(kind, term_span));
            (left, left_text) = (right, right_text);
        }
        let mut expr = Expr::all(terms);
        expr.span = span;
        Typed { expr, value_type: Type::Boolean }
    }

    fn binary(&mut self, op: ast::BinaryOp, left: &ast::Expr, right: &ast::Expr, span: Span) -> Typed {
        let op = operator(op);
        let is_of_values = matches!(
            op,
            Operator::In | Operator::StartsWith | Operator::EndsWith | Operator::Contains | Operator::Matches
        );
        let bound_left = self.typed(left);
        let bound_right = if is_of_values { self.value(right) } else { self.typed(right) };
        let (left_type, right_type) = (&bound_left.value_type, &bound_right.value_type);
        match op {
            Operator::In => {
                self.compares(left, right);
                if !matches!(right_type, Type::List(_) | Type::Any | Type::Null) {
                    let message = format!("expected a list, found {right_type}");
                    self.refuse_with_help("InvalidArgumentType", right.span, message, "a list is written `[1, 2]`");
                }
            }
            Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo | Operator::Power => {
                self.expect_operand(op, left_type, left.span);
                self.expect_operand(op, right_type, right.span);
            }
            Operator::StartsWith | Operator::EndsWith | Operator::Contains | Operator::Matches => {
                self.compares(left, right);
            }
            Operator::Concatenate => {
                self.expect_joinable(left_type, left.span);
                self.expect_joinable(right_type, right.span);
            }
            Operator::Add => {}
        }
        let value_type = infer::operator(op, left_type, right_type);
        Typed::new(ExprKind::Operator(op, Box::new(bound_left.expr), Box::new(bound_right.expr)), span, value_type)
    }

    /// What is said of the properties of the graph; the keys of a map are its own.
    fn compares(&mut self, left: &ast::Expr, right: &ast::Expr) {
        let is_of_graph = |side: &ast::Expr| match &side.kind {
            ast::ExprKind::Property(base, _) => match &base.kind {
                ast::ExprKind::Variable(name) => {
                    self.scope.get(name).is_some_and(|id| infer::is_element(self.type_of(id)))
                }
                _ => true,
            },
            _ => true,
        };
        if is_of_graph(left) && is_of_graph(right) {
            self.names.compares(left, right);
        }
    }

    fn expect_operand(&mut self, op: Operator, found: &Type, span: Span) {
        if !infer::is_operand(op, found) {
            self.refuse("InvalidArgumentType", span, format!("expected a number, found {found}"));
        }
    }

    fn expect_joinable(&mut self, found: &Type, span: Span) {
        if infer::is_joinable(found) {
            return;
        }
        let message = format!("`||` joins two strings or two lists, found {found}");
        let help = match found {
            Type::Boolean => Some("write `OR`".to_owned()),
            Type::Path => Some("paths are not joined; match the whole path with one pattern".to_owned()),
            _ => None,
        };
        self.refuse_as(ErrorKind::Syntax, "InvalidArgumentType", span, message, help);
    }

    fn negate(&mut self, operand: &ast::Expr, span: Span) -> Typed {
        let typed = self.typed(operand);
        match &typed.expr.kind {
            ExprKind::Literal(Value::Integer(number)) if *number != i64::MIN => {
                return Typed::new(ExprKind::Literal(Value::Integer(-number)), span, Type::Integer);
            }
            ExprKind::Literal(Value::Float(number)) => {
                return Typed::new(ExprKind::Literal(Value::Float(-number)), span, Type::Float);
            }
            _ => {}
        }
        self.expect_operand(Operator::Multiply, &typed.value_type, operand.span);
        Typed::new(ExprKind::Negate(Box::new(typed.expr)), span, typed.value_type)
    }

    fn plus(&mut self, operand: &ast::Expr) -> Typed {
        let typed = self.typed(operand);
        self.expect_operand(Operator::Multiply, &typed.value_type, operand.span);
        typed
    }

    // ------------------------------------------------------------ forms with expressions inside

    fn case(&mut self, case: &ast::Case, span: Span) -> Typed {
        let subject = case.subject.as_ref().map(|subject| self.compared_by_case(subject));
        let mut value_type = Type::Null;
        let mut branches = Vec::with_capacity(case.branches.len());
        for branch in &case.branches {
            let when = self.case_tests(subject.as_ref().map(|(local, _)| *local), &branch.tests);
            let then = self.typed(&branch.then);
            value_type = value_type.join(then.value_type);
            branches.push((when, then.expr));
        }
        let otherwise = case.otherwise.as_ref().map(|otherwise| {
            let typed = self.typed(otherwise);
            value_type = value_type.clone().join(typed.value_type);
            Box::new(typed.expr)
        });
        Typed::new(ExprKind::Case { subject, branches, otherwise }, span, value_type)
    }

    /// What a CASE compares, under a variable of its own, so that it has one value for all tests.
    fn compared_by_case(&mut self, subject: &ast::Expr) -> (VarId, Box<Expr>) {
        let typed = self.typed(subject);
        let local = self.variables.add(None, typed.value_type);
        self.variables.get_mut(local).nullable = true;
        (local, Box::new(typed.expr))
    }

    /// Whether one of the tests is true.
    fn case_tests(&mut self, subject: Option<VarId>, tests: &[ast::Expr]) -> Expr {
        self.case_subjects.extend(subject);
        let mut terms: Vec<Expr> = tests.iter().map(|test| self.truth(test)).collect();
        if subject.is_some() {
            self.case_subjects.pop();
        }
        if terms.len() == 1 { terms.remove(0) } else { Expr::made(ExprKind::Or(terms)) }
    }

    fn case_subject(&mut self, span: Span) -> Typed {
        let local = *self.case_subjects.last().expect("the grammar leaves a subject out only where there is one");
        Typed::new(ExprKind::Variable(local), span, self.type_of(local).clone())
    }

    fn list_comprehension(&mut self, list: &ast::ListComprehension, span: Span) -> Typed {
        let source = self.iterated(&list.list);
        let depth = self.scope.len();
        let local = self.local(&list.variable, infer::item(&source.value_type));
        let predicate = list.predicate.as_ref().map(|predicate| Box::new(self.predicate(predicate)));
        let mut item_type = self.type_of(local).clone();
        let map = list.map.as_ref().map(|map| {
            let typed = self.without_aggregates(|binder| binder.typed(map));
            item_type = typed.value_type;
            Box::new(typed.expr)
        });
        self.scope.forget_since(depth);
        let kind = ExprKind::Comprehension { local, list: Box::new(source.expr), predicate, map };
        Typed::new(kind, span, Type::list_of(item_type))
    }

    fn quantifier(&mut self, quantifier: &ast::Quantifier, span: Span) -> Typed {
        let source = self.iterated(&quantifier.list);
        let depth = self.scope.len();
        let local = self.local(&quantifier.variable, infer::item(&source.value_type));
        let predicate = Box::new(self.predicate(&quantifier.predicate));
        self.scope.forget_since(depth);
        let kind = match quantifier.kind {
            ast::QuantifierKind::All => Quantifier::All,
            ast::QuantifierKind::Any => Quantifier::Any,
            ast::QuantifierKind::None => Quantifier::None,
            ast::QuantifierKind::Single => Quantifier::Single,
        };
        Typed::new(ExprKind::Quantifier { kind, local, list: Box::new(source.expr), predicate }, span, Type::Boolean)
    }

    fn reduce(&mut self, reduce: &ast::Reduce, span: Span) -> Typed {
        let initial = self.typed(&reduce.initial);
        let source = self.iterated(&reduce.list);
        let depth = self.scope.len();
        // The type of the accumulator may change from step to step.
        let accumulator = self.local(&reduce.accumulator, Type::Any);
        let local = self.local(&reduce.variable, infer::item(&source.value_type));
        let step = self.without_aggregates(|binder| binder.typed(&reduce.step));
        self.scope.forget_since(depth);
        let kind = ExprKind::Reduce {
            accumulator,
            initial: Box::new(initial.expr),
            local,
            list: Box::new(source.expr),
            step: Box::new(step.expr),
        };
        Typed::new(kind, span, initial.value_type.join(step.value_type))
    }

    /// A list that something runs over.
    fn iterated(&mut self, list: &ast::Expr) -> Typed {
        let typed = self.typed(list);
        if !matches!(typed.value_type, Type::List(_) | Type::Any | Type::Null) {
            self.refuse("InvalidArgumentType", list.span, format!("expected a list, found {}", typed.value_type));
        }
        typed
    }

    fn local(&mut self, ident: &ast::Ident, var_type: Type) -> VarId {
        let id = self.declare(&ident.name, var_type);
        self.variables.get_mut(id).nullable = true;
        id
    }
}

/// Whether a name stands between backticks: so it is longer in the text.
fn is_escaped(name: &str, span: Span) -> bool {
    span.end - span.start > u32::try_from(name.len()).unwrap_or(u32::MAX)
}

/// The floats that are written as words.
fn named_number(name: &str) -> Option<f64> {
    let is = |word: &str| name.eq_ignore_ascii_case(word);
    if is("NaN") {
        return Some(f64::NAN);
    }
    (is("Inf") || is("Infinity")).then_some(f64::INFINITY)
}

/// What `IS` or `IS NOT` says.
fn tested(test: ExprKind, negated: bool, span: Span) -> Typed {
    let kind = if negated { ExprKind::Not(Box::new(Expr::new(test, span))) } else { test };
    Typed::new(kind, span, Type::Boolean)
}

fn comparison(op: ast::Comparison) -> Comparison {
    match op {
        ast::Comparison::Equal => Comparison::Equal,
        ast::Comparison::NotEqual => Comparison::NotEqual,
        ast::Comparison::Less => Comparison::Less,
        ast::Comparison::LessOrEqual => Comparison::LessOrEqual,
        ast::Comparison::Greater => Comparison::Greater,
        ast::Comparison::GreaterOrEqual => Comparison::GreaterOrEqual,
    }
}

fn operator(op: ast::BinaryOp) -> Operator {
    match op {
        ast::BinaryOp::Add => Operator::Add,
        ast::BinaryOp::Subtract => Operator::Subtract,
        ast::BinaryOp::Multiply => Operator::Multiply,
        ast::BinaryOp::Divide => Operator::Divide,
        ast::BinaryOp::Modulo => Operator::Modulo,
        ast::BinaryOp::Power => Operator::Power,
        ast::BinaryOp::Concatenate => Operator::Concatenate,
        ast::BinaryOp::In => Operator::In,
        ast::BinaryOp::StartsWith => Operator::StartsWith,
        ast::BinaryOp::EndsWith => Operator::EndsWith,
        ast::BinaryOp::Contains => Operator::Contains,
        ast::BinaryOp::Matches => Operator::Matches,
    }
}
