//! How the time and the memory of the main operations grow with the graph, with the relationships of one node, and on a
//! social network.
//!
//! Each operation is measured at several sizes, ten times larger each; of the exponent that fits best to what was
//! measured, and that of the last step, it is told whether they are above what the operation should take. `--help`
//! tells what can be asked for.

mod ask;
mod degrees;
mod fit;
#[path = "../../engine/graph.rs"]
#[expect(dead_code, reason = "only its generator of numbers is needed here")]
mod graph;
mod measure;
mod operation;
mod report;
mod sizes;
mod social;
mod store;
#[path = "../../compare/src/table.rs"]
mod table;

use ask::Ask;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What is measured, by name.
const TABLES: &[(&str, fn(&Ask))] =
    &[("sizes", sizes::measure), ("degrees", degrees::measure), ("social", social::measure)];

fn main() {
    let Some(ask) = Ask::read(std::env::args().skip(1)) else { return };
    for (name, measure) in TABLES {
        if ask.wants_table(name) {
            measure(&ask);
        }
    }
}
