//! What is cut into morsels, each of which is a while's work for one thread: the graph, for a scan, or the rows that others
//! make, for searches.

use super::super::rel_scan;
use crate::exec::context::{Context, ScanPart};
use crate::physical::{Op, Operator, Shared};
use crate::storage::{Graph, Stretch};

/// Pages of one morsel at most.
const MOST_PAGES: usize = 64;

/// A graph of many pages is cut into so many parts for each thread, or more: few enough that groups are not made anew all
/// the time, and so many that no thread has to wait long for the last one.
const PARTS: usize = 16;

/// What morsels there are.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Morsels {
    Parts(Parts),
    /// A few of the rows that the input of the operator with this id makes.
    Rows(usize),
}

/// The parts of a scan, in the order of its rows. The same graph is always cut in the same way
/// for so many threads.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Parts {
    /// The operator that scans.
    pub scan: usize,
    /// Scans of all slots one behind the other.
    runs: usize,
    /// All slots are below this one.
    bound: u32,
    /// Slots of a part.
    slots: u32,
}

impl Morsels {
    /// Of what is shared in the section below `gather`; `None` if one thread is to do it all.
    pub(in super::super) fn of(gather: &Operator, shared: Shared, ctx: &Context) -> Option<Self> {
        if ctx.threads.count <= 1 || ctx.is_writing() {
            return None;
        }
        match shared {
            Shared::Scan(scan) => Parts::of(gather, scan, ctx).map(Morsels::Parts),
            Shared::Rows(scatter) => Some(Morsels::Rows(scatter)),
        }
    }
}

impl Parts {
    /// `None` if there is but one.
    fn of(gather: &Operator, scan: usize, ctx: &Context) -> Option<Self> {
        let (runs, bound) = match &below(gather, scan)?.op {
            Op::RelScan { types, states, between_nodes } => {
                (rel_scan::run_count(types, *states, *between_nodes, ctx), ctx.newest(Graph::rel_bound))
            }
            _ => (1, ctx.newest(Graph::node_bound)),
        };
        let pages = (bound / Stretch::MAX_LEN / (PARTS * ctx.threads.count)).clamp(1, MOST_PAGES);
        let bound = u32::try_from(bound).unwrap_or(u32::MAX);
        let slots = ctx.threads.slots.unwrap_or(u32::try_from(pages * Stretch::MAX_LEN).unwrap_or(u32::MAX));
        let parts = Self { scan, runs, bound, slots };
        (parts.count() > 1).then_some(parts)
    }

    pub(super) fn count(self) -> usize {
        self.runs * self.of_each_run()
    }

    fn of_each_run(self) -> usize {
        self.bound.div_ceil(self.slots) as usize
    }

    pub(super) fn part(self, morsel: usize) -> ScanPart {
        let (run, place) = (morsel / self.of_each_run(), morsel % self.of_each_run());
        let start = u32::try_from(place).unwrap_or(u32::MAX).saturating_mul(self.slots);
        ScanPart { run, slots: start..start.saturating_add(self.slots).min(self.bound) }
    }
}

/// The operator with this id, this one or one that feeds it.
pub(super) fn below(operator: &Operator, id: usize) -> Option<&Operator> {
    if operator.id == id {
        return Some(operator);
    }
    operator.inputs.iter().find_map(|input| below(input, id))
}
