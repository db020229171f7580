//! EXISTS, COUNT and COLLECT: the inner plan is run once for all rows, which it tells apart by their ordinals.

use super::logic::to_row;
use super::{Frame, evaluate};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::SubplanRun;
use crate::exec::host::Env;
use crate::exec::operator::{Input, Scope, ordinals};
use crate::function::FunctionError;
use crate::physical::ColumnKind;
use crate::value::Value;

pub(super) fn exists(env: &Env, subplan: usize, frame: &Frame) -> Result<Column, ExecError> {
    if frame.len() == 0 {
        return Ok(Column::Booleans(Vec::new(), Vec::new()));
    }
    let mut running = begin(env, subplan, frame)?;
    env.ctx.want_one(running.argument);
    let mut open = frame.len();
    while open > 0 {
        let Some(rows) = running.source.next(env.ctx)? else { break };
        let ordinals = ordinals(&rows, running.place);
        open -= ordinals.iter().filter(|&&ordinal| env.ctx.satisfy(running.argument, ordinal)).count();
    }
    let found = env.ctx.take_satisfied(running.argument);
    end(env, subplan, running);
    Ok(Column::Booleans(found, Vec::new()))
}

/// How many rows there are; `weight` is a column of numbers of which each row stands for one.
pub(super) fn count(env: &Env, subplan: usize, weight: Option<usize>, frame: &Frame) -> Result<Column, ExecError> {
    let mut counts = vec![0_i64; frame.len()];
    run(env, subplan, frame, |ordinals, rows| {
        let weights = match weight.map(|column| &rows.columns[column]) {
            Some(Column::Integers(weights, _)) => Some(weights),
            Some(_) => unreachable!("a column of counts holds integers"),
            None => None,
        };
        for (row, &ordinal) in ordinals.iter().enumerate() {
            let count = &mut counts[ordinal as usize];
            let more = weights.map_or(1, |weights| weights[row]);
            *count = count.checked_add(more).ok_or(FunctionError::Overflow { operation: "count" })?;
        }
        Ok(())
    })?;
    Ok(Column::Integers(counts, Vec::new()))
}

pub(super) fn collect(env: &Env, subplan: usize, column: usize, frame: &Frame) -> Result<Column, ExecError> {
    let mut lists: Vec<Vec<Value>> = vec![Vec::new(); frame.len()];
    // Held, as each batch of the subplan gives back what was made for the one before.
    let (mut held, mut collected_bytes) = (Held::default(), 0);
    run(env, subplan, frame, |ordinals, rows| {
        let bytes = rows.len * size_of::<Value>() + rows.columns[column].payload_bytes();
        held.add(&env.ctx.budget, bytes)?;
        collected_bytes += bytes;
        for (row, &ordinal) in ordinals.iter().enumerate() {
            lists[ordinal as usize].push(rows.columns[column].value(row, env.ctx));
        }
        Ok(())
    })?;
    held.clear(&env.ctx.budget);
    env.ctx.budget.bytes(collected_bytes)?;
    Ok(Column::Values(lists.into_iter().map(|list| env.ctx.budget.value(Value::from(list))).collect::<Result<_, _>>()?))
}

/// The same of rows that the answer does not have. Where a value cannot be computed that nobody asked for, this is no
/// error of the query, but what they were rejected for is not known.
pub(super) fn rejected(env: &Env, subplan: usize, column: usize, frame: &Frame) -> Result<Column, ExecError> {
    match collect(env, subplan, column, frame) {
        Err(error) if error.is_of_a_value() => {
            let message = format!("WHY does not tell what other rows were rejected for: {error}");
            env.ctx.warn("rejected-untold", message);
            Ok(Column::Values(vec![Value::from(Vec::<Value>::new()); frame.len()]))
        }
        result => result,
    }
}

/// Runs the subplan for all rows of `frame`; `take` gets the ordinals and rows of each batch.
fn run(
    env: &Env,
    number: usize,
    frame: &Frame,
    mut take: impl FnMut(&[u32], &Batch) -> Result<(), ExecError>,
) -> Result<(), ExecError> {
    if frame.len() == 0 {
        return Ok(());
    }
    let mut running = begin(env, number, frame)?;
    while let Some(rows) = running.source.next(env.ctx)? {
        take(ordinals(&rows, running.place), &rows)?;
    }
    end(env, number, running);
    Ok(())
}

/// Takes the subplan from where it waits, or compiles it, and gives it the rows of `frame` for an argument.
fn begin(env: &Env, number: usize, frame: &Frame) -> Result<SubplanRun, ExecError> {
    let ctx = env.ctx;
    let subplan = &ctx.plan.subplans[number];
    let mut columns = vec![Column::Ordinals((0..to_row(frame.len())).collect())];
    for (import, kind) in &subplan.imports {
        let column = evaluate(env, import, frame)?.into_kind(*kind, ctx);
        let first_only = planted!("a subquery sees the first outer row only");
        columns.push(if first_only { column.gather(&vec![0; frame.len()]) } else { column });
    }
    let argument = Batch::new(columns, frame.len());
    let waiting = ctx.subplans.borrow_mut()[number].take();
    let running = if let Some(mut running) = waiting {
        ctx.set_argument(running.argument, argument);
        running.source.rewind(ctx);
        running
    } else {
        let scope = Scope::new(ctx.new_argument(argument), ctx.new_segment());
        let place = subplan.root.layout.iter().position(|kind| *kind == ColumnKind::Ordinal);
        SubplanRun {
            source: Input::whole(&subplan.root, scope, ctx),
            argument: scope.argument,
            segment: scope.segment,
            place: place.expect("each operator of an inner plan carries the ordinal"),
        }
    };
    ctx.set_view(running.segment, env.graph);
    Ok(running)
}

/// Lets go what the subplan held and puts it back to wait.
fn end(env: &Env, number: usize, running: SubplanRun) {
    env.ctx.refresh(running.segment);
    env.ctx.set_argument(running.argument, Batch::default());
    env.ctx.subplans.borrow_mut()[number] = Some(running);
}
