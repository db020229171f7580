//! Databases that are written anew.

use std::sync::Arc;

use super::hooked::HookedDisk;
use super::{create_on, opened, options, text_of};
use crate::database::Database;
use crate::storage::{Disk, Durability, Keep, MemoryDisk};
use crate::value::ErrorKind;
use crate::{fixtures, params};

/// What the clocks say of each element, and what they let pass.
fn known(db: &Database) -> Vec<String> {
    [
        "MATCH (n) RETURN id(n), toString(known(n)), toString(recorded(n)) ORDER BY id(n)",
        "MATCH [r] RETURN id(r), toString(known(r)), toString(recorded(r)) ORDER BY id(r)",
        "KNOWN AT date('2020-06-01') MATCH (a)-[r]->(b) RETURN id(a), id(r), id(b) ORDER BY id(r)",
        "VALID AT date('2020-06-01') REQUIRE 2 SOURCES MATCH (a)-[r]->(b) RETURN id(a), id(r), id(b) ORDER BY id(r)",
        "POSSIBLY KNOWN AT date('2019-11-01') MATCH (a)-[s]->[r] RETURN id(a), id(s), id(r) ORDER BY id(s)",
        "MATCH (c:Company {name: 'SenseTime'})-[r]-(n) RETURN id(r), id(n) ORDER BY id(r)",
    ]
    .into_iter()
    .flat_map(|query| {
        let rows: Vec<String> = db.query(query, ()).unwrap().map(|row| format!("{:?}", row.unwrap())).collect();
        assert!(!rows.is_empty(), "{query}");
        rows
    })
    .collect()
}

#[test]
fn what_the_clocks_say_stays() {
    let db = Database::options().keep_commits(Keep::All).in_memory();
    fixtures::load_all(&db).unwrap();
    db.query("MATCH (p:Paragraph)-[s:SUPPORTS]->() WHERE id(s) % 5 = 0 DELETE s", ()).unwrap();
    let (text, before) = (text_of(&db.read()), known(&db));
    let held = db.read();
    db.vacuum().unwrap();
    assert!(text_of(&db.read()) == text && text_of(&held) == text);
    assert_eq!(known(&db), before);
    assert_eq!(db.kept_commits(), [db.commit_number()]);
    db.query("CREATE (:A)", ()).unwrap();
    assert_eq!((db.kept_commits().len(), db.keeps()), (2, Some(Keep::All)));
}

#[test]
fn what_was_deleted_takes_no_space() {
    let disk = MemoryDisk::default();
    let db = create_on(Arc::new(disk.clone()), options(Durability::Synced)).unwrap();
    db.query("CREATE INDEX names FOR (a:A) ON (a.name)", ()).unwrap();
    let write = "UNWIND range(1, 3000) AS x CREATE (:A {name: 'name ' + x})-[:T {text: 'text ' + x}]->(:B)";
    db.query(write, ()).unwrap();
    db.query("MATCH (a) WHERE NOT a.name IN ['name 17', 'name 1700'] DETACH DELETE a", ()).unwrap();
    db.checkpoint().unwrap();
    let (text, names) = (text_of(&db.read()), disk.names().unwrap());
    let sizes = db.vacuum().unwrap();
    assert!(sizes.bytes_after * 10 < sizes.bytes_before, "{sizes:?}");
    assert_ne!(disk.names().unwrap(), names);
    assert_eq!(disk.names().unwrap().len(), names.len());
    assert_eq!(db.vacuum().unwrap().bytes_before, sizes.bytes_after);
    for db in [db, opened(&disk.crash(0)).unwrap()] {
        assert_eq!(text_of(&db.read()), text);
        let found = db.query("MATCH (a:A {name: $name}) RETURN id(a)", params! { "name" => "name 17" }).unwrap();
        assert_eq!(found.count(), 1);
        let new: i64 = db.query("CREATE (a:A) RETURN id(a)", ()).unwrap().single().unwrap();
        assert_eq!(new, 9_001);
    }
}

/// A graph that was loaded with its ids may have ends behind what they are ends of.
#[test]
fn an_end_may_have_a_higher_id() {
    let lines = r#"{"$type":"database","format":1,"next_id":9,"commits":0,"rules":0,"nodes":2,"relationships":3}
        {"id":1,"start":7,"type":"T","end":3}
        {"id":3,"start":7,"type":"T","end":5}
        {"id":5,"start":7,"type":"T","end":8,"state":"quoted"}
        {"id":7,"labels":["A"]}
        {"id":8}"#;
    let db = Database::from_jsonl(lines.as_bytes()).unwrap();
    let text = text_of(&db.read());
    db.vacuum().unwrap();
    assert_eq!(text_of(&db.read()), text);
    assert_eq!(text_of(&Database::from_jsonl(text.as_bytes()).unwrap().read()), text);
}

#[test]
fn who_writes_does_not_write_anew() {
    let db = Database::in_memory();
    let open = db.write().unwrap();
    assert_eq!(db.vacuum().unwrap_err().kind(), ErrorKind::Busy);
    drop(open);
    db.vacuum().unwrap();
    assert_eq!(db.query("CREATE (:A)", ()).unwrap().commit_number(), 1);
}

/// A commit that is written while the snapshot is comes behind it.
#[test]
fn commits_go_on_beside_the_snapshot() {
    let disk = MemoryDisk::default();
    let hooked = Arc::new(HookedDisk::new(&disk, Arc::new(|_| Ok(()))));
    let db = create_on(hooked, options(Durability::Synced)).unwrap();
    db.query("UNWIND range(1, 500) AS x CREATE (:A {x: x})", ()).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..10 {
                db.vacuum().unwrap();
            }
        });
        for x in 0..100 {
            db.query("MATCH (a:A {x: $x + 1}) SET a.x = -a.x CREATE (:B)", params! { "x" => x }).unwrap();
        }
    });
    let expected = text_of(&db.read());
    assert_eq!(text_of(&opened(&disk.crash(0)).unwrap().read()), expected);
}
