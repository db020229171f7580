//! Commits follow each other in number and time, the last one is that of the graph, and each element carries one of them.

use super::Findings;
use crate::storage::record::Recorded;
use crate::storage::{Commit, Graph};

pub(super) fn check(graph: &Graph, findings: &mut Findings) {
    let mut last: Option<Commit> = None;
    for place in 0..graph.log.len() {
        let Some(commit) = graph.log.get(place).map(|entry| entry.commit) else {
            findings
                .expect(false, || format!("of {} commits in the log, number {place} is not there", graph.log.len()));
            continue;
        };
        let follows = last.is_none_or(|last| last.number < commit.number && last.micros <= commit.micros);
        findings.expect(follows && commit.number > 0, || {
            format!("commit {} stands behind commit {}", commit.number, last.map_or(0, |last| last.number))
        });
        last = Some(commit);
    }
    let is_last = last.map_or(graph.commit.number == 0, |last| last == graph.commit) && graph.open_changes == 0;
    findings.expect(is_last, || {
        let (number, last) = (graph.commit.number, last.map_or(0, |last| last.number));
        format!("the graph is that of commit {number}, and {last} is the last one of its log")
    });
    let nodes = graph.nodes.pages().iter().map(|(number, page)| ("nodes", number, page.len(), page.recorded()));
    let rels = graph.rels.pages().iter().map(|(number, page)| ("relationships", number, page.len(), page.recorded()));
    for (what, number, len, recorded) in nodes.chain(rels) {
        check_recorded(graph, what, number, len, recorded, findings);
    }
}

fn check_recorded(graph: &Graph, what: &str, number: usize, len: usize, recorded: &Recorded, findings: &mut Findings) {
    for (offsets, place) in recorded.stretches().filter(|(offsets, _)| offsets.start < len) {
        findings.expect((place as usize) < graph.log.len(), || {
            format!("the {what} of page {number} from place {} on belong to a commit that is not there", offsets.start)
        });
    }
}
