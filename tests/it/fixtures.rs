//! Holds the built-in graphs against the model that `fixtures/model.json` gives as data, and against themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::OnceLock;

use averment::{Database, ElementId, FromValue, Node, Relationship, Value, fixtures};
use serde_json::Value as Json;

#[test]
fn every_node_has_the_labels_and_properties_of_the_model() {
    let (graph, model) = (Graph::loaded(), Model::read());
    let faults: Vec<String> = graph.nodes.values().flat_map(|node| model.faults_of_node(node)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_relationship_has_the_ends_and_properties_of_the_model() {
    let (graph, model) = (Graph::loaded(), Model::read());
    let faults: Vec<String> = graph.rels.values().flat_map(|rel| model.faults_of_rel(&graph, rel)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

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
        assert_eq!(model.quoted_only.contains(rel.rel_type()), !rel.is_asserted(), "{}", graph.drawn(rel));
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

/// The numbers of the notes that the graphs are written from: a row that finds no node would be dropped in silence.
#[test]
fn nothing_of_the_notes_is_lost_on_the_way() {
    let graph = Graph::loaded();
    let mut found = BTreeMap::new();
    for rel in graph.rels.values().filter(|rel| rel.rel_type() != "SUPPORTS") {
        *found.entry(rel.rel_type()).or_insert(0) += 1;
    }
    let expected = BTreeMap::from([
        // The registry.
        ("OF", 124),
        // The world: October 2019 + May 2020 + what July and December 2021 add.
        ("TOOK", 4 + 2 + 2 + 3 + 7),
        ("TARGETS", 8 + 6 + 4 + 3 + 14),
        ("ADDS_TO", 1 + 1 + 3),
        ("LISTED_ON", 6 + 5 + 12),
        ("GROUNDED_ON", 3 + 5 + 5 + 4 + 7),
        ("PART_OF", 3 + 1 + 3 + 1 + 7),
        ("MEMBER_OF", 3 + 1 + 1),
        // Four states of an actor are given by both.
        ("OF_STATE", 23 + 12 - 4 + 14 + 4 + 27),
        ("HOLDS_POST", 6 + 2 + 4 + 1 + 4),
        ("TOOK_PART_IN", 3 + 1 + 6 + 4 + 6),
        ("BACKS", 1),
        // Both: Xinjiang is in China.
        ("LOCATED_IN", 1 + 3 + 2 + 4),
        ("BEFORE", 1),
        // Speech.
        ("MADE", 13 + 7 + 13 + 11 + 16),
        ("REPORTS", 13 + 7 + 12 + 8 + 18),
        ("ON_BEHALF_OF", 3 + 2 + 2 + 2 + 4),
        ("REPLIES_TO", 5 + 5 + 3 + 1 + 4),
        ("ASSERTS", 10 + 5 + 13 + 14 + 17),
        ("DENIES", 4 + 1 + 1 + 1 + 2),
        ("TAKES_STANCE_ON", 9 + 8 + 8 + 9 + 17),
        ("GIVES", 3 + 1),
        ("GIVES_GROUND_FOR", 1 + 1 + 3 + 2 + 4),
        // Content. Both: that the US interferes concerns two states and states one relationship.
        ("CONCERNS", 34 + 18 - 2 + 36 + 30 + 56),
        ("STATES", 7 + 5 - 1 + 9 + 6 + 17),
        ("REPRESSES", 1),
        ("DETAINS", 1),
        ("INTERFERES_IN", 1),
        ("RESTRICTS", 2 + 1),
        ("TIED_TO", 1 + 1),
        ("VIOLATES", 1 + 1),
        ("TAKES_PART_IN", 1 + 3 + 1 + 10),
        ("CONTRADICTS", 1 + 2 + 1 + 1),
        ("NARROWS", 2),
        ("UNDOES", 1 + 1 + 1 + 1 + 1),
        ("MEASURES", 6 + 3 + 7 + 2 + 8),
        ("SUM_OF", 3 + 3 + 3 + 5),
        // Only in July 2021.
        ("ACTS_AGAINST", 1),
        ("CONDITIONAL_ON", 1 + 2 + 2),
        ("DEALS_WITH", 1),
        ("PROMPTED", 1 + 1),
        ("SUPPRESSES", 1),
        ("TRIED_TO_PROCURE", 1),
        // Only since the sanctions of 10 December 2021.
        ("BASED_IN", 1 + 2),
        ("COMMITS_CRIMES_AGAINST", 1),
        ("COMMITS_GENOCIDE_AGAINST", 1),
        ("DEVELOPED", 1),
        ("RESTS_ON", 1 + 1),
        ("STERILISES", 1),
        ("TORTURES", 1),
        // Only since the actions of 16 December 2021.
        ("ASSISTS", 3),
        ("BEHIND", 1),
        ("ENDORSES", 3),
        ("HARMS", 1),
    ]);
    assert_eq!(found, expected);
}

#[test]
fn loading_again_changes_nothing() {
    let db = loaded();
    let before = Graph::of(&db).patterns();
    fixtures::load_all(&db).unwrap();
    assert_eq!(Graph::of(&db).patterns(), before);
}

#[test]
fn the_order_of_loading_does_not_matter() {
    let db = Database::in_memory();
    for name in fixtures::names().rev() {
        fixtures::load(&db, name).unwrap();
    }
    assert_eq!(Graph::of(&db).patterns(), Graph::loaded().patterns());
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
fn an_unknown_fixture_is_an_error_that_names_the_known_ones() {
    let error = fixtures::load(&Database::in_memory(), "2019-10").unwrap_err();
    assert_eq!(error.code(), "unknown-fixture");
    assert!(error.message().contains("2019-10-entity-list-28"));
}

/// All fixtures, loaded once and forked.
fn loaded() -> Database {
    static LOADED: OnceLock<Database> = OnceLock::new();
    let load = || {
        let db = Database::in_memory();
        fixtures::load_all(&db).unwrap_or_else(|error| panic!("the fixtures do not load\n{}", error.report()));
        db
    };
    LOADED.get_or_init(load).fork()
}

/// The whole graph, read by two queries.
struct Graph {
    nodes: BTreeMap<ElementId, Node>,
    rels: BTreeMap<ElementId, Relationship>,
}

impl Graph {
    fn loaded() -> Self {
        Self::of(&loaded())
    }

    fn of(db: &Database) -> Self {
        Self {
            nodes: column(db, "MATCH (n) RETURN n").map(|node: Node| (node.id(), node)).collect(),
            rels: column(db, "MATCH [r] RETURN r").map(|rel: Relationship| (rel.id(), rel)).collect(),
        }
    }

    fn of_type(&self, rel_type: &'static str) -> impl Iterator<Item = &Relationship> {
        self.rels.values().filter(move |rel| rel.rel_type() == rel_type)
    }

    fn citations(&self) -> impl Iterator<Item = &Relationship> {
        self.of_type("SUPPORTS")
    }

    fn ids(&self) -> BTreeSet<String> {
        self.nodes.values().map(|node| text(node.properties().get("id"))).collect()
    }

    /// Everything as text in which nothing depends on the order of loading.
    fn patterns(&self) -> Vec<String> {
        let nodes = self.nodes.values().map(|node| written("", node.properties()));
        let rels = self.rels.values().map(|rel| written(&self.drawn(rel), rel.properties()));
        let mut lines: Vec<String> = nodes.chain(rels).collect();
        lines.sort();
        lines
    }

    /// A relationship as a pattern, for messages.
    fn drawn(&self, rel: &Relationship) -> String {
        let end = |id: Option<ElementId>| match id.and_then(|id| self.nodes.get(&id)) {
            Some(node) => format!("({})", text(node.properties().get("id"))),
            None => {
                id.and_then(|id| self.rels.get(&id)).map_or("[?]".to_owned(), |rel| format!("[{}]", self.drawn(rel)))
            }
        };
        format!("{}-[:{}]->{}", end(rel.start()), rel.rel_type(), end(rel.end()))
    }
}

/// The tables of `fixtures/model.json`.
struct Model {
    labels: Vec<(BTreeSet<String>, Keys)>,
    rels: BTreeMap<String, Shape>,
    uncited: BTreeMap<String, Shape>,
    quoted_only: BTreeSet<String>,
    values: BTreeMap<String, BTreeSet<String>>,
}

/// The type of each property key.
type Keys = BTreeMap<String, String>;

/// What a relationship type joins, and what its relationships carry.
struct Shape {
    ends: Vec<(String, String)>,
    keys: Keys,
}

impl Model {
    fn read() -> Self {
        let json: Json = serde_json::from_str(include_str!("../../fixtures/model.json")).expect("the model is JSON");
        let labels =
            items(&json["labels"]).map(|row| (items(&row["stack"]).map(string).collect(), keys(row))).collect();
        let values = json["values"].as_object().expect("values by name");
        Self {
            labels,
            rels: shapes(&json["relationships"]),
            uncited: shapes(&json["uncited"]),
            quoted_only: items(&json["quoted_only"]).map(string).collect(),
            values: values.iter().map(|(name, words)| (name.clone(), items(words).map(string).collect())).collect(),
        }
    }

    fn faults_of_node(&self, node: &Node) -> Vec<String> {
        let stack: BTreeSet<String> = node.labels().iter().map(ToString::to_string).collect();
        let name = text(node.properties().get("id"));
        match self.labels.iter().find(|(labels, _)| *labels == stack) {
            None => vec![format!("{name}: no labels {stack:?} in the model")],
            Some((_, keys)) => self.faults_of_properties(&name, keys, node.properties()),
        }
    }

    fn faults_of_rel(&self, graph: &Graph, rel: &Relationship) -> Vec<String> {
        if self.quoted_only.contains(rel.rel_type()) {
            return Vec::new();
        }
        let Some(shape) = self.rels.get(rel.rel_type()).or_else(|| self.uncited.get(rel.rel_type())) else {
            return vec![format!("no type {} in the model", rel.rel_type())];
        };
        let mut faults = self.faults_of_properties(&graph.drawn(rel), &shape.keys, rel.properties());
        let fits = |end: Option<ElementId>, wanted: &str| wanted.split('|').any(|one| fits(graph, end, one));
        if !shape.ends.iter().any(|(from, to)| fits(rel.start(), from) && fits(rel.end(), to)) {
            faults.push(format!("{}: not among {:?}", graph.drawn(rel), shape.ends));
        }
        faults
    }

    fn faults_of_properties<'a, N: ToString + Ord + 'a>(
        &self,
        name: &str,
        keys: &Keys,
        properties: impl IntoIterator<Item = (&'a N, &'a Value)>,
    ) -> Vec<String> {
        let properties: BTreeMap<String, &Value> = properties.into_iter().map(|(k, v)| (k.to_string(), v)).collect();
        let unknown =
            properties.keys().filter(|key| !keys.contains_key(*key)).map(|key| format!("{name}: key `{key}`"));
        let wrong = keys.iter().filter_map(|(key, wanted)| {
            let value = properties.get(key).copied();
            (!self.is(value, wanted)).then(|| format!("{name}: `{key}` is {}, not {wanted}", text(value)))
        });
        unknown.chain(wrong).collect()
    }

    /// Whether a value is of the type that the table names: a type of the language, or a list of words of the model's;
    /// with `?` it may be absent.
    fn is(&self, value: Option<&Value>, wanted: &str) -> bool {
        let Some(value) = value else { return wanted.ends_with('?') };
        match (wanted.trim_end_matches('?'), value) {
            ("STRING", Value::String(_))
            | ("INTEGER" | "NUMBER", Value::Integer(_))
            | ("NUMBER", Value::Float(_))
            | ("BOOLEAN", Value::Boolean(_))
            | ("EDTF", Value::Edtf(_)) => true,
            ("LIST<STRING>", Value::List(items)) => items.iter().all(|item| matches!(item, Value::String(_))),
            (words, Value::String(word)) => self.values.get(words).is_some_and(|words| words.contains(&**word)),
            _ => false,
        }
    }
}

/// The only column of an answer.
fn column<T: FromValue>(db: &Database, query: &str) -> impl Iterator<Item = T> {
    let rows = db.query(query, ()).expect("the query is right");
    rows.map(|row| row.and_then(|row| row.at(0)).expect("a row with one column"))
}

/// A drawing with its properties behind it.
fn written<N: fmt::Display>(drawing: &str, properties: &BTreeMap<N, Value>) -> String {
    let properties: Vec<String> = properties.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{drawing} {{{}}}", properties.join(", "))
}

/// Whether an end is what the table asks for: a label, `[TYPE]`, `[quoted]`, or `*` for anything.
fn fits(graph: &Graph, end: Option<ElementId>, wanted: &str) -> bool {
    let Some(end) = end else { return false };
    match wanted.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some("quoted") => graph.rels.get(&end).is_some_and(|rel| !rel.is_asserted()),
        Some(rel_type) => graph.rels.get(&end).is_some_and(|rel| rel.rel_type() == rel_type),
        None => wanted == "*" || graph.nodes.get(&end).is_some_and(|node| has(node, wanted)),
    }
}

fn has(node: &Node, label: &str) -> bool {
    node.labels().iter().any(|name| name.as_str() == label)
}

fn text(value: Option<&Value>) -> String {
    match value {
        None => "absent".to_owned(),
        Some(Value::String(text)) => text.to_string(),
        Some(other) => other.to_string(),
    }
}

fn shapes(rows: &Json) -> BTreeMap<String, Shape> {
    let ends = |row: &Json| items(&row["ends"]).map(|pair| (string(&pair[0]), string(&pair[1]))).collect();
    items(rows).map(|row| (string(&row["type"]), Shape { ends: ends(row), keys: keys(row) })).collect()
}

fn keys(row: &Json) -> Keys {
    row["keys"].as_object().expect("keys by name").iter().map(|(key, kind)| (key.clone(), string(kind))).collect()
}

fn items(list: &Json) -> impl Iterator<Item = &Json> {
    list.as_array().expect("a list").iter()
}

fn string(text: &Json) -> String {
    text.as_str().expect("text").to_owned()
}
