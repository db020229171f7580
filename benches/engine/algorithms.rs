//! Algorithms over the whole graph, beside the same over plain arrays.

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;

use crate::Bench;
use crate::graph::Csr;

const ROUNDS: usize = 20;
const DAMPING: f64 = 0.85;

pub(crate) fn algorithms(criterion: &mut Criterion, bench: &Bench) {
    components(criterion, bench);
    ranks(criterion, bench);
}

fn components(criterion: &mut Criterion, bench: &Bench) {
    let mut group = criterion.benchmark_group("weakly connected components");
    group.sample_size(20).measurement_time(Duration::from_secs(5));
    let whole = bench.prepare("CALL algo.wcc({}) YIELD node RETURN count(*)");
    group.bench_function("averment", |bencher| {
        bencher.iter(|| bench.db.query(&whole, ()).expect("an answer").single::<i64>().expect("a count"));
    });
    let chosen =
        bench.prepare("CALL algo.wcc({nodes: ['Person'], rels: ['T0', 'T1', 'T2']}) YIELD node RETURN count(*)");
    group.bench_function("averment, of a label and three types", |bencher| {
        bencher.iter(|| bench.db.query(&chosen, ()).expect("an answer").single::<i64>().expect("a count"));
    });
    let counted = bench.prepare("CALL algo.wcc({}) YIELD component RETURN count(DISTINCT component)");
    group.bench_function("averment, counted", |bencher| {
        bencher.iter(|| bench.db.query(&counted, ()).expect("an answer").single::<i64>().expect("a count"));
    });
    let sizes =
        bench.prepare("CALL algo.wcc({}) YIELD component RETURN component, count(*) AS n ORDER BY n DESC LIMIT 5");
    group.bench_function("averment, the largest", |bencher| {
        bencher.iter(|| bench.db.query(&sizes, ()).expect("an answer").count());
    });
    group.bench_function("floor", |bencher| bencher.iter(|| component_count(black_box(&bench.out))));
    group.finish();
    let found: i64 = bench.db.query(&counted, ()).expect("an answer").single().expect("a count");
    assert_eq!(found, component_count(&bench.out), "the floor and the engine agree");
}

fn component_count(out: &Csr) -> i64 {
    let mut parents: Vec<u32> = (0..out.node_count()).collect();
    let mut count = i64::from(out.node_count());
    for node in 0..out.node_count() {
        for &neighbour in out.of(node) {
            let (left, right) = (find(&mut parents, node), find(&mut parents, neighbour));
            if left != right {
                parents[left.max(right) as usize] = left.min(right);
                count -= 1;
            }
        }
    }
    count
}

fn find(parents: &mut [u32], mut node: u32) -> u32 {
    while parents[node as usize] != node {
        parents[node as usize] = parents[parents[node as usize] as usize];
        node = parents[node as usize];
    }
    node
}

fn ranks(criterion: &mut Criterion, bench: &Bench) {
    let mut group = criterion.benchmark_group("PageRank, 20 rounds");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    let statement = bench.prepare(
        "CALL algo.pagerank({iterations: 20, damping: 0.85}) YIELD node, score RETURN node.id, score \
         ORDER BY score DESC LIMIT 5",
    );
    group.bench_function("averment", |bencher| {
        bencher.iter(|| bench.db.query(&statement, ()).expect("an answer").into_vec::<(i64, f64)>().expect("rows"));
    });
    group.bench_function("floor", |bencher| bencher.iter(|| highest(&page_rank(&bench.out, &bench.into))));
    group.finish();
    let found = bench.db.query(&statement, ()).expect("an answer").into_vec::<(i64, f64)>().expect("rows");
    let expected = page_rank(&bench.out, &bench.into);
    for (node, score) in found {
        let floor = expected[usize::try_from(node).expect("an index")];
        assert!((score - floor).abs() < 1e-9 * floor, "the floor and the engine agree");
    }
}

fn page_rank(out: &Csr, into: &Csr) -> Vec<f64> {
    let everybody = f64::from(out.node_count());
    let mut ranks = vec![1.0 / everybody; out.node_count() as usize];
    let mut parts = vec![0.0; ranks.len()];
    for _ in 0..ROUNDS {
        let mut lost = 0.0;
        for node in 0..out.node_count() {
            let rank = ranks[node as usize];
            match u32::try_from(out.of(node).len()).expect("fits") {
                0 => lost += rank,
                count => parts[node as usize] = rank / f64::from(count),
            }
        }
        let base = (1.0 - DAMPING + DAMPING * lost) / everybody;
        for node in 0..into.node_count() {
            let sum: f64 = into.of(node).iter().map(|source| parts[*source as usize]).sum();
            ranks[node as usize] = base + DAMPING * sum;
        }
    }
    ranks
}

/// The five that have the highest ranks.
fn highest(ranks: &[f64]) -> Vec<usize> {
    let mut nodes: Vec<usize> = (0..ranks.len()).collect();
    let _ = nodes.select_nth_unstable_by(5.min(ranks.len() - 1), |left, right| ranks[*right].total_cmp(&ranks[*left]));
    nodes.truncate(5);
    nodes
}
