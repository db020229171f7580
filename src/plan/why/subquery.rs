//! Subqueries of expressions: twins of them hand out what their rows rest on.

use super::evidence::union;
use super::query::{Explainer, Rewritten, Twin};
use crate::expr::{Expr, ExprKind, SubqueryId, SubqueryKind};
use crate::semantic::bound::{BoundClause, BoundSubquery, Projection};
use crate::value::{Name, Type, Value};

impl Explainer<'_> {
    /// What the value of a subquery rests on: one row for EXISTS, all of them otherwise; without a row, on what is
    /// not there.
    pub(super) fn of_subquery(&mut self, kind: SubqueryKind, id: SubqueryId) -> Expr {
        let twin = match kind {
            SubqueryKind::Exists => Twin::OneRow,
            SubqueryKind::Count | SubqueryKind::Collect | SubqueryKind::Rejected => Twin::AllRows,
        };
        let twin = self.twin(id, twin);
        let rejected = union(self.rejected_by(id));
        let absent = self.nothing_found(id);
        // What was found is enough for EXISTS.
        let (absent, always) = match kind {
            SubqueryKind::Exists => (union([absent].into_iter().chain(rejected).collect()), None),
            SubqueryKind::Count | SubqueryKind::Collect | SubqueryKind::Rejected => (Some(absent), rejected),
        };
        let found = self.variables.add(None, Type::list_of(Type::Any));
        let nothing = Expr::equal(Expr::variable(found), Expr::made(ExprKind::List(Vec::new())));
        let rows = Expr::made(ExprKind::Subquery(SubqueryKind::Collect, twin));
        let told = Expr::made(ExprKind::Case {
            subject: Some((found, Box::new(rows))),
            branches: absent.map(|absent| (nothing, absent)).into_iter().collect(),
            otherwise: Some(Box::new(Expr::variable(found))),
        });
        union([told].into_iter().chain(always).collect()).unwrap_or_else(|| Expr::literal(Value::Null))
    }

    /// The subquery that hands out what the rows of `id` rest on, made once.
    fn twin(&mut self, id: SubqueryId, twin: Twin) -> SubqueryId {
        if let Some(made) = self.twins.get(&(id, twin)) {
            return *made;
        }
        let BoundSubquery { query, imports, span } = self.subqueries[id.0 as usize].clone();
        self.depth += 1;
        let Rewritten { mut clauses, evidence, .. } = self.rewritten(query, &imports);
        self.depth -= 1;
        if twin == Twin::OneRow {
            let one = Projection { distinct: true, limit: Some(Expr::literal(1)), ..Projection::of(Vec::new()) };
            clauses.push(BoundClause::Project(one));
        }
        let witness = self.gather(&mut clauses, evidence);
        let query = super::query::one_branch(clauses, vec![(Name::from("witness"), witness)]);
        let made = self.subquery(query, imports, span);
        self.twins.insert((id, twin), made);
        made
    }
}
