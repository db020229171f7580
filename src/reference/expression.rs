//! Expressions over one row.

use std::collections::BTreeMap;

use super::operator::{binary, item, negated, slice};
use super::query::{Around, with};
use super::relations::{equal, less, less_or_equal};
use super::{Evaluator, Outcome, Row, failed};
use crate::syntax::ast::{self, Comparison, Expr, ExprKind, MapProjectionItem, QuantifierKind, Selector};
use crate::value::{List, Name, Value};

/// What a CASE compares, under a name that no query can write.
const CASE_SUBJECT: &str = "";

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Scope<'r> {
    pub row: &'r Row,
    /// The rows that an aggregate is over.
    pub group: Option<&'r [Row]>,
}

impl<'r> Scope<'r> {
    pub(super) fn of(row: &'r Row) -> Self {
        Scope { row, group: None }
    }

    /// The same place within another row.
    fn inside<'s>(self, row: &'s Row) -> Scope<'s>
    where
        'r: 's,
    {
        Scope { row, group: self.group }
    }
}

impl Evaluator<'_> {
    pub(super) fn eval(&self, expr: &Expr, scope: Scope) -> Outcome<Value> {
        self.note("expression", kind(expr));
        match &expr.kind {
            ExprKind::Null => Ok(Value::Null),
            ExprKind::Boolean(value) => Ok(Value::Boolean(*value)),
            ExprKind::Integer(value) => Ok(Value::Integer(*value)),
            ExprKind::Float(value) => Ok(Value::Float(*value)),
            ExprKind::String(value) => Ok(Value::from(value.clone())),
            ExprKind::List(items) => self.all(items, scope).map(|items| Value::List(items.into())),
            ExprKind::Map(entries) => self.map(entries, scope),
            ExprKind::Parameter(name) => failed(format!("no parameter {name}")),
            ExprKind::Variable(name) => match scope.row.get(name) {
                Some(value) => Ok(value.clone()),
                None => panic!("no variable {name} in {}", self.text),
            },
            ExprKind::Property(base, key) => self.property(&self.eval(base, scope)?, &key.name),
            ExprKind::Index(base, index) => self.index(&self.eval(base, scope)?, &self.eval(index, scope)?),
            ExprKind::Slice(base, from, to) => {
                let bound = |bound: &Option<Box<Expr>>| bound.as_ref().map(|bound| self.eval(bound, scope)).transpose();
                slice(&self.eval(base, scope)?, bound(from)?.as_ref(), bound(to)?.as_ref())
            }
            ExprKind::HasLabels(base, names) => match self.eval(base, scope)? {
                Value::Node(node) => Ok(self.graph.is_called(node.id(), names).into()),
                Value::Relationship(rel) => Ok(self.graph.is_called(rel.id(), names).into()),
                Value::Null => Ok(Value::Null),
                other => failed(format!("labels of {other}")),
            },
            ExprKind::And(terms) => self.decided(terms, false, scope),
            ExprKind::Or(terms) => self.decided(terms, true, scope),
            ExprKind::Xor(terms) => self.xor(terms, scope),
            ExprKind::Not(term) => Ok(self.truth(term, scope)?.map(|truth| !truth).into()),
            ExprKind::Comparison(first, rest) => self.comparison(first, rest, scope),
            ExprKind::Binary(op, left, right) => binary(*op, &self.eval(left, scope)?, &self.eval(right, scope)?),
            ExprKind::Negate(operand) => negated(&self.eval(operand, scope)?),
            ExprKind::Plus(operand) => self.eval(operand, scope),
            ExprKind::IsNull { operand, negated } => Ok((self.eval(operand, scope)?.is_null() != *negated).into()),
            ExprKind::Case(case) => self.case(case, scope),
            ExprKind::CaseSubject => Ok(scope.row[CASE_SUBJECT].clone()),
            ExprKind::Is { operand, predicate, negated } => {
                let truth = predicate.holds(&self.eval(operand, scope)?);
                Ok(truth.map(|truth| truth != *negated).into())
            }
            ExprKind::CountStar => {
                let count = scope.group.map_or(0, <[Row]>::len);
                Ok(i64::try_from(count).expect("a small number").into())
            }
            ExprKind::Function(call) => self.call(call, scope),
            ExprKind::ListComprehension(comprehension) => self.list_comprehension(comprehension, scope),
            ExprKind::PatternComprehension(comprehension) => self.pattern_comprehension(comprehension, scope.row),
            ExprKind::Quantifier(quantifier) => self.quantifier(quantifier, scope),
            ExprKind::Reduce(reduce) => self.reduce(reduce, scope),
            ExprKind::MapProjection(projection) => self.map_projection(projection, scope),
            ExprKind::Pattern(path) => {
                let found = self.path_matches(path, (None, Selector::All), None, scope.row)?;
                Ok((!found.is_empty()).into())
            }
            ExprKind::Shortest(part) => failed(format!("{part:?} as an expression")),
            ExprKind::Exists(query) => Ok((!self.subquery(query, scope.row)?.is_empty()).into()),
            ExprKind::Count(query) => {
                Ok(i64::try_from(self.subquery(query, scope.row)?.len()).expect("a small number").into())
            }
            ExprKind::Collect(query) => Ok(Value::List(self.subquery(query, scope.row)?.into())),
        }
    }

    fn all(&self, exprs: &[Expr], scope: Scope) -> Outcome<Vec<Value>> {
        exprs.iter().map(|expr| self.eval(expr, scope)).collect()
    }

    fn map(&self, entries: &[(ast::Ident, Expr)], scope: Scope) -> Outcome<Value> {
        let mut map = BTreeMap::new();
        for (key, expr) in entries {
            map.insert(key.name.clone(), self.eval(expr, scope)?);
        }
        Ok(Value::Map(map.into()))
    }

    /// What an expression says as a condition.
    pub(super) fn truth(&self, expr: &Expr, scope: Scope) -> Outcome<Option<bool>> {
        match self.eval(expr, scope)? {
            Value::Null => Ok(None),
            Value::Boolean(truth) => Ok(Some(truth)),
            other => failed(format!("{other} as a condition")),
        }
    }

    /// AND and OR: one term that is `decisive` decides, else one that is unknown leaves it open.
    fn decided(&self, terms: &[Expr], decisive: bool, scope: Scope) -> Outcome<Value> {
        let mut result = Some(!decisive);
        for term in terms {
            match self.truth(term, scope)? {
                Some(truth) if truth == decisive => return Ok(decisive.into()),
                Some(_) => {}
                None => result = None,
            }
        }
        Ok(result.into())
    }

    fn xor(&self, terms: &[Expr], scope: Scope) -> Outcome<Value> {
        let truths = terms.iter().map(|term| self.truth(term, scope)).collect::<Outcome<Vec<_>>>()?;
        let known: Option<Vec<bool>> = truths.into_iter().collect();
        Ok(known.map(|truths| truths.into_iter().fold(false, |one, other| one != other)).into())
    }

    /// `a < b <= c`: as if joined by AND.
    fn comparison(&self, first: &Expr, rest: &[(Comparison, Expr)], scope: Scope) -> Outcome<Value> {
        let mut left = self.eval(first, scope)?;
        let mut truths = Vec::new();
        for (comparison, right) in rest {
            let right = self.eval(right, scope)?;
            truths.push(compares(*comparison, &left, &right));
            left = right;
        }
        let unknown = if truths.contains(&None) { None } else { Some(true) };
        Ok(if truths.contains(&Some(false)) { Some(false) } else { unknown }.into())
    }

    fn case(&self, case: &ast::Case, scope: Scope) -> Outcome<Value> {
        let subject = case.subject.as_ref().map(|subject| self.eval(subject, scope)).transpose()?;
        let compared;
        let tested = match subject {
            None => scope,
            Some(subject) => {
                compared = with(scope.row, &Name::from(CASE_SUBJECT), subject);
                scope.inside(&compared)
            }
        };
        for branch in &case.branches {
            for test in &branch.tests {
                if self.truth(test, tested)? == Some(true) {
                    return self.eval(&branch.then, scope);
                }
            }
        }
        case.otherwise.as_ref().map_or(Ok(Value::Null), |otherwise| self.eval(otherwise, scope))
    }

    /// `base.key`.
    pub(super) fn property(&self, base: &Value, key: &Name) -> Outcome<Value> {
        let properties = match base {
            Value::Null => return Ok(Value::Null),
            Value::Map(map) => map,
            Value::Node(node) => self.graph.properties(node.id()),
            Value::Relationship(rel) => self.graph.properties(rel.id()),
            other => return failed(format!("a property of {other}")),
        };
        Ok(properties.get(key).cloned().unwrap_or_default())
    }

    fn index(&self, base: &Value, index: &Value) -> Outcome<Value> {
        match (base, index) {
            (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
            (Value::List(items), Value::Integer(index)) => Ok(item(items, *index)),
            (base, Value::String(key)) => self.property(base, &Name::from(&**key)),
            (base, index) => failed(format!("{base}[{index}]")),
        }
    }

    /// The items of a list; none of null.
    fn listed(&self, list: &Expr, scope: Scope) -> Outcome<Option<List>> {
        match self.eval(list, scope)? {
            Value::Null => Ok(None),
            Value::List(items) => Ok(Some(items)),
            other => failed(format!("items of {other}")),
        }
    }

    fn list_comprehension(&self, comprehension: &ast::ListComprehension, scope: Scope) -> Outcome<Value> {
        let Some(items) = self.listed(&comprehension.list, scope)? else { return Ok(Value::Null) };
        let mut made = Vec::new();
        for item in items.iter() {
            let row = with(scope.row, &comprehension.variable.name, item.clone());
            let scope = scope.inside(&row);
            if let Some(predicate) = &comprehension.predicate
                && self.truth(predicate, scope)? != Some(true)
            {
                continue;
            }
            made.push(comprehension.map.as_ref().map_or(Ok(item.clone()), |map| self.eval(map, scope))?);
        }
        Ok(Value::List(made.into()))
    }

    fn pattern_comprehension(&self, comprehension: &ast::PatternComprehension, row: &Row) -> Outcome<Value> {
        let named = (comprehension.variable.as_ref(), Selector::All);
        let rows = self.path_matches(&comprehension.path, named, comprehension.predicate.as_ref(), row)?;
        let items = rows.iter().map(|row| self.eval(&comprehension.map, Scope::of(row)));
        items.collect::<Outcome<Vec<Value>>>().map(|items| Value::List(items.into()))
    }

    fn quantifier(&self, quantifier: &ast::Quantifier, scope: Scope) -> Outcome<Value> {
        self.note("quantifier", &format!("{:?}", quantifier.kind));
        let Some(items) = self.listed(&quantifier.list, scope)? else { return Ok(Value::Null) };
        let mut truths = Vec::new();
        for item in items.iter() {
            let row = with(scope.row, &quantifier.variable.name, item.clone());
            truths.push(self.truth(&quantifier.predicate, scope.inside(&row))?);
        }
        let count = |truth: Option<bool>| truths.iter().filter(|other| **other == truth).count();
        let (yes, no, unknown) = (count(Some(true)), count(Some(false)), count(None));
        let unless_unknown = |result: bool| if unknown > 0 { None } else { Some(result) };
        Ok(match quantifier.kind {
            QuantifierKind::All => {
                if no > 0 {
                    Some(false)
                } else {
                    unless_unknown(true)
                }
            }
            QuantifierKind::Any => {
                if yes > 0 {
                    Some(true)
                } else {
                    unless_unknown(false)
                }
            }
            QuantifierKind::None => {
                if yes > 0 {
                    Some(false)
                } else {
                    unless_unknown(true)
                }
            }
            QuantifierKind::Single => {
                if yes > 1 {
                    Some(false)
                } else {
                    unless_unknown(yes == 1)
                }
            }
        }
        .into())
    }

    fn reduce(&self, reduce: &ast::Reduce, scope: Scope) -> Outcome<Value> {
        let Some(items) = self.listed(&reduce.list, scope)? else { return Ok(Value::Null) };
        let mut so_far = self.eval(&reduce.initial, scope)?;
        for item in items.iter() {
            let row = with(&with(scope.row, &reduce.accumulator.name, so_far), &reduce.variable.name, item.clone());
            so_far = self.eval(&reduce.step, scope.inside(&row))?;
        }
        Ok(so_far)
    }

    fn map_projection(&self, projection: &ast::MapProjection, scope: Scope) -> Outcome<Value> {
        let base = &scope.row[&projection.base.name];
        if base.is_null() {
            return Ok(Value::Null);
        }
        let mut map = BTreeMap::new();
        for item in &projection.items {
            match item {
                MapProjectionItem::Property(key) => map.insert(key.name.clone(), self.property(base, &key.name)?),
                MapProjectionItem::Entry(key, expr) => map.insert(key.name.clone(), self.eval(expr, scope)?),
                MapProjectionItem::Variable(name) => map.insert(name.name.clone(), scope.row[&name.name].clone()),
                MapProjectionItem::All(_) => {
                    match base {
                        Value::Node(node) => map.extend(self.graph.properties(node.id()).clone()),
                        Value::Relationship(rel) => map.extend(self.graph.properties(rel.id()).clone()),
                        Value::Map(entries) => map.extend((**entries).clone()),
                        other => return failed(format!("all properties of {other}")),
                    }
                    None
                }
            };
        }
        Ok(Value::Map(map.into()))
    }

    /// The rows of EXISTS, COUNT and COLLECT: what the first column is in each.
    fn subquery(&self, subquery: &ast::Subquery, row: &Row) -> Outcome<Vec<Value>> {
        match subquery {
            ast::Subquery::Pattern { pattern, lens, predicate } => {
                self.note_place(lens, "a pattern in braces");
                let matches = || self.matches(pattern, false, predicate.as_ref(), row);
                let rows = self.under(lens, row, matches)?;
                Ok(vec![Value::Null; rows.len()])
            }
            ast::Subquery::Query(query) => {
                let table = self.query(query, Around { seen: row, importable: None })?;
                let first = |row: &Row| table.columns.first().map_or(Value::Null, |name| row[name].clone());
                Ok(table.rows.iter().map(first).collect())
            }
        }
    }
}

fn compares(comparison: Comparison, left: &Value, right: &Value) -> Option<bool> {
    match comparison {
        Comparison::Equal => equal(left, right),
        Comparison::NotEqual => equal(left, right).map(|truth| !truth),
        Comparison::Less => less(left, right),
        Comparison::LessOrEqual => less_or_equal(left, right),
        Comparison::Greater => less(right, left),
        Comparison::GreaterOrEqual => less_or_equal(right, left),
    }
}

/// The name of a kind of expression.
fn kind(expr: &Expr) -> &'static str {
    match &expr.kind {
        ExprKind::Null | ExprKind::Boolean(_) | ExprKind::Integer(_) | ExprKind::Float(_) | ExprKind::String(_) => {
            "literal"
        }
        ExprKind::List(_) => "list",
        ExprKind::Map(_) => "map",
        ExprKind::Parameter(_) => "parameter",
        ExprKind::Variable(_) => "variable",
        ExprKind::Property(..) => "property",
        ExprKind::Index(..) => "index",
        ExprKind::Slice(..) => "slice",
        ExprKind::HasLabels(..) => "labels",
        ExprKind::And(_) => "AND",
        ExprKind::Or(_) => "OR",
        ExprKind::Xor(_) => "XOR",
        ExprKind::Not(_) => "NOT",
        ExprKind::Comparison(_, rest) if rest.len() > 1 => "chain of comparisons",
        ExprKind::Comparison(..) => "comparison",
        ExprKind::Binary(op, ..) => op_name(*op),
        ExprKind::Negate(_) => "minus sign",
        ExprKind::Plus(_) => "plus sign",
        ExprKind::IsNull { .. } => "IS NULL",
        ExprKind::Is { .. } => "IS",
        ExprKind::CaseSubject => "subject of CASE",
        ExprKind::Case(case) if case.subject.is_some() => "CASE x",
        ExprKind::Case(_) => "CASE",
        ExprKind::CountStar => "count(*)",
        ExprKind::Function(_) => "function",
        ExprKind::ListComprehension(_) => "list comprehension",
        ExprKind::PatternComprehension(_) => "pattern comprehension",
        ExprKind::Quantifier(_) => "quantifier",
        ExprKind::Reduce(_) => "reduce",
        ExprKind::MapProjection(_) => "map projection",
        ExprKind::Pattern(_) => "pattern",
        ExprKind::Shortest(_) => "shortest path",
        ExprKind::Exists(_) => "EXISTS",
        ExprKind::Count(_) => "COUNT",
        ExprKind::Collect(_) => "COLLECT",
    }
}

fn op_name(op: ast::BinaryOp) -> &'static str {
    match op {
        ast::BinaryOp::Add => "+",
        ast::BinaryOp::Concatenate => "||",
        ast::BinaryOp::Subtract => "-",
        ast::BinaryOp::Multiply => "*",
        ast::BinaryOp::Divide => "/",
        ast::BinaryOp::Modulo => "%",
        ast::BinaryOp::Power => "^",
        ast::BinaryOp::In => "IN",
        ast::BinaryOp::StartsWith => "STARTS WITH",
        ast::BinaryOp::EndsWith => "ENDS WITH",
        ast::BinaryOp::Contains => "CONTAINS",
        ast::BinaryOp::Matches => "=~",
    }
}
