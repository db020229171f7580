//! The built-in graphs, held against themselves and, in the modules, against the model and the notes they come from.

mod counts;
mod graph;
mod model;
mod together;
mod voices;

use std::collections::BTreeSet;

use averment::{Database, ElementId, Relationship, Value, fixtures};

use graph::{Graph, has, loaded, text};
use model::Model;

#[test]
fn every_relationship_but_evidence_is_cited() {
    let (graph, model) = (Graph::loaded(), Model::read());
    let cited: BTreeSet<ElementId> = graph.citations().filter_map(Relationship::end).collect();
    let bare: Vec<String> = graph
        .rels
        .values()
        .filter(|rel| rel.is_asserted() && !model.uncited.contains_key(rel.rel_type()) && !cited.contains(&rel.id()))
        .map(|rel| graph.drawn(rel))
        .collect();
    assert!(bare.is_empty(), "without a citation:\n{}", bare.join("\n"));
}

#[test]
fn every_node_of_an_event_is_cited() {
    let graph = Graph::loaded();
    let cited: BTreeSet<ElementId> = graph.citations().filter_map(Relationship::end).collect();
    let of_an_event = ["Event", "Statement", "Claim", "Prospect", "Figure"];
    let bare: Vec<String> = graph
        .nodes
        .values()
        .filter(|node| node.labels().iter().any(|label| of_an_event.contains(&label.as_str())))
        .filter(|node| !cited.contains(&node.id()))
        .map(|node| text(node.properties().get("id")))
        .collect();
    assert!(bare.is_empty(), "without a citation: {}", bare.join(", "));
}

#[test]
fn a_paragraph_cites_an_element_once_in_one_voice() {
    let graph = Graph::loaded();
    let mut seen = BTreeSet::new();
    for cite in graph.citations() {
        let key = (cite.start(), cite.end(), text(cite.properties().get("voice")));
        assert!(seen.insert(key), "twice: {}", graph.drawn(cite));
    }
}

#[test]
fn every_voice_ends_in_the_article() {
    let graph = Graph::loaded();
    for cite in graph.citations() {
        let Some(Value::List(voice)) = cite.properties().get("voice") else {
            panic!("no voice: {}", graph.drawn(cite))
        };
        let voice: Vec<String> = voice.iter().map(|speaker| text(Some(speaker))).collect();
        let (last, speakers) = voice.split_last().expect("a voice has a speaker");
        assert_eq!(last, "article", "{}", graph.drawn(cite));
        for speaker in speakers {
            assert!(graph.ids().contains(speaker), "nobody is named {speaker}: {}", graph.drawn(cite));
        }
    }
}

#[test]
fn ids_are_unique_over_the_graph() {
    let graph = Graph::loaded();
    assert_eq!(graph.ids().len(), graph.nodes.len());
}

#[test]
fn every_claim_is_about_something_and_nothing_claimed_is_asserted() {
    let (graph, model) = (Graph::loaded(), Model::read());
    let concerned: BTreeSet<ElementId> = graph.of_type("CONCERNS").filter_map(Relationship::start).collect();
    for node in graph.nodes.values().filter(|node| has(node, "Claim")) {
        assert!(concerned.contains(&node.id()), "{} concerns nothing", text(node.properties().get("id")));
    }
    for rel in graph.rels.values() {
        assert_eq!(model.quoted_only.contains_key(rel.rel_type()), !rel.is_asserted(), "{}", graph.drawn(rel));
    }
}

#[test]
fn every_target_of_a_listing_is_on_its_list_from_its_day() {
    let graph = Graph::loaded();
    let pairs = |rel_type| graph.of_type(rel_type).map(|rel| (rel.start(), rel.end()));
    for (action, list) in pairs("ADDS_TO") {
        let day = text(graph.nodes[&action.expect("an action")].properties().get("on"));
        for (_, party) in pairs("TARGETS").filter(|(targeting, _)| *targeting == action) {
            let listed = graph.of_type("LISTED_ON").any(|rel| {
                (rel.start(), rel.end()) == (party, list) && text(rel.properties().get("valid_from")) == day
            });
            assert!(listed, "{party:?} is not on {list:?} from {day}");
        }
    }
}

#[test]
fn the_examples_of_the_readme_have_answers_and_no_warnings() {
    let db = loaded();
    let readme = include_str!("../../fixtures/README.md");
    let examples: Vec<&str> =
        readme.split("```cypher\n").skip(1).map(|rest| rest.split("```").next().unwrap_or(rest)).collect();
    assert!(!examples.is_empty());
    for example in examples {
        let mut rows = db.query(example, ()).unwrap_or_else(|error| panic!("{}", error.report()));
        assert!(rows.next().is_some(), "no rows: {example}");
        assert!(rows.warnings().is_empty(), "{:?}: {example}", rows.warnings());
    }
}

#[test]
fn a_line_of_a_script_has_at_most_120_characters() {
    for name in fixtures::names().chain(["registry"]) {
        for (index, line) in fixtures::script(name).unwrap().lines().enumerate() {
            assert!(line.chars().count() <= 120, "{name}, line {}", index + 1);
        }
    }
}

#[test]
fn an_unknown_fixture_is_an_error_that_names_the_known_ones() {
    let error = fixtures::load(&Database::in_memory(), "2019-10").unwrap_err();
    assert_eq!(error.code(), "unknown-fixture");
    assert!(error.message().contains("2019-10-entity-list-28"));
}
