//! One step of a longer walk: the relationships at some elements that a pattern lets pass.

use rustc_hash::FxHashMap;

use super::row_number;
use super::travel::{Run, Taken, end_column};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::column::Column;
use crate::exec::eval::{Frame, selected};
use crate::exec::host::Env;
use crate::exec::room::entry_bytes;
use crate::physical::{ColumnKind, Scalar, WayRules};
use crate::storage::{End, Family, Neighbour};

/// What a walk may do at each step.
pub(super) struct Rules(pub WayRules);

/// Where a walk takes place: the row that it belongs to, with what the predicates may refer to.
pub(super) struct Place<'p, 'c, 'w> {
    pub env: &'p Env<'c, 'w>,
    pub batch: &'p Batch,
    pub row: usize,
    pub taken: &'p Taken,
    /// The elements of which the rules for inner nodes are not asked: both ends, where they are known.
    pub ends: &'p [End],
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
        for said in &self.0.rels {
            let rels = Column::Rels(found[before..].iter().map(|(_, neighbour)| neighbour.rel.0).collect());
            keep_selected(place, said, vec![rels], found, before)?;
        }
        for said in &self.0.nodes {
            let reached = elements(found[before..].iter().map(|(_, neighbour)| neighbour.end));
            keep_selected(place, said, vec![reached], found, before)?;
        }
        self.keep_inner(place, found, before)
    }

    fn keep_inner(&self, place: &Place, found: &mut Vec<(u32, Neighbour)>, before: usize) -> Result<(), ExecError> {
        if self.0.inner.is_empty() {
            return Ok(());
        }
        let mut admitted = FxHashMap::default();
        for (_, step) in &found[before..] {
            admitted.insert(step.end, false);
        }
        let reached: Vec<End> = admitted.keys().copied().collect();
        for (end, admits) in reached.iter().zip(hold_of(place, &self.0.inner, &reached)?) {
            admitted.insert(*end, admits || place.ends.contains(end));
        }
        retain_from(found, before, |(_, step)| admitted[&step.end]);
        Ok(())
    }

    /// Whether the walk may begin or end at this element.
    pub(super) fn admits(&self, place: &Place, element: End) -> Result<bool, ExecError> {
        Ok(hold_of(place, &self.0.nodes, &[element])?[0])
    }

    /// Whether the walk may pass through this element between its ends.
    pub(super) fn admits_inner(&self, place: &Place, element: End) -> Result<bool, ExecError> {
        Ok(hold_of(place, &self.0.inner, &[element])?[0])
    }
}

/// Of each element, whether all of `predicates` hold of it.
fn hold_of(place: &Place, predicates: &[Scalar], of: &[End]) -> Result<Vec<bool>, ExecError> {
    let mut open: Vec<u32> = (0..row_number(of.len())).collect();
    for predicate in predicates {
        let rows = vec![row_number(place.row); open.len()];
        let local = elements(open.iter().map(|&index| of[index as usize]));
        let kept = selected(place.env, predicate, &Frame::with_rows(&place.batch.columns, &rows, vec![local]))?;
        open = kept.iter().map(|&row| open[row as usize]).collect();
    }
    let mut hold = vec![false; of.len()];
    for index in open {
        hold[index as usize] = true;
    }
    Ok(hold)
}

/// A column of elements, of nodes if they all are.
pub(super) fn elements(ends: impl Iterator<Item = End> + Clone) -> Column {
    let is_node = |end: End| end.as_node().is_some();
    let kind = if ends.clone().all(is_node) { ColumnKind::Node } else { ColumnKind::Element };
    end_column(ends.collect(), kind)
}

/// Keeps the steps from `before` on for which `predicate` holds, over local variables with a value for each of them.
pub(super) fn keep_selected(
    place: &Place,
    predicate: &Scalar,
    locals: Vec<Column>,
    found: &mut Vec<(u32, Neighbour)>,
    before: usize,
) -> Result<(), ExecError> {
    if found.len() == before {
        return Ok(());
    }
    let rows = vec![row_number(place.row); found.len() - before];
    let frame = Frame::with_rows(&place.batch.columns, &rows, locals);
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
                    if known.contains_key(&step.end) {
                        continue;
                    }
                    known.insert(step.end, depth);
                    if step.end.as_node().is_some() {
                        next.push(step.end);
                    }
                }
            }
            place.env.ctx.budget.bytes(next.len() * (entry_bytes::<End, u64>() + size_of::<End>()))?;
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
