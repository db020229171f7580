//! What two records say of one node or relationship, as one.
//!
//! Lists are united. Of what has one value only, the newest edition is right; that of others is kept where there is none. What was first
//! seen, or is valid from a day, is the earlier of both, and what was last seen the later. A name that has given way to another one
//! is a former name.

use std::collections::{BTreeMap, HashSet};

use crate::sanctions::dates;
use crate::sanctions::model::{is_same, told};
use crate::{Name, Value};

/// Completes `known` by `other`, and gives the keys that have changed.
pub(super) fn merge(known: &mut BTreeMap<Name, Value>, other: &BTreeMap<Name, Value>) -> Vec<Name> {
    let is_newer = is_newer(known.get("last_seen"), other.get("last_seen"));
    let name = known.get("name").cloned();
    let mut changed = Vec::new();
    for (key, value) in other {
        let merged = match known.get(key) {
            None => Some(value.clone()),
            Some(before) => merged(key.as_str(), before, value, is_newer),
        };
        let is_bound = |date: &str, bound: &str| key.as_str() == date && has(known, bound);
        let is_bounded = is_bound("valid_to", "absent_from") || is_bound("removed", "absent_from");
        if let Some(merged) = if is_bounded { Some(value.clone()) } else { merged } {
            known.insert(key.clone(), merged);
            changed.push(key.clone());
        }
    }
    if let Some(other_name) = name.as_ref().zip(other.get("name")).filter(|(one, other)| !is_same(one, other)) {
        changed.extend(keep_former_name(known, other_name));
    }
    for (date, bound) in BOUNDS {
        // What a source says is no bound of editions any more.
        let is_told = changed.iter().any(|key| key.as_str() == date)
            && !matches!(known.get(date), Some(Value::Edtf(date)) if date.text().starts_with("[.."));
        if is_told && has(known, bound) {
            known.insert(Name::from(bound), Value::Null);
            changed.push(Name::from(bound));
        }
    }
    changed
}

/// Dates that may be computed of editions, and what names these then.
const BOUNDS: [(&str, &str); 4] =
    [("valid_from", "absent_before"), ("on", "absent_before"), ("valid_to", "absent_from"), ("removed", "absent_from")];

fn has(known: &BTreeMap<Name, Value>, key: &str) -> bool {
    known.get(key).is_some_and(|value| !matches!(value, Value::Null))
}

/// Two editions call a party by different names: the older one is a former name, unless it is an alias; and what is its name
/// now is none.
fn keep_former_name(known: &mut BTreeMap<Name, Value>, (one, other): (&Value, &Value)) -> Vec<Name> {
    if !has(known, "last_seen") || known.get("kind").is_some_and(|kind| kind.to_string() == "listing") {
        return Vec::new();
    }
    let Some(name) = known.get("name").cloned() else { return Vec::new() };
    let former = if is_same(one, &name) { other } else { one };
    let mut lists = ["aliases", "weak_aliases", "previous_names"].map(|key| match known.get(key) {
        Some(Value::List(items)) => items.iter().cloned().collect::<Vec<Value>>(),
        _ => Vec::new(),
    });
    let before = lists.clone();
    for names in &mut lists {
        names.retain(|item| !is_same(item, &name));
    }
    if !lists.iter().flatten().any(|item| is_same(item, former)) {
        lists[2].push(former.clone());
    }
    let mut changed = Vec::new();
    for ((key, names), before) in ["aliases", "weak_aliases", "previous_names"].into_iter().zip(lists).zip(before) {
        if names.len() != before.len() || !names.iter().zip(&before).all(|(one, other)| is_same(one, other)) {
            let names = if names.is_empty() { Value::Null } else { names.into() };
            known.insert(Name::from(key), names);
            changed.push(Name::from(key));
        }
    }
    changed
}

/// The new value, if it is another one.
fn merged(key: &str, before: &Value, value: &Value, is_newer: bool) -> Option<Value> {
    let merged = match (before, value) {
        (Value::Null, value) => value.clone(),
        (Value::List(before), Value::List(items)) => {
            let mut known: HashSet<String> = before.iter().map(told).collect();
            let new: Vec<&Value> = items.iter().filter(|item| known.insert(told(item))).collect();
            let all: Vec<Value> = before.iter().chain(new).cloned().collect();
            (all.len() > before.len()).then(|| all.into())?
        }
        (Value::Edtf(before), Value::Edtf(date)) if matches!(key, "first_seen" | "valid_from" | "on") => {
            dates::earlier(before, date).into()
        }
        (Value::Edtf(before), Value::Edtf(date)) if key == "last_seen" => dates::later(before, date).into(),
        _ if is_newer => value.clone(),
        _ => return None,
    };
    (!is_same(before, &merged)).then_some(merged)
}

/// Nodes that sources share have no day on which they were seen, and keep what they have.
fn is_newer(before: Option<&Value>, now: Option<&Value>) -> bool {
    match (before, now) {
        (Some(Value::Edtf(before)), Some(Value::Edtf(now))) => now.latest() >= before.latest(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Edtf;
    use crate::sanctions::model::Properties;

    fn edition(day: &str, name: &str, aliases: &[&str]) -> BTreeMap<Name, Value> {
        let day = Edtf::parse(day).unwrap();
        let aliases: Vec<String> = aliases.iter().map(|alias| (*alias).to_owned()).collect();
        let seen = Properties::new().with("first_seen", day.clone()).with("last_seen", day);
        seen.with("name", name).with("aliases", aliases).0
    }

    #[test]
    fn the_newest_edition_has_the_last_word_in_whatever_order_they_come() {
        let (old, new) = (edition("2019-01", "A", &["x"]), edition("2021-07-07", "B", &["y", "x"]));
        for (first, second) in [(&old, &new), (&new, &old)] {
            let mut known = first.clone();
            merge(&mut known, second);
            let told = |key: &str| known[key].to_string();
            assert_eq!(
                (told("name"), told("first_seen"), told("last_seen")),
                ("B".into(), "2019-01".into(), "2021-07-07".into())
            );
            assert!(told("aliases").contains('x') && told("aliases").contains('y'));
            assert!(merge(&mut known, second).is_empty(), "what is said again changes nothing");
        }
    }

    #[test]
    fn a_name_that_has_changed_is_a_former_one() {
        let (old, new) = (edition("2019-01", "A", &["B", "C"]), edition("2021-07-07", "B", &[]));
        for (first, second) in [(&old, &new), (&new, &old)] {
            let mut known = first.clone();
            merge(&mut known, second);
            let told = ["name", "aliases", "previous_names"].map(|key| known[key].to_string());
            assert_eq!(told, ["B", "['C']", "['A']"]);
        }
        let (old, new) = (edition("2019-01", "A", &[]), edition("2021-07-07", "B", &["A"]));
        for (first, second) in [(&old, &new), (&new, &old)] {
            let mut known = first.clone();
            merge(&mut known, second);
            assert_eq!((known["aliases"].to_string().as_str(), known.contains_key("previous_names")), ("['A']", false));
        }
    }

    #[test]
    fn what_others_have_made_keeps_its_name() {
        let mut known = Properties::new().with("name", "China").0;
        let changed = merge(&mut known, &Properties::new().with("name", "CHINA").with("code", "cn").0);
        assert_eq!((known["name"].to_string().as_str(), changed.len()), ("China", 1));
    }
}
