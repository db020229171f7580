//! `export`, and `import` of whole graphs, on the command line.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use averment::Database;
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use crate::program::{Said, averment};

/// A folder with a database that has what formats differ in.
fn place() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let db = Database::create(folder.path().join("db")).unwrap();
    db.run(
        "CREATE INDEX FOR (c:Company) ON (c.name);
         CREATE (:Company {name: 'A', tags: ['x', 'y'], founded: date('2014-10-15')}), (:Company {name: 'B'});
         MATCH (a:Company {name: 'A'}), (b:Company {name: 'B'}) CREATE (a)-[:OWNS {share: 0.5}]->(b);
         MATCH (a:Company {name: 'A'}), (b:Company {name: 'B'}) CREATE (:Paragraph)-[:SUPPORTS]->[(b)-[:DENIES]->(a)]",
    )
    .unwrap();
    folder
}

#[track_caller]
fn done(here: &Path, args: &[&str]) -> Said {
    let said = averment(here, args, "");
    assert_eq!(said.code, Some(0), "{args:?}: {}", said.err);
    said
}

#[track_caller]
fn refused(here: &Path, args: &[&str], code: i32, fault: &str) {
    let said = averment(here, args, "");
    assert_eq!((said.code, said.out.as_str()), (Some(code), ""), "{args:?}: {}", said.err);
    assert!(said.err.contains(fault), "{args:?}: {}", said.err);
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().to_string()).collect();
    names.sort();
    names
}

#[test]
fn tables_make_the_same_database() {
    let folder = place();
    let here = folder.path();
    let said = done(here, &["export", "db", "--format", "csv", "-o", "tables"]);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("tables: 3 nodes, 3 relationships\n", ""));
    let expected = [
        "database.jsonl",
        "nodes-Company.csv",
        "nodes-Paragraph.csv",
        "relationships-DENIES.csv",
        "relationships-OWNS.csv",
        "relationships-SUPPORTS.csv",
    ];
    assert_eq!(names(&here.join("tables")), expected);
    assert_eq!(names(here), ["db", "tables"]);
    refused(here, &["export", "db", "--format", "csv", "-o", "tables"], 1, "tables is there already");
    refused(here, &["export", "db", "--format", "csv"], 1, "`-o FOLDER` says where");
    let told = done(here, &["import", "again", "--csv", "tables"]).out;
    assert!(told.ends_with("again: 3 nodes, 3 relationships\n"), "{told}");
    let dump = done(here, &["dump", "db"]).out;
    assert_eq!(done(here, &["dump", "again"]).out, dump);
    // A row that is lost is missed.
    let rows = fs::read_to_string(here.join("tables/nodes-Company.csv")).unwrap();
    fs::write(here.join("tables/nodes-Company.csv"), rows.rsplit_once("\n2,").unwrap().0.to_owned() + "\n").unwrap();
    refused(here, &["import", "cut", "--csv", "tables"], 1, "error[invalid-row]: ");
    assert!(!here.join("cut").exists());
}

#[test]
fn graphs_go_out_and_in_again() {
    let folder = place();
    let here = folder.path();
    let said = done(here, &["export", "db", "-o", "db.graphml"]);
    assert_eq!(said.out, "db.graphml: 3 nodes, 3 relationships\n");
    assert_eq!(
        said.err,
        "warning[lost]: this format has no place for all of it: 1 commits, 6 ids, 1 indexes and constraints\n"
    );
    let mut packed = GzEncoder::new(fs::File::create(here.join("db.graphml.gz")).unwrap(), Compression::fast());
    packed.write_all(&fs::read(here.join("db.graphml")).unwrap()).unwrap();
    packed.finish().unwrap();
    done(here, &["import", "again", "--graphml", "db.graphml.gz", "-m", "from elsewhere"]);
    let denied =
        "MATCH (p:Paragraph)-[:SUPPORTS]->[(b)-[d:DENIES]->(a)] RETURN b.name, a.name, a.founded, asserted(d) AS said";
    let answer = done(here, &["query", "-d", "again", "-f", "csv", denied]).out;
    assert_eq!(answer, "b.name,a.name,a.founded,said\nB,A,2014-10-15,false\n");
    // Into a database that is there, as one commit.
    done(here, &["import", "again", "--graphml", "db.graphml"]);
    let count = done(here, &["query", "-d", "again", "-f", "csv", "MATCH (n) RETURN count(*) AS n"]).out;
    assert_eq!(count, "n\n6\n");
    assert_eq!(done(here, &["log", "again", "-f", "jsonl"]).out.lines().count(), 2);

    let dump = done(here, &["export", "db", "--format", "jsonl"]).out;
    assert_eq!(done(here, &["dump", "db"]).out, dump);
    fs::write(here.join("db.jsonl"), &dump).unwrap();
    done(here, &["import", "lines", "--jsonl", "db.jsonl"]);
    assert_eq!(done(here, &["dump", "lines"]).out, dump);
    assert!(done(here, &["export", "db", "-o", "db.cypher"]).out.starts_with("db.cypher: 3 nodes"));
    refused(
        here,
        &["import", "none", "--jsonl", "db.jsonl", "--graphml", "db.jsonl"],
        1,
        "error[invalid-import]: db.jsonl, line 1: there is no graph in this file",
    );
    refused(here, &["import", "none", "--jsonl", "db.jsonl", "--nodes", "A=a.csv"], 2, "cannot be used with");
    assert!(!here.join("none").exists());
}

#[test]
fn what_is_at_fault_is_passed_over_if_that_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let text = "<graphml><graph edgedefault=\"undirected\">\n<node id=\"a\"/>\n<node id=\"a\"/>\n<edge source=\"a\" target=\"a\"/>\n<edge source=\"a\" target=\"b\"/>\n</graph></graphml>\n";
    fs::write(here.join("a.graphml"), text).unwrap();
    let stopped = "error[invalid-row]: a.graphml, line 3: the id `a` stands for two elements; nothing is imported";
    refused(here, &["import", "db", "--graphml", "a.graphml"], 1, stopped);
    let args = ["import", "db", "--graphml", "a.graphml", "--on-error", "quarantine=bad.csv"];
    let said = done(here, &args);
    assert!(
        said.err.contains("warning[rows-skipped]: 2 rows are not imported: 1 duplicate id, 1 unknown end\n"),
        "{}",
        said.err
    );
    assert!(said.err.contains("undirected edge, drawn from its source to its target"), "{}", said.err);
    assert!(said.out.ends_with("db: 1 node, 1 relationship\n"), "{}", said.out);
    let bad = fs::read_to_string(here.join("bad.csv")).unwrap();
    assert!(
        bad.starts_with(
            "file,line,reason,row\n\"a.graphml\",3,\"the id `a` stands for two elements\",\"<node id=\"\"a\"\"/>\"\n"
        ),
        "{bad}"
    );
    fs::write(here.join("torn.graphml"), &text[..70]).unwrap();
    let torn = ["import", "torn", "--graphml", "torn.graphml", "--on-error", "skip"];
    refused(here, &torn, 1, "error[invalid-import]: torn.graphml, line ");
    assert!(!here.join("torn").exists());
    refused(here, &["import", "none", "--csv", "nowhere"], 1, "nowhere");
}

#[test]
fn other_formats_tell_what_they_lose() {
    let folder = place();
    let here = folder.path();
    let lost = |args: &[&str]| done(here, &[&["export", "db"], args].concat()).err;
    assert!(
        lost(&["-o", "db.gexf"])
            .contains("1 dates, times and durations as text, 6 ids, 1 indexes and constraints, 1 lists as text")
    );
    assert!(lost(&["-o", "db.dot"]).contains("5 properties as text"));
    let triples = done(here, &["export", "db", "-f", "ntriples", "--base", "https://example.org/"]).out;
    assert!(triples.contains("<https://example.org/relationship/5> "), "{triples}");
    assert!(lost(&["-o", "db.nt"]).contains("1 commits"));
    let said = lost(&["-f", "ftm", "-o", "entities.json"]);
    assert!(said.contains("2 nodes that are no entities") && said.contains("1 sources and paragraphs"), "{said}");
    assert_eq!(fs::read_to_string(here.join("entities.json")).unwrap(), "");
    refused(here, &["export", "db", "-f", "ntriples", "--base", "nothing"], 1, "no beginning of an IRI");
    refused(here, &["export", "db", "-o", "db.txt"], 2, "the ending of the file says none");
    refused(here, &["export", "db", "-f", "table"], 2, "`table` is a form of answers alone");
    refused(here, &["query", "RETURN 1", "-f", "dot"], 2, "`dot` is a form of `averment export`");
    refused(here, &["dump", "db", "-f", "gexf"], 2, "`averment export` has other forms");
    refused(here, &["export", "nothing", "-o", "x.dot"], 1, "cannot read nothing");
    assert!(!here.join("x.dot").exists());
    assert_eq!(names(here), ["db", "db.dot", "db.gexf", "db.nt", "entities.json"]);
}
