//! The nearest of several rows.

use std::collections::BTreeMap;

use super::condition::Subject;
use super::show;
use crate::syntax::ast::{Comparison, Expr, ExprKind};
use crate::value::compare::order;
use crate::value::nearest::nearest;
use crate::value::{Name, Value};

/// A row that is there without some conditions, and what it has in the place of one of them.
#[derive(Default)]
pub(super) struct Near {
    pub met: Vec<Value>,
    pub row: BTreeMap<Name, Value>,
    /// Whether every row has this met.
    pub is_only: bool,
    /// The arrow that is asked for stands between the ends of the row.
    pub is_joined: bool,
    /// Whether the ends that were met are those of the arrow seen from its other end.
    pub is_turned: bool,
}

/// The pairs of elements that were met, in lists of those of one group.
pub(super) fn pairs_of(met: &Value) -> Vec<Value> {
    let items = show::items(met);
    if items.iter().any(|item| matches!(item, Value::List(_))) {
        return items.iter().flat_map(pairs_of).collect();
    }
    if items.is_empty() { Vec::new() } else { vec![met.clone()] }
}

/// What a row has where something else was asked for.
struct Sides {
    found: Value,
    wanted: Value,
    comparison: Comparison,
}

/// The row whose value is nearest to what was asked for; the first one where none is nearer.
pub(super) fn nearest_of(subject: &Subject, mut nears: Vec<Near>) -> Near {
    let sides: Vec<Option<Sides>> = nears.iter().map(|near| sides_of(subject, &near.met)).collect();
    let place = by_text(&sides).or_else(|| by_number(&sides)).or_else(|| by_order(&sides)).or_else(|| {
        let has_value = |near: &Near| near.met.first().is_some_and(|first| !matches!(first, Value::Null));
        nears.iter().position(has_value)
    });
    if nears.is_empty() { Near::default() } else { nears.swap_remove(place.unwrap_or(0)) }
}

fn sides_of(subject: &Subject, met: &[Value]) -> Option<Sides> {
    match (subject, met) {
        (Subject::Property { .. }, [_, found, wanted]) => {
            Some(Sides { found: found.clone(), wanted: wanted.clone(), comparison: Comparison::Equal })
        }
        (Subject::Predicate(Expr { kind: ExprKind::Comparison(left, rest), .. }), [_, values @ ..]) => {
            let [(comparison, right)] = rest.as_slice() else { return None };
            // A literal is not among the values that were met.
            match (literal(left), literal(right), values) {
                (None, Some(wanted), [found]) => Some(Sides { found: found.clone(), wanted, comparison: *comparison }),
                (None, None, [found, wanted]) => {
                    Some(Sides { found: found.clone(), wanted: wanted.clone(), comparison: *comparison })
                }
                (None, None, [found]) => {
                    Some(Sides { found: found.clone(), wanted: Value::Null, comparison: *comparison })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<Value> {
    if let ExprKind::String(text) = &expr.kind {
        return Some(Value::from(text.as_str()));
    }
    if let ExprKind::Integer(number) = expr.kind {
        return Some(Value::Integer(number));
    }
    if let ExprKind::Float(number) = expr.kind { Some(Value::Float(number)) } else { None }
}

/// The text that somebody probably meant.
fn by_text(sides: &[Option<Sides>]) -> Option<usize> {
    let texts = || {
        sides.iter().enumerate().filter_map(|(place, sides)| match sides {
            Some(Sides {
                found: Value::String(found),
                wanted: Value::String(wanted),
                comparison: Comparison::Equal,
            }) => Some((place, found, wanted)),
            _ => None,
        })
    };
    let (_, _, wanted) = texts().next()?;
    let near = nearest(wanted, texts().map(|(_, found, _)| &**found))?;
    texts().find(|(_, found, _)| ***found == *near).map(|(place, _, _)| place)
}

fn by_number(sides: &[Option<Sides>]) -> Option<usize> {
    let distance = |sides: &Sides| match (number(&sides.found), number(&sides.wanted)) {
        (Some(found), Some(wanted)) => Some((found - wanted).abs()),
        _ => None,
    };
    let distances = sides.iter().enumerate().filter_map(|(place, sides)| Some((distance(sides.as_ref()?)?, place)));
    distances.min_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, place)| place)
}

#[expect(clippy::cast_precision_loss, reason = "only to tell what is nearer")]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// Of days and the like the least where less was asked for, the greatest where more was.
fn by_order(sides: &[Option<Sides>]) -> Option<usize> {
    let known = || {
        sides.iter().enumerate().filter_map(|(place, sides)| {
            let sides = sides.as_ref()?;
            (!matches!(sides.found, Value::Null)).then_some((place, sides))
        })
    };
    let (_, first) = known().next()?;
    let by_found = |one: &(usize, &Sides), other: &(usize, &Sides)| order(&one.1.found, &other.1.found);
    match first.comparison {
        Comparison::Less | Comparison::LessOrEqual => known().min_by(by_found),
        Comparison::Greater | Comparison::GreaterOrEqual => known().max_by(by_found),
        Comparison::Equal | Comparison::NotEqual => None,
    }
    .map(|(place, _)| place)
}
