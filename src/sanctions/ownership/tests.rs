//! The fix-points against a plainer way to the same sets.

use proptest::prelude::*;
use rustc_hash::FxHashMap;

use super::blocked::{Case, Control, Controls, Found, Over, Party, Side, Status, Sum};
use super::holdings::{Holdings, Place};
use super::regime::{KNOWN, Regime, Threshold};
use crate::sanctions::share::{Share, WHOLE};

const PERCENT: i128 = WHOLE / 100;

fn share() -> impl Strategy<Value = Share> {
    prop_oneof![
        4 => (0_i128..=100).prop_map(|share| Share { least: share * PERCENT, most: share * PERCENT }),
        1 => (0_i128..=60, 0_i128..=40).prop_map(|(least, more)| Share { least: least * PERCENT, most: (least + more) * PERCENT }),
        1 => Just(Share::UNKNOWN),
    ]
}

const PLACES: usize = 7;

fn place() -> impl Strategy<Value = Place> {
    0..u32::try_from(PLACES).unwrap()
}

fn rule() -> impl Strategy<Value = Regime> {
    (prop_oneof![Just(50), Just(25)], any::<[bool; 3]>()).prop_map(|(share, [inclusive, adds_owners, by_control])| {
        Regime { threshold: Threshold { share: share * PERCENT, inclusive }, adds_owners, by_control }
    })
}

proptest! {
    #[test]
    fn the_fix_points_are_what_repeating_gives(
        shares in prop::collection::vec((place(), place(), share()), 0..14),
        controls in prop::collection::vec((place(), place(), any::<bool>()), 0..3),
        parties in prop::collection::btree_map(place(), any::<bool>(), 0..3),
        rule in rule(),
    ) {
        let holdings = Holdings::of_shares(PLACES, &shares);
        prop_assert!(holdings.each().all(|share| share.least <= share.most));
        let mut by_who = Controls::default();
        for (who, of, is_certain) in controls {
            by_who.0.entry(who).or_default().push(Control { of, is_certain });
        }
        let parties: Vec<Party> = parties.into_iter().map(|(place, is_certain)| Party { place, is_certain }).collect();
        let case = Case { holdings: &holdings, controls: &by_who, rule, is_over: &|| false };
        let Found { findings, .. } = decided(&case, &parties).ok().unwrap();
        let expected = by_repeating(&case, &parties);
        let status = |place: Place| findings[place as usize].map_or(Status::No, |finding| finding.status);
        for place in (0..).take(PLACES).filter(|place| parties.iter().all(|party| party.place != *place)) {
            prop_assert_eq!(status(place), expected[place as usize], "of {}", place);
        }
    }
}

/// By the definition: sets that grow or shrink by looking at everybody again until nothing changes.
fn by_repeating(case: &Case<'_>, parties: &[Party]) -> Vec<Status> {
    let groups: Vec<Vec<Party>> =
        if case.rule.adds_owners { vec![parties.to_vec()] } else { parties.iter().map(|party| vec![*party]).collect() };
    let mut statuses = vec![Status::No; PLACES];
    for group in groups {
        let certain: Vec<Place> = group.iter().filter(|party| party.is_certain).map(|party| party.place).collect();
        let possible: Vec<Place> = group.iter().map(|party| party.place).collect();
        let mut least = vec![false; PLACES];
        repeat(&mut least, |set, place| certain.contains(&place) || held(case, set, place, true));
        let mut greatest = vec![true; PLACES];
        repeat(&mut greatest, |set, place| {
            joined(case, &possible, set)[place as usize] && (possible.contains(&place) || held(case, set, place, false))
        });
        for place in 0..PLACES {
            let found = if least[place] {
                Status::Yes
            } else if greatest[place] {
                Status::CannotBeExcluded
            } else {
                Status::No
            };
            statuses[place] = statuses[place].max(found);
        }
    }
    statuses
}

fn repeat(set: &mut Vec<bool>, is_in: impl Fn(&[bool], Place) -> bool) {
    loop {
        let next: Vec<bool> = (0..).take(PLACES).map(|place| is_in(set, place)).collect();
        if next == *set {
            return;
        }
        *set = next;
    }
}

/// Whether members of a set hold or control somebody so that the rule blocks it.
fn held(case: &Case<'_>, set: &[bool], asset: Place, surely: bool) -> bool {
    let (mut least, mut most, mut others) = (0, 0, 0);
    for (_, holding) in case.holdings.of_asset(asset) {
        if holding.owner == asset {
            others += holding.least();
        } else if set[holding.owner as usize] {
            least += holding.least();
            most += holding.most();
        } else {
            others += holding.least();
        }
    }
    if least + others <= WHOLE {
        most = most.min(WHOLE - others);
    }
    let controllers = case.controls.0.iter().filter(|(who, _)| case.rule.by_control && set[**who as usize]);
    let mut controls = controllers.filter(|(who, _)| **who != asset).flat_map(|(_, controls)| controls);
    let is_controlled = controls.any(|control| control.of == asset && (control.is_certain || !surely));
    is_controlled || case.rule.threshold.is_met(if surely { least } else { most.min(WHOLE) })
}

/// Whom a chain of members joins to one of these, to any part.
fn joined(case: &Case<'_>, from: &[Place], members: &[bool]) -> Vec<bool> {
    let mut set: Vec<bool> = (0..).take(PLACES).map(|place| from.contains(&place)).collect();
    let pass_on = |set: &[bool], place: Place| {
        let held = case.holdings.of_asset(place).any(|(_, holding)| set[holding.owner as usize] && holding.most() > 0);
        let controls = |who: Place| case.controls.0.get(&who).filter(|_| case.rule.by_control).into_iter().flatten();
        let controlled =
            (0..).take(PLACES).any(|who| set[who as usize] && controls(who).any(|control| control.of == place));
        set[place as usize] || members[place as usize] && (held || controlled)
    };
    repeat(&mut set, pass_on);
    set
}

#[test]
fn regimes_differ() {
    let half = Share { least: WHOLE / 2, most: WHOLE / 2 };
    let quarter = Share { least: WHOLE / 4, most: WHOLE / 4 };
    let [x, y] = [0, 1];
    // X has half of 2; X and Y have a quarter of 3 each; Y controls 4.
    let holdings = Holdings::of_shares(5, &[(x, 2, half), (x, 3, quarter), (y, 3, quarter)]);
    let controls = Controls(FxHashMap::from_iter([(y, vec![Control { of: 4, is_certain: true }])]));
    let parties = [x, y].map(|place| Party { place, is_certain: true });
    let statuses = KNOWN.iter().map(|known| {
        let case = Case { holdings: &holdings, controls: &controls, rule: known.rule, is_over: &|| false };
        let Found { findings, .. } = decided(&case, &parties).ok().unwrap();
        [2, 3, 4].map(|place| findings[place].map_or(Status::No, |finding| finding.status))
    });
    let (yes, no) = (Status::Yes, Status::No);
    assert_eq!(statuses.collect::<Vec<_>>(), [[yes, yes, no], [yes, yes, yes], [no, no, yes]]);
}

#[test]
fn what_may_not_go_on_gives_no_answer() {
    let all = Share { least: WHOLE, most: WHOLE };
    let (holdings, controls) = (Holdings::of_shares(2, &[(0, 1, all)]), Controls::default());
    let decides = |is_over: &(dyn Fn() -> bool + Sync)| {
        let case = Case { holdings: &holdings, controls: &controls, rule: KNOWN[0].rule, is_over };
        decided(&case, &[Party { place: 0, is_certain: true }]).is_ok()
    };
    assert!(decides(&|| false));
    assert!(!decides(&|| true));
}

/// With both fix-points one behind the other.
fn decided(case: &Case<'_>, parties: &[Party]) -> Result<Found, Over> {
    case.decide(parties, |side| Ok(Side::BOTH.into_iter().map(side).collect()))
}

#[test]
fn a_sum_of_shares_is_of_any_number_of_them() {
    let whole = u64::try_from(WHOLE).unwrap();
    let mut sum = Sum::default();
    (0..1_000).for_each(|_| sum.add(whole));
    assert_eq!(sum.units(), 1_000 * WHOLE);
    (0..999).for_each(|_| sum.take(whole));
    sum.take(1);
    assert_eq!(sum.units(), WHOLE - 1);
}

#[test]
fn more_owners_of_all_than_their_sum_has_bits_for_are_told_as_many() {
    let all = Share { least: WHOLE, most: WHOLE };
    let shares: Vec<_> = (1..=300).map(|owner| (owner, 0, all)).collect();
    let holdings = Holdings::of_shares(301, &shares);
    assert_eq!(holdings.too_much(0), Some(300 * WHOLE));
    assert!(holdings.each().all(|share| share == all));
}
