//! OFAC's comma-separated values.

use averment::import::{ImportError, ImportFile};
use averment::sanctions::{ListFormat, ListImport};
use averment::{Database, Edtf};

use super::{check, check_all_is_cited, check_changes_nothing, count, import_into, load};

const SDN: &str = concat!(
    "36,\"ACME AIR\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n",
    "40,\"DOE, Jane\",\"individual\",\"NPWMD] [IFSR\",\"Director\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"DOB circa 07 Jul 1966; alt. DOB 1960 to 1965; alt. DOB Aug 1953; ",
    "POB Sampletown; nationality Korea, North; Gender Female; Passport A123 (Iran); National ID No. 7812 (Russia) expires 30 Oct 2012; ",
    "a.k.a. 'JD'; f.k.a. 'OLD JANE'; Deputy of something; Linked To: ACME WORKS.; Linked To: NOBODY AT ALL; Linked To: TWIN.\"\r\n",
    "41,\"ACME CO., LTD.\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"Target Type Private Company; Secondary sanctions risk: some section.\"\r\n",
    "42,\"TWIN\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n",
    "43,\"TWIN\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n",
    "44,\"SEA STAR\",\"vessel\",\"CUBA\",-0- ,\"XYZ1\",\"Cargo\",\"100\",\"200\",\"Panama\",\"ACME CO., LTD.\",\"Vessel Registration Identification IMO 9187629; Linked To: ACME CO., LTD..\"\r\n",
    "45,\"TAIL 1\",\"aircraft\",\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"Aircraft Tail Number EP-ABC.\"\r\n",
    "\u{1a}"
);

const ALT: &str = "41,1,\"aka\",\"ACME WORKS\",-0- \r\n41,2,\"fka\",\"ACME \"\"OLD\"\" LTD\",-0- \r\n36,3,\"aka\",\"ACME-AIR\",-0-\n\u{1a}";

const ADD: &str = "36,25,-0- ,\"Havana\",\"Cuba\",-0- \r\n41,26,\"1 Quay\",\"Panama City\",\"Panama\",-0- \r\n40,27,-0- ,-0- ,-0- ,-0- \r\n41,28,-0- ,-0- ,\"Atlantis\",-0";

fn files() -> [(&'static str, &'static str); 3] {
    [("add.csv", ADD), ("sdn.csv", SDN), ("alt.csv", ALT)]
}

fn imported() -> Database {
    let db = Database::in_memory();
    let report = import_into(&db, ListFormat::Ofac, Some("2019-01-15"), &files()).unwrap();
    assert_eq!(report.skipped_rows(), 0);
    let noted: Vec<(&str, u64)> = report.notices.iter().map(|(kind, count)| (*kind, *count)).collect();
    let expected = [
        ("`Linked To` that leads nowhere", 1),
        ("`Linked To` that leads to several", 1),
        ("remark of no known form", 1),
        ("unknown country", 1),
    ];
    assert_eq!(noted, expected);
    db
}

#[test]
fn entries_become_parties() {
    let db = imported();
    let expected = [
        "ofac:36 | ['Actor', 'Entity', 'Organisation']",
        "ofac:40 | ['Actor', 'Entity', 'Person']",
        "ofac:41 | ['Actor', 'Company', 'Entity', 'Organisation']",
        "ofac:42 | ['Actor', 'Entity', 'Organisation']",
        "ofac:43 | ['Actor', 'Entity', 'Organisation']",
        "ofac:44 | ['Entity', 'Vessel']",
        "ofac:45 | ['Aircraft', 'Entity']",
    ];
    check(&db, "MATCH (:Listing)-[:TARGETS]->(p) RETURN p.id, labels(p) ORDER BY p.id", &expected);
    check_all_is_cited(&db);
}

#[test]
fn nulls_are_no_properties_and_a_closing_mark_is_no_record() {
    let db = imported();
    check(&db, "MATCH (n) WHERE any(key IN keys(n) WHERE n[key] = '-0-' OR n[key] = '-0') RETURN n", &[]);
    check(&db, "MATCH (p {id: 'ofac:36'}) RETURN keys(p)", &["['aliases', 'first_seen', 'id', 'last_seen', 'name']"]);
}

#[test]
fn remarks_are_taken_apart() {
    let db = imported();
    let jane = "MATCH (p:Person {id: 'ofac:40'})";
    check(&db, &format!("{jane} RETURN p.birth_dates"), &["[1966-07-07~, [1960..1965], 1953-08]"]);
    let expected = ["['North Korea'] | ['JD'] | ['OLD JANE'] | ['Deputy of something'] | Director"];
    check(
        &db,
        &format!("{jane} RETURN p.nationalities, p.weak_aliases, p.previous_names, p.remarks, p.title"),
        &expected,
    );
    let expected = ["national id | 7812 | Russia | 2012-10-30", "passport | A123 | Iran | null"];
    check(
        &db,
        &format!("{jane}-[h:HAS_IDENTIFIER]->(i) RETURN i.type, i.number, i.issuer, h.expires ORDER BY i.type"),
        &expected,
    );
    check(&db, &format!("{jane}-[:OF_STATE]->(s:State) RETURN s.name"), &["North Korea"]);
    check(
        &db,
        "MATCH (v:Vessel)-[:HAS_IDENTIFIER]->(i) RETURN i.type, i.number ORDER BY i.type",
        &["call sign | XYZ1", "imo | 9187629"],
    );
    check(
        &db,
        "MATCH (:Listing {id: 'ofac:41:listing'})-[:TARGETS]->(c:Company) RETURN c.previous_names, c.aliases, c.other_places",
        &["['ACME \"OLD\" LTD'] | ['ACME WORKS'] | ['Atlantis']"],
    );
}

#[test]
fn links_follow_names_and_those_that_lead_nowhere_are_kept() {
    let db = imported();
    let expected = ["ofac:40 | ofac:41 | ACME WORKS.", "ofac:44 | ofac:41 | ACME CO., LTD."];
    check(
        &db,
        "MATCH (a)-[l:LINKED_TO]->(b), (:Paragraph)-[s:SUPPORTS]->[l] RETURN a.id, b.id, s.printed ORDER BY a.id",
        &expected,
    );
    check(&db, "MATCH (p {id: 'ofac:40'}) RETURN p.linked_to_unresolved", &["['NOBODY AT ALL', 'TWIN']"]);
    check(&db, "MATCH (n:Unresolved) RETURN n", &[]);
}

#[test]
fn listings_stand_under_the_clocks() {
    let db = imported();
    let on_list = |clock: &str| {
        count(&db, &format!("MATCH (:Person)-[:LISTED_ON]->(:List {{name: 'SDN List'}}) {clock} RETURN count(*)"))
    };
    // The list does not say since when: it is sure from the day of the edition on.
    assert_eq!(on_list("VALID AT date('2019-01-15')"), 1);
    assert_eq!((on_list("VALID AT date('2019-01-14')"), on_list("POSSIBLY VALID AT date('2019-01-14')")), (0, 1));
    assert_eq!((on_list("KNOWN AT date('2019-01-14')"), on_list("KNOWN AT date('2019-01-15')")), (0, 1));
    let programmes =
        "MATCH (x:Listing {id: 'ofac:40:listing'})-[:GROUNDED_ON]->(l:Law) RETURN x.programmes, collect(l.name)";
    check(&db, programmes, &["['NPWMD', 'IFSR'] | ['NPWMD', 'IFSR']"]);
    let sources = "MATCH (p:Person) RETURN [s IN sources(p) | s.id]";
    check(&db, sources, &["['ofac-sdn@2019-01-15']"]);
    let raw = "MATCH (p:Paragraph {id: 'ofac-sdn@2019-01-15#36'}) RETURN p.n, p.raw";
    let text = "1 | 36,\"ACME AIR\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n36,3,\"aka\",\"ACME-AIR\",-0-\n36,25,-0- ,\"Havana\",\"Cuba\",-0- ";
    check(&db, raw, &[text]);
}

#[test]
fn importing_again_changes_nothing() {
    let db = imported();
    check_changes_nothing(&db, || {
        let report = import_into(&db, ListFormat::Ofac, Some("2019-01-15"), &files()).unwrap();
        assert_eq!(report.unchanged, 7);
        report
    });
}

#[test]
fn a_second_edition_completes_the_first() {
    let db = imported();
    let sdn = "40,\"DOE, Jane Q.\",\"individual\",\"IFSR\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n50,\"NEW ONE\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n";
    import_into(&db, ListFormat::Ofac, Some("2021-07"), &[("sdn.csv", sdn)]).unwrap();
    check(
        &db,
        "MATCH (p:Person) RETURN p.id, p.name, p.first_seen, p.last_seen",
        &["ofac:40 | DOE, Jane Q. | 2019-01-15 | 2021-07"],
    );
    let printed = "MATCH (p:Paragraph)-[s:SUPPORTS]->(:Person) RETURN s.printed, p.id ORDER BY p.id";
    check(&db, printed, &["DOE, Jane | ofac-sdn@2019-01-15#40", "DOE, Jane Q. | ofac-sdn@2021-07#40"]);
    check(&db, "MATCH (:Person)-[l:LISTED_ON]->() RETURN l.valid_from, size(citations(l))", &["[..2019-01-15] | 2"]);
    let gone = "MATCH (x:Listing) WHERE x.last_seen < edtf('2021-07') RETURN count(*)";
    assert_eq!(count(&db, gone), 6);
    check_all_is_cited(&db);
}

#[test]
fn remarks_that_are_cut_go_on_in_the_comments() {
    let filler = "x".repeat(1_000 - "Remark ; a.k.a. 'SECOND NA".len());
    let sdn =
        format!("7,\"A\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"Remark {filler}; a.k.a. 'SECOND NA\"\r\n");
    let comments = "7,\"ME'; Passport 5 (Iran).\"\r\n8,\"of nobody\"\r\n";
    let db = Database::in_memory();
    let files = [ImportFile::of_bytes("sdn.csv", &sdn), ImportFile::of_bytes("sdn_comments.csv", comments)];
    let mut transaction = db.write().unwrap();
    let import = ListImport::new().list(ListFormat::Ofac, files).edition(Edtf::parse("2021").unwrap()).skip_bad_rows();
    let report = import.load(&mut transaction).unwrap();
    transaction.commit().unwrap();
    check(&db, "MATCH (a:Actor)-[:HAS_IDENTIFIER]->(i) RETURN a.weak_aliases, i.number", &["['SECOND NAME'] | 5"]);
    assert_eq!(report.first_skipped[0].to_string(), "sdn_comments.csv, line 2: `sdn.csv` has no entry `8`");
    let alone = Database::in_memory();
    let report = import_into(&alone, ListFormat::Ofac, Some("2021"), &[("sdn.csv", &sdn)]).unwrap();
    assert_eq!(report.notices.get("remarks that are cut"), Some(&1));
}

#[test]
fn the_consolidated_list_is_several() {
    let prim = concat!(
        "33114,\"SAMPLE GROUP\",-0- ,\"CMIC-EO13959\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"Listing Date (CMIC) 10 Dec 2021; Effective Date (CMIC) 08 Feb 2022; Purchase/Sales For Divestment Date (CMIC) 10 Dec 2022.\"\r\n",
        "9,\"X\",\"individual\",\"SDGT] [NS-PLC\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n10,\"Y\",-0- ,\"SOME-EO\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n"
    );
    let db = Database::in_memory();
    import_into(&db, ListFormat::Ofac, None, &[("lists/2025-12-19/cons_prim.csv", prim)]).unwrap();
    let expected = [
        "Consolidated non-SDN list | [..2025-12-19] | null",
        "NS-CMIC list | 2021-12-10 | 2022-02-08",
        "NS-PLC list | [..2025-12-19] | null",
    ];
    check(&db, "MATCH (p)-[l:LISTED_ON]->(x:List) RETURN x.name, l.valid_from, l.in_effect ORDER BY p.id", &expected);
    check(
        &db,
        "MATCH (x:Listing {announced: edtf('2021-12-10')}) RETURN x.in_effect, x.divest_by, x.on",
        &["2022-02-08 | 2022-12-10 | 2021-12-10"],
    );
}

#[test]
fn what_is_no_list_is_refused() {
    let fails = |files: &[(&str, &str)], edition| {
        import_into(&Database::in_memory(), ListFormat::Ofac, edition, files).unwrap_err().to_string()
    };
    assert_eq!(fails(&[("alt.csv", ALT)], Some("2021")), "alt.csv: no file has records of 12 fields");
    let unclosed = fails(&[("sdn.csv", "36,\"A,-0- ")], Some("2021"));
    assert_eq!(unclosed, "sdn.csv: no file has records of 12 fields; sdn.csv: a quote is never closed");
    assert_eq!(fails(&files(), None), "add.csv: of when is this list? Its name has no date, and no edition is given");
    assert_eq!(
        fails(&[("a.csv", SDN), ("b.csv", SDN)], Some("2021")),
        "a.csv and b.csv are main files: name the files of one edition"
    );
    let bad = "36,\"A\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n37,\"B\"\r\n";
    let error = import_into(&Database::in_memory(), ListFormat::Ofac, Some("2021"), &[("sdn.csv", bad)]).unwrap_err();
    assert!(
        matches!(&error, ImportError::Row(row) if row.line == 2 && row.reason == "2 fields, and 12 are wanted"),
        "{error}"
    );
}

/// An alias of nobody was told as a line of the main file.
#[test]
fn what_belongs_to_no_entry_is_told_by_its_own_file() {
    let alt = "99,1,\"aka\",\"NOBODY\",-0- \r\n36,2,\"aka\",\"AIR\",-0- \r\n98,3,\"aka\",\"NO ONE\",-0- \r\n";
    let files = [("alt.csv", alt), ("sdn.csv", SDN)].map(|(name, text)| ImportFile::of_bytes(name, text));
    let db = Database::in_memory();
    let import = ListImport::new().list(ListFormat::Ofac, files).edition(Edtf::parse("2019").unwrap());
    let report = load(&db, import.skip_bad_rows()).unwrap();
    let told: Vec<String> = report.first_skipped.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["alt.csv, line 1: `sdn.csv` has no entry `99`", "alt.csv, line 3: `sdn.csv` has no entry `98`"]);
    let skipped: Vec<(&str, u64)> = report.files.iter().map(|file| (file.name.as_str(), file.skipped)).collect();
    assert_eq!(skipped, [("alt.csv", 2), ("sdn.csv", 0)]);
}

/// Two records with one number were one party in silence, and its paragraph was another one after each import.
#[test]
fn an_entry_that_is_there_twice_is_told() {
    let text = "36,\"ONE\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n36,\"OTHER\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\u{1a}";
    let error = import_into(&Database::in_memory(), ListFormat::Ofac, Some("2019"), &[("sdn.csv", text)]).unwrap_err();
    assert_eq!(error.to_string(), "sdn.csv, line 2: the entry 36 is there twice");
}

/// The day of a folder further up was taken for that of the list.
#[test]
fn the_nearest_name_with_a_day_is_the_edition() {
    for (path, edition) in [
        ("backup-2024-12-31/sdn_2019-01/sdn.csv", "ofac-sdn@2019-01"),
        ("sdn_2019-01/sdn_2019-01-15.csv", "ofac-sdn@2019-01-15"),
        ("2019-02-03/lists/sdn.csv", "ofac-sdn@2019-02-03"),
    ] {
        let db = Database::in_memory();
        import_into(&db, ListFormat::Ofac, None, &[(path, SDN)]).unwrap();
        check(&db, "MATCH (s:Source) RETURN s.id", &[edition]);
    }
}
