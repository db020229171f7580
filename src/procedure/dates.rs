//! Which dates contradict each other: those that leave no day.
//!
//! Two dates of different sources may do so by themselves. Where no two do, several may together, as those of a set with
//! gaps: of `[2018,2019]`, `[2019,2020]` and `[2018,2020]` each two have a year in common, and all three have none.

use std::collections::BTreeMap;

use super::dispute::{Given, by_bounds, kept};
use super::seen::Seen;
use crate::function::FunctionError;
use crate::storage::NodeSlot;
use crate::value::edtf::Ranges;
use crate::value::{Value, compare};

/// What other sources contradict of the dates that are given for one thing; empty if nothing is.
pub(super) fn contradicted(seen: &Seen, given: Vec<Given>) -> Result<Vec<Given>, FunctionError> {
    let days: Vec<Ranges> = given.iter().map(|one| days_of(&one.value)).collect();
    let pairs = by_pairs(seen, &given, &days)?;
    let is_contradicted = if pairs.contains(&true) { pairs } else { together(&given, &days) };
    Ok(kept(given, &is_contradicted))
}

/// The days that a date may mean, with its gaps.
fn days_of(value: &Value) -> Ranges {
    match value {
        Value::Edtf(date) => date.ranges(),
        other => Ranges::new(compare::days_of(other).into_iter().collect()),
    }
}

/// Whether each is apart from one of another source: by its bounds, or by its gaps.
fn by_pairs(seen: &Seen, given: &[Given], days: &[Ranges]) -> Result<Vec<bool>, FunctionError> {
    let mut is_apart = by_bounds(given);
    for (one, with_gaps) in days.iter().enumerate().filter(|(_, days)| days.as_slice().len() > 1) {
        seen.reserve(0)?;
        for (other, days) in days.iter().enumerate() {
            if given[one].source != given[other].source && with_gaps.intersect(days).is_empty() {
                (is_apart[one], is_apart[other]) = (true, true);
            }
        }
    }
    Ok(is_apart)
}

/// Whether each has a part in it that all sources together leave no day. A source that contradicts itself has none.
fn together(given: &[Given], days: &[Ranges]) -> Vec<bool> {
    let mut said: BTreeMap<NodeSlot, Ranges> = BTreeMap::new();
    for (one, days) in given.iter().zip(days) {
        said.entry(one.source).and_modify(|said| *said = said.intersect(days)).or_insert_with(|| days.clone());
    }
    said.retain(|_, days| !days.is_empty());
    let Some(disputed) = disputed(said.values().collect()) else { return vec![false; given.len()] };
    let leaves_out = |days: &Ranges| days.intersect(&disputed) != disputed;
    given.iter().zip(days).map(|(one, days)| said.contains_key(&one.source) && leaves_out(days)).collect()
}

/// The days of as few and narrow ones as leave none together; `None` if all leave some.
fn disputed(mut all: Vec<&Ranges>) -> Option<Ranges> {
    if !leave_none(&all) {
        return None;
    }
    all.sort_by_cached_key(|days| days.count());
    all.dedup();
    for index in (0..all.len()).rev() {
        let without = all.remove(index);
        if !leave_none(&all) {
            all.insert(index, without);
        }
    }
    Some(Ranges::new(all.into_iter().flat_map(Ranges::as_slice).copied().collect()))
}

/// Whether no day is in all of them.
fn leave_none(all: &[&Ranges]) -> bool {
    let Some((first, rest)) = all.split_first() else { return false };
    rest.iter().fold((*first).clone(), |days, other| days.intersect(other)).is_empty()
}
