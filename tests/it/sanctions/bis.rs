//! The Entity List.

use averment::Database;
use averment::sanctions::ListFormat;

use super::{ask, check, check_all_is_cited, check_changes_nothing, import_into};

const ENTITIES: &str = "row_id,name,country,address,license_requirement,federal_register\n\
    EL-1,\"Sample Works, Ltd.\",China,\"1 Road, Beijing; and 2 Road, Shanghai\",For all items,\"84 FR 54004, 10/9/19. 85 FR 44159, 7/22/20\"\n\
    EL-2,\"Sample Works, Ltd.\",Crimea Region of Ukraine,,For all items,\"85 FR 44159, 7/20/20\"\n\
    EL-3,Undated,Atlantis,,For all items,73 FR 54508\n";
const ALIASES: &str = "row_id,alias\nEL-1,Works\nEL-1,\"a.k.a., the following two aliases: Sample\"\n";
const CITATIONS: &str = "row_id,seq,citation,date\nEL-1,2,84 FR 54004,2019-10-09\nEL-1,1,85 FR 44159,2020-07-22\nEL-2,1,85 FR 44159,2020-07-20\nEL-3,1,73 FR 54508,\n";

fn files() -> [(&'static str, &'static str); 3] {
    [("citations.csv", CITATIONS), ("aliases.csv", ALIASES), ("entities.csv", ENTITIES)]
}

fn imported() -> Database {
    let db = Database::in_memory();
    let report = import_into(&db, ListFormat::Bis, Some("2026-07"), &files()).unwrap();
    let noted: Vec<(&str, u64)> = report.notices.iter().map(|(kind, count)| (*kind, *count)).collect();
    assert_eq!(noted, [("citation with several dates", 1), ("citation without a date", 1), ("unknown country", 1)]);
    assert_eq!(report.files.iter().map(|file| file.rows).collect::<Vec<_>>(), [2, 4, 3]);
    db
}

#[test]
fn each_rule_is_an_action_and_the_earliest_has_put_the_row_on_the_list() {
    let db = imported();
    check_all_is_cited(&db);
    let first = "MATCH (a:Agency)-[:TOOK]->(x:Listing)-[:PART_OF]->(r:Rule) RETURN x.id, a.name, r.citation, r.published ORDER BY x.id";
    let expected = [
        "bis:EL-1:listing | US Department of Commerce | 84 FR 54004 | 2019-10-09",
        "bis:EL-2:listing | US Department of Commerce | 85 FR 44159 | [2020-07-20,2020-07-22]",
        "bis:EL-3:listing | US Department of Commerce | 73 FR 54508 | null",
    ];
    check(&db, first, &expected);
    check(
        &db,
        "MATCH (r:Rule)-[:REVISES]->(x:Listing) RETURN r.citation, x.id, x.revised",
        &["85 FR 44159 | bis:EL-1:listing | [[2020-07-20,2020-07-22]]"],
    );
}

#[test]
fn a_row_is_a_party_and_no_two_are_one() {
    let db = imported();
    let expected = [
        "bis:EL-1 | Sample Works, Ltd. | ['Works', 'a.k.a., the following two aliases: Sample'] | China",
        "bis:EL-2 | Sample Works, Ltd. | null | Crimea",
        "bis:EL-3 | Undated | null | null",
    ];
    check(
        &db,
        "MATCH (a:Entity:Actor) OPTIONAL MATCH (a)-[:BASED_IN]->(c) RETURN a.id, a.name, a.aliases, c.name ORDER BY a.id",
        &expected,
    );
    let expected = ["bis:EL-1 | 2019-10-09", "bis:EL-2 | [2020-07-20,2020-07-22]", "bis:EL-3 | [..2026-07-31]"];
    check(
        &db,
        "MATCH (a)-[l:LISTED_ON]->(:List {name: 'Entity List'}) RETURN a.id, l.valid_from ORDER BY a.id",
        &expected,
    );
}

#[test]
fn it_goes_beside_what_reports_say() {
    let db = imported();
    averment::fixtures::load_all(&db).unwrap();
    check(&db, "MATCH (l:List {name: 'Entity List'}) RETURN count(l)", &["1"]);
    let both = "MATCH (a:Agency {name: 'US Department of Commerce'})-[:TOOK]->(x:Action)-[:ADDS_TO]->(:List {name: 'Entity List'}) RETURN DISTINCT x:Listing AS listing ORDER BY listing";
    assert_eq!(ask(&db, both), ["false", "true"]);
    // The other way round, nothing that reports have named is named otherwise.
    let press = Database::in_memory();
    averment::fixtures::load_all(&press).unwrap();
    import_into(&press, ListFormat::Bis, Some("2026-07"), &files()).unwrap();
    check(&press, "MATCH (s:State {id: 'China'}) RETURN s.name, s.code", &["China | cn"]);
    check(&press, "MATCH (l:List {name: 'Entity List'}) RETURN count(l)", &["1"]);
}

#[test]
fn importing_again_changes_nothing() {
    let db = imported();
    check_changes_nothing(&db, || import_into(&db, ListFormat::Bis, Some("2026-07"), &files()).unwrap());
}

/// The second column was taken for the alias, whatever it is called.
#[test]
fn columns_may_stand_in_any_order() {
    let turned = |text: &str| {
        let turn = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",") + "\n";
        text.lines().map(turn).collect::<String>()
    };
    let entities = "row_id,name,country,address,license_requirement,federal_register\nEL-1,Works,China,Road,All items,84 FR 54004\n";
    let (aliases, citations) =
        ("row_id,alias\nEL-1,Sample\n", "row_id,seq,citation,date\nEL-1,1,84 FR 54004,2019-10-09\n");
    let told = |turn: &dyn Fn(&str) -> String| {
        let db = Database::in_memory();
        let files = [("e.csv", turn(entities)), ("a.csv", turn(aliases)), ("c.csv", turn(citations))];
        let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
        import_into(&db, ListFormat::Bis, Some("2026"), &files).unwrap();
        ask(&db, "MATCH (p {id: 'bis:EL-1'})<-[:TARGETS]-()-[r:PART_OF]->(rule) RETURN p.name, p.aliases, rule.id")
    };
    assert_eq!(told(&str::to_owned), ["Works | ['Sample'] | 84 FR 54004"]);
    assert_eq!(told(&turned), told(&str::to_owned));
}

#[test]
fn rows_and_columns_that_are_there_twice_are_told() {
    let refused = |entities: String| {
        let files = [("entities.csv", entities.as_str())];
        import_into(&Database::in_memory(), ListFormat::Bis, Some("2026"), &files).unwrap_err().to_string()
    };
    let head = "row_id,name,country,address,license_requirement,federal_register";
    let twin = refused(format!("{head}\nEL-1,A,China,,,\nEL-1,B,China,,,\n"));
    assert_eq!(twin, "entities.csv, line 3: the row `EL-1` is there twice");
    assert!(refused(format!("{head},name\nEL-1,A,China,,,,B\n")).contains("the column `name` is there twice"));
}
