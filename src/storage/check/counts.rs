//! What is counted is as many as there are: nodes, relationships of each type and family, those whose ends have a label,
//! and the pages where those of a type are looked for.

use rustc_hash::FxHashMap;

use super::Findings;
use crate::catalog::{Side, TypeId};
use crate::storage::rels::EndCount;
use crate::storage::{End, Family, Graph, Rel};

/// What there is of one type.
#[derive(Default)]
struct Counted {
    counts: [u64; 3],
    /// Of plain relationships, by side and the number of the label set at that end.
    ends: FxHashMap<(Side, u32), u64>,
    /// The number of each page where some are.
    pages: Vec<usize>,
}

pub(super) fn check(graph: &Graph, findings: &mut Findings) {
    let there: u64 = graph.nodes.pages().iter().map(|(_, page)| page.present.count() as u64).sum();
    let told = graph.nodes.count(None);
    findings.expect(there == told, || format!("{told} nodes are counted, and {there} are there"));
    let mut counted = counted(graph);
    let mut sums = [0; 3];
    for of_type in graph.rels.by_type() {
        let there = counted.remove(&of_type.rel_type).unwrap_or_default();
        sums.iter_mut().zip(there.counts).for_each(|(sum, count)| *sum += count);
        check_counts(graph, of_type.rel_type, of_type.counts, there.counts, findings);
        check_ends(graph, of_type.rel_type, of_type.ends, &there, findings);
        for page in there.pages {
            let is_known = u32::try_from(page).is_ok_and(|page| of_type.pages.contains(page));
            findings.expect(is_known, || {
                let name = graph.catalog.types.name(of_type.rel_type);
                format!("relationships of type `{name}` lie on page {page}, where they are not looked for")
            });
        }
    }
    for (rel_type, there) in counted {
        check_counts(graph, rel_type, [0; 3], there.counts, findings);
    }
    let told = Family::ALL.map(|family| graph.rels.count(None, family));
    findings.expect(sums == told, || format!("{} are counted, and {} are there", told_as(told), told_as(sums)));
}

fn counted(graph: &Graph) -> FxHashMap<TypeId, Counted> {
    let mut counted: FxHashMap<TypeId, Counted> = FxHashMap::default();
    for (number, page) in graph.rels.pages().iter() {
        for family in Family::ALL {
            for rel in page.family(family).ones().filter_map(|offset| page.rel(offset)) {
                let of_type = counted.entry(rel.rel_type).or_default();
                of_type.counts[family as usize] += 1;
                if of_type.pages.last() != Some(&number) {
                    of_type.pages.push(number);
                }
                if family == Family::Plain {
                    of_type.count_ends(graph, rel);
                }
            }
        }
    }
    counted
}

impl Counted {
    fn count_ends(&mut self, graph: &Graph, rel: Rel) {
        for (side, end) in [(Side::Start, rel.start), (Side::End, rel.end)] {
            if let Some(set) = label_set(graph, end) {
                *self.ends.entry((side, set)).or_default() += 1;
            }
        }
    }
}

fn label_set(graph: &Graph, end: End) -> Option<u32> {
    let (page, offset) = graph.nodes.page(end.as_node()?.0)?;
    page.sets.get(offset)
}

fn check_counts(graph: &Graph, rel_type: TypeId, told: [u64; 3], there: [u64; 3], findings: &mut Findings) {
    findings.expect(told == there, || {
        let name = graph.catalog.types.name(rel_type);
        format!("of type `{name}`, {} are counted, and {} are there", told_as(told), told_as(there))
    });
}

fn check_ends(graph: &Graph, rel_type: TypeId, told: &[EndCount], there: &Counted, findings: &mut Findings) {
    let mut by_label: FxHashMap<_, u64> = FxHashMap::default();
    for (&(side, set), count) in &there.ends {
        for label in graph.nodes.sets().get(set) {
            *by_label.entry((side, *label)).or_default() += count;
        }
    }
    let mut expect = |(side, label), told, there| {
        findings.expect(told == there, || {
            let (name, label) = (graph.catalog.types.name(rel_type), graph.catalog.labels.name(label));
            let side = if side == Side::Start { "begin" } else { "end" };
            format!("of type `{name}`, {told} that {side} at a `{label}` are counted, and {there} are there")
        });
    };
    for (end, count) in told {
        expect(*end, *count, by_label.remove(end).unwrap_or(0));
    }
    for (end, there) in by_label {
        expect(end, 0, there);
    }
}

fn told_as([plain, about, quoted]: [u64; 3]) -> String {
    format!("{plain} plain, {about} asserted and {quoted} quoted relationships")
}
