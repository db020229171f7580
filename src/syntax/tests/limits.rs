//! Texts made to be too much.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::{SyntaxError, is_complete, parse, statements};

/// A stack as small as that of a thread of the standard library.
const STACK_BYTES: usize = 2 << 20;

/// Parses `text` on a small stack.
fn parse_small(text: String) -> Result<(), SyntaxError> {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    thread.spawn(move || parse(&text).map(drop)).expect("a thread starts").join().expect("the parser does not panic")
}

#[track_caller]
fn too_deep(text: String) {
    let start = text.chars().take(40).collect::<String>();
    let result = parse_small(text);
    assert!(matches!(result, Err(SyntaxError::TooDeep { .. })), "{start}: {result:?}");
}

#[test]
fn a_hundred_thousand_open_brackets_are_an_error() {
    let openings = [
        "(",
        "[",
        "{a:",
        "[(",
        "((",
        "CASE ",
        "CASE WHEN ",
        "CASE x WHEN IN ",
        "CASE x WHEN STARTS WITH CASE ",
        "f(",
        "a[",
        "[x IN ",
        "EXISTS {",
        "EXISTS { MATCH (n) WHERE ",
        "COUNT { (a {a: ",
        "COLLECT { RETURN ",
        "(n {a: ",
        "(n:(",
        "n:(",
        "[(a {a: ",
        "shortestPath((a {b: ",
        "all(x IN ",
        "reduce(a = ",
        "x:$(",
        "(n:$any(",
        "trim(LEADING ",
        "normalize(",
        "n {a: ",
    ];
    for opening in openings {
        too_deep(format!("RETURN {}1", opening.repeat(100_000)));
    }
    for opening in ["LIST<", "ANY VALUE < "] {
        too_deep(format!("RETURN 1 :: {}", opening.repeat(100_000)));
    }
    too_deep(format!("RETURN n:{}A", "(".repeat(100_000)));
    too_deep(format!("MATCH (n:{}", "!(".repeat(100_000)));
    too_deep(format!("MATCH (a)-[:{}", "(".repeat(100_000)));
    too_deep(format!("MATCH {}", "[(a)-->".repeat(100_000)));
    too_deep(format!("MATCH (n:{}", "(".repeat(100_000)));
    too_deep("CALL {".repeat(100_000));
    too_deep("CALL { ".repeat(100_000));
    too_deep("CALL (x) { ".repeat(100_000));
    too_deep("FOREACH (x IN y | ".repeat(100_000));
}

#[test]
fn a_name_that_looks_like_a_keyword_hides_no_nesting() {
    for opening in ["CASE end WHEN ", "CASE case END ", "CASE x.end WHEN ", "CASE `x` END "] {
        parse_small(format!("RETURN {}1", opening.repeat(20_000))).expect_err("this is never closed");
    }
}

#[test]
fn a_chain_of_a_hundred_thousand_terms_is_flat_or_an_error() {
    parse_small(format!("RETURN a{}", " OR a".repeat(100_000))).expect("a flat chain");
    too_deep(format!("RETURN a{}", " + a".repeat(100_000)));
}

#[test]
fn a_chain_of_a_hundred_thousand_of_any_sort_is_flat_or_an_error() {
    for link in [" AND a", " XOR a", " = a"] {
        parse_small(format!("RETURN a{}", link.repeat(100_000))).expect("a flat chain");
    }
    for link in [" + 1", " * 1", " ^ 1", ".a", "[0]", "[0..1]", " IS NULL", " IN a", " || a"] {
        parse_small(format!("RETURN a{}", link.repeat(100_000))).expect_err("a chain that nests");
    }
    for prefix in ["NOT ", "-", "+"] {
        too_deep(format!("RETURN {}a", prefix.repeat(100_000)));
    }
}

#[test]
fn a_list_of_any_sort_is_read_however_long() {
    let list = |item: &str| vec![item; 20_000].join(", ");
    for text in [
        format!("RETURN [{}]", vec!["1"; 100_000].join(", ")),
        format!("RETURN {{{}}}", list("a: 1")),
        format!("RETURN f({})", list("a")),
        format!("RETURN {}", list("1")),
        format!("MATCH {} RETURN 1", list("(a)")),
        format!("MATCH (a) SET {}", list("a.b = 1")),
        format!("MATCH (a){} RETURN 1", "-->()".repeat(20_000)),
        format!("MATCH (a{}) RETURN 1", ":A".repeat(20_000)),
        format!("MATCH (a:A{}) RETURN 1", "|A".repeat(20_000)),
        "WITH 1 AS a ".repeat(20_000) + "RETURN a",
        format!("RETURN CASE {} END", "WHEN a THEN b ".repeat(20_000)),
        format!("RETURN 1 {}", "UNION RETURN 1 ".repeat(20_000)),
    ] {
        let start = text.chars().take(40).collect::<String>();
        parse_small(text).unwrap_or_else(|error| panic!("{start}: {error}"));
    }
}

#[test]
fn one_word_may_be_a_megabyte_long() {
    let long = "ж".repeat(500_000);
    for text in [
        format!("RETURN '{long}'"),
        format!("RETURN \"{}\"", "\\n".repeat(500_000)),
        format!("RETURN {long}"),
        format!("RETURN `{long}` AS x"),
        format!("MATCH (n:{long} {{{long}: ${long}}}) RETURN 1"),
        format!("RETURN /* {long} */ 1"),
        format!("RETURN 1 // {long}"),
        format!("RETURN{}1", " ".repeat(1_000_000)),
    ] {
        let start = text.chars().take(20).collect::<String>();
        parse_small(text).unwrap_or_else(|error| panic!("{start}: {error}"));
    }
    for text in [format!("RETURN {}", "9".repeat(1_000_000)), format!("RETURN '{long}"), format!("{long} {long}")] {
        let error = parse_small(text.clone()).expect_err("it is wrong");
        let report = super::reported(&text, &error);
        assert!(report.chars().count() < 2_100_000, "{}", report.len());
    }
}

#[test]
fn a_chain_of_any_sort_is_flat_or_an_error() {
    for link in [" AND a", " XOR a", " < a", ":A"] {
        parse_small(format!("RETURN a{}", link.repeat(2000))).expect("a flat chain");
    }
    for link in [" ^ a", ".b", "[0]", " IS NULL", " IN a"] {
        too_deep(format!("RETURN a{}", link.repeat(2000)));
    }
    too_deep(format!("RETURN 1 :: INTEGER{}", " LIST".repeat(2000)));
    too_deep(format!("RETURN 1 :: {}INTEGER", "LIST<".repeat(2000)));
    parse_small(format!("RETURN 1 :: INTEGER{}", " | STRING".repeat(2000))).expect("a long union");
    parse_small(format!("RETURN list < 1{}", " AND list < x AND list < $y".repeat(2000))).expect("no types");
    for prefix in ["NOT ", "-", "+", "NOT -"] {
        too_deep(format!("RETURN {}a", prefix.repeat(2000)));
    }
    too_deep(format!("MATCH (n) SET a{} = 1", ".b".repeat(2000)));
    parse_small(format!("MATCH (n:{}A) RETURN n", "!".repeat(2000))).expect("negations cancel");
    parse_small(format!("RETURN [1{}]", ", 1".repeat(2000))).expect("a long list");
}

#[test]
fn what_nests_within_the_limits_fits_a_small_stack() {
    let nested =
        |open: &str, close: &str, depth: usize| format!("RETURN {}1{}", open.repeat(depth), close.repeat(depth));
    let texts = [
        nested("(", ")", 99),
        nested("[", "]", 99),
        nested("{a: ", "}", 99),
        nested("CASE WHEN ", " THEN 1 END", 99),
        nested("[x IN ", " WHERE 1 | 1]", 99),
        nested("x:$(", ")", 99),
        nested("x:!(!$(", "))", 49),
        nested("EXISTS { MATCH (n) WHERE ", " }", 16),
        nested("[(a {x: ", "})-->() | 1]", 16),
        nested("NOT ", "", 190),
        nested("1 + ", "", 190),
    ];
    for text in texts {
        if let Err(error) = parse_small(text.clone()) {
            panic!("{error}: {text}");
        }
    }
}

/// Without bounded look-ahead each of these takes time exponential in its depth.
#[test]
fn forty_open_brackets_take_no_time() {
    let openings = [
        "(",
        "[",
        "[(",
        "((",
        "CASE ",
        "CASE WHEN ",
        "CASE WHEN true THEN ",
        "CASE a WHEN b THEN ",
        "CASE WHEN a THEN b ELSE ",
        "CASE a WHEN IN ",
        "CASE a WHEN CONTAINS (",
        "trim(",
        "trim(LEADING ",
        "trim(BOTH FROM ",
        "trim(a FROM ",
        "normalize(",
        "{a:",
        "({a:",
        "(n {a:",
        "[x IN ",
        "[(a {a:",
        "[p = (a {a:",
        "f(",
        "all(x IN ",
        "reduce(a = 0, x IN ",
        "EXISTS { (a {b: ",
        "EXISTS {",
        "EXISTS { MATCH (a) WHERE ",
        "COLLECT { RETURN ",
        "n:(",
        "n:!(",
        "NOT ",
        "-",
        "COUNT { MATCH (a) WHERE ",
        "shortestPath((a {b: ",
        "n {a: ",
        "a[",
        "a[..",
        "(a WHERE ",
        "exists((a {b: ",
        "x:$(",
        "(x:$(",
        "(x:A|$any((",
    ];
    // The bar is 10 ms for a build that is optimised.
    let bar = if cfg!(debug_assertions) { Duration::from_millis(100) } else { Duration::from_millis(10) };
    for opening in openings {
        for text in [format!("RETURN {}", opening.repeat(40)), format!("RETURN {}1", opening.repeat(40))] {
            let fastest = (0..3).map(|_| time(&text)).min().expect("three runs");
            assert!(fastest < bar, "{opening}: {fastest:?}");
        }
    }
    let openings = [
        "[",
        "[(",
        "(",
        "[(a)-[:T {k: ",
        "(a {k: ",
        "[(a)-->",
        "(a:$(",
        "[:$any([",
        "(a:(",
        "(:((((",
        "(a)-[:(",
        "(a WHERE ",
        "((",
        "((a)-->",
        "ANY SHORTEST ((",
    ];
    for opening in openings {
        let text = format!("MATCH {}", opening.repeat(40));
        let fastest = (0..3).map(|_| time(&text)).min().expect("three runs");
        assert!(fastest < bar, "{opening}: {fastest:?}");
    }
    for opening in ["CALL {", "CALL { ", "CALL (x) { ", "CALL { MATCH (a) ", "FOREACH (x IN y | "] {
        let fastest = (0..3).map(|_| time(&opening.repeat(40))).min().expect("three runs");
        assert!(fastest < bar, "{opening}: {fastest:?}");
    }
}

/// What may open, go on with, or end before, something that nests: an unbounded choice between two of them shows when
/// they alternate.
const FRAGMENTS: [&str; 52] = [
    "(",
    "[",
    "{a: ",
    "({a: ",
    "(n {a: ",
    "[(a)-[r {a: ",
    "[p = (a {a: ",
    "[x IN ",
    "f(",
    "f(DISTINCT ",
    "a[",
    "a[..",
    "CASE ",
    "CASE WHEN ",
    "CASE WHEN a THEN ",
    "CASE a WHEN b THEN ",
    "CASE a WHEN ",
    "CASE a WHEN IN ",
    "CASE a WHEN > ",
    "trim(LEADING ",
    "trim(FROM ",
    "WHEN a THEN ",
    "ELSE ",
    "END ",
    "all(x IN ",
    "any(x IN y WHERE ",
    "reduce(a = ",
    "reduce(a = 0, x IN y | ",
    "EXISTS { ",
    "EXISTS { MATCH (n) WHERE ",
    "COUNT { (a {a: ",
    "COLLECT { RETURN ",
    "CALL { RETURN ",
    "shortestPath((a {a: ",
    "n {a: ",
    "n {.*, a: ",
    "NOT ",
    "-",
    "1 + ",
    "a = ",
    "a:A ",
    "a.b ",
    ", ",
    "| ",
    "WHERE ",
    "(a)-->",
    "[y IN x WHERE ",
    "[y IN x | ",
    "a IS NULL ",
    "count(",
    "x:$(",
    "(x:$any(",
];

/// Twenty doublings would take hours; a bar of a second is far from both.
#[test]
fn no_two_fragments_that_alternate_double_the_work() {
    for one in FRAGMENTS {
        for other in FRAGMENTS {
            let text = format!("RETURN {}", [one, other].concat().repeat(20));
            let taken = time(&text);
            assert!(taken < Duration::from_secs(1), "{one}{other}: {taken:?}");
        }
    }
}

fn time(text: &str) -> Duration {
    let start = Instant::now();
    let _ = parse(text);
    start.elapsed()
}

#[test]
fn an_endless_text_is_refused_at_once() {
    let text = "x".repeat(50 << 20);
    let start = Instant::now();
    let result = parse(&text);
    assert!(matches!(result, Err(SyntaxError::TooLong { .. })));
    assert!(start.elapsed() < Duration::from_millis(100));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        let _ = parse(&text);
        let _ = statements(&text);
        let _ = is_complete(&text);
    }

    #[test]
    fn no_soup_of_tokens_makes_the_parser_panic(text in soup()) {
        for span in statements(&text) {
            let _ = super::parsed(span.of(&text));
        }
    }
}

fn soup() -> impl Strategy<Value = String> {
    let words = [
        "MATCH",
        "RETURN",
        "WHERE",
        "WITH",
        "CREATE",
        "MERGE",
        "SET",
        "UNWIND",
        "AS",
        "CALL",
        "YIELD",
        "CASE",
        "WHEN",
        "THEN",
        "END",
        "NOT",
        "AND",
        "IN",
        "IS",
        "NULL",
        "EXISTS",
        "COUNT",
        "ORDER",
        "BY",
        "LIMIT",
        "CITING",
        "ASSERT",
        "FOREACH",
        "ON",
        "DISTINCT",
        "all",
        "reduce",
        "shortestPath",
        "n",
        "x",
        "я",
        "`b``c`",
        "'s'",
        "'\\u0041'",
        "\"\\q\"",
        "1",
        "2.5",
        "0x1",
        "9223372036854775808",
        "$p",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "-",
        "->",
        "<-",
        "--",
        "-[",
        "]-",
        "|",
        ":",
        "&",
        "!",
        "%",
        ".",
        "..",
        ",",
        ";",
        "=",
        "<>",
        "+=",
        "+",
        "*",
        "/",
        "^",
        "=~",
        "//",
        "/*",
        "*/",
        "'",
        "`",
        "\\",
        "—",
        "\n",
        "\u{301}",
        "(n)",
        "(a)-->(b)",
        "n.x",
        ":A",
        ":$(",
        "$any(",
        "NEXT",
    ];
    let word = prop::sample::select(words.to_vec());
    prop::collection::vec((word, prop::bool::ANY), 1..40).prop_map(|pieces| {
        pieces
            .into_iter()
            .map(|(word, has_blank)| if has_blank { format!("{word} ") } else { word.to_owned() })
            .collect()
    })
}
