//! The engine beside the reference: on generated graphs they give the same answers to generated queries.

mod author;
mod checks;
mod clock_checks;
mod comparison;
mod dice;
mod engine;
mod evidence;
mod faults;
mod graphs;
mod tally;
mod why;
mod why_not;
mod writing;
