//! The one model that all sources come to: parties, listings and what ties them, as nodes and relationships that are to
//! be found or made. `DATA.md` has it as a table.
//!
//! A source makes a [`Record`] of each of its own records, and draws into it; nobody but the writer knows what is in the
//! graph already.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::countries::Country;
use super::dates;
use crate::{Edtf, Name, Value};

/// The label under which a node is looked for by its `id`, which is unique there.
pub(super) mod home {
    pub(in crate::sanctions) const ACTOR: &str = "Actor";
    pub(in crate::sanctions) const ENTITY: &str = "Entity";
    pub(in crate::sanctions) const EVENT: &str = "Event";
    pub(in crate::sanctions) const FORMER_ID: &str = "FormerId";
    pub(in crate::sanctions) const IDENTIFIER: &str = "Identifier";
    pub(in crate::sanctions) const LAW: &str = "Law";
    pub(in crate::sanctions) const LIST: &str = "List";
    pub(in crate::sanctions) const PARAGRAPH: &str = "Paragraph";
    pub(in crate::sanctions) const PLACE: &str = "Place";
    pub(in crate::sanctions) const SOURCE: &str = "Source";

    pub(in crate::sanctions) const ALL: [&str; 10] =
        [ACTOR, ENTITY, EVENT, FORMER_ID, IDENTIFIER, LAW, LIST, PARAGRAPH, PLACE, SOURCE];
}

/// What a node has that something leads to, and of which nothing else is known.
pub(super) const UNRESOLVED: &str = "Unresolved";

/// By which a node is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub home: &'static str,
    pub id: String,
}

impl Key {
    pub(super) fn new(home: &'static str, id: impl Into<String>) -> Self {
        Self { home, id: id.into() }
    }

    pub(super) fn entity(id: impl Into<String>) -> Self {
        Self::new(home::ENTITY, id)
    }
}

/// Keys and values. What is empty is no property. Of some keys it may be that all is there that the source might say: they are as the newest
/// edition says, and are not if that does not say them.
#[derive(Clone, Debug, Default)]
pub(super) struct Properties(pub BTreeMap<Name, Value>, pub Vec<&'static str>);

impl Properties {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.set(key, value);
        self
    }

    pub(super) fn set(&mut self, key: &str, value: impl Into<Value>) {
        let value = value.into();
        let is_empty = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            _ => false,
        };
        if !is_empty {
            self.0.insert(Name::from(key), value);
        }
    }

    /// With all that the source might say under these keys: what is not there is not so.
    pub(super) fn says_all_of(mut self, keys: &[&'static str]) -> Self {
        self.1.extend_from_slice(keys);
        self
    }

    pub(super) fn day(&self, key: &str) -> Option<Edtf> {
        match self.0.get(key) {
            Some(Value::Edtf(day)) => Some(day.clone()),
            _ => None,
        }
    }

    /// One more item of a list, unless it is there.
    pub(super) fn push(&mut self, key: &str, item: impl Into<Value>) {
        let item = item.into();
        if matches!(&item, Value::String(text) if text.is_empty()) {
            return;
        }
        let items = self.0.entry(Name::from(key)).or_insert_with(|| Value::from(Vec::<Value>::new()));
        if let Value::List(known) = items
            && !known.iter().any(|known| is_same(known, &item))
        {
            *items = known.iter().cloned().chain([item]).collect::<Vec<_>>().into();
        }
    }
}

/// Lists that may be long, with each value once.
#[derive(Debug, Default)]
pub(super) struct Lists(BTreeMap<Name, (Vec<Value>, HashSet<String>)>);

impl Lists {
    pub(super) fn push(&mut self, key: &str, item: impl Into<Value>) {
        let item = item.into();
        let (items, known) = self.0.entry(Name::from(key)).or_default();
        if known.insert(told(&item)) {
            items.push(item);
        }
    }

    pub(super) fn into_properties(self, mut properties: Properties) -> Properties {
        for (key, (items, _)) in self.0 {
            properties.set(key.as_str(), items);
        }
        properties
    }
}

/// A text that values have in common only if there is nothing between them.
pub(super) fn told(value: &Value) -> String {
    format!("{} {value}", value.type_name())
}

/// Whether there is nothing to change.
pub(super) fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one == other,
        _ => told(one) == told(other),
    }
}

/// An edition of a file, or of a data set.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub id: String,
    /// What all editions of one list have in common; `None` where nobody says of when it is.
    pub series: Option<String>,
    pub name: String,
    pub file: String,
    pub published: Option<Edtf>,
}

/// One record of a source, and all that it says.
#[derive(Debug)]
pub(super) struct Record {
    pub source: Source,
    /// As whoever imports it calls it.
    pub file: Arc<str>,
    /// Within the source.
    pub id: String,
    /// The line.
    pub n: u64,
    pub raw: String,
    /// Who is not in the source any more, where that is all it says.
    pub absent: Option<String>,
    /// The list numbers its entries, and has one record of each in an edition.
    pub is_numbered: bool,
    pub nodes: Vec<NodeEntry>,
    pub rels: Vec<RelEntry>,
}

/// A node to be found or made.
#[derive(Debug)]
pub(super) struct NodeEntry {
    pub key: Key,
    pub labels: Vec<String>,
    pub properties: Properties,
    /// One for each time that the record supports it.
    pub citations: Vec<Properties>,
}

/// A relationship to be found or made. Where it has the property `id`, another one is another relationship.
#[derive(Debug)]
pub(super) struct RelEntry {
    pub start: Key,
    pub rel_type: String,
    pub end: Key,
    pub properties: Properties,
    pub citations: Vec<Properties>,
}

impl Record {
    pub(super) fn new(source: &Source, id: impl Into<String>, n: u64, raw: impl Into<String>) -> Self {
        let (nodes, rels) = (Vec::new(), Vec::new());
        let (id, raw, file) = (id.into(), raw.into(), Arc::default());
        Self { source: source.clone(), file, id, n, raw, absent: None, is_numbered: false, nodes, rels }
    }

    pub(super) fn node(&mut self, key: &Key, labels: &[&str], properties: Properties) {
        self.cited_node(key, labels, properties, vec![Properties::new()]);
    }

    pub(super) fn cited_node(
        &mut self,
        key: &Key,
        labels: &[&str],
        properties: Properties,
        citations: Vec<Properties>,
    ) {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        self.nodes.push(NodeEntry { key: key.clone(), labels, properties, citations });
    }

    /// A node that another record may say more of.
    pub(super) fn placeholder(&mut self, key: &Key) {
        self.cited_node(key, &[key.home, UNRESOLVED], Properties::new(), Vec::new());
    }

    pub(super) fn rel(&mut self, start: &Key, rel_type: &str, end: &Key, properties: Properties) {
        self.cited_rel(start, rel_type, end, properties, vec![Properties::new()]);
    }

    pub(super) fn cited_rel(
        &mut self,
        start: &Key,
        rel_type: &str,
        end: &Key,
        properties: Properties,
        citations: Vec<Properties>,
    ) {
        let (start, end, rel_type) = (start.clone(), end.clone(), rel_type.to_owned());
        self.rels.push(RelEntry { start, rel_type, end, properties, citations });
    }

    /// A node that has a name for its id, which other sources and reports may share.
    pub(super) fn named(&mut self, home: &'static str, labels: &[&str], name: &str) -> Key {
        let key = Key::new(home, name);
        self.node(&key, labels, Properties::new().with("name", name));
        key
    }

    pub(super) fn agency(&mut self, name: &str) -> Key {
        self.named(home::ACTOR, &["Actor", "Organisation", "Agency"], name)
    }

    pub(super) fn country(&mut self, country: Country) -> Key {
        let properties = Properties::new().with("name", country.name).with("code", country.code);
        let (home, labels): (_, &[&str]) = match country.label() {
            "Place" => (home::PLACE, &["Place"]),
            _ => (home::ACTOR, &["Actor", "State"]),
        };
        let key = Key::new(home, country.name);
        self.node(&key, labels, properties);
        key
    }

    /// As [`seen`](Self::seen), as far as the record does not say it itself.
    pub(super) fn seen_unless_said(&self, properties: &mut Properties) {
        let Some(published) = &self.source.published else { return };
        let (first, last) = (properties.day("first_seen"), properties.day("last_seen"));
        if first.is_none() && last.as_ref().is_none_or(|last| published.latest() <= last.latest()) {
            properties.set("first_seen", published.clone());
        }
        if last.is_none() {
            properties.set("last_seen", published.clone());
        }
    }

    /// When the record is of: what a source says when it says no more.
    pub(super) fn seen(&self, properties: &mut Properties) {
        if let Some(published) = &self.source.published {
            properties.set("first_seen", published.clone());
            properties.set("last_seen", published.clone());
        }
    }
}

/// Whoever, or whatever, a record is about.
#[derive(Debug, Default)]
pub(super) struct Party {
    pub id: String,
    /// Beside `Entity`.
    pub labels: Vec<&'static str>,
    pub name: String,
    /// `aliases`, `weak_aliases`, `previous_names`, and what else is known.
    pub properties: Properties,
    pub identifiers: Vec<Identifier>,
    pub addresses: Vec<Address>,
    /// By what it is tied to them: `BASED_IN`, `OF_STATE`.
    pub countries: Vec<(&'static str, Country)>,
}

/// A number that somebody has given to a party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Identifier {
    /// `passport`, `tax`, `imo`: one word for all sources; as printed where there is none.
    pub kind: String,
    pub number: String,
    /// A country, or as printed.
    pub issuer: String,
    pub issued: Option<Edtf>,
    pub expires: Option<Edtf>,
}

#[derive(Debug, Default)]
pub(super) struct Address {
    pub id: String,
    pub properties: Properties,
    pub country: Option<Country>,
}

impl Party {
    pub(super) fn key(&self) -> Key {
        Key::entity(&self.id)
    }

    pub(super) fn draw(self, record: &mut Record) {
        let key = self.key();
        let mut properties = self.properties;
        properties.set("name", self.name.as_str());
        record.seen(&mut properties);
        let labels: Vec<&str> = [home::ENTITY].into_iter().chain(self.labels).collect();
        record.cited_node(&key, &labels, properties, vec![Properties::new().with("printed", self.name)]);
        for identifier in self.identifiers {
            identifier.draw(record, &key);
        }
        let mut ties = self.countries;
        for address in self.addresses {
            ties.extend(address.country.map(|country| ("BASED_IN", country)));
            address.draw(record, &key);
        }
        for (index, (rel_type, country)) in ties.iter().enumerate() {
            if !ties[..index].contains(&(rel_type, *country)) {
                let country = record.country(*country);
                record.rel(&key, rel_type, &country, Properties::new());
            }
        }
    }
}

impl Identifier {
    pub(super) fn draw(self, record: &mut Record, party: &Key) {
        let issuer = Country::of(&self.issuer).map_or(self.issuer, |country| country.name.to_owned());
        let key = Key::new(home::IDENTIFIER, format!("{}|{}|{issuer}", self.kind, self.number));
        let properties = Properties::new().with("type", self.kind).with("number", self.number).with("issuer", issuer);
        record.node(&key, &[home::IDENTIFIER], properties);
        let mut dates = Properties::new().with("issued", self.issued).with("expires", self.expires);
        if !dates.0.is_empty() {
            record.seen(&mut dates);
        }
        record.rel(party, "HAS_IDENTIFIER", &key, dates);
    }
}

impl Address {
    fn draw(self, record: &mut Record, party: &Key) {
        if self.properties.0.is_empty() {
            return;
        }
        let key = Key::entity(self.id);
        let mut properties = self.properties.says_all_of(&["full", "street", "city", "country", "remarks"]);
        properties.set("country", self.country.map(|country| country.name));
        record.seen(&mut properties);
        record.node(&key, &[home::ENTITY, "Address"], properties);
        record.rel(party, "HAS_ADDRESS", &key, Properties::new());
    }
}

/// An entry of a list: the measure, and that the party is on the list.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub id: String,
    /// `Entity`, where the source knows it as one.
    pub home: Option<&'static str>,
    pub name: String,
    pub announced: Option<Edtf>,
    pub published: Option<Edtf>,
    pub in_effect: Option<Edtf>,
    pub removed: Option<Edtf>,
    /// Where no date is given: the first day on which it was read.
    pub seen: Option<Edtf>,
    /// `programmes`, `citation`, `revised` and what else is known.
    pub properties: Properties,
    pub agencies: Vec<String>,
    pub lists: Vec<String>,
    /// Parties, each with a list, where it stands elsewhere that it is about the one or the other.
    pub elsewhere: Vec<(Key, String)>,
    /// Each with its id and its name.
    pub laws: Vec<(String, String)>,
}

impl Listing {
    /// Since when it holds, as far as that is known.
    fn begins(&self) -> Option<Edtf> {
        let dated = [&self.announced, &self.published, &self.in_effect].into_iter().flatten().next();
        let seen = || [&self.seen, &self.removed].into_iter().flatten().min_by_key(|date| date.latest());
        dated.cloned().or_else(|| seen().and_then(dates::until))
    }

    pub(super) fn draw(self, record: &mut Record, party: &Key) -> Key {
        self.draw_for(record, &[party], vec![Properties::new()])
    }

    /// For several parties, and cited in the words of the source.
    pub(super) fn draw_for(self, record: &mut Record, parties: &[&Key], citations: Vec<Properties>) -> Key {
        let key = Key::new(self.home.unwrap_or(home::EVENT), &self.id);
        let (begins, seen) = (self.begins(), vec![time_seen(&citations)]);
        let mut properties = self.properties;
        for (name, date) in [
            ("on", &begins),
            ("announced", &self.announced),
            ("published", &self.published),
            ("in_effect", &self.in_effect),
            ("removed", &self.removed),
        ] {
            properties.set(name, date.clone());
        }
        properties.set("kind", "listing");
        properties.set("name", self.name.as_str());
        record.seen_unless_said(&mut properties);
        record.cited_node(&key, &[key.home, "Event", "Action", "Listing"], properties, citations);
        for party in parties {
            record.cited_rel(&key, "TARGETS", party, Properties::new(), seen.clone());
        }
        for agency in &self.agencies {
            let agency = record.agency(agency);
            record.cited_rel(&agency, "TOOK", &key, Properties::new(), seen.clone());
        }
        for (id, name) in &self.laws {
            let law = Key::new(home::LAW, id);
            record.node(&law, &["Law"], Properties::new().with("name", name.as_str()));
            record.cited_rel(&key, "GROUNDED_ON", &law, Properties::new(), seen.clone());
        }
        let clocks = Properties::new()
            .with("valid_from", begins)
            .with("valid_to", self.removed)
            .with("in_effect", self.in_effect);
        for (party, list) in &self.elsewhere {
            record.cited_rel(party, "LISTED_ON", &Key::new(home::LIST, list), clocks.clone(), seen.clone());
        }
        for list in &self.lists {
            let list = record.named(home::LIST, &["List"], list);
            record.cited_rel(&key, "ADDS_TO", &list, Properties::new(), seen.clone());
            for party in parties {
                record.cited_rel(party, "LISTED_ON", &list, clocks.clone(), seen.clone());
            }
        }
        key
    }
}

/// From when until when statements were seen, where they tell.
fn time_seen(citations: &[Properties]) -> Properties {
    let day = |key: &str, choose: fn(&Edtf, &Edtf) -> Edtf| {
        let days = citations.iter().filter_map(|citation| citation.day(key));
        days.reduce(|known, day| choose(&known, &day))
    };
    Properties::new()
        .with("first_seen", day("first_seen", dates::earlier))
        .with("last_seen", day("last_seen", dates::later))
}
