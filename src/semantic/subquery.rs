//! Queries inside a query: `CALL { }`, and those that an expression asks.

use super::aggregate::Aggregates;
use super::binder::{Binder, Typed};
use super::bound::{BoundBranch, BoundClause, BoundMatch, BoundQuery, BoundSubquery, Projection, SubqueryCall};
use super::pattern::PatternRules;
use super::query::{QueryPlace, Start};
use super::scope::Scope;
use crate::expr::{Expr, ExprKind, SubqueryId, SubqueryKind, VarId};
use crate::syntax::ast;
use crate::text::Span;
use crate::value::{Name, Type, Value};

/// What a subquery must give back when it ends.
pub(super) struct Frame {
    scope: Scope,
    aggregates: Aggregates,
    reading_only: bool,
    /// Variables from here on are the subquery's own.
    own: usize,
    uses: usize,
}

/// No name that a query can write: names in backticks are not empty.
const PATH: &str = "";

const READING: PatternRules = PatternRules { optional: false, new_names: true, repeatable: false };

impl Binder<'_> {
    pub(super) fn exists_subquery(&mut self, subquery: &ast::Subquery, span: Span) -> Typed {
        let (id, _) = self.braces(SubqueryKind::Exists, subquery);
        Typed::new(ExprKind::Subquery(SubqueryKind::Exists, id), span, Type::Boolean)
    }

    pub(super) fn count_subquery(&mut self, subquery: &ast::Subquery, span: Span) -> Typed {
        let (id, _) = self.braces(SubqueryKind::Count, subquery);
        Typed::new(ExprKind::Subquery(SubqueryKind::Count, id), span, Type::Integer)
    }

    pub(super) fn collect_subquery(&mut self, subquery: &ast::Subquery, span: Span) -> Typed {
        let (id, columns) = self.braces(SubqueryKind::Collect, subquery);
        let item_type = match columns.as_slice() {
            [] => Type::Any,
            [column] => self.type_of(*column).clone(),
            _ => {
                self.refuse("InvalidClauseComposition", span, "COLLECT takes a query of one column");
                Type::Any
            }
        };
        Typed::new(ExprKind::Subquery(SubqueryKind::Collect, id), span, Type::list_of(item_type))
    }

    /// What stands in braces. Returns the columns too.
    fn braces(&mut self, kind: SubqueryKind, subquery: &ast::Subquery) -> (SubqueryId, Vec<VarId>) {
        let frame = self.enter_expression();
        let (query, span) = match subquery {
            ast::Subquery::Pattern { pattern, lens, predicate } => {
                if kind == SubqueryKind::Collect {
                    let message = "COLLECT collects what its query returns";
                    self.refuse("InvalidClauseComposition", pattern.span, message);
                }
                found(self.reading(&pattern.parts, lens, predicate.as_ref(), READING))
            }
            ast::Subquery::Query(query) => (self.query(query, QueryPlace::Expression(kind)), query.span),
        };
        let columns = query.columns.iter().map(|(_, id)| *id).collect();
        (self.leave_expression(frame, query, span), columns)
    }

    /// `(a)-->(b)` as a predicate. It names only what is there already.
    pub(super) fn pattern_predicate(&mut self, path: &ast::PathPattern, span: Span) -> Typed {
        let frame = self.enter_expression();
        let rules = PatternRules { optional: false, new_names: false, repeatable: false };
        let part = whole_path(path, None);
        let (query, text) = found(self.reading(&[part], &ast::Lens::default(), None, rules));
        let id = self.leave_expression(frame, query, text);
        Typed::new(ExprKind::Subquery(SubqueryKind::Exists, id), span, Type::Boolean)
    }

    pub(super) fn pattern_comprehension(&mut self, pattern: &ast::PatternComprehension, span: Span) -> Typed {
        let frame = self.enter_expression();
        let part = whole_path(&pattern.path, pattern.variable.clone());
        let found = self.reading(&[part], &ast::Lens::default(), pattern.predicate.as_ref(), READING);
        let item = self.typed(&pattern.map);
        let item_type = item.value_type.clone();
        let text = found.span;
        let query = self.collecting_item(found, item);
        let id = self.leave_expression(frame, query, text);
        Typed::new(ExprKind::Subquery(SubqueryKind::Collect, id), span, Type::list_of(item_type))
    }

    /// `shortestPath(...)` in an expression: the first of the paths, or null; `allShortestPaths(...)`: all of them.
    pub(super) fn shortest(&mut self, part: &ast::PatternPart, span: Span) -> Typed {
        let frame = self.enter_expression();
        let variable = Some(ast::Ident { name: Name::from(PATH), span });
        let named = ast::PatternPart { variable, span, ..part.clone() };
        let found = self.reading(&[named], &ast::Lens::default(), None, READING);
        let item = self.variable(&Name::from(PATH), span);
        for path in &found.pattern.paths {
            self.variables.get_mut(path.var).name = None;
        }
        let query = self.collecting_item(found, item);
        let id = self.leave_expression(frame, query, span);
        let paths = Expr::new(ExprKind::Subquery(SubqueryKind::Collect, id), span);
        match part.selector {
            ast::Selector::AllShortestPaths => Typed { expr: paths, value_type: Type::list_of(Type::Path) },
            ast::Selector::All | ast::Selector::ShortestPath | ast::Selector::Shortest { .. } => {
                let first = Expr::new(ExprKind::Literal(Value::Integer(0)), span);
                Typed::new(ExprKind::Index(Box::new(paths), Box::new(first)), span, Type::Path)
            }
        }
    }

    /// The query that gives `item` for each match.
    fn collecting_item(&mut self, found: BoundMatch, item: Typed) -> BoundQuery {
        let var = self.variables.add(None, item.value_type);
        self.variables.get_mut(var).nullable = true;
        let projection = Projection {
            aggregation: None,
            items: vec![(var, item.expr)],
            distinct: false,
            order_by: Vec::new(),
            skip: None,
            limit: None,
            predicate: None,
        };
        let clauses = vec![BoundClause::Match(found), BoundClause::Project(projection)];
        BoundQuery {
            branches: vec![BoundBranch { clauses, columns: vec![var] }],
            union_all: true,
            columns: vec![(Name::from("item"), var)],
        }
    }

    /// `CALL { }`: its columns join the row.
    pub(super) fn subquery_call(&mut self, call: &ast::SubqueryCall, span: Span) -> BoundClause {
        let (inner, importable) = match &call.imports {
            None => (Scope::default(), Some(self.scope.clone())),
            Some(ast::Imports::All) => (self.scope.inner(), None),
            Some(ast::Imports::Variables(idents)) => (self.imported(idents), None),
        };
        let frame = self.enter(inner);
        let start = importable.as_ref().map_or(Start::Here, Start::Importing);
        let query = self.query_from(&call.query, QueryPlace::Call, start);
        let imports = self.leave(frame);
        let unit = query.columns.is_empty();
        for (name, id) in &query.columns {
            if self.scope.get(name).is_some() {
                let message = format!("variable `{name}` is already bound outside the subquery");
                self.refuse_with_help("VariableAlreadyBound", span, message, "return it under another name with AS");
            }
            self.scope.declare(name.clone(), *id);
            self.variables.get_mut(*id).nullable |= call.optional || call.transactions.is_some();
        }
        let transactions = call.transactions.as_ref().map(|transactions| self.transactions(transactions));
        BoundClause::Subquery(SubqueryCall { optional: call.optional, query, imports, unit, transactions, span })
    }

    fn imported(&mut self, idents: &[ast::Ident]) -> Scope {
        let mut visible = Vec::new();
        for ident in idents {
            if let Some(id) = self.lookup_or_refuse(&ident.name, ident.span) {
                visible.push((ident.name.clone(), id));
            }
        }
        let mut scope = Scope::inner_with(visible);
        scope.loaded = self.scope.loaded;
        scope
    }

    // ------------------------------------------------------------ in and out

    fn enter_expression(&mut self) -> Frame {
        let frame = self.enter(self.scope.inner());
        self.reading_only = true;
        frame
    }

    /// `span`: of what is asked.
    fn leave_expression(&mut self, frame: Frame, query: BoundQuery, span: Span) -> SubqueryId {
        let imports = self.leave(frame);
        let id = SubqueryId(u32::try_from(self.subqueries.len()).expect("fewer than 2^32 subqueries"));
        self.subqueries.push(BoundSubquery { query, imports, span });
        id
    }

    pub(super) fn enter(&mut self, inner: Scope) -> Frame {
        Frame {
            scope: std::mem::replace(&mut self.scope, inner),
            aggregates: std::mem::replace(&mut self.aggregates, Aggregates::Refused),
            reading_only: self.reading_only,
            own: self.variables.len(),
            uses: self.uses.len(),
        }
    }

    /// Returns what the subquery used from around it.
    pub(super) fn leave(&mut self, frame: Frame) -> Vec<VarId> {
        self.scope = frame.scope;
        self.aggregates = frame.aggregates;
        self.reading_only = frame.reading_only;
        let used = self.uses[frame.uses..].iter().copied();
        let mut imports: Vec<VarId> = used.filter(|id| (id.0 as usize) < frame.own).collect();
        imports.sort_unstable();
        imports.dedup();
        imports
    }
}

/// A query that only looks, and where it stands.
fn found(found: BoundMatch) -> (BoundQuery, Span) {
    let span = found.span;
    let branch = BoundBranch { clauses: vec![BoundClause::Match(found)], columns: Vec::new() };
    (BoundQuery { branches: vec![branch], union_all: true, columns: Vec::new() }, span)
}

fn whole_path(path: &ast::PathPattern, variable: Option<ast::Ident>) -> ast::PatternPart {
    ast::PatternPart::of(variable, path.clone(), path.span)
}
