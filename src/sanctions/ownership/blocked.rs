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

use super::holdings::{Holding, Holdings, Place, units};
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
    least: u64,
    most: u64,
}

impl Finding {
    /// What blocked owners have at least.
    pub(super) fn least(&self) -> Units {
        self.least.into()
    }

    /// What those have at most who may be blocked.
    pub(super) fn most(&self) -> Units {
        self.most.into()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    #[default]
    No,
    CannotBeExcluded,
    Yes,
}

/// By place: what was found, but of listed parties; and who may be blocked, listed or not.
pub(super) struct Found {
    pub findings: Vec<Option<Finding>>,
    pub possible: Vec<bool>,
}

/// What the answer rests on.
pub(super) struct Case<'h> {
    pub holdings: &'h Holdings,
    pub controls: &'h Controls,
    pub rule: Regime,
    /// Asked every so many steps, by each thread.
    pub is_over: &'h (dyn Fn() -> bool + Sync),
}

/// Nobody waits for the answer any more.
pub(super) struct Over;

/// What is found through the same parties, by two threads if there are two.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Greatest,
    Least,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::Greatest, Self::Least];
}

/// Owners that are gone through before it is asked again whether it is over.
const STRETCH: u32 = 4_096;

impl Case<'_> {
    /// Whoever is found through `parties`. `of_both` gives what is made of [`Side::BOTH`], in this order.
    ///
    /// # Errors
    ///
    /// [`Over`].
    pub(super) fn decide(
        &self,
        parties: &[Party],
        of_both: impl FnOnce(&(dyn Fn(Side) -> Result<Work, Over> + Sync)) -> Result<Vec<Result<Work, Over>>, Over>,
    ) -> Result<Found, Over> {
        let bound = self.holdings.node_bound();
        let mut found = Found { findings: vec![None; bound], possible: vec![false; bound] };
        if self.rule.adds_owners {
            for (side, work) in Side::BOTH.into_iter().zip(of_both(&|side| self.side(side, parties))?) {
                self.add(side, &work?, &mut found);
            }
        } else {
            let (mut together, mut work) = (Work::new(bound), Work::new(bound));
            self.greatest(parties, None, &mut together)?;
            for party in parties {
                self.greatest(&[*party], Some(&together), &mut work)?;
                self.add(Side::Greatest, &work, &mut found);
                work.clear();
                self.least(&[*party], &mut work)?;
                self.add(Side::Least, &work, &mut found);
                work.clear();
            }
        }
        for party in parties {
            found.findings[party.place as usize] = None;
        }
        Ok(found)
    }

    fn side(&self, side: Side, parties: &[Party]) -> Result<Work, Over> {
        let mut work = Work::new(self.holdings.node_bound());
        match side {
            Side::Greatest => self.greatest(parties, None, &mut work)?,
            Side::Least => self.least(parties, &mut work)?,
        }
        Ok(work)
    }

    /// Adds what one fix-point says; of the same parties the least one comes behind the greatest.
    fn add(&self, side: Side, work: &Work, found: &mut Found) {
        for &place in &work.touched {
            let (seat, at) = (&work.seats[place as usize], place as usize);
            match side {
                Side::Greatest => {
                    found.possible[at] |= seat.is_in;
                    if seat.most.units() > 0 || seat.is_in {
                        let finding = found.findings[at].get_or_insert_default();
                        finding.most = finding.most.max(units(self.most_of(place, seat)));
                        if seat.is_in {
                            finding.status = finding.status.max(Status::CannotBeExcluded);
                        }
                    }
                }
                Side::Least => {
                    let finding = found.findings[at].get_or_insert_default();
                    finding.least = finding.least.max(units(seat.least.units().min(WHOLE)));
                    finding.most = finding.most.max(finding.least);
                    if seat.is_in {
                        finding.status = Status::Yes;
                    }
                }
            }
        }
    }

    fn least(&self, parties: &[Party], work: &mut Work) -> Result<(), Over> {
        for party in parties.iter().filter(|party| party.is_certain) {
            work.enter(party.place);
        }
        while let Some(owner) = self.next(work)? {
            for holding in self.held_by(owner) {
                let seat = work.touch(holding.asset);
                seat.least.add(holding.least);
                if self.rule.threshold.is_met(seat.least.units()) {
                    work.enter(holding.asset);
                }
            }
            for control in self.controlled_by(owner).filter(|control| control.is_certain) {
                work.enter(control.of);
            }
        }
        Ok(())
    }

    fn greatest(&self, parties: &[Party], within: Option<&Work>, work: &mut Work) -> Result<(), Over> {
        for party in parties {
            work.touch(party.place).is_party = true;
            work.enter(party.place);
        }
        self.enter_all_behind(within, work)?;
        // What lies side by side is looked at one behind the other from here on.
        work.touched.sort_unstable();
        for at in 0..work.touched.len() {
            self.leave_if_it_must(work.touched[at], work);
        }
        self.let_leave(work)?;
        while self.leave_who_is_apart(parties, work)? {
            self.let_leave(work)?;
        }
        Ok(())
    }

    /// Takes back what those have who leave, and lets leave who must then.
    fn let_leave(&self, work: &mut Work) -> Result<(), Over> {
        while let Some(owner) = self.next(work)? {
            for holding in self.held_by(owner) {
                let seat = &mut work.seats[holding.asset as usize];
                seat.most.take(holding.most);
                seat.least.take(holding.least);
                self.leave_if_it_must(holding.asset, work);
            }
            for control in self.controlled_by(owner) {
                work.seats[control.of as usize].controllers -= 1;
                self.leave_if_it_must(control.of, work);
            }
        }
        Ok(())
    }

    /// Enters whoever is held or controlled by a member, to any part, and counts what members have.
    fn enter_all_behind(&self, within: Option<&Work>, work: &mut Work) -> Result<(), Over> {
        let is_within = |place: Place| within.is_none_or(|within| within.seats[place as usize].is_in);
        while let Some(owner) = self.next(work)? {
            for holding in self.held_by(owner) {
                let seat = work.touch(holding.asset);
                seat.most.add(holding.most);
                seat.least.add(holding.least);
                if is_within(holding.asset) {
                    work.enter(holding.asset);
                }
            }
            for control in self.controlled_by(owner) {
                work.touch(control.of).controllers += 1;
                if is_within(control.of) {
                    work.enter(control.of);
                }
            }
        }
        Ok(())
    }

    /// Lets leave whom no chain of members joins to a party; whether there was one.
    fn leave_who_is_apart(&self, parties: &[Party], work: &mut Work) -> Result<bool, Over> {
        for party in parties {
            work.join(party.place);
        }
        while let Some(owner) = self.next(work)? {
            let held = self.held_by(owner).map(|holding| holding.asset);
            for place in held.chain(self.controlled_by(owner).map(|control| control.of)) {
                if work.seats[place as usize].is_in {
                    work.join(place);
                }
            }
        }
        for &place in &work.touched {
            let seat = &mut work.seats[place as usize];
            let is_joined = std::mem::take(&mut seat.is_joined);
            if seat.is_in && !is_joined {
                seat.is_in = false;
                work.waiting.push(place);
            }
        }
        Ok(!work.waiting.is_empty())
    }

    /// The next who waits: of all that have waited since the last of them were gone through, in the order of places, in which
    /// what they hold lies one behind the other.
    fn next(&self, work: &mut Work) -> Result<Option<Place>, Over> {
        if work.steps.is_multiple_of(STRETCH) && (self.is_over)() {
            return Err(Over);
        }
        work.steps = work.steps.wrapping_add(1);
        if work.wave.is_empty() {
            std::mem::swap(&mut work.wave, &mut work.waiting);
            work.wave.sort_unstable_by(|one, other| other.cmp(one));
        }
        Ok(work.wave.pop())
    }

    fn leave_if_it_must(&self, place: Place, work: &mut Work) {
        let seat = &mut work.seats[place as usize];
        if seat.is_in && !self.may_stay(place, seat) {
            seat.is_in = false;
            work.waiting.push(place);
        }
    }

    fn may_stay(&self, place: Place, seat: &Seat) -> bool {
        let is_held = || {
            let threshold = self.rule.threshold;
            threshold.is_met(seat.most.units()) && threshold.is_met(self.most_of(place, seat))
        };
        seat.is_party || seat.controllers > 0 || is_held()
    }

    /// What members may have of an asset: no more than the others leave, if what is told of all can be so.
    fn most_of(&self, place: Place, seat: &Seat) -> Units {
        let told = self.holdings.told_of(place);
        let left = if told <= WHOLE { WHOLE - (told - seat.least.units()) } else { WHOLE };
        seat.most.units().min(left)
    }

    /// What somebody holds of others: what it has of itself makes nobody its owner, nor does a share of nothing.
    fn held_by(&self, owner: Place) -> impl Iterator<Item = &Holding> {
        self.holdings.of_owner(owner).iter().filter(move |holding| holding.asset != owner && holding.most > 0)
    }

    /// Whom somebody controls, but itself.
    fn controlled_by(&self, who: Place) -> impl Iterator<Item = &Control> {
        let controls = if self.rule.by_control { self.controls.by(who) } else { &[] };
        controls.iter().filter(move |control| control.of != who)
    }
}

/// What is known of each place while a fix-point is looked for.
pub(super) struct Work {
    seats: Vec<Seat>,
    /// The places of which anything is known.
    touched: Vec<Place>,
    waiting: Vec<Place>,
    /// Those who are gone through now, the last one first.
    wave: Vec<Place>,
    steps: u32,
}

/// What is known of one place: all in one line of memory, since who looks for one of these wants the others, too.
#[derive(Clone, Copy, Default)]
#[repr(align(32))]
struct Seat {
    /// What members have at most and at least.
    most: Sum,
    least: Sum,
    /// How many members control it.
    controllers: u32,
    is_in: bool,
    is_party: bool,
    is_touched: bool,
    /// Whether a chain of members joins it to a party, while that is looked for.
    is_joined: bool,
}

/// What several shares make together, in twelve bytes.
#[derive(Clone, Copy, Default)]
#[repr(C, packed(4))]
pub(super) struct Sum {
    low: u64,
    /// How often `low` was full.
    high: u32,
}

impl Sum {
    pub(super) fn units(self) -> Units {
        Units::from(self.high) << u64::BITS | Units::from(self.low)
    }

    pub(super) fn add(&mut self, share: u64) {
        let (low, is_full) = { self.low }.overflowing_add(share);
        (self.low, self.high) = (low, self.high + u32::from(is_full));
    }

    pub(super) fn take(&mut self, share: u64) {
        let (low, is_empty) = { self.low }.overflowing_sub(share);
        (self.low, self.high) = (low, self.high - u32::from(is_empty));
    }
}

impl Work {
    fn new(bound: usize) -> Self {
        Self {
            seats: vec![Seat::default(); bound],
            touched: Vec::new(),
            waiting: Vec::new(),
            wave: Vec::new(),
            steps: 0,
        }
    }

    fn touch(&mut self, place: Place) -> &mut Seat {
        let seat = &mut self.seats[place as usize];
        if !std::mem::replace(&mut seat.is_touched, true) {
            self.touched.push(place);
        }
        seat
    }

    fn enter(&mut self, place: Place) {
        if !std::mem::replace(&mut self.touch(place).is_in, true) {
            self.waiting.push(place);
        }
    }

    fn join(&mut self, place: Place) {
        if !std::mem::replace(&mut self.seats[place as usize].is_joined, true) {
            self.waiting.push(place);
        }
    }

    fn clear(&mut self) {
        for place in self.touched.drain(..) {
            self.seats[place as usize] = Seat::default();
        }
    }
}

/// What [`Work`] takes for each place of a node, twice over, and [`Found`].
pub(super) const BYTES_PER_PLACE: usize =
    2 * (size_of::<Seat>() + 3 * size_of::<Place>()) + size_of::<Option<Finding>>() + size_of::<bool>();
