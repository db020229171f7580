//! `names.*`: which nodes are called so, or nearly so, and which may be the same as others.
//!
//! A node is called what stands under the keys of names ([`book`]), and what sources print for it: that stands on its
//! citations. Those that may be meant are found by the words of the index ([`candidates`]), and compared with what was
//! asked, name by name ([`crate::names`]). So the index decides how quickly an answer comes and not what it is: where there is
//! none, one is made of all names for the call.

mod book;
mod candidates;
mod crowd;
mod lookup;
mod reconcile;

use crate::function::Registry;

pub(super) fn register(registry: &mut Registry) {
    lookup::register(registry);
    reconcile::register(registry);
}
