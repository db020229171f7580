//! Lists as they were published, where they lie in the folder that `AVERMENT_SHARED` names: what is known of them is found again.

use std::path::PathBuf;

use averment::Database;
use averment::import::{ImportFile, ImportReport};
use averment::sanctions::{ListFormat, ListImport};

use super::{check, check_all_is_cited, check_changes_nothing, count, load, with_edition};

/// The path of a file or folder among the published ones; without them a test says so and ends.
pub(super) fn published(path: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("AVERMENT_SHARED") else {
        eprintln!("skipped: AVERMENT_SHARED does not say where published lists lie");
        return None;
    };
    Some(PathBuf::from(folder).join("data").join(path))
}

fn import(db: &Database, format: ListFormat, edition: Option<&str>, path: &PathBuf) -> ImportReport {
    let import = ListImport::new().list(format, ImportFile::all_in(path).unwrap());
    load(db, with_edition(import, edition)).unwrap()
}

#[test]
fn two_editions_of_the_sdn_list() {
    let Some(path) = published("us-ofac") else { return };
    let db = Database::in_memory();
    let first = import(&db, ListFormat::Ofac, None, &path.join("sdn_2019-01"));
    assert_eq!(count(&db, "MATCH (x:Listing) RETURN count(*)"), 7_379);
    check(&db, "MATCH (s:Source) RETURN s.id, s.published", &["ofac-sdn@2019-01 | 2019-01"]);
    let second = import(&db, ListFormat::Ofac, Some("2021-07-07"), &path.join("sdn_2021-07"));
    eprintln!("{:?}\n{:?}", first.notices, second.notices);
    let of = |source: &str| {
        format!("EXISTS {{ (:Source {{id: '{source}'}})<-[:OF]-(:Paragraph {{kind: 'record'}})-[:SUPPORTS]->(x) }}")
    };
    let (old, new) = (of("ofac-sdn@2019-01"), of("ofac-sdn@2021-07-07"));
    assert_eq!(count(&db, &format!("MATCH (x:Listing) WHERE {new} RETURN count(*)")), 8_976);
    assert_eq!(count(&db, &format!("MATCH (x:Listing) WHERE {old} AND NOT {new} RETURN count(*)")), 261);
    assert_eq!(count(&db, &format!("MATCH (x:Listing) WHERE {new} AND NOT {old} RETURN count(*)")), 1_858);
    assert_eq!(count(&db, "MATCH (x:Listing) WHERE x.last_seen < date('2021-07-07') RETURN count(*)"), 261);
    check_all_is_cited(&db);
    check_changes_nothing(&db, || import(&db, ListFormat::Ofac, Some("2021-07-07"), &path.join("sdn_2021-07")));
    let changes = &second.editions[0].changes[0];
    assert_eq!((changes.added, changes.removed), (Some(1_858), Some(261)));
    let bounded = |key: &str, bound: &str| {
        count(
            &db,
            &format!(
                "MATCH ()-[l:LISTED_ON]->() WHERE l.{key} = edtf('{bound}') OR same(l.{key}, edtf('{bound}')) RETURN count(*)"
            ),
        )
    };
    assert_eq!(bounded("valid_to", "[2019-01-02..2021-07-07]"), 261);
    assert_eq!(bounded("valid_from", "[2019-01-02..2021-07-07]"), 1_858);
    assert_eq!(count(&db, "MATCH (d:Delisting)-[:ENDS]->(:Listing) RETURN count(DISTINCT d)"), 261);
    let sdt = "MATCH (x:Listing)-[:GROUNDED_ON]->(:Law {name: 'SDT'})";
    assert_eq!(count(&db, &format!("{sdt} POSSIBLY VALID AT date('2019-01-31') RETURN count(*)")), 33);
    assert_eq!(count(&db, &format!("{sdt} VALID AT date('2021-07-07') RETURN count(*)")), 0);
    assert_eq!(count(&db, "MATCH ()-[l:LISTED_ON]->() REQUIRE 2 SOURCES RETURN count(*)"), 7_118);
    let diff = averment::sanctions::diff(&db.read(), "ofac-sdn", None, None).unwrap();
    assert_eq!((diff.added.len(), diff.removed.len()), (1_858, 261));
    assert_eq!(diff.changed.len() as u64, changes.changed);
    let files = |edition: &str| ImportFile::all_in(path.join(edition)).unwrap();
    let of_files =
        averment::sanctions::diff_files(ListFormat::Ofac, &files("sdn_2019-01"), &files("sdn_2021-07")).unwrap();
    assert_eq!((&diff.added, &diff.changed, &diff.removed), (&of_files.added, &of_files.changed, &of_files.removed));
}

#[test]
fn the_consolidated_list() {
    let Some(path) = published("us-ofac/cons_2025-12") else { return };
    let db = Database::in_memory();
    let report = import(&db, ListFormat::Ofac, Some("2025-12-19"), &path);
    eprintln!("{:?}", report.notices);
    assert_eq!(count(&db, "MATCH (x:Listing) RETURN count(*)"), 442);
    let cmic = "MATCH (x:Listing)-[:ADDS_TO]->(:List {name: 'NS-CMIC list'}) RETURN count(*)";
    assert_eq!(count(&db, cmic), 68);
    let eight = "MATCH (x:Listing {announced: edtf('2021-12-16')})-[:TARGETS]->(c) RETURN count(DISTINCT c)";
    assert_eq!(count(&db, eight), 8);
    let sense_time = "MATCH (x:Listing)-[:TARGETS]->({id: 'ofac:33114'}) RETURN x.announced, x.in_effect, x.divest_by";
    check(&db, sense_time, &["2021-12-10 | 2022-02-08 | 2022-12-10"]);
}

#[test]
fn five_actions_of_the_entity_list() {
    let Some(path) = published("us-bis-entity-list") else { return };
    let db = Database::in_memory();
    let report = import(&db, ListFormat::Bis, Some("2026-07"), &path);
    eprintln!("{:?}", report.notices);
    assert_eq!(count(&db, "MATCH (x:Listing) RETURN count(*)"), 3_409);
    assert_eq!(count(&db, "MATCH (r:Rule) RETURN count(*)"), 187);
    let added = |citations: &str, country: &str| {
        let party = "(r:Rule)<-[:PART_OF]-(x:Listing)-[:TARGETS]->(p:Actor)-[:BASED_IN]->(c)";
        count(
            &db,
            &format!(
                "MATCH {party} WHERE r.citation IN {citations} AND c.name STARTS WITH '{country}' RETURN count(DISTINCT p)"
            ),
        )
    };
    assert_eq!((added("['84 FR 54004']", ""), added("['84 FR 54004']", "China")), (28, 28));
    let procurement = "['85 FR 34497', '85 FR 34501']";
    assert_eq!(
        (added(procurement, ""), added(procurement, "China"), added(procurement, "United Kingdom")),
        (24, 22, 2)
    );
    assert_eq!(added("['85 FR 34505']", ""), 8);
    let summer = "['86 FR 36499']";
    assert_eq!((added(summer, ""), added(summer, "China"), added(summer, "Russia")), (43, 23, 6));
    let winter = "['86 FR 71559', '86 FR 71560']";
    assert_eq!((added(winter, ""), added(winter, "China"), added(winter, "Georgia")), (40, 34, 3));
    let revised = "MATCH (r:Rule)-[:REVISES]->(x:Listing) WHERE r.citation IN ['85 FR 34497', '85 FR 34501', '85 FR 34505'] RETURN count(DISTINCT x)";
    assert_eq!(count(&db, revised), 6);
    check_all_is_cited(&db);
    check_changes_nothing(&db, || import(&db, ListFormat::Bis, Some("2026-07"), &path));
}

#[test]
fn other_us_lists() {
    let Some(path) = published("us-restricted-lists") else { return };
    let db = Database::in_memory();
    let report = import(&db, ListFormat::UsLists, None, &path);
    eprintln!("{:?}", report.notices);
    assert_eq!(count(&db, "MATCH (x:Listing) RETURN count(*)"), 2_520);
    assert_eq!(count(&db, "MATCH (:Listing)-[:ADDS_TO]->(l:List) RETURN count(DISTINCT l)"), 12);
    check_all_is_cited(&db);
}

#[test]
fn entities_of_follow_the_money() {
    let Some(path) = published("ftm/us_lists.ftm.json.gz") else { return };
    let db = Database::in_memory();
    let report = import(&db, ListFormat::Ftm, None, &path);
    eprintln!("{:?}", report.notices);
    let drawn = count(&db, "MATCH (n:Entity) WHERE NOT n:Unresolved RETURN count(*)");
    let edges = count(&db, "MATCH ()-[r:LINKED_TO]->() RETURN count(DISTINCT r.id)");
    assert_eq!(drawn + edges, 8_945);
    check_all_is_cited(&db);
}

#[test]
fn donations() {
    let Some(path) = published("ftm/donations.ftm.json.gz") else { return };
    let db = Database::in_memory();
    let report = import(&db, ListFormat::Ftm, None, &path);
    eprintln!("{:?}", report.notices);
    let drawn = count(&db, "MATCH (n:Entity) WHERE NOT n:Unresolved RETURN count(*)");
    let paid = count(&db, "MATCH ()-[r:PAID]->() RETURN count(DISTINCT r.id)");
    assert_eq!(drawn + paid, 474);
    assert!(paid > 100);
}

#[test]
fn statements_of_follow_the_money() {
    let Some(path) = published("ftm/us_lists.statements.csv.gz") else { return };
    let db = Database::in_memory();
    let report = import(&db, ListFormat::FtmStatements, None, &path);
    eprintln!("{:?}", report.notices);
    let drawn = count(&db, "MATCH (n:Entity) WHERE NOT n:Unresolved RETURN count(*)");
    let edges = count(&db, "MATCH ()-[r:LINKED_TO]->() RETURN count(DISTINCT r.id)");
    assert_eq!(drawn + edges, 8_945);
    let statements = "CALL { MATCH ()-[s:SUPPORTS]->() RETURN s.statement AS id UNION MATCH ()-[s:SUPPORTS]->[] RETURN s.statement AS id }
                      WITH DISTINCT id WHERE id IS NOT NULL RETURN count(*)";
    assert_eq!(count(&db, statements), 65_651);
    check_all_is_cited(&db);
    check_changes_nothing(&db, || import(&db, ListFormat::FtmStatements, None, &path));
}

#[test]
fn nested_entities_of_follow_the_money() {
    let Some(path) = published("ftm/us_lists.targets.nested.json.gz") else { return };
    let db = Database::in_memory();
    let report = import(&db, ListFormat::Ftm, None, &path);
    eprintln!("{:?}", report.notices);
    assert_eq!(count(&db, "MATCH (p:Paragraph) RETURN count(*)"), 54);
    // Two targets stand within the lines of others only.
    assert_eq!(count(&db, "MATCH (n:Entity {target: true}) RETURN count(*)"), 56);
    assert_eq!(count(&db, "MATCH (x:Listing) WHERE NOT EXISTS { (x)-[:TARGETS]->() } RETURN count(*)"), 0);
    check_all_is_cited(&db);
}
