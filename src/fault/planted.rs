//! The fault that is planted on this thread: a statement is planned and run on the thread that asks for it, and on those
//! that this one asks to help.

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

/// The same for another thread, on which the fault of this one is planted meanwhile.
pub(crate) fn carried<T>(run: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let fault = PLANTED.get();
    move || match fault {
        Some(fault) => with_planted(fault, run),
        None => run(),
    }
}
