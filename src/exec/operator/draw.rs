//! Makes new elements: what CREATE draws, and what MERGE draws where nothing matches.

use super::Scope;
use crate::catalog::{KeyId, LabelId, TypeId};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::context::Context;
use crate::exec::eval::{Frame, evaluate};
use crate::exec::host::Env;
use crate::expr::{Labels, RelType};
use crate::function::{FunctionError, label_names, type_name};
use crate::physical::{Draw, Ref, Scalar};
use crate::storage::{Direction, End, Family};
use crate::value::{Name, Value};

/// A draw with its names interned and its properties evaluated for the rows of a batch.
pub(super) struct Prepared {
    what: What,
    properties: Properties,
}

enum What {
    Node {
        labels: ByRow<Vec<LabelId>>,
    },
    /// The type, and whether it is that of citations.
    Rel {
        rel_type: ByRow<(TypeId, bool)>,
        start: Ref,
        end: Ref,
        asserted: bool,
    },
}

/// What the rows of a batch have in common, or each on its own.
enum ByRow<T> {
    Same(T),
    Each(Vec<T>),
}

impl<T> ByRow<T> {
    fn of(&self, row: usize) -> &T {
        match self {
            ByRow::Same(same) => same,
            ByRow::Each(each) => &each[row],
        }
    }

    fn map<U>(self, mut change: impl FnMut(T) -> U) -> ByRow<U> {
        match self {
            ByRow::Same(same) => ByRow::Same(change(same)),
            ByRow::Each(each) => ByRow::Each(each.into_iter().map(change).collect()),
        }
    }
}

/// Property values by row.
enum Properties {
    None,
    /// As written in braces: key by key.
    Entries(Vec<(KeyId, Vec<Value>)>),
    /// A parameter or another map.
    Maps(Vec<Value>),
}

/// What a null among the properties means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    /// There is no such property.
    LeftOut,
    /// An error: MERGE could never find again what it makes.
    Refused,
}

/// Makes `draws` ready for the rows of `frame`, reading the newest root.
pub(super) fn prepare(ctx: &Context, draws: &[Draw], frame: &Frame, nulls: Nulls) -> Result<Vec<Prepared>, ExecError> {
    let graph = ctx.snapshot();
    let env = Env::new(ctx, &graph);
    let mut evaluated = Vec::with_capacity(draws.len());
    for draw in draws {
        let (Draw::Node { properties, .. } | Draw::Rel { properties, .. }) = draw;
        let names = evaluate_names(&env, draw, frame)?;
        evaluated.push((names, evaluate_properties(&env, properties.as_ref(), frame, nulls)?));
    }
    drop(graph);
    let prepare = |(draw, (names, properties)): (&Draw, (ByRow<Vec<Name>>, Evaluated))| Prepared {
        what: match draw {
            Draw::Node { .. } => What::Node { labels: names.map(|names| label_ids(ctx, &names)) },
            Draw::Rel { start, end, asserted, .. } => What::Rel {
                rel_type: names.map(|names| {
                    let is_citing = ctx.newest(|graph| graph.catalog().provenance.supports == names[0]);
                    (ctx.write(|writer| writer.rel_type(&names[0])), is_citing)
                }),
                start: *start,
                end: *end,
                asserted: *asserted,
            },
        },
        properties: intern(ctx, properties),
    };
    Ok(draws.iter().zip(evaluated).map(prepare).collect())
}

fn label_ids(ctx: &Context, labels: &[Name]) -> Vec<LabelId> {
    ctx.write(|writer| {
        let mut ids: Vec<LabelId> = labels.iter().map(|label| writer.label(label)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    })
}

/// The labels of a node, or the one type of a relationship.
fn evaluate_names(env: &Env, draw: &Draw, frame: &Frame) -> Result<ByRow<Vec<Name>>, ExecError> {
    let values = |scalar: &Scalar| evaluate(env, scalar, frame).map(|column| column.into_values(env.ctx));
    match draw {
        Draw::Rel { rel_type: RelType::Known(name), .. } => Ok(ByRow::Same(vec![name.clone()])),
        Draw::Rel { rel_type: RelType::Given(value), .. } => {
            let types =
                values(value)?.iter().map(|value| Ok(vec![type_name(value)?])).collect::<Result<_, ExecError>>();
            Ok(ByRow::Each(types?))
        }
        Draw::Node { labels: Labels { known, given }, .. } if given.is_empty() => Ok(ByRow::Same(known.clone())),
        Draw::Node { labels: Labels { known, given }, .. } => {
            let mut each: Vec<Vec<Name>> = Vec::new();
            for given in given {
                let values = values(given)?;
                each.resize(values.len(), known.clone());
                for (names, value) in each.iter_mut().zip(&values) {
                    names.extend(label_names(value)?);
                }
            }
            Ok(ByRow::Each(each))
        }
    }
}

/// Property values before their keys are interned.
enum Evaluated {
    None,
    Entries(Vec<(Name, Vec<Value>)>),
    Maps(Vec<Value>),
}

fn evaluate_properties(
    env: &Env,
    properties: Option<&Scalar>,
    frame: &Frame,
    nulls: Nulls,
) -> Result<Evaluated, ExecError> {
    match properties {
        None => Ok(Evaluated::None),
        Some(Scalar::Map(entries)) => {
            let mut columns = Vec::with_capacity(entries.len());
            for (key, scalar) in entries {
                let values = evaluate(env, scalar, frame)?.into_values(env.ctx);
                if nulls == Nulls::Refused && values.iter().any(Value::is_null) {
                    return Err(ExecError::MergeNull { key: key.clone() });
                }
                columns.push((key.clone(), values));
            }
            Ok(Evaluated::Entries(columns))
        }
        Some(scalar) => {
            let maps = evaluate(env, scalar, frame)?.into_values(env.ctx);
            let maps = maps.into_iter().map(|map| checked_map(env, map, nulls)).collect::<Result<_, _>>()?;
            Ok(Evaluated::Maps(maps))
        }
    }
}

fn checked_map(env: &Env, value: Value, nulls: Nulls) -> Result<Value, ExecError> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Map(map) => {
            let null = map.iter().find(|(_, value)| value.is_null());
            match (null, nulls) {
                (Some((key, _)), Nulls::Refused) => Err(ExecError::MergeNull { key: key.clone() }),
                _ => Ok(Value::Map(map)),
            }
        }
        Value::Node(node) => Ok(Value::Map(env.element_properties(node.id())?.into())),
        Value::Relationship(rel) => Ok(Value::Map(env.element_properties(rel.id())?.into())),
        other => {
            Err(FunctionError::Type { function: "properties", expected: "a MAP", found: other.type_name().to_owned() }
                .into())
        }
    }
}

fn intern(ctx: &Context, properties: Evaluated) -> Properties {
    match properties {
        Evaluated::None => Properties::None,
        Evaluated::Maps(maps) => Properties::Maps(maps),
        Evaluated::Entries(columns) => Properties::Entries(
            columns
                .into_iter()
                // A key that no row has a value for stays unknown.
                .filter(|(_, values)| !values.iter().all(Value::is_null))
                .map(|(key, values)| (ctx.write(|writer| writer.key(&key)), values))
                .collect(),
        ),
    }
}

/// Makes the elements of one row, in order; they are added to `made`. `batch` is what the draws' columns
/// refer to, and `frame_row` the row of the frame that they were prepared for.
pub(super) fn make(
    ctx: &Context,
    draws: &[Prepared],
    batch: &Batch,
    row: usize,
    frame_row: usize,
    made: &mut Vec<End>,
) -> Result<(), ExecError> {
    for draw in draws {
        ctx.budget.step()?;
        let element = match &draw.what {
            What::Node { labels } => {
                let labels = labels.of(frame_row);
                let node = ctx.write(|writer| writer.create_node(labels))?;
                let mut counters = ctx.counters.borrow_mut();
                counters.nodes_created += 1;
                counters.labels_added += labels.len() as u64;
                End::node(node)
            }
            What::Rel { rel_type, start, end, asserted } => {
                let (rel_type, is_citing) = *rel_type.of(frame_row);
                let start = end_of(ctx, *start, "start", batch, row, made)?;
                let end = end_of(ctx, *end, "end", batch, row, made)?;
                let rel = ctx.write(|writer| writer.create_rel(rel_type, start, end, *asserted))?;
                let mut counters = ctx.counters.borrow_mut();
                counters.relationships_created += 1;
                counters.citations_created += u64::from(*asserted && is_citing);
                End::rel(rel)
            }
        };
        ctx.note_created(element);
        set_properties(ctx, element, &draw.properties, frame_row)?;
        made.push(element);
    }
    Ok(())
}

fn end_of(
    ctx: &Context,
    place: Ref,
    side: &'static str,
    batch: &Batch,
    row: usize,
    made: &[End],
) -> Result<End, ExecError> {
    let end = match place {
        Ref::Column(column) => batch.columns[column].end(row, ctx),
        Ref::Drawn(number) => made.get(number).copied(),
    };
    let end = end.ok_or(ExecError::MissingEnd { side })?;
    if ctx.deleted.has(end) {
        return Err(FunctionError::Deleted { id: ctx.end_id(end).0 }.into());
    }
    Ok(end)
}

fn set_properties(ctx: &Context, element: End, properties: &Properties, row: usize) -> Result<(), ExecError> {
    let mut set = 0;
    match properties {
        Properties::None => {}
        Properties::Entries(columns) => {
            for (key, values) in columns {
                if !values[row].is_null() {
                    ctx.write(|writer| writer.set_property(element, *key, &values[row]))?;
                    set += 1;
                }
            }
        }
        Properties::Maps(maps) => {
            if let Value::Map(map) = &maps[row] {
                for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
                    ctx.write(|writer| {
                        let key = writer.key(key);
                        writer.set_property(element, key, value)
                    })?;
                    set += 1;
                }
            }
        }
    }
    ctx.counters.borrow_mut().properties_set += set;
    Ok(())
}

/// Warns if somebody is already said to have said what an asserted relationship of these draws now asserts.
pub(super) fn warn_of_quoted_twins(ctx: &Context, draws: &[Draw], made: &[End]) {
    for (draw, element) in draws.iter().zip(made) {
        let (Draw::Rel { asserted: true, .. }, Some(rel)) = (draw, element.as_rel()) else { continue };
        let twin = ctx.newest(|graph| {
            let rel = graph.rel(rel);
            let mut between = graph.between(rel.start, Direction::Out, Some(rel.rel_type), Family::Quoted, rel.end);
            between.next().map(|_| graph.catalog().types.name(rel.rel_type).clone())
        });
        if let Some(rel_type) = twin {
            ctx.warn(
                "quoted-twin",
                format!(
                    "MERGE created an asserted `{rel_type}` beside a quoted one; to make that one a fact, use ASSERT"
                ),
            );
        }
    }
}

/// The segment and argument of a plan that is run for single rows of another.
pub(super) fn inner_scope(ctx: &Context) -> Scope {
    Scope::new(ctx.new_argument(Batch::default()), ctx.new_segment())
}
