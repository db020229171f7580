//! Hostile bytes on every way in: what the fuzz targets do with bytes is done here with generated ones, and the memory that
//! it takes is bounded.

pub(crate) mod bodies;

use averment::editing::KEYWORDS;
use proptest::prelude::*;
use proptest::sample::select;

use crate::differential::config;
use crate::peak::peak_bytes_of;
use bodies::{graphml, json_lines, log, parser, snapshot};

/// Opening, checking, salvaging and reading the golden database, of 17 KB, takes 1.2 MB.
const MOST_BYTES_OF_FILES: usize = 4 << 20;

/// Marks, and what stands between them.
const MARKS: &str = "( ) [ ] { } - -> <- : , . .. = <> < > + * / % ^ | & ! $ $p ; ' \" ` // /* */ \\ 1 0x 1e9 \
                     9223372036854775808 0.5 'a' \"b\" `c` a b x Company name count(*) date('2021') é \u{202e} \0";

fn words() -> impl Strategy<Value = String> {
    let marks: Vec<&str> = MARKS.split(' ').filter(|mark| !mark.is_empty()).collect();
    let word = prop_oneof![4 => select(marks), 3 => select(KEYWORDS)];
    prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
}

#[test]
fn any_text_is_parsed_bound_and_planned_or_refused() {
    let text = prop_oneof![3 => words(), 1 => ".{0,60}".prop_map(String::from)];
    proptest!(config(11, 300), |(text in text)| parser(text.as_bytes()));
}

/// Lines that are read, which are torn and put together anew.
fn lines() -> Vec<&'static str> {
    let said = include_str!("../golden/said.txt");
    let requests = [
        r#"{"id": 1, "query": "MATCH (n {a: $a}) RETURN n", "params": {"a": [1, {"$type": "date", "value": "2021-12-10"}]}}"#,
        r#"{"id": "x", "graph": "reset", "author": "Ada", "message": "anew", "query": "RETURN 1"}"#,
        r#"{"id": -1, "procedure": {"name": "t.p", "inputs": [["a", "INTEGER?"]], "outputs": [["b", "STRING?"]], "rows": [[1, "x"]]}}"#,
    ];
    said.lines().filter(|line| line.starts_with('{')).chain(requests).collect()
}

/// Lines of which some end in another one, or have other bytes somewhere.
fn torn_lines() -> impl Strategy<Value = Vec<u8>> {
    let whole = || select(lines()).prop_map(|line| line.as_bytes().to_vec());
    let torn = (whole(), whole(), any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(
        |(one, other, end, start)| [&one[..end.index(one.len())], &other[start.index(other.len())..]].concat(),
    );
    let piece = select(
        &[
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            "null",
            "true",
            "1e999",
            "-0",
            "18446744073709551616",
            "\\ud800",
            "\\u0000",
            "\"$type\":",
            "\"id\":1,",
            "\u{feff}",
        ][..],
    );
    let changed = (whole(), any::<prop::sample::Index>(), piece).prop_map(|(line, at, piece)| {
        let (before, behind) = line.split_at(at.index(line.len()));
        [before, piece.as_bytes(), behind].concat()
    });
    let bytes = prop::collection::vec(any::<u8>(), 0..40);
    let nested = (1..3_000_usize, whole()).prop_map(|(depth, line)| ["[".repeat(depth).as_bytes(), &line].concat());
    let line = prop_oneof![5 => whole(), 3 => torn, 3 => changed, 1 => bytes, 1 => nested];
    prop::collection::vec(line, 0..8).prop_map(|lines| lines.join(&b'\n'))
}

#[test]
fn any_lines_are_read_or_refused() {
    proptest!(config(12, 200), |(lines in torn_lines())| json_lines(&lines));
}

/// What other programs and this one write, and what XML has beside.
const XML: [&str; 4] = [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
    "<key id=\"k\" for=\"all\" attr.name=\"n\" attr.type=\"long\"><default>7</default></key>
     <key id=\"t\" for=\"node\" attr.name=\"tags\" attr.type=\"string\" attr.list=\"string\"/><key id=\"p\" yfiles.type=\"nodegraphics\"/>
     <key id=\"stands_for\" for=\"node\" attr.name=\"stands_for\" attr.type=\"string\" averment.role=\"stands_for\"/>
     <key id=\"e\" for=\"edge\" attr.name=\"on\" attr.type=\"string\" averment.type=\"edtf\"/>",
    "<graph id=\"G\" edgedefault=\"directed\"><node id=\"1\" labels=\":A:b\"><data key=\"k\"> 1 </data><data key=\"t\">[\"x\"]</data></node>
     <node id=\"2\"><data key=\"p\"><y:NodeLabel>B &amp; &#x416;</y:NodeLabel></data><graph><node id=\"3\"><port/></node></graph></node>
     <edge id=\"4\" source=\"1\" target=\"3\" label=\"T\"><data key=\"e\">2019?</data></edge><node id=\"r4\"><data key=\"stands_for\">4</data></node>",
    "<hyperedge/><edge source=\"r4\" target=\"2\"><data key=\"k\"><![CDATA[2]]></data></edge></graph>\n</graphml>",
];

/// What is put in: marks, and pieces that belong elsewhere.
const PIECES_OF_XML: &[&str] = &[
    "<",
    ">",
    "/>",
    "&",
    "&#0;",
    "&#1;",
    "&lol;",
    "\"",
    "\0",
    "\u{feff}",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>",
    "<!-- -->",
    "<![CDATA[",
    "]]>",
    "<graph>",
    "</graph>",
    "</node>",
    "<data key=\"k\">",
    "<node id=\"1\">",
    " id=\"1\"",
    "<?xml version=\"1.1\" encoding=\"latin1\"?>",
];

/// A document of which some is missing, there again, or put in.
fn torn_xml() -> impl Strategy<Value = Vec<u8>> {
    let put = prop_oneof![
        6 => select(PIECES_OF_XML).prop_map(|piece| piece.as_bytes().to_vec()),
        2 => select(&XML[..]).prop_map(|part| part.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..5),
    ];
    let wound = (any::<prop::sample::Index>(), 0..40_usize, put);
    prop::collection::vec(wound, 0..4).prop_map(|wounds| {
        let mut text = XML.concat().into_bytes();
        for (at, len, put) in wounds {
            let at = at.index(text.len() + 1);
            let end = (at + len / 2).min(text.len());
            text.splice(at..end, put);
        }
        text
    })
}

#[test]
fn any_xml_is_read_or_refused() {
    graphml(XML.concat().as_bytes());
    proptest!(config(15, 200), |(text in torn_xml())| graphml(&text));
}

/// A script of a few wounds, as the bodies read it.
fn script() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..40)
}

#[test]
fn any_log_is_read_or_refused_within_bounds() {
    proptest!(config(13, 60), |(script in script())| {
        let peak_bytes = peak_bytes_of(|| log(&script));
        prop_assert!(peak_bytes < MOST_BYTES_OF_FILES, "{peak_bytes} bytes");
    });
}

#[test]
fn any_snapshot_is_read_or_refused_within_bounds() {
    proptest!(config(14, 60), |(script in script())| {
        let peak_bytes = peak_bytes_of(|| snapshot(&script));
        prop_assert!(peak_bytes < MOST_BYTES_OF_FILES, "{peak_bytes} bytes");
    });
}

#[test]
fn golden_files_without_damage_are_whole() {
    for nothing in [&[2][..], &[4]] {
        println!("{} and {} bytes", peak_bytes_of(|| log(nothing)), peak_bytes_of(|| snapshot(nothing)));
    }
}
