//! Groups that are repeated, and which of the paths between two ends are chosen.

use super::expression::Scope;
use super::pattern::{Mode, State, names_in};
use super::query::with;
use super::{Evaluator, Outcome, failed};
use crate::syntax::ast::{self, Endpoint};
use crate::value::{Element, Name, Value};

impl Evaluator<'_> {
    /// The states behind a group, each variable of it the list of what it was in each repetition.
    pub(super) fn group<'p>(
        &self,
        group: &'p ast::Group,
        end: &'p Endpoint,
        state: &State<'p>,
    ) -> Outcome<Vec<State<'p>>> {
        self.note("pattern", "group");
        let names = names_in(&group.path);
        let (mut found, mut open) = (Vec::new(), vec![(vec![Vec::new(); names.len()], 0, state.clone())]);
        while let Some((lists, count, reached)) = open.pop() {
            self.step(1)?;
            if count >= group.min {
                let listed = with_lists(reached.clone(), &names, &lists);
                found.extend(self.arrive(end, reached.here(), listed));
            }
            if group.max == Some(count) || !matches!(reached.here(), Element::Node(_)) {
                continue;
            }
            for (values, further) in self.repetition(group, &names, &reached)? {
                let longer =
                    lists.iter().zip(values).map(|(list, value)| [list.as_slice(), &[value]].concat()).collect();
                open.push((longer, count + 1, further));
            }
        }
        Ok(found)
    }

    /// One repetition: what its variables are, and the state behind it, which does not know them.
    fn repetition<'p>(
        &self,
        group: &'p ast::Group,
        names: &[Name],
        state: &State<'p>,
    ) -> Outcome<Vec<(Vec<Value>, State<'p>)>> {
        let inside = State { asked: Vec::new(), ..state.clone() };
        let mut states = self.arrive(&group.path.start, state.here(), inside);
        for hop in &group.path.hops {
            let mut next = Vec::new();
            for state in &states {
                next.extend(self.hop(hop, &ast::Selector::All, state)?);
            }
            states = next;
        }
        let mut repetitions = Vec::new();
        for mut behind in states {
            if self.is_as_asked(&behind)? && self.holds(group.predicate.as_deref(), &behind.row)? {
                let values = names.iter().map(|name| behind.row[name].clone()).collect();
                behind.row = state.row.clone();
                behind.asked.clone_from(&state.asked);
                repetitions.push((values, behind));
            }
        }
        Ok(repetitions)
    }

    /// Of the paths between the same two ends that are as asked, the shortest `count`, or those of the `count` least
    /// lengths.
    pub(super) fn chosen<'p>(&self, part: &'p ast::PatternPart, states: Vec<State<'p>>) -> Outcome<Vec<State<'p>>> {
        let mut right = Vec::new();
        for state in states {
            if self.is_as_asked(&state)? && self.holds(part.predicate.as_ref(), &state.row)? {
                right.push(state);
            }
        }
        let ast::Selector::Shortest { count, groups } = &part.selector else { return Ok(right) };
        self.note("pattern", if *groups { "SHORTEST k GROUPS" } else { "SHORTEST k" });
        let mut kept: Vec<State> = Vec::new();
        right.sort_by_key(|state| state.rels.len());
        for state in right {
            let wanted = match count {
                None => Value::Integer(1),
                Some(count) => self.eval(count, Scope::of(&state.row))?,
            };
            let Value::Integer(wanted) = wanted else { return failed("a number of paths that is none") };
            let same_ends = |other: &&State| other.elements[0] == state.elements[0] && other.here() == state.here();
            let mut lengths: Vec<usize> = kept.iter().filter(same_ends).map(|other| other.rels.len()).collect();
            if *groups {
                lengths.dedup();
                lengths.retain(|length| *length < state.rels.len());
            }
            if i64::try_from(lengths.len()).is_ok_and(|before| before < wanted) {
                kept.push(state);
            }
        }
        Ok(kept)
    }

    /// What a path must not have twice.
    pub(super) fn mode_of(part: &ast::PatternPart, repeatable: bool) -> Mode {
        match part.mode {
            Some(ast::PathMode::Acyclic) => Mode { repeats_arrows: false, repeats_nodes: false },
            Some(ast::PathMode::Trail) => Mode { repeats_arrows: false, repeats_nodes: true },
            Some(ast::PathMode::Walk) | None => Mode { repeats_arrows: repeatable, repeats_nodes: true },
        }
    }
}

fn with_lists<'p>(state: State<'p>, names: &[Name], lists: &[Vec<Value>]) -> State<'p> {
    let row = names
        .iter()
        .zip(lists)
        .fold(state.row.clone(), |row, (name, list)| with(&row, name, Value::List(list.iter().cloned().collect())));
    State { row, ..state }
}
