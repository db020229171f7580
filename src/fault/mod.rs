//! Faults that a test plants in the engine, to see that the comparison with the reference finds them.
//!
//! `planted!("...")` stands at the place of each fault. In any build but that of the crate's own tests it is the word
//! `false`.

#[cfg(test)]
mod planted;

#[cfg(test)]
pub(crate) use planted::{carried, is_planted, with_planted};

/// Whether a test has planted this fault.
#[cfg(test)]
macro_rules! planted {
    ($fault:literal) => {
        crate::fault::is_planted($fault)
    };
}

/// Whether a test has planted this fault.
#[cfg(not(test))]
macro_rules! planted {
    ($fault:literal) => {
        false
    };
}

/// What another thread is to do, with the fault that is planted on this one.
#[cfg(test)]
macro_rules! with_its_fault {
    ($run:expr) => {
        crate::fault::carried($run)
    };
}

/// What another thread is to do, with the fault that is planted on this one.
#[cfg(not(test))]
macro_rules! with_its_fault {
    ($run:expr) => {
        $run
    };
}
