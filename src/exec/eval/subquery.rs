//! EXISTS, COUNT and COLLECT: the inner plan is run once for all rows, which it tells apart by their ordinals.

use super::logic::to_row;
use super::{Frame, evaluate, list_value};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::Column;
use crate::exec::context::SubplanRun;
use crate::exec::host::Env;
use crate::exec::operator::{Scope, compile};
use crate::physical::ColumnKind;
use crate::value::Value;

pub(super) fn exists(env: &Env, subplan: usize, frame: &Frame) -> Result<Column, ExecError> {
    let mut found = vec![false; frame.len()];
    let mut open = frame.len();
    run(env, subplan, frame, |ordinals, _| {
        for &ordinal in ordinals {
            if !std::mem::replace(&mut found[ordinal as usize], true) {
                open -= 1;
            }
        }
        Ok(open > 0)
    })?;
    Ok(Column::Booleans(found, Vec::new()))
}

pub(super) fn count(env: &Env, subplan: usize, frame: &Frame) -> Result<Column, ExecError> {
    let mut counts = vec![0; frame.len()];
    run(env, subplan, frame, |ordinals, _| {
        for &ordinal in ordinals {
            counts[ordinal as usize] += 1;
        }
        Ok(true)
    })?;
    Ok(Column::Integers(counts, Vec::new()))
}

pub(super) fn collect(env: &Env, subplan: usize, column: usize, frame: &Frame) -> Result<Column, ExecError> {
    let mut lists: Vec<Vec<Value>> = vec![Vec::new(); frame.len()];
    run(env, subplan, frame, |ordinals, rows| {
        env.ctx.budget.bytes(rows.len * size_of::<Value>())?;
        for (row, &ordinal) in ordinals.iter().enumerate() {
            lists[ordinal as usize].push(rows.columns[column].value(row, env.ctx));
        }
        Ok(true)
    })?;
    Ok(Column::Values(lists.into_iter().map(list_value).collect::<Result<_, _>>()?))
}

/// Runs the subplan for all rows of `frame`; `take` gets the ordinals and rows of each batch and says whether to go on.
fn run(
    env: &Env,
    number: usize,
    frame: &Frame,
    mut take: impl FnMut(&[u32], &Batch) -> Result<bool, ExecError>,
) -> Result<(), ExecError> {
    let ctx = env.ctx;
    if frame.len() == 0 {
        return Ok(());
    }
    let subplan = &ctx.plan.subplans[number];
    let mut columns = vec![Column::Ordinals((0..to_row(frame.len())).collect())];
    for (import, kind) in &subplan.imports {
        columns.push(evaluate(env, import, frame)?.into_kind(*kind, ctx));
    }
    let argument = Batch::new(columns, frame.len());

    let waiting = ctx.subplans.borrow_mut()[number].take();
    let mut running = if let Some(mut running) = waiting {
        ctx.set_argument(running.argument, argument);
        running.source.rewind(ctx);
        running
    } else {
        let scope = Scope { argument: ctx.new_argument(argument), segment: ctx.new_segment() };
        let source = compile(&subplan.root, scope, ctx);
        SubplanRun { source, argument: scope.argument, segment: scope.segment }
    };
    ctx.set_view(running.segment, env.graph);
    let place = subplan.root.layout.iter().position(|kind| *kind == ColumnKind::Ordinal);
    let place = place.expect("each operator of an inner plan carries the ordinal");
    while let Some(rows) = running.source.next(ctx)? {
        let Column::Ordinals(ordinals) = &rows.columns[place] else {
            unreachable!("a column of ordinals holds ordinals")
        };
        if !take(ordinals, &rows)? {
            break;
        }
    }
    ctx.refresh(running.segment);
    ctx.set_argument(running.argument, Batch::default());
    ctx.subplans.borrow_mut()[number] = Some(running);
    Ok(())
}
