//! One step of a longer walk: the relationships at some elements that a pattern lets pass.

use rustc_hash::FxHashMap;

use super::row_number;
use super::travel::{Run, Taken};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::column::Column;
use crate::exec::eval::{Frame, selected};
use crate::exec::host::Env;
use crate::physical::{ColumnKind, Scalar};
use crate::storage::{End, Family, Neighbour, NodeSlot};

/// What a walk may do at each step.
pub(super) struct Rules {
    pub each_rel: Option<Scalar>,
    pub each_node: Option<Scalar>,
}

/// Where a walk takes place: the row that it belongs to, with what the predicates may refer to.
pub(super) struct Place<'p, 'c, 'w> {
    pub env: &'p Env<'c, 'w>,
    pub batch: &'p Batch,
    pub row: usize,
    pub taken: &'p Taken,
}

/// The families that a walk through nodes may pass; a bracket may stand at either end.
pub(super) fn walk_families(from: ColumnKind, to: ColumnKind) -> &'static [Family] {
    if from == ColumnKind::Node && to == ColumnKind::Node { &[Family::Plain] } else { &[Family::Plain, Family::About] }
}

impl Rules {
    /// Adds to `found` each step from each of `froms` that the rules let pass, with the index of where it begins.
    pub(super) fn steps(
        &self,
        place: &Place,
        runs: &[Run],
        froms: &[End],
        found: &mut Vec<(u32, Neighbour)>,
    ) -> Result<(), ExecError> {
        let before = found.len();
        for (index, from) in froms.iter().enumerate() {
            for run in runs {
                let neighbours = run.neighbours(place.env.graph, *from);
                found.extend(neighbours.map(|neighbour| (row_number(index), neighbour)));
            }
            place.env.ctx.budget.step()?;
        }
        place.env.ctx.budget.steps(found.len() - before)?;
        if !place.taken.is_empty() {
            retain_from(found, before, |(_, neighbour)| !place.taken.has(place.row, neighbour.rel.0));
        }
        if let Some(each_rel) = &self.each_rel {
            let rels = Column::Rels(found[before..].iter().map(|(_, neighbour)| neighbour.rel.0).collect());
            keep_selected(place, each_rel, rels, found, before)?;
        }
        if let Some(each_node) = &self.each_node {
            let slot = |end: End| end.as_node().map_or(u32::MAX, |node| node.0);
            let nodes = Column::Nodes(found[before..].iter().map(|(_, neighbour)| slot(neighbour.end)).collect());
            keep_selected(place, each_node, nodes, found, before)?;
        }
        Ok(())
    }

    /// Whether the walk may begin or end at this element.
    pub(super) fn admits(&self, place: &Place, element: End) -> Result<bool, ExecError> {
        let (Some(each_node), Some(NodeSlot(slot))) = (&self.each_node, element.as_node()) else { return Ok(true) };
        let rows = [row_number(place.row)];
        let frame = Frame::with_rows(&place.batch.columns, &rows, Column::Nodes(vec![slot]));
        Ok(!selected(place.env, each_node, &frame)?.is_empty())
    }
}

fn keep_selected(
    place: &Place,
    predicate: &Scalar,
    local: Column,
    found: &mut Vec<(u32, Neighbour)>,
    before: usize,
) -> Result<(), ExecError> {
    if found.len() == before {
        return Ok(());
    }
    let rows = vec![row_number(place.row); found.len() - before];
    let frame = Frame::with_rows(&place.batch.columns, &rows, local);
    let kept = selected(place.env, predicate, &frame)?;
    for (index, &row) in kept.iter().enumerate() {
        found[before + index] = found[before + row as usize];
    }
    found.truncate(before + kept.len());
    Ok(())
}

fn retain_from<T>(items: &mut Vec<T>, start: usize, mut keep: impl FnMut(&T) -> bool) {
    let mut index = 0;
    items.retain(|item| {
        index += 1;
        index <= start || keep(item)
    });
}

/// How far elements are from a target, as far as a search from there has come.
pub(super) struct Distances {
    known: FxHashMap<End, u64>,
    /// All others are at least so far; `u64::MAX`: the target cannot be reached from them.
    others: u64,
}

impl Distances {
    /// Searches against the direction of the walk, along `backwards`: `max_depth` levels, and no further level once
    /// `max_known` elements are found.
    pub(super) fn to(
        place: &Place,
        rules: &Rules,
        backwards: &[Run],
        target: End,
        max_depth: u64,
        max_known: usize,
    ) -> Result<Self, ExecError> {
        let mut known = FxHashMap::from_iter([(target, 0)]);
        let mut frontier = vec![target];
        let mut steps = Vec::new();
        let mut depth = 0;
        while !frontier.is_empty() && depth < max_depth && known.len() < max_known {
            depth += 1;
            let mut next = Vec::new();
            for froms in frontier.chunks(BATCH_ROWS) {
                steps.clear();
                rules.steps(place, backwards, froms, &mut steps)?;
                for (_, step) in &steps {
                    if step.end.as_node().is_some() && !known.contains_key(&step.end) {
                        known.insert(step.end, depth);
                        next.push(step.end);
                    }
                }
            }
            place.env.ctx.budget.bytes(next.len() * size_of::<(End, u64)>())?;
            frontier = next;
        }
        let others = if frontier.is_empty() { u64::MAX } else { depth + 1 };
        Ok(Self { known, others })
    }

    /// The least number of steps that it takes to the target.
    pub(super) fn at_least(&self, from: End) -> u64 {
        self.known.get(&from).copied().unwrap_or(self.others)
    }
}
