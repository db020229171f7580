//! How many ways lead to where two arrows meet, where nothing else of it is wanted: what is found is counted where it lies, and
//! nothing of it is kept.

use std::ops::Range;

use super::marked::Marked;
use super::meeting::{ArrowRuns, Room, each_common, each_marked, is_long};
use super::row_number;
use super::travel::Taken;
use crate::exec::ExecError;
use crate::function::FunctionError;
use crate::storage::Neighbour;

/// Ways are pairs, triples and more of relationships.
pub(super) const TOO_MANY: FunctionError = FunctionError::Overflow { operation: "count" };

/// The number of ways in each row that has any, in the order of rows; or of all rows together.
#[derive(Default)]
pub(super) struct Ways {
    pub rows: Vec<u32>,
    pub counts: Vec<i64>,
}

impl Ways {
    /// Adds to the last count if that is of the same row, or all are of one.
    #[inline]
    pub(super) fn add(&mut self, row: u32, count: i64, all_in_one: bool) -> Result<(), ExecError> {
        if count == 0 {
            return Ok(());
        }
        match (self.counts.last_mut(), self.rows.last()) {
            (Some(last), Some(before)) if all_in_one || *before == row => {
                *last = last.checked_add(count).ok_or(TOO_MANY)?;
            }
            _ => {
                self.rows.push(row);
                self.counts.push(count);
            }
        }
        Ok(())
    }
}

/// Two arrows, the first of which is that from nodes that are many rows' one behind the other.
pub(super) struct Tally<'t> {
    pub froms: [&'t [u32]; 2],
    pub taken: [&'t Taken; 2],
    /// Whether they must be two relationships.
    pub distinct: bool,
    pub all_in_one: bool,
}

impl Tally<'_> {
    /// Adds the ways of some rows; false, and none, unless each arrow has one slice in each of them.
    pub(super) fn add<'g>(
        &self,
        ways: &mut Ways,
        rows: Range<usize>,
        runs: [&ArrowRuns<'g>; 2],
        marked: &mut Marked<'_, 'g>,
        room: &mut Room,
    ) -> Result<bool, ExecError> {
        let [Some(mine), Some(theirs)] = runs.map(|runs| runs.slices(rows.len())) else { return Ok(false) };
        for ((row, my_slice), their_slice) in rows.zip(mine).zip(theirs) {
            if !my_slice.is_empty() && !their_slice.is_empty() {
                let count = self.in_row(row, my_slice, their_slice, marked, room)?;
                ways.add(row_number(row), count, self.all_in_one)?;
            }
        }
        Ok(true)
    }

    #[inline]
    fn in_row<'g>(
        &self,
        row: usize,
        mine: &'g [Neighbour],
        theirs: &'g [Neighbour],
        marked: &mut Marked<'_, 'g>,
        room: &mut Room,
    ) -> Result<i64, ExecError> {
        let from = self.froms[0][row];
        let mut count: i64 = 0;
        let add = |my_rels: &[Neighbour], their_rels: &[Neighbour]| {
            count = self.pairs(row, my_rels, their_rels).and_then(|pairs| count.checked_add(pairs)).ok_or(TOO_MANY)?;
            Ok(())
        };
        let is_shared = marked.is_of(from) || self.froms[0].get(row + 1) == Some(&from);
        if !is_shared || is_long(theirs, mine) {
            room.steps(mine.len().min(theirs.len()))?;
            each_common(mine, theirs, add)?;
            return Ok(count);
        }
        if !marked.is_of(from) {
            room.take(marked.missing_bytes())?;
            room.steps(mine.len())?;
            marked.mark(from, mine);
        }
        room.steps(theirs.len())?;
        each_marked(marked, mine, theirs, add)?;
        Ok(count)
    }

    /// The pairs of relationships that are not taken and, where they have to be, not one; `None`: too many.
    fn pairs(&self, row: usize, mine: &[Neighbour], theirs: &[Neighbour]) -> Option<i64> {
        let is_free = |arrow: usize, entry: &Neighbour| !self.taken[arrow].has(row, entry.rel.0);
        let my_count = mine.iter().filter(|entry| is_free(0, entry)).count();
        let their_count = theirs.iter().filter(|entry| is_free(1, entry)).count();
        let pairs = i64::try_from(my_count).ok()?.checked_mul(i64::try_from(their_count).ok()?)?;
        // Arrows from different nodes to the same one are never one relationship.
        let may_be_one = self.distinct && self.froms[0][row] == self.froms[1][row];
        if !may_be_one || planted!("arrows that meet may be one relationship") {
            return Some(pairs);
        }
        let is_in_both =
            |entry: &&Neighbour| theirs.binary_search(entry).is_ok() && is_free(0, entry) && is_free(1, entry);
        Some(pairs - i64::try_from(mine.iter().filter(is_in_both).count()).ok()?)
    }
}
