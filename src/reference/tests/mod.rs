//! The engine beside the reference: on generated graphs they give the same answers to generated queries.

mod checks;
mod dice;
mod engine;
mod graphs;
