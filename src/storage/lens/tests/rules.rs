//! Each rule by itself, and input that nobody should write.

use super::*;

/// When everything here is recorded: at noon of day 10.
const NOW: Commit = Commit { number: 1, micros: 10 * DAY + DAY / 2 };

fn writer() -> Writer {
    Writer::new(Graph::new(), NOW)
}

fn later(writer: Writer, day: i64) -> Writer {
    let (graph, _) = writer.finish();
    let number = graph.commit().number + 1;
    Writer::new(graph, Commit { number, micros: day * DAY + DAY / 2 })
}

fn source(writer: &mut Writer, published: &Value) -> End {
    let source = create_node(writer, &["Source"]);
    set(writer, source, "published", published);
    source
}

fn paragraph(writer: &mut Writer, source: End) -> End {
    let paragraph = create_node(writer, &["Paragraph"]);
    create_rel(writer, paragraph, "OF", source, true);
    paragraph
}

fn fact(writer: &mut Writer, asserted: bool) -> End {
    let [start, end] = [(); 2].map(|()| create_node(writer, &["Company"]));
    create_rel(writer, start, "OWNS", end, asserted)
}

fn cite(writer: &mut Writer, from: End, element: End) -> End {
    create_rel(writer, from, "SUPPORTS", element, true)
}

fn ends(writer: &Writer, rel: End) -> [End; 2] {
    let rel = writer.graph().rel(rel.as_rel().unwrap());
    [rel.start, rel.end]
}

#[track_caller]
fn check_known(writer: &Writer, element: End, earliest: impl Into<Option<i32>>, latest: impl Into<Option<i32>>) {
    let known = writer.graph().known(element);
    assert_eq!((known.earliest(), known.latest()), (earliest.into(), latest.into()));
}

fn known_at(operand: &Value, possibly: bool) -> Lens {
    Lens { known: KnownAt::of(operand, possibly), ..Lens::default() }
}

fn valid_at(day: i64, possibly: bool) -> Lens {
    Lens { valid: ValidAt::of(&date(day), possibly), ..Lens::default() }
}

fn least_sources(least_sources: u32) -> Lens {
    Lens { least_sources, ..Lens::default() }
}

fn passes(writer: &Writer, element: End, lens: &Lens) -> bool {
    writer.graph().passes(element, lens, Look::Whole, &mut Odd::default())
}

/// From which day to which a lens lets an element pass, of the days -5 to 15.
fn days(writer: &Writer, element: End, lens: impl Fn(i64) -> Lens) -> Vec<i64> {
    (-5..15).filter(|day| passes(writer, element, &lens(*day))).collect()
}

#[test]
fn something_is_valid_from_a_day_on_and_before_another() {
    let mut writer = writer();
    let node = create_node(&mut writer, &[]);
    assert_eq!(days(&writer, node, |day| valid_at(day, false)).len(), 20);
    set(&mut writer, node, "valid_from", &date(2));
    set(&mut writer, node, "valid_to", &date(5));
    assert_eq!(days(&writer, node, |day| valid_at(day, false)), [2, 3, 4]);
    set(&mut writer, node, "on", &date(0));
    assert_eq!(days(&writer, node, |day| valid_at(day, true)), [2, 3, 4]);
    set(&mut writer, node, "valid_from", &Value::Null);
    assert_eq!(days(&writer, node, |day| valid_at(day, true)), [0, 1, 2, 3, 4]);
}

#[test]
fn an_event_has_no_end() {
    let mut writer = writer();
    let event = create_node(&mut writer, &[]);
    set(&mut writer, event, "on", &date(12));
    assert_eq!(days(&writer, event, |day| valid_at(day, false)), [12, 13, 14]);
}

#[test]
fn of_ranges_the_outer_days_are_possible_and_the_inner_ones_certain() {
    let mut writer = writer();
    let node = create_node(&mut writer, &[]);
    set(&mut writer, node, "valid_from", &edtf("1970-01-02/1970-01-04"));
    set(&mut writer, node, "valid_to", &edtf("1970-01-08/1970-01-11"));
    assert_eq!(days(&writer, node, |day| valid_at(day, false)), [3, 4, 5, 6]);
    assert_eq!(days(&writer, node, |day| valid_at(day, true)), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    set(&mut writer, node, "valid_to", &edtf("1970-01-08/.."));
    assert_eq!(days(&writer, node, |day| valid_at(day, false)), [3, 4, 5, 6]);
    assert_eq!(days(&writer, node, |day| valid_at(day, true)).last(), Some(&14));
}

#[test]
fn of_a_datetime_its_day_in_utc_counts() {
    let mut writer = writer();
    let node = create_node(&mut writer, &[]);
    // On the spot it is the third day already.
    set(&mut writer, node, "valid_from", &moment(2 * DAY - 1, 7_200));
    assert_eq!(days(&writer, node, |day| valid_at(day, false)).first(), Some(&1));
    for offset in [7_200, 0, -7_200] {
        let at = Lens { valid: ValidAt::of(&moment(2 * DAY - 1, offset), false), ..Lens::default() };
        assert!(passes(&writer, node, &at), "{offset}");
    }
}

#[test]
fn a_time_that_is_none_is_unknown_and_told() {
    let mut writer = writer();
    let node = create_node(&mut writer, &[]);
    set(&mut writer, node, "on", &Value::from("some day"));
    let mut odd = Odd::default();
    assert!(!writer.graph().passes(node, &valid_at(3, false), Look::Own, &mut odd));
    assert_eq!(odd, Odd { on: true, ..Odd::default() });
    assert!(writer.graph().passes(node, &valid_at(3, true), Look::Own, &mut odd));
    set(&mut writer, node, "valid_from", &Value::Boolean(true));
    set(&mut writer, node, "valid_to", &Value::Integer(3));
    let mut odd = Odd::default();
    assert!(writer.graph().passes(node, &valid_at(3, true), Look::Own, &mut odd));
    assert_eq!(odd, Odd { valid_from: true, valid_to: true, ..Odd::default() });
    set(&mut writer, node, "valid_to", &date(4));
    let mut odd = Odd::default();
    assert!(!writer.graph().passes(node, &known_at(&date(3), false), Look::Own, &mut odd));
    assert_eq!(odd, Odd::default());
}

#[test]
fn evidence_is_known_since_its_source_was_published() {
    let mut writer = writer();
    let source = source(&mut writer, &date(3));
    let paragraph = paragraph(&mut writer, source);
    let fact = fact(&mut writer, true);
    let citation = cite(&mut writer, paragraph, fact);
    let of = create_rel(&mut writer, paragraph, "OF", source, true);
    let archive = create_node(&mut writer, &["Archive"]);
    let within = create_rel(&mut writer, source, "IN", archive, true);
    for evidence in [source, paragraph, citation, of, within] {
        check_known(&writer, evidence, 3, 3);
    }
    assert_eq!(days(&writer, source, |day| known_at(&date(day), false)).first(), Some(&3));
    // A citation of a citation changes nothing.
    let old = super::rules::source(&mut writer, &date(0));
    cite(&mut writer, old, citation);
    check_known(&writer, citation, 3, 3);
}

#[test]
fn what_is_cited_is_known_since_the_earliest_citation() {
    let mut writer = writer();
    let (first, second) = (source(&mut writer, &date(3)), source(&mut writer, &edtf("1970-01-02/1970-01-07")));
    let fact = fact(&mut writer, true);
    check_known(&writer, fact, 10, 10);
    let citation = cite(&mut writer, second, fact);
    check_known(&writer, fact, 1, 6);
    cite(&mut writer, first, fact);
    check_known(&writer, fact, 1, 3);
    assert_eq!(days(&writer, fact, |day| known_at(&date(day), false)).first(), Some(&3));
    assert_eq!(days(&writer, fact, |day| known_at(&date(day), true)).first(), Some(&1));
    writer.set_state(citation.as_rel().unwrap(), false).unwrap();
    check_known(&writer, fact, 3, 3);
}

#[test]
fn a_node_is_known_once_a_known_fact_names_it() {
    let mut writer = writer();
    let source = source(&mut writer, &date(3));
    let fact = fact(&mut writer, true);
    let [owner, _] = ends(&writer, fact);
    check_known(&writer, owner, 10, 10);
    cite(&mut writer, source, fact);
    check_known(&writer, owner, 3, 3);
    // One step only.
    let neighbour = create_node(&mut writer, &["Company"]);
    create_rel(&mut writer, owner, "OWNS", neighbour, true);
    check_known(&writer, neighbour, 10, 10);
    // Once it is cited itself, that counts.
    let late = super::rules::source(&mut writer, &date(7));
    cite(&mut writer, late, owner);
    check_known(&writer, owner, 7, 7);
}

#[test]
fn a_claim_is_known_as_a_node_is_and_a_fact_when_it_was_recorded() {
    let mut writer = writer();
    let source = source(&mut writer, &date(3));
    let (claim, plain) = (fact(&mut writer, false), fact(&mut writer, true));
    let state = create_node(&mut writer, &["State"]);
    let denies = create_rel(&mut writer, state, "DENIES", claim, true);
    create_rel(&mut writer, state, "DENIES", plain, true);
    cite(&mut writer, source, denies);
    check_known(&writer, claim, 3, 3);
    check_known(&writer, plain, 10, 10);
    let recorded = writer.graph().known(plain).recorded();
    assert_eq!((recorded, writer.graph().known(claim).recorded()), (Some(NOW.micros), None));
}

#[test]
fn a_source_without_a_day_counts_from_the_moment_it_was_recorded() {
    let mut writer = writer();
    let source = create_node(&mut writer, &["Source"]);
    let mut writer = later(writer, 12);
    let paragraph = paragraph(&mut writer, source);
    let fact = fact(&mut writer, true);
    cite(&mut writer, paragraph, fact);
    check_known(&writer, fact, 10, 10);
    let moments = [NOW.micros - 1, NOW.micros, NOW.micros + 1];
    let known = moments.map(|at| passes(&writer, fact, &known_at(&moment(at, 3_600), false)));
    assert_eq!(known, [false, true, true]);
    assert!(passes(&writer, fact, &known_at(&date(10), false)) && !passes(&writer, fact, &known_at(&date(9), false)));
    assert_eq!(writer.graph().known(fact).recorded(), Some(NOW.micros));
    // Beside one with that very day, the time of day does not count.
    let dated = super::rules::source(&mut writer, &date(10));
    cite(&mut writer, dated, fact);
    assert!(passes(&writer, fact, &known_at(&moment(10 * DAY, 0), false)));
    assert_eq!(writer.graph().known(fact).recorded(), None);
}

#[test]
fn a_source_with_no_day_but_a_text_is_known_possibly_and_told() {
    let mut writer = writer();
    let source = source(&mut writer, &Value::from("last year"));
    let fact = fact(&mut writer, true);
    cite(&mut writer, source, fact);
    check_known(&writer, fact, None, None);
    for (element, possibly) in [(source, false), (source, true), (fact, false), (fact, true)] {
        let mut odd = Odd::default();
        assert_eq!(writer.graph().passes(element, &known_at(&date(-4), possibly), Look::Own, &mut odd), possibly);
        assert_eq!(odd, Odd { published: true, ..Odd::default() });
    }
    set(&mut writer, source, "published", &date(4));
    check_known(&writer, fact, 4, 4);
}

#[test]
fn what_becomes_evidence_or_ceases_to_be_it_changes_all_that_rests_on_it() {
    let mut writer = writer();
    let (source, fact) = (source(&mut writer, &date(3)), fact(&mut writer, true));
    let paragraph = create_node(&mut writer, &["Paragraph"]);
    cite(&mut writer, paragraph, fact);
    check_known(&writer, fact, 10, 10);
    let of = create_rel(&mut writer, paragraph, "OF", source, false).as_rel().unwrap();
    check_known(&writer, fact, 10, 10);
    writer.set_state(of, true).unwrap();
    check_known(&writer, fact, 3, 3);
    let (source_label, paragraph_label) = (writer.label(&Name::from("Source")), writer.label(&Name::from("Paragraph")));
    let nodes = [(source.as_node().unwrap(), source_label), (paragraph.as_node().unwrap(), paragraph_label)];
    for (node, label) in nodes {
        writer.remove_label(node, label).unwrap();
        check_known(&writer, fact, 10, 10);
        writer.add_label(node, label).unwrap();
        check_known(&writer, fact, 3, 3);
    }
    set(&mut writer, source, "published", &date(5));
    check_known(&writer, fact, 5, 5);
    set(&mut writer, source, "published", &Value::Null);
    check_known(&writer, fact, 10, 10);
    writer.delete(End::rel(of)).unwrap();
    assert_eq!(writer.graph().citations(fact).count(), 0);
}

#[test]
fn a_paragraph_of_two_sources_cites_once_for_each() {
    let mut writer = writer();
    let (late, early) = (source(&mut writer, &date(7)), source(&mut writer, &date(2)));
    let paragraph = paragraph(&mut writer, late);
    for source in [early, late] {
        create_rel(&mut writer, paragraph, "OF", source, true);
    }
    let fact = fact(&mut writer, true);
    let citation = cite(&mut writer, paragraph, fact);
    check_known(&writer, paragraph, 2, 2);
    check_known(&writer, fact, 2, 2);
    let cited: Vec<_> = writer.graph().citations(fact).map(|cited| (cited.paragraph, cited.source)).collect();
    assert_eq!(cited, [late, early].map(|source| (paragraph.as_node(), source.as_node().unwrap())));
    assert!(passes(&writer, fact, &least_sources(2)) && !passes(&writer, fact, &least_sources(3)));
    let by = |day| Lens { least_sources: 2, ..known_at(&date(day), false) };
    assert!(!passes(&writer, fact, &by(6)) && passes(&writer, fact, &by(7)));
    assert_eq!(writer.graph().citations(citation).count(), 0);
}

#[test]
fn citations_in_a_circle_are_harmless() {
    let mut writer = writer();
    let source = source(&mut writer, &date(3));
    let own = paragraph(&mut writer, source);
    let fact = fact(&mut writer, true);
    let citation = cite(&mut writer, own, fact);
    let of_source = cite(&mut writer, own, source);
    let of_itself = cite(&mut writer, source, source);
    let of_citation = cite(&mut writer, source, citation);
    let of_that = cite(&mut writer, own, of_citation);
    for element in [source, own, fact, citation, of_source, of_itself, of_citation, of_that] {
        check_known(&writer, element, 3, 3);
        assert!(
            passes(&writer, element, &known_at(&date(3), false))
                && !passes(&writer, element, &known_at(&date(2), true))
        );
    }
    check_columns(writer.graph(), &Plain::of(writer.graph()));
    // The paragraph is cited by what makes it evidence, and cites that.
    let of_own = cite(&mut writer, source, own);
    let label = writer.label(&Name::from("Source"));
    writer.remove_label(source.as_node().unwrap(), label).unwrap();
    check_columns(writer.graph(), &Plain::of(writer.graph()));
    check_known(&writer, of_own, 10, 10);
    writer.add_label(source.as_node().unwrap(), label).unwrap();
    check_columns(writer.graph(), &Plain::of(writer.graph()));
    check_known(&writer, own, 3, 3);
}

#[test]
fn a_fact_about_a_fact_is_known_when_both_are() {
    let mut writer = writer();
    let source = source(&mut writer, &date(3));
    let fact = fact(&mut writer, true);
    let state = create_node(&mut writer, &["State"]);
    let denies = create_rel(&mut writer, state, "DENIES", fact, true);
    cite(&mut writer, source, denies);
    // The fact itself is known since it was recorded, and no earlier because somebody denies it.
    assert!(
        !passes(&writer, denies, &known_at(&date(9), false)) && passes(&writer, denies, &known_at(&date(10), false))
    );
    let by_itself = |lens| writer.graph().passes(denies, &lens, Look::Own, &mut Odd::default());
    assert!(by_itself(known_at(&date(3), false)) && !by_itself(known_at(&date(2), false)));
}

#[test]
fn a_fact_needs_so_many_different_sources() {
    let mut writer = writer();
    let (one, other) = (source(&mut writer, &date(3)), source(&mut writer, &date(7)));
    let paragraphs = [paragraph(&mut writer, one), paragraph(&mut writer, one)];
    let fact = fact(&mut writer, true);
    let [owner, _] = ends(&writer, fact);
    for paragraph in paragraphs {
        cite(&mut writer, paragraph, fact);
    }
    assert!(passes(&writer, fact, &least_sources(1)) && !passes(&writer, fact, &least_sources(2)));
    let citation = cite(&mut writer, other, fact);
    for element in [fact, owner] {
        assert!(passes(&writer, element, &least_sources(2)));
        let by = |day| Lens { least_sources: 2, ..known_at(&date(day), false) };
        assert_eq!(days(&writer, element, by).first(), Some(&7));
    }
    // Evidence needs none; a node behind which no fact stands does.
    assert!([one, paragraphs[0]].into_iter().all(|evidence| passes(&writer, evidence, &least_sources(9))));
    assert!(writer.graph().passes(citation, &least_sources(9), Look::Own, &mut Odd::default()));
    let stranger = create_node(&mut writer, &["Company"]);
    assert!(!passes(&writer, stranger, &least_sources(1)));
    let archive = create_node(&mut writer, &["Archive"]);
    let within = create_rel(&mut writer, one, "IN", archive, true);
    assert!(writer.graph().passes(within, &least_sources(9), Look::Own, &mut Odd::default()));
    assert!(!passes(&writer, within, &least_sources(1)) && !passes(&writer, archive, &least_sources(1)));
}

#[test]
fn a_relationship_passes_only_if_its_ends_do_and_theirs() {
    let mut writer = writer();
    let fact = fact(&mut writer, true);
    let [owner, _] = ends(&writer, fact);
    let mut outer = fact;
    // Each is about the one before twice: without a memory of what was asked, this would take years.
    for _ in 0..200 {
        outer = create_rel(&mut writer, outer, "SAYS", outer, true);
    }
    assert!(passes(&writer, outer, &valid_at(3, false)));
    set(&mut writer, owner, "valid_to", &date(3));
    assert!(!passes(&writer, outer, &valid_at(3, false)) && passes(&writer, outer, &valid_at(2, false)));
    assert!(writer.graph().passes(outer, &valid_at(3, false), Look::Own, &mut Odd::default()));
}

#[test]
fn claims_nested_very_deeply_are_asked_without_deep_recursion() {
    let mut writer = writer();
    let says = writer.rel_type(&Name::from("SAYS"));
    let node = create_node(&mut writer, &[]);
    let mut outer = fact(&mut writer, false);
    for _ in 0..50_000 {
        outer = End::rel(writer.create_rel(says, node, outer, false).unwrap());
    }
    assert!(passes(&writer, outer, &known_at(&date(10), false)) && !passes(&writer, outer, &known_at(&date(9), true)));
}

#[test]
fn an_element_with_very_many_citations_is_not_read_again_for_each() {
    let mut writer = writer();
    let (source, fact) = (source(&mut writer, &date(3)), fact(&mut writer, true));
    let (supports, of) = (writer.rel_type(&Name::from("SUPPORTS")), writer.rel_type(&Name::from("OF")));
    let mut drawn = Vec::new();
    for _ in 0..5_000 {
        let paragraph = create_node(&mut writer, &["Paragraph"]);
        writer.create_rel(supports, paragraph, fact, true).unwrap();
        drawn.push(writer.create_rel(of, paragraph, source, true).unwrap());
    }
    check_known(&writer, fact, 3, 3);
    for of in drawn {
        writer.delete(End::rel(of)).unwrap();
    }
    check_known(&writer, fact, 10, 10);
}

#[test]
fn of_very_many_citations_those_that_are_not_the_earliest_come_and_go_unseen() {
    let mut writer = writer();
    let fact = fact(&mut writer, true);
    let sources: Vec<End> = (0..20_000).map(|day| source(&mut writer, &date(day))).collect();
    let citations: Vec<End> = sources.iter().map(|source| cite(&mut writer, *source, fact)).collect();
    for (day, source) in (0..20_000_i32).zip(&sources).rev() {
        set(&mut writer, *source, "published", &date(i64::from(day) + 30_000));
    }
    check_known(&writer, fact, 30_000, 30_000);
    for citation in citations.iter().rev() {
        writer.delete(*citation).unwrap();
    }
    check_known(&writer, fact, 10, 10);
}

#[test]
fn an_end_with_very_many_relationships_is_not_looked_through_for_each_of_many() {
    let mut writer = writer();
    let [early, late] = [1, 3].map(|day| source(&mut writer, &date(day)));
    let hub = create_node(&mut writer, &["Company"]);
    let (owns, supports) = (writer.rel_type(&Name::from("OWNS")), writer.rel_type(&Name::from("SUPPORTS")));
    let mut slots = Vec::new();
    for _ in 0..20_000 {
        writer.create_rel(owns, hub, late, true).unwrap();
        let other = create_node(&mut writer, &["Company"]);
        let claim = writer.create_rel(owns, hub, other, false).unwrap();
        writer.create_rel(supports, early, End::rel(claim), true).unwrap();
        slots.push(claim.0);
    }
    for (lens, passing) in [(known_at(&date(2), false), 0), (least_sources(1), 0), (known_at(&date(10), false), 20_000)]
    {
        let mut kept = Vec::new();
        writer.graph().passing_rels(&slots, &lens, Look::Whole, &mut Odd::default(), &mut kept);
        assert_eq!(kept.len(), passing);
    }
}

#[test]
fn days_on_many_pages_are_asked_as_each_by_itself() {
    let mut writer = writer();
    let label = writer.label(&Name::from("Person"));
    let on = writer.key(&Name::from("on"));
    let source = source(&mut writer, &date(3));
    let supports = writer.rel_type(&Name::from("SUPPORTS"));
    for index in 0..5_000_i64 {
        let node = End::node(writer.create_node(&[label]).unwrap());
        if index % 5 != 0 {
            writer.set_property(node, on, &date(if index < 2_000 { 4 } else { index % 13 })).unwrap();
        }
        if index % 3 == 0 {
            writer.create_rel(supports, source, node, true).unwrap();
        }
    }
    let lenses =
        [valid_at(5, false), known_at(&date(5), false), known_at(&moment(10 * DAY, 0), true), least_sources(1)];
    let slots: Vec<u32> = (1..5_000).collect();
    for lens in lenses {
        let mut kept = Vec::new();
        writer.graph().passing_nodes(&slots, &lens, Look::Own, &mut Odd::default(), &mut kept);
        let expected =
            (0..).zip(&slots).filter(|(_, slot)| passes(&writer, super::super::many::node_at(**slot), &lens));
        assert_eq!(kept, expected.map(|(index, _)| index).collect::<Vec<u32>>());
        assert!(!kept.is_empty() && kept.len() < slots.len());
    }
}

#[test]
fn a_vocabulary_of_ones_own_says_what_evidence_is() {
    let words = Provenance { source: Name::from("Book"), supports: Name::from("BEARS_OUT"), ..Provenance::default() };
    let mut writer = Writer::new(Graph::new().with_provenance(words), NOW);
    let (book, fact) = (create_node(&mut writer, &["Book"]), fact(&mut writer, true));
    set(&mut writer, book, "published", &date(2));
    create_rel(&mut writer, book, "BEARS_OUT", fact, true);
    check_known(&writer, fact, 2, 2);
    let (graph, _) = writer.finish();
    let usual = graph.with_provenance(Provenance::default());
    assert_eq!(usual.known(fact).latest(), Some(10));
}

#[test]
fn only_a_day_or_a_moment_can_be_asked() {
    for operand in [Value::Null, Value::from("1970-01-01"), edtf("1970-01"), edtf("1970-01-02?")] {
        assert_eq!((ValidAt::of(&operand, false), KnownAt::of(&operand, false)), (None, None));
    }
    assert_eq!(ValidAt::of(&edtf("1970-01-03"), true), Some(ValidAt { day: 2, possibly: true }));
    let known = KnownAt { day: 1, micros: Some(2 * DAY - 1), possibly: false };
    assert_eq!(KnownAt::of(&moment(2 * DAY - 1, 7_200), false), Some(known));
    assert_eq!(ValidAt::of(&Value::Date(Date::MAX), false).map(|at| at.day), Some(i32::MAX - 1));
}
