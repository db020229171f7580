//! DISTINCT of one node before filters that look at nothing else.
//!
//! To tell nodes apart takes a bit of each, to look at a property takes a read from memory: so what is asked of a node is
//! asked once, however often it comes. And where the node has come from a search, what is behind it handles each row alone.

use super::terms::{is_filter, looked_at};
use crate::catalog::Statistics;
use crate::expr::{Expr, VarId};
use crate::plan::{Imports, LogicalPlan, LogicalStatement, Step};
use crate::value::Type;

/// The same rows stay, in the same order: all rows of one node pass, or none does.
pub(super) fn before_filters(statement: &mut LogicalStatement, _: &dyn Statistics) {
    let imports = Imports::of(&statement.subqueries);
    let variables = std::mem::take(&mut statement.variables);
    let is_node = |var: VarId| variables.get(var).var_type == Type::Node;
    statement.walk_mut(&mut |plan| move_forward(plan, &imports, &is_node));
    statement.variables = variables;
}

fn move_forward(plan: &mut LogicalPlan, imports: &Imports, is_node: &dyn Fn(VarId) -> bool) {
    for at in 0..plan.steps.len() {
        let Step::Distinct(columns) = &plan.steps[at] else { continue };
        let &[node] = &columns[..] else { continue };
        if is_node(node) {
            let filters = plan.steps[..at].iter().rev().take_while(|step| asks_only_of(step, node, imports)).count();
            plan.steps[at - filters..=at].rotate_right(1);
        }
    }
}

fn asks_only_of(step: &Step, node: VarId, imports: &Imports) -> bool {
    is_filter(step)
        && !step.exprs().into_iter().any(Expr::is_volatile)
        && looked_at(step, imports).into_iter().all(|var| var == node)
}
