//! An entity in the words of the model.
//!
//! Of an entity whose facts come from several sources, each source draws its own facts, and the ends of edges are those of
//! the whole.

use super::export::is_of_model;
use super::schemata::{COUNTRIES, DATES, IDENTIFIERS, is_known};
use super::{Entity, Fact};
use crate::Edtf;
use crate::sanctions::countries::Country;
use crate::sanctions::dates;
use crate::sanctions::model::{Identifier, Key, Listing, Lists, Properties, Record, home};
use crate::sanctions::reading::Reading;
use crate::sanctions::restricted::shared_name;
use crate::sanctions::share::{Bound, Stated};

/// Labels of our own for schemata, beside the name of the schema.
const LABELS: [(&str, &[&str]); 9] = [
    ("Company", &["Actor", "Organisation"]),
    ("PublicBody", &["Actor", "Organisation", "Agency"]),
    ("Organization", &["Actor", "Organisation"]),
    ("Person", &["Actor"]),
    ("LegalEntity", &["Actor"]),
    ("Airplane", &["Aircraft"]),
    ("Vessel", &[]),
    ("Address", &[]),
    ("Thing", &[]),
];

/// Types of relationships for schemata that are edges.
pub(super) const REL_TYPES: [(&str, &str); 17] = [
    ("Associate", "ASSOCIATE_OF"),
    ("ContractAward", "AWARDED_TO"),
    ("Control", "CONTROLS"),
    ("CourtCaseParty", "PARTY_TO"),
    ("Debt", "OWES"),
    ("Directorship", "DIRECTS"),
    ("Documentation", "DOCUMENTS"),
    ("Employment", "EMPLOYED_BY"),
    ("Family", "FAMILY_OF"),
    ("Membership", "MEMBER_OF"),
    ("Occupancy", "HOLDS_POST"),
    ("Ownership", "OWNS"),
    ("Payment", "PAID"),
    ("ProjectParticipant", "PARTICIPATES_IN"),
    ("Representation", "REPRESENTS"),
    ("Succession", "SUCCEEDED_BY"),
    ("UnknownLink", "LINKED_TO"),
];

/// Names of properties that all sources share.
const SHARED_KEYS: [(&str, &str); 12] = [
    ("alias", "aliases"),
    ("weakAlias", "weak_aliases"),
    ("previousName", "previous_names"),
    ("birthDate", "birth_dates"),
    ("birthPlace", "birth_places"),
    ("nationality", "nationalities"),
    ("citizenship", "citizenships"),
    ("gender", "genders"),
    ("website", "websites"),
    ("email", "emails"),
    ("phone", "phones"),
    ("country", "countries"),
];

/// What a relationship has once, or not.
const OF_EDGE: [&str; 8] =
    ["valid_to", "end_date", "period_end", "percentage", "share_min", "share_min_open", "share_max", "share_max_open"];

/// The same for a sanction.
const OF_SANCTION: [&str; 5] = ["published", "in_effect", "removed", "end_date", "citation"];

/// Those that a record has of its own facts, and not of all of its entity.
const OF_FACTS: [&str; 2] = ["end_date", "period_end"];

/// One word for a kind of number in all sources.
pub(super) const IDENTIFIER_KINDS: [(&str, &str); 22] = [
    ("passportNumber", "passport"),
    ("taxNumber", "tax"),
    ("registrationNumber", "registration"),
    ("idNumber", "id"),
    ("innCode", "inn"),
    ("ogrnCode", "ogrn"),
    ("okpoCode", "okpo"),
    ("leiCode", "lei"),
    ("uscCode", "uscc"),
    ("imoNumber", "imo"),
    ("swiftBic", "bic"),
    ("bikCode", "bik"),
    ("isin", "isin"),
    ("isinCode", "isin"),
    ("dunsCode", "duns"),
    ("vatCode", "vat"),
    ("callSign", "call sign"),
    ("socialSecurityNumber", "ssn"),
    ("licenseNumber", "license"),
    ("wikidataId", "wikidata"),
    ("cryptoAddress", "wallet"),
    ("publicKey", "wallet"),
];

/// Ties to a country, by property.
const TIES: [(&str, &str); 6] = [
    ("country", "BASED_IN"),
    ("mainCountry", "BASED_IN"),
    ("jurisdiction", "BASED_IN"),
    ("nationality", "OF_STATE"),
    ("citizenship", "OF_STATE"),
    ("flag", "OF_STATE"),
];

fn other_name<'n>(table: &[(&str, &'n str)], name: &str) -> Option<&'n str> {
    table.iter().find(|(known, _)| *known == name).map(|(_, other)| *other)
}

/// Draws these facts of an entity.
pub(super) fn draw(entity: &Entity, facts: &[Fact], record: &mut Record, reading: &mut Reading<'_>) {
    for fact in facts.iter().filter(|fact| fact.property != "id" && !is_known(&fact.property)) {
        reading.note("unknown property", record.n, format!("{}: {}", entity.id, fact.property));
    }
    let drawing = Drawing { entity, facts };
    if entity.is_edge() {
        drawing.edge(record, reading);
    } else if entity.schema.name == "Sanction" {
        drawing.sanction(record, reading);
    } else {
        if entity.schema.edge().is_some() {
            reading.note(
                "relationship without ends, or with too many",
                record.n,
                format!("{}: {}", entity.id, entity.schema_name),
            );
        }
        drawing.node(record, reading);
    }
    let key = Key::entity(&entity.id);
    for old in entity.referents.iter().filter(|old| **old != entity.id && !entity.is_edge()) {
        let former = Key::new(home::FORMER_ID, old);
        record.node(&former, &[home::FORMER_ID], Properties::new());
        record.rel(&former, "NOW", &key, Properties::new());
    }
}

struct Drawing<'e> {
    entity: &'e Entity,
    facts: &'e [Fact],
}

impl Drawing<'_> {
    fn values(&self, property: &str) -> impl Iterator<Item = &str> + Clone {
        self.facts.iter().filter(move |fact| fact.property == property).map(|fact| fact.value.as_str())
    }

    /// The values of all lines, or statements.
    fn whole(&self, property: &str) -> &[String] {
        self.entity.whole.get(property).map_or(&[], Vec::as_slice)
    }

    fn dates(&self, property: &str) -> Vec<Edtf> {
        self.values(property).filter_map(dates::read).collect()
    }

    /// One of the days that are given.
    fn date(&self, property: &str) -> Option<Edtf> {
        let days: Vec<Edtf> = self.whole(property).iter().filter_map(|day| dates::read(day)).collect();
        match &days[..] {
            [] => None,
            [day] => Some(day.clone()),
            [..] => {
                let mut days: Vec<&str> = days.iter().map(Edtf::text).collect();
                days.sort_unstable();
                days.dedup();
                let text = if days.len() == 1 { days[0].to_owned() } else { format!("[{}]", days.join(",")) };
                Edtf::parse(&text).ok()
            }
        }
    }

    /// Those of these keys of which this record has all that is said. A statement may be another record.
    fn all_said(&self, keys: &[&'static str]) -> Vec<&'static str> {
        let are_statements = self.facts.iter().any(|fact| fact.citation.is_some());
        keys.iter().copied().filter(|key| !(are_statements && OF_FACTS.contains(key))).collect()
    }

    /// What supports all of it: the statements, or the record once.
    fn citations(&self) -> Vec<Properties> {
        let stated: Vec<Properties> = self.facts.iter().filter_map(|fact| fact.citation.clone()).collect();
        if stated.is_empty() { vec![Properties::new().with("printed", self.printed())] } else { stated }
    }

    /// Its name, or the first of the other ones that stand here.
    fn printed(&self) -> Option<&str> {
        let caption = self.entity.caption.as_deref();
        let mut own = self.values("name");
        own.clone().find(|name| Some(*name) == caption).or_else(|| own.next())
    }

    fn own_citations(fact: &Fact) -> Vec<Properties> {
        vec![fact.citation.clone().unwrap_or_default()]
    }

    fn labels(&self) -> Vec<&str> {
        let schema = self.entity.schema;
        let ours = LABELS.iter().find(|(name, _)| schema.is_a(name)).map_or(&[][..], |(_, labels)| labels);
        // What is no schema of the model must not pass for evidence, or for a country.
        let name = self.entity.schema_name.as_str();
        let own = (name == schema.name || !home::ALL.contains(&name)).then_some(name);
        [home::ENTITY].into_iter().chain(ours.iter().copied()).chain(own).collect()
    }

    /// Facts as properties, but those that become something else.
    fn properties(&self, record: &Record, reading: &mut Reading<'_>) -> Properties {
        let mut properties = self.entity.about.clone();
        let mut lists = Lists::default();
        properties.set("schema", self.entity.schema_name.as_str());
        for Fact { property, value, .. } in self.facts {
            let leads = self.entity.schema.leads(property) && !self.entity.is_edge();
            if leads || property == "id" {
                continue;
            }
            let key = if is_known(property) { key_of(property) } else { foreign_key(property) };
            if property == "name" {
                if self.entity.caption.as_deref() == Some(value) {
                    properties.set("name", value.as_str());
                } else {
                    lists.push("aliases", value.as_str());
                }
            } else if DATES.contains(&property.as_str()) {
                if let Some(date) = dates::read(value) {
                    lists.push(&key, date);
                } else {
                    reading.note("date of no known form", record.n, format!("{}: {value}", self.entity.id));
                    lists.push(&format!("{key}_text"), value.as_str());
                }
            } else if COUNTRIES.contains(&property.as_str()) {
                let country = Country::of(value);
                if country.is_none() {
                    reading.note("unknown country", record.n, format!("{}: {value}", self.entity.id));
                }
                lists.push(&key, country.map_or(value.as_str(), |country| country.name));
            } else {
                lists.push(&key, value.as_str());
            }
        }
        lists.into_properties(properties)
    }

    fn node(&self, record: &mut Record, reading: &mut Reading<'_>) {
        let key = Key::entity(&self.entity.id);
        let is_thing = self.entity.schema.is_a("Thing");
        let mut properties = self.properties(record, reading);
        for fact in self.facts {
            let (property, citations) = (fact.property.as_str(), Self::own_citations(fact));
            if self.entity.schema.leads(property) {
                self.lead(&key, fact, record);
            } else if is_thing && IDENTIFIERS.contains(&property) {
                properties.0.remove(key_of(property).as_str());
                let kind = other_name(&IDENTIFIER_KINDS, property).map_or_else(|| snake(property), str::to_owned);
                Identifier { kind, number: fact.value.clone(), ..Identifier::default() }.draw(record, &key);
            } else if is_thing
                && self.entity.schema.name != "Address"
                && let (Some(tie), Some(country)) = (other_name(&TIES, property), Country::of(&fact.value))
            {
                let country = record.country(country);
                record.cited_rel(&key, tie, &country, Properties::new(), citations);
            }
        }
        if self.entity.schema.name == "Address" {
            for name in ["full", "street", "city"] {
                properties.set(name, self.whole(name).join("; "));
            }
            properties = properties.says_all_of(&["full", "street", "city"]);
        }
        record.cited_node(&key, &self.labels(), properties, self.citations());
    }

    /// To the entity that a property names.
    fn lead(&self, key: &Key, fact: &Fact, record: &mut Record) {
        let other = Key::entity(&fact.value);
        record.placeholder(&other);
        let citations = Self::own_citations(fact);
        match fact.property.as_str() {
            "addressEntity" => record.cited_rel(key, "HAS_ADDRESS", &other, Properties::new(), citations),
            "owner" if self.entity.schema.is_a("Vehicle") => {
                record.cited_rel(&other, "OWNS", key, Properties::new(), citations);
            }
            property => {
                let rel_type = format!("HAS_{}", snake(property).to_uppercase());
                record.cited_rel(key, &rel_type, &other, Properties::new(), citations);
            }
        }
    }

    fn edge(&self, record: &mut Record, reading: &mut Reading<'_>) {
        let schema = self.entity.schema;
        let (source, target) = schema.edge().unwrap_or_default();
        let mut properties = self.properties(record, reading).with("id", self.entity.id.as_str());
        for end in [source, target] {
            properties.0.remove(key_of(end).as_str());
        }
        let start = self.date("startDate").or_else(|| self.date("periodStart")).or_else(|| self.date("date"));
        properties.set("valid_from", start);
        properties.set("valid_to", self.date("endDate").or_else(|| self.date("periodEnd")));
        self.shares(&mut properties, record.n, reading);
        let properties = properties.says_all_of(&self.all_said(&OF_EDGE));
        let rel_type =
            REL_TYPES.iter().find(|(name, _)| schema.is_a(name)).map_or("LINKED_TO", |(_, rel_type)| *rel_type);
        for source in &self.entity.sources {
            for target in &self.entity.targets {
                let (start, end) = (Key::entity(source), Key::entity(target));
                record.placeholder(&start);
                record.placeholder(&end);
                record.cited_rel(&start, rel_type, &end, properties.clone(), self.citations());
            }
        }
    }

    /// Percentages are free text, which stays.
    fn shares(&self, properties: &mut Properties, line: u64, reading: &mut Reading<'_>) {
        let texts: Vec<&str> =
            self.whole("percentage").iter().map(String::as_str).filter(|text| !text.trim().is_empty()).collect();
        match texts[..] {
            [] => {}
            [text] => properties.set("percentage", text),
            [..] => properties.set("percentage", texts.clone()),
        }
        for text in self.values("percentage").filter(|text| !text.trim().is_empty() && Stated::read(text).is_none()) {
            reading.note("share of no known form", line, format!("{}: {text}", self.entity.id));
        }
        let read: Vec<Option<Stated>> = texts.iter().map(|text| Stated::read(text)).collect();
        // Of several, any may be right.
        let Some(stated) = read.into_iter().collect::<Option<Vec<Stated>>>().filter(|stated| !stated.is_empty()) else {
            return;
        };
        let is_open = |bound: Option<Bound>| bound.is_some_and(|bound| bound.is_open);
        let least = stated.iter().map(|stated| (stated.least.map_or(0.0, Bound::lower), is_open(stated.least)));
        let most = stated.iter().map(|stated| (stated.most.map_or(100.0, Bound::upper), is_open(stated.most)));
        let least = least.min_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let most = most.max_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(&one.1)));
        for (key, bound) in [("share_min", least), ("share_max", most)] {
            let Some((number, is_open)) = bound else { continue };
            properties.set(key, number);
            if is_open {
                properties.set(&format!("{key}_open"), true);
            }
        }
    }

    /// Parties with lists of which one or the other is said by another statement.
    fn listed_elsewhere(&self) -> Vec<(Key, String)> {
        let is_own = |property: &str, value: &str| self.values(property).any(|own| own == value);
        let mut found = Vec::new();
        for party in self.whole("entity") {
            for list in self.whole("program") {
                if is_own("entity", party) != is_own("program", list) {
                    found.push((Key::entity(party), shared_name(list).to_owned()));
                }
            }
        }
        found
    }

    fn sanction(&self, record: &mut Record, reading: &mut Reading<'_>) {
        let all = |property: &str| self.values(property).map(str::to_owned).collect::<Vec<_>>();
        let mut properties = self.properties(record, reading);
        properties.0.remove("name");
        properties.set("programmes", all("program"));
        properties.set("citation", self.whole("recordId").first().map(String::as_str));
        properties.set("citations", all("recordId"));
        properties.set("revised", self.dates("modifiedAt"));
        let programmes = self.values("program");
        let listing = Listing {
            id: self.entity.id.clone(),
            home: Some(home::ENTITY),
            name: self.whole("program").first().map_or_else(|| "listing".to_owned(), |name| format!("{name}: listing")),
            published: self.date("listingDate"),
            in_effect: self.date("startDate"),
            removed: self.date("endDate"),
            seen: self.entity.said.day("first_seen").or_else(|| record.source.published.clone()),
            properties: properties.says_all_of(&self.all_said(&OF_SANCTION)),
            agencies: self.values("authority").map(|name| agency(name).to_owned()).collect(),
            lists: programmes.map(|name| shared_name(name).to_owned()).collect(),
            elsewhere: self.listed_elsewhere(),
            ..Listing::default()
        };
        let parties: Vec<Key> = self.values("entity").map(Key::entity).collect();
        for party in &parties {
            record.placeholder(party);
        }
        let mut citations = self.citations();
        for citation in &mut citations {
            citation.0.extend(self.entity.said.0.clone());
        }
        let key = listing.draw_for(record, &parties.iter().collect::<Vec<_>>(), citations);
        record.cited_node(&key, &["Sanction"], Properties::new(), Vec::new());
        let leads =
            self.facts.iter().filter(|fact| fact.property != "entity" && self.entity.schema.leads(&fact.property));
        for fact in leads {
            self.lead(&key, fact, record);
        }
    }
}

/// As the other sources call it.
fn agency(name: &str) -> &str {
    match name {
        "Bureau of Industry and Security" => "US Department of Commerce",
        name => shared_name(name),
    }
}

/// A property that the model does not know may be called as something of ours is.
fn foreign_key(property: &str) -> String {
    let key = key_of(property);
    if is_of_model(&key) { format!("other_{key}") } else { key }
}

pub(super) fn key_of(property: &str) -> String {
    other_name(&SHARED_KEYS, property).map_or_else(|| snake(property), str::to_owned)
}

/// `taxNumber` as `tax_number`.
pub(super) fn snake(property: &str) -> String {
    let mut name = String::new();
    for letter in property.chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
