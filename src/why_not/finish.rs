//! RETURN, and what is wanted of the columns.

use super::condition::Subject;
use super::make;
use super::mention::aggregates;
use super::relax::{Behind, MET, Walk};
use super::show;
use crate::syntax::ast::{self, Clause, ClauseKind, Expr};
use crate::text::Span;
use crate::value::{Name, Value};

/// A value that a column must have.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub column: Name,
    /// Of what the column has, if it is not all of it.
    pub key: Option<Name>,
    pub value: Value,
    pub test: Test,
}

/// How a value is compared with what is wanted, which a parameter holds.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Null,
    Equal(Name),
    Same(Name),
}

impl Wanted {
    /// `column: value`.
    pub(super) fn shown(&self) -> String {
        let value = show::value(&self.value);
        match &self.key {
            Some(key) => format!("{}: {{{key}: {value}}}", self.column),
            None => format!("{}: {value}", self.column),
        }
    }

    fn holds_for(&self, column: Expr) -> Expr {
        match &self.key {
            Some(key) => make::holds_of_property(column, key, |value| self.holds(value)),
            None => self.holds(column),
        }
    }

    fn holds(&self, value: Expr) -> Expr {
        let parameter = |name: &Name| make::expr(ast::ExprKind::Parameter(name.clone()));
        match &self.test {
            Test::Null => make::is_null(value),
            Test::Equal(name) => make::compare(value, ast::Comparison::Equal, parameter(name)),
            Test::Same(name) => make::call("same", vec![value, parameter(name)]),
        }
    }
}

impl Walk<'_> {
    /// RETURN: WITH that asks for what is wanted, and RETURN of all columns.
    pub(super) fn finish(&mut self, mut projection: ast::Projection, span: Span, out: &mut Vec<Clause>) {
        self.show_statement_clock(span, out);
        self.cut_off(&mut projection, &Subject::Position);
        let (early, mut late) = self.wanted_by(&projection);
        if !early.is_empty() && !self.hits {
            let everything = ast::Projection { predicate: make::all(early), ..self.same_names(&[]) };
            out.push(Clause { kind: ClauseKind::With(everything), span });
        }
        let starred = self.starred(&projection);
        for (item, name) in projection.items.iter_mut().zip(&self.columns[starred..]) {
            item.alias = Some(make::ident(name));
        }
        if self.hits {
            out.push(Clause { kind: ClauseKind::With(projection), span });
            return out.push(Clause { kind: ClauseKind::Return(self.returned_hits()), span });
        }
        if projection.skip.is_none() && projection.limit.is_none() {
            projection.order_by = Vec::new();
        }
        let mut returned = self.columns.to_vec();
        if self.scope.names.iter().any(|name| *name == MET) {
            let met = Name::from(MET);
            if projection.star.is_none() {
                self.hand_on_met(&mut projection);
            }
            late.push(make::is_not_null(make::variable(&met)));
            returned.push(met);
        }
        projection.predicate = make::all(late);
        out.push(Clause { kind: ClauseKind::With(projection), span });
        out.push(Clause { kind: ClauseKind::Return(self.returned(&returned)), span });
    }

    /// How many columns come from `*`.
    fn starred(&self, projection: &ast::Projection) -> usize {
        self.columns.len() - projection.items.len()
    }

    /// What is wanted of the columns of the query, asked before the projection where that is the same, else behind it.
    fn wanted_by(&self, projection: &ast::Projection) -> (Vec<Expr>, Vec<Expr>) {
        let starred = self.starred(projection);
        let is_cut_off = projection.skip.is_some() || projection.limit.is_some();
        let (mut early, mut late) = (Vec::new(), Vec::new());
        for wanted in self.wanted {
            let place = self.columns.iter().position(|column| *column == wanted.column);
            let item = place.and_then(|place| projection.items.get(place.checked_sub(starred)?));
            match item.filter(|item| !is_cut_off && !aggregates(&item.expr, self.is_aggregate)) {
                Some(item) => early.push(wanted.holds_for(item.expr.clone())),
                None => late.push(wanted.holds_for(make::variable(&wanted.column))),
            }
        }
        (early, late)
    }

    /// A clock of the whole statement is asked about what the last patterns have drawn.
    fn show_statement_clock(&mut self, span: Span, out: &mut Vec<Clause>) {
        let Some(number) = self.probe.filter(|number| *number < self.of_statement) else { return };
        if let Subject::Clocked { elements, inside, .. } = &mut self.conditions[number].subject {
            *elements = std::mem::take(&mut self.drawn);
            *inside = std::mem::take(&mut self.inside);
        }
        self.show(Behind { first: 0, ..Behind::default() }, span, out);
    }

    fn returned_hits(&self) -> ast::Projection {
        let tests = self.wanted.iter().map(|wanted| wanted.holds_for(make::variable(&wanted.column))).collect();
        let test = make::all(tests).unwrap_or_else(|| make::expr(ast::ExprKind::Boolean(true)));
        let limit = make::expr(ast::ExprKind::Integer(i64::from(self.limit)));
        let items = vec![make::item(test, &Name::from(MET))];
        ast::Projection { items, limit: Some(limit), ..ast::Projection::default() }
    }

    fn returned(&self, columns: &[Name]) -> ast::Projection {
        let columns = self.distinct.map_or(columns, std::slice::from_ref);
        ast::Projection {
            distinct: self.distinct.is_some(),
            items: columns.iter().map(|name| make::item(make::variable(name), name)).collect(),
            limit: Some(make::expr(ast::ExprKind::Integer(i64::from(self.limit)))),
            ..ast::Projection::default()
        }
    }
}
