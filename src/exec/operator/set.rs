//! Set: properties and labels, row by row; each row sees the ones before. Order kept; holds nothing.

use std::collections::BTreeMap;

use super::{Input, Scope, Source, row_number};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::{Column, value_end};
use crate::exec::context::Context;
use crate::exec::eval::{Frame, evaluate};
use crate::exec::host::{Env, properties_of};
use crate::function::{FunctionError, label_names};
use crate::physical::{Operator, Scalar, SetItem};
use crate::storage::End;
use crate::value::{Name, Type, Value};

pub(super) struct Set {
    input: Input,
    items: Vec<SetItem>,
}

impl Set {
    pub(super) fn new(operator: &Operator, items: &[SetItem], scope: Scope, ctx: &Context) -> Self {
        Self { input: Input::of(operator, scope, ctx), items: items.to_vec() }
    }
}

impl Source for Set {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        ctx.budget.rows(batch.len)?;
        if let Some(values) = values_known_before(ctx, &self.items, &batch)? {
            set_all(ctx, &self.items, &values, &batch)?;
            let len = batch.len;
            return Ok(Some(Batch::new(batch.carry(&self.input.carry), len)));
        }
        for row in 0..batch.len {
            set_row(ctx, &self.items, &batch, row_number(row))?;
        }
        let len = batch.len;
        Ok(Some(Batch::new(batch.carry(&self.input.carry), len)))
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}

/// The values of each item for all rows, if none can depend on what an earlier row or item writes.
fn values_known_before(ctx: &Context, items: &[SetItem], batch: &Batch) -> Result<Option<Vec<Vec<Value>>>, ExecError> {
    if !items.iter().all(|item| is_known_before(item, batch)) {
        return Ok(None);
    }
    let graph = ctx.snapshot();
    let env = Env::new(ctx, &graph);
    let frame = Frame::of(&batch.columns, batch.len);
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        values.push(match value_of(item) {
            Some(value) => evaluate(&env, value, &frame)?.into_values(ctx),
            None => vec![Value::Null; batch.len],
        });
    }
    Ok(Some(values))
}

fn is_known_before(item: &SetItem, batch: &Batch) -> bool {
    // Another element as the value is read while writing.
    let is_map = matches!(item, SetItem::Replace { .. } | SetItem::Update { .. });
    let is_named = match item {
        SetItem::Property { .. } | SetItem::Replace { .. } | SetItem::Update { .. } => true,
        SetItem::Keyed { .. } => false,
        SetItem::AddLabels { labels, .. } | SetItem::RemoveLabels { labels, .. } => labels.given.is_empty(),
    };
    let value = value_of(item);
    is_named
        && matches!(target_scalar(item), Scalar::Column(_))
        && value.is_none_or(|value| {
            ignores_graph(value, batch) && !(is_map && matches!(value, Scalar::Column(_) | Scalar::Parameter(_)))
        })
}

fn target_scalar(item: &SetItem) -> &Scalar {
    match item {
        SetItem::Property { target, .. }
        | SetItem::Keyed { target, .. }
        | SetItem::Replace { target, .. }
        | SetItem::Update { target, .. }
        | SetItem::AddLabels { target, .. }
        | SetItem::RemoveLabels { target, .. } => target,
    }
}

fn value_of(item: &SetItem) -> Option<&Scalar> {
    match item {
        SetItem::Property { value, .. }
        | SetItem::Keyed { value, .. }
        | SetItem::Replace { value, .. }
        | SetItem::Update { value, .. } => Some(value),
        SetItem::AddLabels { .. } | SetItem::RemoveLabels { .. } => None,
    }
}

/// Whether an expression is the same whatever the graph says.
pub(super) fn ignores_graph(scalar: &Scalar, batch: &Batch) -> bool {
    let ignores = |scalar: &Scalar| ignores_graph(scalar, batch);
    match scalar {
        Scalar::Constant(_) | Scalar::Parameter(_) | Scalar::Column(_) => true,
        Scalar::Property { base, .. } => match &**base {
            Scalar::Column(column) => match &batch.columns[*column] {
                Column::Values(values) => values.iter().all(|value| matches!(value, Value::Map(_) | Value::Null)),
                Column::Constant(value, _) => matches!(value, Value::Map(_) | Value::Null),
                _ => false,
            },
            Scalar::Parameter(_) | Scalar::Constant(_) => true,
            _ => false,
        },
        Scalar::List(items) | Scalar::And(items) | Scalar::Or(items) | Scalar::Xor(items) => items.iter().all(ignores),
        Scalar::Map(entries) => entries.iter().all(|(_, value)| ignores(value)),
        Scalar::Not(term) | Scalar::IsNull(term) | Scalar::Is(_, term) | Scalar::Negate(term, _) => ignores(term),
        Scalar::Compare(_, left, right) | Scalar::Operator { left, right, .. } => ignores(left) && ignores(right),
        Scalar::Call { function, arguments, .. } => arguments
            .iter()
            .enumerate()
            .all(|(index, argument)| !function.parameter(index).may_take(&Type::Element) && ignores(argument)),
        _ => false,
    }
}

fn set_all(ctx: &Context, items: &[SetItem], values: &[Vec<Value>], batch: &Batch) -> Result<(), ExecError> {
    for row in 0..batch.len {
        for (item, values) in items.iter().zip(values) {
            ctx.budget.step()?;
            let Scalar::Column(column) = target_scalar(item) else {
                unreachable!("only items with a column as target are known before")
            };
            if let Some(target) = target_of(ctx, &batch.columns[*column].value(row, ctx))? {
                write_item(ctx, item, target, &values[row], &[])?;
            }
        }
    }
    Ok(())
}

/// Applies the items to one row of `batch`, in order.
pub(super) fn set_row(ctx: &Context, items: &[SetItem], batch: &Batch, row: u32) -> Result<(), ExecError> {
    for item in items {
        ctx.budget.step()?;
        let graph = ctx.snapshot();
        let env = Env::new(ctx, &graph);
        let frame = Frame::row(&batch.columns, row);
        let evaluate = |scalar: &Scalar| evaluate(&env, scalar, &frame).map(|column| column.value(0, ctx));
        let target = evaluate(target_scalar(item))?;
        let value = value_of(item).map(evaluate).transpose()?.unwrap_or_default();
        let given = given_names(item, evaluate)?;
        drop(graph);
        if let Some(target) = target_of(ctx, &target)? {
            write_item(ctx, item, target, &value, &given)?;
        }
    }
    Ok(())
}

/// The labels or the key that the item does not name but computes.
fn given_names(item: &SetItem, evaluate: impl Fn(&Scalar) -> Result<Value, ExecError>) -> Result<Vec<Name>, ExecError> {
    match item {
        SetItem::Property { .. } | SetItem::Replace { .. } | SetItem::Update { .. } => Ok(Vec::new()),
        SetItem::Keyed { key, .. } => match evaluate(key)? {
            Value::String(key) => Ok(vec![Name::from(&*key)]),
            other => Err(wrong_type("SET", "the name of a property as STRING", &other)),
        },
        SetItem::AddLabels { labels, .. } | SetItem::RemoveLabels { labels, .. } => {
            let mut names = Vec::new();
            for given in &labels.given {
                names.extend(label_names(&evaluate(given)?)?);
            }
            Ok(names)
        }
    }
}

/// The element to write to; `None` for null, which is passed over.
fn target_of(ctx: &Context, target: &Value) -> Result<Option<End>, ExecError> {
    let id = match target {
        Value::Null => return Ok(None),
        Value::Node(node) => node.id(),
        Value::Relationship(rel) => rel.id(),
        other => return Err(wrong_type("SET", "a NODE or RELATIONSHIP", other)),
    };
    if ctx.deleted.has_id(id) {
        return Err(FunctionError::Deleted { id: id.0 }.into());
    }
    value_end(target, ctx).map(Some).ok_or_else(|| FunctionError::Deleted { id: id.0 }.into())
}

fn wrong_type(function: &'static str, expected: &'static str, found: &Value) -> ExecError {
    FunctionError::Type { function, expected, found: found.type_name().to_owned() }.into()
}

/// `given`: see [`given_names`].
fn write_item(ctx: &Context, item: &SetItem, target: End, value: &Value, given: &[Name]) -> Result<(), ExecError> {
    match item {
        SetItem::Property { key, .. } => write_property(ctx, target, key, value),
        SetItem::Keyed { .. } => given.iter().try_for_each(|key| write_property(ctx, target, key, value)),
        SetItem::Replace { .. } => {
            let new = properties(ctx, value)?;
            let old = ctx.newest(|graph| properties_of(graph, target));
            for key in old.keys().filter(|key| new.get(*key).is_none_or(Value::is_null)) {
                write_property(ctx, target, key, &Value::Null)?;
            }
            new.iter()
                .filter(|(_, value)| !value.is_null())
                .try_for_each(|(key, value)| write_property(ctx, target, key, value))
        }
        SetItem::Update { .. } => {
            let new = properties(ctx, value)?;
            new.iter().try_for_each(|(key, value)| write_property(ctx, target, key, value))
        }
        SetItem::AddLabels { labels, .. } => write_labels(ctx, target, labels.known.iter().chain(given), true),
        SetItem::RemoveLabels { labels, .. } => write_labels(ctx, target, labels.known.iter().chain(given), false),
    }
}

/// The properties that a map or another element has; none for null.
fn properties(ctx: &Context, value: &Value) -> Result<BTreeMap<Name, Value>, ExecError> {
    let graph = ctx.snapshot();
    let env = Env::new(ctx, &graph);
    match value {
        Value::Map(map) => Ok((**map).clone()),
        Value::Null => Ok(BTreeMap::new()),
        Value::Node(node) => Ok(env.element_properties(node.id())?),
        Value::Relationship(rel) => Ok(env.element_properties(rel.id())?),
        other => Err(wrong_type("SET", "a MAP, NODE or RELATIONSHIP", other)),
    }
}

fn write_property(ctx: &Context, target: End, key: &Name, value: &Value) -> Result<(), ExecError> {
    // Removing what nobody has heard of needs no new key.
    if value.is_null() && ctx.newest(|graph| graph.catalog().keys.get(key).is_none()) {
        return Ok(());
    }
    let changed = ctx.write(|writer| {
        let key = writer.key(key);
        writer.set_property(target, key, value)
    })?;
    ctx.counters.borrow_mut().properties_set += u64::from(changed);
    Ok(())
}

fn write_labels<'n>(
    ctx: &Context,
    target: End,
    labels: impl Iterator<Item = &'n Name>,
    add: bool,
) -> Result<(), ExecError> {
    let Some(node) = target.as_node() else {
        return Err(wrong_type(
            "SET of labels",
            "a NODE",
            &Value::Relationship(crate::value::Relationship::bare(ctx.end_id(target))),
        ));
    };
    for label in labels {
        if add {
            let added = ctx.write(|writer| {
                let label = writer.label(label);
                writer.add_label(node, label)
            })?;
            ctx.counters.borrow_mut().labels_added += u64::from(added);
        } else if let Some(label) = ctx.newest(|graph| graph.catalog().labels.get(label)) {
            let removed = ctx.write(|writer| writer.remove_label(node, label))?;
            ctx.counters.borrow_mut().labels_removed += u64::from(removed);
        }
    }
    Ok(())
}
