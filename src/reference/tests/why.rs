//! WHY on generated queries: the rows are those of the query without it, and what a row rests on is enough to make that
//! row again.

use std::collections::BTreeSet;

use super::author::{self, Written};
use super::comparison::lines;
use super::dice::Dice;
use super::engine::World;
use super::graphs::Draft;
use super::tally::set;
use crate::optimize::PassSet;
use crate::reference::{Outcome, Row, Table};
use crate::value::{Element, ElementId, Name, Node};
use crate::{FromValue, Why};

/// The table without the column `why`.
fn unexplained(table: Outcome<Table>) -> Outcome<Table> {
    table.map(|mut table| {
        assert_eq!(table.columns.pop(), Some(Name::from("why")));
        table
    })
}

/// The queries that are asked of one graph.
const QUERIES_PER_GRAPH: usize = 6;

/// Rows of answers that are large take long to be explained.
const MAX_ROWS: usize = 60;

#[track_caller]
fn check_rows(graphs: std::ops::Range<usize>) {
    for seed in graphs {
        let mut dice = Dice::new(seed as u64);
        let draft = Draft::random(&mut dice);
        let world = World::of(&draft);
        for _ in 0..QUERIES_PER_GRAPH {
            let written = author::query(&mut dice, draft.dated);
            for passes in [PassSet::ALL, PassSet::from_bits(dice.bits())] {
                let plain = world.found(world.logical(&written.text), passes);
                if plain.as_ref().is_ok_and(|table| table.rows.len() > 40 * MAX_ROWS) {
                    continue;
                }
                let plain = lines(plain, written.ordered);
                let why = format!("WHY {}", written.text);
                let found = lines(unexplained(world.found(world.logical(&why), passes)), written.ordered);
                let agrees = match (&plain, &found) {
                    (Ok(plain), Ok(found)) => plain == found,
                    (Err(_), Err(_)) => true,
                    _ => false,
                };
                let explanation = || world.explained(world.optimised(world.logical(&why), passes));
                assert!(
                    agrees,
                    "seed {seed}\n{}\n{why}\nplain {plain:#?}\nexplained {found:#?}\n{passes:?}\n{}",
                    world.script(),
                    explanation()
                );
            }
        }
    }
}

#[test]
fn why_changes_no_rows() {
    let (seed, count) = (set("AVERMENT_SEED", 1), set("AVERMENT_CASES", 60));
    check_rows(seed..seed + count);
}

/// What a row rests on: elements, and what cites them.
fn told(row: &Row) -> BTreeSet<ElementId> {
    let why = Why::from_value(&row[&Name::from("why")]).expect("WHY gives what it gives");
    assert!(why.truncated().is_none());
    let mut ids = BTreeSet::new();
    for because in why.elements() {
        ids.extend(because.element.iter().map(Element::id));
        for citation in &because.citations {
            ids.extend([citation.relationship.id(), citation.source.id()]);
            ids.extend(citation.paragraph.iter().map(Node::id));
        }
    }
    ids
}

/// Whether the rows of the query depend on rows beside them: they are ranked, or put into groups by what was counted or
/// found of them. A row of another group, of which less is there, may come to be of this one; only what all rows of all
/// groups rest on could keep it away.
fn is_outside(written: &Written) -> bool {
    written.grouped_by_found || ["LIMIT", "SKIP"].iter().any(|word| written.text.contains(word))
}

/// Of each answer three rows are made again of what they rest on. How many were.
#[track_caller]
fn check_reproduction(graphs: std::ops::Range<usize>) -> usize {
    let mut count = 0;
    for seed in graphs {
        let mut dice = Dice::new(seed as u64);
        let draft = Draft::random(&mut dice);
        let world = World::of(&draft);
        for _ in 0..QUERIES_PER_GRAPH {
            let written = author::query(&mut dice, draft.dated);
            let plain = world.found(world.logical(&written.text), PassSet::ALL);
            if is_outside(&written) || plain.is_ok_and(|table| table.rows.len() > MAX_ROWS) {
                continue;
            }
            let why = format!("WHY {}", written.text);
            let Ok(table) = world.found(world.logical(&why), PassSet::ALL) else { continue };
            for row in table.rows.iter().take(3) {
                let more = some(&world, &mut dice);
                let again = is_made_again(&world, &table.columns, row, &written.text, &more);
                again.unwrap_or_else(|lost| panic!("seed {seed}\n{}\n{why}\n{lost}", world.script()));
                count += 1;
            }
        }
    }
    count
}

/// Any elements; often none.
fn some(world: &World, dice: &mut Dice) -> BTreeSet<ElementId> {
    let percent = [0, 0, 20, 50, 80][dice.below(5)];
    let all = ["MATCH (x) RETURN x", "MATCH [x] RETURN x"].map(|text| found(world, text)).into_iter().flatten();
    all.map(|row| id(&row, "x")).filter(|_| dice.chance(percent)).collect()
}

/// The elements with their ends and what cites them, and what paragraphs are of, and so on.
fn closed(world: &World, mut kept: BTreeSet<ElementId>) -> BTreeSet<ElementId> {
    let rels = found(world, "MATCH [x] RETURN x, startNode(x) AS start, endNode(x) AS end, type(x) AS type");
    let mut before = None;
    while before != Some(kept.len()) {
        before = Some(kept.len());
        for row in &rels {
            let [rel, start, end] = ["x", "start", "end"].map(|name| id(row, name));
            let leads_to_it = match row[&Name::from("type")].to_string().as_str() {
                "SUPPORTS" => kept.contains(&end),
                "OF" => kept.contains(&start),
                _ => false,
            };
            if leads_to_it || kept.contains(&rel) {
                kept.extend([rel, start, end]);
            }
        }
    }
    kept
}

fn found(world: &World, text: &str) -> Vec<Row> {
    world.found(world.logical(text), PassSet::NONE).expect("all there is").rows
}

fn id(row: &Row, column: &str) -> ElementId {
    Element::from_value(&row[&Name::from(column)]).expect("an element").id()
}

/// Whether what the row rests on gives it again, and whatever else of the graph is there.
fn is_made_again(
    world: &World,
    columns: &[Name],
    row: &Row,
    text: &str,
    more: &BTreeSet<ElementId>,
) -> Result<(), String> {
    let small = world.keeping(&closed(world, told(row).union(more).copied().collect()));
    let only = Table { columns: columns.to_vec(), rows: vec![row.clone()] };
    let wanted = lines(unexplained(Ok(only)), true).expect("a row").remove(0);
    let found = lines(small.found(small.logical(text), PassSet::ALL), true);
    let reasons = &row[&Name::from("why")];
    let again = found.as_ref().is_ok_and(|found| found.contains(&wanted));
    if again { Ok(()) } else { Err(format!("wanted {wanted}\nfound {found:#?}\nfrom {reasons}\nbeside {more:?}")) }
}

/// From `a` to `d` over `b`, and over `c` and `e`; `b` and `c` are at a `Z`.
const TWO_WAYS: &str = "CREATE (a:N {id: 'a'})-[:R]->(b:N {id: 'b', v: 1})-[:R]->(d:N {id: 'd', v: 2}),
    (a)-[:R]->(c:N {id: 'c', v: 3})-[:R]->(e:N {id: 'e'})-[:R]->(d), (b)-[:S]->(:Z {id: 'y'}), (x:N {id: 'x'})-[:R]->(c),
    (e)-[:T]->(:W {id: 'w'}), (s:Source {published: date('2020-01-01')})-[:SUPPORTS]->(b)";

/// Rows that hang on what was rejected.
const REJECTING: &[&str] = &[
    "MATCH (a {id: 'a'})-->(b {id: 'b'}) RETURN b.id, COUNT { (a)-->(x) WHERE NOT (x)-->(:Z) } AS n",
    "MATCH (a {id: 'a'})-->(b {id: 'b'}) RETURN b.id, COLLECT { MATCH (a)-->(x) WHERE NOT (x)-->(:Z) RETURN x.id } AS n",
    "MATCH (a {id: 'a'})-->(b {id: 'b'}) RETURN b.id, [(a)-->(x) WHERE NOT EXISTS { (x)-->(:Z) } | x.id] AS n",
    "MATCH (a {id: 'a'})-->(b {id: 'b'}) CALL (a) { MATCH (a)-->(x) WHERE NOT (x)-->(:Z) RETURN count(*) AS n } RETURN b.id, n",
    "MATCH (a {id: 'a'})-->(b {id: 'b'}) CALL (a) { MATCH (a)-->(x) WHERE NOT (x)-->() RETURN count(*) AS n } RETURN b.id, n",
    "MATCH (a {id: 'a'})-->(b {id: 'b'}) CALL (a) { MATCH (a)-->(x) WHERE NOT (x)-->(:Z) RETURN collect(x.id) AS n } RETURN b.id, n",
    "MATCH (a {id: 'a'})-->(b {id: 'b'}), (d {id: 'd'}) MATCH p = shortestPath((a)-[*]->(d)) WHERE none(n IN nodes(p) WHERE (n)-->(:Z)) RETURN b.id, length(p) AS n",
    "MATCH (b {id: 'b'}) MATCH p = shortestPath((a {id: 'a'})-[*]->(d {id: 'd'})) WHERE none(n IN nodes(p) WHERE (n)-->(:Z)) RETURN b.id, length(p) AS n",
    "MATCH (b {id: 'b'}) OPTIONAL MATCH p = shortestPath((a {id: 'a'})-[*]->(d {id: 'd'})) WHERE none(n IN nodes(p) WHERE (n)-->(:Z)) RETURN b.id, length(p) AS n",
    "MATCH (b {id: 'b'}) OPTIONAL MATCH p = shortestPath((a {id: 'a'})-[*]->(d {id: 'd'})) WHERE none(n IN nodes(p) WHERE (n)-->(:Z|W)) RETURN b.id, length(p) AS n",
    "MATCH (b {id: 'b'}) MATCH p = allShortestPaths((a {id: 'a'})-[*]->(d {id: 'd'})) WHERE none(n IN nodes(p) WHERE (n)-->(:Z)) RETURN b.id, length(p) AS n",
    "MATCH (a {id: 'a'})-[r]->(b {id: 'b'})-[s]->(d) MATCH p = SHORTEST 1 (a) ((x)-[:R]->(y) WHERE NOT (y)-->(:Z))+ (d) RETURN b.id, length(p) AS n",
    "MATCH (b {id: 'b'})-[s]->(d) MATCH p = SHORTEST 1 (a {id: 'a'}) ((x)-[:R]->(y) WHERE NOT (y)-->(:Z))+ (d) RETURN b.id, length(p) AS n",
    "MATCH (b {id: 'b'})-[s]->(d) MATCH p = SHORTEST 1 GROUP (a {id: 'a'}) ((x)-[:R]->(y) WHERE NOT (y)-->(:Z))+ (d) RETURN b.id, length(p) AS n",
    "MATCH (a {id: 'a'})-[r]->(b {id: 'b'})-[s]->(d) RETURN b.id, COUNT { MATCH SHORTEST 1 (a) ((x)-[:R]->(y) WHERE NOT (y)-->(:Z|W))+ (d) } AS n",
    "MATCH (a {id: 'a'})-[r]->(b {id: 'b'})-[s]->(d) RETURN b.id, COUNT { MATCH p = SHORTEST 1 (a)-->+(d) WITH p WHERE length(p) > 2 } AS n",
    "MATCH (a)-[r]->(x) WHERE NOT (x)-->(:Z) RETURN count(*) AS n",
    "MATCH (a)-[r]->(x) WHERE NOT (x)-->(:Z) RETURN a.id, count(*) AS n, collect(x.id) AS l",
    "MATCH (a)-[r]->(x) WHERE NOT (x)-->(:Z) WITH a, count(*) AS n WHERE n < 2 RETURN a.id, n",
    "MATCH (a)-[r]->(x) WHERE NOT (x)-->(:Z) WITH a, count(*) AS n WHERE n < 2 RETURN count(*) AS m, sum(n) AS s",
    "MATCH (a)-[r]->(x) WITH a, count(*) AS n WHERE n < 2 RETURN count(*) AS m, collect(a.id) AS s",
    "MATCH (a)-[r]->(x) WHERE NOT (x)-->(:Z) WITH a.id AS k, count(*) AS n WITH n, count(*) AS m WITH max(m) AS m RETURN m",
    "MATCH (a)-[r]->(x) WHERE (x)-->(:Z) AND NOT (x)-->(:N) WITH a, count(*) AS n WITH a.v AS v, count(*) AS m WHERE m > 5 RETURN count(*) AS k",
    "MATCH (a)-[r]->(x) WHERE NOT (x)-->(:Z) RETURN a.v IS NULL AS k, percentileCont(x.v, 0.5) AS n",
    "MATCH (a)-[r]->(x) WHERE NOT (x)-->(:Z) AND x.v > 0 RETURN min(x.v) AS n, max(x.v) AS m",
    "MATCH (a)-[r]->(x:N) OPTIONAL MATCH (x)-->(y:Z) WITH x, y WHERE y IS NULL RETURN count(*) AS n",
    "MATCH (a)-[r]->(x:N) OPTIONAL MATCH (x)-->(y) WHERE NOT (y)-->(:W) RETURN x.id, count(y) AS n, count(*) AS m",
    "MATCH (a {id: 'a'}) WHERE EXISTS { MATCH (a)-->(x) OPTIONAL MATCH (x)-->(y:Z) WITH y WHERE y IS NULL RETURN y } RETURN a.id",
    "MATCH (a) WHERE NOT EXISTS { MATCH (a)-->(x) OPTIONAL MATCH (x)-->(y) WITH x, y WHERE y IS NULL RETURN y } RETURN a.id",
    "MATCH (a) WHERE NOT EXISTS { MATCH (a)-->(x) WITH a, count(x) AS n WHERE n < 2 RETURN n } RETURN a.id",
    "MATCH (a) WHERE NOT EXISTS { MATCH (a)-->(x) CALL (x) { MATCH (x)-->() RETURN count(*) AS n } WITH n WHERE n < 2 RETURN n } RETURN a.id",
    "MATCH (a) RETURN a.id, COUNT { MATCH (a)-->(x) UNWIND [(x)-->(y) WHERE NOT (y)-->(:W) | y.id] AS z RETURN z } AS n",
    "MATCH (a) RETURN a.id, COUNT { MATCH (a)-->(x) CALL (x) { MATCH (x)-->(y) WHERE NOT (y)-->(:W) RETURN y } RETURN y } AS n",
    "MATCH (a) RETURN a.id, COUNT { MATCH (a)-->(x) WHERE NOT (x)-->(:Z) RETURN x UNION MATCH (a)-->(x) WHERE NOT (x)-->(:W) RETURN x } AS n",
    "MATCH (a) RETURN a.id, degree(a) AS n",
    "MATCH (a) WHERE degree(a) < 3 RETURN a.id",
    "MATCH (a) RETURN a.id, COUNT { (a)-->(x) WHERE degree(x) < 3 } AS n",
    "MATCH (a) WHERE known(a) > date('1970-01-01') RETURN a.id",
    "MATCH (a) RETURN a.id, known(a) AS n, size(citations(a)) AS m, sources(a) AS s",
    "MATCH (a)-->(x) WHERE size(sources(x)) = 0 RETURN count(*) AS n",
    "MATCH (n:Nope) RETURN count(*) AS n",
    "MATCH (a) WHERE a.id IN ['a', 'x'] RETURN a.id, EXISTS { MATCH (a)-->(x) WHERE COUNT { (x)-->(y) WHERE NOT (y)-->(:W) } = 2 } AS n",
];

#[test]
fn what_was_rejected_stays_rejected() {
    let world = World::drawn(TWO_WAYS);
    let mut lost = Vec::new();
    for text in REJECTING {
        let table = world.found(world.logical(&format!("WHY {text}")), PassSet::ALL).expect(text);
        let plain = lines(world.found(world.logical(text), PassSet::ALL), true);
        assert_eq!(plain, lines(unexplained(Ok(table.clone())), true), "{text}");
        assert!(!table.rows.is_empty(), "{text}");
        for row in &table.rows {
            let mut dice = Dice::new(1);
            for more in (0..3).map(|_| some(&world, &mut dice)) {
                let again = is_made_again(&world, &table.columns, row, text, &more);
                lost.extend(again.err().map(|lost| format!("{text}\n{lost}")));
            }
        }
    }
    assert!(lost.is_empty(), "{} lost\n{}", lost.len(), lost.join("\n\n"));
}

/// `AVERMENT_SEED` sets another seed, and `AVERMENT_CASES` of how many graphs rows are made again.
#[test]
#[expect(clippy::print_stdout, reason = "what was covered")]
fn rows_can_be_made_again_of_what_they_rest_on() {
    let (seed, count) = (set("AVERMENT_SEED", 5_000), set("AVERMENT_CASES", 40));
    let made = check_reproduction(seed..seed + count);
    println!("{made} rows of AVERMENT_SEED={seed} AVERMENT_CASES={count}");
    assert!(made > count);
}
