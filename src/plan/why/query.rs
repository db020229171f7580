//! Queries: each hands out one more column, what its rows rest on.

use rustc_hash::FxHashMap;

use super::evidence::Evidence;
use super::trail::Rows;
use crate::expr::{Expr, SubqueryId, VarId, Variables};
use crate::semantic::bound::{
    BoundBody, BoundBranch, BoundClause, BoundQuery, BoundStatement, BoundSubquery, Projection, SubqueryCall,
};
use crate::text::Span;
use crate::value::{Name, Type};

/// Gives the statement the column `why`; `text` is what it was bound from.
pub(in crate::plan) fn explain(statement: &mut BoundStatement, text: &str) {
    let BoundBody::Query(query) = &mut statement.body else { return };
    let mut explainer = Explainer {
        text,
        variables: std::mem::take(&mut statement.variables),
        subqueries: std::mem::take(&mut statement.subqueries),
        twins: FxHashMap::default(),
        rejected: FxHashMap::default(),
        depth: 0,
    };
    let made = explainer.rewritten(std::mem::take(query), &[]);
    *query = explainer.told(made);
    statement.variables = explainer.variables;
    statement.subqueries = explainer.subqueries;
}

/// What is known while a statement is rewritten.
pub(super) struct Explainer<'t> {
    pub(super) text: &'t str,
    pub(super) variables: Variables,
    pub(super) subqueries: Vec<BoundSubquery>,
    /// The subqueries that hand out what others rest on.
    pub(super) twins: FxHashMap<(SubqueryId, Twin), SubqueryId>,
    /// What subqueries have rejected that could come back.
    pub(super) rejected: FxHashMap<SubqueryId, Vec<Expr>>,
    /// In how many subqueries the rewriting is.
    pub(super) depth: usize,
}

/// What a twin of a subquery hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Twin {
    /// What one of its rows rests on.
    OneRow,
    /// What each of its rows rests on.
    AllRows,
}

/// A query of one branch on its way.
pub(super) struct Rewritten {
    pub(super) clauses: Vec<BoundClause>,
    pub(super) evidence: Evidence,
    pub(super) columns: Vec<(Name, VarId)>,
}

impl Explainer<'_> {
    /// The clauses of the query, and what their rows rest on. `imports`: what it takes from around it.
    pub(super) fn rewritten(&mut self, query: BoundQuery, imports: &[VarId]) -> Rewritten {
        let BoundQuery { mut branches, union_all, columns } = query;
        if branches.len() == 1 {
            return self.only_branch(branches.remove(0), columns, imports);
        }
        let (call, witness) = self.union(branches, &columns, imports);
        let mut clauses = vec![call];
        if !union_all {
            clauses.push(first_of_each(&columns));
        }
        Rewritten { clauses, evidence: Evidence::column(witness), columns }
    }

    fn only_branch(&mut self, branch: BoundBranch, columns: Vec<(Name, VarId)>, imports: &[VarId]) -> Rewritten {
        let Rows { mut clauses, evidence } = self.trail(branch.clauses, imports).rows;
        let names = columns.iter().map(|(_, var)| *var).zip(branch.columns);
        let renamed: Vec<(VarId, Expr)> = names
            .filter(|(outer, inner)| outer != inner)
            .map(|(outer, inner)| (outer, Expr::variable(inner)))
            .collect();
        if !renamed.is_empty() {
            clauses.push(BoundClause::Extend(renamed));
        }
        Rewritten { clauses, evidence, columns }
    }

    /// The branches as a subquery that keeps equivalent rows, and the variable of what they rest on.
    fn union(
        &mut self,
        branches: Vec<BoundBranch>,
        columns: &[(Name, VarId)],
        imports: &[VarId],
    ) -> (BoundClause, VarId) {
        let branches = branches.into_iter().map(|branch| self.branch(branch, imports)).collect();
        let witness = self.witness();
        let mut columns = columns.to_vec();
        columns.push(witness_column(witness));
        let query = BoundQuery { branches, union_all: true, columns };
        let call = SubqueryCall {
            optional: false,
            query,
            imports: imports.to_vec(),
            unit: false,
            transactions: None,
            span: Span::default(),
        };
        (BoundClause::Subquery(call), witness)
    }

    fn branch(&mut self, branch: BoundBranch, imports: &[VarId]) -> BoundBranch {
        let Rows { mut clauses, evidence } = self.trail(branch.clauses, imports).rows;
        let mut columns = branch.columns;
        columns.push(self.gather(&mut clauses, evidence));
        BoundBranch { clauses, columns }
    }

    /// The query with a column more, which it returns too.
    pub(super) fn handing_out(&mut self, query: BoundQuery, imports: &[VarId]) -> (BoundQuery, VarId) {
        let Rewritten { mut clauses, evidence, mut columns } = self.rewritten(query, imports);
        let witness = self.gather(&mut clauses, evidence);
        columns.push(witness_column(witness));
        (one_branch(clauses, columns), witness)
    }

    fn told(&mut self, made: Rewritten) -> BoundQuery {
        let Rewritten { mut clauses, evidence, mut columns } = made;
        let why = self.variables.add(Some(Name::from("why")), Type::Map);
        clauses.push(BoundClause::Extend(vec![(why, evidence.told())]));
        columns.push((Name::from("why"), why));
        one_branch(clauses, columns)
    }

    /// Puts the evidence into a variable.
    pub(super) fn gather(&mut self, clauses: &mut Vec<BoundClause>, evidence: Evidence) -> VarId {
        let witness = self.witness();
        clauses.push(BoundClause::Extend(vec![(witness, evidence.gathered())]));
        witness
    }

    /// A new variable for what rows rest on.
    pub(super) fn witness(&mut self) -> VarId {
        let var = self.variables.add(None, Type::list_of(Type::Any));
        self.variables.get_mut(var).nullable = true;
        var
    }
}

pub(super) fn one_branch(clauses: Vec<BoundClause>, columns: Vec<(Name, VarId)>) -> BoundQuery {
    let ids = columns.iter().map(|(_, var)| *var).collect();
    BoundQuery { branches: vec![BoundBranch { clauses, columns: ids }], union_all: true, columns }
}

/// The column of what the rows of an inner query rest on; nobody sees its name.
fn witness_column(var: VarId) -> (Name, VarId) {
    (Name::from("witness"), var)
}

fn first_of_each(columns: &[(Name, VarId)]) -> BoundClause {
    let items = columns.iter().map(|(_, var)| (*var, Expr::variable(*var))).collect();
    BoundClause::Project(Projection { distinct: true, ..Projection::of(items) })
}
