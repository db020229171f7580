//! Numbers of rows that the graph counts anyway.

use crate::catalog::{Side, Statistics, TypeId};
use crate::exec::context::Context;
use crate::physical::{LabelRef, StoredCount};
use crate::storage::Graph;

/// What the counts of the graph say, if they do.
pub(super) fn count(stored: &StoredCount, ctx: &Context, graph: &Graph) -> Option<u64> {
    match stored {
        StoredCount::Nodes(None) => Some(graph.node_count()),
        StoredCount::Nodes(Some(label)) => Some(ctx.label(*label).map_or(0, |label| graph.label_count(label))),
        StoredCount::Rels { types, start, end } => {
            let counts =
                ctx.type_ids(types).into_iter().map(|rel_type| rels_between(rel_type, *start, *end, ctx, graph));
            counts.sum()
        }
    }
}

/// How many relationships of a type begin and end at labels: counts are kept for either end, so for both they say it only
/// where all have one of the two.
fn rels_between(
    rel_type: Option<TypeId>,
    start: Option<LabelRef>,
    end: Option<LabelRef>,
    ctx: &Context,
    graph: &Graph,
) -> Option<u64> {
    let Some(rel_type) = rel_type else {
        return (start.is_none() && end.is_none()).then(|| graph.rel_count(None));
    };
    let all = graph.rel_count(Some(rel_type));
    let with = |side: Side, label: Option<LabelRef>| match label {
        None => all,
        Some(label) => ctx.label(label).map_or(0, |label| graph.rel_count_with(rel_type, side, label)),
    };
    let (starts, ends) = (with(Side::Start, start), with(Side::End, end));
    (starts.max(ends) == all || starts.min(ends) == 0).then(|| starts.min(ends))
}
