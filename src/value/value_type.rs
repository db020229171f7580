//! What a value may be, as `x IS :: TYPE` asks it and `valueType` tells it.
//!
//! Not the static [`Type`] of an expression: that is a guess made before the query runs; this is asked of a value.

use std::fmt;

use super::{Type, Value};

/// The types that are not made of others, in the order in which a union lists them.
const PLAIN: [Type; 15] = [
    Type::Boolean,
    Type::String,
    Type::Integer,
    Type::Float,
    Type::Date,
    Type::LocalTime,
    Type::Time,
    Type::LocalDateTime,
    Type::DateTime,
    Type::Duration,
    Type::Edtf,
    Type::Node,
    Type::Relationship,
    Type::Map,
    Type::Path,
];

/// A set of values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ValueType {
    pub kind: Kind,
    /// Whether null is one of them. The members of a union say it for themselves.
    pub nullable: bool,
}

/// The values of a type but for null.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// None at all, not even null.
    Nothing,
    /// None.
    Null,
    /// Those of a type that is not made of others.
    Plain(Type),
    /// Lists with nothing but such items.
    List(Box<ValueType>),
    /// What a property can be.
    PropertyValue,
    Any,
    /// Those of each of these types.
    Union(Vec<ValueType>),
}

impl ValueType {
    /// The narrowest type that a value has.
    pub(crate) fn of(value: &Value) -> Self {
        let kind = match value {
            Value::Null => return Self { kind: Kind::Null, nullable: true },
            Value::List(items) => Kind::List(Box::new(Self::of_all(items))),
            plain => PLAIN.into_iter().find(|one| one.admits(plain)).map_or(Kind::Any, Kind::Plain),
        };
        Self { kind, nullable: false }
    }

    /// The narrowest type that all these values have.
    fn of_all(values: &[Value]) -> Self {
        let nullable = values.iter().any(Value::is_null);
        let mut kinds: Vec<Kind> = Vec::new();
        for value in values.iter().filter(|value| !value.is_null()) {
            let kind = Self::of(value).kind;
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds.sort_by_cached_key(rank);
        let mut members: Vec<Self> = kinds.into_iter().map(|kind| Self { kind, nullable }).collect();
        match members.len() {
            0 => Self { kind: if nullable { Kind::Null } else { Kind::Nothing }, nullable },
            1 => members.remove(0),
            _ => Self { kind: Kind::Union(members), nullable },
        }
    }

    /// Whether `value` is of this type.
    pub(crate) fn admits(&self, value: &Value) -> bool {
        match (&self.kind, value) {
            (Kind::Union(members), _) => members.iter().any(|member| member.admits(value)),
            (_, Value::Null) => self.nullable && self.kind != Kind::Nothing,
            (Kind::Any, _) => true,
            (Kind::Plain(plain), value) => plain.admits(value),
            (Kind::List(item), Value::List(items)) => items.iter().all(|value| item.admits(value)),
            (Kind::Nothing | Kind::Null | Kind::List(_), _) => false,
            (Kind::PropertyValue, value) => value.unstorable().is_none(),
        }
    }
}

/// Where a kind stands in a union: the plain ones in their order, lists before paths, and those by their text.
fn rank(kind: &Kind) -> (usize, String) {
    let place = match kind {
        Kind::Plain(Type::Path) => PLAIN.len() + 1,
        Kind::Plain(plain) => PLAIN.iter().position(|one| one == plain).unwrap_or(PLAIN.len()),
        Kind::List(_) => PLAIN.len(),
        Kind::Nothing | Kind::Null | Kind::PropertyValue | Kind::Any | Kind::Union(_) => PLAIN.len() + 2,
    };
    (place, kind.to_string())
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        match self.kind {
            Kind::Nothing | Kind::Union(_) => Ok(()),
            _ if self.nullable => Ok(()),
            _ => f.write_str(" NOT NULL"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Nothing => f.write_str("NOTHING"),
            Kind::Null => f.write_str("NULL"),
            Kind::Plain(plain) => plain.fmt(f),
            Kind::List(item) => write!(f, "LIST<{item}>"),
            Kind::PropertyValue => f.write_str("PROPERTY VALUE"),
            Kind::Any => f.write_str("ANY"),
            Kind::Union(members) => {
                let members: Vec<String> = members.iter().map(ToString::to_string).collect();
                f.write_str(&members.join(" | "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::arbitrary::any_value;

    proptest! {
        #[test]
        fn a_value_is_of_its_own_type(value in any_value()) {
            prop_assert!(ValueType::of(&value).admits(&value));
        }

        #[test]
        fn what_is_not_null_is_of_no_other_plain_type(value in any_value()) {
            let admitting = PLAIN.iter().filter(|plain| plain.admits(&value)).count();
            prop_assert_eq!(admitting, match value {
                Value::Null => PLAIN.len(),
                Value::List(_) => 0,
                _ => 1,
            });
        }

        #[test]
        fn a_type_of_a_list_admits_no_list_of_others(value in any_value(), other in any_value()) {
            let list = |item: &Value| Value::from(vec![item.clone()]);
            let admitted = ValueType::of(&list(&value)).admits(&list(&other));
            prop_assert_eq!(admitted, ValueType::of(&value).admits(&other));
        }
    }

    #[test]
    fn a_union_lists_its_types_in_the_order_of_the_manual() {
        let items = vec![Value::from(vec![1]), 1.5.into(), 1.into(), "a".into(), true.into()];
        let expected = "LIST<BOOLEAN NOT NULL | STRING NOT NULL | INTEGER NOT NULL | FLOAT NOT NULL | \
                        LIST<INTEGER NOT NULL> NOT NULL> NOT NULL";
        assert_eq!(ValueType::of(&items.into()).to_string(), expected);
    }
}
