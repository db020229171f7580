//! The columns and what is asked of them against the definitions, on graphs made by random writes; and each rule by name.

mod plain;
mod rules;

use proptest::prelude::*;

use self::plain::{Plain, Since};
use super::super::{Change, Commit, End, Graph, Savepoint, ScanCursor, Writer};
use super::column::TimeEnd;
use super::day::{Bound, OPEN_END, OPEN_START};
use super::{KnownAt, Lens, Look, Odd, Part, ValidAt};
use crate::catalog::Provenance;
use crate::value::{Date, DateTime, Edtf, Name, Value};

const LABELS: [&str; 3] = ["Source", "Paragraph", "Company"];
const TYPES: [&str; 3] = ["SUPPORTS", "OF", "OWNS"];
const KEYS: [&str; 4] = ["published", "valid_from", "valid_to", "on"];
const DAY: i64 = 86_400_000_000;

#[derive(Clone, Debug)]
enum Step {
    CreateNode(Vec<usize>),
    CreateRel(usize, usize, usize, bool),
    Delete(usize),
    AddLabel(usize, usize),
    RemoveLabel(usize, usize),
    Set(usize, usize, Value),
    SetState(usize, bool),
    Savepoint,
    RollBack,
    /// A new writer on the root so far, this much later.
    Commit(i64),
    /// A root that is kept, and has to say the same at the end.
    Fork,
}

fn date(day: i64) -> Value {
    Value::Date(Date::from_epoch_days(day).unwrap())
}

fn edtf(text: &str) -> Value {
    Value::Edtf(Edtf::parse(text).unwrap())
}

fn moment(micros: i64, offset_seconds: i32) -> Value {
    let nanos = u32::try_from(micros.rem_euclid(1_000_000)).unwrap() * 1_000;
    let moment = DateTime::from_epoch(micros.div_euclid(1_000_000), nanos).unwrap();
    let local = DateTime::from_epoch(micros.div_euclid(1_000_000) + i64::from(offset_seconds), nanos).unwrap().local();
    assert_eq!(moment.offset_seconds(), 0);
    Value::DateTime(DateTime::from_parts(local, offset_seconds, None).unwrap())
}

fn time() -> impl Strategy<Value = Value> {
    let ranges =
        ["1970-01-02/1970-01-05", "[..1970-01-03]", "1970-01-04/..", "../1970-01-05", "1970-01", "1970-01-06?"];
    prop_oneof![
        6 => (-1..8_i64).prop_map(date),
        4 => prop::sample::select(ranges.to_vec()).prop_map(edtf),
        2 => (0..7 * DAY, prop::sample::select(vec![-36_000, 0, 36_000])).prop_map(|(at, offset)| moment(at, offset)),
        1 => Just(Value::from("some day")),
        3 => Just(Value::Null),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let (any, label, key) = (any::<usize>, 0..LABELS.len(), 0..KEYS.len());
    let rel_type = prop_oneof![6 => Just(0_usize), 3 => Just(1), 3 => Just(2)];
    prop_oneof![
        3 => prop::sample::subsequence(vec![0, 1, 2], 0..3).prop_map(Step::CreateNode),
        14 => (rel_type, any(), any(), prop::bool::weighted(0.8))
            .prop_map(|(rel_type, start, end, asserted)| Step::CreateRel(rel_type, start, end, asserted)),
        4 => any().prop_map(Step::Delete),
        3 => (any(), label.clone()).prop_map(|(node, label)| Step::AddLabel(node, label)),
        3 => (any(), label).prop_map(|(node, label)| Step::RemoveLabel(node, label)),
        12 => (any(), key, time()).prop_map(|(element, key, value)| Step::Set(element, key, value)),
        4 => (any(), prop::bool::ANY).prop_map(|(rel, asserted)| Step::SetState(rel, asserted)),
        1 => Just(Step::Savepoint),
        1 => Just(Step::RollBack),
        2 => (0..2 * DAY).prop_map(Step::Commit),
        1 => Just(Step::Fork),
    ]
}

fn lens() -> impl Strategy<Value = Lens> {
    let valid = (-2..9_i32, any::<bool>()).prop_map(|(day, possibly)| ValidAt { day, possibly });
    let operand = prop_oneof![(-2..9_i64).prop_map(date), (-DAY..9 * DAY).prop_map(|at| moment(at, 3_600))];
    let known = (operand, any::<bool>()).prop_map(|(operand, possibly)| KnownAt::of(&operand, possibly).unwrap());
    let least_sources = prop_oneof![2 => Just(0_u32), 1 => 1..4_u32];
    (prop::option::weighted(0.4, valid), prop::option::weighted(0.7, known), least_sources)
        .prop_map(|(valid, known, least_sources)| Lens { valid, known, least_sources })
}

/// A writer on a graph where the words of provenance have numbers of their own.
fn begin() -> Writer {
    let mut writer = Writer::new(Graph::new(), Commit { number: 1, micros: DAY / 2 });
    let company = writer.label(&Name::from("Company"));
    writer.create_node(&[company]).unwrap();
    writer
}

fn create_node(writer: &mut Writer, labels: &[&str]) -> End {
    let labels: Vec<_> = labels.iter().map(|label| writer.label(&Name::from(*label))).collect();
    End::node(writer.create_node(&labels).unwrap())
}

fn create_rel(writer: &mut Writer, start: End, rel_type: &str, end: End, asserted: bool) -> End {
    let rel_type = writer.rel_type(&Name::from(rel_type));
    End::rel(writer.create_rel(rel_type, start, end, asserted).unwrap())
}

fn set(writer: &mut Writer, element: End, key: &str, value: &Value) {
    let key = writer.key(&Name::from(key));
    writer.set_property(element, key, value).unwrap();
}

fn pick<T: Copy>(items: &[T], index: usize) -> Option<T> {
    if items.is_empty() { None } else { Some(items[index % items.len()]) }
}

fn take(writer: &mut Writer, step: &Step) {
    let plain = Plain::of(writer.graph());
    let (elements, nodes) = (plain.elements(), plain.nodes.clone());
    let rels: Vec<_> = plain.rels.keys().copied().collect();
    match step {
        Step::CreateNode(labels) => {
            create_node(writer, &labels.iter().map(|label| LABELS[*label]).collect::<Vec<_>>());
        }
        &Step::CreateRel(rel_type, start, end, asserted) => {
            // Mostly between the first nodes, where the evidence is.
            let near = |index: usize| {
                if index.is_multiple_of(3) { pick(&elements, index / 3) } else { pick(&elements[..6], index / 3) }
            };
            let (Some(start), Some(end)) = (near(start), near(end)) else { return };
            create_rel(writer, start, TYPES[rel_type], end, asserted);
        }
        &Step::Delete(index) => {
            // What is still touched is refused.
            pick(&elements[6..], index).map(|element| writer.delete(element).ok());
        }
        &Step::AddLabel(index, label) => {
            let label = writer.label(&Name::from(LABELS[label]));
            writer.add_label(nodes[index % nodes.len()], label).unwrap();
        }
        &Step::RemoveLabel(index, label) => {
            let label = writer.label(&Name::from(LABELS[label]));
            writer.remove_label(nodes[index % nodes.len()], label).unwrap();
        }
        Step::Set(index, key, value) => {
            set(writer, elements[index % elements.len()], KEYS[*key], value);
        }
        &Step::SetState(index, asserted) => {
            pick(&rels, index).map(|rel| writer.set_state(rel, asserted).unwrap());
        }
        Step::Savepoint | Step::RollBack | Step::Commit(_) | Step::Fork => unreachable!("taken by the caller"),
    }
}

fn clamped(days: i64) -> i32 {
    match days {
        i64::MIN => OPEN_START,
        i64::MAX => OPEN_END,
        days => i32::try_from(days).unwrap(),
    }
}

fn least(times: &[Since]) -> Option<(i32, i32)> {
    let bounds = || times.iter().map(|since| since.bounds());
    Some((clamped(bounds().map(|days| days.0).min()?), clamped(bounds().map(|days| days.1).min()?)))
}

/// What the writer keeps of each element, and what the rules say.
fn check_columns(graph: &Graph, plain: &Plain) {
    for element in plain.elements() {
        let (clocks, offset) = graph.clocks(element).unwrap();
        for (end, absent, days) in [(TimeEnd::From, OPEN_START), (TimeEnd::To, OPEN_END)]
            .into_iter()
            .zip(plain.valid_time(element))
            .map(|((end, absent), days)| (end, absent, days))
        {
            let kept = [Bound::Earliest, Bound::Latest]
                .map(|bound| clocks.time(end).map_or(absent, |column| column.get(offset, bound)));
            assert_eq!(kept, [clamped(days.0), clamped(days.1)], "{element:?} {end:?}");
        }
        let (is_evidence, is_cited) = (plain.is_evidence(element), !plain.citations(element).is_empty());
        let entry = graph.entry(element);
        assert_eq!(
            entry.map(|entry| entry.is_evidence),
            (is_evidence || is_cited).then_some(is_evidence),
            "{element:?}"
        );
        if let Some(entry) = entry {
            let times = plain.direct(element);
            assert_eq!((entry.days.earliest, entry.days.latest), least(&times).unwrap(), "{element:?}");
            let is_recorded = times.iter().any(|since| matches!(since, Since::Moment(_)));
            assert_eq!(entry.is_recorded, is_recorded, "{element:?}");
        }
        let known = graph.known(element);
        let found = (known.earliest().unwrap_or(OPEN_START), known.latest().unwrap_or(OPEN_END));
        assert_eq!(found, least(&plain.known(element)).unwrap(), "{element:?}");
        let cited: Vec<_> = graph.citations(element).map(|cited| (cited.rel, cited.paragraph, cited.source)).collect();
        assert_eq!(cited, plain.citations(element));
    }
}

fn check_lens(graph: &Graph, plain: &Plain, lens: &Lens) {
    let (mut odd, part) = (Odd::default(), Part::new(graph, *lens, || false));
    for element in plain.elements() {
        let (own, whole) = (plain.passes_alone(element, lens), plain.passes(element, lens));
        assert_eq!(graph.passes(element, lens, Look::Own, &mut odd), own, "{element:?} {lens:?}");
        assert_eq!(graph.passes(element, lens, Look::Whole, &mut odd), whole, "{element:?} {lens:?}");
        assert_eq!(part.shows(graph, element), whole, "{element:?} {lens:?}");
        if element.as_rel().is_some_and(|rel| plain.rels[&rel].asserted) && own {
            let rel = plain.rels[&element.as_rel().unwrap()];
            for end in [rel.start, rel.end] {
                let expected = plain.passes_alone(end, lens);
                assert_eq!(
                    graph.passes(end, lens, Look::Reached, &mut odd),
                    expected,
                    "{end:?} of {element:?} {lens:?}"
                );
            }
        }
    }
    for look in [Look::Own, Look::Reached, Look::Whole] {
        check_many(graph, plain, lens, look);
    }
}

/// Many at once are as each by itself, also what is said of values that are no times.
fn check_many(graph: &Graph, plain: &Plain, lens: &Lens, look: Look) {
    let nodes: Vec<u32> = plain.nodes.iter().map(|node| node.0).collect();
    let rels: Vec<u32> = plain.rels.keys().map(|rel| rel.0).collect();
    for (slots, of_nodes) in [(nodes, true), (rels, false)] {
        let many: Vec<u32> = slots.iter().copied().cycle().take(if slots.is_empty() { 0 } else { 80 }).collect();
        let few: Vec<u32> =
            slots.iter().rev().copied().take(20).chain([u32::MAX]).chain(slots.first().copied()).collect();
        for slots in [few, many] {
            let (mut odd, mut expected_odd, mut kept) = (Odd::default(), Odd::default(), Vec::new());
            let element =
                |slot: u32| if of_nodes { super::many::node_at(slot) } else { End::rel(super::super::RelSlot(slot)) };
            let passes = |(_, slot): &(u32, &u32)| {
                **slot != u32::MAX && graph.passes(element(**slot), lens, look, &mut expected_odd)
            };
            let expected: Vec<u32> = (0..).zip(&slots).filter(passes).map(|(index, _)| index).collect();
            if of_nodes {
                graph.passing_nodes(&slots, lens, look, &mut odd, &mut kept);
            } else {
                graph.passing_rels(&slots, lens, look, &mut odd, &mut kept);
            }
            assert_eq!((kept, odd), (expected, expected_odd), "{lens:?} {look:?}");
        }
    }
    let (mut cursor, mut scanned, mut odd) = (ScanCursor::default(), Vec::new(), Odd::default());
    while let Some(stretch) = graph.scan_node_page(None, &[], Some((lens, look)), &mut odd, &mut cursor) {
        stretch.append_to(&mut scanned);
    }
    let passing = plain.nodes.iter().filter(|node| graph.passes(End::node(**node), lens, look, &mut odd));
    assert_eq!(scanned, passing.map(|node| node.0).collect::<Vec<_>>());
}

/// The columns made anew are those that were kept.
fn check_made_anew(graph: &Graph) {
    let other = Provenance { supports: Name::from("OF"), source: Name::from("Company"), ..Provenance::default() };
    let anew = graph.clone().with_provenance(other).with_provenance(Provenance::default());
    for element in Plain::of(graph).elements() {
        assert_eq!(anew.entry(element), graph.entry(element));
    }
    check_columns(&anew, &Plain::of(&anew));
}

fn check(graph: &Graph, lenses: &[Lens]) {
    let plain = Plain::of(graph);
    check_columns(graph, &plain);
    for lens in lenses {
        check_lens(graph, &plain, lens);
    }
}

/// A source, its paragraph, and facts that they may support.
fn prepare(writer: &mut Writer) {
    let source = create_node(writer, &["Source"]);
    let paragraph = create_node(writer, &["Paragraph"]);
    let (one, other) = (create_node(writer, &["Company"]), create_node(writer, &["Source"]));
    let another = create_node(writer, &["Paragraph"]);
    create_rel(writer, paragraph, "OF", source, true);
    create_rel(writer, another, "OF", other, true);
    create_rel(writer, one, "OWNS", source, true);
    set(writer, source, "published", &date(3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_columns_say_what_the_rules_say(
        steps in prop::collection::vec(step(), 0..60),
        lenses in prop::collection::vec(lens(), 8),
    ) {
        let mut writer = begin();
        prepare(&mut writer);
        let (mut savepoint, mut forks, mut log): (Option<Savepoint>, _, Vec<Change>) = (None, Vec::new(), Vec::new());
        for step in &steps {
            match step {
                Step::Savepoint => savepoint = Some(writer.savepoint()),
                Step::RollBack => _ = savepoint.take().map(|savepoint| writer.roll_back_to(savepoint)),
                Step::Fork => forks.push(writer.graph().clone()),
                Step::Commit(later) => {
                    savepoint = None;
                    let (graph, changes) = writer.finish();
                    log.extend(changes);
                    let commit = graph.commit();
                    writer = Writer::new(graph, Commit { number: commit.number + 1, micros: commit.micros + later });
                }
                step => take(&mut writer, step),
            }
        }
        let (graph, changes) = writer.finish();
        log.extend(changes);
        check(&graph, &lenses);
        check_made_anew(&graph);
        let mut replayed = Graph::new();
        for change in &log {
            replayed.apply(change).unwrap();
        }
        check_columns(&replayed, &Plain::of(&replayed));
        for fork in &forks {
            check_columns(fork, &Plain::of(fork));
        }
    }
}
