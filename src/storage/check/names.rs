//! An index of names has the words of each element that it is about, and nothing else.

use std::sync::Arc;

use super::{Findings, name_of};
use crate::catalog::NameIndexDef;
use crate::storage::Graph;
use crate::storage::graph::slot_of;
use crate::storage::name_index::NameIndex;

pub(super) fn check(graph: &Graph, findings: &mut Findings) {
    for def in &graph.catalog.name_indexes {
        let index = graph.name_index(def.id);
        findings.expect(index.is_some(), || format!("index `{}` is not there", def.name));
        if let Some(index) = index {
            check_index(graph, def, index, findings);
        }
    }
}

fn check_index(graph: &Graph, def: &NameIndexDef, index: &NameIndex, findings: &mut Findings) {
    let name = &def.name;
    findings.expect(index.is_in_order(), || format!("the words of index `{name}` are out of order"));
    let mut words: Vec<&Arc<str>> = Vec::new();
    for (word, slot) in index.entries() {
        let element = Graph::named_at(def.of, slot);
        let is_right = graph.is_there(element)
            && graph.is_named(element, def.of)
            && graph.name_words(element, &def.keys).iter().any(|found| found.as_str() == &**word);
        findings.expect(is_right, || format!("index `{name}` has {} with other words", name_of(graph, element)));
        if words.last().is_none_or(|last| *last != word) {
            words.push(word);
        }
    }
    let mut there = 0;
    for element in graph.named(def.of) {
        for word in graph.name_words(element, &def.keys) {
            there += 1;
            let is_found = index.holders(&word, slot_of(element)).next() == Some(slot_of(element));
            findings.expect(is_found, || format!("index `{name}` lacks a word of {}", name_of(graph, element)));
        }
    }
    let entries = index.len();
    findings.expect(entries == there, || format!("index `{name}` counts {entries} entries, and has to have {there}"));
    let is_filed = index.is_filed(words.into_iter());
    findings.expect(is_filed, || format!("index `{name}` files its words under other hints"));
}
