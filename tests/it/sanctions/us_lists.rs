//! Other US lists.

use averment::Database;
use averment::import::ImportFile;
use averment::sanctions::{ListFormat, ListImport};

use super::{check, check_all_is_cited, check_changes_nothing, import_into, load};

const LISTS: &str = "list_id,short_name,official_name,agency,authority,official_url,snapshot\n\
    ofac-nscmic,NS-CMIC List,The whole name,\"U.S. Department of the Treasury, Office of Foreign Assets Control\",An order,http://x,OFAC publication as downloaded July 2026\n\
    bis-dpl,Denied Persons List,Denied Persons List,\"U.S. Department of Commerce, Bureau of Industry and Security\",15 CFR 764,http://y,\"BIS export of April 14, 2026\"\n";
const ENTRIES: &str = "row_id,list_id,name,country,address,status,effective_date,federal_register,notes\n\
    ofac-nscmic-0001,ofac-nscmic,Sample Group,Hong Kong,Somewhere,,2022-02-08,,Listing Date (CMIC): 10 Dec 2021; Program: CMIC-EO13959; USCC: 9112 (China)\n\
    bis-dpl-0001,bis-dpl,JANE DOE,United States,,,2025-12-15,90 F.R. 48546 12/17/2025,Type of denial: Standard; Expires: 2032-08-01\n";
const ALIASES: &str = "row_id,alias\nofac-nscmic-0001,\u{6837}\u{672c}\n";

fn files() -> [(&'static str, &'static str); 3] {
    [("aliases.csv", ALIASES), ("entries.csv", ENTRIES), ("lists.csv", LISTS)]
}

#[test]
fn each_list_has_its_agency_its_law_and_its_own_date() {
    let db = Database::in_memory();
    let report = import_into(&db, ListFormat::UsLists, None, &files()).unwrap();
    assert!(report.notices.is_empty(), "{report:?}");
    check_all_is_cited(&db);
    let expected = [
        "Denied Persons List | US Department of Commerce | 2025-12-17 | 2032-08-01 | 2025-12-15 | 90 FR 48546",
        "NS-CMIC list | Office of Foreign Assets Control | 2021-12-10 | null | 2022-02-08 | null",
    ];
    let query = "MATCH (a:Agency)-[:TOOK]->(x:Listing)-[:ADDS_TO]->(l:List)<-[o:LISTED_ON]-(p)<-[:TARGETS]-(x)
                 RETURN l.name, a.name, o.valid_from, o.valid_to, x.in_effect, x.citation ORDER BY l.name";
    check(&db, query, &expected);
    check(&db, "MATCH (s:Source) RETURN s.id ORDER BY s.id", &["bis-dpl@2026-04-14", "ofac-nscmic@2026-07"]);
    check(
        &db,
        "MATCH (p:Actor)-[:BASED_IN]->(:Place {name: 'Hong Kong'}), (p)-[:HAS_IDENTIFIER]->(i {type: 'uscc'}) RETURN p.aliases, i.number, i.issuer",
        &["['\u{6837}\u{672c}'] | 9112 | China"],
    );
    check_changes_nothing(&db, || import_into(&db, ListFormat::UsLists, None, &files()).unwrap());
}

/// A line that says what a list is was left out in silence, or taken for a list without an agency.
#[test]
fn what_is_no_list_and_no_row_is_told_by_its_file() {
    let lists = LISTS.to_owned() + "bad,row\n";
    let aliases = ALIASES.to_owned() + "nobody,Alias\n";
    let files = [("aliases.csv", aliases.as_str()), ("entries.csv", ENTRIES), ("lists.csv", &lists)];
    let files = files.map(|(name, text)| ImportFile::of_bytes(name, text));
    let report =
        load(&Database::in_memory(), ListImport::new().list(ListFormat::UsLists, files).skip_bad_rows()).unwrap();
    let told: Vec<String> = report.first_skipped.iter().map(ToString::to_string).collect();
    let expected =
        ["lists.csv, line 4: 2 fields, and 7 columns", "aliases.csv, line 3: `entries.csv` has no entry `nobody`"];
    assert_eq!(told, expected);
}
