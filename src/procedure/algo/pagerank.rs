//! `algo.pagerank`: how often somebody comes by who follows relationships at random.
//!
//! With `n` nodes and damping `d`, each begins with 1/n, and in each round becomes
//!
//! ```text
//! (1 - d)/n  +  d × (the ranks that come in  +  those of nodes without a way out / n)
//! ```
//!
//! where a node gives each of its outgoing relationships an equal part of its rank. So the ranks sum up to 1 after each
//! round. This is the formula of Page, Brin, Motwani and Winograd (1999), where who has no way out goes anywhere. Relationships are read once, into an array of
//! the nodes from which they come, ordered by the nodes to which they lead; all arithmetic is in 64-bit floats.

use std::ops::Range;
use std::sync::Arc;

use super::chosen::{Chosen, NODES, RELS, input};
use super::options::Options;
use crate::function::{Answer, Field, FunctionError, Host, Procedure, Registry, Table, Vector};
use crate::storage::Direction;
use crate::value::{Name, Type, Value};

const NAME: &str = "algo.pagerank";

/// Nodes between two looks at the budget.
const STRETCH: usize = 16_384;

pub(super) fn register(registry: &mut Registry) {
    registry.add_procedure(Procedure {
        name: Name::from(NAME),
        inputs: vec![input()],
        outputs: vec![Field::required("node", Type::Node), Field::required("score", Type::Float)],
        summary: "the PageRank of each node, in all 1; options: `nodes`, `rels`, `iterations` (20), `damping` (0.85)"
            .to_owned(),
        body: Arc::new(ranks),
    });
}

fn ranks(host: &dyn Host, arguments: &[Value]) -> Result<Answer, FunctionError> {
    let options = Options::of(NAME, arguments, &[NODES, RELS, "iterations", "damping"])?;
    let (iterations, damping) = (options.count("iterations", 20)?, options.share("damping", 0.85)?);
    let chosen = Chosen::by(&options, host)?;
    let ranks = Links::of(&chosen)?.ranks(&chosen, iterations, damping)?;
    Ok(Answer::Table(Table::new(vec![Vector::Nodes(chosen.into_slots()), Vector::Floats(ranks)])))
}

/// Who points at whom.
struct Links {
    /// Where the sources of each node begin, and behind the last one's.
    firsts: Vec<u32>,
    sources: Vec<u32>,
    /// How many relationships leave each node.
    out_counts: Vec<u32>,
}

impl Links {
    fn of(chosen: &Chosen) -> Result<Self, FunctionError> {
        let count = chosen.len();
        chosen.reserve((2 * count + 1) * size_of::<u32>())?;
        let (mut firsts, mut out_counts) = (Vec::with_capacity(count + 1), vec![0; count]);
        let mut sources = Vec::new();
        for page in chosen.sweep(Direction::In) {
            let page = page?;
            make_room(chosen, &mut sources, page.max_len())?;
            page.each(|node, neighbours| {
                // One with many comes several times, and begins once.
                firsts.resize(firsts.len().max(node as usize + 1), place(sources.len()));
                neighbours.each(|source| {
                    sources.push(source);
                    out_counts[source as usize] += 1;
                });
            });
        }
        firsts.resize(count + 1, place(sources.len()));
        Ok(Self { firsts, sources, out_counts })
    }

    fn ranks(&self, chosen: &Chosen, iterations: u64, damping: f64) -> Result<Vec<f64>, FunctionError> {
        let count = self.out_counts.len();
        chosen.reserve(2 * count * size_of::<f64>())?;
        let everybody = to_f64(count);
        let mut ranks = vec![1.0 / everybody; count];
        let mut parts = vec![0.0; count];
        for _ in 0..iterations {
            chosen.reserve(0)?;
            let lost = self.share(&ranks, &mut parts);
            let base = (1.0 - damping) / everybody + damping * lost / everybody;
            for first in (0..count).step_by(STRETCH) {
                chosen.reserve(0)?;
                let nodes = first..count.min(first + STRETCH);
                self.gather(&parts, nodes.clone(), |rank| base + damping * rank, &mut ranks[nodes]);
            }
        }
        Ok(ranks)
    }

    /// What each node gives along each of its relationships; gives what is left of those that have none.
    fn share(&self, ranks: &[f64], parts: &mut [f64]) -> f64 {
        let mut lost = 0.0;
        for ((part, rank), out_count) in parts.iter_mut().zip(ranks).zip(&self.out_counts) {
            *part = rank / f64::from((*out_count).max(1));
            if *out_count == 0 {
                lost += rank;
            }
        }
        lost
    }

    /// What some nodes get.
    fn gather(&self, parts: &[f64], nodes: Range<usize>, finish: impl Fn(f64) -> f64, ranks: &mut [f64]) {
        let ends = &self.firsts[nodes.start + 1..=nodes.end];
        let mut first = self.firsts[nodes.start] as usize;
        for (rank, end) in ranks.iter_mut().zip(ends) {
            let sources = &self.sources[first..*end as usize];
            *rank = finish(sources.iter().map(|source| parts[*source as usize]).sum());
            first = *end as usize;
        }
    }
}

/// Room for so many more, which is counted first.
fn make_room(chosen: &Chosen, sources: &mut Vec<u32>, more: usize) -> Result<(), FunctionError> {
    let (len, capacity) = (sources.len(), sources.capacity());
    if len + more > capacity {
        let wanted = (len + more).max(2 * capacity);
        chosen.reserve((wanted - capacity) * size_of::<u32>())?;
        sources.reserve_exact(wanted - len);
    }
    Ok(())
}

fn place(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than 2^31 relationships")
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^31 nodes")]
fn to_f64(count: usize) -> f64 {
    count as f64
}
