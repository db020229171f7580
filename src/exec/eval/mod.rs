//! Evaluates an expression over the rows of a batch, all rows at once.
//!
//! The result is a column: typed where the operands are, values otherwise. `AND`, `OR` and `CASE` evaluate a later
//! operand only for the rows that the earlier ones left open, so that a fault in a branch not taken is none. What
//! stands inside a comprehension is evaluated over batches of items. Nothing here depends on the order of rows.

mod access;
mod arithmetic;
mod compare;
mod frame;
pub(super) mod lens;
mod list;
mod logic;
mod subquery;
mod texts;

use std::borrow::Cow;

pub(super) use access::from_vector;
pub(super) use frame::{Cells, Frame, typed};
pub(super) use logic::{count_selected, selected, truths};

use super::ExecError;
use super::column::Column;
use super::host::Env;
use crate::function::{Function, NullRule};
use crate::physical::{Scalar, TextRange};
use crate::value::{LIST_BYTES, Name, Predicate, Value};

/// The value of `scalar` in each row of `frame`, borrowed where it is a column already.
pub(super) fn eval<'f>(env: &Env, scalar: &Scalar, frame: &'f Frame) -> Result<Cow<'f, Column>, ExecError> {
    match scalar {
        Scalar::Column(column) => Ok(frame.column(*column)),
        Scalar::Local(local) => Ok(Cow::Borrowed(frame.local(*local))),
        _ => evaluate(env, scalar, frame).map(Cow::Owned),
    }
}

/// The value of `scalar` in each row of `frame`.
pub(super) fn evaluate(env: &Env, scalar: &Scalar, frame: &Frame) -> Result<Column, ExecError> {
    match scalar {
        Scalar::Constant(value) => Ok(Column::Constant(value.clone(), frame.len())),
        Scalar::Parameter(number) => Ok(Column::Constant(env.ctx.parameters[*number].clone(), frame.len())),
        Scalar::Given(number) => Ok(Column::Constant(env.ctx.given[*number].clone(), frame.len())),
        Scalar::Column(column) => Ok(frame.column(*column).into_owned()),
        Scalar::Local(local) => Ok(frame.local(*local).clone()),
        Scalar::Property { base, key, range } => access::property(env, base, *key, *range, frame),
        Scalar::Index { base, index, range } => access::index(env, base, index, *range, frame),
        Scalar::Slice { base, from, to, range } => {
            access::slice(env, base, from.as_deref(), to.as_deref(), *range, frame)
        }
        Scalar::List(items) => make_list(env, items, frame),
        Scalar::Map(entries) => make_map(env, entries, frame),
        Scalar::HasLabels { base, test, range } => access::has_labels(env, base, test, *range, frame),
        Scalar::And(terms) => logic::and(env, terms, frame),
        Scalar::Or(terms) => logic::or(env, terms, frame),
        Scalar::Xor(terms) => logic::xor(env, terms, frame),
        Scalar::Not(term) => logic::not(env, term, frame),
        Scalar::Compare(comparison, left, right) => compare::compare(env, *comparison, left, right, frame),
        Scalar::IsNull(term) => is_null(env, term, frame),
        Scalar::Is(predicate, term) => is(env, predicate, term, frame),
        Scalar::Operator { operator, left, right, range } => {
            arithmetic::operate(env, *operator, left, right, frame).map_err(|error| error.at(*range))
        }
        Scalar::Negate(term, range) => arithmetic::negate(env, term, frame).map_err(|error| error.at(*range)),
        Scalar::Call { function, arguments, range } => call(env, function, arguments, *range, frame),
        Scalar::Case { subject, branches, otherwise } => {
            let Some((local, subject)) = subject else {
                return logic::case(env, branches, otherwise.as_deref(), frame);
            };
            let frame = frame.with_local(*local, evaluate(env, subject, frame)?);
            logic::case(env, branches, otherwise.as_deref(), &frame)
        }
        Scalar::Comprehension { local, list, predicate, map, range } => {
            list::comprehension(env, *local, list, predicate.as_deref(), map.as_deref(), frame)
                .map_err(|error| error.at(*range))
        }
        Scalar::Quantifier { kind, local, list, predicate, range } => {
            list::quantifier(env, *kind, *local, list, predicate, frame).map_err(|error| error.at(*range))
        }
        Scalar::Reduce { accumulator, initial, local, list, step, range } => {
            list::reduce(env, (*accumulator, initial), (*local, list), step, frame).map_err(|error| error.at(*range))
        }
        Scalar::MapProjection { base, all, entries, range } => {
            access::map_projection(env, base, *all, entries, *range, frame)
        }
        Scalar::Passes { element, within } => lens::passes(env, element, within, frame),
        Scalar::Exists(subplan) => subquery::exists(env, *subplan, frame),
        Scalar::Count { subplan, weight } => subquery::count(env, *subplan, *weight, frame),
        Scalar::Collect { subplan, column, may_fail: false } => subquery::collect(env, *subplan, *column, frame),
        Scalar::Collect { subplan, column, may_fail: true } => subquery::rejected(env, *subplan, *column, frame),
    }
}

/// The value of `scalar` where it is the same for all rows, as after LIMIT: evaluated for one row without columns.
pub(super) fn constant(env: &Env, scalar: &Scalar) -> Result<Value, ExecError> {
    let frame = Frame::of(&[], 1);
    Ok(evaluate(env, scalar, &frame)?.value(0, env.ctx))
}

fn is_null(env: &Env, term: &Scalar, frame: &Frame) -> Result<Column, ExecError> {
    let column = eval(env, term, frame)?;
    Ok(match &*column {
        Column::Constant(value, len) => Column::Constant(Value::Boolean(value.is_null()), *len),
        column => Column::Booleans((0..frame.len()).map(|row| column.is_null(row)).collect(), Vec::new()),
    })
}

fn is(env: &Env, predicate: &Predicate, term: &Scalar, frame: &Frame) -> Result<Column, ExecError> {
    let column = eval(env, term, frame)?;
    env.ctx.budget.steps(frame.len())?;
    let cells = Cells::of(&column, env.ctx);
    Ok(Column::booleans((0..frame.len()).map(|row| predicate.holds(cells.get(row)))))
}

fn make_list(env: &Env, items: &[Scalar], frame: &Frame) -> Result<Column, ExecError> {
    let columns = items.iter().map(|item| eval(env, item, frame)).collect::<Result<Vec<_>, _>>()?;
    env.ctx.budget.bytes(frame.len() * (items.len() * size_of::<Value>() + LIST_BYTES))?;
    let mut lists = Vec::with_capacity(frame.len());
    for row in 0..frame.len() {
        let items = columns.iter().map(|column| column.value(row, env.ctx)).collect();
        lists.push(env.ctx.budget.value(Value::List(items))?);
    }
    Ok(Column::Values(lists))
}

fn make_map(env: &Env, entries: &[(Name, Scalar)], frame: &Frame) -> Result<Column, ExecError> {
    let columns = entries.iter().map(|(_, value)| eval(env, value, frame)).collect::<Result<Vec<_>, _>>()?;
    let mut maps = Vec::with_capacity(frame.len());
    for row in 0..frame.len() {
        let values = columns.iter().map(|column| column.value(row, env.ctx));
        let map = Value::Map(entries.iter().map(|(name, _)| name.clone()).zip(values).collect());
        env.ctx.budget.bytes(map.payload_bytes())?;
        maps.push(env.ctx.budget.value(map)?);
    }
    Ok(Column::Values(maps))
}

fn call(
    env: &Env,
    function: &Function,
    arguments: &[Scalar],
    range: TextRange,
    frame: &Frame,
) -> Result<Column, ExecError> {
    let columns = arguments.iter().map(|argument| eval(env, argument, frame)).collect::<Result<Vec<_>, _>>()?;
    let constant = function.deterministic
        && frame.len() > 1
        && columns.iter().all(|column| matches!(&**column, Column::Constant(..)));
    let rows = if constant { 1 } else { frame.len() };
    let mut results = Vec::with_capacity(rows);
    let mut values: Vec<Value> = Vec::with_capacity(columns.len());
    for row in 0..rows {
        values.clear();
        values.extend(columns.iter().map(|column| column.value(row, env.ctx)));
        env.ctx.budget.steps(values.iter().fold(1, |steps, value| steps.saturating_add(value.walk_steps())))?;
        if function.nulls == NullRule::Propagate && values.iter().any(Value::is_null) {
            results.push(Value::Null);
            continue;
        }
        let result = function.call(env, &values).map_err(ExecError::from).and_then(|value| env.ctx.budget.value(value));
        results.push(result.map_err(|error| error.at(range))?);
    }
    if constant {
        return Ok(Column::Constant(results.remove(0), frame.len()));
    }
    Ok(typed(results))
}
