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
//! the nodes from which they come, ordered by the nodes to which they lead; all arithmetic is in 64-bit floats. Several threads may
//! work at it, each at other nodes, so that each sum is made by one of them, in the same order as ever.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::options::Options;
use super::chosen::{Chosen, NODES, Page, RELS, input};
use crate::function::{Answer, Field, FunctionError, Host, Procedure, Registry, Table, Vector};
use crate::storage::Direction;
use crate::value::{Name, Type, Value};

const NAME: &str = "algo.pagerank";

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
    parts: Vec<Part>,
    /// How many relationships leave each node.
    out_counts: Vec<u32>,
    /// The nodes that none leaves.
    ends: Vec<u32>,
}

/// Nodes whose numbers follow each other, with those that point at them.
struct Part {
    nodes: Range<usize>,
    /// Where the sources of each node end.
    ends: Vec<u32>,
    sources: Vec<u32>,
}

impl Links {
    fn of(chosen: &Chosen) -> Result<Self, FunctionError> {
        let count = chosen.len();
        let most: usize = chosen.sweep(Direction::In, |_, pages| pages.map(most_sources).sum::<usize>())?.iter().sum();
        // Arrays that grow have room for twice as many at most.
        chosen.reserve((3 * count + 2 * most) * size_of::<u32>())?;
        let parts = chosen.sweep(Direction::In, |nodes, pages| Part::of(nodes, pages))?;
        let out_counts = out_counts(chosen, &parts, count)?;
        let is_end = |node: &u32| out_counts[*node as usize] == 0;
        let ends = (0..place(count)).filter(is_end).collect();
        Ok(Self { parts, out_counts, ends })
    }

    fn ranks(&self, chosen: &Chosen, iterations: u64, damping: f64) -> Result<Vec<f64>, FunctionError> {
        let count = self.out_counts.len();
        chosen.reserve(3 * count * size_of::<f64>())?;
        let everybody = to_f64(count);
        let mut ranks = vec![1.0 / everybody; count];
        let mut parts: Vec<f64> = (0..count).map(|node| self.part(node, ranks[node])).collect();
        let mut next = vec![0.0; count];
        for _ in 0..iterations {
            let lost: f64 = self.ends.iter().map(|node| ranks[*node as usize]).fold(0.0, |lost, rank| lost + rank);
            let base = (1.0 - damping) / everybody + damping * lost / everybody;
            self.round(chosen, &parts, |rank| base + damping * rank, (&mut ranks, &mut next))?;
            std::mem::swap(&mut parts, &mut next);
        }
        Ok(ranks)
    }

    /// What a node of this rank gives along each of its relationships.
    fn part(&self, node: usize, rank: f64) -> f64 {
        rank / f64::from(self.out_counts[node].max(1))
    }

    /// What all nodes get of these parts, and what they will give.
    fn round(
        &self,
        chosen: &Chosen,
        given: &[f64],
        finish: impl Fn(f64) -> f64 + Sync,
        (ranks, parts): (&mut [f64], &mut [f64]),
    ) -> Result<(), FunctionError> {
        let mut open = Vec::with_capacity(self.parts.len());
        let (mut ranks, mut parts) = (ranks, parts);
        for part in &self.parts {
            let (mine, behind) = ranks.split_at_mut(part.nodes.len());
            let (given, behind_given) = parts.split_at_mut(part.nodes.len());
            open.push(Mutex::new((mine, given)));
            (ranks, parts) = (behind, behind_given);
        }
        chosen.in_parts(open.len(), |number| {
            let mut made = open[number].lock().unwrap_or_else(PoisonError::into_inner);
            let (ranks, parts) = &mut *made;
            let Part { nodes, ends, sources } = &self.parts[number];
            let mut first = 0;
            for (place, end) in ends.iter().enumerate() {
                let sources = &sources[first..*end as usize];
                ranks[place] = finish(sources.iter().map(|source| given[*source as usize]).sum());
                parts[place] = self.part(nodes.start + place, ranks[place]);
                first = *end as usize;
            }
        })?;
        Ok(())
    }
}

impl Part {
    fn of(nodes: Range<usize>, pages: &mut dyn Iterator<Item = Page>) -> Self {
        let (mut ends, mut sources) = (Vec::with_capacity(nodes.len()), Vec::new());
        for page in pages {
            page.each(|node, neighbours| {
                // One with many comes several times, and begins once.
                let index = node as usize - nodes.start;
                ends.resize(ends.len().max(index), place(sources.len()));
                neighbours.each(|source| sources.push(source));
                ends.truncate(index);
                ends.push(place(sources.len()));
            });
        }
        ends.resize(nodes.len(), place(sources.len()));
        Self { nodes, ends, sources }
    }
}

/// How many relationships lead to the nodes of a page, those of others included.
fn most_sources(page: Page) -> usize {
    let mut count = 0;
    page.each(|_, neighbours| count += neighbours.max_len());
    count
}

/// How often each node is a source. Each thread counts other nodes.
fn out_counts(chosen: &Chosen, parts: &[Part], count: usize) -> Result<Vec<u32>, FunctionError> {
    let each = count.div_ceil(chosen.threads()).max(1);
    let counted = chosen.in_parts(count.div_ceil(each), |number| {
        let first = place(number * each);
        let mut counts = vec![0_u32; each.min(count - number * each)];
        for source in parts.iter().flat_map(|part| &part.sources) {
            if let Some(count) = counts.get_mut(source.wrapping_sub(first) as usize) {
                *count += 1;
            }
        }
        counts
    })?;
    Ok(counted.concat())
}

fn place(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than 2^31 relationships")
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^31 nodes")]
fn to_f64(count: usize) -> f64 {
    count as f64
}
