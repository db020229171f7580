//! What the engine costs, each piece beside the same work over plain arrays in the same run.
//!
//! `cargo bench` runs all; `AVERMENT_BENCH_SCALE=100` divides the graph by a hundred. The lines before criterion's own
//! tell how long the graph took to build and the memory it takes.

#![allow(missing_docs, reason = "criterion's macros make undocumented items")]
#![expect(clippy::print_stdout, reason = "what is measured once has no other way out")]

mod algorithms;
mod clocks;
mod graph;

use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use averment::{Database, Prepared, params};
use criterion::{Criterion, criterion_group, criterion_main};

use graph::{Chance, Csr, Generated, TYPE_COUNT};

/// The graph in the engine and as arrays.
struct Bench {
    db: Database,
    graph: Generated,
    out: Csr,
    into: Csr,
    main_out: Csr,
}

impl Bench {
    fn new() -> Self {
        let divisor: u32 = std::env::var("AVERMENT_BENCH_SCALE").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
        let graph = Generated::new(1_000_000 / divisor, 5_000_000 / divisor as usize);
        let before = resident_bytes();
        let started = Instant::now();
        let db = build(&graph);
        let seconds = started.elapsed().as_secs_f64();
        let bytes = resident_bytes().saturating_sub(before);
        println!(
            "bulk creation of {} nodes and {} relationships: {seconds:.1} s, {} bytes of memory per relationship",
            graph.node_count,
            graph.rels.len(),
            bytes / graph.rels.len() as u64
        );
        let out = Csr::new(&graph, false, |_| true);
        let into = Csr::new(&graph, true, |_| true);
        let main_out = Csr::new(&graph, false, |rel_type| rel_type == 0);
        Self { db, graph, out, into, main_out }
    }

    fn prepare(&self, text: &str) -> Prepared {
        self.db.prepare(text).expect("the statement is right")
    }
}

fn build(graph: &Generated) -> Database {
    let db = Database::in_memory();
    db.query("CREATE CONSTRAINT person_id FOR (p:Person) REQUIRE p.id IS UNIQUE", ()).expect("a constraint");
    let mut transaction = db.write().expect("nobody else writes");
    let nodes: Vec<_> = (0..graph.node_count)
        .map(|index| {
            let age = graph.ages[index as usize];
            transaction.create_node(["Person"], [("id", i64::from(index)), ("age", age)]).expect("a node")
        })
        .collect();
    let types: Vec<String> = (0..TYPE_COUNT).map(|index| format!("T{index}")).collect();
    for &(start, end, rel_type, weight) in &graph.rels {
        let (start, end) = (nodes[start as usize], nodes[end as usize]);
        transaction
            .create_relationship(start, &types[rel_type as usize], end, [("weight", weight)])
            .expect("a relationship");
    }
    transaction.commit().expect("a commit");
    db
}

/// The memory of this process, where the system tells.
fn resident_bytes() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) * 4096
}

fn engine(criterion: &mut Criterion) {
    let bench = Bench::new();
    front(criterion, &bench);
    lookups(criterion, &bench);
    hops(criterion, &bench);
    paths(criterion, &bench);
    scans(criterion, &bench);
    algorithms::algorithms(criterion, &bench);
    joins(criterion);
    writes(criterion, &bench);
    clocks::clocks(criterion, &bench.graph);
}

fn front(criterion: &mut Criterion, bench: &Bench) {
    const TEXT: &str = "MATCH (a:Person {id: $id})-[:T0]->(b:Person)-[:T0]->(c) WHERE b.age > 30 AND c.age < 20 \
                        RETURN c.id AS id, count(*) AS ways ORDER BY ways DESC LIMIT 10";
    let mut group = criterion.benchmark_group("front");
    let mut number = 0_u64;
    // A comment makes each text a new one, so no plan is found ready.
    group.bench_function("parse, bind and plan", |bencher| {
        bencher.iter(|| {
            number += 1;
            bench.prepare(&format!("{TEXT} // {number}"))
        });
    });
    group.bench_function("find a plan ready", |bencher| bencher.iter(|| bench.prepare(TEXT)));
    group.finish();
}

fn lookups(criterion: &mut Criterion, bench: &Bench) {
    let mut group = criterion.benchmark_group("lookup by id");
    let statement = bench.prepare("MATCH (p:Person {id: $id}) RETURN p.age");
    let mut chance = Chance::new(7);
    group.bench_function("averment", |bencher| {
        bencher.iter(|| {
            let id = i64::from(chance.below(bench.graph.node_count));
            one(bench, &statement, id)
        });
    });
    group.bench_function("floor", |bencher| {
        bencher.iter(|| bench.graph.ages[chance.below(bench.graph.node_count) as usize]);
    });
    group.finish();
}

fn one(bench: &Bench, statement: &Prepared, id: i64) -> i64 {
    let rows = bench.db.query(statement, params! { "id" => id }).expect("an answer");
    rows.single().expect("one row")
}

fn hops(criterion: &mut Criterion, bench: &Bench) {
    let texts = [
        "MATCH (p:Person {id: $id})-[:T0]->(a) RETURN count(*)",
        "MATCH (p:Person {id: $id})-[:T0]->(a)-[:T0]->(b) RETURN count(DISTINCT b)",
        "MATCH (p:Person {id: $id})-[:T0]->(a)-[:T0]->(b)-[:T0]->(c) RETURN count(DISTINCT c)",
    ];
    for (index, text) in texts.into_iter().enumerate() {
        let mut group = criterion.benchmark_group(format!("{} hops from a node", index + 1));
        let statement = bench.prepare(text);
        let mut chance = Chance::new(9);
        // Not the node of a million relationships.
        let mut start = || 1 + chance.below(bench.graph.node_count - 1);
        group.bench_function("averment", |bencher| bencher.iter(|| one(bench, &statement, i64::from(start()))));
        group.bench_function("floor", |bencher| bencher.iter(|| distinct_at(&bench.main_out, start(), index + 1)));
        group.finish();
    }
    let mut group = criterion.benchmark_group("2-hop count over all nodes");
    let statement = bench.prepare("MATCH (a)-->(b)-->(c) RETURN count(*)");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.bench_function("averment", |bencher| {
        bencher.iter(|| bench.db.query(&statement, ()).expect("an answer").single::<i64>().expect("a count"));
    });
    group.bench_function("floor", |bencher| bencher.iter(|| two_hops(bench)));
    group.finish();
    let found: i64 = bench.db.query(&statement, ()).expect("an answer").single().expect("a count");
    assert_eq!(found, two_hops(bench), "the floor and the engine agree");
}

fn distinct_at(csr: &Csr, start: u32, depth: usize) -> usize {
    let mut level = vec![start];
    for _ in 0..depth {
        let mut next: Vec<u32> = level.iter().flat_map(|node| csr.of(*node)).copied().collect();
        next.sort_unstable();
        next.dedup();
        level = next;
    }
    level.len()
}

/// Paths of two different relationships: a self-loop is not followed by itself.
fn two_hops(bench: &Bench) -> i64 {
    let mut count = 0;
    for node in 0..bench.graph.node_count {
        for &next in bench.out.of(node) {
            count += bench.out.of(next).len() - usize::from(next == node);
        }
    }
    i64::try_from(count).expect("fits")
}

fn paths(criterion: &mut Criterion, bench: &Bench) {
    let mut group = criterion.benchmark_group("reachable within 4");
    let statement = bench.prepare("MATCH (p:Person {id: $id})-[:T1*1..4]->(b) RETURN count(DISTINCT b)");
    let csr = Csr::new(&bench.graph, false, |rel_type| rel_type == 1);
    let mut chance = Chance::new(11);
    let count = bench.graph.node_count;
    group.bench_function("averment", |bencher| {
        bencher.iter(|| one(bench, &statement, i64::from(chance.below(count))));
    });
    group.bench_function("floor", |bencher| {
        let mut seen = Seen::new(count);
        bencher.iter(|| reach(&csr, chance.below(count), 4, &mut seen));
    });
    group.finish();

    let mut group = criterion.benchmark_group("shortest path");
    let statement =
        bench.prepare("MATCH (a:Person {id: $a}), (b:Person {id: $b}), p = shortestPath((a)-[*]-(b)) RETURN length(p)");
    group.sample_size(20);
    group.bench_function("averment", |bencher| {
        bencher.iter(|| {
            let (a, b) = (i64::from(chance.below(count)), i64::from(chance.below(count)));
            bench.db.query(&statement, params! { "a" => a, "b" => b }).expect("an answer").count()
        });
    });
    group.bench_function("floor", |bencher| {
        let mut seen = [Seen::new(count), Seen::new(count)];
        bencher.iter(|| distance(&bench.out, &bench.into, chance.below(count), chance.below(count), &mut seen));
    });
    group.finish();
}

/// Which nodes a search has seen: a stamp per node, so that nothing is cleared between searches.
struct Seen {
    stamps: Vec<u32>,
    stamp: u32,
}

impl Seen {
    fn new(node_count: u32) -> Self {
        Self { stamps: vec![0; node_count as usize], stamp: 0 }
    }

    fn begin(&mut self) {
        self.stamp += 1;
    }

    /// True at the first call for a node.
    fn insert(&mut self, node: u32) -> bool {
        std::mem::replace(&mut self.stamps[node as usize], self.stamp) != self.stamp
    }

    fn has(&self, node: u32) -> bool {
        self.stamps[node as usize] == self.stamp
    }
}

fn reach(csr: &Csr, start: u32, depth: usize, seen: &mut Seen) -> usize {
    seen.begin();
    let mut level = vec![start];
    let mut count = 0;
    for _ in 0..depth {
        let found = level.iter().flat_map(|node| csr.of(*node)).copied();
        let next: Vec<u32> = found.filter(|node| seen.insert(*node)).collect();
        count += next.len();
        level = next;
    }
    count
}

/// Breadth first from both ends, the smaller frontier first.
fn distance(out: &Csr, into: &Csr, from: u32, to: u32, seen: &mut [Seen; 2]) -> Option<u32> {
    if from == to {
        return Some(0);
    }
    let mut levels = [vec![from], vec![to]];
    for (side, seen) in seen.iter_mut().enumerate() {
        seen.begin();
        seen.insert(levels[side][0]);
    }
    let mut steps = 0;
    while !levels[0].is_empty() && !levels[1].is_empty() {
        let side = usize::from(levels[1].len() < levels[0].len());
        steps += 1;
        let mut next = Vec::new();
        for &node in &levels[side] {
            for &neighbour in out.of(node).iter().chain(into.of(node)) {
                if seen[1 - side].has(neighbour) {
                    return Some(steps);
                }
                if seen[side].insert(neighbour) {
                    next.push(neighbour);
                }
            }
        }
        levels[side] = next;
    }
    None
}

fn scans(criterion: &mut Criterion, bench: &Bench) {
    let mut group = criterion.benchmark_group("filtered scan");
    let statement = bench.prepare("MATCH (p:Person) WHERE p.age > 30 RETURN count(*)");
    group.sample_size(20);
    group.bench_function("averment", |bencher| {
        bencher.iter(|| bench.db.query(&statement, ()).expect("an answer").single::<i64>().expect("a count"));
    });
    group.bench_function("floor", |bencher| {
        bencher.iter(|| black_box(&bench.graph.ages).iter().filter(|age| **age > 30).count());
    });
    group.finish();

    let mut group = criterion.benchmark_group("group by, top 10");
    let statement =
        bench.prepare("MATCH (p:Person) RETURN p.age AS age, count(*) AS people ORDER BY people DESC LIMIT 10");
    group.sample_size(20);
    group.bench_function("averment", |bencher| {
        bencher.iter(|| bench.db.query(&statement, ()).expect("an answer").count());
    });
    group.bench_function("floor", |bencher| {
        bencher.iter(|| {
            let mut counts = [0_u32; 100];
            for age in black_box(&bench.graph.ages) {
                counts[usize::try_from(*age).expect("an age")] += 1;
            }
            counts.sort_unstable();
            counts
        });
    });
    group.finish();
}

/// 100,000 nodes and 100,000 to be found by a value, without an index, in the ways in which people ask for them.
fn joins(criterion: &mut Criterion) {
    let db = Database::in_memory();
    db.query("UNWIND range(1, 100000) AS i CREATE (:A {k: i}), (:B {k: i})", ()).expect("a commit");
    let mut group = criterion.benchmark_group("100,000 values found without an index");
    group.sample_size(10);
    for (name, text) in [
        ("two patterns (hash join)", "MATCH (a:A), (b:B) WHERE a.k = b.k RETURN count(*)"),
        ("MATCH behind MATCH", "MATCH (a:A) MATCH (b:B {k: a.k}) RETURN count(*)"),
        ("OPTIONAL MATCH", "MATCH (a:A) OPTIONAL MATCH (b:B {k: a.k}) RETURN count(b)"),
        ("EXISTS", "MATCH (a:A) WHERE EXISTS { MATCH (b:B {k: a.k}) } RETURN count(*)"),
        ("COUNT", "MATCH (a:A) RETURN sum(COUNT { MATCH (b:B {k: a.k}) })"),
        ("CALL", "MATCH (a:A) CALL (a) { MATCH (b:B {k: a.k}) RETURN b } RETURN count(b)"),
    ] {
        let statement = db.prepare(text).expect("the statement is right");
        group.bench_function(name, |bencher| {
            bencher.iter(|| db.query(&statement, ()).expect("an answer").single::<i64>().expect("a count"));
        });
    }
    let merge = db.prepare("UNWIND range(1, 100000) AS i MERGE (:C {k: i})").expect("the statement is right");
    group.bench_function("MERGE", |bencher| {
        bencher.iter(|| db.fork().query(&merge, ()).expect("a commit").counters().nodes_created);
    });
    group.finish();
}

fn writes(criterion: &mut Criterion, bench: &Bench) {
    let mut group = criterion.benchmark_group("commit of one node");
    let empty = Database::in_memory();
    for (name, db) in [("on the big graph", &bench.db), ("on an empty graph", &empty)] {
        let statement = db.prepare("CREATE (:Event {weight: $w})").expect("the statement is right");
        let mut number = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                number += 1;
                db.query(&statement, params! { "w" => number }).expect("a commit")
            });
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("bulk creation through Cypher");
    group.sample_size(10);
    group.bench_function("10,000 nodes and relationships", |bencher| {
        bencher.iter(|| {
            let db = Database::in_memory();
            db.query("UNWIND range(1, 10000) AS x CREATE (:A {x: x})-[:T {w: x}]->(:B {y: x})", ()).expect("a commit")
        });
    });
    group.bench_function("floor", |bencher| {
        bencher.iter(|| {
            let mut nodes = Vec::new();
            let mut rels = Vec::new();
            for x in 0..10_000_i64 {
                nodes.extend([x, x]);
                rels.push((2 * x, 2 * x + 1, x));
            }
            black_box((nodes, rels))
        });
    });
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
