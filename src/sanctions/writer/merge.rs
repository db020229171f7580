//! What two records say of one node or relationship, as one.
//!
//! Lists are united. Of what has one value only, the newest edition is right; other values are kept where there is none. Where a record has
//! all that its source might say under a key, the newest edition is right even if it says nothing. What was first seen, or is valid from a
//! day, is the earlier of both, and what was last seen the later. A name that has given way to another one is a former name.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use crate::sanctions::dates::{self, is_until};
use crate::sanctions::model::{Properties, is_same, told};
use crate::{Name, Value};

/// Completes `known` by `other`, and gives the keys that have changed.
pub(super) fn merge(known: &mut BTreeMap<Name, Value>, other: &Properties) -> Vec<Name> {
    let Properties(other, all_said) = other;
    let age = Age::of(known.get("last_seen"), other.get("last_seen"));
    let name = known.get("name").cloned();
    let mut changed = Vec::new();
    let of_newest = if matches!(age, Age::Newer) { &all_said[..] } else { &[] };
    let unsaid = of_newest.iter().filter(|key| !other.contains_key(**key)).map(|key| (Name::from(*key), &Value::Null));
    for (key, value) in other.iter().map(|(key, value)| (key.clone(), value)).chain(unsaid) {
        let before = known.get(&key).unwrap_or(&Value::Null);
        let is_all_said = all_said.contains(&key.as_str());
        let computed = BOUNDS.iter().find(|(date, bound)| key.as_str() == *date && has(known, bound));
        let merged = match (value, age) {
            (Value::Null, Age::Newer) if computed.is_none() => Some(Value::Null),
            (Value::Null, _) => None,
            (_, Age::Older) if is_all_said => None,
            (_, Age::Newer) if is_all_said => Some(value.clone()),
            _ if computed.is_some_and(|(_, bound)| *bound == "absent_from") => Some(value.clone()),
            _ => merged(key.as_str(), before, value, age),
        };
        if let Some(merged) = merged.filter(|merged| !is_same(before, merged)) {
            known.insert(key.clone(), merged);
            changed.push(key);
        }
    }
    if let Some(other_name) = name.as_ref().zip(other.get("name")).filter(|(one, other)| !is_same(one, other)) {
        changed.extend(keep_former_name(known, other_name));
    }
    for (date, bound) in BOUNDS {
        // What a source says is no bound of editions any more.
        let is_told = changed.iter().any(|key| key.as_str() == date) && !known.get(date).is_some_and(is_until);
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

/// What is so of a value that is known, and one that is told beside.
fn merged(key: &str, before: &Value, value: &Value, age: Age) -> Option<Value> {
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
        _ if matches!(age, Age::Newer | Age::Same) => value.clone(),
        _ => return None,
    };
    Some(merged)
}

/// What is said beside what is known, by the days on which it was seen last.
#[derive(Clone, Copy)]
enum Age {
    Newer,
    Same,
    Older,
    /// Nodes that sources share have no day on which they were seen, and keep what they have.
    Unknown,
}

impl Age {
    fn of(before: Option<&Value>, now: Option<&Value>) -> Self {
        let (Some(Value::Edtf(before)), Some(Value::Edtf(now))) = (before, now) else { return Self::Unknown };
        match now.latest().cmp(&before.latest()) {
            Ordering::Greater => Self::Newer,
            Ordering::Equal => Self::Same,
            Ordering::Less => Self::Older,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Edtf;

    fn edition(day: &str, name: &str, aliases: &[&str]) -> Properties {
        let day = Edtf::parse(day).unwrap();
        let aliases: Vec<String> = aliases.iter().map(|alias| (*alias).to_owned()).collect();
        let seen = Properties::new().with("first_seen", day.clone()).with("last_seen", day);
        seen.with("name", name).with("aliases", aliases)
    }

    #[test]
    fn the_newest_edition_has_the_last_word_in_whatever_order_they_come() {
        let (old, new) = (edition("2019-01", "A", &["x"]), edition("2021-07-07", "B", &["y", "x"]));
        for (first, second) in [(&old, &new), (&new, &old)] {
            let mut known = first.clone().0;
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
            let mut known = first.clone().0;
            merge(&mut known, second);
            let told = ["name", "aliases", "previous_names"].map(|key| known[key].to_string());
            assert_eq!(told, ["B", "['C']", "['A']"]);
        }
        let (old, new) = (edition("2019-01", "A", &[]), edition("2021-07-07", "B", &["A"]));
        for (first, second) in [(&old, &new), (&new, &old)] {
            let mut known = first.clone().0;
            merge(&mut known, second);
            assert_eq!((known["aliases"].to_string().as_str(), known.contains_key("previous_names")), ("['A']", false));
        }
    }

    #[test]
    fn what_the_newest_edition_does_not_say_is_not_so_in_whatever_order_they_come() {
        let said = |day: &str, share: Option<&str>| {
            edition(day, "A", &[]).with("percentage", share).says_all_of(&["percentage"])
        };
        let (first, second, last) = (said("2019-01", Some("60")), said("2020-01", Some("50")), said("2021-01", None));
        for order in [[&first, &second, &last], [&last, &first, &second], [&second, &last, &first]] {
            let mut known = order[0].clone().0;
            merge(&mut known, order[1]);
            merge(&mut known, order[2]);
            assert!(!has(&known, "percentage"), "{known:?}");
        }
        let mut known = said("2019-01", Some("60")).0;
        merge(&mut known, &said("2019-01", None));
        assert_eq!(known["percentage"].to_string(), "60", "another line of the same edition");
    }

    #[test]
    fn an_end_that_editions_show_is_not_taken_back_by_one_that_says_none() {
        let end = Edtf::parse("2021-01-01").unwrap();
        let mut known = edition("2020-01", "A", &[]).with("removed", end).with("absent_from", "x").0;
        merge(&mut known, &edition("2022-01", "A", &[]).says_all_of(&["removed"]));
        assert_eq!(
            (known["removed"].to_string().as_str(), known["absent_from"].to_string().as_str()),
            ("2021-01-01", "x")
        );
    }

    #[test]
    fn what_others_have_made_keeps_its_name() {
        let mut known = Properties::new().with("name", "China").0;
        let changed = merge(&mut known, &Properties::new().with("name", "CHINA").with("code", "cn"));
        assert_eq!((known["name"].to_string().as_str(), changed.len()), ("China", 1));
    }
}
