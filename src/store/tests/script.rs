//! Graphs written out as statements.

use std::collections::BTreeMap;

use super::dump::worked;
use super::set;
use crate::database::Database;
use crate::format::write_script;
use crate::value::{Element, ElementId, Value};
use crate::{fixtures, params};

fn script_of(db: &Database) -> String {
    let mut script = Vec::new();
    write_script(&db.read(), &mut script).unwrap();
    String::from_utf8(script).unwrap()
}

/// All of a graph, with places in the order of ids in place of ids, and its indexes and constraints.
fn graph_of(db: &Database) -> Vec<String> {
    let read = db.read();
    let mut places: BTreeMap<ElementId, usize> = BTreeMap::new();
    let mut lines: Vec<String> = Vec::new();
    for element in read.elements() {
        let (element, _) = element.unwrap();
        let ends = match &element {
            Element::Node(_) => None,
            Element::Relationship(rel) => {
                Some([rel.start(), rel.end()].map(|end| places[&end.expect("an end that was told before")]))
            }
        };
        places.insert(element.id(), lines.len());
        let properties = match &element {
            Element::Node(node) => node.properties(),
            Element::Relationship(rel) => rel.properties(),
        };
        lines.push(format!("{ends:?} {} {properties:?}", Value::from(element.clone())));
    }
    for list in
        ["SHOW INDEXES YIELD name, entity, on, properties", "SHOW CONSTRAINTS YIELD name, kind, entity, on, properties"]
    {
        lines.extend(db.query(list, ()).unwrap().map(|row| format!("{:?}", row.unwrap().into_values())));
    }
    lines
}

#[track_caller]
fn check(db: &Database) {
    let script = script_of(db);
    let again = Database::from_script(&script).unwrap_or_else(|error| panic!("{error}\n{script}"));
    assert_eq!(graph_of(&again), graph_of(db), "{script}");
}

/// `AVERMENT_SEED` sets another first seed, `AVERMENT_CASES` how many there are.
#[test]
fn a_script_makes_the_same_graph() {
    let (first, count) = (set("AVERMENT_SEED", 1), set("AVERMENT_CASES", 1));
    (first..first + 3 * count).for_each(|seed| check(&worked(seed)));
}

#[test]
fn fixtures_have_a_script() {
    let db = Database::in_memory();
    fixtures::load(&db, "2019-10-entity-list-28").unwrap();
    check(&db);
}

#[test]
fn every_value_and_every_name_has_an_expression() {
    let db = Database::in_memory();
    let controls: String = ('\0'..='\u{9f}').chain(['\u{2028}', '\u{d7ff}', '\u{feff}', '\u{10ffff}']).collect();
    db.query(
        "CREATE (:`_dump` {`_dump`: 1, text: $controls, `select`: true, `odd ``key`: [null, [], [[false]]],
         least: -9223372036854775807 - 1, most: 9223372036854775807, nan: NaN, inf: [Inf, -Inf, -0.0, 5e-324, 1e300, 0.1],
         day: [date('+123456-01-02'), date('-0044-03-15')], edtf: edtf('2021-12~'), set: edtf('[1667,1668, 1670..1672]'),
         time: [localtime('09:08:07.123456789'), localtime('00:00')], zoned: time('23:59:59-18:00'),
         local: localdatetime('2021-12-10T09:08:07.5'), at: datetime('2021-10-31T02:30:00+01:00[Europe/Stockholm]'),
         before: datetime('2021-10-31T02:30:00+02:00[Europe/Stockholm]'), plain: datetime('0001-01-01T00:00:00Z'),
         spans: [duration('P1Y2M3DT4H5M6.000000007S'), duration('P-1M2DT-0.5S'), duration('PT0S')]})
         -[:`MATCH` {at: 1}]->(:MATCH:`a b`)",
        params! { "controls" => controls },
    )
    .unwrap();
    db.query("MATCH ()-[r]->(b) CREATE (b)-[:ABOUT {`_dump_`: 'x'}]->[r]", ()).unwrap();
    db.query("CREATE CONSTRAINT `a b` FOR (n:`a b`) REQUIRE n.x IS UNIQUE", ()).unwrap();
    check(&db);
    assert!(
        script_of(&db)
            .starts_with("// 2 nodes, 2 relationships, as of commit 3: averment run -d DATABASE FILE\n// A script")
    );
}
