//! Lines of JSON: requests to `serve`, and graphs.

use averment::Database;

#[path = "../../../../src/bin/averment/serve/request.rs"]
mod request;

use request::Line;

/// Each line is read as a request, and all of them as a graph and as a whole database.
pub(crate) fn json_lines(bytes: &[u8]) {
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(Line { id, request }) = Line::read(line) {
            assert!(!id.get().is_empty());
            if let Ok(request) = request {
                assert!(request.reset || request.procedure.is_some() || request.query.is_some());
            }
        }
    }
    if let Ok(db) = Database::from_jsonl(bytes) {
        assert_is_written_and_read(&db);
    }
    // Of a graph that is no whole database this is refused at the first line.
    let place = tempfile::tempdir().expect("there is room for a folder");
    if let Ok(db) = Database::options().restore(place.path().join("database"), bytes) {
        assert_is_written_and_read(&db);
    }
}

fn assert_is_written_and_read(db: &Database) {
    let lines = lines_of(db);
    let again = Database::from_jsonl(lines.as_slice()).expect("what is written is read");
    assert_eq!(String::from_utf8_lossy(&lines_of(&again)), String::from_utf8_lossy(&lines));
}

fn lines_of(db: &Database) -> Vec<u8> {
    let mut lines = Vec::new();
    db.save_jsonl(&mut lines).expect("a graph can be written to memory");
    lines
}
