//! What is only quoted is invisible to plain questions: they give the same rows as over the graph without it.

use averment::Database;
use proptest::prelude::*;

use crate::differential::{bytes, config, rows};
use crate::reference::{Bytes, Choices, Graph, Loading, Shape, answer, graph, question};

/// Questions whose answers hang on paths, degrees and counts, beside the generated ones.
const QUESTIONS: &[&str] = &[
    "MATCH (n) RETURN count(n)",
    "MATCH ()-[r]->() RETURN count(*)",
    "MATCH ()-[r]-() RETURN count(r)",
    "MATCH ()-[r:T]->() RETURN count(r), sum(r.w)",
    "MATCH (a)-->() RETURN a.id, count(*)",
    "MATCH (a:A) RETURN count(a)",
    "MATCH (a)-[:T]-(b) RETURN DISTINCT a.id, b.id",
    "MATCH (a)-->(b)-->(c) RETURN count(*)",
    "MATCH (a)--(b)--(c)--(d) RETURN count(*)",
    "MATCH (a)-->(b)-->(a) RETURN a.id, b.id",
    "MATCH (a)-->(a) RETURN a.id",
    "MATCH (a)-[rs*..4]->(b) RETURN a.id, b.id, [r IN rs | r.id]",
    "MATCH (a)-[:T|U*0..2]-(b) RETURN a.id, count(DISTINCT b)",
    "MATCH (a)-[*]->(b) RETURN DISTINCT a.id, b.id",
    "MATCH (a), (b) WHERE a <> b MATCH p = shortestPath((a)-[*]-(b)) RETURN a.id, b.id, length(p)",
    "MATCH (a), (b) WHERE a <> b MATCH p = allShortestPaths((a)-[:T|V*]->(b)) RETURN a.id, [r IN relationships(p) | r.id]",
    "MATCH (a) WHERE NOT (a)-->() RETURN a.id",
    "MATCH (a) WHERE EXISTS { (a)-[:T]->(:B) } RETURN a.id",
    "MATCH (a) WHERE COUNT { (a)--() } > 1 RETURN a.id",
    "MATCH (a) RETURN a.id, COUNT { (a)-->() }, COUNT { (a)<--() }, degree(a)",
    "MATCH (a) RETURN a.id, size([(a)-[:T]->(b) | b.id])",
    "MATCH (a) OPTIONAL MATCH (a)-[r:U]->(b:B) RETURN a.id, r.id, b.id",
    "MATCH (a) CALL { WITH a MATCH (a)-[r]-(b) RETURN count(r) AS n } RETURN a.id, n",
    "MATCH (a)-[r]->(b) RETURN type(r), count(*), min(r.w), max(b.v)",
    "MATCH p = (a)-[*1..2]->(b) RETURN [n IN nodes(p) | n.id], length(p)",
];

#[test]
fn a_plain_question_does_not_see_what_is_quoted() {
    proptest!(config(11, 60), |((graph_bytes, questions) in bytes())| {
        check(&graph(&mut Choices::new(&graph_bytes)), &questions, Loading::Direct)?;
    });
}

#[test]
fn a_plain_question_does_not_see_what_was_retracted_and_sees_what_was_asserted() {
    proptest!(config(12, 40), |((graph_bytes, questions) in bytes())| {
        check(&graph(&mut Choices::new(&graph_bytes)), &questions, Loading::Moved)?;
    });
}

fn check(graph: &Graph, questions: &[Bytes], loading: Loading) -> Result<(), TestCaseError> {
    let (whole, without) = (Database::in_memory(), Database::in_memory());
    graph.load(&whole, loading);
    graph.asserted_only().load(&without, Loading::Direct);
    let generated: Vec<String> = questions
        .iter()
        .map(|bytes| question(&mut Choices::new(bytes), Shape::Plain))
        // Some have millions of rows.
        .filter(|question| answer(graph, question).is_some())
        .map(|question| question.to_string())
        .collect();
    for question in QUESTIONS.iter().copied().chain(generated.iter().map(String::as_str)) {
        let (seen, expected) = (rows(&whole, question, false), rows(&without, question, false));
        match (seen, expected) {
            (Ok(seen), Ok(expected)) => prop_assert_eq!(seen, expected, "{}\n\n{}", graph.script(), question),
            (seen, expected) => {
                let error = seen.err().or(expected.err()).expect("one of them failed");
                return Err(TestCaseError::fail(format!("{}\n{}", error.report(), graph.script())));
            }
        }
    }
    Ok(())
}
