//! An error as people read it.
