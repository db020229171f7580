//! Entities of `FollowTheMoney` out of the graph, and into another one: it is the same, but for the evidence.

use averment::import::ImportFile;
use averment::sanctions::{ListFormat, ListImport, write_ftm};
use averment::{Database, Row, Value};

use super::published::published;
use super::{import_into, load, with_edition};

fn written(db: &Database) -> (String, Vec<(String, u64)>) {
    let mut out = Vec::new();
    let report = write_ftm(&db.read(), &mut out).unwrap();
    (String::from_utf8(out).unwrap(), report.lost.into_iter().collect())
}

/// Everything but sources, paragraphs and what they support, as text. The items of a list are in no order.
fn told(db: &Database) -> Vec<String> {
    let sorted = |value: &Value| match value {
        Value::List(items) => {
            let mut items: Vec<String> = items.iter().map(ToString::to_string).collect();
            items.sort();
            format!("{items:?}")
        }
        Value::Map(map) => {
            let entry = |value: &Value| match value {
                Value::List(items) => {
                    let mut items: Vec<String> = items.iter().map(ToString::to_string).collect();
                    items.sort();
                    format!("{items:?}")
                }
                value => format!("{} {value}", value.type_name()),
            };
            map.iter().map(|(key, value)| format!("{key}: {}", entry(value))).collect::<Vec<_>>().join("; ")
        }
        value => value.to_string(),
    };
    let mut told = Vec::new();
    for query in [
        "MATCH (n) WHERE NOT n:Paragraph AND NOT n:Source RETURN labels(n), properties(n)",
        "MATCH (a)-[r]->(b) WHERE NOT a:Paragraph RETURN labels(a), a.id, type(r), properties(r), labels(b), b.id",
    ] {
        for row in db.query(query, ()).unwrap().into_vec::<Row>().unwrap() {
            told.push(row.values().iter().map(sorted).collect::<Vec<_>>().join(" | "));
        }
    }
    told.sort();
    told
}

#[track_caller]
fn check_again(db: &Database, edition: Option<&str>) -> String {
    let (text, _) = written(db);
    let again = Database::in_memory();
    let import = ListImport::new().list(ListFormat::Ftm, [ImportFile::of_bytes("again.json", &text)]);
    load(&again, with_edition(import, edition)).unwrap();
    let (here, there) = (told(db), told(&again));
    let only = |one: &[String], other: &[String]| {
        one.iter().filter(|line| other.binary_search(line).is_err()).take(5).cloned().collect::<Vec<_>>()
    };
    assert_eq!((only(&here, &there), only(&there, &here)), (vec![], vec![]));
    assert_eq!(here.len(), there.len());
    assert_eq!(written(&again).0.lines().count(), text.lines().count());
    text
}

const ENTITIES: &str = r#"{"id": "p/1.x", "schema": "Person", "properties": {"name": ["Jane Doe", "JANE DOE", "Джейн"], "alias": ["J. D."], "birthDate": ["1953-08", "1001-01-01"], "weakAlias": ["JD"], "nationality": ["kp", "Atlantis"], "innCode": ["77"], "taxNumber": ["77"], "isinCode": ["US1"], "topics": ["sanction", "made.up"], "addressEntity": ["x", "nowhere"], "madeUp": ["1"]}, "caption": "JANE DOE", "datasets": ["a", "b"], "referents": ["old-1", "p/1.x"], "target": true, "first_seen": "2020-01-01T00:00:00", "last_change": "2025-12-19T10:00:00"}
{"id": "c", "schema": "Company", "properties": {"name": ["Acme \"Ltd\"\nTwo"], "jurisdiction": ["us"], "incorporationDate": ["soon", "2001"], "parent": ["d"]}, "last_seen": "2026-07-09T00:00:00"}
{"id": "d", "schema": "LegalEntity", "properties": {}}
{"id": "x", "schema": "Address", "properties": {"full": ["1 Road"], "country": ["cn"], "city": ["B", "A"]}}
{"id": "v", "schema": "Vessel", "properties": {"name": ["Ship"], "owner": ["c"], "imoNumber": ["IMO1"], "flag": ["pa"], "buildDate": ["1999"]}}
{"id": "z", "schema": "Zeppelin", "properties": {"name": ["Z"]}}
{"id": "o1", "schema": "Ownership", "properties": {"owner": ["p/1.x", "c"], "asset": ["d", "v"], "percentage": ["more than 25%"], "startDate": ["2019"], "endDate": ["2021-03"], "role": ["holder"]}}
{"id": "o2", "schema": "Ownership", "properties": {"owner": ["p/1.x"], "asset": ["c"], "percentage": ["75-100", "49"]}}
{"id": "o3", "schema": "Ownership", "properties": {"owner": ["p/1.x"], "percentage": ["10"]}}
{"id": "u1", "schema": "UnknownLink", "properties": {"subject": ["c"], "object": ["d"], "role": ["cousin"]}}
{"id": "f1", "schema": "Family", "properties": {"person": ["p/1.x"], "relative": ["d"], "relationship": ["aunt"], "date": ["2010", "2011"]}}
{"id": "s1", "schema": "Sanction", "properties": {"entity": ["c", "p/1.x"], "authority": ["Bureau of Industry and Security"], "program": ["Entity List", "CMIC-EO13959"], "programId": ["US-EL"], "listingDate": ["2019-10-09"], "startDate": ["2019-11"], "endDate": ["2022"], "modifiedAt": ["2020-07-22"], "recordId": ["84 FR 54004"], "country": ["us"], "reason": ["because"]}, "last_seen": "2026-07-09T00:00:00"}
"#;

#[test]
fn entities_come_back_as_they_were() {
    let db = Database::in_memory();
    import_into(&db, ListFormat::Ftm, None, &[("sample.ftm.json", ENTITIES)]).unwrap();
    let text = check_again(&db, None);
    let line = |id: &str| text.lines().find(|line| line.contains(&format!("\"id\":\"{id}\""))).unwrap().to_owned();
    assert_eq!(
        line("o1"),
        r#"{"id":"o1","properties":{"asset":["d","v"],"endDate":["2021-03"],"owner":["p/1.x","c"],"percentage":["more than 25%"],"role":["holder"],"startDate":["2019"]},"schema":"Ownership"}"#
    );
    assert_eq!(
        line("s1"),
        r#"{"id":"s1","properties":{"authority":["Bureau of Industry and Security"],"country":["us"],"endDate":["2022"],"entity":["c","p/1.x"],"listingDate":["2019-10-09"],"modifiedAt":["2020-07-22"],"program":["Entity List","CMIC-EO13959"],"programId":["US-EL"],"reason":["because"],"recordId":["84 FR 54004"],"startDate":["2019-11"]},"schema":"Sanction","first_seen":"2026-07-09","last_seen":"2026-07-09"}"#
            .replace(r#""schema":"Sanction","first_seen":"2026-07-09","last_seen":"2026-07-09"}"#, r#""schema":"Sanction"}"#)
            .replace(r#"{"id""#, r#"{"first_seen":"2026-07-09","id""#)
            .replace(r#","properties""#, r#","last_seen":"2026-07-09","properties""#)
    );
    assert_eq!(text.lines().count(), ENTITIES.lines().count());
}

#[test]
fn what_other_lists_say_is_put_into_its_words() {
    let sdn = "7,\"EXAMPLE, Jane\",\"individual\",\"NPWMD\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"DOB circa 1953; nationality Iran; Passport A1 (Iran); a.k.a. 'JE'.\"\r\n";
    let db = Database::in_memory();
    import_into(&db, ListFormat::Ofac, Some("2021-07-07"), &[("sdn.csv", sdn)]).unwrap();
    let (text, lost) = written(&db);
    let person = text.lines().next().unwrap();
    for part in [
        r#""schema":"Person""#,
        r#""birthDate":["1953"]"#,
        r#""nationality":["ir"]"#,
        r#""passportNumber":["A1"]"#,
        r#""weakAlias":["JE"]"#,
    ] {
        assert!(person.contains(part), "{part}: {person}");
    }
    let listing = text.lines().nth(1).unwrap();
    for part in
        [r#""id":"ofac:7:listing""#, r#""schema":"Sanction""#, r#""entity":["ofac:7"]"#, r#""program":["SDN List"]"#]
    {
        assert!(listing.contains(part), "{part}: {listing}");
    }
    let count = |kind: &str| lost.iter().find(|(known, _)| known == kind).map_or(0, |(_, count)| *count);
    assert_eq!((count("issuers of identifiers"), count("vague dates as the plain days in them")), (1, 1));
    assert!(count("citations") > 3 && count("sources and paragraphs") == 2, "{lost:?}");
    // It is read again, as FollowTheMoney's.
    let again = Database::in_memory();
    import_into(&again, ListFormat::Ftm, Some("2021-07-07"), &[("again.json", &text)]).unwrap();
    super::check(
        &again,
        "MATCH (p:Person)-[:LISTED_ON]->(l:List) RETURN p.id, p.birth_dates, l.name",
        &["ofac:7 | [1953] | SDN List"],
    );
}

#[test]
fn published_entities_come_back_as_they_were() {
    // What stands within the line of another entity is of the day of that one, if no edition is said.
    for (file, edition) in [
        ("us_lists.ftm.json.gz", None),
        ("donations.ftm.json.gz", None),
        ("us_lists.targets.nested.json.gz", Some("2026-07-09")),
    ] {
        let Some(path) = published(&format!("ftm/{file}")) else { return };
        let db = Database::in_memory();
        let import = ListImport::new().list(ListFormat::Ftm, ImportFile::all_in(&path).unwrap());
        load(&db, with_edition(import, edition)).unwrap();
        check_again(&db, edition);
        eprintln!("{file}: {:?}", written(&db).1);
    }
}
