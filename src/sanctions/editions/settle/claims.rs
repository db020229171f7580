//! The times that several records give, as one for each time without a break.

use std::collections::BTreeSet;

use crate::sanctions::dates;
use crate::sanctions::editions::sources::Witness;
use crate::sanctions::editions::spells::{Days, between};
use crate::{Edtf, ElementId, Value};

/// A day on which it is not so any more, and what shows that, where no record says it.
pub(super) type ClaimEnd = (Edtf, Option<Witness>);

/// What a record says, or several of one time.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// `None`: nobody says since when.
    pub begins: Option<Edtf>,
    /// The edition that bounds the beginning, where no record says it.
    pub absent_before: Value,
    pub in_effect: Option<Edtf>,
    /// `None`: it lasts.
    pub ends: Option<ClaimEnd>,
    pub paragraphs: BTreeSet<ElementId>,
}

/// One claim for each time without a break, the earliest first. Those of which nobody says since when come before all, and are
/// no part of the others: that somebody is listed at some time neither begins nor ends what has its days.
pub(super) fn unite(mut claims: Vec<Claim>) -> Vec<Claim> {
    claims.sort_by_key(Claim::order);
    let mut united: Vec<Claim> = Vec::new();
    for claim in claims {
        match united.last_mut() {
            Some(last) if last.is_one_with(&claim) => last.take(claim),
            _ => united.push(claim),
        }
    }
    united
}

impl Claim {
    /// The first that has surely begun comes first; of two, the one that says so itself, and no edition; then the longer one.
    fn order(&self) -> (Option<i64>, i64, i64) {
        let (begins, ends) = (self.begins.as_ref().map(Days::of), self.ends.as_ref().map(|(date, _)| Days::of(date)));
        let vague = begins.map_or(0, |days| days.from.saturating_neg());
        (begins.map(|days| days.to), vague, ends.map_or(i64::MIN, |days| days.to.saturating_neg()))
    }

    /// Whether it surely lasts until the other one, which is behind it, has begun.
    fn is_one_with(&self, other: &Claim) -> bool {
        match (&self.begins, &other.begins) {
            (None, None) => true,
            (Some(_), Some(begins)) => {
                self.ends.as_ref().is_none_or(|(date, _)| Days::of(date).from >= Days::of(begins).to)
            }
            _ => false,
        }
    }

    fn take(&mut self, other: Claim) {
        self.ends = later(self.ends.take(), other.ends);
        self.in_effect = match (self.in_effect.take(), other.in_effect) {
            (Some(one), Some(other)) => Some(dates::earlier(&one, &other)),
            (one, other) => one.or(other),
        };
        self.paragraphs.extend(other.paragraphs);
    }
}

/// What is open lasts longest; of two that are vague, the bounds that are later.
fn later(one: Option<ClaimEnd>, other: Option<ClaimEnd>) -> Option<ClaimEnd> {
    let (one, other) = one.zip(other)?;
    let (own, others) = (Days::of(&one.0), Days::of(&other.0));
    let (last, first) = if own.to >= others.to { (one, others.from) } else { (other, own.from) };
    let from = Days::of(&last.0).from;
    match between(first, own.to.max(others.to)) {
        Some(date) if first > from => Some((date, last.1)),
        _ => Some(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Claims as `begins - ends`, where either may be missing.
    #[track_caller]
    fn check(claims: &[&str], expected: &[&str]) {
        let claim = |(index, text): (usize, &&str)| {
            let (begins, ends) = text.split_once(" - ").unwrap();
            let date = |text: &str| (!text.is_empty()).then(|| Edtf::parse(text).unwrap());
            Claim {
                begins: date(begins),
                absent_before: Value::Null,
                in_effect: None,
                ends: date(ends).map(|date| (date, None)),
                paragraphs: BTreeSet::from([ElementId(index as u64)]),
            }
        };
        let claims: Vec<Claim> = claims.iter().enumerate().map(claim).collect();
        let told = |claims: Vec<Claim>| {
            let text = |date: Option<&Edtf>| date.map_or("", Edtf::text).to_owned();
            let told =
                |claim: &Claim| text(claim.begins.as_ref()) + " - " + &text(claim.ends.as_ref().map(|end| &end.0));
            unite(claims).iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(told(claims.clone()), expected);
        assert_eq!(told(claims.into_iter().rev().collect()), expected, "in the other order");
    }

    #[test]
    fn what_overlaps_or_touches_is_one() {
        check(&["2014-01-01 - 2030-01-01", "2012-01-01 - 2016-01-01"], &["2012-01-01 - 2030-01-01"]);
        check(&["2010-01-01 - 2012-01-01", "2012-01-01 - "], &["2010-01-01 - "]);
        check(&["2010-01-01 - ", "2015-01-01 - 2016-01-01"], &["2010-01-01 - "]);
        check(&["2010-01-01 - 2012-01-01", "2020-01-01 - "], &["2010-01-01 - 2012-01-01", "2020-01-01 - "]);
        check(&["2010 - [2013-01-01..2017-01-01]", "2011 - 2015"], &["2010 - [2015-01-01..2017-01-01]"]);
    }

    #[test]
    fn what_may_be_apart_stays_apart() {
        check(&["2010 - 2015", "2015 - 2018"], &["2010 - 2015", "2015 - 2018"]);
        check(&["2010-01-01 - 2012-01-01", "[..2024-01-01] - "], &["2010-01-01 - 2012-01-01", "[..2024-01-01] - "]);
    }

    #[test]
    fn what_has_no_days_leaves_the_others_as_they_are() {
        check(&["2010-01-01 - 2012-01-01", " - ", " - 2015"], &[" - ", "2010-01-01 - 2012-01-01"]);
        check(&["2010-01-01 - ", "[..2024-01-01] - ", "[..2010-01-01] - "], &["2010-01-01 - "]);
    }
}
