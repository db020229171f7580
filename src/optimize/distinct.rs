//! DISTINCT of one node before filters that look at nothing else.
//!
//! To tell nodes apart takes a bit of each, to look at a property takes a read from memory: so what is asked of a node is
//! asked once, however often it comes. And where the node has come from a search, what is behind it handles each row alone.

use super::terms::{is_filter, looked_at};
use crate::catalog::Statistics;
use crate::expr::VarId;
use crate::plan::{Chance, Imports, LogicalStatement, Step};
use crate::value::Type;

/// The same rows stay, in the same order: all rows of one node pass, or none does.
pub(super) fn before_filters(statement: &mut LogicalStatement, _: &dyn Statistics) {
    let (imports, chance) = (Imports::of(&statement.subqueries), Chance::of(&statement.subqueries));
    let variables = std::mem::take(&mut statement.variables);
    let is_node = |var: VarId| variables.get(var).var_type == Type::Node;
    let asks_only_of = |step: &Step, node: VarId| {
        is_filter(step) && !chance.decides(step) && looked_at(step, &imports).into_iter().all(|var| var == node)
    };
    statement.walk_mut(&mut |plan| {
        for at in 0..plan.steps.len() {
            let Step::Distinct(columns) = &plan.steps[at] else { continue };
            let &[node] = &columns[..] else { continue };
            let filters = plan.steps[..at].iter().rev().take_while(|step| asks_only_of(step, node)).count();
            if is_node(node) && may_repeat(&plan.steps[..at - filters]) {
                plan.steps[at - filters..=at].rotate_right(1);
            }
        }
    });
    statement.variables = variables;
}

/// Whether a node may come in more than one of the rows that these steps find: a scan gives each once.
fn may_repeat(steps: &[Step]) -> bool {
    !matches!(steps, [Step::NodeScan(_) | Step::NodeSeek(_) | Step::NodeById(_)])
}
