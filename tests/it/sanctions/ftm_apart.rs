//! Ids of `FollowTheMoney` that are those of other lists: such a record is a bad one, and touches nothing.

use averment::import::ImportFile;
use averment::sanctions::{ListFormat, ListImport, write_ftm};
use averment::{Database, Edtf};

use super::{ask, check, check_all_is_cited, check_changes_nothing, import_into, load};

const SDN: &str = "7,\"EXAMPLE, Jane\",\"individual\",\"NPWMD\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"DOB 1953; nationality Iran.\"\r\n8,\"TRADER\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n";

fn with_ofac() -> Database {
    let db = Database::in_memory();
    import_into(&db, ListFormat::Ofac, Some("2021-07-07"), &[("sdn.csv", SDN)]).unwrap();
    db
}

fn all_of(db: &Database) -> Vec<String> {
    let mut all = ask(db, "MATCH (n) RETURN labels(n), properties(n)");
    all.extend(ask(db, "MATCH (a)-[r]->(b) RETURN a.id, type(r), properties(r), b.id"));
    all.sort();
    all
}

fn skipping(format: ListFormat, file: &str, text: &str) -> ListImport {
    let import = ListImport::new().list(format, [ImportFile::of_bytes(file, text)]);
    import.edition(Edtf::parse("2022-01-01").unwrap()).skip_bad_rows()
}

/// A line that is refused: where, why, and that nothing is changed when it is passed over.
#[track_caller]
fn check_refused(db: &Database, line: &str, id: &str) {
    let before = all_of(db);
    let text = format!("\n{line}");
    let reason = format!("a.json, line 2: the id `{id}` is that of something else, of which another source tells");
    assert_eq!(import_into(db, ListFormat::Ftm, None, &[("a.json", &text)]).unwrap_err().to_string(), reason);
    let report = load(db, skipping(ListFormat::Ftm, "a.json", &text)).unwrap();
    assert_eq!((report.skipped_rows(), report.first_skipped[0].to_string()), (1, reason));
    assert_eq!(all_of(db), before);
}

/// The first was taken for the entry of the list, which got another name; the second ended the import without a word of where.
#[test]
fn a_record_with_the_id_of_another_list_is_refused() {
    let db = with_ofac();
    check_refused(&db, r#"{"id": "ofac:7", "schema": "Person", "properties": {"name": ["EVIL TWIN"]}}"#, "ofac:7");
    let ended = r#"{"id": "ofac:7:listing", "schema": "Sanction", "properties": {"entity": ["ofac:7"], "program": ["SDN List"], "endDate": ["2015"]}}"#;
    check_refused(&db, ended, "ofac:7:listing");
    let within = r#"{"id": "x", "schema": "Company", "properties": {"parent": [{"id": "ofac:8", "schema": "Company", "properties": {}}]}}"#;
    check_refused(&db, within, "ofac:8");
    // A company would be a country of this name.
    check_refused(&db, r#"{"id": "Iran", "schema": "Company", "properties": {"name": ["Iran"]}}"#, "Iran");
    let own = r#"{"id": "China", "schema": "Company", "properties": {"country": ["cn"]}}"#;
    check_refused(&Database::in_memory(), own, "China");
}

#[test]
fn what_was_exported_stays_apart_from_what_it_was_made_of() {
    let db = with_ofac();
    let mut out = Vec::new();
    write_ftm(&db.read(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let before = all_of(&db);
    let report = load(&db, skipping(ListFormat::Ftm, "again.json", &text)).unwrap();
    assert_eq!(report.skipped_rows(), text.lines().count() as u64);
    assert_eq!(report.editions[0].part_because.as_deref(), Some("it has no entries"));
    assert_eq!(
        ask(&db, "MATCH (n:Entity) RETURN n.name, n.schema ORDER BY n.id"),
        ["EXAMPLE, Jane | null", "TRADER | null"]
    );
    assert_eq!(all_of(&db), before);
    // In an empty database it is read, and then the list is what is refused, also within one import.
    let db = Database::in_memory();
    import_into(&db, ListFormat::Ftm, Some("2022-01-01"), &[("again.json", &text)]).unwrap();
    let report = load(&db, skipping(ListFormat::Ofac, "sdn.csv", SDN)).unwrap();
    assert_eq!((report.skipped_rows(), ask(&db, "MATCH (n:Entity {schema: 'Person'}) RETURN n.id").len()), (2, 1));
    let both = ListImport::new()
        .list(ListFormat::Ofac, [ImportFile::of_bytes("sdn.csv", SDN)])
        .list(ListFormat::Ftm, [ImportFile::of_bytes("again.json", text.as_str())])
        .edition(Edtf::parse("2022-01-01").unwrap());
    let error = load(&Database::in_memory(), both).unwrap_err().to_string();
    assert!(error.starts_with("again.json, line 1: the id `ofac:"), "{error}");
}

/// Somebody else's sanction of a party of the list ended what the list says.
#[test]
fn a_sanction_of_a_party_of_another_list_has_its_own_time() {
    let db = with_ofac();
    let sanction = r#"{"id": "s", "schema": "Sanction", "properties": {"entity": ["ofac:7"], "program": ["SDN List"], "startDate": ["2010-01-01"], "endDate": ["2015-01-01"]}}"#;
    let import = || import_into(&db, ListFormat::Ftm, None, &[("a.json", sanction)]).unwrap();
    import();
    let spells =
        "MATCH ({id: 'ofac:7'})-[l:LISTED_ON]->() RETURN l.valid_from, l.valid_to ORDER BY coalesce(l.spell, 1)";
    check(&db, spells, &["2010-01-01 | 2015-01-01", "[..2021-07-07] | null"]);
    check_all_is_cited(&db);
    check_changes_nothing(&db, import);
}
