//! `FollowTheMoney`: entities, nested entities and statements.

use averment::Database;
use averment::import::{ImportFile, ImportReport};
use averment::sanctions::{self, ListFormat, ListImport};

use super::{ask, check, check_all_is_cited, check_changes_nothing, count, import_into, load};

fn lines(lines: &[&str]) -> String {
    lines.iter().map(|line| (*line).to_owned() + "\n").collect()
}

fn imported(text: &str) -> (Database, ImportReport) {
    let db = Database::in_memory();
    let report = import_into(&db, ListFormat::Ftm, None, &[("sample.ftm.json", text)]).unwrap();
    check_all_is_cited(&db);
    check_changes_nothing(&db, || import_into(&db, ListFormat::Ftm, None, &[("sample.ftm.json", text)]).unwrap());
    (db, report)
}

fn noted(report: &ImportReport) -> Vec<(&str, u64)> {
    report.notices.iter().map(|(kind, count)| (*kind, *count)).collect()
}

#[test]
fn schemata_become_labels_and_values_lists() {
    let (db, report) = imported(&lines(&[
        r#"{"id": "p/1.x", "schema": "Person", "properties": {"name": ["Jane Doe", "JANE DOE", "Джейн"], "birthDate": ["1953-08", "1001-01-01"], "weakAlias": ["JD"], "nationality": ["kp"], "innCode": ["77"], "taxNumber": ["77"], "topics": ["sanction", "made.up"]}, "caption": "JANE DOE", "datasets": ["a", "b"], "referents": ["old-1", "p/1.x"], "target": true, "last_change": "2025-12-19T10:00:00"}"#,
        r#"{"id": "c1", "schema": "Company", "properties": {"name": ["Acme"], "jurisdiction": ["us"], "incorporationDate": ["soon"]}}"#,
        r#"{"id": "b1", "schema": "PublicBody", "properties": {"name": ["Bureau"], "madeUp": ["x"]}, "extra": 1}"#,
        r#"{"id": "z1", "schema": "Zeppelin", "properties": {"name": ["Z"]}}"#,
        r#"{"id": "z2", "schema": "Source", "properties": {"name": ["Z"]}}"#,
    ]));
    let expected = [
        "b1 | ['Actor', 'Agency', 'Entity', 'Organisation', 'PublicBody'] | PublicBody",
        "c1 | ['Actor', 'Company', 'Entity', 'Organisation'] | Company",
        "p/1.x | ['Actor', 'Entity', 'Person'] | Person",
        "z1 | ['Entity', 'Zeppelin'] | Zeppelin",
        "z2 | ['Entity'] | Source",
    ];
    check(&db, "MATCH (n:Entity) RETURN n.id, labels(n), n.schema ORDER BY n.id", &expected);
    let person =
        "MATCH (p:Person) RETURN p.name, p.aliases, p.birth_dates, p.nationalities, p.topics, p.target, p.last_change";
    check(
        &db,
        person,
        &[
            "JANE DOE | ['Jane Doe', 'Джейн'] | [1953-08, 1001-01-01] | ['North Korea'] | ['sanction', 'made.up'] | true | 2025-12-19",
        ],
    );
    check(
        &db,
        "MATCH (:Person)-[:HAS_IDENTIFIER]->(i) RETURN i.type, i.number ORDER BY i.type",
        &["inn | 77", "tax | 77"],
    );
    check(&db, "MATCH (:FormerId {id: 'old-1'})-[:NOW]->(n) RETURN n.id", &["p/1.x"]);
    check(&db, "MATCH (c:Company) RETURN c.incorporation_date_text", &["['soon']"]);
    let expected = [("date of no known form", 1), ("unknown field", 1), ("unknown property", 1), ("unknown schema", 2)];
    assert_eq!(noted(&report), expected);
    // A file without any date is known since it was recorded, an entity with one since it was last changed.
    check(&db, "MATCH (p:Person) KNOWN AT date('2025-12-19') RETURN p.id", &["p/1.x"]);
}

#[test]
fn edges_become_relationships_between_all_their_ends() {
    let (db, report) = imported(&lines(&[
        r#"{"id": "o1", "schema": "Ownership", "properties": {"owner": ["a", "b"], "asset": ["c"], "percentage": ["more than 25%"], "startDate": ["2019"], "endDate": ["2021-03"]}}"#,
        r#"{"id": "o2", "schema": "Ownership", "properties": {"owner": ["a"], "asset": ["c"], "percentage": ["75-100"]}}"#,
        r#"{"id": "o3", "schema": "Ownership", "properties": {"owner": ["a"], "asset": ["c"], "percentage": ["a lot"]}}"#,
        r#"{"id": "o4", "schema": "Ownership", "properties": {"owner": ["a"], "percentage": ["10"]}}"#,
        r#"{"id": "u1", "schema": "UnknownLink", "properties": {"subject": ["a"], "object": ["b"], "role": ["cousin"]}}"#,
        r#"{"id": "a", "schema": "Person", "properties": {"name": ["A"], "addressEntity": ["nowhere"]}}"#,
        r#"{"id": "b", "schema": "LegalEntity", "properties": {"name": ["B"], "parent": ["c"]}}"#,
        r#"{"id": "c", "schema": "Company", "properties": {"name": ["C"]}}"#,
    ]));
    let expected = [
        "a | o1 | more than 25% | 25.0 | true | 100.0 | 2019 | 2021-03",
        "a | o2 | 75-100 | 75.0 | null | 100.0 | null | null",
        "a | o3 | a lot | null | null | null | null | null",
        "b | o1 | more than 25% | 25.0 | true | 100.0 | 2019 | 2021-03",
    ];
    let owns = "MATCH (a)-[o:OWNS]->(:Company {id: 'c'}) RETURN a.id, o.id, o.percentage, o.share_min, o.share_min_open, o.share_max, o.valid_from, o.valid_to ORDER BY a.id, o.id";
    check(&db, owns, &expected);
    check(&db, "MATCH (a)-[l:LINKED_TO]->(b) RETURN a.id, b.id, l.role", &["a | b | ['cousin']"]);
    check(&db, "MATCH (b)-[:HAS_PARENT]->(c) RETURN b.id, c.name", &["b | C"]);
    check(&db, "MATCH (o:Entity:Ownership)-[:HAS_OWNER]->(a) RETURN o.id, a.id", &["o4 | a"]);
    check(&db, "MATCH (n:Unresolved)<-[:HAS_ADDRESS]-(a) RETURN n.id, a.id", &["nowhere | a"]);
    assert_eq!(
        noted(&report),
        [("relationship without ends, or with too many", 1), ("share of no known form", 1), ("unresolved id", 1)]
    );
    // Once it comes, it is no placeholder any more.
    let address = r#"{"id": "nowhere", "schema": "Address", "properties": {"full": ["1 Road"], "country": ["cn"]}}"#;
    import_into(&db, ListFormat::Ftm, None, &[("more.json", address)]).unwrap();
    check(
        &db,
        "MATCH (a)-[:HAS_ADDRESS]->(n:Address) RETURN a.id, n.full, labels(n)",
        &["a | 1 Road | ['Address', 'Entity']"],
    );
}

const SANCTION: &str = r#"{"id": "s1", "schema": "Sanction", "properties": {"entity": ["c"], "authority": ["Bureau of Industry and Security"], "program": ["Entity List", "CMIC-EO13959"], "listingDate": ["2019-10-09"], "modifiedAt": ["2020-07-22"], "recordId": ["84 FR 54004"]}, "last_seen": "2026-07-09T00:00:00"}"#;

#[test]
fn sanctions_become_listings() {
    let company =
        r#"{"id": "c", "schema": "Company", "properties": {"name": ["C"]}, "last_seen": "2026-07-09T00:00:00"}"#;
    let (db, _) = imported(&lines(&[SANCTION, company]));
    let listing = "MATCH (a:Agency)-[:TOOK]->(x:Action:Listing:Sanction)-[:TARGETS]->(c:Company)-[l:LISTED_ON]->(:List {name: 'Entity List'})<-[:ADDS_TO]-(x)
                   RETURN a.name, c.name, x.published, x.revised, x.citation, l.valid_from";
    check(&db, "MATCH (:Listing)-[:ADDS_TO]->(l:List) RETURN l.name ORDER BY l.name", &["Entity List", "NS-CMIC list"]);
    check(&db, listing, &["US Department of Commerce | C | 2019-10-09 | [2020-07-22] | 84 FR 54004 | 2019-10-09"]);
    let on = |day: &str| {
        count(
            &db,
            &format!(
                "MATCH (:Company)-[:LISTED_ON]->(:List {{name: 'Entity List'}}) VALID AT date('{day}') RETURN count(*)"
            ),
        )
    };
    assert_eq!((on("2019-10-08"), on("2019-10-09")), (0, 1));
}

#[test]
fn nested_entities_are_those_of_the_plain_form() {
    let nested = format!(
        r#"{{"id": "c", "schema": "Company", "properties": {{"name": ["C"], "sanctions": [{SANCTION}], "ownershipAsset": [{{"id": "o1", "schema": "Ownership", "properties": {{"asset": ["c"], "owner": [{{"id": "a", "schema": "Person", "properties": {{"name": ["A"]}}}}]}}}}], "addressEntity": [{{"id": "x", "schema": "Address", "properties": {{"full": ["1 Road"]}}}}]}}, "last_seen": "2026-07-09T00:00:00"}}"#
    );
    // The same entity again, in the line of another one.
    let other =
        format!(r#"{{"id": "d", "schema": "Company", "properties": {{"name": ["D"], "sanctions": [{SANCTION}]}}}}"#);
    let (db, report) = imported(&lines(&[&nested, &other]));
    assert!(report.notices.is_empty(), "{report:?}");
    check(
        &db,
        "MATCH (a:Person)-[:OWNS]->(c)-[:HAS_ADDRESS]->(x:Address) RETURN a.name, c.name, x.full",
        &["A | C | 1 Road"],
    );
    check(&db, "MATCH (x:Listing)-[:TARGETS]->(c) RETURN x.id, c.id", &["s1 | c"]);
}

#[test]
fn lines_that_are_no_entities_are_told() {
    let text = lines(&[
        "{\"id\": \"a\"",
        "[]",
        r#"{"id": "a", "properties": {}}"#,
        r#"{"id": "a", "schema": "Person"}"#,
        r#"{"id": "b", "schema": "Person", "properties": {"name": "B"}}"#,
    ]);
    let error = import_into(&Database::in_memory(), ListFormat::Ftm, None, &[("a.json", &text)]).unwrap_err();
    assert!(error.to_string().starts_with("a.json, line 1: this is no JSON: "), "{error}");
    let db = Database::in_memory();
    let import = ListImport::new().list(ListFormat::Ftm, [ImportFile::of_bytes("a.json", &text)]).skip_bad_rows();
    let report = load(&db, import).unwrap();
    assert_eq!((report.skipped_rows(), report.files[0].rows), (4, 5));
    check(&db, "MATCH (n:Person) RETURN n.name", &["B"]);
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(import_into(&Database::in_memory(), ListFormat::Ftm, None, &[("a.json", &deep)]).is_err());
}

const HEAD: &str = "canonical_id,entity_id,prop,prop_type,schema,value,dataset,origin,lang,original_value,external,first_seen,last_seen,id\n";

/// Canonical id, entity id, property, schema, value, data set, day, statement.
fn statement(fields: [&str; 8]) -> String {
    let [canonical, entity, property, schema, value, dataset, day, id] = fields;
    format!(
        "\"{canonical}\",\"{entity}\",\"{property}\",\"\",\"{schema}\",\"{value}\",\"{dataset}\",\"\",\"\",\"\",\"f\",\"{day}T00:00:00\",\"2026-07-09T00:00:00\",\"{id}\"\n"
    )
}

fn statements() -> Vec<String> {
    [
        ["NK-1", "one-7", "id", "LegalEntity", "one-7", "one", "2025-01-01", "h1"],
        ["NK-1", "one-7", "name", "LegalEntity", "Acme", "one", "2025-01-01", "h2"],
        ["NK-1", "one-7", "country", "LegalEntity", "cn", "one", "2025-06-01", "h3"],
        ["NK-1", "two-8", "name", "Company", "Acme \"\"Ltd\"\"", "two", "2026-01-01", "h4"],
        ["p1", "p1", "name", "Person", "Jane", "two", "2026-01-01", "h5"],
        ["own1", "own1", "owner", "Ownership", "p1", "two", "2026-01-01", "h6"],
        ["own1", "own1", "asset", "Ownership", "two-8", "two", "2026-01-01", "h7"],
        ["own1", "own1", "percentage", "Ownership", "49", "two", "2026-02-01", "h8"],
        ["only", "only", "id", "Vessel", "x", "one", "2025-01-01", "h9"],
    ]
    .map(statement)
    .to_vec()
}

fn check_statements(db: &Database) {
    check_all_is_cited(db);
    let who =
        "MATCH (o:Person)-[r:OWNS]->(c:Company) RETURN o.name, c.id, c.name, c.aliases, r.percentage, r.share_max";
    check(db, who, &["Jane | NK-1 | Acme | ['Acme \"Ltd\"'] | 49 | 49.0"]);
    assert_eq!(
        count(db, "MATCH ()-[s:SUPPORTS]->() RETURN count(DISTINCT s.statement)")
            + count(db, "MATCH ()-[s:SUPPORTS]->[()-[:OWNS]->()] RETURN count(DISTINCT s.statement)"),
        9
    );
    let names = "MATCH (p:Paragraph)-[s:SUPPORTS {prop: 'name'}]->(:Company) RETURN s.statement, s.value, s.dataset, s.first_seen, s.last_seen, s.entity_id, p.id ORDER BY s.statement";
    let expected = [
        "h2 | Acme | one | 2025-01-01 | 2026-07-09 | one-7 | one@2025-01-01#h1",
        "h4 | Acme \"Ltd\" | two | 2026-01-01 | 2026-07-09 | two-8 | two@2026-01-01#h4",
    ];
    check(db, names, &expected);
    check(db, "MATCH (:FormerId {id: 'two-8'})-[:NOW]->(n) RETURN n.id", &["NK-1"]);
    check(db, "MATCH (v:Vessel) RETURN v.id", &["only"]);
    let known =
        |day: &str| ask(db, &format!("MATCH (c:Company)-[:BASED_IN]->(s) KNOWN AT date('{day}') RETURN s.name"));
    assert_eq!((known("2025-05-31").len(), known("2025-06-01").len()), (0, 1));
}

#[test]
fn statements_are_citations() {
    let db = Database::in_memory();
    let text = HEAD.to_owned() + &statements().concat();
    let report = import_into(&db, ListFormat::FtmStatements, None, &[("statements.csv", &text)]).unwrap();
    assert!(report.notices.is_empty(), "{report:?}");
    check_statements(&db);
    check_changes_nothing(&db, || {
        import_into(&db, ListFormat::FtmStatements, None, &[("statements.csv", &text)]).unwrap()
    });
    // A later export sees the same again: a citation for each statement, still.
    let later = text.replace("2026-07-09T", "2026-08-01T");
    import_into(&db, ListFormat::FtmStatements, None, &[("statements.csv", &later)]).unwrap();
    check(
        &db,
        "MATCH ()-[s:SUPPORTS {statement: 'h2'}]->(c) RETURN s.last_seen, c.last_seen",
        &["2026-08-01 | 2026-08-01"],
    );
}

#[test]
fn statements_need_not_stand_together() {
    let db = Database::in_memory();
    let mut lines = statements();
    let last = lines.remove(3);
    let text = HEAD.to_owned() + &lines.concat() + &last;
    import_into(&db, ListFormat::FtmStatements, None, &[("statements.csv", &text)]).unwrap();
    check_statements(&db);
}

#[test]
fn columns_are_found_by_their_names_and_oddities_are_told() {
    let text = "value,prop,entity_id,dataset,external\nJane,Person:name,p1,one,false\nX,Company:name,p1,two,false\nY,Person:alias,p1,one,true\nZ,name,p2,one,f\n";
    let db = Database::in_memory();
    let import =
        ListImport::new().list(ListFormat::FtmStatements, [ImportFile::of_bytes("pack.csv", text)]).skip_bad_rows();
    let report = load(&db, import).unwrap();
    assert_eq!(noted(&report), [("external statement, left out", 1), ("schemata that do not fit", 1)]);
    assert_eq!(report.first_skipped[0].to_string(), "pack.csv, line 5: the schema is missing");
    check(&db, "MATCH (n:Entity) RETURN n.id, n.name, n.aliases, n.schema", &["p1 | Jane | ['X'] | LegalEntity"]);
    let error =
        import_into(&Database::in_memory(), ListFormat::FtmStatements, None, &[("a.csv", "a,b\n")]).unwrap_err();
    assert_eq!(error.to_string(), "a.csv: statements have the columns entity_id, prop and value at least");
}

/// A sanction of each of these companies.
fn sanctioned(ids: &[&str], op: &str) -> String {
    let line = |entity: String| if op.is_empty() { entity } else { format!(r#"{{"op": "{op}", "entity": {entity}}}"#) };
    let of = |id: &&str| {
        let company = format!(r#"{{"id": "{id}", "schema": "Company", "properties": {{"name": ["{id} Ltd"]}}}}"#);
        let sanction = format!(
            r#"{{"id": "{id}-s", "schema": "Sanction", "properties": {{"entity": ["{id}"], "program": ["Entity List"]}}}}"#
        );
        line(company) + "\n" + &line(sanction) + "\n"
    };
    ids.iter().map(of).collect()
}

fn listed(db: &Database) -> Vec<String> {
    ask(db, "MATCH (a)-[l:LISTED_ON]->() RETURN a.id, l.valid_from, l.valid_to, l.absent_from ORDER BY a.id, l.spell")
}

#[test]
fn two_exports_are_two_editions() {
    for order in [[0, 1], [1, 0]] {
        let db = Database::in_memory();
        let editions = [("entities-2025-01-01.ftm.json", ["a", "b"]), ("entities-2025-02-01.ftm.json", ["b", "c"])];
        for (name, ids) in order.map(|index| editions[index]) {
            import_into(&db, ListFormat::Ftm, None, &[(name, &sanctioned(&ids, ""))]).unwrap();
        }
        let expected = [
            "a | [..2025-01-01] | [2025-01-02..2025-02-01] | ftm:entities-2025-02-01@2025-02-01",
            "b | [..2025-01-01] | null | null",
            "c | [2025-01-02..2025-02-01] | null | null",
        ];
        assert_eq!(listed(&db), expected);
        check_all_is_cited(&db);
        let diff = averment::sanctions::diff(&db.read(), "ftm:entities", None, None).unwrap();
        let ids = |entries: &[averment::sanctions::ListEntry]| {
            entries.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            (ids(&diff.added), ids(&diff.removed)),
            (vec!["c".into(), "c-s".into()], vec!["a".into(), "a-s".into()])
        );
    }
}

#[test]
fn a_delta_adds_and_takes_off() {
    let db = Database::in_memory();
    import_into(&db, ListFormat::Ftm, Some("2025-01-01"), &[("entities.ftm.json", &sanctioned(&["a", "b"], ""))])
        .unwrap();
    let deleted = "{\"op\": \"DEL\", \"entity\": {\"id\": \"a-s\"}}\n";
    let delta = sanctioned(&["c"], "ADD") + &sanctioned(&["b"], "MOD") + deleted;
    let name = "20250201063000-abc/entities.delta.json";
    let import = || import_into(&db, ListFormat::FtmDelta, None, &[(name, &delta)]).unwrap();
    let report = import();
    let changes = &report.editions[0].changes[0];
    assert_eq!((changes.added, changes.changed, changes.removed), (Some(2), 2, Some(1)));
    assert_eq!(report.editions[0].part_because.as_deref(), Some("it has only what has changed"));
    let expected = [
        "a | [..2025-01-01] | [2025-01-02..2025-02-01] | ftm:entities@2025-02-01",
        "b | [..2025-01-01] | null | null",
        "c | [2025-01-02..2025-02-01] | null | null",
    ];
    assert_eq!(listed(&db), expected);
    check(
        &db,
        "MATCH (p:Paragraph)-[:SUPPORTS]->(d:Delisting) RETURN p.id, p.absent, p.n, p.raw",
        &["ftm:entities@2025-02-01#delta:5 | a-s | 5 | {\"op\": \"DEL\", \"entity\": {\"id\": \"a-s\"}}"],
    );
    check_all_is_cited(&db);
    check_changes_nothing(&db, import);
    let fails = |line: &str| {
        import_into(&db, ListFormat::FtmDelta, Some("2025-03"), &[("d.json", line)]).unwrap_err().to_string()
    };
    assert_eq!(
        fails(r#"{"op": "NEW", "entity": {"id": "a"}}"#),
        "d.json, line 1: `NEW` is none of `ADD`, `MOD` and `DEL`"
    );
    assert_eq!(fails(r#"{"op": "DEL", "entity": {}}"#), "d.json, line 1: the id of the entity is missing");
    assert_eq!(fails(r#"{"op": "DEL"}"#), "d.json, line 1: a change has `op` and `entity`");
}

#[test]
fn the_flat_export_is_names_and_numbers() {
    let text = "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,last_seen,last_change\n\
                p1,Person,\"Doe; Jane\",J. Doe;Джейн,1953-08,cn;ru,\"1 Road\",A1;B2,Some list,,,one;two,2024-01-01T00:00:00,2025-01-01T00:00:00,2024-02-01T00:00:00\n";
    let db = Database::in_memory();
    let import = |db: &Database| {
        import_into(db, ListFormat::FtmSimple, Some("2025-01-01"), &[("targets.simple.csv", text)]).unwrap()
    };
    let report = import(&db);
    assert_eq!(noted(&report), [("field of the flat export that is left out", 2)]);
    check(
        &db,
        "MATCH (p:Person) RETURN p.id, p.name, p.aliases, p.birth_dates, p.countries, p.datasets, p.first_seen, p.last_seen",
        &[
            "p1 | Doe; Jane | ['J. Doe', 'Джейн'] | [1953-08] | ['China', 'Russia'] | ['one', 'two'] | 2024-01-01 | 2025-01-01",
        ],
    );
    check(
        &db,
        "MATCH (:Person)-[:HAS_IDENTIFIER]->(i) RETURN i.type, i.number ORDER BY i.number",
        &["id | A1", "id | B2"],
    );
    check_all_is_cited(&db);
    check_changes_nothing(&db, || import(&db));
}

/// Statements of the same as lines of JSON, and as a pack that does not name its columns.
#[test]
fn statements_come_in_three_forms() {
    let text = HEAD.to_owned() + &statements().concat();
    let expected = Database::in_memory();
    import_into(&expected, ListFormat::FtmStatements, None, &[("statements.csv", &text)]).unwrap();
    let json = statements().iter().map(|line| json_of(line)).collect::<String>();
    let db = Database::in_memory();
    import_into(&db, ListFormat::FtmStatements, None, &[("statements.json", &json)]).unwrap();
    check_statements(&db);
    let all = "MATCH (n) WHERE NOT n:Paragraph AND NOT n:Source RETURN labels(n), properties(n) ORDER BY n.id";
    assert_eq!(ask(&db, all), ask(&expected, all));
    let pack = "p1,Person:name,\"Doe, Jane\",one,,,,f,2025-01-01T00:00:00,2025-02-01T00:00:00\np1,Person:country,cn,one,,China,,f,2025-01-01T00:00:00,2025-02-01T00:00:00\n";
    let db = Database::in_memory();
    let report = import_into(&db, ListFormat::FtmStatements, None, &[("pack.csv", pack)]).unwrap();
    assert_eq!(report.files[0].rows, 2);
    check(&db, "MATCH (p:Person) RETURN p.name, p.countries", &["Doe, Jane | ['China']"]);
    let bad = import_into(&db, ListFormat::FtmStatements, None, &[("s.json", "{\"entity_id\": 1}\n{]")]).unwrap_err();
    assert_eq!(bad.to_string(), "s.json, line 1: the prop is missing");
}

fn json_of(line: &str) -> String {
    let fields: Vec<String> =
        line.trim_end().trim_matches('"').split("\",\"").map(|field| field.replace("\"\"", "\\\"")).collect();
    let names: Vec<&str> = HEAD.trim_end().split(',').collect();
    let members = names.iter().zip(&fields).map(|(name, field)| match (*name, field.as_str()) {
        ("external", field) => format!("\"external\": {}", field == "t"),
        (name, "") => format!("\"{name}\": null"),
        (name, field) => format!("\"{name}\": \"{field}\""),
    });
    format!("{{{}}}\n", members.collect::<Vec<_>>().join(", "))
}

#[test]
fn what_a_later_export_of_statements_has_not_seen_is_off_the_list() {
    let statement = |entity: &str, property: &str, value: &str, last_seen: &str| {
        let schema = if entity.ends_with("-s") { "Sanction" } else { "Company" };
        format!("{entity},{schema}:{property},{value},one,f,2025-01-01,{last_seen},{entity}.{property}\n")
    };
    let of = |id: &str, last_seen: &str| {
        let sanction = format!("{id}-s");
        statement(id, "name", id, last_seen)
            + &statement(&sanction, "entity", id, last_seen)
            + &statement(&sanction, "program", "Entity List", last_seen)
    };
    let head = "entity_id,prop,value,dataset,external,first_seen,last_seen,id\n";
    let first = head.to_owned() + &of("a", "2025-01-01") + &of("b", "2025-01-01");
    // One keeps its rows, with the last day; of the other there is nothing.
    for left in [of("a", "2025-01-01"), String::new()] {
        let second = head.to_owned() + &left + &of("b", "2025-03-01");
        let db = Database::in_memory();
        import_into(&db, ListFormat::FtmStatements, None, &[("pack.csv", &first)]).unwrap();
        assert_eq!(listed(&db), ["a | [..2025-01-01] | null | null", "b | [..2025-01-01] | null | null"]);
        let report = import_into(&db, ListFormat::FtmStatements, None, &[("pack.csv", &second)]).unwrap();
        let expected =
            ["a | [..2025-01-01] | [2025-01-02..2025-03-01] | one@2025-03-01", "b | [..2025-01-01] | null | null"];
        assert_eq!(listed(&db), expected);
        let changes = &report.editions[0].changes[0];
        assert_eq!((changes.added, changes.changed, changes.removed), (Some(0), 0, Some(2)));
        check_all_is_cited(&db);
        check_changes_nothing(&db, || {
            import_into(&db, ListFormat::FtmStatements, None, &[("pack.csv", &second)]).unwrap()
        });
    }
}

/// The last of two members was taken in silence, and a number that is too large became another one.
#[test]
fn what_json_would_pass_over_is_refused() {
    for (line, fault) in [
        (r#"{"id": "a", "id": "b", "schema": "Person", "properties": {}}"#, "the member `id` is there twice"),
        (
            r#"{"id": "a", "schema": "Person", "properties": {"height": [18446744073709551616]}}"#,
            "18446744073709551616 does not fit",
        ),
    ] {
        let error = import_into(&Database::in_memory(), ListFormat::Ftm, None, &[("a.json", line)]).unwrap_err();
        assert!(error.to_string().starts_with("a.json, line 1: ") && error.to_string().contains(fault), "{error}");
    }
}

/// A property that nobody knows became what editions are held against.
#[test]
fn unknown_properties_take_no_place_of_ours() {
    let line = r#"{"id": "a", "schema": "Person", "properties": {"name": ["A"], "lastSeen": ["never"], "schema": ["B"], "valid_from": ["2020"]}, "last_seen": "2025-01-02"}"#;
    let (db, _) = imported(line);
    check(
        &db,
        "MATCH (n:Entity) RETURN n.schema, n.last_seen, n.other_last_seen, n.other_schema, n.valid_from",
        &["Person | 2025-01-02 | ['never'] | ['B'] | null"],
    );
}

#[test]
fn what_is_said_in_no_known_form_is_told() {
    let line = r#"{"id": "a", "schema": "Person", "properties": {}, "target": "yes", "datasets": "x", "referents": ["b", 3], "last_seen": "never", "first_seen": null}"#;
    let (_, report) = imported(line);
    assert_eq!(noted(&report), [("field of no known form", 4)]);
    let head = "entity_id,prop,schema,value,first_seen,last_seen";
    let text = format!("{head}\na,name,Person,A,2020-13-41,never\na,alias,Person,B,,2020-01-01\n");
    let report = import_into(&Database::in_memory(), ListFormat::FtmStatements, None, &[("s.csv", &text)]).unwrap();
    assert_eq!(noted(&report), [("date of no known form", 2)]);
    let text = format!("{head},value\na,name,Person,A,,,B\n");
    let error = import_into(&Database::in_memory(), ListFormat::FtmStatements, None, &[("s.csv", &text)]).unwrap_err();
    assert!(error.to_string().contains("the column `value` is there twice"), "{error}");
}

/// An entity behind the mark was imported, and missing wherever editions are compared.
#[test]
fn a_byte_order_mark_hides_no_entity() {
    let entity = r#"{"id": "a", "schema": "Person", "properties": {"name": ["A"]}}"#;
    let files = |text: String| [ImportFile::of_bytes("entities.json", text)];
    let (marked, plain) = (files(format!("\u{feff}{entity}\n")), files(format!("{entity}\n")));
    let diff = sanctions::diff_files(ListFormat::Ftm, &marked, &plain).unwrap();
    assert_eq!((diff.added.len(), diff.changed.len(), diff.removed.len()), (0, 0, 0));
    let diff = sanctions::diff_files(ListFormat::Ftm, &files(String::new()), &marked).unwrap();
    assert_eq!(diff.added.len(), 1);
}

/// Of two shares the last one was right, and nobody was told.
#[test]
fn lines_of_one_entity_are_one_line() {
    let told = |text: &str| {
        let (db, report) = imported(text);
        let owns = "MATCH (a)-[o:OWNS]->(c) RETURN a.id, o.share_min, o.share_max, o.percentage, o.valid_from";
        let nodes = "MATCH (n:Entity) RETURN n.id, labels(n), n.name, n.aliases, n.full ORDER BY n.id";
        (ask(&db, owns), ask(&db, nodes), noted(&report).len())
    };
    let one = told(&lines(&[
        r#"{"id": "p", "schema": "Person", "properties": {"name": ["P"]}}"#,
        r#"{"id": "c", "schema": "Company", "properties": {"name": ["C", "C Ltd"]}}"#,
        r#"{"id": "x", "schema": "Address", "properties": {"full": ["1 Road", "2 Road"]}}"#,
        r#"{"id": "o", "schema": "Ownership", "properties": {"owner": ["p"], "asset": ["c"], "percentage": ["60", "10"], "startDate": ["2010", "2012"]}}"#,
    ]));
    assert_eq!(one.0, ["p | 10.0 | 60.0 | ['60', '10'] | [2010,2012]"]);
    let several = told(&lines(&[
        r#"{"id": "o", "schema": "Ownership", "properties": {"owner": ["p"], "asset": ["c"], "percentage": ["60"], "startDate": ["2010"]}}"#,
        r#"{"id": "x", "schema": "Address", "properties": {"full": ["1 Road"]}}"#,
        r#"{"id": "p", "schema": "Person", "properties": {"name": ["P"]}}"#,
        // What is an asset and somebody is a company.
        r#"{"id": "c", "schema": "LegalEntity", "properties": {"name": ["C"], "ownershipAsset": [{"id": "o", "schema": "Ownership", "properties": {"owner": ["p"], "asset": ["c"], "percentage": ["10"], "startDate": ["2012"]}}]}}"#,
        r#"{"id": "c", "schema": "Asset", "properties": {"name": ["C Ltd"]}}"#,
        r#"{"id": "x", "schema": "Address", "properties": {"full": ["2 Road"]}}"#,
    ]));
    assert_eq!(several, one);
}

#[test]
fn schemata_that_nothing_can_be_both_of_are_told() {
    let (db, report) = imported(&lines(&[
        r#"{"id": "d", "schema": "Person", "properties": {"name": ["D"]}}"#,
        r#"{"id": "d", "schema": "Company", "properties": {"name": ["D Ltd"]}}"#,
    ]));
    assert_eq!(noted(&report), [("schemata that do not fit", 1)]);
    let expected = ["['Actor', 'Company', 'Entity', 'Organisation', 'Person'] | D | ['D Ltd']"];
    check(&db, "MATCH (n:Entity) RETURN labels(n), n.name, n.aliases", &expected);
    let printed = "MATCH (p)-[s:SUPPORTS]->(:Entity) RETURN p.n, s.printed ORDER BY p.n";
    check(&db, printed, &["1 | D", "2 | D Ltd"]);
}

#[test]
fn a_later_edition_takes_the_place_of_the_lines_of_one_before() {
    let line = |share: &str| {
        format!(
            r#"{{"id": "o", "schema": "Ownership", "properties": {{"owner": ["p"], "asset": ["c"], "percentage": ["{share}"]}}}}"#
        )
    };
    let editions = [("a-2023-01-01.json", line("60") + "\n" + &line("10")), ("a-2024-01-01.json", line("30"))];
    for order in [[0, 1], [1, 0]] {
        let db = Database::in_memory();
        for (name, text) in order.map(|index| &editions[index]) {
            import_into(&db, ListFormat::Ftm, None, &[(name, text)]).unwrap();
        }
        check(&db, "MATCH ()-[o:OWNS]->() RETURN o.share_min, o.share_max", &["30.0 | 30.0"]);
    }
}

#[test]
fn statements_of_one_share_are_united_whichever_source_they_are_of() {
    let mut lines = statements();
    lines.push(statement(["own1", "own1", "percentage", "Ownership", "10", "one", "2026-03-01", "h10"]));
    let db = Database::in_memory();
    let text = HEAD.to_owned() + &lines.concat();
    import_into(&db, ListFormat::FtmStatements, None, &[("statements.csv", &text)]).unwrap();
    check(&db, "MATCH ()-[o:OWNS]->() RETURN o.share_min, o.share_max, o.percentage", &["10.0 | 49.0 | ['49', '10']"]);
}
