//! The first nodes of a scan in the order of some properties, found without looking at most of them.
//!
//! What no value of a page comes before is found page by page, over slices. Pages are then looked at in that order, so
//! that soon none is left that could give a node. Of a page in hand, those that come behind the last node that is kept are
//! dropped as they lie there; only the others become values to be compared.

use std::cmp::Ordering;

use super::bitmap::{Bitmap, slot};
use super::column::{Condition, OrderKey};
use super::graph::Graph;
use super::lens::{Lens, Look, Odd};
use crate::catalog::{KeyId, LabelId};
use crate::value::Value;

/// Which nodes are wanted.
#[derive(Clone, Debug)]
pub(crate) struct FirstOf {
    /// By which properties, and whether the largest comes first; at least one.
    pub keys: Vec<(KeyId, bool)>,
    /// How many; more are given only if `ties` are wanted.
    pub count: usize,
    /// Whether all nodes are wanted that may be among the first by these keys and others behind them.
    pub ties: bool,
}

/// Some more than are wanted may be kept until they are compared.
const SLACK: usize = 256;

/// The search for the first nodes.
pub(crate) struct FirstNodes<'g> {
    graph: &'g Graph,
    label: Option<LabelId>,
    keys: Vec<OrderKey<'g>>,
    count: usize,
    ties: bool,
    /// Pages with what none of their values comes before: unknown first, then in order.
    pages: Vec<(Option<Value>, usize)>,
    phase: Phase,
    kept: Vec<u32>,
    /// What a node must not come behind to be kept, by the keys.
    last: Option<Vec<Value>>,
    /// How many were kept when they were last compared.
    settled: usize,
    steps: usize,
}

/// Where a search is.
enum Phase {
    /// Pages from here on have yet to be asked for their bounds.
    Bounds(usize),
    /// So many pages were looked at.
    Pages(usize),
}

impl Graph {
    /// The search for the first nodes, with the label.
    pub(crate) fn first_nodes(&self, label: Option<LabelId>, wanted: &FirstOf) -> FirstNodes<'_> {
        let nodes = self.nodes.count(label);
        let key = |(key, descending): &(KeyId, bool)| OrderKey::new(*key, *descending, &self.nodes.dictionaries, nodes);
        FirstNodes {
            graph: self,
            label,
            keys: wanted.keys.iter().map(key).collect(),
            count: wanted.count,
            ties: wanted.ties,
            pages: Vec::new(),
            phase: Phase::Bounds(0),
            kept: Vec::new(),
            last: None,
            settled: 0,
            steps: 0,
        }
    }
}

impl FirstNodes<'_> {
    /// Looks at one page more, of whose nodes those count that fit all conditions and pass; false at the end.
    pub(crate) fn look(&mut self, conditions: &[Condition], lens: Option<(&Lens, Look)>, odd: &mut Odd) -> bool {
        match self.phase {
            Phase::Bounds(from) => match self.graph.nodes.page_from(self.label, from) {
                Some((index, page, nodes)) => {
                    self.pages.push((self.keys[0].bound(&page.columns, nodes), index));
                    self.phase = Phase::Bounds(index + 1);
                }
                None => self.order_pages(),
            },
            Phase::Pages(done) => {
                let Some((bound, index)) = self.pages.get(done) else { return false };
                // A clock tells what was odd about any node.
                if lens.is_none() && self.is_behind(bound.as_ref()) {
                    return false;
                }
                let index = *index;
                self.phase = Phase::Pages(done + 1);
                if let Some((index, fits)) = self.graph.fitting(self.label, index, conditions, lens, odd) {
                    self.keep(index, fits);
                }
            }
        }
        true
    }

    /// How long it took since this was last asked, beyond the pages.
    pub(crate) fn take_steps(&mut self) -> usize {
        std::mem::take(&mut self.steps)
    }

    /// The nodes that are wanted, in the order of their places.
    pub(crate) fn finish(mut self) -> Vec<u32> {
        if self.kept.len() > self.count {
            self.cut();
        }
        self.kept.sort_unstable();
        self.kept
    }

    fn order_pages(&mut self) {
        let key = &self.keys[0];
        self.pages.sort_by(|(left, _), (right, _)| match (left, right) {
            (Some(left), Some(right)) => key.compare(left, right),
            (left, right) => left.is_some().cmp(&right.is_some()),
        });
        self.phase = Phase::Pages(0);
    }

    /// Whether whatever the bound belongs to, and all behind it, is not wanted any more.
    fn is_behind(&self, bound: Option<&Value>) -> bool {
        let (Some(bound), Some(last)) = (bound, &self.last) else { return self.count == 0 };
        self.keys[0].compare(bound, &last[0]).is_gt()
    }

    /// Keeps those nodes of a page that do not come behind the last one.
    fn keep(&mut self, index: usize, mut fits: Bitmap) {
        if self.count == 0 {
            return;
        }
        if let (Some(last), Some(page)) = (&self.last, self.graph.nodes.page_at(index)) {
            let mut before = Bitmap::default();
            for (key, last) in self.keys.iter().zip(last) {
                let split = key.split(&page.columns, &fits, last);
                self.steps = self.steps.saturating_add(split.steps);
                before.unite(&split.before);
                fits = split.beside;
                if fits.is_empty() {
                    break;
                }
            }
            fits.unite(&before);
        }
        fits.append_to(slot(index, 0), &mut self.kept);
        let most = if self.last.is_none() { self.count } else { 2 * self.settled + SLACK };
        if self.kept.len() > most {
            self.cut();
        }
    }

    /// Keeps the first ones of those that are kept.
    fn cut(&mut self) {
        let gathered = self.keys.iter().map(|key| self.graph.gather_node_property(&self.kept, key.key()).into_values());
        let columns: Vec<Vec<Value>> = gathered.collect();
        let longest = columns.iter().flatten().map(Value::walk_steps).fold(1, usize::max);
        self.steps = self.steps.saturating_add(self.kept.len().saturating_mul(2 * longest));
        let by_keys = |left: usize, right: usize| {
            let orders = self.keys.iter().zip(&columns).map(|(key, values)| key.compare(&values[left], &values[right]));
            orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        let by_place =
            |left: &usize, right: &usize| by_keys(*left, *right).then_with(|| self.kept[*left].cmp(&self.kept[*right]));
        let mut order: Vec<usize> = (0..self.kept.len()).collect();
        let (_, &mut last, _) = order.select_nth_unstable_by(self.count - 1, by_place);
        if self.ties {
            order.retain(|row| by_keys(*row, last).is_le());
        } else {
            order.truncate(self.count);
        }
        let kept: Vec<u32> = order.iter().map(|row| self.kept[*row]).collect();
        self.last = Some(columns.iter().map(|values| values[last].clone()).collect());
        self.settled = kept.len();
        self.kept = kept;
    }
}
