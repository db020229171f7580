//! A query without some of its conditions.
//!
//! One walk does both: it numbers the conditions, in the order of the text, and takes out those that are asked for. What
//! is left of a query can be run: a variable whose element is gone is null from there on, and what is said of it goes
//! with it.

use std::collections::BTreeSet;

use super::condition::{Condition, Drawn, Kind, Number, Subject};
use super::finish::Wanted;
use super::inside;
use super::make;
use super::mention::{aggregates, mentions};
use super::probe;
use super::question::statement;
use crate::syntax::ast::{self, Clause, ClauseKind, Expr};
use crate::text::Span;
use crate::value::Name;

/// The name of the column in which the walk hands on what was met.
pub(super) const MET: &str = "what was met";

/// The name of a variable where there is no other one.
const UNIT: &str = "nothing in particular";

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
    /// Whether a group tells all that was met in it, and not what its first row has met.
    pub is_all_met: bool,
    /// How long the way is, where its length is probed.
    pub exact: Option<u64>,
    /// How many rows.
    pub limit: u32,
    /// The only column that is wanted, each value once.
    pub distinct: Option<&'o Name>,
    /// Whether all rows are wanted, in their order, each as whether it is the one that is looked for.
    pub hits: bool,
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
        is_all_met: order.is_all_met,
        exact: order.exact,
        limit: order.limit,
        distinct: order.distinct,
        hits: order.hits,
        of_statement: 0,
        drawn: Vec::new(),
        inside: Vec::new(),
        columns: task.columns,
        is_aggregate: task.is_aggregate,
        conditions: Vec::new(),
        scope: Scope::default(),
        lost: BTreeSet::new(),
        fresh: 0,
        in_groups: false,
        around: ast::Lens::default(),
    };
    let mut lens = task.lens.clone();
    walk.lens(&mut lens, Some((&[], &[])), &[]);
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
    pub(super) wanted: &'w [Wanted],
    pub(super) probe: Option<Number>,
    is_all_met: bool,
    pub(super) exact: Option<u64>,
    pub(super) limit: u32,
    pub(super) distinct: Option<&'w Name>,
    pub(super) hits: bool,
    /// How many conditions, the first ones, are clocks of the whole statement.
    pub(super) of_statement: usize,
    /// Elements of patterns since the last projection, while something is probed.
    pub(super) drawn: Vec<Drawn>,
    /// What the filters of these patterns have found inside.
    pub(super) inside: Vec<Expr>,
    pub(super) columns: &'w [Name],
    pub(super) is_aggregate: &'w dyn Fn(&str) -> bool,
    pub(super) conditions: Vec<Condition>,
    pub(super) scope: Scope,
    /// Variables of elements that are gone: they are null.
    pub(super) lost: BTreeSet<Name>,
    pub(super) fresh: usize,
    in_groups: bool,
    /// The clocks of the pattern whose WHERE is walked over.
    pub(super) around: ast::Lens,
}

/// Of what a condition is said, as seen from behind its clause.
pub(super) enum Said {
    OfOne,
    /// Of each element of a list that has the name of one of them.
    OfEach(ast::Ident),
    /// Of what no name reaches.
    OutOfSight,
}

impl Said {
    pub(super) fn subject(&self, of_one: Subject) -> Subject {
        match self {
            Self::OfOne => of_one,
            Self::OfEach(list) => Subject::Each { of: list.clone(), subject: Box::new(of_one) },
            Self::OutOfSight => Subject::None,
        }
    }

    /// Of an element that has this name, which stands for one or for a list of them.
    pub(super) fn of(name: Option<&ast::Ident>, is_list: bool) -> Self {
        match name {
            // One without a name gets one where it is looked at.
            _ if !is_list => Self::OfOne,
            Some(name) => Self::OfEach(name.clone()),
            None => Self::OutOfSight,
        }
    }
}

impl Walk<'_> {
    /// Notes a condition. Returns whether it is to be taken out.
    pub(super) fn condition(&mut self, kind: Kind, span: Span, within: &[Number], subject: Subject) -> bool {
        let is_of_groups = self.in_groups;
        self.conditions.push(Condition { kind, span, within: within.to_vec(), subject, is_of_groups });
        self.removes(self.conditions.len() - 1)
    }

    pub(super) fn removes(&self, number: Number) -> bool {
        self.removed.contains(&number)
    }

    pub(super) fn speaks_of_lost(&self, expr: &Expr) -> bool {
        !self.lost.is_empty() && mentions(expr, |name| self.lost.contains(name))
    }

    /// Those of `terms` that stay.
    pub(super) fn filters(&mut self, terms: Vec<Expr>, within: &[Number], said: &Said) -> Vec<Expr> {
        let mut kept = Vec::with_capacity(terms.len());
        for term in terms {
            let subject = said.subject(Subject::Predicate(inside::under(&self.around, &term)));
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
            let is_removed = self.condition(Kind::Rows, span, &[], Subject::List(unwind.list.clone()));
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
                yields.predicate = make::all(self.filters(terms, &[], &Said::OfOne));
            }
            Some(_) | None => self.scope.open = true,
        }
        call
    }

    fn subquery(&mut self, mut call: ast::SubqueryCall, span: Span) -> ast::SubqueryCall {
        let first = self.conditions.len();
        let is_optional = call.optional || self.condition(Kind::Rows, span, &[], Subject::None);
        let within: Vec<Number> = (first..self.conditions.len()).collect();
        self.clocks_inside(&mut call.query, &within);
        let mut has_lost = false;
        super::mention::in_query(&call.query, &mut |mention| {
            has_lost |= matches!(mention, super::mention::Mention::Variable(name) if self.lost.contains(name));
        });
        call.optional = is_optional || has_lost;
        let columns = columns_of(&call.query.first);
        for name in &columns.names {
            self.scope.add(name);
        }
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
            for name in &input.names {
                self.scope.add(name);
            }
            self.scope.open = input.open;
        } else if input.names.iter().any(|name| *name == MET) {
            let met = Name::from(MET);
            self.hand_on_met(&mut projection);
            self.scope.add(&met);
        }
        self.cut_off(&mut projection, &Subject::None);
        self.inside.clear();
        self.drawn.retain(|drawn| self.scope.names.contains(&drawn.ident.name));
        // WHERE sees what was before and what is behind.
        self.lost.extend(lost.iter().cloned());
        let terms = make::conjuncts(projection.predicate.take());
        self.in_groups = projection.items.iter().any(|item| aggregates(&item.expr, self.is_aggregate));
        projection.predicate = make::all(self.filters(terms, &[], &Said::OfOne));
        self.in_groups = false;
        self.lost = lost;
        projection
    }

    /// Adds what was met to a projection without `*`: of a group, what its first row has met. So groups stay what they are.
    pub(super) fn hand_on_met(&self, projection: &mut ast::Projection) {
        let met = Name::from(MET);
        let is_aggregated = projection.items.iter().any(|item| aggregates(&item.expr, self.is_aggregate));
        let all_met = make::call("collect", vec![make::variable(&met)]);
        let handed_on = match is_aggregated || projection.distinct {
            true if self.is_all_met => all_met,
            true => make::call("head", vec![all_met]),
            false => make::variable(&met),
        };
        projection.items.push(make::item(handed_on, &met));
        projection.distinct &= is_aggregated;
    }

    /// SKIP and LIMIT.
    pub(super) fn cut_off(&mut self, projection: &mut ast::Projection, subject: &Subject) {
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
    pub(super) fn same_names(&self, gone: &[Name]) -> ast::Projection {
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
}

/// What a query before NEXT, or in a CALL, hands on.
fn columns_of(query: &ast::SingleQuery) -> Scope {
    let Some(Clause { kind: ClauseKind::Return(projection), .. }) = query.clauses.last() else {
        return Scope::default();
    };
    let names = column_names(projection);
    Scope { open: projection.star.is_some() || names.len() < projection.items.len(), names }
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
