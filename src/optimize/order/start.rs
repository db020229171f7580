//! Where to begin: at a node, at a relationship between nodes that are not bound yet, or at a bare bracket.

use super::super::access::{Access, Finder};
use super::planner::Planner;
use crate::expr::VarId;
use crate::plan::{Direction, ElementKind, End, Expand, NodeScan, RelEnds, RelScan, States, Step};
use crate::value::Name;

/// A way to begin, with what it takes care of.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub steps: Vec<Step>,
    /// A label that the scan promises.
    pub promised: Option<(VarId, Name)>,
    /// The relationship that is found with its ends, by its place among the parts.
    pub rel: Option<usize>,
    pub source: Option<VarId>,
    /// An access that finds at most one element.
    pub is_sure: bool,
    /// What it binds first.
    pub var: VarId,
    /// Elements looked at, for this step and the one behind it.
    cost: f64,
}

impl Planner<'_> {
    /// A node that an index or its id gives: it multiplies nothing, so it is never too early.
    pub(super) fn sure_start(&self) -> Option<Start> {
        self.open_nodes().into_iter().map(|var| self.node_start(var)).find(|start| start.is_sure)
    }

    pub(super) fn best_start(&self) -> Option<Start> {
        let nodes = self.open_nodes().into_iter().map(|var| self.node_start(var));
        let rels = (0..self.parts.rels.len()).filter_map(|index| self.rel_start(index));
        let sources = self.parts.sources.iter().map(|scan| self.source_start(scan));
        nodes.chain(rels).chain(sources).min_by(|one, other| one.cost.total_cmp(&other.cost))
    }

    /// Nodes that are still to be found, each once.
    fn open_nodes(&self) -> Vec<VarId> {
        let mut open = self.parts.nodes.clone();
        let ends = self.parts.rels.iter().flat_map(ends_of).filter(|end| end.kind == ElementKind::Node);
        open.extend(ends.map(|end| end.var).filter(|var| !self.has(*var)));
        let mut seen: Vec<VarId> = Vec::with_capacity(open.len());
        for var in open {
            if !seen.contains(&var) {
                seen.push(var);
            }
        }
        seen
    }

    fn finder(&self) -> Finder<'_, '_> {
        Finder { statistics: self.context.statistics, imports: self.imports(), estimator: &self.estimator }
    }

    fn node_start(&self, var: VarId) -> Start {
        let labels = self.parts.labels(var);
        let count = |label: &Name| self.rows_of(&Step::NodeScan(NodeScan::all(var, Some(label.clone()))));
        let label = labels.iter().min_by(|one, other| count(one).total_cmp(&count(other))).cloned();
        let scan = Step::NodeScan(NodeScan::all(var, label.clone()));
        let access = self.finder().node(var, &labels, &self.parts.terms());
        let is_sure = access.as_ref().is_some_and(|access| access.rows <= 1.0 && access.is_sure());
        let found = self.found_rows(access.as_ref(), &scan);
        let promised = label.map(|label| (var, label));
        let cost = found + self.next_rows(&scan);
        Start { steps: vec![scan], promised, rel: None, source: None, is_sure, var, cost }
    }

    /// What a scan and its filters, or a seek, look at.
    fn found_rows(&self, access: Option<&Access>, scan: &Step) -> f64 {
        let scanned = self.rows_of(scan);
        access.map_or(scanned, |access| (access.rows * self.estimator.rows()).min(scanned))
    }

    fn rows_of(&self, step: &Step) -> f64 {
        self.estimator.rows_behind(step)
    }

    /// The rows behind the cheapest step that follows `first`.
    fn next_rows(&self, first: &Step) -> f64 {
        let mut next = self.clone();
        next.parts.paths.clear();
        let step = first.clone();
        if let Step::NodeScan(NodeScan { var, label: Some(label), .. }) = &step {
            next.parts.drop_label(*var, label);
        }
        next.emit(step);
        let rows = next.parts.rels.iter().filter_map(|rel| Some(next.rows_after(&next.oriented(rel)?)));
        rows.min_by(f64::total_cmp).unwrap_or(0.0)
    }

    /// All relationships of a type and their ends: better than to look at all nodes for a rare type.
    fn rel_start(&self, index: usize) -> Option<Start> {
        let Step::Expand(expand) = &self.parts.rels[index] else { return None };
        if self.has(expand.from.var) || self.has(expand.to.var) || expand.from.var == expand.to.var {
            return None;
        }
        let between_nodes = [expand.from, expand.to].iter().all(|end| end.kind == ElementKind::Node)
            && expand.states == States::Asserted;
        let scan = Step::RelScan(RelScan {
            var: expand.rel,
            types: expand.types.clone(),
            states: expand.states,
            between_nodes,
        });
        let access = self.finder().rel(expand.rel, &expand.types, &self.parts.terms());
        let found = self.found_rows(access.as_ref().filter(|access| access.is_sure()), &scan);
        let cost = if self.goes_on_from_both(index, expand) { 3.0 * found } else { 2.0 * found };
        let steps = vec![scan, Step::RelEnds(rel_ends(expand))];
        Some(Start { steps, promised: None, rel: Some(index), source: None, is_sure: false, var: expand.rel, cost })
    }

    /// Whether other relationships are to be found from either end: then one end is looked up for each row, where rows
    /// that come from a scan of nodes have it in common one behind the other.
    fn goes_on_from_both(&self, index: usize, expand: &Expand) -> bool {
        let others = || self.parts.rels.iter().enumerate().filter(|(other, _)| *other != index);
        let goes_on = |end: End| others().any(|(_, step)| ends_of(step).iter().any(|other| other.var == end.var));
        goes_on(expand.from) && goes_on(expand.to)
    }

    fn source_start(&self, scan: &RelScan) -> Start {
        let step = Step::RelScan(scan.clone());
        let access = self.finder().rel(scan.var, &scan.types, &self.parts.terms());
        let cost = self.found_rows(access.as_ref(), &step) + self.next_rows(&step);
        let var = scan.var;
        Start { steps: vec![step], promised: None, rel: None, source: Some(var), is_sure: false, var, cost }
    }
}

pub(super) fn ends_of(step: &Step) -> Vec<End> {
    match step {
        Step::Expand(step) => vec![step.from, step.to],
        Step::RelEnds(step) => vec![step.start, step.end],
        Step::VarExpand(step) => vec![step.from, step.to],
        Step::ShortestPath(step) => vec![step.from, step.to],
        Step::Route(step) => vec![step.from, step.to],
        _ => Vec::new(),
    }
}

pub(super) fn rel_ends(expand: &Expand) -> RelEnds {
    let (start, end, direction) = match expand.direction {
        Direction::Left => (expand.to, expand.from, Direction::Right),
        direction => (expand.from, expand.to, direction),
    };
    RelEnds {
        rel: expand.rel,
        start,
        end,
        direction,
        types: expand.types.clone(),
        states: expand.states,
        distinct_from: Vec::new(),
    }
}
