//! Averment beside other stores: the same work, on the same disk, in the same run, by turns.
//!
//! `cargo run --release` measures everything and prints a table; `--help` tells how to ask for a part of it. Each file in
//! `measure` is one measurement, each file in `engines` one store behind the trait in `engine.rs`.

mod ask;
mod child;
mod engine;
mod engines;
#[path = "../../engine/graph.rs"]
#[allow(dead_code, reason = "what the other benchmarks use of it is not needed here")]
mod graph;
mod machine;
mod measure;
mod prepared_graph;
mod spread;
mod table;

use ask::Ask;

fn main() -> Result<(), engine::Failure> {
    let mut words = std::env::args().skip(1).peekable();
    if words.peek().is_some_and(|word| word == child::WORD) {
        return child::run(&words.skip(1).collect::<Vec<_>>());
    }
    let Some(ask) = Ask::read(words)? else { return Ok(()) };
    machine::tell(&ask.folder)?;
    for (name, measure) in measure::ALL {
        if ask.wants(name) {
            measure(&ask)?;
        }
    }
    Ok(())
}
