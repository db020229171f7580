//! Lists of sanctioned parties: small ones of our own for what is hard about each format, and, where `AVERMENT_SHARED` says
//! where they lie, those that governments have published.

mod bis;
mod editions;
mod ftm;
mod ftm_again;
mod ftm_apart;
mod ftm_spells;
mod ofac;
mod published;
mod us_lists;

use averment::import::{ImportError, ImportFile, ImportReport};
use averment::sanctions::{ListFormat, ListImport};
use averment::{Database, Edtf, Row};

/// Imports files as one list, and commits.
fn import_into(
    db: &Database,
    format: ListFormat,
    edition: Option<&str>,
    files: &[(&str, &str)],
) -> Result<ImportReport, ImportError> {
    let files: Vec<ImportFile> = files.iter().map(|(name, text)| ImportFile::of_bytes(*name, text)).collect();
    load(db, with_edition(ListImport::new().list(format, files), edition))
}

fn with_edition(import: ListImport, edition: Option<&str>) -> ListImport {
    match edition {
        Some(date) => import.edition(Edtf::parse(date).unwrap()),
        None => import,
    }
}

fn load(db: &Database, import: ListImport) -> Result<ImportReport, ImportError> {
    let mut transaction = db.write().unwrap();
    let report = import.load(&mut transaction)?;
    transaction.commit().unwrap();
    Ok(report)
}

/// The rows of an answer as text, a line each.
#[track_caller]
fn ask(db: &Database, query: &str) -> Vec<String> {
    let rows = db.query(query, ()).unwrap_or_else(|error| panic!("{}", error.report()));
    let told = |row: Row| row.values().iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ");
    rows.into_vec::<Row>().unwrap().into_iter().map(told).collect()
}

#[track_caller]
fn check(db: &Database, query: &str, expected: &[&str]) {
    assert_eq!(ask(db, query), expected, "{query}");
}

#[track_caller]
fn count(db: &Database, query: &str) -> i64 {
    db.query(query, ()).unwrap_or_else(|error| panic!("{}", error.report())).single().unwrap()
}

/// Everything that is not evidence itself is cited, and nothing more: what a clock of evidence rests on.
#[track_caller]
fn check_all_is_cited(db: &Database) {
    let uncited =
        "MATCH ()-[r]->() WHERE NOT type(r) IN ['SUPPORTS', 'OF'] AND NOT EXISTS { (:Paragraph)-[:SUPPORTS]->[r] }
                   RETURN DISTINCT type(r)";
    check(db, uncited, &[]);
    check(
        db,
        "MATCH (n) WHERE NOT n:Source AND NOT n:Paragraph AND NOT n:Unresolved AND NOT EXISTS { (:Paragraph)-[:SUPPORTS]->(n) } RETURN labels(n)",
        &[],
    );
    check(db, "MATCH (p:Paragraph) WHERE p.raw IS NULL OR NOT EXISTS { (p)-[:OF]->(:Source) } RETURN p.id", &[]);
}

/// What changes nothing makes no commit.
#[track_caller]
fn check_changes_nothing(db: &Database, import: impl FnOnce() -> ImportReport) {
    let before = db.read().commit_number();
    let report = import();
    assert_eq!((report.nodes, report.relationships), (0, 0));
    assert_eq!(db.read().commit_number(), before);
}
