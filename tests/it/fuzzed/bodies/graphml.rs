//! Graphs as XML.

use averment::Database;
use averment::format::{GraphFormat, GraphImport, write_graphml};
use averment::import::ImportFile;

/// The bytes are read as a graph, strictly and leniently; what is read is written, and read as the same.
pub(crate) fn graphml(bytes: &[u8]) {
    let strictly = read(import(bytes));
    let leniently = read(import(bytes).skip_bad_rows());
    let _ = read(import(bytes).quarantine(std::io::sink()));
    if let Some(db) = &strictly {
        assert_eq!(leniently.as_ref().map(written), Some(written(db)), "nothing was passed over");
    }
    let Some((text, is_whole)) = leniently.as_ref().map(written) else { return };
    let again = read(import(text.as_bytes()));
    assert!(again.is_some() || !is_whole, "what is written is read: {text}");
    let Some((text, _)) = again.as_ref().map(written).filter(|_| is_whole) else { return };
    let thrice = read(import(text.as_bytes())).expect("what is written is read");
    assert_eq!(written(&thrice).0, text);
}

fn import(bytes: &[u8]) -> GraphImport {
    GraphImport::new().graph(GraphFormat::GraphMl, [ImportFile::of_bytes("a.graphml", bytes)])
}

fn read(import: GraphImport) -> Option<Database> {
    let db = Database::in_memory();
    let mut transaction = db.write().expect("nobody else writes");
    import.load(&mut transaction).ok()?;
    transaction.commit().expect("what is loaded can be committed");
    Some(db)
}

/// The graph, and whether XML could hold all of its letters.
fn written(db: &Database) -> (String, bool) {
    let mut out = Vec::new();
    let report = write_graphml(&db.read(), &mut out).expect("a graph can be written to memory");
    let is_whole = !report.lost.keys().any(|kind| kind.starts_with("characters"));
    (String::from_utf8(out).expect("it is text"), is_whole)
}
