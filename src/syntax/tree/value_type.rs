//! Types as a type predicate writes them.

use pest::iterators::Pair;

use super::Built;
use super::parts::{Parts, span};
use crate::syntax::SyntaxError;
use crate::syntax::grammar::Rule;
use crate::syntax::lex::{TokenKind, tokens};
use crate::syntax::limit;
use crate::text::Span;
use crate::value::nearest::nearest;
use crate::value::{Kind, Type, ValueType};

/// The types that are not made of others, each by its names.
const NAMES: &[(&[&str], Kind)] = &[
    (&["NOTHING"], Kind::Nothing),
    (&["NULL"], Kind::Null),
    (&["BOOLEAN", "BOOL"], Kind::Plain(Type::Boolean)),
    (&["STRING", "VARCHAR"], Kind::Plain(Type::String)),
    (&["INTEGER", "INT", "SIGNED INTEGER"], Kind::Plain(Type::Integer)),
    (&["FLOAT"], Kind::Plain(Type::Float)),
    (&["DATE"], Kind::Plain(Type::Date)),
    (&["LOCAL TIME", "TIME WITHOUT TIME ZONE", "TIME WITHOUT TIMEZONE"], Kind::Plain(Type::LocalTime)),
    (&["ZONED TIME", "TIME WITH TIME ZONE", "TIME WITH TIMEZONE"], Kind::Plain(Type::Time)),
    (
        &["LOCAL DATETIME", "TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP WITHOUT TIMEZONE"],
        Kind::Plain(Type::LocalDateTime),
    ),
    (&["ZONED DATETIME", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIMEZONE"], Kind::Plain(Type::DateTime)),
    (&["DURATION"], Kind::Plain(Type::Duration)),
    (&["EDTF"], Kind::Plain(Type::Edtf)),
    (&["NODE", "VERTEX", "ANY NODE", "ANY VERTEX"], Kind::Plain(Type::Node)),
    (&["RELATIONSHIP", "EDGE", "ANY RELATIONSHIP", "ANY EDGE"], Kind::Plain(Type::Relationship)),
    (&["MAP", "ANY MAP"], Kind::Plain(Type::Map)),
    (&["PATH", "PATHS"], Kind::Plain(Type::Path)),
    (&["PROPERTY VALUE", "ANY PROPERTY VALUE"], Kind::PropertyValue),
    (&["ANY", "ANY VALUE"], Kind::Any),
];

/// The type of a `value_type` or of one of its parts.
pub(super) fn value_type(pair: Pair<'_, Rule>) -> Built<ValueType> {
    if pair.as_rule() == Rule::value_type_part {
        return part(pair);
    }
    let whole = span(&pair);
    let mut members = Parts::of(pair).map(part).collect::<Built<Vec<_>>>()?;
    match members.len() {
        1 => Ok(members.remove(0)),
        _ => union(members, whole),
    }
}

/// What can be null says so for each type of a union, or for none.
fn union(members: Vec<ValueType>, span: Span) -> Built<ValueType> {
    let nullable = members[0].nullable;
    if members.iter().any(|member| member.nullable != nullable) {
        return Err(SyntaxError::Type {
            message: "all types of a union say `NOT NULL`, or none does".to_owned(),
            span,
            help: None,
        });
    }
    Ok(ValueType { kind: Kind::Union(members), nullable })
}

fn part(pair: Pair<'_, Rule>) -> Built<ValueType> {
    let whole = span(&pair);
    let mut parts = Parts::of(pair);
    let first = parts.demand();
    let mut built = match first.as_rule() {
        Rule::list_type => list_of(value_type(Parts::of(first).last().expect("the grammar demands a type"))?),
        Rule::union_type => value_type(Parts::of(first).demand())?,
        _ => named(&first)?,
    };
    for (depth, suffix) in parts.enumerate() {
        if depth > limit::BRACKET_DEPTH {
            return Err(limit::too_deep_a_tree(whole));
        }
        match suffix.as_rule() {
            Rule::not_null => built = not_null(built, span(&suffix))?,
            _ => built = list_of(built),
        }
    }
    Ok(built)
}

fn list_of(item: ValueType) -> ValueType {
    ValueType { kind: Kind::List(Box::new(item)), nullable: true }
}

fn not_null(built: ValueType, span: Span) -> Built<ValueType> {
    match built.kind {
        Kind::Union(_) => Err(SyntaxError::Type {
            message: "a union is not `NOT NULL` as a whole".to_owned(),
            span,
            help: Some("write `NOT NULL` behind each of its types".to_owned()),
        }),
        kind => Ok(ValueType { kind, nullable: false }),
    }
}

fn named(pair: &Pair<'_, Rule>) -> Built<ValueType> {
    let text = pair.as_str();
    let words: Vec<&str> =
        tokens(text).filter(|token| token.kind != TokenKind::Comment).map(|token| token.span.of(text)).collect();
    let name = words.join(" ").to_uppercase();
    match NAMES.iter().find(|(names, _)| names.contains(&name.as_str())) {
        Some((_, kind)) => Ok(ValueType { kind: kind.clone(), nullable: *kind != Kind::Nothing }),
        None => Err(unknown(&name, span(pair))),
    }
}

fn unknown(name: &str, span: Span) -> SyntaxError {
    let known = NAMES.iter().flat_map(|(names, _)| *names).copied();
    let help = match name {
        "POINT" => Some("there are no points".to_owned()),
        "LIST" | "ARRAY" => Some("a list says what it holds: `LIST<ANY>`".to_owned()),
        "TIME" | "DATETIME" | "TIMESTAMP" => {
            Some(format!("write `LOCAL {0}` or `ZONED {0}`", name.replace("STAMP", "")))
        }
        _ => nearest(name, known).map(|near| format!("did you mean `{near}`?")),
    };
    SyntaxError::Type { message: format!("there is no type `{name}`"), span, help }
}
