//! The measurements, one file for each.

mod commits;
mod invariant;
mod lookups;
pub(crate) mod open;
pub(crate) mod readers;
mod size;

use crate::ask::Ask;
use crate::engine::Failure;

type Measure = fn(&Ask) -> Result<(), Failure>;

/// All of them by name, in the order in which they are made.
pub(crate) const ALL: &[(&str, Measure)] = &[
    ("commits", commits::one_thread),
    ("threads", commits::many_threads),
    ("buffered", commits::buffered),
    ("open", open::measure),
    ("size", size::measure),
    ("lookups", lookups::measure),
    ("readers", readers::measure),
    ("invariant", invariant::measure),
];
