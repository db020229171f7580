//! Steps that write.

use super::{Printer, labels};
use crate::plan::{Delete, Draw, SetItem, SetState, draw_var};

impl Printer<'_> {
    pub(super) fn draws(self, draws: &[Draw]) -> String {
        let draw = |draw: &Draw| match draw {
            Draw::Node { labels: names, .. } => format!("({}{})", self.var(draw_var(draw)), labels(names)),
            Draw::Rel { var, rel_type, start, end, asserted, .. } => {
                let state = if *asserted { "" } else { " quoted" };
                format!("({})-[{}:{rel_type}]->({}){state}", self.var(*start), self.rel_name(*var), self.var(*end))
            }
        };
        draws.iter().map(draw).collect::<Vec<_>>().join(", ")
    }

    fn set_item(self, item: &SetItem) -> String {
        match item {
            SetItem::Property { target, key, value } => format!("{}.{key} = {}", self.tight(target), self.expr(value)),
            SetItem::Replace { target, value } => format!("{} = {}", self.tight(target), self.expr(value)),
            SetItem::Update { target, value } => format!("{} += {}", self.tight(target), self.expr(value)),
            SetItem::AddLabels { target, labels: names } => format!("{}{}", self.tight(target), labels(names)),
            SetItem::RemoveLabels { target, labels: names } => {
                format!("{} without {}", self.tight(target), labels(names))
            }
        }
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
