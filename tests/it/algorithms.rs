//! `algo.*` against the plainest thing that computes the same, and against values that others have printed.

use std::collections::BTreeMap;

use averment::{CancelToken, Database, ErrorKind, Limits, Rows, Statement};
use proptest::prelude::*;

/// Nodes by number, and who points at whom.
#[derive(Clone, Debug)]
struct Model {
    node_count: usize,
    arrows: Vec<(usize, usize)>,
}

impl Model {
    fn new(node_count: usize, arrows: &[(usize, usize)]) -> Self {
        Self { node_count, arrows: arrows.to_vec() }
    }

    fn database(&self) -> Database {
        let db = Database::in_memory();
        let mut transaction = db.write().unwrap();
        let nodes: Vec<_> = (0..self.node_count)
            .map(|number| transaction.create_node(["N"], [("n", i64::try_from(number).unwrap())]).unwrap())
            .collect();
        for (from, to) in &self.arrows {
            transaction.create_relationship(nodes[*from], "R", nodes[*to], [("w", 1_i64)]).unwrap();
        }
        transaction.commit().unwrap();
        db
    }

    /// The least node that can be reached in any direction: labels sink until nothing changes.
    fn components(&self) -> Vec<usize> {
        let mut least: Vec<usize> = (0..self.node_count).collect();
        loop {
            let before = least.clone();
            for &(from, to) in &self.arrows {
                let low = least[from].min(least[to]);
                (least[from], least[to]) = (low, low);
            }
            if least == before {
                return least;
            }
        }
    }

    /// The formula as it is written, with a matrix.
    #[expect(clippy::cast_precision_loss, reason = "few nodes")]
    fn ranks(&self, iterations: usize, damping: f64) -> Vec<f64> {
        let count = self.node_count as f64;
        let mut chance = vec![vec![0.0; self.node_count]; self.node_count];
        for (from, row) in chance.iter_mut().enumerate() {
            let ends: Vec<usize> = self.arrows.iter().filter(|arrow| arrow.0 == from).map(|arrow| arrow.1).collect();
            for end in &ends {
                row[*end] += 1.0 / ends.len() as f64;
            }
            if ends.is_empty() {
                row.fill(1.0 / count);
            }
        }
        let mut ranks = vec![1.0 / count; self.node_count];
        for _ in 0..iterations {
            let come = |to: usize| (0..self.node_count).map(|from| ranks[from] * chance[from][to]).sum::<f64>();
            ranks = (0..self.node_count).map(|to| (1.0 - damping) / count + damping * come(to)).collect();
        }
        ranks
    }
}

/// The component of each node, called by the number of its node with the least id.
fn components(db: &Database, text: &str) -> BTreeMap<i64, i64> {
    let text = format!("{text} MATCH (least) WHERE id(least) = component RETURN node.n, least.n");
    db.query(&*text, ()).unwrap().into_vec::<(i64, i64)>().unwrap().into_iter().collect()
}

fn ranks(db: &Database, options: &str) -> Vec<f64> {
    let text = format!("CALL algo.pagerank({options}) YIELD node, score RETURN score ORDER BY node.n");
    db.query(&*text, ()).unwrap().into_vec().unwrap()
}

#[track_caller]
fn assert_near(found: &[f64], expected: &[f64], within: f64) {
    assert_eq!(found.len(), expected.len());
    let is_near = found.iter().zip(expected).all(|(left, right)| (left - right).abs() <= within);
    assert!(is_near, "found {found:?}, expected {expected:?}");
}

fn model() -> impl Strategy<Value = Model> {
    (1..40_usize).prop_flat_map(|node_count| {
        let arrow = (0..node_count, 0..node_count);
        prop::collection::vec(arrow, 0..80).prop_map(move |arrows| Model { node_count, arrows })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn components_are_what_hangs_together(model in model()) {
        let found = components(&model.database(), "CALL algo.wcc({}) YIELD node, component");
        let number = |number: usize| i64::try_from(number).unwrap();
        let expected = model.components().into_iter().enumerate().map(|(node, least)| (number(node), number(least)));
        prop_assert_eq!(found, expected.collect::<BTreeMap<_, _>>());
    }

    #[test]
    fn ranks_are_those_of_the_formula(model in model(), iterations in 0..30_usize, damping in 0.0..=1.0_f64) {
        let found = ranks(&model.database(), &format!("{{iterations: {iterations}, damping: {damping:?}}}"));
        assert_near(&found, &model.ranks(iterations, damping), 1e-12);
        prop_assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    /// What is left out, by label, type, state or clock, is as if it were not there; and so is what was deleted.
    #[test]
    fn what_is_not_chosen_is_not_there(
        model in model(),
        fates in prop::collection::vec(0..8_u8, 40),
        rel_fates in prop::collection::vec(0..6_u8, 80),
    ) {
        let db = model.database();
        let mut left = model.clone();
        left.arrows.clear();
        // Nodes keep their numbers: those that are gone stand alone, and are not compared.
        let is_in = |node: usize| fates[node] >= 3;
        for (index, &(from, to)) in model.arrows.iter().enumerate() {
            let text = match rel_fates[index] {
                0 => "RETRACT r",
                1 => "SET r.valid_from = date('2030-01-01')",
                2 => "CREATE (a)-[:OTHER]->(b) DELETE r",
                _ => {
                    if is_in(from) && is_in(to) {
                        left.arrows.push((from, to));
                    }
                    continue;
                }
            };
            // One of those that are parallel and have no fate yet: which one makes no difference to what is left.
            let text = format!(
                "MATCH (a {{n: $a}})-[r:R]->(b {{n: $b}}) WHERE r.valid_from IS NULL WITH a, r, b LIMIT 1 {text}"
            );
            let (a, b) = (i64::try_from(from).unwrap(), i64::try_from(to).unwrap());
            db.query(&*text, averment::params! { "a" => a, "b" => b }).unwrap();
        }
        for (node, fate) in fates.iter().enumerate().take(model.node_count) {
            let text = match fate {
                0 => "MATCH (a {n: $a}) DETACH DELETE a",
                1 => "MATCH (a {n: $a}) REMOVE a:N",
                2 => "MATCH (a {n: $a}) SET a.valid_to = date('2000-01-01')",
                _ => continue,
            };
            db.query(text, averment::params! { "a" => i64::try_from(node).unwrap() }).unwrap();
        }
        let call = "VALID AT date('2020-01-01') CALL algo.wcc({nodes: ['N'], rels: ['R']}) YIELD node, component";
        let found = components(&db, call);
        let (number, least) = (|number: usize| i64::try_from(number).unwrap(), left.components());
        let chosen = (0..model.node_count).filter(|node| is_in(*node));
        let expected: BTreeMap<_, _> = chosen.map(|node| (number(node), number(least[node]))).collect();
        prop_assert_eq!(&found, &expected);

        let renumbered: BTreeMap<usize, usize> =
            (0..model.node_count).filter(|node| is_in(*node)).enumerate().map(|(new, old)| (old, new)).collect();
        let arrows: Vec<_> = left.arrows.iter().map(|(from, to)| (renumbered[from], renumbered[to])).collect();
        let text = "VALID AT date('2020-01-01') CALL algo.pagerank({nodes: ['N'], rels: ['R']}) YIELD node, score \
                    RETURN score ORDER BY node.n";
        let found: Vec<f64> = db.query(text, ()).unwrap().into_vec().unwrap();
        assert_near(&found, &Model::new(renumbered.len(), &arrows).ranks(20, 0.85), 1e-12);
    }
}

/// Langville and Meyer, "Google's `PageRank` and Beyond" (2006), section 4.5: six pages, the second of which leads nowhere;
/// with a damping of 0.9, the vector is (.03721 .05396 .04151 .3751 .206 .2862).
#[test]
fn six_pages_have_the_ranks_that_are_printed_in_the_book() {
    let arrows = [(0, 1), (0, 2), (2, 0), (2, 1), (2, 4), (3, 4), (3, 5), (4, 3), (4, 5), (5, 3)];
    let found = ranks(&Model::new(6, &arrows).database(), "{iterations: 200, damping: 0.9}");
    assert_near(&found, &[0.03721, 0.05396, 0.04151, 0.3751, 0.206, 0.2862], 5e-5);
}

/// The example of the article on `PageRank` in Wikipedia: eleven pages, a damping of 0.85, ranks in percent.
#[test]
fn eleven_pages_have_the_ranks_that_everybody_knows() {
    let mut arrows = vec![(1, 2), (2, 1), (3, 0), (3, 1), (4, 1), (4, 3), (4, 5), (5, 1), (5, 4)];
    arrows.extend((6..9).flat_map(|page| [(page, 1), (page, 4)]));
    arrows.extend((9..11).map(|page| (page, 4)));
    let found = ranks(&Model::new(11, &arrows).database(), "{iterations: 200}");
    let percent = [3.3, 38.4, 34.3, 3.9, 8.1, 3.9, 1.6, 1.6, 1.6, 1.6, 1.6];
    assert_near(&found, &percent.map(|percent| percent / 100.0), 5.1e-4);
}

#[test]
fn an_empty_graph_has_no_rows() {
    let db = Database::in_memory();
    assert_eq!(components(&db, "CALL algo.wcc({}) YIELD node, component"), BTreeMap::new());
    assert_eq!(ranks(&db, "{}"), Vec::<f64>::new());
}

/// Its relationships leave the page of the node.
#[test]
fn a_node_with_very_many_relationships_is_one_of_many() {
    let mut arrows: Vec<(usize, usize)> = (1..5_000).map(|node| (node, 7)).collect();
    arrows.extend((8..3_000).map(|node| (7, node)));
    let model = Model::new(5_001, &arrows);
    let db = model.database();
    let counted = "CALL algo.wcc({}) YIELD component RETURN component, count(*) AS n ORDER BY n DESC";
    let sizes: Vec<(i64, i64)> = db.query(counted, ()).unwrap().into_vec().unwrap();
    assert_eq!(sizes.iter().map(|size| size.1).collect::<Vec<_>>(), [4_999, 1, 1]);
    let sparse = ranks(&db, "{iterations: 3}");
    let from_others = |node: usize| arrows.iter().filter(move |arrow| arrow.1 == node).count();
    assert_eq!((from_others(7), from_others(3_500)), (4_999, 0));
    assert!(sparse[7] > 1_000.0 * sparse[3_500], "{} {}", sparse[7], sparse[3_500]);
    assert!((sparse.iter().sum::<f64>() - 1.0).abs() < 1e-9);
}

#[test]
fn many_calls_of_one_statement_use_the_memory_of_one() {
    let db = Model::new(10_000, &[]).database();
    let limits = Limits { max_bytes: Some(2 << 20), ..Limits::default() };
    let text =
        "UNWIND range(1, 50) AS i CALL algo.wcc({}) YIELD component RETURN i, count(*) AS n, min(component) AS c";
    let statement = Statement::new(text).limits(limits);
    let found: Vec<(i64, i64, i64)> = db.query(statement, ()).unwrap().into_vec().unwrap();
    assert_eq!(found.len(), 50);
    assert!(found.iter().all(|(_, count, _)| *count == 10_000));
    // Calls that give nothing follow each other without a row between them.
    let text = "UNWIND range(1, 2000) AS i CALL algo.wcc({nodes: []}) YIELD component RETURN count(*)";
    let statement = Statement::new(text).limits(Limits { max_bytes: Some(2 << 20), ..Limits::default() });
    assert_eq!(db.query(statement, ()).unwrap().single::<i64>().unwrap(), 0);
}

#[test]
fn an_algorithm_stops_at_the_limits_of_its_statement() {
    let db = Model::new(10_000, &[(0, 1), (1, 0)]).database();
    for call in ["algo.wcc({})", "algo.pagerank({})"] {
        let limits = Limits { max_bytes: Some(100_000), ..Limits::default() };
        let text = format!("CALL {call} YIELD node RETURN count(*)");
        let error = db.query(Statement::new(&text).limits(limits), ()).and_then(Rows::single::<i64>);
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Limit, "{call}");
        let token = CancelToken::new();
        token.cancel();
        let error = db.query(Statement::new(&text).cancel_with(token), ()).and_then(Rows::single::<i64>);
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Cancelled, "{call}");
    }
}

#[test]
fn endless_rounds_end_with_their_time() {
    let db = Model::new(1_000, &[(0, 1), (1, 0)]).database();
    let text = "CALL algo.pagerank({iterations: 9223372036854775807}) YIELD node RETURN count(*)";
    let statement = Statement::new(text).timeout(std::time::Duration::from_millis(50));
    let error = db.query(statement, ()).and_then(Rows::single::<i64>).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
}

#[test]
fn several_threads_find_the_same_to_the_last_bit() {
    let db = Database::in_memory();
    db.query("UNWIND range(0, 19999) AS i CREATE (:N {n: i})", ()).unwrap();
    let arrows = "MATCH (a:N) WHERE a.n % 5 < 3 UNWIND [a.n * 7919 % 20000, (a.n * 31 + 7) % 300] AS to \
        MATCH (b:N {n: to}) CREATE (a)-[:R]->(b)";
    db.query(arrows, ()).unwrap();
    let with = |threads| db.with_limits(Limits { max_threads: Some(threads), ..Limits::default() });
    let (alone, together) = (with(1), with(3));
    for nodes in ["{}", "{nodes: ['N'], rels: ['R']}"] {
        assert_eq!(ranks(&alone, nodes), ranks(&together, nodes));
        let wcc = format!("CALL algo.wcc({nodes}) YIELD node, component");
        assert_eq!(components(&alone, &wcc), components(&together, &wcc));
    }
}
