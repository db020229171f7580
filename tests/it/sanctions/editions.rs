//! Editions of one list: what follows from two of them, in whatever order they come.

use averment::import::{ImportFile, ImportReport};
use averment::sanctions::{self, ListFormat, ListImport};
use averment::{Database, Edtf};

use super::{ask, check, check_all_is_cited, check_changes_nothing, count, import_into, load};
use crate::program::averment;

/// An edition of OFAC's list, closed by its mark: number and name of each entry.
fn sdn(entries: &[(u32, &str)]) -> String {
    let row = |(number, name): &(u32, &str)| {
        format!("{number},\"{name}\",\"individual\",\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n")
    };
    entries.iter().map(row).collect::<String>() + "\u{1a}"
}

fn import(db: &Database, day: &str, text: &str) -> ImportReport {
    import_into(db, ListFormat::Ofac, Some(day), &[("sdn.csv", text)]).unwrap()
}

/// All of the graph that editions say something of, a line each.
fn told(db: &Database) -> Vec<String> {
    let mut lines = ask(
        db,
        "MATCH (a)-[l:LISTED_ON]->(b) RETURN a.id, a.name, a.previous_names, a.first_seen, a.last_seen, l.spell, l.valid_from,
         l.absent_before, l.valid_to, l.absent_from, coll.sort([s IN sources(l) | s.id]) ORDER BY a.id, l.spell",
    );
    lines.extend(ask(
        db,
        "MATCH (x:Listing) RETURN x.id, x.on, x.absent_before, x.removed, x.absent_from, x.relisted, coll.sort([s IN sources(x) | s.id]) ORDER BY x.id",
    ));
    lines.extend(ask(
        db,
        "MATCH (l:List)<-[r:REMOVES_FROM]-(d:Delisting)-[:ENDS]->(x) RETURN d.id, d.on, x.id, l.name, coll.sort([s IN sources(d) | s.id]), coll.sort([s IN sources(r) | s.id]) ORDER BY d.id",
    ));
    lines.extend(ask(
        db,
        "MATCH (s:Source)<-[:OF]-(p:Paragraph)-[c:SUPPORTS]->[l:LISTED_ON] RETURN p.id, l.valid_from ORDER BY p.id, l.valid_from",
    ));
    lines
}

const FIRST: &[(u32, &str)] = &[(1, "ONE"), (2, "TWO"), (3, "THREE")];
const SECOND: &[(u32, &str)] = &[(1, "ONE"), (3, "THREE B"), (4, "FOUR")];

fn two_editions() -> Database {
    let db = Database::in_memory();
    import(&db, "2019-01-15", &sdn(FIRST));
    import(&db, "2021-07-07", &sdn(SECOND));
    check_all_is_cited(&db);
    db
}

#[test]
fn two_editions_bound_when_somebody_was_listed() {
    let db = two_editions();
    let expected = [
        "ofac:1 | [..2019-01-15] | null | null | null",
        "ofac:2 | [..2019-01-15] | null | [2019-01-16..2021-07-07] | ofac-sdn@2021-07-07",
        "ofac:3 | [..2019-01-15] | null | null | null",
        "ofac:4 | [2019-01-16..2021-07-07] | ofac-sdn@2019-01-15 | null | null",
    ];
    let bounds = "MATCH (a)-[l:LISTED_ON]->() RETURN a.id, l.valid_from, l.absent_before, l.valid_to, l.absent_from ORDER BY a.id";
    check(&db, bounds, &expected);
    let listing =
        "MATCH (x:Listing) WHERE x.id IN ['ofac:2:listing', 'ofac:4:listing'] RETURN x.on, x.removed ORDER BY x.id";
    check(&db, listing, &["[..2019-01-15] | [2019-01-16..2021-07-07]", "[2019-01-16..2021-07-07] | null"]);
    let on = |clock: &str| ask(&db, &format!("MATCH (a)-[:LISTED_ON]->() {clock} RETURN a.id ORDER BY a.id"));
    assert_eq!(on("VALID AT date('2019-01-15')"), ["ofac:1", "ofac:2", "ofac:3"]);
    assert_eq!(on("VALID AT date('2020-01-01')"), ["ofac:1", "ofac:3"]);
    assert_eq!(on("POSSIBLY VALID AT date('2020-01-01')"), ["ofac:1", "ofac:2", "ofac:3", "ofac:4"]);
    assert_eq!(on("POSSIBLY VALID AT date('2021-07-07')"), ["ofac:1", "ofac:3", "ofac:4"]);
}

#[test]
fn a_delisting_is_known_by_the_edition_that_shows_it() {
    let db = two_editions();
    let ended = |clock: &str| {
        ask(
            &db,
            &format!(
                "MATCH (x:Listing)-[:TARGETS]->(a) {clock} WHERE EXISTS {{ (:Delisting)-[:ENDS]->(x) }} RETURN a.id"
            ),
        )
    };
    assert_eq!(ended("KNOWN AT date('2021-07-06')"), Vec::<String>::new());
    assert_eq!(ended("KNOWN AT date('2021-07-07')"), ["ofac:2"]);
    let shown = "MATCH (p:Paragraph {kind: 'absence'})-[:SUPPORTS]->(d:Delisting) RETURN p.id, p.raw, d.on";
    check(
        &db,
        shown,
        &["ofac-sdn@2021-07-07#absent | is not among the 3 entries of ofac-sdn@2021-07-07 | [2019-01-16..2021-07-07]"],
    );
    let why = db.query("WHY MATCH (d:Delisting)-[:ENDS]->(x:Listing) RETURN d.on", ()).unwrap();
    let why = why.into_vec::<averment::Row>().unwrap()[0].why().unwrap();
    assert!(format!("{why:?}").contains("ofac-sdn@2021-07-07"), "{why:?}");
}

/// That an edition does not have somebody was counted as one more source of the listing.
#[test]
fn who_is_missing_is_no_source_of_the_listing() {
    let db = two_editions();
    let ends = "MATCH (a {id: 'ofac:2'})-[l:LISTED_ON]->() RETURN l.valid_to, l.absent_from, [s IN sources(l) | s.id]";
    check(&db, ends, &["[2019-01-16..2021-07-07] | ofac-sdn@2021-07-07 | ['ofac-sdn@2019-01-15']"]);
    let sure = "MATCH (a)-[:LISTED_ON]->() REQUIRE 2 SOURCES RETURN a.id ORDER BY a.id";
    check(&db, sure, &["ofac:1", "ofac:3"]);
    let single = "CALL provenance.single_source() YIELD element, source MATCH (x:Listing) WHERE x = element RETURN x.id, source.id ORDER BY x.id";
    check(&db, single, &["ofac:2:listing | ofac-sdn@2019-01-15", "ofac:4:listing | ofac-sdn@2021-07-07"]);
    let shown = "MATCH (p:Paragraph {id: 'ofac-sdn@2021-07-07#absent'})-[:SUPPORTS]->[(d:Delisting)-[r]->()] RETURN d.id, type(r) ORDER BY type(r)";
    check(&db, shown, &["ofac:2:listing:delisting | ENDS", "ofac:2:listing:delisting | REMOVES_FROM"]);
}

#[test]
fn editions_may_come_in_any_order_and_again() {
    let editions = [("2019-01-15", sdn(FIRST)), ("2021-07-07", sdn(SECOND)), ("2022-01-01", sdn(FIRST))];
    let expected = {
        let db = Database::in_memory();
        for (day, text) in &editions {
            import(&db, day, text);
        }
        told(&db)
    };
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let db = Database::in_memory();
        for index in order {
            import(&db, editions[index].0, &editions[index].1);
            check_all_is_cited(&db);
        }
        assert_eq!(told(&db), expected, "{order:?}");
        for (day, text) in &editions {
            check_changes_nothing(&db, || import(&db, day, text));
        }
    }
}

/// The first edition to come was whole, however small it is beside those that came behind it: it took off everybody else.
#[test]
fn a_small_edition_is_a_part_in_whatever_order_they_come() {
    let all: Vec<(u32, String)> = (1..=10).map(|number| (number, format!("N{number}"))).collect();
    let some = |count: usize| sdn(&all[..count].iter().map(|(id, name)| (*id, name.as_str())).collect::<Vec<_>>());
    let editions =
        [("2019-01-01", some(10)), ("2020-01-01", some(2)), ("2021-01-01", some(3)), ("2022-01-01", some(9))];
    let coverage = "MATCH (s:Source) RETURN s.published, s.coverage ORDER BY s.published";
    let expected = ["2019-01-01 | whole", "2020-01-01 | part", "2021-01-01 | part", "2022-01-01 | whole"];
    let mut first = Vec::new();
    for order in [[0, 1, 2, 3], [1, 0, 2, 3], [2, 1, 3, 0], [3, 2, 1, 0]] {
        let db = Database::in_memory();
        let mut parts = 0;
        for index in order {
            let report = import(&db, editions[index].0, &editions[index].1);
            parts += report.editions.iter().filter(|edition| edition.part_because.is_some()).count();
        }
        check(&db, coverage, &expected);
        assert_eq!(parts, 2, "each is told once: {order:?}");
        for (day, text) in &editions {
            check_changes_nothing(&db, || import(&db, day, text));
        }
        if first.is_empty() {
            first = told(&db);
        }
        assert_eq!(told(&db), first, "{order:?}");
    }
    // Somebody knows better.
    let db = Database::in_memory();
    import(&db, "2020-01-01", &some(2));
    import(&db, "2019-01-01", &some(10));
    let small = ImportFile::of_bytes("sdn.csv", some(2));
    let import = ListImport::new().list(ListFormat::Ofac, [small]).edition(Edtf::parse("2020-01-01").unwrap());
    load(&db, import.complete()).unwrap();
    check(&db, "MATCH (d:Delisting) RETURN count(*)", &["8"]);
}

#[test]
fn who_returns_is_listed_twice() {
    let db = two_editions();
    import(&db, "2022-01-01", &sdn(FIRST));
    let spells = "MATCH (a {id: 'ofac:2'})-[l:LISTED_ON]->() RETURN l.spell, l.valid_from, l.valid_to, [s IN sources(l) | s.id] ORDER BY l.valid_from";
    let expected = [
        "null | [..2019-01-15] | [2019-01-16..2021-07-07] | ['ofac-sdn@2019-01-15']",
        "2 | [2021-07-08..2022-01-01] | null | ['ofac-sdn@2022-01-01']",
    ];
    check(&db, spells, &expected);
    let listing = "MATCH (x:Listing {id: 'ofac:2:listing'}) RETURN x.on, x.removed, x.relisted, count { (:Delisting)-[:ENDS]->(x) }";
    check(&db, listing, &["[..2019-01-15] | null | [[2021-07-08..2022-01-01]] | 1"]);
    // What came between turns out to have had it: there was no gap.
    let again = sdn(&[(2, "TWO")]);
    load(
        &db,
        ListImport::new()
            .list(ListFormat::Ofac, [ImportFile::of_bytes("sdn.csv", again)])
            .partial()
            .edition(Edtf::parse("2021-07-07").unwrap()),
    )
    .unwrap();
    check(
        &db,
        spells,
        &["null | [..2019-01-15] | null | ['ofac-sdn@2019-01-15', 'ofac-sdn@2021-07-07', 'ofac-sdn@2022-01-01']"],
    );
    check(&db, listing, &["[..2019-01-15] | null | null | 0"]);
    check_all_is_cited(&db);
}

/// An edition of OFAC's list: number, name, programmes and remarks of each entry.
fn told_by(entries: &[(u32, &str, &str, &str)]) -> String {
    let row = |(number, name, programmes, remarks): &(u32, &str, &str, &str)| {
        format!(
            "{number},\"{name}\",\"individual\",\"{programmes}\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"{remarks}\"\r\n"
        )
    };
    entries.iter().map(row).collect::<String>() + "\u{1a}"
}

/// All that records draw but who is listed, with since when and until when it is so.
fn facts(db: &Database) -> Vec<String> {
    ask(
        db,
        "MATCH (a)-[r]->(b) WHERE NOT type(r) IN ['LISTED_ON', 'SUPPORTS', 'OF', 'TARGETS', 'TOOK', 'ADDS_TO', 'ENDS', 'REMOVES_FROM']
         RETURN a.id, type(r), b.id, r.spell, r.valid_from, r.absent_before, r.valid_to, r.absent_from, coll.sort([s IN sources(r) | s.published])
         ORDER BY a.id, type(r), b.id, r.spell",
    )
}

/// A programme that a later edition did not name any more held for ever.
#[test]
fn what_the_record_of_an_entry_says_no_more_has_ended() {
    let first = told_by(&[
        (1, "ONE", "CUBA] [SDT", "Linked To: TWO; Passport A123 (Iran); nationality Iran."),
        (2, "TWO", "CUBA", "-0-"),
        (4, "FOUR", "SDT", "-0-"),
    ]);
    let second = told_by(&[
        (1, "ONE", "CUBA] [NPWMD", "nationality Iran."),
        (2, "TWO", "CUBA", "Linked To: ONE."),
        (3, "THREE", "SDT", "-0-"),
    ]);
    let expected = [
        "ofac:1 | HAS_IDENTIFIER | passport|A123|Iran | null | null | null | [2019-01-16..2021-07-07] | ofac-sdn@2021-07-07 | [2019-01-15]",
        "ofac:1 | LINKED_TO | ofac:2 | null | null | null | [2019-01-16..2021-07-07] | ofac-sdn@2021-07-07 | [2019-01-15]",
        "ofac:1 | OF_STATE | Iran | null | null | null | null | null | [2019-01-15, 2021-07-07]",
        "ofac:1:listing | GROUNDED_ON | ofac-programme:CUBA | null | null | null | null | null | [2019-01-15, 2021-07-07]",
        "ofac:1:listing | GROUNDED_ON | ofac-programme:NPWMD | null | [2019-01-16..2021-07-07] | ofac-sdn@2019-01-15 | null | null | [2021-07-07]",
        "ofac:1:listing | GROUNDED_ON | ofac-programme:SDT | null | null | null | [2019-01-16..2021-07-07] | ofac-sdn@2021-07-07 | [2019-01-15]",
        "ofac:2 | LINKED_TO | ofac:1 | null | [2019-01-16..2021-07-07] | ofac-sdn@2019-01-15 | null | null | [2021-07-07]",
        "ofac:2:listing | GROUNDED_ON | ofac-programme:CUBA | null | null | null | null | null | [2019-01-15, 2021-07-07]",
        "ofac:3:listing | GROUNDED_ON | ofac-programme:SDT | null | null | null | null | null | [2021-07-07]",
        "ofac:4:listing | GROUNDED_ON | ofac-programme:SDT | null | null | null | null | null | [2019-01-15]",
    ];
    for order in [[0, 1], [1, 0]] {
        let db = Database::in_memory();
        let editions = [("2019-01-15", &first), ("2021-07-07", &second)];
        for index in order {
            import(&db, editions[index].0, editions[index].1);
            check_all_is_cited(&db);
        }
        assert_eq!(facts(&db), expected, "{order:?}");
        for (day, text) in editions {
            check_changes_nothing(&db, || import(&db, day, text));
        }
        let grounded = |clock: &str| {
            ask(
                &db,
                &format!(
                    "MATCH (x {{id: 'ofac:1:listing'}})-[:GROUNDED_ON]->(l) {clock} RETURN l.name ORDER BY l.name"
                ),
            )
        };
        assert_eq!(grounded("VALID AT date('2019-01-15')"), ["CUBA", "SDT"]);
        assert_eq!(grounded("VALID AT date('2020-01-01')"), ["CUBA"]);
        assert_eq!(grounded("POSSIBLY VALID AT date('2020-01-01')"), ["CUBA", "NPWMD", "SDT"]);
        assert_eq!(grounded("VALID AT date('2021-07-07')"), ["CUBA", "NPWMD"]);
    }
}

#[test]
fn what_is_said_again_later_holds_twice_in_whatever_order_editions_come() {
    let with = told_by(&[(1, "ONE", "CUBA] [SDT", "Passport A123 (Iran) issued 01 Jan 2010.")]);
    let without = told_by(&[(1, "ONE", "CUBA", "-0-"), (2, "TWO", "CUBA", "-0-")]);
    let gone = told_by(&[(2, "TWO", "CUBA", "-0-")]);
    let editions = [("2018-01-01", &gone), ("2019-01-01", &with), ("2020-01-01", &without), ("2021-01-01", &with)];
    let mut first = Vec::new();
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1], [3, 1, 2, 0]] {
        let db = Database::in_memory();
        for index in order {
            import(&db, editions[index].0, editions[index].1);
            check_all_is_cited(&db);
        }
        if first.is_empty() {
            first = facts(&db);
            let of_programme = first.iter().filter(|line| line.contains("SDT")).collect::<Vec<_>>();
            let expected = [
                "ofac:1:listing | GROUNDED_ON | ofac-programme:SDT | 2 | [2020-01-02..2021-01-01] | ofac-sdn@2020-01-01 | null | null | [2021-01-01]",
                "ofac:1:listing | GROUNDED_ON | ofac-programme:SDT | null | null | null | [2019-01-02..2020-01-01] | ofac-sdn@2020-01-01 | [2019-01-01]",
            ];
            assert_eq!(of_programme, expected);
        }
        assert_eq!(facts(&db), first, "{order:?}");
        for (day, text) in &editions {
            check_changes_nothing(&db, || import(&db, day, text));
        }
        let numbers = "MATCH ()-[r:HAS_IDENTIFIER]->() RETURN r.spell, r.issued ORDER BY r.spell";
        check(&db, numbers, &["2 | 2010-01-01", "null | 2010-01-01"]);
    }
}

/// The first title and the first address stayed, in whatever order editions came.
#[test]
fn what_an_entry_has_once_is_as_the_newest_edition_says() {
    let entry = |title: &str, issued: &str| {
        format!(
            "1,\"ONE\",\"individual\",\"CUBA\",{title},-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"Passport A123 (Iran){issued}.\"\r\n\u{1a}"
        )
    };
    let address = |street: &str, city: &str| format!("1,10,{street},\"{city}\",\"Cuba\",-0- \r\n\u{1a}");
    let editions = [
        ("2019-01-01", entry("\"BOSS\"", " issued 01 Jan 2010"), address("\"Street 1\"", "Havana")),
        ("2020-01-01", entry("\"CHIEF\"", " issued 02 Feb 2012"), address("\"Street 1\"", "Santiago")),
        ("2021-01-01", entry("-0- ", " issued 02 Feb 2012"), address("-0- ", "Santiago")),
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let db = Database::in_memory();
        let import = |index: usize| {
            let (day, main, addresses) = &editions[index];
            import_into(&db, ListFormat::Ofac, Some(day), &[("sdn.csv", main), ("add.csv", addresses)]).unwrap()
        };
        for index in order {
            import(index);
        }
        check(
            &db,
            "MATCH (p {id: 'ofac:1'})-[:HAS_ADDRESS]->(a) MATCH (p)-[i:HAS_IDENTIFIER]->()
             RETURN p.title, a.street, a.city, a.full, a.first_seen, a.last_seen, i.issued",
            &["null | null | Santiago | Santiago, Cuba | 2019-01-01 | 2021-01-01 | 2012-02-02"],
        );
        check_all_is_cited(&db);
        for index in order {
            check_changes_nothing(&db, || import(index));
        }
    }
}

/// A later time was retracted, and an earlier one came to light.
#[test]
fn what_is_retracted_of_a_fact_is_that_time_of_it() {
    let with = told_by(&[(1, "ONE", "CUBA] [SDT", "-0-")]);
    let without = told_by(&[(1, "ONE", "CUBA", "-0-")]);
    let editions = [("2019-01-01", &with), ("2020-01-01", &without), ("2021-01-01", &with)];
    for order in [[2, 0, 1], [2, 1, 0]] {
        let db = Database::in_memory();
        for (turn, index) in order.into_iter().enumerate() {
            import(&db, editions[index].0, editions[index].1);
            if turn == 0 {
                ask(&db, "MATCH ()-[g:GROUNDED_ON]->({name: 'SDT'}) RETRACT g");
            }
        }
        check(
            &db,
            "MATCH [()-[g:GROUNDED_ON]->({name: 'SDT'})] RETURN asserted(g), g.spell, g.valid_from, g.valid_to ORDER BY coalesce(g.spell, 1)",
            &["true | null | null | [2019-01-02..2020-01-01]", "false | 2 | [2020-01-02..2021-01-01] | null"],
        );
    }
}

/// A name that led to one party leads to two now, and the record says what it said.
#[test]
fn a_link_that_is_printed_as_before_goes_on() {
    let db = Database::in_memory();
    let two = (2, "TWO", "CUBA", "-0-");
    import(&db, "2019-01-15", &told_by(&[(1, "ONE", "CUBA", "Linked To: TWO."), two]));
    let again = (1, "ONE", "CUBA", "nationality Iran; Linked To: TWO.");
    import(&db, "2021-07-07", &told_by(&[again, two, (3, "TWO", "CUBA", "-0-")]));
    let links = "MATCH (a)-[r:LINKED_TO]->(b) RETURN b.id, r.valid_to, a.linked_to_unresolved";
    check(&db, links, &["ofac:2 | null | ['TWO']"]);
}

#[test]
fn a_record_whose_remarks_are_cut_is_not_silent() {
    let comments = "1,\"; nationality Iran.\"\r\n";
    for (length, since) in [(1_000, "null"), (999, "[2019-01-16..2021-07-07]")] {
        let main = told_by(&[(1, "ONE", "CUBA", &"x".repeat(length))]);
        let db = Database::in_memory();
        import(&db, "2019-01-15", &main);
        let files = [("sdn.csv", main.as_str()), ("sdn_comments.csv", comments)];
        import_into(&db, ListFormat::Ofac, Some("2021-07-07"), &files).unwrap();
        check(&db, "MATCH ()-[r:OF_STATE]->() RETURN r.valid_from", &[since]);
    }
}

#[test]
fn what_another_list_still_says_goes_on() {
    let person = |country: &str| {
        format!(r#"{{"id": "p", "schema": "Person", "properties": {{"name": ["P"], "nationality": [{country}]}}}}"#)
    };
    let (with, without) = (person("\"cu\""), person(""));
    let editions = [
        ("a", "2020-01-01", &with),
        ("a", "2021-01-01", &without),
        ("b", "2020-06-01", &with),
        ("b", "2022-01-01", &without),
    ];
    let import = |db: &Database, index: usize| {
        let (list, day, text) = editions[index];
        import_into(db, ListFormat::Ftm, Some(day), &[(&format!("{list}.ftm.json"), text)]).unwrap();
    };
    let bounds = "MATCH ({id: 'p'})-[r:OF_STATE]->() RETURN r.valid_from, r.valid_to, r.absent_from";
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 3, 1]] {
        let db = Database::in_memory();
        for index in order {
            import(&db, index);
        }
        check(&db, bounds, &["null | [2020-06-02..2022-01-01] | ftm:b@2022-01-01"]);
    }
    let db = Database::in_memory();
    for index in [0, 1, 2] {
        import(&db, index);
    }
    check(&db, bounds, &["null | null | null"]);
    // Neither does it end while somebody else supports it.
    let db = Database::in_memory();
    import(&db, 0);
    ask(
        &db,
        "MATCH ({id: 'p'})-[r:OF_STATE]->() CREATE (:Source {id: 'register', published: date('2020-02-01')})-[:SUPPORTS]->[r]",
    );
    import(&db, 1);
    check(&db, bounds, &["null | null | null"]);
}

/// All `LISTED_ON`, retracted ones too, and what cites them.
fn memberships(db: &Database) -> Vec<String> {
    ask(
        db,
        "MATCH [(a)-[l:LISTED_ON]->()]
         RETURN a.id, asserted(l), l.spell, l.valid_from, l.valid_to, l.absent_from,
                COLLECT { MATCH [(p)-[s:SUPPORTS]->[l]] RETURN [p.id, asserted(s)] ORDER BY p.id }
         ORDER BY a.id, l.valid_from, asserted(l)",
    )
}

#[test]
fn what_is_retracted_stays_so_in_later_editions() {
    let retract = |db: &Database| {
        for party in ["ofac:1", "ofac:2"] {
            ask(db, &format!("MATCH (a {{id: '{party}'}})-[l:LISTED_ON]->() RETRACT l"));
        }
    };
    let editions = [("2019-01-15", sdn(FIRST)), ("2021-07-07", sdn(SECOND))];
    let (early, late) = (Database::in_memory(), Database::in_memory());
    for (day, text) in &editions {
        import(&early, day, text);
        if *day == "2019-01-15" {
            retract(&early);
        }
        import(&late, day, text);
    }
    retract(&late);
    assert_eq!(memberships(&early), memberships(&late));
    check(&early, "MATCH (a)-[:LISTED_ON]->() RETURN a.id ORDER BY a.id", &["ofac:3", "ofac:4"]);
    ask(&early, "MATCH (p)-[s:SUPPORTS]->[(a {id: 'ofac:3'})-[:LISTED_ON]->()] RETRACT s");
    let before = memberships(&early);
    for (day, text) in &editions {
        check_changes_nothing(&early, || import(&early, day, text));
    }
    // Another text of the same record.
    let (main, alias) = (sdn(SECOND), "3,1,\"aka\",\"TRES\",-0- \r\n");
    import_into(&early, ListFormat::Ofac, Some("2021-07-07"), &[("sdn.csv", &main), ("alt.csv", alias)]).unwrap();
    check(&early, "MATCH (a {id: 'ofac:3'}) RETURN a.aliases", &["['TRES']"]);
    assert_eq!(memberships(&early), before);
}

#[test]
fn what_is_retracted_stays_so_where_a_list_has_no_day() {
    let db = Database::in_memory();
    let entities = |share: &str| {
        let company =
            |id: &str| format!(r#"{{"id": "{id}", "schema": "Company", "properties": {{"name": ["{id}"]}}}}"#);
        let owns = format!(r#""owner": ["a"], "asset": ["b"], "percentage": ["{share}"]"#);
        format!(
            "{}\n{}\n{{\"id\": \"o\", \"schema\": \"Ownership\", \"properties\": {{{owns}}}}}\n",
            company("a"),
            company("b")
        )
    };
    for share in ["50", "60"] {
        import_into(&db, ListFormat::Ftm, None, &[("entities.ftm.json", &entities(share))]).unwrap();
        ask(&db, "MATCH ()-[r:OWNS]->() RETRACT r");
    }
    check(
        &db,
        "MATCH [(a)-[r:OWNS]->(b)] RETURN a.name, b.name, asserted(r), size(citations(r))",
        &["a | b | false | 1"],
    );
}

#[test]
fn a_claim_of_somebody_is_no_fact_of_a_list() {
    let db = Database::in_memory();
    import(&db, "2019-01-15", &sdn(FIRST));
    ask(
        &db,
        "MATCH (a {id: 'ofac:1'})-[l]->(b:List) CREATE (:Actor {id: 'who'})-[:DOUBTS]->[(c:Entity {id: 'ofac:4'})-[:LISTED_ON]->(b)]",
    );
    import(&db, "2021-07-07", &sdn(SECOND));
    check(
        &db,
        "MATCH [(a {id: 'ofac:4'})-[l:LISTED_ON]->()] RETURN asserted(l), l.valid_from, size(citations(l)) ORDER BY asserted(l)",
        &["false | null | 0", "true | [2019-01-16..2021-07-07] | 1"],
    );
}

#[test]
fn what_changes_is_counted_between_neighbours() {
    let db = Database::in_memory();
    let report = import(&db, "2019-01-15", &sdn(FIRST));
    assert_eq!((report.editions[0].entries, report.editions[0].changes.len()), (3, 0));
    let report = import(&db, "2022-01-01", &sdn(FIRST));
    let changes = |report: &ImportReport| {
        let told = report.editions[0].changes.iter().map(|changes| {
            format!("{} {} {:?} {} {:?}", changes.from, changes.to, changes.added, changes.changed, changes.removed)
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(changes(&report), ["2019-01-15 2022-01-01 Some(0) 0 Some(0)"]);
    let report = import(&db, "2021-07-07", &sdn(SECOND));
    let expected = ["2019-01-15 2021-07-07 Some(1) 1 Some(1)", "2021-07-07 2022-01-01 Some(1) 1 Some(1)"];
    assert_eq!(changes(&report), expected);
}

#[test]
fn a_part_takes_nobody_off() {
    let delisted = |import: &dyn Fn(&Database) -> ImportReport| {
        let db = Database::in_memory();
        self::import(&db, "2019-01-15", &sdn(FIRST));
        let report = import(&db);
        let edition = report.editions.last().unwrap();
        let because = edition
            .part_because
            .clone()
            .unwrap_or_else(|| if edition.is_unclosed { "unclosed" } else { "" }.to_owned());
        (count(&db, "MATCH (d:Delisting) RETURN count(*)"), because)
    };
    let files = |text: &str| {
        let files = [ImportFile::of_bytes("sdn.csv", text)];
        ListImport::new().list(ListFormat::Ofac, files).edition(Edtf::parse("2021-07-07").unwrap())
    };
    let (two, one) = (sdn(&FIRST[..2]), sdn(&FIRST[..1]));
    let unclosed = two.trim_end_matches('\u{1a}');
    let bad = two.replace('\u{1a}', "3,\"THREE\"\r\n\u{1a}");
    let check = |import: &dyn Fn() -> ListImport, expected: (i64, &str)| {
        let (count, because) = delisted(&|db| load(db, import()).unwrap());
        assert_eq!((count, because.as_str()), expected);
    };
    check(&|| files(&two), (1, ""));
    check(&|| files(&two).partial(), (0, "it is said to be one"));
    check(&|| files(unclosed), (0, "unclosed"));
    check(&|| files(unclosed).complete(), (1, ""));
    check(&|| files(&one), (0, "it has 1 entries, and that of 2019-01-15 has 3"));
    check(&|| files(&one).complete(), (2, ""));
    check(&|| files(&bad).skip_bad_rows(), (0, "1 of its rows are passed over"));
    check(&|| files(&bad).skip_bad_rows().complete(), (0, "1 of its rows are passed over"));
}

#[test]
fn an_empty_edition_takes_nobody_off() {
    let db = Database::in_memory();
    let bis = |rows: &str| format!("row_id,name,country,address,license_requirement,federal_register\n{rows}");
    let rows = "EL-1,A,China,x,y,\nEL-2,B,China,x,y,\n";
    import_into(&db, ListFormat::Bis, Some("2025"), &[("entities.csv", &bis(rows))]).unwrap();
    let report = import_into(&db, ListFormat::Bis, Some("2026"), &[("entities.csv", &bis(""))]).unwrap();
    assert_eq!(report.editions[0].part_because.as_deref(), Some("it has no entries"));
    assert_eq!(count(&db, "MATCH (d:Delisting) RETURN count(*)"), 0);
    let empty = import_into(&db, ListFormat::Ofac, Some("2026"), &[("sdn.csv", "\u{1a}")]);
    assert_eq!(empty.unwrap_err().to_string(), "sdn.csv: no file has records of 12 fields");
    import_into(&db, ListFormat::Bis, Some("2027"), &[("entities.csv", &bis("EL-2,B,China,x,y,\n"))]).unwrap();
    check(
        &db,
        "MATCH (d:Delisting)-[:ENDS]->(x)-[:TARGETS]->(a) RETURN a.id, x.removed",
        &["bis:EL-1 | [2025-01-02..2027-12-31]"],
    );
}

#[test]
fn a_date_of_the_source_is_not_replaced() {
    let cons = |entries: &[(u32, &str)]| {
        let row = |(number, remarks): &(u32, &str)| {
            format!("{number},\"N{number}\",-0- ,\"CMIC-EO13959\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"{remarks}\"\r\n")
        };
        entries.iter().map(row).collect::<String>() + "\u{1a}"
    };
    let dated = "Listing Date (CMIC) 10 Dec 2021";
    for order in [[0, 1], [1, 0]] {
        let db = Database::in_memory();
        let editions = [
            ("2021-01-01", cons(&[(1, dated), (4, "-0-")])),
            ("2022-01-01", cons(&[(1, dated), (2, dated), (3, "-0-")])),
        ];
        for index in order {
            let (day, text) = &editions[index];
            import_into(&db, ListFormat::Ofac, Some(day), &[("cons_prim.csv", text)]).unwrap();
        }
        let begins = "MATCH (a)-[l:LISTED_ON]->() RETURN a.id, l.valid_from ORDER BY a.id";
        check(
            &db,
            begins,
            &[
                "ofac:1 | 2021-12-10",
                "ofac:2 | 2021-12-10",
                "ofac:3 | [2021-01-02..2022-01-01]",
                "ofac:4 | [..2021-01-01]",
            ],
        );
    }
}

#[test]
fn an_entry_that_moves_to_another_list_leaves_the_first() {
    let row =
        |programme: &str| format!("1,\"N\",-0- ,\"{programme}\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\u{1a}");
    let db = Database::in_memory();
    for (day, programme) in [("2021-01-01", "NS-PLC"), ("2022-01-01", "CMIC-EO13959")] {
        import_into(&db, ListFormat::Ofac, Some(day), &[("cons_prim.csv", &row(programme))]).unwrap();
    }
    let lists = "MATCH (a)-[l:LISTED_ON]->(b) RETURN b.name, l.valid_from, l.valid_to ORDER BY b.name";
    check(
        &db,
        lists,
        &["NS-CMIC list | [2021-01-02..2022-01-01] | null", "NS-PLC list | [..2021-01-01] | [2021-01-02..2022-01-01]"],
    );
    assert_eq!(count(&db, "MATCH (d:Delisting) RETURN count(*)"), 0);
}

#[test]
fn a_name_that_changes_is_kept() {
    let alias = "3,1,\"aka\",\"THREE\",-0- \r\n";
    for order in [[0, 1], [1, 0]] {
        let db = Database::in_memory();
        let (first, second) = (sdn(FIRST), sdn(SECOND));
        let editions: [(&str, Vec<(&str, &str)>); 2] =
            [("2019-01-15", vec![("sdn.csv", &first)]), ("2021-07-07", vec![("sdn.csv", &second), ("alt.csv", alias)])];
        for index in order {
            import_into(&db, ListFormat::Ofac, Some(editions[index].0), &editions[index].1).unwrap();
        }
        // The old name is an alias of the new edition: it is in one place.
        check(
            &db,
            "MATCH (a {id: 'ofac:3'}) RETURN a.name, a.aliases, a.previous_names",
            &["THREE B | ['THREE'] | null"],
        );
    }
    let db = two_editions();
    check(&db, "MATCH (a {id: 'ofac:3'}) RETURN a.name, a.aliases, a.previous_names", &["THREE B | null | ['THREE']"]);
}

#[test]
fn editions_are_compared_field_by_field() {
    let db = two_editions();
    let diff = sanctions::diff(&db.read(), "sdn list", None, None).unwrap();
    assert_eq!((diff.list.as_str(), diff.from.as_str(), diff.to.as_str()), ("ofac-sdn", "2019-01-15", "2021-07-07"));
    assert_eq!((diff.added[0].id.as_str(), diff.added[0].name.as_str()), ("4", "FOUR"));
    assert_eq!((diff.removed[0].id.as_str(), diff.removed.len()), ("2", 1));
    let changed = &diff.changed[0];
    assert_eq!((changed.id.as_str(), changed.fields.len()), ("3", 1));
    assert_eq!(
        (&changed.fields[0].old, &changed.fields[0].new),
        (&vec!["THREE".to_owned()], &vec!["THREE B".to_owned()])
    );
    let files = |text: String| [ImportFile::of_bytes("sdn.csv", text)];
    let of_files = sanctions::diff_files(ListFormat::Ofac, &files(sdn(FIRST)), &files(sdn(SECOND))).unwrap();
    assert_eq!((&of_files.added, &of_files.changed, &of_files.removed), (&diff.added, &diff.changed, &diff.removed));
    let fails = |list: &str, from: Option<&str>| {
        let from = from.map(|day| Edtf::parse(day).unwrap());
        sanctions::diff(&db.read(), list, from.as_ref(), None).unwrap_err().to_string()
    };
    assert_eq!(fails("nothing", None), "there is no list `nothing`; there are `ofac-sdn`");
    assert_eq!(
        fails("ofac-sdn", Some("2020")),
        "there is no edition of `ofac-sdn` of 2020; there are 2019-01-15, 2021-07-07"
    );
    let empty = sanctions::diff(&Database::in_memory().read(), "ofac-sdn", None, None).unwrap_err();
    assert_eq!(empty.to_string(), "there are no editions of lists in this database");
}

/// An edition without the files beside the main one took off all aliases and addresses.
#[test]
fn a_file_that_is_missing_ends_nothing() {
    let (main, changed) = (sdn(FIRST), sdn(FIRST).replace("TWO", "DOS"));
    let (alias, address) = ("3,1,\"aka\",\"TRES\",-0- \r\n", "3,1,\"Street 1\",\"Havana\",\"Cuba\",-0- \r\n");
    let whole = [("sdn.csv", main.as_str()), ("alt.csv", alias), ("add.csv", address)];
    let places = "MATCH (a)-[r]->(b) WHERE type(r) IN ['HAS_ADDRESS', 'BASED_IN'] RETURN type(r), r.valid_from, r.valid_to ORDER BY type(r)";
    let missing = "MATCH (s:Source) RETURN s.coverage, s.missing ORDER BY s.id";
    for order in [[0, 1], [1, 0]] {
        let db = Database::in_memory();
        let editions = [("2019-01-15", &whole[..]), ("2021-07-07", &[("sdn.csv", changed.as_str())][..])];
        let reports = order.map(|index| {
            let (day, files) = editions[index];
            import_into(&db, ListFormat::Ofac, Some(day), files).unwrap()
        });
        assert_eq!(reports[1].editions[0].changes[0].changed, 1);
        let told = reports.iter().flat_map(|report| &report.editions[0].missing_files).collect::<Vec<_>>();
        assert_eq!(told, ["aliases", "addresses"]);
        check(&db, missing, &["whole | null", "whole | ['aliases', 'addresses']"]);
        check(&db, places, &["BASED_IN | null | null", "HAS_ADDRESS | null | null"]);
        let diff = sanctions::diff(&db.read(), "ofac-sdn", None, None).unwrap();
        assert_eq!((diff.changed.len(), diff.changed[0].id.as_str()), (1, "2"));
        assert_eq!(diff.missing_files, ["addresses", "aliases"]);
        // The file was lost, and is there again; the list has no address any more.
        let later =
            [("sdn.csv", changed.as_str()), ("alt.csv", alias), ("add.csv", "1,2,\"Street 2\",-0- ,-0- ,-0- \r\n")];
        import_into(&db, ListFormat::Ofac, Some("2021-07-07"), &later).unwrap();
        check(&db, missing, &["whole | null", "whole | null"]);
        let expected = [
            "BASED_IN | null | [2019-01-16..2021-07-07]",
            "HAS_ADDRESS | [2019-01-16..2021-07-07] | null",
            "HAS_ADDRESS | null | [2019-01-16..2021-07-07]",
        ];
        check(&db, &places.replace("ORDER BY type(r)", "ORDER BY type(r), b.id DESC"), &expected[..]);
    }
}

/// The paragraphs of the morning had the text of the afternoon, and supported what only the morning had said.
#[test]
fn another_file_of_the_same_day_is_refused() {
    let db = Database::in_memory();
    let (morning, alias) = (sdn(FIRST), "3,1,\"aka\",\"TRES\",-0- \r\n");
    import(&db, "2024-02-23", &morning);
    let refused = |files: &[(&str, &str)], what: &str| {
        let before = ask(&db, "MATCH (p:Paragraph) RETURN p.id, p.raw ORDER BY p.id");
        let error = import_into(&db, ListFormat::Ofac, Some("2024-02-23"), files).unwrap_err().to_string();
        assert!(error.contains(what) && error.contains("give this one another `--edition`"), "{error}");
        assert_eq!(ask(&db, "MATCH (p:Paragraph) RETURN p.id, p.raw ORDER BY p.id"), before);
    };
    refused(&[("sdn.csv", &morning.replace("TWO", "DOS"))], "those of entry 2 are others on line 2");
    refused(&[("sdn.csv", &sdn(&[FIRST, &[(4, "FOUR")]].concat()))], "it has no entry 4, which is on line 4");
    refused(&[("sdn.csv", &sdn(&FIRST[..2]))], "2 entries are read, and there are 3");
    // A file that was missing completes the edition, and is there if it is missing again.
    import_into(&db, ListFormat::Ofac, Some("2024-02-23"), &[("sdn.csv", &morning), ("alt.csv", alias)]).unwrap();
    check(&db, "MATCH (a {id: 'ofac:3'}) RETURN a.aliases", &["['TRES']"]);
    check_changes_nothing(&db, || import(&db, "2024-02-23", &morning));
    refused(
        &[("sdn.csv", &morning), ("alt.csv", &alias.replace("TRES", "TROIS"))],
        "those of entry 3 are others on line 3",
    );
    let both = ListImport::new()
        .list(ListFormat::Ofac, [ImportFile::of_bytes("sdn.csv", &*morning)])
        .list(ListFormat::Ofac, [ImportFile::of_bytes("sdn.csv", morning.replace("TWO", "DOS"))]);
    let error = load(&Database::in_memory(), both.edition(Edtf::parse("2024-02-23").unwrap())).unwrap_err();
    assert!(error.to_string().contains("those of entry 2 are others on line 2"), "{error}");
    import(&db, "2024-02-24", &morning.replace("TWO", "DOS"));
    check(&db, "MATCH (a {id: 'ofac:2'}) RETURN a.name, a.previous_names", &["DOS | ['TWO']"]);
}

#[test]
fn batches_are_commits_and_what_breaks_off_is_completed() {
    let entries: Vec<(u32, String)> = (1..=25).map(|number| (number, format!("N{number}"))).collect();
    let entries: Vec<(u32, &str)> = entries.iter().map(|(number, name)| (*number, name.as_str())).collect();
    let whole = sdn(&entries);
    let files =
        |text: &str| ListImport::new().list(ListFormat::Ofac, [ImportFile::of_bytes("sdn.csv", text)]).batch(10);
    let day = || Edtf::parse("2021-07-07").unwrap();
    let db = Database::in_memory();
    let broken = whole.replace("22,\"N22\"", "22,\"N22\",");
    assert!(files(&broken).edition(day()).load_into(&db).is_err());
    assert_eq!((db.commit_number(), count(&db, "MATCH (x:Listing) RETURN count(*)")), (2, 20));
    // It is no edition that others are held against.
    check(&db, "MATCH (s:Source) RETURN s.coverage", &["null"]);
    let report = files(&whole).edition(day()).load_into(&db).unwrap();
    assert_eq!((report.unchanged, report.editions[0].entries), (20, 25));
    let one = Database::in_memory();
    import(&one, "2021-07-07", &whole);
    assert_eq!(told(&db), told(&one));
    check(&db, "MATCH (s:Source) RETURN s.coverage, s.entries", &["whole | 25"]);
}

#[test]
fn the_command_line_tells_what_editions_differ_by() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("sdn_2019-01-15", sdn(FIRST)), ("sdn_2021-07-07", sdn(SECOND)), ("cut_2022-01-01", "1,\"ONE\"".to_owned())]
    {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        std::fs::write(folder.path().join(name).join("sdn.csv"), text).unwrap();
    }
    let run = |args: &[&str]| averment(folder.path(), args, "");
    let first = run(&["import", "graph", "--from", "ofac:sdn_2019-01-15"]);
    let missing = "warning[missing-file]: ofac-sdn of 2019-01-15 has no file of aliases and of addresses: what that would say is neither new nor gone\n";
    assert_eq!((first.code, first.err.as_str()), (Some(0), missing));
    let second = run(&["import", "graph", "--from", "ofac:sdn_2021-07-07"]);
    assert!(
        second.out.contains("ofac-sdn: 2019-01-15 to 2021-07-07: 1 added, 1 changed, 1 removed\n"),
        "{}",
        second.out
    );
    let part = run(&["import", "graph", "--from", "ofac:sdn_2021-07-07", "--edition", "2022", "--partial"]);
    let warning = "warning[partial-edition]: ofac-sdn of 2022 is taken for a part of its list, which takes nobody off: it is said to be one";
    assert!(part.err.contains(warning), "{}", part.err);
    let rows = "change,id,name,field,old,new\nadded,4,FOUR,,,\nchanged,3,THREE B,name,['THREE'],['THREE B']\nremoved,2,TWO,,,\n";
    let editions = ["--from", "2019-01-15", "--to", "2021-07-07"];
    let of_database = run(&[&["diff", "graph", "--list", "ofac-sdn", "--format", "csv"], &editions[..]].concat());
    assert_eq!((of_database.out.as_str(), of_database.code), (rows, Some(0)), "{}", of_database.err);
    let told = "ofac-sdn: 2019-01-15 to 2021-07-07: 1 added, 1 changed, 1 removed; not compared, as a file is missing: addresses, aliases\n";
    assert_eq!(of_database.err, told);
    let of_files = run(&["diff", "ofac:sdn_2019-01-15", "ofac:sdn_2021-07-07", "--format", "csv"]);
    assert_eq!((of_files.out.as_str(), of_files.code), (rows, Some(0)), "{}", of_files.err);
    let table = run(&["diff", "ofac:sdn_2019-01-15", "ofac:sdn_2021-07-07"]);
    let expected = "
┌─────────┬────┬─────────┬────────────────────────┐
│ change  ┆ id ┆ name    ┆ differs                │
╞═════════╪════╪═════════╪════════════════════════╡
│ added   ┆ 4  ┆ FOUR    ┆                        │
│ changed ┆ 3  ┆ THREE B ┆ name: THREE -> THREE B │
│ removed ┆ 2  ┆ TWO     ┆                        │
└─────────┴────┴─────────┴────────────────────────┘
";
    assert_eq!(table.out, expected[1..], "{}", table.err);
    std::fs::write(folder.path().join("torn.csv"), sdn(FIRST).replace("\"TWO\",", "")).unwrap();
    let torn = run(&["diff", "ofac:sdn_2019-01-15", "ofac:torn.csv"]);
    assert!(torn.err.starts_with("warning[row-skipped]: torn.csv, line 2: 11 fields"), "{}", torn.err);
    let told = "0 added, 0 changed, 1 removed; rows passed over: 1; torn.csv is a part of the list: who is not in it may be on it; not compared, as a file is missing: addresses, aliases\n";
    assert!(torn.err.ends_with(told), "{}", torn.err);
    let known = run(&["diff", "graph", "--editions", "--format", "csv"]);
    let expected = "list,name,edition,entries,is_part\nofac-sdn,\"OFAC SDN list, 2019-01-15\",2019-01-15,3,false\nofac-sdn,\"OFAC SDN list, 2021-07-07\",2021-07-07,3,false\nofac-sdn,\"OFAC SDN list, 2022\",2022,3,true\n";
    assert_eq!(known.out, expected);
    let fails = |args: &[&str], text: &str| {
        let said = run(args);
        assert!(said.code == Some(1) && said.err.contains(text), "{args:?}: {:?} {}", said.code, said.err);
    };
    fails(&["diff", "graph", "--list", "eu"], "error[invalid-import]: there is no list `eu`; there are `ofac-sdn`");
    fails(&["diff", "ofac:sdn_2019-01-15", "ftm:sdn_2021-07-07"], "`ofac` and `ftm` are no editions of one list");
    fails(&["diff", "ofac:sdn_2019-01-15", "ofac:cut_2022-01-01"], "no file has records of 12 fields");
    assert_eq!(run(&["import", "graph", "--from", "ofac:sdn_2019-01-15", "--partial", "--complete"]).code, Some(2));
    assert!(run(&["diff", "--help"]).out.contains("Examples:"));
}
