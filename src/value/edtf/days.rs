//! The days that a date may mean, as two bounds, and the three-valued relations between them.

use crate::value::Date;

/// Bounds in days since 1970-01-01, both inclusive; an open one is the extreme integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Days {
    pub earliest: i64,
    pub latest: i64,
}

/// No bound below, and none above. No day is written as either: years stay within ±999,999,999.
pub(super) const OPEN_START: i64 = i64::MIN;
pub(super) const OPEN_END: i64 = i64::MAX;

impl Days {
    pub(crate) fn one(date: Date) -> Self {
        Self { earliest: date.epoch_days, latest: date.epoch_days }
    }

    pub(crate) fn earliest(self) -> Option<Date> {
        (self.earliest != OPEN_START).then_some(Date { epoch_days: self.earliest })
    }

    pub(crate) fn latest(self) -> Option<Date> {
        (self.latest != OPEN_END).then_some(Date { epoch_days: self.latest })
    }

    /// `<`
    pub(crate) fn before(self, other: Self) -> Option<bool> {
        decided(self.latest < other.earliest, self.earliest >= other.latest)
    }

    /// `<=`
    pub(crate) fn not_after(self, other: Self) -> Option<bool> {
        decided(self.latest <= other.earliest, self.earliest > other.latest)
    }

    /// Whether no day is in both.
    pub(crate) fn is_apart_from(self, other: Self) -> bool {
        self.latest < other.earliest || other.latest < self.earliest
    }

    /// The least and the greatest number of days from a day in `self` to a day in `other`.
    pub(crate) fn distance_to(self, other: Self) -> (Option<i64>, Option<i64>) {
        let least = (self.latest != OPEN_END && other.earliest != OPEN_START).then(|| other.earliest - self.latest);
        let most = (self.earliest != OPEN_START && other.latest != OPEN_END).then(|| other.latest - self.earliest);
        (least, most)
    }

    /// The days in both; `None` if there is none.
    fn intersect(self, other: Self) -> Option<Self> {
        let both = Self { earliest: self.earliest.max(other.earliest), latest: self.latest.min(other.latest) };
        (both.earliest <= both.latest).then_some(both)
    }
}

/// Days with gaps between: ranges in order, none of which touches the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ranges(Vec<Days>);

impl Ranges {
    pub(crate) fn new(mut ranges: Vec<Days>) -> Self {
        ranges.sort_unstable();
        let mut apart: Vec<Days> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match apart.last_mut() {
                Some(last) if range.earliest <= last.latest.saturating_add(1) => {
                    last.latest = last.latest.max(range.latest);
                }
                _ => apart.push(range),
            }
        }
        Self(apart)
    }

    /// The days in both.
    pub(crate) fn intersect(&self, other: &Self) -> Self {
        let mut both = Vec::new();
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(one), Some(another)) = (left.peek(), right.peek()) {
            both.extend(one.intersect(**another));
            // The one that ends first meets nothing of what is left of the other side.
            if one.latest < another.latest {
                left.next()
            } else {
                right.next()
            };
        }
        Self(both)
    }

    pub(crate) fn as_slice(&self) -> &[Days] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many days they are; as many as can be if they are open.
    pub(crate) fn count(&self) -> i64 {
        let counts = self.0.iter().map(|days| days.latest.saturating_sub(days.earliest).saturating_add(1));
        counts.fold(0, i64::saturating_add)
    }
}

fn decided(is_true: bool, is_false: bool) -> Option<bool> {
    match (is_true, is_false) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn small() -> impl Strategy<Value = Days> {
        (0_i64..8, 0_i64..4).prop_map(|(earliest, length)| Days { earliest, latest: earliest + length })
    }

    /// What can be said if the relation is known for each pair of days.
    fn brute_force(left: Days, right: Days, holds: fn(&i64, &i64) -> bool) -> Option<bool> {
        let pairs: Vec<bool> = (left.earliest..=left.latest)
            .flat_map(|left| (right.earliest..=right.latest).map(move |right| holds(&left, &right)))
            .collect();
        decided(pairs.iter().all(|holds| *holds), pairs.iter().all(|holds| !holds))
    }

    proptest! {
        #[test]
        fn each_relation_agrees_with_all_pairs_of_days(left in small(), right in small()) {
            prop_assert_eq!(left.before(right), brute_force(left, right, i64::lt));
            prop_assert_eq!(left.not_after(right), brute_force(left, right, i64::le));
            prop_assert_eq!(left.is_apart_from(right), brute_force(left, right, i64::eq) == Some(false));
        }

        #[test]
        fn the_distance_is_the_least_and_the_most_of_all_pairs(left in small(), right in small()) {
            let distances = (left.earliest..=left.latest)
                .flat_map(|left| (right.earliest..=right.latest).map(move |right| right - left));
            let all: Vec<i64> = distances.collect();
            prop_assert_eq!(left.distance_to(right), (all.iter().min().copied(), all.iter().max().copied()));
        }
    }

    fn days_in(ranges: &Ranges) -> Vec<i64> {
        ranges.as_slice().iter().flat_map(|range| range.earliest..=range.latest).collect()
    }

    proptest! {
        #[test]
        fn ranges_meet_on_the_days_that_are_in_both(
            left in prop::collection::vec(small(), 1..4),
            right in prop::collection::vec(small(), 1..4),
        ) {
            let is_in = |ranges: &[Days], day: i64| ranges.iter().any(|range| (range.earliest..=range.latest).contains(&day));
            let shared: Vec<i64> = (0..12).filter(|day| is_in(&left, *day) && is_in(&right, *day)).collect();
            let both = Ranges::new(left).intersect(&Ranges::new(right));
            prop_assert_eq!(days_in(&both), shared);
            prop_assert!(both.as_slice().is_sorted_by(|one, next| one.latest < next.earliest));
        }
    }

    #[test]
    fn an_open_end_is_never_certainly_before_anything() {
        let open = Days { earliest: 0, latest: OPEN_END };
        let later = Days { earliest: 5, latest: 5 };
        assert_eq!(open.before(later), None);
        assert_eq!(later.before(open), None);
        assert_eq!(open.distance_to(later), (None, Some(5)));
        assert_eq!(Days { earliest: 9, latest: OPEN_END }.before(later), Some(false));
    }
}
