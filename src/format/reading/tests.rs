//! Tests of whole graphs that are read again.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::format::{write_csv, write_graphml};
use crate::value::arbitrary::any_scalar;
use crate::{Database, ElementId, Value};

type Properties = Vec<(String, Value)>;

/// Both ends by their numbers, the type, whether it is asserted.
type RelSketch = (usize, usize, String, bool, Properties);

/// A graph to be: each relationship has ends among the elements before it.
#[derive(Clone, Debug)]
struct Sketch {
    nodes: Vec<(Vec<String>, Properties)>,
    rels: Vec<RelSketch>,
    /// One that is there no more.
    gone: usize,
}

fn is_property(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Map(_) | Value::Node(_) | Value::Relationship(_) | Value::Path(_))
}

fn any_text(letters: &'static str, most: usize) -> impl Strategy<Value = String> {
    let letter = prop::sample::select(letters.chars().collect::<Vec<_>>());
    prop::collection::vec(letter, 1..=most).prop_map(String::from_iter)
}

/// With texts and names of these letters, among others.
fn any_sketch(letters: &'static str) -> impl Strategy<Value = Sketch> {
    let some = |texts: &'static [&'static str]| prop::sample::select(texts).prop_map(str::to_owned);
    let text = || prop_oneof![some(&["a;b", "\"[x],\"", ""]), any_text(letters, 5)];
    let name = || prop_oneof![some(&["A", "B", "a:b", "[x;", ""]), any_text(letters, 3)];
    let scalar = prop_oneof![any_scalar().prop_filter("a property", is_property), text().prop_map(Value::from)];
    let list = prop::collection::vec(scalar.clone(), 0..3).prop_map(Value::from);
    let properties = prop::collection::vec((name(), prop_oneof![scalar, list]), 0..4);
    let node = (prop::collection::vec(name(), 0..3), properties.clone());
    let rel = (0_usize..1_000, 0_usize..1_000, name(), any::<bool>(), properties);
    (prop::collection::vec(node, 1..5), prop::collection::vec(rel, 0..7), 0_usize..100)
        .prop_map(|(nodes, rels, gone)| Sketch { nodes, rels, gone })
}

fn drawn(sketch: &Sketch) -> Database {
    let db = Database::in_memory();
    let mut transaction = db.write().unwrap();
    let mut ids: Vec<ElementId> = Vec::new();
    for (number, (labels, properties)) in sketch.nodes.iter().enumerate() {
        if number == sketch.gone {
            transaction.query("CREATE (n:Gone) DELETE n", ()).unwrap();
        }
        ids.push(transaction.create_node(labels, properties.clone()).unwrap());
    }
    transaction.commit().unwrap();
    let mut transaction = db.write().unwrap();
    for (start, end, rel_type, is_asserted, properties) in &sketch.rels {
        let (start, end) = (ids[start % ids.len()], ids[end % ids.len()]);
        ids.push(if *is_asserted {
            transaction.create_relationship(start, rel_type, end, properties.clone()).unwrap()
        } else {
            transaction.create_quoted(start, rel_type, end, properties.clone()).unwrap()
        });
    }
    transaction.commit().unwrap();
    db
}

fn lines(db: &Database) -> String {
    let mut out = Vec::new();
    db.save_jsonl(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The elements with the numbers of their places for ids, and without commits.
fn elements(db: &Database) -> Vec<String> {
    let (read, mut places, mut told) = (db.read(), BTreeMap::new(), Vec::new());
    for (place, found) in read.elements().enumerate() {
        let element = found.unwrap().0;
        places.insert(element.id(), place);
        let mut json = crate::format::value_to_json(&Value::from(element.clone()));
        json["id"] = place.into();
        if let crate::Element::Relationship(rel) = element {
            json["start"] = places[&rel.start().unwrap()].into();
            json["end"] = places[&rel.end().unwrap()].into();
        }
        told.push(json.to_string());
    }
    told
}

fn imported(import: GraphImport) -> Result<(Database, ImportReport), String> {
    let db = Database::in_memory();
    let mut transaction = db.write().unwrap();
    let report = import.load(&mut transaction).map_err(|error| error.to_string())?;
    transaction.commit().unwrap();
    Ok((db, report))
}

fn graphml(text: &str) -> GraphImport {
    GraphImport::new().graph(GraphFormat::GraphMl, [ImportFile::of_bytes("a.graphml", text)])
}

fn tables(db: &Database) -> Vec<ImportFile> {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    write_csv(&db.read(), |file, bytes| {
        files.entry(file.to_owned()).or_default().extend_from_slice(bytes);
        Ok(())
    })
    .unwrap();
    files.into_iter().map(|(name, bytes)| ImportFile::of_bytes(format!("folder/{name}"), bytes)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn tables_and_lines_make_the_same_database(sketch in any_sketch("ab\u{0}\u{1}\n\r\t,;'\" \u{2028}\u{ffff}Ж日")) {
        let db = drawn(&sketch);
        db.run("CREATE NAME INDEX `b``` FOR (n:`a:b`) ON EACH [n.A, n.``]; CREATE INDEX FOR ()-[r:`[x;`]-() ON (r.`a:b`)").unwrap();
        let expected = lines(&db);
        let files = tables(&db);
        let (again, report) = imported(GraphImport::new().graph(GraphFormat::Csv, files)).unwrap();
        prop_assert!(report.notices.is_empty());
        prop_assert_eq!(&lines(&again), &expected);
        let file = ImportFile::of_bytes("a.jsonl", &expected);
        let (again, _) = imported(GraphImport::new().graph(GraphFormat::JsonLines, [file])).unwrap();
        prop_assert_eq!(&lines(&again), &expected);
    }

    #[test]
    fn graphml_makes_the_same_elements(sketch in any_sketch("ab<>&\n\r\t,;:'\" \u{2028}Ж日")) {
        let db = drawn(&sketch);
        let mut out = Vec::new();
        let lost = write_graphml(&db.read(), &mut out).unwrap().lost;
        prop_assert!(lost.keys().eq(["commits", "ids"]), "{:?}", lost);
        let text = String::from_utf8(out).unwrap();
        let (again, report) = imported(graphml(&text)).unwrap_or_else(|error| panic!("{error}\n{text}"));
        prop_assert!(report.notices.is_empty());
        prop_assert_eq!(elements(&again), elements(&db), "{}", text);
    }

    /// Whatever is cut out of a file, or put into it: no panic, and no graph that is half there.
    #[test]
    fn a_damaged_file_is_refused_or_read(sketch in any_sketch("ab<&"), at in 0_usize..10_000, put in "[<>&/\"a\u{0}]{0,3}") {
        let db = drawn(&sketch);
        let mut out = Vec::new();
        write_graphml(&db.read(), &mut out).unwrap();
        let at = at % out.len();
        out.splice(at..(at + 5).min(out.len()), put.bytes());
        let import = || GraphImport::new().graph(GraphFormat::GraphMl, [ImportFile::of_bytes("a.graphml", &out)]);
        let _ = imported(import());
        let _ = imported(import().skip_bad_rows());
    }
}

#[test]
fn a_table_that_is_cut_or_missing_is_a_part_of_the_whole() {
    let db = Database::from_script("CREATE (:A {x: 1}), (:A {x: 2}), (:B)").unwrap();
    let files = tables(&db);
    let without_b: Vec<ImportFile> = files.iter().filter(|file| !file.name().contains('B')).cloned().collect();
    let error = imported(GraphImport::new().graph(GraphFormat::Csv, without_b.clone())).unwrap_err();
    assert!(error.contains("this is a part of the database, which has 3 nodes, and here are 2"), "{error}");
    let (again, _) = imported(GraphImport::new().graph(GraphFormat::Csv, without_b).skip_bad_rows()).unwrap();
    assert_eq!(again.query("MATCH (n) RETURN count(*)", ()).unwrap().single::<i64>().unwrap(), 2);
    // Into a database that has something, it is added with ids of its own.
    let mut transaction = again.write().unwrap();
    GraphImport::new().graph(GraphFormat::Csv, files).load(&mut transaction).unwrap();
    transaction.commit().unwrap();
    assert_eq!(again.query("MATCH (n) RETURN count(*)", ()).unwrap().single::<i64>().unwrap(), 5);
}

#[test]
fn rows_of_tables_that_are_none_are_told() {
    let files = [
        ImportFile::of_bytes("n.csv", ":ID,:LABEL,x:int\n1,A,7\n2,A,seven\n1,A,\n3\n"),
        ImportFile::of_bytes(
            "r.csv",
            ":START_ID,:END_ID,:TYPE,:STATE\n1,1,T,quoted\n1,9,T,asserted\n1,1,T,maybe\n,1,T,\n",
        ),
    ];
    let import = || GraphImport::new().graph(GraphFormat::Csv, files.clone());
    assert_eq!(imported(import()).unwrap_err(), "n.csv, line 3: `x`: `seven` is no int");
    let (db, report) = imported(import().skip_bad_rows()).unwrap();
    let told: Vec<String> = report.first_skipped.iter().map(ToString::to_string).collect();
    let expected = [
        "n.csv, line 3: `x`: `seven` is no int",
        "n.csv, line 4: the id 1 stands for two elements",
        "n.csv, line 5: 1 fields, and 3 columns",
        "r.csv, line 4: `maybe` is neither `asserted` nor `quoted`",
        "r.csv, line 5: the start is missing",
        "r.csv, line 3: no element has the id 9",
    ];
    assert_eq!((told, report.nodes, report.relationships), (expected.map(str::to_owned).to_vec(), 1, 1));
    assert_eq!(elements(&db).len(), 2);
    for (header, fault) in [
        ("", "it is empty"),
        (":ID,name", "`name` is no column of a database that was exported"),
        (":ID,x:itn", "`x:itn` is no column"),
        (":ID,x:int,x:string", "the column `x` is there twice"),
        (":LABEL", "the column `:ID` is missing"),
        (":START_ID,:END_ID", "the column `:TYPE` is missing"),
    ] {
        let file = ImportFile::of_bytes("a.csv", header);
        let error = imported(GraphImport::new().graph(GraphFormat::Csv, [file])).unwrap_err();
        assert!(error.contains(fault), "{header}: {error}");
    }
}

#[test]
fn lines_that_are_none_may_be_passed_over() {
    let text = "{\"id\": 1}\nnonsense\n{\"id\": 1}\n{\"start\": 1, \"end\": 2, \"type\": \"T\"}\n{\"start\": 1, \"end\": 1, \"type\": \"T\"}\n";
    let import = || GraphImport::new().graph(GraphFormat::JsonLines, [ImportFile::of_bytes("a.jsonl", text)]);
    assert!(imported(import()).unwrap_err().starts_with("a.jsonl, line 2: "));
    let (_, report) = imported(import().skip_bad_rows()).unwrap();
    assert_eq!((report.nodes, report.relationships, report.skipped_rows()), (1, 1, 3));
    assert_eq!(report.skipped.keys().copied().collect::<Vec<_>>(), ["duplicate id", "no element", "unknown end"]);
}

/// In the ways in which other programs write it.
#[test]
fn graphs_of_others_are_read() {
    let neo4j = r#"<?xml version="1.0" encoding="UTF-8"?>
        <graphml xmlns="http://graphml.graphdrawing.org/xmlns">
        <key id="name" for="node" attr.name="name" attr.type="string"/>
        <key id="tags" for="node" attr.name="tags" attr.type="string" attr.list="string"/>
        <key id="labels" for="node" attr.name="labels" attr.type="string"/>
        <key id="label" for="edge" attr.name="label" attr.type="string"/>
        <graph id="G" edgedefault="directed">
        <node id="n0" labels=":Person:Actor"><data key="labels">:Person:Actor</data><data key="name">A &amp; B &#x416;<![CDATA[<x>]]></data><data key="tags">["a","b"]</data></node>
        <edge id="e0" source="n0" target="n1" label="KNOWS"><data key="label">KNOWS</data></edge>
        <node id="n1"/></graph></graphml>"#;
    let networkx = r#"<graphml><key id="d1" for="edge" attr.name="weight" attr.type="double"/>
        <key id="d0" for="node" attr.name="is_old" attr.type="boolean"><default>false</default></key>
        <graph edgedefault="undirected"><node id="Alice"><data key="d0">True</data></node><node id="Bob"/>
        <edge source="Alice" target="Bob" id="0"><data key="d1">0.5</data></edge>
        <edge source="Bob" target="Alice" id="0"/></graph></graphml>"#;
    let yed = r#"<graphml xmlns:y="http://www.yworks.com/xml/graphml">
        <key for="node" id="d6" yfiles.type="nodegraphics"/><key for="port" id="d1" yfiles.type="portgraphics"/>
        <graph id="G"><node id="n0"><data key="d6"><y:ShapeNode><y:Geometry/><y:NodeLabel>Shown
        <y:LabelModel>not</y:LabelModel></y:NodeLabel></y:ShapeNode></data>
        <graph id="n0:"><node id="n0::n0"><port name="p"/></node></graph></node>
        <edge id="e" source="n0" target="n0::n0" sourceport="p"/></graph></graphml>"#;
    let told = |text: &str| {
        let (db, report) = imported(graphml(text)).unwrap_or_else(|error| panic!("{error}"));
        let nodes = "MATCH (n) RETURN labels(n) AS l, properties(n) AS p ORDER BY n.id";
        let rels = "MATCH (a)-[r]->(b) RETURN a.id, type(r), properties(r), b.id ORDER BY a.id";
        let ask = |query: &str| {
            let rows = db.query(query, ()).unwrap().into_vec::<crate::Row>().unwrap();
            let row = |row: crate::Row| row.values().iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ");
            rows.into_iter().map(row).collect::<Vec<_>>()
        };
        let notices = report.notices.iter().map(|(kind, count)| format!("{count} {kind}"));
        ask(nodes).into_iter().chain(ask(rels)).chain(notices).collect::<Vec<_>>().join("\n")
    };
    let expected = expect_test::expect![[r#"
        ['Actor', 'Person'] | {id: 'n0', name: 'A & B Ж<x>', tags: ['a', 'b']}
        [] | {id: 'n1'}
        n0 | KNOWS | {id: 'e0'} | n1
        ---
        [] | {id: 'Alice', is_old: true}
        [] | {id: 'Bob', is_old: false}
        Alice | RELATED_TO | {id: '0', weight: 0.5} | Bob
        Bob | RELATED_TO | {id: '0'} | Alice
        2 edge without a type, drawn as RELATED_TO
        2 undirected edge, drawn from its source to its target
        ---
        [] | {id: 'n0', label: 'Shown'}
        [] | {id: 'n0::n0'}
        n0 | RELATED_TO | {id: 'e'} | n0::n0
        1 edge without a type, drawn as RELATED_TO
        1 nested graph, taken as part of the whole
        2 port or locator, left out"#]];
    expected.assert_eq(&[told(neo4j), told(networkx), told(yed)].join("\n---\n"));
}

/// Each fault was taken from the head of all that were left, which took minutes.
#[test]
fn many_ends_that_are_missing_are_told_quickly() {
    let line = "{\"start\": 1, \"end\": 2, \"type\": \"T\"}\n";
    let file = ImportFile::of_bytes("a.jsonl", line.repeat(30_000));
    let (_, report) = imported(GraphImport::new().graph(GraphFormat::JsonLines, [file]).skip_bad_rows()).unwrap();
    assert_eq!((report.skipped_rows(), report.first_skipped[1].line), (30_000, 2));
}

/// Each column was held against all before it, and each key against all data.
#[test]
fn many_columns_and_keys_are_read_quickly() {
    let of_columns = |of: &dyn Fn(usize) -> String| (0..20_000).map(of).collect::<String>();
    let table = format!(":ID{}\n1{}\n", of_columns(&|n| format!(",k{n}:int")), of_columns(&|n| format!(",{n}")));
    let (db, _) = imported(GraphImport::new().graph(GraphFormat::Csv, [ImportFile::of_bytes("n.csv", table)])).unwrap();
    let keys = "MATCH (n) RETURN size(keys(n))";
    assert_eq!(db.query(keys, ()).unwrap().single::<i64>().unwrap(), 20_000);
    let of_keys = |of: &dyn Fn(usize) -> String| (0..4_000).map(of).collect::<String>();
    let declared = of_keys(&|n| format!("<key id='k{n}'><default>0</default></key>"));
    let data = of_keys(&|n| format!("<data key='k{n}'>1</data>"));
    let text = format!("<graphml>{declared}<graph><node id='1'>{data}</node></graph></graphml>");
    assert_eq!(imported(graphml(&text)).unwrap().1.nodes, 1);
}

#[test]
fn tags_within_data_are_told() {
    let text = "<graphml><key id='k'/><graph><node id='1'><data key='k'>a<b>b</b>c</data></node></graph></graphml>";
    let (db, report) = imported(graphml(text)).unwrap();
    assert_eq!(db.query("MATCH (n) RETURN n.k", ()).unwrap().single::<String>().unwrap(), "ac");
    assert_eq!(report.notices.into_iter().collect::<Vec<_>>(), [("tags within data, left out", 1)]);
}

/// A file that others can look at while it is written to.
#[derive(Clone, Default)]
struct Shared(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Of an element, the tag alone was kept, and of a group what stands in it once more.
#[test]
fn what_is_passed_over_of_graphml_is_kept_as_it_stands_there() {
    let text = "<graphml><key id='n' attr.type='int'/><graph><node id='a'/>
        <node id='b'><data key='n'>one &amp; two</data></node>
        <node id='c'><graph><node id='a'/><node id='d'/></graph><data key='n'>x</data></node>
        <edge source='a' target='e'/><hyperedge><endpoint node='a'/></hyperedge></graph></graphml>";
    let kept = Shared::default();
    let (_, report) = imported(graphml(text).quarantine(kept.clone())).unwrap();
    assert_eq!((report.nodes, report.skipped_rows()), (2, 5));
    let expected = expect_test::expect![[r#"
        file,line,reason,row
        "a.graphml",2,"`n`: `one & two` is no int","<node id='b'><data key='n'>one &amp; two</data></node>"
        "a.graphml",3,"the id `a` stands for two elements","<node id='a'/>"
        "a.graphml",3,"`n`: `x` is no int","<node id='c'><graph></graph><data key='n'>x</data></node>"
        "a.graphml",4,"a hyperedge: relationships have two ends","<hyperedge><endpoint node='a'/></hyperedge>"
        "a.graphml",4,"no element has the id `e`","<edge source='a' target='e'/>"
    "#]];
    expected.assert_eq(&String::from_utf8(kept.0.lock().unwrap().clone()).unwrap());
}

#[test]
fn what_is_no_graph_is_refused() {
    let bomb =
        "<!DOCTYPE g [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><graphml><graph><node id='1'/></graph></graphml>";
    let deep = "<graphml>".to_owned() + &"<desc>".repeat(100_000);
    for (text, fault) in [
        ("", "there is no graph in this file"),
        ("<html/>", "the document is `html`, and no `graphml`"),
        ("<graphml></graphml>", "there is no graph in this file"),
        ("<graphml><graph/></graphml>\n<graphml><graph/></graphml>", "line 2: the document ends before this tag"),
        ("<graphml><graph/></graphml>\nmore", "there is text behind the document"),
        ("text<graphml><graph/></graphml>", "there is no graph in this file: it begins with text"),
        ("<graphml><key id='k'/><key id='k'/></graphml>", "the key `k` is declared twice"),
        // Of two bytes each, as if they were letters.
        ("<?xml version='1.0' encoding='ISO-8859-1'?><graphml><graph/></graphml>", "it is written in `ISO-8859-1`"),
        ("<graphml><graph>", "the file ends within a tag"),
        ("<graphml><graph></graphml>", "line 1: "),
        (bomb, "a document type that declares entities is not read"),
        (
            "<graphml><graph><node id='1'><data key='k'>&x;</data></node></graph></graphml>",
            "the entity `&x;` is none of XML",
        ),
        (&deep, "tags are nested more than 128 deep"),
        ("<graphml><key id='k' attr.type='colour'/></graphml>", "the type `colour` of the key `k` is not known"),
        ("<graphml><graph><hyperedge/></graph></graphml>", "a hyperedge: relationships have two ends"),
        (
            "<graphml><graph>\n<node id='1'><data key='k'>1</data></node></graph></graphml>",
            "line 2: the key `k` is not declared",
        ),
        ("<graphml><graph><node/></graph></graphml>", "the id is missing"),
        ("<graphml><graph><node id='1'/><node id='1'/></graph></graphml>", "the id `1` stands for two elements"),
        ("<graphml><graph><node id='1'/><edge source='1'/></graph></graphml>", "the target is missing"),
    ] {
        let error = imported(graphml(text)).unwrap_err();
        assert!(error.contains(fault), "{error}");
    }
    let bytes =
        GraphImport::new().graph(GraphFormat::GraphMl, [ImportFile::of_bytes("a", b"<graphml>\xff\xfe</graphml>")]);
    assert!(imported(bytes).is_err());
    assert!(imported(GraphImport::new()).unwrap_err().contains("there is nothing to import"));
}
