//! `NodeSeek` and `RelSeek`: elements found by an index, in the index's order. Order of rows kept; holds nothing.
//!
//! An index orders all values of all types; a comparison holds within one type only, and may be unknown for dates of
//! low precision. So what a range brings up is compared once more.

use std::ops::Bound;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::{Input, Scope, Source, row_number};
use crate::catalog::{IndexId, KeyId};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::exec::eval::{Frame, eval, evaluate};
use crate::exec::host::Env;
use crate::physical::{Operator, Scalar, Seek, States};
use crate::storage::{Graph, NodeSlot, RelSlot};
use crate::value::{Date, Value, compare};

pub(super) struct IndexSeek {
    input: Input,
    index: IndexId,
    how: How,
    /// `None`: nodes.
    rels: Option<States>,
    segment: Segment,
}

/// One end of a range.
struct Side {
    value: Value,
    inclusive: bool,
}

/// [`Seek`] with expressions of its own.
enum How {
    Equal(Arc<[Scalar]>),
    In(Scalar),
    Range { low: Option<(Scalar, bool)>, high: Option<(Scalar, bool)> },
    Prefix(Scalar),
}

impl IndexSeek {
    pub(super) fn nodes(operator: &Operator, index: IndexId, seek: &Seek, scope: Scope, ctx: &Context) -> Self {
        Self::new(operator, index, seek, None, scope, ctx)
    }

    pub(super) fn rels(
        operator: &Operator,
        index: IndexId,
        seek: &Seek,
        states: States,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        Self::new(operator, index, seek, Some(states), scope, ctx)
    }

    fn new(
        operator: &Operator,
        index: IndexId,
        seek: &Seek,
        rels: Option<States>,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        let how = match seek {
            Seek::Equal(values) => How::Equal(Arc::clone(values)),
            Seek::In(list) => How::In(list.clone()),
            Seek::Range { low, high } => How::Range { low: low.clone(), high: high.clone() },
            Seek::Prefix(prefix) => How::Prefix(prefix.clone()),
        };
        Self { input: Input::of(operator, scope, ctx), index, how, rels, segment: scope.segment }
    }

    fn seek(&self, env: &Env, batch: &Batch) -> Result<Found, ExecError> {
        let mut found = Found::default();
        let frame = Frame::of(&batch.columns, batch.len);
        let column = |scalar: &Scalar| evaluate(env, scalar, &frame).map(|column| column.into_values(env.ctx));
        let graph: &Graph = env.graph;
        match &self.how {
            How::Equal(values) => {
                let columns = values.iter().map(|value| eval(env, value, &frame));
                let columns = columns.collect::<Result<SmallVec<[_; 1]>, _>>()?;
                for row in 0..batch.len {
                    let key: SmallVec<[Value; 1]> = columns.iter().map(|column| column.value(row, env.ctx)).collect();
                    // What is found is equivalent; where that is not what was asked, a filter behind tells.
                    if !key.iter().any(Value::is_null) {
                        found.add(row, graph.index_seek(self.index, &key));
                    }
                }
            }
            How::In(list) => {
                for (row, list) in column(list)?.iter().enumerate() {
                    found.add(row, self.seek_in(graph, list));
                }
            }
            How::Range { low, high } => {
                let bound = |side: &Option<(Scalar, bool)>| match side {
                    None => Ok(None),
                    Some((scalar, inclusive)) => Ok::<_, ExecError>(Some((column(scalar)?, *inclusive))),
                };
                let (low, high) = (bound(low)?, bound(high)?);
                let at = |side: &Option<(Vec<Value>, bool)>, row: usize| {
                    let side = side.as_ref();
                    side.map(|(values, inclusive)| Side { value: values[row].clone(), inclusive: *inclusive })
                };
                for row in 0..batch.len {
                    found.add(row, self.seek_range(graph, at(&low, row).as_ref(), at(&high, row).as_ref()));
                }
            }
            How::Prefix(prefix) => {
                for (row, prefix) in column(prefix)?.iter().enumerate() {
                    found.add(row, self.seek_prefix(graph, prefix));
                }
            }
        }
        Ok(found)
    }

    fn seek_in(&self, graph: &Graph, list: &Value) -> Vec<u32> {
        let Value::List(list) = list else { return Vec::new() };
        let mut seen = FxHashSet::default();
        let found = list.iter().filter(|value| !is_never_equal(value));
        found
            .flat_map(|value| graph.index_seek(self.index, std::slice::from_ref(value)))
            .filter(|slot| seen.insert(*slot))
            .collect()
    }

    fn seek_range(&self, graph: &Graph, low: Option<&Side>, high: Option<&Side>) -> Vec<u32> {
        if low.into_iter().chain(high).any(|side| is_never_equal(&side.value)) {
            return Vec::new();
        }
        let Some(key) = self.key(graph) else { return Vec::new() };
        let from = low.map_or(Bound::Unbounded, |low| least(&low.value));
        let to = high.map_or(Bound::Unbounded, |high| greatest(&high.value));
        let mut found = graph.index_range(self.index, from.as_ref(), to.as_ref());
        found.retain(|&slot| {
            let value = self.property(graph, slot, key);
            low.is_none_or(|low| holds(&low.value, &value, low.inclusive))
                && high.is_none_or(|high| holds(&value, &high.value, high.inclusive))
        });
        found
    }

    fn seek_prefix(&self, graph: &Graph, prefix: &Value) -> Vec<u32> {
        let Value::String(text) = prefix else { return Vec::new() };
        let Some(key) = self.key(graph) else { return Vec::new() };
        let end = after_prefix(text).map(|end| Value::String(end.into()));
        let to = end.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let mut found = graph.index_range(self.index, Bound::Included(prefix), to);
        found.retain(|&slot| match self.property(graph, slot, key) {
            Value::String(value) => value.starts_with(&**text),
            _ => false,
        });
        found
    }

    fn key(&self, graph: &Graph) -> Option<KeyId> {
        graph.catalog().indexes.iter().find(|index| index.id == self.index)?.keys.first().copied()
    }

    fn property(&self, graph: &Graph, slot: u32, key: KeyId) -> Value {
        match self.rels {
            None => graph.node_property(NodeSlot(slot), key),
            Some(_) => graph.rel_property(RelSlot(slot), key),
        }
    }
}

impl Source for IndexSeek {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        while let Some(batch) = self.input.next(ctx)? {
            let graph = ctx.view(self.segment);
            let mut found = self.seek(&Env::new(ctx, &graph), &batch)?;
            if self.rels == Some(States::Asserted) {
                found.retain(|slot| graph.rel(RelSlot(slot)).asserted);
            }
            let Found { rows, slots } = found;
            if slots.is_empty() {
                continue;
            }
            ctx.budget.rows(slots.len())?;
            let len = slots.len();
            let mut columns = batch.gather(&self.input.carry, &rows);
            columns.push(if self.rels.is_some() { Column::Rels(slots) } else { Column::Nodes(slots) });
            return Ok(Some(Batch::new(columns, len)));
        }
        Ok(None)
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}

/// Elements, and the row that each was found for.
#[derive(Default)]
struct Found {
    rows: Vec<u32>,
    slots: Vec<u32>,
}

impl Found {
    fn add(&mut self, row: usize, slots: impl IntoIterator<Item = u32>) {
        self.slots.extend(slots);
        self.rows.resize(self.slots.len(), row_number(row));
    }

    fn retain(&mut self, keep: impl Fn(u32) -> bool) {
        let kept = self.rows.iter().zip(&self.slots).filter(|(_, slot)| keep(**slot));
        (self.rows, self.slots) = kept.map(|(row, slot)| (*row, *slot)).unzip();
    }
}

/// Whether no value is equal to this one.
fn is_never_equal(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Float(number) => number.is_nan(),
        _ => false,
    }
}

/// Where in the index to begin for values that are not less than this one.
///
/// Dates of low precision are ordered by their earliest day, so one that is certainly not before `value` is not ordered
/// before the earliest day of `value`; likewise for the greatest.
fn least(value: &Value) -> Bound<Value> {
    match value {
        Value::Edtf(edtf) => edtf.earliest().map_or(Bound::Unbounded, |day| Bound::Included(Value::Date(day))),
        other => Bound::Included(other.clone()),
    }
}

/// Where in the index to end for values that are not greater than this one.
fn greatest(value: &Value) -> Bound<Value> {
    let after = |day: Date| day.plus_days(1).map_or(Bound::Unbounded, |next| Bound::Excluded(Value::Date(next)));
    match value {
        Value::Edtf(edtf) => edtf.latest().map_or(Bound::Unbounded, after),
        Value::Date(day) => after(*day),
        other => Bound::Included(other.clone()),
    }
}

fn holds(low: &Value, high: &Value, inclusive: bool) -> bool {
    let holds = if inclusive { compare::less_or_equal(low, high) } else { compare::less(low, high) };
    holds == Some(true)
}

/// The least text above all that begin with `prefix`; `None` if there is none.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut letters: Vec<char> = prefix.chars().collect();
    while let Some(last) = letters.pop() {
        if last < char::MAX {
            let next = if last == '\u{D7FF}' { '\u{E000}' } else { char::from_u32(last as u32 + 1)? };
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::after_prefix;

    #[test]
    fn the_end_of_a_prefix_is_the_next_text_that_lacks_it() {
        assert_eq!(after_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(after_prefix("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(after_prefix(""), None);
    }
}
