//! From a bound statement to steps, clause by clause.

mod barrier;
mod lens;
mod pattern;
mod projection;
mod route;
mod shortest;
mod size;
mod write;

pub(crate) use pattern::type_list;

use rustc_hash::FxHashSet;

use super::why;
use super::{
    Apply, ApplyKind, Delete, Imports, InTransactions, LogicalBody, LogicalPlan, LogicalStatement, MAX_DEPTH,
    PlanError, QueryPlan, SetState, Step, Subquery, Union, Unwind,
};
use crate::expr::{Expr, VarId, Variables};
use crate::semantic::bound::{
    BoundBody, BoundBranch, BoundClause, BoundMatch, BoundQuery, BoundStatement, BoundSubquery, ProcedureCall,
    SubqueryCall,
};

/// The plainest right plan of a statement.
///
/// # Errors
///
/// [`PlanError::TooLarge`] if the chain of operators would be too long to run.
pub(crate) fn build(mut statement: BoundStatement) -> Result<LogicalStatement, PlanError> {
    size::check(&statement)?;
    if let Some(text) = statement.why.take() {
        why::explain(&mut statement, &text);
    }
    let imports = statement.subqueries.iter().map(|subquery| subquery.imports.clone()).collect();
    let mut builder = Builder { variables: statement.variables, imports: Imports::new(imports) };
    let subqueries = builder.subqueries(statement.subqueries);
    let body = match statement.body {
        BoundBody::Query(query) => LogicalBody::Query(QueryPlan {
            columns: query.columns.clone(),
            plan: builder.query(query, &FxHashSet::default()),
        }),
        BoundBody::Schema(change) => LogicalBody::Schema(change),
    };
    let built = LogicalStatement {
        body,
        variables: builder.variables,
        subqueries,
        given: statement.given,
        parameters: statement.parameters,
        writes: statement.writes,
    };
    check_depth(&built)?;
    Ok(built)
}

fn check_depth(statement: &LogicalStatement) -> Result<(), PlanError> {
    let main = match &statement.body {
        LogicalBody::Query(query) => query.plan.depth(),
        LogicalBody::Schema(_) => 0,
    };
    let depth = statement.subqueries.iter().map(|subquery| subquery.plan.depth()).chain([main]).max().unwrap_or(0);
    if depth > MAX_DEPTH { Err(PlanError::TooLarge { depth }) } else { Ok(()) }
}

/// What is known while a statement is built.
struct Builder {
    variables: Variables,
    imports: Imports,
}

/// The steps of one branch so far, and what they have bound.
struct Branch {
    steps: Vec<Step>,
    scope: FxHashSet<VarId>,
}

impl Branch {
    fn push(&mut self, step: Step) {
        if step.narrows() {
            self.scope.clear();
        }
        self.scope.extend(step.binds());
        self.steps.push(step);
    }

    fn extend(&mut self, steps: Vec<Step>) {
        for step in steps {
            self.push(step);
        }
    }

    fn filter(&mut self, predicates: impl IntoIterator<Item = Expr>) {
        let predicate = Expr::all(predicates);
        if !is_true(&predicate) {
            self.push(Step::Filter(predicate));
        }
    }
}

fn is_true(expr: &Expr) -> bool {
    matches!(expr.kind, crate::expr::ExprKind::Literal(crate::value::Value::Boolean(true)))
}

impl Builder {
    /// A subquery may name others, whose imports have to be known first; each is built once all that it names are.
    fn subqueries(&mut self, bound: Vec<BoundSubquery>) -> Vec<Subquery> {
        let mut built: Vec<Subquery> = Vec::with_capacity(bound.len());
        for subquery in bound {
            let column = subquery.query.columns.first().map(|(_, var)| *var);
            let outside = subquery.imports.iter().copied().collect();
            let mut plan = self.query(subquery.query, &outside);
            plan.imports = subquery.imports;
            built.push(Subquery { plan, column, weight: None });
        }
        self.settle_imports(&mut built);
        built
    }

    /// What a subquery inside takes from farther out, the outer one takes too.
    fn settle_imports(&mut self, subqueries: &mut [Subquery]) {
        loop {
            let mut changed = false;
            for (index, subquery) in subqueries.iter_mut().enumerate() {
                let mut needed = self.imports.of_steps(&subquery.plan.steps, &[]);
                needed.retain(|var| !subquery.plan.imports.contains(var));
                if !needed.is_empty() {
                    changed = true;
                    subquery.plan.imports.extend(needed);
                    let id = crate::expr::SubqueryId(u32::try_from(index).expect("numbered by 32 bits"));
                    self.imports.set(id, subquery.plan.imports.clone());
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// A query whose plan may use `outside`.
    fn query(&mut self, query: BoundQuery, outside: &FxHashSet<VarId>) -> LogicalPlan {
        let BoundQuery { mut branches, union_all, columns } = query;
        let columns: Vec<VarId> = columns.into_iter().map(|(_, var)| var).collect();
        if branches.len() == 1 {
            let branch = branches.remove(0);
            let renamed: Vec<(VarId, Expr)> = columns
                .iter()
                .zip(&branch.columns)
                .filter(|(outer, inner)| outer != inner)
                .map(|(outer, inner)| (*outer, Expr::variable(*inner)))
                .collect();
            let mut steps = self.branch(branch, outside);
            if !renamed.is_empty() {
                steps.push(Step::Project(renamed));
            }
            return self.imports.plan(steps, &[], outside);
        }
        let branches = branches.into_iter().map(|branch| {
            let inner = branch.columns.clone();
            let steps = self.branch(branch, outside);
            (self.imports.plan(steps, &inner, outside), inner)
        });
        let mut steps = vec![Step::Union(Union { branches: branches.collect(), columns: columns.clone() })];
        if !union_all && !planted!("UNION keeps duplicates") {
            steps.push(Step::Distinct(columns));
        }
        self.imports.plan(steps, &[], outside)
    }

    fn branch(&mut self, branch: BoundBranch, outside: &FxHashSet<VarId>) -> Vec<Step> {
        self.clauses(branch.clauses, outside)
    }

    fn clauses(&mut self, clauses: Vec<BoundClause>, outside: &FxHashSet<VarId>) -> Vec<Step> {
        let mut branch = Branch { steps: Vec::new(), scope: outside.clone() };
        for clause in clauses {
            self.clause(clause, &mut branch);
            branch.scope.extend(outside);
        }
        barrier::insert(branch.steps, &self.variables)
    }

    fn clause(&mut self, clause: BoundClause, branch: &mut Branch) {
        match clause {
            BoundClause::Match(clause) => self.match_clause(clause, branch),
            BoundClause::Unwind { list, var } => branch.push(Step::Unwind(Unwind { var, list })),
            BoundClause::Project(clause) => projection::project(clause, branch),
            BoundClause::Extend(items) => branch.push(Step::Project(items)),
            BoundClause::Call(clause) => self.call(clause, branch),
            BoundClause::Subquery(clause) => self.subquery_clause(clause, branch),
            BoundClause::Create(clause) => self.create(clause, branch),
            BoundClause::Merge(clause) => self.merge(clause, branch),
            BoundClause::Set(items) => branch.push(Step::Set(items)),
            BoundClause::Delete { detach, targets } => branch.push(Step::Delete(Delete { detach, targets })),
            BoundClause::SetState { targets, asserted } => branch.push(Step::SetState(SetState { asserted, targets })),
            BoundClause::Foreach { var, list, clauses } => self.foreach(var, list, clauses, branch),
        }
    }

    fn match_clause(&mut self, clause: BoundMatch, branch: &mut Branch) {
        if !clause.operands.is_empty() {
            branch.push(Step::Project(clause.operands));
        }
        let mut steps = self.pattern(&clause.pattern, clause.predicates, &branch.scope);
        if !clause.extra.is_empty() {
            steps.push(Step::Project(clause.extra));
        }
        if !clause.optional {
            branch.extend(steps);
            return;
        }
        let inner = self.imports.plan(steps, &[], &branch.scope);
        let found = inner.bound();
        branch.push(Step::Apply(Apply { inner, kind: ApplyKind::Optional(found) }));
    }

    /// What WHERE says belongs to an optional call, as it does to an OPTIONAL MATCH.
    fn call(&mut self, mut clause: ProcedureCall, branch: &mut Branch) {
        let predicate = clause.predicate.take();
        if !clause.optional {
            branch.push(Step::Call(clause));
            branch.filter(predicate);
            return;
        }
        let take = clause.yields.iter().map(|(_, var)| *var).collect();
        let steps = [Step::Call(clause)].into_iter().chain(predicate.map(Step::Filter)).collect();
        let inner = self.imports.plan(steps, &[], &branch.scope);
        branch.push(Step::Apply(Apply { inner, kind: ApplyKind::Optional(take) }));
    }

    fn subquery_clause(&mut self, clause: SubqueryCall, branch: &mut Branch) {
        let take: Vec<VarId> = clause.query.columns.iter().map(|(_, var)| *var).collect();
        let outside: FxHashSet<VarId> = clause.imports.iter().copied().collect();
        let mut inner = self.query(clause.query, &outside);
        for var in clause.imports {
            if !inner.imports.contains(&var) {
                inner.imports.push(var);
            }
        }
        if let Some(transactions) = clause.transactions {
            branch.push(Step::InTransactions(Box::new(InTransactions {
                inner,
                take: if clause.unit { Vec::new() } else { take },
                is_unit: clause.unit,
                is_optional: clause.optional,
                rows: transactions.rows,
                on_error: transactions.on_error,
                status: transactions.status,
            })));
            return;
        }
        let kind = match (clause.unit, clause.optional) {
            (true, _) => ApplyKind::Effects,
            (false, false) => ApplyKind::Inner(take),
            (false, true) => ApplyKind::Optional(take),
        };
        branch.push(Step::Apply(Apply { inner, kind }));
    }
}
