//! How long it takes from opening the generated graph to the first answer.

use std::path::Path;
use std::time::Instant;

use crate::ask::Ask;
use crate::child;
use crate::engine::Failure;
use crate::engines;
use crate::prepared_graph;
use crate::spread::Spread;
use crate::table::Table;

/// Opening is quick, so more turns are taken.
const TIMES: usize = 4;

/// What is measured of each, in milliseconds.
const PARTS: &[&str] = &["open", "prepare statements", "first lookup", "all of it", "second lookup", "a new process"];

pub(crate) fn measure(ask: &Ask) -> Result<(), Failure> {
    let (nodes, rels) = prepared_graph::sizes(ask.scale);
    let title =
        format!("First lookup after opening {nodes} nodes and {rels} relationships, pages of files in memory (ms)");
    let folders =
        ask.engines.iter().map(|engine| prepared_graph::folder_of(*engine, ask)).collect::<Result<Vec<_>, _>>()?;
    let mut table = Table::new(&title, &[&["engine"], PARTS].concat());
    let mut found = vec![vec![Vec::new(); PARTS.len()]; ask.engines.len()];
    // The first round brings the files into memory.
    for round in 0..=ask.rounds * TIMES {
        for ((engine, folder), found) in ask.engines.iter().zip(&folders).zip(&mut found) {
            let millis = opened(engine.name(), folder)?;
            if round > 0 {
                found.iter_mut().zip(millis).for_each(|(all, millis)| all.push(millis));
            }
        }
    }
    for (engine, found) in ask.engines.iter().zip(found) {
        let cells = found.into_iter().map(|millis| Spread::of(millis).tell(2));
        table.row(std::iter::once(engine.name().to_owned()).chain(cells));
    }
    table.print();
    Ok(())
}

/// What a new process tells, and how long it lived.
fn opened(engine: &str, folder: &Path) -> Result<Vec<f64>, Failure> {
    let started = Instant::now();
    let folder = folder.to_str().ok_or("the folder's name is no text")?;
    let mut millis = child::numbers(&child::ask(&["open", engine, folder])?)?;
    millis.push(millis_since(started));
    Ok(millis)
}

/// Opens and asks, and prints how long that took.
pub(crate) fn in_new_process(engine: &str, folder: &str) -> Result<(), Failure> {
    let engine = engines::named(engine)?;
    let began = Instant::now();
    let store = engine.open(Path::new(folder))?;
    let opened = millis_since(began);
    let started = Instant::now();
    let mut session = store.session()?;
    let prepared = millis_since(started);
    let started = Instant::now();
    session.age(1)?;
    let (first, all) = (millis_since(started), millis_since(began));
    let started = Instant::now();
    session.age(1)?;
    println!("{opened} {prepared} {first} {all} {}", millis_since(started));
    Ok(())
}

fn millis_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e3
}
