//! Steps that write.

use super::{Printer, labels};
use crate::expr::{Expr, Labels, RelType};
use crate::plan::{Delete, Draw, SetItem, SetState, draw_var};

impl Printer<'_> {
    pub(super) fn draws(self, draws: &[Draw]) -> String {
        let draw = |draw: &Draw| match draw {
            Draw::Node { labels, .. } => format!("({}{})", self.var(draw_var(draw)), self.labels(labels)),
            Draw::Rel { var, rel_type, start, end, asserted, .. } => {
                let state = if *asserted { "" } else { " quoted" };
                let rel_type = match rel_type {
                    RelType::Known(name) => name.to_string(),
                    RelType::Given(value) => format!("$({})", self.expr(value)),
                };
                format!("({})-[{}:{rel_type}]->({}){state}", self.var(*start), self.rel_name(*var), self.var(*end))
            }
        };
        draws.iter().map(draw).collect::<Vec<_>>().join(", ")
    }

    fn set_item(self, item: &SetItem) -> String {
        match item {
            SetItem::Property { target, key, value } => format!("{}.{key} = {}", self.tight(target), self.expr(value)),
            SetItem::Keyed { target, key, value } => {
                format!("{}[{}] = {}", self.tight(target), self.expr(key), self.expr(value))
            }
            SetItem::Replace { target, value } => format!("{} = {}", self.tight(target), self.expr(value)),
            SetItem::Update { target, value } => format!("{} += {}", self.tight(target), self.expr(value)),
            SetItem::AddLabels { target, labels } => format!("{}{}", self.tight(target), self.labels(labels)),
            SetItem::RemoveLabels { target, labels } => {
                format!("{} without {}", self.tight(target), self.labels(labels))
            }
        }
    }

    fn labels(self, all: &Labels<Expr>) -> String {
        let given = all.given.iter().map(|value| format!(":$({})", self.expr(value)));
        labels(&all.known) + &given.collect::<String>()
    }

    pub(super) fn set(self, items: &[SetItem]) -> String {
        let items: Vec<String> = items.iter().map(|item| self.set_item(item)).collect();
        format!("set {}", items.join(", "))
    }

    pub(super) fn delete(self, step: &Delete) -> String {
        let detach = if step.detach { "detach " } else { "" };
        format!("{detach}delete {}", self.exprs(&step.targets))
    }

    pub(super) fn set_state(self, step: &SetState) -> String {
        let verb = if step.asserted { "assert" } else { "retract" };
        format!("{verb} {}", self.exprs(&step.targets))
    }
}
