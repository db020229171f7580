//! Plans as text, and answers with and without each pass.

mod differential;
mod plans;
