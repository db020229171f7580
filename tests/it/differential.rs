//! Generated questions: the engine with its optimiser, without it, and the reference give the same rows.

use averment::{Database, Row};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use crate::reference::{
    Arrow, Bytes, Choices, End, Graph, Loading, Question, Shape, Way, answer, counting, graph, question, trails,
};

/// The seed is fixed, so that a run tells of the change and not of chance; `AVERMENT_SEED` sets another, and
/// `AVERMENT_CASES` how many graphs are tried.
pub(crate) fn config(seed: u64, cases: u32) -> Config {
    let set = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seed = set("AVERMENT_SEED").unwrap_or(seed);
    let cases = set("AVERMENT_CASES").and_then(|cases| u32::try_from(cases).ok()).unwrap_or(cases);
    println!("AVERMENT_SEED={seed} AVERMENT_CASES={cases}");
    Config { cases, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() }
}

/// Half of the graphs have what the optimiser may use for the properties that questions ask for.
const INDEXES: &str = "CREATE INDEX a_v FOR (a:A) ON (a.v); CREATE INDEX b_v FOR (b:B) ON (b.v);
                       CREATE INDEX t_w FOR ()-[t:T]-() ON (t.w); CREATE INDEX a_id FOR (a:A) ON (a.id);";

/// Bytes that a graph is made of, and those of a few questions.
pub(crate) fn bytes() -> impl Strategy<Value = (Bytes, Vec<Bytes>)> {
    let bytes = || prop::collection::vec(any::<u8>(), 30..90).prop_map(Bytes);
    (bytes(), prop::collection::vec(bytes(), 1..8))
}

#[test]
fn plain_questions_are_answered_as_the_reference_answers_them() {
    check_all(1, 250, &|choices| question(choices, Shape::Plain));
}

#[test]
fn bracketed_questions_are_answered_as_the_reference_answers_them() {
    check_all(2, 250, &|choices| question(choices, Shape::Bracketed));
}

#[test]
fn chains_are_counted_as_the_reference_counts_them() {
    check_all(4, 250, &counting);
}

#[test]
fn shortest_paths_are_as_short_and_as_many_as_the_shortest_trails() {
    proptest!(config(3, 150), |((graph_bytes, arrows) in bytes())| {
        let graph = graph(&mut Choices::new(&graph_bytes));
        let db = loaded(&graph, Database::options().in_memory());
        for arrow_bytes in arrows {
            check_shortest(&graph, &db, &mut Choices::new(&arrow_bytes))?;
        }
    });
}

fn check_all(seed: u64, cases: u32, question: &dyn Fn(&mut Choices<'_>) -> Question) {
    proptest!(config(seed, cases), |((graph_bytes, questions) in bytes())| {
        let graph = graph(&mut Choices::new(&graph_bytes));
        let optimised = loaded(&graph, Database::options().in_memory());
        if graph.nodes.len().is_multiple_of(2) {
            optimised.run(INDEXES).expect("indexes are created");
        }
        let plain = loaded(&graph, Database::options().plain_plans().in_memory());
        for question_bytes in questions {
            let question = question(&mut Choices::new(&question_bytes));
            check(&graph, &question, &[("optimised", &optimised), ("as written", &plain)])?;
        }
    });
}

fn loaded(graph: &Graph, db: Database) -> Database {
    graph.load(&db, Loading::Direct);
    db
}

fn check(graph: &Graph, question: &Question, engines: &[(&str, &Database)]) -> Result<(), TestCaseError> {
    let Some(expected) = answer(graph, question) else { return Ok(()) };
    let mut expected: Vec<String> = expected.iter().map(|row| line(row)).collect();
    let ordered = question.is_ordered();
    if !ordered {
        expected.sort();
    }
    for (name, db) in engines {
        let found = rows(db, &question.to_string(), ordered);
        let case = || format!("{name}\n{}\n\n{question}\n\n{}", graph.script(), explained(db, question));
        match found {
            Err(error) => return Err(TestCaseError::fail(format!("{}\n{}", error.report(), case()))),
            Ok(found) => prop_assert_eq!(&found, &expected, "{}", case()),
        }
    }
    Ok(())
}

fn explained(db: &Database, question: &Question) -> String {
    db.prepare(&question.to_string()).map_or(String::new(), |prepared| prepared.explain())
}

/// The rows as lines of text, sorted unless their order counts.
pub(crate) fn rows(db: &Database, query: &str, ordered: bool) -> Result<Vec<String>, averment::Error> {
    let rows = db.query(query, ())?.collect::<Result<Vec<Row>, _>>()?;
    let mut lines: Vec<String> = rows.iter().map(|row| line(row.values())).collect();
    if !ordered {
        lines.sort();
    }
    Ok(lines)
}

fn line<T: ToString>(cells: &[T]) -> String {
    cells.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
}

/// Lengths, and how many paths have that length, between all pairs of two nodes.
fn check_shortest(graph: &Graph, db: &Database, choices: &mut Choices<'_>) -> Result<(), TestCaseError> {
    let mut arrow = Arrow { way: choices.pick(&[Way::Out, Way::Either, Way::In]), ..Arrow::default() };
    arrow.types = choices.pick(&[vec![], vec!["T"], vec!["T", "U"]]);
    arrow.length = Some((1, choices.pick(&[None, Some(2), Some(3)])));
    let filter = choices.pick(&[Filter::None, Filter::Rels, Filter::Nodes]);
    let Some(expected) = shortest_trails(graph, &arrow, filter) else { return Ok(()) };
    let single: Vec<String> = expected.iter().map(|(pair, length, _)| format!("{pair} | {length}")).collect();
    let all: Vec<String> =
        expected.iter().map(|(pair, length, count)| format!("{pair} | {length} | {count}")).collect();
    let asked = |function: &str, answer: &str| {
        format!("MATCH (a), (b) WHERE a <> b MATCH p = {function}((a){arrow}(b)) {} {answer}", filter.text())
    };
    let single_query = asked("shortestPath", "RETURN a.id, b.id, length(p)");
    let all_query = asked("allShortestPaths", "RETURN a.id, b.id, length(p) AS length, count(*)");
    for (query, mut expected) in [(single_query, single), (all_query, all)] {
        expected.sort();
        let found = rows(db, &query, false);
        let found = found.map_err(|error| TestCaseError::fail(format!("{}\n{}", error.report(), graph.script())))?;
        prop_assert_eq!(found, expected, "{}\n\n{}", graph.script(), query);
    }
    Ok(())
}

/// What is asked of every element of a path, during the search.
#[derive(Clone, Copy)]
enum Filter {
    None,
    Rels,
    Nodes,
}

impl Filter {
    fn text(self) -> &'static str {
        match self {
            Filter::None => "",
            Filter::Rels => "WHERE all(r IN relationships(p) WHERE r.w > 0)",
            Filter::Nodes => "WHERE none(n IN nodes(p) WHERE n.v = 1)",
        }
    }

    fn keeps(self, graph: &Graph, from: usize, trail: &[usize]) -> bool {
        match self {
            Filter::None => true,
            Filter::Rels => trail.iter().all(|rel| graph.rels[*rel].w > 0),
            Filter::Nodes => {
                let touched = trail.iter().flat_map(|rel| [graph.rels[*rel].start, graph.rels[*rel].end]);
                let ends = touched.map(|end| match end {
                    End::Node(node) => node,
                    End::Rel(_) => unreachable!("a trail passes through nodes"),
                });
                // Unknown for a node without `v`, so `none` is unknown and the path is dropped.
                ends.chain([from]).all(|node| graph.nodes[node].v.is_some_and(|v| v != 1))
            }
        }
    }
}

fn shortest_trails(graph: &Graph, arrow: &Arrow, filter: Filter) -> Option<Vec<(String, usize, usize)>> {
    let mut found = Vec::new();
    for from in 0..graph.nodes.len() {
        let kept: Vec<_> = trails(graph, arrow, from, &[])?
            .into_iter()
            .filter(|(trail, _)| filter.keeps(graph, from, trail))
            .collect();
        for to in (0..graph.nodes.len()).filter(|to| *to != from) {
            let lengths: Vec<usize> = kept.iter().filter(|(_, end)| *end == to).map(|(trail, _)| trail.len()).collect();
            if let Some(length) = lengths.iter().min() {
                let count = lengths.iter().filter(|other| *other == length).count();
                found.push((format!("{} | {}", graph.nodes[from].id, graph.nodes[to].id), *length, count));
            }
        }
    }
    Some(found)
}
