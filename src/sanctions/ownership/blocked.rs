//! Who is blocked: two fix-points over the holdings.
//!
//! The *least* one begins with who is certainly blocked and adds whoever is held to the threshold by the lower bounds of what
//! its members have. The *greatest* one begins with all behind a blocked party, and takes away whoever is not held to the
//! threshold by the upper bounds of what its members have, and whoever no chain of members joins to the party: so of owners
//! in a circle, one of which a party has a part in, none can be excluded. Who is in the first is blocked, who is not in the
//! second is not.
//!
//! Shares are never multiplied along a chain: who is blocked counts in full with all that it holds (OFAC FAQ 401). Where a
//! regime does not add up several owners, each listed party has fix-points of its own.

use rustc_hash::FxHashMap;

use super::holdings::{Holding, Holdings, Place};
use super::regime::Regime;
use crate::sanctions::share::{Units, WHOLE};

/// Who controls whom, by who controls.
#[derive(Default)]
pub(super) struct Controls(pub FxHashMap<Place, Vec<Control>>);

#[derive(Clone, Copy)]
pub(super) struct Control {
    pub of: Place,
    pub is_certain: bool,
}

impl Controls {
    fn by(&self, who: Place) -> &[Control] {
        self.0.get(&who).map_or(&[], Vec::as_slice)
    }
}

/// A listed party.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Party {
    pub place: Place,
    /// Whether it is certainly listed.
    pub is_certain: bool,
}

/// What was found of an entity in which who is or may be blocked has a stake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Finding {
    pub status: Status,
    /// What blocked owners have at least, and what those have at most who may be blocked.
    pub least: Units,
    pub most: Units,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    #[default]
    No,
    CannotBeExcluded,
    Yes,
}

/// Of all entities but the listed ones; and who may be blocked, listed or not.
pub(super) struct Found {
    pub findings: FxHashMap<Place, Finding>,
    pub possible: Vec<bool>,
}

/// What the answer rests on.
pub(super) struct Case<'h> {
    pub holdings: &'h Holdings,
    pub controls: &'h Controls,
    pub rule: Regime,
}

impl Case<'_> {
    /// Whoever is found through `parties`.
    pub(super) fn decide(&self, parties: &[Party]) -> Found {
        let mut found = Found { findings: FxHashMap::default(), possible: vec![false; self.holdings.node_bound()] };
        let mut work = Work::new(self.holdings.node_bound());
        if self.rule.adds_owners {
            self.decide_together(parties, None, &mut work, &mut found);
        } else {
            let mut together = Work::new(self.holdings.node_bound());
            self.greatest(parties, None, &mut together);
            for party in parties {
                self.decide_together(&[*party], Some(&together.is_in), &mut work, &mut found);
            }
        }
        for party in parties {
            found.findings.remove(&party.place);
        }
        found
    }

    /// What these parties have together. Nobody outside of `within` may be blocked by them.
    fn decide_together(&self, parties: &[Party], within: Option<&[bool]>, work: &mut Work, found: &mut Found) {
        self.greatest(parties, within, work);
        for &place in &work.touched {
            found.possible[place as usize] |= work.is_in[place as usize];
            if work.most[place as usize] > 0 || work.is_in[place as usize] {
                let finding = found.findings.entry(place).or_default();
                finding.most = finding.most.max(self.most_of(place, work));
                if work.is_in[place as usize] {
                    finding.status = finding.status.max(Status::CannotBeExcluded);
                }
            }
        }
        work.clear();
        self.least(parties, work);
        for &place in &work.touched {
            let finding = found.findings.entry(place).or_default();
            finding.least = finding.least.max(work.least[place as usize].min(WHOLE));
            finding.most = finding.most.max(finding.least);
            if work.is_in[place as usize] {
                finding.status = Status::Yes;
            }
        }
        work.clear();
    }

    fn least(&self, parties: &[Party], work: &mut Work) {
        for party in parties.iter().filter(|party| party.is_certain) {
            work.enter(party.place);
        }
        while let Some(owner) = work.waiting.pop() {
            for holding in self.held_by(owner) {
                work.touch(holding.asset);
                work.least[holding.asset as usize] += holding.least();
                if self.rule.threshold.is_met(work.least[holding.asset as usize]) {
                    work.enter(holding.asset);
                }
            }
            for control in self.controlled_by(owner).filter(|control| control.is_certain) {
                work.enter(control.of);
            }
        }
    }

    fn greatest(&self, parties: &[Party], within: Option<&[bool]>, work: &mut Work) {
        for party in parties {
            work.is_party[party.place as usize] = true;
            work.enter(party.place);
        }
        self.enter_all_behind(within, work);
        for at in 0..work.touched.len() {
            self.leave_if_it_must(work.touched[at], work);
        }
        self.let_leave(work);
        while self.leave_who_is_apart(parties, work) {
            self.let_leave(work);
        }
    }

    /// Takes back what those have who leave, and lets leave who must then.
    fn let_leave(&self, work: &mut Work) {
        while let Some(owner) = work.waiting.pop() {
            for holding in self.held_by(owner) {
                work.most[holding.asset as usize] -= holding.most();
                work.least[holding.asset as usize] -= holding.least();
                self.leave_if_it_must(holding.asset, work);
            }
            for control in self.controlled_by(owner) {
                work.controllers[control.of as usize] -= 1;
                self.leave_if_it_must(control.of, work);
            }
        }
    }

    /// Enters whoever is held or controlled by a member, to any part, and counts what members have.
    fn enter_all_behind(&self, within: Option<&[bool]>, work: &mut Work) {
        let is_within = |place: Place| within.is_none_or(|within| within[place as usize]);
        while let Some(owner) = work.waiting.pop() {
            for holding in self.held_by(owner) {
                work.touch(holding.asset);
                work.most[holding.asset as usize] += holding.most();
                work.least[holding.asset as usize] += holding.least();
                if is_within(holding.asset) {
                    work.enter(holding.asset);
                }
            }
            for control in self.controlled_by(owner) {
                work.touch(control.of);
                work.controllers[control.of as usize] += 1;
                if is_within(control.of) {
                    work.enter(control.of);
                }
            }
        }
    }

    /// Lets leave whom no chain of members joins to a party; whether there was one.
    fn leave_who_is_apart(&self, parties: &[Party], work: &mut Work) -> bool {
        work.joined.extend(parties.iter().map(|party| party.place));
        work.joined.iter().for_each(|place| work.is_joined[*place as usize] = true);
        let mut at = 0;
        while let Some(&owner) = work.joined.get(at) {
            let held = self.held_by(owner).map(|holding| holding.asset);
            for place in held.chain(self.controlled_by(owner).map(|control| control.of)) {
                if work.is_in[place as usize] && !std::mem::replace(&mut work.is_joined[place as usize], true) {
                    work.joined.push(place);
                }
            }
            at += 1;
        }
        for &place in &work.touched {
            if work.is_in[place as usize] && !work.is_joined[place as usize] {
                work.is_in[place as usize] = false;
                work.waiting.push(place);
            }
        }
        for place in work.joined.drain(..) {
            work.is_joined[place as usize] = false;
        }
        !work.waiting.is_empty()
    }

    fn leave_if_it_must(&self, place: Place, work: &mut Work) {
        if work.is_in[place as usize] && !self.may_stay(place, work) {
            work.is_in[place as usize] = false;
            work.waiting.push(place);
        }
    }

    fn may_stay(&self, place: Place, work: &Work) -> bool {
        work.is_party[place as usize]
            || work.controllers[place as usize] > 0
            || self.rule.threshold.is_met(self.most_of(place, work))
    }

    /// What members may have of an asset: no more than the others leave, if what is told of all can be so.
    fn most_of(&self, place: Place, work: &Work) -> Units {
        let (most, least) = (work.most[place as usize], work.least[place as usize]);
        let told = self.holdings.told_of(place);
        let left = if told <= WHOLE { WHOLE - (told - least) } else { WHOLE };
        most.min(left)
    }

    /// What somebody holds of others: what it has of itself makes nobody its owner, nor does a share of nothing.
    fn held_by(&self, owner: Place) -> impl Iterator<Item = &Holding> {
        self.holdings.of_owner(owner).iter().filter(move |holding| holding.asset != owner && holding.most() > 0)
    }

    /// Whom somebody controls, but itself.
    fn controlled_by(&self, who: Place) -> impl Iterator<Item = &Control> {
        let controls = if self.rule.by_control { self.controls.by(who) } else { &[] };
        controls.iter().filter(move |control| control.of != who)
    }
}

/// What is known of each place while a fix-point is looked for.
struct Work {
    is_in: Vec<bool>,
    is_party: Vec<bool>,
    /// What members have at most and at least.
    most: Vec<Units>,
    least: Vec<Units>,
    /// How many members control it.
    controllers: Vec<u32>,
    /// The places of which anything is known.
    touched: Vec<Place>,
    is_touched: Vec<bool>,
    waiting: Vec<Place>,
    /// Whom a chain of members joins to a party, while that is looked for.
    joined: Vec<Place>,
    is_joined: Vec<bool>,
}

impl Work {
    fn new(bound: usize) -> Self {
        Self {
            is_in: vec![false; bound],
            is_party: vec![false; bound],
            most: vec![0; bound],
            least: vec![0; bound],
            controllers: vec![0; bound],
            touched: Vec::new(),
            is_touched: vec![false; bound],
            waiting: Vec::new(),
            joined: Vec::new(),
            is_joined: vec![false; bound],
        }
    }

    fn touch(&mut self, place: Place) {
        if !std::mem::replace(&mut self.is_touched[place as usize], true) {
            self.touched.push(place);
        }
    }

    fn enter(&mut self, place: Place) {
        self.touch(place);
        if !std::mem::replace(&mut self.is_in[place as usize], true) {
            self.waiting.push(place);
        }
    }

    fn clear(&mut self) {
        for place in self.touched.drain(..) {
            let place = place as usize;
            (self.is_in[place], self.is_party[place], self.is_touched[place]) = (false, false, false);
            (self.most[place], self.least[place], self.controllers[place]) = (0, 0, 0);
        }
    }
}

/// What [`Work`] takes for each place of a node, twice over, and [`Found`].
pub(super) const BYTES_PER_PLACE: usize = 2 * (4 + 2 * size_of::<Units>() + 4 * size_of::<u32>()) + 64;
