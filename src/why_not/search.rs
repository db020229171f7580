//! Looks for the conditions that keep a row away.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::condition::{Condition, Kind, Number, Subject};
use super::finish::Wanted;
use super::near::pairs_of;
use super::relax::{MET, Order, Task, relax};
use super::{Host, Outcome, Patience};
use crate::value::compare::equivalent;
use crate::value::{Name, Value};

/// Conditions that stand against the row together: without all of them it is there, without fewer it is not.
pub(super) type Way = BTreeSet<Number>;

/// What the search has come to.
pub(super) enum Found<E> {
    /// The row is there.
    Row(Vec<Value>),
    /// Each of these alone brings the row.
    Ways(Vec<Way>),
    /// Nothing that can be taken out brings it; what was said if the last trial failed.
    Nothing(Option<E>),
}

/// Larger sets are taken as the search finds them: to try all their parts takes time by a power of two.
const LARGEST_TRIED: usize = 5;

/// Of several conditions those of the first of these kinds, and of what is blamed more, are left out at first. Of an element
/// that is gone nothing can be expected: they go last.
const LEVELS: [Kind; 7] =
    [Kind::Filter, Kind::Property, Kind::Label, Kind::Length, Kind::Hop, Kind::Relationship, Kind::Element];

/// So many of the levels leave out no part of how things hang together.
const SOFT: usize = 3;

/// What several clocks hide together, none of them shows alone.
const CLOCKS: [Kind; 1] = [Kind::Sources];

/// So many conditions together say more than a hop that is not there.
const FEW: usize = 3;

/// The trials for one branch of a query.
pub(super) struct Search<'s, H: Host> {
    pub host: &'s mut H,
    pub task: &'s Task<'s>,
    pub wanted: &'s [Wanted],
    pub parameters: &'s [(Name, Value)],
    pub given_up: GivenUp,
}

/// What would have taken too long, and after how many rows it was given up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct GivenUp {
    pub query: Option<u64>,
    pub trial: Option<u64>,
}

impl<H: Host> Search<'_, H> {
    /// The same search, for other values.
    pub(super) fn with<'a>(&'a mut self, wanted: &'a [Wanted]) -> Search<'a, H> {
        let Self { host, task, parameters, given_up, .. } = self;
        Search { host, task, wanted, parameters, given_up: *given_up }
    }

    pub(super) fn run(&mut self, conditions: &[Condition]) -> Result<Found<H::Error>, H::Error> {
        if let Some(row) = self.row_with(self.wanted)? {
            return Ok(Found::Row(row));
        }
        let mut ways = self.single_ways(conditions)?;
        let is_hop = |way: &Way| way.iter().all(|number| conditions[*number].kind == Kind::Hop);
        let is_no_clock = |way: &Way| way.iter().all(|number| conditions[*number].kind < CLOCKS[0]);
        let beside: &[Kind] = match &*ways {
            [] => &[],
            ways if ways.iter().all(is_hop) => &LEVELS[..SOFT],
            ways if ways.iter().all(is_no_clock) => &CLOCKS,
            _ => &[],
        };
        if let Found::Ways(several) = self.several_conditions(conditions, beside)? {
            ways.splice(0..0, several.into_iter().filter(|way| way.len() <= FEW));
        }
        if ways.is_empty() { self.several_conditions(conditions, &LEVELS) } else { Ok(Found::Ways(ways)) }
    }

    /// The conditions that suffice together, looked for among those that are blamed most before all others.
    fn several_conditions(&mut self, conditions: &[Condition], levels: &[Kind]) -> Result<Found<H::Error>, H::Error> {
        let (mut failure, mut tried) = (None, 0);
        for level in levels {
            let is_out = |number: &Number| conditions[*number].kind >= *level;
            let way: Way = everything(conditions).into_iter().filter(is_out).collect();
            if way.len() == std::mem::replace(&mut tried, way.len()) {
                continue;
            }
            match self.rows(&way)? {
                Outcome::Rows(rows) if !rows.is_empty() => {
                    let way = self.without_needless(conditions, way)?;
                    let way = self.in_plain_words(conditions, way)?;
                    let way = self.smallest_part(way)?;
                    if !self.misses_what_is_there(conditions, &way)? {
                        return Ok(Found::Ways(vec![way]));
                    }
                }
                Outcome::Rows(_) | Outcome::TooLong(_) => {}
                Outcome::Failed(error) => failure = Some(error),
            }
        }
        Ok(Found::Nothing(failure))
    }

    /// A row of the query as it is that has these values.
    pub(super) fn row_with(&mut self, wanted: &[Wanted]) -> Result<Option<Vec<Value>>, H::Error> {
        let order = Order { wanted, limit: 1, ..Order::default() };
        let statement = relax(self.task, &order).statement;
        match self.host.rows(&statement, self.parameters, Patience::ForQuery)? {
            Outcome::Rows(rows) => Ok(rows.into_iter().next()),
            Outcome::Failed(error) => Err(error),
            Outcome::TooLong(limit) => {
                self.given_up.query = Some(limit);
                Ok(None)
            }
        }
    }

    /// A row without the conditions of `way`, if there is one.
    fn rows(&mut self, way: &Way) -> Result<Outcome<H::Error>, H::Error> {
        let order = Order { removed: way.clone(), wanted: self.wanted, limit: 1, ..Order::default() };
        let outcome = self.trial(&order)?;
        if let Outcome::TooLong(limit) = outcome {
            self.given_up.trial = Some(limit);
        }
        Ok(outcome)
    }

    pub(super) fn trial(&mut self, order: &Order<'_>) -> Result<Outcome<H::Error>, H::Error> {
        self.host.rows(&relax(self.task, order).statement, self.parameters, Patience::ForTrial)
    }

    pub(super) fn brings_a_row(&mut self, way: &Way) -> Result<bool, H::Error> {
        Ok(matches!(self.rows(way)?, Outcome::Rows(rows) if !rows.is_empty()))
    }

    /// The conditions that suffice alone, what is blamed first at the front. Coarse ones only where no part of them does.
    pub(super) fn single_ways(&mut self, conditions: &[Condition]) -> Result<Vec<Way>, H::Error> {
        let mut ways: Vec<Number> = Vec::new();
        for number in blamed_last(conditions).into_iter().rev() {
            let is_told = ways.iter().any(|way| conditions[*way].within.contains(&number));
            // That there is no such element is told by what is said of it, or by the whole.
            if !is_told && !conditions[number].kind.is_of_element() && self.brings_a_row(&Way::from([number]))? {
                ways.push(number);
            }
        }
        let ways = self.but_cut_off(conditions, ways)?;
        let mut plain = Way::new();
        for number in ways {
            plain.extend(self.in_plain_words(conditions, Way::from([number]))?);
        }
        let is_part_told = |whole: &Number| plain.iter().any(|part| conditions[*part].within.contains(whole));
        let mut ways: Vec<Number> = plain.iter().copied().filter(|number| !is_part_told(number)).collect();
        ways.sort_by_key(|number| (Reverse(conditions[*number].kind), Reverse(*number)));
        Ok(ways.into_iter().map(|number| Way::from([number])).collect())
    }

    /// Without the conditions that hold for the row: taking those out only moves it past a SKIP or a LIMIT behind them, and
    /// taking out a hop only puts more into a group that is filtered behind it.
    fn but_cut_off(&mut self, conditions: &[Condition], ways: Vec<Number>) -> Result<Vec<Number>, H::Error> {
        let mut kept = Vec::with_capacity(ways.len());
        for number in ways {
            let is_hop = conditions[number].kind == Kind::Hop;
            let cuts_off = |behind: &Number| {
                let Condition { kind, is_of_groups, .. } = conditions[*behind];
                kind == Kind::Limit || (is_hop && is_of_groups)
            };
            let cut_offs: Way = (number + 1..conditions.len()).filter(cuts_off).collect();
            let is_kept = conditions[number].kind == Kind::Limit || cut_offs.is_empty();
            if is_kept || !self.brings_a_row(&cut_offs)? {
                kept.push(number);
            }
        }
        Ok(kept)
    }

    /// Whether an element is left out that the graph has: null was expected, and is there where an element is gone.
    fn misses_what_is_there(&mut self, conditions: &[Condition], way: &Way) -> Result<bool, H::Error> {
        let is_element = |number: &&Number| conditions[**number].kind.is_of_element();
        for number in way.iter().filter(is_element) {
            let mut removed = everything(conditions);
            removed.remove(number);
            let order = Order { removed, limit: 1, ..Order::default() };
            if !self.trial(&order)?.into_rows().is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Puts back what can be put back while the row stays.
    fn without_needless(&mut self, conditions: &[Condition], mut way: Way) -> Result<Way, H::Error> {
        for number in blamed_last(conditions) {
            if way.remove(&number) && !self.brings_a_row(&way)? {
                way.insert(number);
            }
        }
        Ok(way)
    }

    /// Of an arrow of which several things are amiss it is said that there is none. So it is of one that only has another
    /// type, unless that one stands between the very two elements.
    fn in_plain_words(&mut self, conditions: &[Condition], mut way: Way) -> Result<Way, H::Error> {
        let is_arrow = |condition: &Condition| matches!(condition.subject, Subject::Ends { arrow: Some(_), .. });
        for arrow in (0..conditions.len()).filter(|number| is_arrow(&conditions[*number])) {
            let (parts, mut whole): (Way, Way) = way.iter().partition(|part| conditions[**part].within == [arrow]);
            whole.insert(arrow);
            let is_plainer = match parts.first() {
                None => false,
                Some(part) if parts.len() == 1 => {
                    conditions[*part].kind == Kind::Type && !self.joins_one_pair(&whole, arrow)?
                }
                Some(_) => true,
            };
            if is_plainer && self.brings_a_row(&whole)? {
                way = self.without_needless(conditions, whole)?;
            }
        }
        Ok(way)
    }

    /// Whether a hop that is left out could only stand between two certain elements.
    fn joins_one_pair(&mut self, way: &Way, hop: Number) -> Result<bool, H::Error> {
        let met = Name::from(MET);
        let (removed, wanted, distinct) = (way.clone(), self.wanted, Some(&met));
        let order =
            Order { removed, wanted, probe: Some(hop), is_all_met: true, limit: 2, distinct, ..Order::default() };
        let pairs: Vec<Value> = pairs_of(&Value::from(self.trial(&order)?.into_rows().concat()));
        Ok(pairs.first().is_some_and(|first| pairs.iter().all(|pair| equivalent(pair, first))))
    }

    /// Where taking out more can take rows away (behind an aggregate, a LIMIT, an OPTIONAL MATCH), a part may suffice.
    fn smallest_part(&mut self, way: Way) -> Result<Way, H::Error> {
        if way.len() > LARGEST_TRIED {
            return Ok(way);
        }
        let numbers: Vec<Number> = way.iter().copied().collect();
        let part = |bits: u32| {
            let chosen = numbers.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1);
            chosen.map(|(_, number)| *number).collect::<Way>()
        };
        let mut parts: Vec<Way> = (1..(1_u32 << numbers.len()) - 1).map(part).collect();
        parts.sort_by_key(BTreeSet::len);
        for part in parts {
            if self.brings_a_row(&part)? {
                return Ok(part);
            }
        }
        Ok(way)
    }
}

pub(super) fn everything(conditions: &[Condition]) -> Way {
    (0..conditions.len()).collect()
}

/// All conditions, those first that are blamed last.
fn blamed_last(conditions: &[Condition]) -> Vec<Number> {
    let mut numbers: Vec<Number> = (0..conditions.len()).collect();
    numbers.sort_by_key(|number| (conditions[*number].kind, *number));
    numbers
}
