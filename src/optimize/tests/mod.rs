//! Plans as text. That answers do not hang on passes is tested beside the reference.

mod plans;
