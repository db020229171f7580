//! Whether elements are in the part of the graph that a lens shows.

use super::access::refuse_deleted;
use super::{Frame, eval};
use crate::exec::ExecError;
use crate::exec::column::Column;
use crate::exec::host::Env;
use crate::expr::{Lens, Look};
use crate::physical::{Scalar, Within};
use crate::storage::{self, End, KnownAt, NodeSlot, Odd, RelSlot, ValidAt};
use crate::value::Value;

/// For each row whether the element passes; false for none.
pub(super) fn passes(env: &Env, element: &Scalar, within: &Within, frame: &Frame) -> Result<Column, ExecError> {
    let elements = eval(env, element, frame)?;
    env.ctx.budget.steps(frame.len())?;
    let mut odd = Odd::default();
    let mut passing = vec![false; frame.len()];
    for Stretch { rows, lens } in stretches(env, &within.lens, frame)? {
        let (start, end) = rows;
        let all = start == 0 && end == frame.len();
        let part = if all { None } else { Some(elements.slice(start, end - start)) };
        let kept = passing_rows(env, part.as_ref().unwrap_or(&elements), &lens, within.look, &mut odd)?;
        for row in kept {
            passing[start + row as usize] = true;
        }
    }
    warn_of(env, odd);
    Ok(Column::Booleans(passing, Vec::new()))
}

/// What a scan is held against, which is the same for all rows.
pub(in crate::exec) fn given(env: &Env, within: &Within) -> Result<(storage::Lens, storage::Look), ExecError> {
    let lens = stretches(env, &within.lens, &Frame::of(&[], 1))?.pop().map(|stretch| stretch.lens);
    Ok((lens.unwrap_or_default(), look(within.look)))
}

/// Says of which properties some values are no times.
pub(in crate::exec) fn warn_of(env: &Env, odd: Odd) {
    let words = &env.graph.catalog().provenance;
    let met = [
        (odd.valid_from, &words.valid_from),
        (odd.on, &words.on),
        (odd.valid_to, &words.valid_to),
        (odd.published, &words.published),
    ];
    for (_, key) in met.into_iter().filter(|(is_met, _)| *is_met) {
        let message = format!("some `{key}` is no DATE, DATETIME or EDTF: only POSSIBLY takes it for a time");
        env.ctx.warn("not-a-time", message);
    }
}

/// Rows that follow each other and are held against the same.
pub(in crate::exec) struct Stretch {
    pub rows: (usize, usize),
    pub lens: storage::Lens,
}

/// What the rows of `frame` are held against.
pub(in crate::exec) fn stretches(env: &Env, lens: &Lens<Scalar>, frame: &Frame) -> Result<Vec<Stretch>, ExecError> {
    if frame.len() == 0 {
        return Ok(Vec::new());
    }
    let mut columns = Vec::new();
    for operand in lens.operands() {
        columns.push(eval(env, operand, frame)?);
    }
    let at = |row: usize| {
        let mut values = columns.iter().map(|column| column.value(row, env.ctx));
        let values = lens.map(|_| values.next().expect("a value for each operand"));
        storage_lens(values.as_ref())
    };
    let is_same = columns.iter().all(|column| matches!(&**column, Column::Constant(..)));
    let mut all = vec![Stretch { rows: (0, frame.len()), lens: at(0) }];
    for row in 1..if is_same || planted!("all rows have the day of the first") { 1 } else { frame.len() } {
        let lens = at(row);
        let last = all.last_mut().expect("begins with one");
        if last.lens != lens {
            last.rows.1 = row;
            all.push(Stretch { rows: (row, frame.len()), lens });
        }
    }
    Ok(all)
}

pub(in crate::exec) fn storage_lens(lens: Lens<&Value>) -> storage::Lens {
    let checked = "operands are checked before";
    let valid = lens.valid.map(|clock| ValidAt::of(clock.at, clock.possibly).expect(checked));
    let known = lens.known.map(|clock| KnownAt::of(clock.at, clock.possibly).expect(checked));
    let least_sources = match lens.sources {
        Some(Value::Integer(count)) => u32::try_from(*count).unwrap_or(u32::MAX),
        _ => 0,
    };
    storage::Lens { valid, known, least_sources }
}

fn passing_rows(
    env: &Env,
    elements: &Column,
    lens: &storage::Lens,
    how: Look,
    odd: &mut Odd,
) -> Result<Vec<u32>, ExecError> {
    let mut kept = Vec::with_capacity(elements.len());
    match elements {
        Column::Nodes(slots) => {
            refuse_deleted(env, slots, |slot| End::node(NodeSlot(slot)))?;
            env.graph.passing_nodes(slots, lens, look(how), odd, &mut kept);
        }
        Column::Rels(slots) => {
            refuse_deleted(env, slots, |slot| End::rel(RelSlot(slot)))?;
            env.graph.passing_rels(slots, lens, look(how), odd, &mut kept);
        }
        other => {
            for (row, number) in (0..other.len()).zip(0..) {
                let Some(end) = other.end(row, env.ctx) else { continue };
                if env.graph.passes(end, lens, look(how), odd) {
                    kept.push(number);
                }
            }
        }
    }
    Ok(kept)
}

fn look(look: Look) -> storage::Look {
    match look {
        Look::Own => storage::Look::Own,
        Look::Reached => storage::Look::Reached,
        Look::Whole => storage::Look::Whole,
    }
}
