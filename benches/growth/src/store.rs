//! What a database does with a graph as a whole: loading it, opening it, writing it down, remembering how it was.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use averment::import::CsvImport;
use averment::{Database, Durability, params};

use crate::MEMORY;
use crate::ask::Ask;
use crate::measure::{Cost, bytes_of, cost_of, timed};
use crate::operation::Law;
use crate::report::Report;
use crate::sizes::{knows, load, node_count, people};

/// A graph in memory, and what it took to get it there.
pub(crate) struct Loaded {
    pub db: Database,
    cost: Cost,
}

/// The graph through the interface for programs; the memory is what it takes when it is there.
#[expect(clippy::cast_precision_loss, reason = "a measurement")]
pub(crate) fn loaded(rels: u32) -> Loaded {
    let before = MEMORY.current_usage();
    let db = Database::in_memory();
    let ((), time) = timed(|| load(&db, rels));
    let bytes = MEMORY.current_usage().saturating_sub(before) as f64;
    Loaded { db, cost: each(Cost { seconds: time.as_secs_f64(), bytes }, rels) }
}

/// Of one of the relationships.
fn each(cost: Cost, rels: u32) -> Cost {
    Cost { seconds: cost.seconds / f64::from(rels), bytes: cost.bytes / f64::from(rels) }
}

pub(crate) fn measure(ask: &Ask, rels: u32, loaded: Loaded, report: &mut Report) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("database");
    let mut add = |name: &str, law: Law, cost: &dyn Fn() -> Cost| {
        if ask.wants(name) {
            report.add(name, law, cost());
        }
    };
    add("loading, of a relationship", Law::Constant, &|| loaded.cost);
    drop(loaded);
    let imported = import_cost(folder.path(), &database, rels);
    add("import, of a relationship", Law::Constant, &|| imported);
    add("opening, and a lookup", Law::Constant, &|| open_cost(&database, rels));
    add("a commit in a file", Law::Constant, &|| commit_cost(&database));
    add("AT COMMIT, a lookup", Law::Constant, &|| past_cost(&database, rels));
    // All of the graph is written again.
    add("a checkpoint after a small write", Law::Linear, &|| checkpoint_cost(&database));
}

fn import_cost(folder: &Path, database: &Path, rels: u32) -> Cost {
    let (nodes, knows) = (folder.join("nodes.csv"), folder.join("knows.csv"));
    write_files(&nodes, &knows, rels).expect("files");
    let mut time = Duration::ZERO;
    let bytes = bytes_of(|| {
        let import = CsvImport::new().nodes("Person", [nodes]).relationships("KNOWS", [knows]).integer_ids();
        let (made, taken) = timed(|| import.create(Database::options(), database));
        made.expect("an import");
        time = taken;
    });
    each(Cost { seconds: time.as_secs_f64(), bytes }, rels)
}

fn write_files(nodes: &Path, rels: &Path, count: u32) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(nodes)?);
    writeln!(out, "id:ID,age:int,score:int")?;
    for [(_, id), (_, age), (_, score)] in people(count) {
        writeln!(out, "{id},{age},{score}")?;
    }
    out.flush()?;
    let mut out = BufWriter::new(File::create(rels)?);
    writeln!(out, ":START_ID,:END_ID,weight:int")?;
    for (start, end, weight) in knows(count) {
        writeln!(out, "{start},{end},{weight}")?;
    }
    out.flush()
}

fn open(database: &Path) -> Database {
    Database::options().durability(Durability::Buffered).open(database).expect("the database opens")
}

fn open_cost(database: &Path, rels: u32) -> Cost {
    cost_of(|| timed(|| lookup(&open(database), "", rels / 10)).1)
}

fn lookup(db: &Database, prefix: &str, id: u32) {
    let text = format!("{prefix}MATCH (p:Person {{id: $id}}) RETURN p.age");
    db.query(text.as_str(), params! { "id" => id }).expect("an answer").single::<i64>().expect("one row");
}

fn commit_cost(database: &Path) -> Cost {
    let db = open(database);
    let create = db.prepare("CREATE (:Event {number: $number})").expect("a statement");
    cost_of(|| timed(|| drop(db.query(&create, params! { "number" => 1 }).expect("a commit"))).1)
}

/// One of the last commits, of a database that was opened since.
fn past_cost(database: &Path, rels: u32) -> Cost {
    let db = open(database);
    let kept = db.kept_commits();
    let prefix = format!("AT COMMIT {} ", kept[kept.len() / 2]);
    cost_of(|| timed(|| lookup(&db, &prefix, node_count(rels) / 2)).1)
}

fn checkpoint_cost(database: &Path) -> Cost {
    let db = open(database);
    cost_of(|| {
        db.query("CREATE (:Event)", ()).expect("a commit");
        timed(|| db.checkpoint().expect("a checkpoint")).1
    })
}
