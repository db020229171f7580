//! CITING: a citation of each target by each source, merged, so that a second reading adds a citation and nothing else.

use std::collections::BTreeMap;

use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::value_end;
use crate::exec::context::Context;
use crate::exec::eval::{Frame, evaluate};
use crate::exec::host::{Env, properties_of};
use crate::function::FunctionError;
use crate::physical::{Cite, Ref};
use crate::storage::{Direction, End, Family};
use crate::value::{Name, Value, compare};

/// Cites what one row has made or found. `created`: whether the clause made it.
pub(super) fn cite(
    ctx: &Context,
    cite: &Cite,
    batch: &Batch,
    row: usize,
    made: &[End],
    created: bool,
) -> Result<(), ExecError> {
    let end = |place: &Ref| match *place {
        Ref::Column(column) => batch.columns[column].end(row, ctx),
        Ref::Drawn(number) => made.get(number).copied(),
    };
    let conditional = if created { &cite.created_only[..] } else { &[] };
    let targets: Vec<End> = cite.targets.iter().chain(conditional).filter_map(end).collect();
    for (source, properties) in &cite.sources {
        let graph = ctx.snapshot();
        let env = Env::new(ctx, &graph);
        let frame = Frame::row(&batch.columns, super::row_number(row));
        let source = evaluate(&env, source, &frame)?.value(0, ctx);
        let source = value_end(&source, ctx).ok_or_else(|| wrong_type("a source in CITING", "a NODE", &source))?;
        let properties = match properties {
            None => BTreeMap::new(),
            Some(properties) => match evaluate(&env, properties, &frame)?.value(0, ctx) {
                Value::Map(map) => map.iter().filter(|(_, value)| !value.is_null()).map(owned).collect(),
                Value::Null => BTreeMap::new(),
                other => return Err(wrong_type("the properties of a citation", "a MAP", &other)),
            },
        };
        drop(graph);
        for target in &targets {
            merge_citation(ctx, source, *target, &properties)?;
        }
    }
    Ok(())
}

fn owned((key, value): (&Name, &Value)) -> (Name, Value) {
    (key.clone(), value.clone())
}

fn wrong_type(function: &'static str, expected: &'static str, found: &Value) -> ExecError {
    FunctionError::Type { function, expected, found: found.type_name().to_owned() }.into()
}

fn merge_citation(
    ctx: &Context,
    source: End,
    target: End,
    properties: &BTreeMap<Name, Value>,
) -> Result<(), ExecError> {
    let supports = ctx.newest(|graph| graph.catalog().provenance.supports.clone());
    let supports = ctx.write(|writer| writer.rel_type(&supports));
    let family = match (source.as_node(), target.as_node()) {
        (Some(_), Some(_)) => Family::Plain,
        _ => Family::About,
    };
    let known = ctx.newest(|graph| {
        let mut between = graph.between(source, Direction::Out, Some(supports), family, target);
        between.any(|neighbour| {
            let found = properties_of(graph, End::rel(neighbour.rel));
            properties.iter().all(|(key, value)| found.get(key).is_some_and(|found| compare::equivalent(found, value)))
        })
    });
    if known {
        return Ok(());
    }
    let citation = End::rel(ctx.write(|writer| writer.create_rel(supports, source, target, true))?);
    ctx.note_created(citation);
    for (key, value) in properties {
        ctx.write(|writer| {
            let key = writer.key(key);
            writer.set_property(citation, key, value)
        })?;
    }
    let mut counters = ctx.counters.borrow_mut();
    counters.relationships_created += 1;
    counters.citations_created += 1;
    counters.properties_set += properties.len() as u64;
    Ok(())
}
