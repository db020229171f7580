//! Properties of nodes and relationships as the properties of `FollowTheMoney` that they were made of.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value as Json, json};

use super::super::draw::{IDENTIFIER_KINDS, key_of, snake};
use super::super::schemata::{COUNTRIES, DATES, IDENTIFIERS, PROPERTIES};
use crate::format::ExportReport;
use crate::sanctions::countries::Country;
use crate::{Edtf, Name, Value};

/// What is said of an entity beside its properties.
const ABOUT: [&str; 6] = ["datasets", "referents", "target", "first_seen", "last_seen", "last_change"];

/// What the model has made of the properties of an entity, and what is told elsewhere.
const OWN: [&str; 10] = [
    "id",
    "schema",
    "valid_from",
    "valid_to",
    "share_min",
    "share_max",
    "share_min_open",
    "share_max_open",
    "in_effect",
    "kind",
];

/// What it has made of those of a sanction.
const OWN_OF_LISTINGS: [&str; 9] =
    ["name", "programmes", "citation", "citations", "revised", "on", "announced", "published", "removed"];

/// Words for keys of other lists.
const OTHER_KEYS: [(&str, &str); 9] = [
    ("country", "country"),
    ("established", "incorporationDate"),
    ("vessel_type", "type"),
    ("organisation_types", "legalForm"),
    ("programmes", "programId"),
    ("citation", "recordId"),
    ("citations", "recordId"),
    ("license_requirement", "provisions"),
    ("measures", "provisions"),
];

const NO_WORD: &str = "properties that FollowTheMoney has no word for";
const VAGUE: &str = "vague dates as the plain days in them";

/// Whether a key means something that is no property of `FollowTheMoney`.
pub(in crate::sanctions::ftm) fn is_of_model(key: &str) -> bool {
    let bounds = ["absent_before", "absent_from", "relisted", "spell"];
    is_about(key) || is_own_key(key) || OWN_OF_LISTINGS.contains(&key) || bounds.contains(&key)
}

fn is_about(key: &str) -> bool {
    ABOUT.contains(&key)
}

fn is_own_key(key: &str) -> bool {
    OWN.contains(&key)
}

/// Values by their properties, each once, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Facts(BTreeMap<String, Vec<String>>);

impl Facts {
    pub(super) fn push(&mut self, property: &str, value: Option<String>) {
        let Some(value) = value.filter(|value| !value.is_empty()) else { return };
        let values = self.0.entry(property.to_owned()).or_default();
        if !values.contains(&value) {
            values.push(value);
        }
    }

    pub(super) fn first(&self, property: &str) -> Option<&str> {
        self.0.get(property)?.first().map(String::as_str)
    }

    pub(super) fn into_json(self) -> Json {
        json!(self.0)
    }
}

/// The items of a list, or the one value, as texts.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::List(items) => items.iter().map(ToString::to_string).collect(),
        value => vec![value.to_string()],
    }
}

/// Which property a key was made of.
pub(super) struct Words {
    by_key: HashMap<String, &'static str>,
    by_identifier: HashMap<String, &'static str>,
}

impl Words {
    pub(super) fn new() -> Self {
        let by_key = PROPERTIES.iter().map(|property| (key_of(property), *property)).collect();
        let own = IDENTIFIERS.iter().map(|property| (snake(property), *property));
        let mut by_identifier: HashMap<String, &'static str> = own.collect();
        // The first of those that are called the same.
        by_identifier.extend(IDENTIFIER_KINDS.iter().rev().map(|(property, kind)| ((*kind).to_owned(), *property)));
        Self { by_key, by_identifier }
    }

    /// The property of a kind of identifiers.
    pub(super) fn identifier(&self, kind: &str, report: &mut ExportReport) -> String {
        if let Some(property) = self.by_identifier.get(kind) {
            return (*property).to_owned();
        }
        report.lose("kinds of identifiers");
        "idNumber".to_owned()
    }

    /// The property of a relationship that leads to an entity: `HAS_PARENT`.
    pub(super) fn lead(&self, rel_type: &str) -> Option<String> {
        let key = rel_type.strip_prefix("HAS_")?.to_lowercase();
        Some(self.by_key.get(&key).map_or_else(|| camel(&key), |property| (*property).to_owned()))
    }

    /// Puts the properties of an element in the words of `FollowTheMoney`.
    pub(super) fn properties(
        &self,
        properties: &BTreeMap<Name, Value>,
        is_born_here: bool,
        is_listing: bool,
        facts: &mut Facts,
        report: &mut ExportReport,
    ) {
        for (key, value) in properties {
            let key = key.as_str();
            let is_own = is_about(key) || is_own_key(key) || (is_listing && OWN_OF_LISTINGS.contains(&key));
            let other = OTHER_KEYS.iter().find(|(known, _)| is_born_here && *known == key);
            let property = match other {
                Some((_, property)) => Some((*property).to_owned()),
                None if is_own => continue,
                None => self.property(key, value, is_born_here),
            };
            match property {
                Some(property) => take(&property, value, facts, report),
                None => report.lose(NO_WORD),
            }
        }
    }

    fn property(&self, key: &str, value: &Value, is_born_here: bool) -> Option<String> {
        if let Some(property) = self.by_key.get(key) {
            return Some((*property).to_owned());
        }
        if let Some(property) = key.strip_suffix("_text").and_then(|key| self.by_key.get(key))
            && DATES.contains(property)
        {
            return Some((*property).to_owned());
        }
        // One that no schema has, and was read all the same.
        let is_read = |item: &Value| matches!(item, Value::String(_));
        let is_list = matches!(value, Value::List(items) if items.iter().all(is_read));
        Some(camel(key)).filter(|property| !is_born_here && is_list && key_of(property) == key)
    }

    /// A relationship that has its time for the clocks alone.
    pub(super) fn dates_of_edge(properties: &BTreeMap<Name, Value>, facts: &mut Facts, report: &mut ExportReport) {
        dates(properties, &[("valid_from", "startDate"), ("valid_to", "endDate")], facts, report);
    }

    /// Those of a listing of another list.
    pub(super) fn dates_of_listing(properties: &BTreeMap<Name, Value>, facts: &mut Facts, report: &mut ExportReport) {
        let keys = [("published", "listingDate"), ("in_effect", "startDate"), ("removed", "endDate")];
        dates(properties, &keys, facts, report);
        if facts.first("listingDate").is_none() {
            dates(properties, &[("announced", "listingDate")], facts, report);
        }
        dates(properties, &[("revised", "modifiedAt")], facts, report);
    }
}

fn dates(properties: &BTreeMap<Name, Value>, keys: &[(&str, &str)], facts: &mut Facts, report: &mut ExportReport) {
    for (key, property) in keys {
        if let Some(value) = properties.get(*key) {
            take(property, value, facts, report);
        }
    }
}

fn take(property: &str, value: &Value, facts: &mut Facts, report: &mut ExportReport) {
    let items = match value {
        Value::List(items) => items.iter().cloned().collect(),
        value => vec![value.clone()],
    };
    for item in items {
        match &item {
            Value::Edtf(date) => plain_dates(date, report).into_iter().for_each(|day| facts.push(property, Some(day))),
            item if COUNTRIES.contains(&property) => {
                let (text, country) = (item.to_string(), Country::of(&item.to_string()));
                // The name of the country alone leads to its code again.
                let code = country.filter(|country| country.name == text).map(|country| country.code.to_owned());
                facts.push(property, Some(code.unwrap_or(text)));
            }
            item => facts.push(property, Some(item.to_string())),
        }
    }
}

/// A date as it is, or the days within one that is vague.
fn plain_dates(date: &Edtf, report: &mut ExportReport) -> Vec<String> {
    let text = date.text();
    let is_of_date = |letter: char| letter.is_ascii_digit() || letter == '-';
    if text.chars().all(is_of_date) {
        return vec![text.to_owned()];
    }
    report.lose(VAGUE);
    let days = text.split(|letter: char| !is_of_date(letter)).filter(|day| day.len() >= 4);
    days.filter(|day| Edtf::parse(day).is_ok()).map(str::to_owned).collect()
}

/// `tax_number` as `taxNumber`.
fn camel(key: &str) -> String {
    let mut name = String::new();
    let mut is_first_of_word = false;
    for letter in key.chars() {
        match letter {
            '_' => is_first_of_word = true,
            letter if is_first_of_word => {
                name.push(letter.to_ascii_uppercase());
                is_first_of_word = false;
            }
            letter => name.push(letter),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_leads_to_one_property() {
        let words = Words::new();
        for property in PROPERTIES {
            assert_eq!(words.by_key[&key_of(property)], *property);
            let key = key_of(property);
            let is_own_of_listings = OWN_OF_LISTINGS.contains(&key.as_str()) && key != "name";
            let taken = is_about(&key) || is_own_key(&key) || is_own_of_listings;
            assert!(!taken, "{property} is what the model calls something else");
        }
        assert_eq!(words.lead("HAS_TENDERS_FOR_LOTS").as_deref(), Some("tendersForLots"));
        assert_eq!(words.identifier("imo", &mut ExportReport::default()), "imoNumber");
    }
}
