//! Properties are those of elements that are there, and no dictionary has a string twice.

use rustc_hash::FxHashSet;

use super::Findings;
use crate::catalog::KeyId;
use crate::storage::Graph;
use crate::storage::bitmap::Bitmap;
use crate::storage::column::{Dictionaries, PageColumns};

pub(super) fn check(graph: &Graph, findings: &mut Findings) {
    for (number, page) in graph.nodes.pages().iter() {
        check_page(graph, "nodes", number, &page.columns, &page.present, findings);
    }
    for (number, page) in graph.rels.pages().iter() {
        check_page(graph, "relationships", number, &page.columns, &page.present(), findings);
    }
    check_dictionaries(graph, "nodes", &graph.nodes.dictionaries, findings);
    check_dictionaries(graph, "relationships", &graph.rels.dictionaries, findings);
}

fn check_page(
    graph: &Graph,
    what: &str,
    number: usize,
    columns: &PageColumns,
    present: &Bitmap,
    findings: &mut Findings,
) {
    findings.looked_at += present.count() as u64;
    for (key, offset) in columns.outside(present) {
        findings.expect(false, || {
            let key = graph.catalog.keys.name(key);
            format!("page {number} of {what} has a `{key}` in place {offset}, where nothing is")
        });
    }
}

fn check_dictionaries(graph: &Graph, what: &str, dictionaries: &Dictionaries, findings: &mut Findings) {
    for (key, texts) in dictionaries.texts() {
        let mut seen = FxHashSet::default();
        for text in texts.iter() {
            findings.expect(seen.insert(text), || told_twice(graph, what, key, text));
        }
        let (there, count) = (texts.iter().count(), texts.len());
        findings.expect(there == count, || {
            let key = graph.catalog.keys.name(key);
            format!("{count} strings are counted for `{key}` of {what}, and {there} are there")
        });
    }
}

fn told_twice(graph: &Graph, what: &str, key: KeyId, text: &str) -> String {
    format!("the strings of `{}` of {what} have '{text}' twice", graph.catalog.keys.name(key))
}
