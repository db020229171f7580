//! Who contradicts whom: of what several sources give for one thing, that which cannot be so if another source is right.
//!
//! Every value is a range: of a number or a text it is that value alone, of a date the days that it may mean, of a figure
//! what lies between its bounds. Two values contradict each other if no value is in both ranges. Of ranges this needs no
//! look at pairs: one is apart from some other if one ends before it begins, or begins behind its end.

use std::cmp::Ordering;

use crate::storage::{End, NodeSlot};
use crate::value::{Value, compare};

/// A value as one source gives it.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub value: Value,
    pub range: Range,
    pub source: NodeSlot,
    /// What says so: a citation or a figure.
    pub because: End,
}

/// What a value may be; without a bound it is open on that side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range {
    pub low: Option<Place>,
    pub high: Option<Place>,
}

/// A place in the order of values: at a value, or a little below or above it where a bound leaves the value itself out.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub value: Value,
    pub nudge: i8,
}

impl Place {
    pub(super) const fn at(value: Value) -> Self {
        Self { value, nudge: 0 }
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        compare::order(&self.value, &other.value).then(self.nudge.cmp(&other.nudge))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Place {}

impl Range {
    /// A value and no other.
    pub(super) fn one(value: &Value) -> Self {
        let place = Some(Place::at(value.clone()));
        Self { low: place.clone(), high: place }
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        matches!((&self.low, &self.high), (Some(low), Some(high)) if high < low)
    }
}

/// What another source contradicts, by range and value; empty if nothing is.
pub(super) fn contradicted(given: Vec<Given>) -> Vec<Given> {
    let is_contradicted = by_bounds(&given);
    kept(given, &is_contradicted)
}

/// Whether the range of each is apart from one of another source.
pub(super) fn by_bounds(given: &[Given]) -> Vec<bool> {
    let ends = outermost(given, |range| range.high.as_ref(), Ordering::Less);
    let starts = outermost(given, |range| range.low.as_ref(), Ordering::Greater);
    let is_contradicted = |one: &Given| {
        let ends_before = matches!((of_others(&ends, one), &one.range.low), (Some(end), Some(low)) if end < low);
        let begins_behind =
            matches!((of_others(&starts, one), &one.range.high), (Some(start), Some(high)) if high < start);
        ends_before || begins_behind
    };
    given.iter().map(is_contradicted).collect()
}

/// Those of which this is true, in order.
pub(super) fn kept(mut given: Vec<Given>, is_kept: &[bool]) -> Vec<Given> {
    let mut is_kept = is_kept.iter();
    given.retain(|_| is_kept.next() == Some(&true));
    given.sort_by(|left, right| {
        left.range
            .cmp(&right.range)
            .then_with(|| compare::order(&left.value, &right.value))
            .then(left.source.cmp(&right.source))
    });
    given
}

/// The bound that lies furthest out, and the one that does among those of all other sources.
fn outermost(given: &[Given], bound: fn(&Range) -> Option<&Place>, out: Ordering) -> [Option<(Place, NodeSlot)>; 2] {
    let mut found: [Option<(&Place, NodeSlot)>; 2] = [None, None];
    for one in given {
        let Some(place) = bound(&one.range) else { continue };
        let is_further = |than: Option<(&Place, NodeSlot)>| than.is_none_or(|(than, _)| place.cmp(than) == out);
        let is_first_source = found[0].is_some_and(|(_, source)| source == one.source);
        if is_further(found[0]) {
            if !is_first_source {
                found[1] = found[0];
            }
            found[0] = Some((place, one.source));
        } else if !is_first_source && is_further(found[1]) {
            found[1] = Some((place, one.source));
        }
    }
    found.map(|found| found.map(|(place, source)| (place.clone(), source)))
}

/// The one that does not come from the same source.
fn of_others<'b>(bounds: &'b [Option<(Place, NodeSlot)>; 2], one: &Given) -> Option<&'b Place> {
    bounds.iter().flatten().find(|(_, source)| *source != one.source).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bounds from 0 to 5, of which 5 is none.
    fn given() -> impl Strategy<Value = Vec<Given>> {
        let place = |number: i64, nudge: i8| (number < 5).then(|| Place { value: number.into(), nudge });
        let one =
            (0_i64..6, 0_i64..6, 0_i8..2, 0_i8..2, 0_u32..3).prop_map(move |(low, high, above, below, source)| Given {
                value: Value::Null,
                range: Range { low: place(low, above), high: place(high, -below) },
                source: NodeSlot(source),
                because: End::node(NodeSlot(0)),
            });
        proptest::collection::vec(one.prop_filter("not empty", |one| !one.range.is_empty()), 0..8)
    }

    fn is_apart(left: &Range, right: &Range) -> bool {
        let ends_before =
            |one: &Range, other: &Range| matches!((&one.high, &other.low), (Some(high), Some(low)) if high < low);
        ends_before(left, right) || ends_before(right, left)
    }

    proptest! {
        #[test]
        fn what_is_contradicted_is_apart_from_something_of_another_source(given in given()) {
            let by_pairs = |one: &Given| given.iter().any(|other| other.source != one.source && is_apart(&one.range, &other.range));
            let expected = given.iter().filter(|one| by_pairs(one)).count();
            let found = contradicted(given.clone());
            prop_assert_eq!(found.len(), expected);
            prop_assert!(found.iter().all(by_pairs));
        }
    }
}
