//! Groups: they rest on all their rows, and on what others were rejected for that could be among them.

use std::sync::{Arc, LazyLock};

use super::evidence::Evidence;
use super::query::Explainer;
use super::trail::{Rows, Trail};
use crate::expr::{Comparison, Expr, ExprKind, VarId};
use crate::function::witness::WITNESSES;
use crate::function::{Aggregate, COLLECT};
use crate::semantic::bound::{
    AggregateCall, Aggregation, BoundBranch, BoundClause, BoundQuery, Projection, SubqueryCall,
};
use crate::text::Span;
use crate::value::{Name, Type, Value};

static WITNESSES_AGGREGATE: LazyLock<Arc<Aggregate>> = LazyLock::new(|| Arc::new(WITNESSES));
static COLLECT_AGGREGATE: LazyLock<Arc<Aggregate>> = LazyLock::new(|| Arc::new(COLLECT));

impl Explainer<'_> {
    /// A clause of its own: what groups rest on goes on from here.
    pub(super) fn aggregate(&mut self, aggregation: Aggregation, trail: &mut Trail) {
        let arguments = aggregation.calls.iter().flat_map(|(_, call)| &call.arguments);
        let looked_at: Vec<Expr> = aggregation.keys.iter().map(|(_, key)| key).chain(arguments).cloned().collect();
        let rejected = self.rejected(trail);
        self.look_at(&looked_at, &mut trail.rows);
        let keys = aggregation.keys.clone();
        trail.told = aggregation.calls.iter().map(|(var, _)| *var).collect();
        trail.told.extend(keys.iter().filter(|(_, key)| self.hangs_on_graph(key, &rejected.told)).map(|(var, _)| *var));
        trail.walks += usize::from(rejected.rows.is_some() || !rejected.on_the_way.is_empty());
        trail.groupless.extend(rejected.on_the_way);
        if keys.is_empty() {
            self.only_group(aggregation, rejected.rows, trail);
        } else {
            self.groups(aggregation, rejected.rows, trail);
        }
        trail.groups = trail.rows.clone();
        trail.since.clear();
    }

    /// All rows as one group, which is there if nothing else is.
    fn only_group(&mut self, aggregation: Aggregation, rejected: Option<Rows>, trail: &mut Trail) {
        let witness = self.gather_groups(aggregation, &mut trail.rows);
        let mut told = std::mem::take(&mut trail.groupless);
        trail.groupless_told = 0;
        told.extend(rejected.map(|rows| self.collected(rows, trail.imports.clone())));
        told.extend(self.no_group(witness, trail));
        self.keep(told, &mut trail.rows);
    }

    fn groups(&mut self, aggregation: Aggregation, rejected: Option<Rows>, trail: &mut Trail) {
        let keys = aggregation.keys.clone();
        let made: Vec<VarId> = aggregation.calls.iter().map(|(var, _)| *var).collect();
        let witness = self.gather_groups(aggregation, &mut trail.rows);
        let told = trail.groupless[trail.groupless_told..].to_vec();
        trail.groupless_told = trail.groupless.len();
        if let Some(rows) = rejected {
            trail.groupless.push(self.collected(rows.clone(), trail.imports.clone()));
            self.join_groups(&keys, &made, witness, rows, trail);
        }
        self.keep(told, &mut trail.rows);
    }

    /// Adds what the rows of each group rest on, and makes it all there is.
    fn gather_groups(&mut self, mut aggregation: Aggregation, rows: &mut Rows) -> VarId {
        let witness = self.witness();
        let evidence = std::mem::replace(&mut rows.evidence, Evidence::column(witness));
        aggregation.calls.push((witness, all_of(evidence)));
        rows.clauses.push(grouped(aggregation));
        witness
    }

    /// Of all rows as one group that nothing is in, what is not there.
    fn no_group(&mut self, witness: VarId, trail: &Trail) -> Option<Expr> {
        let absent = self.nothing_asked_for(trail)?;
        let nothing = Expr::equal(Expr::variable(witness), Expr::made(ExprKind::List(Vec::new())));
        Some(Expr::made(ExprKind::Case { subject: None, branches: vec![(nothing, absent)], otherwise: None }))
    }

    /// Puts what rows were rejected for beside the groups that they could be of, which stay as they are.
    fn join_groups(
        &mut self,
        keys: &[(VarId, Expr)],
        made: &[VarId],
        witness: VarId,
        mut rejected: Rows,
        trail: &mut Trail,
    ) {
        let is_group = self.variables.add(None, Type::Boolean);
        let mut found = std::mem::take(&mut trail.rows.clauses);
        found.push(BoundClause::Extend(vec![(is_group, Expr::literal(true))]));
        let columns: Vec<VarId> = keys.iter().map(|(var, _)| *var).chain(made.iter().copied()).collect();
        let all: Vec<VarId> = columns.iter().copied().chain([witness, is_group]).collect();

        let beside: Vec<VarId> = all.iter().map(|var| self.like(*var)).collect();
        let (beside_keys, rest) = beside.split_at(keys.len());
        let beside_witness = rest[made.len()];
        let evidence = std::mem::take(&mut rejected.evidence);
        rejected.clauses.push(grouped(Aggregation {
            keys: beside_keys.iter().zip(keys).map(|(var, (_, key))| (*var, key.clone())).collect(),
            calls: vec![(beside_witness, all_of(evidence))],
        }));
        let told: Vec<VarId> = beside_keys.iter().copied().chain([beside_witness]).collect();
        let mut beside_clauses = self.read_from_a_list(rejected.clauses, &told, trail.imports.clone());
        let unknown = rest.iter().filter(|var| **var != beside_witness);
        let unknown = unknown.map(|var| (*var, Expr::literal(Value::Null))).collect();
        beside_clauses.push(BoundClause::Extend(unknown));

        let outer: Vec<VarId> = all.iter().map(|var| self.like(*var)).collect();
        let branches = [(found, all), (beside_clauses, beside)];
        let query = BoundQuery {
            branches: branches.map(|(clauses, columns)| BoundBranch { clauses, columns }).into(),
            union_all: true,
            columns: outer.iter().map(|var| (Name::from("witness"), *var)).collect(),
        };
        let imports = trail.imports.clone();
        let span = Span::default();
        let call = SubqueryCall { optional: false, query, imports, unit: false, transactions: None, span };
        trail.rows.clauses = vec![BoundClause::Subquery(call)];
        trail.rows.clauses.push(self.together(keys, made, witness, &outer));
    }

    /// The rows that `clauses` make, by way of a list: in a subquery of an expression what fails is left out.
    fn read_from_a_list(
        &mut self,
        mut clauses: Vec<BoundClause>,
        columns: &[VarId],
        imports: Vec<VarId>,
    ) -> Vec<BoundClause> {
        let row = self.variables.add(None, Type::list_of(Type::Any));
        let values = columns.iter().map(|var| Expr::variable(*var)).collect();
        clauses.push(BoundClause::Extend(vec![(row, Expr::made(ExprKind::List(values)))]));
        let list = self.listed(clauses, row, imports);
        let read = self.variables.add(None, Type::list_of(Type::Any));
        let value = |index| {
            let index = Box::new(Expr::literal(index));
            Expr::made(ExprKind::Index(Box::new(Expr::variable(read)), index))
        };
        let values = columns.iter().zip(0..).map(|(var, index)| (*var, value(index))).collect();
        vec![BoundClause::Unwind { list, var: read }, BoundClause::Extend(values)]
    }

    /// Groups with what was rejected that has the same keys; of the other columns there is one value at most.
    fn together(&mut self, keys: &[(VarId, Expr)], made: &[VarId], witness: VarId, outer: &[VarId]) -> BoundClause {
        let (outer_keys, rest) = outer.split_at(keys.len());
        let is_group = self.variables.add(None, Type::Any);
        let lists: Vec<VarId> = made.iter().map(|_| self.variables.add(None, Type::list_of(Type::Any))).collect();
        let values = lists.iter().chain([&is_group]).zip(rest.iter().filter(|var| **var != rest[made.len()]));
        let mut calls: Vec<(VarId, AggregateCall)> =
            values.map(|(list, var)| (*list, call(&COLLECT_AGGREGATE, Expr::variable(*var)))).collect();
        calls.push((witness, call(&WITNESSES_AGGREGATE, Expr::variable(rest[made.len()]))));
        let first = |list: &VarId| {
            let first = Box::new(Expr::literal(0));
            Expr::made(ExprKind::Index(Box::new(Expr::variable(*list)), first))
        };
        let mut items: Vec<(VarId, Expr)> = keys.iter().map(|(var, _)| (*var, Expr::variable(*var))).collect();
        items.extend(made.iter().zip(&lists).map(|(var, list)| (*var, first(list))));
        items.extend([witness, is_group].map(|var| (var, Expr::variable(var))));
        let nothing = Expr::made(ExprKind::List(Vec::new()));
        let sides = [Expr::variable(is_group), nothing].map(Box::new);
        let [left, right] = sides;
        BoundClause::Project(Projection {
            aggregation: Some(Aggregation {
                keys: keys.iter().zip(outer_keys).map(|((var, _), outer)| (*var, Expr::variable(*outer))).collect(),
                calls,
            }),
            predicate: Some(Expr::made(ExprKind::Compare(Comparison::NotEqual, left, right))),
            ..Projection::of(items)
        })
    }

    /// A new variable for values as `var` has them, or none.
    fn like(&mut self, var: VarId) -> VarId {
        let var_type = self.variables.get(var).var_type.clone();
        let made = self.variables.add(None, var_type);
        self.variables.get_mut(made).nullable = true;
        made
    }
}

fn all_of(evidence: Evidence) -> AggregateCall {
    call(&WITNESSES_AGGREGATE, evidence.gathered())
}

fn call(aggregate: &Arc<Aggregate>, argument: Expr) -> AggregateCall {
    AggregateCall { aggregate: Some(Arc::clone(aggregate)), distinct: false, arguments: vec![argument] }
}

/// Nothing but the groups.
fn grouped(aggregation: Aggregation) -> BoundClause {
    let made = aggregation.keys.iter().map(|(var, _)| *var).chain(aggregation.calls.iter().map(|(var, _)| *var));
    let items = made.map(|var| (var, Expr::variable(var))).collect();
    BoundClause::Project(Projection { aggregation: Some(aggregation), ..Projection::of(items) })
}
