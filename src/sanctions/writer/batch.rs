//! Nodes and relationships of many records, each of them once, with what supports them.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Cited, find, merge, paragraph, words_of};
use crate::import::ImportReport;
use crate::sanctions::model::{Key, NodeEntry, Properties, Record, RelEntry, UNRESOLVED, home, is_same};
use crate::{ElementId, Error, Name, Node, Relationship, Value, WriteTransaction};

#[derive(Default)]
pub(super) struct Batch {
    nodes: Vec<NodeState>,
    /// By each label under which its id is its own.
    node_of: HashMap<Key, usize>,
    by_element: HashMap<ElementId, usize>,
    rels: Vec<RelState>,
    rel_of: HashMap<RelKey, usize>,
    citations: Vec<Citation>,
}

struct NodeState {
    key: Key,
    /// `None`: it is to be made.
    id: Option<ElementId>,
    was_there: bool,
    labels: Vec<String>,
    new_labels: Vec<String>,
    /// Something is known of it that is more than that it is led to.
    is_known: bool,
    /// Lists tell of it, and not only somebody else.
    is_of_lists: bool,
    properties: BTreeMap<Name, Value>,
    changed: HashSet<Name>,
}

impl NodeState {
    /// Entities of `FollowTheMoney` say of which schema they are, and nothing else does. What is only led to is of no kind.
    fn is_of_another_kind(&self, entry: &NodeEntry) -> bool {
        let said = &entry.properties.0;
        self.is_known && !said.is_empty() && self.properties.contains_key("schema") != said.contains_key("schema")
    }
}

/// The keys under which nothing else may have the id of a node.
fn homes_of(entry: &NodeEntry) -> impl Iterator<Item = Key> {
    let labels = entry.labels.iter().map(String::as_str);
    let homes = home::ALL.into_iter().filter(move |home| labels.clone().any(|label| label == *home));
    homes.map(|home| Key::new(home, entry.key.id.as_str()))
}

struct RelState {
    key: RelKey,
    id: Option<ElementId>,
    properties: Properties,
    changed: HashSet<Name>,
}

/// Ends by their numbers, and what tells relationships of one type between them apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct RelKey {
    start: usize,
    rel_type: String,
    end: usize,
    own_id: Option<String>,
}

struct Citation {
    paragraph: usize,
    target: Target,
    properties: Properties,
}

/// Those that are, and not those that are said not to be.
fn there(properties: &BTreeMap<Name, Value>) -> impl Iterator<Item = (&str, Value)> {
    let there = properties.iter().filter(|(_, value)| !matches!(value, Value::Null));
    there.map(|(key, value)| (key.as_str(), value.clone()))
}

#[derive(Clone, Copy)]
enum Target {
    Node(usize),
    Rel(usize),
}

impl Batch {
    /// Looks for all nodes of the records, and for those that have the id of one under another label.
    pub(super) fn find_nodes(&mut self, transaction: &mut WriteTransaction, records: &[Record]) -> Result<(), Error> {
        let (mut wanted, mut seen) = (BTreeMap::<&'static str, Vec<String>>::new(), HashSet::new());
        for record in records {
            let ends = record.rels.iter().flat_map(|rel| [&rel.start, &rel.end]);
            for key in record.nodes.iter().map(|node| &node.key).chain(ends) {
                if seen.insert(key) {
                    wanted.entry(key.home).or_default().push(key.id.clone());
                }
            }
        }
        self.find(transaction, wanted)?;
        let mut others = HashSet::new();
        for entry in records.iter().flat_map(|record| &record.nodes) {
            others.extend(homes_of(entry).filter(|key| !self.node_of.contains_key(key)));
        }
        let mut wanted = BTreeMap::<&'static str, Vec<String>>::new();
        for Key { home, id } in others {
            wanted.entry(home).or_default().push(id);
        }
        self.find(transaction, wanted)?;
        self.find_whose(transaction, records)
    }

    fn find(
        &mut self,
        transaction: &mut WriteTransaction,
        wanted: BTreeMap<&'static str, Vec<String>>,
    ) -> Result<(), Error> {
        for (home, ids) in wanted {
            for (id, node) in find::nodes(transaction, home, &ids)? {
                self.take_found(Key::new(home, id), &node);
            }
        }
        Ok(())
    }

    fn take_found(&mut self, key: Key, node: &Node) {
        if let Some(index) = self.by_element.get(&node.id()) {
            self.node_of.insert(key, *index);
            return;
        }
        let index = self.nodes.len();
        let labels: Vec<String> = node.labels().iter().map(|label| label.as_str().to_owned()).collect();
        self.by_element.insert(node.id(), index);
        let homes = home::ALL.into_iter().filter(|home| labels.iter().any(|label| label == home));
        self.node_of.extend(homes.map(|home| (Key::new(home, key.id.as_str()), index)));
        self.nodes.push(NodeState {
            key,
            id: Some(node.id()),
            was_there: true,
            is_known: !labels.iter().any(|label| label == UNRESOLVED),
            is_of_lists: false,
            labels,
            new_labels: Vec::new(),
            properties: node.properties().clone(),
            changed: HashSet::new(),
        });
    }

    /// Asks of nodes that records of another kind take for theirs whether lists tell of them.
    fn find_whose(&mut self, transaction: &mut WriteTransaction, records: &[Record]) -> Result<(), Error> {
        let mut doubtful = BTreeMap::<&'static str, Vec<String>>::new();
        for entry in records.iter().flat_map(|record| &record.nodes) {
            if self.node_of.get(&entry.key).is_some_and(|index| self.nodes[*index].is_of_another_kind(entry)) {
                doubtful.entry(entry.key.home).or_default().push(entry.key.id.clone());
            }
        }
        for (home, ids) in doubtful {
            for id in find::told_by_lists(transaction, home, &ids)? {
                if let Some(index) = self.node_of.get(&Key::new(home, id)) {
                    self.nodes[*index].is_of_lists = true;
                }
            }
        }
        Ok(())
    }

    /// An id in a record that something else has: what a source of another kind tells of, or what has it under another label.
    pub(super) fn taken_id<'r>(&self, record: &'r Record) -> Option<&'r str> {
        let mut own: HashMap<Key, &Key> = HashMap::new();
        for entry in &record.nodes {
            let index = self.node_of.get(&entry.key);
            let mut is_others = index
                .is_some_and(|index| self.nodes[*index].is_of_lists && self.nodes[*index].is_of_another_kind(entry));
            for key in homes_of(entry) {
                is_others |= self.node_of.get(&key).is_some_and(|other| Some(other) != index);
                is_others |= own.insert(key, &entry.key).is_some_and(|other| *other != entry.key);
            }
            if is_others {
                return Some(&entry.key.id);
            }
        }
        None
    }

    /// Adds what a record says.
    pub(super) fn take(&mut self, record: Record) {
        let own = paragraph(&record);
        let paragraph = self.node(&own);
        for entry in record.nodes {
            self.take_node(paragraph, entry, &own, &record.raw);
        }
        for entry in record.rels {
            self.take_rel(paragraph, entry);
        }
    }

    fn node(&mut self, key: &Key) -> usize {
        if let Some(index) = self.node_of.get(key) {
            return *index;
        }
        self.nodes.push(NodeState {
            key: key.clone(),
            id: None,
            was_there: false,
            labels: vec![],
            new_labels: vec![key.home.to_owned()],
            is_known: false,
            is_of_lists: false,
            properties: BTreeMap::new(),
            changed: HashSet::new(),
        });
        self.node_of.insert(key.clone(), self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    fn take_node(&mut self, paragraph: usize, entry: NodeEntry, own: &Key, raw: &str) {
        let index = self.node(&entry.key);
        self.node_of.extend(homes_of(&entry).map(|key| (key, index)));
        let node = &mut self.nodes[index];
        node.is_of_lists |= !entry.properties.0.is_empty();
        for label in entry.labels {
            let is_there = node.labels.contains(&label) || node.new_labels.contains(&label);
            if label == UNRESOLVED {
                continue;
            }
            if !is_there {
                node.new_labels.push(label);
            }
        }
        node.is_known |= !entry.citations.is_empty() || !entry.properties.0.is_empty();
        node.changed.extend(merge::merge(&mut node.properties, &entry.properties));
        if entry.key == *own {
            // The text of a paragraph is that of the file that was read last.
            let raw = Properties::new().with("raw", raw).0;
            let key = Name::from("raw");
            if node.properties.get(&key).map(ToString::to_string) != raw.get(&key).map(ToString::to_string) {
                node.properties.extend(raw);
                node.changed.insert(key);
            }
        }
        let citations = entry.citations.into_iter();
        self.citations.extend(citations.map(|properties| Citation {
            paragraph,
            target: Target::Node(index),
            properties,
        }));
    }

    fn take_rel(&mut self, paragraph: usize, entry: RelEntry) {
        let (start, end) = (self.node(&entry.start), self.node(&entry.end));
        let own_id = entry.properties.0.get("id").map(ToString::to_string);
        let key = RelKey { start, rel_type: entry.rel_type, end, own_id };
        let index = match self.rel_of.get(&key) {
            Some(index) => *index,
            None => self.push_rel(key),
        };
        let rel = &mut self.rels[index];
        rel.changed.extend(merge::merge(&mut rel.properties.0, &entry.properties));
        if rel.properties.1.is_empty() {
            rel.properties.1 = entry.properties.1;
        }
        let citations = entry.citations.into_iter();
        self.citations.extend(citations.map(|properties| Citation {
            paragraph,
            target: Target::Rel(index),
            properties,
        }));
    }

    fn push_rel(&mut self, key: RelKey) -> usize {
        self.rel_of.insert(key.clone(), self.rels.len());
        self.rels.push(RelState { key, id: None, properties: Properties::new(), changed: HashSet::new() });
        self.rels.len() - 1
    }

    pub(super) fn write_nodes(
        &mut self,
        transaction: &mut WriteTransaction,
        report: &mut ImportReport,
    ) -> Result<(), Error> {
        for node in &mut self.nodes {
            if let Some(id) = node.id {
                let resolved = node.is_known && node.labels.iter().any(|label| label == UNRESOLVED);
                let gone: &[&str] = if resolved { &[UNRESOLVED] } else { &[] };
                transaction.set_labels(id, &node.new_labels, gone)?;
                let changed = node.changed.iter().map(|key| (key.as_str(), node.properties[key].clone()));
                transaction.set_properties(id, changed)?;
                continue;
            }
            if !node.is_known {
                node.new_labels.push(UNRESOLVED.to_owned());
            }
            let properties = there(&node.properties);
            let own = [("id", Value::from(node.key.id.as_str()))];
            node.id = Some(transaction.create_node(&node.new_labels, own.into_iter().chain(properties))?);
            report.nodes += 1;
        }
        Ok(())
    }

    /// Looks for those relationships whose ends were there both.
    pub(super) fn find_rels(&mut self, transaction: &mut WriteTransaction) -> Result<(), Error> {
        let mut wanted: BTreeMap<(&str, String, &str), Vec<Value>> = BTreeMap::new();
        let by_id: HashMap<ElementId, usize> =
            self.nodes.iter().enumerate().filter_map(|(index, node)| Some((node.id?, index))).collect();
        for rel in &self.rels {
            let (start, end) = (&self.nodes[rel.key.start], &self.nodes[rel.key.end]);
            if start.was_there && end.was_there {
                let pair = vec![start.key.id.as_str(), end.key.id.as_str()];
                let of = (start.key.home, rel.key.rel_type.clone(), end.key.home);
                wanted.entry(of).or_default().push(pair.into());
            }
        }
        for ((start, rel_type, end), pairs) in wanted {
            for found in find::rels(transaction, (start, &rel_type, end), pairs)? {
                let index_of = |end: Option<ElementId>| end.and_then(|end| by_id.get(&end).copied());
                let (Some(start), Some(end)) = (index_of(found.start()), index_of(found.end())) else { continue };
                let own_id = found.properties().get("id").map(ToString::to_string);
                let key = RelKey { start, rel_type: rel_type.clone(), end, own_id };
                let Some(index) = self.rel_of.get(&key) else { continue };
                let rel = &mut self.rels[*index];
                if rel.id.is_some() {
                    continue;
                }
                let said = std::mem::take(&mut rel.properties);
                rel.properties.0.clone_from(found.properties());
                rel.id = Some(found.id());
                rel.changed = merge::merge(&mut rel.properties.0, &said).into_iter().collect();
            }
        }
        Ok(())
    }

    pub(super) fn write_rels(
        &mut self,
        transaction: &mut WriteTransaction,
        report: &mut ImportReport,
    ) -> Result<(), Error> {
        for rel in &mut self.rels {
            if let Some(id) = rel.id {
                let changed = rel.changed.iter().map(|key| (key.as_str(), rel.properties.0[key].clone()));
                transaction.set_properties(id, changed)?;
                continue;
            }
            let end = |index: usize| self.nodes[index].id.expect("nodes are written before");
            let properties = there(&rel.properties.0);
            let (start, end) = (end(rel.key.start), end(rel.key.end));
            rel.id = Some(transaction.create_relationship(start, &rel.key.rel_type, end, properties)?);
            report.relationships += 1;
        }
        Ok(())
    }

    pub(super) fn write_citations(
        &self,
        transaction: &mut WriteTransaction,
        cited: &HashMap<Cited, Relationship>,
        report: &mut ImportReport,
    ) -> Result<(), Error> {
        let mut new: HashSet<Cited> = HashSet::new();
        for Citation { paragraph, target, properties } in &self.citations {
            let paragraph = self.nodes[*paragraph].id.expect("nodes are written before");
            let target = match target {
                Target::Node(index) => self.nodes[*index].id,
                Target::Rel(index) => self.rels[*index].id,
            };
            let target = target.expect("what is cited is written before");
            let words = (paragraph, target, words_of(&properties.0));
            let other = |known: &BTreeMap<Name, Value>| {
                let changed = properties
                    .0
                    .iter()
                    .filter(|(key, value)| !known.get(*key).is_some_and(|known| is_same(known, value)));
                changed.map(|(key, value)| (key.as_str().to_owned(), value.clone())).collect::<Vec<_>>()
            };
            if let Some(citation) = cited.get(&words) {
                transaction.set_properties(citation.id(), other(citation.properties()))?;
            } else if new.insert(words) {
                transaction.create_relationship(paragraph, "SUPPORTS", target, other(&BTreeMap::new()))?;
                report.relationships += 1;
            }
        }
        Ok(())
    }
}
