//! Dates as sources give them: Extended Date/Time Format (ISO 8601-2), levels 0 and 1, and the one-of sets of level 2.

use std::sync::Arc;

/// A date as a source gives it, kept as written, with the bounds of what it may mean.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edtf(Arc<str>);
