//! Tests of what is written for others.

use expect_test::{Expect, expect};

use super::*;
use crate::Database;

/// Brackets, what is quoted, values that others do not have, and texts that are markup.
fn sample() -> Database {
    Database::from_script(
        "CREATE (:Company:Actor {name: 'A & \"B\" <C>', founded: date('2014-10-15'), tags: ['x', 'y;z']});
         CREATE (:`a:b` {text: 'one\ntwo\\\\three', seen: edtf('2019?'), n: -0.5, flag: true});
         CREATE ();
         MATCH (a:Company), (b:`a:b`) CREATE (a)-[:OWNS {share: 0.5}]->(b);
         MATCH (a:Company), (b:`a:b`) CREATE (b)-[:SAYS {on: datetime('2020-01-01T10:30[Europe/Berlin]')}]->[(a)-[:`DE\"NIES` {n: [1, 'a']}]->(b)]",
    )
    .unwrap()
}

#[track_caller]
fn check(written: impl FnOnce(&ReadTransaction, &mut Vec<u8>) -> Result<ExportReport, GraphError>, expected: &Expect) {
    let mut out = Vec::new();
    let report = written(&sample().read(), &mut out).unwrap();
    assert_eq!((report.counts.nodes, report.counts.relationships), (3, 3));
    expected.assert_eq(&format!("{}lost: {report}\n", String::from_utf8(out).unwrap()));
}

#[test]
fn a_graph_as_graphml() {
    check(
        write_graphml,
        &expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <graphml xmlns="http://graphml.graphdrawing.org/xmlns">
        <key id="labels" for="node" attr.name="labels" attr.type="string" averment.role="labels"/>
        <key id="label" for="edge" attr.name="label" attr.type="string" averment.role="label"/>
        <key id="state" for="edge" attr.name="state" attr.type="string" averment.role="state"/>
        <key id="stands_for" for="node" attr.name="stands_for" attr.type="string" averment.role="stands_for"/>
        <key id="d0" for="edge" attr.name="n" attr.type="string" averment.type="json"/>
        <key id="d1" for="edge" attr.name="on" attr.type="string" averment.type="datetime"/>
        <key id="d2" for="edge" attr.name="share" attr.type="double"/>
        <key id="d3" for="node" attr.name="flag" attr.type="boolean"/>
        <key id="d4" for="node" attr.name="founded" attr.type="string" averment.type="date"/>
        <key id="d5" for="node" attr.name="n" attr.type="double"/>
        <key id="d6" for="node" attr.name="name" attr.type="string"/>
        <key id="d7" for="node" attr.name="seen" attr.type="string" averment.type="edtf"/>
        <key id="d8" for="node" attr.name="tags" attr.type="string" attr.list="string" averment.type="string[]"/>
        <key id="d9" for="node" attr.name="text" attr.type="string"/>
        <graph id="G" edgedefault="directed">
        <node id="1" labels=":Actor:Company"><data key="labels">:Actor:Company</data><data key="d4">2014-10-15</data><data key="d6">A &amp; &quot;B&quot; &lt;C&gt;</data><data key="d8">[&quot;x&quot;,&quot;y;z&quot;]</data></node>
        <node id="2" labels="[&quot;a:b&quot;]"><data key="labels">[&quot;a:b&quot;]</data><data key="d3">true</data><data key="d5">-0.5</data><data key="d7">2019?</data><data key="d9">one&#10;two\three</data></node>
        <node id="3"></node>
        <edge id="4" source="1" target="2" label="OWNS"><data key="label">OWNS</data><data key="d2">0.5</data></edge>
        <edge id="5" source="1" target="2" label="DE&quot;NIES"><data key="label">DE&quot;NIES</data><data key="state">quoted</data><data key="d0">[1,&quot;a&quot;]</data></edge>
        <node id="r5"><data key="stands_for">5</data></node>
        <edge id="6" source="2" target="r5" label="SAYS"><data key="label">SAYS</data><data key="d1">2020-01-01T10:30+01:00[Europe/Berlin]</data></edge>
        </graph>
        </graphml>
        lost: 1 commits, 6 ids
    "#]],
    );
}

#[test]
fn a_graph_as_gexf() {
    check(
        write_gexf,
        &expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <gexf xmlns="http://gexf.net/1.3" version="1.3">
        <graph mode="static" defaultedgetype="directed" idtype="string">
        <attributes class="node">
        <attribute id="labels" title="labels" type="string"/>
        <attribute id="stands_for" title="stands_for" type="string"/>
        <attribute id="3" title="flag" type="boolean"/>
        <attribute id="4" title="founded" type="string"/>
        <attribute id="5" title="n" type="double"/>
        <attribute id="6" title="name" type="string"/>
        <attribute id="7" title="seen" type="string"/>
        <attribute id="8" title="tags" type="string"/>
        <attribute id="9" title="text" type="string"/>
        </attributes>
        <attributes class="edge">
        <attribute id="state" title="state" type="string"/>
        <attribute id="0" title="n" type="string"/>
        <attribute id="1" title="on" type="string"/>
        <attribute id="2" title="share" type="double"/>
        </attributes>
        <nodes>
        <node id="1" label="A &amp; &quot;B&quot; &lt;C&gt;">
        <attvalues><attvalue for="labels" value="Actor;Company"/><attvalue for="4" value="2014-10-15"/><attvalue for="6" value="A &amp; &quot;B&quot; &lt;C&gt;"/><attvalue for="8" value="[&quot;x&quot;,&quot;y;z&quot;]"/></attvalues>
        </node>
        <node id="2" label="2">
        <attvalues><attvalue for="labels" value="a:b"/><attvalue for="3" value="true"/><attvalue for="5" value="-0.5"/><attvalue for="7" value="2019?"/><attvalue for="9" value="one&#10;two\three"/></attvalues>
        </node>
        <node id="3" label="3">
        </node>
        <node id="r5" label="DE&quot;NIES">
        <attvalues><attvalue for="stands_for" value="5"/></attvalues>
        </node>
        </nodes>
        <edges>
        <edge id="4" source="1" target="2" kind="OWNS" label="OWNS">
        <attvalues><attvalue for="2" value="0.5"/></attvalues>
        </edge>
        <edge id="5" source="1" target="2" kind="DE&quot;NIES" label="DE&quot;NIES">
        <attvalues><attvalue for="state" value="quoted"/><attvalue for="0" value="[1,&quot;a&quot;]"/></attvalues>
        </edge>
        <edge id="6" source="2" target="r5" kind="SAYS" label="SAYS">
        <attvalues><attvalue for="1" value="2020-01-01T10:30+01:00[Europe/Berlin]"/></attvalues>
        </edge>
        </edges>
        </graph>
        </gexf>
        lost: 1 commits, 3 dates, times and durations as text, 6 ids, 2 lists as text, 1 relationships at which others point, by a node that stands for them
    "#]],
    );
}

#[test]
fn a_graph_as_dot() {
    check(
        write_dot,
        &expect![[r#"
        digraph G {
        node [shape=box];
        "1" [label="A &amp; \"B\" <C>\n:Actor:Company", tooltip="founded: 2014-10-15\nname: A &amp; \"B\" <C>\ntags: [\"x\",\"y;z\"]"];
        "2" [label=":a:b", tooltip="flag: true\nn: -0.5\nseen: 2019?\ntext: one\ntwo\\three"];
        "3" [label=""];
        "1" -> "2" [label="OWNS", tooltip="share: 0.5"];
        "r5" [label="DE\"NIES", shape=plain, tooltip="n: [1,\"a\"]"];
        "1" -> "r5" [arrowhead=none, style=dashed];
        "r5" -> "2" [style=dashed];
        "2" -> "r5" [label="SAYS", tooltip="on: 2020-01-01T10:30+01:00[Europe/Berlin]"];
        }
        lost: 1 commits, 10 properties as text, 1 relationships at which others point, by a node that stands for them
    "#]],
    );
}

#[test]
fn a_graph_as_triples() {
    check(
        |from, out| write_ntriples(from, "http://example.org/", out),
        &expect![[r#"
        <http://example.org/node/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://example.org/label/Actor> .
        <http://example.org/node/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://example.org/label/Company> .
        <http://example.org/node/1> <http://example.org/key/founded> "2014-10-15"^^<http://www.w3.org/2001/XMLSchema#date> .
        <http://example.org/node/1> <http://example.org/key/name> "A & \"B\" <C>" .
        _:b1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> "y;z" .
        _:b1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> .
        _:b2 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> "x" .
        _:b2 <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:b1 .
        <http://example.org/node/1> <http://example.org/key/tags> _:b2 .
        <http://example.org/node/2> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://example.org/label/a%3Ab> .
        <http://example.org/node/2> <http://example.org/key/flag> "true"^^<http://www.w3.org/2001/XMLSchema#boolean> .
        <http://example.org/node/2> <http://example.org/key/n> "-0.5"^^<http://www.w3.org/2001/XMLSchema#double> .
        <http://example.org/node/2> <http://example.org/key/seen> "2019?"^^<http://id.loc.gov/datatypes/edtf/EDTF> .
        <http://example.org/node/2> <http://example.org/key/text> "one\ntwo\\three" .
        <http://example.org/node/3> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://example.org/Node> .
        <http://example.org/node/1> <http://example.org/type/OWNS> <http://example.org/node/2> .
        <http://example.org/relationship/4> <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies> <<( <http://example.org/node/1> <http://example.org/type/OWNS> <http://example.org/node/2> )>> .
        <http://example.org/relationship/4> <http://example.org/key/share> "0.5"^^<http://www.w3.org/2001/XMLSchema#double> .
        <http://example.org/relationship/5> <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies> <<( <http://example.org/node/1> <http://example.org/type/DE%22NIES> <http://example.org/node/2> )>> .
        <http://example.org/relationship/5> <http://example.org/state> "quoted" .
        _:b3 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> "a" .
        _:b3 <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> .
        _:b4 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .
        _:b4 <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:b3 .
        <http://example.org/relationship/5> <http://example.org/key/n> _:b4 .
        <http://example.org/node/2> <http://example.org/type/SAYS> <http://example.org/relationship/5> .
        <http://example.org/relationship/6> <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies> <<( <http://example.org/node/2> <http://example.org/type/SAYS> <http://example.org/relationship/5> )>> .
        <http://example.org/relationship/6> <http://example.org/key/on> "2020-01-01T10:30+01:00[Europe/Berlin]"^^<http://example.org/datatype/datetime> .
        lost: 1 commits
    "#]],
    );
}

#[test]
fn a_graph_as_tables() {
    let write = |from: &ReadTransaction, out: &mut Vec<u8>| {
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let report = write_csv(from, |file, bytes| {
            files.entry(file.to_owned()).or_default().extend_from_slice(bytes);
            Ok(())
        });
        for (file, bytes) in files.into_iter().filter(|(file, _)| file != HEAD_FILE) {
            out.extend_from_slice(format!("== {file}\n").as_bytes());
            out.extend_from_slice(&bytes);
        }
        report
    };
    check(
        write,
        &expect![[r#"
        == nodes-Actor-Company.csv
        :ID,:LABEL,commit:IGNORE,founded:date,name:string,tags:json
        1,Actor;Company,1,2014-10-15,"A & ""B"" <C>","[""x"",""y;z""]"
        == nodes-a_b.csv
        :ID,:LABEL,commit:IGNORE,flag:boolean,n:float,seen:edtf,text:string
        2,a:b,1,true,-0.5,2019?,"one
        two\three"
        == nodes.csv
        :ID,:LABEL,commit:IGNORE
        3,"",1
        == relationships-DE_NIES.csv
        id:IGNORE,:START_ID,:END_ID,:TYPE,:STATE,commit:IGNORE,n:json
        5,1,2,"DE""NIES",quoted,1,"[1,""a""]"
        == relationships-OWNS.csv
        id:IGNORE,:START_ID,:END_ID,:TYPE,commit:IGNORE,share:float
        4,1,2,OWNS,1,0.5
        == relationships-SAYS.csv
        id:IGNORE,:START_ID,:END_ID,:TYPE,commit:IGNORE,on:datetime
        6,2,5,SAYS,1,2020-01-01T10:30+01:00[Europe/Berlin]
        lost: 
    "#]],
    );
}

#[test]
fn what_a_format_has_no_letter_for_is_told() {
    let db = Database::from_script("CREATE (:A {x: 'a\\u0000b\\uFFFFc\\u0007'})").unwrap();
    let lost = |written: Result<ExportReport, GraphError>, kind: &str| written.unwrap().lost[kind];
    let mut out = Vec::new();
    assert_eq!(lost(write_graphml(&db.read(), &mut out), "characters that XML cannot hold"), 3);
    assert!(String::from_utf8(out).unwrap().contains(">a\u{fffd}b\u{fffd}c\u{fffd}<"));
    assert_eq!(lost(write_gexf(&db.read(), &mut Vec::new()), "characters that XML cannot hold"), 3);
    assert_eq!(lost(write_dot(&db.read(), &mut Vec::new()), "characters that DOT cannot hold"), 2);
    let mut out = Vec::new();
    write_ntriples(&db.read(), "urn:x:", &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("\"a\\u0000b\u{ffff}c\\u0007\""));
}

#[test]
fn an_iri_begins_with_a_scheme() {
    for base in ["", "graph/", "http://a b/", "1x:", "urn:<x>", ":"] {
        let error = write_ntriples(&Database::in_memory().read(), base, &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("no beginning of an IRI"), "{error}");
    }
}

#[test]
fn values_have_the_forms_of_xsd_or_their_own() {
    let literals = |value: &str| {
        let db = Database::from_script(&format!("CREATE (:A {{x: {value}}})")).unwrap();
        let mut out = Vec::new();
        write_ntriples(&db.read(), "urn:x:", &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.lines()
            .last()
            .unwrap()
            .split("key/x> ")
            .nth(1)
            .unwrap()
            .replace("http://www.w3.org/2001/XMLSchema#", "xsd:")
    };
    for (value, expected) in [
        ("1", "\"1\"^^<xsd:integer> ."),
        ("1.0", "\"1.0\"^^<xsd:double> ."),
        ("true", "\"true\"^^<xsd:boolean> ."),
        ("date('+12020-01-01')", "\"12020-01-01\"^^<xsd:date> ."),
        ("localtime('10:30')", "\"10:30:00\"^^<xsd:time> ."),
        ("time('10:30+01:00')", "\"10:30:00+01:00\"^^<xsd:time> ."),
        ("localdatetime('-0012-01-01T10:30:15.5')", "\"-0012-01-01T10:30:15.5\"^^<xsd:dateTime> ."),
        ("datetime('2020-01-01T10:30Z')", "\"2020-01-01T10:30:00Z\"^^<xsd:dateTime> ."),
        (
            "datetime('2020-01-01T10:30[Europe/Berlin]')",
            "\"2020-01-01T10:30+01:00[Europe/Berlin]\"^^<urn:x:datatype/datetime> .",
        ),
        ("duration('P1Y2DT3H')", "\"P1Y2DT3H\"^^<xsd:duration> ."),
        ("duration('P1M-3D')", "\"P1M-3D\"^^<urn:x:datatype/duration> ."),
        ("edtf('2019?')", "\"2019?\"^^<http://id.loc.gov/datatypes/edtf/EDTF> ."),
    ] {
        assert_eq!(literals(value), expected, "{value}");
    }
}

#[test]
fn keys_stay_apart_where_xml_lacks_what_tells_them_from_each_other() {
    let db = Database::from_script("CREATE (n:A) SET n['k\\u0001'] = 1, n['k\\uFFFE'] = 2, n['k\\t'] = 3").unwrap();
    let written = |out: Vec<u8>| String::from_utf8(out).unwrap();
    let (mut graphml, mut gexf) = (Vec::new(), Vec::new());
    write_graphml(&db.read(), &mut graphml).unwrap();
    write_gexf(&db.read(), &mut gexf).unwrap();
    let (graphml, gexf) = (written(graphml), written(gexf));
    for name in ["k\u{fffd} 0", "k&#9;", "k\u{fffd} 2"] {
        assert!(graphml.contains(&format!("attr.name=\"{name}\"")), "{graphml}");
        assert!(gexf.contains(&format!("title=\"{name}\"")), "{gexf}");
    }
}
