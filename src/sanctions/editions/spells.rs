//! When somebody was on a list, as far as its editions show: spells, each from a day on and until a day, which are known no
//! better than the editions stand apart.

use crate::{Date, Edtf};

/// That an edition, or the collector between two days, has seen it there.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    pub first: Edtf,
    pub last: Edtf,
}

/// That an edition does not have it.
#[derive(Clone, Debug)]
pub(super) struct Absence {
    pub day: Edtf,
    /// Whether that is enough to say that it was taken off, and not only that it was not there yet.
    pub ends: bool,
}

/// Some time without a break. What bounds it is told by its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spell {
    /// In the order of days.
    pub sightings: Vec<usize>,
    pub begins: Option<Edtf>,
    pub absent_before: Option<usize>,
    /// The first day on which it was not there any more, and the absence that shows it.
    pub ends: Option<(Edtf, usize)>,
}

/// Days as numbers; what is open has none, and is before or behind all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days {
    pub from: i64,
    pub to: i64,
}

impl Days {
    pub(super) fn of(date: &Edtf) -> Self {
        let (from, to) = (date.earliest().map(Date::epoch_days), date.latest().map(Date::epoch_days));
        Self { from: from.unwrap_or(i64::MIN), to: to.unwrap_or(i64::MAX) }
    }
}

#[derive(Clone, Copy)]
struct Seen {
    index: usize,
    first: Days,
    last: Days,
}

#[derive(Clone, Copy)]
struct Missed {
    index: usize,
    day: Days,
    ends: bool,
}

/// The spells, the earliest first. An edition that may be of the same day as a sighting shows nothing, and neither does one
/// that may lie on either side of it. What a source says to have ended had begun by then, whenever it is seen.
pub(super) fn spells(sightings: &[Sighting], absences: &[Absence], own_end: Option<&Edtf>) -> Vec<Spell> {
    let begun = own_end.map_or(i64::MAX, |end| Days::of(end).to);
    let mut seen: Vec<Seen> = sightings
        .iter()
        .enumerate()
        .map(|(index, sighting)| Seen { index, first: Days::of(&sighting.first), last: Days::of(&sighting.last) })
        .collect();
    seen.sort_by_key(|seen| (seen.first.from, seen.last.to, seen.index));
    let mut missed: Vec<Missed> = absences
        .iter()
        .enumerate()
        .map(|(index, absence)| Missed { index, day: Days::of(&absence.day), ends: absence.ends })
        .filter(|missed| seen.iter().all(|seen| missed.day.to < seen.first.from || missed.day.from > seen.last.to))
        .collect();
    missed.sort_by_key(|missed| (missed.day.from, missed.day.to));
    let mut groups: Vec<Vec<Seen>> = Vec::new();
    for next in seen {
        let is_behind_a_gap = groups.last().is_none_or(|group| {
            let reach = reach(group);
            missed.iter().any(|gap| gap.ends && gap.day.from > reach && gap.day.to < next.first.from)
        });
        match groups.last_mut() {
            Some(group) if !is_behind_a_gap => group.push(next),
            _ => groups.push(vec![next]),
        }
    }
    groups.iter().map(|group| spell(group, &missed, begun)).collect()
}

/// The last day on which one of them may be.
fn reach(group: &[Seen]) -> i64 {
    group.iter().map(|seen| seen.last.to).max().unwrap_or(i64::MIN)
}

fn spell(group: &[Seen], missed: &[Missed], begun: i64) -> Spell {
    let start = group.iter().map(|seen| seen.first.from).min().unwrap_or(i64::MIN);
    let sure = group.iter().map(|seen| seen.first.to).min().unwrap_or(i64::MAX).min(begun);
    let before = missed.iter().rfind(|missed| missed.day.to < start);
    let (reach, last) = (reach(group), group.iter().map(|seen| seen.last.from).max().unwrap_or(i64::MIN));
    let behind = missed.iter().filter(|missed| missed.ends && missed.day.from > reach).min_by_key(|gap| gap.day.to);
    Spell {
        sightings: group.iter().map(|seen| seen.index).collect(),
        begins: between(before.map_or(i64::MIN, |missed| missed.day.from.saturating_add(1)), sure),
        absent_before: before.map(|missed| missed.index),
        ends: behind.and_then(|gap| Some((between(last.saturating_add(1), gap.day.to)?, gap.index))),
    }
}

/// Some day from one to another; `None` where both are open.
pub(super) fn between(from: i64, to: i64) -> Option<Edtf> {
    let day = |number: i64| Date::from_epoch_days(number).and_then(Edtf::from_date);
    match (day(from), day(to)) {
        (Some(from), Some(to)) if from == to => Some(to),
        (Some(from), Some(to)) => Edtf::parse(&format!("[{}..{}]", from.text(), to.text())).ok(),
        (None, Some(to)) => Edtf::parse(&format!("[..{}]", to.text())).ok(),
        (Some(from), None) => Edtf::parse(&format!("[{}..]", from.text())).ok(),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sightings as days, absences as days with `?` behind those that end nothing; spells as `begins-ends`.
    #[track_caller]
    fn check(sightings: &[&str], absences: &[&str], expected: &[&str]) {
        let day = |text: &str| Edtf::parse(text).unwrap();
        let seen: Vec<Sighting> = sightings.iter().map(|text| Sighting { first: day(text), last: day(text) }).collect();
        let missed: Vec<Absence> = absences
            .iter()
            .map(|text| Absence { day: day(text.trim_end_matches('?')), ends: !text.ends_with('?') })
            .collect();
        let told = |spells: Vec<Spell>| {
            let text = |date: &Edtf| date.text().to_owned();
            let told = |spell: &Spell| {
                let ends = spell.ends.as_ref().map_or(String::new(), |(date, _)| text(date));
                spell.begins.as_ref().map_or(String::new(), text) + " - " + &ends
            };
            spells.iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(told(spells(&seen, &missed, None)), expected);
        let backwards: (Vec<_>, Vec<_>) = (seen.into_iter().rev().collect(), missed.into_iter().rev().collect());
        assert_eq!(told(spells(&backwards.0, &backwards.1, None)), expected, "in the other order");
    }

    #[test]
    fn editions_bound_what_they_show() {
        check(&["2019-01-15"], &[], &["[..2019-01-15] - "]);
        check(&["2019-01-15"], &["2021-07-07"], &["[..2019-01-15] - [2019-01-16..2021-07-07]"]);
        check(&["2021-07-07"], &["2019-01"], &["[2019-01-02..2021-07-07] - "]);
        check(&["2019-01"], &["2021-07-07"], &["[..2019-01-31] - [2019-01-02..2021-07-07]"]);
        check(&["2019-01-15"], &["2019-01-16"], &["[..2019-01-15] - 2019-01-16"]);
    }

    #[test]
    fn who_returns_has_two_spells() {
        let expected = ["[..2019-01-01] - [2019-01-02..2020-01-01]", "[2020-01-02..2021-01-01] - "];
        check(&["2019-01-01", "2021-01-01"], &["2020-01-01"], &expected);
        check(&["2019-01-01", "2021-01-01"], &["2020-01-01?"], &["[..2019-01-01] - "]);
    }

    #[test]
    fn what_may_be_of_the_same_day_shows_nothing() {
        check(&["2019-01"], &["2019-01-20"], &["[..2019-01-31] - "]);
        check(&["2019-01-20"], &["2019-01-20", "2019-02-01?"], &["[..2019-01-20] - "]);
    }

    #[test]
    fn the_nearest_absence_is_the_bound() {
        let expected = ["[2019-01-02..2020-01-01] - [2020-06-02..2021-01-01]"];
        check(&["2020-01-01", "2020-06-01"], &["2018-01-01", "2019-01-01?", "2022-01-01", "2021-01-01"], &expected);
    }
}
