//! The databases of the generated graph: made once, and kept for the next run.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use crate::ask::Ask;
use crate::engine::{Engine, Failure};
use crate::graph::Generated;

/// How large the graph is that somebody asked for.
pub(crate) fn sizes(scale: u32) -> (u32, usize) {
    ((1_000_000 / scale).max(2), (5_000_000 / scale as usize).max(1))
}

/// The folder where an engine has the graph.
pub(crate) fn folder_of(engine: &dyn Engine, ask: &Ask) -> Result<PathBuf, Failure> {
    let (nodes, rels) = sizes(ask.scale);
    let folder = ask.folder.join(format!("graph-{nodes}-{rels}-{}", engine.name()));
    if !folder.exists() {
        make(engine, &folder, &Generated::new(nodes, rels))?;
    }
    Ok(folder)
}

/// Makes it under another name first, so that what is there is whole.
fn make(engine: &dyn Engine, folder: &PathBuf, graph: &Generated) -> Result<(), Failure> {
    let new = folder.with_extension("new");
    if new.exists() {
        fs::remove_dir_all(&new)?;
    }
    let started = Instant::now();
    engine.create_graph(&new, graph)?;
    fs::rename(&new, folder)?;
    println!("{}: made the graph in {:.1} s", engine.name(), started.elapsed().as_secs_f64());
    Ok(())
}
