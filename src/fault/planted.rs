//! The fault that is planted on this thread: a statement is planned and run on the thread that asks for it.

use std::cell::Cell;

thread_local! {
    static PLANTED: Cell<Option<&'static str>> = const { Cell::new(None) };
}

pub(crate) fn is_planted(fault: &str) -> bool {
    PLANTED.get() == Some(fault)
}

/// Does something with a fault planted.
pub(crate) fn with_planted<T>(fault: &'static str, then: impl FnOnce() -> T) -> T {
    PLANTED.set(Some(fault));
    let result = then();
    PLANTED.set(None);
    result
}
