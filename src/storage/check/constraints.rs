//! Constraints hold.

use super::Findings;
use crate::storage::{Graph, StorageError};

pub(super) fn check(graph: &Graph, findings: &mut Findings) {
    for constraint in &graph.catalog.constraints {
        let name = &constraint.name;
        let index = graph.catalog.index_on(constraint.owner, &constraint.keys).map(|index| index.id);
        let rests = !constraint.kind.is_unique() || (index.is_some() && index == constraint.index);
        findings.expect(rests, || format!("constraint `{name}` does not rest on an index of its keys"));
        let holds = graph.check_new_constraint(constraint);
        findings.expect(holds.is_ok(), || {
            let why = if let Err(StorageError::Violated { label, count, reason, .. }) = &holds {
                format!(": {count} `{label}` {reason}")
            } else {
                String::new()
            };
            format!("constraint `{name}` does not hold{why}")
        });
    }
}
