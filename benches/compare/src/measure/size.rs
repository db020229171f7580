//! How much room the generated graph takes on the disk.

use crate::ask::Ask;
use crate::engine::Failure;
use crate::machine::folder_bytes;
use crate::prepared_graph;
use crate::table::Table;

pub(crate) fn measure(ask: &Ask) -> Result<(), Failure> {
    let (nodes, rels) = prepared_graph::sizes(ask.scale);
    let folders =
        ask.engines.iter().map(|engine| prepared_graph::folder_of(*engine, ask)).collect::<Result<Vec<_>, _>>()?;
    let title = format!("Size on disk of {nodes} nodes and {rels} relationships, with all properties and indexes");
    let mut table = Table::new(&title, &["engine", "megabytes", "bytes for each relationship"]);
    for (engine, folder) in ask.engines.iter().zip(folders) {
        let bytes = folder_bytes(&folder)? as f64;
        let each = bytes / rels as f64;
        table.row([engine.name().to_owned(), format!("{:.1}", bytes / 1e6), format!("{each:.1}")]);
    }
    table.print();
    Ok(())
}
