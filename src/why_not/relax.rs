//! A query without some of its conditions.
//!
//! One walk does both: it numbers the conditions, in the order of the text, and takes out those that are asked for. What
//! is left of a query can be run: a variable whose element is gone is null from there on, and what is said of it goes
//! with it.

use std::collections::BTreeSet;

use super::condition::{Condition, Kind, Number, Subject};
use super::make;
use super::mention::{aggregates, mentions};
use super::probe;
use super::question::statement;
use super::show;
use crate::syntax::ast::{self, Clause, ClauseKind, Expr};
use crate::text::Span;
use crate::value::{Name, Value};

/// The name of the column in which the walk hands on what was met.
pub(super) const MET: &str = "what was met";

/// The name of a variable where there is no other one.
const UNIT: &str = "nothing in particular";

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

/// What is asked of a query.
pub(super) struct Task<'t> {
    pub lens: &'t ast::Lens,
    pub query: &'t ast::Query,
    /// Which branch of UNION.
    pub branch: usize,
    pub columns: &'t [Name],
    pub is_aggregate: &'t dyn Fn(&str) -> bool,
}

/// What is wanted of a walk.
#[derive(Default)]
pub(super) struct Order<'o> {
    pub removed: BTreeSet<Number>,
    pub wanted: &'o [Wanted],
    /// The condition of which is told what stood against it.
    pub probe: Option<Number>,
    /// How many rows.
    pub limit: u32,
    /// The only column that is wanted, each value once.
    pub distinct: Option<&'o Name>,
    /// Whether all rows are wanted, in their order, each as whether it is the one that is looked for.
    pub in_order: bool,
}

/// A query that was walked over.
pub(super) struct Relaxed {
    pub statement: ast::Statement,
    pub conditions: Vec<Condition>,
}

pub(super) fn relax(task: &Task<'_>, order: &Order<'_>) -> Relaxed {
    let mut walk = Walk {
        removed: &order.removed,
        wanted: order.wanted,
        probe: order.probe,
        limit: order.limit,
        distinct: order.distinct,
        in_order: order.in_order,
        of_statement: 0,
        drawn: Vec::new(),
        columns: task.columns,
        is_aggregate: task.is_aggregate,
        conditions: Vec::new(),
        scope: Scope::default(),
        lost: BTreeSet::new(),
        fresh: 0,
    };
    let mut lens = task.lens.clone();
    walk.lens(&mut lens, &[]);
    walk.of_statement = walk.conditions.len();
    let earlier = task.query.earlier.iter().map(|query| walk.earlier(query.clone())).collect();
    let branch = task.query.single_queries().nth(branches_before(task.query) + task.branch);
    let first = walk.single(branch.expect("a branch that is there").clone());
    let query = ast::Query { earlier, first, rest: Vec::new(), span: task.query.span };
    Relaxed { statement: statement(query, lens), conditions: walk.conditions }
}

fn branches_before(query: &ast::Query) -> usize {
    query.earlier.iter().map(|query| 1 + query.rest.len()).sum()
}

/// What comes behind a clause.
#[derive(Default)]
pub(super) struct Behind {
    /// The first condition of the clause.
    pub first: Number,
    /// Its names that are null now.
    pub gone: Vec<Name>,
    /// What still has to hold.
    pub predicates: Vec<Expr>,
    /// Whether it has names that the text has not.
    pub has_fresh: bool,
}

/// The names that are known at a place.
#[derive(Clone, Default)]
pub(super) struct Scope {
    pub names: Vec<Name>,
    /// Whether there are more, which the text does not tell.
    pub open: bool,
}

impl Scope {
    pub(super) fn add(&mut self, name: &Name) {
        if !self.names.contains(name) {
            self.names.push(name.clone());
        }
    }
}

pub(super) struct Walk<'w> {
    removed: &'w BTreeSet<Number>,
    wanted: &'w [Wanted],
    pub(super) probe: Option<Number>,
    limit: u32,
    distinct: Option<&'w Name>,
    in_order: bool,
    /// How many conditions, the first ones, are clocks of the whole statement.
    of_statement: usize,
    /// Elements of patterns since the last projection, while something is probed.
    pub(super) drawn: Vec<ast::Ident>,
    columns: &'w [Name],
    is_aggregate: &'w dyn Fn(&str) -> bool,
    pub(super) conditions: Vec<Condition>,
    pub(super) scope: Scope,
    /// Variables of elements that are gone: they are null.
    pub(super) lost: BTreeSet<Name>,
    pub(super) fresh: usize,
}

impl Walk<'_> {
    /// Notes a condition. Returns whether it is to be taken out.
    pub(super) fn condition(&mut self, kind: Kind, span: Span, within: &[Number], subject: Subject) -> bool {
        self.conditions.push(Condition { kind, span, within: within.to_vec(), subject });
        self.removes(self.conditions.len() - 1)
    }

    pub(super) fn removes(&self, number: Number) -> bool {
        self.removed.contains(&number)
    }

    pub(super) fn speaks_of_lost(&self, expr: &Expr) -> bool {
        !self.lost.is_empty() && mentions(expr, |name| self.lost.contains(name))
    }

    /// Those of `terms` that stay.
    pub(super) fn filters(&mut self, terms: Vec<Expr>, within: &[Number], can_be_shown: bool) -> Vec<Expr> {
        let mut kept = Vec::with_capacity(terms.len());
        for term in terms {
            let subject = if can_be_shown { Subject::Predicate(term.clone()) } else { Subject::None };
            let is_removed = self.condition(Kind::Filter, term.span, within, subject);
            if !is_removed && !self.speaks_of_lost(&term) {
                kept.push(term);
            }
        }
        kept
    }

    /// A query before NEXT. One with UNION stays as it is.
    fn earlier(&mut self, query: ast::Query) -> ast::Query {
        if !query.rest.is_empty() {
            self.scope = columns_of(&query.first);
            self.lost.clear();
            return query;
        }
        let first = self.clauses(query.first);
        ast::Query { first, ..query }
    }

    fn clauses(&mut self, query: ast::SingleQuery) -> ast::SingleQuery {
        let mut out = Vec::with_capacity(query.clauses.len());
        for clause in query.clauses {
            self.clause(clause, &mut out);
        }
        ast::SingleQuery { clauses: out, ..query }
    }

    /// The last query, that ends with RETURN.
    fn single(&mut self, mut query: ast::SingleQuery) -> ast::SingleQuery {
        let last = query.clauses.pop();
        let mut made = self.clauses(query);
        if let Some(Clause { kind: ClauseKind::Return(projection), span }) = last {
            self.finish(projection, span, &mut made.clauses);
        }
        made
    }

    fn clause(&mut self, clause: Clause, out: &mut Vec<Clause>) {
        let (first, span) = (self.conditions.len(), clause.span);
        match clause.kind {
            ClauseKind::Match(matched) => return self.matched(matched, span, out),
            ClauseKind::With(projection) => {
                let projection = self.projection(projection);
                out.push(Clause { kind: ClauseKind::With(projection), span });
            }
            // Before NEXT.
            ClauseKind::Return(projection) => {
                let projection = self.projection(projection);
                return out.push(Clause { kind: ClauseKind::Return(projection), span });
            }
            ClauseKind::Unwind(unwind) => {
                let unwind = self.unwind(unwind, span);
                out.push(Clause { kind: ClauseKind::Unwind(unwind), span });
            }
            ClauseKind::Call(call) => {
                let call = self.call(call, span);
                out.push(Clause { kind: ClauseKind::Call(call), span });
            }
            ClauseKind::Subquery(call) => {
                let call = self.subquery(call, span);
                out.push(Clause { kind: ClauseKind::Subquery(call), span });
            }
            ClauseKind::LoadCsv(load) => {
                self.scope.add(&load.variable.name);
                out.push(Clause { kind: ClauseKind::LoadCsv(load), span });
            }
            kind @ (ClauseKind::Create(_)
            | ClauseKind::Merge(_)
            | ClauseKind::Set(_)
            | ClauseKind::Remove(_)
            | ClauseKind::Delete(_)
            | ClauseKind::Assert(_)
            | ClauseKind::Retract(_)
            | ClauseKind::Foreach(_)
            | ClauseKind::Finish) => out.push(Clause { kind, span }),
        }
        self.show(Behind { first, ..Behind::default() }, span, out);
    }

    fn unwind(&mut self, mut unwind: ast::Unwind, span: Span) -> ast::Unwind {
        let name = unwind.variable.name.clone();
        let is_full = matches!(&unwind.list.kind, ast::ExprKind::List(items) if !items.is_empty());
        if self.speaks_of_lost(&unwind.list) {
            self.lost.insert(name.clone());
        }
        if !is_full {
            let is_removed = self.condition(Kind::Rows, span, &[], Subject::Predicate(unwind.list.clone()));
            if is_removed || self.lost.contains(&name) {
                unwind.list = make::never_empty(unwind.list);
            }
        }
        self.scope.add(&name);
        unwind
    }

    fn call(&mut self, mut call: ast::Call, span: Span) -> ast::Call {
        let is_optional = call.optional || self.condition(Kind::Rows, span, &[], Subject::None);
        call.optional = is_optional || call.arguments.iter().flatten().any(|argument| self.speaks_of_lost(argument));
        match &mut call.yields {
            Some(yields) if !yields.star => {
                for (output, alias) in &yields.items {
                    self.scope.add(&alias.as_ref().unwrap_or(output).name);
                }
                let terms = make::conjuncts(yields.predicate.take());
                yields.predicate = make::all(self.filters(terms, &[], false));
            }
            _ => self.scope.open = true,
        }
        call
    }

    fn subquery(&mut self, mut call: ast::SubqueryCall, span: Span) -> ast::SubqueryCall {
        let is_optional = call.optional || self.condition(Kind::Rows, span, &[], Subject::None);
        let mut has_lost = false;
        super::mention::in_query(&call.query, &mut |mention| {
            has_lost |= matches!(mention, super::mention::Mention::Variable(name) if self.lost.contains(name));
        });
        call.optional = is_optional || has_lost;
        let columns = columns_of(&call.query.first);
        columns.names.iter().for_each(|name| self.scope.add(name));
        self.scope.open |= columns.open;
        if has_lost {
            self.lost.extend(columns.names);
        }
        call
    }

    /// WITH, or RETURN before NEXT.
    fn projection(&mut self, mut projection: ast::Projection) -> ast::Projection {
        let lost = self.lost_behind(&projection);
        let input = std::mem::take(&mut self.scope);
        self.scope = Scope { names: column_names(&projection), open: false };
        if projection.star.is_some() {
            input.names.iter().for_each(|name| self.scope.add(name));
            self.scope.open = input.open;
        } else if input.names.iter().any(|name| *name == MET) {
            let met = Name::from(MET);
            projection.items.push(make::item(make::variable(&met), &met));
            self.scope.add(&met);
        }
        self.cut_off(&mut projection, &Subject::None);
        self.drawn.retain(|ident| self.scope.names.contains(&ident.name));
        // WHERE sees what was before and what is behind.
        self.lost.extend(lost.iter().cloned());
        let terms = make::conjuncts(projection.predicate.take());
        projection.predicate = make::all(self.filters(terms, &[], true));
        self.lost = lost;
        projection
    }

    /// SKIP and LIMIT.
    fn cut_off(&mut self, projection: &mut ast::Projection, subject: &Subject) {
        for count in [&mut projection.skip, &mut projection.limit] {
            let Some(expr) = count else { continue };
            if self.condition(Kind::Limit, expr.span, &[], subject.clone()) {
                *count = None;
            }
        }
    }

    fn lost_behind(&self, projection: &ast::Projection) -> BTreeSet<Name> {
        let mut lost = if projection.star.is_some() { self.lost.clone() } else { BTreeSet::new() };
        for item in projection.items.iter().filter(|item| self.speaks_of_lost(&item.expr)) {
            lost.extend(column_name(item));
        }
        lost
    }

    /// Goes on with the names that are known and what was met at the condition that is asked of, if it is one of this
    /// clause; only if there is a reason to.
    pub(super) fn show(&mut self, behind: Behind, span: Span, out: &mut Vec<Clause>) {
        let Behind { first, gone, predicates, has_fresh } = behind;
        let probed = self.probe.filter(|number| (first..self.conditions.len()).contains(number));
        let shown = probed.and_then(|number| probe::of(&self.conditions[number].subject));
        if gone.is_empty() && shown.is_none() && predicates.is_empty() && !has_fresh {
            return;
        }
        let mut projection = self.same_names(&gone);
        if let Some(shown) = shown {
            let met = Name::from(MET);
            projection.items.push(make::item(shown, &met));
            self.scope.add(&met);
        }
        projection.predicate = make::all(predicates);
        out.push(Clause { kind: ClauseKind::With(projection), span });
    }

    /// `WITH` of everything that is known.
    fn same_names(&mut self, gone: &[Name]) -> ast::Projection {
        let null = || make::expr(ast::ExprKind::Null);
        let mut projection = ast::Projection::default();
        if self.scope.open {
            projection.star = Some(Span::default());
            projection.items = gone.iter().map(|name| make::item(null(), name)).collect();
        } else {
            let value = |name: &Name| if gone.contains(name) { null() } else { make::variable(name) };
            projection.items = self.scope.names.iter().map(|name| make::item(value(name), name)).collect();
        }
        if projection.items.is_empty() && projection.star.is_none() {
            projection.items.push(make::item(null(), &Name::from(UNIT)));
        }
        projection
    }

    /// RETURN: WITH that asks for what is wanted, and RETURN of all columns.
    fn finish(&mut self, mut projection: ast::Projection, span: Span, out: &mut Vec<Clause>) {
        self.show_statement_clock(span, out);
        self.cut_off(&mut projection, &Subject::Position);
        let (early, late) = self.wanted_by(&projection);
        if !early.is_empty() && !self.in_order {
            let everything = ast::Projection { predicate: make::all(early), ..self.same_names(&[]) };
            out.push(Clause { kind: ClauseKind::With(everything), span });
        }
        let starred = self.starred(&projection);
        for (item, name) in projection.items.iter_mut().zip(&self.columns[starred..]) {
            item.alias = Some(make::ident(name));
        }
        if self.in_order {
            out.push(Clause { kind: ClauseKind::With(projection), span });
            return out.push(Clause { kind: ClauseKind::Return(self.returned_in_order()), span });
        }
        if projection.skip.is_none() && projection.limit.is_none() {
            projection.order_by = Vec::new();
        }
        let mut returned = self.columns.to_vec();
        if self.scope.names.iter().any(|name| *name == MET) {
            let met = Name::from(MET);
            if projection.star.is_none() {
                projection.items.push(make::item(make::variable(&met), &met));
            }
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
        if let Subject::Clocked { elements, .. } = &mut self.conditions[number].subject {
            *elements = std::mem::take(&mut self.drawn);
        }
        self.show(Behind { first: 0, ..Behind::default() }, span, out);
    }

    fn returned_in_order(&self) -> ast::Projection {
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
        let value = match &self.key {
            Some(key) => make::expr(ast::ExprKind::Property(Box::new(column), make::ident(key))),
            None => column,
        };
        let parameter = |name: &Name| make::expr(ast::ExprKind::Parameter(name.clone()));
        match &self.test {
            Test::Null => make::is_null(value),
            Test::Equal(name) => make::compare(value, ast::Comparison::Equal, parameter(name)),
            Test::Same(name) => make::call("same", vec![value, parameter(name)]),
        }
    }
}

/// What a query before NEXT, or in a CALL, hands on.
fn columns_of(query: &ast::SingleQuery) -> Scope {
    match query.clauses.last() {
        Some(Clause { kind: ClauseKind::Return(projection), .. }) => {
            let names = column_names(projection);
            Scope { open: projection.star.is_some() || names.len() < projection.items.len(), names }
        }
        _ => Scope::default(),
    }
}

fn column_names(projection: &ast::Projection) -> Vec<Name> {
    projection.items.iter().filter_map(column_name).collect()
}

/// Where the text has one; an expression alone is known to be a column, and not by which name.
fn column_name(item: &ast::ProjectionItem) -> Option<Name> {
    match (&item.alias, &item.expr.kind) {
        (Some(alias), _) => Some(alias.name.clone()),
        (None, ast::ExprKind::Variable(name)) => Some(name.clone()),
        (None, _) => None,
    }
}
