//! Labels and types that a call names, of which some may not be there.

use super::seen::Seen;
use crate::catalog::{LabelId, Statistics};
use crate::value::Name;
use crate::value::nearest::not_here;

/// The code of a warning, and what the name is of.
pub(super) type Kind = (&'static str, &'static str);
pub(super) const LABEL: Kind = ("unknown-label", "label");
pub(super) const TYPE: Kind = ("unknown-type", "relationship type");

/// The names that the graph knows; of each other one it is said that it is not there, as of names in a pattern. In an empty
/// graph none is there.
pub(super) fn known<I>(
    seen: &Seen,
    names: &[&str],
    (code, noun): Kind,
    all: &[Name],
    get: impl Fn(&str) -> Option<I>,
) -> Vec<I> {
    let mut known = Vec::new();
    for name in names {
        if let Some(id) = get(name) {
            known.push(id);
        } else if Statistics::node_count(seen.graph) > 0 {
            seen.warn(code, not_here(noun, name, all));
        }
    }
    known
}

/// The nodes that an option chooses by their label.
pub(super) enum Labelled {
    All,
    With(LabelId),
    /// No node has such a label.
    Nobody,
}

/// The nodes with a label, all if none is named.
pub(super) fn labelled(seen: &Seen, name: Option<&str>) -> Labelled {
    let labels = &seen.graph.catalog().labels;
    let Some(name) = name else { return Labelled::All };
    let found = known(seen, &[name], LABEL, labels.names(), |name| labels.get(name));
    found.first().map_or(Labelled::Nobody, |label| Labelled::With(*label))
}
