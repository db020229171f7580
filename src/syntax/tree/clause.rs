//! Queries and their clauses.

use pest::iterators::Pair;

use super::lens::refuse_lens;
use super::parts::{Parts, ident, qualified, span};
use super::pattern::{Property, into_property};
use super::{Builder, Built};
use crate::syntax::ast::{self, ClauseKind, Expr, ExprKind};
use crate::syntax::grammar::Rule;
use crate::syntax::{SyntaxError, limit};

impl Builder<'_> {
    pub(super) fn query(&self, pair: Pair<'_, Rule>) -> Built<ast::Query> {
        let mut parts = Parts::of(pair);
        let mut earlier = Vec::new();
        let mut last = self.united(&mut parts)?;
        while parts.accept(Rule::next).is_some() {
            earlier.push(std::mem::replace(&mut last, self.united(&mut parts)?));
        }
        Ok(ast::Query { earlier, ..last })
    }

    /// A query up to the next NEXT, which UNION binds more tightly than.
    fn united(&self, parts: &mut Parts<'_>) -> Built<ast::Query> {
        let first = self.single_query(parts.demand())?;
        let mut span = first.span;
        let mut rest = Vec::new();
        while let Some(union) = parts.accept(Rule::union) {
            let query = self.single_query(parts.demand())?;
            span = span.to(query.span);
            rest.push((union_of(union), query));
        }
        Ok(ast::Query { earlier: Vec::new(), first, rest, span })
    }

    fn single_query(&self, pair: Pair<'_, Rule>) -> Built<ast::SingleQuery> {
        let span = span(&pair);
        let mut clauses = Vec::new();
        for pair in Parts::of(pair) {
            let written = Parts::of(pair.clone()).demand();
            match written.as_rule() {
                Rule::let_clause => clauses.extend(self.let_clause(written)?),
                _ => clauses.push(self.clause(pair)?),
            }
        }
        Ok(ast::SingleQuery { clauses, span })
    }

    /// Each item as UNWIND of it alone: a name for a value, which no aggregate can be.
    fn let_clause(&self, pair: Pair<'_, Rule>) -> Built<Vec<ast::Clause>> {
        let item = |pair: Pair<'_, Rule>| {
            let span = span(&pair);
            let mut parts = Parts::of(pair);
            let variable = parts.ident();
            let value = self.expr(parts.demand())?;
            let list = Expr { span: value.span, kind: ExprKind::List(vec![value]) };
            Ok(ast::Clause { kind: ClauseKind::Unwind(ast::Unwind { list, variable }), span })
        };
        Parts::of(pair).map(item).collect()
    }

    /// The tree of a `clause` or a `foreach_body`.
    fn clause(&self, pair: Pair<'_, Rule>) -> Built<ast::Clause> {
        let span = span(&pair);
        let kind = self.clause_kind(Parts::of(pair).demand())?;
        Ok(ast::Clause { kind, span })
    }

    /// One call per clause and nothing else: this frame stands on the stack once for every level of nesting.
    fn clause_kind(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        match pair.as_rule() {
            Rule::match_clause => self.match_clause(pair),
            Rule::unwind_clause => self.unwind(pair),
            Rule::for_clause => self.for_clause(pair),
            Rule::load_clause => self.load_csv(pair),
            Rule::finish_clause => Ok(ClauseKind::Finish),
            Rule::filter_clause => self.filter(pair),
            Rule::with_clause => self.with(pair),
            Rule::return_clause => self.return_clause(pair),
            Rule::call_clause => self.call(pair),
            Rule::subquery_clause => self.subquery_call(pair),
            Rule::create_clause => self.create(pair),
            Rule::merge_clause => self.merge(pair),
            Rule::set_clause => self.set(pair),
            Rule::remove_clause => self.remove(pair),
            Rule::delete_clause => self.delete(pair),
            Rule::assert_clause => self.exprs(Parts::of(pair)).map(ClauseKind::Assert),
            Rule::retract_clause => self.exprs(Parts::of(pair)).map(ClauseKind::Retract),
            Rule::foreach_clause => self.foreach(pair),
            rule => unreachable!("the grammar has no clause {rule:?}"),
        }
    }

    fn return_clause(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        self.projection(Parts::of(pair).demand()).map(ClauseKind::Return)
    }

    fn set(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        self.set_items(Parts::of(pair).demand()).map(ClauseKind::Set)
    }

    fn match_clause(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        let mut parts = Parts::of(pair);
        let optional = parts.accept(Rule::optional).is_some();
        let mode = parts.accept(Rule::match_mode).map(|pair| Parts::of(pair).demand().as_rule());
        let repeatable = mode == Some(Rule::repeatable_elements);
        let pattern = self.pattern(parts.demand())?;
        let lens = self.lens(&mut parts)?;
        Ok(ClauseKind::Match(ast::Match { optional, repeatable, pattern, lens, predicate: self.under(parts.next())? }))
    }

    fn unwind(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        let mut parts = Parts::of(pair);
        let list = self.expr(parts.demand())?;
        Ok(ClauseKind::Unwind(ast::Unwind { list, variable: parts.ident() }))
    }

    fn load_csv(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        let mut parts = Parts::of(pair);
        Ok(ClauseKind::LoadCsv(ast::LoadCsv {
            headers: parts.accept(Rule::with_headers).is_some(),
            url: self.expr(parts.demand())?,
            variable: parts.ident(),
            separator: parts.next().map(|pair| self.operand(Parts::of(pair).demand())).transpose()?,
        }))
    }

    fn for_clause(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        let mut parts = Parts::of(pair);
        let variable = parts.ident();
        Ok(ClauseKind::Unwind(ast::Unwind { list: self.expr(parts.demand())?, variable }))
    }

    /// As `WITH * WHERE`.
    fn filter(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        let star = Some(span(&pair));
        let predicate = Some(self.expr(Parts::of(pair).demand())?);
        Ok(ClauseKind::With(ast::Projection { star, predicate, ..ast::Projection::default() }))
    }

    fn with(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        let mut parts = Parts::of(pair);
        let projection = self.projection(parts.demand())?;
        let predicate = self.under(parts.next())?;
        Ok(ClauseKind::With(ast::Projection { predicate, ..projection }))
    }

    pub(super) fn projection(&self, pair: Pair<'_, Rule>) -> Built<ast::Projection> {
        let mut parts = Parts::of(pair);
        let distinct = parts.accept(Rule::distinct).is_some();
        let star = parts.accept(Rule::star).map(|pair| span(&pair));
        let mut items = Vec::new();
        while let Some(item) = parts.accept(Rule::projection_item) {
            items.push(self.projection_item(item)?);
        }
        Ok(ast::Projection { distinct, star, items, ..self.row_order(&mut parts)? })
    }

    /// ORDER BY, SKIP and LIMIT, each if it is there.
    pub(super) fn row_order(&self, parts: &mut Parts<'_>) -> Built<ast::Projection> {
        let order_by = parts.accept(Rule::order_by).map_or(Ok(Vec::new()), |pair| self.order_by(pair))?;
        let skip = self.under(parts.accept(Rule::skip))?;
        let limit = self.under(parts.accept(Rule::limit))?;
        Ok(ast::Projection { order_by, skip, limit, ..ast::Projection::default() })
    }

    fn projection_item(&self, pair: Pair<'_, Rule>) -> Built<ast::ProjectionItem> {
        let mut parts = Parts::of(pair);
        Ok(ast::ProjectionItem { expr: self.expr(parts.demand())?, alias: parts.next().as_ref().map(ident) })
    }

    fn order_by(&self, pair: Pair<'_, Rule>) -> Built<Vec<ast::SortItem>> {
        let item = |pair| {
            let mut parts = Parts::of(pair);
            let expr = self.expr(parts.demand())?;
            Ok(ast::SortItem { expr, descending: parts.accept(Rule::descending).is_some() })
        };
        Parts::of(pair).map(item).collect()
    }

    fn call(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        let mut parts = Parts::of(pair);
        Ok(ClauseKind::Call(ast::Call {
            optional: parts.accept(Rule::optional).is_some(),
            procedure: qualified(parts.demand()),
            arguments: parts.accept(Rule::arguments).map(|pair| self.exprs(Parts::of(pair))).transpose()?,
            yields: parts.accept(Rule::yields).map(|pair| self.yields(pair)).transpose()?,
        }))
    }

    pub(super) fn yields(&self, pair: Pair<'_, Rule>) -> Built<ast::Yield> {
        let span = span(&pair);
        let mut parts = Parts::of(pair);
        let star = parts.accept(Rule::star).is_some();
        let mut items = Vec::new();
        while let Some(item) = parts.accept(Rule::yield_item) {
            let mut parts = Parts::of(item);
            items.push((parts.ident(), parts.next().as_ref().map(ident)));
        }
        Ok(ast::Yield { star, items, predicate: self.under(parts.next())?, span })
    }

    fn subquery_call(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        let mut parts = Parts::of(pair);
        let optional = parts.accept(Rule::optional).is_some();
        let imports = parts.accept(Rule::imports).map(|pair| {
            let mut parts = Parts::of(pair);
            match parts.accept(Rule::star) {
                Some(_) => ast::Imports::All,
                None => ast::Imports::Variables(parts.map(|pair| ident(&pair)).collect()),
            }
        });
        let inside = parts.demand();
        let query = self.nested(span(&inside), || self.query(inside))?;
        let transactions = parts.next().map(|pair| self.in_transactions(pair)).transpose()?;
        Ok(ClauseKind::Subquery(ast::SubqueryCall { optional, imports, query, transactions }))
    }

    fn in_transactions(&self, pair: Pair<'_, Rule>) -> Built<ast::InTransactions> {
        let span = span(&pair);
        let mut parts = Parts::of(pair);
        let count = parts.accept(Rule::concurrently).and_then(|pair| Parts::of(pair).next());
        let concurrency = count.map(|count| self.operand(count)).transpose()?;
        let on_error = ast::OnError::Fail;
        let mut transactions = ast::InTransactions { concurrency, rows: None, on_error, status: None, span };
        for part in parts {
            match part.as_rule() {
                Rule::batch_rows => transactions.rows = self.under(Some(part))?,
                Rule::report => transactions.status = Some(Parts::of(part).ident()),
                _ => transactions.on_error = on_error_of(part),
            }
        }
        Ok(transactions)
    }

    fn create(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        let mut parts = Parts::of(pair);
        let pattern = self.pattern(parts.demand())?;
        refuse_lens(&mut parts, "CREATE")?;
        let citations = parts.next().map_or(Ok(Vec::new()), |pair| self.citations(pair))?;
        Ok(ClauseKind::Create(ast::Write { pattern, citations }))
    }

    fn merge(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        let mut parts = Parts::of(pair);
        let part = self.pattern_part(parts.demand())?;
        refuse_lens(&mut parts, "MERGE")?;
        let mut merge = ast::Merge { part, on_create: Vec::new(), on_match: Vec::new(), citations: Vec::new() };
        for action in parts {
            match action.as_rule() {
                Rule::on_create => merge.on_create.extend(self.set_items(Parts::of(action).demand())?),
                Rule::on_match => merge.on_match.extend(self.set_items(Parts::of(action).demand())?),
                _ => merge.citations.extend(self.citations(action)?),
            }
        }
        Ok(ClauseKind::Merge(merge))
    }

    fn citations(&self, pair: Pair<'_, Rule>) -> Built<Vec<ast::Citation>> {
        let citation = |pair| {
            let mut parts = Parts::of(pair);
            let source = self.lookups(parts.demand())?;
            Ok(ast::Citation { source, properties: self.properties(parts.next())? })
        };
        Parts::of(pair).map(citation).collect()
    }

    /// The tree of a `source` or a `property_target`: an operand and the lookups behind it.
    fn lookups(&self, pair: Pair<'_, Rule>) -> Built<Expr> {
        self.bounded_lookups(&pair)?;
        let mut parts = Parts::of(pair);
        let operand = self.operand(parts.demand())?;
        parts.try_fold(operand, |base, op| self.lookup(base, op))
    }

    fn set_items(&self, pair: Pair<'_, Rule>) -> Built<Vec<ast::SetItem>> {
        Parts::of(pair).map(|pair| self.set_item(pair)).collect()
    }

    fn set_item(&self, pair: Pair<'_, Rule>) -> Built<ast::SetItem> {
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        Ok(match rule {
            Rule::set_labels => {
                ast::SetItem::Labels { variable: parts.ident(), labels: self.plain_labels(parts.demand())? }
            }
            Rule::set_replace => ast::SetItem::Replace { variable: parts.ident(), value: self.expr(parts.demand())? },
            Rule::set_update => ast::SetItem::Update { variable: parts.ident(), value: self.expr(parts.demand())? },
            _ => {
                let target = self.property(parts.demand())?;
                let value = self.expr(parts.demand())?;
                match target {
                    Property::Named(target, key) => ast::SetItem::Property { target, key, value },
                    Property::Keyed(target, key) => ast::SetItem::Keyed { target, key, value },
                }
            }
        })
    }

    fn remove(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        let item = |pair: Pair<'_, Rule>| {
            if pair.as_rule() == Rule::remove_labels {
                let mut parts = Parts::of(pair);
                let (variable, labels) = (parts.ident(), self.plain_labels(parts.demand())?);
                return Ok(ast::RemoveItem::Labels { variable, labels });
            }
            Ok(match self.property(pair)? {
                Property::Named(target, key) => ast::RemoveItem::Property { target, key },
                Property::Keyed(target, key) => ast::RemoveItem::Keyed { target, key },
            })
        };
        Parts::of(pair).map(item).collect::<Built<_>>().map(ClauseKind::Remove)
    }

    /// What a `property_target` names: a property of something.
    fn property(&self, pair: Pair<'_, Rule>) -> Built<Property> {
        into_property(self.lookups(pair)?).map_err(|expr| SyntaxError::Unexpected {
            expected: "a property such as `n.name`".to_owned(),
            found: format!("`{}`", expr.span.of(self.text)),
            span: expr.span,
            help: None,
        })
    }

    fn delete(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        let mut parts = Parts::of(pair);
        let detach = parts.accept(Rule::detach).is_some();
        Ok(ClauseKind::Delete(ast::Delete { detach, targets: self.exprs(parts)? }))
    }

    fn foreach(&self, pair: Pair<'_, Rule>) -> Built<ClauseKind> {
        let mut parts = Parts::of(pair);
        let variable = parts.ident();
        let list = self.expr(parts.demand())?;
        let clauses = self.nested(list.span, || parts.map(|pair| self.clause(pair)).collect())?;
        Ok(ClauseKind::Foreach(ast::Foreach { variable, list, clauses }))
    }

    fn bounded_lookups(&self, pair: &Pair<'_, Rule>) -> Built<()> {
        let lookup_count = pair.clone().into_inner().len();
        if self.level.get() + lookup_count > limit::TREE_DEPTH {
            return Err(limit::too_deep_a_tree(span(pair)));
        }
        Ok(())
    }
}

fn on_error_of(pair: Pair<'_, Rule>) -> ast::OnError {
    match Parts::of(pair).demand().as_rule() {
        Rule::on_error_continue => ast::OnError::Continue,
        Rule::on_error_break => ast::OnError::Break,
        _ => ast::OnError::Fail,
    }
}

fn union_of(pair: Pair<'_, Rule>) -> ast::Union {
    ast::Union { span: span(&pair), all: Parts::of(pair).accept(Rule::union_all).is_some() }
}

/// `YIELD *` has a meaning only where the call is the whole statement: within a query, names appear by being written.
pub(super) fn check_standalone_calls(query: &ast::Query) -> Built<()> {
    let is_standalone = query.earlier.is_empty() && query.rest.is_empty() && query.first.clauses.len() == 1;
    if is_standalone {
        return Ok(());
    }
    for clause in query.single_queries().flat_map(|query| &query.clauses) {
        if let ClauseKind::Call(ast::Call { yields: Some(ast::Yield { star: true, span, .. }), .. }) = &clause.kind {
            return Err(SyntaxError::Unexpected {
                expected: "the names of outputs".to_owned(),
                found: "`YIELD *`".to_owned(),
                span: *span,
                help: Some("`YIELD *` stands only in a statement that is nothing but this call".to_owned()),
            });
        }
    }
    Ok(())
}
