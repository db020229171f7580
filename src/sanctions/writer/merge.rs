//! What two records say of one node or relationship, as one.
//!
//! Lists are united. Of what has one value only, the newest edition is right; that of others is kept where there is none. What was first
//! seen, or is valid from a day, is the earlier of both, and what was last seen the later.

use std::collections::{BTreeMap, HashSet};

use crate::sanctions::dates;
use crate::sanctions::model::{is_same, told};
use crate::{Name, Value};

/// Completes `known` by `other`, and gives the keys that have changed.
pub(super) fn merge(known: &mut BTreeMap<Name, Value>, other: &BTreeMap<Name, Value>) -> Vec<Name> {
    let is_newer = is_newer(known.get("last_seen"), other.get("last_seen"));
    let mut changed = Vec::new();
    for (key, value) in other {
        let merged = match known.get(key) {
            None => Some(value.clone()),
            Some(before) => merged(key.as_str(), before, value, is_newer),
        };
        if let Some(merged) = merged {
            known.insert(key.clone(), merged);
            changed.push(key.clone());
        }
    }
    changed
}

/// The new value, if it is another one.
fn merged(key: &str, before: &Value, value: &Value, is_newer: bool) -> Option<Value> {
    let merged = match (before, value) {
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
    fn what_others_have_made_keeps_its_name() {
        let mut known = Properties::new().with("name", "China").0;
        let changed = merge(&mut known, &Properties::new().with("name", "CHINA").with("code", "cn").0);
        assert_eq!((known["name"].to_string().as_str(), changed.len()), ("China", 1));
    }
}
