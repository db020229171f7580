//! `LOAD CSV`: rows of files, and files that are refused.

use std::fs;
use std::io::{BufWriter, Write};

use averment::{Database, ErrorKind, Limits, params};
use tempfile::TempDir;

/// A database that may read the files in a folder, which has these.
fn with_files(files: &[(&str, &[u8])]) -> (TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let db = Database::options().files_below(folder.path()).in_memory();
    (folder, db)
}

/// The values of the first column, or what is wrong.
fn column(db: &Database, query: &str) -> Result<Vec<String>, String> {
    let rows = db.query(query, ()).map_err(|error| error.to_string())?;
    let values: Result<Vec<_>, _> = rows.map(|row| row.map(|row| row.values()[0].to_string())).collect();
    values.map_err(|error| error.to_string())
}

#[track_caller]
fn check(text: &str, query: &str, expected: &[&str]) {
    let (_folder, db) = with_files(&[("a.csv", text.as_bytes())]);
    assert_eq!(column(&db, query).unwrap(), expected, "{query}");
}

#[track_caller]
fn refused(text: &[u8], query: &str, expected: &str) {
    let (_folder, db) = with_files(&[("a.csv", text)]);
    let error = column(&db, query).expect_err(query);
    assert!(error.contains(expected), "{error}");
}

#[test]
fn rows_are_lists_of_texts() {
    let rows = ["['a', 'b']", "[null, '2, \"x\"']", "['c']", "['', 'd', null]"];
    check("a,b\n,\"2, \"\"x\"\"\"\n\nc\r\n\"\",d,\n", "LOAD CSV FROM 'a.csv' AS row RETURN row", &rows);
    check("", "LOAD CSV FROM 'a.csv' AS row RETURN row", &[]);
    check(
        "1;2",
        "LOAD CSV FROM 'a.csv' AS row FIELDTERMINATOR ';' RETURN toInteger(row[0]) + toInteger(row[1])",
        &["3"],
    );
}

#[test]
fn with_headers_rows_are_maps() {
    let text = "id,name,\u{43e} \n1,Ada,x\n2,Bob\n,,y\n";
    let rows = [
        "{id: '1', name: 'Ada', `\u{43e} `: 'x'}",
        "{id: '2', name: 'Bob', `\u{43e} `: null}",
        "{id: null, name: null, `\u{43e} `: 'y'}",
    ];
    check(text, "LOAD CSV WITH HEADERS FROM 'file:a.csv' AS row RETURN row", &rows);
    check(text, "LOAD CSV WITH HEADERS FROM 'a.csv' AS row WITH row WHERE row.id > '1' RETURN row.name", &["Bob"]);
    check("id,name\n", "LOAD CSV WITH HEADERS FROM 'a.csv' AS row RETURN row", &[]);
    check("", "LOAD CSV WITH HEADERS FROM 'a.csv' AS row RETURN row", &[]);
}

#[test]
fn a_hundred_thousand_headers_take_no_time() {
    let headers: Vec<String> = (0..100_000).map(|number| format!("h{number}")).collect();
    let text = headers.join(",") + "\n1\n";
    check(&text, "LOAD CSV WITH HEADERS FROM 'a.csv' AS row RETURN size(keys(row)) + toInteger(row.h0)", &["100001"]);
}

#[test]
fn a_row_that_is_at_fault_is_told_with_its_file_and_line() {
    let list = "LOAD CSV FROM 'a.csv' AS row RETURN row";
    let map = "LOAD CSV WITH HEADERS FROM 'a.csv' AS row RETURN row";
    refused(b"a,b\n1,2\n\n1,2,3\n", map, "a.csv, line 4: 3 fields, and 2 headers");
    refused(b"a,b,a\n", map, "a.csv, line 1: two headers are called `a`");
    refused(b"a\n\"b\nc", list, "a.csv, line 2: a quote is never closed");
    refused(b"a\nb\xff\n", list, "a.csv, line 2: this is not UTF-8 text");
    refused(b"a", "LOAD CSV FROM 'a.csv' AS row FIELDTERMINATOR ';;' RETURN row", "one ASCII character");
}

#[test]
fn what_cannot_be_read_is_told() {
    refused(b"", "LOAD CSV FROM 'b.csv' AS row RETURN row", "cannot read `b.csv`: No such file");
    refused(b"", "LOAD CSV FROM '.' AS row RETURN row", "cannot read `.`: it is a folder");
    refused(b"", "LOAD CSV FROM '../a.csv' AS row RETURN row", "outside of the folder");
    refused(b"", "LOAD CSV FROM 'file:///etc/hostname' AS row RETURN row", "outside of the folder");
    refused(b"", "LOAD CSV FROM 'https://a.b/c.csv' AS row RETURN row", "nothing is fetched by `https:`");
    refused(b"", "LOAD CSV FROM null AS row RETURN row", "expected the name of a file, found NULL");
    refused(b"", "LOAD CSV FROM 1 AS row RETURN row", "expected STRING");
}

#[test]
fn a_database_reads_no_files_unless_it_is_told_to() {
    let (folder, db) = with_files(&[("a.csv", b"1")]);
    let path = folder.path().join("a.csv").display().to_string();
    let count = |db: &Database| {
        let rows = db.query("LOAD CSV FROM $path AS row RETURN count(*)", params! { "path" => path.as_str() })?;
        rows.single::<i64>()
    };
    let error = count(&Database::in_memory()).unwrap_err();
    assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::Io, "file-not-allowed"));
    assert!(error.message().contains("Options::files_below"), "{}", error.message());
    assert_eq!(count(&db).unwrap(), 1);
    assert_eq!(count(&db.fork()).unwrap(), 1);
    assert_eq!(count(&Database::options().any_files().in_memory()).unwrap(), 1);
    db.reset().unwrap();
    assert_eq!(count(&db).unwrap(), 1);
}

#[test]
fn a_file_is_read_for_each_row_and_written_as_it_is_read() {
    let (_folder, db) = with_files(&[("a.csv", b"1\n2\n"), ("b.csv", b"3\n")]);
    let load = "UNWIND ['a.csv', 'b.csv'] AS file LOAD CSV FROM file AS row CREATE (:N {n: toInteger(row[0])})";
    assert_eq!(db.query(load, ()).unwrap().counters().nodes_created, 3);
    assert_eq!(column(&db, "MATCH (n:N) RETURN collect(n.n)").unwrap(), ["[1, 2, 3]"]);
    assert!(column(&db, "CALL { LOAD CSV FROM 'a.csv' AS row RETURN row LIMIT 1 } RETURN row").unwrap().len() == 1);
    assert_eq!(column(&db, "EXPLAIN LOAD CSV FROM 'missing.csv' AS row RETURN row").unwrap().len(), 1);
}

#[test]
fn a_row_knows_its_file_and_line() {
    let text = "a\n\"b\nc\"\n\nd\n";
    let lines = ["'a.csv', 1", "'a.csv', 2", "'a.csv', 5"].map(|place| format!("[{place}]"));
    check(text, "LOAD CSV FROM 'a.csv' AS row RETURN [file(), lineNumber()]", &lines.each_ref().map(String::as_str));
    check(
        text,
        "LOAD CSV WITH HEADERS FROM 'a.csv' AS row WITH linenumber() AS n, count(*) AS c RETURN n * 10 + c",
        &["21", "51"],
    );
    check(text, "LOAD CSV FROM 'a.csv' AS row WITH row RETURN linenumber() LIMIT 1", &["null"]);
    refused(b"", "RETURN linenumber(1)", "takes 0 arguments");
}

#[test]
fn a_file_that_is_larger_than_the_memory_is_read() {
    let (folder, _) = with_files(&[]);
    let mut file = BufWriter::new(fs::File::create(folder.path().join("a.csv")).unwrap());
    let long = "x".repeat(1_000);
    for number in 0..20_000 {
        writeln!(file, "{number},{long}").unwrap();
    }
    drop(file);
    let limits = Limits { max_bytes: Some(8 << 20), ..Limits::default() };
    let db = Database::options().files_below(folder.path()).limits(limits).in_memory();
    assert_eq!(column(&db, "LOAD CSV FROM 'a.csv' AS row RETURN sum(size(row[1]))").unwrap(), ["20000000"]);
    for keeping in ["RETURN size(collect(row))", "CREATE (:A {text: row[1]})"] {
        let error = column(&db, &format!("LOAD CSV FROM 'a.csv' AS row {keeping}")).unwrap_err();
        assert!(error.contains("memory"), "{error}");
    }
    let batches = "LOAD CSV FROM 'a.csv' AS row CALL (row) { CREATE (:A {text: row[1]}) } IN TRANSACTIONS OF 500 ROWS";
    assert_eq!(db.query(batches, ()).unwrap().commit_number(), 40);
}
