//! What the reference makes of clocks and REQUIRE where that can be done by hand.

use super::engine::World;
use super::graphs::{Draft, DraftNode, DraftRel, End};

/// A fact from `A`, valid in January from the 10th, to `B`. It is read in a source of the 20th, and in a paragraph of one
/// of some day in February; `C` is read nowhere. All is recorded on 2020-03-01, which is 1 583 020 800 seconds after
/// 1970 began.
fn world() -> World {
    let node = |label, properties| DraftNode { labels: label, properties, commit: 0 };
    let day = |key, day: &str| (key, format!("edtf('{day}')"));
    let rel = |rel_type, start, end, quoted| DraftRel {
        rel_type,
        start: End::Node(start),
        end,
        quoted,
        properties: Vec::new(),
        commit: 0,
    };
    World::of(&Draft {
        nodes: vec![
            node(&["A"], vec![day("valid_from", "2020-01-10"), day("valid_to", "2020-02-01")]),
            node(&["B"], vec![day("on", "2020-01"), day("valid_to", "2021")]),
            node(&["C"], Vec::new()),
            node(&["Source"], vec![day("published", "2020-01-20")]),
            node(&["Source"], vec![day("published", "2020-02")]),
            node(&["Paragraph"], Vec::new()),
        ],
        rels: vec![
            rel("R", 0, End::Node(1), false),
            rel("R", 0, End::Node(2), false),
            rel("OF", 5, End::Node(4), false),
            rel("SUPPORTS", 3, End::Rel(0), false),
            rel("SUPPORTS", 5, End::Rel(0), false),
            rel("Q", 2, End::Node(1), true),
        ],
        commits: vec![1_583_020_800_000_000],
        ..Draft::default()
    })
}

/// Asks how many matches there are on each of some days.
#[track_caller]
fn check(query: &str, expected: &[(&str, i64)]) {
    for (day, count) in expected {
        let query = query.replace('$', &format!("date('{day}')")) + " RETURN count(*) AS count";
        let table = world().expected(&query).0.expect("an answer");
        let found = table.rows[0].values().next().expect("a column").to_string();
        assert_eq!(found, count.to_string(), "{query}");
    }
}

#[test]
fn what_is_valid_has_begun_and_not_ended() {
    check("MATCH (n:A) VALID AT $", &[("2020-01-09", 0), ("2020-01-10", 1), ("2020-01-31", 1), ("2020-02-01", 0)]);
    check("MATCH (n:B) VALID AT $", &[("2020-01-30", 0), ("2020-01-31", 1), ("2020-12-31", 1), ("2021-01-01", 0)]);
    check("MATCH (n:B) POSSIBLY VALID AT $", &[("2019-12-31", 0), ("2020-01-01", 1), ("2021-12-30", 1)]);
    check("MATCH (n:C) VALID AT $", &[("1000-01-01", 1)]);
}

#[test]
fn a_relationship_passes_only_if_its_ends_do() {
    check(
        "MATCH ()-[r:R]->() VALID AT $",
        &[("2020-01-09", 0), ("2020-01-10", 1), ("2020-01-31", 2), ("2020-02-01", 0)],
    );
    check("MATCH (:Source)-[r]->[] VALID AT $", &[("2020-01-30", 0), ("2020-01-31", 1)]);
}

#[test]
fn what_is_read_is_known_from_the_day_of_its_first_source() {
    let days = [("2020-01-19", 0), ("2020-01-20", 1), ("2020-02-29", 1), ("2020-03-01", 2)];
    check("MATCH (:A)-[r:R]->() KNOWN AT $", &days);
    check("MATCH (n:Paragraph) KNOWN AT $", &[("2020-02-28", 0), ("2020-02-29", 1)]);
    check("MATCH (n:Paragraph)-->(:Source) POSSIBLY KNOWN AT $", &[("2020-01-31", 0), ("2020-02-01", 1)]);
    // A node by the relationship that touches it, a quoted one only by one that is asserted.
    check("MATCH (n:B) KNOWN AT $", &[("2020-01-19", 0), ("2020-01-20", 1)]);
    check("MATCH [r:Q] KNOWN AT $", &[("2020-02-29", 0), ("2020-03-01", 1)]);
}

#[test]
fn a_moment_is_compared_with_when_something_was_recorded() {
    let at = |time: &str| format!("MATCH (n:C) KNOWN AT datetime('{time}')");
    check(&at("2020-02-29T23:59:59.999999Z"), &[("2020-01-01", 0)]);
    check(&at("2020-03-01T02:00:00+02:00"), &[("2020-01-01", 1)]);
}

#[test]
fn sources_are_counted_once_and_as_far_as_they_are_known() {
    check("MATCH ()-[r:R]->() REQUIRE 2 SOURCES", &[("2020-01-01", 1)]);
    check("MATCH ()-[r:R]->() REQUIRE 3 SOURCES", &[("2020-01-01", 0)]);
    check("MATCH (n) REQUIRE 2 SOURCES", &[("2020-01-01", 5)]);
    check("MATCH ()-[r:R]->() KNOWN AT $ REQUIRE 2 SOURCES", &[("2020-02-28", 0), ("2020-02-29", 1)]);
    check("MATCH ()-[r:R]->() POSSIBLY KNOWN AT $ REQUIRE 2 SOURCES", &[("2020-01-31", 0), ("2020-02-01", 1)]);
}

#[test]
fn an_inner_clock_replaces_the_outer_one_of_its_kind() {
    let outer = "MATCH (c:C) VALID AT date('2020-01-20') WHERE";
    check(&format!("{outer} EXISTS {{ (:A)-->(c) }}"), &[("2020-01-01", 1)]);
    check(&format!("{outer} EXISTS {{ (:A)-->(c) VALID AT $ }}"), &[("2020-01-09", 0), ("2020-01-31", 1)]);
    check(&format!("{outer} EXISTS {{ (:A)-->(c) KNOWN AT $ }}"), &[("2020-02-29", 0), ("2020-03-01", 1)]);
    check("VALID AT $ MATCH (c:C) WHERE (c)<--(:A)", &[("2020-01-09", 0), ("2020-01-10", 1)]);
    check("VALID AT $ MATCH (c:C) VALID AT date('2020-01-20') WHERE (c)<--(:A)", &[("2020-01-09", 1)]);
}

#[test]
fn a_bound_element_that_does_not_pass_matches_nothing() {
    check("MATCH (a:A) MATCH (a) VALID AT $ WHERE a.valid_to IS NOT NULL", &[("2020-01-09", 0), ("2020-01-10", 1)]);
    check("MATCH (a:A) MATCH (b:B) KNOWN AT $ WHERE a.valid_to IS NOT NULL", &[("2020-01-20", 1)]);
}

#[test]
fn an_operand_that_is_no_day_fails() {
    for operand in ["null", "edtf('2020')", "'2020-01-01'", "edtf('2020-01-01?')"] {
        let query = format!("UNWIND [{operand}] AS d MATCH (n) VALID AT d RETURN n");
        assert!(world().expected(&query).0.is_err(), "{query}");
    }
    assert!(world().expected("UNWIND [] AS d MATCH (n) VALID AT d RETURN n").0.is_ok());
}
